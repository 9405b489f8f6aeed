"""Losses that ask for a margin between two answers: hinge_embedding_loss, margin_ranking_loss, soft_margin_loss,
multilabel_soft_margin_loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import Size, broadcast, listed
from ...kernels import binary_cross_entropy as kernel
from ...ops._fused import Fused
from ...ops._narrow import widened
from ...ops._record import Array, data_of, record
from ...ops.arithmetic import add_number, number_sub
from ...ops.reductions import sum
from ...ops.selection import clamp_min, where
from ...ops.sigmoids import logsigmoid, logsigmoid_definition, softplus_definition
from ._arguments import must_all_be_tensors, must_be_number, must_have, must_not_require_grad
from ._defined import loss
from ._reduction import NAMES, NUMBERS, checked_mode, checked_reduction, reduced, reduced_array, spread_back

if TYPE_CHECKING:
    from ..._tensor import Tensor


class SoftMarginLossBackward0(Fused):
    """log(1 + e^(-y x)): dx = -g y sigmoid(-y x)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "target", "reduction")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, y, reduction = saved
        if y.dtype == np.bool_:
            raise RuntimeError(
                "Negation, the `-` operator, on a bool tensor is not supported. soft_margin_loss: labels are -1 and 1, 2 * target - 1"
            )
        return [widened(kernel.soft_margin_vjp, np.asarray(spread_back(g, reduction, x.size)), x, _like(y, x))]

    def define(self, *inputs: Any) -> Any:
        _, y, reduction = self.checked()
        return reduced(softplus_definition(-(inputs[0] * y)), NAMES[reduction])


@loss()
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """For distances x and answers y: x itself where y is 1 (the two are alike and should be near), max(0, ``margin`` - x) where
    y is -1 (they should be at least the margin apart). Where y is neither, both are added.

    ``input`` and ``target`` have one shape (others are broadcast). ``reduction``: "none", "sum" or "mean" over all elements.

    >>> import tinygrad_loss as torch
    >>> x, y = torch.tensor([0.25, 0.25, 3.0]), torch.tensor([1, -1, -1])
    >>> torch.nn.functional.hinge_embedding_loss(x, y, reduction="none")
    tensor([0.2500, 0.7500, 0.0000])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    must_all_be_tensors("hinge_embedding_loss", input=input, target=target)
    x, y = data_of(input), data_of(target)
    must_be_number("hinge_embedding_loss", margin=margin)
    broadcast([y.shape, x.shape], "hinge_embedding_loss")
    if x.dtype == np.bool_:
        raise RuntimeError("Subtraction, the `-` operator, with two bool tensors is not supported. Convert the input: input.float()")
    apart = clamp_min(number_sub(margin, input), 0)
    return reduced(where(target != 1, apart, 0) + where(target != -1, input, 0), reduction)  # type: ignore[no-any-return]


@loss()
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """For pairs of scores and answers y: max(0, -y (x1 - x2) + ``margin``). With y = 1 the first should be ranked above the
    second by the margin, with y = -1 the second above the first.

    The three have the same number of dimensions (RuntimeError) and shapes that fit. ``reduction``: "none", "sum" or "mean" over
    all.

    >>> import tinygrad_loss as torch
    >>> first, second = torch.tensor([2.0, 2.0]), torch.tensor([1.0, 1.0])
    >>> torch.nn.functional.margin_ranking_loss(first, second, torch.tensor([1, -1]), margin=0.5, reduction="none")
    tensor([0.0000, 1.5000])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    must_have("dim", input1=input1, input2=input2, target=target)
    must_be_number("margin_ranking_loss", margin=margin)
    sizes = {name: Size(data_of(one).shape) for name, one in (("input1", input1), ("input2", input2), ("target", target))}
    if len({len(size) for size in sizes.values()}) > 1:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            + ", ".join(f"{name}: {size}" for name, size in sizes.items())
        )
    return reduced(clamp_min(add_number(-target * (input1 - input2), float(margin)), 0), reduction)  # type: ignore[no-any-return]


def soft_margin_loss_definition(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """``soft_margin_loss`` in primitives: log(1 + e^z) for z = -y x, as max(z, 0) + log(1 + e^-|z|)."""
    reduction = checked_reduction(reduction, size_average, reduce)
    _labels(input, target)
    return reduced(softplus_definition(-(input * target.to(input.dtype))), reduction)  # type: ignore[no-any-return]


@loss(definition=soft_margin_loss_definition)
def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """For scores x and answers y of -1 or 1: log(1 + e^(-y x)), whose gradient is -y sigmoid(-y x). It is the binary
    cross-entropy of scores, with -1 in place of 0.

    ``target`` has the input's shape, or one that is broadcast to it, and no gradient. ``reduction``: "none", "sum" or "mean"
    over all.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.soft_margin_loss(torch.tensor([2.0, 2.0]), torch.tensor([1, -1]), reduction="none")
    tensor([0.1269, 2.1269])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    x, y = _labels(input, target)
    must_not_require_grad("soft_margin_loss", target=target)
    losses = np.asarray(widened(kernel.soft_margin, x, _like(y, x)))
    return record(SoftMarginLossBackward0, (input,), reduced_array(losses, reduction), (x, y, NUMBERS[reduction]))  # type: ignore[no-any-return]


def _like(y: Array, x: Array) -> Array:
    """The labels in the scores' shape and dtype."""
    return np.ascontiguousarray(np.broadcast_to(y.astype(x.dtype, copy=False), x.shape)).reshape(x.shape)


def _labels(input: Any, target: Any) -> tuple[Array, Array]:
    """The checked scores and labels."""
    must_all_be_tensors("soft_margin_loss", input=input, target=target)
    x, y = data_of(input), data_of(target)
    shape = broadcast([x.shape, y.shape], "soft_margin_loss")
    if shape != x.shape:
        raise RuntimeError(
            f"output with shape {listed(x.shape)} doesn't match the broadcast shape {listed(shape)}. soft_margin_loss: the "
            "target must fit into the input's shape"
        )
    if x.dtype == np.bool_:
        raise RuntimeError("Negation, the `-` operator, on a bool tensor is not supported. soft_margin_loss: input.float()")
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {type_word(x.dtype)}. soft_margin_loss: input.float()"
        )
    return x, y


def multilabel_soft_margin_loss_definition(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``multilabel_soft_margin_loss`` in primitives: log-sigmoid opened into exp and log1p."""
    old = size_average is not None or reduce is not None
    reduction = checked_reduction(reduction, size_average, reduce) if old else checked_mode(reduction)
    return _multilabel(logsigmoid_definition, input, target, weight, reduction)  # type: ignore[no-any-return]


@loss(definition=multilabel_soft_margin_loss_definition)
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Several labels at once: the mean over the classes of -w (y log sigmoid(x) + (1 - y) log sigmoid(-x)), each class a yes or
    no of its own.

    ``input`` holds scores (N, C) or (C,), ``target`` 0 or 1 for each, ``weight`` (C,) weighs the classes. "none" gives one loss
    for each row, "mean" and "sum" are over the rows. Raises NotImplementedError for integer scores.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.multilabel_soft_margin_loss(torch.tensor([[2.0, -1.0]]), torch.tensor([[1, 0]]))
    tensor(0.2201)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """
    old = size_average is not None or reduce is not None
    reduction = checked_reduction(reduction, size_average, reduce) if old else checked_mode(reduction)
    return _multilabel(logsigmoid, input, target, weight, reduction)  # type: ignore[no-any-return]


def _multilabel(log_sigmoid: Any, input: Any, target: Any, weight: Any, reduction: str) -> Any:
    must_all_be_tensors("log_sigmoid", input=input)
    if not isinstance(target, (int, float)):
        must_all_be_tensors("mul", target=target)
    x = data_of(input)
    if x.dtype.kind != "f":
        raise NotImplementedError(
            f"\"log_sigmoid_cpu\" not implemented for '{type_word(x.dtype)}'. multilabel_soft_margin_loss: input.float()"
        )
    losses = -(target * log_sigmoid(input) + (1 - target) * log_sigmoid(-input))
    if weight is not None:
        losses = losses * weight
    if not x.ndim:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions. multilabel_soft_margin_loss: input is (N, C)")
    return reduced(sum(losses, x.ndim - 1) / x.shape[-1], reduction)
