"""Another order of dimensions, or of the numbers along them: transpose and permute, flip and roll."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import dim_of, dims_of, sizes_of
from ..autograd.node import Node
from ._record import array_of, record
from ._views import view_of

if TYPE_CHECKING:
    from .._tensor import Tensor


class TransposeBackward0(Node):
    """Two dimensions exchanged: so are the gradient's."""

    __slots__ = ()
    saves = ("dim0", "dim1")
    frees = False
    vjps = (lambda g, dim0, dim1: transpose(g, dim0, dim1),)


class TransposeBackward1(TransposeBackward0):
    """The same, in place."""

    __slots__ = ()


class TBackward0(Node):
    """A matrix transposed: so is the gradient."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g.T if g.ndim == 2 else t(g),)


class TBackward1(TBackward0):
    """The same, in place."""

    __slots__ = ()


class PermuteBackward0(Node):
    """Dimensions in another order: the gradient's go back into the old one."""

    __slots__ = ()
    saves = ("dims",)
    frees = False
    vjps = (lambda g, dims: permute(g, tuple(int(place) for place in np.argsort(dims))),)


class FlipBackward0(Node):
    """Some dimensions back to front: so is the gradient."""

    __slots__ = ()
    saves = ("dims",)
    frees = False
    vjps = (lambda g, dims: flip(g, dims),)


class RollBackward0(Node):
    """Numbers moved along, round the end: the gradient moves back."""

    __slots__ = ()
    saves = ("shifts", "dims")
    frees = False
    vjps = (lambda g, shifts, dims: roll(g, tuple(-shift for shift in shifts), dims),)


class Rot90Backward0(Node):
    """A quarter turn, k times: the gradient turns back."""

    __slots__ = ()
    saves = ("k", "dims")
    frees = False
    vjps = (lambda g, k, dims: rot90(g, -k, dims),)


def transpose(input: Tensor, dim0: int, dim1: int, op: type[Node] = TransposeBackward0) -> Tensor:
    """Two dimensions exchanged; a view.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).transpose(0, 1)
    tensor([[1, 3],
            [2, 4]])
    """
    x = array_of(input, "transpose")
    a, b = dim_of(dim0, x.ndim, "transpose"), dim_of(dim1, x.ndim, "transpose")
    return view_of(op, input, x.swapaxes(a, b) if x.ndim else x[...], (dim0, dim1))  # type: ignore[no-any-return]


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """``transpose`` under NumPy's name."""
    return transpose(input, axis0, axis1)


def transpose_in_place(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """What ``transpose_`` makes of its tensor."""
    return transpose(input, dim0, dim1, TransposeBackward1)


def t(input: Tensor, op: type[Node] = TBackward0) -> Tensor:
    """A matrix transposed; a vector as it is.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).t()
    tensor([[1, 3],
            [2, 4]])
    """
    x = array_of(input, "t")
    if x.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D. Use transpose(-2, -1) or permute.")
    return view_of(op, input, x.T)  # type: ignore[no-any-return]


def t_in_place(input: Tensor) -> Tensor:
    """What ``t_`` makes of its tensor."""
    return t(input, TBackward1)


def permute(input: Tensor, *order: Any, dims: Any = None) -> Tensor:
    """The dimensions in the given order (``permute(2, 0, 1)``, or one tuple, ``dims``); a view.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 3, 5).permute(2, 0, 1).shape
    torch.Size([5, 2, 3])
    """
    x = array_of(input, "permute")
    given = sizes_of(order or (dims,), "permute")
    if len(given) != x.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of "
            f"dimensions i.e. input.dim() = {x.ndim} is not equal to len(dims) = {len(given)}"
        )
    places = tuple(dim_of(one, x.ndim, "permute") for one in given)
    if len(set(places)) != len(places):
        raise RuntimeError(f"permute(): duplicate dims are not allowed, got {list(given)}")
    return view_of(PermuteBackward0, input, x.transpose(places), (places,))  # type: ignore[no-any-return]


def reversed_dims(input: Tensor) -> Tensor:
    """The dimensions in reverse order: ``x.T``."""
    return permute(input, tuple(range(array_of(input, "T").ndim))[::-1])


def matrix_transpose(input: Tensor) -> Tensor:
    """The last two dimensions exchanged: ``x.mT``."""
    if array_of(input, "mT").ndim == 1:
        raise RuntimeError("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return transpose(input, -2, -1) if array_of(input, "mT").ndim else input


def conjugate_transpose(input: Tensor) -> Tensor:
    """A matrix transposed: ``x.H``; real numbers are their own conjugates."""
    ndim = array_of(input, "H").ndim
    if ndim not in (0, 2):
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor. For a batch of matrices: x.mH")
    return matrix_transpose(input)


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """The dimensions ``source`` (an int or several) moved to the places ``destination``, the others kept in order.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 3, 5).movedim(0, -1).shape
    torch.Size([3, 5, 2])
    """
    ndim = array_of(input, "movedim").ndim
    given = [[one] if isinstance(one, int) else list(one) for one in (source, destination)]
    if len(given[0]) != len(given[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({given[0]} dims) should contain the same number of dims as "
            f"destination ({given[1]} dims)"
        )
    old, new = ([dim_of(one, ndim, "movedim") for one in dims] for dims in given)
    for word, dims in (("source", old), ("destination", new)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{word}` ({dims})")
    if not ndim:
        return permute(input, ())
    rest = iter(place for place in range(ndim) if place not in old)
    return permute(input, tuple(old[new.index(place)] if place in new else next(rest) for place in range(ndim)))


def flip(input: Tensor, *places: Any, dims: Any = None) -> Tensor:
    """Back to front along some dimensions (``flip(0, 1)``, or one tuple, ``dims``); a copy.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).flip(0)
    tensor([[3, 4],
            [1, 2]])
    """
    x = array_of(input, "flip")
    given = sizes_of(places or (dims,), "flip")
    order = dims_of(given, x.ndim, "flip") if given else ()
    return record(FlipBackward0, (input,), np.flip(x, order).copy(), (order,))  # type: ignore[no-any-return]


def fliplr(input: Tensor) -> Tensor:
    """The columns back to front."""
    if array_of(input, "fliplr").ndim < 2:
        raise RuntimeError("fliplr(): Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """The rows back to front."""
    if array_of(input, "flipud").ndim < 1:
        raise RuntimeError("flipud(): Input must be >= 1-d.")
    return flip(input, 0)


def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Moved along ``dims`` by ``shifts`` places; what leaves at the end comes in at the front. Without ``dims``: row by row.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2, 3]).roll(1)
    tensor([3, 1, 2])
    """
    x = array_of(input, "roll")
    steps = (shifts,) if isinstance(shifts, (int, np.integer)) else tuple(shifts)
    places = () if dims is None else (dims,) if isinstance(dims, (int, np.integer)) else tuple(dims)
    if not steps:
        raise RuntimeError("`shifts` required")
    if len(steps) != len(places) and (places or len(steps) != 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(places)}")
    if places and not x.ndim:
        raise IndexError(f"roll(): Dimension specified as {places[0]} but tensor has no dimensions")
    axes = tuple(dim_of(one, x.ndim, "roll") for one in places)
    out = np.roll(x, steps, axes) if axes else np.roll(x, steps[0])
    return record(RollBackward0, (input,), out, (steps, axes))  # type: ignore[no-any-return]


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """A quarter turn in the plane of two dimensions, ``k`` times, from the first towards the second.

    >>> import tinygrad_loss as torch
    >>> torch.rot90(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    x = array_of(input, "rot90")
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if x.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {x.ndim}")
    axes = tuple(dim_of(one, x.ndim, "rot90") for one in dims)
    if axes[0] == axes[1]:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return record(Rot90Backward0, (input,), np.rot90(x, k, (axes[0], axes[1])).copy(), (k, axes))  # type: ignore[no-any-return]
