"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._style import axes_for, classes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def confusion_matrix(
    predicted: Any, target: Any, *, names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """A table of how often each class (row) was taken for each (column). The diagonal is right; colour says the share of the row.

    Args:
        predicted: class indices of shape (N,), or scores of shape (N, C), of which the highest counts.
        target: class indices of shape (N,).
        names: the names of the classes; default 0, 1, 2, ...
        ax: where to draw; without it new axes.

    Raises:
        ValueError: the shapes do not fit, there are fewer names than classes, or a target that the scores have no column for.
        MissingExtra: matplotlib is not installed.

    >>> axes = confusion_matrix([0, 1, 1], [0, 0, 1], names=["cat", "dog"])
    >>> [text.get_text() for text in axes.texts]
    ['1', '1', '0', '1']
    """
    taken, true = classes_of(predicted, "confusion_matrix", "predicted"), classes_of(target, "confusion_matrix", "target")
    if len(taken) != len(true):
        raise ValueError(f"confusion_matrix(): {len(taken)} predictions do not fit {len(true)} targets")
    scored = tuple(getattr(predicted, "shape", ()))[1:]
    if scored and true.max() >= scored[0]:
        raise ValueError(f"confusion_matrix(): target {true.max()} is out of bounds: the scores have {scored[0]} columns, for the classes "
                         f"0 to {scored[0] - 1}")
    found = scored[0] if scored else int(max(taken.max(), true.max())) + 1
    labels = [str(i) for i in range(found)] if names is None else list(names)
    if len(labels) < found:
        raise ValueError(f"confusion_matrix(): {len(labels)} names for at least {found} classes")
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, (true, taken), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    side = 1.7 + 0.62 * len(labels)
    axes = axes_for(ax, "a confusion matrix", (side, side))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape):
        ink = "white" if shares[row, column] > 0.5 else "#1f2933" if counts[row, column] else "#9aa3ad"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink,
                  fontweight="bold" if row == column else "normal")
    turned: Any = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if max(map(len, labels)) > 4 else {}
    axes.set_xticks(range(len(labels)), labels, **turned)
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="taken for", ylabel="true class")
    axes.set_title(f"{100 * np.trace(counts) / counts.sum():.1f} % right", loc="left", fontweight="bold")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes
