"""Sums and means over dimensions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import dtype as DType, type_word
from .._shapes import broadcast, dims_of, listed
from ..autograd.node import Node
from ..autograd.variable import Variable
from ..kernels.reductions import FEW, mean as mean_of_all, mean_along, total, total_along
from ._record import Array, array_of, data_of, record
from ._spelling import numpy_spelling_of_sums

if TYPE_CHECKING:
    from .._tensor import Tensor


class SumBackward0(Node):
    """The sum of all elements: each receives the gradient."""

    __slots__ = ()
    saves = ("self_sym_sizes",)
    frees = False
    vjps = (lambda g, sizes: spread(g, sizes),)


class SumBackward1(Node):
    """The sum over some dimensions: the gradient is spread along them again."""

    __slots__ = ()
    saves = ("self_sym_sizes", "dim", "keepdim")
    frees = False
    vjps = (lambda g, sizes, dim, keepdim: spread(g, sizes, dim, keepdim),)


class MeanBackward0(Node):
    """The mean of all elements: each receives the gradient divided by their number."""

    __slots__ = ()
    saves = ("self_sym_sizes", "self_sym_numel")
    frees = False
    vjps = (lambda g, sizes, numel: _share(g, sizes, numel),)


class MeanBackward1(Node):
    """The mean over some dimensions."""

    __slots__ = ()
    saves = ("self_sym_sizes", "dim", "keepdim", "self_sym_numel")
    frees = False
    vjps = (lambda g, sizes, dim, keepdim, numel: spread(g / float(_count(sizes, dim)), sizes, dim, keepdim),)


class SpreadBackward(Node):
    """The reverse of a sum, a value repeated along dimensions: its own gradient is summed again."""

    __slots__ = ()
    saves = ("dim", "keepdim")
    frees = False
    vjps = (lambda g, dim, keepdim: sum(g, dim, keepdim),)


@numpy_spelling_of_sums
def sum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The sum of all elements, or over ``dim`` (an int or several). Integers and bools are summed in int64.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> x.sum(), x.sum(0), x.sum(1, keepdim=True)
    (tensor(10.), tensor([4., 6.]), tensor([[3.],
            [7.]]))
    """
    x = input._data if dtype is None and isinstance(input, Variable) else in_dtype(array_of(input, "sum"), dtype)
    floats, whole = x.dtype.kind == "f", np.int64 if dtype is None else dtype.numpy
    if dim is None and not keepdim:
        return record(SumBackward0, (input,), total(x) if floats else x.sum(dtype=whole), (x.shape,))  # type: ignore[no-any-return]
    dims = (dim,) if type(dim) is int and 0 <= dim < x.ndim else dims_of(dim, x.ndim, "sum")
    out = total_along(x, dims, keepdim) if floats else x.sum(axis=dims, keepdims=keepdim, dtype=whole)
    return record(SumBackward1, (input,), out, (x.shape, dims, keepdim))  # type: ignore[no-any-return]


@numpy_spelling_of_sums
def mean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The mean of all elements, or over ``dim``; for floating-point tensors only (RuntimeError).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]]).mean(0)
    tensor([2., 3.])
    """
    x = input._data if dtype is None and isinstance(input, Variable) else in_dtype(array_of(input, "mean"), dtype)
    if x.dtype.kind != "f":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {type_word(x.dtype)}. Convert it first: x.float().mean()"
        )
    if dim is None and not keepdim:
        return record(MeanBackward0, (input,), mean_of_all(x), (x.shape, x.size))  # type: ignore[no-any-return]
    dims = (dim,) if type(dim) is int and 0 <= dim < x.ndim else dims_of(dim, x.ndim, "mean")
    return record(MeanBackward1, (input,), mean_along(x, dims, keepdim), (x.shape, dims, keepdim, x.size))  # type: ignore[no-any-return]


def _share(g: Any, sizes: tuple[int, ...], numel: int) -> Any:
    if isinstance(g, (np.ndarray, np.generic)) and 0 < numel <= FEW:
        out = np.empty(sizes, g.dtype)
        out.fill(g.item() / numel)  # a quotient of Python numbers, rounded to float32, is that of float32; and it takes less time
        return out
    return spread(g / float(numel), sizes)


def _count(sizes: tuple[int, ...], dim: tuple[int, ...]) -> int:
    return math.prod(sizes[place] for place in dim)


def in_dtype(x: Array, dtype: DType | None) -> Array:
    """An array in the type in which it is to be summed, where one is given: the engine takes the gradient back to the old one."""
    if dtype is None:
        return x
    if not isinstance(dtype, DType):
        raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(dtype).__name__}, such as torch.float32")
    return x.astype(dtype.numpy, copy=False)


def spread(g: Any, sizes: tuple[int, ...], dim: tuple[int, ...] | None = None, keepdim: bool = False) -> Any:
    """A sum's gradient: ``g`` repeated along the dimensions that were summed, so that it has shape ``sizes``."""
    if isinstance(g, (np.ndarray, np.generic)) and (keepdim or not g.ndim) and math.prod(sizes) <= FEW:
        out = np.empty(sizes, g.dtype)  # takes less time than a view, and the next in the chain may write to it
        out[...] = g
        return out
    data = np.asarray(data_of(g))
    dims = tuple(range(len(sizes))) if dim is None else dim
    if not keepdim:
        data = np.expand_dims(data, dims) if dims else data
    return record(SpreadBackward, (g,), np.broadcast_to(data, sizes), (dims, keepdim))


def sum_to_size(input: Tensor, *size: Any) -> Tensor:
    """Sum over the dimensions along which ``size`` would be broadcast to this shape: the reverse of broadcasting.

    >>> import tinygrad_loss as torch
    >>> torch.ones(3, 2).sum_to_size(1, 2)
    tensor([[3., 3.]])
    """
    wanted = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
    shape = array_of(input, "sum_to_size").shape
    if len(wanted) > len(shape) or broadcast([shape, wanted], "sum_to_size") != shape:
        raise RuntimeError(f"size {{{listed(wanted)}}} is not expandable to size {{{listed(shape)}}}.")
    if not wanted:
        return sum(input)
    extra = len(shape) - len(wanted)
    out = input
    longer = tuple(i + extra for i, n in enumerate(wanted) if n == 1 and shape[i + extra] != 1)
    if longer:
        out = sum(out, longer, True)
    return sum(out, tuple(range(extra))) if extra else out
