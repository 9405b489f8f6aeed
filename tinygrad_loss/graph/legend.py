"""The small print of a picture: its notes, and what its shapes, colours and widths mean."""

from __future__ import annotations

from textwrap import wrap

from .markup import escaped, font, left
from .model import Graph
from .numbers import safe_text
from .strength import Scale, state_of
from .theme import Theme

_WIDE = 6  # the most swatches in a row


def legend(graph: Graph, theme: Theme, scale: Scale | None, measured: bool, facing: str = "down") -> str:
    """The label under a picture. `facing` says which way the arrows point."""
    kinds = {node.kind for node in graph.nodes}
    parts = {node.part for node in graph.nodes}
    groups = {group.kind for group in graph.groups}
    cells = [_swatch("result", theme.loss_fill, theme.loss_ink, "")]
    if "operation" in kinds:
        name = "operation of the forward pass" if "backward" in parts else "operation"
        cells.append(_swatch(name, theme.operation_fill, theme.ink, f' STYLE="ROUNDED" BORDER="1" COLOR="{theme.operation_line}"'))
    if "module" in kinds:
        cells.append(_swatch("module: its operations are not shown", theme.operation_fill, theme.ink,
                             f' STYLE="ROUNDED" BORDER="2" COLOR="{theme.operation_line}"'))
    if "backward" in parts:
        cells.append(_swatch("∂ operation of the backward pass", theme.backward_fill, theme.ink,
                             f' STYLE="ROUNDED,DASHED" BORDER="2" COLOR="{theme.backward_line}"'))
    if "leaf" in kinds:
        cells.append(_swatch("leaf: asks for a gradient", theme.leaf_fill, theme.ink, f' BORDER="2" COLOR="{theme.leaf_line}"'))
    names = {"definition": "primitives of one node", "module": "module", "repeat": "repeated part"}
    for kind in ("definition", "module", "repeat"):
        if kind in groups:
            style = "ROUNDED,DASHED" if kind == "repeat" else "ROUNDED"
            cells.append(_swatch(names[kind], theme.group_fill, theme.ink, f' STYLE="{style}" BORDER="1" COLOR="{theme.group_line}"'))
    if measured:
        cells.append(_swatch(f"gradient that flows {facing} the arrow" if facing else "gradient that flows along the arrow",
                             theme.gradient_fill, theme.gradient, f' STYLE="ROUNDED" BORDER="1" COLOR="{theme.gradient}"'))
    texts = [part for note in graph.notes for part in wrap(safe_text(note, 300), 60)]
    notes = "".join(left(font(escaped(text), 12, theme.ink)) for text in texts)
    wide = -(-len(cells) // -(-len(cells) // _WIDE))
    rows = [_row(cells[i:i + wide]) for i in range(0, len(cells), wide)]
    if scale is not None:
        rows.append(_scale(scale, graph, theme))
    return ('<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"><TR><TD HEIGHT="10"></TD></TR>' + notes
            + "".join(left(row) for row in rows) + "</TABLE>>")


def _scale(scale: Scale, graph: Graph, theme: Theme) -> str:
    """Arrows of several widths with what they mean."""
    cells = [f"<TD>{font('arrow: largest |gradient|, as loss per unit', 11, theme.grey)}</TD>"]
    for size in scale.marks():
        height = max(1, round(scale.width(size)))
        bar = (f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR><TD FIXEDSIZE="TRUE" WIDTH="26" '
               f'HEIGHT="{height}" BGCOLOR="{scale.colour(size, theme)}"></TD></TR></TABLE>')
        cells.append(f"<TD>{bar}</TD><TD>{font(f'{size:g}', 11, theme.ink)}</TD>")
    states = {state_of(edge.gradient)[0] for edge in graph.edges}
    marks = {"nan": "heavy, diamond: nan", "inf": "heavy, double: inf", "zero": "dashed, hollow: all zero",
             "none": "dotted, bar: no gradient comes"}
    said = [text for state, text in marks.items() if state in states]
    if said:
        cells.append(f"<TD>{font(escaped('   '.join(said)), 11, theme.grey)}</TD>")
    return _row(cells)


def _row(cells: list[str]) -> str:
    return '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="6" CELLPADDING="5"><TR>' + "".join(cells) + "</TR></TABLE>"


def _swatch(text: str, fill: str, ink: str, style: str) -> str:
    return f'<TD BGCOLOR="{fill}"{style}>{font(text, 11, ink)}</TD>'
