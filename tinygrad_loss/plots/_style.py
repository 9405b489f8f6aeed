"""What all plots share: axes, colours that a colour-blind reader tells apart, and tensors as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtra
from ..graph.arrays import library_of, to_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, FAINT, INK, GREEN = "#1f5fa8", "#d9660f", "#8a8a8a", "#333333", "#2a8c6a"
#: One colour for each class; the order keeps neighbours apart for every kind of colour vision (Okabe and Ito).
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c7a00", "#666666")


def axes_for(ax: Axes | None, purpose: str, size: tuple[float, float] = (5.0, 3.7)) -> Axes:
    """The axes to draw into: `ax`, or new ones of `size` inches. MissingExtra without matplotlib."""
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError:
            raise MissingExtra(purpose, "matplotlib", "plots") from None
        ax = pyplot.subplots(figsize=size, layout="constrained")[1]
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    return ax


def array_of(values: Any, function: str, name: str) -> NDArray[Any]:
    """Numbers as an array, from a tensor of either library or anything that NumPy takes; TypeError for what has none."""
    array = to_array(values) if library_of(values) is not None else np.asarray(values)
    if array is None or array.dtype.kind not in "fiub":
        raise TypeError(f"{function}(): {name} must be numbers, got {type(values).__name__}")
    return array


def classes_of(values: Any, function: str, name: str) -> NDArray[np.int64]:
    """Class indices of shape (N,); scores of shape (N, C) count as the class with the highest. ValueError for other shapes."""
    array = array_of(values, function, name)
    if array.ndim == 2:
        array = array.argmax(axis=1)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{function}(): {name} must be class indices of shape (N,) or scores of shape (N, C), "
                         f"got shape {tuple(np.shape(array))}")
    whole = array.astype(np.int64)
    if (whole != array).any() or (whole < 0).any():
        raise ValueError(f"{function}(): {name} must be class indices 0, 1, 2, ..., got {array[(whole != array) | (whole < 0)][0]}")
    return whole
