"""The picture model: a backward graph as plain, immutable facts.

Everything that shows a graph (DOT, the text tree, a comparison) is a function of a `Graph` and of nothing else, so it works
alike on graphs that were recorded here and on PyTorch's own. A `Graph` holds no tensor and no autograd node: drawing never
keeps a graph alive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["output", "operation", "leaf"]

#: Arrays with more elements than this are kept as a summary only (shape, dtype, min, mean, max).
KEEP = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """An array as a picture knows it: always its shape and dtype, its numbers where they are known.

    `array` is a read-only copy, or None when the numbers are unknown or too many to keep; `summary` is (min, mean, max) of a
    floating-point or integer array that has elements, else None.
    """

    shape: tuple[int, ...]
    dtype: str
    array: NDArray[Any] | None = None
    summary: tuple[float, float, float] | None = None

    @staticmethod
    def of(array: NDArray[Any], dtype: str | None = None, keep: int = KEEP) -> Values:
        """Copy `array` (an array of any shape and dtype) into a Values.

        >>> Values.of(np.array([1.0, 2.0, 6.0], dtype=np.float32)).summary
        (1.0, 3.0, 6.0)
        """
        summary = None
        if array.size and array.dtype.kind in "fiu":
            wide = array if array.dtype.itemsize > 2 else array.astype(np.float32)
            with np.errstate(all="ignore"):
                summary = (float(wide.min()), float(wide.mean(dtype=np.float64)), float(wide.max()))
        kept = None
        if array.size <= keep:
            kept = np.array(array, order="C")
            kept.setflags(write=False)
        return Values(tuple(array.shape), dtype or str(array.dtype), kept, summary)


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the picture.

    An "output" is the tensor that was drawn (the loss), an "operation" is a node of the backward graph, a "leaf" is a tensor
    that asks for a gradient, drawn together with the AccumulateGrad node that receives it.

    `type` is PyTorch's name of the node ("LogSoftmaxBackward0"), `words` says the forward operation in plain words, `name` is
    the variable's or parameter's name ("" when unknown). `outputs` and `gradients` have one entry for each result of the
    forward operation: its value, and the gradient of the loss with respect to it, which is the gradient that flows into the
    node. `stored` is the `.grad` of a leaf before the picture was made (None: no gradient yet). `saved` are constants that the
    node keeps for its backward, such as the target of a loss. `group` is the id of the innermost group that the node belongs
    to.
    """

    id: str
    kind: Kind
    type: str
    words: str = ""
    name: str = ""
    outputs: tuple[Values | None, ...] = ()
    gradients: tuple[Values | None, ...] = ()
    stored: Values | None = None
    saved: tuple[tuple[str, Values | str], ...] = ()
    group: str | None = None

    @property
    def value(self) -> Values | None:
        """The first result of the forward operation, where it is known."""
        return next((v for v in self.outputs if v is not None), None)

    @property
    def gradient(self) -> Values | None:
        """The gradient that flows into the node: the sum over its incoming edges."""
        return next((g for g in self.gradients if g is not None), None)


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of the backward pass: `source` sends a gradient to `target`.

    `input` numbers the inputs of the source's forward operation (the position in `next_functions`), `output` says which result
    of the target's forward operation that input was. `gradient` is what flows along this edge alone; `reference` is a second
    gradient, of another library for instance, to be shown beside it.
    """

    id: str
    source: str
    target: str
    input: int = 0
    output: int = 0
    gradient: Values | None = None
    reference: Values | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that belong together, such as the primitives that make up one PyTorch node. `parent` is the id of an enclosing
    group."""

    id: str
    type: str
    words: str = ""
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A backward graph: nodes in the order of a walk from the loss, edges in the order of their sources and inputs.

    The ids are counted ("n0", "e0", "g0"), so the same computation gives the same ids in every run. `notes` are sentences for
    the reader, such as why no gradient is shown; `library` says who recorded the graph, `reference` who the edges' second
    gradients come from.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    library: str = ""
    reference: str = ""

    @property
    def functions(self) -> tuple[Node, ...]:
        """The nodes that autograd itself has: operations and AccumulateGrad, without the box of the loss."""
        return tuple(node for node in self.nodes if node.kind != "output")

    def node(self, id: str) -> Node:
        """The node with this id; KeyError when there is none."""
        for node in self.nodes:
            if node.id == id:
                return node
        raise KeyError(f"no node {id!r} in this graph: it has n0 to n{len(self.nodes) - 1}")

    def by_source(self) -> dict[str, list[Edge]]:
        """For each node id its outgoing edges, in the order of the inputs."""
        edges: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            edges[edge.source].append(edge)
        return edges


def with_reference(graph: Graph, reference: Graph, name: str = "") -> Graph:
    """Put the gradients of `reference` beside those of `graph`, edge by edge.

    Both must be the same graph: the same node types joined by the same edges. A ValueError names the first place where they part.
    `name` is what the picture calls the second gradient (without it, the library that recorded the reference).
    """
    for ours, theirs in zip(graph.nodes, reference.nodes, strict=False):
        if ours.type != theirs.type and ours.kind != "output":
            raise ValueError(f"with_reference: node {ours.id} is {ours.type} here and {theirs.type} in the reference; "
                             "a reference must be a recording of the same graph")
    if len(graph.nodes) != len(reference.nodes):
        raise ValueError(f"with_reference: {len(graph.nodes)} nodes here and {len(reference.nodes)} in the reference; "
                         "a reference must be a recording of the same graph, drawn at the same level")
    places = [[(e.source, e.target, e.input, e.output) for e in g.edges] for g in (graph, reference)]
    if places[0] != places[1]:
        raise ValueError("with_reference: the nodes are the same but the edges join them differently; "
                         "a reference must be a recording of the same graph")
    edges = tuple(replace(e, reference=r.gradient) for e, r in zip(graph.edges, reference.edges, strict=True))
    return replace(graph, edges=edges, reference=name or reference.library or "reference")


def nearest(graph: Graph, count: int) -> Graph:
    """The part of a graph that is nearest to the loss, at most `count` nodes besides it, with a note that says what was left
    out."""
    if len(graph.functions) <= count:
        return graph
    out = graph.by_source()
    kept = {graph.nodes[0].id: None}
    queue = [graph.nodes[0].id]
    for node_id in queue:  # grows while it is read
        for edge in out[node_id]:
            if edge.target not in kept and len(kept) <= count:
                kept[edge.target] = None
                queue.append(edge.target)
    nodes = tuple(node for node in graph.nodes if node.id in kept)
    used = {node.group for node in nodes}
    note = f"Shown are the {count} nodes nearest to the loss, of {len(graph.functions)}; limit= shows more."
    return replace(graph, nodes=nodes, edges=tuple(e for e in graph.edges if e.source in kept and e.target in kept),
                   groups=tuple(g for g in graph.groups if g.id in used), notes=(*graph.notes, note))
