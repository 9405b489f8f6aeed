"""A comparison as a table for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..graph.model import Node
from ..graph.numbers import safe_text, shape_text
from .findings import gap_text
from .measures import Gap, ulps_text
from .records import Difference, Pair, Parting, title_of

#: More rows than this are not printed.
ROWS = 100


def to_table(pairs: Sequence[Pair], names: tuple[str, str]) -> list[str]:
    """The pairs as aligned lines: the two nodes, the shape, and how far values and gradients are apart. The numbers are
    those of the picture; a row with a difference has a mark in front."""
    head = ("", "", names[0], names[1], "shape", "values", "gradients")
    rows = [_row(number, pair) for number, pair in enumerate(pairs[:ROWS], 1)]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines if len(pairs) <= ROWS else [*lines, f"  ... and {len(pairs) - ROWS} more nodes"]


def _row(number: int, pair: Pair) -> tuple[str, ...]:
    node = pair.ours or pair.theirs
    assert node is not None
    other = "same" if pair.ours and pair.theirs and title_of(pair.ours) == title_of(pair.theirs) else _title(pair.theirs)
    shape = "" if node.shape is None else shape_text(node.shape)
    alone = pair.ours is None or pair.theirs is None
    return ("!" if pair.differences else " ", str(number), _title(pair.ours), other, shape,
            "" if alone else cell(pair.value, pair.exact), "" if alone else cell(pair.gradient))


def _title(node: Node | None) -> str:
    return "(none)" if node is None else safe_text(title_of(node))


def cell(gap: Gap | None, exact: bool = True) -> str:
    """How far two arrays are apart, in a word or two: in brackets where the values are not the libraries' own to the last bit."""
    if gap is None:
        return "not known"
    text = ulps_text(gap.ulps) if gap.close else "DIFFER: inf or nan" if math.isinf(gap.apart) else f"DIFFER by {gap.apart:.1e}"
    if gap.summarised:
        return "(same summary)" if gap.close else f"({text})"
    return text if exact else "(equal)" if gap.equal else "(close)" if gap.close else f"({text})"


def sentences(pairs: Sequence[Pair], differences: Sequence[Difference], parts: Sequence[Parting], names: tuple[str, str]) -> list[str]:
    """What a reader should know, in sentences."""
    lines = []
    summarised = any(gap is not None and gap.summarised for pair in pairs for gap in (pair.value, pair.gradient))
    if differences:
        lines.append(f"First difference: {differences[0]}.")
        if len(differences) > 1:
            lines.append(f"{len(differences)} differences in all; .differences lists them.")
    for part in parts:
        ours, theirs = (safe_text(title_of(node)) for node in (part.pair.ours, part.pair.theirs) if node is not None)
        where = ours if ours == theirs else f"{ours} and {theirs}"
        way = "Going forward, the values part" if part.where == "value" else "Going back, the gradients part"
        lines.append(f"{way} first at {where}: {gap_text(part.gap, names)}.")
    if not parts and any(p.value is not None or p.gradient is not None for p in pairs):
        lines.append(f"All numbers that are known{' one by one' if summarised else ''} in both are the same to the last bit.")
    if summarised:
        lines.append("Tensors with more than a million numbers are cut into up to 4096 parts; the smallest, the mean and the largest number of each "
                     "part are compared.")
    if any(not pair.exact and pair.value is not None and not pair.value.summarised for pair in pairs):
        lines.append("Values in brackets are not kept by the graph: they were worked out anew and are not compared to the last bit.")
    return lines
