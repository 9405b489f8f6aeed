"""Other shapes over the same numbers: view and reshape, dimensions of length 1, repetition without copying."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import dtype as DType
from .._shapes import Size, dim_of, dims_of, infer_size, listed, sizes_of
from ..autograd.node import NO_EDGE, Node
from ..autograd.wrapping import wrap
from ._casts import CloneBackward0, clone
from ._record import Array, array_of, data_of, record
from ._views import view_of

if TYPE_CHECKING:
    from .._tensor import Tensor


class ViewBackward0(Node):
    """The same numbers in another shape: the gradient takes the old shape."""

    __slots__ = ()
    saves = ("self_sym_sizes",)
    frees = False
    vjps = (lambda g, sizes: g.reshape(sizes),)


class ReshapeAliasBackward0(ViewBackward0):
    """The same, where the numbers do not lie in memory in order."""

    __slots__ = ()


class UnsafeViewBackward0(ViewBackward0):
    """The same, on memory that nobody else sees."""

    __slots__ = ()


class AliasBackward0(Node):
    """The same tensor once more."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g,)


class SqueezeBackward0(ViewBackward0):
    """Dimensions of length 1 taken away."""

    __slots__ = ()


class SqueezeBackward1(Node):
    """Some dimensions of length 1 taken away."""

    __slots__ = ()
    saves = ("dim", "self_sym_sizes")
    frees = False
    vjps = (lambda g, dim, sizes: g.reshape(sizes),)


class SqueezeBackward2(SqueezeBackward1):
    """The same, for several dimensions."""

    __slots__ = ()


class SqueezeBackward3(SqueezeBackward0):
    """The same, in place."""

    __slots__ = ()


class SqueezeBackward4(SqueezeBackward1):
    """The same, in place, for one dimension."""

    __slots__ = ()


class SqueezeBackward5(SqueezeBackward1):
    """The same, in place, for several dimensions."""

    __slots__ = ()


class UnsqueezeBackward0(Node):
    """A dimension of length 1 put in: the gradient loses it again."""

    __slots__ = ()
    saves = ("dim",)
    frees = False
    vjps = (lambda g, dim: squeeze(g, dim),)


class UnsqueezeBackward1(UnsqueezeBackward0):
    """The same, in place."""

    __slots__ = ()


class ExpandBackward0(Node):
    """A tensor repeated without copying: the gradients of all repetitions are summed (by the walk, for every edge)."""

    __slots__ = ()
    saves = ("self_sym_sizes",)
    frees = False
    vjps = (lambda g, sizes: g,)


def view(input: Tensor, *shape: Any, size: Any = None, dtype: Any = None) -> Tensor:
    """The same memory in another shape; one length may be -1 (what is left).

    RuntimeError where the numbers do not lie in memory so that this is possible: ``reshape`` copies then. With a dtype instead of
    a shape: the same bytes read as that type.

    >>> import tinygrad_loss as torch
    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    x = array_of(input, "view")
    shape = shape or ((size if dtype is None else dtype),) * (size is not None or dtype is not None)
    if len(shape) == 1 and isinstance(shape[0], DType):
        return wrap(x.view(shape[0].numpy), NO_EDGE)  # type: ignore[no-any-return]
    if not shape:
        raise TypeError("view() received an invalid combination of arguments: give the new shape, as in x.view(2, -1)")
    sizes = infer_size(sizes_of(shape, "view"), x.size, "view")
    out = x.reshape(sizes)
    if x.size and not np.may_share_memory(out, x):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous "
            f"subspaces). Use .reshape(...) instead. (view({listed(sizes)}) of shape {listed(x.shape)})"
        )
    return view_of(ViewBackward0, input, out, (x.shape,))  # type: ignore[no-any-return]


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """``input.view(other.shape)``."""
    return view(input, array_of(other, "view_as", "other").shape)


def reshape(input: Tensor, *sizes: Any, shape: Any = None) -> Tensor:
    """The same numbers, row by row, in another shape; one length may be -1 (what is left). A view where that is possible.

    >>> import tinygrad_loss as torch
    >>> torch.arange(6).reshape(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    x = array_of(input, "reshape")
    if not sizes and shape is None:
        raise TypeError("reshape(): missing argument 'shape': give the new shape, as in x.reshape(2, -1)")
    sizes = infer_size(sizes_of(sizes or (shape,), "reshape"), x.size, "reshape")
    out = x.reshape(sizes)
    if x.flags.c_contiguous:
        return view_of(ViewBackward0, input, out, (x.shape,))  # type: ignore[no-any-return]
    if np.may_share_memory(out, x):
        return view_of(ReshapeAliasBackward0, input, out, (x.shape,))  # type: ignore[no-any-return]
    return unsafe_view(record(CloneBackward0, (input,), np.ascontiguousarray(x)), sizes)  # type: ignore[no-any-return]


def unsafe_view(input: Any, sizes: tuple[int, ...]) -> Any:
    """A result of our own in another shape: no view, since nobody else sees its memory."""
    x = data_of(input)
    return record(UnsafeViewBackward0, (input,), x.reshape(sizes), (x.shape,))


def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """``input.reshape(other.shape)``."""
    return reshape(input, array_of(other, "reshape_as", "other").shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from ``start_dim`` to ``end_dim`` as one.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 3, 4).flatten(1).shape
    torch.Size([2, 12])
    """
    shape = array_of(input, "flatten").shape
    start, end = dim_of(start_dim, len(shape), "flatten"), dim_of(end_dim, len(shape), "flatten")
    if start > end:
        raise RuntimeError(f"flatten() has invalid args: start_dim cannot come after end_dim (got {start_dim} and {end_dim})")
    if not shape:
        return reshape(input, 1)
    return input if start == end else reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """Dimension ``dim`` as several, of lengths ``sizes`` (one may be -1).

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 12).unflatten(1, (3, -1)).shape
    torch.Size([2, 3, 4])
    """
    shape = array_of(input, "unflatten").shape
    place = dim_of(dim, len(shape), "unflatten")
    if len(sizes) == 0:
        raise RuntimeError("unflatten: sizes must be non-empty")
    known = math.prod(length for length in sizes if length != -1)
    if list(sizes).count(-1) > 1:
        raise RuntimeError(f"unflatten: only one dimension can be inferred, got {listed(sizes)}")
    if (shape[place] % known if -1 in sizes and known else shape[place] != known) != 0:
        raise RuntimeError(
            f"unflatten: Provided sizes {listed(sizes)} don't multiply up to the size of dim {place} ({shape[place]}) in the "
            "input tensor"
        )
    return view(input, (*shape[:place], *(shape[place] // known if n == -1 else n for n in sizes), *shape[place + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """All numbers, row by row, in one dimension.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).ravel()
    tensor([1, 2, 3, 4])
    """
    return view(contiguous(input), -1)


def contiguous(input: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself if its numbers lie in memory row by row, else a copy in which they do.

    >>> import tinygrad_loss as torch
    >>> x = torch.zeros(2, 3).t(); x.is_contiguous(), x.contiguous().is_contiguous()
    (False, True)
    """
    return input if array_of(input, "contiguous").flags.c_contiguous else clone(input)


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Without the dimensions of length 1, or without dimension ``dim`` (an int or several) if its length is 1.

    >>> import tinygrad_loss as torch
    >>> x = torch.zeros(1, 3, 1); x.squeeze().shape, x.squeeze(0).shape, x.squeeze(1).shape
    (torch.Size([3]), torch.Size([3, 1]), torch.Size([1, 3, 1]))
    """
    return _squeezed((SqueezeBackward0, SqueezeBackward1, SqueezeBackward2), input, dim)  # type: ignore[no-any-return]


def _squeezed(ops: tuple[type[Node], type[Node], type[Node]], input: Any, dim: Any = None) -> Any:
    x = array_of(input, "squeeze")
    if dim is None:
        return view_of(ops[0], input, x.squeeze(), (x.shape,))
    dims = (
        (dim_of(dim, x.ndim, "squeeze"),)
        if isinstance(dim, (int, np.integer))
        else dims_of(dim, x.ndim, "squeeze")
        if dim
        else ()
    )
    gone = tuple(place for place in dims if place < x.ndim and x.shape[place] == 1)
    return view_of(ops[1] if isinstance(dim, (int, np.integer)) else ops[2], input, x.squeeze(gone), (dim, x.shape))


def squeeze_in_place(input: Tensor, dim: Any = None) -> Tensor:
    """What ``squeeze_`` makes of its tensor."""
    return _squeezed((SqueezeBackward3, SqueezeBackward4, SqueezeBackward5), input, dim)  # type: ignore[no-any-return]


def unsqueeze(input: Tensor, dim: int, op: type[Node] = UnsqueezeBackward0) -> Tensor:
    """With a new dimension of length 1 at place ``dim``.

    >>> import tinygrad_loss as torch
    >>> x = torch.zeros(3); x.unsqueeze(0).shape, x.unsqueeze(-1).shape
    (torch.Size([1, 3]), torch.Size([3, 1]))
    """
    x = array_of(input, "unsqueeze")
    place = dim_of(dim, x.ndim + 1, "unsqueeze")
    return view_of(op, input, np.expand_dims(x, place), (place,))  # type: ignore[no-any-return]


def unsqueeze_in_place(input: Tensor, dim: int) -> Tensor:
    """What ``unsqueeze_`` makes of its tensor."""
    return unsqueeze(input, dim, UnsqueezeBackward1)


def broadcast_array(x: Array, sizes: tuple[int, ...], function: str) -> Array:
    """An array repeated to shape ``sizes`` without copying (-1 keeps a length); RuntimeError where it does not fit."""
    if len(sizes) < x.ndim:
        raise RuntimeError(
            f"{function}({listed(x.shape)}, size={listed(sizes)}): the number of sizes provided ({len(sizes)}) must be greater "
            "or "
            f"equal to the number of dimensions in the tensor ({x.ndim})"
        )
    extra = len(sizes) - x.ndim
    target = tuple(n if n != -1 or place < extra else x.shape[place - extra] for place, n in enumerate(sizes))
    for place, (length, old) in enumerate(zip(target, (1,) * extra + x.shape, strict=True)):
        if length < 0:
            raise RuntimeError(
                f"{function}: The expanded size of the tensor ({length}) isn't allowed in a leading, non-existing dimension "
                f"{place}"
            )
        if old not in (1, length):
            raise RuntimeError(
                f"The expanded size of the tensor ({length}) must match the existing size ({old}) at non-singleton dimension "
                f"{place}.  Target sizes: {listed(target)}.  Tensor sizes: {listed(x.shape)} ({function})"
            )
    return np.broadcast_to(x, target)


def expand(input: Tensor, *sizes: Any, size: Any = None, implicit: bool = False) -> Tensor:
    """Dimensions of length 1, and new ones in front, repeated to ``sizes`` without copying; -1 keeps a length. Not to be written
    to.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1], [2]]).expand(-1, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    x = array_of(input, "expand")
    out = broadcast_array(x, sizes_of(sizes or (() if size is None else (size,)), "expand"), "expand")
    if x.flags.writeable:
        # One element may be written to by its index; the whole may not (see ``put``).
        out.setflags(write=True)
    return view_of(ExpandBackward0, input, out, (x.shape,))  # type: ignore[no-any-return]


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """``input.expand(other.shape)``."""
    return expand(input, array_of(other, "expand_as", "other").shape)


def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """``input`` repeated to shape ``size`` without copying.

    >>> import tinygrad_loss as torch
    >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return expand(input, size)


def size(input: Tensor, dim: int | None = None) -> Any:
    """The shape, or the length of dimension ``dim``.

    >>> import tinygrad_loss as torch
    >>> x = torch.zeros(2, 3); x.size(), x.size(-1)
    (torch.Size([2, 3]), 3)
    """
    shape = array_of(input, "size").shape
    if dim is None:
        return Size(shape)
    if not shape:
        raise IndexError(f"size(): Dimension specified as {dim} but tensor has no dimensions")
    return shape[dim_of(dim, len(shape), "size")]
