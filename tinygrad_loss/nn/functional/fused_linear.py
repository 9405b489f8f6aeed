"""linear_cross_entropy: a last layer and its cross-entropy, without room for all the logits between them where they are large."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import I64
from ..._shapes import listed
from ...autograd.modes import modes
from ...autograd.node import NO_EDGE, Edge, Node
from ...autograd.wrapping import wrap
from ...kernels.fused_linear import Linear, Wanted
from ...ops._record import Array, data_of, edge_of, record
from ...ops._views import node_at
from ...ops.permuting import TBackward0
from ...ops.shaping import ViewBackward0, reshape, squeeze, unsqueeze
from ._arguments import must_have
from ._defined import loss
from ._fused_linear_nodes import (
    AddmmBackward0,
    GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_defaultBackward,
    GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_no_reduction_defaultBackward,
    InBlocks,
    LogProbabilities,
    LogSoftmaxBackward0,
    MmBackward0,
)
from ._reduction import NUMBERS
from .entropy import cross_entropy
from .layers import linear
from .negative_log_likelihood import check_classes, finished

if TYPE_CHECKING:
    from ..._tensor import Tensor
    from ..modules.linear_cross_entropy import LinearCrossEntropyOptions

# Bytes of logits from which on they are not formed as a whole.
LARGE = 1 << 24


def linear_cross_entropy_definition(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """``linear_cross_entropy`` in primitives: a matrix product, and ``cross_entropy.definition``."""
    _check(input, linear_weight, target, linear_bias, ignore_index)
    logits = _logits(input, linear_weight, linear_bias)
    ignored = -100 if ignore_index is None else ignore_index
    return cross_entropy.definition(logits, target, weight, None, ignored, None, reduction, label_smoothing)


@loss(definition=linear_cross_entropy_definition)
def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """``cross_entropy(linear(input, linear_weight, linear_bias), target, ...)``, without room for all the logits.

    ``input`` is (F,) or (N, F), ``linear_weight`` (C, F), ``linear_bias`` (C,); or (C, d1, ..., F) and (C, d1, ...) for a loss of
    K dimensions. ``target``, ``weight``, ``reduction``, ``ignore_index`` and ``label_smoothing`` are those of ``cross_entropy``;
    ``ignore_index`` cannot be given with a target of probabilities (RuntimeError).

    Where the logits (N, C) of class numbers would take 16 MB or more, they are made 256 rows at a time, and the gradients too
    (so call it under ``no_grad`` if you want the loss only); the most memory it takes is little more than the weight's gradient.
    The graph is that of linear and cross_entropy. With ``options`` it is one node, as in PyTorch, in blocks whatever the size.

    >>> import tinygrad_loss as torch
    >>> x, w = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, 0.5], [0.0, 1.0], [1.0, 0.0]], requires_grad=True)
    >>> loss = torch.nn.functional.linear_cross_entropy(x, w, torch.tensor([1])); loss
    tensor(0.6803, grad_fn=<NllLossBackward0>)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.LinearCrossEntropyLoss.html
    """
    must_have("dim", input=input, linear_weight=linear_weight)
    must_have("shape", target=target, **({} if linear_bias is None else {"linear_bias": linear_bias}))
    shape = _check(input, linear_weight, target, linear_bias, ignore_index)
    ignored = -100 if ignore_index is None else ignore_index
    if options is not None:
        if len(shape) > input.ndim or reduction not in NUMBERS or label_smoothing or data_of(target).dtype != I64:
            _warn(linear_weight, linear_bias, target, reduction, label_smoothing)
        elif input.ndim == 2:
            return _as_one_node(input, linear_weight, target, linear_bias, weight, reduction, ignored, options)  # type: ignore[no-any-return]
        else:
            row, label = unsqueeze(input, 0), unsqueeze(target, 0)
            return squeeze(_as_one_node(row, linear_weight, label, linear_bias, weight, reduction, ignored, options), 0)
    x = data_of(input)
    large = len(shape) == 2 == x.ndim and math.prod(shape) * x.itemsize >= LARGE and x.dtype.name in ("float32", "float64")
    if large and data_of(target).shape != shape and not label_smoothing and reduction in NUMBERS:
        return _as_pytorch_s_nodes(input, linear_weight, target, linear_bias, weight, reduction, ignored)  # type: ignore[no-any-return]
    logits = _logits(input, linear_weight, linear_bias)
    return cross_entropy(logits, target, weight, None, ignored, None, reduction, label_smoothing)


def _check(input: Any, linear_weight: Any, target: Any, linear_bias: Any, ignore_index: int | None) -> tuple[int, ...]:
    """The shape of the logits; RuntimeError for shapes that do not fit."""
    x, w = input._data, linear_weight._data
    if not 1 <= x.ndim <= 2:
        raise RuntimeError(f"linear_cross_entropy: expected input with dimensionality 1 or 2, got {x.ndim}: (F,) or (N, F)")
    if w.ndim < 2:
        raise RuntimeError(f"linear_cross_entropy: expected linear_weight with dimensionality at least 2, got {w.ndim}: (C, F)")
    if x.shape[-1] != w.shape[-1]:
        raise RuntimeError(
            "linear_cross_entropy: expected equal input and linear_weight last dimensions (in_features), "
            f"got {x.shape[-1]} and {w.shape[-1]}, respectively"
        )
    if linear_bias is not None and linear_bias._data.shape != w.shape[:-1]:
        raise RuntimeError(
            f"linear_cross_entropy: expected linear_bias shape {w.shape[:-1]}, got {linear_bias._data.shape}: one for each class"
        )
    if w.ndim > 2 and x.ndim == 1:
        raise RuntimeError(
            f"linear_cross_entropy: K-dimensional loss defined by linear_weight shape {w.shape} requires batched input, "
            f"(N, {x.shape[-1]}), got unbatched input with shape {x.shape}: use input.unsqueeze(0)"
        )
    shape: tuple[int, ...] = (*x.shape[:-1], *w.shape[:-1])
    if target._data.shape == shape and ignore_index is not None:
        raise RuntimeError(
            "linear_cross_entropy: ignore_index cannot be specified when target contains probabilities (the target has the "
            f"logits' shape, {listed(shape)}); leave it out"
        )
    return shape


def _check_dtypes(x: Array, w: Array, b: Array | None) -> None:
    """The errors of linear, from no rows."""
    linear(wrap(x[:0], NO_EDGE), wrap(w, NO_EDGE), None if b is None else wrap(b, NO_EDGE))


def _warn(linear_weight: Any, linear_bias: Any, target: Any, reduction: str, label_smoothing: float) -> None:
    warnings.warn(
        "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, label_smoothing == 0, "
        f"target.dtype == int64, out_features == (). Got reduction={reduction!r}, label_smoothing={label_smoothing}, "
        f"target.dtype={target.dtype}, out_features={linear_weight._data.shape[1:-1]}, tracing=False, "
        f"linear_bias.shape={None if linear_bias is None else linear_bias._data.shape}.",
        stacklevel=4,
    )


def _logits(input: Any, linear_weight: Any, linear_bias: Any) -> Any:
    w = linear_weight._data
    shape = (*input._data.shape[:-1], *w.shape[:-1])
    if w.ndim > 2:
        linear_weight = reshape(linear_weight, (-1, w.shape[-1]))
        linear_bias = linear_bias if linear_bias is None else reshape(linear_bias, (-1,))
    return reshape(linear(input, linear_weight, linear_bias), shape)


def _wanted(*inputs: Any) -> Wanted:
    return Wanted(*(modes.grad and edge_of(x) is not NO_EDGE for x in inputs))


def _as_pytorch_s_nodes(
    input: Any, linear_weight: Any, target: Any, linear_bias: Any, weight: Any, reduction: str, ignore_index: int
) -> Any:
    """In blocks of rows, recorded as linear, view, log_softmax and nll_loss."""
    x, w, b = input._data, linear_weight._data, data_of(linear_bias)
    _check_dtypes(x, w, b)
    shape = (len(x), len(w))
    absent = np.broadcast_to(np.zeros((), x.dtype), shape)
    logits = wrap(absent, NO_EDGE)
    check_classes(logits, target, weight, "cross_entropy")
    classes, wanted = data_of(target), _wanted(input, linear_weight, linear_bias)
    state = InBlocks(Linear(x, w, b), classes, data_of(weight), ignore_index, wanted)
    losses = state.losses(reduction)
    log_p = None
    if any(wanted):
        view = node_at(ViewBackward0, ((_product(input, linear_weight, linear_bias, absent), 0),), (shape,), absent)
        log_p = LogProbabilities(state, absent, shape, 1)
        logits = wrap(absent, (node_at(LogSoftmaxBackward0, ((view, 0),), (log_p, 1, None), absent), 0))
    total = x.dtype.type(state.total_weight())
    return finished(logits, classes, weight, losses, total, reduction, ignore_index, log_p)


def _product(input: Any, linear_weight: Any, linear_bias: Any, absent: Array) -> Node:
    """The node of linear, as linear records it."""
    ends: tuple[Edge, ...] = (edge_of(input), edge_of(linear_weight))
    turned = linear_weight._data.T
    saved = (None if ends[1] is NO_EDGE else input._data, None if ends[0] is NO_EDGE else turned)
    if ends[1] is not NO_EDGE:
        ends = (ends[0], (node_at(TBackward0, ends[1:], (), turned), 0))
    if linear_bias is None:
        return node_at(MmBackward0, ends, saved, absent)
    return node_at(AddmmBackward0, (edge_of(linear_bias), *ends), (*saved, 1, 1), absent)


def _as_one_node(
    input: Any,
    linear_weight: Any,
    target: Any,
    linear_bias: Any,
    weight: Any,
    reduction: str,
    ignore_index: int,
    options: LinearCrossEntropyOptions,
) -> Any:
    """In blocks of rows, recorded as the one node that PyTorch's chunked form has; half precision is worked out in single."""
    x, w, b, classes, scale = (data_of(value) for value in (input, linear_weight, linear_bias, target, weight))
    block = options.rows(len(x), x.shape[1], len(w), input.dtype)
    _check_dtypes(x, w, b)
    check_classes(wrap(np.broadcast_to(np.zeros((), x.dtype), (len(x), len(w))), NO_EDGE), target, weight, "cross_entropy")
    wide = [value if value is None or value.dtype != np.float16 else value.astype(np.float32) for value in (x, w, b, scale)]
    try:
        state = InBlocks(Linear(*wide[:3]), classes, wide[3], ignore_index, _wanted(input, linear_weight, linear_bias))
    except IndexError as error:  # another class than without options, as in PyTorch
        raise RuntimeError(f"index out of bounds, it is out of bounds for dimension 1 with size {len(w)}. {error}") from None
    state.block = block or state.block
    losses = state.losses(reduction)
    total = losses.dtype.type(state.total_weight())
    value = losses if reduction == "none" else np.asarray(losses.sum() / total if reduction == "mean" else losses.sum())
    node: Any = GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_defaultBackward
    if reduction == "none":
        node = GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_no_reduction_defaultBackward
    inputs = [value for value in (input, linear_weight, target, linear_bias, weight) if value is not None]
    rest = (b, scale, NUMBERS[reduction], ignore_index, state, options.allow_retain_graph)
    return record(node, inputs, value.astype(x.dtype, copy=False), (x, w, classes, *rest))
