"""Tensor: an array of numbers that remembers how it was made.

The class is thin: what a method does stands in ``ops/``, once, as a function; here it gets its name.
"""

from __future__ import annotations

from typing import Any

from . import _conversions, _creation, _dtypes, _legacy, _properties
from ._device import CPU, device, layout, strided
from ._dtypes import from_numpy_dtype
from ._in_place_methods import InPlaceMethods
from ._more_methods import MoreMethods
from ._printing import tensor_format, tensor_repr
from ._shapes import Size
from .autograd.node import NO_EDGE
from .autograd.variable import Variable
from .autograd.wrapping import wrap
from .ops import (
    _casts,
    arithmetic,
    comparison,
    diagonals,
    extremes,
    gathering,
    indexing,
    joining,
    linear,
    linear_sums,
    norms,
    permuting,
    pointwise,
    powers,
    products,
    reductions,
    selection,
    shaping,
    sigmoids,
    slicing,
    softmaxes,
    sorting,
    statistics,
)
from .ops._views import base_of
from .ops.comparison import operator_of

_int = int


class Tensor(InPlaceMethods, MoreMethods, Variable, concrete=True):
    """An array of numbers of one dtype, with the place it has in the backward graph.

    Make one with ``tensor(...)``, ``zeros(...)`` and the like.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * 3).sum()
    tensor(9., grad_fn=<SumBackward0>)
    """

    __slots__ = ("__dict__",)
    __array_priority__ = 1000

    def __new__(cls, *args: Any, **options: Any) -> Any:
        """The old way to make a tensor: ``Tensor(2, 3)`` by lengths, ``Tensor([1, 2])`` of floats. Better: ``tensor(...)``."""
        self = object.__new__(cls)
        self._data = _legacy.legacy_array(args, None, options)
        self._edge = NO_EDGE
        return self

    # What it is

    @property
    def shape(self) -> Size:
        """The lengths of the dimensions."""
        return tuple.__new__(Size, self._data.shape)

    @property
    def dtype(self) -> _dtypes.dtype:
        """The type of the numbers."""
        return from_numpy_dtype(self._data.dtype)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._data.ndim

    @property
    def device(self) -> device:
        """Where the numbers live: the CPU."""
        return CPU

    @property
    def layout(self) -> layout:
        """How the numbers lie in memory: ``torch.strided``."""
        return strided

    @property
    def nbytes(self) -> _int:
        """The bytes that the numbers take."""
        return self._data.nbytes

    @property
    def itemsize(self) -> _int:
        """The bytes of one number."""
        return self._data.itemsize

    is_cpu = True
    is_cuda = is_mps = is_meta = is_sparse = is_quantized = is_mkldnn = is_nested = False
    data = property(_conversions.data, _conversions.set_data, _conversions.refuse_deletion)
    dim = ndimension = _properties.dim
    numel = nelement = _properties.numel
    stride = _properties.stride
    storage_offset = _properties.storage_offset
    is_contiguous = _properties.is_contiguous
    element_size = _properties.element_size
    data_ptr = _properties.data_ptr
    get_device = _properties.get_device
    is_floating_point = _properties.is_floating_point
    is_complex = _properties.is_complex
    is_signed = _properties.is_signed
    is_inference = is_pinned = is_shared = is_conj = is_neg = _properties.never
    is_nonzero = _properties.is_nonzero
    as_subclass = _properties.as_subclass
    __dlpack__ = _properties.dlpack
    __dlpack_device__ = _properties.dlpack_device
    name = None
    is_same_size = _properties.is_same_size
    is_set_to = _properties.is_set_to

    @property
    def _base(self) -> Any:
        return base_of(self)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        node = self.grad_fn
        return tensor_repr(
            self._data,
            grad_fn=None if node is None else node.name().rpartition("::")[2],
            requires_grad=self.requires_grad,
            default_dtype=_dtypes.get_default_dtype().name,
            prefix=self._repr_prefix(),
        )

    def _repr_prefix(self) -> str:
        return "tensor(" if type(self) is Tensor else f"{type(self).__name__}("

    def __format__(self, spec: str) -> str:
        return tensor_format(self, self._data, spec, as_number=type(self) is Tensor)

    def detach(self) -> Tensor:
        """The same memory outside the graph."""
        return wrap(self._data, NO_EDGE)  # type: ignore[no-any-return]

    # Arithmetic

    # ``+`` and ``*`` go straight to the node's own function, which ``add`` and ``mul`` call.
    __add__ = __radd__ = arithmetic.AddBackward0.of
    add = arithmetic.add
    __sub__ = sub = subtract = arithmetic.sub
    __rsub__ = arithmetic.rsub
    __mul__ = __rmul__ = arithmetic.MulBackward0.of
    mul = multiply = arithmetic.mul
    __truediv__ = div = divide = true_divide = arithmetic.div
    __rtruediv__ = arithmetic.rdiv
    __pow__ = pow = powers.pow
    __rpow__ = powers.rpow
    __neg__ = neg = negative = arithmetic.neg
    reciprocal = arithmetic.reciprocal
    square = powers.square

    # Functions of each number

    exp = pointwise.exp
    expm1 = pointwise.expm1
    log = pointwise.log
    log1p = pointwise.log1p
    sqrt = pointwise.sqrt
    exp2 = pointwise.exp2
    log2 = pointwise.log2
    log10 = pointwise.log10
    rsqrt = pointwise.rsqrt
    abs = absolute = __abs__ = pointwise.abs
    sign = pointwise.sign

    sigmoid = sigmoids.sigmoid
    tanh = sigmoids.tanh
    relu = sigmoids.relu
    softmax = softmaxes.softmax
    log_softmax = softmaxes.log_softmax
    logsumexp = softmaxes.logsumexp

    # Comparisons and logic. A tensor is hashed by identity, although == compares its elements.

    eq = comparison.eq
    ne = not_equal = comparison.ne
    lt = less = comparison.lt
    le = less_equal = comparison.le
    gt = greater = comparison.gt
    ge = greater_equal = comparison.ge
    __eq__ = operator_of(comparison.eq)  # type: ignore[assignment]
    __ne__ = operator_of(comparison.ne)  # type: ignore[assignment]
    __lt__ = operator_of(comparison.lt)
    __le__ = operator_of(comparison.le)
    __gt__ = operator_of(comparison.gt)
    __ge__ = operator_of(comparison.ge)
    __hash__ = object.__hash__
    logical_and = comparison.logical_and
    logical_or = comparison.logical_or
    logical_xor = comparison.logical_xor
    logical_not = comparison.logical_not
    bitwise_and = comparison.bitwise_and
    bitwise_or = comparison.bitwise_or
    bitwise_xor = comparison.bitwise_xor
    bitwise_not = comparison.bitwise_not
    __and__ = __rand__ = operator_of(comparison.bitwise_and)
    __or__ = __ror__ = operator_of(comparison.bitwise_or)
    __xor__ = __rxor__ = operator_of(comparison.bitwise_xor)
    __invert__ = comparison.invert
    isnan = comparison.isnan
    isinf = comparison.isinf
    isfinite = comparison.isfinite
    isclose = comparison.isclose
    allclose = comparison.allclose
    equal = comparison.equal
    all = comparison.all
    any = comparison.any
    count_nonzero = comparison.count_nonzero

    # Choosing

    where = selection.where_method
    clamp = clip = selection.clamp
    clamp_min = selection.clamp_min
    clamp_max = selection.clamp_max
    masked_fill = selection.masked_fill
    masked_select = selection.masked_select
    nonzero = selection.nonzero

    # Extremes, statistics, order

    max = extremes.max
    min = extremes.min
    amax = extremes.amax
    amin = extremes.amin
    argmax = extremes.argmax
    argmin = extremes.argmin
    maximum = extremes.maximum
    minimum = extremes.minimum
    aminmax = extremes.aminmax
    var = statistics.var
    std = statistics.std
    median = statistics.median
    prod = products.prod
    cumsum = products.cumsum
    cumprod = products.cumprod
    norm = norms.norm
    sort = sorting.sort
    argsort = sorting.argsort
    topk = sorting.topk
    unique = sorting.unique
    bincount = sorting.bincount

    # Sums

    sum = reductions.sum
    mean = reductions.mean
    sum_to_size = reductions.sum_to_size

    # Shapes

    reshape = shaping.reshape
    view = shaping.view
    view_as = shaping.view_as
    reshape_as = shaping.reshape_as
    flatten = shaping.flatten
    unflatten = shaping.unflatten
    ravel = shaping.ravel
    contiguous = shaping.contiguous
    squeeze = shaping.squeeze
    unsqueeze = shaping.unsqueeze
    expand = shaping.expand
    expand_as = shaping.expand_as
    broadcast_to = shaping.broadcast_to
    size = shaping.size
    transpose = swapdims = permuting.transpose
    swapaxes = permuting.swapaxes
    t = permuting.t
    T = property(permuting.reversed_dims)
    mT = mH = property(permuting.matrix_transpose)  # noqa: N815
    H = property(permuting.conjugate_transpose)
    adjoint = permuting.matrix_transpose
    permute = permuting.permute
    movedim = moveaxis = permuting.movedim
    flip = permuting.flip
    fliplr = permuting.fliplr
    flipud = permuting.flipud
    roll = permuting.roll
    rot90 = permuting.rot90
    tril = diagonals.tril
    triu = diagonals.triu
    diagonal = diagonals.diagonal
    diag = diagonals.diag
    diag_embed = diagonals.diag_embed
    diagflat = diagonals.diagflat
    trace = diagonals.trace
    repeat = joining.repeat
    tile = joining.tile
    repeat_interleave = joining.repeat_interleave

    # Parts

    __getitem__ = indexing.getitem
    __setitem__ = indexing.setitem
    select = slicing.select
    narrow = slicing.narrow
    split = split_with_sizes = slicing.split_method
    chunk = slicing.chunk
    tensor_split = slicing.tensor_split
    unbind = slicing.unbind
    gather = gathering.gather
    scatter = gathering.scatter
    scatter_add = gathering.scatter_add
    index_put = indexing.index_put
    take_along_dim = gathering.take_along_dim

    # Products of matrices

    matmul = linear.matmul
    __matmul__ = linear.matmul_operator
    mm = linear.mm
    bmm = linear.bmm
    mv = linear.mv
    dot = linear.dot
    vdot = linear.vdot
    inner = linear.inner
    outer = ger = linear.outer
    addmm = linear_sums.addmm
    addmv = linear_sums.addmv
    addr = linear_sums.addr
    baddbmm = linear_sums.baddbmm

    # Types

    float = _casts.as_float
    double = _casts.as_double
    half = _casts.as_half
    long = _casts.as_long
    int = _casts.as_int
    short = _casts.as_short
    char = _casts.as_char
    byte = _casts.as_byte
    bool = _casts.as_bool
    clone = _casts.clone
    type_as = _casts.type_as

    # To Python, NumPy, other types, and back

    item = _conversions.item
    tolist = _conversions.tolist
    numpy = _conversions.numpy
    to = _conversions.to
    cpu = _conversions.cpu
    cuda = _conversions.cuda
    type = _conversions.type_
    __array__ = _conversions.array
    __array_wrap__ = _conversions.from_ufunc
    __bool__ = _conversions.as_bool
    __float__ = _conversions.as_float
    __int__ = _conversions.as_int
    __complex__ = _conversions.as_complex
    __index__ = _conversions.as_index
    __len__ = _conversions.length
    __iter__ = _conversions.iterate
    __contains__ = _conversions.contains
    __reduce_ex__ = _conversions.reduce
    __deepcopy__ = _conversions.deepcopy
    __dir__ = _properties.names
    __reversed__ = _conversions.reverse
    real = property(_properties.real)
    imag = property(_properties.imag)

    # New tensors

    new = _legacy.new
    new_tensor = _creation.new_tensor
    new_zeros = _creation.new_zeros
    new_ones = _creation.new_ones
    new_empty = _creation.new_empty
    new_full = _creation.new_full
