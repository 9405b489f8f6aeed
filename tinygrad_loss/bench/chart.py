"""The table of times as a bar chart: how many times as much as ours each of the others takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..errors import MissingExtra
from .table import COLUMNS, HERE, Result

COLORS = {"torch": "#d9660f", "raw NumPy": "#8a8a8a", "mygrad": "#5a9e4b", "autograd": "#7d5ba6"}
_STYLE: Any = {"svg.hashsalt": "tinygrad_loss", "svg.fonttype": "none", "font.size": 10}


def save_chart(results: Sequence[Result], path: str | os.PathLike[str]) -> None:
    """Draw the rows that have something to compare with, and save them as SVG (or whatever the file's name ends in).

    Raises MissingExtra without matplotlib.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("the chart", "matplotlib", "bench") from None
    rows = [result for result in results if any(result.ratio(name) for name in COLORS)]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = Figure(figsize=(8, 1.2 + 0.55 * len(rows)), layout="constrained")
        axes: Any = figure.subplots()
        places, labels = [], []
        for name in COLUMNS:
            bars = [(place, ratio) for place, result in enumerate(rows) if (ratio := result.ratio(name)) and name != HERE]
            if not bars:
                continue
            shift = (list(COLORS).index(name) - 1.5) * 0.2
            axes.barh([p + shift for p, _ in bars], [r - 1 for _, r in bars], 0.19, left=1, color=COLORS[name], label=name)
            for place, ratio in bars:
                side = 1 if ratio >= 1 else -1  # beyond the bar's end
                axes.annotate(
                    short(ratio), (ratio, place + shift), (3 * side, 0), textcoords="offset points", va="center",
                    ha="left" if side > 0 else "right", fontsize=7,
                )  # fmt: skip
        for place, result in enumerate(rows):
            places.append(place)
            labels.append(f"{result.name}\n{short(result.values[HERE], 3)} {result.unit}")
        axes.set_yticks(places, labels, fontsize=8)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.axvline(1, color="#1f5fa8", linewidth=1.2)
        axes.margins(x=0.12)
        axes.set_xticks([0.1, 1, 10, 100], ["1/10", "1", "10", "100"])
        axes.set_xlabel("times as much as tinygrad_loss takes (the line at 1): to the right of it is slower, or larger", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        if rows:
            axes.legend(frameon=False, fontsize=8)
        figure.savefig(path, metadata={"Date": None} if str(path).endswith(".svg") else None)


def short(number: float, digits: int = 2) -> str:
    """A number with that many digits, but with all that stand before the point.

    >>> short(0.8234), short(3.04), short(260.3), short(1429.0)
    ('0.82', '3', '260', '1,429')
    """
    return f"{number:,.0f}" if number >= 10 ** (digits - 1) else f"{number:.{digits}g}"
