"""The largest and the smallest: max, min, amax, amin, argmax, argmin, maximum, minimum, aminmax.

Where several elements are the largest, ``max()``, ``amax`` and ``maximum`` share the gradient evenly among them, and ``max(dim)``
gives all of it to the one whose index it returns, the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from .._shapes import dim_of, dims_of
from ..autograd.node import MultiNode, Node
from ..autograd.variable import Variable
from ._places import put_along, shared, taken_along
from ._record import Array, Binary, constant, data_of, record, record_many
from ._spelling import numpy_spelling
from ._strict import tensor_of
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor

NOT_GIVEN = object()


class MaxBackward0(MultiNode):
    """The largest along a dimension: the gradient goes to the place that the index names."""

    __slots__ = ()
    saves = ("dim", "indices", "keepdim", "self_sym_sizes")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        dim, indices, keepdim, sizes = saved
        return [put_along(gs[0], indices, dim, sizes, keepdim)]


class MinBackward0(MaxBackward0):
    """The smallest along a dimension: the gradient goes to the place that the index names."""

    __slots__ = ()


class MaxBackward1(Node):
    """The largest of all: the gradient is shared evenly among the largest."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: shared(g, x, y, nans=True),)


class MinBackward1(MaxBackward1):
    """The smallest of all: the gradient is shared evenly among the smallest."""

    __slots__ = ()


class AmaxBackward0(Node):
    """The largest over dimensions: the gradient is shared evenly among the largest."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "dim", "keepdim")
    vjps = (shared,)


class AminBackward0(AmaxBackward0):
    """The smallest over dimensions: the gradient is shared evenly among the smallest."""

    __slots__ = ()


class MaximumBackward0(Binary):
    """max(x, y): the gradient goes to the larger; half to each where they are equal."""

    __slots__ = ()
    forward = np.maximum
    vjps = (lambda g, x, y: won(g, x < y, x == y), lambda g, x, y: won(g, x > y, x == y))


class MinimumBackward0(Binary):
    """min(x, y): the gradient goes to the smaller; half to each where they are equal."""

    __slots__ = ()
    forward = np.minimum
    vjps = (lambda g, x, y: won(g, x > y, x == y), lambda g, x, y: won(g, x < y, x == y))


class AminmaxBackward0(MultiNode):
    """The smallest and the largest: each gradient is shared evenly among them."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "dim", "keepdim", "min", "max")

    def vjp(self, gs: Any, *saved: Any) -> Sequence[Any]:
        x, dim, keepdim, *found = saved
        dims = dims_of(dim, data_of(x).ndim)
        parts = [shared(g, x, y, dims, keepdim) for g, y in zip(gs, found, strict=True) if g is not None]
        return [parts[0] if len(parts) == 1 else parts[0] + parts[1]]


def won(g: Any, lost: Any, even: Any) -> Any:
    """The gradient of one of two: none where it lost, half where they are equal."""
    return where(lost, 0.0, where(even, g / 2.0, g))


@numpy_spelling
def max(input: Tensor, dim: Any = NOT_GIVEN, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest of all elements; along ``dim``, a pair (values, indices); of two tensors, element by element.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1.0, 5.0], [4.0, 2.0]])
    >>> x.max(), x.max(dim=1).indices, torch.max(x, torch.tensor(3.0))
    (tensor(5.), tensor([1, 0]), tensor([[3., 5.],
            [4., 3.]]))
    """
    given = other if dim is NOT_GIVEN else dim
    if isinstance(given, Variable):
        return maximum(input, given)  # type: ignore[arg-type]
    if dim is NOT_GIVEN:
        return _of_all(MaxBackward1, np.max, input, "max")
    return return_types.max(_along(MaxBackward0, np.argmax, input, dim, keepdim, "max"))


@numpy_spelling
def min(input: Tensor, dim: Any = NOT_GIVEN, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest of all elements; along ``dim``, a pair (values, indices); of two tensors, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 5.0], [4.0, 2.0]]).min(dim=0).values
    tensor([1., 2.])
    """
    given = other if dim is NOT_GIVEN else dim
    if isinstance(given, Variable):
        return minimum(input, given)  # type: ignore[arg-type]
    if dim is NOT_GIVEN:
        return _of_all(MinBackward1, np.min, input, "min")
    return return_types.min(_along(MinBackward0, np.argmin, input, dim, keepdim, "min"))


def _of_all(op: type[Node], function: Callable[[Array], Any], input: Any, name: str) -> Any:
    x = tensor_of(input, name)
    check_not_empty(x, None, name)
    out = np.asarray(function(x))
    return record(op, (input,), out, (x, out))


def _along(op: type[MultiNode], function: Any, input: Any, dim: Any, keepdim: bool, name: str) -> tuple[Any, ...]:
    x = tensor_of(input, name)
    if not isinstance(dim, (int, np.integer)) or isinstance(dim, bool):
        raise TypeError(
            f"{name}() received an invalid combination of arguments: the second is {dim!r} ({type(dim).__name__}), but must be "
            f"a dimension (an int) or a Tensor. For several dimensions take a{name}."
        )
    place = dim_of(dim, x.ndim, name)
    check_not_empty(x, (place,), name)
    indices = np.asarray(function(x, axis=place if x.ndim else None, keepdims=True), np.int64)
    values = taken_along(x, indices, place)
    if not keepdim and x.ndim:
        indices, values = indices.squeeze(place), values.squeeze(place)
    return record_many(op, (input,), (values, indices), (dim, indices, keepdim, x.shape))


def check_not_empty(x: Array, dims: tuple[int, ...] | None, name: str) -> None:
    """RuntimeError or IndexError where a reduction has nothing to choose from."""
    if dims is None and not x.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
            "argument."
        )
    for place in dims or ():
        if x.ndim and not x.shape[place]:
            raise IndexError(f"{name}(): Expected reduction dim {place} to have non-zero size. The shape is {list(x.shape)}.")


@numpy_spelling
def amax(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The largest over ``dim`` (an int or several; all when not given).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([2.0, 2.0, 1.0], requires_grad=True)
    >>> x.amax().backward(); x.grad
    tensor([0.5000, 0.5000, 0.0000])
    """
    return _over(AmaxBackward0, np.max, input, dim, keepdim, "amax")  # type: ignore[no-any-return]


@numpy_spelling
def amin(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The smallest over ``dim`` (an int or several; all when not given).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 5.0], [4.0, 2.0]]).amin(1, keepdim=True)
    tensor([[1.],
            [2.]])
    """
    return _over(AminBackward0, np.min, input, dim, keepdim, "amin")  # type: ignore[no-any-return]


def _over(op: type[Node], function: Any, input: Any, dim: Any, keepdim: bool, name: str) -> Any:
    x = tensor_of(input, name)
    dims = dims_of(dim, x.ndim, name)
    check_not_empty(x, None if dim == () else dims, name)
    out = np.asarray(function(x, axis=dims, keepdims=keepdim))
    return record(op, (input,), out, (x, out, dims, keepdim))


@numpy_spelling
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest stands (the first of several): in the flattened tensor, or along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 5.0], [4.0, 2.0]]).argmax(dim=1)
    tensor([1, 0])
    """
    return _place(np.argmax, input, dim, keepdim, "argmax")  # type: ignore[no-any-return]


@numpy_spelling
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest stands (the first of several): in the flattened tensor, or along ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1.0, 5.0], [4.0, 2.0]]).argmin()
    tensor(0)
    """
    return _place(np.argmin, input, dim, keepdim, "argmin")  # type: ignore[no-any-return]


def _place(function: Any, input: Any, dim: int | None, keepdim: bool, name: str) -> Any:
    x = tensor_of(input, name)
    if x.dtype == np.bool_:
        raise RuntimeError(f"{name}(): does not support bool input. Convert it first: x.int()")
    if dim is None and not x.size:
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
    place = None if dim is None else dim_of(dim, x.ndim, name)
    check_not_empty(x, (place,) if place is not None else (), name)
    return constant((input,), np.asarray(function(x, axis=place if x.ndim else None, keepdims=keepdim), np.int64))


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """The larger of two tensors' elements, with broadcasting; nan where either is nan.

    >>> import tinygrad_loss as torch
    >>> torch.maximum(torch.tensor([1.0, 5.0]), torch.tensor([3.0]))
    tensor([3., 5.])
    """
    tensor_of(input, "maximum"), tensor_of(other, "maximum", "other")
    return MaximumBackward0.of(input, other)


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two tensors' elements, with broadcasting; nan where either is nan.

    >>> import tinygrad_loss as torch
    >>> torch.minimum(torch.tensor([1.0, 5.0]), torch.tensor([3.0]))
    tensor([1., 3.])
    """
    tensor_of(input, "minimum"), tensor_of(other, "minimum", "other")
    return MinimumBackward0.of(input, other)


@numpy_spelling
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest at once, as a pair (min, max).

    >>> import tinygrad_loss as torch
    >>> torch.aminmax(torch.tensor([3.0, 1.0, 2.0])).max
    tensor(3.)
    """
    x = tensor_of(input, "aminmax")
    if dim is None and not x.size:
        raise RuntimeError("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.")
    dims = None if dim is None else dims_of(dim, x.ndim, "aminmax")
    check_not_empty(x, dims or (), "aminmax")
    found = tuple(np.asarray(function(x, axis=dims, keepdims=keepdim)) for function in (np.min, np.max))
    return return_types.aminmax(record_many(AminmaxBackward0, (input,), found, (x, dim, keepdim, *found)))
