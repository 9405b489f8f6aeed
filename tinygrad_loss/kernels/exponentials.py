"""exp(x - shift) of each row and its sum, to a few units in the last place: what all of the softmax family rests on.

Three tricks:

* The largest element is left out of the sum. Where one class is all but certain, the others' exponentials vanish
  beside its 1, and a sum that holds both forgets them: 1 + 1e-9 is 1 in float32. Kept apart, log(sum) is
  max + log1p(others), and one minus the probability is others / (1 + others). Neither ever cancels.
* Rows whose largest element lies within 32 of zero are not shifted at all. Nothing overflows, and x goes into exp as
  it is. In x - max the last digits of x are rounded away, which exp turns into a relative error of about |x - max| / 2
  units in the last place.
* All other rows are shifted by their largest element, and what the subtraction rounded away is found (Knuth's TwoSum)
  and put back: exp(d + err) = exp(d) (1 + err) for so small an err.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tinygrad_loss._shapes import ones
from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Floats, Indices
from tinygrad_loss.kernels.elementwise import RUN, ZERO

# A row needs no shift when its largest element lies this near zero: exp(32) = 8e13, and a sum of any length is finite.
NEAR_ZERO = 32.0
# ... and, if that is negative, when no element lies below this: exp(-80) has all its digits in float32 too.
STILL_NORMAL = -80.0


class RowExponentials(NamedTuple):
    """The exponentials of n rows of c elements, exp(x - shift), with the largest of each row apart."""

    values: Floats  # (n, c), in row-major order
    peak: Indices  # (n,): where in values, counted through it, each row's largest element lies
    largest: Floats  # (n,): the largest element itself, of x
    top: Floats  # (n,): its exponential: 1 where the row was shifted
    others: Floats  # (n,): the sum of the row's other exponentials

    def total(self) -> Floats:
        """The sum of each row's exponentials."""
        return np.add(self.top, self.others)

    def log_total(self) -> Floats:
        """log(sum(exp(x - largest))), (n,): what log-softmax subtracts after the largest element."""
        return np.log1p(self.others / self.top)


def empty_rows(n: int, c: int, dtype: np.dtype[np.floating]) -> RowExponentials:
    """Room for the exponentials of n rows, for fill_rows to fill block by block."""
    return rows_in(buffers.empty((n, c), dtype))


def rows_in(memory: Floats) -> RowExponentials:
    """The same in given memory, (n, c), which may be that of the logits."""
    n = len(memory)
    per_row = (np.empty(n, memory.dtype) for _ in range(3))
    return RowExponentials(memory, np.empty(n, np.int64), *per_row)


def fill_rows(whole: RowExponentials, rows: slice, x: Floats) -> RowExponentials:
    """The exponentials of the rows of x, kept as those rows of whole."""
    part = row_exponentials(x, whole.values[rows])
    whole.peak[rows] = part.peak + rows.start * x.shape[1]
    whole.largest[rows], whole.top[rows], whole.others[rows] = part[2:]
    return part


def some_rows(whole: RowExponentials, rows: slice) -> RowExponentials:
    """Those rows of whole, by themselves."""
    values = whole.values[rows]
    peak: Indices = whole.peak[rows] - rows.start * values.shape[1]
    return RowExponentials(values, peak, whole.largest[rows], whole.top[rows], whole.others[rows])


def row_exponentials(x: Floats, out: Floats) -> RowExponentials:
    """The exponentials of the rows of x, (n, c) with n, c > 0, written to out: row-major, and perhaps x itself."""
    n, c = x.shape
    starts = row_starts(n, c)
    peak: Indices = starts + x.argmax(1)
    largest = at(x, peak)
    if _needs_no_shift(x, largest):
        np.exp(x, out)
    else:
        _shifted_exponentials(x.copy() if np.may_share_memory(x, out) else x, largest, out)
    return with_peak_apart(out, peak, largest)


def with_peak_apart(values: Floats, peak: Indices, largest: Floats) -> RowExponentials:
    """The exponentials of rows whose largest element is given, and where it lies."""
    flat = values.reshape(-1)
    top = flat[peak]
    flat[peak] = ZERO[flat.dtype]
    others = _row_sums(values)
    flat[peak] = top
    return RowExponentials(values, peak, largest, top, others)


def row_starts(n: int, c: int) -> Indices:
    """Where each of n rows of c > 0 elements begins. Not to be written to."""
    return _short_row_starts(n, c) if n <= 1024 else np.arange(0, n * c, c)


@lru_cache(maxsize=256)
def _short_row_starts(n: int, c: int) -> Indices:
    return np.arange(0, n * c, c)


def _row_sums(values: Floats) -> Floats:
    """The sum of each row of (n, c): runs of a row in its own dtype, and the runs' sums in float64. They are products of vectors
    with ones, in half the time of NumPy's sums."""
    n, c = values.shape
    if c <= RUN:
        short: Floats = np.vecdot(values, ones(c, values.dtype))
        return short
    whole = c - c % RUN
    runs = np.vecdot(values[:, :whole].reshape(n, -1, RUN), ones(RUN, values.dtype))
    long: Floats = np.add.reduce(runs, 1, np.float64)
    if whole < c:
        long += np.vecdot(values[:, whole:], ones(c - whole, values.dtype))
    return long.astype(values.dtype)


def at(x: Floats, places: Indices) -> Floats:
    """The elements of x, (n, c), one in each row, at places counted through the whole of it."""
    found: Floats = x.take(places) if x.flags.c_contiguous else x[np.arange(len(x)), places % x.shape[1]]
    return found


def _needs_no_shift(x: Floats, largest: Floats) -> bool:
    """Whether that holds for every row. Not a number compares as False, so such a row is shifted."""
    # item(argmin()) takes half the time of min() on the small arrays that most rows come in.
    lowest = largest.item(largest.argmin())
    if not (lowest >= -NEAR_ZERO and largest.item(largest.argmax()) <= NEAR_ZERO):
        return False
    return bool(lowest >= 0 or x.item(x.argmin()) >= STILL_NORMAL)


@np.errstate(all="ignore")
def _shifted_exponentials(x: Floats, largest: Floats, out: Floats) -> None:
    """Fill out with exp(x - shift): each row decides by itself about its shift, whatever rows lie beside it."""
    plain = (np.abs(largest) <= NEAR_ZERO) & ((largest >= 0) | (np.minimum.reduce(x, 1) >= STILL_NORMAL))
    shift = np.where(plain, largest.dtype.type(0), largest)[:, None]
    difference = np.subtract(x, shift, out)
    # TwoSum: error is exactly x - shift - difference.
    back = np.subtract(difference, x)
    error = np.subtract(difference, back)
    np.subtract(x, error, error)
    back += shift
    error -= back
    if not np.isfinite(np.add.reduce(error, None)):  # an infinite element or difference has no error to put back
        np.copyto(error, 0, where=~np.isfinite(error))
    np.exp(difference, out)
    error *= out
    out += error
