"""What the page knows of a graph, as plain values for JSON: nodes, edges, steps, formulas, code, and the arrays as heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..graph.model import Edge, Graph, Node, Values
from ..graph.numbers import difference, remark, safe_text
from .cells import ALL_CELLS, MOST_CELLS, heat_map
from .source import source_of
from .steps import backward_steps

_LONGEST_CODE = 6000


class Tensors:
    """The arrays of a page, each kept once: what refers to an array holds its number."""

    def __init__(self) -> None:
        self._values: list[Values] = []
        self._numbers: dict[Any, int] = {}

    def number(self, values: Values | None) -> int | None:
        """The number of an array in the list; None for none."""
        if values is None:
            return None
        content = b"" if values.array is None else values.array.tobytes()
        key = (values.shape, values.dtype, hash(content), len(content))
        if key not in self._numbers:
            self._numbers[key] = len(self._values)
            self._values.append(values)
        return self._numbers[key]

    def told(self) -> list[dict[str, Any]]:
        """All arrays as heat maps; the more there are, the fewer cells each has, so that a page stays small."""
        most = min(MOST_CELLS, ALL_CELLS // max(len(self._values), 1))
        return [heat_map(values, most) | ({"remark": remark(values)} if remark(values) else {}) for values in self._values]


def graph_facts(graph: Graph, tensors: Tensors) -> dict[str, Any]:
    """One form of a graph: what can be clicked, and in which order its backward pass runs."""
    steps = backward_steps(graph)
    return {
        "open": sorted(group.closed.id for group in graph.groups if group.closed is not None),
        "nodes": {node.id: _node_facts(node, tensors) for node in graph.nodes},
        "edges": {edge.id: _edge_facts(edge, tensors) for edge in graph.edges},
        "groups": {group.id: {"type": safe_text(group.type), "words": group.words, "name": safe_text(group.name),
                              "kind": group.kind, "node": group.closed.id if group.closed is not None else None}
                   for group in graph.groups},
        "steps": [{"node": step.node, "edges": step.edges, "text": step.text} for step in steps],
    }


def _node_facts(node: Node, tensors: Tensors) -> dict[str, Any]:
    formula = node.formula
    saved = [(s.name, s.value, s.origin) for s in node.keeps] or [(name, value, "") for name, value in node.saved]
    return {
        "kind": node.kind,
        "type": safe_text(node.type),
        "words": node.words,
        "name": safe_text(node.name),
        "module": safe_text(node.module),
        "part": node.part,
        "computed": node.computed,
        "forward": formula.forward if formula else "",
        "backward": list(formula.backward) if formula else [],
        "outputs": [tensors.number(value) for value in node.outputs],
        "gradients": [tensors.number(gradient) for gradient in node.gradients],
        "stored": tensors.number(node.stored),
        "saved": [{"name": safe_text(name), "from": origin, **({"text": safe_text(value, 200)} if isinstance(value, str)
                                                               else {"tensor": tensors.number(value)})}
                  for name, value, origin in saved],
        "group": node.group,
    }


def _edge_facts(edge: Edge, tensors: Tensors) -> dict[str, Any]:
    verdict = "" if edge.gradient is None or edge.reference is None else difference(edge.gradient, edge.reference)
    return {"source": edge.source, "target": edge.target, "input": edge.input, "gradient": tensors.number(edge.gradient),
            "reference": tensors.number(edge.reference), "verdict": verdict}


def sources(graphs: Sequence[Graph]) -> dict[str, dict[str, Any]]:
    """The package's code behind each type of node, where it has one."""
    types = {node.type for graph in graphs for node in graph.nodes if node.kind == "operation"}
    types |= {group.type for graph in graphs for group in graph.groups if group.kind == "definition"}
    found = {name: source_of(name) for name in sorted(types)}
    told = {safe_text(name): asdict(source) for name, source in found.items() if source is not None}
    for source in told.values():
        if len(source["code"]) > _LONGEST_CODE:
            source["code"] = source["code"][:_LONGEST_CODE] + "\n..."
    return told
