"""What `lint.watch()` remembers of earlier backward passes: numbers and weak references, never a graph."""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..graph.arrays import to_array
from .trace import Step, Trace

_NOTE = "tinygrad_loss.lint.watch"


class _Sign:
    """A thing that lives as long as the node whose metadata hold it."""

    __slots__ = ("__weakref__", "interval")

    def __init__(self, interval: int) -> None:
        self.interval = interval


@dataclass
class Watched:
    """A parameter as it was after the last backward pass that reached it: a fingerprint of its numbers and of its gradient, and
    in how many intervals it had a gradient and stayed as it was while others moved. `added` says that the gradient was added to one
    that had moved the parameter before."""

    tensor: weakref.ref[Any]
    numbers: float
    gradient: float
    interval: int
    unmoved: int = 0
    added: bool = False


@dataclass
class Past:
    """One earlier backward pass: the interval (the time between two changes of the parameters) it fell into, the value of the
    loss, the rows of its one mean and the factor before it (0 rows where it has none or several), the sum's rows."""

    interval: int
    loss: float
    rows: int
    factor: float
    summed: int


@dataclass
class History:
    """The backward passes of a watched block so far."""

    interval: int = 0
    passes: list[Past] = field(default_factory=list)
    watched: dict[int, Watched] = field(default_factory=dict)
    stale: list[Step] = field(default_factory=list)
    unmoved: list[tuple[Step, int]] = field(default_factory=list)
    held: int = 0  # losses of earlier intervals whose graphs are still there
    grown: int = 0  # earlier intervals whose nodes this graph contains
    _roots: list[tuple[weakref.ref[_Sign], int]] = field(default_factory=list)

    def before(self, trace: Trace) -> None:
        """Look at a graph that is about to go backward."""
        known = []
        for step in trace.leaves():
            watched = self.watched.get(id(step.node.variable))
            if watched is not None and watched.tensor() is step.node.variable:
                known.append((step, watched))
        moved = [fingerprint(step.node.variable) != watched.numbers for step, watched in known]
        if any(moved):
            self.interval += 1
        self.stale, self.unmoved = [], []
        for (step, watched), has_moved in zip(known, moved, strict=True):
            gradient = fingerprint(step.node.variable.grad)
            used = has_moved and bool(gradient) and gradient == watched.gradient
            if used and watched.added:  # the sum of an old and a new gradient has moved it
                self.stale.append(step)
            watched.added = used
            if has_moved:
                watched.unmoved = 0
            elif any(moved) and watched.gradient:
                watched.unmoved += 1
                if watched.unmoved >= 3:
                    self.unmoved.append((step, watched.unmoved))
        self._roots = [(sign, interval) for sign, interval in self._roots if sign() is not None]
        self.held = len({interval for _, interval in self._roots if interval < self.interval})
        earlier = set()
        for step in trace.steps:
            if not step.is_leaf:
                sign = step.node.metadata.setdefault(_NOTE, _Sign(self.interval))
                earlier.add(sign.interval)
        self.grown = len(earlier - {self.interval})

    def after(self, trace: Trace, past: Past) -> None:
        """Take down a backward pass that has just been made."""
        self.passes.append(past)
        for step in trace.leaves():
            variable = step.node.variable
            number = fingerprint(variable)
            known = self.watched.get(id(variable))
            known = None if known is None or known.tensor() is not variable else known
            self.watched[id(variable)] = Watched(weakref.ref(variable), number, fingerprint(variable.grad), self.interval,
                                                 known.unmoved if known else 0, known.added if known else False)
        sign = trace.root.node.metadata.get(_NOTE)
        if sign is not None:
            self._roots.append((weakref.ref(sign), self.interval))


def fingerprint(tensor: Any) -> float:
    """One number that is 0 for None and for zeros, and changes with the numbers."""
    array = None if tensor is None else to_array(tensor)
    if array is None or not array.size or array.dtype.kind not in "fiu":
        return 0.0
    with np.errstate(all="ignore"):
        total = float(np.abs(array).sum(dtype=np.float64)) + float(array.sum(dtype=np.float64)) / math.pi
    return total if math.isfinite(total) else -1.0
