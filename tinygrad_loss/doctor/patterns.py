"""Recognising what a part of a graph computes: softmax, log-softmax, logsumexp, sigmoid, called or written by hand.

Each function takes a step and says what it is, or None. Views, casts and changes of order are seen through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .forward import PASSING
from .trace import Step, Trace

Array = NDArray[Any]

#: Products with a matrix of weights, or with another result: what lies on the two sides are different layers.
PRODUCTS = frozenset({"Addmm", "Mm", "Bmm", "Baddbmm", "Mv", "Addmv", "Dot", "Linear", "Convolution", "ConvolutionOverrideable",
                      "MkldnnConvolution", "Embedding", "ThnnConv2D", "MkldnnRnnLayer"})


@dataclass(frozen=True)
class Normal:
    """A softmax, a log-softmax or a logsumexp. `step` gives it, `logits` goes in, `dims` is what it runs over in `inner`, the step
    that does the normalising. `exp` is the exponential of one written by hand; None where a node of the library does it."""

    step: Step
    logits: Step
    dims: tuple[int, ...]
    inner: Step
    exp: Step | None = None


def peel(step: Step | None) -> Step | None:
    """The step below views, casts, copies, and products with a constant 1."""
    while step is not None:
        if step.kind in PASSING or (step.kind == "Mul" and _is_one(step)):
            step = step.input()
        else:
            return step
    return None


def _is_one(step: Step) -> bool:
    if len(step.inputs) == 2 and (step.inputs[1] is not None or step.inputs[0] is None):
        return False
    other = step.array("other")
    return other is not None and other.size == 1 and bool(other.reshape(()) == 1)


def without_dropout(step: Step | None) -> Step | None:
    """The step below a dropout: a product with a constant that holds 0 and one other number."""
    step = peel(step)
    if step is not None and step.kind == "NativeDropout":
        return peel(step.input())
    if step is not None and step.kind == "Mul" and len(step.steps()) == 1 and step.input() is not None:
        mask = step.array("other")
        if mask is not None and mask.shape == step.shape and mask.size and not mask.all():
            kept = mask[mask != 0]
            if kept.size and kept.min() == kept.max() and kept.min() > 1:
                return peel(step.input())
    return step


def unscaled(step: Step | None) -> Step | None:
    """The step below views, casts, and products with or division by one constant number above 0."""
    while (step := peel(step)) is not None:
        if step.kind not in ("Mul", "Div") or step.input() is None or step.input(1) is not None:
            return step
        other = step.array("other")
        if other is None or other.size != 1 or not float(other.reshape(())) > 0:
            return step
        step = step.input()
    return None


def same(one: Step | None, other: Step | None) -> bool:
    """Whether two steps give the same numbers: the same step, or the same unary function of the same step."""
    one, other = peel(one), peel(other)
    if one is None or other is None:
        return False
    if one is other:
        return True
    alike = one.kind == other.kind and one.kind in ("Exp", "Neg", "Sigmoid", "Softmax", "LogSoftmax", "Log", "Relu")
    return alike and same(one.input(), other.input())


def unshifted(step: Step | None) -> Step | None:
    """x of `x - x.max()`: the step below a subtraction of something that is constant along the row."""
    step = peel(step)
    if step is not None and step.kind == "Sub" and step.inputs[0] is not None:
        top = peel(step.input(1))
        if step.inputs[1] is None or (top is not None and top.kind in ("Max", "Amax") and same(top.input(), step.input())):
            return peel(step.input())
    return step


def picked(step: Step | None) -> Step | None:
    """The step below a choice by a target: x.gather(1, y), x[range(n), y], or (x * one_hot).sum(1)."""
    while (step := peel(step)) is not None:
        below = peel(step.input())
        if step.kind == "Sum" and below is not None and below.kind == "Mul" and len(below.steps()) == 1:
            weights = below.array("other" if below.input(0) is not None else "self")
            if weights is None or weights.shape != below.shape or weights.max(initial=0) != 1 or not is_one_hot(weights):
                return step
            step = below.steps()[0]
        elif step.kind in ("Gather", "Index", "Select"):
            step = below
        else:
            return step
    return None


def softmax_of(step: Step | None, chosen: bool = False) -> Normal | None:
    """A softmax: by call, exp(log_softmax), or exp(x) / exp(x).sum(). With `chosen` also one of which a target chose the exponentials
    before the division, exp(x)[range(n), y] / exp(x).sum(1)."""
    step = peel(step)
    if step is None:
        return None
    if step.kind == "Softmax" and step.input() is not None:
        return Normal(step, step.steps()[0], step.dims(), step)
    if step.kind == "Exp":
        inner = log_softmax_of(step.input())
        return None if inner is None else Normal(step, inner.logits, inner.dims, inner.inner, inner.exp)
    top, below = None, None
    if step.kind == "Div":
        top, below = picked(step.input(0)) if chosen else peel(step.input(0)), peel(step.input(1))
    elif step.kind == "Mul" and len(step.steps()) == 2:
        sides = [peel(side) for side in step.steps()]
        if sides[0] is not None and sides[0].kind == "Reciprocal":
            sides.reverse()
        if sides[1] is not None and sides[1].kind == "Reciprocal":
            top, below = sides[0], peel(sides[1].input())
    if top is None or below is None or top.kind != "Exp" or below.kind != "Sum" or not same(below.input(), top):
        return None
    logits = unshifted(top.input())
    return None if logits is None else Normal(step, logits, below.dims(), below, top)


def logsumexp_of(step: Step | None) -> Normal | None:
    """A logsumexp: by call, log(exp(x).sum()), or m + log(exp(x - m).sum())."""
    step = peel(step)
    if step is None:
        return None
    if step.kind == "Logsumexp" and step.input() is not None:
        return Normal(step, step.steps()[0], step.dims(), step)
    if step.kind == "Log":
        total = peel(step.input())
        if total is not None and total.kind in ("Sum", "Mean"):
            exp = peel(total.input())
            if exp is not None and exp.kind == "Exp":
                logits = unshifted(exp.input())
                return None if logits is None else Normal(step, logits, total.dims(), total, exp)
    if step.kind == "Add":
        for side in step.steps():
            inner = logsumexp_of(side)
            if inner is not None and inner.exp is not None:
                return Normal(step, inner.logits, inner.dims, inner.inner, inner.exp)
    return None


def log_softmax_of(step: Step | None) -> Normal | None:
    """A log-softmax: by call, log(softmax), or x - logsumexp(x)."""
    step = peel(step)
    if step is None:
        return None
    if step.kind == "LogSoftmax" and step.input() is not None:
        return Normal(step, step.steps()[0], step.dims(), step)
    if step.kind == "Log":
        inner = softmax_of(picked(step.input()), chosen=True)
        return None if inner is None else Normal(step, inner.logits, inner.dims, inner.inner, inner.exp)
    if step.kind == "Sub" and len(step.steps()) == 2:
        inner = logsumexp_of(step.input(1))
        if inner is not None and (
                same(unshifted(picked(step.input(0))), inner.logits) or same(picked(step.input(0)), inner.logits)):
            return Normal(step, inner.logits, inner.dims, inner.inner, inner.exp)
    return None


def sigmoid_of(trace: Trace, step: Step | None) -> Step | None:
    """The logits x of a sigmoid: by call, exp(logsigmoid(x)), 1 / (1 + exp(-x)) or exp(x) / (1 + exp(x))."""
    step = peel(step)
    if step is None:
        return None
    if step.kind == "Sigmoid":
        return step.input()
    if step.kind == "Exp":
        inner = peel(step.input())
        return inner.input() if inner is not None and inner.kind == "LogSigmoid" else None
    below = step.input() if step.kind == "Reciprocal" else step.input(1) if step.kind == "Div" else None
    below = peel(below)
    if below is None or below.kind != "Add" or len(below.steps()) != 1:
        return None
    exp = peel(below.steps()[0])
    if exp is None or exp.kind != "Exp":
        return None
    power, total = exp.array("result"), trace.value(below)
    if total is None and step.kind == "Reciprocal" and (inverse := step.array("result")) is not None:
        with np.errstate(all="ignore"):
            total = 1 / inverse
    if power is None or total is None or not _close(total, power + 1):
        return None
    inner = peel(exp.input())
    if step.kind == "Div" and step.input() is not None:
        return exp.input() if same(step.input(), exp) else None
    return inner.input() if inner is not None and inner.kind == "Neg" else None


def one_minus(trace: Trace, step: Step | None) -> Step | None:
    """p of `1 - p`."""
    step = peel(step)
    if step is None or len(step.steps()) != 1:
        return None
    if (step.kind in ("Rsub", "Sub") and step.inputs[-1] is not None) or step.kind == "Rsub":
        inner = step.steps()[0]
    elif step.kind == "Add" and (negative := peel(step.steps()[0])) is not None and negative.kind == "Neg":
        inner = negative.steps()[0]
    else:
        return None
    p, q = trace.value(inner), trace.value(step)
    if p is not None and q is not None and not _close(p + q, np.ones_like(p)):
        return None
    return inner


def root_of_square(step: Step | None) -> Step | None:
    """d of `d ** 2` or `d * d`."""
    step = peel(step)
    if step is None:
        return None
    if step.kind == "Pow" and _is_two(step.saved.get("exponent")):
        return step.input()
    if step.kind == "Mul" and len(step.steps()) == 2 and same(step.input(0), step.input(1)):
        return step.input()
    return None


def _is_two(exponent: Any) -> bool:
    try:
        return float(exponent) == 2
    except (TypeError, ValueError):
        return False


def is_bounded(trace: Trace, step: Step | None, depth: int = 12) -> bool:
    """Whether the numbers of a step have a fixed upper bound whatever the weights: cosines, tanh, probabilities and their
    logarithms, times a constant."""
    step = unscaled(step)
    if step is None or depth == 0:
        return step is None
    if step.kind in ("Tanh", "Sigmoid", "Softmax", "LogSoftmax", "LogSigmoid", "CosineSimilarity", "Hardtanh", "Cos", "Sin"):
        return True
    if step.kind == "Clamp":
        return step.saved.get("max") is not None
    if step.kind == "Neg":
        inner = peel(step.input())
        return inner is not None and (inner.kind in ("Relu", "Softplus", "Abs", "CdistBackward", "Cdist", "Sum", "LinalgVectorNorm")
                                      or root_of_square(inner) is not None or is_bounded(trace, inner, depth - 1))
    if step.kind in ("Mm", "Bmm", "Sum", "Mul"):
        return (all(_is_unit(side) for side in step.steps()) and bool(step.steps())) or (
            step.kind in ("Sum", "Mul") and all(is_bounded(trace, side, depth - 1) for side in step.steps()))
    if step.kind in ("Add", "Sub", "MaskedFill", "Index", "Where", "Select", "Slice", "Cat", "Stack", "Diagonal", "Gather"):
        return all(is_bounded(trace, side, depth - 1) for side in step.steps())
    return log_softmax_of(step) is not None


def _is_unit(step: Step | None) -> bool:
    """Whether rows were divided by their own norm."""
    step = peel(step)
    if step is None:
        return False
    if step.kind in ("Cat", "Stack", "Index", "Slice", "Select"):
        return all(_is_unit(side) for side in step.steps())
    if step.kind != "Div" or step.input(1) is None:
        return False
    below = peel(step.input(1))
    while below is not None and below.kind in ("ClampMin", "Clamp", "Add", "Sqrt", "Pow", "Maximum"):
        below = peel(below.steps()[0]) if below.steps() else None
    return below is not None and below.kind in ("LinalgVectorNorm", "Norm", "Sum")


def is_distribution(values: Array | None, dim: int, tolerance: float = 2e-3) -> bool:
    """Whether all numbers lie in [0, 1] and every row along `dim` sums to 1."""
    if values is None or values.ndim == 0 or not values.size or values.dtype.kind != "f":
        return False
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 1 + tolerance):
        return False
    return bool(np.abs(values.sum(axis=dim, dtype=np.float64) - 1).max() <= tolerance)


def is_one_hot(values: Array, dim: int = -1) -> bool:
    """Whether every row along `dim` holds one 1, and zeros."""
    return bool(values.size and values.ndim and np.isin(values, (0, 1)).all() and (values.sum(axis=dim) == 1).all())


def made_of_softmaxes(step: Step | None, depth: int = 12) -> bool:
    """Whether a step is a softmax, or a mean or a weighted sum of several."""
    step = peel(step)
    if step is None or depth == 0:
        return False
    if softmax_of(step) is not None:
        return True
    if step.kind in ("Add", "Mean", "Sum", "Stack", "Cat", "Index", "Slice") or (step.kind in ("Mul", "Div") and step.inputs[0] is not None):
        sides = step.steps() if step.kind not in ("Mul", "Div") else step.steps() if len(step.steps()) == 1 else []
        return bool(sides) and all(made_of_softmaxes(side, depth - 1) for side in sides)
    return False


def is_raw_score(step: Step | None) -> Step | None:
    """The product with a matrix of weights whose result a step hands on unsquashed (a bias may be added); None for all else."""
    while (step := peel(step)) is not None:
        if step.kind in PRODUCTS and step.kind != "Embedding":
            sides = [peel(side) for side in step.steps()]
            return step if any(side is not None and side.is_leaf for side in sides) else None
        if step.kind in ("Select", "Slice", "Index", "Narrow"):
            step = step.input()
        elif step.kind == "Add":
            rest = [side for side in step.steps() if (low := peel(side)) is not None and not low.is_leaf]
            step = rest[0] if len(rest) == 1 else None
        else:
            return None
    return None


def _close(one: Array, other: Array) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.allclose(one, other, rtol=1e-3, atol=1e-5, equal_nan=True))
