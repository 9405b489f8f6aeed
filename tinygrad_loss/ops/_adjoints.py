"""Pairs of operations each of which is the other's gradient: taking some elements of a tensor, and putting them back into zeros.

The rules of views, indexing and gathering are written with these, and so can be differentiated any number of times.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ..autograd.node import Node
from ._record import Array, constant, data_of, record

Sizes = tuple[int, ...]
FEW = 4096  # elements: the places of so small a tensor are kept for the next time


class Window:
    """How a view looks into the memory of its base: the lengths and steps (in elements) of the base, and those of the view, which
    begins at ``offset``."""

    __slots__ = ("offset", "shape", "sizes", "steps", "strides")

    def __init__(self, sizes: Sizes, strides: Sizes, shape: Sizes, steps: Sizes, offset: int) -> None:
        self.sizes, self.strides = sizes, strides
        self.shape, self.steps, self.offset = shape, steps, offset

    def __repr__(self) -> str:
        return f"Window(sizes={self.sizes}, strides={self.strides}, shape={self.shape}, steps={self.steps}, offset={self.offset})"

    @classmethod
    def between(cls, view: Array, base: Array) -> Window:
        """The window through which ``view`` looks into ``base``.

        >>> base = np.zeros((2, 3)); Window.between(base[:, 1], base)
        Window(sizes=(2, 3), strides=(3, 1), shape=(2,), steps=(3,), offset=1)
        """
        item = base.itemsize
        bytes_off = view.__array_interface__["data"][0] - base.__array_interface__["data"][0] if view.size else 0
        steps = (tuple(step // item for step in array.strides) for array in (base, view))
        return cls(base.shape, next(steps), view.shape, next(steps), bytes_off // item)

    def blank(self, dtype: np.dtype[Any]) -> tuple[Array, Array, Array]:
        """Zeros: the memory as a row, the base on it, the view on it."""
        ends = ((self.sizes, self.strides, 0), (self.shape, self.steps, self.offset))
        reach = max(off + 1 + sum((n - 1) * step for n, step in zip(sizes, steps, strict=True)) for sizes, steps, off in ends)
        row, item = np.zeros(max(reach, 1), dtype), dtype.itemsize
        whole: Array = np.ndarray(self.sizes, dtype, row, 0, [step * item for step in self.strides])
        part: Array = np.ndarray(self.shape, dtype, row, self.offset * item, [step * item for step in self.steps])
        return row, whole, part

    def overlaps(self) -> bool:
        """Whether two elements of the view may be the same element of the base (as in an expanded tensor)."""
        reach = 0
        for step, length in sorted((step, length) for step, length in zip(self.steps, self.shape, strict=True) if length > 1):
            if step <= reach:
                return True
            reach += step * (length - 1)
        return False

    def places(self) -> Array:
        """Where each element of the view lies in the row."""
        total = np.full(self.shape, self.offset, np.int64)
        for dim, (length, step) in enumerate(zip(self.shape, self.steps, strict=True)):
            total += (np.arange(length) * step).reshape((-1,) + (1,) * (len(self.shape) - dim - 1))
        return total


class AsStridedBackward0(Node):
    """A view that was made before its base was rewritten: the gradient is put back where the view looks."""

    __slots__ = ()
    saves = ("window",)
    frees = False
    vjps = (lambda g, window: seen_from(g, window),)


class SeenFromBackward(Node):
    """The reverse: the gradient's elements where the view looks."""

    __slots__ = ()
    saves = ("window",)
    frees = False
    vjps = (lambda g, window: seen_through(g, window),)


class ClearedBackward(Node):
    """Zero where a view looks: the gradient is zero there too."""

    __slots__ = ()
    saves = ("window",)
    frees = False
    vjps = (lambda g, window: cleared(g, window),)


class PartBackward(Node):
    """A part cut out: the gradient with zeros around it."""

    __slots__ = ()
    saves = ("key", "sizes")
    frees = False
    vjps = (lambda g, key, sizes: padded(g, key, sizes),)


class PaddedBackward(Node):
    """A part with zeros around it: the gradient's part."""

    __slots__ = ()
    saves = ("key", "sizes")
    frees = False
    vjps = (lambda g, key, sizes: part(g, key),)


class TakenBackward(Node):
    """Elements taken at places: the gradient is added at the places."""

    __slots__ = ()
    saves = ("places", "sizes")
    frees = False
    vjps = (lambda g, places, sizes: scattered(g, places, sizes),)


class ScatteredBackward(Node):
    """Elements added to zeros at places: the gradient's elements at the places."""

    __slots__ = ()
    saves = ("places", "sizes")
    frees = False
    vjps = (lambda g, places, sizes: taken(g, places),)


class KeptBackward(Node):
    """Zero at some places: the gradient is zero there too."""

    __slots__ = ()
    saves = ("places",)
    frees = False
    vjps = (lambda g, places: emptied(g, places),)


def seen_through(g: Any, window: Window) -> Any:
    """The elements of ``g``, shaped like the base, where the view looks."""
    data = data_of(g)
    _, whole, view = window.blank(data.dtype)
    whole[...] = data
    return record(AsStridedBackward0, (g,), view.copy(), (window,))


def seen_from(g: Any, window: Window) -> Any:
    """Zeros in the shape of the base, with the elements of ``g`` added where the view looks."""
    data = data_of(g)
    row, whole, view = window.blank(data.dtype)
    if window.overlaps():
        np.add.at(row, window.places().reshape(-1), data.reshape(-1))
    else:
        view[...] = data
    return record(SeenFromBackward, (g,), whole, (window,))


def cleared(g: Any, window: Window) -> Any:
    """``g``, shaped like the base, with zeros where the view looks."""
    data = data_of(g)
    _, whole, view = window.blank(data.dtype)
    whole[...] = data
    view[...] = 0
    return record(ClearedBackward, (g,), whole, (window,))


def part(x: Any, key: tuple[Any, ...]) -> Any:
    """``x[key]`` for ints and slices, copied."""
    return record(PartBackward, (x,), np.array(data_of(x)[key]), (key, data_of(x).shape))


def padded(g: Any, key: tuple[Any, ...], sizes: Sizes) -> Any:
    """Zeros of shape ``sizes`` with ``g`` as the part ``[key]``, ints and slices."""
    data = data_of(g)
    out = np.zeros(sizes, data.dtype)
    out[key] = data
    return record(PaddedBackward, (g,), out, (key, sizes))


def taken(x: Any, places: Array) -> Any:
    """The elements of ``x``, read row by row, at ``places``."""
    data = data_of(x)
    return record(TakenBackward, (x,), data.reshape(-1)[places], (places, data.shape))


def scattered(g: Any, places: Array, sizes: Sizes) -> Any:
    """Zeros of shape ``sizes`` with the elements of ``g`` added at ``places``, counted row by row."""
    data = data_of(g)
    out = np.zeros(math.prod(sizes), data.dtype)
    np.add.at(out, np.asarray(places).reshape(-1), data.reshape(-1))
    return record(ScatteredBackward, (g,), out.reshape(sizes), (places, sizes))


def emptied(x: Any, places: Array) -> Any:
    """``x`` with zeros at ``places``, counted row by row."""
    out = np.array(data_of(x), order="C")
    out.reshape(-1)[places] = 0
    return record(KeptBackward, (x,), out, (places,))


def nothing(g: Any) -> Any:
    """Zeros like ``g``: the gradient of what was overwritten."""
    return constant((g,), np.zeros_like(data_of(g)))


def places_at(sizes: Sizes, key: Any) -> Array:
    """The places, counted row by row, of the elements that ``key`` picks from a tensor of shape ``sizes``.

    >>> places_at((2, 3), (slice(None), np.array([0, 2]))).tolist()
    [[0, 2], [3, 5]]
    """
    return np.asarray(_all_places(sizes)[key])


def _all_places(sizes: Sizes) -> Array:
    """Where each element of a tensor of shape ``sizes`` stands; not to be written to."""
    return _few_places(sizes) if math.prod(sizes) <= FEW else np.arange(math.prod(sizes)).reshape(sizes)


@lru_cache(maxsize=64)
def _few_places(sizes: Sizes) -> Array:
    places = np.arange(math.prod(sizes)).reshape(sizes)
    places.flags.writeable = False
    return places
