"""The error function and the gamma function, from kernels/special.py."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..autograd.node import Node
from ..kernels import special
from ._record import Unary, array_of, floating, record, unary
from .pointwise import exp

if TYPE_CHECKING:
    from .._tensor import Tensor

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


class ErfBackward0(Unary):
    """erf x: 2 / sqrt(pi) e^(-x^2)."""

    __slots__ = ()
    forward = special.erf
    saves = ("self",)
    vjps = (lambda g, x: g * (exp(-(x * x)) * TWO_OVER_ROOT_PI),)


class ErfcBackward0(Unary):
    """1 - erf x: -2 / sqrt(pi) e^(-x^2)."""

    __slots__ = ()
    forward = special.erfc
    saves = ("self",)
    vjps = (lambda g, x: g * (exp(-(x * x)) * -TWO_OVER_ROOT_PI),)


class ErfinvBackward0(Unary):
    """The inverse of erf: sqrt(pi) / 2 e^(y^2) for y = erfinv x."""

    __slots__ = ()
    forward = special.erfinv
    saves = ("self",)
    vjps = (lambda g, x: g * (exp(erfinv(x) ** 2) / TWO_OVER_ROOT_PI),)


class LgammaBackward0(Unary):
    """log |gamma(x)|: digamma(x)."""

    __slots__ = ()
    forward = special.lgamma
    saves = ("self",)
    vjps = (lambda g, x: g * digamma(x),)


class DigammaBackward0(Unary):
    """digamma(x): polygamma(1, x)."""

    __slots__ = ()
    forward = staticmethod(lambda x: special.polygamma(0, x))
    saves = ("self",)
    vjps = (lambda g, x: g * polygamma(1, x),)


class PolygammaBackward0(Node):
    """polygamma(n, x): polygamma(n + 1, x)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "n")
    vjps = (lambda g, x, n: g * polygamma(n + 1, x),)


def erf(input: Tensor) -> Tensor:
    """The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    >>> import tinygrad_loss as torch
    >>> torch.erf(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8427])
    """
    return unary(ErfBackward0, input)  # type: ignore[no-any-return]


def erfc(input: Tensor) -> Tensor:
    """1 - erf(x), right to the last digits for large x too.

    >>> import tinygrad_loss as torch
    >>> torch.erfc(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.1573])
    """
    return unary(ErfcBackward0, input)  # type: ignore[no-any-return]


def erfinv(input: Tensor) -> Tensor:
    """The number whose error function is given: infinite at -1 and 1, nan outside.

    >>> import tinygrad_loss as torch
    >>> torch.erfinv(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.4769])
    """
    return unary(ErfinvBackward0, input)  # type: ignore[no-any-return]


def lgamma(input: Tensor) -> Tensor:
    """The logarithm of the absolute value of the gamma function; for a whole n, log((n - 1)!).

    >>> import tinygrad_loss as torch
    >>> torch.lgamma(torch.tensor([5.0, 0.5]))
    tensor([3.1781, 0.5724])
    """
    return unary(LgammaBackward0, input)  # type: ignore[no-any-return]


def digamma(input: Tensor) -> Tensor:
    """The derivative of lgamma.

    >>> import tinygrad_loss as torch
    >>> torch.digamma(torch.tensor([1.0, 0.5]))
    tensor([-0.5772, -1.9635])
    """
    return unary(DigammaBackward0, input)  # type: ignore[no-any-return]


def polygamma(n: int, input: Tensor) -> Tensor:
    """The n-th derivative of digamma (x > 0 for n of 2 or more).

    >>> import tinygrad_loss as torch
    >>> torch.polygamma(1, torch.tensor([1.0]))
    tensor([1.6449])
    """
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n, got {n}.")
    x = floating(array_of(input, "polygamma"))
    return record(PolygammaBackward0, (input,), special.polygamma(n, x), (x, n))  # type: ignore[no-any-return]
