"""Lengths of vectors: norm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import dtype as DType, type_word
from .._shapes import dims_of
from ..autograd.node import Node
from ..kernels.reductions import total_along
from ._places import opened, shared
from ._record import array_of, data_of, record
from ._spelling import numpy_spelling
from .pointwise import abs, sign
from .reductions import in_dtype
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor


class LinalgVectorNormBackward0(Node):
    """y = (sum |x|^p)^(1/p): sign(x) |x|^(p-1) / y^(p-1); for p = 2, x / y. Where y is 0 no gradient flows."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "ord", "dim", "keepdim")
    vjps = (lambda g, *saved: norm_gradient(g, *saved),)


def norm_gradient(g: Any, x: Any, y: Any, p: float, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """The gradient of a vector norm of order p."""
    shape = data_of(x).shape
    g, y = opened(g, shape, dim, keepdim), opened(y, shape, dim, keepdim)
    if p == 0:
        return g * np.zeros_like(data_of(x))
    if p == 1:
        return g * sign(x)
    if math.isinf(p):
        return shared(g, abs(x), y, dim, keepdim=True) * sign(x)
    scale = where(data_of(y) == 0, 0.0, g / (y if p == 2 else y ** (p - 1)))
    if p == 2:
        return scale * x
    size = where(data_of(x) == 0, 1.0, abs(x))
    return where(data_of(x) == 0, 0.0, scale * sign(x) * size ** (p - 1))


@numpy_spelling
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The length of a vector, of all elements or over ``dim``: the square root of the sum of squares, or the norm of order
    ``p`` (a number, inf or -inf).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([3.0, -4.0])
    >>> x.norm(), x.norm(p=1), x.norm(p=float("inf"))
    (tensor(5.), tensor(7.), tensor(4.))
    """
    if p is None or p == "fro":
        p = 2
    if isinstance(p, str):
        raise RuntimeError(
            f"linalg.matrix_norm: Order {p} not supported. Give a number, or 'fro' for the square root of the sum of squares."
        )
    return vector_norm(input, p, dim, keepdim, dtype=dtype)


@numpy_spelling
def vector_norm(x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The norm of order ``ord`` of all elements or over ``dim``: (sum |x|^ord)^(1/ord).

    >>> import tinygrad_loss as torch
    >>> vector_norm(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), dim=1)
    tensor([ 5., 10.])
    """
    data = array_of(x, "linalg.vector_norm")
    if data.dtype.kind != "f":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {type_word(data.dtype)}. "
            "Convert it first: x.float()"
        )
    data = in_dtype(data, dtype)
    dims = dims_of(dim, data.ndim, "linalg.vector_norm")
    size = np.abs(data)
    if math.isinf(ord):
        if not data.size:
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the operation does not have an "
                "identity"
            )
        out = (np.max if ord > 0 else np.min)(size, axis=dims, keepdims=keepdim)
    elif ord == 0:
        out = (data != 0).sum(axis=dims, keepdims=keepdim).astype(data.dtype)
    elif ord == 2:
        out = np.sqrt(np.square(data, dtype=np.float64).sum(axis=dims, keepdims=keepdim)).astype(data.dtype)
    else:
        wide = size.astype(np.float32) if size.dtype == np.float16 else size
        out = (total_along(wide if ord == 1 else wide**ord, dims, keepdim) ** (1 / ord)).astype(data.dtype)
    saved = (data, np.asarray(out), ord, None if dim is None else dims, keepdim)
    return record(LinalgVectorNormBackward0, (x,), np.asarray(out), saved)  # type: ignore[no-any-return]
