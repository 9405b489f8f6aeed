"""Formulas of the losses and of softmax."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .facts import Array, Facts
from .formula import Formula, Rule
from .pointwise import logistic

NONE, MEAN, SUM = 0, 1, 2  # the reductions, as a node keeps them


def softmax_of(s: Facts) -> Array:
    """The softmax that a LogSoftmax node keeps the logarithm of."""
    return np.asarray(np.exp(s.y))


def _sum_of_gradient(s: Facts) -> Array:
    return np.asarray(s.g.sum(axis=s.axis(), keepdims=True)) if s.g.ndim else s.g


def _log_softmax(s: Facts, i: int) -> Array:
    return np.asarray(s.g - softmax_of(s) * _sum_of_gradient(s))


def _weighted_sum(s: Facts) -> Array:
    return np.asarray((s.g * s.y).sum(axis=s.axis(), keepdims=True)) if s.g.ndim else s.g * s.y


def _softmax(s: Facts, i: int) -> Array:
    return np.asarray(s.y * (s.g - _weighted_sum(s)))


def _counted(s: Facts) -> tuple[Array, Array, Array]:
    """The targets with a safe class in the place of the ignored ones, which of them count, and each one's weight (0: ignored)."""
    target = np.asarray(s["target"])
    counts = np.asarray(target != s.get("ignore_index", -100))
    safe = np.where(counts, target, 0)
    weight = s.saved.get("weight")
    return safe, counts, np.where(counts, 1.0 if weight is None else np.asarray(weight)[safe], 0.0)


def one_hot(s: Facts) -> Array:
    """1 at each target's class, in the shape of the input; rows of zeros where the target is ignored."""
    target, counts, _ = _counted(s)
    axis = 1 if len(s.shape) > 1 else 0
    out = np.zeros(s.shape)
    np.put_along_axis(out, np.expand_dims(target, axis), np.expand_dims(counts * 1.0, axis), axis)
    return out


def total_weight(s: Facts) -> Array:
    """What the mean divides by: the number of targets that count, or the sum of their weights; 1 for the other reductions."""
    return np.asarray(_counted(s)[2].sum() if s["reduction"] == MEAN else 1.0)


def row_weights(s: Facts) -> Array:
    """The gradient's factor for each target, in a shape that multiplies the input's: g, the class's weight, and 1 / N of the mean."""
    axis = 1 if len(s.shape) > 1 else 0
    with np.errstate(all="ignore"):
        _, counts, weights = _counted(s)
        return np.asarray(np.expand_dims(np.where(counts, s.g * weights / total_weight(s), 0.0), axis))


def _nll(s: Facts, i: int) -> Array:
    return np.where(one_hot(s) == 1, -row_weights(s), 0.0)


def _size(s: Facts) -> Array:
    """What the mean divides by; 1 for the other reductions."""
    return np.asarray(float(max(int(np.prod(s.shape)), 1) if s["reduction"] == MEAN else 1))


_N = ("N", _size)


def _per_element(slope: Callable[[Facts], Array], weighted: bool = False) -> Callable[[Facts], Array]:
    """The local derivative of a loss that is a sum, mean or list of one term for each number."""
    def derivative(s: Facts) -> Array:
        weight = s.saved.get("weight") if weighted else None
        return np.asarray(slope(s) * (1.0 if weight is None else weight) / _size(s))
    return derivative


def _target(s: Facts) -> Array:
    return s.into(1, "target")


def _gap(s: Facts) -> Array:
    return np.asarray(s.x - _target(s))


def _smooth(s: Facts) -> Array:
    beta = float(s["beta"])
    return np.sign(_gap(s)) if beta == 0 else np.clip(_gap(s) / beta, -1, 1)


def _huber(s: Facts) -> Array:
    delta = float(s["delta"])
    return np.clip(_gap(s), -delta, delta)


def _bce(s: Facts) -> Array:
    return np.asarray(_gap(s) / np.maximum(s.x * (1 - s.x), float(np.float32(1e-12))))


def logits_gap(s: Facts) -> Array:
    """sigmoid(x) - y of binary cross-entropy of logits; with pos_weight p, sigmoid(x) (1 + (p - 1) y) - p y."""
    y, p = _target(s), s.saved.get("pos_weight")
    if p is None:
        return np.asarray(logistic(s.x) - y)
    return np.asarray(logistic(s.x) * (1 + (p - 1) * y) - p * y)


def _soft_margin(s: Facts) -> Array:
    return np.asarray(-_target(s) * logistic(-_target(s) * s.x))


def _log_odds_target(s: Facts) -> Array:
    """The derivative of binary cross-entropy by its target: -ln(p / (1 - p)), each logarithm at least -100."""
    with np.errstate(all="ignore"):
        return np.asarray(np.maximum(np.log1p(-s.x), -100) - np.maximum(np.log(s.x), -100))


def _logits_target(s: Facts) -> Array:
    p = s.saved.get("pos_weight")
    return np.asarray(np.log(logistic(-s.x)) - (1.0 if p is None else p) * np.log(logistic(s.x)))


def _multi_margin(s: Facts) -> Array:
    x = s.x if s.x.ndim > 1 else s.x.reshape(1, -1)
    target, p = np.asarray(s["target"]).reshape(-1), int(s["p"])
    n, classes = x.shape
    rows = np.arange(n)
    short = np.maximum(float(s["margin"]) - x[rows, target][:, None] + x, 0)
    weight = s.saved.get("weight")
    slope = (short > 0) * 1.0 if p == 1 else 2 * short
    slope = slope * (1.0 if weight is None else np.asarray(weight)[target][:, None]) / classes
    slope[rows, target] = 0
    slope[rows, target] = -slope.sum(1)
    return np.asarray(slope / (n if s["reduction"] == MEAN else 1)).reshape(s.shape)


def _row_gradient(s: Facts) -> Array:
    return s.g[..., None] if s.g.ndim and len(s.shape) > 1 else s.g


def _term_by_term(text: str, derivative: Callable[[Facts], Array], latex: str = "") -> Rule:
    return Rule(f"g · {text}", lambda s, i: s.g * derivative(s), (_N, (text, derivative)), latex)


def _symmetric(forward: str, text: str, slope: Callable[[Facts], Array], latex: str, rule_latex: str) -> Formula:
    """A loss of x - y: the target's gradient is minus the input's."""
    derivative = _per_element(slope)
    return Formula(forward, (_term_by_term(text, derivative, rule_latex),
                             Rule(f"-g · {text}", lambda s, i: -s.g * derivative(s), (_N, (text, derivative)), "-" + rule_latex)), latex)


_NLL_RULE = Rule(
    "-g · w[t] · onehot(t) / N, with N the sum of the weights", _nll,
    (("onehot(t)", one_hot), ("N", total_weight)), r"-\frac{g\, w_t}{\sum_n w_{t_n}}\, \mathrm{onehot}(t)")
_NLL = Formula(
    "L = -sum(w[t] · x[n, t]) / sum(w[t])", (_NLL_RULE,), r"L = -\frac{\sum_n w_{t_n} x_{n, t_n}}{\sum_n w_{t_n}}",
    Formula("L = -sum(x[n, t]) / N", (Rule("-g · onehot(t) / N", _nll, _NLL_RULE.shown, r"-\frac{g}{N}\, \mathrm{onehot}(t)"),),
            r"L = -\frac{1}{N} \sum_n x_{n, t_n}"))
_FUSED = Formula("L = cross-entropy of x W^T + b, in chunks", (
    Rule("(softmax(x W^T + b) - onehot(t)) · W, divided by N for the mean"),
    Rule("(softmax(x W^T + b) - onehot(t))^T · x, divided by N for the mean"),
    Rule("sum of softmax(x W^T + b) - onehot(t), divided by N for the mean")))
_CHUNKED = "GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked"

LOSSES = {
    "LogSoftmaxBackward0": Formula("y = x - ln(sum(exp(x)))", (
        Rule("g - softmax(x) · sum(g)", _log_softmax, (("softmax(x) = exp(y)", softmax_of), ("sum(g)", _sum_of_gradient)),
             r"g - \mathrm{softmax}(x) \sum_j g_j"),), r"y = x - \ln \sum_j e^{x_j}"),
    "SoftmaxBackward0": Formula("y = exp(x) / sum(exp(x))", (
        Rule("y · (g - sum(g · y))", _softmax, (("y", lambda s: s.y), ("sum(g · y)", _weighted_sum)),
             r"y \left(g - \sum_j g_j y_j\right)"),), r"y = \frac{e^{x}}{\sum_j e^{x_j}}"),
    "NllLossBackward0": _NLL,
    "NllLoss2DBackward0": _NLL,
    "BinaryCrossEntropyBackward0": Formula("L = -sum(w · (t · ln(x) + (1 - t) · ln(1 - x))) / N", (
        _term_by_term("w · (x - t) / (x · (1 - x)) / N", _per_element(_bce, True), r"g \cdot \frac{w}{N} \cdot \frac{x - t}{x (1 - x)}"),
        _term_by_term("w · (ln(1 - x) - ln(x)) / N", _per_element(_log_odds_target, True))),
        r"L = -\frac{1}{N} \sum w \left(t \ln x + (1 - t) \ln(1 - x)\right)",
        Formula("L = -sum(t · ln(x) + (1 - t) · ln(1 - x)) / N", (
            _term_by_term("(x - t) / (x · (1 - x)) / N", _per_element(_bce), r"\frac{g}{N} \cdot \frac{x - t}{x (1 - x)}"),
            _term_by_term("(ln(1 - x) - ln(x)) / N", _per_element(_log_odds_target))),
            r"L = -\frac{1}{N} \sum t \ln x + (1 - t) \ln(1 - x)")),
    "BinaryCrossEntropyWithLogitsBackward0": Formula("L = -sum(w · (p · t · ln(sigmoid(x)) + (1 - t) · ln(sigmoid(-x)))) / N", (
        _term_by_term("w · (sigmoid(x) · (1 + (p - 1) · t) - p · t) / N", _per_element(logits_gap, True),
                      r"g \cdot \frac{w}{N} \left(\sigma(x)(1 + (p - 1) t) - p\, t\right)"),
        _term_by_term("w · (ln(sigmoid(-x)) - p · ln(sigmoid(x))) / N", _per_element(_logits_target, True))),
        r"L = -\frac{1}{N} \sum w \left(p\, t \ln \sigma(x) + (1 - t) \ln \sigma(-x)\right)",
        Formula("L = -sum(t · ln(sigmoid(x)) + (1 - t) · ln(sigmoid(-x))) / N", (
            _term_by_term("(sigmoid(x) - t) / N", _per_element(logits_gap), r"g \cdot \frac{\sigma(x) - t}{N}"),
            _term_by_term("(ln(sigmoid(-x)) - ln(sigmoid(x))) / N", _per_element(_logits_target))),
            r"L = -\frac{1}{N} \sum t \ln \sigma(x) + (1 - t) \ln \sigma(-x)")),
    "MseLossBackward0": _symmetric(
        "L = sum((x - t)^2) / N", "2 · (x - t) / N", lambda s: 2 * _gap(s), r"L = \frac{1}{N} \sum (x - t)^2", r"g \cdot \frac{2 (x - t)}{N}"),
    "SmoothL1LossBackward0": _symmetric(
        "L = sum((x - t)^2 / (2 · beta) where |x - t| < beta, else |x - t| - beta / 2) / N", "clip((x - t) / beta, -1, 1) / N", _smooth, "",
        r"g \cdot \frac{\mathrm{clip}((x - t) / \beta, -1, 1)}{N}"),
    "HuberLossBackward0": _symmetric(
        "L = sum((x - t)^2 / 2 where |x - t| < delta, else delta · (|x - t| - delta / 2)) / N", "clip(x - t, -delta, delta) / N", _huber, "",
        r"g \cdot \frac{\mathrm{clip}(x - t, -\delta, \delta)}{N}"),
    "SoftMarginLossBackward0": Formula("L = sum(ln(1 + exp(-t · x))) / N", (
        _term_by_term("-t · sigmoid(-t · x) / N", _per_element(_soft_margin), r"-g \cdot \frac{t\, \sigma(-t x)}{N}"),),
        r"L = \frac{1}{N} \sum \ln(1 + e^{-t x})"),
    "MultiMarginLossBackward0": Formula("L = sum over rows and classes of max(0, margin - x[t] + x[j])^p / C, over N for the mean", (
        Rule("g · w[t] · (p · short^(p - 1) / C, minus their sum at t) / N", lambda s, i: _row_gradient(s) * _multi_margin(s),
             (("local derivative", _multi_margin),)),)),
    "MultilabelMarginLossBackward0": Formula("L = sum over right j, wrong i of max(0, 1 - x[j] + x[i]) / C, over N for the mean", (
        Rule("for each pair that is short of the margin: g / C at i, -g / C at j, divided by N for the mean"),)),
    "CtcLossBackward0": Formula("L = -ln(probability of all paths that read as the target)", (
        Rule("exp(x) - exp(paths through this symbol at this time + loss), times g"),)),
    _CHUNKED + "_defaultBackward": _FUSED,
    _CHUNKED + "_no_reduction_defaultBackward": _FUSED,
}
