"""binary_cross_entropy, for probabilities, and binary_cross_entropy_with_logits, for raw scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...autograd.modes import modes
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...kernels import binary_cross_entropy as kernel
from ...kernels.elementwise import SMALL
from ...ops._fused import Fused
from ...ops._narrow import widened
from ...ops._record import Array, data_of, record
from ...ops.pointwise import log
from ...ops.sigmoids import softplus_definition
from ._binary_checks import check_logits, check_probabilities
from ._defined import loss
from ._reduction import NAMES, NUMBERS, checked_reduction, reduced, reduced_array, spread_back

if TYPE_CHECKING:
    from ..._tensor import Tensor


class BinaryCrossEntropyBackward0(Fused):
    """-(y log p + (1 - y) log(1 - p)): dp = g (p - y) / (p (1 - p)), where the divisor is at least 1e-12, as in PyTorch."""

    __slots__ = ()
    inputs = ("self", "target")
    saves = ("self", "target", "weight", "reduction")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        p, y, weight, reduction = saved
        g = np.asarray(spread_back(g, reduction, p.size))
        of_p, of_y = (node is not None for node, _ in self.next_functions)
        return [
            widened(kernel.bce_vjp, g, p, y, weight) if of_p else None,
            widened(kernel.bce_target_vjp, g, p, weight) if of_y else None,
        ]

    def vjp_recorded(self, g: Any) -> list[Any]:
        # Not through the definition, whose logarithms have no slope at 0 and 1.
        p, y, weight, reduction = self.saved_variables()
        of_p, of_y = (node is not None for node, _ in self.next_functions)
        if reduction == NUMBERS["mean"]:
            g = g / p._data.size
        if weight is not None:
            g = g * wrap(np.asarray(data_of(weight)), NO_EDGE)
        arrays = p._data, y._data
        slope = record(BceSlopeBackward, (p, y), widened(kernel.bce_vjp, np.ones_like(p._data), *arrays), arrays) if of_p else None
        return [g * slope if of_p else None, g * (log(1 - p) - log(p)) if of_y else None]

    def define(self, *inputs: Any) -> Any:
        _, _, weight, reduction = self.checked()
        return bce_in_primitives(inputs[0], inputs[1], weight, NAMES[reduction])


class BceSlopeBackward(Node):
    """(p - y) / (p (1 - p)): its slope at p is (p^2 - 2 p y + y) / (p (1 - p))^2, with the bound 1e-12 as PyTorch puts it."""

    __slots__ = ()
    inputs = ("self", "target")
    saves = ("self", "target")
    vjps = (
        lambda g, p, y: g * (p * p - 2 * p * y + y) / ((1 - p) * p).clip(1e-12) ** 2,
        lambda g, p, y: -g / ((1 - p) * p).clip(1e-12),
    )


class BinaryCrossEntropyWithLogitsBackward0(Fused):
    """y softplus(-x) + (1 - y) softplus(x): dx = g (sigmoid(x) - y). Of large inputs, ``kept`` holds dx for a g of 1, worked out
    beside the losses."""

    __slots__ = ()
    inputs = ("self", "target")
    saves = ("self", "target", "weight", "pos_weight", "reduction", "kept")
    private = ("kept",)

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        of_x, of_y = self.vjp_last(g, *saved)
        return [of_x.copy() if of_x is saved[-1] and of_x is not None else of_x, of_y]

    def vjp_last(self, g: Any, *saved: Any) -> list[Any]:
        x, y, weight, pos_weight, reduction, kept = saved
        is_one = kept is not None and g == 1
        x, y, g = in_one_dtype(x, y, np.asarray(spread_back(g, reduction, x.size)))
        of_x, of_y = (node is not None for node, _ in self.next_functions)
        return [
            None if not of_x else kept if is_one else widened(kernel.bce_with_logits_vjp, g, x, y, weight, pos_weight),
            widened(kernel.bce_with_logits_target_vjp, g, x, weight, pos_weight) if of_y else None,
        ]

    def define(self, *inputs: Any) -> Any:
        _, _, weight, pos_weight, reduction, _ = self.checked()
        return bce_with_logits_in_primitives(inputs[0], inputs[1], weight, pos_weight, NAMES[reduction])


def in_one_dtype(x: Array, y: Array, *more: Array) -> tuple[Array, ...]:
    """The arrays in the wider of the first two's dtypes."""
    if x.dtype is y.dtype:
        return x, y, *more
    common = np.result_type(x, y)
    return tuple(one.astype(common, copy=False) for one in (x, y, *more))


def bce_in_primitives(p: Any, y: Any, weight: Any, reduction: str) -> Any:
    """-(y log p + (1 - y) log(1 - p)), each logarithm at least -100."""
    losses = -(y * log(p).clamp(min=-100) + (1 - y) * log(1 - p).clamp(min=-100))
    return reduced(losses if weight is None else losses * weight, reduction)


def bce_with_logits_in_primitives(x: Any, y: Any, weight: Any, pos_weight: Any, reduction: str) -> Any:
    """(1 - y) x + (1 + (w - 1) y) (log(1 + e^-|x|) + max(-x, 0)), w being the positive class's weight."""
    up = 1 if pos_weight is None else (pos_weight - 1) * y + 1
    losses = (1 - y) * x + up * softplus_definition(-x)
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy_definition(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``binary_cross_entropy`` in primitives: two clamped logarithms."""
    reduction = checked_reduction(reduction, size_average, reduce)
    check_probabilities(input, target, weight)
    return bce_in_primitives(input, target, weight, reduction)  # type: ignore[no-any-return]


@loss(definition=binary_cross_entropy_definition)
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross-entropy of probabilities: l = -w (y log p + (1 - y) log(1 - p)).

    ``input`` are probabilities in [0, 1] (put a sigmoid before it, or better take ``binary_cross_entropy_with_logits``), ``target``
    numbers in [0, 1] of the same shape and dtype; ``weight`` is broadcast to it. As in PyTorch each logarithm is at least -100 and
    the gradient's divisor p (1 - p) at least 1e-12. ``reduction``: "none", "sum" or "mean" over all elements.

    Raises ValueError for a target of another shape, RuntimeError for another dtype and for numbers outside [0, 1].

    >>> import tinygrad_loss as torch
    >>> p = torch.tensor([0.9, 0.2], requires_grad=True)
    >>> torch.nn.functional.binary_cross_entropy(p, torch.tensor([1.0, 0.0]))
    tensor(0.1643, grad_fn=<BinaryCrossEntropyBackward0>)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    check_probabilities(input, target, weight)
    p, y, w = data_of(input), data_of(target), data_of(weight)
    losses = np.asarray(widened(kernel.bce, p, y, w)).astype(p.dtype, copy=False)
    return record(  # type: ignore[no-any-return]
        BinaryCrossEntropyBackward0, (input, target), reduced_array(losses, reduction), (p, y, w, NUMBERS[reduction])
    )


def binary_cross_entropy_with_logits_definition(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """``binary_cross_entropy_with_logits`` in primitives: exp, log1p and products."""
    reduction = checked_reduction(reduction, size_average, reduce)
    check_logits(input, target, weight, pos_weight)
    return bce_with_logits_in_primitives(input, target, weight, pos_weight, reduction).to(target.dtype)  # type: ignore[no-any-return]


@loss(definition=binary_cross_entropy_with_logits_definition)
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Binary cross-entropy of raw scores: l = w (v y softplus(-x) + (1 - y) softplus(x)), whose gradient is sigmoid(x) - y.

    ``input`` are scores (no sigmoid before it), ``target`` numbers in [0, 1] of the same shape, whose dtype the result has; ``weight`` w and
    ``pos_weight`` v (the weight of the positive answers, one per class) are broadcast. ``reduction``: "none", "sum" or "mean" over all elements.

    Nothing cancels: at a hard label the gradient is sigmoid(x) or -sigmoid(-x), right to the last digits where PyTorch's is 0.

    Raises ValueError for a target of another shape, RuntimeError for a target that is not floating-point.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([2.0, -1.0], requires_grad=True)
    >>> torch.nn.functional.binary_cross_entropy_with_logits(x, torch.tensor([1.0, 0.0]))
    tensor(0.2201, grad_fn=<BinaryCrossEntropyWithLogitsBackward0>)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    check_logits(input, target, weight, pos_weight)
    x, y, w, v = data_of(input), data_of(target), data_of(weight), data_of(pos_weight)
    a, b = in_one_dtype(x, y)
    kept = None
    if reduction == "none" or a.dtype == np.float16:
        value = reduced_array(np.asarray(widened(kernel.bce_with_logits, a, b, w, v)), reduction).astype(y.dtype, copy=False)
    else:
        if v is None and a is x and b is y and x.size > SMALL and x.flags.c_contiguous and input.requires_grad and modes.grad:
            one = spread_back(np.ones((), x.dtype), NUMBERS[reduction], x.size)
            total, kept = kernel.bce_with_logits_total_and_slope(a, b, w, one)
        else:
            total = kernel.bce_with_logits_total(a, b, w, v)
        value = np.asarray(total if reduction == "sum" else total / x.size if x.size else np.nan, y.dtype)
    return record(  # type: ignore[no-any-return]
        BinaryCrossEntropyWithLogitsBackward0, (input, target), value, (x, y, w, v, NUMBERS[reduction], kept)
    )
