"""erf, its inverse, and the logarithm of the gamma function with its derivatives, in float64 for arrays of any shape.

erf, erfc and lgamma are the C library's, taken element by element; the others are series.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import Array

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
"""The Bernoulli numbers B2, B4, ..., B14."""
FAR = 10.0
"""From here on the series in 1/x is right to the last digit."""
FARTHEST = 1000.0
"""Below minus this, polygamma of n >= 2 is nan."""


def _each(function: Callable[[float], float], x: Array) -> Array:
    return np.fromiter(map(function, x.ravel().tolist()), np.float64, x.size).reshape(x.shape).astype(x.dtype)


def erf(x: Array) -> Array:
    """The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    return _each(math.erf, x)


def erfc(x: Array) -> Array:
    """1 - erf(x), right to the last digits for large x too."""
    return _each(math.erfc, x)


def erfinv(y: Array) -> Array:
    """The x for which erf(x) = y: infinite at -1 and 1, nan beyond.

    A start by Winitzki (2008), then Newton's and Halley's steps on erfc, which keeps its digits near the ends.

    >>> float(erfinv(np.array(0.5)))
    0.4769362762044699
    """
    size = np.abs(y.astype(np.float64))
    with np.errstate(all="ignore"):
        log = np.log1p(-size * size)
        a = 2 / (math.pi * 0.147) + log / 2
        x = np.sqrt(np.sqrt(a * a - log / 0.147) - a)
        for _ in range(3):
            miss = np.where(size < 0.5, erf(x) - size, (1 - size) - erfc(x))
            step = miss / (2 / math.sqrt(math.pi) * np.exp(-x * x))
            x = np.where(np.isfinite(x), x - step / (1 + x * step), x)
    return np.asarray(np.copysign(np.where(size == 1, np.inf, x), y)).astype(y.dtype)


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # at 0, -1, -2, ..., and where it is too large
        return math.inf


def lgamma(x: Array) -> Array:
    """log |gamma(x)|: infinite at 0, -1, -2, ..."""
    return _each(_lgamma, x)


def polygamma(n: int, x: Array) -> Array:
    """The derivative number n + 1 of lgamma; ``polygamma(0, x)`` is the digamma function.

    Small x are taken up to FAR by the recurrence, there the asymptotic series holds; for n = 0 and 1 negative x are reflected
    first. Source: Abramowitz and Stegun, 6.3.6, 6.3.18, 6.4.6, 6.4.7, 6.4.11.

    >>> round(float(polygamma(0, np.array(1.0))), 14)
    -0.57721566490153
    """
    wide = x.astype(np.float64)
    with np.errstate(all="ignore"):
        return _polygamma(n, wide).astype(x.dtype)


def _polygamma(n: int, x: Array) -> Array:
    negative = x < (0 if n <= 1 else -FARTHEST)
    if np.any(negative):
        return np.where(negative, _reflected(n, x), _polygamma(n, np.where(negative, 1.0, x)))
    sign = -1 if n % 2 == 0 else 1
    out: Any = np.zeros_like(x)
    while np.any(small := x < FAR):
        out = out + np.where(small, x ** -(n + 1.0), 0.0) * math.factorial(n)
        x = np.where(small, x + 1, x)
    if n == 0:
        rest = -np.log(x) + 0.5 / x
    else:
        rest = math.factorial(n - 1) * x ** -float(n) + math.factorial(n) / 2 * x ** -(n + 1.0)
    for k, b in enumerate(BERNOULLI, start=1):
        rest = rest + b * math.factorial(2 * k + n - 1) / math.factorial(2 * k) * x ** -(2.0 * k + n)
    return np.asarray(sign * (out + rest))


def _reflected(n: int, x: Array) -> Array:
    if n > 1:
        return np.full_like(x, np.nan)
    mirror = _polygamma(n, np.where(x < 0, 1 - x, 1.0))
    turn = math.pi * (x - np.floor(x))
    if n == 0:
        return np.where(x == np.floor(x), np.nan, mirror - math.pi / np.tan(turn))
    return np.asarray((math.pi / np.sin(turn)) ** 2 - mirror)
