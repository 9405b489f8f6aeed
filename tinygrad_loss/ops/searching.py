"""Where numbers stand among others: searchsorted, bucketize, isin, histc, unique_consecutive, argwhere, unravel_index."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import SCALARS, type_word
from .._shapes import dim_of, listed
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._kinds import refuse_bool
from ._record import Array, constant, data_of, harmonised, record
from ._strict import tensor_of
from .selection import nonzero

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class UniqueConsecutiveBackward0(Node):
    """Repeats left out: PyTorch does not differentiate it either."""

    __slots__ = ()
    frees = False

    def vjp(self, g: Any, *saved: Any) -> Sequence[Any]:
        raise NotImplementedError("the derivative for 'unique_consecutive' is not implemented.")


def searchsorted(
    sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """At which place of the sorted row each number would have to be put in, so that the row stays sorted: before its equals, or
    after them (``right=True`` or ``side="right"``). Rows of a matrix are searched row by row. ``sorter``: the order that would
    sort the rows.

    >>> import tinygrad_loss as torch
    >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 4])), torch.searchsorted(torch.tensor([1, 3, 5]), 3, right=True)
    (tensor([1, 2]), tensor(2))
    """
    row = tensor_of(sorted_sequence, "searchsorted", "sorted_sequence")
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError("torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True")
    values = np.asarray(input, row.dtype) if isinstance(input, SCALARS) else tensor_of(input, "searchsorted")
    _check_rows(row, values, isinstance(input, SCALARS), out_int32)
    if sorter is not None:
        order = tensor_of(sorter, "searchsorted", "sorter")
        if order.shape != row.shape:
            raise RuntimeError(
                f"torch.searchsorted(): boundary and sorter must have the same size, but got {listed(row.shape)} and "
                f"{listed(order.shape)}"
            )
        if order.dtype != np.int64:
            raise RuntimeError(f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {type_word(order.dtype)}")
        if order.size and (order.min() < 0 or order.max() >= row.shape[-1]):
            raise RuntimeError("torch.searchsorted(): sorter index out of range")
        row = np.take_along_axis(row, order, -1)
    return constant((sorted_sequence, input), _found(row, values, right or side == "right", out_int32))  # type: ignore[no-any-return]


def _check_rows(row: Array, values: Array, number: bool, out_int32: bool) -> None:
    if not row.ndim:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, and the boundaries must "
            "have at least one dimension"
        )
    if number and row.ndim > 1:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries "
            f"tensor dim({row.ndim}) and input value's dim(0) numel(1)"
        )
    if row.ndim > 1 and row.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and "
            f"input value tensor must match, but we got boundaries tensor {listed(row.shape)} and input value tensor "
            f"{listed(values.shape)}"
        )


def _found(row: Array, values: Array, right: bool, out_int32: bool) -> Array:
    side: Any = "right" if right else "left"
    if row.ndim == 1:
        out = np.asarray(np.searchsorted(row, values, side))
    else:
        rows, wanted = row.reshape(-1, row.shape[-1]), values.reshape(-1, values.shape[-1])
        found = [np.searchsorted(one, some, side) for one, some in zip(rows, wanted, strict=True)]
        out = np.asarray(found, np.int64).reshape(values.shape)
    return out.astype(np.int32 if out_int32 else np.int64)


def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """In which bucket between the sorted ``boundaries`` each number falls: 0 below the first. A number on a boundary falls below
    it, or above with ``right=True``.

    >>> import tinygrad_loss as torch
    >>> torch.bucketize(torch.tensor([0, 3, 9]), torch.tensor([1, 3, 5]))
    tensor([0, 1, 3])
    """
    row = tensor_of(boundaries, "bucketize", "boundaries")
    refuse_bool(row, "searchsorted_out_cpu")
    if row.ndim != 1:
        raise RuntimeError(f"bucketize(): boundaries tensor must be 1 dimension, but got dim({row.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element is one of ``test_elements``; one of the two may be a number.

    >>> import tinygrad_loss as torch
    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 4]))
    tensor([False,  True, False])
    """
    if not (isinstance(elements, Variable) or isinstance(test_elements, Variable)):
        tensor_of(elements, "isin() received an invalid combination of arguments: isin", "elements")
    a, b = harmonised(data_of(elements), data_of(test_elements))
    if a.dtype == np.bool_:
        raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    return constant((elements, test_elements), np.asarray(np.isin(a, b, invert=invert)))  # type: ignore[no-any-return]


def histc(input: Tensor, bins: int = 100, min: Number = 0, max: Number = 0) -> Tensor:
    """How many numbers fall into each of ``bins`` intervals of one width between ``min`` and ``max``; between the smallest and the
    largest number where both are 0.

    >>> import tinygrad_loss as torch
    >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    x = tensor_of(input, "histc")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{type_word(x.dtype)}'. Convert first: x.float()")
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins}")
    low, high = float(min), float(max)
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"torch.histc: range of [{low}, {high}] is not finite")
    if low > high:
        raise RuntimeError(f"torch.histogram: max must be larger than min, but got [{low}, {high}]")
    if low == high:
        low, high = low - 1, high + 1
    inside = x[(x >= low) & (x <= high)].astype(np.float64)
    places = np.minimum(((inside - low) / (high - low) * bins).astype(np.int64), bins - 1)
    return constant((input,), np.bincount(places, minlength=bins).astype(x.dtype))  # type: ignore[no-any-return]


def unique_consecutive(input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:
    """Each run of equal elements (or, with ``dim``, of equal slices) as one. On request also where each element went
    (``return_inverse``) and how long each run is (``return_counts``).

    >>> import tinygrad_loss as torch
    >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_counts=True)
    (tensor([1, 2, 1]), tensor([2, 1, 1]))
    """
    x = tensor_of(input, "unique_consecutive")
    place = None if dim is None else dim_of(dim, x.ndim, "unique_consecutive")
    rows = x.reshape(-1) if place is None else np.moveaxis(np.atleast_1d(x), place, 0)
    new = np.ones(len(rows), np.bool_)
    if len(rows) > 1:
        new[1:] = (rows[1:] != rows[:-1]).reshape(len(rows) - 1, -1).any(1)
    found = rows[new] if place is None else np.moveaxis(rows[new], 0, place)
    starts = np.flatnonzero(new)
    inverse, counts = np.cumsum(new) - 1, np.diff(starts, append=len(rows))
    parts = ((inverse.reshape(x.shape if place is None else -1), return_inverse), (counts, return_counts))
    first = record(UniqueConsecutiveBackward0, (input,), found)
    if not return_inverse and not return_counts:
        return first
    return (first, *(constant((input,), part) for part, wanted in parts if wanted))


def argwhere(input: Tensor) -> Tensor:
    """Where the elements are not 0: a row of indices for each.

    >>> import tinygrad_loss as torch
    >>> torch.argwhere(torch.tensor([[0, 7], [8, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    return nonzero(input)  # type: ignore[no-any-return]


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The places in a tensor of ``shape`` of elements that are counted row by row: one tensor for each dimension.

    >>> import tinygrad_loss as torch
    >>> torch.unravel_index(torch.tensor([1, 5]), (2, 3))
    (tensor([0, 1]), tensor([1, 2]))
    """
    places = tensor_of(indices, "unravel_index", "indices")
    if places.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got torch.{places.dtype}")
    sizes = (operator.index(shape),) if hasattr(shape, "__index__") else tuple(map(operator.index, shape))
    if any(length < 0 for length in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    steps = [math.prod(sizes[place + 1 :]) for place in range(len(sizes))]
    return tuple(
        constant((indices,), np.asarray(places.astype(np.int64) // step % size)) for size, step in zip(sizes, steps, strict=True)
    )
