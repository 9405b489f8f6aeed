"""Formulas of activations, normalisations, convolutions and poolings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .facts import Array, Facts
from .formula import Formula, Rule, Slope
from .pointwise import logistic


def _elu(s: Facts) -> Array:
    alpha, scale, steep = (float(s.get(name, 1)) for name in ("alpha", "scale", "input_scale"))
    if s.saved.get("self") is None and s.saved.get("result") is not None:  # in place: by its result
        below = s["result"] * steep + alpha * scale * steep
        return np.where(s["result"] <= 0, below, scale)
    return np.where(s.x <= 0, alpha * scale * steep * np.exp(np.minimum(s.x, 0) * steep), scale)


def _celu(s: Facts) -> Array:
    alpha = float(s["alpha"])
    if s.saved.get("self") is None and s.saved.get("result") is not None:
        return np.where(s["result"] <= 0, s["result"] / alpha + 1, 1.0)
    return np.where(s.x <= 0, np.exp(np.minimum(s.x, 0) / alpha), 1.0)


def _gelu(s: Facts) -> Array:
    x = s.x
    if s.saved.get("approximate") == "tanh":
        t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
        return np.asarray(0.5 * (1 + t) + 0.5 * x * (1 - t**2) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2))
    below = np.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)), otypes=[float])(x)
    return np.asarray(below + x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi))


def _mish(s: Facts) -> Array:
    t = np.tanh(np.logaddexp(0, s.x))
    return np.asarray(t + s.x * (1 - t**2) * logistic(s.x))


def _hardswish(s: Facts) -> Array:
    return np.where(s.x <= -3, 0.0, np.where(s.x < 3, s.x / 3 + 0.5, 1.0))


def _glu(s: Facts, i: int) -> Array:
    a, b = np.split(s.x, 2, s.axis())
    gate = logistic(b)
    return np.concatenate([s.g * gate, s.g * a * gate * (1 - gate)], s.axis())


def _noise(s: Facts) -> Array:
    if s.saved.get("training") and float(s["upper"]) - float(s["lower"]) > 1e-6:
        return np.asarray(s["noise"])
    x = s["result"] if s.saved.get("self") is None else s.x
    return np.where(x > 0, 1.0, (float(s["lower"]) + float(s["upper"])) / 2)


def _standard(s: Facts) -> tuple[Array, Array, tuple[int, ...], Any]:
    """Of a normalisation: the normalised input, 1 / deviation, the dimensions that were averaged, and the weight (1: none)."""
    x = s.into(0, "input")
    weight = s.saved.get("weight")
    if "normalized_shape" in s.saved:  # layer norm
        axes = tuple(range(x.ndim - len(s["normalized_shape"]), x.ndim))
        mean, inverse = s["result1"], s["result2"]
        return (x - mean) * inverse, inverse, axes, 1.0 if weight is None else weight
    axes = tuple(d for d in range(x.ndim) if d != 1)
    shape = [1 if d != 1 else -1 for d in range(x.ndim)]
    if s.saved.get("training"):
        mean, inverse = s["result1"].reshape(shape), s["result2"].reshape(shape)
    else:
        mean, inverse = s["running_mean"].reshape(shape), 1 / np.sqrt(s["running_var"].reshape(shape) + float(s["eps"]))
    return (x - mean) * inverse, inverse, axes, 1.0 if weight is None else weight.reshape(shape)


def _normalised(s: Facts, i: int) -> Array:
    n, inverse, axes, weight = _standard(s)
    g = s.g * weight
    if "normalized_shape" not in s.saved and not s.saved.get("training"):  # by constants: there is nothing to take off
        return np.asarray(inverse * g)
    return np.asarray(inverse * (g - g.mean(axis=axes, keepdims=True) - n * (g * n).mean(axis=axes, keepdims=True)))


def _summed(s: Facts, array: Array, i: int) -> Array:
    axes = _standard(s)[2]
    others = axes if "normalized_shape" not in s.saved else tuple(range(array.ndim - len(axes)))
    return np.asarray(array.sum(axis=others)).reshape(s.shape_of(i))


_NORM = Formula("y = w · n + b, with n = (x - mean(x)) / deviation(x)", (
    Rule("(g · w - mean(g · w) - n · mean(g · w · n)) / deviation(x); by running statistics g · w / deviation", _normalised,
         (("n", lambda s: _standard(s)[0]),)),
    Rule("sum(g · n)", lambda s, i: _summed(s, s.g * _standard(s)[0], i)), Rule("sum(g)", lambda s, i: _summed(s, s.g, i))))
_PADDED = Formula("y = x with a border", (Rule("g without the border; what was repeated in it sums"),))
_AVERAGED = Formula("y = means of windows of x", (Rule("g / size of the window, to every number of the window"),))
_LARGEST = Formula("y = largest of windows of x", (Rule("g to the number that was largest"),))
_LARGER = Formula("y = x, larger or smaller by interpolation", (Rule("g, shared as the numbers of x were"),))
_SHUFFLED = Formula("y = x with its numbers in another order", (Rule("g with its numbers put back"),))
_ELU = Formula("y = x where x > 0, else alpha · (exp(x) - 1)", (Slope("1 where x > 0, else alpha · exp(x)", _elu),))
_CELU = Formula("y = x where x > 0, else alpha · (exp(x / alpha) - 1)", (Slope("1 where x > 0, else exp(x / alpha)", _celu),))
_RRELU = Formula("y = x where x > 0, else slope · x, with random slopes", (Slope("1 where x > 0, else slope", _noise),))

LAYERS = {
    **dict.fromkeys(("AdaptiveAvgPool2DBackward0", "AdaptiveAvgPool3DBackward0", "AvgPool2DBackward0", "AvgPool3DBackward0"), _AVERAGED),
    **dict.fromkeys(("AdaptiveMaxPool2DBackward0", "AdaptiveMaxPool3DBackward0", "MaxPool2DWithIndicesBackward0",
                     "MaxPool3DWithIndicesBackward0"), _LARGEST),
    **dict.fromkeys(("CeluBackward0", "CeluBackward1"), _CELU),
    **dict.fromkeys(("ChannelShuffleBackward0", "PixelShuffleBackward0", "PixelUnshuffleBackward0"), _SHUFFLED),
    "Col2ImBackward0": Formula("y = windows, put together by adding", (Rule("the windows of g"),)),
    "ConstantPadNdBackward0": Formula("y = x with a border of one number", (Rule("g without the border"),)),
    "ConvolutionBackward0": Formula("y = w slid over x, products summed, + b", (
        Rule("g, slid over w turned about"), Rule("g, slid over x"), Rule("sum(g), for each channel"))),
    **dict.fromkeys(("EluBackward0", "EluBackward1"), _ELU),
    "EmbeddingBagBackward0": Formula("y = sums or means of rows of the table W", (Rule("g to each row of its bag"),)),
    "GeluBackward0": Formula("y = x · P(normal < x)", (Slope("P(normal < x) + x · density(x)", _gelu),)),
    "GluBackward0": Formula("y = a · sigmoid(b), of the halves a and b of x", (
        Rule("g · sigmoid(b) for a, g · a · sigmoid(b) · (1 - sigmoid(b)) for b", _glu),)),
    **dict.fromkeys(("HardshrinkBackward0", "SoftshrinkBackward0"), Formula("y = x shrunk, 0 where |x| <= lambda", (
        Slope("[|x| > lambda]", lambda s: ~(np.abs(s.x) <= float(s["lambd"]))),))),
    "HardsigmoidBackward0": Formula("y = x / 6 + 1/2 within [0, 1]", (
        Slope("1/6 where |x| < 3, else 0", lambda s: np.where((s.x > -3) & (s.x < 3), 1 / 6, 0.0)),)),
    "HardswishBackward0": Formula("y = x · (x / 6 + 1/2 within [0, 1])", (
        Slope("0 where x < -3, 1 where x > 3, else x / 3 + 1/2", _hardswish),)),
    "Im2ColBackward0": Formula("y = windows of x as columns", (Rule("sum of g over the windows that a number stands in"),)),
    **dict.fromkeys(("MaxUnpool2DBackward0", "MaxUnpool3DBackward0"), Formula("y = x at the saved places, else 0", (
        Rule("g at the saved places"),))),
    "MishBackward0": Formula("y = x · tanh(ln(1 + exp(x)))", (
        Slope("t + x · (1 - t^2) · sigmoid(x), with t = tanh(ln(1 + exp(x)))", _mish),)),
    **dict.fromkeys(("NativeBatchNormBackward0", "NativeLayerNormBackward0"), _NORM),
    "TrilinearBackward0": Formula("y = sum of products of three", (Rule("g times the other two, summed"),)),
    "NativeGroupNormBackward0": Formula(_NORM.forward + ", by groups", (
        Rule("(g · w - mean(g · w) - n · mean(g · w · n)) / deviation(x)"), Rule("sum(g · n)"), Rule("sum(g)"))),
    "PreluKernelBackward0": Formula("y = x where x > 0, else w · x", (
        Slope("1 where x > 0, else w", lambda s: np.where(s.a > 0, 1.0, s.into(1, "weight"))),
        Slope("0 where x > 0, else x", lambda s: np.where(s.a > 0, 0.0, s.a)))),
    **dict.fromkeys(("ReflectionPad1DBackward0", "ReflectionPad2DBackward0", "ReflectionPad3DBackward0", "ReplicationPad1DBackward0",
                     "ReplicationPad2DBackward0", "ReplicationPad3DBackward0"), _PADDED),
    **dict.fromkeys(("RreluWithNoiseBackward0", "RreluWithNoiseBackward1"), _RRELU),
    "SiluBackward0": Formula("y = x · sigmoid(x)", (
        Slope("sigmoid(x) · (1 + x · (1 - sigmoid(x)))", lambda s: logistic(s.x) * (1 + s.x * logistic(-s.x))),)),
    **dict.fromkeys(("ThresholdBackward0", "ThresholdBackward1"), Formula("y = x where x > threshold, else a number", (
        Slope("[x > threshold]", lambda s: ~(s.x <= float(s["threshold"]))),))),
    **dict.fromkeys(("UpsampleBicubic2DBackward0", "UpsampleBilinear2DBackward0", "UpsampleLinear1DBackward0", "UpsampleNearest1DBackward0",
                     "UpsampleNearest2DBackward0", "UpsampleNearest3DBackward0", "UpsampleTrilinear3DBackward0"), _LARGER),
}
