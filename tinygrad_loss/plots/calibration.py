"""Is a model as sure as it is right?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._style import BLUE, FAINT, ORANGE, array_of, axes_for, classes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reliability_diagram(probabilities: Any, target: Any, *, bins: int = 10, ax: Axes | None = None) -> Axes:
    """How often the model is right (bars) when it is so sure (the diagonal is a calibrated model).

    The predictions are sorted by confidence, the probability of the predicted class, into ``bins`` of equal width. A bar below the
    diagonal says overconfident; the gap to it is drawn over the bar. The title tells the expected calibration error, the mean
    gap weighted by the number of predictions (Guo et al., On Calibration of Modern Neural Networks, 2017, equation 3).

    Args:
        probabilities: shape (N, C), each row a softmax; or (N,), the probability of class 1 of two.
        target: the class indices, shape (N,).
        bins: how many bins, at least 1.
        ax: where to draw; without it new axes.

    Raises:
        ValueError: not probabilities (logits, say), shapes that do not fit, no predictions.
        MissingExtra: matplotlib is not installed.

    >>> axes = reliability_diagram([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.3, 0.7]], [0, 0, 1, 0], bins=2)
    >>> axes.get_title(loc="left")
    'ECE 2.5 %'
    """
    sure, right = _confidence(array_of(probabilities, "reliability_diagram", "probabilities"), target)
    if bins < 1:
        raise ValueError(f"reliability_diagram(): bins must be at least 1, got {bins}")
    bin_of = np.minimum((sure * bins).astype(int), bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    filled = counts > 0
    accuracy = np.bincount(bin_of, right, bins)[filled] / counts[filled]
    confidence = np.bincount(bin_of, sure, bins)[filled] / counts[filled]
    left = np.arange(bins)[filled] / bins
    error = float(np.sum(counts[filled] * np.abs(accuracy - confidence)) / counts.sum())

    axes = axes_for(ax, "a reliability diagram", (4.4, 4.3))
    axes.bar(left, accuracy, 1 / bins, align="edge", color=BLUE, edgecolor="white", label="how often it is right")
    axes.bar(left, confidence - accuracy, 1 / bins, bottom=accuracy, align="edge", facecolor=ORANGE + "40", edgecolor=ORANGE,
             hatch="//", linewidth=0.8, label="gap to its confidence")
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1, label="calibrated")
    for place, height, count in zip(left, np.maximum(accuracy, confidence), counts[filled], strict=True):
        axes.annotate(str(count), (place + 0.5 / bins, height), xytext=(0, 3), textcoords="offset points", ha="center",
                      fontsize=8, color="#555555")
    axes.set(xlim=(0, 1), ylim=(0, 1.06), xlabel="confidence: probability of the predicted class", ylabel="fraction that is right",
             aspect="equal")
    axes.set_title(f"ECE {100 * error:.1f} %", loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper left", fontsize=9)
    return axes


def _confidence(probabilities: NDArray[Any], target: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each prediction how sure it is, and 1 where it is right."""
    classes = classes_of(target, "reliability_diagram", "target")
    p = probabilities.astype(np.float64)
    if p.ndim == 1:
        p = np.stack([1 - p, p], axis=1)
    if p.ndim != 2 or len(p) != len(classes) or classes.max() >= p.shape[1]:
        raise ValueError(f"reliability_diagram(): probabilities of shape {probabilities.shape} do not fit {len(classes)} targets "
                         f"of classes up to {classes.max()}; they must have shape (N, C), or (N,) for two classes")
    if not ((p >= 0) & (p <= 1)).all() or np.abs(p.sum(axis=1) - 1).max() > 1e-3:
        raise ValueError("reliability_diagram(): probabilities must lie between 0 and 1 and each row must sum to 1; "
                         "take the softmax of logits first")
    return p.max(axis=1), (p.argmax(axis=1) == classes).astype(np.float64)
