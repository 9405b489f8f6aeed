"""The order in which PyTorch visits the elements of an array: as they lie in memory, not by index.

A transposed array is therefore filled along its memory, and an array made "like" it lies in memory as it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


def axes_by_stride(array: Array) -> list[int]:
    """The axes, the one with the largest step first. Axes of step 0 (broadcast ones) stay where they are.

    >>> axes_by_stride(np.zeros((2, 3, 4)).transpose(1, 2, 0))
    [2, 0, 1]
    """

    def steps_further(a: int, b: int) -> int:
        first, second = abs(array.strides[a]), abs(array.strides[b])
        if not first or not second:
            return 0
        if first == second:
            return int(array.shape[a] > array.shape[b])
        return 1 if first > second else -1

    axes = list(range(array.ndim))[::-1]  # innermost first; an insertion sort, for some pairs are not comparable
    for start in range(1, len(axes)):
        here = start
        for there in range(start - 1, -1, -1):
            verdict = steps_further(axes[there], axes[here])
            if verdict > 0:
                axes[there], axes[here] = axes[here], axes[there]
                here = there
            elif verdict < 0:
                break
    return axes[::-1]


def dense_like(array: Array, dtype: DTypeLike | None = None) -> Array:
    """An uninitialised array of that shape without gaps, its axes in the same order in memory, as torch.empty_like.

    >>> dense_like(np.zeros((6, 4), np.float32)[::2, ::2].T).strides
    (4, 8)
    """
    kind = array.dtype if dtype is None else np.dtype(dtype)
    if array.flags.c_contiguous:
        return np.empty(array.shape, kind)
    axes = axes_by_stride(array)
    return np.empty([array.shape[axis] for axis in axes], kind).transpose(np.argsort(axes))


def room(out: Array, name: str) -> int:
    """How many numbers fill ``out``. RuntimeError if its elements share memory, as those of a broadcast array do.

    >>> room(np.zeros((2, 3)), "uniform_")
    6
    """
    steps_of_zero = any(not step and size > 1 for step, size in zip(out.strides, out.shape, strict=True))
    if steps_of_zero and out.size:
        raise RuntimeError(
            f"{name}: unsupported operation: more than one element of the written-to tensor refers to a single memory "
            f"location (shape {out.shape} is a broadcast one). Please clone() the tensor before performing the operation."
        )
    return out.size


def fill(out: Array, values: Array) -> Array:
    """Write a flat array of values into ``out`` in memory order and return ``out``.

    >>> fill(np.zeros((2, 2)).T, np.arange(4))
    array([[0., 2.],
           [1., 3.]])
    """
    if out.dtype == np.float16 and values.dtype == np.float64:
        values = values.astype(np.float32)  # C++ rounds twice on this way
    view = out if out.flags.c_contiguous else out.transpose(axes_by_stride(out))
    view[...] = values.reshape(view.shape)
    return out
