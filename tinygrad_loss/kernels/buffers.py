"""Memory for large results, used again when it has been freed.

The first touch of fresh memory costs more than the arithmetic done in it: the operating system must clear every
page. A large array's memory is therefore kept for a while when the last array that uses it dies, and the next
result of about the same size is written there. Small arrays come from NumPy as ever.
"""

from __future__ import annotations

from collections import deque
from math import prod

import numpy as np
import numpy.typing as npt

from tinygrad_loss.kernels.arrays import Floats

SMALLEST = 1 << 20  # bytes: below this the C library keeps freed memory itself
LARGEST_KEPT = 256 << 20  # bytes, all kept memory together

_kept: deque[npt.NDArray[np.uint8]] = deque()


def empty(shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Floats:
    """An array in row-major order whose values are not set: np.empty, from kept memory where it is large."""
    n_bytes = prod(shape) * dtype.itemsize
    if n_bytes < SMALLEST:
        return np.empty(shape, dtype)
    memory = np.asarray(_Lease(_take(n_bytes)))
    return memory[:n_bytes].view(dtype).reshape(shape)


def empty_like(x: Floats) -> Floats:
    """An array of x's shape and dtype in row-major order, whose values are not set."""
    return np.empty(x.shape, x.dtype) if x.nbytes < SMALLEST else empty(x.shape, x.dtype)


def kept_bytes() -> int:
    """How many bytes of freed memory are kept for the next result."""
    return sum(memory.nbytes for memory in tuple(_kept))


def release() -> None:
    """Give all kept memory back to the operating system."""
    _kept.clear()


class _Lease:
    """Lends memory to one array and to its views; hands it back when the last of them dies."""

    __slots__ = ("__array_interface__", "_memory")

    def __init__(self, memory: npt.NDArray[np.uint8]) -> None:
        self._memory = memory
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        # May run in any thread and in the midst of anything, so no lock: a deque's own steps are enough.
        _kept.append(self._memory)
        while kept_bytes() > LARGEST_KEPT:
            try:
                _kept.popleft()
            except IndexError:
                return


def _take(n_bytes: int) -> npt.NDArray[np.uint8]:
    """Kept memory that fits with at most a quarter to spare, else fresh memory."""
    for _ in range(len(_kept)):
        try:
            memory = _kept.popleft()
        except IndexError:
            break
        if n_bytes <= memory.nbytes <= n_bytes + n_bytes // 4:
            return memory
        _kept.append(memory)
    return np.empty(n_bytes, np.uint8)
