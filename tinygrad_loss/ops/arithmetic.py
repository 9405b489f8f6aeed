"""Sums, differences, products, quotients and powers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import F32, weak_float
from .._shapes import broadcast
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._kinds import refuse_bool
from ._record import (
    NUMBERS,
    Binary,
    Unary,
    array_of,
    data_of,
    floating,
    harmonised,
    operand,
    paired,
    public_name,
    record,
)

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class AddBackward0(Binary):
    """x + alpha y: the gradient goes to x as it is, and to y times alpha."""

    __slots__ = ()
    forward = np.add
    saves = ("alpha",)
    constants = (1,)
    frees = False
    vjps = (lambda g, alpha: g, lambda g, alpha: g if alpha == 1 else g * alpha)


class SubBackward0(Binary):
    """x - alpha y: the gradient goes to x as it is, and to y times -alpha."""

    __slots__ = ()
    forward = np.subtract
    saves = ("alpha",)
    constants = (1,)
    frees = False
    vjps = (lambda g, alpha: g, lambda g, alpha: -g if alpha == 1 else g * -alpha)


class RsubBackward0(Binary):
    """y - alpha x: the gradient goes to y as it is, and to x times -alpha."""

    __slots__ = ()
    forward = staticmethod(lambda x, y: np.subtract(y, x))
    saves = ("alpha",)
    constants = (1,)
    frees = False
    vjps = (lambda g, alpha: -g if alpha == 1 else g * -alpha, lambda g, alpha: g)


class RsubBackward1(Node):
    """number - alpha x: the gradient times -alpha."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("alpha",)
    vjps = (lambda g, alpha: -g if alpha == 1 else g * -alpha,)
    frees = False


class MulBackward0(Binary):
    """x y: the gradient of each factor is g times the other."""

    __slots__ = ()
    forward = np.multiply
    crossed = True
    vjps = (lambda g, x, y: g * y, lambda g, x, y: g * x)


class DivBackward0(Binary):
    """x / y: the gradient of x is g / y, that of y is -g x / y^2."""

    __slots__ = ()
    forward = np.true_divide
    vjps = (lambda g, x, y: g / y, lambda g, x, y: -g * (x / y / y))


class NegBackward0(Unary):
    """-x: the gradient's sign changes."""

    __slots__ = ()
    forward = np.negative
    floats = False
    vjps = (lambda g: -g,)
    frees = False


class ReciprocalBackward0(Unary):
    """y = 1 / x: dy/dx = -y^2."""

    __slots__ = ()
    forward = np.reciprocal
    saves = ("result",)
    vjps = (lambda g, y: -g * (y * y),)


def add(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """``input + alpha * other``, with broadcasting.

    >>> import tinygrad_loss as torch
    >>> torch.add(torch.tensor([1.0, 2.0]), torch.tensor([10.0, 20.0]), alpha=2)
    tensor([21., 42.])
    """
    if alpha == 1:
        return AddBackward0.of(input, other)
    return _scaled(AddBackward0, input, other, alpha)  # type: ignore[no-any-return]


def sub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """``input - alpha * other``, with broadcasting; not for bool tensors (RuntimeError, use ``^`` or ``~``).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0]) - 3
    tensor([-2., -1.])
    """
    if alpha != 1:
        return _scaled(SubBackward0, input, other, alpha)  # type: ignore[no-any-return]
    if not (isinstance(input, Variable) and isinstance(other, Variable) and input._data.dtype is other._data.dtype is F32):
        _refuse_bools(input, other)
    return SubBackward0.of(input, other)


def _refuse_bools(*operands: Any) -> None:
    bools = [hasattr(one, "_data") and one._data.dtype == np.bool_ for one in operands]
    if all(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
        )
    if any(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the "
            "`~` or `logical_not()` operator instead."
        )


def _scaled(op: type[Binary], input: Any, other: Any, alpha: Number) -> Any:
    a, b = harmonised(data_of(input), data_of(operand_or_tensor(op, other)))
    broadcast([a.shape, b.shape], public_name(op))
    return record(op, (input, other), op.forward(a, b * np.asarray(alpha).astype(b.dtype)), (alpha,))


def operand_or_tensor(op: type[Node], value: Any) -> Any:
    """A tensor as it is, a number checked."""
    return value if hasattr(value, "_data") else operand(op, value)


def rsub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """``other - alpha * input``: what ``2 - x`` calls.

    >>> import tinygrad_loss as torch
    >>> 2 - torch.tensor([0.5, 3.0])
    tensor([ 1.5000, -1.0000])
    """
    x = array_of(input, "rsub() received an invalid combination of arguments: rsub")
    if x.dtype == np.bool_ or getattr(data_of(other), "dtype", None) == np.bool_:
        return sub(other, input)  # type: ignore[arg-type]
    a, b = paired(operand(RsubBackward1, other), x)
    out = np.asarray(np.subtract(a, b if alpha == 1 else b * np.asarray(alpha).astype(b.dtype)))
    if isinstance(a, np.ndarray) and hasattr(other, "_data"):
        broadcast([a.shape, x.shape], "rsub")
        return record(RsubBackward0, (input, other), out, (alpha,))  # type: ignore[no-any-return]
    return record(RsubBackward1, (input,), out, (alpha,))  # type: ignore[no-any-return]


def mul(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input * other``, element by element, with broadcasting.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0]) * torch.tensor([[3.0], [4.0]])
    tensor([[3., 6.],
            [4., 8.]])
    """
    return MulBackward0.of(input, other)


def div(input: Tensor, other: Tensor | Number, *, rounding_mode: str | None = None) -> Tensor:
    """``input / other``; integers give floats. ``rounding_mode`` is None, ``"trunc"`` or ``"floor"``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([7, -7]) / 2, torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
    (tensor([ 3.5000, -3.5000]), tensor([ 3, -3]))
    """
    if rounding_mode is not None:
        return _rounded_division(input, other, rounding_mode)  # type: ignore[no-any-return]
    a, b = data_of(input), data_of(other)
    if not isinstance(a, np.ndarray):
        a = np.asarray(operand(DivBackward0, a))
    if not (type(b) in NUMBERS or getattr(a, "dtype", None) == getattr(b, "dtype", None)) or a.dtype.kind != "f":
        a, b = harmonised(a, data_of(operand_or_tensor(DivBackward0, other)))
        if a.dtype.kind != "f":
            floats = weak_float(a.dtype)
            return record(DivBackward0, (input, other), np.true_divide(a.astype(floats), b.astype(floats)), (a, b))  # type: ignore[no-any-return]
    return DivBackward0.of(input, other)


def _rounded_division(input: Any, other: Any, rounding_mode: str) -> Any:
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    a, b = harmonised(*(data_of(operand_or_tensor(DivBackward0, one)) for one in (input, other)))
    broadcast([a.shape, b.shape], "div")
    refuse_bool(a, f"div_{rounding_mode}_cpu")
    if a.dtype.kind != "f" and not np.all(b):
        raise RuntimeError("ZeroDivisionError: div() of integers by zero; convert to a floating type for inf")
    if rounding_mode == "floor":
        out = np.floor_divide(a, b)
    else:
        out = np.trunc(a / b) if a.dtype.kind == "f" else (np.sign(a) * np.sign(b) * (abs(a) // abs(b))).astype(a.dtype)
    return record(DivBackward2, (input, other), out, (a, b, rounding_mode))


class DivBackward2(Node):
    """A division rounded to whole numbers: flat everywhere, so no gradient flows."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("self", "other", "rounding_mode")
    vjps = (lambda g, x, y, rounding_mode: g * 0.0, lambda g, x, y, rounding_mode: g * 0.0)


def neg(input: Tensor) -> Tensor:
    """``-input``.

    >>> import tinygrad_loss as torch
    >>> -torch.tensor([1.0, -2.0])
    tensor([-1.,  2.])
    """
    if isinstance(input, Variable) and input._data.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or "
            "`logical_not()` operator instead."
        )
    return NegBackward0.of(input)


def reciprocal(input: Tensor) -> Tensor:
    """``1 / input``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([2.0, 4.0]).reciprocal()
    tensor([0.5000, 0.2500])
    """
    return ReciprocalBackward0.of(input)


def rdiv(input: Tensor, other: Number) -> Tensor:
    """``other / input``: what ``2 / x`` calls, recorded as PyTorch does, as reciprocal and product."""
    return mul(reciprocal(input), other)


class AddBackward1(Node):
    """x + number, as PyTorch's own losses record it."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g,)


class SubBackward1(AddBackward1):
    """x - number, as PyTorch's own losses record it."""

    __slots__ = ()


class MulBackward1(Node):
    """x times number, as PyTorch's own losses record it."""

    __slots__ = ()
    saves = ("other",)
    frees = False
    vjps = (lambda g, number: g * number,)


class DivBackward1(Node):
    """x / number, as PyTorch's own losses record it."""

    __slots__ = ()
    saves = ("other",)
    frees = False
    vjps = (lambda g, number: g / number,)


def add_number(input: Any, number: float) -> Any:
    """``input + number`` with one edge."""
    return record(AddBackward1, (input,), np.add(*harmonised(data_of(input), number)))


def sub_number(input: Any, number: float) -> Any:
    """``input - number`` with one edge."""
    return record(SubBackward1, (input,), np.subtract(*harmonised(data_of(input), number)))


def number_sub(number: float, input: Any) -> Any:
    """``number - input`` with two edges and the number taken in the input's dtype, as PyTorch's own losses record it."""
    return SubBackward0.of(np.asarray(number).astype(data_of(input).dtype), input)


def mul_number(input: Any, number: float) -> Any:
    """``input * number`` with one edge."""
    return record(MulBackward1, (input,), np.multiply(*harmonised(data_of(input), number)), (number,))


def div_number(input: Any, number: float) -> Any:
    """``input / number`` with one edge."""
    return record(DivBackward1, (input,), np.asarray(floating(data_of(input)) / floating(data_of(input)).dtype.type(number)), (number,))
