"""The gradient at the output of each layer, and the step that makes the first nan, had from a backward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..graph.arrays import library_of, to_array
from .patterns import PRODUCTS, peel
from .trace import Step, Trace


@dataclass(frozen=True)
class Layer:
    """A product with a matrix of weights, and the root mean square of the gradient at its result. `weight` is the leaf's step."""

    step: Step
    weight: Step
    rms: float


@dataclass
class Gradients:
    """What a backward pass showed. `broken` is the first step that was given a finite gradient and handed on a nan or inf, with
    the number of its input."""

    layers: list[Layer] = field(default_factory=list)
    broken: tuple[Step, int] | None = None


class Listener:
    """Listens to backward passes through a trace. `stop` takes the hooks off, `heard` says what came."""

    def __init__(self, trace: Trace, everywhere: bool) -> None:
        self.weights = weights_of(trace)
        self._rms: dict[Step, float] = {}
        self._broken: tuple[Step, int] | None = None
        self._handles = [step.node.register_prehook(self._measuring(step)) for step in self.weights]
        if everywhere:
            self._handles += [step.node.register_hook(self._testing(step)) for step in trace.steps if not step.is_leaf]

    def _measuring(self, step: Step) -> Callable[[Any], None]:
        def hook(gradients: Sequence[Any]) -> None:
            if gradients and gradients[0] is not None and (array := to_array(gradients[0])) is not None and array.size:
                with np.errstate(all="ignore"):
                    self._rms[step] = float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))
        return hook

    def _testing(self, step: Step) -> Callable[[Any, Any], None]:
        def hook(sent: Sequence[Any], received: Sequence[Any]) -> None:
            if self._broken is None and all(map(is_finite, received)):
                self._broken = next(((step, i) for i, gradient in enumerate(sent) if not is_finite(gradient)), None)
        return hook

    def stop(self) -> None:
        """Take the hooks off."""
        for handle in self._handles:
            handle.remove()

    def heard(self) -> Gradients:
        """The layers in the order of the graph, each weight once, by its largest gradient: a weight that is used at every time
        step is one layer."""
        found: dict[Step, Layer] = {}
        for step, leaf in self.weights.items():
            if step in self._rms and (leaf not in found or self._rms[step] > found[leaf].rms):
                found[leaf] = Layer(step, leaf, self._rms[step])
        return Gradients(list(found.values()), self._broken)


def is_finite(tensor: Any) -> bool:
    """Whether there is no nan and no inf in a tensor (True for None)."""
    array = None if tensor is None else to_array(tensor)
    return array is None or array.dtype.kind != "f" or bool(np.isfinite(array).all())


def weights_of(trace: Trace) -> dict[Step, Step]:
    """The steps that multiply with a leaf that is a matrix, and that leaf."""
    found = {}
    for step in trace.steps:
        if step.kind in PRODUCTS and step.kind != "Embedding":
            for side in reversed(step.steps()):
                leaf = peel(side)
                if leaf is not None and leaf.is_leaf and len(leaf.shape) >= 2:
                    found[step] = leaf
                    break
    return found


def gradients_of(trace: Trace) -> Gradients:
    """Run the backward pass of `autograd.grad`: no `.grad` is written, the graph stays, the hooks are taken off. It is run once
    more, to find where, when a gradient is not finite."""
    everywhere = False
    while True:
        listener = Listener(trace, everywhere)
        try:
            leaves = [step.node.variable for step in trace.leaves()]
            results = library_of(trace.loss).autograd.grad(  # type: ignore[union-attr]
                trace.loss, leaves, retain_graph=True, allow_unused=True)
        except Exception:  # not a scalar, or a graph that cannot go backward: there is no gradient to speak of
            return Gradients()
        finally:
            listener.stop()
        if everywhere or all(map(is_finite, results)):
            return listener.heard()
        everywhere = True


def gradient_at(trace: Trace, step: Step) -> Any:
    """The gradient of the loss with respect to a step's result, as an array; None where it cannot be had."""
    kept: list[Any] = []

    def keep(received: Sequence[Any]) -> None:
        kept.append(received[0])

    handle = step.node.register_prehook(keep)
    try:
        leaves = [leaf.node.variable for leaf in trace.leaves()]
        library_of(trace.loss).autograd.grad(  # type: ignore[union-attr]
            trace.loss, leaves, retain_graph=True, allow_unused=True)
    except Exception:
        return None
    finally:
        handle.remove()
    return to_array(kept[0]) if kept and kept[0] is not None else None
