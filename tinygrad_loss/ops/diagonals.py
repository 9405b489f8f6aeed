"""Triangles and diagonals of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import dim_of
from ..autograd.node import Node
from ._adjoints import places_at, scattered
from ._kinds import refuse_bool
from ._record import Array, array_of, data_of, record
from ._strict import tensor_of
from ._views import view_of
from .shaping import reshape

if TYPE_CHECKING:
    from .._tensor import Tensor


class TrilBackward0(Node):
    """The lower triangle: the gradient's lower triangle."""

    __slots__ = ()
    saves = ("diagonal",)
    frees = False
    vjps = (lambda g, diagonal: tril(g, diagonal),)


class TriuBackward0(Node):
    """The upper triangle: the gradient's upper triangle."""

    __slots__ = ()
    saves = ("diagonal",)
    frees = False
    vjps = (lambda g, diagonal: triu(g, diagonal),)


class DiagonalBackward0(Node):
    """A diagonal: the gradient on that diagonal, zeros elsewhere."""

    __slots__ = ()
    saves = ("offset", "dim1", "dim2", "self_sym_sizes")
    frees = False
    vjps = (lambda g, offset, dim1, dim2, sizes: scattered(g, _diagonal_places(sizes, offset, dim1, dim2), sizes),)


class DiagonalBackward0_copy(DiagonalBackward0):
    """A diagonal, copied."""

    __slots__ = ()


class DiagEmbedBackward0(Node):
    """A tensor as the diagonal of matrices of zeros: the gradient's diagonal."""

    __slots__ = ()
    saves = ("offset", "dim1", "dim2")
    frees = False
    vjps = (lambda g, offset, dim1, dim2: diagonal(g, offset, dim1, dim2),)


class TraceBackward0(Node):
    """The sum of the diagonal: the gradient on the diagonal."""

    __slots__ = ()
    saves = ("self_sym_sizes",)
    frees = False
    vjps = (lambda g, sizes: _on_diagonal(g, sizes),)


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of a matrix, zeros elsewhere, up to the diagonal ``diagonal`` places above the main one.

    >>> import tinygrad_loss as torch
    >>> torch.tril(torch.ones(2, 3))
    tensor([[1., 0., 0.],
            [1., 1., 0.]])
    """
    x = _matrix(input, "tril")
    return record(TrilBackward0, (input,), np.tril(x, diagonal), (diagonal,))  # type: ignore[no-any-return]


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of a matrix, zeros elsewhere, from the diagonal ``diagonal`` places above the main one.

    >>> import tinygrad_loss as torch
    >>> torch.triu(torch.ones(2, 3), 1)
    tensor([[0., 1., 1.],
            [0., 0., 1.]])
    """
    x = _matrix(input, "triu")
    return record(TriuBackward0, (input,), np.triu(x, diagonal), (diagonal,))  # type: ignore[no-any-return]


def _matrix(input: Any, function: str) -> Array:
    x = array_of(input, function)
    if x.ndim < 2:
        raise RuntimeError(f"{function}: input tensor must have at least 2 dimensions, but has {x.ndim}")
    return x


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of the matrices in ``dim1`` and ``dim2``, ``offset`` places above the main one, as the last dimension; a view.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).diagonal()
    tensor([1, 4])
    """
    x = array_of(input, "diagonal")
    return view_of(DiagonalBackward0, input, _diagonal(x, offset, dim1, dim2), (offset, dim1, dim2, x.shape))  # type: ignore[no-any-return]


def _diagonal(x: Array, offset: int, dim1: int, dim2: int) -> Array:
    a, b = dim_of(dim1, x.ndim, "diagonal"), dim_of(dim2, x.ndim, "diagonal")
    if a == b or x.ndim < 2:
        raise RuntimeError(f"diagonal(): diagonal dimensions cannot be identical {dim1}, {dim2}")
    out = x.diagonal(offset, a, b)
    if x.flags.writeable:
        out.setflags(write=True)
    return out


def _diagonal_places(sizes: tuple[int, ...], offset: int, dim1: int, dim2: int) -> Array:
    return _diagonal(places_at(sizes, ...), offset, dim1, dim2)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Of a matrix its diagonal, copied; of a vector the matrix that has it as diagonal.

    >>> import tinygrad_loss as torch
    >>> torch.diag(torch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    x = tensor_of(input, "diag")
    if x.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {x.ndim}D")
    if x.ndim == 1:
        return diag_embed(input, diagonal)
    return record(DiagonalBackward0_copy, (input,), _diagonal(x, diagonal, 0, 1).copy(), (diagonal, 0, 1, x.shape))  # type: ignore[no-any-return]


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices of zeros whose diagonals are the last dimension of ``input``.

    >>> import tinygrad_loss as torch
    >>> torch.diag_embed(torch.tensor([[1, 2]])).shape
    torch.Size([1, 2, 2])
    """
    x = tensor_of(input, "diag_embed")
    ndim = x.ndim + 1
    a, b = dim_of(dim1, ndim, "diag_embed"), dim_of(dim2, ndim, "diag_embed")
    if a == b:
        raise RuntimeError(f"diag_embed(): diagonal dimensions cannot be identical {dim1}, {dim2}")
    side = x.shape[-1] + abs(offset)
    sizes = list(x.shape[:-1])
    for place in sorted((a, b)):
        sizes.insert(place, side)
    out = np.zeros(sizes, x.dtype)
    _diagonal(out, offset, a, b)[...] = x
    return record(DiagEmbedBackward0, (input,), out, (offset, dim1, dim2))  # type: ignore[no-any-return]


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix that has all numbers of ``input``, row by row, as diagonal."""
    return diag_embed(reshape(input, -1), offset)


def trace(input: Tensor) -> Tensor:
    """The sum of a matrix's diagonal.

    >>> import tinygrad_loss as torch
    >>> torch.trace(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(5.)
    """
    x = tensor_of(input, "trace")
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    refuse_bool(x, "trace")
    kind = np.int64 if x.dtype.kind in "iu" else x.dtype
    return record(TraceBackward0, (input,), np.asarray(x.trace(dtype=kind)), (x.shape,))  # type: ignore[no-any-return]


def _on_diagonal(g: Any, sizes: tuple[int, ...]) -> Any:
    side = min(sizes)
    return scattered(
        g.reshape((1,)) * np.ones(side, data_of(g).dtype),
        _diagonal_places(sizes, 0, 0, 1),
        sizes,
    )
