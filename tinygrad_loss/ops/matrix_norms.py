"""What ``torch.linalg`` has beside norms of vectors: norms of matrices, products of several, dot products along a dimension."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._dtypes import dtype as DType, type_word
from .._shapes import dim_of, listed
from ._casts import cast
from ._record import array_of
from .diagonals import diagonal as diagonal_of
from .extremes import amax, amin
from .linear import chain_matmul
from .norms import vector_norm
from .pointwise import abs
from .reductions import sum

if TYPE_CHECKING:
    from .._tensor import Tensor


def linalg_norm(A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:  # noqa: N803
    """The norm of a vector (one dimension) or a matrix (two): ``ord`` is a number, inf, -inf or "fro"; the root of the sum of all
    squares unless given.

    >>> import tinygrad_loss as torch
    >>> torch.linalg.norm(torch.tensor([[1.0, -2.0], [3.0, 4.0]]), 1)
    tensor(6.)
    """
    ndim = array_of(A, "linalg.norm").ndim
    if ord is not None and ((isinstance(dim, (tuple, list)) and len(dim) == 2) or (dim is None and ndim == 2) or isinstance(ord, str)):
        if dim is None and ndim != 2:
            raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {ndim}D.")
        return matrix_norm(A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)
    if ord is not None and dim is None and ndim != 1:
        raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {ndim}D.")
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def matrix_norm(
    A: Tensor,  # noqa: N803
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Tensor:
    """The norm of a matrix: "fro", the root of the sum of squares; inf, the largest sum of a row; 1, of a column; -inf and -1, the
    smallest. Those that need singular values (2, -2 and "nuc") are missing.

    >>> import tinygrad_loss as torch
    >>> torch.linalg.matrix_norm(torch.tensor([[1.0, -2.0], [3.0, 4.0]]), float("inf"))
    tensor(7.)
    """
    x = array_of(A, "linalg.matrix_norm")
    if x.ndim < 2:
        raise RuntimeError(f"linalg.matrix_norm: The input tensor A must have at least 2 dimensions; it has {x.ndim}.")
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"linalg.matrix_norm: Expected a floating point or complex tensor as input. Got {type_word(x.dtype)}"
        )
    if isinstance(dim, int) or len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    rows, columns = (dim_of(one, x.ndim, "linalg.matrix_norm") for one in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got {listed(dim)}")
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim, dtype=dtype)
    if isinstance(ord, str) or math.fabs(ord) not in (1, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported. Those that are: 'fro', inf, -inf, 1, -1.")
    along, rest = (rows, columns) if math.fabs(ord) == 1 else (columns, rows)
    total = sum(abs(A if dtype is None else cast(A, dtype)), along, True)
    out = (amax if ord > 0 else amin)(total, rest, True)
    return out if keepdim else out.squeeze((rows, columns))


def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of two or more matrices (the first and the last may be vectors).

    >>> import tinygrad_loss as torch
    >>> torch.linalg.multi_dot([torch.ones(1, 2), torch.ones(2, 2), torch.ones(2, 1)])
    tensor([[4.]])
    """
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    return chain_matmul(*tensors)  # type: ignore[no-any-return]


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The dot products of vectors along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.linalg.vecdot(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 1.0]))
    tensor([3., 7.])
    """
    return sum(x * y, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:  # noqa: N803
    """The diagonal of a matrix, or of each of a batch."""
    return diagonal_of(A, offset, dim1, dim2)
