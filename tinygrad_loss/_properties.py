"""What a tensor can be asked: its dimensions, its memory, its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _dtypes
from ._legacy import type_called
from ._shapes import dim_of
from ._storage import element_strides, storage_of
from .autograd.variable import Variable
from .ops._record import array_of

if TYPE_CHECKING:
    from ._tensor import Tensor


def dim(input: Tensor) -> int:
    """The number of dimensions."""
    return input._data.ndim


def numel(input: Tensor) -> int:
    """How many numbers the tensor holds.

    >>> import tinygrad_loss as torch
    >>> torch.numel(torch.zeros(2, 3))
    6
    """
    return array_of(input, "numel").size


def stride(input: Tensor, dim: int | None = None) -> Any:
    """How many elements of memory lie between neighbours along each dimension, or along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 3).stride(), torch.zeros(2, 3).stride(0)
    ((3, 1), 3)
    """
    steps = element_strides(input._data)
    if dim is None:
        return steps
    if not steps:
        raise IndexError(f"stride(): Dimension specified as {dim} but tensor has no dimensions")
    return steps[dim_of(dim, len(steps), "stride")]


def storage_offset(input: Tensor) -> int:
    """The number of the element of its memory at which the tensor starts.

    >>> import tinygrad_loss as torch
    >>> torch.arange(5)[2:].storage_offset()
    2
    """
    return storage_of(input._data)[1]


def is_contiguous(input: Tensor, memory_format: Any = None) -> bool:
    """Whether the numbers lie in memory row by row, without gaps."""
    return input._data.flags.c_contiguous


def element_size(input: Tensor) -> int:
    """The bytes of one number."""
    return input._data.itemsize


def data_ptr(input: Tensor) -> int:
    """The address of the first number: equal for tensors that start at the same memory."""
    address: int = input._data.__array_interface__["data"][0]
    return address


def get_device(input: Tensor) -> int:
    """-1, which stands for the CPU."""
    return -1


def is_floating_point(input: Tensor) -> bool:
    """Whether the numbers are floating-point numbers.

    >>> import tinygrad_loss as torch
    >>> torch.is_floating_point(torch.ones(1)), torch.is_floating_point(torch.tensor([1]))
    (True, False)
    """
    return bool(array_of(input, "is_floating_point").dtype.kind == "f")


def is_complex(input: Tensor) -> bool:
    """False: there are no complex tensors here."""
    array_of(input, "is_complex")
    return False


def is_signed(input: Tensor) -> bool:
    """Whether the dtype has negative numbers."""
    return input._data.dtype.kind in "if"


def is_nonzero(input: Tensor) -> bool:
    """Whether the one number of this tensor is not 0; RuntimeError for several."""
    array_of(input, "is_nonzero")
    return bool(input)


def is_tensor(obj: Any) -> bool:
    """Whether ``obj`` is a tensor.

    >>> import tinygrad_loss as torch
    >>> torch.is_tensor(torch.ones(1)), torch.is_tensor([1.0])
    (True, False)
    """
    return isinstance(obj, Variable)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether both have one shape."""
    return bool(input._data.shape == array_of(other, "is_same_size", "other").shape)


def is_set_to(input: Tensor, tensor: Tensor) -> bool:
    """Whether both look at the same numbers in the same memory."""
    one, other = input._data, array_of(tensor, "is_set_to", "tensor")
    return (one.__array_interface__["data"], one.shape, one.strides) == (
        other.__array_interface__["data"],
        other.shape,
        other.strides,
    )


def never(input: Tensor) -> bool:
    """False: no tensor here is pinned, shared among processes, or made in inference mode."""
    return False


def dlpack(input: Tensor, **options: Any) -> Any:
    """The memory for another library that speaks DLPack: ``numpy.from_dlpack(x)``."""
    if input.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    return input._data.__dlpack__(**options)


def dlpack_device(input: Tensor) -> Any:
    """Where the memory lies, as DLPack counts devices: the CPU."""
    return input._data.__dlpack_device__()


def as_subclass(input: Tensor, cls: Any) -> Any:
    """The tensor itself as an instance of ``cls``, a subclass of Tensor."""
    out = object.__new__(cls)
    out._data, out._edge = input._data, input.edge()
    return out


def real(input: Tensor) -> Tensor:
    """The tensor itself: there are no complex tensors here."""
    return input


def imag(input: Tensor) -> Tensor:
    """RuntimeError: real numbers have no imaginary part."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def typename(obj: Any) -> str:
    """The name of a tensor's type, such as ``'torch.FloatTensor'``; of anything else that of its class.

    >>> import tinygrad_loss as torch
    >>> torch.typename(torch.ones(1))
    'torch.FloatTensor'
    """
    if isinstance(obj, Variable):
        return f"torch.{type_called(obj.dtype)}"  # type: ignore[attr-defined]
    kind = obj if isinstance(obj, type) else type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def names(input: Tensor) -> list[str]:
    """The public names, for completion in a notebook."""
    return sorted(name for name in {*dir(type(input)), *input.__dict__} if not name.startswith("_") or name.startswith("__"))


def result_type(tensor1: Any, tensor2: Any) -> _dtypes.dtype:
    """The dtype of an operation on these two, which are tensors or Python numbers.

    >>> import tinygrad_loss as torch
    >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    torch.float32
    """
    return _dtypes.result_dtype([one._data if isinstance(one, Variable) else one for one in (tensor1, tensor2)])


def can_cast(from_: _dtypes.dtype, to: _dtypes.dtype) -> bool:
    """Whether numbers of one dtype may be stored in place in a tensor of the other: not floats in integers, nor
    integers in bools.

    >>> import tinygrad_loss as torch
    >>> torch.can_cast(torch.int64, torch.float32), torch.can_cast(torch.float32, torch.int64)
    (True, False)
    """
    return from_.category <= to.category
