"""The error function and the gamma function, from kernels/special.py."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..autograd.node import Node
from ..kernels import special
from ._elementwise import elementwise
from ._record import array_of, floating, record
from .pointwise import exp
from .powers import power

if TYPE_CHECKING:
    from .._tensor import Tensor

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)

ErfBackward0 = elementwise(
    "ErfBackward0", "erf x: 2 / sqrt(pi) e^(-x^2).", special.erf, "self", lambda g, x: g * TWO_OVER_ROOT_PI * exp(-(x * x))
)
ErfinvBackward0 = elementwise(
    "ErfinvBackward0",
    "The inverse of erf: sqrt(pi) / 2 e^(y^2) for y = erfinv x.",
    special.erfinv,
    "self",
    lambda g, x: g / TWO_OVER_ROOT_PI * exp(power(erfinv(x), 2)),
)
LgammaBackward0 = elementwise(
    "LgammaBackward0", "log |gamma(x)|: digamma(x).", special.lgamma, "self", lambda g, x: g * digamma(x)
)
DigammaBackward0 = elementwise(
    "DigammaBackward0",
    "digamma(x): polygamma(1, x).",
    lambda x: special.polygamma(0, x),
    "self",
    lambda g, x: g * polygamma(1, x),
)


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
    return ErfBackward0.of(input)


def erfinv(input: Tensor) -> Tensor:
    """The number whose error function is given: infinite at -1 and 1, nan outside.

    >>> import tinygrad_loss as torch
    >>> torch.erfinv(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.4769])
    """
    return ErfinvBackward0.of(input)


def lgamma(input: Tensor) -> Tensor:
    """The logarithm of the absolute value of the gamma function; for a whole n, log((n - 1)!).

    >>> import tinygrad_loss as torch
    >>> torch.lgamma(torch.tensor([5.0, 0.5]))
    tensor([3.1781, 0.5724])
    """
    return LgammaBackward0.of(input)


def digamma(input: Tensor) -> Tensor:
    """The derivative of lgamma.

    >>> import tinygrad_loss as torch
    >>> torch.digamma(torch.tensor([1.0, 0.5]))
    tensor([-0.5772, -1.9635])
    """
    return DigammaBackward0.of(input)


def polygamma(n: int, input: Tensor) -> Tensor:
    """The n-th derivative of digamma (x > 0 for n of 2 or more).

    >>> import tinygrad_loss as torch
    >>> torch.polygamma(1, torch.tensor([1.0]))
    tensor([1.6449])
    """
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n: {n}.")
    x = floating(array_of(input, "polygamma"))
    return record(PolygammaBackward0, (input,), special.polygamma(n, x), (x, n))  # type: ignore[no-any-return]


def polygamma_method(input: Tensor, n: int) -> Tensor:
    """The n-th derivative of digamma: ``x.polygamma(n)``."""
    return polygamma(n, input)
