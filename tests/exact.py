"""Exact values (`tinygrad_loss.bench.exact`), and how far an array is from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinygrad_loss.bench.exact import ExactRow, exact, hard_numbers, hard_rows, precise, sigmoid, softplus, ulps

__all__ = ["FLOATS", "ExactRow", "exact", "hard_numbers", "hard_rows", "mp", "report", "sigmoid", "softplus", "ulps", "worst_of"]

mp = precise()

FLOATS = (np.float32, np.float64)


def report(name: str, dtype: type, worst: dict[str, float], limit: float) -> None:
    """Print the worst case (pytest -s shows it) and hold it to the limit."""
    case = max(worst, key=lambda key: worst[key])
    print(f"{name:32s} {dtype.__name__:8s} {worst[case]:5.2f} ulp at {case}")
    assert worst[case] <= limit, f"{name} in {dtype.__name__} is {worst[case]:.1f} ulp off at: {case}"


def worst_of(fn: Callable[[np.ndarray], np.ndarray], want: Callable, x: np.ndarray) -> dict[str, float]:
    """For a function of each element by itself: how far each element is off."""
    got = fn(x)
    return {repr(float(v)): ulps([g], [want(mp.mpf(float(v)))], x.dtype.type) for v, g in zip(x, got, strict=True)}
