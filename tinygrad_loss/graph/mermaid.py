"""The picture model as Mermaid text, which GitHub, GitLab and many editors draw by themselves."""

from __future__ import annotations

from .model import Edge, Graph, Node
from .numbers import remark, rows_of, safe_text, shape_text
from .strength import state_of

_MOST, _MOST_ON_ARROWS = 6, 3  # numbers: Mermaid breaks long lines


def to_mermaid(graph: Graph, direction: str = "TB") -> str:
    """A picture as a Mermaid flowchart."""
    lines = [f"flowchart {direction}"]
    _scope(lines, graph, None, "  ")
    out = graph.by_source()
    for node in graph.nodes:
        for edge in out[node.id]:
            text = _edge_text(edge, len(out[node.id]) > 1)
            state = state_of(edge.gradient)[0]
            arrow = "-.->" if state in ("none", "zero") else "==>" if state in ("nan", "inf") else "-->"
            lines.append(f"  {edge.source} {arrow}{f'|{chr(34)}{text}{chr(34)}|' if text else ''} {edge.target}")
    lines += ["  classDef output fill:#243b5a,color:#ffffff,stroke:#243b5a", "  classDef operation fill:#e6f0f9,color:#1f2933,stroke:#3a78b0",
              "  classDef backward fill:#efe8f6,color:#1f2933,stroke:#6f4a9b,stroke-dasharray:5 3",
              "  classDef module fill:#e6f0f9,color:#1f2933,stroke:#3a78b0,stroke-width:4px",
              "  classDef leaf fill:#fff1cf,color:#1f2933,stroke:#b9821b,stroke-width:2px"]
    lines += [f"  style {group.id} fill:#f6f6f4,stroke:#8a9099,color:#1f2933" for group in graph.groups]
    lines += [f"  %% {_plain(note)}" for note in graph.notes]
    return "\n".join(lines) + "\n"


def _scope(lines: list[str], graph: Graph, scope: str | None, indent: str) -> None:
    for node in graph.nodes:
        if node.group == scope:
            left, right = {"output": ("{{", "}}"), "leaf": ("[", "]")}.get(node.kind, ("(", ")"))
            kind = "backward" if node.part == "backward" else node.kind
            lines.append(f'{indent}{node.id}{left}"{_node_text(node)}"{right}:::{kind}')
    for group in graph.groups:
        if group.parent == scope:
            title = f"x {group.count}" if group.kind == "repeat" else f"{group.name} {group.type}".strip()
            lines.append(f'{indent}subgraph {group.id}["{_escaped(title)}"]')
            _scope(lines, graph, group.id, indent + "  ")
            lines.append(f"{indent}end")


def _node_text(node: Node) -> str:
    parts = [f"<b>{_escaped(node.name or node.words or node.type)}</b>"]
    if node.kind == "module":
        parts.append(_escaped(f"{node.words}({node.type})"))
    elif node.type and (node.name or node.words):
        parts.append(_escaped(node.type))
    if node.value is not None:
        parts.append(_escaped(f"{shape_text(node.value.shape)} {node.value.dtype}"))
        parts += [_escaped(row.strip()) for row in rows_of(node.value, _MOST)]
    return "<br/>".join(parts)


def _edge_text(edge: Edge, numbered: bool) -> str:
    which = [f"input {edge.input}"] if numbered else []
    which += [f"after {edge.skipped} more"] if edge.skipped else []
    if edge.gradient is not None:
        rows = rows_of(edge.gradient, _MOST_ON_ARROWS)
        which.append(remark(edge.gradient) or "gradient " + "; ".join(" ".join(row.split()) for row in rows))
    return _escaped(", ".join(which))


def _escaped(text: str) -> str:
    """Text that Mermaid shows as it is: everything that it could read as markup is written as a code."""
    return "".join(c if c.isalnum() or c in " .,-+:()/=×…_@" else f"#{ord(c)};" for c in safe_text(text, 120))  # noqa: RUF001


def _plain(text: str) -> str:
    return safe_text(text, 300).replace("%", "")
