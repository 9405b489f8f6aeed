"""Numbers as a picture prints them: aligned rows of four digits, or a summary where there are too many."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Values
from .strength import state_of

# What is printed in full; larger arrays are summarised.
MAX_ELEMENTS = 50
MAX_ROWS = 10
MAX_COLUMNS = 8


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape for people.

    >>> shape_text((3, 5)), shape_text((4,)), shape_text(())
    ('3×5', '4', 'scalar')
    """  # noqa: RUF002
    return "×".join(str(n) for n in shape) if shape else "scalar"  # noqa: RUF001


def rows_of(values: Values, most: int | None = None) -> list[str]:
    """The numbers of an array as aligned lines of equal width; [] when they are unknown. An array of more than `most`
    elements becomes one line, its smallest and its largest number.

    Four digits after the point; an exact zero prints as 0, and a number too small for four digits brings exponents, so a
    printed 0.0000 never hides a number. Whole numbers print without a point. A large array gives three lines, its minimum, mean
    and maximum.

    >>> rows_of(Values.of(np.array([[0.25, -1.0], [0.0, 10.0]])))
    [' 0.2500  -1.0000', '      0  10.0000']
    """
    array = values.array
    if most is not None and values.summary is not None and (array is None or array.size > most or not _is_small(array)):
        low, _, high = (_cells(np.array([number]))[0] for number in values.summary)
        return [f"all {low}" if low == high else f"{low} … {high}"]
    if array is None or not _is_small(array):
        if values.summary is None:
            return []
        cells = [_cells(np.array([number]))[0] for number in values.summary]
        width = max(map(len, cells))
        return [f"{label}  {cell:>{width}}" for label, cell in zip(("min ", "mean", "max "), cells, strict=True)]
    if array.size == 0:
        return ["(empty)"]
    cells = _cells(array)
    columns = array.shape[-1] if array.ndim else 1
    width = max(map(len, cells))
    lines = ["  ".join(cell.rjust(width) for cell in cells[i:i + columns]) for i in range(0, len(cells), columns)]
    if array.ndim > 2:
        block = array.shape[-2]
        gaps = [" " * len(lines[0])]
        lines = [line for i in range(0, len(lines), block) for line in (gaps if i else []) + lines[i:i + block]]
    return lines


def _is_small(array: NDArray[Any]) -> bool:
    columns = array.shape[-1] if array.ndim else 1
    rows = array.size // max(columns, 1)
    return array.size <= MAX_ELEMENTS and columns <= MAX_COLUMNS and rows <= MAX_ROWS


def _cells(array: NDArray[Any]) -> list[str]:
    flat = array.reshape(-1).tolist()
    if array.dtype.kind != "f":
        return [f"{v:.4g}" if isinstance(v, complex) else str(v) for v in flat]
    sizes = [abs(v) for v in flat if math.isfinite(v) and v != 0]
    form = ".4f"
    if sizes and (min(sizes) < 5e-5 or max(sizes) >= 1e5):
        form = ".3e"
    elif all(v.is_integer() for v in sizes):
        form = ".0f"
    return ["0" if v == 0 else format(v, form) for v in flat]


def remark(values: Values) -> str:
    """What a reader should notice about a gradient: "contains nan", "contains inf", "all zero", or "" for nothing."""
    return {"nan": "contains nan", "inf": "contains inf", "zero": "all zero"}.get(state_of(values)[0], "")


def warning(values: Values) -> str:
    """"contains nan" or "contains inf" where it is so, else ""."""
    return remark(values) if state_of(values)[0] in ("nan", "inf") else ""


def difference(one: Values, other: Values) -> str:
    """How far two arrays are apart, in words; "" when the numbers are not known.

    >>> difference(Values.of(np.array([1.0, 2.0])), Values.of(np.array([1.0, 2.5])))
    'differ by at most 5.0e-01'
    """
    if one.array is None or other.array is None:
        return ""
    if one.shape != other.shape:
        return f"shapes differ: {shape_text(one.shape)} and {shape_text(other.shape)}"
    if np.array_equal(one.array, other.array, equal_nan=one.array.dtype.kind in "fc"):
        return "equal"
    with np.errstate(all="ignore"):
        return f"differ by at most {np.abs(one.array - other.array).max():.1e}"


def safe_text(text: str, limit: int = 60) -> str:
    """A name that cannot harm a terminal or a file: unprintable characters are written out, a long one is shortened.

    >>> safe_text("a\\nb")
    'a\\\\nb'
    """
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return shown if len(shown) <= limit else shown[:limit - 3] + "..."
