"""Graphviz's SVG made ready for the page: each part knows what it shows, can be reached and named, and takes the page's colours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from ..graph.model import Edge, Graph, Node
from ..graph.numbers import safe_text, shape_text
from ..graph.render import render
from .colours import property_of
from .steps import spoken_name, spoken_values

_FONTS = {"Helvetica": "words", "Courier": "numbers"}
_PAIR = re.compile(r"([\w.]+)(?::\w+)*->([\w.]+)")
_MARGIN = 14.0


def page_svg(graph: Graph, source: str) -> str:
    """Lay out DOT text of `graph` and return SVG for the page, without the legend and the notes (the page has its own).

    A node's part bears `data-node`, a gradient's `data-edge`, an arrow's `data-flow` (the edge that it is a piece of) and a
    group's `data-group`. The DOT text is made in the colours of `marked_theme`.
    """
    root = ET.fromstring(render(source, "svg"))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in [name for name in element.attrib if "}" in name]:
            del element.attrib[name]
        _recolour(element)
    drawing = next(child for child in root if child.tag == "g")
    for child in list(drawing):
        if child.tag != "g":  # the background, the legend and the title
            drawing.remove(child)
    _mark(drawing, graph)
    return ET.tostring(_framed(root, drawing), encoding="unicode", short_empty_elements=True)


def _recolour(element: ET.Element) -> None:
    for attribute in ("fill", "stroke"):
        if attribute in element.attrib:
            element.set(attribute, property_of(element.attrib[attribute]))
    family = element.attrib.pop("font-family", "").partition(",")[0]
    if family in _FONTS:
        element.set("class", _FONTS[family])


def _mark(drawing: ET.Element, graph: Graph) -> None:
    nodes = {node.id: node for node in graph.nodes}
    edges = {edge.id: edge for edge in graph.edges}
    groups = {group.id: group for group in graph.groups}
    direct = {(edge.source, edge.target): edge.id for edge in graph.edges}
    for part in drawing:
        title = part.find("title")
        pair = _PAIR.fullmatch(title.text or "") if title is not None else None
        if title is not None:
            part.remove(title)
        id = part.attrib.pop("id", "")
        if id in nodes:
            _button(part, "node", id, _node_label(nodes[id]))
            part.set("data-kind", nodes[id].kind)
        elif id in groups:
            part.set("data-group", id)
        elif id in edges and pair is None:
            _button(part, "edge", id, _edge_label(edges[id], nodes))
        elif pair is not None:
            flow = id if id in edges else next((end for end in pair.groups() if end in edges), direct.get((pair[1], pair[2]), ""))
            part.set("data-flow", flow)
            part.set("aria-hidden", "true")
        else:
            part.set("aria-hidden", "true")


def _button(part: ET.Element, what: str, id: str, label: str) -> None:
    part.set(f"data-{what}", id)
    part.set("role", "button")
    part.set("tabindex", "-1")
    part.set("aria-label", label)


def _node_label(node: Node) -> str:
    value = node.value
    kind = "" if value is None else f"{shape_text(value.shape)} {value.dtype}"
    number = spoken_values(value) if value is not None and not value.shape and value.array is not None else ""
    names = [safe_text(node.name), safe_text(node.type) if node.kind != "output" else "", node.words]
    return ", ".join(filter(None, [*names, kind, number]))


def _edge_label(edge: Edge, nodes: Mapping[str, Node]) -> str:
    ends = f"from {spoken_name(nodes[edge.source])} to {spoken_name(nodes[edge.target])}"
    return f"gradient {ends}: {spoken_values(edge.gradient)}"


def _framed(root: ET.Element, drawing: ET.Element) -> ET.Element:
    """The drawing in a new frame that fits what is left of it."""
    xs: list[float] = []
    ys: list[float] = []
    for element in drawing.iter():
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", element.get("points", "") + " " + element.get("d", ""))]
        xs += numbers[0::2]
        ys += numbers[1::2]
        if element.tag == "ellipse":
            x, y, rx, ry = (float(element.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
            xs += [x - rx, x + rx]
            ys += [y - ry, y + ry]
        elif element.tag == "text":  # its width is not known, but the box around it is drawn
            xs.append(float(element.get("x", "0")))
            ys.append(float(element.get("y", "0")))
    left, top = min(xs) - _MARGIN, min(ys) - _MARGIN
    width, height = max(xs) + _MARGIN - left, max(ys) + _MARGIN - top
    drawing.attrib.clear()
    root.attrib.clear()
    root.set("viewBox", f"{left:.2f} {top:.2f} {width:.2f} {height:.2f}")
    root.set("data-width", f"{width:.2f}")
    root.set("data-height", f"{height:.2f}")
    root.set("role", "group")
    for child in list(root):
        if child is not drawing:
            root.remove(child)
    return root
