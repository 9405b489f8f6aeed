"""Systems of linear equations: inverse, det, slogdet, logdet, solve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from .._dtypes import type_word
from .._shapes import listed
from ..autograd.node import MultiNode, Node
from ..autograd.wrapping import wrap
from ..errors import LinAlgError
from ._record import Array, array_of, data_of, record, record_many
from .linear import matmul
from .permuting import matrix_transpose
from .selection import where
from .shaping import squeeze, unsqueeze

if TYPE_CHECKING:
    from .._tensor import Tensor


class LinalgInvExBackward0(MultiNode):
    """Y = A^-1: -Y^T G Y^T."""

    __slots__ = ()
    saves = ("inverse",)

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        turned = _transposed(saved[0])
        return [-matmul(matmul(turned, gs[0]), turned)]

    def _variable_of(self, name: str, value: Any) -> Any:
        return wrap(value, (self, 0))


class LinalgDetBackward0(Node):
    """d = det A: g d A^-T."""

    __slots__ = ()
    inputs = ("A",)
    saves = ("A", "result")
    vjps = (lambda g, a, d: _column(g) * _cofactors(a, d),)


class LinalgSlogdetBackward0(MultiNode):
    """log |det A|: g A^-T; the sign is flat."""

    __slots__ = ()
    inputs = ("A",)
    saves = ("A",)

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        return [None if gs[1] is None else _column(gs[1]) * _transposed(inverse(saved[0]))]


class LinalgSolveExBackward0(MultiNode):
    """X = A^-1 B: A^-T G for B, -(A^-T G) X^T for A."""

    __slots__ = ()
    inputs = ("A", "B")
    saves = ("A", "result")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        a, x = saved
        vector = data_of(x).ndim == data_of(a).ndim - 1
        back = solve(_transposed(a), gs[0])
        if vector:
            return [-_column(back, 1) * unsqueeze(x, -2), back]
        return [-matmul(back, _transposed(x)), back]

    def _variable_of(self, name: str, value: Any) -> Any:
        return wrap(value, (self, 0)) if name == "result" else super()._variable_of(name, value)


def _transposed(x: Any) -> Any:
    return matrix_transpose(x) if hasattr(x, "_data") else np.swapaxes(x, -1, -2)


def _column(g: Any, ones: int = 2) -> Any:
    """``g`` with dimensions of length 1 at the end."""
    for _ in range(ones):
        g = unsqueeze(g, -1)
    return g


def _cofactors(a: Any, d: Any) -> Any:
    """d A^-T; where A has no inverse, from its singular values."""
    if np.all(data_of(d)):
        return _column(d) * _transposed(inverse(a))
    u, s, vh = np.linalg.svd(data_of(a))
    others = np.stack([np.delete(s, k, -1).prod(-1) for k in range(s.shape[-1])], -1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return np.asarray((u * others[..., None, :]) @ vh * sign[..., None, None], data_of(a).dtype)


def _square(input: Any, function: str) -> Array:
    x = array_of(input, function)
    if x.ndim < 2:
        raise RuntimeError(f"{function}: The input tensor A must have at least 2 dimensions; it has {x.ndim}.")
    if x.shape[-1] != x.shape[-2]:
        raise RuntimeError(
            f"{function}: A must be batches of square matrices, but they are {x.shape[-2]} by {x.shape[-1]} matrices"
        )
    if x.dtype.kind != "f":
        raise RuntimeError(f"{function}: Expected a floating point or complex tensor as input. Got {type_word(x.dtype)}")
    return x


def inverse(input: Tensor) -> Tensor:
    """The inverse of a square matrix, or of each of a batch; LinAlgError where there is none.

    >>> import tinygrad_loss as torch
    >>> torch.inverse(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    x = _square(input, "linalg.inv")
    try:
        out = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.inv: The diagonal element is zero, the inversion could not be completed because the input matrix is singular."
        ) from None
    info = np.zeros(x.shape[:-2], np.int32)
    return record_many(LinalgInvExBackward0, (input,), (out, info), (out,))[0]  # type: ignore[no-any-return]


def det(input: Tensor) -> Tensor:
    """The determinant of a square matrix, or of each of a batch.

    >>> import tinygrad_loss as torch
    >>> torch.det(torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
    tensor(-1.)
    """
    x = _square(input, "linalg.det")
    out = np.asarray(np.linalg.det(x), x.dtype)
    return record(LinalgDetBackward0, (input,), out, (x, out))  # type: ignore[no-any-return]


def slogdet(input: Tensor) -> Any:
    """The sign and the logarithm of the size of the determinant: a pair (sign, logabsdet).

    >>> import tinygrad_loss as torch
    >>> torch.slogdet(torch.tensor([[2.0, 0.0], [0.0, -3.0]])).logabsdet
    tensor(1.7918)
    """
    x = _square(input, "linalg.slogdet")
    sign, size = (np.asarray(one, x.dtype) for one in np.linalg.slogdet(x))
    return return_types.slogdet(record_many(LinalgSlogdetBackward0, (input,), (sign, size), (x,)))


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant: nan where it is negative.

    >>> import tinygrad_loss as torch
    >>> torch.logdet(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor(1.7918)
    """
    sign, size = slogdet(input)
    return where(sign < 0, float("nan"), size)  # type: ignore[no-any-return]


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:  # noqa: N803
    """The X for which ``A X = B`` (``X A = B`` if not ``left``); B is a matrix, a vector, or a batch of them.

    >>> import tinygrad_loss as torch
    >>> torch.linalg.solve(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """
    a, b = _square(A, "linalg.solve"), array_of(B, "linalg.solve", "B")
    if a.dtype != b.dtype:
        raise RuntimeError(f"linalg.solve: Expected A and B to have the same dtype, but found A of type {a.dtype} and B of type {b.dtype}")
    if not left:
        return _transposed(solve(_transposed(A), _transposed(B)))  # type: ignore[no-any-return]
    vector = b.ndim == 1 or (b.ndim == a.ndim - 1 and b.shape == a.shape[:-1])
    if b.shape[-1 if vector else -2] != a.shape[-1]:
        raise RuntimeError(f"linalg.solve: Incompatible shapes of A and B for the equation AX = B ({listed(a.shape)} and {listed(b.shape)})")
    if vector and a.ndim > b.ndim + 1:
        return squeeze(solve(A, unsqueeze(B, -1)), -1)
    try:
        out = np.linalg.solve(a, b[..., None])[..., 0] if vector else np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        raise LinAlgError("linalg.solve: The solver failed because the input matrix is singular.") from None
    info = np.zeros(a.shape[:-2], np.int32)
    return record_many(LinalgSolveExBackward0, (A, B), (out, info), (a, out))[0]  # type: ignore[no-any-return]
