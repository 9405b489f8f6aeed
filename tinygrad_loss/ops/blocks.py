"""Tensors made of others: kron, cross, block_diag, cartesian_prod, combinations, addbmm, and hsplit and its like."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import result_dtype, type_word
from .._shapes import broadcast, dim_of, listed
from ..autograd.node import Node
from ._kinds import refuse_bool
from ._record import array_of, constant, data_of, harmonised, record
from ._strict import tensor_of
from .joining import meshgrid, stack
from .linear import bmm, matched_batches, matmul
from .linear_sums import _added as added, _times as times
from .permuting import transpose
from .shaping import expand, flatten, unsafe_view
from .slicing import tensor_split

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class LinalgCrossBackward0(Node):
    """The cross product a x b: b x g for a, g x a for b."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("self", "other", "dim")
    vjps = (lambda g, a, b, dim: _cross(b, g, dim), lambda g, a, b, dim: _cross(g, a, dim))


class BlockDiagBackward0(Node):
    """Matrices along a diagonal: each receives its block of the gradient."""

    __slots__ = ()

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        rows, columns, parts = 0, 0, []
        for (node, _), shape in zip(self.next_functions, saved[0], strict=True):
            height, width = _as_matrix(shape)
            part = g[rows : rows + height, columns : columns + width]
            parts.append(None if node is None else part.reshape(shape) * 1.0)
            rows, columns = rows + height, columns + width
        return parts

    saves = ("shapes",)
    private = ("shapes",)
    frees = False


class AddbmmBackward0(Node):
    """beta C + alpha (A_1 B_1 + A_2 B_2 + ...)."""

    __slots__ = ()
    inputs = ("self", "batch1", "batch2")
    saves = ("batch1", "batch2", "alpha", "beta")
    vjps = (
        lambda g, a, b, alpha, beta: times(g, beta),
        lambda g, a, b, alpha, beta: times(bmm(_repeated(g, a), transpose(b, 1, 2)), alpha),
        lambda g, a, b, alpha, beta: times(bmm(transpose(a, 1, 2), _repeated(g, a)), alpha),
    )


def _repeated(g: Any, a: Any) -> Any:
    return expand(g, (data_of(a).shape[0], *data_of(g).shape))


def _as_matrix(shape: tuple[int, ...]) -> tuple[int, int]:
    return (1, 1) if not shape else (1, shape[0]) if len(shape) == 1 else (shape[0], shape[1])


def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: each element of ``input`` times all of ``other``.

    >>> import tinygrad_loss as torch
    >>> torch.kron(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
    tensor([ 1., 10.,  2., 20.])
    """
    a, b = tensor_of(input, "kron").shape, tensor_of(other, "kron", "other").shape
    ndim = max(len(a), len(b))
    a, b = (1,) * (ndim - len(a)) + a, (1,) * (ndim - len(b)) + b
    wide_a = tuple(n for length in a for n in (length, 1))
    wide_b = tuple(n for length in b for n in (1, length))
    product = unsafe_view(input, wide_a) * unsafe_view(other, wide_b)
    return unsafe_view(product, tuple(m * n for m, n in zip(a, b, strict=True)))  # type: ignore[no-any-return]


def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of length 3 along ``dim`` (the first dimension of length 3, unless given).

    >>> import tinygrad_loss as torch
    >>> torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)
    tensor([0., 0., 1.])
    """
    x, y = tensor_of(input, "cross"), tensor_of(other, "cross", "other")
    if dim is None:
        shape = broadcast([x.shape, y.shape], "cross")
        if 3 not in shape:
            raise RuntimeError(f"no dimension of size 3 in input: shape {listed(shape)} (cross)")
        dim = shape.index(3) - len(shape)
    return linalg_cross(input, other, dim=dim)


def linalg_cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of length 3 along ``dim``."""
    x, y = array_of(input, "linalg.cross"), array_of(other, "linalg.cross", "other")
    if x.ndim != y.ndim:
        raise RuntimeError(
            f"linalg.cross: inputs must have the same number of dimensions; their shapes are {listed(x.shape)} and {listed(y.shape)}"
        )
    place = dim_of(dim, x.ndim, "linalg.cross")
    if not x.ndim or x.shape[place] != 3 or y.shape[place] != 3:
        sizes = [one.shape[place] if one.ndim else 1 for one in (x, y)]
        raise RuntimeError(f"linalg.cross: inputs dimension {place} must have length 3. Got {sizes[0]} and {sizes[1]}")
    broadcast([x.shape, y.shape], "linalg.cross")
    a, b = harmonised(x, y)
    refuse_bool(a, "cross")
    return record(LinalgCrossBackward0, (input, other), np.asarray(_crossed(a, b, place)), (a, b, place))  # type: ignore[no-any-return]


def _cross(a: Any, b: Any, dim: int) -> Any:
    return linalg_cross(a, b, dim=dim)


def _crossed(a: Any, b: Any, place: int) -> Any:
    a, b = np.broadcast_arrays(a, b)
    turned = [[np.roll(one, shift, place) for shift in (-1, -2)] for one in (a, b)]
    return turned[0][0] * turned[1][1] - turned[0][1] * turned[1][0]


def block_diag(*tensors: Any) -> Tensor:
    """A matrix with the given matrices along its diagonal, and zeros elsewhere.

    >>> import tinygrad_loss as torch
    >>> torch.block_diag(torch.tensor([[1, 2]]), torch.tensor([3]))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    parts = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    arrays = [tensor_of(one, "block_diag", "tensors") for one in parts]
    for place, one in enumerate(arrays):
        if one.ndim > 2:
            raise RuntimeError(f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {place} has {one.ndim} dimensions")
    sizes = [_as_matrix(one.shape) for one in arrays]
    kind = result_dtype(arrays).numpy if arrays else np.dtype(np.float32)
    out = np.zeros((np.sum([h for h, _ in sizes], dtype=int), np.sum([w for _, w in sizes], dtype=int)), kind)
    row = column = 0
    for one, (height, width) in zip(arrays, sizes, strict=True):
        out[row : row + height, column : column + width] = one.reshape(height, width)
        row, column = row + height, column + width
    return record(BlockDiagBackward0, parts, out, (tuple(one.shape for one in arrays),))  # type: ignore[no-any-return]


def cartesian_prod(*tensors: Any) -> Tensor:
    """All ways to take one element of each 1-dim tensor, as rows.

    >>> import tinygrad_loss as torch
    >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([4, 5]))
    tensor([[1, 4],
            [1, 5],
            [2, 4],
            [2, 5]])
    """
    parts = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    for one in parts:
        shape = tensor_of(one, "cartesian_prod", "tensors").shape
        if len(shape) != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {listed(shape)}")
    if len(parts) == 1:
        return parts[0]  # type: ignore[no-any-return]
    return stack([flatten(one) for one in meshgrid(*parts, indexing="ij")], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways to take ``r`` elements of a 1-dim tensor, as rows; an element again and again if ``with_replacement``.

    >>> import tinygrad_loss as torch
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    x = tensor_of(input, "combinations")
    if x.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {listed(x.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if not r:
        return constant((input,), np.empty(0, x.dtype))  # type: ignore[no-any-return]
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(x.size), r)), np.int64).reshape(-1, r)
    return stack([input[constant((input,), places[:, k])] for k in range(r)], 1)


def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """``beta * input + alpha * (the sum of the products of a batch of matrices)``."""
    a, b = matched_batches(batch1, batch2, "addbmm")
    return added(AddbmmBackward0, input, (batch1, batch2), np.asarray((a @ b).sum(0, dtype=a.dtype)), beta, alpha, "addbmm")  # type: ignore[no-any-return]


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """``tensor_split`` along the columns (along the only dimension of a 1-dim tensor)."""
    return _parts(input, indices_or_sections, 1, 1, "hsplit")


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """``tensor_split`` along the rows."""
    return _parts(input, indices_or_sections, 0, 2, "vsplit")


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """``tensor_split`` along the third dimension."""
    return _parts(input, indices_or_sections, 2, 3, "dsplit")


def _parts(input: Any, wanted: Any, dim: int, least: int, name: str) -> tuple[Any, ...]:
    x = tensor_of(input, name)
    if x.ndim < least:
        raise RuntimeError(f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {x.ndim} dimensions!")
    place = 0 if x.ndim == 1 else dim
    if isinstance(wanted, int) and (wanted <= 0 or x.shape[place] % wanted):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {place}, but the size of the dimension {x.shape[place]} is not "
            f"divisible by the split_size {wanted}!"
        )
    return tensor_split(input, wanted, place)


def matrix_power(input: Tensor, n: int) -> Tensor:
    """A square matrix (or a batch of them) times itself ``n`` times; n must not be negative.

    >>> import tinygrad_loss as torch
    >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])
    """
    x = tensor_of(input, "matrix_power")
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise RuntimeError(f"linalg.matrix_power: A must be batches of square matrices, but they have shape {listed(x.shape)}")
    if x.dtype.kind != "f":
        raise RuntimeError(f"linalg.matrix_power: Expected a floating point or complex tensor as input. Got {type_word(x.dtype)}")
    if n == 0:
        return constant((input,), np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape).copy())  # type: ignore[no-any-return]
    if n == 3:
        return matmul(matmul(input, input), input)
    out: Any = None
    square: Any = input
    while n:
        if n & 1:
            out = square if out is None else matmul(out, square)
        n >>= 1
        square = matmul(square, square) if n else square
    return out  # type: ignore[no-any-return]
