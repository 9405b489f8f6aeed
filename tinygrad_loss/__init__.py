"""Reverse-mode autodiff on NumPy for classification losses and the gradients that flow back through them; PyTorch's names."""

import importlib as _importlib
import warnings as _warnings
from math import e, inf, nan, pi
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from . import accelerator, autograd, backends, cuda, random, return_types, version
from ._creation import (
    as_tensor,
    asarray,
    empty,
    empty_like,
    from_numpy,
    frombuffer,
    full,
    full_like,
    ones,
    ones_like,
    scalar_tensor,
    tensor,
    zeros,
    zeros_like,
)
from ._device import (
    channels_last,
    contiguous_format,
    device,
    get_default_device,
    layout,
    memory_format,
    preserve_format,
    set_default_device,
    strided,
)
from ._draws import (
    bernoulli,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from ._dtypes import bool_ as bool
from ._dtypes import (
    double,
    dtype,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
)
from ._dtypes import float32 as float
from ._dtypes import int32 as int
from ._generator import Generator, default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from ._legacy import (
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    set_default_tensor_type,
)
from ._printing import set_printoptions
from ._properties import can_cast, is_complex, is_floating_point, is_nonzero, is_tensor, numel, result_type, typename
from ._ranges import arange, eye, linspace, logspace, range
from ._settings import (
    are_deterministic_algorithms_enabled,
    get_float32_matmul_precision,
    set_float32_matmul_precision,
    use_deterministic_algorithms,
)
from ._shapes import Size
from ._tensor import Tensor
from ._version import __version__
from .autograd import (
    enable_grad,
    inference_mode,
    is_anomaly_check_nan_enabled,
    is_anomaly_enabled,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .kernels.threads import get_num_threads, set_num_threads
from .ops.arithmetic import add, div, mul, neg, pow, reciprocal, square, sub
from .ops.comparison import (
    all,
    allclose,
    any,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    count_nonzero,
    eq,
    equal,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
)
from .ops.diagonals import diag, diag_embed, diagflat, diagonal, trace, tril, triu
from .ops.einsum import einsum
from .ops.extremes import amax, amin, aminmax, argmax, argmin, max, maximum, min, minimum
from .ops.entropies import xlogy
from .ops.gammas import digamma, erf, erfinv, lgamma, polygamma
from .ops.gathering import gather, scatter, scatter_add, take_along_dim
from .ops.indexing import index_put
from .ops.indexing_along import index_add, index_copy, index_fill, index_select, masked_scatter, take
from .ops.inplace import fill
from .ops.joining import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_tensors,
    cat,
    column_stack,
    dstack,
    hstack,
    meshgrid,
    repeat_interleave,
    stack,
    tile,
    vstack,
)
from .ops.linear import bmm, chain_matmul, dot, inner, matmul, mm, mv, outer, tensordot, vdot
from .ops.linear_sums import addmm, addmv, addr, baddbmm
from .ops.norms import norm
from .ops.permuting import flip, fliplr, flipud, movedim, permute, roll, rot90, t, transpose
from .ops.pointwise import abs, exp, exp2, expm1, log, log1p, log2, log10, rsqrt, sign, sqrt
from .ops.products import cumprod, cumsum, prod
from .ops.reductions import mean, sum
from .ops.rounding import ceil, floor, floor_divide, fmod, frac, remainder, round, trunc
from .ops.selection import clamp, clamp_max, clamp_min, masked_fill, masked_select, nonzero, where
from .ops.shaping import broadcast_to, flatten, ravel, reshape, squeeze, unflatten, unsqueeze
from .ops.sigmoids import relu, sigmoid, tanh
from .ops.slicing import chunk, narrow, select, split, tensor_split, unbind
from .ops.softmaxes import log_softmax, logsumexp, softmax
from .ops.sorting import argsort, bincount, sort, topk, unique
from .ops.statistics import median, std, std_mean, var, var_mean
from .ops.trigonometry import acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sinh, tan

absolute, negative, fix, clip = abs, neg, trunc, clamp
arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh = asin, acos, atan, atan2, asinh, acosh, atanh
concat = concatenate = cat
row_stack = vstack
ger, split_with_sizes = outer, split
less, less_equal, greater, greater_equal, not_equal = lt, le, gt, ge, ne
moveaxis, swapaxes, swapdims = movedim, transpose, transpose
newaxis = None

# As in PyTorch, log(0) is -inf without a word.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tinygrad_loss(\.|$)")

if _TYPE_CHECKING:
    from . import datasets, nn, optim, plots, utils
    from ._picture import Picture, draw
    from .serialization import load, save

# Imported when first asked for, so that ``import tinygrad_loss`` itself stays quick.
_LATER = {
    **dict.fromkeys(("datasets", "nn", "optim", "plots", "utils")),
    "Picture": "_picture",
    "draw": "_picture",
    "load": "serialization",
    "save": "serialization",
}


def __getattr__(name: str) -> _Any:
    if name not in _LATER:
        raise AttributeError(f"module 'tinygrad_loss' has no attribute '{name}'")
    module = _LATER[name]
    if module is None:
        return _importlib.import_module(f".{name}", __name__)
    found = getattr(_importlib.import_module(f".{module}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
