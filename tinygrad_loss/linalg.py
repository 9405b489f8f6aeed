"""``torch.linalg``: norms, products, and systems of linear equations.

>>> import tinygrad_loss as torch
>>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
tensor(5.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._missing import missing_names
from .errors import LinAlgError
from .ops.blocks import linalg_cross as cross, matrix_power
from .ops.linear import matmul
from .ops.matrix_norms import (
    diagonal,
    linalg_norm as norm,
    matrix_norm,
    multi_dot,
    vecdot,
)
from .ops.norms import vector_norm
from .ops.solving import det, inverse as inv, slogdet, solve

__all__ = [
    "LinAlgError",
    "cross",
    "det",
    "diagonal",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "multi_dot",
    "norm",
    "slogdet",
    "solve",
    "vecdot",
    "vector_norm",
]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
