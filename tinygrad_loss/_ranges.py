"""Tensors of evenly spaced numbers, and the identity matrix."""

from __future__ import annotations

import math
import operator
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _dtypes
from ._creation import made, room
from ._from_python import Array, NumpyType, inferred, numpy_dtype
from .autograd.variable import Variable
from .errors import type_name
from .kernels.box_muller import affine32, affine64

if TYPE_CHECKING:
    from ._tensor import Tensor


def _number(value: Any, function: str, argument: str) -> Any:
    if isinstance(value, Variable):
        if value._data.ndim:
            raise RuntimeError(
                f"{function} only supports 0-dimensional start and end tensors, but got {argument} with "
                f"{value._data.ndim} dimension(s)."
            )
        return value._data.item()
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, (int, float)):
        raise TypeError(f"{function}(): argument '{argument}' must be Number, not {type_name(value)} ({value!r})")
    return value


def _count(value: Any, function: str, argument: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{function}() received an invalid combination of arguments: argument '{argument}' must be int, "
            f"not {type_name(value)}"
        )
    return operator.index(value)


def arange(*bounds: Any, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """``arange(end)``, ``arange(start, end, step=1)``: start, start + step, ... up to, without, ``end``.

    int64 where all are ints, else the default floating type.

    >>> import tinygrad_loss as torch
    >>> torch.arange(4), torch.arange(1, 2.5, 0.5)
    (tensor([0, 1, 2, 3]), tensor([1.0000, 1.5000, 2.0000]))
    """
    start, end, step = _bounds("arange", bounds, options)
    fraction = any(isinstance(value, float) for value in (start, end, step))
    kind = numpy_dtype(dtype, "arange") or inferred([0.5 if fraction else 1])
    if kind.kind == "b":
        raise NotImplementedError("arange: \"arange_cpu\" not implemented for 'Bool'; use dtype=torch.int64")
    _check_span(start, end, step)
    if kind == np.int64:
        array: Array = np.arange(int(start), int(end), int(step), dtype=np.int64)
    else:
        size = math.ceil((end - start) / step)
        if size >= 1 << 62:
            raise RuntimeError(f"arange: invalid size, possible overflow? {size} numbers from {start} to {end}")
        array = room((size,), kind)
        if kind.kind == "f":
            _progress(array, float(start), float(step))
        else:
            array[...] = (np.arange(size) * int(step) + int(start)).astype(kind)
    return made(array, "arange", requires_grad, options)


def _bounds(function: str, bounds: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any, Any]:
    if len(bounds) == 1 and "end" in options:
        bounds = (bounds[0], options.pop("end"))
    elif len(bounds) == 1:
        bounds = (options.pop("start", 0), bounds[0])
    elif not bounds and "end" in options:
        bounds = (options.pop("start", 0), options.pop("end"))
    if not 2 <= len(bounds) <= 3:
        raise TypeError(
            f"{function}() received an invalid combination of arguments: give {function}(end) or {function}(start, end, step)"
        )
    named = dict(zip(("start", "end", "step"), (*bounds, options.pop("step", 1)), strict=False))
    start, end, step = (_number(value, function, name) for name, value in named.items())
    return start, end, step


def _check_span(start: float, end: float, step: float) -> None:
    if not step:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError(f"upper bound and lower bound inconsistent with step sign: from {start} to {end} by {step}")


def _progress(out: Array, start: float, step: float) -> None:
    """start + i * step with PyTorch's roundings: in vectors of 32 bytes, counting on from the rounded first number
    of each; a sum and its product are rounded once, as a processor does."""
    values = affine64(np.arange(out.size, dtype=np.float64), step, start)
    lanes = 32 // out.itemsize
    whole = out.size - out.size % (2 * lanes)
    firsts = values[:whole:lanes].astype(out.dtype).astype(np.float64)[:, None]
    fraction, exponent = math.frexp(step)
    high = math.ldexp(round(math.ldexp(fraction, 26)), exponent - 26)  # half the digits: its multiples are exact
    multiples = np.arange(lanes) * step
    rest = (np.arange(lanes) * high - multiples) + np.arange(lanes) * (step - high)
    total = firsts + multiples
    added = total - firsts
    rounding = (firsts - (total - added)) + (multiples - added)
    values[:whole] = (total + (rounding + rest)).reshape(-1)
    out[...] = values


def range(
    start: Any = 0, end: Any = None, step: Any = 1, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """As ``arange`` with the end included, in floating point. Deprecated, as in PyTorch: use ``arange``."""
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is "
        "inconsistent with Python's range "
        "builtin. Instead, use torch.arange, which produces values in [start, end).",
        UserWarning,
        stacklevel=2,
    )
    if end is None:
        start, end = 0, start
    start, end, step = (_number(value, "range", name) for name, value in (("start", start), ("end", end), ("step", step)))
    _check_span(start, end, step)
    array = np.arange(math.floor((end - start) / step) + 1) * step + start
    return made(array.astype(numpy_dtype(dtype, "range") or _dtypes.default_numpy()), "range", requires_grad, options)


def linspace(start: Any, end: Any, steps: int, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """``steps`` numbers from ``start`` to ``end``, both included, at equal distances.

    >>> import tinygrad_loss as torch
    >>> torch.linspace(0, 1, steps=5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    kind = numpy_dtype(dtype, "linspace") or _dtypes.default_numpy()
    first, last = _number(start, "linspace", "start"), _number(end, "linspace", "end")
    return made(_spaced(first, last, _steps(steps, "linspace"), kind).astype(kind), "linspace", requires_grad, options)


def logspace(
    start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """``base`` to the powers of ``linspace(start, end, steps)``.

    >>> import tinygrad_loss as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    kind = numpy_dtype(dtype, "logspace") or _dtypes.default_numpy()
    first, last = _number(start, "logspace", "start"), _number(end, "logspace", "end")
    powers = _spaced(first, last, _steps(steps, "logspace"), kind if kind.kind in "iu" else np.dtype(np.float64))
    return made(np.power(float(base), powers).astype(kind), "logspace", requires_grad, options)


def _steps(steps: Any, function: str) -> int:
    count = _count(steps, function, "steps")
    if count < 0:
        raise RuntimeError(f"{function}: number of steps must be non-negative, got {count}")
    return count


def _spaced(start: float, end: float, steps: int, kind: NumpyType) -> Array:
    """From both ends to the middle, as PyTorch does, so that the last number is ``end`` itself; products are not rounded."""
    wide: Any = np.float32 if kind == np.float32 else np.float64
    affine: Any = affine32 if kind == np.float32 else affine64
    first, last = (wide(int(bound) if kind.kind in "iu" else bound) for bound in (start, end))
    step = (last - first) / wide(max(steps - 1, 1))
    places: Array = np.arange(steps, dtype=wide)
    rising, falling = affine(places, step, first), affine(places[::-1], -step, last)
    spaced: Array = np.where(places < max(steps // 2, 1), rising, falling)
    return spaced


def eye(n: int, m: int | None = None, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """A matrix of n rows and m columns (n if left out) with ones on the diagonal, zeros elsewhere.

    >>> import tinygrad_loss as torch
    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    rows = _count(n, "eye", "n")
    columns = rows if m is None else _count(m, "eye", "m")
    for name, value in (("n", rows), ("m", columns)):
        if value < 0:
            raise RuntimeError(f"eye: {name} must be greater or equal to 0, got {value}")
    kind = numpy_dtype(dtype, "eye") or _dtypes.default_numpy()
    return made(np.eye(rows, columns, dtype=kind), "eye", requires_grad, options)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any) -> Tensor:
    """Where the elements of the lower triangle of a matrix of ``row`` rows and ``col`` columns stand: rows above columns.

    >>> import tinygrad_loss as torch
    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _triangle("tril_indices", np.tril, row, col, offset, dtype, options)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any) -> Tensor:
    """Where the elements of the upper triangle of a matrix of ``row`` rows and ``col`` columns stand: rows above columns.

    >>> import tinygrad_loss as torch
    >>> torch.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """
    return _triangle("triu_indices", np.triu, row, col, offset, dtype, options)


def _triangle(function: str, part: Any, row: int, col: int, offset: int, dtype: Any, options: dict[str, Any]) -> Tensor:
    for name, value in (("row", row), ("col", col)):
        if value < 0:
            raise RuntimeError(f"{function}(): {name} must be non-negative, got {value}")
    kind = numpy_dtype(dtype, function) or np.dtype(np.int64)
    if kind not in (np.int64, np.int32):
        raise NotImplementedError(f"\"{function}\" not implemented for '{_dtypes.type_word(kind)}'")
    places = np.nonzero(part(np.ones((row, col), np.bool_), offset))
    return made(np.array(places, kind), function, False, options)
