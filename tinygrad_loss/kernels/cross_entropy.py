"""Cross-entropy of logits and class numbers: one pass over the logits, and the gradient in the memory of that pass.

Forward keeps the exponentials of each row (`exponentials`) and its log-probability of the target. Backward scales the
exponentials to probabilities where they lie and puts each row's gradient at the target among them. Beside the logits
there is one more array of their size, no more.

    loss = (largest - x_target) + log1p(others / top)        both terms >= 0
    gradient = p_i, and expm1(log p_target) at the target    which is -(1 - p_target), and cancels nothing
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Array, Floats, Indices, Mask
from tinygrad_loss.kernels.elementwise import ZERO
from tinygrad_loss.kernels.exponentials import (
    RowExponentials,
    at,
    empty_rows,
    fill_rows,
    row_exponentials,
    row_starts,
    rows_in,
    some_rows,
)
from tinygrad_loss.kernels.rows import SMALL, over_rows
from tinygrad_loss.kernels.softmax import put_log_probabilities

INT64, UINT64 = np.dtype(np.int64), np.dtype(np.uint64)


class CrossEntropyState:
    """What backward needs: the exponentials, where each row's target lies in them, the logarithm of its probability, and the
    rows' weights."""

    __slots__ = ("at_target", "log_p", "rows", "weights")

    def __init__(self, rows: RowExponentials, at_target: Indices, log_p: Floats, weights: Floats | None) -> None:
        self.rows = rows
        self.at_target = at_target
        self.log_p = log_p
        self.weights = weights  # None where all are 1; 0 for a row that is ignored

    def total_weight(self) -> float:
        """The sum of the rows' weights: what a mean divides by."""
        if self.weights is None:
            return float(len(self.at_target))
        return float(np.add.reduce(self.weights, dtype=np.float64))


def forward(
    logits: Floats, target: Array, weight: Floats | None = None, ignore_index: int = -100, in_place: bool = False
) -> tuple[Floats, CrossEntropyState]:
    """The loss of each row and the state for backward: logits (n, c), target (n,) integers, weight (c,) or None.

    in_place keeps the exponentials in the memory of the logits, which must be row-major.
    Raises IndexError for a target outside [0, c) that is not ignore_index.
    """
    n, c = logits.shape
    classes, ignored = checked_target(target, c, ignore_index)
    if not logits.size:
        nothing = np.zeros(n, logits.dtype)
        return nothing, CrossEntropyState(empty_rows(n, c, logits.dtype), classes, nothing, None)
    at_target: Indices = row_starts(n, c) + classes
    loss = at(logits, at_target)
    rows = _all_rows(logits, in_place)
    np.subtract(rows.largest, loss, loss)
    loss += rows.log_total()
    log_p = np.subtract(ZERO[loss.dtype], loss)
    weights = None
    if weight is not None:
        weights = weight.take(classes)
    elif ignored is not None:
        weights = np.ones(n, logits.dtype)
    if weights is not None:
        if ignored is not None:
            weights[ignored] = 0
            loss[ignored] = 0  # whatever it is, even nan
        loss *= weights
    return loss, CrossEntropyState(rows, at_target, log_p, weights)


def backward(state: CrossEntropyState, cotangent: Floats, in_place: bool = False) -> Floats:
    """The gradient at the logits, (n, c), from the gradient at each row's loss: (n,), or () where all are equal.

    in_place uses the state's own memory for the result, so that the state is spent.
    """
    if state.weights is not None:
        cotangent = cotangent * state.weights
    values = state.rows.values
    out = values if in_place else buffers.empty_like(values)
    if not values.size:
        return out
    scale = np.divide(cotangent, state.rows.total())
    if values.size <= SMALL:
        np.multiply(values, scale[:, None], out)
    else:
        column = scale[:, None]
        over_rows(lambda part, e, g: _scale(e, column[part], g), (values,), (out,), 1)
    gap = np.expm1(state.log_p) * cotangent
    out.reshape(-1)[state.at_target] = gap if state.weights is None else gap + 0  # an ignored row gets 0, not -0
    return out


def log_probabilities(state: CrossEntropyState, logits: Floats | None = None) -> Floats:
    """The log-softmax of the logits, leaving the state as it is.

    Without the logits (they may have been changed since) the logarithms of the exponentials are taken, which are
    -inf where an exponential is too small to be held: below exp(-103) in float32.
    """
    out = buffers.empty_like(state.rows.values)

    def fill(part: slice, x: Floats, out: Floats) -> None:
        rows = some_rows(state.rows, part)
        if logits is None:
            _put_logarithms(rows, out)
        else:
            put_log_probabilities(x, rows, out)

    if out.size:
        over_rows(fill, (state.rows.values if logits is None else logits,), (out,), 1)
    return out


def checked_target(target: Array, c: int, ignore_index: int, function: str = "cross_entropy") -> tuple[Indices, Mask | None]:
    """The target as numbers in [0, c), 0 where it is ignored, and which those are (None: none)."""
    classes: Indices = target if target.dtype is INT64 else target.astype(np.int64)
    if classes.size and not (0 <= ignore_index < c):
        without_sign = classes.view(UINT64)  # where a negative number is a very large one
        if without_sign.item(without_sign.argmax()) < c:
            return classes, None
    ignored: Mask = classes == ignore_index
    classes = np.where(ignored, 0, classes)
    wrong = (classes < 0) | (classes >= c) & ~ignored
    if wrong.any():
        row = int(wrong.argmax())
        raise IndexError(
            f"Target {classes[row]} is out of bounds. {function}: target[{row}] must be in [0, {c}), for the "
            f"input has {c} classes, or be ignore_index ({ignore_index})."
        )
    return classes, ignored if ignored.any() else None


def _all_rows(logits: Floats, in_place: bool) -> RowExponentials:
    n, c = logits.shape
    if logits.size <= SMALL:
        return row_exponentials(logits, logits if in_place else np.empty((n, c), logits.dtype))
    whole = rows_in(logits) if in_place else empty_rows(n, c, logits.dtype)

    def fill(part: slice, x: Floats) -> None:
        fill_rows(whole, part, x)

    over_rows(fill, (logits,), (), 1)
    return whole


def _scale(e: Floats, scale: Floats, out: Floats) -> None:
    np.multiply(e, scale, out)


@np.errstate(divide="ignore")
def _put_logarithms(rows: RowExponentials, out: Floats) -> None:
    log_total = rows.log_total()
    np.divide(rows.values, rows.top[:, None], out)
    np.log(out, out)
    out -= log_total[:, None]
    out.reshape(-1)[rows.peak] = -log_total
