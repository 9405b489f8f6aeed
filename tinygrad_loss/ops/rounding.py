"""Whole numbers and remainders: floor, ceil, round, trunc, frac, %, //.

Rounding is flat between its steps, so no gradient flows through it; a remainder x - n y keeps the gradient of x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._elementwise import elementwise, flat, passed
from ._record import Array, Binary, Unary, constant, harmonised, operand, record
from ._strict import tensor_of
from .arithmetic import div

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


FloorBackward0 = elementwise("FloorBackward0", "floor x is flat.", np.floor, "", flat, floats=False)
CeilBackward0 = elementwise("CeilBackward0", "ceil x is flat.", np.ceil, "", flat, floats=False)
RoundBackward0 = elementwise("RoundBackward0", "round x is flat.", np.rint, "", flat, floats=False)
RoundBackward1 = elementwise("RoundBackward1", "x rounded to decimals is flat.", np.rint, "", flat, floats=False)
TruncBackward0 = elementwise("TruncBackward0", "trunc x is flat.", np.trunc, "", flat, floats=False)
FracBackward0 = elementwise("FracBackward0", "x - trunc x: 1.", lambda x: x - np.trunc(x), "", passed)
RemainderBackward0 = elementwise("RemainderBackward0", "x % number: 1.", np.remainder, "", passed)
FmodBackward0 = elementwise("FmodBackward0", "fmod(x, number): 1.", np.fmod, "", passed)


class RemainderBackward1(Binary):
    """x - floor(x / y) y: the gradient of x is g, that of y is -g floor(x / y)."""

    __slots__ = ()
    forward = np.remainder
    vjps = (lambda g, x, y: g, lambda g, x, y: -g * div(x, y, rounding_mode="floor"))


class FmodBackward1(Binary):
    """x - trunc(x / y) y: the gradient of x is g, that of y is -g trunc(x / y)."""

    __slots__ = ()
    forward = np.fmod
    vjps = (lambda g, x, y: g, lambda g, x, y: -g * div(x, y, rounding_mode="trunc"))


class NotImplementedBackward(Node):
    """An operation that PyTorch does not differentiate either: a backward through it is an error."""

    __slots__ = ()
    saves = ("message",)
    frees = False

    def name(self) -> str:
        """PyTorch's name for such a node."""
        return "torch::autograd::NotImplemented"

    def vjp(self, g: Any, *saved: Any) -> Sequence[Any]:
        raise RuntimeError(saved[0])


def floor(input: Tensor) -> Tensor:
    """The largest whole number that is not above each element.

    >>> import tinygrad_loss as torch
    >>> torch.floor(torch.tensor([-1.5, 2.7]))
    tensor([-2.,  2.])
    """
    return _flat(FloorBackward0, input, "floor_vml")  # type: ignore[no-any-return]


def ceil(input: Tensor) -> Tensor:
    """The smallest whole number that is not below each element.

    >>> import tinygrad_loss as torch
    >>> torch.ceil(torch.tensor([-1.5, 2.2]))
    tensor([-1.,  3.])
    """
    return _flat(CeilBackward0, input, "ceil_vml")  # type: ignore[no-any-return]


def round(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """The nearest whole number, the even one of two that are equally near; or rounded to ``decimals``.

    >>> import tinygrad_loss as torch
    >>> torch.round(torch.tensor([0.5, 1.5, -2.7])), torch.round(torch.tensor(3.14159), decimals=2)
    (tensor([ 0.,  2., -3.]), tensor(3.1400))
    """
    if decimals is None:
        return _flat(RoundBackward0, input, "round_vml")  # type: ignore[no-any-return]
    x = _only_floats(input, "round")
    scale = x.dtype.type(10.0 ** abs(decimals))
    return record(RoundBackward1, (input,), np.rint(x * scale) / scale if decimals > 0 else np.rint(x / scale) * scale)  # type: ignore[no-any-return]


def trunc(input: Tensor) -> Tensor:
    """The whole number towards 0.

    >>> import tinygrad_loss as torch
    >>> torch.trunc(torch.tensor([-1.5, 2.7]))
    tensor([-1.,  2.])
    """
    return _flat(TruncBackward0, input, "trunc")  # type: ignore[no-any-return]


def frac(input: Tensor) -> Tensor:
    """What is left of each element without its whole number: ``x - trunc(x)``.

    >>> import tinygrad_loss as torch
    >>> torch.frac(torch.tensor([-1.5, 2.25]))
    tensor([-0.5000,  0.2500])
    """
    _only_floats(input, "frac")
    return FracBackward0.of(input)


def _flat(op: type[Unary], input: Any, kernel: str) -> Any:
    x = tensor_of(input, kernel.removesuffix("_vml"))
    if x.dtype == np.bool_:
        raise NotImplementedError(f"\"{kernel}_cpu\" not implemented for 'Bool'")
    return op.of(input) if x.dtype.kind == "f" else constant((input,), x.copy())


def _only_floats(input: Any, name: str) -> Array:
    x = tensor_of(input, name)
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{type_word(x.dtype)}'")
    return x


def _divided(op: type[Node], one: type[Unary], input: Any, other: Any, name: str) -> Any:
    """A remainder, after the checks of its operands; ``one`` is the node where ``other`` is a number."""
    if not isinstance(other, Variable):
        tensor_of(input, f"{name}() received an invalid combination of arguments: {name}")
    a, b = harmonised(_operand(input), _operand(other))
    if a.dtype == np.bool_:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    check_divisor(b, name)
    if isinstance(other, Variable) and isinstance(input, Variable):
        return op.of(input, other)  # type: ignore[attr-defined]
    out = np.asarray(op.forward(a, b))  # type: ignore[attr-defined]
    if isinstance(other, Variable):
        return record(NotImplementedBackward, (other,), out, (f"derivative for aten::{name} is not implemented",))
    return record(one, (input,), out)


def _operand(value: Any) -> Any:
    return value._data if isinstance(value, Variable) else operand(RemainderBackward1, value)


def check_divisor(b: Array, name: str) -> None:
    """RuntimeError for a division of integers by 0."""
    if b.dtype.kind in "iu" and not np.all(b):
        raise RuntimeError(
            f"ZeroDivisionError: {name}() of integers by zero. Floating-point numbers would give inf or nan: x.float()"
        )


def remainder(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input % other``: what is left after a division rounded down; it has the sign of ``other``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([5, -5]) % 3
    tensor([2, 1])
    """
    return _divided(RemainderBackward1, RemainderBackward0, input, other, "remainder")  # type: ignore[no-any-return]


def fmod(input: Tensor, other: Tensor | Number) -> Tensor:
    """What is left after a division rounded towards 0; it has the sign of ``input``.

    >>> import tinygrad_loss as torch
    >>> torch.fmod(torch.tensor([5, -5]), 3)
    tensor([ 2, -2])
    """
    tensor_of(input, "fmod() received an invalid combination of arguments: fmod")
    return _divided(FmodBackward1, FmodBackward0, input, other, "fmod")  # type: ignore[no-any-return]


def floor_divide(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input // other``: a division rounded down. PyTorch gives it no derivative (``div(..., rounding_mode="floor")`` has one).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([7, -7]) // 2
    tensor([ 3, -4])
    """
    a, b = harmonised(_operand(input), _operand(other))
    if a.dtype == np.bool_:
        raise NotImplementedError("\"div_floor_cpu\" not implemented for 'Bool'")
    check_divisor(b, "floor_divide")
    tensors = [x for x in (input, other) if isinstance(x, Variable)]
    return record(  # type: ignore[no-any-return]
        NotImplementedBackward,
        tensors,
        np.asarray(np.floor_divide(a, b)),
        ("derivative for aten::floor_divide is not implemented",),
    )  # type: ignore[no-any-return]
