"""The backward pass of a graph, step by step: which node runs when, what comes to it and what it sends on."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass

from ..graph.model import Edge, Graph, Node, Values
from ..graph.numbers import remark, rows_of, safe_text, shape_text


@dataclass(frozen=True, slots=True)
class Step:
    """One node runs: it takes the gradient that has come to it, and sends a gradient along each of its edges."""

    node: str
    edges: tuple[str, ...]
    text: str


def backward_steps(graph: Graph) -> tuple[Step, ...]:
    """The nodes in an order in which an engine can run them: each after all nodes that send it a gradient. Of those that are
    ready a leaf comes first (its gradient is final), then the one nearest to the loss.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> for step in backward_steps(torch.draw(x * x).graph):
    ...     print(step.text)
    The pass starts at loss with the gradient 1, sent to MulBackward0.
    MulBackward0 (multiply) receives 1 and sends 3 to x, 3 to x.
    x has received 2 gradients, and their sum 6 is its gradient.
    """
    out = graph.by_source()
    nodes = {node.id: node for node in graph.nodes}
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    arrivals = Counter(edge.target for edge in graph.edges)
    missing = Counter(arrivals)
    depth = dict.fromkeys(nodes, 0)
    ready = [(False, 0, place, id) for id, place in places.items() if not missing[id]]
    heapq.heapify(ready)
    steps = []
    while ready:
        _, _, _, id = heapq.heappop(ready)
        node, edges = nodes[id], out[id]
        steps.append(Step(id, tuple(edge.id for edge in edges), _told(node, edges, nodes, arrivals[id])))
        for edge in edges:
            target = edge.target
            depth[target] = max(depth[target], depth[id] + 1)
            missing[target] -= 1
            if not missing[target]:
                heapq.heappush(ready, (nodes[target].kind != "leaf", depth[target], places[target], target))
    return tuple(steps)


def spoken_name(node: Node) -> str:
    """What a sentence calls a node: its variable's name if it has one, else its type."""
    return safe_text(node.name or node.type or "the result")


def spoken_values(values: Values | None) -> str:
    """A gradient in a sentence: a number as it is, otherwise a shape with what is remarkable about it."""
    if values is None:
        return "no gradient"
    rows = rows_of(values)
    if not values.shape and len(rows) == 1:
        return rows[0].strip()
    note = remark(values)
    return f"a gradient of shape {shape_text(values.shape)}" + (f" ({note})" if note else "")


def _told(node: Node, edges: list[Edge], nodes: dict[str, Node], arrivals: int) -> str:
    known = any(edge.gradient is not None for edge in edges)
    sent = ", ".join(f"{spoken_values(e.gradient) + ' ' if known else ''}to {spoken_name(nodes[e.target])}" for e in edges)
    if node.kind == "output" and not edges:
        return f"The pass starts at {spoken_name(node)}, before the part that is shown."
    if node.kind == "output":
        start = f"with the gradient {spoken_values(edges[0].gradient)}" if known else "with its gradient"
        return f"The pass starts at {spoken_name(node)} {start}, sent to {', '.join(spoken_name(nodes[e.target]) for e in edges)}."
    if node.kind == "leaf":
        what = spoken_values(node.gradient)
        if node.gradient is None:
            return f"{spoken_name(node)} is reached."
        if arrivals > 1:
            return f"{spoken_name(node)} has received {arrivals} gradients, and their sum {what} is its gradient."
        return f"{spoken_name(node)} has its gradient: {what}."
    taken = ""
    if node.gradient is not None:
        taken = f" receives {spoken_values(node.gradient)}" + (f", the sum of {arrivals}," if arrivals > 1 else "")
    title = safe_text(node.type) + (f" ({node.words})" if node.words else "")
    if not edges:
        return f"{title}{taken or ' runs'} and sends nothing on."
    return f"{title}{taken + ' and' if taken else ''} sends {sent}."
