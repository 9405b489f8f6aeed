"""The rows of an array along one axis, in blocks that stay in cache and are shared by threads.

An array is seen as (outer, c, inner), where c is the axis in question. A block is a few rows, handed on as a
(rows, c) array: a view where the axis is the last one, and otherwise a copy that is written back.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

import numpy as np

from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.threads import chunk_elements, parallel_for

# An array of at most this many elements is one block, whatever its dtype.
SMALL = 1 << 15


class Block(NamedTuple):
    """Which rows: a range of outer, a range of inner, and the rows' numbers in the order (outer, inner)."""

    outer: slice
    inner: slice
    rows: slice


def outer_c_inner(shape: tuple[int, ...], axis: int) -> tuple[int, int, int]:
    """The sizes before the axis, of it and after it; a scalar is one row of one element."""
    if not shape:
        return 1, 1, 1
    axis %= len(shape)
    return prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])


def cut(outer: int, c: int, inner: int, itemsize: int) -> list[Block]:
    """The blocks of such an array. They depend on its shape and dtype alone."""
    rows = max(1, chunk_elements(outer * c * inner * itemsize, itemsize) // c)
    blocks = []
    if rows >= inner:
        step = rows // inner
        for o in range(0, outer, step):
            end = min(o + step, outer)
            blocks.append(Block(slice(o, end), slice(0, inner), slice(o * inner, end * inner)))
    else:
        for o in range(outer):
            for i in range(0, inner, rows):
                end = min(i + rows, inner)
                blocks.append(Block(slice(o, o + 1), slice(i, end), slice(o * inner + i, o * inner + end)))
    return blocks


def over_rows(fn: Callable[..., None], inputs: tuple[Floats, ...], outputs: tuple[Floats, ...], axis: int) -> None:
    """Call fn(rows, *input rows, *output rows) for each block of rows of equally shaped arrays.

    rows is the slice of the rows' numbers. The outputs are row-major, and fn fills its rows of them.
    """
    first = inputs[0]
    if first.size <= SMALL and first.ndim and axis in (-1, first.ndim - 1):
        shape = first.size // first.shape[-1], first.shape[-1]
        fn(slice(0, shape[0]), *[a.reshape(shape) for a in inputs + outputs])
        return
    outer, c, inner = outer_c_inner(first.shape, axis)
    sources = [a.reshape(outer, c, inner) for a in inputs]
    targets = [a.reshape(outer, c, inner) for a in outputs]
    blocks = cut(outer, c, inner, first.itemsize)

    def run(k: int) -> None:
        block = blocks[k]
        taken = [_take(a, block) for a in sources]
        if inner == 1:
            fn(block.rows, *taken, *[_take(a, block) for a in targets])
            return
        filled = [np.empty((block.rows.stop - block.rows.start, c), a.dtype) for a in targets]
        fn(block.rows, *[np.ascontiguousarray(a) for a in taken], *filled)
        for target, rows in zip(targets, filled, strict=True):
            _put(target, block, rows)

    parallel_for(len(blocks), run)


def _take(a: Floats, block: Block) -> Floats:
    """The block's rows of an (outer, c, inner) array as (rows, c)."""
    return a[block.outer, :, block.inner].transpose(0, 2, 1).reshape(-1, a.shape[1])


def _put(a: Floats, block: Block, rows: Floats) -> None:
    """Write the block's rows back into an (outer, c, inner) array."""
    part = a[block.outer, :, block.inner].transpose(0, 2, 1)
    part[...] = rows.reshape(part.shape)
