"""A tensor plus a product of matrices, each scaled: addmm and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from .._shapes import broadcast, listed
from ..autograd.node import Node
from ._record import Array, array_of, record
from .affine import AddmmBackward0
from .linear import bmm, check_fit, check_vector, factors, matched_batches, mv, outer
from .permuting import t, transpose

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class AddmvBackward0(Node):
    """beta c + alpha A v."""

    __slots__ = ()
    inputs = ("self", "mat", "vec")
    saves = ("mat", "vec", "alpha", "beta")
    vjps = (
        lambda g, a, v, alpha, beta: _times(g, beta),
        lambda g, a, v, alpha, beta: _times(outer(g, v), alpha),
        lambda g, a, v, alpha, beta: _times(mv(t(a), g), alpha),
    )


class AddrBackward0(Node):
    """beta C + alpha u v^T."""

    __slots__ = ()
    inputs = ("self", "vec1", "vec2")
    saves = ("vec1", "vec2", "alpha", "beta")
    vjps = (
        lambda g, u, v, alpha, beta: _times(g, beta),
        lambda g, u, v, alpha, beta: _times(mv(g, v), alpha),
        lambda g, u, v, alpha, beta: _times(mv(t(g), u), alpha),
    )


class BaddbmmBackward0(Node):
    """beta C + alpha A B for a batch of matrices."""

    __slots__ = ()
    inputs = ("self", "batch1", "batch2")
    saves = ("batch1", "batch2", "alpha", "beta")
    vjps = (
        lambda g, a, b, alpha, beta: _times(g, beta),
        lambda g, a, b, alpha, beta: _times(bmm(g, transpose(b, 1, 2)), alpha),
        lambda g, a, b, alpha, beta: _times(bmm(transpose(a, 1, 2), g), alpha),
    )


def _times(g: Any, number: Number) -> Any:
    return g if number == 1 else g * number


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)``, where ``input`` is broadcast: a linear layer.

    >>> import tinygrad_loss as torch
    >>> torch.addmm(torch.tensor([1.0]), torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [4.0]]))
    tensor([[12.]])
    """
    a, b = array_of(mat1, "addmm", "mat1"), array_of(mat2, "addmm", "mat2")
    for name, one in (("mat1", a), ("mat2", b)):
        if one.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {one.ndim}-D tensor")
    check_fit(a, b)
    factors(mat1, mat2, "addmm", ("mat1", "mat2"))
    return _added(AddmmBackward0, input, (mat1, mat2), a @ b, beta, alpha, "addmm")  # type: ignore[no-any-return]


def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """``beta * input + alpha * (mat @ vec)``."""
    a, v = array_of(mat, "addmv", "mat"), array_of(vec, "addmv", "vec")
    check_vector(a, v, array_of(input, "addmv").ndim)
    factors(mat, vec, "addmv", ("mat", "vec"))
    return _added(AddmvBackward0, input, (mat, vec), a @ v, beta, alpha, "addmv")  # type: ignore[no-any-return]


def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """``beta * input + alpha * outer(vec1, vec2)``."""
    u, v = array_of(vec1, "addr", "vec1"), array_of(vec2, "addr", "vec2")
    if u.ndim != 1 or v.ndim != 1:
        raise RuntimeError(f"addr: Expected 1-D argument vec1 and vec2, but got {u.ndim}-D and {v.ndim}-D")
    return _added(AddrBackward0, input, (vec1, vec2), np.outer(u, v), beta, alpha, "addr")  # type: ignore[no-any-return]


def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2)``."""
    a, b = matched_batches(batch1, batch2, "baddbmm")
    return _added(BaddbmmBackward0, input, (batch1, batch2), a @ b, beta, alpha, "baddbmm")  # type: ignore[no-any-return]


def _added(
    op: type[Node], input: Any, factors: tuple[Any, Any], product: Array, beta: Number, alpha: Number, function: str
) -> Any:
    c = array_of(input, function)
    if c.dtype != product.dtype:
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {type_word(c.dtype)} and {type_word(product.dtype)} ({function}())"
        )
    if broadcast([c.shape, product.shape], function) != product.shape:
        raise RuntimeError(
            f"The expanded size of the tensor must match the existing size: {function}() cannot expand input of shape "
            f"{listed(c.shape)} "
            f"to {listed(product.shape)}"
        )
    kind = product.dtype.type
    out = product if alpha == 1 else product * kind(alpha)
    if beta:
        out = out + (c if beta == 1 else c * kind(beta))
    return record(op, (input, *factors), out, (*(array_of(one, function) for one in factors), alpha, beta))
