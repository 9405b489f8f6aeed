"""Pieces of Graphviz's HTML-like labels."""

from __future__ import annotations

import html
from collections.abc import Iterable

from .model import Values
from .numbers import rows_of, safe_text, shape_text, warning

TEXT_FONT, NUMBER_FONT = "Helvetica", "Courier"


def bold(name: str) -> str:
    """A name, made safe, in bold type."""
    return f"<B>{escaped(safe_text(name))}</B>"


def escaped(text: str) -> str:
    r"""Text for a label. Graphviz would read \N in it as the node's own name.

    >>> escaped(r"<\N>")
    '&lt;&#92;N&gt;'
    """
    return html.escape(text).replace("\\", "&#92;")


def font(text: str, size: int, colour: str, face: str = TEXT_FONT) -> str:
    """Markup in a size and colour; "" stays empty."""
    return f'<FONT FACE="{face}" POINT-SIZE="{size}" COLOR="{colour}">{text}</FONT>' if text else ""


def line(text: str, size: int, colour: str, face: str = TEXT_FONT) -> str:
    """A row of a table, centred."""
    return f"<TR><TD>{font(text, size, colour, face)}</TD></TR>"


def left(text: str) -> str:
    """A row of a table, on the left."""
    return f'<TR><TD ALIGN="LEFT">{text}</TD></TR>'


def table(lines: Iterable[str]) -> str:
    """Rows as a table."""
    return '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">' + "".join(lines) + "</TABLE>"


def label(lines: Iterable[str]) -> str:
    """Rows as a whole label."""
    return f"<{table(lines)}>"


def kind_text(values: Values) -> str:
    """Shape and dtype, and a warning of nan and the infinities."""
    return html.escape(", ".join(filter(None, [f"{shape_text(values.shape)} {values.dtype}", warning(values) if values.shape else ""])))


def numbers(values: Values, colour: str, size: int = 11, most: int | None = None) -> list[str]:
    """The numbers of an array as one row of a table, or no row; more than `most` are summarised."""
    rows = rows_of(values, most)
    text = "".join(html.escape(row) + '<BR ALIGN="LEFT"/>' for row in rows)
    return [line(text, size, colour, NUMBER_FONT)] if rows else []


def captioned(caption: str, value: Values | str, colour: str, grey: str, most: int | None = None) -> list[str]:
    """A caption (markup) with a word, or with a shape and dtype over the numbers; a single number stands beside its caption.
    `grey` is the colour of captions."""
    if isinstance(value, str):
        return [line(caption + escaped(value), 11, grey)]
    rows = rows_of(value, most)
    head = font(caption + kind_text(value), 11, grey)
    if len(rows) == 1 and not value.shape:
        return [f"<TR><TD>{head}{font('  ' + html.escape(rows[0]), 11, colour, NUMBER_FONT)}</TD></TR>"]
    return [f"<TR><TD>{head}</TD></TR>", *numbers(value, colour, most=most)]
