"""Where in the plane a model says which class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._creation import from_numpy
from ..autograd.modes import no_grad
from ..graph.arrays import library_of, to_array
from ._style import CLASSES, array_of, axes_for, classes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGIN = 0.12


def decision_boundary(
    model: Callable[[Any], Any], features: Any, target: Any, *, names: Sequence[str] | None = None, steps: int = 240,
    ax: Axes | None = None,
) -> Axes:
    """The class that a model of two features gives to each point of the plane, and the rows that it was shown.

    Ground colours are classes, paler where the model is less sure; the line is where the decision turns. The model is asked in eval
    mode, without recording a graph; its mode is put back.

    Args:
        model: takes (M, 2) and returns scores of shape (M, C), or one logit for each row, (M,) or (M, 1), for two classes. A module
            of this package or of PyTorch, or a function of a tensor of this package.
        features: the rows, shape (N, 2).
        target: their classes, shape (N,).
        names: the names of the classes; default 0, 1, 2, ...
        steps: points of the grid along each axis.
        ax: where to draw; without it new axes.

    Raises:
        ValueError: features without two columns, targets that do not fit, or a model that returns another shape.
        MissingExtra: matplotlib is not installed.

    >>> rows = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> axes = decision_boundary(lambda x: x[:, 0] + x[:, 1] - 1, rows, [0, 1], names=["near", "far"], steps=20)
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['near', 'far']
    """
    rows, classes = array_of(features, "decision_boundary", "features"), classes_of(target, "decision_boundary", "target")
    if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) != len(classes):
        raise ValueError(f"decision_boundary(): features must have shape (N, 2) with N = {len(classes)} targets, got {rows.shape}")
    low, high = rows.min(axis=0), rows.max(axis=0)
    spread = np.where(high > low, high - low, 1)
    across, up = (np.linspace(a - _MARGIN * s, b + _MARGIN * s, steps) for a, b, s in zip(low, high, spread, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    p = _probabilities(model, grid).reshape(steps, steps, -1)
    chosen = p.argmax(axis=-1)

    axes = axes_for(ax, "a decision boundary", (5.2, 4.4))
    count = max(p.shape[-1], int(classes.max()) + 1)
    labels = [str(i) for i in range(count)] if names is None else list(names)
    colours = np.array([[int(CLASSES[i % len(CLASSES)][k:k + 2], 16) / 255 for k in (1, 3, 5)] for i in range(count)])
    sure = np.clip((p.max(axis=-1) - 1 / p.shape[-1]) / (1 - 1 / p.shape[-1]), 0, 1)[..., None]
    ground = 1 - (1 - colours[chosen]) * (0.08 + 0.34 * sure)
    axes.imshow(ground, origin="lower", extent=(across[0], across[-1], up[0], up[-1]), aspect="auto", interpolation="nearest")
    for i in range(p.shape[-1] if p.shape[-1] > 2 else 1):
        others = np.delete(p, i, axis=-1).max(axis=-1)
        margin = p[..., i] - others
        if margin.min() < 0 < margin.max():
            axes.contour(across, up, margin, levels=[0], colors="#333333", linewidths=1.2)
    for i in range(count):
        mine = rows[classes == i]
        if len(mine):
            axes.scatter(mine[:, 0], mine[:, 1], s=24, color=colours[i], edgecolor="white", linewidth=0.7, marker="osD^vPX*"[i % 8], label=labels[i])
    axes.legend(loc="best", framealpha=0.9)
    axes.set(xlabel="first feature", ylabel="second feature")
    return axes


def _probabilities(model: Callable[[Any], Any], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the model says of each point, as probabilities of shape (M, C)."""
    parameters = list(model.parameters()) if hasattr(model, "parameters") else []
    kind = to_array(parameters[0]) if parameters else None
    points = grid.astype(np.float32 if kind is None else kind.dtype)
    library = library_of(parameters[0]) if parameters else None
    with _asked(model), no_grad() if library is None else library.no_grad():
        scores = to_array(model(from_numpy(points) if library is None else library.from_numpy(points)))
    if scores is None or scores.ndim not in (1, 2) or len(scores) != len(grid):
        raise ValueError("decision_boundary(): the model must return scores of shape (M, C), (M, 1) or (M,) for features of shape "
                         f"(M, 2) with M = {len(grid)}, got {None if scores is None else scores.shape}")
    wide = scores.astype(np.float64).reshape(len(grid), -1)
    if wide.shape[1] == 1:
        wide = np.concatenate([np.zeros_like(wide), wide], axis=1)  # the softmax of (0, z) is (1 - sigmoid(z), sigmoid(z))
    e = np.exp(wide - wide.max(axis=1, keepdims=True))
    p: NDArray[np.float64] = e / e.sum(axis=1, keepdims=True)
    return p


@contextmanager
def _asked(model: Any) -> Iterator[None]:
    """The model in eval mode, if it has modes; each of its modules gets its own mode back."""
    modules = list(model.modules()) if hasattr(model, "modules") else []
    modes = [module.training for module in modules]
    try:
        if modules:
            model.eval()
        yield
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
