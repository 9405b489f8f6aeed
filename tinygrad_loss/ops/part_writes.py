"""Copies with a part replaced (slice_scatter, select_scatter, diagonal_scatter), and windows into memory (as_strided, unfold)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import dim_of, listed
from ..autograd.clock import memory_of
from ..autograd.node import Node
from ._adjoints import AsStridedBackward0, Window, emptied, places_at, scattered, taken
from ._record import Array, array_of, record
from ._views import view_of
from ._writes import Write, on_a_copy, write_at
from .diagonals import _diagonal as diagonal_of
from .slicing import at, narrow

if TYPE_CHECKING:
    from .._tensor import Tensor


class _Replaced(Node):
    """A part replaced by a source: the source receives the gradient there, the tensor what is left."""

    __slots__ = ()
    inputs = ("self", "src")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        places = self.places(*saved)
        wanted = [node is not None for node, _ in self.next_functions]
        return [emptied(g, places.reshape(-1)) if wanted[0] else None, taken(g, places) if wanted[1] else None]

    def places(self, *saved: Any) -> Array:
        """The places of the part, counted row by row."""
        return places_at(self.shape, self.key(*saved))

    def key(self, *saved: Any) -> Any:
        """The index that picks the part."""
        raise NotImplementedError


class SliceScatterBackward0(_Replaced):
    """Some places along a dimension replaced."""

    __slots__ = ()
    saves = ("dim", "start", "end", "step")
    frees = False

    def key(self, *saved: Any) -> Any:
        dim, start, end, step = saved
        return at(dim, slice(start, end, step))


class SelectScatterBackward0(_Replaced):
    """One place along a dimension replaced."""

    __slots__ = ()
    saves = ("dim", "index")
    frees = False

    def key(self, *saved: Any) -> Any:
        return at(*saved)


class DiagonalScatterBackward0(_Replaced):
    """A diagonal replaced."""

    __slots__ = ()
    saves = ("offset", "dim1", "dim2")
    frees = False

    def places(self, *saved: Any) -> Array:
        return diagonal_of(places_at(self.shape, ...), *saved)


class AsStridedScatterBackward0(_Replaced):
    """What a window shows replaced."""

    __slots__ = ()
    saves = ("window",)
    frees = False

    def places(self, *saved: Any) -> Array:
        return saved[0].places()  # type: ignore[no-any-return]


class NarrowCopyBackward0(Node):
    """Neighbouring places along a dimension, copied: the gradient there, zeros elsewhere."""

    __slots__ = ()
    saves = ("dim", "start", "length", "self_sym_sizes")
    frees = False
    vjps = (
        lambda g, dim, start, length, sizes: scattered(g, places_at(sizes, at(dim, slice(start, start + length))), sizes),
    )


class UnfoldBackward0(Node):
    """Windows that slide along a dimension: each element receives the gradients of all windows that show it."""

    __slots__ = ()
    saves = ("dimension", "size", "step", "self_sym_sizes")
    frees = False
    vjps = (lambda g, dim, size, step, sizes: scattered(g, _windows(places_at(sizes, ...), dim, size, step), sizes),)


def _replace(op: type[Node], input: Any, src: Any, places: Array, saved: tuple[Any, ...], function: str) -> Any:
    values = array_of(src, function, "src")
    if values.shape != places.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {listed(values.shape)}, slice size = "
            f"{listed(places.shape)} ({function})"
        )
    return on_a_copy(input, Write(op, (src,), saved, lambda data: write_at(data, places, values)))


def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """A copy in which the places ``start`` to ``end`` of dimension ``dim``, every ``step``-th, are ``src``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(4).slice_scatter(torch.ones(2), 0, 1, 3)
    tensor([0., 1., 1., 0.])
    """
    x = array_of(input, "slice_scatter")
    place = dim_of(dim, x.ndim, "slice_scatter")
    if step <= 0:
        raise RuntimeError(f"slice step must be positive, not {step}")
    places = places_at(x.shape, at(place, slice(start, end, step)))
    return _replace(SliceScatterBackward0, input, src, places, (place, start, end, step), "slice_scatter")  # type: ignore[no-any-return]


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy in which place ``index`` of dimension ``dim`` is ``src``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 2).select_scatter(torch.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    x = array_of(input, "select_scatter")
    place = dim_of(dim, x.ndim, "select_scatter")
    if not x.ndim or not -x.shape[place] <= index < x.shape[place]:
        raise IndexError(f"select(): index {index} out of range for tensor of size {listed(x.shape)} at dimension {place}")
    places = places_at(x.shape, at(place, index))
    return _replace(SelectScatterBackward0, input, src, places, (place, index), "select_scatter")  # type: ignore[no-any-return]


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy in which a diagonal is ``src``.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 2).diagonal_scatter(torch.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    x = array_of(input, "diagonal_scatter")
    places = diagonal_of(places_at(x.shape, ...), offset, dim1, dim2)
    return _replace(DiagonalScatterBackward0, input, src, places, (offset, dim1, dim2), "diagonal_scatter")  # type: ignore[no-any-return]


def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A view of the tensor's memory with lengths ``size`` and steps ``stride`` (in elements), from element ``storage_offset`` on.

    >>> import tinygrad_loss as torch
    >>> torch.arange(6).as_strided((2, 2), (3, 1), 1)
    tensor([[1, 2],
            [4, 5]])
    """
    x = array_of(input, "as_strided")
    owner = memory_of(x)
    if owner.dtype != x.dtype or not owner.flags.c_contiguous:
        owner = x
    start = (x.__array_interface__["data"][0] - owner.__array_interface__["data"][0]) // x.itemsize if x.size else 0
    first = start if storage_offset is None else storage_offset
    if first < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {first} (as_strided)")
    window = _window(x, tuple(size), tuple(stride), first - start, owner.size - start, "as_strided")
    steps = [step * x.itemsize for step in window.steps]
    view: Array = np.ndarray(window.shape, x.dtype, owner.reshape(-1), first * x.itemsize, steps)
    return view_of(AsStridedBackward0, input, view, (window,))  # type: ignore[no-any-return]


def as_strided_scatter(input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A copy in which what ``as_strided`` shows is ``src``."""
    x = array_of(input, "as_strided_scatter")
    if not x.flags.c_contiguous:
        raise RuntimeError("as_strided_scatter(): the tensor's memory is not in order. Call contiguous() first.")
    window = _window(x, tuple(size), tuple(stride), storage_offset or 0, x.size, "as_strided_scatter")
    return _replace(AsStridedScatterBackward0, input, src, window.places(), (window,), "as_strided_scatter")  # type: ignore[no-any-return]


def _window(x: Array, size: tuple[int, ...], stride: tuple[int, ...], first: int, room: int, function: str) -> Window:
    if len(size) != len(stride):
        raise RuntimeError(f"mismatch in length of strides and shape: {listed(size)} and {listed(stride)} ({function})")
    if any(step < 0 for step in stride):
        raise RuntimeError(f"{function}: Negative strides are not supported at the moment, got strides: {listed(stride)}")
    reach = first + 1 + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if 0 not in size and reach > room:
        raise RuntimeError(
            f"setStorage: sizes {listed(size)}, strides {listed(stride)}, storage offset {first} are out of bounds for storage of "
            f"{room} elements"
        )
    return Window(x.shape, tuple(step // x.itemsize for step in x.strides), size, stride, first)


def _windows(x: Array, dim: int, size: int, step: int) -> Array:
    if not x.ndim:
        return x.reshape(1)[:size]
    shown: Array = np.lib.stride_tricks.sliding_window_view(x, size, dim, writeable=x.flags.writeable)
    return np.asarray(shown[at(dim, slice(None, None, step))])


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of length ``size`` that slide along a dimension by ``step``; what a window shows is the last dimension. A view.

    >>> import tinygrad_loss as torch
    >>> torch.arange(4).unfold(0, 2, 1)
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    x = array_of(input, "unfold")
    place = dim_of(dimension, x.ndim, "unfold")
    length = x.shape[place] if x.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0 (unfold)")
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {place} is {length} but size is {size} (unfold)")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0 (unfold)")
    return view_of(UnfoldBackward0, input, _windows(x, place, size, step), (place, size, step, x.shape))  # type: ignore[no-any-return]


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """As ``narrow``, copied."""
    x = array_of(input, "narrow_copy")
    out = np.array(array_of(narrow(x, dim, start, length), "narrow_copy"))  # type: ignore[arg-type]
    place = dim_of(dim, x.ndim, "narrow_copy")
    first = start + x.shape[place] if start < 0 else start
    return record(NarrowCopyBackward0, (input,), out, (place, first, length, x.shape))  # type: ignore[no-any-return]
