"""Functions of each element by itself, applied to arrays of any size.

A kernel is a handful of ufunc calls that makes its results from arrays of one shape. Small arrays are handed to it
whole; large ones in pieces that stay in cache from its first call to its last, shared by threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.threads import parallel_for

# Elements in a piece: half a megabyte in float32. A thread must ask for the interpreter's lock after every ufunc call;
# with pieces a quarter as large two threads took 1.6 times as long as with these, much of it spent waiting.
PIECE = 1 << 17

# The numbers that the kernels need, as arrays of both dtypes: a ufunc takes an array faster than a Python number.
_KINDS = (np.dtype(np.float32), np.dtype(np.float64))
ZERO, ONE, FOUR, MINUS_ONE = ({kind: np.full((), value, kind) for kind in _KINDS} for value in (0, 1, 4, -1))


def apply(kernel: Callable[..., Floats], *inputs: Floats) -> Floats:
    """kernel(*inputs), for inputs of the shape and dtype of the first; one of a single element may have any shape."""
    first = inputs[0]
    if first.size <= PIECE and first.ndim:
        return kernel(*inputs)
    return _in_pieces(lambda *parts: (kernel(*parts),), inputs, 1)[0]


def apply_two(kernel: Callable[..., tuple[Floats, Floats]], *inputs: Floats) -> tuple[Floats, Floats]:
    """The same for a kernel with two results."""
    first = inputs[0]
    if first.size <= PIECE and first.ndim:
        return kernel(*inputs)
    one, two = _in_pieces(kernel, inputs, 2)
    return one, two


def total(kernel: Callable[..., Floats], *inputs: Floats) -> float:
    """The sum of kernel(*inputs), which is never formed as a whole."""
    n_pieces = -(-inputs[0].size // PIECE)
    sums = np.zeros(n_pieces)
    flat = [a.reshape(-1) for a in inputs]

    def run(k: int) -> None:
        sums[k] = np.add.reduce(kernel(*_piece(flat, k)), dtype=np.float64)

    parallel_for(n_pieces, run)
    return float(np.add.reduce(sums))


def _in_pieces(kernel: Callable[..., Any], inputs: tuple[Floats, ...], n_results: int) -> list[Floats]:
    first = inputs[0]
    turned = first.T.flags.c_contiguous and not first.flags.c_contiguous
    if turned:  # a transposed array gives transposed results, as everywhere
        inputs = tuple([a.T for a in inputs])
        first = inputs[0]
    results = [buffers.empty_like(first) for _ in range(n_results)]
    sources = [a.reshape(-1) for a in inputs]
    targets = [a.reshape(-1) for a in results]

    def run(k: int) -> None:
        made = kernel(*_piece(sources, k))
        for target, part in zip(_piece(targets, k), made, strict=True):
            target[...] = part

    parallel_for(-(-first.size // PIECE), run)
    return [a.T for a in results] if turned else results


def _piece(flat: list[Floats], k: int) -> list[Floats]:
    piece = slice(k * PIECE, (k + 1) * PIECE)
    return [a if a.size == 1 else a[piece] for a in flat]
