"""Learning curves: loss and accuracy by epoch. The SVG of `save_curves` has the same bytes for the same runs."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra
from ..training import Epoch, Run
from ._style import BLUE, FAINT, ORANGE, axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLE: Any = {
    "svg.hashsalt": "tinygrad_loss",  # else the ids in the file differ from run to run
    "svg.fonttype": "none",  # text stays text: it can be searched, and read aloud
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}


def loss_curves(run: Run, *, ax: Axes | None = None) -> Axes:
    """The loss on training and on held-out rows by epoch, in nats.

    The dashed line is ln C, the loss of a model that gives each of the C classes the same probability. MissingExtra without
    matplotlib.

    >>> from tinygrad_loss.datasets import load_iris
    >>> from tinygrad_loss.training import train
    >>> axes = loss_curves(train(load_iris(), epochs=2))
    >>> [line.get_label() for line in axes.lines[1:]], axes.get_ylabel()
    (['training rows', 'held-out rows'], 'loss (nats)')
    """
    _must_be_run(run, "loss_curves")
    axes = axes_for(ax, "learning curves")
    _draw_loss(axes, run, labels=True)
    axes.set_xlabel("epoch")
    axes.legend(frameon=False)
    return axes


def accuracy_curves(run: Run, *, ax: Axes | None = None) -> Axes:
    """The accuracy on training and on held-out rows by epoch, in percent of rows. MissingExtra without matplotlib.

    >>> from tinygrad_loss.datasets import load_iris
    >>> from tinygrad_loss.training import train
    >>> accuracy_curves(train(load_iris(), epochs=2)).get_ylabel()
    'accuracy (% of rows)'
    """
    _must_be_run(run, "accuracy_curves")
    axes = axes_for(ax, "learning curves")
    _draw_accuracy(axes, run, labels=True)
    return axes


def _must_be_run(run: object, function: str) -> None:
    if not isinstance(run, Run):
        raise TypeError(f"{function}(): run must be a Run, as tinygrad_loss.training.train gives it, got {type(run).__name__}")


def save_curves(runs: Sequence[Run], path: str | os.PathLike[str]) -> None:
    """Draw the loss (above) and the accuracy (below) of each run by epoch, one column for each run, and save it as SVG.

    The dashed line in the upper row is ln C, the loss of a model that gives each of the C classes the same probability.

    Args:
        runs: at least one finished run.
        path: the ``.svg`` file to write; an old file is replaced.

    Raises:
        MissingExtra: matplotlib is not installed (``pip install 'tinygrad_loss[demo]'``).
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError:
        raise MissingExtra("learning curves", "matplotlib", "demo") from None
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # so that a matplotlibrc of the reader's does not change the picture
        matplotlib.rcParams.update(_STYLE)
        layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
        figure = Figure(figsize=(0.6 + 3.5 * len(runs), 5.4), layout=layout)
        columns = figure.subplots(2, len(runs), squeeze=False, sharex="col")
        for index, run in enumerate(runs):
            _draw_loss(columns[0, index], run, labels=index == 0)
            _draw_accuracy(columns[1, index], run, labels=index == 0)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _draw_loss(axes: Axes, run: Run, labels: bool) -> None:
    axes.set_title(f"{run.table.name}, {run.kind}", fontweight="bold", loc="left", pad=10)
    chance = math.log(len(run.table.class_names))
    axes.axhline(chance, color=FAINT, linestyle="--", linewidth=1)
    axes.annotate(
        f"guessing: ln {len(run.table.class_names)} = {chance:.2f}",
        (1, chance), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
        ha="right", va="bottom", color="#666666", fontsize=8.5,
    )  # fmt: skip
    _lines(axes, [epoch.number for epoch in run.history], [e.loss for e in run.history], [e.held_out_loss for e in run.history])
    axes.set_ylim(bottom=0)
    if labels:
        axes.set_ylabel("loss (nats)")


def _draw_accuracy(axes: Axes, run: Run, labels: bool) -> None:
    last: Epoch = run.history[-1]
    _lines(
        axes,
        [e.number for e in run.history],
        [100 * e.accuracy for e in run.history],
        [100 * e.held_out_accuracy for e in run.history],
    )
    axes.set_ylim(0, 104)
    axes.set_xlabel("epoch")
    axes.annotate(
        f"held out: {100 * last.held_out_accuracy:.1f} %",
        (1, 0.08), xycoords="axes fraction", ha="right", color=ORANGE, fontweight="bold",
    )  # fmt: skip
    if labels:
        axes.set_ylabel("accuracy (% of rows)")
        axes.legend(loc="center right", frameon=False)


def _lines(axes: Axes, epochs: list[int], train: list[float], held_out: list[float]) -> None:
    axes.plot(epochs, train, color=BLUE, linewidth=1.8, label="training rows")
    axes.plot(epochs, held_out, color=ORANGE, linewidth=1.8, label="held-out rows")
