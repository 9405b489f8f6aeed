"""Why classifiers are trained with cross-entropy: the story of the saturated neuron as one figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import optim
from .._creation import tensor
from ..errors import MissingExtra
from ..nn import functional
from ._style import BLUE, FAINT, GREEN, ORANGE, axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EPOCHS, RATE = 300, 0.15
STARTS = {"good start": (0.6, 0.9), "bad start": (2.0, 2.0)}


def saturation_story(axes: Sequence[Axes] | None = None) -> Figure:
    """One neuron, a = sigmoid(w x + b), is shown x = 1 and should say 0; it learns for 300 epochs at a rate of .15.

    Left, with the squared error (y - a)^2 / 2: from w = .6, b = .9 it learns, from w = b = 2 it is stuck for 150 epochs. In the
    middle, with cross-entropy: the bad start learns at once. Right, why: the gradient by z. That of the squared error is (a - y) sigma'(z),
    and sigma'(z) is next to nothing where the neuron is saturated; in that of cross-entropy, a - y, it has cancelled (Nielsen,
    Neural Networks and Deep Learning, chapter 3).

    Args:
        axes: three axes to draw into; without them a new figure.

    Returns:
        The figure.

    Raises:
        ValueError: not three axes.
        MissingExtra: matplotlib is not installed.

    >>> figure = saturation_story()
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Squared error: stuck', 'Cross-entropy: learns at once', 'Why: the slope at the start']
    """
    if axes is None:
        try:
            from matplotlib import pyplot
        except ImportError:
            raise MissingExtra("the story of saturation", "matplotlib", "plots") from None
        axes = list(pyplot.subplots(1, 3, figsize=(12.5, 3.7), layout="constrained")[1])
    if len(axes) != 3:
        raise ValueError(f"saturation_story(): axes must be three axes, got {len(axes)}")
    for ax in axes:
        axes_for(ax, "")
        ax.grid(color="#e6e6e6")
    _draw_costs(axes[0], "Squared error: stuck", _squared, "(y - a)² / 2")
    _draw_costs(axes[1], "Cross-entropy: learns at once", functional.binary_cross_entropy, "-log(1 - a)")
    _draw_slopes(axes[2])
    figure: Any = axes[0].figure
    return figure  # type: ignore[no-any-return]


def neuron_learns(cost: Callable[[Any, Any], Any], w: float, b: float) -> list[tuple[float, float, float, float]]:
    """(cost, a, w, b) before each epoch and after the last, of the neuron that starts at `w` and `b`.

    >>> history = neuron_learns(functional.binary_cross_entropy, 2.0, 2.0)
    >>> len(history), round(history[0][1], 2), history[-1][1] < 0.1
    (301, 0.98, True)
    """
    x, y = tensor([1.0]), tensor([0.0])
    weight, bias = tensor([w], requires_grad=True), tensor([b], requires_grad=True)
    optimizer = optim.SGD([weight, bias], lr=RATE)
    history = []
    for _ in range(EPOCHS + 1):
        a = (weight * x + bias).sigmoid()
        loss = cost(a, y)
        history.append((loss.item(), a.item(), weight.item(), bias.item()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return history


def _squared(a: Any, y: Any) -> Any:
    return (y - a).square().sum() / 2


def _draw_costs(axes: Axes, title: str, cost: Callable[[Any, Any], Any], formula: str) -> None:
    for (name, (w, b)), colour, style in zip(STARTS.items(), (BLUE, ORANGE), ("-", "--"), strict=True):
        history = neuron_learns(cost, w, b)
        axes.plot([row[0] for row in history], color=colour, linestyle=style, linewidth=2,
                  label=f"{name}: w = {w}, b = {b}, ends at a = {history[-1][1]:.2f}")
    axes.set(xlabel="epoch", ylabel=f"cost {formula}", xlim=(0, EPOCHS), ylim=(0, 1.3 * axes.get_ylim()[1]))
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False, fontsize=8.5, loc="upper right")


def _draw_slopes(axes: Axes) -> None:
    z = np.linspace(-6, 6, 241)
    a = 1 / (1 + np.exp(-z))
    axes.plot(z, a * a * (1 - a), color=BLUE, linewidth=2, label="squared error:\n(a - y) σ'(z)")  # noqa: RUF001
    axes.plot(z, a, color=GREEN, linewidth=2, linestyle="-.", label="cross-entropy:\na - y")
    for (name, (w, b)), colour, side in zip(STARTS.items(), (BLUE, ORANGE), ("right", "left"), strict=True):
        there = 1 / (1 + np.exp(-(w + b)))
        axes.axvline(w + b, color=FAINT, linewidth=1, linestyle=":")
        axes.annotate(name, (w + b, 1.09), xytext=(-5 if side == "right" else 5, 0), textcoords="offset points", ha=side, color=colour, fontsize=9)
        axes.plot([w + b] * 2, [there * there * (1 - there), there], color=colour, marker="o", linestyle="none")
    axes.set(xlabel="z = w x + b", ylabel="gradient of the cost by z", xlim=(-6, 6), ylim=(0, 1.18))
    axes.set_title("Why: the slope at the start", loc="left", fontweight="bold")
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(0, 0.9))
