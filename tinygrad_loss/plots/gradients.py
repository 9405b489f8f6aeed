"""How large the gradient is in each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..graph.names import named_tensors
from ._style import BLUE, FAINT, ORANGE, array_of, axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def gradient_flow(params: object, *, ax: Axes | None = None) -> Axes:
    """The size of the gradient of each parameter, from the first layer (top) to the last: a bar for the mean of its absolute
    values, a tick for the largest of them, on a logarithmic scale.

    Where bars shrink from bottom to top by powers of ten the gradient vanishes on its way back; where they grow it explodes.
    A gradient that is zero, not finite or missing has no bar: it is said in words.

    Args:
        params: a module, or a dict of names to tensors, after ``backward()``; of this package or of PyTorch.
        ax: where to draw; without it new axes.

    Raises:
        RuntimeError: no parameter has a gradient yet.
        TypeError: ``params`` is neither a module nor a dict of tensors.
        MissingExtra: matplotlib is not installed.

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([2.0, -4.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> axes = gradient_flow({"w": w})
    >>> [float(bar.get_width()) for bar in axes.patches]  # the mean of |4| and |-8|
    [6.0]
    """
    named = list(named_tensors(params))
    if all(tensor.grad is None for _, tensor in named):
        raise RuntimeError("gradient_flow(): no parameter has a gradient yet; call loss.backward() first")
    axes = axes_for(ax, "a picture of the gradient's flow", (5.6, 1.1 + 0.32 * len(named)))
    for place, (_, tensor) in enumerate(named):
        size = None if tensor.grad is None else np.abs(array_of(tensor.grad, "gradient_flow", "a gradient"))
        if size is not None and size.size and np.isfinite(size).all() and size.any():
            axes.barh(place, size.mean(), height=0.62, color=BLUE, label="mean |gradient|")
            axes.plot([size.max()] * 2, [place - 0.31, place + 0.31], color=ORANGE, linewidth=2.5, label="largest |gradient|")
        else:
            word = "no gradient" if size is None else "all zero" if not size.any() else "contains nan or inf"
            axes.annotate(word, (0, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
                          va="center", color="#a82a37", fontsize=9)
    axes.set_yticks(range(len(named)), [name for name, _ in named])
    axes.set_ylim(len(named) - 0.4, -0.6)
    if axes.patches:
        axes.set_xscale("log")
        axes.set_xlim(left=axes.get_xlim()[0] / 3)
    axes.set_xlabel("size of the gradient of the loss (logarithmic)")
    axes.grid(axis="x", color="#e6e6e6")
    axes.tick_params(axis="y", length=0)
    labelled = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    axes.legend(labelled.values(), labelled.keys(), frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    axes.spines["left"].set_color(FAINT)
    return axes
