"""The nodes of linear_cross_entropy where the logits are never all there.

A few rows of them at a time go through the whole of it, gradient and all (``kernels.fused_linear``). The graph is PyTorch's all
the same: the nodes below stand where those of linear and log_softmax would, and hand on, in place of the logits' gradient, a
``LogitsGradient``, which is worked out only if someone looks at it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ...autograd.node import Node
from ...kernels import fused_linear as kernel
from ...kernels.cross_entropy import CrossEntropyState, backward, checked_target, forward
from ...kernels.exponentials import RowExponentials, row_starts
from ...kernels.softmax import log_softmax
from ...ops import affine, softmaxes
from ...ops._fused import Fused
from ...ops._one_hot import OneHotGradient
from ...ops._record import Array
from ._reduction import NAMES
from .entropy import cross_entropy
from .layers import linear
from .negative_log_likelihood import row_weights


class InBlocks(CrossEntropyState):
    """The state of a cross-entropy whose logits were there in blocks only: what they are made of, and the gradients that were
    worked out beside the losses."""

    __slots__ = ("block", "class_weight", "ignore_index", "linear", "made", "target", "unit", "wanted")

    def __init__(
        self, linear: kernel.Linear, target: Array, weight: Array | None, ignore_index: int, wanted: kernel.Wanted
    ) -> None:
        self.linear, self.target, self.class_weight, self.ignore_index = linear, target, weight, ignore_index
        self.wanted, self.block = wanted, kernel.ROWS
        self.made: kernel.Gradients | None = None
        self.unit: Any = None
        dtype, n, c = linear.x.dtype, len(linear.x), len(linear.weight)
        classes, ignored = checked_target(target, c, ignore_index)
        absent, none = np.broadcast_to(np.zeros((), dtype), (n, c)), np.zeros(0, dtype)
        weights = row_weights(classes, weight, ignored, dtype)
        super().__init__(RowExponentials(absent, classes, none, none, none), row_starts(n, c) + classes, none, weights)

    def losses(self, reduction: str) -> Array:
        """The loss of each row, and the gradients of their sum or mean if those are wanted."""
        if reduction == "none" or not any(self.wanted):
            return self._run(None)[0]
        dtype = self.linear.x.dtype
        self.unit = coefficient(dtype.type(1), reduction, dtype.type(self.total_weight()))
        # A row that is ignored gets 0, also where the unit is nan because there is nothing to average over.
        cotangent = np.asarray(self.unit if self.weights is None else np.where(self.weights == 0, dtype.type(0), self.unit))
        found, self.made = self._run(cotangent)
        return found

    def gradients(self, cotangent: Array, keep: bool) -> kernel.Gradients:
        """The gradients, from that at the losses; ``keep``: for another time too."""
        if self.unit is None:
            return self._run(cotangent)[1]
        assert self.made is not None
        made = self.made
        if keep:
            made = kernel.Gradients(*(None if g is None else g.copy() for g in made))
        else:
            self.made = None
        ratio = self._ratio(cotangent)
        for g in made if ratio != 1 else ():
            if g is not None:
                np.multiply(g, ratio, out=g)
        return made

    def _ratio(self, cotangent: Array) -> Any:
        if not len(self.linear.x):
            return 1  # the mean of no rows is nan, but nothing of it reaches the weight
        if self.weights is not None and cotangent.ndim:
            counted = np.flatnonzero(self.weights)
            return cotangent[counted[0]] / self.unit if counted.size else 1
        return cotangent / self.unit

    def _run(self, cotangent: Array | None) -> tuple[Array, kernel.Gradients]:
        return kernel.losses(
            self.linear, self.target, self.class_weight, self.ignore_index, cotangent, self.wanted, self.block
        )

    def dense(self, cotangent: Array) -> Array:
        """The gradient at the logits."""
        logits = self.linear.logits(slice(None))
        state = forward(logits, self.target, self.class_weight, self.ignore_index, in_place=True)[1]
        return backward(state, cotangent, in_place=True)


def coefficient(g: Any, reduction: str, total: Any) -> Any:
    """A row's gradient from that of the losses' mean, sum or none, before the row's weight."""
    if reduction != "mean":
        return g
    return g / total if total else g * np.nan


class LogitsGradient:
    """The gradient at logits that are not there, on its way through the view to the matrix product."""

    __slots__ = ("coefficient", "dtype", "shape", "state")

    def __init__(self, sparse: OneHotGradient) -> None:
        self.coefficient, self.shape, self.dtype = sparse.coefficient, sparse.shape, sparse.dtype
        self.state: Any = sparse.state

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.state.dense(self.coefficient)  # type: ignore[no-any-return]

    def reshape(self, shape: tuple[int, ...]) -> LogitsGradient:
        """The same: the view between has the logits' own shape."""
        return self


class LogProbabilities(softmaxes.LogProbabilities):
    """The log-probabilities of logits that are not there."""

    __slots__ = ()

    def array(self) -> Array:
        state: Any = self.state
        return log_softmax(state.linear.logits(slice(None)), 1)


class LogSoftmaxBackward0(softmaxes.LogSoftmaxBackward0):
    """log_softmax of logits that are not there."""

    __slots__ = ()

    def _vjp(self, g: Any, saved: tuple[Any, ...], in_place: bool) -> Any:
        if not isinstance(g, OneHotGradient):
            return super()._vjp(g, saved, in_place)
        view = self.next_functions[0][0]
        product = view.next_functions[0][0] if view is not None else None
        seen = any(node is not None and node.hooks is not None for node in (self, view, product))
        return np.asarray(LogitsGradient(g)) if seen else LogitsGradient(g)


class Product(Node):
    """x W^T, perhaps with a bias, in blocks: the gradients were worked out with the losses, or are now."""

    __slots__ = ()
    vjps = ()  # so that the walk asks vjp
    rules: ClassVar[tuple[Any, ...]]

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return self._gradients(g, saved, keep=True)

    def vjp_last(self, g: Any, *saved: Any) -> list[Any]:
        return self._gradients(g, saved, keep=False)

    def _gradients(self, g: Any, saved: Any, keep: bool) -> list[Any]:
        if isinstance(g, LogitsGradient):
            x, w, b = g.state.gradients(g.coefficient, keep)
            parts = [x, None if w is None else w.T]
            return parts if len(self.next_functions) == 2 else [b, *parts]
        return [
            None if node is None else rule(g, *saved) for (node, _), rule in zip(self.next_functions, self.rules, strict=True)
        ]


class MmBackward0(Product, affine.MmBackward0):  # type: ignore[misc]
    """x W^T."""

    __slots__ = ()
    rules = affine.MmBackward0.vjps


class AddmmBackward0(Product, affine.AddmmBackward0):  # type: ignore[misc]
    """x W^T + b."""

    __slots__ = ()
    rules = affine.AddmmBackward0.vjps


class GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_defaultBackward(Fused):
    """The whole of it as one node, which is what PyTorch records when ``options`` are given."""

    __slots__ = ()
    inputs = ("input", "linear_weight", "target", "linear_bias")
    saves = ("input", "linear_weight", "target", "linear_bias", "weight", "reduction", "ignore_index", "state", "again")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        *_, bias, weight, reduction, _, state, again = saved
        if state.unit is not None and state.made is None:
            raise RuntimeError(
                "linear_cross_entropy chunked backward called twice; retain_graph=True / double backward are not supported. "
                "Pass options=LinearCrossEntropyOptions(allow_retain_graph=True), or no options."
            )
        g = np.asarray(coefficient(g, NAMES[reduction], state.linear.x.dtype.type(state.total_weight())))
        if state.weights is not None:
            g = np.where(state.weights == 0, g.dtype.type(0), g)
        x, w, b = state.gradients(g, again)
        return [x, w, None, *([] if bias is None else [b]), *([] if weight is None else [None])]

    def input_variables(self) -> list[Any]:
        return [value for value in self.saved_variables()[:5] if value is not None]

    def define(self, *inputs: Any) -> Any:
        *_, bias, weight, reduction, ignore_index, _, _ = self.checked()
        x, w, target, *rest = inputs
        b = rest.pop(0) if bias is not None else None
        logits = linear(x, w, b)
        weight = rest[0] if weight is not None else None
        return cross_entropy.definition(logits, target, weight, None, ignore_index, None, NAMES[reduction])


class GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_no_reduction_defaultBackward(
    GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked_defaultBackward
):
    """The same for reduction="none"."""

    __slots__ = ()
