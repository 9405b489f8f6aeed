"""What the order of the numbers says: kthvalue, mode, quantile; and sums, means and medians that leave nan out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from .._dtypes import dtype as DType, type_word
from .._shapes import dim_of, dims_of
from ..autograd.node import MultiNode, Node
from ..autograd.variable import Variable
from ._kinds import refuse_bool
from ._places import put_along, shared, taken_along
from ._record import Array, constant, data_of, record, record_many
from ._spelling import numpy_spelling
from ._strict import tensor_of
from .blends import lerp
from .extremes import NOT_GIVEN, check_not_empty
from .gathering import gather
from .permuting import transpose, transpose_in_place
from .reductions import in_dtype, spread
from .selection import where
from .shaping import flatten, squeeze_in_place, unsqueeze, unsqueeze_in_place, view
from .sorting import sort

if TYPE_CHECKING:
    from .._tensor import Tensor


class KthvalueBackward0(MultiNode):
    """The k-th smallest along a dimension: the gradient goes to the place that the index names."""

    __slots__ = ()
    saves = ("dim", "indices", "keepdim", "self_sym_sizes")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        dim, indices, keepdim, sizes = saved
        return [put_along(gs[0], indices, dim, sizes, keepdim)]


class ModeBackward0(KthvalueBackward0):
    """The most frequent along a dimension: the gradient goes to the place that the index names."""

    __slots__ = ()


class NanmedianBackward0(Node):
    """The median of the numbers that are not nan: the gradient is shared evenly among the elements equal to it."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: shared(g, x, y, nans=True),)


class NanmedianBackward1(KthvalueBackward0):
    """The same along a dimension: the gradient goes to the place that the index names."""

    __slots__ = ()


class NansumBackward0(Node):
    """The sum of the numbers that are not nan: each of them receives the gradient."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "dim", "keepdim")
    vjps = (
        lambda g, x, dim, keepdim: where(
            np.isnan(data_of(x)), 0.0, spread(g, data_of(x).shape, dims_of(dim, data_of(x).ndim), keepdim)
        ),
    )


def _picked(op: type[MultiNode], input: Any, x: Array, indices: Array, place: int, dim: int, keepdim: bool) -> tuple[Any, ...]:
    values = taken_along(x, indices, place)
    if not keepdim and x.ndim:
        indices, values = indices.squeeze(place), values.squeeze(place)
    return record_many(op, (input,), (values, indices), (dim, indices, keepdim, x.shape))


@numpy_spelling
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The ``k``-th smallest number along ``dim`` (k counts from 1), and where it stands: a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.kthvalue(torch.tensor([3.0, 1.0, 2.0]), 2).values
    tensor(2.)
    """
    x = tensor_of(input, "kthvalue")
    place = dim_of(dim, x.ndim, "kthvalue")
    length = x.shape[place] if x.ndim else 1
    check_not_empty(x, (place,), "kthvalue")
    if not 1 <= k <= length:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {place}: k is {k}, of {length} elements")
    if x.dtype == np.bool_:
        raise NotImplementedError("\"kthvalue_cpu\" not implemented for 'Bool'")
    indices = np.take(np.argsort(x, place, kind="stable"), [k - 1], place) if x.ndim else np.asarray(0)
    return return_types.kthvalue(_picked(KthvalueBackward0, input, x, indices, place, dim, keepdim))


@numpy_spelling
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent number along ``dim``, the smallest of several, and where its last stands: a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.mode(torch.tensor([2, 1, 1, 3])).values
    tensor(1)
    """
    x = tensor_of(input, "mode")
    place = dim_of(dim, x.ndim, "mode")
    check_not_empty(x, (place,), "mode")
    indices = np.apply_along_axis(_most_frequent, place, x) if x.ndim and x.size else np.zeros(x.shape, np.int64)
    return return_types.mode(_picked(ModeBackward0, input, x, indices, place, dim, keepdim))


def _most_frequent(row: Array) -> Array:
    order = np.argsort(row, kind="stable")
    ends = np.flatnonzero(np.append(row[order][1:] != row[order][:-1], True))
    return order[ends[[np.argmax(np.diff(ends, prepend=-1))]]]


@numpy_spelling
def nanmedian(input: Tensor, dim: Any = NOT_GIVEN, keepdim: bool = False) -> Any:
    """As ``median``, leaving nan out.

    >>> import tinygrad_loss as torch
    >>> torch.nanmedian(torch.tensor([float("nan"), 1.0, 3.0]))
    tensor(1.)
    """
    x = tensor_of(input, "nanmedian")
    refuse_bool(x, "median_cpu")
    if dim is NOT_GIVEN:
        row = x.reshape(-1)
        out = np.asarray(row[_middle(row, 0)[0]]) if x.size else np.asarray(np.nan, x.dtype)
        return record(NanmedianBackward0, (input,), out, (x, out))
    place = dim_of(dim, x.ndim, "nanmedian")
    check_not_empty(x, (place,), "nanmedian")
    indices = _middle(x, place) if x.ndim else np.asarray(0)
    return return_types.nanmedian(_picked(NanmedianBackward1, input, x, indices, place, dim, keepdim))


def _middle(x: Array, place: int) -> Array:
    """Where the median of the numbers that are not nan stands along a dimension."""
    count = (~np.isnan(x)).sum(place, keepdims=True)
    return np.take_along_axis(np.argsort(x, place, kind="stable"), np.maximum(count - 1, 0) // 2, place)


@numpy_spelling
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """As ``sum``, with nan counted as 0.

    >>> import tinygrad_loss as torch
    >>> torch.nansum(torch.tensor([1.0, float("nan"), 2.0]))
    tensor(3.)
    """
    x = in_dtype(tensor_of(input, "nansum"), dtype)
    dims = dims_of(dim, x.ndim, "nansum")
    if x.dtype.kind != "f":
        return constant((input,), x.sum(axis=dims, keepdims=keepdim, dtype=np.int64 if dtype is None else dtype.numpy))  # type: ignore[no-any-return]
    out = np.asarray(np.nansum(x, axis=dims, keepdims=keepdim, dtype=np.float64)).astype(x.dtype)
    return record(NansumBackward0, (input,), out, (x, None if dim is None else dims, keepdim))  # type: ignore[no-any-return]


@numpy_spelling
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """As ``mean``, leaving nan out.

    >>> import tinygrad_loss as torch
    >>> torch.nanmean(torch.tensor([1.0, float("nan"), 2.0]))
    tensor(1.5000)
    """
    x = tensor_of(input, "nanmean")
    if x.dtype.kind != "f":
        raise RuntimeError(f"nanmean(): expected input to have floating point or complex dtype but got {type_word(x.dtype)}")
    counts = np.asarray((~np.isnan(x)).sum(axis=dims_of(dim, x.ndim, "nanmean"), keepdims=keepdim))
    return nansum(input, dim, keepdim, dtype=dtype) / constant((input,), counts)  # type: ignore[no-any-return]


@numpy_spelling
def quantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """The number below which the part ``q`` (a number or a 1-dim tensor in [0, 1]) of all elements lies, or along ``dim``.

    ``interpolation``, between the two nearest: "linear", "lower", "higher", "midpoint" or "nearest".

    >>> import tinygrad_loss as torch
    >>> torch.quantile(torch.tensor([0.0, 1.0, 2.0, 4.0]), torch.tensor([0.25, 0.5]))
    tensor([0.7500, 1.5000])
    """
    return _quantile(input, q, dim, keepdim, interpolation, "quantile")  # type: ignore[no-any-return]


@numpy_spelling
def nanquantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """As ``quantile``, leaving nan out.

    >>> import tinygrad_loss as torch
    >>> torch.nanquantile(torch.tensor([0.0, float("nan"), 2.0]), 0.5)
    tensor(1.)
    """
    return _quantile(input, q, dim, keepdim, interpolation, "nanquantile")  # type: ignore[no-any-return]


def _quantile(input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str, name: str) -> Any:
    x = tensor_of(input, name)
    parts = _parts(x, q, interpolation, name)
    place = None if dim is None else dim_of(dim, x.ndim, name)
    if not x.size:
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    shape: tuple[int, ...]
    if place is None:
        shape, row = ((1,) * x.ndim if keepdim else ()), sort(flatten(input))[0]
    else:
        shape = (*x.shape[:place], *((1,) if keepdim else ()), *x.shape[place + 1 :])
        last = place == x.ndim - 1 or not x.ndim
        row = sort(input if last else transpose(unsqueeze(input, -1), place, -1))[0]
        row = row if x.ndim else unsqueeze(row, 0)
    row = view(row, (*shape, data_of(row).shape[-1]))
    ranks = _ranks(data_of(row), q if isinstance(q, Variable) else parts, name == "nanquantile")
    at = data_of(ranks)
    rounding = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}
    if interpolation in rounding:
        out = gather(row, -1, constant((input,), rounding[interpolation](at).astype(np.int64)))
    else:
        below = constant((input,), at.astype(np.int64))
        weights = constant((input,), np.full_like(at, 0.5)) if interpolation == "midpoint" else ranks - below
        out = lerp(gather(row, -1, below), gather(row, -1, constant((input,), np.ceil(at).astype(np.int64))), weights)
    out = squeeze_in_place(out if not parts.ndim else transpose_in_place(unsqueeze_in_place(out, 0), 0, -1), -1)
    return out.reshape(()) if not x.ndim and not parts.ndim else out.reshape(-1) if not x.ndim else out


def _parts(x: Array, q: Any, interpolation: str, name: str) -> Array:
    """``q`` as an array, after the checks."""
    if x.dtype not in (np.float32, np.float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype, not {type_word(x.dtype)}")
    if isinstance(q, Variable):
        parts = q._data
        if parts.ndim > 1:
            raise RuntimeError(f"{name}() q must be a scalar or 1D tensor, not {parts.ndim}-dimensional")
        if parts.dtype != x.dtype:
            raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor: {parts.dtype} and {x.dtype}")
        if np.any((parts < 0) | (parts > 1)):
            raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    else:
        if not isinstance(q, (int, float)):
            raise TypeError(f"{name}(): argument 'q' must be Tensor or float, not {type(q).__name__}")
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q}")
        parts = np.asarray(q, x.dtype)
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    return parts


def _ranks(row: Array, parts: Any, leave_out: bool) -> Any:
    """Where in the sorted rows the wanted parts end; the last place, where nan stands, in a row with nan."""
    nans = np.isnan(row)
    if leave_out:
        ranks = parts * ((~nans).sum(-1, keepdims=True) - 1).astype(row.dtype)
        return where(data_of(ranks) < 0, 0.0, ranks)
    return where(nans.any(-1, keepdims=True), float(row.shape[-1] - 1), parts * float(row.shape[-1] - 1))


def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension.

    >>> import tinygrad_loss as torch
    >>> torch.msort(torch.tensor([3, 1, 2]))
    tensor([1, 2, 3])
    """
    return sort(input, 0)[0]  # type: ignore[no-any-return]
