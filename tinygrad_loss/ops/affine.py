"""The nodes of matrix products and of affine maps: mat1 mat2, and bias + mat1 mat2."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.node import Node


def of_first(g: Any, a: Any, b: Any, alpha: float = 1, beta: float = 1) -> Any:
    """The gradient of a in alpha a b: alpha g b^T."""
    return product(g if alpha == 1 else g * alpha, b.T)


def of_second(g: Any, a: Any, b: Any, alpha: float = 1, beta: float = 1) -> Any:
    """The gradient of b in alpha a b, alpha a^T g; computed transposed, since b is most often a weight's transpose."""
    return product((g if alpha == 1 else g * alpha).T, a).T


def product(a: Any, b: Any) -> Any:
    """a b, of arrays or of tensors. For small matrices NumPy's ``dot`` takes half the time of its ``@``."""
    return a.dot(b) if type(a) is np.ndarray else a @ b


def sizes_of(name: str) -> Any:
    """The shape of the matrix that a node saved as ``name``, as ``_saved_<name>_sym_sizes`` shows it."""
    return property(lambda node: () if (kept := getattr(node, f"_saved_{name}")) is None else kept.shape)


def strides_of(name: str) -> Any:
    """The steps of that matrix in memory."""
    return property(lambda node: () if (kept := getattr(node, f"_saved_{name}")) is None else kept.stride())


class MmBackward0(Node):
    """a b: the gradient of a is g b^T, that of b is a^T g."""

    __slots__ = ()
    inputs = ("self", "mat2")
    saves = ("self", "mat2")
    _saved_self_sym_sizes, _saved_self_sym_strides = sizes_of("self"), strides_of("self")
    _saved_mat2_sym_sizes, _saved_mat2_sym_strides = sizes_of("mat2"), strides_of("mat2")
    vjps = (of_first, of_second)


class AddmmBackward0(Node):
    """beta c + alpha a b: the gradient of c is beta g, that of a is alpha g b^T, that of b is alpha a^T g."""

    __slots__ = ()
    inputs = ("self", "mat1", "mat2")
    saves = ("mat1", "mat2", "alpha", "beta")
    _saved_mat1_sym_sizes, _saved_mat1_sym_strides = sizes_of("mat1"), strides_of("mat1")
    _saved_mat2_sym_sizes, _saved_mat2_sym_strides = sizes_of("mat2"), strides_of("mat2")
    vjps = (lambda g, a, b, alpha, beta: g if beta == 1 else g * beta, of_first, of_second)
