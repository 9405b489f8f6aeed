"""Random counts: numbers of the Poisson distribution, drawn as PyTorch draws them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .arrays import Array


def poisson(rates: Array, uniform: Callable[[], float]) -> Array:
    """One count for each rate; ``uniform`` gives the next number in [0, 1).

    >>> numbers = iter([0.9, 0.5, 0.1]); poisson(np.array([1.0]), lambda: next(numbers)).tolist()
    [2.0]
    """
    drawn = (_many(rate, uniform) if rate >= 10 else _few(rate, uniform) for rate in rates.reshape(-1).tolist())
    return np.fromiter(drawn, rates.dtype, rates.size).reshape(rates.shape)


def _few(rate: float, uniform: Callable[[], float]) -> int:
    """Knuth's way: how many uniform numbers can be multiplied before the product falls to e^-rate."""
    if rate == 0:
        return 0
    count, product, least = 0, uniform(), math.exp(-rate)
    while product > least:
        count += 1
        product *= uniform()
    return count


def _many(rate: float, uniform: Callable[[], float]) -> int:
    """Transformed rejection. Source: Hörmann, The transformed rejection method for generating Poisson random variables, 1993."""
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    scale = 1.1239 + 1.1328 / (b - 3.4)
    edge = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        rest = 0.5 - abs(u)
        count = math.floor((2 * a / rest + b) * u + rate + 0.43) if rest else -1
        if rest >= 0.07 and v <= edge:
            return count
        if count < 0 or (rest < 0.013 and v > rest):
            continue
        chance = math.log(v * scale / (a / (rest * rest) + b)) if v else -math.inf
        if chance <= -rate + count * math.log(rate) - math.lgamma(count + 1):
            return count
