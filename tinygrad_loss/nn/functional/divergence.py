"""kl_div: how far a predicted distribution is from the true one."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._shapes import broadcast
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...kernels.divergence import kl_div as kernel
from ...ops._narrow import widened
from ...ops._record import Array, array_of, data_of, node_for, record
from ...ops.arithmetic import MulBackward0, SubBackward0
from ...ops.entropies import XlogyBackward0, xlogy
from ...ops.pointwise import exp
from ._arguments import must_all_be_tensors, must_be_bool
from ._defined import loss
from ._reduction import checked_reduction, reduced

if TYPE_CHECKING:
    from ..._tensor import Tensor


def kl_div_definition(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """``kl_div`` in primitives: y log y - y x, or e^t (t - x) where t = log y is given."""
    mode = checked_reduction("sum" if reduction == "batchmean" else reduction, size_average, reduce)
    _check(input, target, log_target, reduction == "mean" and size_average is None and reduce is None)
    losses = exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    return _finished(losses, input, reduction, mode)  # type: ignore[no-any-return]


@loss(definition=kl_div_definition)
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence of a prediction from a target: l = y (log y - x), 0 where y is 0. Its gradient at x is -y.

    ``input`` holds log-probabilities x (from ``log_softmax``), ``target`` probabilities y, or with ``log_target`` their
    logarithms; both of any one shape (others are broadcast), floating-point. The divergence of distributions is the sum over
    the classes: ``reduction="batchmean"``, the sum divided by the first dimension, is what the textbooks call by that name.
    "mean" divides by all elements, and PyTorch warns of it; "sum" and "none" do as they say.

    log y - x is worked out in float64, since it cancels where the two are near to each other.

    Raises RuntimeError for integers.

    >>> import tinygrad_loss as torch
    >>> x, y = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.9, 0.1]])
    >>> torch.nn.functional.kl_div(x, y, reduction="batchmean")
    tensor(0.3681)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
    """
    mode = checked_reduction("sum" if reduction == "batchmean" else reduction, size_average, reduce)
    _check(input, target, log_target, reduction == "mean" and size_average is None and reduce is None)
    x, y = data_of(input), data_of(target)
    if log_target:
        losses = exp(target) * (target - input)
    elif x.shape != y.shape or x.dtype != y.dtype:
        losses = xlogy(target, target) - target * input
    else:
        # The nodes of PyTorch's two terms, whose values are not worked out: their difference is.
        plus = _node(XlogyBackward0, (target, target), (y, y), y)
        minus = _node(MulBackward0, (target, input), (y if input.requires_grad else None, x if target.requires_grad else None), y)
        losses = record(SubBackward0, (plus, minus), np.asarray(widened(kernel, x, y)), (1,))
    return _finished(losses, input, reduction, mode)  # type: ignore[no-any-return]


def _node(op: type[Node], inputs: tuple[Any, ...], saved: tuple[Any, ...], like: Array) -> Any:
    """A tensor that stands where the result of ``op`` does, which has the shape and dtype of ``like``."""
    node = node_for(op, inputs, saved, like.shape, like.dtype)
    return wrap(like, NO_EDGE if node is None else (node, 0))


def _check(input: Any, target: Any, log_target: bool, by_elements: bool) -> None:
    if by_elements:
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=4,
        )
    must_all_be_tensors("kl_div", input=input, target=target)
    must_be_bool("kl_div", log_target=log_target)
    x, y = array_of(input, "kl_div"), array_of(target, "kl_div", "target")
    if x.dtype.kind != "f" or y.dtype.kind != "f":
        raise RuntimeError(
            f"kl_div: Integral inputs not supported. Got {x.dtype} and {y.dtype}; convert them: input.float(), target.float()"
        )
    broadcast([y.shape, x.shape], "kl_div")


def _finished(losses: Any, input: Any, reduction: str, mode: str) -> Any:
    total = reduced(losses, mode)
    return total / input._data.shape[0] if reduction == "batchmean" and input._data.ndim else total
