"""Losses of a distance: mse_loss, l1_loss, smooth_l1_loss, huber_loss."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import result_dtype, type_word
from ..._shapes import Size, broadcast
from ...ops._fused import Fused
from ...ops._record import Array, data_of, record
from ...ops.pointwise import abs
from ...ops.reductions import sum
from ...ops.selection import clamp
from ...ops.shaping import expand
from ._arguments import must_be_number, must_have
from ._defined import loss
from ._reduction import NAMES, NUMBERS, checked_reduction, reduced, reduced_array, spread_back

if TYPE_CHECKING:
    from ..._tensor import Tensor


class MseLossBackward0(Fused):
    """(x - y)^2: dx = 2 g (x - y), dy = -dx."""

    __slots__ = ()
    inputs = ("self", "target")
    saves = ("self", "target", "reduction")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, y, reduction = saved
        x, y = as_floats(x, y)
        of_x, of_y = (node is not None for node, _ in self.next_functions)
        half = spread_back(g, reduction, np.broadcast(x, y).size) * (x - y)
        return [half + half if of_x else None, half * -2 if of_y else None]

    def define(self, *inputs: Any) -> Any:
        return reduced((inputs[0] - inputs[1]) ** 2, NAMES[self.checked()[2]])


class SmoothL1LossBackward0(Fused):
    """d^2 / (2 beta) for |d| < beta, else |d| - beta / 2, where d = x - y: dx = g d / beta, held between -g and g; dy = -dx."""

    __slots__ = ()
    inputs = ("self", "target")
    saves = ("self", "target", "reduction", "beta")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, y, reduction, width = saved
        x, y = self.as_floats(x, y)
        of_x, of_y = (node is not None for node, _ in self.next_functions)
        dx = spread_back(g, reduction, x.size) * (np.clip(x - y, -width, width) / self.divisor(width))
        return [dx if of_x else None, -dx if of_y else None]

    def define(self, *inputs: Any) -> Any:
        _, _, reduction, width = self.checked()
        return reduced(parabola(inputs[0] - inputs[1], width) / self.divisor(width), NAMES[reduction])

    @staticmethod
    def divisor(width: float) -> float:
        """What Huber's loss is divided by."""
        return width

    @staticmethod
    def as_floats(x: Array, y: Array) -> tuple[Array, Array]:
        """The two in one floating-point dtype."""
        return as_floats(x, y)


class HuberLossBackward0(SmoothL1LossBackward0):
    """d^2 / 2 for |d| < delta, else delta (|d| - delta / 2), where d = x - y: dx = g d, held between -delta g and delta g; dy =
    -dx."""

    __slots__ = ()
    saves = ("self", "target", "reduction", "delta")

    @staticmethod
    def divisor(width: float) -> float:
        """What Huber's loss is divided by."""
        return 1.0

    @staticmethod
    def as_floats(x: Array, y: Array) -> tuple[Array, Array]:
        """RuntimeError for two dtypes: PyTorch works the loss out, but not its gradient."""
        if x.dtype != y.dtype:
            raise RuntimeError(
                f"Found dtype {type_word(y.dtype)} but expected {type_word(x.dtype)}: huber_loss has no gradient for an input and "
                "a target of different dtypes. Use target.to(input.dtype)"
            )
        return x, y


def parabola(d: Any, width: float) -> Any:
    """Huber's function, d^2 / 2 for |d| < width, straight lines beyond: with c, which is d held between them, c (d - c / 2)."""
    c = clamp(d, -width, width)
    return c * (d - c / 2)


def mse_loss_definition(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """``mse_loss`` in primitives: a difference, its square, a mean."""
    reduction = checked_reduction(reduction, size_average, reduce)
    x, y = _pair(input, target, "mse_loss", weight)
    losses = (x - y) ** 2
    return reduced(losses, reduction) if weight is None else _weighted(losses, weight, reduction)  # type: ignore[no-any-return]


@loss(definition=mse_loss_definition)
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared distance (x - y)^2. "mean" is over all elements; with ``weight``, the weighted mean, divided by the weights'
    sum.

    ``input`` and ``target`` are floating-point; shapes that differ are broadcast, with PyTorch's warning, since that is seldom
    meant.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    input, target = _pair(input, target, "mse_loss", weight)
    if weight is not None:
        return _weighted((input - target) ** 2, weight, reduction)  # type: ignore[no-any-return]
    x, y = _floats(input, target, "mse")
    d = np.asarray(x - y)
    saved = (data_of(input), data_of(target), NUMBERS[reduction])
    return record(MseLossBackward0, (input, target), reduced_array(np.asarray(d * d), reduction), saved)  # type: ignore[no-any-return]


@loss()
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The distance |x - y|, whose gradient is the sign of x - y (0 at 0). "mean" is over all elements; with ``weight`` (of the
    input's shape), the weighted mean, divided by the weights' sum.

    Shapes that differ are broadcast, with PyTorch's warning, since that is seldom meant.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(1.)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    input, target = _pair(input, target, "l1_loss", weight)
    losses = abs(input - target)
    return reduced(losses, reduction) if weight is None else _weighted(losses, weight, reduction)  # type: ignore[no-any-return]


def smooth_l1_loss_definition(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """``smooth_l1_loss`` in primitives: with d = x - y and c, which is d held between -beta and beta, c (d - c / 2) / beta."""
    reduction = checked_reduction(reduction, size_average, reduce)
    x, y = _pair(input, target, "smooth_l1_loss")
    return reduced(parabola(x - y, beta) / beta if beta else abs(x - y), reduction)  # type: ignore[no-any-return]


@loss(definition=smooth_l1_loss_definition)
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """A parabola near 0, straight lines beyond, so that outliers pull with a bounded gradient: d^2 / (2 beta) for |d| <
    ``beta``, else |d| - beta / 2, where d = x - y. The gradient is d / beta, held between -1 and 1. It is ``huber_loss`` /
    beta; with beta 0 the L1 loss.

    ``input`` and ``target`` are floating-point; shapes that differ are broadcast, with PyTorch's warning. ``reduction``:
    "none", "sum" or "mean" over all elements. Raises RuntimeError for a negative ``beta``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), reduction="none")
    tensor([0.1250, 2.5000])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    must_be_number("smooth_l1_loss", beta=beta)
    input, target = _pair(input, target, "smooth_l1_loss")
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta. Got: {beta}")
    if beta == 0:
        return reduced(abs(input - target), reduction)  # type: ignore[no-any-return]
    x, y = _floats(input, target, "smooth_l1")
    losses = np.asarray(parabola(x - y, beta) / beta)
    saved = (data_of(input), data_of(target), NUMBERS[reduction], float(beta))
    return record(SmoothL1LossBackward0, (input, target), reduced_array(losses, reduction), saved)  # type: ignore[no-any-return]


def huber_loss_definition(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """``huber_loss`` in primitives: with d = x - y and c, which is d held between -delta and delta, c (d - c / 2)."""
    reduction = checked_reduction(reduction, None, None)
    x, y = _pair(input, target, "huber_loss", weight)
    losses = parabola(x - y, delta)
    return reduced(losses if weight is None else losses * weight, reduction)  # type: ignore[no-any-return]


@loss(definition=huber_loss_definition)
def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """A parabola near 0, straight lines beyond: d^2 / 2 for |d| < ``delta``, else delta (|d| - delta / 2), where d = x - y. The
    gradient is d, held between -delta and delta, so one outlier cannot pull harder than delta.

    ``input`` and ``target`` are floating-point; shapes that differ are broadcast, with PyTorch's warning. ``weight`` has the
    input's shape; "mean" is over all elements, with weights too. Raises RuntimeError for a ``delta`` that is not positive,
    ValueError for a weight of another shape.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.huber_loss(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), reduction="none", delta=2.0)
    tensor([0.1250, 4.0000])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
    """
    reduction = checked_reduction(reduction, None, None)
    must_be_number("huber_loss", delta=delta)
    input, target = _pair(input, target, "huber_loss", weight)
    if not delta > 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta. Got: {delta}")
    if weight is not None:
        return reduced(huber_loss(input, target, "none", delta) * weight, reduction)  # type: ignore[no-any-return]
    x, y = _floats(input, target, "huber")
    kind = data_of(input).dtype
    if kind.kind != "f":
        raise RuntimeError(f"result type Float can't be cast to the desired output type {type_word(kind)}. Use input.float()")
    losses = np.asarray(parabola(x - y, delta)).astype(kind, copy=False)
    saved = (data_of(input), data_of(target), NUMBERS[reduction], float(delta))
    return record(HuberLossBackward0, (input, target), reduced_array(losses, reduction), saved)  # type: ignore[no-any-return]


def _weighted(losses: Any, weight: Any, reduction: str) -> Any:
    losses = losses * weight
    return sum(losses) / sum(weight) if reduction == "mean" else reduced(losses, reduction)


def _pair(input: Any, target: Any, function: str, weight: Any = None) -> tuple[Any, Any]:
    """The two operands in one shape, with PyTorch's warning where their shapes differ."""
    must_have("size", target=target, input=input)
    x, y = data_of(input), data_of(target)
    if weight is not None and data_of(weight).shape != x.shape:
        raise ValueError(
            f"Weights and input must have the same size. {function}: weight {Size(data_of(weight).shape)}, input {Size(x.shape)}"
        )
    if x.shape == y.shape:
        return input, target
    warnings.warn(
        f"Using a target size ({Size(y.shape)}) that is different to the input size ({Size(x.shape)}). This will likely lead to "
        "incorrect results due to broadcasting. Please ensure they have the same size.",
        stacklevel=4,
    )
    shape = broadcast([x.shape, y.shape], function)
    return tuple(one if data_of(one).shape == shape else expand(one, shape) for one in (input, target))  # type: ignore[return-value]


def _floats(input: Any, target: Any, kernel: str) -> tuple[Array, Array]:
    """The two arrays in one floating-point dtype."""
    x, y = data_of(input), data_of(target)
    common = result_dtype([x, y])
    if not common.is_floating_point:
        raise NotImplementedError(
            f"\"{kernel}_cpu\" not implemented for '{type_word(common.numpy)}'. {kernel}_loss: convert first, input.float()"
        )
    return as_floats(x, y)


def as_floats(x: Array, y: Array) -> tuple[Array, Array]:
    """The two arrays in the dtype of their difference."""
    common = x.dtype if x.dtype is y.dtype else result_dtype([x, y]).numpy
    return x.astype(common, copy=False), y.astype(common, copy=False)
