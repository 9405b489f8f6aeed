"""One table of formulas, by the names that nodes have in PyTorch's graph and in this package's."""

from __future__ import annotations

from .formula import Formula
from .layers import LAYERS
from .linear import LINEAR
from .losses import LOSSES
from .more import MORE
from .moves import MOVES
from .pointwise import POINTWISE
from .reductions import REDUCTIONS

FORMULAS: dict[str, Formula] = {**POINTWISE, **REDUCTIONS, **LINEAR, **MOVES, **LOSSES, **LAYERS, **MORE}
