"""What the gradients of reductions have in common: dimensions put back, and values put back where they were taken from."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._shapes import dim_of
from ._adjoints import scattered
from ._record import Array, data_of


def opened(g: Any, sizes: tuple[int, ...], dims: tuple[int, ...] | int | None, keepdim: bool) -> Any:
    """``g`` with the dimensions that a reduction of a tensor of shape ``sizes`` took away, as dimensions of length 1."""
    gone = range(len(sizes)) if dims is None or dims == () else (dims,) if isinstance(dims, int) else dims
    return g if keepdim or not sizes else g.reshape(tuple(1 if place in gone else n for place, n in enumerate(sizes)))


def taken_along(x: Array, indices: Array, place: int) -> Array:
    """The elements of ``x`` at ``indices`` along a dimension; a 0-dim array is a row of one."""
    return x.copy() if x.ndim == 0 else np.take_along_axis(x, indices, place)


def put_along(g: Any, indices: Any, dim: int, sizes: tuple[int, ...], keepdim: bool = True) -> Any:
    """Zeros of shape ``sizes`` with the values ``g`` where they were taken from, at ``indices`` along ``dim``."""
    places = np.zeros(sizes, np.int64) if not sizes else np.arange(int(np.prod(sizes))).reshape(sizes)
    index = np.asarray(data_of(indices))
    place = dim_of(dim, len(sizes))
    if not keepdim and sizes:
        index = np.expand_dims(index, place)
    found = taken_along(places, index, place)
    return scattered(g, found if keepdim or not sizes else found.squeeze(place), sizes)


def shared(g: Any, x: Any, y: Any, dims: tuple[int, ...] | None = None, keepdim: bool = False, nans: bool = False) -> Any:
    """A gradient shared evenly among the elements of ``x`` that equal the result ``y`` of a reduction over ``dims``.

    ``nans``: a result of nan belongs to the elements that are nan.
    """
    values = np.asarray(data_of(x))
    sizes = values.shape
    best = opened(np.asarray(data_of(y)), sizes, dims, keepdim)
    mask = values == best
    if nans:
        mask |= np.isnan(values) & np.isnan(best)
    count = mask.sum(axis=dims or None, keepdims=True, dtype=values.dtype)
    return opened(g, sizes, dims, keepdim) * (mask / count)
