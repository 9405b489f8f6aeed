"""Two graphs side by side: partners on one level, joined by a dashed line that says how far they are apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import graphviz  # type: ignore[import-untyped]

from ..graph.markup import escaped
from ..graph.model import Edge, Graph, Node, Values
from ..graph.numbers import rows_of, safe_text, shape_text
from .records import Pair
from .table import cell

# Told apart by line style and words as well as by colour.
INK, GREY, PAPER = "#1f2933", "#5b6770", "#ffffff"
SAME_FILL, SAME_LINE = "#e6f0f9", "#3a78b0"
DIFFERENT_FILL, DIFFERENT_LINE = "#fdebd9", "#b35c00"
ALONE_FILL, ALONE_LINE = "#f2f2ef", "#5b6770"
FIRST_LINE = "#a82a37"
TEXT_FONT, NUMBER_FONT = "Helvetica", "Courier"

#: More pairs than this are not drawn.
PAIRS = 60


def around(pairs: Sequence[Pair], first: Pair | None) -> tuple[int, Sequence[Pair], str]:
    """Of many pairs those around the first difference: where they begin, the pairs, and a note that says so."""
    start = 0 if first is None else max(0, min(pairs.index(first) - PAIRS // 2, len(pairs) - PAIRS))
    shown = pairs[start:start + PAIRS]
    if len(shown) == len(pairs):
        return start, shown, ""
    return start, shown, f"Shown are {len(shown)} of {len(pairs)} nodes, {'from the result on' if first is None else 'around the first difference'}."


def side_by_side(ours: Graph, theirs: Graph, pairs: Sequence[Pair], first: Pair | None, names: tuple[str, str]) -> tuple[Graph, str]:
    """The two graphs as one, with ids "a_n1" and "b_n1", and its DOT text. Of many pairs those around the first difference are
    drawn, and a note says so."""
    start, shown, note = around(pairs, first)
    dot = graphviz.Digraph("comparison")
    dot.attr("graph", rankdir="TB", nodesep="0.6", ranksep="0.35", bgcolor=PAPER, pad="0.3", fontname=TEXT_FONT, fontcolor=INK, labelloc="b",
             labeljust="l", label=_legend(note))
    dot.attr("node", fontname=TEXT_FONT, fontsize="13", fontcolor=INK, margin="0.12,0.07", shape="box")
    dot.attr("edge", fontname=TEXT_FONT, fontsize="11", fontcolor=GREY, color=INK, arrowsize="0.7")
    kept: dict[str, Node] = {}
    lone = _alone_on_their_level(ours), _alone_on_their_level(theirs)
    with dot.subgraph() as top:
        top.attr(rank="same")
        for side, name in zip("ab", names, strict=True):
            top.node(f"{side}_title", f"<<B>{escaped(safe_text(name))}</B>>", shape="plaintext", fontsize="16")
        top.edge("a_title", "b_title", style="invis", minlen="2")
    for number, pair in enumerate(shown, start + 1):
        both = pair.ours is not None and pair.theirs is not None
        # A line between partners would run through what stands between them, where there are several on one level.
        line = pair.ours is not None and pair.theirs is not None and pair.ours.id in lone[0] and pair.theirs.id in lone[1]
        with dot.subgraph() as row:
            row.attr(rank="same")
            for side, node in zip("ab", (pair.ours, pair.theirs), strict=True):
                if node is not None:
                    kept[f"{side}_{node.id}"] = replace(node, id=f"{side}_{node.id}")
                    remarks = _remarks(pair) if both and not line and side == "b" else []
                    _draw(row, f"{side}_{node.id}", number, node, pair, remarks, pair is first)
            if pair.ours is not None and pair.theirs is not None:
                colour = DIFFERENT_LINE if pair.differences else SAME_LINE
                look = {"style": "dashed", "color": colour, "fontcolor": colour if pair.differences else GREY,
                        "label": " \\n".join(f" {remark} " for remark in _remarks(pair))} if line else {"style": "invis"}
                row.edge(f"a_{pair.ours.id}", f"b_{pair.theirs.id}", arrowhead="none", constraint="false", **look)
    edges = []
    for side, graph in zip("ab", (ours, theirs), strict=True):
        roots = [f"{side}_{edge.target}" for edge in graph.edges if edge.source == "n0"]
        for root in roots:
            if root in kept:
                dot.edge(f"{side}_title", root, arrowhead="none", color=GREY)
        for edge in graph.edges:
            source, target = f"{side}_{edge.source}", f"{side}_{edge.target}"
            if source in kept and target in kept:
                edges.append(replace(edge, id=f"{side}_{edge.id}", source=source, target=target))
                dot.edge(source, target, id=f"{side}_{edge.id}", **_numbered(edge, graph))
    root_node = Node("n0", "output", "", name=f"{names[0]} and {names[1]}")
    return Graph((root_node, *kept.values()), tuple(edges), library=ours.library), str(dot.source)


def _numbered(edge: Edge, graph: Graph) -> dict[str, str]:
    several = sum(other.source == edge.source for other in graph.edges) > 1
    return {"label": f" input {edge.input} "} if several else {}


def _alone_on_their_level(graph: Graph) -> set[str]:
    """The ids of the nodes that share their distance from the result (by the longest way) with no other."""
    out = graph.by_source()
    waiting = Counter(edge.target for edge in graph.edges)
    level = {graph.nodes[0].id: 0}
    ready = [graph.nodes[0].id]
    for id in ready:  # grows while it is read
        for edge in out[id]:
            level[edge.target] = max(level.get(edge.target, 0), level[id] + 1)
            waiting[edge.target] -= 1
            if not waiting[edge.target]:
                ready.append(edge.target)
    shared = Counter(level.values())
    return {id for id, where in level.items() if shared[where] == 1}


def _draw(row: graphviz.Digraph, name: str, number: int, node: Node, pair: Pair, remarks: Sequence[str], first: bool) -> None:
    fill, line, style, pen = SAME_FILL, SAME_LINE, "filled", "1.2"
    if pair.ours is None or pair.theirs is None:
        fill, line, style = ALONE_FILL, ALONE_LINE, "filled,dashed"
    elif pair.differences:
        fill, line, pen = DIFFERENT_FILL, DIFFERENT_LINE, "2"
    if first:
        line, pen = FIRST_LINE, "4"
    row.node(name, _label(number, node, remarks, first), id=name, style=style, fillcolor=fill, color=line, penwidth=pen)


def _label(number: int, node: Node, remarks: Sequence[str], first: bool) -> str:
    lines = [_line("FIRST DIFFERENCE", 11, FIRST_LINE)] if first else []
    title = f"{node.name} " if node.kind == "leaf" and node.name else ""
    lines.append(_line(f"{number}  <B>{escaped(safe_text(title + node.type))}</B>", 13))
    if node.value is not None:
        lines += _numbers(f"{shape_text(node.value.shape)} {node.value.dtype}", node.value)
    if node.gradient is not None:
        lines += _numbers("gradient", node.gradient, FIRST_LINE)
    lines += [_line(escaped(remark), 11, GREY) for remark in remarks]
    return '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">' + "".join(lines) + "</TABLE>>"


def _numbers(caption: str, values: Values, colour: str = INK) -> list[str]:
    rows = rows_of(values)
    if not values.shape and len(rows) == 1:
        return [_line(escaped(f"{caption}  {rows[0].strip()}"), 11, colour)]
    text = "".join(escaped(row) + '<BR ALIGN="LEFT"/>' for row in rows)
    return [_line(escaped(caption), 11, GREY if colour == INK else colour), *([_line(text, 11, colour, NUMBER_FONT)] if text else [])]


def _remarks(pair: Pair) -> list[str]:
    """How two partners differ, in a few words each."""
    found = [d.message.partition(": ")[2].partition(":")[0] for d in pair.differences if d.kind in ("node", "edge", "shape", "dtype")]
    found += [] if pair.value is None else [f"values {cell(pair.value, pair.exact)}"]
    return found if pair.gradient is None else [*found, f"gradients {cell(pair.gradient)}"]


def _line(text: str, size: int, colour: str = INK, face: str = TEXT_FONT) -> str:
    return f'<TR><TD><FONT FACE="{face}" POINT-SIZE="{size}" COLOR="{colour}">{text}</FONT></TD></TR>'


def _legend(note: str) -> str:
    cells = "".join(f'<TD BGCOLOR="{fill}" BORDER="1" COLOR="{line}" STYLE="{style}"><FONT POINT-SIZE="11">{text}</FONT></TD>' for text, fill, line, style in (
        ("the same in both", SAME_FILL, SAME_LINE, "SOLID"), ("different", DIFFERENT_FILL, DIFFERENT_LINE, "SOLID"),
        ("in one graph only", ALONE_FILL, ALONE_LINE, "DASHED"), ("first difference", PAPER, FIRST_LINE, "SOLID")))
    told = f'<TR><TD ALIGN="LEFT" COLSPAN="4"><FONT POINT-SIZE="12">{escaped(note)}</FONT></TD></TR>' if note else ""
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="6" CELLPADDING="4">{told}<TR>{cells}</TR></TABLE>>'
