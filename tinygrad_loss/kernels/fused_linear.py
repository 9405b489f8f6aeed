"""Cross-entropy of x W^T + b, where the logits are never all there: a few rows of them at a time, in the same memory.

With 32,000 classes a row of logits is far longer than the row of features it comes from. Each block of rows goes through
a matrix product, the one-pass cross-entropy, which turns the logits into their gradient where they lie, and the two
products that take this gradient on to x and W, before the next block takes its place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Array, Floats
from tinygrad_loss.kernels.cross_entropy import backward, forward
from tinygrad_loss.kernels.elementwise import kept
from tinygrad_loss.kernels.threads import parallel_for

# Rows in a block. A matrix product of fewer is slower, and W's gradient is read and written once for each block.
ROWS = 256
# Classes whose part of W's gradient is worked out at a time: a block's product must be stored before it can be added.
CLASSES = 4096


class Linear(NamedTuple):
    """What makes the logits: x (n, f), W (c, f), b (c,) or None."""

    x: Floats
    weight: Floats
    bias: Floats | None

    def logits(self, rows: slice, out: Floats | None = None) -> Floats:
        """Some rows of the logits."""
        made: Floats = np.matmul(self.x[rows], self.weight.T, out=out)
        if self.bias is not None:
            made += self.bias
        return made


class Gradients(NamedTuple):
    """The gradients at x, W and b; None where not asked for."""

    x: Floats | None
    weight: Floats | None
    bias: Floats | None


class Wanted(NamedTuple):
    """Which gradients are asked for."""

    x: bool
    weight: bool
    bias: bool


NOTHING = Wanted(False, False, False)


def losses(
    linear: Linear,
    target: Array,
    weight: Floats | None = None,
    ignore_index: int = -100,
    cotangent: Floats | None = None,
    wanted: Wanted = NOTHING,
    block: int = ROWS,
) -> tuple[Floats, Gradients]:
    """The loss of each row, and the gradients, from the gradient at the rows' losses: (n,), or () where all are equal.

    target (n,), the classes' weight (c,) and ignore_index are those of cross-entropy; block is the number of rows at a time.
    """
    x, w, _ = linear
    n, c = len(x), len(w)
    loss = np.empty(n, x.dtype)
    out = Gradients(
        np.empty_like(x, order="C") if wanted.x else None,
        buffers.empty(w.shape, w.dtype) if wanted.weight else None,
        np.zeros(c, w.dtype) if wanted.bias else None,
    )
    memory = buffers.empty((min(n, block), c), x.dtype)
    if out.weight is not None and not n:
        out.weight.fill(0)
    for start in range(0, n, block):
        rows = slice(start, min(start + block, n))
        logits = linear.logits(rows, memory[: rows.stop - start])
        loss[rows], state = forward(logits, target[rows], weight, ignore_index, in_place=True)
        if cotangent is not None and any(wanted):
            g = backward(state, cotangent[rows] if cotangent.ndim else cotangent, in_place=True)
            _flush(g)
            _through_linear(linear, rows, g, out)
    return loss, out


def _flush(g: Floats) -> None:
    """Set to 0, in place, what is too small to be held with all its digits (below 1e-38 in float32).

    Probabilities of that size are many where the logits lie far apart. They add nothing to a product, and make it a
    hundred times slower: processors leave their fast path for such numbers. (PyTorch's library does the same.)
    """
    smallest = np.finfo(g.dtype).tiny
    bits = np.dtype(f"u{g.itemsize}")  # in which order positive numbers lie as they do, and negative ones above them
    smallest_bits = smallest.view(bits)

    def run(k: int) -> None:
        part = g[k]
        if np.minimum.reduce(part.view(bits)) < smallest_bits:
            part[...] = kept(part, np.abs(part) >= smallest)

    parallel_for(len(g), run)


def _through_linear(linear: Linear, rows: slice, g: Floats, out: Gradients) -> None:
    """Put the gradient at x's rows, and add these rows' part of the other gradients, from the gradient g at their logits."""
    if out.x is not None:
        np.matmul(g, linear.weight, out=out.x[rows])
    if out.bias is not None:
        np.add(out.bias, g.sum(0), out=out.bias)
    if out.weight is None:
        return
    x = linear.x[rows]
    if rows.start == 0:
        np.matmul(g.T, x, out=out.weight)
        return
    product = buffers.empty((CLASSES, x.shape[1]), x.dtype)  # the same memory each time: fresh pages cost more than the sum
    for c in range(0, len(out.weight), CLASSES):
        part = out.weight[c : c + CLASSES]
        part += np.matmul(g[:, c : c + CLASSES].T, x, out=product[: len(part)])
