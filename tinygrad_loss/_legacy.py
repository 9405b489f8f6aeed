"""The old names of PyTorch's tensor types, ``FloatTensor`` and its like, and the old way to make tensors: ``Tensor(2, 3)``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _dtypes
from ._creation import room, size_from
from ._device import check_device
from ._from_python import Array, array_from
from ._shapes import Size
from .autograd.node import NO_EDGE
from .autograd.variable import Variable
from .autograd.wrapping import wrap
from .errors import type_name

if TYPE_CHECKING:
    from ._tensor import Tensor

_NAMES = {
    "Float": _dtypes.float32,
    "Double": _dtypes.float64,
    "Half": _dtypes.float16,
    "Long": _dtypes.int64,
    "Int": _dtypes.int32,
    "Short": _dtypes.int16,
    "Char": _dtypes.int8,
    "Byte": _dtypes.uint8,
    "Bool": _dtypes.bool_,
}
NAME_OF = {_NAMES[name]: name for name in _NAMES}


def type_called(dtype: _dtypes.dtype) -> str:
    """The old name of a dtype.

    >>> type_called(_dtypes.int64)
    'LongTensor'
    """
    return f"{NAME_OF[dtype]}Tensor"


def legacy_array(args: tuple[Any, ...], dtype: _dtypes.dtype | None, options: dict[str, Any]) -> Array:
    """The array that ``FloatTensor(*args)`` holds: data where a list is given, uninitialised numbers where lengths are.

    ``dtype`` is None for ``Tensor(...)`` itself, which makes floats and takes a tensor of any dtype.
    """
    check_device(options.pop("device", None), "new")
    args = (*args, *(options.pop(name) for name in ("data", "size") if name in options))
    if options:
        raise TypeError(f"new() got an unexpected keyword argument '{next(iter(options))}'")
    kind = (_dtypes.get_default_dtype() if dtype is None else dtype).numpy
    if not args:
        return np.empty(0, kind)
    first = args[0]
    if len(args) == 1 and not isinstance(first, Size) and (isinstance(first, bool) or not hasattr(first, "__index__")):
        return _from_data(first, kind)
    if isinstance(first, np.ndarray) and len(args) == 1:
        return array_from(first, kind, "new")
    if isinstance(first, Variable) and len(args) == 1:
        if dtype is not None and first._data.dtype != kind:
            raise TypeError(f"new(): expected a tensor of dtype {kind} (got {first._data.dtype}). Convert it: x.to({dtype!r})")
        return first._data
    return room(size_from(args, "new"), kind)


def _from_data(data: Any, kind: np.dtype[Any]) -> Array:
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type_name(data)}'")
    if data is None or isinstance(data, (bool, float)):
        raise TypeError(f"new(): data must be a sequence (got {type_name(data)}). Use torch.tensor({data})")
    return array_from(data, kind, "new")


def new(input: Tensor, *args: Any, **options: Any) -> Tensor:
    """As ``FloatTensor(*args)``, in the dtype of this tensor.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.5]).new([1, 2])
    tensor([1., 2.])
    """
    return wrap(legacy_array(args, input.dtype, options), NO_EDGE)  # type: ignore[no-any-return]


class TensorType:
    """One of the old tensor types: call it with lengths or with data; ``isinstance`` asks for the dtype.

    >>> import tinygrad_loss as torch
    >>> torch.FloatTensor([1, 2]), torch.LongTensor(2, 3).shape, isinstance(torch.ones(1), torch.FloatTensor)
    (tensor([1., 2.]), torch.Size([2, 3]), True)
    """

    __slots__ = ("__name__", "dtype", "is_cuda")

    def __init__(self, name: str, dtype: _dtypes.dtype, is_cuda: bool = False) -> None:
        self.__name__, self.dtype, self.is_cuda = name, dtype, is_cuda

    def __call__(self, *args: Any, **options: Any) -> Tensor:
        return wrap(legacy_array(args, self.usable_dtype(), options), NO_EDGE)  # type: ignore[no-any-return]

    def usable_dtype(self) -> _dtypes.dtype:
        """The dtype; TypeError for a type of another device than the CPU."""
        if self.is_cuda:
            raise TypeError(
                f"type torch.{self.__name__} not available. Torch not compiled with CUDA enabled: tinygrad_loss computes on "
                f"the CPU. Use torch.{self.__name__.removeprefix('cuda.')}"
            )
        return self.dtype

    @staticmethod
    def called(name: Any) -> TensorType:
        """The type of that name, such as ``"torch.FloatTensor"``; ValueError where there is none."""
        if isinstance(name, TensorType):
            return name
        short = name.removeprefix("torch.").removeprefix("cuda.").removesuffix("Tensor")
        if short not in _NAMES or not name.startswith("torch.") or not name.endswith("Tensor"):
            raise ValueError(f"type(): invalid type: {name!r}. Use 'torch.FloatTensor', or better torch.float32")
        return TensorType(name.removeprefix("torch."), _NAMES[short], ".cuda." in name)

    def __instancecheck__(self, tensor: Any) -> bool:
        return isinstance(tensor, Variable) and not self.is_cuda and tensor._data.dtype == self.dtype.numpy

    def __repr__(self) -> str:
        return f"<class 'torch.{self.__name__}'>"


FloatTensor = TensorType("FloatTensor", _dtypes.float32)
DoubleTensor = TensorType("DoubleTensor", _dtypes.float64)
HalfTensor = TensorType("HalfTensor", _dtypes.float16)
LongTensor = TensorType("LongTensor", _dtypes.int64)
IntTensor = TensorType("IntTensor", _dtypes.int32)
ShortTensor = TensorType("ShortTensor", _dtypes.int16)
CharTensor = TensorType("CharTensor", _dtypes.int8)
ByteTensor = TensorType("ByteTensor", _dtypes.uint8)
BoolTensor = TensorType("BoolTensor", _dtypes.bool_)


def set_default_tensor_type(t: Any) -> None:
    """The old way to say ``set_default_dtype``: takes ``torch.DoubleTensor`` or its name. Deprecated, as in PyTorch."""
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        UserWarning,
        stacklevel=2,
    )
    _dtypes.set_default_dtype(TensorType.called(t).usable_dtype() if isinstance(t, (str, TensorType)) else t)
