"""Losses of vectors that should be near to each other or far apart: cosine_embedding_loss, triplet_margin_loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..._shapes import broadcast, listed
from ...ops._record import data_of
from ...ops.arithmetic import add_number, number_sub, sub_number
from ...ops.extremes import minimum
from ...ops.pointwise import sqrt
from ...ops.reductions import sum
from ...ops.selection import clamp_min, where
from ._arguments import must_all_be_tensors, must_be_bool, must_be_number, must_have
from ._defined import loss
from ._reduction import checked_reduction, reduced
from .distances import pairwise_distance

if TYPE_CHECKING:
    from ..._tensor import Tensor

TINY = 1e-12  # what PyTorch adds to squared lengths


@loss()
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """For pairs of vectors and answers y: 1 - cos where y is 1 (they should point the same way), max(0, cos - ``margin``) where
    y is -1.

    ``input1`` and ``input2`` have shape (N, D) and ``target`` (N,), or without batch (D,) and (). ``reduction``: "none", "sum"
    or "mean" over the pairs. Raises RuntimeError for other shapes.

    >>> import tinygrad_loss as torch
    >>> x, y = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    >>> torch.nn.functional.cosine_embedding_loss(x, y, torch.tensor([1, -1]), reduction="none")
    tensor([0.2929, 0.7071])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    name = "cosine_embedding_loss"
    must_all_be_tensors(name, input1=input1, input2=input2, target=target)
    a, b, y = data_of(input1), data_of(input2), data_of(target)
    must_be_number(name, margin=margin)
    dim = y.ndim
    if dim > 1:
        raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported. {name}: target {listed(y.shape)}")
    if not a.ndim == b.ndim == dim + 1:
        raise RuntimeError(
            f"{dim}D target tensor expects {dim + 1}D input tensors, but found inputs with sizes {listed(a.shape)} and "
            f"{listed(b.shape)}."
        )
    broadcast([a.shape, b.shape], name)
    lengths = [add_number(sum(one * one, dim), TINY) for one in (input1, input2)]
    cos = sum(input1 * input2, dim) / sqrt(lengths[0] * lengths[1])
    apart = clamp_min(sub_number(cos, float(margin)), 0)
    return reduced(where(target == 1, number_sub(1, cos), 0) + where(target == -1, apart, 0), reduction)  # type: ignore[no-any-return]


@loss()
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """An anchor should be nearer to its positive than to its negative by ``margin``: max(0, d(a, p) - d(a, n) + margin), with the
    ``pairwise_distance`` d of order ``p``. ``swap`` takes d(p, n) for d(a, n) where that is less.

    The three have shape (N, D) or (D,). ``reduction``: "none", "sum" or "mean" over the triplets. Raises RuntimeError for
    different numbers of dimensions, ValueError for a margin that is not positive.

    >>> import tinygrad_loss as torch
    >>> a, p, n = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0, 5.5]])
    >>> torch.nn.functional.triplet_margin_loss(a, p, n)
    tensor(0.5000)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html; swap: Balntas et al., Learning shallow
    convolutional feature descriptors with triplet losses, 2016
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    _check_margin(margin)
    must_all_be_tensors("triplet_margin_loss", anchor=anchor, positive=positive, negative=negative)
    must_be_bool("triplet_margin_loss", swap=swap)
    _check_dims([anchor.ndim, positive.ndim, negative.ndim])

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return pairwise_distance(x, y, p, eps)

    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(clamp_min(add_number(near, margin) - far, 0), reduction)  # type: ignore[no-any-return]


@loss()
def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """``triplet_margin_loss`` with a distance of your own: a function of two tensors (N, D) that gives the N distances;
    ``pairwise_distance`` where none is given.

    >>> import tinygrad_loss as torch
    >>> a, p, n = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0, 5.5]])
    >>> def city_blocks(x, y):
    ...     return (x - y).abs().sum(-1)
    >>> torch.nn.functional.triplet_margin_with_distance_loss(a, p, n, distance_function=city_blocks)
    tensor(2.5000)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction: choose 'none', 'mean' or 'sum'")
    _check_margin(margin)
    must_have("ndim", anchor=anchor, positive=positive, negative=negative)
    _check_dims([anchor.ndim, positive.ndim, negative.ndim])
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(clamp_min(margin + near - far, 0), reduction)  # type: ignore[no-any-return]


def _check_margin(margin: float) -> None:
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")


def _check_dims(sizes: list[int]) -> None:
    if len(set(sizes)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {sizes[0]}D, positive {sizes[1]}D, and negative {sizes[2]}D inputs"
        )
