"""Exact values of the softmax and sigmoid families (mpmath, 60 digits), the inputs on which they are hard to come by, and
distances from them in units in the last place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..errors import MissingExtra

DIGITS = 60


@cache
def precise() -> Any:
    """mpmath's functions, at 60 digits."""
    try:
        import mpmath
    except ImportError:
        raise MissingExtra("the accuracy table", "mpmath", "bench") from None
    mp = mpmath.mp.clone()
    mp.dps = DIGITS
    return mp


def exact(values: Iterable[float]) -> list[Any]:
    """The very numbers that the floats hold."""
    mp = precise()
    return [mp.mpf(float(v)) for v in values]


def ulps(got: object, want: Sequence[Any], dtype: Any) -> float:
    """The largest distance between got and want, in units in the last place of what want rounds to.

    Where want is nan or infinite, got must be so too (otherwise: inf).

    >>> ulps(np.float32([1 + 2**-23]), [1], np.float32)
    1.0
    """
    mp = precise()
    worst = 0.0
    for g, w in zip(np.asarray(got).ravel(), want, strict=True):
        if mp.isnan(w) or mp.isinf(w) or not np.isfinite(g):
            if not (mp.isnan(w) and np.isnan(g)) and not (mp.isinf(w) and float(w) == g):
                return float("inf")
            continue
        with np.errstate(all="ignore"):
            unit = np.spacing(np.abs(dtype(float(w))))  # float(w) is rounded once more at worst: the same unit or its double
        worst = max(worst, float(abs(mp.mpf(float(g)) - w) / mp.mpf(float(unit))))
    return worst


class ExactRow:
    """The softmax family of one row, exactly."""

    def __init__(self, row: Iterable[float]) -> None:
        mp = precise()
        self.x = exact(row)
        self.peak = max(range(len(self.x)), key=lambda i: self.x[i])
        self.largest = self.x[self.peak]
        self.e = [mp.exp(x - self.largest) for x in self.x]
        self.others = mp.fsum(e for i, e in enumerate(self.e) if i != self.peak)
        self.total = 1 + self.others
        self.log_total = mp.log1p(self.others)

    def softmax(self) -> list[Any]:
        """The probabilities."""
        return [e / self.total for e in self.e]

    def log_softmax(self) -> list[Any]:
        """Their logarithms."""
        return [x - self.largest - self.log_total for x in self.x]

    def logsumexp(self) -> Any:
        """The logarithm of the sum of the exponentials."""
        return self.largest + self.log_total

    def loss(self, target: int) -> Any:
        """The cross-entropy of a class."""
        return self.largest - self.x[target] + self.log_total

    def slope(self, target: int) -> list[Any]:
        """The gradient of the loss: softmax less one-hot."""
        gradient = self.softmax()
        gradient[target] = -self.without(target) / self.total
        return gradient

    def without(self, target: int) -> Any:
        """The sum of the other classes' exponentials, without a subtraction."""
        return self.others if target == self.peak else precise().fsum(e for i, e in enumerate(self.e) if i != target)

    def softmax_slope(self, target: int) -> list[Any]:
        """The gradient of one class's probability."""
        p = self.softmax()
        gradient = [-p[target] * q for q in p]
        gradient[target] = p[target] * self.without(target) / self.total
        return gradient

    def softmax_vjp(self, g: Sequence[Any]) -> list[Any]:
        """The gradient at softmax's input, from that at its result."""
        p = self.softmax()
        return [a * precise().fsum(b * (g[i] - g[j]) for j, b in enumerate(p)) for i, a in enumerate(p)]

    def log_softmax_vjp(self, g: Sequence[Any]) -> list[Any]:
        """The same of log-softmax."""
        p, mp = self.softmax(), precise()
        return [mp.fsum(b * g[i] for b in p) - a * mp.fsum(g) for i, a in enumerate(p)]


def softplus(x: Any) -> Any:
    """log(1 + e^x)."""
    mp = precise()
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return 1 / (1 + precise().exp(-x))


def hard_rows(dtype: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Rows of logits on which softmax and its like lose digits when written as in the textbook."""
    rng = np.random.default_rng(7)
    rows: dict[str, Any] = {f"ordinary, {c} classes": rng.normal(0, 3, c) for c in (2, 5, 10, 100, 1000, 4096)}
    rows |= {f"ahead by {gap}": np.array([gap, 0.0, 1.0, -0.5]) for gap in (1, 5, 10, 17, 30, 33, 50, 87, 100, 300, 700, 1e4)}
    rows |= {f"ahead by {gap}, all negative": np.array([-0.1, -0.1 - gap, -gap - 1.3]) for gap in (1, 17, 40, 79, 82, 103, 740)}
    rows |= {f"around {x}": x + rng.normal(0, 2, 20) for x in (-1e4, -1000, -100, -33, 20, 31, 33, 100, 1e4)}
    rows |= {f"spread {s}": rng.normal(0, s, 50) for s in (1e-4, 1e-2, 10, 30, 100, 1000, 1e4)}
    rows["from 1e-4 to 1e4"] = np.concatenate([-np.logspace(-4, 4, 33), np.logspace(-4, 4, 33)])
    rows["from -1e4 to -1e-4"] = -np.logspace(-4, 4, 65)
    rows["log-probabilities"] = np.log(rng.dirichlet(np.full(30, 0.1)) + 1e-40)
    rows["a tie of all"] = np.full(7, 2.5)
    rows["a tie of all at 1e4"] = np.full(10, 1e4)
    rows["a tie at the top"] = np.array([30.0, 30.0, 1.0, -4.0])
    rows["a tie at the top, far ahead"] = np.array([500.0, 500.0, 1.0, -4.0])
    rows["one class"] = np.array([3.7])
    rows["one class at -1e4"] = np.array([-1e4])
    rows["4096 classes, spread 30"] = rng.normal(0, 30, 4096)
    rows["4096 classes, one far ahead"] = np.concatenate([[60.0], rng.normal(0, 1, 4095)])
    rows["zeros"] = np.array([0.0, -0.0, 0.0])
    return {name: row.astype(dtype) for name, row in rows.items()}


def hard_numbers(dtype: Any) -> np.ndarray[Any, Any]:
    """Numbers of both signs from 1e-4 to 1e4, close together where exp's results are largest, smallest or subnormal."""
    ends = np.concatenate([np.arange(80, 105, 0.7), np.arange(30, 46, 0.9), np.arange(700, 760, 1.3), [0.0, 17.0, 20.0, 37.0]])
    sizes = np.concatenate([np.logspace(-4, 4, 400), np.random.default_rng(3).exponential(4, 300), ends])
    return np.concatenate([sizes, -sizes]).astype(dtype)
