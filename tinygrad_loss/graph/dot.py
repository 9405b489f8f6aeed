"""The picture model as DOT text, for Graphviz to lay out."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping
from textwrap import wrap

import graphviz  # type: ignore[import-untyped]

from .model import Edge, Graph, Group, Node, Values
from .numbers import difference, remark, rows_of, safe_text, shape_text

# The roles differ in brightness and in shape as well as in colour, so that they are told apart without seeing colours.
INK, GREY, PAPER = "#1f2933", "#5b6770", "#ffffff"
LOSS_FILL, LOSS_INK = "#243b5a", "#ffffff"
OPERATION_FILL, OPERATION_LINE = "#e6f0f9", "#3a78b0"
LEAF_FILL, LEAF_LINE = "#fff1cf", "#b9821b"
GROUP_FILL, GROUP_LINE = "#f6f6f4", "#8a9099"
GRADIENT, GRADIENT_FILL = "#a82a37", "#fdf4f3"
TEXT_FONT, NUMBER_FONT = "Helvetica", "Courier"


def to_dot(graph: Graph) -> str:
    """DOT text of a picture: the loss on top, gradients flow down the arrows. The same graph gives the same text."""
    dot = graphviz.Digraph("backward")
    dot.attr("graph", rankdir="TB", ordering="out", nodesep="0.35", ranksep="0.3", bgcolor=PAPER, pad="0.3", fontname=TEXT_FONT,
             fontcolor=INK, labelloc="b", labeljust="l", label=_legend(graph))
    dot.attr("node", fontname=TEXT_FONT, fontsize="14", fontcolor=INK, margin="0.12,0.08")
    dot.attr("edge", fontname=TEXT_FONT, fontsize="11", fontcolor=GRADIENT, color=GRADIENT, penwidth="1.4", arrowsize="0.8")
    groups = {node.id: node.group for node in graph.nodes}
    inside: dict[str | None, list[Edge]] = {}
    for edge in graph.edges:
        inside.setdefault(groups[edge.source] if groups[edge.source] == groups[edge.target] else None, []).append(edge)
    _draw_scope(dot, None, graph, inside, _Fans(graph))
    return str(dot.source)


class _Fans:
    """How many edges leave and reach each node."""

    def __init__(self, graph: Graph) -> None:
        self.out = Counter(edge.source for edge in graph.edges)
        self.into = Counter(edge.target for edge in graph.edges)


def _draw_scope(
    dot: graphviz.Digraph, scope: str | None, graph: Graph, inside: Mapping[str | None, list[Edge]], fans: _Fans
) -> None:
    """The nodes, groups and edges that belong to one group, or to none."""
    for node in graph.nodes:
        if node.group == scope:
            _draw_node(dot, node, fans.into[node.id])
    for group in graph.groups:
        if group.parent == scope:
            with dot.subgraph(name=f"cluster_{group.id}") as inner:
                inner.attr("graph", id=group.id, label="", style="rounded,filled", fillcolor=GROUP_FILL, color=GROUP_LINE,
                           penwidth="1.2", margin="14")
                _draw_scope(inner, group.id, graph, inside, fans)
                _draw_title(inner, group, graph)
    for edge in inside.get(scope, ()):
        _draw_edge(dot, edge, fans.out[edge.source] > 1, graph)


def _draw_title(dot: graphviz.Digraph, group: Group, graph: Graph) -> None:
    # The title stands beside the group's first node: an arrow can run through the title that Graphviz would put on top.
    first = next(node.id for node in graph.nodes if node.group == group.id)
    lines = [_line(_bold(group.type), 13), _line(html.escape(group.words), 12, GREY), _line("opened into primitives", 11, GREY)]
    with dot.subgraph() as row:
        row.attr(rank="same")
        row.node(f"{group.id}_title", _rows(lines), shape="plaintext")
        row.edge(f"{group.id}_title", first, style="invis")


def _draw_edge(dot: graphviz.Digraph, edge: Edge, numbered: bool, graph: Graph) -> None:
    which = f"input {edge.input}" if numbered else ""
    if edge.gradient is None:
        dot.edge(edge.source, edge.target, label=which and f" {which} ", id=edge.id, color=GREY, fontcolor=GREY)
        return
    # The gradient is a box on the arrow: Graphviz lets the label of an edge stick out of a group, but not a node.
    dot.node(edge.id, _gradient_label(edge, which, graph), id=edge.id, shape="box", style="rounded,filled",
             fillcolor=GRADIENT_FILL, color=GRADIENT, penwidth="0.6", margin="0.06,0.03")
    dot.edge(edge.source, edge.id, arrowhead="none")
    dot.edge(edge.id, edge.target)


def _draw_node(dot: graphviz.Digraph, node: Node, arrivals: int) -> None:
    if node.kind == "output":
        label = _output_label(node)
        look = {"shape": "octagon", "margin": "0", "style": "filled", "fillcolor": LOSS_FILL, "color": LOSS_FILL}
    elif node.kind == "leaf":
        label = _leaf_label(node, arrivals)
        look = {"shape": "box", "style": "filled", "fillcolor": LEAF_FILL, "color": LEAF_LINE, "penwidth": "2.2"}
    else:
        label = _operation_label(node, arrivals)
        look = {"shape": "box", "style": "rounded,filled", "fillcolor": OPERATION_FILL, "color": OPERATION_LINE}
    dot.node(node.id, label, id=node.id, **look)


def _output_label(node: Node) -> str:
    lines = [_line(_bold(node.name), 16, LOSS_INK)]
    if node.value is not None:
        lines += _numbers(node.value, LOSS_INK, 14)
        lines.append(_line(_kind_text(node.value), 11, LOSS_INK))
    return _rows(lines)


def _operation_label(node: Node, arrivals: int) -> str:
    lines = [_line(_bold(node.words), 14), _line(html.escape(safe_text(node.type)), 11, GREY, NUMBER_FONT)]
    results = [value for value in node.outputs if value is not None]
    if node.name:
        lines.append(_line(_bold(node.name), 12))
    for i, value in enumerate(results):
        lines += _captioned(f"result {i}: " if len(results) > 1 else "", value, INK)
    for saved, constant in node.saved:
        lines += _captioned(f"saved {saved}: ", constant, GREY)
    return _rows([*lines, *_arriving(node, arrivals)])


def _leaf_label(node: Node, arrivals: int) -> str:
    lines = [_line(_bold(node.name), 15)] if node.name else []
    lines.append(_line(html.escape(node.type), 11, GREY, NUMBER_FONT))
    if node.value is not None:
        lines += _captioned("", node.value, INK)
    lines += _arriving(node, arrivals)
    lines += _captioned(".grad: ", node.stored or "no gradient yet", GRADIENT)
    return _rows(lines)


def _arriving(node: Node, arrivals: int) -> list[str]:
    """What comes in where several arrows meet: their gradients add up."""
    if node.gradients and node.gradient is None:
        return [_line("no gradient comes here", 11, GRADIENT)]
    if arrivals < 2 or node.gradient is None or len(node.gradients) > 1:
        return []
    return _captioned(f"sum of {arrivals} gradients: ", node.gradient, GRADIENT)


def _captioned(caption: str, value: Values | str, colour: str) -> list[str]:
    """A caption (markup) with a word, or with a shape and dtype over the numbers; a single number stands beside its caption."""
    if isinstance(value, str):
        return [_line(caption + html.escape(value), 11, GREY if colour == INK else colour)]
    rows = rows_of(value)
    head = _font(caption + _kind_text(value), 11, GREY if colour == INK else colour)
    if len(rows) == 1 and not value.shape:
        return [f"<TR><TD>{head}{_font('  ' + html.escape(rows[0]), 11, colour, NUMBER_FONT)}</TD></TR>"]
    return [f"<TR><TD>{head}</TD></TR>", *_numbers(value, colour)]


def _gradient_label(edge: Edge, which: str, graph: Graph) -> str:
    assert edge.gradient is not None
    shape = f"gradient {shape_text(edge.gradient.shape)}" if edge.gradient.shape else "gradient"
    caption = _font(", ".join(filter(None, [which, shape, remark(edge.gradient)])), 11, GRADIENT)
    if edge.reference is None:
        return _rows([_left(caption), *_numbers(edge.gradient, GRADIENT)])
    ours, theirs = (
        _table([_left(_font(html.escape(safe_text(name)), 11, colour)), *_numbers(values, colour)])
        for name, values, colour in ((graph.library, edge.gradient, GRADIENT), (graph.reference, edge.reference, INK))
    )
    verdict = _font("   " + difference(edge.gradient, edge.reference), 11, GREY)
    return _rows([f'<TR><TD ALIGN="LEFT" COLSPAN="3">{caption}{verdict}</TD></TR>',
                  f'<TR><TD ALIGN="LEFT">{ours}</TD><TD WIDTH="14"></TD><TD ALIGN="LEFT">{theirs}</TD></TR>'])


def _left(text: str) -> str:
    return f'<TR><TD ALIGN="LEFT">{text}</TD></TR>'


def _legend(graph: Graph) -> str:
    kinds = {node.kind for node in graph.nodes}
    cells = [_swatch("result", LOSS_FILL, LOSS_INK, "")]
    if "operation" in kinds:
        cells.append(_swatch("operation", OPERATION_FILL, INK, f' STYLE="ROUNDED" BORDER="1" COLOR="{OPERATION_LINE}"'))
    if "leaf" in kinds:
        cells.append(_swatch("leaf: asks for a gradient", LEAF_FILL, INK, f' BORDER="2" COLOR="{LEAF_LINE}"'))
    if graph.groups:
        cells.append(_swatch("primitives of one node", GROUP_FILL, INK, f' STYLE="ROUNDED" BORDER="1" COLOR="{GROUP_LINE}"'))
    if any(edge.gradient is not None for edge in graph.edges):
        cells.append(_swatch("gradient that flows down the arrow", GRADIENT_FILL, GRADIENT,
                             f' STYLE="ROUNDED" BORDER="1" COLOR="{GRADIENT}"'))
    texts = [line for note in graph.notes for line in wrap(safe_text(note, 300), 60)]
    notes = "".join(_left(_font(html.escape(line), 12, INK)) for line in texts)
    return ('<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"><TR><TD HEIGHT="10"></TD></TR>' + notes
            + '<TR><TD ALIGN="LEFT"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="6" CELLPADDING="5"><TR>' + "".join(cells)
            + "</TR></TABLE></TD></TR></TABLE>>")


def _swatch(text: str, fill: str, ink: str, style: str) -> str:
    return f'<TD BGCOLOR="{fill}"{style}>{_font(text, 11, ink)}</TD>'


def _kind_text(values: Values) -> str:
    return f"{shape_text(values.shape)} {html.escape(values.dtype)}"


def _numbers(values: Values, colour: str = INK, size: int = 11) -> list[str]:
    rows = rows_of(values)
    return [_line("".join(html.escape(row) + '<BR ALIGN="LEFT"/>' for row in rows), size, colour, NUMBER_FONT)] if rows else []


def _bold(name: str) -> str:
    return f"<B>{html.escape(safe_text(name))}</B>"


def _font(text: str, size: int, colour: str, face: str = TEXT_FONT) -> str:
    return f'<FONT FACE="{face}" POINT-SIZE="{size}" COLOR="{colour}">{text}</FONT>' if text else ""


def _line(text: str, size: int, colour: str = INK, face: str = TEXT_FONT) -> str:
    return f"<TR><TD>{_font(text, size, colour, face)}</TD></TR>"


def _table(lines: Iterable[str]) -> str:
    return '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">' + "".join(lines) + "</TABLE>"


def _rows(lines: Iterable[str]) -> str:
    return f"<{_table(lines)}>"
