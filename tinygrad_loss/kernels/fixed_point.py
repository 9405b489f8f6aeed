"""Exponentials as whole numbers, for differences in which nearly all digits cancel.

Log-probabilities have a logsumexp of 1e-17 or so: what is left of their rounding errors. To tell it, the exponentials must be known to
35 digits and more, which no floating-point number holds. The same goes for log(t) - x where t is almost exp(x).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tinygrad_loss.kernels.arrays import Floats

Array = np.ndarray[Any, Any]

BITS = 176
ONE = 1 << BITS
STEP = 13
"""exp(-d) is the product of three from tables, of the whole part of d and of the next 13 bits and 13 more, and of a short series: what is
left of d is below 2^-26."""
LAST = 745
"""float64 knows no exponential of less than -745."""
CANCELS = {np.dtype(np.float32): 2.0**-31, np.dtype(np.float64): 2.0**-2}
"""A difference, worked out in float64, that is less than so much of its terms has too few digits left for a result of this type."""
MOST = 1 << 12
"""Elements that are worth it at a time: each takes more than a microsecond, one or two hundred times as long as otherwise."""

whole_numbers = np.frompyfunc(int, 1, 1)


def log_of_sum(x: Floats) -> Floats:
    """log(sum(exp(x))) of each row of (n, c) float64 numbers, none above 0: right to the last place also where it is almost 0."""
    e, halvings = exponentials(x)
    total = np.add.reduce(e >> halvings, 1)
    less_one: Floats = (total - ONE).astype(np.float64) * 2.0**-BITS
    return np.log1p(less_one)


def log_less(t: Floats, x: Floats) -> Floats:
    """log(t) - x of float64 numbers, -745 < x <= 0, where it is small: right to the last place also where it is almost 0."""
    e, halvings = exponentials(x)
    more = whole_numbers(np.ldexp(t, (BITS + halvings).astype(np.intc))) - e
    share: Floats = (more / e).astype(np.float64)
    return np.log1p(share)


def exponentials(x: Floats) -> tuple[Array, Array]:
    """exp(x) 2^(176 + h), whole numbers of about 176 bits, and h, for x <= 0."""
    d = np.minimum(-x, LAST)
    steps = np.floor(d * 2.0 ** (2 * STEP)).astype(np.int64)
    rest = d - steps * 2.0 ** (-2 * STEP)
    r = whole_numbers(rest * 2.0**BITS)
    square = r * r >> BITS
    cube = square * r >> BITS
    small = whole_numbers(rest**4 * (1 / 24 - rest / 120) * 2.0**BITS)  # of which float64 has digits enough
    e: Any = ONE - r + (square >> 1) - cube // 6 + small
    halvings = np.zeros(x.shape, np.int64)
    mask = (1 << STEP) - 1
    for place, k in enumerate((steps >> 2 * STEP, steps >> STEP & mask, steps & mask)):
        table, of_table = powers(place)
        e = e * table[k] >> BITS
        halvings += of_table[k]
    return e, halvings


@cache
def powers(place: int) -> tuple[Array, Array]:
    """exp(-k / 8192^place) for k = 0, 1, 2, ..., as ``exponentials`` gives them."""
    ratio, term = ONE, ONE
    for n in range(1, 60):
        term //= n << STEP * place
        ratio += -term if n % 2 else term
    found, halvings = [ONE], [0]
    for _ in range(1 << STEP if place else LAST):
        e = found[-1] * ratio >> BITS
        h = BITS - e.bit_length()
        found.append(e << h)
        halvings.append(halvings[-1] + h)
    return np.array(found, object), np.array(halvings)
