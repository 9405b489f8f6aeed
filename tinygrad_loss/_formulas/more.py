"""Formulas of the rarer operations: pairs of numbers, special functions, order statistics, solving."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .facts import Array, Facts
from .formula import Formula, Rule, Slope
from .pointwise import NONE, ONE, logistic
from .reductions import AT_MEDIAN, FOUND


def _value(s: Facts) -> float:
    return float(s.get("value", 1))


def _three(s: Facts, i: int) -> Array:
    return s.into(i, ("self", "tensor1", "tensor2")[i])


def _takes_first(s: Facts, larger: bool) -> Any:
    """Where fmax (fmin) takes its first input: where the other is not beyond it, or nan."""
    return (s.a >= s.b if larger else s.a <= s.b) | np.isnan(s.b)


def _sinc(s: Facts) -> Array:
    turn = math.pi * s.x
    with np.errstate(all="ignore"):
        return np.where(turn == 0, 0.0, (np.cos(turn) * turn - np.sin(turn)) / (turn * s.x))


def _logit(s: Facts) -> Array:
    eps = s.saved.get("eps")
    with np.errstate(all="ignore"):
        slope = np.asarray(1 / (s.x * (1 - s.x)))
    if eps is None or eps < 0:
        return np.where((s.x < 0) | (s.x > 1), np.nan, slope)
    return np.where((s.x < eps) | (s.x > 1 - eps), 0.0, slope)


def _running_share(s: Facts, i: int) -> Array:
    """The sum of g[m] · exp(x[k] - y[m]) over m >= k."""
    if not s.shape:
        return s.g
    x, y, g = (np.moveaxis(v, s.axis(), -1) for v in (s.x, s.y, s.g))
    later = np.tril(np.ones((x.shape[-1],) * 2, dtype=bool)).T
    terms = np.where(later, g[..., None, :] * np.exp(x[..., :, None] - y[..., None, :]), 0.0)
    return np.moveaxis(terms.sum(-1), -1, s.axis())


def _distance(s: Facts) -> Array:
    p, gap = float(s["p"]), s.a - s.b
    if p == 0:
        return np.zeros_like(gap)
    if math.isinf(p):
        hit = np.abs(gap) == s.y
        return np.asarray(np.sign(gap) * hit / hit.sum())
    with np.errstate(all="ignore"):
        slope = np.sign(gap) * np.abs(gap) ** (p - 1) / s.y ** (p - 1)
    return np.where((s.y == 0) | ((gap == 0) & (p < 1)), 0.0, slope)


def _turned(matrix: Any) -> Array:
    return np.swapaxes(matrix, -1, -2)


def _cross(s: Facts, one: Any, other: Any) -> Array:
    return np.asarray(np.cross(one, other, axis=int(s.get("dim", -1))))


_BATCH = (Rule("beta · g, summed where it was broadcast"), Rule("alpha · g B^T"), Rule("alpha · A^T g"))
_WRITTEN = (Rule("g, 0 where v was written"), Rule("g at the places written to"))
_BESSEL = "a Bessel function of x"

MORE = {
    "AddbmmBackward0": Formula("y = beta · c + alpha · sum of the products A B of a batch", _BATCH),
    "AddcdivBackward0": Formula("y = c + value · a / b", (
        ONE, Slope("value / b", lambda s: _value(s) / _three(s, 2)),
        Slope("-value · a / b^2", lambda s: -_value(s) * _three(s, 1) / _three(s, 2) ** 2))),
    "AddcmulBackward0": Formula("y = c + value · a · b", (
        ONE, Slope("value · b", lambda s: _value(s) * _three(s, 2)), Slope("value · a", lambda s: _value(s) * _three(s, 1)))),
    "AngleBackward0": Formula("y = angle of x, a step", (NONE,)),
    "BlockDiagBackward0": Formula("y = a matrix with the inputs on its diagonal", (Rule("its block of g"),)),
    "CdistBackward0": Formula("y = distances of the rows of a to the rows of b", (
        Rule("sum over b of g · (a - b) · |a - b|^(p - 2) / y^(p - 1)"), Rule("sum over a of g · (b - a) · |a - b|^(p - 2) / y^(p - 1)"))),
    **dict.fromkeys(("CopysignBackward0", "CopysignBackward1"), Formula("y = |a| with the sign of b", (
        Slope("y / a, 0 where a = 0", lambda s: np.where(s.a == 0, 0.0, s.y / np.where(s.a == 0, 1.0, s.a))), NONE))),
    "CummaxBackward0": Formula("y[k] = max(x[1], ..., x[k])", (FOUND,)),
    "CumminBackward0": Formula("y[k] = min(x[1], ..., x[k])", (FOUND,)),
    "Deg2RadBackward0": Formula("y = x · pi / 180", (Slope("pi / 180", lambda s: math.pi / 180),)),
    "DiagonalScatterBackward0": Formula("y = x with v on its diagonal", _WRITTEN),
    "DistBackward0": Formula("y = sum(|a - b|^p)^(1/p)", (
        Slope("sign(a - b) · (|a - b| / y)^(p - 1)", _distance), Slope("-sign(a - b) · (|a - b| / y)^(p - 1)", lambda s: -_distance(s)))),
    "ErfcBackward0": Formula("y = 1 - erf(x)", (
        Slope("-2 / sqrt(pi) · exp(-x^2)", lambda s: -2 / math.sqrt(math.pi) * np.exp(-(s.x**2))),)),
    "FmaxBackward0": Formula("y = max(a, b), the number beside a nan", (
        Slope("[a >= b]", lambda s: _takes_first(s, True)), Slope("[a < b]", lambda s: ~_takes_first(s, True)))),
    "FminBackward0": Formula("y = min(a, b), the number beside a nan", (
        Slope("[a <= b]", lambda s: _takes_first(s, False)), Slope("[a > b]", lambda s: ~_takes_first(s, False)))),
    "HypotBackward0": Formula("y = sqrt(a^2 + b^2)", (Slope("a / y", lambda s: s.a / s.y), Slope("b / y", lambda s: s.b / s.y))),
    "I0Backward0": Formula(f"y = {_BESSEL}", (Rule("g · i1(x)"),)),
    "IndexReduceBackward0": Formula("y = x, reduced with v at index", (Rule("the share of x in y, times g"), Rule("the share of v in y, times g"))),
    "KthvalueBackward0": Formula("y = the k-th smallest of a line", (FOUND,)),
    "LdexpBackward0": Formula("y = a · 2^b", (
        Slope("2^b", lambda s: 2.0 ** s.b), Slope("y · ln(2)", lambda s: s.y * math.log(2)))),
    "LerpBackward0": Formula("y = a + w · (b - a)", (
        Slope("1 - w", lambda s: 1 - s["weight"]), Slope("w", lambda s: s["weight"]))),
    "LerpBackward1": Formula("y = a + w · (b - a)", (
        Slope("1 - w", lambda s: 1 - s.into(2, "weight")), Slope("w", lambda s: s.into(2, "weight")),
        Slope("b - a", lambda s: s.into(1, "end") - s.a))),
    "LinalgCrossBackward0": Formula("y = cross product of a and b", (
        Rule("cross product of b and g", lambda s, i: _cross(s, s.b, s.g)), Rule("cross product of g and a", lambda s, i: _cross(s, s.g, s.a)))),
    "LinalgDetBackward0": Formula("y = det(A)", (Rule("g · y · inverse(A)^T"),)),
    "LinalgInvExBackward0": Formula("y = inverse(A)", (
        Rule("-y^T g y^T", lambda s, i: -_turned(s["inverse"]) @ s.g @ _turned(s["inverse"]), (("y", lambda s: s["inverse"]),)),)),
    "LinalgSlogdetBackward0": Formula("y = ln|det(A)|", (Rule("g · inverse(A)^T"),)),
    "LinalgSolveExBackward0": Formula("y = inverse(A) B", (Rule("-inverse(A)^T g y^T"), Rule("inverse(A)^T g"))),
    "LogaddexpBackward0": Formula("y = ln(exp(a) + exp(b))", (
        Slope("sigmoid(a - b)", lambda s: logistic(s.a - s.b)), Slope("sigmoid(b - a)", lambda s: logistic(s.b - s.a)))),
    "Logaddexp2Backward0": Formula("y = log2(2^a + 2^b)", (
        Slope("sigmoid((a - b) · ln(2))", lambda s: logistic((s.a - s.b) * math.log(2))),
        Slope("sigmoid((b - a) · ln(2))", lambda s: logistic((s.b - s.a) * math.log(2))))),
    "LogcumsumexpBackward0": Formula("y[k] = ln(exp(x[1]) + ... + exp(x[k]))", (
        Rule("sum of g[m] · exp(x[k] - y[m]) over m >= k", _running_share),)),
    "LogitBackward0": Formula("y = ln(x / (1 - x))", (Slope("1 / (x · (1 - x))", _logit),)),
    "ModeBackward0": Formula("y = the most frequent of a line", (FOUND,)),
    "MvlgammaBackward0": Formula("y = ln of the gamma function of p dimensions", (Rule("g · (digamma(x) + ... + digamma(x - (p - 1) / 2))"),)),
    "NanToNumBackward0": Formula("y = x, and numbers for nan and infinities", (Slope("[x is finite]", lambda s: np.isfinite(s.x)),)),
    "NanmedianBackward0": Formula("y = median(x) without nan", (AT_MEDIAN,)),
    "NanmedianBackward1": Formula("y = median of a line without nan", (FOUND,)),
    "NansumBackward0": Formula("y = sum(x) without nan", (
        Rule("g where x is a number, 0 at nan", lambda s, i: s.spread(s.g) * ~np.isnan(s.x)),)),
    "PutBackward0": Formula("y = x with v written, or added, at places of x, flat", _WRITTEN),
    "Rad2DegBackward0": Formula("y = x · 180 / pi", (Slope("180 / pi", lambda s: 180 / math.pi),)),
    "RenormBackward0": Formula("y = x, its parts not longer than maxnorm", (Rule("g where a part was short; else g, less its share along x, shortened"),)),
    "RsubBackward0": Formula("y = b - alpha · a", (Slope("-alpha", lambda s: -float(s.get("alpha", 1))), ONE)),
    "ScatterReduceBackward0": Formula("y = x, reduced with v at the places of index", (
        Rule("the share of x in y, times g"), Rule("the share of v in y, times g"))),
    "SelectScatterBackward0": Formula("y = x with v written at an index", _WRITTEN),
    "SgnBackward0": Formula("y = sign(x), a step", (NONE,)),
    "SincBackward0": Formula("y = sin(pi · x) / (pi · x)", (Slope("(cos(pi · x) - y) / x", _sinc),)),
    "SliceScatterBackward0": Formula("y = x with v written over a slice", _WRITTEN),
    "SpecialEntrBackward0": Formula("y = -x · ln(x)", (
        Slope("-(1 + ln(x))", lambda s: np.where(s.x > 0, -(1 + np.log(np.where(s.x > 0, s.x, 1.0))), np.where(s.x == 0, np.inf, np.nan))),)),
    **dict.fromkeys(("SpecialI0EBackward0", "SpecialI1Backward0", "SpecialI1EBackward0"), Formula(f"y = {_BESSEL}", (
        Rule("g times the derivative, by the recurrence of Bessel functions"),))),
    "SpecialXlog1PyBackward0": Formula("y = a · ln(1 + b)", (
        Slope("ln(1 + b), 0 where a = 0 and b <= -1", lambda s: np.where((s.a == 0) & (s.b <= -1), 0.0, np.log1p(np.maximum(s.b, -1)))),
        Slope("a / (1 + b)", lambda s: s.a / (1 + s.b)))),
    "UnfoldBackward0": Formula("y = windows of x", (Rule("sum of g over the windows that a number stands in"),)),
    "NarrowCopyBackward0": Formula("y = x[start:start + length]", (Rule("g[k] back to the place that y[k] came from"),)),
}
