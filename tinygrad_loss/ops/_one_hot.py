"""A gradient that is zero but for one value in each row: what NLL sends back through log-softmax.

Written out it would be as large as the logits and almost all zeros. Whoever asks for an array (a hook, a picture, another node)
gets that; log-softmax's kernel takes the few values as they are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..kernels.cross_entropy import CrossEntropyState
from ._record import Array


class OneHotGradient:
    """``-coefficient`` (one number, or one for each row, which the state's weights multiply) at each row's target, where the rows run
    over all dimensions but the classes' (``dim``)."""

    __slots__ = ("coefficient", "dim", "dtype", "shape", "state")

    def __init__(self, coefficient: Array, state: CrossEntropyState, shape: tuple[int, ...], dim: int) -> None:
        self.coefficient, self.state, self.shape, self.dim = coefficient, state, shape, dim
        self.dtype = state.rows.values.dtype

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        rows = np.zeros(self.state.rows.values.shape, self.dtype)
        weights = self.state.weights
        rows.reshape(-1)[self.state.at_target] = -self.coefficient if weights is None else -self.coefficient * weights
        dense = np.ascontiguousarray(from_rows(rows, self.shape, self.dim))
        return dense if dtype is None else dense.astype(dtype)

    def reshape(self, shape: tuple[int, ...]) -> Any:
        """The same in another shape: still sparse if only a dimension of length 1 came or went behind the classes."""
        if shape[: self.dim + 1] == self.shape[: self.dim + 1]:
            return OneHotGradient(self.coefficient, self.state, tuple(shape), self.dim)
        return np.asarray(self).reshape(shape)

    def copy(self) -> OneHotGradient:
        """A gradient with a coefficient of its own."""
        return OneHotGradient(np.array(self.coefficient), self.state, self.shape, self.dim)

    def __add__(self, other: Any) -> Array:
        dense: Array = np.add(np.asarray(self), np.asarray(other))
        return dense

    __radd__ = __add__


def from_rows(rows: Array, shape: tuple[int, ...], dim: int) -> Array:
    """Rows of classes, written one after the other, in the shape of the logits, whose classes lie along ``dim``."""
    if dim == len(shape) - 1:
        return rows if rows.shape == shape else rows.reshape(shape)
    return np.moveaxis(rows.reshape(*shape[:dim], *shape[dim + 1 :], shape[dim]), -1, dim)


def to_rows(x: Array, dim: int) -> Array:
    """The reverse: the logits as rows of classes."""
    if x.ndim == 2 and dim == 1:
        return x
    moved = np.moveaxis(x, dim, -1)
    return moved.reshape(math.prod(moved.shape[:-1]), moved.shape[-1])
