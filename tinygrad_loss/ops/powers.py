"""Powers: pow, square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import broadcast
from ..autograd.node import Node
from ._kinds import refuse_bool
from ._record import array_of, data_of, harmonised, record
from .arithmetic import operand_or_tensor

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class PowBackward0(Node):
    """x ** n for a number n: n x^(n-1), and 0 everywhere for n = 0."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "exponent")
    vjps = (lambda g, x, n: g * 0.0 if n == 0 else g * (x * n) if n == 2 else g * (power(x, n - 1) * n),)


class PowBackward1(Node):
    """y = x ** n: the gradient of x is g n x^(n-1), that of n is g y log x (0 where x is 0 and n is not negative)."""

    __slots__ = ()
    inputs = ("self", "exponent")
    saves = ("self", "exponent", "result")
    vjps = (
        lambda g, x, n, y: g * n * power(x, n - (data_of(n) != 0)),
        lambda g, x, n, y: g * y * log_of_base(x, n),
    )


class PowBackward2(Node):
    """y = a ** n for a number a: g y log a."""

    __slots__ = ()
    inputs = ("exponent",)
    saves = ("self", "exponent", "result")
    vjps = (lambda g, a, n, y: g * y * log_of_base(a, n),)


def pow(input: Tensor | Number, exponent: Tensor | Number) -> Tensor:
    """``input ** exponent``; one of the two may be a number. Integers to a negative whole power are an error.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0, 3.0]) ** 2, torch.pow(2, torch.tensor([1.0, 3.0]))
    (tensor([1., 4., 9.]), tensor([2., 8.]))
    """
    if not (hasattr(input, "_data") or hasattr(exponent, "_data")):
        array_of(input, "pow() received an invalid combination of arguments: pow")
    x = data_of(operand_or_tensor(PowBackward0, input))
    n = data_of(operand_or_tensor(PowBackward0, exponent))
    if hasattr(input, "_data") and not isinstance(n, np.ndarray):
        if x.dtype.kind != "f":
            x, _ = harmonised(x, n)
        refuse_bool(x, "pow")
        if x.dtype.kind in "iu" and n < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed. Convert the base first: x.float() ** n")
        return record(PowBackward0, (input,), power(x, n), (x, n))  # type: ignore[no-any-return]
    a, b = harmonised(x, n)
    broadcast([a.shape, b.shape], "pow")
    refuse_bool(a, "pow")
    if a.dtype.kind in "iu" and np.any(b < 0):
        out = np.asarray(np.where(b < 0, (np.abs(a) == 1) * np.where(b % 2, a, 1), np.power(a, np.maximum(b, 0))), a.dtype)
    else:
        out = np.power(a, b)
    if not isinstance(x, np.ndarray):
        return record(PowBackward2, (exponent,), out, (x, b, out))  # type: ignore[no-any-return]
    return record(PowBackward1, (input, exponent), out, (a, b, out))  # type: ignore[no-any-return]


def rpow(input: Tensor, other: Number) -> Tensor:
    """``other ** input``: what ``2 ** x`` calls."""
    return pow(other, input)


def square(input: Tensor) -> Tensor:
    """``input ** 2``.

    >>> import tinygrad_loss as torch
    >>> torch.square(torch.tensor([1.0, -3.0]))
    tensor([1., 9.])
    """
    return pow(input, 2)


def power(x: Any, n: Any) -> Any:
    """x ** n of arrays or tensors: the array's own dtype for a whole or broken number n."""
    if hasattr(x, "_data") or hasattr(n, "_data"):
        return pow(x, n)
    return x * x if isinstance(n, (int, float)) and n == 2 else np.power(x, n)


def log_of_base(x: Any, n: Any) -> Any:
    """log x for the gradient of x ** n: 0 where x = 0 and n >= 0, since 0 ** n does not change there."""
    flat = (data_of(x) == 0) & (data_of(n) >= 0)
    if hasattr(x, "_data"):
        return (x + flat).log()
    return np.log(np.asarray(x + flat, data_of(n).dtype))
