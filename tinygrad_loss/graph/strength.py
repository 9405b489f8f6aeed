"""How large the gradient on an arrow is, as the width and colour of the arrow."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .model import Edge, Graph, Values
from .theme import Theme, mixed

State = Literal["unknown", "none", "nan", "inf", "zero", "flow"]
_THIN, _THICK = 1.0, 5.0
_DECADES = 4.0  # the scale spans at least so many powers of ten, so that gradients of like size look alike


def state_of(gradient: Values | None) -> tuple[State, float]:
    """What is to be said of a gradient at first sight, and its largest absolute value.

    >>> import numpy as np
    >>> state_of(Values.of(np.array([0.5, -2.0])))
    ('flow', 2.0)
    >>> state_of(Values.of(np.array([0.0, np.nan])))[0]
    'nan'
    """
    if gradient is None:
        return "none", 0.0
    if gradient.summary is None:
        return ("flow", 0.0) if 0 in gradient.shape else ("unknown", 0.0)
    low, _, high = gradient.summary
    if math.isnan(low) or math.isnan(high):
        return "nan", math.nan
    size = max(abs(low), abs(high))
    if math.isinf(size):
        return "inf", size
    return ("zero", 0.0) if size == 0 else ("flow", size)


@dataclass(frozen=True)
class Scale:
    """The sizes of a picture's gradients: the largest, and how many powers of ten the scale goes down from there."""

    largest: float
    smallest: float

    @staticmethod
    def of(graph: Graph) -> Scale | None:
        """The scale for all gradients of a graph; None when there is none to measure."""
        sizes = [size for state, size in map(state_of, _gradients(graph.edges)) if state == "flow" and size]
        return Scale(max(sizes), min(sizes)) if sizes else None

    @property
    def decades(self) -> float:
        """How many powers of ten the scale spans."""
        return max(math.log10(self.largest) - math.log10(self.smallest), _DECADES)

    def share(self, size: float) -> float:
        """Where a size stands: 1 for the largest, 0 for the smallest that the scale knows."""
        return 1 + (math.log10(size) - math.log10(self.largest)) / self.decades

    def width(self, size: float) -> float:
        """The width of an arrow, in points."""
        return _THIN + (_THICK - _THIN) * self.share(size)

    def colour(self, size: float, theme: Theme) -> str:
        """The colour of an arrow."""
        return mixed(theme.weak, theme.strong, self.share(size))

    def marks(self) -> list[float]:
        """Round sizes to explain in a legend, from the largest down."""
        top = math.floor(math.log10(self.largest))
        last = math.ceil(math.log10(self.largest) - self.decades)
        step = max(1, round((top - last) / 3))
        return [float(f"1e{power}") for power in range(top, last - 1, -step)][:4]


def _gradients(edges: Iterable[Edge]) -> Iterable[Values]:
    return (edge.gradient for edge in edges if edge.gradient is not None)
