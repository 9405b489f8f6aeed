"""The picture model: a backward graph as plain, immutable facts.

Everything that shows a graph (DOT, the text tree, a comparison) is a function of a `Graph` and of nothing else, so it works
alike on graphs that were recorded here and on PyTorch's own. A `Graph` holds no tensor and no autograd node: drawing never
keeps a graph alive.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .formulas import Formula, formula_of

Kind = Literal["output", "operation", "leaf", "module"]
Part = Literal["", "forward", "backward"]
GroupKind = Literal["definition", "module", "repeat"]

#: Arrays with more elements than this are kept as a summary only (shape, dtype, min, mean, max).
KEEP = 1_000_000
#: So many parts of a larger array are summarised each on their own, for comparisons.
PARTS = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """An array as a picture knows it: always its shape and dtype, its numbers where they are known.

    `array` is a read-only copy, or None when the numbers are unknown or too many to keep; `summary` is (min, mean, max) of a
    floating-point or integer array that has elements, else None. Of such an array that is too large to keep, `parts` has the
    min, mean and max of each of up to 4096 equal parts, as three rows.
    """

    shape: tuple[int, ...]
    dtype: str
    array: NDArray[Any] | None = None
    summary: tuple[float, float, float] | None = None
    parts: NDArray[np.float64] | None = None

    @staticmethod
    def of(array: NDArray[Any], dtype: str | None = None, keep: int = KEEP) -> Values:
        """Copy `array` (an array of any shape and dtype) into a Values.

        >>> Values.of(np.array([1.0, 2.0, 6.0], dtype=np.float32)).summary
        (1.0, 3.0, 6.0)
        """
        summary = parts = None
        if array.size and array.dtype.kind in "fiu":
            wide = array if array.dtype.itemsize > 2 else array.astype(np.float32)
            with np.errstate(all="ignore"):
                if array.size > keep:
                    parts, total = _parts(wide.reshape(-1))
                    summary = float(parts[0].min()), total / array.size, float(parts[2].max())
                else:
                    summary = float(wide.min()), float(wide.mean(dtype=np.float64)), float(wide.max())
        kept = None
        if array.size <= keep:
            kept = np.array(array, order="C")
            kept.setflags(write=False)
        return Values(tuple(array.shape), dtype or str(array.dtype), kept, summary, parts)


def _parts(flat: NDArray[Any]) -> tuple[NDArray[np.float64], float]:
    """The min, mean and max of equal parts of a vector (the last one shorter), as three rows, and the sum of all."""
    step = -(-flat.size // PARTS)
    cut = flat.size // step * step
    blocks = [flat[:cut].reshape(-1, step), *([flat[cut:].reshape(1, -1)] if cut < flat.size else [])]
    rows = [np.stack([b.min(1), b.mean(1, dtype=np.float64), b.max(1)]).astype(np.float64) for b in blocks]
    total = sum(float((row[1] * b.shape[1]).sum()) for row, b in zip(rows, blocks, strict=True))
    return np.concatenate(rows, axis=1), total


@dataclass(frozen=True, slots=True)
class Saved:
    """What a node keeps for its backward: a tensor's Values, or a setting as text. `origin` is the id of the node whose result
    the tensor is, "" for one from outside (an input without a gradient, a target) and for settings."""

    name: str
    value: Values | str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the picture.

    An "output" is the tensor that was drawn (the loss), an "operation" is a node of the backward graph, a "leaf" is a tensor
    that asks for a gradient, drawn together with the AccumulateGrad node that receives it. A "module" is a whole nn.Module whose
    nodes are not shown: `type` tells its settings, `words` its class, `saved` its parameters.

    `type` is PyTorch's name of the node ("LogSoftmaxBackward0"), `words` says the forward operation in plain words, `name` is
    the variable's or parameter's name ("" when unknown). `outputs` and `gradients` have one entry for each result of the
    forward operation: its value, and the gradient of the loss with respect to it, which is the gradient that flows into the
    node. `stored` is the `.grad` of a leaf before the picture was made (None: no gradient yet). `saved` are constants that the
    node keeps for its backward, such as the target of a loss; `keeps` is all that it keeps. `group` is the id of the innermost
    group that the node belongs to. `module` is the path of the nn.Module whose forward recorded it ("model.0"; "" when
    unknown), `definition` the file and line of the definition that it can be opened into ("" when it has none). `part` tells
    the forward and the backward half of a graph of a gradient apart. `computed` says that the value is not the recorded one:
    it was worked out anew from the leaves and from what the nodes keep.
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
    keeps: tuple[Saved, ...] = ()
    module: str = ""
    definition: str = ""
    part: Part = ""
    computed: bool = False

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of the first result, where it is known."""
        return None if self.value is None else self.value.shape

    @property
    def dtype(self) -> str:
        """The dtype of the first result, "" where it is not known."""
        return "" if self.value is None else self.value.dtype

    @property
    def formula(self) -> Formula | None:
        """What the operation does and how its gradient goes back, as formulas; None for a node that is not in the table."""
        return formula_of(self.type)

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
    gradient, of another library for instance, to be shown beside it. `skipped` counts the repetitions that were left out
    where it leaves a "repeat".
    """

    id: str
    source: str
    target: str
    input: int = 0
    output: int = 0
    gradient: Values | None = None
    reference: Values | None = None
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that belong together. `parent` is the id of an enclosing group.

    A "definition" holds the primitives of one node that was opened: `type` and `words` are that node's, `closed` is the node
    itself and `closed_edges` are those it sends gradients along; `Graph.close` puts them back. A "module" is an nn.Module:
    `type` is its class, `name` its path, `words` its settings. A "repeat" is a part that follows `count` times in a row, of
    which the first is shown.
    """

    id: str
    type: str
    words: str = ""
    parent: str | None = None
    kind: GroupKind = "definition"
    name: str = ""
    count: int = 1
    closed: Node | None = None
    closed_edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A backward graph: nodes in the order of a walk from the loss, edges in the order of their sources and inputs.

    The ids are counted ("n0", "e0"), so the same computation gives the same ids in every run; they stay the same when a node is
    opened: the primitives of n3 are n3_1, n3_2 ... in the group g3. `notes` are sentences for the reader, such as why no gradient
    is shown; `library` says who recorded the graph, `reference` who the edges' second gradients come from.
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

    def close(self, group: str) -> Graph:
        """The graph with one opened node closed again; KeyError when there is no such group, or it is not an opened node.

        Ids of everything else stay as they are.
        """
        one = next((g for g in self.groups if g.id == group and g.closed is not None), None)
        if one is None or one.closed is None:
            opened = ", ".join(g.id for g in self.groups if g.closed is not None) or "none"
            raise KeyError(f"no opened node {group!r} in this graph; opened are: {opened}")
        inner = {node.id for node in self.nodes if node.group == group}
        first = next(i for i, node in enumerate(self.nodes) if node.id in inner)
        node = replace(one.closed, group=one.parent)
        nodes = [n for n in self.nodes if n.id not in inner]
        edges: list[Edge] = []
        for edge in self.edges:
            if edge.source not in inner:
                edges.append(replace(edge, target=node.id, output=0) if edge.target in inner else edge)
        place = next((i for i, e in enumerate(self.edges) if e.source in inner), len(self.edges))
        place = sum(e.source not in inner for e in self.edges[:place])
        entrances = {g.closed.id: next(n.id for n in self.nodes if n.group == g.id) for g in self.groups if g.closed is not None}
        edges[place:place] = [replace(e, target=entrances.get(e.target, e.target)) for e in one.closed_edges]
        return replace(self, nodes=(*nodes[:first], node, *nodes[first:]), edges=tuple(edges),
                       groups=tuple(g for g in self.groups if g.id != group))

    def subgraph(self, node: str = "", *, module: str = "") -> Graph:
        """The part of the graph behind a node (the node itself, and all that its gradient reaches), or inside a module
        (`module="model.0"`). Ids stay as they are. KeyError when there is no such node or module."""
        if bool(node) == bool(module):
            raise TypeError("subgraph(): give a node's id or module=, one of the two")
        if module:
            kept = {n.id for n in self.nodes if n.module == module or n.module.startswith(module + ".")}
            if not kept:
                known = ", ".join(sorted({n.module for n in self.nodes if n.module})) or "none"
                raise KeyError(f"no module {module!r} in this graph; it has: {known}")
        else:
            out = self.by_source()
            kept, todo = set(), [self.node(node).id]
            while todo:
                here = todo.pop()
                if here not in kept:
                    kept.add(here)
                    todo += [edge.target for edge in out[here]]
        return self.only(kept, node)

    def only(self, kept: Collection[str], first: str = "") -> Graph:
        """The part of the graph with these nodes, the edges between them and the groups that hold one; `first` leads."""
        nodes = sorted((n for n in self.nodes if n.id in kept), key=lambda n: n.id != first)
        parents = {group.id: group.parent for group in self.groups}
        used: set[str | None] = set()
        for n in nodes:
            group = n.group
            while group is not None and group not in used:
                used.add(group)
                group = parents[group]
        return replace(self, nodes=tuple(nodes), edges=tuple(e for e in self.edges if e.source in kept and e.target in kept),
                       groups=tuple(g for g in self.groups if g.id in used))

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
    note = f"Shown are the {count} nodes nearest to the loss, of {len(graph.functions)}; limit= shows more."
    return replace(graph.only(kept), notes=(*graph.notes, note))
