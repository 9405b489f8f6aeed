"""With what weight the rows of a batch enter the loss: means, sums, and the factors before them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .forward import PASSING
from .losses import Losses
from .trace import Step


@dataclass(frozen=True)
class Mean:
    """A mean over the rows of a batch, and the factor with which it enters the loss."""

    step: Step
    rows: int
    factor: float


def factor_of(step: Step, root: Step) -> float | None:
    """The factor with which a step's (scalar) result enters the loss; None where that is not one constant."""
    factor = 1.0
    while step is not root:
        if len(step.users) != 1:
            return None
        below, step = step, step.users[0][0]
        other = step.array("other") if step.kind in ("Mul", "Div") and len(step.steps()) == 1 else None
        if step.kind in ("Neg", "Sub"):
            factor = abs(factor)
        elif step.kind == "Mean":
            factor *= int(np.prod(step.shape)) / max(int(np.prod(below.shape)), 1)
        elif other is not None and other.size == 1 and step.inputs[0] is not None:
            number = float(other.reshape(()))
            factor = factor * number if step.kind == "Mul" else factor / number if number else factor
        elif step.kind not in PASSING | {"Add", "Sum", "Stack", "Cat"}:
            return None
    return factor


def means_of(losses: Losses) -> list[Mean]:
    """The means over rows that the loss is a weighted sum of."""
    found = []
    for loss in losses.all:
        if not loss.by_hand and loss.reduction == "mean":
            rows = loss.rows
            if loss.kind == "nll" and loss.target is not None:
                rows = int((loss.target != loss.step.number("ignore_index", -100)).sum())
            found.append((loss.step, rows))
    for step, pure in losses.head.items():
        below = step.input()
        if pure and step.kind == "Mean" and not step.shape and below is not None and below.kind not in ("Stack", "Cat") and below.shape:
            found.append((step, below.shape[0]))
    means = [(step, rows, factor_of(step, losses.trace.root)) for step, rows in found]
    return [Mean(step, rows, factor) for step, rows, factor in means if factor is not None]


def rows_summed(losses: Losses) -> int:
    """Over how many rows the loss is a sum that nothing divides; 0 where it is none."""
    for loss in losses.all:
        if not loss.by_hand and loss.reduction == "sum":
            factor = factor_of(loss.step, losses.trace.root)
            if factor is not None and factor * loss.rows >= 0.999 * loss.rows:
                return loss.rows
    for step, pure in losses.head.items():
        below = step.input()
        if pure and step.kind == "Sum" and not step.shape and below is not None and below.shape and losses.all:
            factor = factor_of(step, losses.trace.root)
            if factor is not None and factor >= 0.999 and below in losses.head and _is_of_a_loss(below, losses):
                return below.shape[0]
    return 0


def _is_of_a_loss(step: Step, losses: Losses) -> bool:
    """Whether what is summed is a loss's rows (and no penalty on the weights)."""
    own = {loss.step for loss in losses.all} | {normal.step for normal, _ in losses.normals}
    seen, stack = set(), [step]
    while stack:
        here = stack.pop()
        if here in own:
            return True
        if here not in seen and here in losses.head:
            seen.add(here)
            stack += here.steps()
    return False
