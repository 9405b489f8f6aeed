"""Margins between classes: multi_margin_loss, where one class is right, and multilabel_margin_loss, where several are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import listed
from ...autograd.node import NO_EDGE
from ...autograd.wrapping import wrap
from ...ops._fused import Fused
from ...ops._record import Array, data_of, record
from ...ops.gathering import gather
from ...ops.reductions import sum
from ...ops.selection import where
from ...ops.shaping import reshape, unsqueeze
from ._arguments import must_all_be_tensors, must_be_number, must_have, must_not_require_grad
from ._defined import loss
from ._reduction import NAMES, NUMBERS, checked_reduction, reduced, reduced_array, spread_back

if TYPE_CHECKING:
    from ..._tensor import Tensor


class MultiMarginLossBackward0(Fused):
    """sum_j max(0, margin - x[y] + x[j])^p w[y] / C over the classes j but y: each j within the margin is pushed down by its
    term's slope, y up by the sum of them."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "target", "p", "margin", "weight", "reduction")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, target, p, margin, weight, reduction = saved
        rows, classes = _in_rows(x), target.reshape(-1)
        gaps = _gaps(rows, classes, margin)
        slopes = np.asarray(spread_back(g, reduction, target.size)).reshape(-1, 1) / x.dtype.type(rows.shape[1]) * _weighed(
            2 * gaps if p == 2 else (gaps > 0).astype(x.dtype), classes, weight
        )
        np.put_along_axis(slopes, classes[:, None], -slopes.sum(1, keepdims=True), 1)
        return [slopes.reshape(x.shape)]

    def define(self, *inputs: Any) -> Any:
        _, target, p, margin, weight, reduction = self.checked()
        return multi_margin_in_primitives(inputs[0], target, p, margin, weight, NAMES[reduction])


class MultilabelMarginLossBackward0(Fused):
    """sum_ij max(0, 1 - x[y_i] + x[j]) / C over the right classes y_i and the wrong ones j: each pair within the margin pushes
    its right class up and its wrong one down."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "target", "reduction", "is_target")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, target, reduction, is_target = saved
        rows = _in_rows(x)
        slopes = np.zeros_like(rows)
        for labels, gaps in _label_by_label(rows, _in_rows(target), _in_rows(is_target) == 0):
            near = (gaps > 0).astype(x.dtype)
            slopes += near
            slopes[np.arange(len(rows)), labels] -= near.sum(1)
        scale = np.asarray(spread_back(g, reduction, len(rows))).reshape(-1, 1) / x.dtype.type(rows.shape[1])
        return [(slopes * scale).reshape(x.shape)]

    def define(self, *inputs: Any) -> Any:
        _, target, reduction, _ = self.checked()
        return multilabel_margin_in_primitives(inputs[0], target, NAMES[reduction])


def _in_rows(x: Any) -> Any:
    """Scores or labels (an array or a tensor) as rows; one row where there is no batch."""
    shape = data_of(x).shape
    return x if len(shape) == 2 else x.reshape((-1, shape[-1] if shape else 1))


def _gaps(rows: Array, classes: Array, margin: float) -> Array:
    """How much each wrong class is short of the margin below the right one: 0 where it is not, and for the right one."""
    gaps: Array = rows - np.take_along_axis(rows, classes[:, None], 1) + rows.dtype.type(margin)
    gaps[~(gaps > 0)] = 0
    np.put_along_axis(gaps, classes[:, None], 0, 1)
    return gaps


def _weighed(values: Array, classes: Array, weight: Array | None) -> Array:
    return values if weight is None else np.asarray(values * weight[classes][:, None])


def multi_margin_in_primitives(x: Any, target: Any, p: int, margin: float, weight: Any, reduction: str) -> Any:
    """Gather each row's right score; take the other classes that come nearer than the margin; sum their gaps."""
    classes = data_of(target)
    rows = _in_rows(x)
    gaps = rows - gather(rows, 1, wrap(classes.reshape(-1, 1), NO_EDGE)) + margin
    wrong = np.arange(data_of(rows).shape[1]) != classes.reshape(-1, 1)
    gaps = where(wrap(wrong & (data_of(gaps) > 0), NO_EDGE), gaps, 0.0)
    if p == 2:
        gaps = gaps * gaps
    if weight is not None:
        gaps = gaps * wrap(data_of(weight)[classes.reshape(-1, 1)], NO_EDGE)
    losses = sum(gaps, 1) / data_of(rows).shape[1]
    return reshape(losses, classes.shape) if reduction == "none" else reduced(losses, reduction)


def multi_margin_loss_definition(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``multi_margin_loss`` in primitives: gather, differences, a choice of those above 0, a sum."""
    reduction = checked_reduction(reduction, size_average, reduce)
    _check_class(input, target, p, margin, weight)
    return multi_margin_in_primitives(input, target, p, margin, weight, reduction)  # type: ignore[no-any-return]


@loss(definition=multi_margin_loss_definition)
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The hinge loss of several classes (a support vector machine's): the right class y should score above each other class j by
    ``margin``. l = sum_j max(0, margin - x[y] + x[j])^p w[y] / C over the classes j but y.

    ``input`` holds scores (N, C) or (C,), ``target`` class numbers (int64) (N,) or (); ``p`` is 1 or 2; ``weight`` (C,) weighs
    the right classes. ``reduction``: "none" (one loss for each row), "sum" or "mean" over the rows, whatever the weights.

    Raises RuntimeError for a class out of range and for wrong shapes and dtypes, ValueError for another ``p``.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[2.0, 1.5, 0.0]], requires_grad=True)
    >>> loss = torch.nn.functional.multi_margin_loss(x, torch.tensor([0])); loss
    tensor(0.1667, grad_fn=<MultiMarginLossBackward0>)
    >>> loss.backward(); x.grad
    tensor([[-0.3333,  0.3333,  0.0000]])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    _check_class(input, target, p, margin, weight)
    x, classes, w = data_of(input), data_of(target), data_of(weight)
    gaps = _gaps(_in_rows(x), classes.reshape(-1), margin)
    terms = _weighed(gaps * gaps if p == 2 else gaps, classes.reshape(-1), w)
    losses = np.asarray(terms.sum(1) / x.dtype.type(terms.shape[1]))
    value = losses.reshape(classes.shape) if reduction == "none" else reduced_array(losses, reduction)
    return record(MultiMarginLossBackward0, (input,), value, (x, classes, p, margin, w, NUMBERS[reduction]))  # type: ignore[no-any-return]


def _check_class(input: Any, target: Any, p: int, margin: float, weight: Any) -> None:
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported. Got: {p}")
    if weight is not None:
        must_have("dim", weight=weight)
    if weight is not None and data_of(weight).ndim != 1:
        raise ValueError(f"weight must be one-dimensional, a number for each class. Its shape is {listed(data_of(weight).shape)}")
    must_all_be_tensors("multi_margin_loss", input=input, target=target)
    x, classes = data_of(input), data_of(target)
    must_be_number("multi_margin_loss", margin=margin)
    _check_not_empty(x)
    n, c = (1, x.size) if x.ndim < 2 else x.shape
    if classes.ndim > 1 or classes.size != n:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{n}], but got {listed(classes.shape)}. Input has shape {listed(x.shape)}."
        )
    if weight is not None and data_of(weight).size != c:
        raise RuntimeError(f"inconsistent weight size, expected {c} but got {listed(data_of(weight).shape)}")
    _check_dtypes(x, classes, "multi_margin_loss_cpu_kernel")
    if weight is not None and data_of(weight).dtype != x.dtype:
        raise RuntimeError(
            f"expected scalar type {type_word(x.dtype)} but found {type_word(data_of(weight).dtype)}: multi_margin_loss's weight "
            "must have the input's dtype"
        )
    out = (classes < 0) | (classes >= c)
    if out.any():
        raise RuntimeError(f"target out of range: {classes[out].reshape(-1)[0]} is not one of the {c} classes, 0 to {c - 1}")
    must_not_require_grad("multi_margin_loss", weight=weight)


def _check_not_empty(x: Array) -> None:
    if x.ndim > 2 or 0 in x.shape[-1:]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {listed(x.shape)}. Scores have shape "
            "(N, C) or (C,)"
        )


def _check_dtypes(x: Array, target: Array, kernel: str) -> None:
    if x.dtype.kind != "f" or x.dtype == np.float16:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{type_word(x.dtype)}'. Convert first: input.float()")
    if target.dtype != np.int64:
        raise RuntimeError(
            f"expected scalar type Long but found {type_word(target.dtype)}: class numbers come as int64, target.long()"
        )


def _label_by_label(rows: Array, target: Array, wrong: Array) -> Any:
    """For each place in the lists of right classes: the class that each row has there, and the gaps of the wrong classes to it
    (0 for rows whose list has ended)."""
    listed_yet = np.logical_and.accumulate(target >= 0, 1)
    for place in range(int(listed_yet.sum(1).max(initial=0))):
        labels = np.where(listed_yet[:, place], target[:, place], 0)
        gaps = rows - rows[np.arange(len(rows)), labels][:, None] + rows.dtype.type(1)
        yield labels, np.where((gaps > 0) & wrong & listed_yet[:, place, None], gaps, rows.dtype.type(0))


def _is_target(target: Array, dtype: Any) -> Array:
    """1 for the classes that each row lists before its first -1, else 0."""
    lists = _in_rows(target)
    marks: Array = np.zeros(lists.shape, dtype)
    row, place = np.nonzero(np.logical_and.accumulate(lists >= 0, 1))
    marks[row, lists[row, place]] = 1
    return marks.reshape(target.shape)


def multilabel_margin_in_primitives(x: Any, target: Any, reduction: str) -> Any:
    """Each right class's score, gathered, beside each wrong one's: sum the gaps that are above 0."""
    labels = data_of(target)
    lists, rows = _in_rows(labels), _in_rows(x)
    listed_yet = np.logical_and.accumulate(lists >= 0, 1)
    pairs = listed_yet[:, :, None] & ~_in_rows(_is_target(labels, np.bool_))[:, None, :]
    picked = gather(rows, 1, wrap(np.where(listed_yet, lists, 0), NO_EDGE))
    gaps = unsqueeze(rows, 1) - unsqueeze(picked, 2) + 1.0
    losses = sum(where(wrap(pairs & (data_of(gaps) > 0), NO_EDGE), gaps, 0.0), (1, 2)) / lists.shape[1]
    return reduced(losses, reduction) if labels.ndim > 1 else sum(losses)


def multilabel_margin_loss_definition(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """``multilabel_margin_loss`` in primitives: gather, all differences of right and wrong scores, a choice of those above 0, a
    sum."""
    reduction = checked_reduction(reduction, size_average, reduce)
    _check_lists(input, target)
    return multilabel_margin_in_primitives(input, target, reduction)  # type: ignore[no-any-return]


@loss(definition=multilabel_margin_loss_definition)
def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """The hinge loss where several classes are right: each right class should score above each wrong one by 1.
    l = sum_ij max(0, 1 - x[y_i] + x[j]) / C over the right classes y_i and the wrong classes j.

    ``input`` holds scores (N, C) or (C,). ``target`` (int64) has the same shape: each row lists its right classes and then, if
    there is room, a -1, after which nothing counts. ``reduction``: "none" (one loss for each row), "sum" or "mean" over the
    rows.

    Raises RuntimeError for a class out of range and for wrong shapes and dtypes.

    >>> import tinygrad_loss as torch
    >>> x, y = torch.tensor([0.1, 0.2, 0.4, 0.8]), torch.tensor([3, 0, -1, 1])  # right: 3 and 0
    >>> torch.nn.functional.multilabel_margin_loss(x, y)
    tensor(0.8500)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    _check_lists(input, target)
    x, labels = data_of(input), data_of(target)
    marks = _is_target(labels, x.dtype)
    rows = _in_rows(x)
    losses = np.zeros(len(rows), x.dtype)
    for _, gaps in _label_by_label(rows, _in_rows(labels), _in_rows(marks) == 0):
        losses += gaps.sum(1)
    losses /= x.dtype.type(rows.shape[1])
    value = reduced_array(losses if labels.ndim > 1 else losses.reshape(()), reduction)
    return record(MultilabelMarginLossBackward0, (input,), value, (x, labels, NUMBERS[reduction], marks))  # type: ignore[no-any-return]


def _check_lists(input: Any, target: Any) -> None:
    must_all_be_tensors("multilabel_margin_loss", input=input, target=target)
    x, labels = data_of(input), data_of(target)
    _check_not_empty(x)
    if labels.shape != x.shape and (x.ndim > 1 or labels.ndim > 1 or labels.size != x.size):
        raise RuntimeError(f"inconsistent target size: {listed(labels.shape)} for input of size: {listed(x.shape)}")
    c = x.shape[-1] if x.ndim else 1
    if labels.size and not -1 <= labels.min() <= labels.max() < c:
        raise RuntimeError(
            f"argument #2 'target' is out of range: multilabel_margin_loss takes class numbers 0 to {c - 1}, and -1 to end a list"
        )
    _check_dtypes(x, labels, "multilabel_margin_loss_forward_out_frame")
