"""cross_entropy: from logits and classes (numbers or probabilities) to a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import F32, F64, I64, type_word
from ..._shapes import listed, ones
from ...autograd import anomaly
from ...autograd.modes import modes
from ...autograd.node import NO_EDGE
from ...autograd.variable import Variable
from ...autograd.wrapping import wrap
from ...kernels.cross_entropy import forward
from ...kernels.reductions import FEW
from ...ops._one_hot import to_rows
from ...ops._record import Array, data_of, node_for
from ...ops.arithmetic import add_number, div_number, mul_number
from ...ops.reductions import sum
from ...ops.shaping import view
from ...ops.softmaxes import LogProbabilities, LogSoftmaxBackward0, log_softmax, log_softmax_definition
from ._arguments import must_all_be_tensors, must_be_integer, must_be_number, must_be_tensors
from ._defined import loss
from ._reduction import NUMBERS, checked_reduction
from .negative_log_likelihood import NllLossBackward0, check_classes, finished, nll_definition, nll_loss

if TYPE_CHECKING:
    from ..._tensor import Tensor


def cross_entropy_definition(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """``cross_entropy`` in primitives: log_softmax opened into exp, sum and log, nll_loss into gather and products."""
    reduction = checked_reduction(reduction, size_average, reduce)
    label_smoothing = _check_arguments(input, target, weight, ignore_index, label_smoothing)
    dim = min(1, input.ndim - 1)
    if _are_probabilities(input, target):
        _check_probabilities(input, target, weight, ignore_index, label_smoothing)
        return _of_probabilities(log_softmax_definition(input, dim), target, weight, reduction, label_smoothing)  # type: ignore[no-any-return]
    check_classes(input, target, weight, "cross_entropy")
    log_p = log_softmax_definition(input, dim)
    nll = nll_definition(log_p, target, weight, None, ignore_index, None, reduction)
    if label_smoothing == 0:
        return nll
    return _smoothed(log_p, nll, target, weight, ignore_index, reduction, label_smoothing)  # type: ignore[no-any-return]


@loss(definition=cross_entropy_definition)
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross-entropy of logits: log_softmax over the classes, then the negative log-likelihood of the target.

    l_n = -w[y_n] log(exp(x[n, y_n]) / sum_c exp(x[n, c])), and its gradient is (softmax(x) - onehot(y)) / N under "mean".

    ``input`` are raw scores of shape (N, C), (C,) or (N, C, d1, ...); no softmax before it. ``target`` is either class numbers
    (int64, in [0, C), or ``ignore_index``) of shape (N,), () or (N, d1, ...), or class probabilities of the input's shape and dtype,
    which then receive a gradient too. ``weight`` (C,) weighs the classes. ``label_smoothing`` mixes the target with the uniform
    distribution. ``reduction``: "none", "sum", or "mean", which divides by the sum of w[y_n] (class numbers; nan if none counts) or
    by N times the extra dimensions (probabilities).

    The one pass over the logits that the two nodes share leaves the largest term out of the sum, so a confident prediction's
    loss and gradient keep their digits, where PyTorch's are rounded to 0.

    Raises IndexError for a class out of range, ValueError for batches of different size, RuntimeError for wrong dtypes and shapes.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[2.0, 1.0, 0.1]], requires_grad=True)
    >>> loss = torch.nn.functional.cross_entropy(x, torch.tensor([0])); loss
    tensor(0.4170, grad_fn=<NllLossBackward0>)
    >>> loss.backward(); x.grad
    tensor([[-0.3410,  0.2424,  0.0986]])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
    """
    if (
        weight is None
        and size_average is None
        and reduce is None
        and type(label_smoothing) is float
        and not label_smoothing
        and type(ignore_index) is int
        and type(reduction) is str
        and reduction in NUMBERS
        and isinstance(input, Variable)
        and isinstance(target, Variable)
    ):
        # What most calls are, a batch of rows and a class for each, goes by none of the checks below.
        x, classes = input._data, target._data
        if x.ndim == 2 and x.size and (x.dtype is F32 or x.dtype is F64) and classes.dtype is I64 and classes.shape == x.shape[:1]:
            return _of_rows(input, x, classes, reduction, ignore_index)  # type: ignore[no-any-return]
    reduction = checked_reduction(reduction, size_average, reduce)
    label_smoothing = _check_arguments(input, target, weight, ignore_index, label_smoothing)
    x = input._data
    dim = min(1, x.ndim - 1)
    if _are_probabilities(input, target):
        _check_probabilities(input, target, weight, ignore_index, label_smoothing)
        return _of_probabilities(log_softmax(input, dim), target, weight, reduction, label_smoothing)  # type: ignore[no-any-return]
    check_classes(input, target, weight, "cross_entropy")
    if label_smoothing or x.dtype == np.float16 or not x.size:
        log_p = log_softmax(input, dim)
        nll = nll_loss(log_p, target, weight, None, ignore_index, None, reduction)
        return _smoothed(log_p, nll, target, weight, ignore_index, reduction, label_smoothing) if label_smoothing else nll  # type: ignore[no-any-return]
    return _in_one_pass(input, target, weight, reduction, ignore_index)  # type: ignore[no-any-return]


def _of_rows(input: Any, x: Array, classes: Array, reduction: str, ignore_index: int) -> Any:
    """``_in_one_pass`` of rows (n, c) without class weights."""
    losses, state = forward(x, classes, None, ignore_index)
    total = len(losses) if state.weights is None else state.total_weight()
    value = losses
    if reduction != "none":
        value = losses.dot(ones(len(losses), x.dtype)) if len(losses) <= FEW else np.add.reduce(losses)
        if reduction == "mean":
            value = value / total if total else value * np.nan
        value = np.asarray(value)
    edge = input.edge()
    if edge is NO_EDGE or not modes.grad:
        return wrap(value, NO_EDGE)
    shape, dtype = x.shape, x.dtype
    log_p = LogProbabilities(state, x, shape, 1)
    softmax = LogSoftmaxBackward0.made((edge,), (log_p, 1, None), shape, dtype)
    saved = (log_p, classes, None, NUMBERS[reduction], ignore_index, np.array(total, dtype))
    node = NllLossBackward0.made(((softmax, 0),), saved, value.shape, dtype)
    if anomaly.state.enabled:
        anomaly.note(softmax)
        anomaly.note(node)
    return wrap(value, (node, 0))


def _in_one_pass(input: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    """Both nodes' work in one pass over the logits; the log-probabilities between them are worked out only if someone looks."""
    x, classes = input._data, data_of(target)
    dim = min(1, x.ndim - 1)
    if x.ndim == 1 and classes.ndim:
        classes = classes.reshape(())
    rows = to_rows(x, dim)
    losses, state = forward(rows, classes.reshape(-1), data_of(weight), ignore_index)
    between, log_p = wrap(x, NO_EDGE), None
    if modes.grad and input.requires_grad:
        log_p = LogProbabilities(state, rows, x.shape, dim)
        node = node_for(LogSoftmaxBackward0, (input,), (log_p, dim, None), x.shape, x.dtype)
        between = wrap(x, (node, 0))
    total = x.dtype.type(state.total_weight())
    return finished(between, classes, weight, losses, total, reduction, ignore_index, log_p)


def _check_arguments(input: Any, target: Any, weight: Any, ignore_index: int, label_smoothing: float) -> float:
    """The smoothing that is meant; TypeError for what is no tensor or no number."""
    must_be_number("cross_entropy_loss", label_smoothing=label_smoothing)
    must_be_integer("cross_entropy_loss", ignore_index=ignore_index)
    if label_smoothing > 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    must_all_be_tensors("cross_entropy_loss", input=input, target=target)
    must_be_tensors("cross_entropy_loss", weight=weight)
    return label_smoothing if label_smoothing > 0.0 else 0.0  # also below 0 and nan, of which PyTorch says nothing


def _are_probabilities(input: Any, target: Any) -> bool:
    """Whether the target holds a probability for each class: it has the input's shape and floating-point numbers."""
    x, y = data_of(input), data_of(target)
    return bool(x.shape == y.shape)


def _check_probabilities(input: Any, target: Any, weight: Any, ignore_index: int, label_smoothing: float) -> None:
    x, y = data_of(input), data_of(target)
    if y.dtype.kind != "f":
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {type_word(y.dtype)}. cross_entropy: target.float() for "
            "probabilities or one-hot rows, target.argmax(1) for class numbers"
        )
    if ignore_index >= 0:
        raise RuntimeError(
            f"ignore_index is not supported for floating point target (class probabilities), got ignore_index={ignore_index}"
        )
    w = data_of(weight)
    if w is not None and w.shape != (x.shape[min(1, x.ndim - 1)],):
        raise RuntimeError(
            "cross_entropy: weight tensor should be defined either for all "
            f"{x.shape[min(1, x.ndim - 1)]} classes or no classes but got weight tensor of shape: {listed(w.shape)}"
        )


def _of_probabilities(log_p: Any, target: Any, weight: Any, reduction: str, label_smoothing: float) -> Any:
    """-sum_c w[c] p[c] log q[c]; mean divides by the number of rows."""
    shape = log_p._data.shape
    dim = min(1, len(shape) - 1)
    if label_smoothing:
        target = add_number(mul_number(target, 1 - label_smoothing), _share(label_smoothing, shape[dim]))
    terms = log_p * target
    if weight is not None:
        terms = terms * (weight if len(shape) == 1 else view(weight, (1, -1, *(1 for _ in shape[2:]))))
    if reduction == "none":
        return -sum(terms, dim)
    total = -sum(terms)
    return total if reduction == "sum" else div_number(total, terms._data.size // shape[dim] if shape[dim] else 0)


def _smoothed(log_p: Any, nll: Any, target: Any, weight: Any, ignore_index: int, reduction: str, label_smoothing: float) -> Any:
    """(1 - s) nll + s / C times the loss of a uniform target; mean divides both by the sum of w[target]."""
    shape = log_p._data.shape
    dim = min(1, len(shape) - 1)
    terms = log_p if weight is None else log_p * _along_classes(weight, shape, dim)
    classes = data_of(target)
    ignored = (classes.reshape(()) if len(shape) == 1 and classes.ndim else classes) == ignore_index
    uniform = (-sum(terms, dim)).masked_fill(wrap(ignored, NO_EDGE), 0.0)
    if reduction == "sum":
        uniform = sum(uniform)
    elif reduction == "mean":
        counted = classes[classes != ignore_index].reshape(-1)
        if weight is not None and counted.size and classes.dtype == np.uint8:
            raise RuntimeError("gather(): Expected dtype int32/int64 for index. cross_entropy with weights and smoothing: target.long()")
        divisor = counted.size if weight is None or not counted.size else data_of(weight).take(counted).sum()
        uniform = sum(uniform) / wrap(np.asarray(divisor, log_p._data.dtype), NO_EDGE)
    return mul_number(nll, 1 - label_smoothing) + mul_number(uniform, _share(label_smoothing, shape[dim]))


def _share(label_smoothing: float, classes: int) -> float:
    """What each class gets of the uniform distribution."""
    return label_smoothing / classes if classes else float("inf")


def _along_classes(weight: Any, shape: tuple[int, ...], dim: int) -> Any:
    return wrap(data_of(weight).reshape([-1 if place == dim else 1 for place in range(len(shape))]), NO_EDGE)
