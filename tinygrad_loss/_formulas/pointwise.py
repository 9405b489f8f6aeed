"""Formulas of the elementwise operations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..kernels.special import polygamma
from .facts import Array, Facts
from .formula import Formula, Rule, Slope

NONE = Slope("0", lambda s: 0.0)
ONE = Slope("1", lambda s: 1.0)
MINUS = Slope("-1", lambda s: -1.0)


def logistic(x: Any) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1 / (1 + e), e / (1 + e)))


def _between(s: Facts) -> Array:
    low, high = s.saved.get("min"), s.saved.get("max")
    inside = np.ones(np.broadcast_shapes(s.x.shape, *(np.shape(v) for v in (low, high) if v is not None)))
    if low is not None:
        inside = inside * (s.x >= low)
    return inside if high is None else inside * (s.x <= high)


def _at_bound(s: Facts, low: bool) -> Array:
    """Where a tensor of bounds was taken in place of x."""
    lower, upper = s.saved.get("min"), s.saved.get("max")
    if low:
        taken = (s.x < lower) if upper is None else (s.x < lower) & (lower < upper)
    else:
        taken = s.x > upper if lower is None else (s.x > upper) | (lower >= upper)
    return np.asarray(taken, dtype=np.float64)


def _power(s: Facts) -> Array:
    p = s["exponent"]
    return np.zeros_like(s.x) if np.all(p == 0) else np.asarray(p * s.x ** (p - 1))


def _power_base(s: Facts) -> Array:
    p = s.into(1, "exponent")
    return np.asarray(np.where(p == 0, 0.0, p * s.a ** (p - 1.0)))


def _power_exponent(s: Facts) -> Array:
    base, p = s.a, s.into(1, "exponent")
    return np.asarray(np.where((base == 0) & (p >= 0), 0.0, s.y * np.log(base)))


def _share(smaller: Any, ties: Any) -> Array:
    """1 for the one that was taken, 1/2 for each of equals; both have 1 beside a nan, as in PyTorch."""
    return np.asarray(np.where(ties, 0.5, np.where(smaller, 0.0, 1.0)))


def _rounding(s: Facts, slope: Any) -> Any:
    return slope if s.saved.get("rounding_mode") is None else 0.0


def _xlogy(s: Facts) -> Array:
    dead = (s.a == 0) & (s.b <= 0)
    return np.where(dead, 0.0, np.log(np.where(dead, 1.0, s.b)))


POINTWISE = {
    "AbsBackward0": Formula("y = |x|", (Slope("sign(x)", lambda s: np.sign(s.x)),)),
    "AcosBackward0": Formula("y = arccos(x)", (Slope("-1 / sqrt(1 - x^2)", lambda s: -1 / np.sqrt(1 - s.x**2)),)),
    "AcoshBackward0": Formula("y = arcosh(x)", (Slope("1 / sqrt(x^2 - 1)", lambda s: 1 / np.sqrt(s.x**2 - 1)),)),
    "AddBackward0": Formula("y = a + alpha · b", (ONE, Slope("alpha", lambda s: float(s.get("alpha", 1)))), "",
                            Formula("y = a + b", (ONE, ONE))),
    "AddBackward1": Formula("y = x + number", (ONE,)),
    "AsinBackward0": Formula("y = arcsin(x)", (Slope("1 / sqrt(1 - x^2)", lambda s: 1 / np.sqrt(1 - s.x**2)),)),
    "AsinhBackward0": Formula("y = arsinh(x)", (Slope("1 / sqrt(x^2 + 1)", lambda s: 1 / np.sqrt(s.x**2 + 1)),)),
    "Atan2Backward0": Formula("y = angle of (b, a)", (
        Slope("b / (a^2 + b^2)", lambda s: s.b / (s.a**2 + s.b**2)), Slope("-a / (a^2 + b^2)", lambda s: -s.a / (s.a**2 + s.b**2)))),
    "AtanBackward0": Formula("y = arctan(x)", (Slope("1 / (1 + x^2)", lambda s: 1 / (1 + s.x**2)),)),
    "AtanhBackward0": Formula("y = artanh(x)", (Slope("1 / (1 - x^2)", lambda s: 1 / (1 - s.x**2)),)),
    **dict.fromkeys(("BernoulliBackward0", "BernoulliBackward1", "NormalBackward0", "NormalBackward1", "NormalBackward2",
                     "NormalBackward3", "UniformBackward0"), Formula("y = random numbers", (NONE,))),
    "CeilBackward0": Formula("y = ceil(x), a step", (NONE,)),
    "ClampBackward0": Formula("y = x within [min, max]", (
        Slope("[min <= x <= max]", _between), Slope("[x < min]", lambda s: _at_bound(s, True)),
        Slope("[x > max]", lambda s: _at_bound(s, False)))),
    "ClampBackward1": Formula("y = x within [min, max]", (Slope("[min <= x <= max]", _between),)),
    "ClampMaxBackward0": Formula("y = min(x, max)", (Slope("[x <= max]", lambda s: s.x <= s["max"]),)),
    "ClampMaxBackward1": Formula("y = min(x, max)", (
        Slope("[x <= max]", lambda s: s.x <= s["max"]), Slope("[x > max]", lambda s: s.x > s["max"]))),
    "ClampMinBackward0": Formula("y = max(x, min)", (Slope("[x >= min]", lambda s: s.x >= s["min"]),)),
    "ClampMinBackward1": Formula("y = max(x, min)", (
        Slope("[x >= min]", lambda s: s.x >= s["min"]), Slope("[x < min]", lambda s: s.x < s["min"]))),
    "CosBackward0": Formula("y = cos(x)", (Slope("-sin(x)", lambda s: -np.sin(s.x)),)),
    "CoshBackward0": Formula("y = cosh(x)", (Slope("sinh(x)", lambda s: np.sinh(s.x)),)),
    "DigammaBackward0": Formula("y = digamma(x)", (Slope("trigamma(x)", lambda s: polygamma(1, s.x)),)),
    "DivBackward0": Formula("y = a / b", (
        Slope("1 / b", lambda s: 1 / s.b, r"\frac{1}{b}"), Slope("-a / b^2", lambda s: -s.a / s.b**2, r"-\frac{a}{b^2}")),
        r"y = \frac{a}{b}"),
    "DivBackward1": Formula("y = x / number", (Slope("1 / number", lambda s: np.divide(1.0, s["other"]), r"\frac{1}{\text{number}}"),),
                            r"y = \frac{x}{\text{number}}"),
    "DivBackward2": Formula("y = a / b, rounded if the node says so", (
        Slope("1 / b, or 0 where rounded", lambda s: _rounding(s, 1.0) and 1 / s.b),
        Slope("-a / b^2, or 0 where rounded", lambda s: _rounding(s, 1.0) and -s.a / s.b**2))),
    "ErfBackward0": Formula("y = erf(x)", (
        Slope("2 / sqrt(pi) · exp(-x^2)", lambda s: 2 / math.sqrt(math.pi) * np.exp(-(s.x**2))),)),
    "ErfinvBackward0": Formula("y = erfinv(x)", (
        Slope("sqrt(pi) / 2 · exp(y^2)", lambda s: math.sqrt(math.pi) / 2 * np.exp(s.y**2)),)),
    "Exp2Backward0": Formula("y = 2^x", (Slope("y · ln(2)", lambda s: s.y * math.log(2)),)),
    "ExpBackward0": Formula("y = exp(x)", (Slope("y", lambda s: s.y),)),
    "Expm1Backward0": Formula("y = exp(x) - 1", (Slope("y + 1", lambda s: s.y + 1),)),
    "FloorBackward0": Formula("y = floor(x), a step", (NONE,)),
    "FmodBackward0": Formula("y = x - number · trunc(x / number)", (ONE,)),
    "FmodBackward1": Formula("y = a - b · trunc(a / b)", (ONE, Slope("-trunc(a / b)", lambda s: -np.trunc(s.a / s.b)))),
    "FracBackward0": Formula("y = x - trunc(x)", (ONE,)),
    "HardtanhBackward0": Formula("y = x within [min, max]", (
        Slope("[min < x < max]", lambda s: ~((s.x <= s["min_val"]) | (s.x >= s["max_val"]))),)),
    "LeakyReluBackward0": Formula("y = x where x > 0, else slope · x", (
        Slope("1 where x > 0, else slope", lambda s: np.where(s.x > 0, 1.0, s["negative_slope"])),)),
    "LeakyReluBackward1": Formula("y = x where x > 0, else slope · x", (
        Slope("1 where y > 0, else slope", lambda s: np.where(s.y > 0, 1.0, s["negative_slope"])),)),
    "LgammaBackward0": Formula("y = ln|gamma(x)|", (Slope("digamma(x)", lambda s: polygamma(0, s.x)),)),
    "Log10Backward0": Formula("y = log10(x)", (Slope("1 / (x · ln(10))", lambda s: 1 / (s.x * math.log(10))),)),
    "Log1PBackward0": Formula("y = ln(1 + x)", (Slope("1 / (1 + x)", lambda s: 1 / (1 + s.x), r"\frac{1}{1 + x}"),)),
    "Log2Backward0": Formula("y = log2(x)", (Slope("1 / (x · ln(2))", lambda s: 1 / (s.x * math.log(2))),)),
    "LogBackward0": Formula("y = ln(x)", (Slope("1 / x", lambda s: 1 / s.x, r"\frac{1}{x}"),)),
    "LogSigmoidBackward0": Formula("y = ln(sigmoid(x))", (Slope("sigmoid(-x)", lambda s: logistic(-s.x)),)),
    "MaskedFillBackward0": Formula("y = number where mask, else x", (Slope("[not mask]", lambda s: ~s["mask"]),)),
    "MaskedFillBackward1": Formula("y = v where mask, else x", (
        Slope("[not mask]", lambda s: ~s["mask"]), Rule("sum(g where mask)", lambda s, i: (s.g * s["mask"]).sum()))),
    "MaximumBackward0": Formula("y = max(a, b)", (
        Slope("[a > b], 1/2 where equal", lambda s: _share(s.a < s.b, s.a == s.b)),
        Slope("[a < b], 1/2 where equal", lambda s: _share(s.a > s.b, s.a == s.b)))),
    "MinimumBackward0": Formula("y = min(a, b)", (
        Slope("[a < b], 1/2 where equal", lambda s: _share(s.a > s.b, s.a == s.b)),
        Slope("[a > b], 1/2 where equal", lambda s: _share(s.a < s.b, s.a == s.b)))),
    "MulBackward0": Formula("y = a · b", (Slope("b", lambda s: s.b), Slope("a", lambda s: s.a))),
    "MulBackward1": Formula("y = x · number", (Slope("number", lambda s: s["other"]),)),
    "NegBackward0": Formula("y = -x", (MINUS,)),
    "PolygammaBackward0": Formula("y = polygamma(n, x)", (
        Slope("polygamma(n + 1, x)", lambda s: polygamma(int(s["n"]) + 1, s.x)),)),
    "PowBackward0": Formula("y = x^p", (Slope("p · x^(p - 1)", _power, "p x^{p-1}"),), "y = x^p"),
    "PowBackward1": Formula("y = a^b", (
        Slope("b · a^(b - 1)", _power_base, "b a^{b-1}"), Slope("y · ln(a)", _power_exponent))),
    "PowBackward2": Formula("y = number^x", (
        Slope("y · ln(number)", lambda s: s.y * np.log(np.float64(s["self"])) if s["self"] else np.zeros_like(s.y)),)),
    "ReciprocalBackward0": Formula("y = 1 / x", (Slope("-y^2", lambda s: -(s.y**2)),), r"y = \frac{1}{x}"),
    "ReluBackward0": Formula("y = max(0, x)", (Slope("[y > 0]", lambda s: ~(s.y <= 0)),)),
    "RemainderBackward0": Formula("y = x - number · floor(x / number)", (ONE,)),
    "RemainderBackward1": Formula("y = a - b · floor(a / b)", (ONE, Slope("-floor(a / b)", lambda s: -np.floor(s.a / s.b)))),
    "RoundBackward0": Formula("y = round(x), a step", (NONE,)),
    "RoundBackward1": Formula("y = round(x), a step", (NONE,)),
    "RsqrtBackward0": Formula("y = 1 / sqrt(x)", (Slope("-y^3 / 2", lambda s: -(s.y**3) / 2),), r"y = \frac{1}{\sqrt{x}}"),
    "RsubBackward1": Formula("y = number - alpha · x", (Slope("-alpha", lambda s: -float(s.get("alpha", 1))),), "",
                             Formula("y = number - x", (MINUS,))),
    "SigmoidBackward0": Formula("y = 1 / (1 + exp(-x))", (Slope("y · (1 - y)", lambda s: s.y * (1 - s.y), "y(1 - y)"),),
                                r"y = \frac{1}{1 + e^{-x}}"),
    "SignBackward0": Formula("y = sign(x), a step", (NONE,)),
    "SinBackward0": Formula("y = sin(x)", (Slope("cos(x)", lambda s: np.cos(s.x)),)),
    "SinhBackward0": Formula("y = sinh(x)", (Slope("cosh(x)", lambda s: np.cosh(s.x)),)),
    "SoftplusBackward0": Formula("y = ln(1 + exp(beta · x)) / beta", (
        Slope("sigmoid(beta · x)", lambda s: np.where(s.x * s["beta"] > s["threshold"], 1.0, logistic(s.x * s["beta"]))),)),
    "SqrtBackward0": Formula("y = sqrt(x)", (Slope("1 / (2 · y)", lambda s: 1 / (2 * s.y), r"\frac{1}{2y}"),)),
    "SubBackward0": Formula("y = a - alpha · b", (ONE, Slope("-alpha", lambda s: -float(s.get("alpha", 1)))), "",
                            Formula("y = a - b", (ONE, MINUS))),
    "SubBackward1": Formula("y = x - number", (ONE,)),
    "TanBackward0": Formula("y = tan(x)", (Slope("1 + y^2", lambda s: 1 + s.y**2),)),
    "TanhBackward0": Formula("y = tanh(x)", (Slope("1 - y^2", lambda s: 1 - s.y**2),)),
    "TruncBackward0": Formula("y = trunc(x), a step", (NONE,)),
    "WhereBackward0": Formula("y = a where condition, else b", (
        Slope("[condition]", lambda s: s["condition"]), Slope("[not condition]", lambda s: ~s["condition"]))),
    "XlogyBackward0": Formula("y = a · ln(b)", (Slope("ln(b), 0 where a = 0 and b <= 0", _xlogy), Slope("a / b", lambda s: s.a / s.b))),
}
