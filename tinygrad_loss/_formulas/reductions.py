"""Formulas of sums, means, extremes, norms and the like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .facts import Array, Facts
from .formula import Formula, Rule


def _spread(s: Facts, i: int = 0) -> Array:
    return np.broadcast_to(s.spread(s.g), s.shape)


def _count(s: Facts) -> int:
    return math.prod(s.shape[axis] for axis in s.axes())


def _numbers_averaged(s: Facts) -> Array:
    return np.asarray(float(_count(s)))


def _is_extreme(s: Facts, result: Any) -> Array:
    """Where the largest (or smallest) number stands, each of equals with an equal share."""
    equal = s.x == result
    if "dim" not in s.saved:  # the one of all numbers: nan is one of equals
        equal = equal | (np.isnan(s.x) & np.isnan(result))
    axes = s.axes() if "dim" in s.saved and s.shape else None
    return np.asarray(equal / equal.sum(axis=axes, keepdims=True))


def _extreme(s: Facts, i: int = 0) -> Array:
    return _spread(s) * _is_extreme(s, s.spread(s.y))


def _extreme_pair(s: Facts, i: int) -> Array:
    total = np.zeros(s.shape)
    for g, name in zip(s.gradients, ("min", "max"), strict=False):
        if g is not None:
            total = total + s.spread(g) * _is_extreme(s, s.spread(s[name]))
    return total


def _to_places(s: Facts, i: int = 0) -> Array:
    """Each gradient goes to where its number was found (saved indices, along saved dim)."""
    found, out = s["indices"], np.zeros(s.shape)
    if not s.shape:
        return s.g.reshape(())
    g = s.g
    if found.ndim < len(s.shape):
        found, g = np.expand_dims(found, s.axis()), np.expand_dims(g, s.axis())
    places = list(np.indices(found.shape, sparse=True))
    places[s.axis()] = found
    np.add.at(out, tuple(places), g)
    return out


def _at_median(s: Facts, i: int = 0) -> Array:
    """All of the gradient goes to the median; of equals each takes a share."""
    return np.asarray(s.g * _is_extreme(s, s.y))


def _others(s: Facts, axis: int | None) -> Array:
    """For each number the product of all others (of its line), with no division: zeros are no trouble."""
    x = s.x if axis is not None else s.x.reshape(-1)
    x = np.moveaxis(x, axis or 0, -1) if x.ndim else x.reshape(1)
    n = x.shape[-1]
    keep = ~np.eye(n, dtype=bool)
    out = np.where(keep, x[..., None, :], 1.0).prod(-1)
    return np.asarray(np.moveaxis(out, -1, axis or 0)).reshape(s.shape)


def _cumprod(s: Facts, i: int = 0) -> Array:
    if not s.shape:
        return s.g
    x, g = np.moveaxis(s.x, s.axis(), -1), np.moveaxis(s.g, s.axis(), -1)
    out, n = np.zeros(x.shape), x.shape[-1]
    for k in range(n):
        for m in range(k, n):
            out[..., k] += g[..., m] * np.delete(x[..., :m + 1], k, -1).prod(-1)
    return np.moveaxis(out, -1, s.axis())


def _cumsum(s: Facts, i: int = 0) -> Array:
    return np.flip(np.flip(s.g, s.axis()).cumsum(s.axis()), s.axis()) if s.shape else s.g


def _norm(order: str) -> Any:
    def direction(s: Facts) -> Array:
        p, y = float(s.get(order, 2)), s.spread(s.y)
        with np.errstate(all="ignore"):
            if p == 0:
                return np.zeros(s.shape)
            if math.isinf(p):
                hit = np.abs(s.x) == y
                return np.asarray(np.sign(s.x) * hit / hit.sum(axis=s.axes(), keepdims=True))
            slope = np.sign(s.x) * np.abs(s.x) ** (p - 1) / y ** (p - 1)
            return np.where((y == 0) | ((s.x == 0) & (p < 1)), 0.0, slope)
    return direction


def _normed(order: str, text: str) -> Formula:
    direction = _norm(order)
    slope = "sign(x) · (|x| / y)^(p - 1)"
    return Formula(text, (Rule(f"g · {slope}", lambda s, i: s.spread(s.g) * direction(s), ((slope, direction),),
                               r"g \cdot \operatorname{sign}(x) \left(\frac{|x|}{y}\right)^{p-1}"),))


def _deviation(s: Facts) -> Array:
    return np.asarray(s.x - s.x.mean(axis=s.axes(), keepdims=True))


def _freedom(s: Facts) -> float:
    correction = s.saved.get("correction")
    return _count(s) - (1.0 if correction is None else float(correction))


def _variance(s: Facts) -> Array:
    return np.asarray(2 * _deviation(s) / _freedom(s))


def _standard_deviation(s: Facts) -> Array:
    y = s.saved.get("result", s.saved.get("result0", s.result))
    with np.errstate(all="ignore"):
        y = s.spread(np.asarray(y))
        return np.where(y == 0, 0.0, _deviation(s) / (_freedom(s) * y))


def _with_mean(slope: Any) -> Any:
    """Two results, a deviation and the mean: either or both may have been used."""
    def compute(s: Facts, i: int) -> Array:
        total = np.zeros(s.shape)
        if s.gradients[0] is not None:
            total = total + s.spread(s.gradients[0]) * slope(s)
        if len(s.gradients) > 1 and s.gradients[1] is not None:
            total = total + s.spread(s.gradients[1]) / _count(s)
        return total
    return compute


def _softmax_of_sum(s: Facts) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(s.x - s.spread(s.y)))


_VARIANCE = "2 · (x - mean(x)) / (N - correction)"
_DEVIATION = "(x - mean(x)) / ((N - correction) · y)"
_SHARE = "[x = y] / number of equals"
_EQUAL = Rule(f"g · {_SHARE}", _extreme, ((_SHARE, lambda s: _is_extreme(s, s.spread(s.y))),))
FOUND = Rule("g at the place where y was found, else 0", _to_places, (("place", lambda s: s["indices"]),))
AT_MEDIAN = Rule("g where x = y, shared by equals", _at_median)

REDUCTIONS = {
    **dict.fromkeys(("AmaxBackward0", "MaxBackward1"), Formula("y = max(x)", (_EQUAL,))),
    **dict.fromkeys(("AminBackward0", "MinBackward1"), Formula("y = min(x)", (_EQUAL,))),
    "AminmaxBackward0": Formula("y0 = min(x), y1 = max(x)", (
        Rule("g0 · [x = y0] / number of equals + g1 · [x = y1] / number of equals", _extreme_pair),)),
    "CumprodBackward0": Formula("y[k] = x[1] · ... · x[k]", (
        Rule("sum of g[m] · (x[1] · ... · x[m] without x[k]) over m >= k", _cumprod),)),
    "CumsumBackward0": Formula("y[k] = x[1] + ... + x[k]", (Rule("g[k] + g[k+1] + ... + g[n]", _cumsum),)),
    "LinalgVectorNormBackward0": _normed("ord", "y = sum(|x|^p)^(1/p), the length of x"),
    "LogsumexpBackward0": Formula("y = ln(sum(exp(x)))", (
        Rule("g · exp(x - y)", lambda s, i: s.spread(s.g) * _softmax_of_sum(s), (("exp(x - y), the softmax", _softmax_of_sum),),
             r"g \cdot e^{x - y}"),), r"y = \ln \sum_j e^{x_j}"),
    **dict.fromkeys(("MaxBackward0", "MinBackward0", "MedianBackward1"), Formula("y = the largest, smallest or median of a line",
                                                                                 (FOUND,))),
    "MeanBackward0": Formula("y = sum(x) / N", (
        Rule("g / N, to every number", lambda s, i: _spread(s) / _count(s), (("N", _numbers_averaged),), r"\frac{g}{N}"),),
        r"y = \frac{1}{N} \sum x"),
    "MeanBackward1": Formula("y = sum(x) / N over the dimension", (
        Rule("g / N, to every number that was averaged", lambda s, i: _spread(s) / _count(s), (("N", _numbers_averaged),),
             r"\frac{g}{N}"),), r"y = \frac{1}{N} \sum x"),
    "MedianBackward0": Formula("y = median(x)", (AT_MEDIAN,)),
    "NormBackward1": _normed("p", "y = sum(|x|^p)^(1/p), the length of x"),
    "ProdBackward0": Formula("y = product of x", (
        Rule("g · product of the others", lambda s, i: s.g * _others(s, None), (("product of the others", lambda s: _others(s, None)),)),
    )),
    "ProdBackward1": Formula("y = product of x over the dimension", (
        Rule("g · product of the others", lambda s, i: s.spread(s.g) * _others(s, s.axis()),
             (("product of the others", lambda s: _others(s, s.axis())),)),)),
    **dict.fromkeys(("SortBackward0", "SortBackward1"), Formula("y = x in order", (
        Rule("g[k] back to the place that y[k] came from", _to_places, (("place", lambda s: s["indices"]),)),))),
    "StdBackward0": Formula("y = sqrt(sum((x - mean(x))^2) / (N - correction))", (
        Rule(f"g · {_DEVIATION}", lambda s, i: s.spread(s.g) * _standard_deviation(s), ((_DEVIATION, _standard_deviation),)),)),
    "StdMeanBackward0": Formula("y = standard deviation and mean of x", (
        Rule(f"g0 · {_DEVIATION} + g1 / N", _with_mean(_standard_deviation), ((_DEVIATION, _standard_deviation),)),)),
    "SumBackward0": Formula("y = sum(x)", (Rule("g, to every number", _spread),), r"y = \sum x"),
    "SumBackward1": Formula("y = sum(x) over the dimension", (Rule("g, to every number that was summed", _spread),), r"y = \sum x"),
    "TopkBackward0": Formula("y = the k largest", (FOUND,)),
    "TraceBackward0": Formula("y = x[1, 1] + x[2, 2] + ...", (
        Rule("g · identity matrix", lambda s, i: s.g * np.eye(s.shape[0], s.shape[1])),)),
    "VarBackward0": Formula("y = sum((x - mean(x))^2) / (N - correction)", (
        Rule(f"g · {_VARIANCE}", lambda s, i: s.spread(s.g) * _variance(s), ((_VARIANCE, _variance),)),)),
    "VarMeanBackward0": Formula("y = variance and mean of x", (
        Rule(f"g0 · {_VARIANCE} + g1 / N", _with_mean(_variance), ((_VARIANCE, _variance),)),)),
}
