"""The picture model as text, for a terminal."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest

from .model import Edge, Graph, Group, Node, Values
from .numbers import difference, remark, rows_of, safe_text, shape_text, warning


def to_text(graph: Graph) -> str:
    """A picture as lines of text: the loss first, and below each node the gradients that it sends on.

    A node with one input is followed by that input; one with several branches. A node that several edges reach is printed once
    and referred to by its number afterwards.
    """
    out = graph.by_source()
    groups = {group.id: group for group in graph.groups}
    reached = Counter(edge.target for edge in graph.edges)
    nodes = {node.id: node for node in graph.nodes}
    whole = not any(group.kind == "repeat" for group in graph.groups)
    lines: list[str] = []
    seen: set[str] = set()
    # Each entry is a node with the text that stands before its first and its further lines, and the edge that leads to it.
    roots = [node.id for node in reversed(graph.nodes) if not reached[node.id]]
    stack: list[tuple[str, str, str, Edge | None]] = [(root, "", "", None) for root in roots]
    while stack:
        node_id, first, rest, edge = stack.pop()
        node = nodes[node_id]
        if edge is not None:
            branch = len(out[edge.source]) > 1
            head, bar = (first, rest) if branch else (first + "│ ", rest + "│ ")
            lines += _edge_lines(edge, branch, head, bar, graph)
            first = rest
        if node_id in seen:
            lines.append(f"{first}{node.name or node.type}: see #{node_id[1:]} above")
            continue
        seen.add(node_id)
        if node.kind != "leaf":
            left = _around(nodes[edge.source].group, groups) if edge is not None else []
            lines += [f"{first}[ {_group_title(group)} ]" for group in reversed(_around(node.group, groups)) if group not in left]
        number = f"#{node_id[1:]} " if reached[node_id] > 1 else ""
        lines += [first + number + _title(node), *(rest + line for line in _details(node, reached[node_id], whole))]
        edges = out[node_id]
        if len(edges) == 1:
            stack.append((edges[0].target, rest, rest, edges[0]))
        else:
            for i, step in reversed(list(enumerate(edges))):
                last = i == len(edges) - 1
                stack.append((step.target, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "), step))
    return "\n".join([*lines, *(["", *graph.notes] if graph.notes else [])])


def _around(group: str | None, groups: dict[str, Group]) -> list[Group]:
    """The groups that hold what is in `group`, from the innermost."""
    found = []
    while group is not None:
        found.append(groups[group])
        group = groups[group].parent
    return found


def _group_title(group: Group) -> str:
    if group.kind == "repeat":
        return f"x {group.count:,} in a row, the first is shown"
    if group.kind == "module":
        return safe_text(f"{group.name}: {group.type}")
    return f"{safe_text(group.type)} opened into primitives"


def _title(node: Node) -> str:
    value = node.value
    kind = ""
    if value is not None:
        kind = "  " + ", ".join(filter(None, [f"{shape_text(value.shape)} {value.dtype}", warning(value) if value.shape else ""]))
    if node.kind == "output":
        return safe_text(node.name) + kind
    if node.kind == "leaf":
        name = f"{safe_text(node.name)}  " if node.name else ""
        return f"{name}{node.type}{kind}" + ("  (no gradient yet)" if node.stored is None else "")
    named = f"  {safe_text(node.name)}" if node.name else ""
    if node.kind == "module":
        return f"{safe_text(node.words)}({safe_text(node.type)}){named}{kind}"
    part = "  (backward pass)" if node.part == "backward" else ""
    return f"{safe_text(node.type)}  {node.words}{named}{kind}{part}"


def _details(node: Node, arrivals: int, whole: bool) -> list[str]:
    lines = [] if node.value is None else _indented("", node.value)
    for name, value in node.saved:
        label = name if node.kind == "module" else f"saved {name}"
        lines += [f"    {safe_text(label)}: {value}"] if isinstance(value, str) else _indented(f"{label}: ", value)
    if arrivals > 1 and node.gradient is not None and len(node.gradients) == 1:
        lines += _indented(f"sum of {arrivals if whole else 'all'} gradients: ", node.gradient)
    if node.stored is not None:
        lines += _indented(".grad: ", node.stored)
    return lines


def _indented(label: str, values: Values) -> list[str]:
    rows = rows_of(values)
    return [f"    {label if i == 0 else ' ' * len(label)}{row}" for i, row in enumerate(rows)]


def _edge_lines(edge: Edge, branch: bool, head: str, bar: str, graph: Graph) -> list[str]:
    which = f"input {edge.input}: " if branch else ""
    which += f"after {edge.skipped:,} more: " if edge.skipped else ""
    if edge.gradient is None:
        return [head + which.removesuffix(": ")] if which else [head.rstrip()]
    notes = [remark(edge.gradient)]
    rows = rows_of(edge.gradient)
    if edge.reference is not None:
        notes.append(difference(edge.gradient, edge.reference))
        theirs = rows_of(edge.reference)
        width = max(len(graph.library), *map(len, rows)) if rows else len(graph.library)
        pairs = zip_longest([graph.library, *rows], [graph.reference, *theirs], fillvalue="")
        rows = [f"{ours:<{width}}   {other}".rstrip() for ours, other in pairs]
    caption = ", ".join(filter(None, [f"{which}gradient {shape_text(edge.gradient.shape)}", *notes]))
    return [head + caption, *(f"{bar}  {row}" for row in rows)]
