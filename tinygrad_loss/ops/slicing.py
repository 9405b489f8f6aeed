"""Parts of a tensor along one dimension: select, narrow and slices, split and unbind. All are views."""

from __future__ import annotations

import operator
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import dim_of, listed
from ..autograd.node import MultiNode, Node
from ..autograd.variable import Variable
from ._adjoints import padded
from ._record import array_of, data_of, record
from ._views import view_of, views_of

if TYPE_CHECKING:
    from .._tensor import Tensor


class SelectBackward0(Node):
    """One place along a dimension: the gradient there, zeros elsewhere."""

    __slots__ = ()
    saves = ("dim", "index", "self_sym_sizes")
    frees = False
    vjps = (lambda g, dim, index, sizes: padded(g, at(dim, index), sizes),)


class SliceBackward0(Node):
    """Some places along a dimension: the gradient there, zeros elsewhere."""

    __slots__ = ()
    saves = ("dim", "start", "end", "step", "self_sym_sizes")
    frees = False
    vjps = (lambda g, dim, start, end, step, sizes: padded(g, at(dim, slice(start, end, step)), sizes),)


class _Parts(MultiNode):
    """A tensor cut along a dimension: the parts' gradients side by side, zeros for parts that were not used."""

    __slots__ = ()
    frees = False

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        keys, sizes = self.cuts(*saved)
        present = [(part, key) for part, key in zip(g, keys, strict=True) if part is not None]
        return [put_together([part for part, _ in present], tuple(key for _, key in present), sizes)]

    def cuts(self, *saved: Any) -> tuple[list[Any], tuple[int, ...]]:
        """The keys of the parts, and the shape of the whole."""
        dim, sizes = saved[-2:]
        ends = np.cumsum([shape[dim] for shape in self.shapes])
        return [at(dim, slice(int(end) - shape[dim], int(end))) for end, shape in zip(ends, self.shapes, strict=True)], sizes


class SplitBackward0(_Parts):
    """Parts of one length."""

    __slots__ = ()
    saves = ("split_size", "dim", "self_sym_sizes")


class SplitWithSizesBackward0(_Parts):
    """Parts of given lengths."""

    __slots__ = ()
    saves = ("split_sizes", "dim", "self_sym_sizes")


class UnbindBackward0(_Parts):
    """The parts at each place along a dimension."""

    __slots__ = ()
    saves = ("dim",)

    def cuts(self, *saved: Any) -> tuple[list[Any], tuple[int, ...]]:
        (dim,), shape = saved, self.shapes[0]
        return [at(dim, place) for place in range(len(self.shapes))], (*shape[:dim], len(self.shapes), *shape[dim:])


class PutTogetherBackward(Node):
    """Parts put into zeros: each receives its part of the gradient."""

    __slots__ = ()
    saves = ("keys",)
    frees = False

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [_cut(g, key) for key in saved[0]]


def _cut(g: Any, key: tuple[Any, ...]) -> Any:
    return g[key]


def put_together(parts: Sequence[Any], keys: tuple[Any, ...], sizes: tuple[int, ...]) -> Any:
    """Zeros of shape ``sizes`` with ``parts`` at ``keys``, which do not overlap."""
    out = np.zeros(sizes, data_of(parts[0]).dtype)
    for one, key in zip(parts, keys, strict=True):
        out[key] = data_of(one)
    return record(PutTogetherBackward, parts, out, (keys,))


def at(dim: int, key: Any) -> tuple[Any, ...]:
    """The index that applies ``key`` to dimension ``dim``.

    >>> at(1, 5)
    (slice(None, None, None), 5)
    """
    return (slice(None),) * dim + (key,)


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The part at place ``index`` of dimension ``dim``, without that dimension.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).select(1, 0)
    tensor([1, 3])
    """
    x = array_of(input, "select")
    if not x.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    place = dim_of(dim, x.ndim, "select")
    if not -x.shape[place] <= index < x.shape[place]:
        raise IndexError(f"select(): index {index} out of range for tensor of size {listed(x.shape)} at dimension {place}")
    # With the dots NumPy gives a view even where no dimension is left.
    return view_of(SelectBackward0, input, x[(*at(place, index), ...)], (place, index, x.shape))  # type: ignore[no-any-return]


def sliced(input: Any, dim: int, start: int, end: int, step: int = 1) -> Any:
    """The places ``start`` up to, without, ``end`` of a dimension, every ``step``-th."""
    x = array_of(input, "slice")
    return view_of(SliceBackward0, input, x[at(dim, slice(start, end, step))], (dim, start, end, step, x.shape))


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """The ``length`` places of dimension ``dim`` from ``start`` on.

    >>> import tinygrad_loss as torch
    >>> torch.arange(5).narrow(0, 1, 3)
    tensor([1, 2, 3])
    """
    x = array_of(input, "narrow")
    if not x.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative, not {length}.")
    place = dim_of(dim, x.ndim, "narrow")
    if isinstance(start, Variable) and (start._data.ndim or start._data.dtype.kind not in "iu"):
        raise RuntimeError(
            f"narrow(): start must be an 0-dim integral Tensor, not {start._data.dtype} of shape {listed(start._data.shape)}"
        )
    first, size = operator.index(start), x.shape[place]
    if not -size <= first <= size:
        raise IndexError(f"narrow(): start out of range (expected to be in range of [-{size}, {size}], but got {first})")
    first += size if first < 0 else 0
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return sliced(input, place, first, first + length)  # type: ignore[no-any-return]


def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of one length (the last may be shorter), or of the lengths in a list, along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.arange(5).split(2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    x = array_of(tensor, "split", "tensor")
    if not x.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    place = dim_of(dim, x.ndim, "split")
    total = x.shape[place]
    if not isinstance(split_size_or_sections, (int, np.integer)):
        lengths = [operator.index(length) for length in split_size_or_sections]
        if sum(lengths) != total or any(length < 0 for length in lengths):
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {total} (input tensor's size at dimension {place}), but "
                "got "
                f"split_sizes={lengths}"
            )
        return _cut_up(SplitWithSizesBackward0, tensor, lengths, place, tuple(lengths))
    size = int(split_size_or_sections)
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and total:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {total}")
    lengths = [min(size, total - first) for first in range(0, total, size or 1)] or [total]
    return _cut_up(SplitBackward0, tensor, lengths, place, size)


def split_method(input: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """``x.split(split_size, dim)``: see ``split``."""
    return split(input, split_size, dim)


def _cut_up(op: type[MultiNode], tensor: Any, lengths: Sequence[int], place: int, first: Any) -> tuple[Any, ...]:
    x, start, outs = data_of(tensor), 0, []
    for length in lengths:
        outs.append(x[at(place, slice(start, start + length))])
        start += length
    return views_of(op, tensor, outs, (first, place, x.shape))


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most ``chunks`` parts of one length (the last may be shorter) along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.arange(5).chunk(2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    x = array_of(input, "chunk")
    if not x.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    place = dim_of(dim, x.ndim, "chunk")
    if x.shape[place] == 0:
        return split(input, [0] * chunks, place)
    return split(input, -(-x.shape[place] // chunks), place)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """As many parts as wanted, their lengths as equal as can be, or cut before the given places.

    >>> import tinygrad_loss as torch
    >>> torch.arange(5).tensor_split(3)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    x = array_of(input, "tensor_split")
    if not x.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    place = dim_of(dim, x.ndim, "tensor_split")
    total = x.shape[place]
    wanted = indices_or_sections._data.tolist() if isinstance(indices_or_sections, Variable) else indices_or_sections
    if isinstance(wanted, (int, np.integer)):
        if wanted <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {wanted}")
        size, longer = divmod(total, int(wanted))
        ends = [int(end) for end in np.cumsum([size + 1] * longer + [size] * (int(wanted) - longer))]
    else:
        ends = [*wanted, total]
    return tuple(sliced(input, place, start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True))


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The parts at each place of dimension ``dim``, without that dimension.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).unbind()
    (tensor([1, 2]), tensor([3, 4]))
    """
    x = array_of(input, "unbind")
    if not x.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    place = dim_of(dim, x.ndim, "unbind")
    if not x.shape[place]:
        return ()
    return views_of(UnbindBackward0, input, [x[(*at(place, i), ...)] for i in range(x.shape[place])], (place,))


TO_THE_END = sys.maxsize
