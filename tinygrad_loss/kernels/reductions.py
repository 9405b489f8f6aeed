"""Sums and means that do not lose digits with length.

Float32 is summed in float64 and rounded once (a sum, not a mean, of a few hundred numbers in float32 itself). Float64 is
summed pairwise along every axis: NumPy does so along the axis that is contiguous, and along the others adds one row after
another. Small arrays are multiplied by ones instead, since such a product takes a third of the time of NumPy's sum.
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss._dtypes import F32, F64
from tinygrad_loss._shapes import PRODUCTS, ones
from tinygrad_loss.kernels.arrays import Array, Floats
from tinygrad_loss.kernels.threads import parallel_for

FEW = 512  # elements: sums this short are taken in their own dtype, and need no pairwise rule
_PRECISE = F32, F64
RUN = 32  # rows added one after another, before the sums of such runs are added in the same way
PIECE = 1 << 18  # elements of a sum over everything that one thread adds at a time


def total(x: Floats) -> Floats:
    """The sum of all elements, ()."""
    if x.size <= FEW and x.dtype in _PRECISE:
        few: Floats = x.ravel().dot(ones(x.size, x.dtype))
        return few
    return np.asarray(wide_total(x), x.dtype)


def mean(x: Floats) -> Floats:
    """The mean of all elements, (), rounded once, after the division; nan where there are none."""
    return np.asarray(wide_total(x) / x.size if x.size else np.nan, x.dtype)


def total_along(x: Floats, axis: int | tuple[int, ...], keepdims: bool = False) -> Floats:
    """The sum along the axis or axes."""
    if x.size <= FEW and x.dtype in _PRECISE:
        return _few_along(x, axis, keepdims, x.dtype)
    return np.asarray(_wide_along(x, axis, keepdims), x.dtype)


def mean_along(x: Floats, axis: int | tuple[int, ...], keepdims: bool = False) -> Floats:
    """The mean along the axis or axes, rounded once, after the division; nan where there are no elements."""
    wide = _wide_along(x, axis, keepdims)
    if x.size:
        return np.asarray(wide / (x.size // wide.size), x.dtype)
    return np.full(wide.shape, np.nan, x.dtype)


def wide_total(x: Floats) -> float:
    """The sum of all elements, in float64."""
    if x.size <= FEW:
        few: np.float64 = x.ravel().dot(ones(x.size, F64))
        return float(few)
    if x.size <= PIECE or not x.flags.c_contiguous:
        return float(_wide_along(x, tuple(range(x.ndim)), False))
    flat = x.reshape(-1)
    sums = np.empty(-(-x.size // PIECE))

    def run(k: int) -> None:
        sums[k] = np.add.reduce(flat[k * PIECE : (k + 1) * PIECE], dtype=np.float64)

    parallel_for(len(sums), run)
    return float(np.add.reduce(sums))


def _wide_along(x: Floats, axis: int | tuple[int, ...], keepdims: bool) -> Array:
    if x.size <= (FEW if x.dtype is F64 else PRODUCTS):
        return _few_along(x, axis, keepdims, F64)
    if x.dtype is not F64:
        wide: Array = x.sum(axis, F64, keepdims=keepdims)
        return wide
    axes = {a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis)}
    sums = x
    for a in sorted(axes, key=lambda a: x.strides[a]):  # the contiguous axis first, while it is still there
        sums = np.expand_dims(_pairwise(np.moveaxis(sums, a, 0)), a)
    return sums if keepdims else sums.reshape([n for a, n in enumerate(x.shape) if a not in axes])


def _few_along(x: Array, axis: int | tuple[int, ...], keepdims: bool, dtype: np.dtype[np.floating]) -> Array:
    """The sum in that dtype of at most PRODUCTS elements."""
    only = axis if isinstance(axis, int) else axis[0] if len(axis) == 1 else None
    if only is None or x.ndim != 2:
        some: Array = x.sum(axis, dtype, keepdims=keepdims)
        return some
    if only in (0, -2):
        columns: Array = ones(len(x), dtype).dot(x)
        return columns[None] if keepdims else columns
    rows: Array = x.dot(ones(x.shape[1], dtype))
    return rows[:, None] if keepdims else rows


def _pairwise(x: Array) -> Array:
    """The sum along the first axis."""
    n = len(x)
    if n <= RUN or abs(x.strides[0]) == x.itemsize:
        sums: Array = np.add.reduce(x, 0)
        return sums
    runs = n // RUN
    heads = np.add.reduce(x[: runs * RUN].reshape(runs, RUN, *x.shape[1:]), 1)
    rest = np.add.reduce(x[runs * RUN :], 0, keepdims=True)
    return _pairwise(np.concatenate([heads, rest]))
