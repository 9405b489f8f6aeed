"""Elements picked and put by tensors of indices along one dimension: gather and scatter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from .._shapes import broadcast, dim_of, listed
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._adjoints import emptied, padded, scattered, taken
from ._record import Array, array_of, constant, data_of, record
from ._writes import Write, on_a_copy, write_at
from .shaping import expand, reshape, view

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


def along(sizes: tuple[int, ...], dim: int, index: Array) -> Array:
    """The places, counted row by row, of the elements [..., index, ...] of a tensor of shape ``sizes``: the index says the place
    in ``dim``, its own position says the place in the other dimensions.

    >>> along((2, 3), 1, np.array([[2], [0]])).tolist()
    [[2], [3]]
    """
    if not sizes or not index.size:
        return index.astype(np.int64)
    steps = np.cumprod((1, *sizes[:0:-1]))[::-1]
    total = index * steps[dim]
    for place, length in enumerate(index.shape):
        if place != dim:
            total = total + (np.arange(length) * steps[place]).reshape((-1,) + (1,) * (index.ndim - place - 1))
    return np.asarray(total, np.int64)


def _corner(shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(length) for length in shape)


def _source_gradient(g: Any, places: Array, shape: tuple[int, ...]) -> Any:
    part = taken(g, places)
    return part if shape == places.shape else padded(part, _corner(places.shape), shape)


class GatherBackward0(Node):
    """Elements picked along a dimension: the gradient is added at the places that they came from."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "dim", "index", "sparse_grad")
    vjps = (lambda g, x, dim, index, sparse: scattered(g, along(data_of(x).shape, dim, data_of(index)), data_of(x).shape),)


class ScatterBackward0(Node):
    """Elements overwritten along a dimension: the source receives the gradient there, the tensor what is left."""

    __slots__ = ()
    inputs = ("self", "src")
    saves = ("dim", "index", "self_sizes", "src_sizes")
    private = ("self_sizes", "src_sizes")
    vjps = (
        lambda g, dim, index, sizes, src: emptied(g, along(sizes, dim, data_of(index))),
        lambda g, dim, index, sizes, src: _source_gradient(g, along(sizes, dim, data_of(index)), src),
    )


class ScatterBackward1(Node):
    """Elements overwritten with one number."""

    __slots__ = ()
    saves = ("dim", "index", "self_sizes")
    private = ("self_sizes",)
    vjps = (lambda g, dim, index, sizes: emptied(g, along(sizes, dim, data_of(index))),)


class ScatterAddBackward0(Node):
    """Elements added along a dimension: the source receives the gradient there, the tensor all of it."""

    __slots__ = ()
    inputs = ("self", "src")
    saves = ("dim", "index", "self_sizes", "src_sizes")
    private = ("self_sizes", "src_sizes")
    vjps = (
        lambda g, dim, index, sizes, src: g,
        lambda g, dim, index, sizes, src: _source_gradient(g, along(sizes, dim, data_of(index)), src),
    )


class ScatterReduceBackward(Node):
    """A scatter that multiplies or adds: PyTorch has no derivative for it."""

    __slots__ = ()
    frees = False

    def name(self) -> str:
        return "NotImplemented"

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        raise RuntimeError("derivative for aten::scatter with reduce is not implemented: use scatter_add for sums")


def _index_along(input: Any, dim: int, index: Any, function: str) -> tuple[int, Array]:
    """``dim`` counted from the front, and the array of an index of ``function``, checked against the tensor."""
    x, places = array_of(input, function), array_of(index, function, "index")
    if places.dtype not in (np.int64, np.int32) and places.size:
        raise RuntimeError(f"{function}(): Expected dtype int32/int64 for index, but got {places.dtype}")
    place = dim_of(dim, x.ndim, function)
    if max(places.ndim, 1) != max(x.ndim, 1) and places.size:
        raise RuntimeError(
            f"{function}(): Index tensor must have the same number of dimensions as input tensor: {places.ndim} and {x.ndim}. "
            "For "
            "one place per row, index.unsqueeze(1)."
        )
    size = x.shape[place] if x.ndim else 1
    if places.size and (places.min() < 0 or places.max() >= size):
        wrong = places[(places < 0) | (places >= size)].flat[0]
        raise RuntimeError(f"index {wrong} is out of bounds for dimension {place} with size {size} ({function})")
    return place, places


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """``out[i][j] = input[i][index[i][j]]`` for ``dim=1``: elements picked along a dimension, by an index of the result's shape.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).gather(1, torch.tensor([[1], [0]]))
    tensor([[2],
            [3]])
    """
    x = array_of(input, "gather")
    place, places = _index_along(input, dim, index, "gather")
    if places.size and any(n > x.shape[i] for i, n in enumerate(places.shape) if i != place):
        wrong = next(i for i, n in enumerate(places.shape) if i != place and n > x.shape[i])
        raise RuntimeError(
            f"Size does not match at dimension {wrong} expected index {listed(places.shape)} to be no larger than self "
            f"{listed(x.shape)} apart from dimension {place}"
        )
    out = x.reshape(-1)[along(x.shape, place, places)] if places.size else np.empty(places.shape, x.dtype)
    return record(GatherBackward0, (input,), out, (x, place, places, sparse_grad))  # type: ignore[no-any-return]


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """``gather`` with both tensors broadcast to each other but for ``dim``; without ``dim`` on all numbers, row by row.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[3, 1], [2, 4]]); x.take_along_dim(x.argmax(1, keepdim=True), 1)
    tensor([[3],
            [4]])
    """
    x, index = array_of(input, "take_along_dim"), array_of(indices, "take_along_dim", "indices")
    if index.dtype != np.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {type_word(index.dtype)}")
    if dim is None:
        return gather(view(input, -1) if x.flags.c_contiguous else reshape(input, -1), 0, reshape(indices, -1))
    if x.ndim != index.ndim:
        raise RuntimeError(
            f"torch.take_along_dim(): input and indices should have the same number of dimensions, but got {x.ndim} dimensions "
            "for "
            f"input, and {index.ndim} dimensions for indices"
        )
    place = dim_of(dim, x.ndim, "take_along_dim")
    common = list(
        broadcast(
            [(*x.shape[:place], 1, *x.shape[place + 1 :]), (*index.shape[:place], 1, *index.shape[place + 1 :])], "take_along_dim"
        )
    )
    wide = ((*common[:place], one.shape[place], *common[place + 1 :]) for one in (x, index))
    from_front = constant((indices,), np.where(index < 0, index + x.shape[place], index))
    return gather(expand(input, next(wide)), place, expand(from_front, next(wide)))


def scattering(input: Any, dim: int, index: Any, src: Any = None, value: Any = None, reduce: str | None = None) -> Write:
    """What ``scatter`` and ``scatter_`` do."""
    place, places = _index_along(input, dim, index, "scatter")
    what = value if src is None else src
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError(f"reduce argument must be either add or multiply, not {reduce!r}.")
    sizes = array_of(input, "scatter").shape
    others: tuple[Any, ...]
    more: tuple[Any, ...]
    if isinstance(what, Variable):
        others, values, more = (what,), _source(input, place, places, what), (what._data.shape,)
    elif isinstance(what, (bool, int, float, np.number)):
        others, values, more = (), np.asarray(what).astype(array_of(input, "scatter").dtype), ()
    else:
        raise TypeError(f"scatter(): argument 'src' must be Tensor or a number, not {type(what).__name__}")

    def write(data: Array) -> None:
        flat = along(sizes, place, places)
        if reduce == "multiply":
            factors = np.ones(math.prod(sizes), data.dtype)
            np.multiply.at(factors, flat, values)
            data *= factors.reshape(sizes)
        else:
            write_at(data, flat, values, add=reduce == "add")

    op = ScatterReduceBackward if reduce else ScatterBackward0 if others else ScatterBackward1
    return Write(op, others, () if reduce else (place, places, sizes, *more), write)


def _source(input: Any, place: int, places: Array, src: Any) -> Array:
    x, values = array_of(input, "scatter"), array_of(src, "scatter", "src")
    if values.dtype != x.dtype:
        raise RuntimeError(
            f"scatter(): Expected self.dtype to be equal to src.dtype, but got {type_word(x.dtype)} and {type_word(values.dtype)}"
        )
    if places.size and (
        max(values.ndim, 1) != max(places.ndim, 1)
        or any(n > x.shape[i] for i, n in enumerate(places.shape) if i != place)
        or any(n > m for n, m in zip(places.shape, values.shape, strict=False))
    ):
        raise RuntimeError(
            f"Expected index {listed(places.shape)} to be no larger than self {listed(x.shape)} apart from dimension {place} and "
            "to "
            f"be no larger size than src {listed(values.shape)}"
        )
    return values[_corner(places.shape)] if values.ndim else values


def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None) -> Tensor:
    """A copy in which ``out[i][index[i][j]] = src[i][j]`` (for ``dim=1``); ``src`` is a tensor or a number. ``reduce``, ``"add"``
    or ``"multiply"``, combines instead, without gradient.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 3).scatter(1, torch.tensor([[2], [0]]), 1.0)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    return on_a_copy(input, scattering(input, dim, index, src, value, reduce))  # type: ignore[no-any-return]


def scatter_adding(input: Any, dim: int, index: Any, src: Any) -> Write:
    """What ``scatter_add`` and ``scatter_add_`` do."""
    place, places = _index_along(input, dim, index, "scatter")
    sizes, values = array_of(input, "scatter").shape, _source(input, place, places, src)
    saved = (place, places, sizes, array_of(src, "scatter_add", "src").shape)
    return Write(ScatterAddBackward0, (src,), saved, lambda data: write_at(data, along(sizes, place, places), values, add=True))


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy in which ``src[i][j]`` is added to ``out[i][index[i][j]]`` (for ``dim=1``): the reverse of ``gather``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(3).scatter_add(0, torch.tensor([0, 0, 2]), torch.tensor([1.0, 2.0, 3.0]))
    tensor([3., 0., 3.])
    """
    return on_a_copy(input, scatter_adding(input, dim, index, src))  # type: ignore[no-any-return]
