"""Cross-entropy of logits and class numbers: one pass over the logits, and the gradient in the memory of that pass.

Forward keeps the exponentials of each row (`exponentials`) and its log-probability of the target. Backward scales the
exponentials to probabilities where they lie and puts each row's gradient at the target among them. Beside the logits
there is one more array of their size, no more.

    loss = (largest - x_target) + log1p(others / top)        both terms >= 0
    gradient = p_i, and expm1(log p_target) at the target    which is -(1 - p_target), and cancels nothing

A small batch whose logits all lie near zero needs no largest elements. There the target itself stands apart, and others
is the sum of all other exponentials, by which the gradient at the target is just another number to be scaled:

    loss = log1p(others / top)        gradient = exponentials / total, and -others / total at the target
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss._shapes import PRODUCTS, ones
from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Array, Floats, Indices, Mask
from tinygrad_loss.kernels.elementwise import RUN, ZERO
from tinygrad_loss.kernels.exponentials import (
    NEAR_ZERO,
    RowExponentials,
    at,
    empty_rows,
    fill_rows,
    row_exponentials,
    row_starts,
    rows_in,
    some_rows,
    with_peak_apart,
)
from tinygrad_loss.kernels.rows import SMALL, over_rows
from tinygrad_loss.kernels.softmax import log_softmax, put_log_probabilities

INT64, UINT64 = np.dtype(np.int64), np.dtype(np.uint64)


class TargetApart:
    """The exponentials of n rows of c elements, not shifted, with that of each row's target apart."""

    __slots__ = ("others", "top", "values")

    def __init__(self, values: Floats, top: Floats, others: Floats) -> None:
        self.values = values  # (n, c); at the target not its exponential, but -others
        self.top = top  # (n,): the target's exponential
        self.others = others  # (n,): the sum of the row's other exponentials

    def total(self) -> Floats:
        """The sum of each row's exponentials."""
        return np.add(self.top, self.others)

    def with_largest_apart(self, at_target: Indices) -> RowExponentials:
        """The same in memory of its own, with the largest exponential of each row apart instead of the target's."""
        values = self.values.copy()
        values.reshape(-1)[at_target] = self.top
        peak: Indices = row_starts(*values.shape) + values.argmax(1)
        return with_peak_apart(values, peak, np.log(values.take(peak)))


class CrossEntropyState:
    """What backward needs: the exponentials, where each row's target lies in them, the logarithm of its probability, and the
    rows' weights."""

    __slots__ = ("at_target", "log_p", "rows", "weights")

    def __init__(
        self, rows: RowExponentials | TargetApart, at_target: Indices, log_p: Floats | None, weights: Floats | None
    ) -> None:
        self.rows = rows
        self.at_target = at_target
        self.log_p = log_p  # not needed where the target stands apart
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
    rows: RowExponentials | TargetApart
    log_p = weights = None
    if logits.size <= PRODUCTS and c <= RUN and not in_place and _all_near_zero(logits):
        rows = _few_rows(logits, at_target)
        loss = np.log1p(rows.others / rows.top)
    else:
        loss = at(logits, at_target)
        rows = _all_rows(logits, in_place)
        np.subtract(rows.largest, loss, loss)
        loss += rows.log_total()
        log_p = np.subtract(ZERO[loss.dtype], loss)
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
    rows = state.rows
    values = rows.values
    if state.log_p is None:
        scale = np.divide(cotangent, rows.total())
        few: Floats = np.multiply(values, scale[:, None], values if in_place else None)
        return few if state.weights is None else np.add(few, ZERO[few.dtype], few)  # an ignored row gets 0, not -0
    out = values if in_place else buffers.empty_like(values)
    if not values.size:
        return out
    scale = np.divide(cotangent, rows.total())
    if values.size <= SMALL:
        np.multiply(values, scale[:, None], out)
    else:
        column = scale[:, None]
        over_rows(lambda part, e, g: _scale(e, column[part], g), (values,), (out,), 1)
    gap = np.expm1(state.log_p) * cotangent
    out.reshape(-1)[state.at_target] = gap if state.weights is None else gap + 0  # as above
    return out


def log_probabilities(state: CrossEntropyState, logits: Floats | None = None) -> Floats:
    """The log-softmax of the logits, leaving the state as it is.

    Without the logits (they may have been changed since) the logarithms of the exponentials are taken, which are
    -inf where an exponential is too small to be held: below exp(-103) in float32.
    """
    kept = state.rows
    if isinstance(kept, TargetApart):
        if logits is not None:
            return log_softmax(logits, 1)
        kept = kept.with_largest_apart(state.at_target)
    out = buffers.empty_like(kept.values)

    def fill(part: slice, x: Floats, out: Floats) -> None:
        rows = some_rows(kept, part)
        if logits is None:
            _put_logarithms(rows, out)
        else:
            put_log_probabilities(x, rows, out)

    if out.size:
        over_rows(fill, (kept.values if logits is None else logits,), (out,), 1)
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


def _all_near_zero(logits: Floats) -> bool:
    """Whether that holds, and the logits lie one after the other. Not a number compares as False."""
    near = logits.item(logits.argmin()) >= -NEAR_ZERO and logits.item(logits.argmax()) <= NEAR_ZERO
    return near and logits.flags.c_contiguous


def _few_rows(logits: Floats, at_target: Indices) -> TargetApart:
    values: Floats = np.exp(logits)
    flat = values.ravel()
    top = flat[at_target]
    flat[at_target] = zero = ZERO[flat.dtype]
    others: Floats = values.dot(ones(logits.shape[1], flat.dtype))
    flat[at_target] = zero - others
    return TargetApart(values, top, others)


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
