"""Variance, standard deviation and median."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from .._shapes import dim_of, dims_of
from ..autograd.node import MultiNode, Node
from ..kernels.reductions import mean_along, total_along
from ._kinds import refuse_bool
from ._places import opened, put_along, shared, taken_along
from ._record import Array, data_of, record, record_many
from ._spelling import numpy_spelling
from ._strict import tensor_of
from .extremes import NOT_GIVEN, check_not_empty
from .reductions import mean, spread
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor


class VarBackward0(Node):
    """The variance: 2 (x - mean) / (n - correction)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "dim", "correction", "keepdim")
    vjps = (lambda g, *saved: spread_deviation(g, *saved),)


class StdBackward0(Node):
    """The standard deviation y: the variance's gradient for g / (2 y), and 0 where y is 0."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "dim", "correction", "keepdim")
    vjps = (lambda g, x, y, *rest: spread_deviation(where(data_of(y) == 0, 0.0, g / (y * 2.0)), x, *rest),)


class VarMeanBackward0(MultiNode):
    """Variance and mean: the sum of both gradients."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "dim", "correction", "keepdim")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        x, dim, _, keepdim = saved
        return [_both(None if gs[0] is None else spread_deviation(gs[0], *saved), _spread_mean(gs[1], x, dim, keepdim))]


class StdMeanBackward0(MultiNode):
    """Standard deviation and mean: the sum of both gradients."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result0", "dim", "correction", "keepdim")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        x, _, dim, _, keepdim = saved
        return [_both(None if gs[0] is None else StdBackward0.vjps[0](gs[0], *saved), _spread_mean(gs[1], x, dim, keepdim))]

    def _variable_of(self, name: str, value: Any) -> Any:
        if name == "result0":
            x, _, dim, correction, keepdim = self.checked()
            return std(super()._variable_of("self", x), dim, keepdim=keepdim, correction=correction)
        return super()._variable_of(name, value)


class MedianBackward0(Node):
    """The median of all: the gradient is shared evenly among the elements equal to it."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: shared(g, x, y, nans=True),)


class MedianBackward1(MultiNode):
    """The median along a dimension: the gradient goes to the place that the index names."""

    __slots__ = ()
    saves = ("dim", "indices", "keepdim", "self_sym_sizes")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        dim, indices, keepdim, sizes = saved
        return [put_along(gs[0], indices, dim, sizes, keepdim)]


def spread_deviation(g: Any, x: Any, dim: tuple[int, ...] | None, correction: float | None, keepdim: bool) -> Any:
    """The gradient of a variance: the deviation from the mean, twice, divided by the degrees of freedom."""
    shape = data_of(x).shape
    dims = dims_of(dim, len(shape))
    free = _count(shape, dims) - (1 if correction is None else correction)
    deviation = x - mean(x, dims, True) if dims else x - x
    g = opened(g, shape, dims, keepdim)
    if free <= 0 and (dim is None or not shape):
        return g * np.where(data_of(deviation) == 0, np.nan, np.inf).astype(data_of(x).dtype)
    return g * (2.0 / free if free else math.inf) * deviation


def _spread_mean(g: Any, x: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    shape = data_of(x).shape
    dims = dims_of(dim, len(shape))
    return None if g is None else spread(g / float(_count(shape, dims)), shape, dims, keepdim)


def _both(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b


def _count(shape: tuple[int, ...], dims: tuple[int, ...]) -> int:
    return math.prod(shape[place] for place in dims)


@numpy_spelling
def var(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: float | None = None
) -> Tensor:
    """The variance, of all elements or over ``dim``: the sum of squared deviations from the mean, divided by n - ``correction``
    (1, unless given; ``unbiased=False`` means 0).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0, 4.0])
    >>> x.var(), x.var(correction=0)
    (tensor(2.3333), tensor(1.5556))
    """
    x, dims, correction, saved = _prepared(input, dim, unbiased, correction, "var")
    out, _ = _variance(x, dims, correction, keepdim)
    return record(VarBackward0, (input,), out, (x, *saved, keepdim))  # type: ignore[no-any-return]


@numpy_spelling
def std(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: float | None = None
) -> Tensor:
    """The standard deviation, the square root of ``var``. Where it is 0 no gradient flows.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 3.0], [2.0, 2.0]]).std(dim=1)
    tensor([1.4142, 0.0000])
    """
    x, dims, correction, saved = _prepared(input, dim, unbiased, correction, "std")
    out = np.asarray(np.sqrt(_variance(x, dims, correction, keepdim)[0]))
    return record(StdBackward0, (input,), out, (x, out, *saved, keepdim))  # type: ignore[no-any-return]


@numpy_spelling
def var_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: float | None = None
) -> Any:
    """The variance and the mean, as a pair.

    >>> import tinygrad_loss as torch
    >>> torch.var_mean(torch.tensor([1.0, 2.0, 4.0]))
    (tensor(2.3333), tensor(2.3333))
    """
    x, dims, correction, saved = _prepared(input, dim, unbiased, correction, "var_mean")
    return record_many(VarMeanBackward0, (input,), _variance(x, dims, correction, keepdim), (x, *saved, keepdim))


@numpy_spelling
def std_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: float | None = None
) -> Any:
    """The standard deviation and the mean, as a pair.

    >>> import tinygrad_loss as torch
    >>> torch.std_mean(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    x, dims, correction, saved = _prepared(input, dim, unbiased, correction, "std_mean")
    out, middle = _variance(x, dims, correction, keepdim)
    out = np.asarray(np.sqrt(out))
    return record_many(StdMeanBackward0, (input,), (out, middle), (x, out, *saved, keepdim))


def _prepared(
    input: Any, dim: Any, unbiased: Any, correction: Any, name: str
) -> tuple[Array, tuple[int, ...], float, tuple[Any, Any]]:
    x = tensor_of(input, f"{name}() received an invalid combination of arguments: {name}")
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: std and var only support floating point and complex dtypes, not {x.dtype}. Convert first: x.float()"
        )
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None and correction is not None:
        raise TypeError(f"{name}() received an invalid combination of arguments: give unbiased or correction, not both")
    if unbiased is not None:
        correction = int(unbiased)
    dims = dims_of(dim, x.ndim, name)
    free = 1 if correction is None else correction
    if _count(x.shape, dims) <= free or not x.size:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel "
            "divided by output numel).",
            UserWarning,
            stacklevel=4,
        )
    return x, dims, free, (None if dim is None else dims, free)


def _variance(x: Array, dims: tuple[int, ...], correction: float, keepdim: bool) -> tuple[Array, Array]:
    count = _count(x.shape, dims)
    wide = x.astype(np.float64, copy=False)
    with np.errstate(all="ignore"):
        middle = mean_along(wide, dims, True)
        squares = total_along(np.square(wide - middle), dims, keepdim)
        out = squares / np.float64(np.maximum(count - correction, 0))
    return np.asarray(out, x.dtype), np.asarray(middle if keepdim else middle.squeeze(dims), x.dtype)


@numpy_spelling
def median(input: Tensor, dim: Any = NOT_GIVEN, keepdim: bool = False) -> Any:
    """The median: the lower of the two in the middle where there are two. Along ``dim``, a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([3.0, 1.0, 2.0, 4.0]).median(), torch.tensor([[5, 1, 3]]).median(dim=1).indices
    (tensor(2.), tensor([2]))
    """
    x = tensor_of(input, "median")
    refuse_bool(x, "median_cpu")
    if dim is NOT_GIVEN:
        flat = x.reshape(-1)
        out = np.asarray(flat[_middle(flat, 0)[0]]) if x.size else np.asarray(np.nan, x.dtype)
        return record(MedianBackward0, (input,), out, (x, out))
    place = dim_of(dim, x.ndim, "median")
    check_not_empty(x, (place,), "median")
    indices = _middle(x, place) if x.ndim else np.asarray(0)
    values = taken_along(x, indices, place)
    if not keepdim and x.ndim:
        indices, values = indices.squeeze(place), values.squeeze(place)
    return return_types.median(record_many(MedianBackward1, (input,), (values, indices), (dim, indices, keepdim, x.shape)))


def _middle(x: Array, place: int) -> Array:
    """Where the median stands along a dimension; where there is a nan, the first of them."""
    order = np.argsort(x, place, kind="stable")
    middle = np.take(order, [(x.shape[place] - 1) // 2], place)
    if x.dtype.kind != "f":
        return middle
    nans = np.isnan(x)
    return np.where(nans.any(place, keepdims=True), nans.argmax(place, keepdims=True), middle)
