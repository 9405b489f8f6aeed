"""Order: sort, argsort, topk, unique, bincount. Equal elements keep their order; nan counts as the largest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from .._dtypes import type_word
from .._shapes import dim_of
from ..autograd.node import MultiNode, Node
from ._places import put_along, taken_along
from ._record import Array, constant, record, record_many
from ._spelling import numpy_spelling
from ._strict import tensor_of

if TYPE_CHECKING:
    from .._tensor import Tensor


class SortBackward0(MultiNode):
    """Sorted along a dimension: each gradient goes back to where the element came from."""

    __slots__ = ()
    saves = ("dim", "indices", "self_sym_sizes")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        dim, indices, sizes = saved
        return [put_along(gs[0], indices, dim, sizes)]


class SortBackward1(SortBackward0):
    """The same, where ``stable`` was given."""

    __slots__ = ()


class TopkBackward0(SortBackward0):
    """The k largest along a dimension: each gradient goes back to where the element came from."""

    __slots__ = ()


class Unique2Backward0(Node):
    """The different elements: PyTorch does not differentiate them either."""

    __slots__ = ()
    frees = False

    def vjp(self, g: Any, *saved: Any) -> Sequence[Any]:
        raise NotImplementedError("the derivative for '_unique2' is not implemented.")


class UniqueDimBackward0(Node):
    """The different slices: PyTorch does not differentiate them either."""

    __slots__ = ()
    frees = False

    def vjp(self, g: Any, *saved: Any) -> Sequence[Any]:
        raise NotImplementedError("the derivative for 'unique_dim' is not implemented.")


def _order(x: Array, place: int, descending: bool) -> Array:
    if not x.ndim:
        return np.asarray(0)
    if not descending:
        return np.argsort(x, place, kind="stable")
    return np.flip(x.shape[place] - 1 - np.argsort(np.flip(x, place), place, kind="stable"), place)


@numpy_spelling
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Any:
    """The elements in order along ``dim``, and where each came from: a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.sort(torch.tensor([3.0, 1.0, 2.0]))
    torch.return_types.sort(
    values=tensor([1., 2., 3.]),
    indices=tensor([1, 2, 0]))
    """
    x = tensor_of(input, "sort")
    place = dim_of(dim, x.ndim, "sort")
    indices = _order(x, place, descending)
    op = SortBackward0 if stable is None else SortBackward1
    return return_types.sort(record_many(op, (input,), (taken_along(x, indices, place), indices), (dim, indices, x.shape)))


@numpy_spelling
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """The indices that put the elements in order along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.argsort(torch.tensor([3.0, 1.0, 2.0]), descending=True)
    tensor([0, 2, 1])
    """
    x = tensor_of(input, "argsort")
    return constant((input,), _order(x, dim_of(dim, x.ndim, "argsort"), descending))  # type: ignore[no-any-return]


@numpy_spelling
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The ``k`` largest (or smallest) elements along ``dim``, in order: a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([3.0, 1.0, 4.0, 1.5]).topk(2).indices
    tensor([2, 0])
    """
    x = tensor_of(input, "topk")
    place = dim_of(dim, x.ndim, "topk")
    length = x.shape[place] if x.ndim else 1
    if not 0 <= k <= length:
        raise RuntimeError(f"topk(): selected index k out of range: k is {k}, and dimension {place} has {length} elements")
    if x.dtype == np.bool_:
        raise RuntimeError("topk does not support bool dtypes on CPU. Convert first: x.int()")
    indices = _order(x, place, largest)
    indices = np.take(indices, range(k), place) if x.ndim else indices
    return return_types.topk(
        record_many(TopkBackward0, (input,), (taken_along(x, indices, place), indices), (dim, indices, x.shape))
    )


@numpy_spelling
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The different elements, in order; or, with ``dim``, the different slices. On request also where each element went
    (``return_inverse``) and how often each occurs (``return_counts``).

    >>> import tinygrad_loss as torch
    >>> torch.unique(torch.tensor([3, 1, 1, 2]), return_counts=True)
    (tensor([1, 2, 3]), tensor([2, 1, 1]))
    """
    x = tensor_of(input, "unique")
    place = None if dim is None else dim_of(dim, x.ndim, "unique")
    found, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, axis=place, equal_nan=False)
    inverse = inverse.reshape(x.shape if place is None else -1)
    first = record(Unique2Backward0 if place is None else UniqueDimBackward0, (input,), found)
    if not return_inverse and not return_counts:
        return first
    return (first, *(constant((input,), part) for part, wanted in ((inverse, return_inverse), (counts, return_counts)) if wanted))


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, ... occurs in a 1-dim tensor of integers; with ``weights``, the sum of the weights of each.

    >>> import tinygrad_loss as torch
    >>> torch.bincount(torch.tensor([0, 2, 2]), minlength=4)
    tensor([1, 0, 2, 0])
    """
    x = tensor_of(input, "bincount")
    if x.dtype.kind not in "iu":
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{type_word(x.dtype)}'")
    if minlength < 0:
        raise RuntimeError(f"bincount: minlength should be >= 0, got {minlength}")
    if x.ndim != 1 or np.any(x < 0):
        raise RuntimeError(f"bincount only supports 1-d non-negative integral inputs; this one has shape {list(x.shape)}.")
    if weights is None:
        return constant((input,), np.bincount(x, minlength=minlength))  # type: ignore[no-any-return]
    w = tensor_of(weights, "bincount", "weights")
    if w.shape != x.shape:
        raise RuntimeError(
            f"bincount: weights should be 1-d and have the same length as input: {list(w.shape)} and {list(x.shape)}"
        )
    counts = np.bincount(x, w, minlength)
    return constant((input,), counts.astype(w.dtype) if w.dtype == np.float32 else counts)  # type: ignore[no-any-return]
