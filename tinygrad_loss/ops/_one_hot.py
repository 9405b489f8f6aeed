"""A gradient that is zero but for one value in each row: what NLL sends back through log-softmax.

Written out it would be as large as the logits and almost all zeros. Whoever asks for an array (a hook, a picture, another node)
gets that; log-softmax's kernel takes the few values as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node
from ..kernels.exponentials import row_starts
from ._record import Array


class OneHotGradient:
    """``values[i]`` stands at class ``classes[i]`` of row i, where the rows run over all dimensions but the classes' (``dim``)."""

    __slots__ = ("classes", "dim", "dtype", "shape", "values")

    def __init__(self, values: Array, classes: Array, shape: tuple[int, ...], dim: int) -> None:
        self.values, self.classes, self.shape, self.dim = values, classes, shape, dim
        self.dtype = values.dtype

    def places(self) -> Array:
        """Where the values lie among the rows written one after the other."""
        return row_starts(len(self.classes), self.shape[self.dim]) + self.classes

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        c = self.shape[self.dim]
        rows = np.zeros((len(self.classes), c), self.dtype)
        rows[np.arange(len(rows)), self.classes] = self.values
        others = self.shape[: self.dim] + self.shape[self.dim + 1 :]
        dense = np.ascontiguousarray(np.moveaxis(rows.reshape(*others, c), -1, self.dim))
        return dense if dtype is None else dense.astype(dtype)

    def reshape(self, shape: tuple[int, ...]) -> Any:
        """The same in another shape: still sparse if only a dimension of length 1 came or went behind the classes."""
        if shape[: self.dim + 1] == self.shape[: self.dim + 1]:
            return OneHotGradient(self.values, self.classes, tuple(shape), self.dim)
        return np.asarray(self).reshape(shape)

    def copy(self) -> OneHotGradient:
        """A gradient with values of its own."""
        return OneHotGradient(self.values.copy(), self.classes, self.shape, self.dim)

    def __add__(self, other: Any) -> Array:
        return np.add(np.asarray(self), np.asarray(other))

    __radd__ = __add__


def takes_one_hot(node: Node | None, kind: type[Node], through: type[Node]) -> bool:
    """Whether ``node`` is of a kind that can take a OneHotGradient, perhaps behind one view, and no hook is to see it."""
    if isinstance(node, through) and node.hooks is None:
        node = node.next_functions[0][0]
    return isinstance(node, kind) and node.hooks is None
