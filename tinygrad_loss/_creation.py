"""The functions that make tensors of Python's numbers, of NumPy's arrays, and of one value.

All take ``dtype``, ``requires_grad`` and PyTorch's other options: ``device`` (the CPU), ``out`` (a tensor to write to),
``pin_memory`` (False) and, without effect, ``layout`` and ``memory_format``.
"""

from __future__ import annotations

import operator
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _dtypes
from ._device import check_device
from ._from_python import Array, NumpyType, array_from, check_array, inferred, number_as, numpy_dtype
from .autograd import clock
from .autograd.node import LEAF, NO_EDGE
from .autograd.variable import Variable
from .autograd.wrapping import wrap
from .errors import type_name
from .kernels.memory_order import dense_like
from .ops._casts import cast

if TYPE_CHECKING:
    from ._tensor import Tensor

_NO_EFFECT = {"layout", "memory_format"}


def made(array: Array, function: str, requires_grad: bool = False, options: dict[str, Any] | None = None) -> Tensor:
    """A new tensor on ``array``, after a look at the options with which ``function`` was called."""
    out = None
    for name, value in (options or {}).items():
        if name == "device":
            check_device(value, function)
        elif name == "out":
            out = value
        elif name == "pin_memory" and not value:
            continue
        elif name == "pin_memory":
            raise RuntimeError(f"{function}(): pin_memory=True requires a CUDA or other accelerator backend. Leave it out")
        elif name not in _NO_EFFECT:
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'")
    if not isinstance(requires_grad, bool):
        raise TypeError(f"{function}(): argument 'requires_grad' must be bool, not {type_name(requires_grad)}")
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError(
            f"{function}(): Only Tensors of floating point and complex dtype can require gradients, not {array.dtype}. "
            "Pass dtype=torch.float32, or write 1.0 instead of 1"
        )
    if out is None:
        return wrap(array, LEAF if requires_grad else NO_EDGE)  # type: ignore[no-any-return]
    return _written(out, array, function)


def _written(out: Any, array: Array, function: str) -> Tensor:
    if not isinstance(out, Variable):
        raise TypeError(f"{function}(): argument 'out' must be Tensor, not {type_name(out)}")
    if out._data.shape != array.shape:
        raise RuntimeError(
            f"{function}(): out has shape {list(out._data.shape)}, the result {list(array.shape)}. Make out in that shape"
        )
    out._data[...] = array
    clock.touch(out._data)
    return out  # type: ignore[return-value]


def size_from(size: tuple[Any, ...], function: str) -> tuple[int, ...]:
    """The lengths given one by one, ``zeros(2, 3)``, or as one list or tuple, ``zeros((2, 3))``.

    >>> size_from((2, 3), "zeros"), size_from(([2, 3],), "zeros")
    ((2, 3), (2, 3))
    """
    if not size:
        raise TypeError(f'{function}() missing 1 required positional arguments: "size"; give the lengths, as in {function}(2, 3)')
    lengths = size[0] if len(size) == 1 and isinstance(size[0], (list, tuple)) else size
    for place, length in enumerate(lengths):
        if isinstance(length, bool) or not hasattr(length, "__index__") or isinstance(length, np.ndarray):
            raise TypeError(
                f"{function}(): argument 'size' (position 1) must be tuple of ints, not {type_name(length)} "
                f"(found {length!r} at pos {place}). Give the lengths as ints, as in {function}(2, 3)"
            )
    try:
        shape = tuple(map(operator.index, lengths))
    except TypeError:
        raise TypeError(f"{function}(): argument 'size' (position 1) must be tuple of ints, not Tensor: use .tolist()") from None
    if any(length < 0 for length in shape):
        raise RuntimeError(
            f"{function}: Dimension size must be non-negative. Trying to create tensor with negative "
            f"dimension {min(shape)}: {list(shape)}"
        )
    return shape


def listed_size(size: Any, function: str) -> tuple[int, ...]:
    """A size that must come as one list or tuple, as in ``full((2, 3), 1.0)``."""
    if not isinstance(size, (list, tuple)):
        raise TypeError(
            f"{function}(): argument 'size' (position 1) must be tuple of ints, not {type_name(size)}. Write "
            f"({size},) with brackets"
        )
    return size_from((size,), function)


def room(shape: tuple[int, ...], dtype: NumpyType) -> Array:
    """An uninitialised array; RuntimeError where there is not that much memory."""
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError):
        raise RuntimeError(
            f"DefaultCPUAllocator: can't allocate memory (or Storage size calculation overflowed) for shape "
            f"{list(shape)} of {dtype}"
        ) from None


def filled(shape: tuple[int, ...], dtype: NumpyType | None, value: float) -> Array:
    """An array full of ``value``, of the default floating type if none is given."""
    array = room(shape, _dtypes.default_numpy() if dtype is None else dtype)
    array.fill(value)
    return array


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """A tensor of ``data``: a number, nested lists of numbers, a NumPy array. The numbers are copied.

    Floats get the default dtype (float32), ints int64, bools bool; NumPy's numbers keep their own dtype.

    Raises:
        ValueError: rows of different lengths, an int beyond 64 bits.
        TypeError: text, a list among numbers.
        RuntimeError: no numbers at all; numbers that ``dtype`` does not hold; a gradient asked of integers.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    tensor([[1., 2.],
            [3., 4.]], requires_grad=True)
    >>> torch.tensor([1, 2, 3]).dtype, torch.tensor(True), torch.tensor([1], dtype=torch.float64)
    (torch.int64, tensor(True), tensor([1.], dtype=torch.float64))
    """
    kind = numpy_dtype(dtype, "tensor")
    if isinstance(data, Variable):
        warn_of_copy("torch.tensor")
    return made(array_from(data, kind), "tensor", requires_grad, {"device": device, "pin_memory": pin_memory})


def warn_of_copy(function: str) -> None:
    """Warn that a tensor was given where data was expected."""
    warnings.warn(
        "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
        f"sourceTensor.detach().clone().requires_grad_(True), rather than {function}(sourceTensor).",
        UserWarning,
        stacklevel=3,
    )


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of ``data`` without a copy where that is possible: a tensor stays itself, an array shares its memory.

    >>> import numpy as np, tinygrad_loss as torch
    >>> a = np.array([1.0, 2.0]); t = torch.as_tensor(a); a[0] = 5; t
    tensor([5., 2.], dtype=torch.float64)
    """
    kind = numpy_dtype(dtype, "as_tensor")
    check_device(device, "as_tensor")
    if isinstance(data, np.ndarray) and kind in (None, data.dtype):
        return from_numpy(data)
    if isinstance(data, Variable):
        return data if kind is None else cast(data, _dtypes.from_numpy_dtype(kind))  # type: ignore[return-value,arg-type]
    return wrap(array_from(data, kind), NO_EDGE)  # type: ignore[no-any-return]


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """As ``as_tensor``, with a say about the copy: True always copies, False never does (ValueError where it must).

    >>> import tinygrad_loss as torch
    >>> torch.asarray([1, 2])
    tensor([1, 2])
    """
    result = as_tensor(obj, dtype, device)
    shared = isinstance(obj, (Variable, np.ndarray)) and np.shares_memory(result._data, getattr(obj, "_data", obj))
    if copy is False and not shared:
        raise ValueError("asarray: can't alias arbitrary sequence, or another dtype: pass copy=None")
    if copy and shared:
        result = result.clone()
    return result if not requires_grad else result.detach().requires_grad_()  # type: ignore[no-any-return]


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of an array of another library that speaks DLPack.

    >>> import numpy as np, tinygrad_loss as torch
    >>> torch.from_dlpack(np.ones(2))
    tensor([1., 1.], dtype=torch.float64)
    """
    array = np.from_dlpack(ext_tensor)
    return from_numpy(array.copy() if copy or not array.flags.writeable else array)


def from_numpy(ndarray: Array) -> Tensor:
    """A tensor on the memory of a NumPy array: writing to one changes the other.

    >>> import numpy as np, tinygrad_loss as torch
    >>> a = np.zeros(2); t = torch.from_numpy(a); a[0] = 7; t
    tensor([7., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        kind = f"numpy.{type_name(ndarray)}" if isinstance(ndarray, np.generic) else type_name(ndarray)
        raise TypeError(f"from_numpy: expected np.ndarray (got {kind}). Use torch.tensor for lists and numbers")
    check_array(ndarray)
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
            "Writing to this tensor is an "
            "error here. You may want to copy the array before converting it to a tensor.",
            UserWarning,
            stacklevel=2,
        )
    return wrap(ndarray if type(ndarray) is np.ndarray else ndarray.view(np.ndarray), NO_EDGE)  # type: ignore[no-any-return]


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A tensor on the memory of a bytes-like object.

    >>> import tinygrad_loss as torch
    >>> torch.frombuffer(bytearray(b"abc"), dtype=torch.uint8)
    tensor([97, 98, 99], dtype=torch.uint8)
    """
    kind = numpy_dtype(dtype, "frombuffer")
    assert kind is not None
    return made(np.frombuffer(buffer, kind, count, offset), "frombuffer", requires_grad)


def zeros(*size: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Zeros of the given shape, float32 unless ``dtype`` says otherwise.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return _constant(0, "zeros", size, dtype, requires_grad, options)


def ones(*size: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Ones of the given shape, float32 unless ``dtype`` says otherwise.

    >>> import tinygrad_loss as torch
    >>> torch.ones(2, dtype=torch.int64)
    tensor([1, 1])
    """
    return _constant(1, "ones", size, dtype, requires_grad, options)


def _constant(
    value: int, function: str, size: tuple[Any, ...], dtype: Any, requires_grad: bool, options: dict[str, Any]
) -> Tensor:
    shape = size_from(size or (() if "size" not in options else (options.pop("size"),)), function)
    return made(filled(shape, numpy_dtype(dtype, function), value), function, requires_grad, options)


def empty(*size: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Memory for a tensor of the given shape; the numbers are whatever stood there.

    >>> import tinygrad_loss as torch
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])
    """
    shape = size_from(size or (() if "size" not in options else (options.pop("size"),)), "empty")
    array = room(shape, numpy_dtype(dtype, "empty") or _dtypes.default_numpy())
    return made(array, "empty", requires_grad, options)


def full(size: Any, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """``fill_value`` in every place; the dtype is the value's (bool, int64 or float32) unless given.

    >>> import tinygrad_loss as torch
    >>> torch.full((2,), 3.5), torch.full((2,), 7)
    (tensor([3.5000, 3.5000]), tensor([7, 7]))
    """
    shape = listed_size(size, "full")
    value = fill_value._data.item() if isinstance(fill_value, Variable) and fill_value._data.size == 1 else fill_value
    kind = numpy_dtype(dtype, "full") or (inferred([value]) if isinstance(value, (bool, int, float)) else _dtypes.default_numpy())
    return made(filled(shape, kind, number_as(value, kind, "full")), "full", requires_grad, options)


def scalar_tensor(s: Any, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """A 0-dim tensor of one number, float32 unless ``dtype`` says otherwise.

    >>> import tinygrad_loss as torch
    >>> torch.scalar_tensor(3)
    tensor(3.)
    """
    return full((), s, dtype=dtype or _dtypes.get_default_dtype(), requires_grad=requires_grad, **options)


def like(input: Any, function: str, dtype: Any = None) -> Array:
    """Memory for a tensor of ``input``'s shape, laid out as it is, in its dtype or another."""
    if not isinstance(input, Variable):
        raise TypeError(f"{function}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
    return dense_like(input._data, numpy_dtype(dtype, function))


def zeros_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Zeros in the shape and dtype of ``input``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros_like(torch.tensor([1.0, 2.0]))
    tensor([0., 0.])
    """
    array = like(input, "zeros_like", dtype)
    array.fill(0)
    return made(array, "zeros_like", requires_grad, options)


def ones_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Ones in the shape and dtype of ``input``.

    >>> import tinygrad_loss as torch
    >>> torch.ones_like(torch.tensor([5, 6]))
    tensor([1, 1])
    """
    array = like(input, "ones_like", dtype)
    array.fill(1)
    return made(array, "ones_like", requires_grad, options)


def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """``fill_value`` in every place, in the shape and dtype of ``input``.

    >>> import tinygrad_loss as torch
    >>> torch.full_like(torch.tensor([5, 6]), 2.5)
    tensor([2, 2])
    """
    array = like(input, "full_like", dtype)
    array.fill(number_as(fill_value, array.dtype, "full_like"))
    return made(array, "full_like", requires_grad, options)


def empty_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Memory in the shape and dtype of ``input``; the numbers are whatever stood there."""
    return made(like(input, "empty_like", dtype), "empty_like", requires_grad, options)


def new_zeros(input: Tensor, *size: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Zeros of another shape in the dtype of this tensor."""
    return _constant(0, "new_zeros", size, dtype or input.dtype, requires_grad, options)


def new_ones(input: Tensor, *size: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Ones of another shape in the dtype of this tensor."""
    return _constant(1, "new_ones", size, dtype or input.dtype, requires_grad, options)


def new_empty(input: Tensor, *size: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """Memory for another shape in the dtype of this tensor."""
    return empty(*size, dtype=dtype or input.dtype, requires_grad=requires_grad, **options)


def new_full(
    input: Tensor, size: Any, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """``fill_value`` in every place of another shape, in the dtype of this tensor."""
    kind = numpy_dtype(dtype, "new_full") or input._data.dtype
    array = filled(listed_size(size, "new_full"), kind, number_as(fill_value, kind, "new_full"))
    return made(array, "new_full", requires_grad, options)


def new_tensor(input: Tensor, data: Any, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """``tensor(data)`` in the dtype of this tensor.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.5]).new_tensor([1, 2])
    tensor([1., 2.])
    """
    if isinstance(data, Variable):
        warn_of_copy("tensor.new_tensor")
    kind = numpy_dtype(dtype, "new_tensor") or input._data.dtype
    return made(array_from(data, kind), "new_tensor", requires_grad, options)
