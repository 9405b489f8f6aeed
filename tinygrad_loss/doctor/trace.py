"""A recorded graph as the rules read it: steps in place of nodes, and the numbers that the nodes have kept.

The one place of the doctor that touches a library's nodes, this package's or PyTorch's. Nothing is run here and nothing is
copied: the numbers are those that the graph has saved for its backward pass, or follow from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph.arrays import library_of, to_array
from .forward import result_of

Array = NDArray[Any]
_SUFFIX = re.compile(r"Backward\d*$")


class Step:
    """One node of the graph, with the steps that made its inputs and those that use its result.

    `kind` is PyTorch's name without its ending ("LogSoftmax"), `name` the whole name, `id` the node's id in a picture of the
    same loss. `saved` holds what the node keeps for its backward pass, by name.
    """

    __slots__ = ("id", "inputs", "kind", "name", "node", "saved", "shapes", "users")

    def __init__(self, node: Any, number: int) -> None:
        self.node = node
        self.id = f"n{number}"
        self.name = type(node).__name__
        self.kind = _SUFFIX.sub("", self.name)
        self.inputs: tuple[tuple[Step, int] | None, ...] = ()
        self.users: list[tuple[Step, int]] = []
        self.saved: dict[str, Any] = {}
        self.shapes = _shapes(node)

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the (first) result."""
        return self.shapes[0] if self.shapes else ()

    @property
    def is_leaf(self) -> bool:
        """Whether this is an AccumulateGrad: the end of a path, at a tensor that asks for a gradient."""
        return self.name == "AccumulateGrad"

    def input(self, place: int = 0) -> Step | None:
        """The step that made an input; None for a constant, or where there is no such input."""
        edge = self.inputs[place] if place < len(self.inputs) else None
        return None if edge is None else edge[0]

    def steps(self) -> list[Step]:
        """The steps that made the inputs, without the constants."""
        return [edge[0] for edge in self.inputs if edge is not None]

    def array(self, name: str) -> Array | None:
        """A saved tensor as an array."""
        value = self.saved.get(name)
        if value is None or isinstance(value, str):
            return None
        return to_array(value) if library_of(value) is not None else np.asarray(value)

    def number(self, name: str, default: int = 0) -> int:
        """A saved whole number; PyTorch shows negative ones as if they were unsigned."""
        value = self.saved.get(name)
        return default if value is None or isinstance(value, tuple) else _signed(int(value))

    def dims(self) -> tuple[int, ...]:
        """The dimensions that a sum, a mean or a softmax runs over, counted from 0; () for all or none."""
        value = self.saved.get("dim")
        if value is None:
            return ()
        rank = len(self.saved.get("self_sym_sizes") or (self.steps()[0].shape if self.steps() else self.shape))
        listed = value if isinstance(value, tuple | list) else (value,)
        return tuple(_signed(int(d)) % max(rank, 1) for d in listed)


class Trace:
    """All steps of a graph, in the order in which a picture numbers them, and what is known of their values."""

    def __init__(self, loss: Any) -> None:
        self.loss = loss
        self.steps: list[Step] = []
        self.by_node: dict[Any, Step] = {}
        self.known: dict[tuple[Step, int], Any] = {}
        self.freed: list[Step] = []
        self.changed: list[Step] = []
        self._memo: dict[tuple[Step, int], Array | None] = {}
        self._walk(loss.grad_fn)
        for step in self.steps:
            self._read(step)
        self.root = self.steps[0]
        self.known[self.root, loss.output_nr] = loss

    def _walk(self, root: Any) -> None:
        stack = [root]
        while stack:
            node = stack.pop()
            if node in self.by_node:
                continue
            step = self.by_node[node] = Step(node, len(self.steps) + 1)
            self.steps.append(step)
            stack += [child for child, _ in reversed(node.next_functions) if child is not None]
        for step in self.steps:
            step.inputs = tuple(None if child is None else (self.by_node[child], output)
                                for child, output in step.node.next_functions)
            for place, edge in enumerate(step.inputs):
                if edge is not None:
                    edge[0].users.append((step, place))

    def _read(self, step: Step) -> None:
        """Take down what a node has saved: each tensor of the graph that is among it tells that step's value."""
        if step.is_leaf:
            self.known[step, 0] = step.node.variable
            return
        for attribute in _saved_names(step.node):
            try:
                value = getattr(step.node, attribute)
            except Exception as error:  # freed by a backward pass, or changed in place since
                (self.changed if "inplace" in str(error) else self.freed).append(step)
                continue
            step.saved[attribute[7:]] = value
            maker = getattr(value, "grad_fn", None)
            if maker is not None and maker in self.by_node:
                self.known.setdefault((self.by_node[maker], value.output_nr), value)

    def value(self, step: Step | None, output: int = 0, depth: int = 30) -> Array | None:
        """The numbers of a step's result, where the graph tells them: saved by the step or by one that uses it, or worked out
        from the inputs where that is a matter of one NumPy call."""
        if step is None:
            return None
        place = (step, output)
        if place in self.known:
            return to_array(self.known[place])
        if place not in self._memo and depth:
            self._memo[place] = None
            with np.errstate(all="ignore"):
                self._memo[place] = result_of(step, lambda edge: None if edge is None else self.value(edge[0], edge[1], depth - 1))
        return self._memo.get(place)

    def release(self) -> None:
        """Let go of the graph at once: steps know each other in both directions, and would otherwise wait for the collector."""
        for step in self.steps:
            step.users.clear()
            step.inputs, step.saved, step.node = (), {}, None
        self.by_node.clear()
        self.known.clear()
        self._memo.clear()
        self.loss = None

    def leaves(self) -> Iterator[Step]:
        """The steps that are leaves."""
        return (step for step in self.steps if step.is_leaf)


_NAMES: dict[type, tuple[str, ...]] = {}


def _saved_names(node: Any) -> tuple[str, ...]:
    cls = type(node)
    if cls not in _NAMES:
        names = tuple(name for name in dir(node) if name.startswith("_saved_") and name != "_saved_total_weight")
        if hasattr(node, "saved_tensors"):  # a custom function, whose class may save other things each time
            return names
        _NAMES[cls] = names
    return _NAMES[cls]


def _shapes(node: Any) -> tuple[tuple[int, ...], ...]:
    if type(node).__name__ == "AccumulateGrad":
        return (tuple(node.variable.shape),)
    metadata = getattr(node, "_input_metadata", None)
    if metadata is not None:  # PyTorch's nodes
        return tuple(tuple(m.shape) for m in metadata)
    several = getattr(node, "shapes", None)
    return tuple(map(tuple, several)) if several else (tuple(getattr(node, "shape", ()) or ()),)


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number
