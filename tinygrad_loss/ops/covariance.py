"""Covariance, correlation, distances between points, and rows made shorter: cov, corrcoef, dist, cdist, renorm."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from .._shapes import broadcast, dim_of, listed
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._kinds import refuse
from ._record import data_of, harmonised, record
from ._strict import tensor_of
from .arithmetic import div, sub
from .diagonals import diagonal
from .linear import mm
from .norms import norm_gradient, vector_norm
from .permuting import t
from .pointwise import sqrt
from .reductions import sum
from .selection import clamp, where
from .shaping import squeeze, unsqueeze, view

if TYPE_CHECKING:
    from .._tensor import Tensor


class DistBackward0(Node):
    """The norm of x - y: the gradient of the norm for x, minus it for y."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("self", "other", "p", "result")
    vjps = (
        lambda g, x, y, p, d: norm_gradient(g, x - y, d, p, None, False),
        lambda g, x, y, p, d: norm_gradient(g, y - x, d, p, None, False),
    )


class CdistBackward0(Node):
    """The distances between the rows of x and y: each row receives the gradients of its own distances."""

    __slots__ = ()
    inputs = ("x1", "x2")
    saves = ("x1", "x2", "p", "result")
    vjps = (
        lambda g, x, y, p, d: sum(norm_gradient(g, _all_pairs(x, y), d, p, (data_of(d).ndim,), False), -2),
        lambda g, x, y, p, d: sum(norm_gradient(g, -_all_pairs(x, y), d, p, (data_of(d).ndim,), False), -3),
    )


class RenormBackward0(Node):
    """Slices longer than maxnorm scaled to it: x receives the gradient of scale(x) x."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "p", "dim", "maxnorm")
    vjps = (lambda g, x, p, dim, maxnorm: _renorm_gradient(g, x, p, dim, maxnorm),)


def _all_pairs(x: Any, y: Any) -> Any:
    return unsqueeze(x, -2) - unsqueeze(y, -3)


def _scales(x: Any, p: float, dim: int, maxnorm: float) -> tuple[Any, Any, tuple[int, ...]]:
    """The norms of the slices, and whether they are too long."""
    dims = tuple(place for place in range(data_of(x).ndim) if place != dim)
    lengths = vector_norm(x, p, dims, True)
    return lengths, data_of(lengths) > maxnorm, dims


def _renorm_gradient(g: Any, x: Any, p: float, dim: int, maxnorm: float) -> Any:
    lengths, long, dims = _scales(x, p, dim, maxnorm)
    along = sum(g * x, dims, True)
    through = norm_gradient(along, x, lengths, p, dims, True) * (maxnorm / ((lengths + 1e-7) * (lengths + 1e-7)))
    return where(long, g * (maxnorm / (lengths + 1e-7)) - through, g)


def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariance matrix of the variables in the rows, each with its observations in the columns. ``fweights``: how often each
    observation counts; ``aweights``: how much it weighs.

    >>> import tinygrad_loss as torch
    >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = tensor_of(input, "cov")
    if x.ndim > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {x.ndim} dimensions")
    if x.dtype == np.bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    rows: Any = view(input, (1, -1)) if x.ndim < 2 else input
    count = data_of(rows).shape[1]
    weights = _weights(fweights, aweights, count)
    total: Any = count if weights is None else sum(weights)
    if isinstance(total, Variable) and (not count or total._data == 0):
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    weighted = rows if weights is None else rows * weights
    mean = div(sum(weighted, 1), total)
    free: Any = total - correction
    if weights is not None and aweights is not None and correction:
        free = total - div(sum(weights * aweights), total) * correction
    if data_of(free) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            UserWarning,
            stacklevel=2,
        )
        free = free * 0
    centred = sub(rows, unsqueeze(mean, 1))
    return squeeze(div(mm(centred, t(centred if weights is None else centred * weights)), free))


def _weights(fweights: Any, aweights: Any, count: int) -> Any:
    for name, one, kinds in (("fweights", fweights, "iu"), ("aweights", aweights, "f")):
        if one is None:
            continue
        data = tensor_of(one, "cov", name)
        if data.ndim > 1:
            raise RuntimeError(f"cov(): expected {name} to have one or fewer dimensions but got {name} with {data.ndim} dimensions")
        if data.dtype.kind not in kinds:
            wanted = "integral" if kinds == "iu" else "floating point"
            raise RuntimeError(f"cov(): expected {name} to have {wanted} dtype but got {name} with {type_word(data.dtype)} dtype")
        if data.size != count:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got {data.size} != "
                f"{count}"
            )
        if np.any(data < 0):
            raise RuntimeError(f"cov(): {name} cannot be negative")
    return aweights if fweights is None else fweights if aweights is None else fweights * aweights


def corrcoef(input: Tensor) -> Tensor:
    """The matrix of correlation coefficients of the variables in the rows.

    >>> import tinygrad_loss as torch
    >>> torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [4.0, 2.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = tensor_of(input, "corrcoef")
    if x.ndim > 2:
        raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got an input with {x.ndim} dimensions")
    c = cov(input)
    if not data_of(c).ndim:
        return div(c, c)
    deviations = sqrt(diagonal(c))
    return clamp(div(div(c, view(deviations, (-1, 1))), view(deviations, (1, -1))), -1, 1)


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The norm of order ``p`` of ``input - other``.

    >>> import tinygrad_loss as torch
    >>> torch.dist(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0]))
    tensor(5.)
    """
    x, y = tensor_of(input, "dist"), tensor_of(other, "dist", "other")
    broadcast([x.shape, y.shape], "dist")
    if np.bool_ in (x.dtype, y.dtype):
        sub(input, other)  # says so
    a, b = harmonised(x, y)
    out = np.asarray(data_of(vector_norm(np.asarray(a - b), float(p))))  # type: ignore[arg-type]
    return record(DistBackward0, (input, other), out, (a, b, float(p), out))  # type: ignore[no-any-return]


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The distances of order ``p`` between each row of ``x1`` and each row of ``x2``.

    >>> import tinygrad_loss as torch
    >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [1.0, 0.0]]))
    tensor([[5., 1.]])
    """
    x, y = tensor_of(x1, "cdist", "x1"), tensor_of(x2, "cdist", "x2")
    for name, one in (("X1", x), ("X2", y)):
        if one.dtype == np.float16:
            refuse(one, "cdist")
        if one.dtype.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {type_word(one.dtype)}")
        if one.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {one.ndim}D")
    if x.shape[-1] != y.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x.shape[-1]} X2: {y.shape[-1]}")
    if p < 0:
        raise RuntimeError(f"cdist only supports non-negative p values, not {p}")
    lead = broadcast([x.shape[:-2], y.shape[:-2]], "cdist")
    apart = np.abs(_all_pairs(x, y))
    if not apart.size:
        out = np.zeros((*lead, x.shape[-2], y.shape[-2]), x.dtype)
    else:
        out = np.asarray(data_of(vector_norm(apart, p, -1)))  # type: ignore[arg-type]
    return record(CdistBackward0, (x1, x2), out, (x, y, p, out))  # type: ignore[no-any-return]


def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each slice along ``dim`` whose norm of order ``p`` is above ``maxnorm`` scaled down to it.

    >>> import tinygrad_loss as torch
    >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.6, 0.8]]), 2, 0, 2.5)
    tensor([[1.5000, 2.0000],
            [0.6000, 0.8000]])
    """
    x = tensor_of(input, "renorm")
    if p <= 0 or math.isnan(p):
        raise RuntimeError(f"renorm: non-positive-norm not supported: p is {p}")
    if x.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {x.ndim} dimensions; its shape is {listed(x.shape)}")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    place = dim_of(dim, x.ndim, "renorm")
    lengths, long, _ = _scales(x, float(p), place, maxnorm)
    out = np.where(long, x * (maxnorm / (lengths + 1e-7)).astype(x.dtype), x)
    return record(RenormBackward0, (input,), out, (x, float(p), place, float(maxnorm)))  # type: ignore[no-any-return]
