"""Sums and means that do not lose digits with length.

Float32 is summed in float64 and rounded once. Float64 is summed pairwise along every axis: NumPy does so along the
axis that is contiguous, and along the others adds one row after another.
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels.arrays import Array, Floats
from tinygrad_loss.kernels.threads import parallel_for

FEW = 512  # elements: sums this short are left to NumPy, in their own dtype
RUN = 32  # rows added one after another, before the sums of such runs are added in the same way
PIECE = 1 << 18  # elements of a sum over everything that one thread adds at a time


def total(x: Floats) -> np.floating:
    """The sum of all elements."""
    if x.size <= FEW:
        few: np.floating = np.add.reduce(x, None)
        return few
    return x.dtype.type(_wide_total(x))


def mean(x: Floats) -> np.floating:
    """The mean of all elements, rounded once, after the division; nan where there are none."""
    if 0 < x.size <= FEW:
        return x.dtype.type(np.add.reduce(x, None, np.float64) / x.size)
    return x.dtype.type(_wide_total(x) / x.size if x.size else np.nan)


def total_along(x: Floats, axis: int | tuple[int, ...], keepdims: bool = False) -> Floats:
    """The sum along the axis or axes."""
    if x.size <= FEW:
        few: Floats = x.sum(axis, keepdims=keepdims)
        return few
    return np.asarray(_wide_along(x, axis, keepdims), x.dtype)


def mean_along(x: Floats, axis: int | tuple[int, ...], keepdims: bool = False) -> Floats:
    """The mean along the axis or axes, rounded once, after the division; nan where there are no elements."""
    wide = _wide_along(x, axis, keepdims)
    with np.errstate(invalid="ignore"):
        return np.asarray(wide / (x.size // wide.size if wide.size else 1), x.dtype)


def _wide_total(x: Floats) -> float:
    if x.size <= PIECE or not x.flags.c_contiguous:
        return float(_wide_along(x, tuple(range(x.ndim)), False))
    flat = x.reshape(-1)
    sums = np.empty(-(-x.size // PIECE))

    def run(k: int) -> None:
        sums[k] = np.add.reduce(flat[k * PIECE : (k + 1) * PIECE], dtype=np.float64)

    parallel_for(len(sums), run)
    return float(np.add.reduce(sums))


def _wide_along(x: Floats, axis: int | tuple[int, ...], keepdims: bool) -> Array:
    if x.dtype != np.float64:
        wide: Array = x.sum(axis, np.float64, keepdims=keepdims)
        return wide
    axes = {a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis)}
    sums = x
    for a in sorted(axes, key=lambda a: x.strides[a]):  # the contiguous axis first, while it is still there
        sums = np.expand_dims(_pairwise(np.moveaxis(sums, a, 0)), a)
    return sums if keepdims else sums.reshape([n for a, n in enumerate(x.shape) if a not in axes])


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
