"""Binary cross-entropy of logits and of probabilities, the soft-margin loss, and their vector-Jacobian products.

With logits, where h is 1 for x >= 0 and else 0, and tail is exp(-|x|):

    y softplus(-x) + (1 - y) softplus(x) = (h - y) x + log1p(tail)         both terms >= 0 for y in [0, 1]
    sigmoid(x) - y                       = (h - y) -+ tail / (1 + tail)    - for x >= 0, + otherwise

h - y is exact for a y that is 0, 1 or above 1/2, so for hard labels nothing ever cancels: the gradient of a confident,
right prediction is about the tail, not sigmoid(x) minus a 1 that is almost the same.
Inputs have one shape, to which weights are broadcast. Arrays are float32 or float64.
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.elementwise import MINUS_ONE, ONE, apply, log1p, total, total_and_rest, with_sign
from tinygrad_loss.kernels.sigmoid import sigmoid, softplus_of, tail_of


def bce_with_logits(x: Floats, y: Floats, weight: Floats | None = None, pos_weight: Floats | None = None) -> Floats:
    """weight (pos_weight y softplus(-x) + (1 - y) softplus(x)), element by element."""
    if pos_weight is None:
        return apply(_with_logits, x, y, *_broadcast(x, weight))
    return apply(_with_pos_weight, x, y, *_broadcast(x, pos_weight, weight))


def bce_with_logits_total(x: Floats, y: Floats, weight: Floats | None = None, pos_weight: Floats | None = None) -> float:
    """The sum of bce_with_logits, without an array of the losses."""
    if pos_weight is None:
        return total(_with_logits, x, y, *_broadcast(x, weight))
    return total(_with_pos_weight, x, y, *_broadcast(x, pos_weight, weight))


def bce_with_logits_total_and_slope(x: Floats, y: Floats, weight: Floats | None = None) -> tuple[float, Floats]:
    """The sum of bce_with_logits, and its gradient at x for a sum whose own gradient is 1; for the price of little more
    than one of them, since both rest on the same exponential."""
    return total_and_rest(_loss_and_slope, x, y, *_broadcast(x, weight))


def bce_with_logits_vjp(
    g: Floats, x: Floats, y: Floats, weight: Floats | None = None, pos_weight: Floats | None = None
) -> Floats:
    """The gradient at x, from the gradient g at the losses: of x's shape, or () where all are equal."""
    if pos_weight is None:
        return apply(_with_logits_vjp, x, y, g, *_broadcast(x, weight))
    return apply(_with_pos_weight_vjp, x, y, g, *_broadcast(x, pos_weight, weight))


def bce_with_logits_target_vjp(g: Floats, x: Floats, weight: Floats | None = None, pos_weight: Floats | None = None) -> Floats:
    """The gradient at the target: weight (pos_weight softplus(-x) - softplus(x)), which is -x without weights."""
    out = np.negative(x) if pos_weight is None else pos_weight * apply(softplus_of, -x) - apply(softplus_of, x)
    out = out * g
    return out if weight is None else out * weight


def _broadcast(x: Floats, *weights: Floats | None) -> list[Floats]:
    """The weights that there are, of x's shape."""
    return [np.broadcast_to(w, x.shape) for w in weights if w is not None]


def _side(x: Floats, y: Floats) -> Floats:
    """h - y. By the sign's bit, for copysign goes by it too: -0 must not count as positive here and negative there."""
    return np.subtract(np.logical_not(np.signbit(x)), y)


def _with_logits(x: Floats, y: Floats, weight: Floats | None = None) -> Floats:
    out = _side(x, y)
    out *= x
    out += log1p(tail_of(x))
    return out if weight is None else np.multiply(out, weight, out)


def _with_logits_vjp(x: Floats, y: Floats, g: Floats, weight: Floats | None = None) -> Floats:
    t = tail_of(x)
    t /= t + ONE[x.dtype]
    out = _side(x, y)
    out -= with_sign(t, x)
    out *= g
    return out if weight is None else np.multiply(out, weight, out)


def _loss_and_slope(x: Floats, y: Floats, weight: Floats | None = None) -> tuple[Floats, Floats]:
    t = tail_of(x)
    slope = _side(x, y)
    loss = log1p(t)
    loss += slope * x
    t /= t + ONE[x.dtype]
    slope -= with_sign(t, x)
    if weight is not None:
        loss *= weight
        slope *= weight
    return loss, slope


def _with_pos_weight(x: Floats, y: Floats, pos_weight: Floats, weight: Floats | None = None) -> Floats:
    right = softplus_of(-x)
    right *= y
    right *= pos_weight
    out = softplus_of(x)
    out *= ONE[x.dtype] - y
    out += right
    return out if weight is None else np.multiply(out, weight, out)


def _with_pos_weight_vjp(x: Floats, y: Floats, g: Floats, pos_weight: Floats, weight: Floats | None = None) -> Floats:
    # (1 - y) sigmoid(x) - pos_weight y sigmoid(-x)
    right = sigmoid(-x)
    right *= y
    right *= pos_weight
    out = sigmoid(x)
    out *= ONE[x.dtype] - y
    out -= right
    out *= g
    return out if weight is None else np.multiply(out, weight, out)


# PyTorch's bounds: no logarithm below -100, no divisor below 1e-12.
_LOWEST_LOG = {kind: np.full((), -100, kind) for kind in ONE}
_LEAST_DIVISOR = {kind: np.full((), np.float32(1e-12), kind) for kind in ONE}  # a float32 in PyTorch's code


def bce(p: Floats, y: Floats, weight: Floats | None = None) -> Floats:
    """-(y log(p) + (1 - y) log(1 - p)), times weight, where no logarithm is taken to be below -100."""
    return apply(_bce, p, y, *_broadcast(p, weight))


@np.errstate(divide="ignore", invalid="ignore")
def _bce(p: Floats, y: Floats, weight: Floats | None = None) -> Floats:
    lowest = _LOWEST_LOG[p.dtype]
    out = np.log1p(-p)
    np.maximum(out, lowest, out=out)
    out *= y - ONE[p.dtype]
    right = np.log(p)
    np.maximum(right, lowest, out=right)
    right *= y
    out -= right
    return out if weight is None else np.multiply(out, weight, out)


def bce_vjp(g: Floats, p: Floats, y: Floats, weight: Floats | None = None) -> Floats:
    """g (p - y) / max(p (1 - p), 1e-12), times weight."""
    return apply(_bce_vjp, p, y, g, *_broadcast(p, weight))


def _bce_vjp(p: Floats, y: Floats, g: Floats, weight: Floats | None = None) -> Floats:
    divisor = ONE[p.dtype] - p
    divisor *= p
    np.maximum(divisor, _LEAST_DIVISOR[p.dtype], out=divisor)
    out = p - y
    out /= divisor
    out *= g
    return out if weight is None else np.multiply(out, weight, out)


@np.errstate(divide="ignore", invalid="ignore")
def bce_target_vjp(g: Floats, p: Floats, weight: Floats | None = None) -> Floats:
    """The gradient at the target: log(1 - p) - log(p), times weight; here PyTorch sets no bound."""
    out: Floats = g * (np.log1p(-p) - np.log(p))
    return out if weight is None else out * weight


def soft_margin(x: Floats, y: Floats) -> Floats:
    """log(1 + exp(-y x)), for labels y of -1 and 1."""
    return apply(_soft_margin, x, y)


def _soft_margin(x: Floats, y: Floats) -> Floats:
    return softplus_of(x * -y)


def soft_margin_vjp(g: Floats, x: Floats, y: Floats) -> Floats:
    """The gradient at x: -g y sigmoid(-y x)."""
    return apply(_soft_margin_vjp, x, y, g)


def _soft_margin_vjp(x: Floats, y: Floats, g: Floats) -> Floats:
    minus_y = y * MINUS_ONE[y.dtype]
    out = sigmoid(x * minus_y)
    out *= minus_y
    out *= g
    return out
