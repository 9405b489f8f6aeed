"""Choosing elements by a condition: where, clamp, masked_fill, masked_select, nonzero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import SCALARS, result_dtype
from .._shapes import broadcast
from ..autograd.node import Node
from ..autograd.variable import Variable
from ..kernels.elementwise import kept
from ._adjoints import scattered
from ._kinds import refuse_bool
from ._record import Array, array_of, constant, data_of, harmonised, record
from ._strict import tensor_of

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class WhereBackward0(Node):
    """x where the condition holds, else y: each receives the gradient where it was chosen."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("condition",)
    vjps = (lambda g, c: where(c, g, 0.0), lambda g, c: where(c, 0.0, g))


class ClampBackward0(Node):
    """x held between two tensors: the gradient passes within and at the bounds; elsewhere it goes to the bound that held."""

    __slots__ = ()
    inputs = ("self", "min", "max")
    saves = ("self", "min", "max")
    vjps = (
        lambda g, x, low, high: within(g, x, low, high),
        lambda g, x, low, high: where(x < low if high is None else (x < low) & (low < high), g, 0.0),
        lambda g, x, low, high: where(x > high if low is None else (x > high) | (high < low), g, 0.0),
    )


class ClampBackward1(Node):
    """x held between two numbers: the gradient passes within and at the bounds."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "min", "max")
    vjps = (lambda g, x, low, high: within(g, x, low, high),)


class ClampMinBackward0(Node):
    """x, but not below a number."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "min")
    vjps = (lambda g, x, low: where(x >= low, g, 0.0),)


class ClampMinBackward1(Node):
    """x, but not below a tensor."""

    __slots__ = ()
    inputs = ("self", "min")
    saves = ("self", "min")
    vjps = (lambda g, x, low: where(x >= low, g, 0.0), lambda g, x, low: where(x < low, g, 0.0))


class ClampMaxBackward0(Node):
    """x, but not above a number."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "max")
    vjps = (lambda g, x, high: where(x <= high, g, 0.0),)


class ClampMaxBackward1(Node):
    """x, but not above a tensor."""

    __slots__ = ()
    inputs = ("self", "max")
    saves = ("self", "max")
    vjps = (lambda g, x, high: where(x <= high, g, 0.0), lambda g, x, high: where(x > high, g, 0.0))


class MaskedFillBackward0(Node):
    """x with a number where the mask is True: the gradient is 0 there."""

    __slots__ = ()
    saves = ("mask",)
    vjps = (lambda g, mask: where(mask, 0.0, g),)


class MaskedFillBackward1(Node):
    """x with a 0-dim tensor where the mask is True: the gradient there, summed, is that tensor's."""

    __slots__ = ()
    saves = ("mask",)
    vjps = (lambda g, mask: where(mask, 0.0, g), lambda g, mask: where(mask, g, 0.0))


class MaskedSelectBackward0(Node):
    """The elements where the mask is True: the gradient goes back to their places."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "mask")
    vjps = (lambda g, x, mask: scattered(g, _places(data_of(x), data_of(mask)), data_of(x).shape),)


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """``input`` where ``condition`` (a bool tensor) holds, else ``other``; with broadcasting. With a condition only: ``nonzero``
    as a tuple.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([-1.0, 2.0])
    >>> torch.where(x > 0, x, 0.0), torch.where(x > 0)
    (tensor([0., 2.]), (tensor([1]),))
    """
    mask = array_of(condition, "where", "condition")
    if mask.dtype.kind == "b":
        # The rules' way: a gradient where a condition holds, 0.0 elsewhere.
        if type(other) is float and not other and _like(input, mask):
            return kept(input, mask)
        if type(input) is float and not input and _like(other, mask):
            return kept(other, ~mask)
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if mask.dtype not in (np.bool_, np.uint8):
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {mask.dtype}. Compare first: "
            "where(x > 0, ...)"
        )
    x, y = (_tensor_or_number(one, "where", name) for name, one in (("input", input), ("other", other)))
    a, b = harmonised(*((x, y) if isinstance(x, np.ndarray) or isinstance(y, np.ndarray) else map(_promoted, (x, y), (y, x))))
    mask = mask.astype(np.bool_, copy=False)
    try:
        out = np.asarray(np.where(mask, a, b))
    except ValueError:
        broadcast([mask.shape, a.shape, b.shape], "where")
        raise
    if isinstance(input, Variable) or isinstance(other, Variable):
        return record(WhereBackward0, (input, other), out, (mask,))
    return constant((condition,), out)


def _promoted(x: Number, y: Number) -> Any:
    """A number beside another in where(c, True, 0): two numbers are taken as tensors of the type they have in common."""
    return np.asarray(x, result_dtype([x, y]).numpy)


def _tensor_or_number(value: Any, function: str, argument: str) -> Any:
    if isinstance(value, SCALARS):
        return value
    return array_of(value, f"{function}() received an invalid combination of arguments: {function}", argument)


def _like(x: Any, mask: Array) -> bool:
    return type(x) is np.ndarray and x.ndim > 0 and x.shape == mask.shape and x.dtype.kind == "f"


def where_method(input: Tensor, condition: Tensor, other: Any) -> Tensor:
    """This tensor where ``condition`` holds, else ``other``."""
    return where(condition, input, other)  # type: ignore[no-any-return]


def within(g: Any, x: Any, low: Any, high: Any) -> Any:
    """A gradient where x is not outside the bounds."""
    inside = x <= high if low is None else x >= low if high is None else (x >= low) & (x <= high)
    return where(inside, g, 0.0)


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """``input`` held between ``min`` and ``max``: two numbers or two tensors, of which one may be left out. At a bound the
    gradient passes.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([-1.0, 0.0, 5.0], requires_grad=True)
    >>> y = x.clamp(0, 2); y.sum().backward(); y, x.grad
    (tensor([0., 0., 2.], grad_fn=<ClampBackward1>), tensor([0., 1., 0.]))
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    low, high = (None if one is None else _tensor_or_number(one, "clamp", name) for name, one in (("min", min), ("max", max)))
    numbers = {isinstance(one, SCALARS) for one in (low, high) if one is not None}
    if len(numbers) == 2:
        raise TypeError(
            f"clamp() received an invalid combination of arguments: min is {type(min).__name__}, max is {type(max).__name__}; "
            "both must be numbers, or both tensors"
        )
    if True in numbers:
        return _clamped(ClampBackward1, (input,), low, high, (low, high))  # type: ignore[no-any-return]
    return _clamped(ClampBackward0, (input, min, max), low, high, (low, high))  # type: ignore[no-any-return]


def _clamped(op: type[Node], inputs: tuple[Any, ...], low: Any, high: Any, saved: tuple[Any, ...]) -> Any:
    x = array_of(inputs[0], "clamp")
    kind = result_dtype([one for one in (x, low, high) if one is not None]).numpy
    a = x.astype(kind, copy=False)
    if low is not None and high is not None:
        refuse_bool(a, "clamp_cpu")
    out = a
    try:
        if low is not None:
            out = np.maximum(out, np.asarray(low).astype(kind, copy=False))
        if high is not None:
            out = np.minimum(out, np.asarray(high).astype(kind, copy=False))
    except ValueError:
        broadcast([np.shape(one) for one in (x, low, high) if one is not None], "clamp")
        raise
    return record(op, inputs, np.asarray(out), (a, *saved))


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """``input``, but not below ``min`` (a number or a tensor).

    >>> import tinygrad_loss as torch
    >>> torch.clamp_min(torch.tensor([-1.0, 3.0]), 0)
    tensor([0., 3.])
    """
    low = _tensor_or_number(min, "clamp_min", "min")
    if isinstance(low, SCALARS):
        return _clamped(ClampMinBackward0, (input,), low, None, (low,))  # type: ignore[no-any-return]
    return _clamped(ClampMinBackward1, (input, min), low, None, (low,))  # type: ignore[no-any-return]


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """``input``, but not above ``max`` (a number or a tensor).

    >>> import tinygrad_loss as torch
    >>> torch.clamp_max(torch.tensor([-1.0, 3.0]), 0)
    tensor([-1.,  0.])
    """
    high = _tensor_or_number(max, "clamp_max", "max")
    if isinstance(high, SCALARS):
        return _clamped(ClampMaxBackward0, (input,), None, high, (high,))  # type: ignore[no-any-return]
    return _clamped(ClampMaxBackward1, (input, max), None, high, (high,))  # type: ignore[no-any-return]


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """``input`` with ``value`` (a number or a 0-dim tensor) where ``mask``, a bool tensor, is True.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0]).masked_fill(torch.tensor([True, False]), -float("inf"))
    tensor([-inf, 2.])
    """
    x, chosen = tensor_of(input, "masked_fill"), tensor_of(mask, "masked_fill", "mask")
    if chosen.dtype != np.bool_:
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {chosen.dtype}. Compare first: x > 0"
        )
    fill = _tensor_or_number(value, "masked_fill", "value")
    if np.ndim(fill):
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {np.ndim(fill)} dimension(s). "
            "Use where(mask, value, input) instead."
        )
    if x.dtype.kind in "iu" and not np.isfinite(fill):
        raise RuntimeError(f"masked_fill: value cannot be converted to type {x.dtype}_t without overflow: {fill}")
    broadcast([chosen.shape, x.shape], "masked_fill")
    out = np.asarray(np.where(chosen, np.asarray(fill).astype(x.dtype), x))
    if isinstance(fill, SCALARS):
        return record(MaskedFillBackward0, (input,), out, (chosen,))  # type: ignore[no-any-return]
    return record(MaskedFillBackward1, (input, value), out, (chosen,))  # type: ignore[no-any-return]


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of ``input`` where ``mask``, a bool tensor, is True, as a 1-dim tensor.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1.0, -2.0], [3.0, -4.0]])
    >>> x.masked_select(x > 0)
    tensor([1., 3.])
    """
    x, chosen = tensor_of(input, "masked_select"), tensor_of(mask, "masked_select", "mask")
    if chosen.dtype != np.bool_:
        raise RuntimeError(f"masked_select: expected BoolTensor for mask, got dtype {chosen.dtype}. Compare first: x > 0")
    out = x.reshape(-1)[_places(x, chosen)]
    return record(MaskedSelectBackward0, (input,), out, (x, chosen))  # type: ignore[no-any-return]


def _places(x: Array, mask: Array) -> Array:
    """Where in ``x``, read row by row, the elements stand that a mask selects."""
    shape = broadcast([mask.shape, x.shape], "masked_select")
    places = np.broadcast_to(np.arange(x.size).reshape(x.shape), shape)
    return np.asarray(places[np.broadcast_to(mask, shape)])


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where the elements are not 0: a row of indices for each; or, ``as_tuple``, one tensor for each dimension.

    >>> import tinygrad_loss as torch
    >>> torch.nonzero(torch.tensor([[0, 7], [8, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    x = tensor_of(input, "nonzero")
    if as_tuple:
        return tuple(constant((input,), place) for place in np.nonzero(np.atleast_1d(x)))
    return constant((input,), np.argwhere(x))
