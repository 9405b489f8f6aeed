"""Softmax, log-softmax and logsumexp along one axis, and their vector-Jacobian products.

Float32 or float64, any axis, any layout; results are row-major. A row with a nan or +inf, or of -inf alone, is nan
(logsumexp: nan, +inf, -inf), as in PyTorch. How the exponentials are formed is told in `exponentials`.
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.exponentials import RowExponentials, empty_rows, fill_rows, row_exponentials, some_rows
from tinygrad_loss.kernels.fixed_point import CANCELS, MOST, log_of_sum
from tinygrad_loss.kernels.rows import SMALL, outer_c_inner, over_rows

# A logsumexp that cancels is worked out again unless its largest term is nearer to 0 than this: what is left then begins farther
# behind the point than whole numbers reach.
NEAREST = 1e-16


def softmax(x: Floats, axis: int) -> Floats:
    """exp(x) / sum(exp(x)) along the axis."""
    out = buffers.empty_like(x)
    if x.size:
        over_rows(_softmax_rows, (x,), (out,), axis)
    return out


def _softmax_rows(rows: slice, x: Floats, out: Floats) -> None:
    out /= row_exponentials(x, out).total()[:, None]


def softmax_vjp(g: Floats, result: Floats, axis: int) -> Floats:
    """The gradient at softmax's input, from the gradient g at its result: result * (g - sum(g * result))."""
    out = buffers.empty_like(result)
    if result.size:
        over_rows(_softmax_vjp_rows, (g, result), (out,), axis)
    return out


def _softmax_vjp_rows(rows: slice, g: Floats, p: Floats, out: Floats) -> None:
    # The same number may be taken from all of g without changing the result. Where one probability is near 1, taking
    # away its own g leaves the small probabilities to form the sum, instead of 1 minus something that is almost 1.
    row = np.arange(len(p))
    peak = p.argmax(1)
    confident = p[row, peak] > 0.5
    if np.logical_or.reduce(confident):
        g = g - np.where(confident, g[row, peak], g.dtype.type(0))[:, None]
    np.multiply(p, g, out)
    np.subtract(g, np.add.reduce(out, 1)[:, None], out)
    out *= p


def log_softmax(x: Floats, axis: int) -> Floats:
    """x - log(sum(exp(x))) along the axis."""
    out = buffers.empty_like(x)
    if x.size:
        over_rows(_log_softmax_rows, (x,), (out,), axis)
    return out


def _log_softmax_rows(rows: slice, x: Floats, out: Floats) -> None:
    put_log_probabilities(x, row_exponentials(x, np.empty(x.shape, x.dtype)), out)


def log_softmax_and_rows(x: Floats, axis: int) -> tuple[Floats, RowExponentials | None]:
    """log_softmax(x, axis), and the exponentials it came from, by which log_softmax_vjp is accurate.

    They take as much memory again as the result. Without them the gradient is formed from the result, whose rounding
    exp makes larger: a probability of 1e-30 is then right to some 35 units in the last place only.
    """
    out = buffers.empty_like(x)
    if not x.size:
        return out, None
    outer, c, inner = outer_c_inner(x.shape, axis)
    if inner == 1 and x.size <= SMALL:
        logits = x.reshape(outer, c)
        few = row_exponentials(logits, np.empty((outer, c), x.dtype))
        put_log_probabilities(logits, few, out.reshape(outer, c))
        return out, few
    kept = empty_rows(outer * inner, c, x.dtype)

    def fill(rows: slice, x: Floats, out: Floats) -> None:
        put_log_probabilities(x, fill_rows(kept, rows, x), out)

    over_rows(fill, (x,), (out,), axis)
    return out, kept


@np.errstate(invalid="ignore", over="ignore")  # inf - inf is nan and shall be
def put_log_probabilities(x: Floats, kept: RowExponentials, out: Floats) -> None:
    """(x - largest) - log(total) into out: two terms of one sign, so nothing cancels."""
    np.subtract(x, kept.largest[:, None], out)
    out -= kept.log_total()[:, None]


def log_softmax_vjp(
    g: Floats, result: Floats, axis: int, kept: RowExponentials | None = None, in_place: bool = False
) -> Floats:
    """The gradient at log-softmax's input, from the gradient g at its result: g - softmax * sum(g).

    kept are the exponentials from log_softmax_and_rows, whose memory in_place uses for the result, if it can. Without
    them they are formed anew from the result: log-softmax of log-probabilities changes nothing.
    """
    if in_place and kept is not None and outer_c_inner(result.shape, axis)[2] == 1:
        out = kept.values.reshape(result.shape)
    else:
        out = buffers.empty_like(result)

    def fill(rows: slice, g: Floats, result: Floats, out: Floats) -> None:
        if kept is None:
            _log_softmax_vjp_rows(g, row_exponentials(result, np.empty(result.shape, result.dtype)), out)
        else:
            _log_softmax_vjp_rows(g, some_rows(kept, rows), out)

    if result.size:
        over_rows(fill, (g, result), (out,), axis)
    return out


def _log_softmax_vjp_rows(g: Floats, e: RowExponentials, out: Floats) -> None:
    # At the peak, g - p sum(g) = g (1 - p) - p (the other g's sum), where 1 - p = others / total does not cancel.
    total = e.total()
    rest = np.array(g, order="C")
    at_peak = rest.take(e.peak)
    rest.reshape(-1)[e.peak] = 0
    elsewhere = np.add.reduce(rest, 1)
    np.multiply(e.values, ((elsewhere + at_peak) / total)[:, None], out)
    np.subtract(g, out, out)
    out.reshape(-1)[e.peak] = (at_peak * e.others - e.top * elsewhere) / total


def logsumexp(x: Floats, axis: int | tuple[int, ...], keepdims: bool = False) -> Floats:
    """log(sum(exp(x))) along the axis or axes."""
    order, axes = _axes_last(x, axis)
    rows = x.transpose(order).reshape([n for a, n in enumerate(x.shape) if a not in axes] + [-1 if x.size else 0])
    out = np.empty(rows.shape[:-1], x.dtype)
    if x.size:
        flat, largest = out.reshape(-1), np.empty(out.size)

        def fill(numbers: slice, part: Floats) -> None:
            flat[numbers], largest[numbers] = _logsumexp_rows(part)

        over_rows(fill, (rows,), (), -1)
        near = np.flatnonzero((np.abs(flat) < np.abs(largest) * CANCELS[x.dtype]) & (largest < -NEAREST))
        if near.size and rows.shape[-1] <= MOST:
            cancel = _log_of_sum_in_wider if near.size * rows.shape[-1] > MOST else log_of_sum
            flat[near] = cancel(rows.reshape(-1, rows.shape[-1])[near].astype(np.float64))
    else:
        out.fill(-np.inf)
    return out.reshape([1 if a in axes else n for a, n in enumerate(x.shape)]) if keepdims else out


def _axes_last(x: Floats, axis: int | tuple[int, ...]) -> tuple[list[int], set[int]]:
    """The order of x's axes that puts the given ones last, and the given ones counted from 0."""
    axes = {a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))} if x.ndim else set()
    return sorted(range(x.ndim), key=lambda a: a in axes), axes


@np.errstate(invalid="ignore")
def _logsumexp_rows(x: Floats) -> tuple[Floats, Floats]:
    """The logsumexp and the largest element of each row. largest + log(total) cancels where they are near to opposite
    (log-probabilities: the sum of p is 1), so float32 is worked out in float64."""
    wide = x.astype(np.float64)
    e = row_exponentials(wide, np.empty(wide.shape))
    return np.where(np.isinf(e.largest), e.largest, e.largest + e.log_total()), e.largest


def _log_of_sum_in_wider(x: Floats) -> Floats:
    """In the wider type that most processors have, at some twenty times the price: for too many rows for ``log_of_sum``."""
    out: Floats = np.log(np.add.reduce(np.exp(x.astype(np.longdouble)), 1)).astype(np.float64)
    return out


def logsumexp_vjp(g: Floats, x: Floats, result: Floats, axis: int | tuple[int, ...]) -> Floats:
    """The gradient at logsumexp's input: softmax(x) g, where g and the result have kept their axes with size 1."""
    order, axes = _axes_last(x, axis)
    if len(axes) < 2:
        p = softmax(x, axis if isinstance(axis, int) else min(axes, default=0))
    else:
        turned = x.transpose(order)
        p = softmax(turned.reshape(*turned.shape[: x.ndim - len(axes)], -1), -1)
        p = p.reshape(turned.shape).transpose(np.argsort(order))
    if np.isposinf(result).any():  # exp(x - inf): 0 for all but the infinite ones
        p = np.where(np.isposinf(result) & (x < np.inf), p.dtype.type(0), p)
    p *= g
    return p
