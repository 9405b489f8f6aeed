"""Places of a dimension picked and changed by a vector of indices: index_select, index_add; take and masked_scatter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from .._shapes import broadcast, dim_of, listed
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._adjoints import emptied, padded, places_at, scattered, taken
from ._record import Array, array_of, data_of, record
from ._strict import tensor_of
from ._writes import Write, on_a_copy, write_at
from .shaping import broadcast_array, expand
from .slicing import at

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class IndexSelectBackward0(Node):
    """Places picked from a dimension: the gradient is added at them."""

    __slots__ = ()
    saves = ("dim", "index", "self_sym_sizes")
    vjps = (lambda g, dim, index, sizes: scattered(g, _planes(sizes, dim, index), sizes),)


class IndexAddBackward0(Node):
    """Something added to places of a dimension: it receives alpha times the gradient there, the tensor all of it."""

    __slots__ = ()
    inputs = ("self", "source")
    saves = ("dim", "index", "alpha", "source", "source_dim", "self_sizes")
    private = ("self_sizes",)
    vjps = (
        lambda g, dim, index, alpha, source, ndim, sizes: g,
        lambda g, dim, index, alpha, source, ndim, sizes: taken(g, _planes(sizes, dim, index)) * alpha,
    )


class IndexCopyBackward0(Node):
    """Places of a dimension overwritten: the source receives the gradient there, the tensor what is left."""

    __slots__ = ()
    inputs = ("self", "source")
    saves = ("dim", "index", "source", "source_dim", "self_sizes")
    private = ("self_sizes",)
    vjps = (
        lambda g, dim, index, source, ndim, sizes: emptied(g, _planes(sizes, dim, index)),
        lambda g, dim, index, source, ndim, sizes: taken(g, _planes(sizes, dim, index)),
    )


class IndexFillBackward0(Node):
    """Places of a dimension overwritten with one number."""

    __slots__ = ()
    saves = ("dim", "index", "self_sizes")
    private = ("self_sizes",)
    vjps = (lambda g, dim, index, sizes: emptied(g, _planes(sizes, dim, index)),)


class IndexFillBackward1(Node):
    """The same with a 0-dim tensor, which receives the sum of the gradient there."""

    __slots__ = ()
    inputs = ("self", "value")
    saves = ("dim", "index", "self_sizes")
    private = ("self_sizes",)
    vjps = (
        lambda g, dim, index, sizes: emptied(g, _planes(sizes, dim, index)),
        lambda g, dim, index, sizes: taken(g, _planes(sizes, dim, np.unique(data_of(index)))),
    )


class TakeBackward0(Node):
    """Elements picked, counted row by row: the gradient is added at the places that they came from."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "index")
    vjps = (lambda g, x, index: scattered(g, data_of(index), data_of(x).shape),)


class MaskedScatterBackward0(Node):
    """The elements under a mask overwritten one after the other: the source receives the gradient there, the tensor the rest."""

    __slots__ = ()
    inputs = ("self", "source")
    saves = ("mask", "source_sym_sizes")
    vjps = (
        lambda g, mask, sizes: emptied(g, np.flatnonzero(data_of(mask))),
        lambda g, mask, sizes: _first_of(taken(g, np.flatnonzero(data_of(mask))), sizes),
    )


def _planes(sizes: tuple[int, ...], dim: int, index: Any) -> Array:
    places = data_of(index)
    return places_at(sizes, at(dim, places)) if sizes else np.zeros(places.shape, np.int64)


def _first_of(part: Any, sizes: tuple[int, ...]) -> Any:
    return padded(part, (slice(data_of(part).size),), (math.prod(sizes),)).reshape(sizes)


def _vector_index(input: Any, dim: int, index: Any, function: str) -> tuple[int, Array]:
    x, places = array_of(input, function), array_of(index, function, "index")
    if places.ndim > 1:
        raise IndexError(f"{function}(): Index is supposed to be a vector, but has shape {listed(places.shape)}")
    if places.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"{function}(): Expected dtype int32 or int64 for index, but got {places.dtype}")
    return dim_of(dim, x.ndim, function), places.reshape(-1)


def _in_range(places: Array, size: int, message: str, error: type[Exception], lowest: int = 0) -> None:
    wrong = places[(places < lowest) | (places >= size)]
    if wrong.size:
        raise error(message.format(index=wrong.flat[0]))


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The places ``index``, a vector of integers, of dimension ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).index_select(0, torch.tensor([1, 1]))
    tensor([[3, 4],
            [3, 4]])
    """
    x = tensor_of(input, "index_select")
    place, places = _vector_index(input, dim, index, "index_select")
    size = x.shape[place] if x.ndim else 1
    if place == 1:
        _in_range(places, size, f"INDICES element is out of DATA bounds, id={{index}} axis_dim={size} (index_select)", RuntimeError)
    _in_range(
        places, size, f"index out of range in self: index_select() got {{index}} for dimension {place} of size {size}", IndexError
    )
    out = np.take(x, places, place) if x.ndim else x.reshape(1)[places].reshape(())
    return record(IndexSelectBackward0, (input,), out, (place, places if x.ndim else places.reshape(()), x.shape))  # type: ignore[no-any-return]


def index_adding(input: Any, dim: int, index: Any, source: Any, *, alpha: Number = 1) -> Write:
    """What ``index_add`` and ``index_add_`` do."""
    x, values = array_of(input, "index_add"), array_of(source, "index_add", "source")
    place, places = _planes_for(input, dim, index, source, "index_add_")
    if values.dtype != x.dtype:
        raise RuntimeError(
            f"index_add_(): self ({type_word(x.dtype)}) and source ({type_word(values.dtype)}) must have the same scalar type"
        )
    size = x.shape[place] if x.ndim else 1
    _in_range(places, size, f"index {{index}} is out of bounds for dimension {place} with size {size} (index_add_)", RuntimeError)
    flat = _planes(x.shape, place, places)
    return Write(
        IndexAddBackward0,
        (source,),
        (place, places, alpha, values, values.ndim, x.shape),
        lambda data: write_at(data, flat, values * np.asarray(alpha).astype(values.dtype), add=True),
    )


def _planes_for(input: Any, dim: int, index: Any, source: Any, function: str) -> tuple[int, Array]:
    x, values = array_of(input, function), array_of(source, function, "source")
    place, places = _vector_index(input, dim, index, function)
    length = values.shape[place] if values.ndim else 1
    if places.size != length:
        raise RuntimeError(
            f"{function}(): Number of indices ({places.size}) should be equal to source.size(dim): ({length}), for dim: {place}"
        )
    if values.ndim and (*x.shape[:place], *x.shape[place + 1 :]) != (*values.shape[:place], *values.shape[place + 1 :]):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{listed(x.shape)} "
            f"source.shape = {listed(values.shape)}"
        )
    return place, places


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> Tensor:
    """A copy in which the parts of ``alpha * source`` are added at the places ``index`` of dimension ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(3).index_add(0, torch.tensor([0, 0]), torch.tensor([1.0, 2.0]))
    tensor([3., 0., 0.])
    """
    return on_a_copy(input, index_adding(input, dim, index, source, alpha=alpha))  # type: ignore[no-any-return]


def index_copying(input: Any, dim: int, index: Any, source: Any) -> Write:
    """What ``index_copy`` and ``index_copy_`` do."""
    x, values = array_of(input, "index_copy"), array_of(source, "index_copy", "source")
    place, places = _planes_for(input, dim, index, source, "index_copy_")
    if values.dtype != x.dtype:
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {type_word(x.dtype)} and (source) "
            f"{type_word(values.dtype)}"
        )
    size = x.shape[place] if x.ndim else 1
    _in_range(places, size, f"index_copy_(): index {{index}} is out of bounds for dimension {place} with size {size}", IndexError)
    flat = _planes(x.shape, place, places)
    return Write(IndexCopyBackward0, (source,), (place, places, values, values.ndim, x.shape), lambda data: write_at(data, flat, values))


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy in which the places ``index`` of dimension ``dim`` are the parts of ``source``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(3).index_copy(0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
    tensor([2., 0., 1.])
    """
    return on_a_copy(input, index_copying(input, dim, index, source))  # type: ignore[no-any-return]


def index_filling(input: Any, dim: int, index: Any, value: Any) -> Write:
    """What ``index_fill`` and ``index_fill_`` do."""
    x = array_of(input, "index_fill")
    place, places = _vector_index(input, dim, index, "index_fill_")
    if np.ndim(data_of(value)):
        raise RuntimeError(f"Only supports 0-dimension value tensor but got tensor with {np.ndim(data_of(value))} dimensions.")
    size = x.shape[place] if x.ndim else 1
    _in_range(
        places, size, f"index {{index}} is out of bounds for dimension {place} with size {size} (index_fill_)", IndexError, -size
    )
    flat = _planes(x.shape, place, places % max(size, 1))
    fill = np.asarray(data_of(value)).astype(x.dtype)
    others = (value,) if isinstance(value, Variable) else ()
    return Write(
        IndexFillBackward1 if others else IndexFillBackward0,
        others,
        (place, places % max(size, 1), x.shape),
        lambda data: write_at(data, flat, fill),
    )


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy in which the places ``index`` of dimension ``dim`` are ``value``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(3).index_fill(0, torch.tensor([0, 2]), 1)
    tensor([1., 0., 1.])
    """
    return on_a_copy(input, index_filling(input, dim, index, value))  # type: ignore[no-any-return]


def take(input: Tensor, index: Tensor) -> Tensor:
    """The numbers at the places ``index``, counted row by row.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).take(torch.tensor([0, 3]))
    tensor([1, 4])
    """
    x, places = tensor_of(input, "take"), tensor_of(index, "take", "index")
    if places.dtype != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {type_word(places.dtype)}")
    _in_range(
        places, x.size, f"out of range: tried to access index {{index}} on a tensor of {x.size} elements.", IndexError, -x.size
    )
    return record(TakeBackward0, (input,), np.asarray(x.reshape(-1)[places]), (x, places))  # type: ignore[no-any-return]


def masked_scattering(input: Any, mask: Any, source: Any) -> Write:
    """What ``masked_scatter`` and ``masked_scatter_`` do."""
    x, chosen, values = (
        array_of(input, "masked_scatter"),
        array_of(mask, "masked_scatter", "mask"),
        array_of(source, "masked_scatter", "source"),
    )
    if chosen.dtype != np.bool_:
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {chosen.dtype}")
    if values.dtype != x.dtype:
        raise RuntimeError(
            f"masked_scatter_: expected self and source to have same dtypes but got {type_word(x.dtype)} and "
            f"{type_word(values.dtype)}"
        )
    full = broadcast_array(chosen, x.shape, "masked_scatter_")
    places = np.flatnonzero(full)
    if values.size < places.size:
        raise RuntimeError(
            f"masked_scatter: Number of elements of source < number of ones in mask: {values.size} < {places.size}"
        )
    return Write(
        MaskedScatterBackward0,
        (source,),
        (full.copy(), values.shape),
        lambda data: write_at(data, places, values.reshape(-1)[: places.size]),
    )


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy in which the elements under the mask are those of ``source``, one after the other.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(3).masked_scatter(torch.tensor([True, False, True]), torch.tensor([1.0, 2.0]))
    tensor([1., 0., 2.])
    """
    shape = broadcast([array_of(input, "masked_scatter").shape, array_of(mask, "masked_scatter", "mask").shape], "masked_scatter")
    whole = input if shape == array_of(input, "masked_scatter").shape else expand(input, shape)
    return on_a_copy(whole, masked_scattering(whole, mask, source))  # type: ignore[no-any-return]
