"""Which nodes of a graph a backward pass recorded (create_graph): the graph of a gradient, told from that of its forward pass."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from ..autograd.clock import recorded_passes
from ..autograd.node import Node as OwnNode
from .model import Part
from .walk import Step, inputs_first, is_leaf

# How PyTorch calls the nodes of its backward formulas: SigmoidBackwardBackward0, LogSoftmaxBackwardDataBackward0.
_BACKWARD_TWICE = re.compile(r"Backward\w*Backward\d*$")

_TRANSPOSES = ("TBackward0", "TransposeBackward0")


def parts_of(steps: Mapping[Any, list[Step]]) -> dict[Any, Part]:
    """The part of each node: "backward" for what a backward pass recorded and what was computed from it, "forward" for the
    others. Empty where there was no such pass, or none that can be told.

    Nodes are numbered as they are recorded. This package remembers the numbers of each pass. PyTorch's nodes are known by their
    names, and those that were recorded between them with them; so a pass of nothing but products and sums is not seen.
    """
    numbers = {node: _number(node) for node in steps if not is_leaf(node)}
    own = sorted(((number, node) for node, number in numbers.items() if isinstance(node, OwnNode)), key=_first)
    twice = [node for node in numbers if not isinstance(node, OwnNode) and _is_twice(node)]
    given = [step.child for node in twice for step in steps[node] if step.input == 0 and step.child in numbers]  # the gradient
    begin, end = (min(map(numbers.__getitem__, (*twice, *given))), max(map(numbers.__getitem__, twice))) if twice else (0, -1)
    late = {node for node, number in numbers.items() if begin <= number <= end and not isinstance(node, OwnNode)}
    for start, stop in recorded_passes:
        late.update(node for _, node in own[bisect_right(own, start, key=_first):bisect_right(own, stop, key=_first)])
    if not late:
        return {}
    for node in inputs_first(steps, numbers):
        if any(step.child in late for step in steps[node]):
            late.add(node)
            # The transpose that a product's backward takes right before it, PyTorch's too: no name tells it.
            late.update(s.child for s in steps[node] if s.child in numbers and type(s.child).__name__ in _TRANSPOSES
                        and begin < numbers[s.child] == numbers[node] - 1)
    return {node: "backward" if node in late else "forward" for node in numbers}


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _number(node: Any) -> int:
    if isinstance(node, OwnNode):
        return node.seq
    told = getattr(node, "_sequence_nr", None)
    return 0 if told is None else int(told())


def _is_twice(node: Any) -> bool:
    written_by_user = hasattr(type(node), "_forward_cls")  # an autograd.Function, whatever it is called
    return not written_by_user and _BACKWARD_TWICE.search(type(node).__name__) is not None
