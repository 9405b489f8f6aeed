"""Products, and sums and products that run along a dimension: prod, cumsum, cumprod.

The gradient of a product is the product of the others: y / x where no x is 0. Where one is, the others are multiplied out: of
each row a square is made in which row k has a 1 in place of x_k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import I64, dtype as DType
from .._shapes import dim_of
from ..autograd.node import Node
from ._places import opened
from ._record import Array, array_of, data_of, record
from ._spelling import numpy_spelling
from .reductions import in_dtype, sum
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor


class ProdBackward0(Node):
    """The product of all elements: the product of the others."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: g * of_others(x.reshape((-1,)), y, 0).reshape(data_of(x).shape),)


class ProdBackward1(Node):
    """The product along a dimension: the product of the others there."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "dim", "keepdim")
    vjps = (
        lambda g, x, y, dim, keepdim: (
            opened(g, data_of(x).shape, dim, keepdim) * of_others(x, opened(y, data_of(x).shape, dim, keepdim), dim)
        ),
    )


class CumsumBackward0(Node):
    """Running sums: each element receives the gradients of its own sum and all later ones."""

    __slots__ = ()
    saves = ("dim",)
    frees = False
    vjps = (lambda g, dim: sum_from_end(g, dim),)


class SumFromEndBackward(Node):
    """Running sums from the end: the reverse of ``cumsum``."""

    __slots__ = ()
    saves = ("dim",)
    frees = False
    vjps = (lambda g, dim: cumsum(g, dim),)


class CumprodBackward0(Node):
    """Running products y: the sum of g_i y_i / x_k over all i from k on."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "dim")
    vjps = (lambda g, x, y, dim: cumprod_gradient(g, x, y, dim),)


def of_others(x: Any, y: Any, dim: int) -> Any:
    """For each element of ``x`` the product of the others along ``dim``, given the product of all (``y``)."""
    values = data_of(x)
    if np.all(values):
        return y / x
    if not values.ndim:
        return 1.0
    return prod(with_ones(x, dim), dim + 1)


def cumprod_gradient(g: Any, x: Any, y: Any, dim: int) -> Any:
    """The gradient of running products."""
    values = data_of(x)
    if not values.ndim:
        return g * 1.0
    if np.all(values):
        return sum_from_end(g * y, dim) / x
    n, shape = values.shape[dim], values.shape
    later = np.triu(np.ones((n, n), values.dtype)).reshape((n, n) + (1,) * (values.ndim - dim - 1))
    rows = g.reshape((*shape[:dim], 1, *shape[dim:]))
    return sum(rows * (cumprod(with_ones(x, dim), dim + 1) * later), dim + 1)


def with_ones(x: Any, dim: int) -> Any:
    """``x`` once for each of its elements k along ``dim`` (the new dimension), with a 1 in the place of element k."""
    shape = data_of(x).shape
    n = shape[dim]
    place = np.eye(n, dtype=np.bool_).reshape((n, n) + (1,) * (len(shape) - dim - 1))
    return where(place, 1.0, x.reshape((*shape[:dim], 1, *shape[dim:])))


@numpy_spelling
def prod(input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The product of all elements, or along ``dim`` (one int). Integers and bools are multiplied in int64.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> x.prod(), x.prod(dim=1)
    (tensor(24.), tensor([ 2., 12.]))
    """
    x = _accumulated(input, dtype, "prod")
    if dim is None:
        out = np.asarray(x.prod(dtype=x.dtype))
        return record(ProdBackward0, (input,), out, (x, out))  # type: ignore[no-any-return]
    place = dim_of(dim, x.ndim, "prod")
    out = np.asarray(x.prod(axis=place if x.ndim else None, keepdims=keepdim, dtype=x.dtype))
    return record(ProdBackward1, (input,), out, (x, out, place, keepdim))  # type: ignore[no-any-return]


@numpy_spelling
def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """Running sums along ``dim``. Integers and bools are summed in int64.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0, 3.0]).cumsum(0)
    tensor([1., 3., 6.])
    """
    x = _accumulated(input, dtype, "cumsum")
    place = dim_of(dim, x.ndim, "cumsum")
    return record(CumsumBackward0, (input,), _running(np.cumsum, x, place), (place,))  # type: ignore[no-any-return]


@numpy_spelling
def cumprod(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """Running products along ``dim``. Integers and bools are multiplied in int64.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0, 3.0]).cumprod(0)
    tensor([1., 2., 6.])
    """
    x = _accumulated(input, dtype, "cumprod")
    place = dim_of(dim, x.ndim, "cumprod")
    out = _running(np.cumprod, x, place)
    return record(CumprodBackward0, (input,), out, (x, out, place))  # type: ignore[no-any-return]


def sum_from_end(g: Any, dim: int) -> Any:
    """Running sums along ``dim`` from the end to the start."""
    data = data_of(g)
    out = data.copy() if not data.ndim else np.flip(np.cumsum(np.flip(data, dim), dim), dim)
    return record(SumFromEndBackward, (g,), out, (dim,))


def _accumulated(input: Any, dtype: DType | None, name: str) -> Array:
    """The array in the type in which it is multiplied or summed: the one asked for; for whole numbers int64."""
    x = in_dtype(array_of(input, name), dtype)
    return x if x.dtype.kind == "f" or dtype is not None else x.astype(I64)


def _running(function: Any, x: Array, place: int) -> Array:
    """A running sum or product: of floating-point numbers in float64, rounded at the end, as in PyTorch."""
    wide = np.float64 if x.dtype.kind == "f" else x.dtype
    return function(x, place, dtype=wide).astype(x.dtype, copy=False) if x.ndim else x.copy()  # type: ignore[no-any-return]
