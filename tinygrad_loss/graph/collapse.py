"""Modules as single boxes: what happens inside them is left out."""

from __future__ import annotations

from dataclasses import replace

from .model import Edge, Graph, Node
from .numbers import remark, shape_text
from .strength import state_of

_CONTAINERS = ("ModuleList", "ModuleDict")  # they hold modules, but nobody calls them


def find_boxes(graph: Graph, depth: int) -> dict[str, str]:
    """For each node that lies in a module `depth` levels below the outermost (0: the outermost itself), or deeper, or in one that
    holds no other module: the id of that module's group. The graph's nodes must be grouped by their modules. A module that a path
    leaves and enters again cannot be one box and is left out."""
    groups = {group.id: group for group in graph.groups}
    holders = {group.parent for group in graph.groups if group.kind == "module"}
    boxes: dict[str, str] = {}
    for node in graph.nodes:
        around = []
        group = node.group
        while group is not None:
            around.append(groups[group])
            group = groups[group].parent
        called = [g.id for g in reversed(around) if g.kind == "module" and g.type and g.type not in _CONTAINERS]
        if len(called) > depth:
            boxes[node.id] = called[depth]
        elif called and called[-1] not in holders:
            boxes[node.id] = called[-1]
    while turning := set(boxes.values()) & _in_cycles(collapsed(graph, boxes)):
        boxes = {node: box for node, box in boxes.items() if box not in turning}
    return boxes


def _in_cycles(graph: Graph) -> set[str]:
    """The nodes on a circle, or between two circles."""
    left = {node.id for node in graph.nodes}
    for back in (False, True):  # what comes before all circles goes first, then what comes after them
        waiting = dict.fromkeys(left, 0)
        onward: dict[str, list[str]] = {id: [] for id in left}
        for edge in graph.edges:
            one, other = (edge.target, edge.source) if back else (edge.source, edge.target)
            if one in left and other in left:
                waiting[other] += 1
                onward[one].append(other)
        ready = [id for id, count in waiting.items() if not count]
        for id in ready:  # grows while it is read
            left.discard(id)
            for other in onward[id]:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
    return left


def collapsed(graph: Graph, boxes: dict[str, str]) -> Graph:
    """The graph with one node for each module of `boxes`: its value is the module's result, its gradient the one that comes to
    that, and it tells its parameters with the size of their gradients. Nodes may have been opened since."""
    if not boxes:
        return graph
    place = {node.id: boxes.get(_owner(node.id), node.id) for node in graph.nodes}
    edges: list[Edge] = []
    entries: dict[str, list[str]] = {}
    ends: dict[tuple[str, str], int] = {}
    for edge in graph.edges:
        source, target = place[edge.source], place[edge.target]
        if source == target and source in boxes.values():
            continue
        if target != edge.target:
            entries.setdefault(target, []).append(edge.target)
        number = edge.input
        if source != edge.source:  # a module's inputs are counted in the order of its edges
            number = ends.setdefault((source, target), sum(1 for key in ends if key[0] == source))
        edges.append(replace(edge, source=source, target=target, input=number))
    nodes: list[Node] = []
    done: set[str] = set()
    for node in graph.nodes:
        box = place[node.id]
        if box == node.id:
            nodes.append(node)
        elif box not in done:
            done.add(box)
            nodes.append(_box(graph, box, [n for n in graph.nodes if place[n.id] == box], entries.get(box, [])))
    within = {g.id for g in graph.groups if g.id in done or _under(g.id, done, graph)}
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges), groups=tuple(g for g in graph.groups if g.id not in within))


def needed(graph: Graph, boxes: dict[str, str], ids: set[str]) -> set[str]:
    """The nodes whose numbers a picture of these nodes and boxes needs: for a box its parameters, and where it is entered and
    left."""
    if not boxes:
        return ids
    found = {node.id for node in graph.nodes if node.id in ids}
    for edge in graph.edges:
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source != target:
            found |= {edge.source} if source in ids else set()
            found |= {edge.target} if target in ids else set()
    return found | {n.id for n in graph.nodes if n.kind == "leaf" and boxes.get(n.id) in ids}


def _owner(id: str) -> str:
    return id.partition("_")[0]


def _under(group: str, above: set[str], graph: Graph) -> bool:
    parents = {g.id: g.parent for g in graph.groups}
    around: str | None = group
    while around is not None and around not in above:
        around = parents[around]
    return around is not None


def _box(graph: Graph, box: str, inside: list[Node], entries: list[str]) -> Node:
    group = next(g for g in graph.groups if g.id == box)
    first = next((n for n in inside if n.id in entries), inside[0])
    alone = len(set(entries)) == 1
    parameters = tuple((_short(n.name, group.name), _told(n)) for n in inside if n.kind == "leaf")
    return Node(box, "module", group.words, group.type, group.name, first.outputs[:1] if alone else (),
                first.gradients[:1] if alone else (), None, parameters, group.parent, module=group.name)


def _short(name: str, module: str) -> str:
    """A parameter's name within its module."""
    inner = module.partition(".")[2]
    for prefix in (module + ".", inner + "."):
        if prefix != "." and name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _told(leaf: Node) -> str:
    """A parameter in a few words."""
    shape = shape_text(leaf.shape or ())
    if leaf.gradient is None:
        return shape
    state, size = state_of(leaf.gradient)
    return f"{shape}, |gradient| up to {size:.3g}" if state == "flow" else f"{shape}, gradient {remark(leaf.gradient)}"
