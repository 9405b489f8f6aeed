"""Findings shown in a picture: a mark in the node's box, and the message below the picture."""

from __future__ import annotations

from dataclasses import replace

from ..graph.model import Graph
from ..graph.words import flagged
from .findings import Findings


def marked(graph: Graph, findings: Findings) -> Graph:
    """The same graph with the nodes of the findings flagged, and the findings among its notes (also where the node is not shown,
    or has been opened into others)."""
    by_place = {(finding.id, finding.node): finding for finding in reversed(findings) if finding.id}
    nodes = []
    for node in graph.nodes:
        finding = by_place.get((node.id, node.type))
        nodes.append(node if finding is None else replace(node, words=flagged(node.words, finding.severity, finding.rule)))
    notes = [f"{f.severity}: {f.rule}{f' at {f.node}' if f.node else ''}: {f.message}" for f in findings] or ["lint: no findings."]
    return replace(graph, nodes=tuple(nodes), notes=(*graph.notes, *notes))
