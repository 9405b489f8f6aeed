"""Functions of one number, applied to each: exp, log, sqrt, abs, sign and their like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ._record import Unary, data_of, unary

if TYPE_CHECKING:
    from .._tensor import Tensor

LOG_2 = math.log(2)
LOG_10 = math.log(10)


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


class Exp2Backward0(Unary):
    """y = 2^x: dy/dx = y log 2."""

    __slots__ = ()
    forward = np.exp2
    saves = ("result",)
    vjps = (lambda g, y: g * (y * LOG_2),)


class Log2Backward0(Unary):
    """The logarithm to base 2: 1 / (x log 2)."""

    __slots__ = ()
    forward = np.log2
    saves = ("self",)
    vjps = (lambda g, x: g / (x * LOG_2),)


class Log10Backward0(Unary):
    """The logarithm to base 10: 1 / (x log 10)."""

    __slots__ = ()
    forward = np.log10
    saves = ("self",)
    vjps = (lambda g, x: g / (x * LOG_10),)


class RsqrtBackward0(Unary):
    """y = 1 / sqrt x: dy/dx = -y^3 / 2."""

    __slots__ = ()
    forward = staticmethod(lambda x: 1 / np.sqrt(x))
    saves = ("result",)
    vjps = (lambda g, y: g * (y * y * y * -0.5),)


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
    forward = staticmethod(lambda x: x.copy() if x.dtype == np.bool_ else np.nan_to_num(np.sign(x)))
    floats = False
    frees = False
    vjps = (lambda g: g * 0.0,)


class SgnBackward0(SignBackward0):
    """The sign of x, as ``sgn`` records it: flat."""

    __slots__ = ()


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


def exp2(input: Tensor) -> Tensor:
    """2 to the power of each element.

    >>> import tinygrad_loss as torch
    >>> torch.exp2(torch.tensor([3.0, -1.0]))
    tensor([8.0000, 0.5000])
    """
    return unary(Exp2Backward0, input)  # type: ignore[no-any-return]


def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2.

    >>> import tinygrad_loss as torch
    >>> torch.log2(torch.tensor([8.0, 0.5]))
    tensor([ 3., -1.])
    """
    return unary(Log2Backward0, input)  # type: ignore[no-any-return]


def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10.

    >>> import tinygrad_loss as torch
    >>> torch.log10(torch.tensor([1000.0, 0.1]))
    tensor([ 3., -1.])
    """
    return unary(Log10Backward0, input)  # type: ignore[no-any-return]


def rsqrt(input: Tensor) -> Tensor:
    """1 / sqrt(x).

    >>> import tinygrad_loss as torch
    >>> torch.rsqrt(torch.tensor([4.0, 0.25]))
    tensor([0.5000, 2.0000])
    """
    return unary(RsqrtBackward0, input)  # type: ignore[no-any-return]


def abs(input: Tensor) -> Tensor:
    """The absolute value; its gradient is 0 at 0.

    >>> import tinygrad_loss as torch
    >>> torch.abs(torch.tensor([-1.5, 2.0]))
    tensor([1.5000, 2.0000])
    """
    if getattr(data_of(input), "dtype", None) == np.bool_:
        raise NotImplementedError("\"abs_cpu\" not implemented for 'Bool'")
    return unary(AbsBackward0, input)  # type: ignore[no-any-return]


def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1.

    >>> import tinygrad_loss as torch
    >>> torch.sign(torch.tensor([-1.5, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])
    """
    return unary(SignBackward0, input)  # type: ignore[no-any-return]


def sgn(input: Tensor) -> Tensor:
    """-1, 0 or 1: ``sign``, under the name that is also for complex numbers.

    >>> import tinygrad_loss as torch
    >>> torch.sgn(torch.tensor([-1.5, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])
    """
    return unary(SgnBackward0, input)  # type: ignore[no-any-return]
