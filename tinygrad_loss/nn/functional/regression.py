"""mse_loss: the squared distance."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import result_dtype, type_word
from ..._shapes import Size, broadcast
from ...ops._casts import cast
from ...ops._fused import Fused
from ...ops._record import array_of, data_of, record
from ...ops.reductions import sum
from ...ops.shaping import expand
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
        of_x, of_y = (node is not None for node, _ in self.next_functions)
        half = spread_back(g, reduction, np.broadcast(x, y).size) * (x - y)
        return [half + half if of_x else None, half * -2 if of_y else None]

    def define(self, *inputs: Any) -> Any:
        return reduced((inputs[0] - inputs[1]) ** 2, NAMES[self.checked()[2]])


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
    x, y = _pair(input, target, "mse_loss")
    return _weighted(x, y, weight, reduction) if weight is not None else reduced((x - y) ** 2, reduction)  # type: ignore[no-any-return]


@loss(definition=mse_loss_definition)
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared distance (x - y)^2. "mean" is over all elements; with ``weight``, the weighted mean, divided by the weights' sum.

    ``input`` and ``target`` are floating-point; shapes that differ are broadcast, with PyTorch's warning, since that is seldom meant.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    input, target = _pair(input, target, "mse_loss")
    if weight is not None:
        return _weighted(input, target, weight, reduction)  # type: ignore[no-any-return]
    x, y = data_of(input), data_of(target)
    d = np.asarray(x - y)
    return record(MseLossBackward0, (input, target), reduced_array(np.asarray(d * d), reduction), (x, y, NUMBERS[reduction]))  # type: ignore[no-any-return]


def _weighted(input: Any, target: Any, weight: Any, reduction: str) -> Any:
    if data_of(weight).shape != data_of(input).shape:
        raise ValueError("Weights and input must have the same size.")
    losses = (input - target) ** 2 * weight
    return sum(losses) / sum(weight) if reduction == "mean" else reduced(losses, reduction)


def _pair(input: Any, target: Any, function: str) -> tuple[Any, Any]:
    """The two operands in one dtype, with PyTorch's warning where their shapes differ."""
    x, y = array_of(input, function), array_of(target, function, "target")
    if x.shape != y.shape:
        warnings.warn(
            f"Using a target size ({Size(y.shape)}) that is different to the input size ({Size(x.shape)}). This will likely lead to "
            "incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=4,
        )
    shape = broadcast([x.shape, y.shape], function)
    common = result_dtype([x, y])
    if not common.is_floating_point:
        raise NotImplementedError(f"\"mse_cpu\" not implemented for '{type_word(common.numpy)}'. {function}: convert first, input.float()")
    return tuple(cast(one if data_of(one).shape == shape else expand(one, shape), common) for one in (input, target))  # type: ignore[return-value]
