"""Data types: PyTorch's names and promotion rules over NumPy's arrays.

PyTorch ranks operands in three classes: tensors with dimensions, 0-dim tensors, Python numbers. A lower class changes the
result's type only when its *category* (bool < integer < floating) is higher, so ``float32_tensor * 0-dim float64`` stays float32.
Source: https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

Scalar = bool | int | float
SCALARS = (bool, int, float)


class dtype:
    """The type of a tensor's numbers, such as ``torch.float32``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0]).dtype, torch.float32.itemsize, torch.int64.is_floating_point
    (torch.float32, 4, False)
    """

    __slots__ = ("category", "is_complex", "is_floating_point", "itemsize", "name", "numpy")

    def __init__(self, name: str, numpy_type: type[np.generic]) -> None:
        self.name = name
        self.numpy = np.dtype(numpy_type)
        self.itemsize = self.numpy.itemsize
        self.category = {"b": 0, "u": 1, "i": 1, "f": 2}[self.numpy.kind]
        self.is_floating_point = self.category == 2
        self.is_complex = False

    @property
    def is_signed(self) -> bool:
        """Whether negative numbers can be held."""
        return self.numpy.kind in "if"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return by_name, (self.name,)


float64 = double = dtype("float64", np.float64)
float32 = dtype("float32", np.float32)
float16 = half = dtype("float16", np.float16)
int64 = long = dtype("int64", np.int64)
int32 = dtype("int32", np.int32)
int16 = short = dtype("int16", np.int16)
int8 = dtype("int8", np.int8)
uint8 = dtype("uint8", np.uint8)
bool_ = dtype("bool", np.bool_)

ALL = (float64, float32, float16, int64, int32, int16, int8, uint8, bool_)
_BY_NUMPY = {kind.numpy: kind for kind in ALL}
_BY_NAME = {kind.name: kind for kind in ALL}
F32, F64, I64, BOOL = float32.numpy, float64.numpy, int64.numpy, bool_.numpy


def by_name(name: str) -> dtype:
    """The data type of that name (used when a dtype is unpickled)."""
    return _BY_NAME[name]


def from_numpy_dtype(numpy_dtype: np.dtype[Any]) -> dtype:
    """The data type for a NumPy dtype; TypeError for those PyTorch does not have.

    >>> from_numpy_dtype(np.dtype("int32"))
    torch.int32
    """
    try:
        return _BY_NUMPY[numpy_dtype]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type {numpy_dtype}. The supported types are: "
            "float64, float32, float16, int64, int32, int16, int8, uint8, and bool."
        ) from None


class _Default:
    """The type that a Python float becomes; a holder, so that it can be set."""

    dtype: dtype = float32


def get_default_dtype() -> dtype:
    """The type that a Python float becomes in ``tensor(0.5)``: float32 unless it was set.

    >>> get_default_dtype()
    torch.float32
    """
    return _Default.dtype


def set_default_dtype(d: dtype) -> None:
    """Set the type that a Python float becomes; only a floating-point type will do (TypeError).

    >>> set_default_dtype(float64); get_default_dtype(); set_default_dtype(float32)
    torch.float64
    """
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"set_default_dtype: only floating-point types are supported as the default type, got {d!r}")
    _Default.dtype = d


_WORDS = {
    "float64": "Double", "float32": "Float", "float16": "Half", "int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char",
    "uint8": "Byte", "bool": "Bool",
}  # fmt: skip


_C_WORDS = {"float16": "c10::Half", "int64": "long int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char"}


def type_word(numpy_dtype: np.dtype[Any]) -> str:
    """PyTorch's word for a type in messages and in the names of the old tensor classes.

    >>> type_word(np.dtype("int64"))
    'Long'
    """
    return _WORDS[numpy_dtype.name]


def c_word(numpy_dtype: np.dtype[Any]) -> str:
    """The type's name in C++, which some of PyTorch's messages give.

    >>> c_word(np.dtype("int64"))
    'long int'
    """
    return _C_WORDS.get(numpy_dtype.name) or type_word(numpy_dtype).lower()


def default_numpy() -> np.dtype[Any]:
    """NumPy's name of the default floating type."""
    return _Default.dtype.numpy


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type that holds both.

    >>> promote_types(int64, float32), promote_types(uint8, int8)
    (torch.float32, torch.int16)
    """
    if type1.category != type2.category:
        return type1 if type1.category > type2.category else type2
    return _BY_NUMPY[np.promote_types(type1.numpy, type2.numpy)]


def _scalar_type(value: Scalar) -> dtype:
    if isinstance(value, bool):
        return bool_
    return int64 if isinstance(value, int) else get_default_dtype()


def result_dtype(operands: Iterable[np.ndarray[Any, Any] | Scalar]) -> dtype:
    """The type of an operation on these arrays (of tensors) and Python numbers.

    >>> result_dtype([np.ones(3, np.float32), np.array(2.0)]), result_dtype([np.ones(3, np.int64), 0.5])
    (torch.float32, torch.float32)
    """
    ranks: list[dtype | None] = [None, None, None]
    for value in operands:
        if isinstance(value, SCALARS) and not isinstance(value, np.generic):
            rank, kind = 2, _scalar_type(value)
        else:
            rank, kind = (0 if value.ndim else 1), from_numpy_dtype(value.dtype)  # type: ignore[union-attr]
        known = ranks[rank]
        ranks[rank] = kind if known is None else promote_types(known, kind)
    result: dtype | None = None
    for kind_or_none in ranks:
        if kind_or_none is None:
            continue
        if result is None:
            result = kind_or_none
        elif kind_or_none.category > result.category:
            result = promote_types(result, kind_or_none)
    assert result is not None
    return result


def weak_float(numpy_dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The floating type that a function such as ``exp`` or a true division takes an integer to."""
    return numpy_dtype if numpy_dtype.kind == "f" else default_numpy()


class finfo:
    """Limits of a floating-point type: bits, eps, max, min, tiny, smallest_normal, resolution.

    >>> finfo(float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: dtype | None = None) -> None:
        kind = get_default_dtype() if type is None else type
        if not kind.is_floating_point:
            raise TypeError(
                f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{kind!r}'"
            )
        info = np.finfo(kind.numpy)
        self.dtype = kind.name
        self.bits = kind.itemsize * 8
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = float(info.resolution)

    def __repr__(self) -> str:
        values = ", ".join(
            f"{name}={getattr(self, name):g}" for name in ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        )
        return f"finfo({values}, dtype={self.dtype})"


class iinfo:
    """Limits of an integer type: bits, max, min.

    >>> iinfo(int8).max
    127
    """

    def __init__(self, type: dtype) -> None:
        if type.category != 1:
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{type!r}'")
        info = np.iinfo(type.numpy)
        self.dtype = type.name
        self.bits, self.max, self.min = info.bits, int(info.max), int(info.min)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
