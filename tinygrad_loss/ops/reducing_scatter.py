"""Elements combined at places of a tensor: scatter_reduce, index_reduce and put."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from .._shapes import listed
from ..autograd.node import Node
from ._adjoints import emptied, padded, taken
from ._kinds import refuse_bool
from ._record import Array, array_of, data_of
from ._writes import Write, on_a_copy, write_at
from .gathering import _index_along as index_along, along, gather, scatter, scatter_add
from .indexing_along import _in_range as in_range, _vector_index as vector_index
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor

IDENTITY: dict[str, Any] = {"sum": 0, "mean": 0, "prod": 1, "amax": -math.inf, "amin": math.inf}
AT: dict[str, Any] = {
    "sum": np.add.at,
    "mean": np.add.at,
    "prod": np.multiply.at,
    "amax": np.maximum.at,
    "amin": np.minimum.at,
}


class ScatterReduceBackward0(Node):
    """Elements combined along a dimension by a sum, product, mean, maximum or minimum."""

    __slots__ = ()
    inputs = ("self", "src")
    saves = ("self", "src", "result", "dim", "index", "reduce", "include_self")
    vjps = (lambda g, *saved: _gradients(g, *saved)[0], lambda g, *saved: _gradients(g, *saved)[1])


class IndexReduceBackward0(Node):
    """Slices combined along a dimension: as scatter_reduce, with one index for each slice."""

    __slots__ = ()
    inputs = ("self", "source")
    saves = ("self", "source", "result", "dim", "index", "reduce", "include_self")
    vjps = (
        lambda g, x, src, y, dim, index, *rest: _gradients(g, x, src, y, dim, _spread(index, dim, data_of(src).shape), *rest)[0],
        lambda g, x, src, y, dim, index, *rest: _gradients(g, x, src, y, dim, _spread(index, dim, data_of(src).shape), *rest)[1],
    )


class PutBackward0(Node):
    """Elements overwritten (or added to), counted row by row: the source receives the gradient there, the tensor what is left."""

    __slots__ = ()
    inputs = ("self", "source")
    saves = ("index", "source", "accumulate")
    vjps = (
        lambda g, index, source, add: g if add else emptied(g, data_of(index).reshape(-1)),
        lambda g, index, source, add: taken(g, data_of(index).reshape(data_of(source).shape)),
    )


def _spread(index: Any, dim: int, sizes: tuple[int, ...]) -> Array:
    """One index for each slice as one for each element."""
    places = np.asarray(data_of(index))
    if not sizes:
        return places.reshape(())
    return np.broadcast_to(places.reshape((-1,) + (1,) * (len(sizes) - dim - 1)), sizes)


def _gradients(g: Any, x: Any, src: Any, y: Any, dim: int, index: Any, reduce: str, include: bool) -> tuple[Any, Any]:
    """The gradients of the tensor and of the source of a combining scatter."""
    index = data_of(index)
    values = data_of(x)
    corner = tuple(slice(length) for length in index.shape)
    padding = index.shape != data_of(src).shape
    part = src[corner] if padding and index.ndim else src
    own, other = _RULES[reduce](g, x, part, y, dim, index, include)
    if not include:
        own = scatter(own, dim, index, value=0.0) if values.ndim else own * 0.0
    if padding:
        other = padded(other, corner, data_of(src).shape)
    return own, other


def _of_sum(g: Any, x: Any, src: Any, y: Any, dim: int, index: Any, include: bool) -> tuple[Any, Any]:
    return g * 1.0, gather(g, dim, index)


def _of_mean(g: Any, x: Any, src: Any, y: Any, dim: int, index: Any, include: bool) -> tuple[Any, Any]:
    counts: Any = np.full(data_of(x).shape, float(include), data_of(x).dtype)
    ones: Any = np.ones(index.shape, counts.dtype)
    share = g / np.maximum(scatter_add(counts, dim, index, ones), 1)  # type: ignore[call-overload]
    return share, gather(share, dim, index)


def _of_prod(g: Any, x: Any, src: Any, y: Any, dim: int, index: Any, include: bool) -> tuple[Any, Any]:
    zero, src_zero = data_of(x) == 0, data_of(src) == 0
    safe = where(zero, 1.0, x)
    own = g * scatter_reduce(safe, dim, index, src, "prod", include_self=include) / safe
    zeros: Any = np.zeros(zero.shape, data_of(x).dtype)
    zeros = scatter_add(zeros, dim, index, src_zero.astype(data_of(x).dtype))
    count = gather(zeros, dim, index)
    single = src_zero & (count == 1)
    without = scatter_reduce(x, dim, index, where(single, 1.0, src), "prod", include_self=include)
    divided = gather(g * y, dim, index) / where(src_zero, 1.0, src)
    other = where(single, gather(g * without, dim, index), where(count > 1, 0.0, divided))
    return own, other


def _of_extreme(g: Any, x: Any, src: Any, y: Any, dim: int, index: Any, include: bool) -> tuple[Any, Any]:
    result, kind = data_of(y), data_of(x).dtype
    own_best = (data_of(x) == result).astype(kind)
    src_best = (data_of(src) == gather(result, dim, index)).astype(kind)
    share = g / np.maximum(scatter_add(own_best, dim, index, src_best), 1)
    return share * own_best, gather(share, dim, index) * src_best


_RULES: dict[str, Any] = {"sum": _of_sum, "mean": _of_mean, "prod": _of_prod, "amax": _of_extreme, "amin": _of_extreme}


def _combine(data: Array, flat: Array, values: Array, reduce: str, include: bool) -> None:
    """Combine ``values`` with the elements of ``data`` at the places ``flat``, counted row by row."""
    out = data.reshape(-1).copy()
    places, parts = np.asarray(flat).reshape(-1), np.asarray(values).reshape(-1)
    counts = np.bincount(places, minlength=out.size) if places.size else np.zeros(out.size, np.int64)
    touched = counts > 0
    if not include:
        low = reduce in ("amax", "amin") and out.dtype.kind != "f"
        out[touched] = _lowest(out.dtype, reduce) if low else IDENTITY[reduce]
    AT[reduce](out, places, parts)
    if reduce == "mean":
        n = np.maximum(counts + int(include), 1)
        whole = out.dtype.kind != "f"
        shared = (np.floor_divide if whole else np.divide)(out, n.astype(out.dtype))
        out = np.where(touched, shared, out).astype(data.dtype)
    data[...] = out.reshape(data.shape)


def _lowest(kind: np.dtype[Any], reduce: str) -> Any:
    if kind == np.bool_:
        return reduce == "amin"
    return np.iinfo(kind).min if reduce == "amax" else np.iinfo(kind).max


def scatter_reducing(input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Write:
    """What ``scatter_reduce`` and ``scatter_reduce_`` do."""
    x, values = array_of(input, "scatter_reduce"), array_of(src, "scatter_reduce", "src")
    if reduce not in IDENTITY:
        raise RuntimeError(f"Expected 'reduce' to be one of 'sum', 'prod', 'mean', 'amax', 'amin' but got {reduce}. (scatter_reduce)")
    place, places = index_along(input, dim, index, "scatter")
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
            f"Expected index {listed(places.shape)} to be no larger than self {listed(x.shape)} apart from dimension {place} and to "
            f"be no larger size than src {listed(values.shape)}"
        )
    if reduce == "mean":
        refuse_bool(x, "scatter_gather_tensor_cpu_reduce_mean")
    saved = (x, values, None, place, places, reduce, include_self)
    part = values[tuple(slice(length) for length in places.shape)] if values.ndim else values
    return Write(
        ScatterReduceBackward0,
        (src,),
        saved,
        lambda data: _combine(data, along(x.shape, place, places), part, reduce, include_self),
    )


def scatter_reduce(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True) -> Tensor:
    """A copy in which the elements of ``src`` are combined with ``out[i][index[i][j]]`` (for ``dim=1``) by ``reduce``: "sum",
    "prod", "mean", "amax" or "amin"; without the old element if not ``include_self``.

    >>> import tinygrad_loss as torch
    >>> index = torch.tensor([0, 0, 1])
    >>> torch.tensor([1.0, 1.0]).scatter_reduce(0, index, torch.tensor([2.0, 3.0, 4.0]), "amax")
    tensor([3., 4.])
    """
    return _combined(input, scatter_reducing(input, dim, index, src, reduce, include_self=include_self))  # type: ignore[no-any-return]


def _combined(input: Any, made: Write) -> Any:
    """The change carried out on a copy, which the node saves as its result."""
    out = np.array(array_of(input, "copy"), order="C")
    made.write(out)
    saved = (*made.saved[:2], out, *made.saved[3:])
    return on_a_copy(input, Write(made.op, made.others, saved, lambda data: data.__setitem__(..., out)))


def index_reducing(input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Write:
    """What ``index_reduce`` and ``index_reduce_`` do."""
    x, values = array_of(input, "index_reduce"), array_of(source, "index_reduce", "source")
    warnings.warn("index_reduce() is in beta and the API may change at any time.", UserWarning, stacklevel=4)
    if reduce not in IDENTITY or reduce == "sum":
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    place, places = vector_index(input, dim, index, "index_reduce_")
    length = values.shape[place] if values.ndim else 1
    if places.size != length:
        raise RuntimeError(
            f"index_reduce_(): Number of indices ({places.size}) should be equal to self.size(dim): ({length}), for dim: {place}"
        )
    if values.dtype != x.dtype:
        raise RuntimeError(
            f"index_reduce_(): self ({type_word(x.dtype)}) and source ({type_word(values.dtype)}) must have the same scalar type"
        )
    size = x.shape[place] if x.ndim else 1
    in_range(places, size, f"index {{index}} is out of bounds for dimension {place} with size {size} (index_reduce_)", RuntimeError)
    if x.ndim:
        refuse_bool(x, "index_func_")
    flat = along(x.shape, place, _spread(places, place, values.shape))
    saved = (x, values, None, place, places, reduce, include_self)
    return Write(
        IndexReduceBackward0, (source,), saved, lambda data: _combine(data, flat, values, reduce, include_self)
    )


def index_reduce(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True) -> Tensor:
    """A copy in which the slices of ``source`` are combined with those at the places ``index`` of dimension ``dim`` by
    ``reduce``: "prod", "mean", "amax" or "amin".

    >>> import tinygrad_loss as torch
    >>> torch.ones(2).index_reduce(0, torch.tensor([0, 0]), torch.tensor([2.0, 3.0]), "prod")
    tensor([6., 1.])
    """
    return _combined(input, index_reducing(input, dim, index, source, reduce, include_self=include_self))  # type: ignore[no-any-return]


def putting(input: Any, index: Any, source: Any, accumulate: bool = False) -> Write:
    """What ``put`` and ``put_`` do."""
    x, places, values = array_of(input, "put_"), array_of(index, "put_", "index"), array_of(source, "put_", "source")
    if places.dtype != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {type_word(places.dtype)}")
    if values.dtype != x.dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {type_word(x.dtype)} and source.dtype "
            f"= {type_word(values.dtype)}"
        )
    if places.size != values.size:
        raise RuntimeError(
            f"put_(): Expected source and index to have the same number of elements, but got source.numel() = {values.size}, "
            f"index.numel() = {places.size}"
        )
    in_range(
        places, x.size, f"out of range: tried to access index {{index}} on a tensor of {x.size} elements.", IndexError, -x.size
    )
    flat = np.where(places < 0, places + x.size, places)
    return Write(
        PutBackward0,
        (source,),
        (flat, values, accumulate),
        lambda data: write_at(data, flat.reshape(-1), values.reshape(-1), add=accumulate),
    )


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with the elements of ``source`` at the places ``index``, counted row by row; added to them if ``accumulate``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 2).put(torch.tensor([1, 2]), torch.tensor([5.0, 6.0]))
    tensor([[0., 5.],
            [6., 0.]])
    """
    return on_a_copy(input, putting(input, index, source, accumulate))  # type: ignore[no-any-return]
