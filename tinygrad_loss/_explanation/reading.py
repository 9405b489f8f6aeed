"""From a tensor to the facts at each node of its graph, in the order of the backward pass."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .._formulas import Facts
from ..graph.arrays import library_of, to_array
from ..graph.model import Edge, Graph, Node, Values
from ..graph.walk import is_leaf, walk


def backward_order(loss: Any) -> list[tuple[str, Any]]:
    """The (id, node) pairs of a graph in the order in which a backward pass comes to them: a node's turn comes when all that it
    gets has come, and of those whose turn it is the one that was recorded last is taken."""
    steps = walk(loss.grad_fn)
    ids = {node: f"n{i}" for i, node in enumerate(steps, 1)}
    waiting = Counter(step.child for taken in steps.values() for step in taken)
    ready: list[tuple[int, int, str, Any]] = []

    def add(node: Any) -> None:
        number = 0 if is_leaf(node) else node.seq if hasattr(node, "seq") else node._sequence_nr()
        heapq.heappush(ready, (0 if is_leaf(node) else 1, -number, ids[node], node))

    add(loss.grad_fn)
    order = []
    while ready:
        *_, node = heapq.heappop(ready)
        order.append((ids[node], node))
        for step in steps[node]:
            waiting[step.child] -= 1
            if not waiting[step.child]:
                add(step.child)
    return order


def facts_of(node: Node, own: Any, edges: Iterable[Edge], graph: Mapping[str, Node]) -> Facts:
    """The facts at a node of the picture model: `own` is the node itself, `edges` are those that leave it, `graph` finds a node
    by its id."""
    inputs: list[Any] = []
    shapes: list[tuple[int, ...] | None] = []
    for edge in edges:
        while len(inputs) <= edge.input:
            inputs.append(None)
            shapes.append(None)
        outputs = graph[edge.target].outputs
        value = outputs[edge.output] if edge.output < len(outputs) else None
        inputs[edge.input] = array_of(value)
        known = edge.gradient or value
        shapes[edge.input] = None if known is None else known.shape
    return Facts([array_of(g) for g in node.gradients], array_of(node.value), inputs, shapes, read_saved(own))


def array_of(values: Values | None) -> Any:
    """The numbers of a Values, floating-point ones in float64; None where they are unknown."""
    return None if values is None else wide(values.array)


def wide(array: Any) -> Any:
    """An array in float64 if it holds floating-point numbers, as it is otherwise."""
    return array.astype(np.float64) if array is not None and array.dtype.kind == "f" else array


def read_saved(node: Any) -> dict[str, Any]:
    """What a node of either library saved for its backward, by PyTorch's names: arrays, numbers, tuples. What was freed or
    changed in place since is left out."""
    found = {}
    for attribute in dir(node):
        if not attribute.startswith("_saved_"):
            continue
        try:
            found[attribute.removeprefix("_saved_")] = _plain(getattr(node, attribute))
        except Exception:  # freed by backward(), or changed in place since
            continue
    return found


def _plain(value: Any) -> Any:
    if library_of(value) is not None or isinstance(value, np.ndarray | np.generic):
        return wide(to_array(value))
    if isinstance(value, tuple | list):
        return tuple(_plain(item) for item in value)
    if isinstance(value, int) and value >= 2**63:  # PyTorch reads -1 out of its nodes as 18446744073709551615
        return value - 2**64
    return value


def receivers(graph: Graph) -> dict[str, list[Edge]]:
    """For each node id the edges that reach it."""
    reached: dict[str, list[Edge]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        reached[edge.target].append(edge)
    return reached
