"""nll_loss: minus the log-probability of each row's class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import listed
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...kernels.cross_entropy import checked_target
from ...ops._fused import Fused
from ...ops._one_hot import OneHotGradient, from_rows, to_rows
from ...ops._record import Array, data_of, record
from ...ops.gathering import gather
from ...ops.reductions import sum
from ...ops.shaping import ViewBackward0, reshape
from ...ops.softmaxes import LogProbabilities, LogSoftmaxBackward0
from ._arguments import must_all_be_tensors, must_be_integer, must_be_tensors, must_not_require_grad
from ._defined import loss
from ._reduction import NAMES, NUMBERS, checked_reduction, reduced

if TYPE_CHECKING:
    from ..._tensor import Tensor


class NllLossBackward0(Fused):
    """-w[y] x[y] for each row, reduced: at y the gradient is -w[y] g (divided, under mean, by the sum of the weights), elsewhere 0."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "target", "weight", "reduction", "ignore_index", "total_weight")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, target, weight, reduction, ignore_index, total = saved
        empty = reduction == NUMBERS["mean"] and not total
        if empty:  # nothing to average over: nan for the rows that count, 0 for those that are ignored
            g = np.where(target.reshape(-1) == ignore_index, x.dtype.type(0), g * np.nan)
        elif reduction == NUMBERS["mean"]:
            g = g / total
        dim = 1 if len(x.shape) > 1 else 0
        if isinstance(x, LogProbabilities):
            weights = x.state.weights
            g = g if weights is None or empty else np.where(weights == 0, x.dtype.type(0), g.reshape(-1))
            sparse = OneHotGradient(g.reshape(-1) if g.ndim else g, x.state, x.shape, dim)
            return [sparse if self._log_softmax() else np.asarray(sparse)]
        classes = target.reshape(-1)
        ignored = classes == ignore_index
        if not ignored.any():
            ignored = None
        weights = row_weights(classes, weight, ignored, x.dtype)
        node = self._log_softmax()
        if node is not None and node.checked()[1] == dim:
            state = node.state_for(classes if ignored is None else np.where(ignored, 0, classes), weights)
            if state is not None:
                g = g if weights is None or empty else np.where(weights == 0, x.dtype.type(0), g.reshape(-1))
                return [OneHotGradient(g.reshape(-1) if g.ndim else g, state, x.shape, dim)]
        values = -g.reshape(-1) if weights is None else -g.reshape(-1) * weights
        if not empty and weights is not None:
            values = np.where(weights == 0, x.dtype.type(0), values)
        rows = np.zeros((classes.size, x.shape[dim]), x.dtype)
        if rows.size:
            rows[np.arange(classes.size), classes if ignored is None else np.where(ignored, 0, classes)] = values
        return [np.ascontiguousarray(from_rows(rows, x.shape, dim))]

    def _log_softmax(self) -> LogSoftmaxBackward0 | None:
        """The log-softmax that comes next in the walk, perhaps behind a view that leaves rows and classes as they are, if no hook is
        to see what is sent there."""
        node: Any = self.first
        if isinstance(node, ViewBackward0) and node.hooks is None:
            rows, node = node.shape[:2], node.first
            if not isinstance(node, Node) or node.shape is None or node.shape[:2] != rows:
                return None
        return node if isinstance(node, LogSoftmaxBackward0) and node.hooks is None else None

    def define(self, *inputs: Any) -> Any:
        _, target, weight, reduction, ignore_index, _ = self.checked()
        return nll_in_primitives(inputs[0], target, weight, NAMES[reduction], ignore_index)


class NllLoss2DBackward0(NllLossBackward0):
    """The same with dimensions behind the classes."""

    __slots__ = ()


def row_weights(classes: Array, weight: Array | None, ignored: Array | None, dtype: Any) -> Array | None:
    """Each row's weight: that of its class, 0 where it is ignored; None where all are 1."""
    if ignored is None:
        return None if weight is None else weight.take(classes)
    if weight is None or not weight.size:
        return (~ignored).astype(dtype)
    return np.where(ignored, dtype.type(0), weight.take(np.where(ignored, 0, classes)))


def nll_in_primitives(x: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    """Gather each row's log-probability, change its sign, weigh it; mean divides by the sum of the weights that count."""
    classes = data_of(target).astype(np.int64, copy=False)  # gather takes no uint8
    dim = min(1, data_of(x).ndim - 1)
    ignored = classes == ignore_index
    all_count = not ignored.any()
    if data_of(x).size:
        places = np.expand_dims(classes if all_count else np.where(ignored, 0, classes), dim)
        picked = gather(x, dim, wrap(places, NO_EDGE)).squeeze(dim)
    else:
        picked = sum(x, dim)
    scale = row_weights(classes, data_of(weight), None if all_count else ignored, data_of(x).dtype)
    if scale is None:
        return reduced(-picked, reduction)
    if not all_count:
        picked = picked.masked_fill(wrap(ignored, NO_EDGE), 0.0)
    losses = -picked * wrap(scale, NO_EDGE)
    return sum(losses) / wrap(scale.sum(), NO_EDGE) if reduction == "mean" else reduced(losses, reduction)


def nll_definition(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``nll_loss`` in primitives: gather, a product with the weights, a sum and a quotient."""
    reduction = checked_reduction(reduction, size_average, reduce)
    check_classes(input, target, weight, "nll_loss")
    classes = _like_rows(data_of(target), data_of(input))
    checked_target(classes.reshape(-1), data_of(input).shape[min(1, input.ndim - 1)], ignore_index)
    return nll_in_primitives(input, classes, weight, reduction, ignore_index)  # type: ignore[no-any-return]


@loss(definition=nll_definition)
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log-likelihood: l_n = -w[y_n] x[n, y_n], for log-probabilities x such as ``log_softmax`` gives.

    ``input`` has shape (N, C), (C,) or (N, C, d1, ...), ``target`` (N,), () or (N, d1, ...) with class numbers (int64) in
    [0, C), or ``ignore_index``, which does not count. ``weight`` (C,) weighs the classes. ``reduction`` is "none", "sum", or "mean":
    the sum divided by the sum of the weights w[y_n] that count (nan if none does).

    Raises IndexError for a class out of range, ValueError for batches of different size, RuntimeError for a target that is not
    int64 and for a weight of the wrong length.

    >>> import tinygrad_loss as torch
    >>> log_p = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]]).log()
    >>> torch.nn.functional.nll_loss(log_p, torch.tensor([0, 1]))
    tensor(0.4581)
    >>> torch.nn.functional.nll_loss(log_p, torch.tensor([0, 1]), reduction="none")
    tensor([0.6931, 0.2231])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
    """
    reduction = checked_reduction(reduction, size_average, reduce)
    must_be_integer("nll_loss", ignore_index=ignore_index)
    check_classes(input, target, weight, "nll_loss")
    x = data_of(input)
    classes = _like_rows(data_of(target), x)
    flat = to_rows(x, min(1, x.ndim - 1))
    places, ignored = checked_target(classes.reshape(-1), flat.shape[1], ignore_index, "nll_loss")
    scale = row_weights(classes.reshape(-1), data_of(weight), ignored, x.dtype)
    losses = -flat[np.arange(len(flat)), places] if flat.size else np.zeros(len(flat), x.dtype)
    if scale is not None:
        losses = np.where(scale == 0, x.dtype.type(0), losses * scale)
    total = float(len(flat)) if scale is None else scale.sum()
    return finished(input, classes, weight, losses, total, reduction, ignore_index)  # type: ignore[no-any-return]


def finished(
    input: Any, classes: Array, weight: Any, losses: Array, total: Any, reduction: str, ignore_index: int, saved: Any = None
) -> Any:
    """Reduce the rows' losses and record the node (for K dimensions with the views that PyTorch puts around it). ``input`` is the
    tensor of log-probabilities; ``saved`` is what stands for its array where that has not been worked out."""
    x = data_of(input)
    shape = x.shape
    if reduction == "none":
        value = losses.reshape(classes.shape)
    else:
        value = np.add.reduce(losses)
        if reduction == "mean":
            value = value / total if total else value * np.nan
        value = np.asarray(value, x.dtype)
    rest = (data_of(weight), NUMBERS[reduction], ignore_index, np.asarray(total, x.dtype))
    if len(shape) <= 2:
        return record(NllLossBackward0, (input,), value, (x if saved is None else saved, classes, *rest))
    if len(shape) == 4:
        return record(NllLoss2DBackward0, (input,), value, (x if saved is None else saved, classes, *rest))
    flat_sizes = (shape[0], shape[1], 1, int(np.prod(shape[2:])))
    viewed = record(ViewBackward0, (input,), x.reshape(flat_sizes), (shape,))
    images = classes.reshape(flat_sizes[0], 1, flat_sizes[3])
    x2 = (viewed._data if saved is None else saved.reshape(flat_sizes))
    out = record(NllLoss2DBackward0, (viewed,), value.reshape(images.shape) if reduction == "none" else value, (x2, images, *rest))
    return reshape(out, classes.shape) if reduction == "none" else out


def _like_rows(classes: Array, x: Array) -> Array:
    """The target of one row without batch dimension may come as one number in a list."""
    return classes.reshape(()) if x.ndim == 1 and classes.shape == (1,) else classes


def check_classes(input: Any, target: Any, weight: Any, function: str) -> None:
    """Errors, in PyTorch's classes and words, for shapes and dtypes that a classification with class numbers cannot take."""
    must_all_be_tensors(function, input=input, target=target)
    must_be_tensors(function, weight=weight)
    x, classes = data_of(input), data_of(target)
    if x.ndim == 0:
        takes = f"{function} takes an input of shape (C,), (N, C) or (N, C, ...)"
        if function == "cross_entropy":
            raise IndexError(f"Dimension out of range (expected to be in range of [-1, 0], but got 1): {takes}")
        raise ValueError(f"Expected 1 or more dimensions (got 0): {takes}")
    if x.dtype.kind != "f" and function == "cross_entropy":
        raise NotImplementedError(
            f"\"log_softmax_lastdim_kernel_impl\" not implemented for '{type_word(x.dtype)}'. cross_entropy: input.float()"
        )
    sizes = f"input {listed(x.shape)}, target {listed(classes.shape)}"
    if x.ndim == 1:
        if classes.ndim > 1:
            raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported. {function}: {sizes}")
        if classes.size != 1 and classes.dtype.kind in "iu":
            raise ValueError(
                f"For 1D input, 1D target must have size 1, but got target size: {classes.size}. {function}: a single row takes a "
                f"single class number, a tensor of shape (): {sizes}"
            )
    elif classes.ndim == 0 or x.shape[0] != classes.shape[0]:
        raise ValueError(
            f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({classes.shape[0] if classes.ndim else 0}). "
            f"{function}: {sizes}"
        )
    elif x.ndim == 2 and classes.ndim != 1:
        raise RuntimeError(
            f"0D or 1D target tensor expected, multi-target not supported. {function}: {sizes}. For class numbers in one column "
            "use target.squeeze(1); for one-hot rows use target.argmax(1), or floats as class probabilities in cross_entropy."
        )
    elif x.ndim > 2 and classes.shape[1:] != x.shape[2:]:
        raise RuntimeError(
            f"Expected target size {listed((x.shape[0], *x.shape[2:]))}, got {listed(classes.shape)}. {function}: the classes are "
            f"dimension 1 of the input {listed(x.shape)}; bring them there with input.transpose(1, -1)."
        )
    c = x.shape[min(1, x.ndim - 1)]
    if weight is not None and data_of(weight).shape != (c,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {c} classes or no classes but got weight tensor of shape: "
            f"{listed(data_of(weight).shape)}"
        )
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"nll_loss_out_frame\" not implemented for '{type_word(x.dtype)}'. {function}: input.float()")
    if x.ndim > 2 and classes.dtype == np.uint8:
        raise RuntimeError(f"expected scalar type Long but found Byte. {function}: with dimensions behind the classes, target.long()")
    if classes.dtype not in (np.int64, np.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {type_word(classes.dtype)}. {function}: class numbers come as int64, "
            "target.long()" + ("; one-hot rows as target.argmax(1)" if classes.dtype.kind == "f" else "")
        )
    if weight is not None:
        must_not_require_grad("nll_loss2d_forward" if x.ndim > 2 else "nll_loss_forward", weight=weight)
        w = data_of(weight)
        if w.dtype != x.dtype:
            raise RuntimeError(
                f"expected scalar type {type_word(x.dtype)} but found {type_word(w.dtype)}: {function}'s weight must have the input's dtype, "
                "weight.to(input.dtype)"
            )

