"""Large graphs in few boxes: what repeats is shown once, with the number of times that it follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .model import Edge, Graph, Group, Node

LEAST = 3  # fewer repetitions than this are not folded
_WORTH = 50  # a repetition that covers less than the 50th part is left as it is
_LONGEST = 600  # the longest part, in nodes, whose repetition is looked for
_STEM = 2  # a node this near to a leaf that several others use, a transposed weight say, counts as an end, as a leaf does


@dataclass
class Folded:
    """What folding found: `shown` are the ids to draw, `told` those whose numbers a drawing needs (the shown, and the last of
    each repetition, whose gradients go on). `target` says for a node that is not shown which one stands for it, `last` the
    node at the end of a repetition whose edges go on from there, and `skipped` how many repetitions lie between."""

    shown: set[str]
    told: set[str]
    target: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    inside: dict[str, str] = field(default_factory=dict)


def find_repeats(graph: Graph) -> Folded:
    """Find parts of a graph that follow one another with the same nodes, shapes and edges, at least three times."""
    order = _in_order(graph)
    kinds = _signatures(graph, order)
    found = Folded({n.id for n in graph.nodes}, {n.id for n in graph.nodes})
    ids = [node.id for node in order]
    _fold(kinds, (0, len(order)), ids, found, None, len(order) // _WORTH)
    if found.groups:
        out, arriving = graph.by_source(), {node.id for node in order if node.id in found.shown}
        reached = {edge.target for source in (*arriving, *found.last.values()) for edge in out[source]}
        found.shown &= arriving | reached
        found.told = found.shown | set(found.last.values())
    return found


def folded(graph: Graph, found: Folded, total: int) -> Graph:
    """The graph with each repetition shown once, in a group that says how often it follows; a note says how many boxes stand for `total`
    nodes. Nodes may have been opened since."""
    if not found.groups:
        return graph
    for group in graph.groups:
        if group.closed is not None and group.closed.id not in found.shown:
            graph = graph.close(group.id)
    nodes = [node for node in graph.nodes if _owner(node.id) in found.shown]
    edges = _short_cuts(graph, found)
    reached = {edge.target for edge in edges}
    inside = {**found.inside, **_own_leaves(graph, found)}
    holders = {node.group for node in graph.nodes if node.id in found.target}  # of what is left out: they hold a repetition
    shown, groups = _nested([n for n in nodes if n.kind != "leaf" or n.id in reached], graph.groups, found, inside, holders)
    count = sum(node.kind != "output" for node in shown)
    note = f"{total:,} nodes in {count:,} boxes: what repeats in a row is shown once. fold=False shows all."
    return replace(graph, nodes=tuple(shown), edges=tuple(edges), groups=groups, notes=(*graph.notes, note))


def _owner(id: str) -> str:
    """The node that a primitive belongs to ("n3" for "n3_1"); any other node itself."""
    return id.partition("_")[0]


def _short_cuts(graph: Graph, found: Folded) -> list[Edge]:
    """The edges between what is shown; those that led into a second repetition lead to where the last one goes."""
    out = graph.by_source()
    entrance = {g.closed.id: next(n.id for n in graph.nodes if n.group == g.id) for g in graph.groups if g.closed is not None}
    inputs = {(g.closed.id, e.target): e.input for g in graph.groups if g.closed is not None for e in g.closed_edges}
    edges: list[Edge] = []
    for edge in graph.edges:
        source = _owner(edge.source)
        if source not in found.shown:
            continue
        if _owner(edge.target) in found.shown:
            edges.append(edge)
            continue
        last = found.last.get(source)
        input = inputs.get((source, edge.target), edge.input)
        onward = next((e for e in out[last] if e.input == input), None) if last is not None else None
        goal = found.target.get(edge.target, edge.target) if onward is None else onward.target
        if _owner(goal) in found.shown:
            gradient = edge.gradient if onward is None else onward.gradient
            edges.append(replace(edge, target=entrance.get(goal, goal), gradient=gradient, skipped=found.skipped.get(source, 0)))
    return edges


def _nested(
    nodes: list[Node], groups: tuple[Group, ...], found: Folded, inside: dict[str, str], holders: set[str | None]
) -> tuple[list[Node], tuple[Group, ...]]:
    """The nodes and groups with the repetitions among the groups that there were (modules, opened nodes): one that lies in a
    repetition as a whole goes into it, and a repetition goes into the one that holds all of it."""
    parents = {group.id: group.parent for group in (*groups, *found.groups)}
    members: dict[str, set[str]] = {}
    for node in nodes:
        for start in (node.group, inside.get(_owner(node.id))):
            for group in _around(start, parents):
                members.setdefault(group, set()).add(node.id)
    kept = [group for group in (*groups, *found.groups) if group.id in members]
    repeats = [members[group.id] for group in kept if group.kind == "repeat"]
    kept = [g for g in kept if g.kind != "module" or not any(_cross(members[g.id], repeat) for repeat in repeats)]
    holders = {around for holder in holders for around in _around(holder, parents)}
    kept.sort(key=lambda g: (-len(members[g.id]), g.id not in holders, ("repeat", "module", "definition").index(g.kind), len(g.name)))
    placed = []
    for i, one in enumerate(kept):
        around = next((other.id for other in reversed(kept[:i]) if members[one.id] <= members[other.id]), None)
        placed.append(replace(one, parent=around))
    innermost = list(reversed(placed))
    shown = [replace(n, group=next((g.id for g in innermost if n.id in members[g.id]), None)) for n in nodes]
    return shown, tuple(placed)


def _around(group: str | None, parents: dict[str, str | None]) -> Iterator[str]:
    """A group and those that hold it, from the inside out."""
    while group is not None:
        yield group
        group = parents[group]


def _cross(one: set[str], other: set[str]) -> bool:
    """Whether two sets have something in common, and each something of its own."""
    return bool(one & other) and not one <= other and not other <= one


def _own_leaves(graph: Graph, found: Folded) -> dict[str, str]:
    """Leaves that one repetition alone uses, with its group."""
    users: dict[str, set[str]] = {node.id: set() for node in graph.nodes if node.kind == "leaf"}
    for edge in graph.edges:
        if edge.target in users:
            users[edge.target].add(edge.source)
    groups = {leaf: {found.inside.get(user, "") for user in own} for leaf, own in users.items() if leaf in found.shown}
    return {leaf: next(iter(own)) for leaf, own in groups.items() if len(own) == 1 and "" not in own}


def _in_order(graph: Graph) -> list[Node]:
    """Operations, each before those its gradient goes to, so that what belongs together stands together: where paths part, the
    short ones are gone through first."""
    out = {node.id: [edge.target for edge in edges] for node, edges in zip(graph.nodes, graph.by_source().values(), strict=True)}
    depth: dict[str, int] = {}
    for id in _children_first(graph, out):
        depth[id] = 1 + max((depth[child] for child in out[id]), default=0)
    users: dict[str, int] = {}
    for children in out.values():
        for child in set(children):
            users[child] = users.get(child, 0) + 1
    ends = {n.id for n in graph.nodes if n.kind == "leaf" or (depth[n.id] <= _STEM and users.get(n.id, 0) > 1)}
    for id in list(ends):
        stack = [id]
        while stack:
            for child in out[stack.pop()]:
                if child not in ends:
                    ends.add(child)
                    stack.append(child)
    deep_first = {id: sorted((c for c in children if c not in ends), key=lambda c: -depth[c]) for id, children in out.items()}
    nodes = {node.id: node for node in graph.nodes}
    return [nodes[id] for id in reversed(list(_children_first(graph, deep_first))) if id not in ends]


def _children_first(graph: Graph, children: dict[str, list[str]]) -> Iterator[str]:
    done: set[str] = set()
    for start in graph.nodes:
        stack: list[tuple[str, int]] = [(start.id, 0)] if start.id not in done else []
        done.add(start.id)
        while stack:
            id, i = stack.pop()
            if i < len(children[id]):
                stack.append((id, i + 1))
                child = children[id][i]
                if child not in done:
                    done.add(child)
                    stack.append((child, 0))
            else:
                yield id


def _signatures(graph: Graph, order: list[Node]) -> NDArray[np.int64]:
    """A number for each node: equal numbers have the same type, the same shape, and edges that lead equally far."""
    place = {node.id: i for i, node in enumerate(order)}
    out = graph.by_source()
    place.update(_beginning(order, out, place))
    known: dict[object, int] = {}
    numbers = []
    for i, node in enumerate(order):
        steps = tuple((e.input, e.output, place[e.target] - i if e.target in place else None) for e in out[node.id])
        kind = (node.type, node.shape, node.kind == "output", node.part, steps)
        numbers.append(known.setdefault(kind, len(known)))
    return np.array(numbers, dtype=np.int64)


def _beginning(order: list[Node], out: dict[str, list[Edge]], place: dict[str, int]) -> dict[str, int]:
    """The leaf that everything began with, if there is one: it stands where one more repetition would begin, so that the last one
    looks like those before it. It is found as what the last nodes have where others like them have an operation."""
    along = {(node.type, e.input) for node in order for e in out[node.id] if e.target in place}
    for node in reversed(order):
        for e in out[node.id]:
            if e.target not in place and (node.type, e.input) in along:
                return {e.target: len(order)}
    return {}


def _fold(kinds: NDArray[np.int64], places: tuple[int, int], ids: list[str], found: Folded, parent: str | None, worth: int) -> None:
    """Fold the largest repetition between two places, if it covers `worth` nodes, then what lies before it, after it and within
    its first part."""
    start, end = places
    size, period, count, first = _largest(kinds[start:end])
    if not size or size < worth:
        return
    begin, stop = start + first, start + first + period * count
    group = f"r{len(found.groups)}"
    found.groups.append(Group(group, "", "", parent, "repeat", count=count))
    for i in range(period):
        kept = ids[begin + i]
        found.inside[kept] = group
        found.last[kept] = ids[begin + i + (count - 1) * period]
        found.skipped[kept] = count - 1
        for again in range(1, count):
            other = ids[begin + i + again * period]
            found.target[other] = kept
            found.shown.discard(other)
    _fold(kinds, (start, begin), ids, found, parent, worth)
    _fold(kinds, (begin, begin + period), ids, found, group, period // _WORTH)
    _fold(kinds, (stop, end), ids, found, parent, worth)


def _largest(kinds: NDArray[np.int64]) -> tuple[int, int, int, int]:
    """The repetition that covers most: (nodes covered, length of the part, how often, where it begins); zeros for none."""
    best = (0, 0, 0, 0)
    for period in range(1, min(len(kinds) // LEAST, _LONGEST) + 1):
        same = np.concatenate([[False], kinds[:-period] == kinds[period:], [False]])
        edges = np.flatnonzero(same[1:] != same[:-1])
        begins, lengths = edges[0::2], edges[1::2] - edges[0::2]
        if not lengths.size:
            continue
        longest = int(lengths.argmax())
        count = int(lengths[longest]) // period + 1
        if count >= LEAST and period * count > best[0]:
            best = (period * count, period, count, int(begins[longest]))
    return best
