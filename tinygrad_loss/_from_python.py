"""Python's numbers and nested lists as arrays, with PyTorch's rules for the type and PyTorch's complaints."""

from __future__ import annotations

import functools
import math
import operator
import warnings
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from . import _dtypes
from .autograd.variable import Variable
from .errors import type_name

Array = np.ndarray[Any, Any]
NumpyType = np.dtype[Any]

_PYTHON_TYPES = {float: _dtypes.float64, int: _dtypes.int64, bool: _dtypes.bool_}


def numpy_dtype(dtype: Any, function: str) -> NumpyType | None:
    """NumPy's type for the argument ``dtype`` of ``function``: a torch.dtype, ``float``, ``int``, ``bool``, or None.

    >>> numpy_dtype(float, "zeros")
    dtype('float64')
    """
    if dtype is None:
        return None
    kind = _PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else dtype
    if not isinstance(kind, _dtypes.dtype):
        raise TypeError(
            f"{function}(): argument 'dtype' must be torch.dtype, not {type_name(dtype)} ({dtype!r}). Use "
            f"torch.float32, for example"
        )
    return kind.numpy


def array_from(data: Any, dtype: NumpyType | None, function: str = "tensor") -> Array:
    """A new array of ``data``: a number, a nested sequence of numbers, an array, a tensor.

    Without ``dtype`` the type is the one that PyTorch infers: floats become the default type, ints int64, NumPy's numbers and
    tensors keep theirs, and different types are promoted.

    Raises:
        ValueError: the sequences are not all of one length; an int does not fit 64 bits.
        TypeError: a string, or a sequence where a number should be.
        RuntimeError: something that is no number; a number that ``dtype`` does not hold.

    >>> array_from([[1, 2.5], [True, 4]], None)
    array([[1. , 2.5],
           [1. , 4. ]], dtype=float32)
    """
    if isinstance(data, Variable):
        data = data._data
    if isinstance(data, np.ndarray):
        check_array(data, negative_strides=False)
        return np.array(data, dtype=dtype, order="C")
    if isinstance(data, (str, bytes)):
        raise _text(data, function)
    if isinstance(data, (list, tuple)) and data and isinstance(data[0], np.ndarray) and data[0].ndim:
        warnings.warn(
            "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single "
            "numpy.ndarray with numpy.array() before converting to a tensor.",
            UserWarning,
            stacklevel=3,
        )
    sizes, numbers = _flattened(data, function)
    target = inferred(numbers, function) if dtype is None else dtype
    return _converted(numbers, target, function).reshape(sizes)


def check_array(array: Array, negative_strides: bool = True) -> None:
    """Raise unless PyTorch can hold this array: its type, its byte order, its strides."""
    if not array.dtype.isnative and array.dtype.kind in "biuf":
        raise ValueError(
            f"given numpy array has byte order different from the native byte order ({array.dtype}). "
            f"Conversion between byte orders "
            "is currently not supported. Use array.astype(array.dtype.newbyteorder('='))"
        )
    _dtypes.from_numpy_dtype(array.dtype)
    if array.size and any(stride < 0 for stride in array.strides):
        raise ValueError(
            f"At least one stride in the given numpy array is negative ({array.strides}), and tensors with "
            f"negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array with array.copy().)"
        )
    if negative_strides and any(stride % array.itemsize for stride in array.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size "
            f"({array.strides}, {array.itemsize}). Copy the numpy array to reallocate the memory."
        )


def _is_sequence(value: Any) -> bool:
    kind = type(value)
    if kind is list or kind is tuple:
        return True
    if isinstance(value, (Variable, np.generic, dict)) or (kind is np.ndarray and not value.ndim):
        return False
    return hasattr(kind, "__getitem__") and hasattr(kind, "__len__")


def _flattened(data: Any, function: str) -> tuple[tuple[int, ...], list[Any]]:
    """The shape that the first elements have, and all numbers in a row, once every sequence has been found to fit the shape."""
    sizes: list[int] = []
    first = data
    while _is_sequence(first) and not isinstance(first, bytes):
        if isinstance(first, str):
            raise ValueError(f"{function}: too many dimensions 'str': {first!r} is text, not numbers")
        sizes.append(len(first))
        if not sizes[-1]:
            return tuple(sizes), []
        first = first[0]
    level: Iterable[Any] = [data]
    for dim, size in enumerate(sizes):
        rows = list(level)
        for row in rows:
            if not _is_sequence(row):
                raise TypeError(
                    f"{function}: not a sequence: {row!r} stands where the other elements of dim {dim - 1} "
                    f"are sequences of length {size}"
                )
            if len(row) != size:
                raise ValueError(
                    f"{function}: expected sequence of length {size} at dim {dim} (got {len(row)}): all rows must have one length"
                )
        level = chain.from_iterable(rows)
    return tuple(sizes), list(level)


def inferred(numbers: Sequence[Any], function: str = "tensor") -> NumpyType:
    """The type that PyTorch gives a tensor of these numbers.

    >>> inferred([1, True]), inferred([]), inferred([1.5, np.float64(2)])
    (dtype('int64'), dtype('float32'), dtype('float64'))
    """
    result: _dtypes.dtype | None = None
    for kind in set(map(type, numbers)):
        if kind in (bool, int, float):
            found = _dtypes.get_default_dtype() if kind is float else _PYTHON_TYPES[kind]
        else:
            found = _inferred_other([one for one in numbers if type(one) is kind], function)
        result = found if result is None else _dtypes.promote_types(result, found)
    return (_dtypes.get_default_dtype() if result is None else result).numpy


def _inferred_other(values: list[Any], function: str) -> _dtypes.dtype:
    first = values[0]
    if isinstance(first, (Variable, np.ndarray)):
        kinds = {(one._data if isinstance(one, Variable) else one).dtype for one in values}
        return functools.reduce(_dtypes.promote_types, map(_dtypes.from_numpy_dtype, kinds))
    if isinstance(first, np.generic):
        return _dtypes.from_numpy_dtype(first.dtype)
    if isinstance(first, (int, float)):
        return _dtypes.get_default_dtype() if isinstance(first, float) else _dtypes.int64
    if isinstance(first, (str, bytes)):
        raise _text(first, function)
    if isinstance(first, complex):
        raise RuntimeError(f"{function}: complex numbers ({first!r}) are not supported here; use the real and imaginary parts")
    if _is_sequence(first):
        raise TypeError(
            f"{function}: '{type_name(first)}' object cannot be interpreted as an integer, and must be real number, not "
            f"{type_name(first)}: {first!r} stands among numbers"
        )
    raise RuntimeError(
        f"{function}: Could not infer dtype of {type_name(first)} ({first!r}); give numbers or nested lists of numbers"
    )


def _converted(numbers: list[Any], target: NumpyType, function: str) -> Array:
    kinds = set(map(type, numbers))
    if not kinds <= {bool, int, float}:
        numbers = [_python_number(one, target, function) for one in numbers]
        kinds = set(map(type, numbers))
    if target.kind == "b":
        return np.fromiter(map(bool, numbers), bool, len(numbers))
    try:
        if target.kind == "f":
            return np.array(numbers, np.float64).astype(target, copy=False)
        if float in kinds:
            numbers = [_truncated(one, target, function) for one in numbers]
        wide = np.array(numbers, np.int64)
    except OverflowError:
        largest = max((one for one in numbers if isinstance(one, int)), key=abs)
        raise ValueError(f"{function}: Overflow when unpacking long long: {largest} does not fit 64 bits") from None
    if target == np.int64 or not wide.size:
        return wide.astype(target, copy=False)
    high = int(np.iinfo(target).max)
    low = -high if target.kind == "u" else int(np.iinfo(target).min)
    for extreme in (int(wide.min()), int(wide.max())):
        if not low <= extreme <= high:
            raise _overflow(extreme, target, function)
    return wide.astype(target)


def _python_number(value: Any, target: NumpyType, function: str) -> Any:
    if isinstance(value, Variable):
        if value._data.size != 1:
            if value._data.dtype.kind == "f":
                raise ValueError(_only_one(function, value))
            raise TypeError(
                f"{_only_one(function, value)}; only integer tensors of a single element can be converted to an index"
            )
        return value._data.item()
    if isinstance(value, (np.generic, np.ndarray)):
        return value.item()
    if _is_sequence(value):
        inferred([value], function)
    try:
        return float(value) if target.kind == "f" or isinstance(value, float) else operator.index(value)
    except TypeError:
        raise TypeError(f"{function}: must be real number, not {type_name(value)} ({value!r})") from None


def _only_one(function: str, value: Any) -> str:
    shape = list(value._data.shape)
    return f"{function}: only one element tensors can be converted to Python scalars, not one of shape {shape}; use torch.stack"


def _truncated(value: float, target: NumpyType, function: str) -> int:
    if isinstance(value, float) and (not math.isfinite(value) or (target.kind == "u" and value < 0)):
        raise _overflow(value, target, function)
    return int(value)


def _text(value: Any, function: str) -> TypeError:
    return TypeError(f"{function}: new(): invalid data type '{type_name(value)}': {value!r} is text, not a number")


def _overflow(value: Any, target: NumpyType, function: str) -> RuntimeError:
    name = target if function == "tensor" else f"{target}_t"
    return RuntimeError(f"{function}: value cannot be converted to type {name} without overflow: {value} is out of its range")


def number_as(value: Any, target: NumpyType, function: str) -> Any:
    """One number in a type that must hold it: the value that ``full`` fills an array with.

    >>> number_as(2.5, np.dtype("int64"), "full")
    np.int64(2)
    """
    if isinstance(value, Variable) and value._data.size == 1:
        value = value._data.item()
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, (bool, int, float)):
        raise TypeError(f"{function}(): argument 'fill_value' (position 2) must be Number, not {type_name(value)} ({value!r})")
    return _converted([value], target, function)[0]
