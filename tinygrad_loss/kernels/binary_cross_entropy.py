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

from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.elementwise import MINUS_ONE, ONE, SMALL, apply, log1p, sum_in_runs, total, with_sign
from tinygrad_loss.kernels.reductions import wide_total
from tinygrad_loss.kernels.sigmoid import sigmoid, softplus_of, tail_of
from tinygrad_loss.kernels.threads import chunk_elements, parallel_for

_SIGN = {kind: np.copysign(np.zeros((), kind), -1).view(f"i{kind.itemsize}") for kind in ONE}


def bce_with_logits(x: Floats, y: Floats, weight: Floats | None = None, pos_weight: Floats | None = None) -> Floats:
    """weight (pos_weight y softplus(-x) + (1 - y) softplus(x)), element by element."""
    if pos_weight is None:
        return apply(_with_logits, x, y, *_broadcast(x, weight))
    return apply(_with_pos_weight, x, y, *_broadcast(x, pos_weight, weight))


def bce_with_logits_total(x: Floats, y: Floats, weight: Floats | None = None, pos_weight: Floats | None = None) -> float:
    """The sum of bce_with_logits, without an array of the losses."""
    if pos_weight is None and x.ndim and x.size <= SMALL:
        return wide_total(_with_logits(x, y, *_broadcast(x, weight)))
    if pos_weight is None:
        return _in_blocks(x, y, weight)
    return total(_with_pos_weight, x, y, *_broadcast(x, pos_weight, weight))


def bce_with_logits_total_and_slope(
    x: Floats, y: Floats, weight: Floats | None = None, g: Floats | None = None
) -> tuple[float, Floats]:
    """The sum of bce_with_logits, and its gradient at x from the gradient g at the sum, (), or 1; for the price of little
    more than one of them, since both rest on the same exponential."""
    slope = buffers.empty_like(x)
    return _in_blocks(x, y, weight, ONE[x.dtype] if g is None else g, slope), slope


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


def _in_blocks(x: Floats, y: Floats, weight: Floats | None, g: Floats | None = None, slope: Floats | None = None) -> float:
    """The sum of the losses; slope, if given, receives their gradient times g."""
    x_flat, y_flat = x.reshape(-1), y.reshape(-1)
    w_flat = None if weight is None else np.broadcast_to(weight, x.shape).reshape(-1)
    slope_flat = None if slope is None else slope.reshape(-1)
    step = min(chunk_elements(x.nbytes, x.itemsize), x.size)
    sums = np.zeros(-(-x.size // step) if step else 0)
    spare: list[Floats] = []  # memory that a block has done with: fresh memory would cost as much as the sums

    def run(k: int) -> None:
        try:
            memory = spare.pop()
        except IndexError:
            memory = buffers.empty((4, step), x.dtype)
        part = slice(k * step, (k + 1) * step)
        w_part = None if w_flat is None else w_flat[part]
        sums[k] = _block(memory, x_flat[part], y_flat[part], w_part)
        if g is not None and slope_flat is not None:
            _block_slope(memory, x_flat[part], w_part, g, slope_flat[part])
        spare.append(memory)

    parallel_for(len(sums), run)
    return float(np.add.reduce(sums))


def _block(memory: Floats, x: Floats, y: Floats, weight: Floats | None) -> float:
    """The sum of _with_logits, worked out in the given memory, where the tail and h - y remain."""
    tail, side, loss, more = memory[:, : x.size]
    sign = _SIGN[x.dtype]
    bits = sign.dtype
    np.bitwise_or(x.view(bits), sign, tail.view(bits))
    np.exp(tail, tail)
    np.copyto(side, np.greater_equal(x.view(bits), 0, more.view(np.bool_)[: x.size]))  # by the sign's bit, as in _side
    side -= y
    np.multiply(side, x, loss)
    loss += log1p(tail, more)
    return sum_in_runs(loss, weight)


def _block_slope(memory: Floats, x: Floats, weight: Floats | None, g: Floats, slope: Floats) -> None:
    """_with_logits_vjp, from what _block has left in the memory."""
    tail, side, _, more = memory[:, : x.size]
    sign = _SIGN[x.dtype]
    tail /= np.add(tail, ONE[x.dtype], more)
    signed = tail.view(sign.dtype)
    signed |= np.bitwise_and(x.view(sign.dtype), sign, more.view(sign.dtype))
    side -= tail
    np.multiply(side, g, slope)
    if weight is not None:
        slope *= weight


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
