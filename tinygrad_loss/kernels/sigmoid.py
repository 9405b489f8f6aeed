"""Sigmoid, tanh, log-sigmoid and softplus, and their vector-Jacobian products.

All but tanh rest on the tail, exp(-|x|). It lies in (0, 1], so nothing overflows, and its argument is exact:

    sigmoid(x)  = exp(min(x, 0)) / (1 + tail)      sigmoid(-x) = exp(min(-x, 0)) / (1 + tail)
    sigmoid'(x) = tail / (1 + tail)^2              softplus(x) = max(x, 0) + log1p(tail)

One minus a sigmoid is never formed: of a sigmoid near 1 that would leave no digits. Arrays are float32 or float64.
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.elementwise import FOUR, ONE, ZERO, apply, apply_two, log1p, minus_abs


def tail_of(x: Floats) -> Floats:
    """exp(-|x|)."""
    t = minus_abs(x)
    np.exp(t, t)
    return t


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return apply_two(_sigmoid, x)[0]


def sigmoid_and_tail(x: Floats) -> tuple[Floats, Floats]:
    """sigmoid(x), and the tail that sigmoid_vjp takes in place of it."""
    return apply_two(_sigmoid, x)


def _sigmoid(x: Floats) -> tuple[Floats, Floats]:
    t = tail_of(x)
    s = np.minimum(x, ZERO[x.dtype])
    np.exp(s, s)
    s /= t + ONE[x.dtype]
    return s, t


def sigmoid_vjp(g: Floats, tail: Floats) -> Floats:
    """g sigmoid(x) sigmoid(-x), from the tail of x."""
    return apply(_sigmoid_vjp, tail, g)


def _sigmoid_vjp(t: Floats, g: Floats) -> Floats:
    out: Floats = t + ONE[t.dtype]
    out *= out
    np.divide(t, out, out)
    out *= g
    return out


def tanh(x: Floats) -> Floats:
    """The hyperbolic tangent."""
    return apply(np.tanh, x)


def tanh_vjp(g: Floats, x: Floats) -> Floats:
    """g / cosh(x)^2, from tanh's input: in 1 - tanh(x)^2 nothing would be left of a tanh near 1."""
    return apply(_tanh_vjp, x, g)


def _tanh_vjp(x: Floats, g: Floats) -> Floats:
    # 1 / cosh(x)^2 = 4 t / (1 + t)^2, where t = exp(-2|x|) is the tail of 2x.
    out = _sigmoid_vjp(tail_of(x + x), g)
    out *= FOUR[x.dtype]
    return out


def logsigmoid(x: Floats) -> Floats:
    """log(sigmoid(x))."""
    return apply_two(_logsigmoid, x)[0]


def logsigmoid_and_tail(x: Floats) -> tuple[Floats, Floats]:
    """log(sigmoid(x)) = min(x, 0) - log1p(tail), and the tail."""
    return apply_two(_logsigmoid, x)


def _logsigmoid(x: Floats) -> tuple[Floats, Floats]:
    t = tail_of(x)
    out = np.minimum(x, ZERO[x.dtype])
    out -= log1p(t)
    return out, t


def logsigmoid_vjp(g: Floats, x: Floats, tail: Floats) -> Floats:
    """g sigmoid(-x), from the input and its tail."""
    return apply(_logsigmoid_vjp, x, tail, g)


def _logsigmoid_vjp(x: Floats, t: Floats, g: Floats) -> Floats:
    out: Floats = np.maximum(x, ZERO[x.dtype])
    np.negative(out, out)
    np.exp(out, out)
    out /= t + ONE[x.dtype]
    out *= g
    return out


# Above this the logarithm is within half a unit in the last place of x, and comes out as x.
_LINEAR_FROM = {np.dtype(np.float32): 15.0, np.dtype(np.float64): 34.0}


def softplus(x: Floats, beta: float = 1.0, threshold: float = 20.0) -> Floats:
    """log(1 + exp(beta x)) / beta; x itself where beta x > threshold, as PyTorch documents it."""
    if beta == 1.0 and threshold >= _LINEAR_FROM[x.dtype]:
        return apply(softplus_of, x)

    def kernel(x: Floats) -> Floats:
        z = x * x.dtype.type(beta)
        out = softplus_of(z)
        out /= x.dtype.type(beta)
        np.copyto(out, x, where=z > threshold)
        return out

    return apply(kernel, x)


def softplus_of(x: Floats) -> Floats:
    """log(1 + exp(x)) of a small array."""
    out: Floats = log1p(tail_of(x))
    out += np.maximum(x, ZERO[x.dtype])
    return out


def softplus_vjp(g: Floats, x: Floats, beta: float = 1.0, threshold: float = 20.0) -> Floats:
    """g sigmoid(beta x); g itself where beta x > threshold."""

    def kernel(x: Floats, g: Floats) -> Floats:
        z = x if beta == 1.0 else x * x.dtype.type(beta)
        out = _sigmoid(z)[0]
        out *= g
        if threshold < _LINEAR_FROM[x.dtype]:  # above that the sigmoid is 1 by itself
            np.copyto(out, g, where=z > threshold)
        return out

    return apply(kernel, x, g)
