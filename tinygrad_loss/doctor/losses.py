"""Finding the losses of a graph: the nodes of the library's losses, and the same losses written by hand.

From the root the walk goes through what is linear (means, sums, weights, masks, picking by a target): where it stops, the loss
proper begins. What lies deeper, such as the softmax of an attention layer, is no business of most rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .forward import PASSING
from .patterns import Normal, is_distribution, log_softmax_of, logsumexp_of, one_minus, peel, root_of_square, same
from .trace import Step, Trace

Array = NDArray[Any]

_LINEAR = PASSING | {"Neg", "Mean", "Sum", "Nansum", "Add", "Sub", "Rsub", "Index", "Gather", "Select", "Slice", "Narrow", "Stack",
                     "Cat", "MaskedFill", "MaskedSelect", "Where", "Diagonal", "Split", "SplitWithSizes", "Unbind", "Mul", "Div",
                     "IndexSelect"}
_OF_A_SCALAR = {"Sqrt", "Abs", "Relu", "Clamp", "Exp", "Log", "Pow", "Maximum"}
_CALLED = {"NllLoss": "nll", "NllLoss2D": "nll", "BinaryCrossEntropy": "bce", "BinaryCrossEntropyWithLogits": "bce-logits",
           "MseLoss": "mse", "SmoothL1Loss": "distance", "HuberLoss": "distance"}
_ROWS = {0: "none", 1: "mean", 2: "sum"}


@dataclass(frozen=True)
class Loss:
    """One loss. `kind` is "nll" (a target picks log-probabilities), "pick" (a hand-written one picks whatever it picks),
    "soft" (class probabilities weight log-probabilities), "bce", "bce-logits", "mse" or "distance".

    `step` is where it is, `source` what goes in, `dim` the dimension of the classes, `target` the target's numbers, `other` the
    second term of a hand-written BCE (that of 1 - p).
    """

    kind: str
    step: Step
    source: Step
    by_hand: bool = False
    dim: int = 1
    target: Array | None = None
    other: Step | None = None
    diff: Array | None = field(default=None, repr=False)

    @property
    def reduction(self) -> str:
        """mean, sum or none, of a called loss."""
        return "none" if self.by_hand else _ROWS.get(self.step.number("reduction", 1), "none")

    @property
    def rows(self) -> int:
        """How many rows the loss is taken over."""
        if self.target is not None and self.kind in ("nll", "pick"):
            return int(self.target.size)
        shape = self.source.shape
        return int(shape[0]) if shape else 1


class Losses:
    """The losses of a trace, and the normalisations (softmaxes and the like) that feed them."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.head: dict[Step, bool] = {}  # the linear part, and where it ends; True where only constants weight it
        self.ends: list[Step] = []
        self._walk()

    def _walk(self) -> None:
        stack = [(self.trace.root, True)]
        while stack:
            step, pure = stack.pop()
            if step in self.head and (self.head[step] or not pure):
                continue
            self.head[step] = pure
            scalar = step.kind in _OF_A_SCALAR and int(np.prod(step.shape)) == 1 and step.steps() and not (
                step.steps()[0].kind not in _LINEAR | _CALLED.keys())
            if step.kind not in _LINEAR and not scalar:
                if step not in self.ends:
                    self.ends.append(step)
                continue
            if step.kind == "Mul" and len(step.steps()) == 2 and same_square(step):
                self.ends.append(step)
                continue
            below = step.steps()
            if step.kind in ("Mul", "Div"):
                pure = pure and len(below) == 1
            if step.kind == "Div":
                below = below[:1] if step.inputs[0] is not None else []
                if not below:
                    self.ends.append(step)
            stack += [(child, pure) for child in reversed(below)]

    @cached_property
    def all(self) -> list[Loss]:
        """All losses, in the order of the graph."""
        found = [loss for step in self.trace.steps if step.kind in _CALLED and (loss := _called(step)) is not None]
        for step in [step for step in self.trace.steps if step in self.head]:
            found += [loss for loss in (_picked(self.trace, step), _weighted(self.trace, step)) if loss is not None]
            if self.head[step] and (loss := _squared(self.trace, step)) is not None:
                found.append(loss)
        for end in self.ends:  # log(p[range(n), y]): the choice stands below the logarithm
            below = peel(end.input()) if end.kind == "Log" else None
            if below is not None and (loss := _picked(self.trace, below)) is not None:
                found.append(loss)
        return found + self._hand_written_bce()

    def of(self, *kinds: str) -> list[Loss]:
        """The losses of these kinds."""
        return [loss for loss in self.all if loss.kind in kinds]

    def _hand_written_bce(self) -> list[Loss]:
        """log(p) and log(1 - p) of the same p, both in the linear part."""
        logs = [step for step in self.ends if step.kind == "Log" and step.input() is not None]
        found = []
        for step in logs:
            p = peel(one_minus(self.trace, _unclamped(step.input())))
            for first in logs:
                below = peel(_unclamped(first.input()))
                if p is not None and first is not step and below is peel(_unclamped(p)):
                    found.append(Loss("bce", first, below, True, other=step))  # type: ignore[arg-type]
        return found

    @cached_property
    def normals(self) -> list[tuple[Normal, Loss | None]]:
        """The log-softmaxes and logsumexps whose results are averaged into the loss, with the loss that they feed, if a target
        picks from them."""
        found: dict[Step, tuple[Normal, Loss | None]] = {}
        for loss in self.of("nll", "soft", "pick"):
            normal = log_softmax_of(loss.source)
            if normal is not None:
                found.setdefault(normal.step, (normal, loss))
        for end in self.ends:
            normal = log_softmax_of(end) or logsumexp_of(end)
            if normal is not None:
                partner = next((loss for loss in self.of("pick") if same(loss.source, normal.logits)), None)  # lse(x) - x[y]
                found.setdefault(normal.step, (normal, partner))
        for step, pure in self.head.items():  # x[y] - logsumexp(x): the subtraction is linear, and was walked through
            if pure and step.kind == "Sub" and (normal := log_softmax_of(step)) is not None:
                found.setdefault(normal.step, (normal, None))
        return list(found.values())


def same_square(step: Step) -> bool:
    """Whether a product is a square, d * d."""
    return root_of_square(step) is not None


def _unclamped(step: Step | None) -> Step | None:
    """The step below what keeps a probability away from 0: a clamp, or a small number added."""
    step = peel(step)
    while step is not None and (step.kind in ("Clamp", "ClampMin", "ClampMax") or (step.kind == "Add" and len(step.steps()) == 1)):
        step = peel(step.steps()[0])
    return step


def _called(step: Step) -> Loss | None:
    source = step.input(0)
    if source is None:
        return None
    kind = _CALLED[step.kind]
    rank = len(source.shape)
    return Loss(kind, step, source, dim=0 if rank == 1 else 1, target=step.array("target"))


def _picked(trace: Trace, step: Step) -> Loss | None:
    """x.gather(1, y), x[range(n), y], x[one_hot.bool()]."""
    source = step.input()
    if source is None:
        return None
    if step.kind == "Gather":
        return Loss("pick", step, source, True, dim=step.number("dim") % max(len(source.shape), 1), target=step.array("index"))
    if step.kind == "Index":
        indices = [None if i is None else np.asarray(i) for i in step.saved.get("indices") or ()]
        if len(indices) == 2 and len(source.shape) == 2 and all(i is not None and i.dtype.kind in "iu" for i in indices):
            rows, columns = indices
            if rows is not None and columns is not None and np.array_equal(rows.reshape(-1), np.arange(source.shape[0])):
                return Loss("pick", step, source, True, dim=1, target=columns)
        if len(indices) == 1 and indices[0] is not None:
            return Loss("pick", step, source, True, dim=len(source.shape) - 1, target=indices[0])
    return None


def _weighted(trace: Trace, step: Step) -> Loss | None:
    """(target * log_probabilities).sum(dim), the target a constant whose rows are distributions."""
    if step.kind != "Mul" or len(step.steps()) != 1:
        return None
    source = step.steps()[0]
    target = step.array("other" if step.input(0) is not None else "self")
    if target is None or target.shape != source.shape or target.ndim < 2 or log_softmax_of(source) is None:
        return None
    target = target.astype(np.float64)
    for dim in (1, target.ndim - 1):
        if is_distribution(target, dim):
            return Loss("soft", step, source, True, dim=dim, target=target)
    return Loss("soft", step, source, True, dim=-1, target=target)


def _squared(trace: Trace, step: Step) -> Loss | None:
    """((x - t) ** 2), the target t a constant."""
    d = peel(root_of_square(step))
    if d is None or d.kind not in ("Sub", "Rsub") or len(d.steps()) != 1:
        return None
    source = d.steps()[0]
    x, diff = trace.value(source), trace.value(d)
    target = None
    if x is not None and diff is not None:
        target = x - diff if d.inputs[0] is not None and d.kind == "Sub" else x + diff
    return Loss("mse", step, source, True, target=target, diff=diff)
