"""The loss over two parameters, and the way that training took on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._style import ORANGE, array_of, axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def loss_surface(
    loss: Callable[[float, float], Any], path: Any = None, *, x: tuple[float, float] | None = None,
    y: tuple[float, float] | None = None, steps: int = 60, names: tuple[str, str] = ("w", "b"), ax: Axes | None = None,
) -> Axes:
    """The loss of a model of two parameters as a map with contour lines, and the path that an optimizer took on it.

    Args:
        loss: a function of two floats that returns the loss there, a number or a tensor of one element.
        path: the pairs (w, b) in order, shape (K, 2): the first is marked with a ring, the last with a star. It may be None.
        x, y: the range of each parameter; where it is left out it is taken around the path (or from -3 to 3 without one).
        steps: how many values of each parameter are tried; the loss is computed steps * steps times.
        names: what the axes are called.
        ax: where to draw; without it new axes.

    Raises:
        ValueError: a path of another shape.
        MissingExtra: matplotlib is not installed.

    >>> axes = loss_surface(lambda w, b: w * w + b * b, path=[(2.0, 1.0), (1.0, 0.5), (0.5, 0.25)], steps=20)
    >>> axes.lines[0].get_xydata().tolist()
    [[2.0, 1.0], [1.0, 0.5], [0.5, 0.25]]
    """
    way = None if path is None else array_of(path, "loss_surface", "path").astype(np.float64)
    if way is not None and (way.ndim != 2 or way.shape[1] != 2 or not len(way)):
        raise ValueError(f"loss_surface(): path must be pairs of parameters, of shape (K, 2), got shape {way.shape}")
    across, up = (np.linspace(*(given or _around(way, i)), steps) for i, given in enumerate((x, y)))
    height = np.array([[float(loss(float(a), float(b))) for a in across] for b in up])

    axes = axes_for(ax, "a loss surface", (5.4, 4.3))
    levels = _levels(height)
    filled = axes.contourf(across, up, height, levels=levels, cmap="Blues_r", extend="both")
    axes.contour(across, up, height, levels=levels[::2], colors="white", linewidths=0.5, alpha=0.7)
    if axes.figure is not None:
        axes.figure.colorbar(filled, ax=axes, label="loss", format="%.3g")
    if way is not None:
        axes.plot(*way.T, color=ORANGE, linewidth=1.6, marker=".", markersize=4, label="the path")
        axes.plot(*way[0], marker="o", markersize=9, markerfacecolor="white", markeredgecolor=ORANGE, markeredgewidth=2,
                  linestyle="none", label="start")
        axes.plot(*way[-1], marker="*", markersize=13, color=ORANGE, markeredgecolor="white", linestyle="none", label="end")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    return axes


def _around(path: NDArray[np.float64] | None, column: int) -> tuple[float, float]:
    if path is None:
        return -3.0, 3.0
    low, high = path[:, column].min(), path[:, column].max()
    margin = 0.35 * max(high - low, 1.0)
    return float(low - margin), float(high + margin)


def _levels(height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Levels that share the area evenly, so that a flat part is not one blot beside a steep one."""
    known = height[np.isfinite(height)]
    levels: NDArray[np.float64] = np.unique(np.quantile(known, np.linspace(0, 1, 17))) if known.size else np.array([0.0, 1.0])
    return levels if len(levels) > 2 else np.array([levels[0] - 1, levels[0], levels[0] + 1])
