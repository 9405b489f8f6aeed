"""What runs along a dimension: cummax, cummin, logcumsumexp, differences, and the trapezoidal rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from .._dtypes import type_word
from .._shapes import dim_of
from ..autograd.node import MultiNode, Node
from ._casts import clone
from ._places import put_along, taken_along
from ._record import Array, array_of, data_of, record, record_many
from ._spelling import numpy_spelling
from ._strict import tensor_of
from .arithmetic import div_number, mul_number, sub
from .comparison import bitwise_xor
from .joining import cat
from .permuting import flip
from .pointwise import abs, exp, log
from .products import cumsum
from .reductions import sum
from .selection import where
from .shaping import view
from .slicing import TO_THE_END, select, sliced

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class CummaxBackward0(MultiNode):
    """The largest so far: the gradient goes to the place that the index names."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("dim", "indices", "self")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        dim, indices, x = saved
        return [put_along(gs[0], indices, dim, data_of(x).shape)]


class CumminBackward0(CummaxBackward0):
    """The smallest so far: the gradient goes to the place that the index names."""

    __slots__ = ()


class LogcumsumexpBackward0(Node):
    """y_i = log(e^x_1 + ... + e^x_i): x_k receives the sum of g_i e^(x_k - y_i) over all i from k on."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "dim")
    vjps = (lambda g, x, y, dim: _shared_out(g, x, y, dim),)


def _shared_out(g: Any, x: Any, y: Any, dim: int) -> Any:
    """The gradient of ``logcumsumexp``, in logarithms: positive and negative gradients each by themselves."""
    values = data_of(g)
    lowest = float(np.finfo(values.dtype).min)
    size = log(where(values == 0, 1.0, abs(g)))
    parts = []
    for chosen in (values > 0, values < 0):
        late = where(chosen, size, lowest) - y
        parts.append(exp(flip(logcumsumexp(flip(late, dim), dim), dim) + x) if data_of(x).ndim else exp(late + x))
    return parts[0] - parts[1]


@numpy_spelling
def cummax(input: Tensor, dim: int) -> Any:
    """The largest number so far along ``dim``, and where it stands: a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.cummax(torch.tensor([1.0, 3.0, 2.0]), 0).values
    tensor([1., 3., 3.])
    """
    return return_types.cummax(_extreme(CummaxBackward0, np.maximum, input, dim, "cummax"))


@numpy_spelling
def cummin(input: Tensor, dim: int) -> Any:
    """The smallest number so far along ``dim``, and where it stands: a pair (values, indices).

    >>> import tinygrad_loss as torch
    >>> torch.cummin(torch.tensor([2.0, 3.0, 1.0]), 0).indices
    tensor([0, 0, 2])
    """
    return return_types.cummin(_extreme(CumminBackward0, np.minimum, input, dim, "cummin"))


def _extreme(op: type[MultiNode], function: Any, input: Any, dim: int, name: str) -> tuple[Any, ...]:
    x = tensor_of(input, name)
    place = dim_of(dim, x.ndim, name)
    row = x.reshape(1) if not x.ndim else x
    best = function.accumulate(row, place) if row.size else row
    here = np.arange(row.shape[place]).reshape((-1,) + (1,) * (row.ndim - place - 1))
    found = np.where((row == best) | np.isnan(row), here, 0)
    indices = (np.maximum.accumulate(found, place) if row.size else found).reshape(x.shape)
    return record_many(op, (input,), (taken_along(x, indices, place), indices), (dim, indices, x))


@numpy_spelling
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """``log(cumsum(exp(input)))`` without overflow.

    >>> import tinygrad_loss as torch
    >>> torch.logcumsumexp(torch.tensor([1000.0, 1000.0]), 0)
    tensor([1000.0000, 1000.6932])
    """
    x = array_of(input, "logcumsumexp")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"logcumsumexp_out_cpu\" not implemented for '{type_word(x.dtype)}'")
    place = dim_of(dim, x.ndim, "logcumsumexp")
    out = np.logaddexp.accumulate(x.astype(np.float64), place).astype(x.dtype) if x.ndim and x.size else x.copy()
    return record(LogcumsumexpBackward0, (input,), out, (x, out, place))  # type: ignore[no-any-return]


@numpy_spelling
def diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
    """The differences of neighbours along ``dim``, taken ``n`` times; ``prepend`` and ``append`` are joined to the ends first.

    >>> import tinygrad_loss as torch
    >>> torch.diff(torch.tensor([1, 3, 6])), torch.diff(torch.tensor([1, 3, 6]), n=2)
    (tensor([2, 3]), tensor([1]))
    """
    x = tensor_of(input, "diff")
    if not x.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    place = dim_of(dim, x.ndim, "diff")
    for end in (prepend, append):
        if end is not None and tensor_of(end, "diff", "prepend").ndim != x.ndim:
            raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    if not n:
        return clone(input)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    ends = [one for one in (prepend, input, append) if one is not None]
    out: Any = cat(ends, place) if len(ends) > 1 else input
    if n >= data_of(out).shape[place]:
        return sliced(out, place, 0, 0)  # type: ignore[no-any-return]
    for _ in range(n):
        later, earlier = sliced(out, place, 1, data_of(out).shape[place]), sliced(out, place, 0, data_of(out).shape[place] - 1)
        out = bitwise_xor(later, earlier) if x.dtype == np.bool_ else sub(later, earlier)
    return out  # type: ignore[no-any-return]


def _ends(x: Any, dim: int) -> tuple[Any, Any]:
    """All but the first, and all but the last, along a dimension."""
    return sliced(x, dim, 1, TO_THE_END), sliced(x, dim, 0, max(data_of(x).shape[dim] - 1, 0))


def _widths(y: Any, x: Any, dim: int, name: str) -> Any:
    """The distances between the points ``x``, in a shape that goes with ``y``."""
    sizes, points = array_of(y, name).shape, array_of(x, name, "x")
    if points.ndim == 1 and len(sizes) > 1:
        if points.size != sizes[dim]:
            raise RuntimeError(
                f"{name}(): There must be one `x` value for each sample point: {points.size} and {sizes[dim]} (dim {dim})"
            )
        x = view(x, tuple(points.size if place == dim else 1 for place in range(len(sizes))))
    elif points.ndim < len(sizes):
        x = view(x, ((1,) * (len(sizes) - points.ndim) + points.shape))
    at = dim + data_of(x).ndim - len(sizes)
    later, earlier = _ends(x, at)
    return later - earlier


def _no_bool(y: Any, name: str) -> Array:
    data = tensor_of(y, name, "y")
    if data.dtype == np.bool_:
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported. Convert first: y.int()")
    return data


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Number = 1, dim: int = -1) -> Tensor:
    """The integral of ``y`` along ``dim`` by the trapezoidal rule, at the points ``x`` or at distances ``dx``.

    >>> import tinygrad_loss as torch
    >>> torch.trapezoid(torch.tensor([1.0, 5.0, 10.0])), torch.trapezoid(torch.tensor([1.0, 5.0]), torch.tensor([1.0, 3.0]))
    (tensor(10.5000), tensor(6.))
    """
    data = _no_bool(y, "trapezoid")
    place = dim_of(dim, data.ndim, "trapezoid")
    if not data.ndim or not data.shape[place]:
        return sum(y, place) if data.ndim else y * 0
    if x is None:
        if isinstance(dx, (bool, int)) is False and not isinstance(dx, float):
            raise TypeError(f"trapezoid(): argument 'dx' must be Number, not {type(dx).__name__}")
        ends = mul_number(select(y, place, 0) + select(y, place, -1), 0.5)
        return mul_number(sub(sum(y, place), ends), dx)  # type: ignore[no-any-return]
    widths = _widths(y, x, place, "trapezoid")
    later, earlier = _ends(y, place)
    return div_number(sum((earlier + later) * widths, place), 2.0)  # type: ignore[no-any-return]


def trapz(y: Tensor, x: Tensor | None = None, *, dx: Number = 1, dim: int = -1) -> Tensor:
    """The old name of ``trapezoid``."""
    return trapezoid(y, x, dx=dx, dim=dim)


def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Number = 1, dim: int = -1) -> Tensor:
    """The integrals of ``y`` from the start to each point along ``dim``, by the trapezoidal rule.

    >>> import tinygrad_loss as torch
    >>> torch.cumulative_trapezoid(torch.tensor([1.0, 5.0, 10.0]))
    tensor([ 3.0000, 10.5000])
    """
    place = dim_of(dim, _no_bool(y, "cumulative_trapezoid").ndim, "cumulative_trapezoid")
    later, earlier = _ends(y, place)
    if x is None:
        return cumsum(mul_number(later + earlier, dx / 2.0), place)
    widths = _widths(y, x, place, "cumulative_trapezoid")
    return div_number(cumsum((later + earlier) * widths, place), 2.0)  # type: ignore[no-any-return]
