"""The nodes that can be reached from a tensor, in a fixed order, and the steps between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .model import Values


@dataclass(frozen=True, slots=True)
class Step:
    """An edge before it is numbered: it leads to `child`, a node object, and is the `input`-th input of its source."""

    child: Any
    input: int
    output: int
    gradient: Values | None = None


Steps = dict[Any, list[Step]]


def is_leaf(node: Any) -> bool:
    """Whether a node is the end of a path, where a tensor's gradient is added up."""
    return type(node).__name__ == "AccumulateGrad"


def walk(root: Any) -> Steps:
    """All nodes that can be reached from `root`, each once, in depth-first order of the inputs, with the steps that they take."""
    found: Steps = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node in found:
            continue
        steps = [Step(child, i, nr) for i, (child, nr) in enumerate(node.next_functions) if child is not None]
        found[node] = steps
        stack += [step.child for step in reversed(steps)]
    return found


def inputs_first(steps: Mapping[Any, list[Step]], among: Collection[Any]) -> Iterable[Any]:
    """The nodes of `among`, each after those of its inputs that are among them too."""
    done: set[Any] = set()
    for start in among:
        stack = [start]
        while stack:
            node = stack[-1]
            todo = [] if node in done else [s.child for s in steps[node] if s.child in among and s.child not in done]
            if todo:
                stack += todo
                continue
            stack.pop()
            if node not in done:
                done.add(node)
                yield node


def carrying(steps: list[Step], gradients: tuple[Values | None, ...]) -> list[Step]:
    """The steps with the gradients that a backward pass sent along them."""
    return [replace(s, gradient=gradients[s.input] if s.input < len(gradients) else None) for s in steps]
