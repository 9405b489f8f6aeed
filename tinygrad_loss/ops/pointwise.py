"""Functions of one number, applied to each: exp, log, sin, sqrt and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._record import Unary, unary

if TYPE_CHECKING:
    from .._tensor import Tensor


class ExpBackward0(Unary):
    """y = e^x: dy/dx = y."""

    __slots__ = ()
    forward = np.exp
    saves = ("result",)
    vjps = (lambda g, y: g * y,)


class Expm1Backward0(Unary):
    """y = e^x - 1: dy/dx = y + 1."""

    __slots__ = ()
    forward = np.expm1
    saves = ("result",)
    vjps = (lambda g, y: g * (y + 1.0),)


class LogBackward0(Unary):
    """log x: 1 / x."""

    __slots__ = ()
    forward = np.log
    saves = ("self",)
    vjps = (lambda g, x: g / x,)


class Log1PBackward0(Unary):
    """log(1 + x): 1 / (1 + x)."""

    __slots__ = ()
    forward = np.log1p
    saves = ("self",)
    vjps = (lambda g, x: g / (x + 1.0),)


class SqrtBackward0(Unary):
    """y = sqrt x: dy/dx = 1 / (2 y)."""

    __slots__ = ()
    forward = np.sqrt
    saves = ("result",)
    vjps = (lambda g, y: g / (y * 2.0),)


class SinBackward0(Unary):
    """sin x: cos x."""

    __slots__ = ()
    forward = np.sin
    saves = ("self",)
    vjps = (lambda g, x: g * cos(x),)


class CosBackward0(Unary):
    """cos x: -sin x."""

    __slots__ = ()
    forward = np.cos
    saves = ("self",)
    vjps = (lambda g, x: g * -sin(x),)


class AbsBackward0(Unary):
    """|x|: the sign of x, 0 at 0."""

    __slots__ = ()
    forward = np.absolute
    floats = False
    saves = ("self",)
    vjps = (lambda g, x: g * sign(x),)


class SignBackward0(Unary):
    """The sign of x is flat: no gradient flows."""

    __slots__ = ()
    forward = np.sign
    floats = False
    frees = False
    vjps = (lambda g: g * 0.0,)


def exp(input: Tensor) -> Tensor:
    """e to the power of each element.

    >>> import tinygrad_loss as torch
    >>> torch.exp(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """
    return unary(ExpBackward0, input)  # type: ignore[no-any-return]


def expm1(input: Tensor) -> Tensor:
    """e^x - 1, right to the last digit for small x too.

    >>> import tinygrad_loss as torch
    >>> torch.expm1(torch.tensor([1e-6, 1.0]))
    tensor([1.0000e-06, 1.7183e+00])
    """
    return unary(Expm1Backward0, input)  # type: ignore[no-any-return]


def log(input: Tensor) -> Tensor:
    """The natural logarithm: -inf at 0, nan below.

    >>> import tinygrad_loss as torch
    >>> torch.log(torch.tensor([1.0, 0.0, -1.0]))
    tensor([0., -inf, nan])
    """
    return unary(LogBackward0, input)  # type: ignore[no-any-return]


def log1p(input: Tensor) -> Tensor:
    """log(1 + x), right to the last digit for small x too.

    >>> import tinygrad_loss as torch
    >>> torch.log1p(torch.tensor([1e-6]))
    tensor([1.0000e-06])
    """
    return unary(Log1PBackward0, input)  # type: ignore[no-any-return]


def sqrt(input: Tensor) -> Tensor:
    """The square root: nan below 0.

    >>> import tinygrad_loss as torch
    >>> torch.sqrt(torch.tensor([4.0, 2.0]))
    tensor([2.0000, 1.4142])
    """
    return unary(SqrtBackward0, input)  # type: ignore[no-any-return]


def sin(input: Tensor) -> Tensor:
    """The sine of an angle in radians.

    >>> import tinygrad_loss as torch
    >>> torch.sin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8415])
    """
    return unary(SinBackward0, input)  # type: ignore[no-any-return]


def cos(input: Tensor) -> Tensor:
    """The cosine of an angle in radians.

    >>> import tinygrad_loss as torch
    >>> torch.cos(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.5403])
    """
    return unary(CosBackward0, input)  # type: ignore[no-any-return]


def abs(input: Tensor) -> Tensor:
    """The absolute value; its gradient is 0 at 0.

    >>> import tinygrad_loss as torch
    >>> torch.abs(torch.tensor([-1.5, 2.0]))
    tensor([1.5000, 2.0000])
    """
    return unary(AbsBackward0, input)  # type: ignore[no-any-return]


def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1.

    >>> import tinygrad_loss as torch
    >>> torch.sign(torch.tensor([-1.5, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])
    """
    return unary(SignBackward0, input)  # type: ignore[no-any-return]
