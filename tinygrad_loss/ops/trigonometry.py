"""Angles and hyperbolas: sin, cos, tan, their inverses, sinh, cosh and theirs (tanh stands with the sigmoid)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._elementwise import elementwise, wide
from ._record import Binary, array_of, floating
from .pointwise import rsqrt

if TYPE_CHECKING:
    from .._tensor import Tensor

SinBackward0 = elementwise("SinBackward0", "sin x: cos x.", np.sin, "self", lambda g, x: g * (np.cos(x) if type(x) is np.ndarray else cos(x)))
CosBackward0 = elementwise("CosBackward0", "cos x: -sin x.", np.cos, "self", lambda g, x: -g * (np.sin(x) if type(x) is np.ndarray else sin(x)))
TanBackward0 = elementwise("TanBackward0", "y = tan x: 1 + y^2.", wide(np.tan), "result", lambda g, y: g * (y * y + 1.0))
AsinBackward0 = elementwise(
    "AsinBackward0", "asin x: 1 / sqrt(1 - x^2).", wide(np.arcsin), "self", lambda g, x: g * rsqrt(1.0 - x * x)
)
AcosBackward0 = elementwise(
    "AcosBackward0", "acos x: -1 / sqrt(1 - x^2).", wide(np.arccos), "self", lambda g, x: -g * rsqrt(1.0 - x * x)
)
AtanBackward0 = elementwise("AtanBackward0", "atan x: 1 / (1 + x^2).", wide(np.arctan), "self", lambda g, x: g / (x * x + 1.0))
SinhBackward0 = elementwise("SinhBackward0", "sinh x: cosh x.", wide(np.sinh), "self", lambda g, x: g * cosh(x))
CoshBackward0 = elementwise("CoshBackward0", "cosh x: sinh x.", wide(np.cosh), "self", lambda g, x: g * sinh(x))
AsinhBackward0 = elementwise(
    "AsinhBackward0", "The inverse of sinh: 1 / sqrt(x^2 + 1).", wide(np.arcsinh), "self", lambda g, x: g * rsqrt(x * x + 1.0)
)
AcoshBackward0 = elementwise(
    "AcoshBackward0", "The inverse of cosh: 1 / sqrt(x^2 - 1).", wide(np.arccosh), "self", lambda g, x: g * rsqrt(x * x - 1.0)
)
AtanhBackward0 = elementwise(
    "AtanhBackward0", "The inverse of tanh: 1 / (1 - x^2).", wide(np.arctanh), "self", lambda g, x: g / (1.0 - x * x)
)


class Atan2Backward0(Binary):
    """The angle of the point (x, y) = (other, self): x / (x^2 + y^2) for y, -y / (x^2 + y^2) for x."""

    __slots__ = ()
    forward = staticmethod(lambda y, x: np.arctan2(floating(y), floating(x)))
    vjps = (lambda g, y, x: g * (x / (x * x + y * y)), lambda g, y, x: g * (-y / (x * x + y * y)))


def sin(input: Tensor) -> Tensor:
    """The sine of an angle in radians.

    >>> import tinygrad_loss as torch
    >>> torch.sin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8415])
    """
    return SinBackward0.of(input)


def cos(input: Tensor) -> Tensor:
    """The cosine of an angle in radians.

    >>> import tinygrad_loss as torch
    >>> torch.cos(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.5403])
    """
    return CosBackward0.of(input)


def tan(input: Tensor) -> Tensor:
    """The tangent of an angle in radians.

    >>> import tinygrad_loss as torch
    >>> torch.tan(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5574])
    """
    return TanBackward0.of(input)


def asin(input: Tensor) -> Tensor:
    """The angle, in radians, whose sine is given: nan outside [-1, 1].

    >>> import tinygrad_loss as torch
    >>> torch.asin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5708])
    """
    return AsinBackward0.of(input)


def acos(input: Tensor) -> Tensor:
    """The angle, in radians, whose cosine is given: nan outside [-1, 1].

    >>> import tinygrad_loss as torch
    >>> torch.acos(torch.tensor([0.0, 1.0]))
    tensor([1.5708, 0.0000])
    """
    return AcosBackward0.of(input)


def atan(input: Tensor) -> Tensor:
    """The angle, in radians, whose tangent is given.

    >>> import tinygrad_loss as torch
    >>> torch.atan(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7854])
    """
    return AtanBackward0.of(input)


def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine, (e^x - e^-x) / 2.

    >>> import tinygrad_loss as torch
    >>> torch.sinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.1752])
    """
    return SinhBackward0.of(input)


def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine, (e^x + e^-x) / 2.

    >>> import tinygrad_loss as torch
    >>> torch.cosh(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.5431])
    """
    return CoshBackward0.of(input)


def asinh(input: Tensor) -> Tensor:
    """The number whose hyperbolic sine is given.

    >>> import tinygrad_loss as torch
    >>> torch.asinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8814])
    """
    return AsinhBackward0.of(input)


def acosh(input: Tensor) -> Tensor:
    """The number whose hyperbolic cosine is given: nan below 1.

    >>> import tinygrad_loss as torch
    >>> torch.acosh(torch.tensor([1.0, 2.0]))
    tensor([0.0000, 1.3170])
    """
    return AcoshBackward0.of(input)


def atanh(input: Tensor) -> Tensor:
    """The number whose hyperbolic tangent is given: nan outside [-1, 1].

    >>> import tinygrad_loss as torch
    >>> torch.atanh(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.5493])
    """
    return AtanhBackward0.of(input)


def atan2(input: Tensor, other: Tensor) -> Tensor:
    """The angle, in radians, between the x axis and the point (other, input): from -pi to pi.

    >>> import tinygrad_loss as torch
    >>> torch.atan2(torch.tensor([1.0, -1.0]), torch.tensor([1.0, -1.0]))
    tensor([ 0.7854, -2.3562])
    """
    array_of(input, "atan2"), array_of(other, "atan2", "other")
    return Atan2Backward0.of(input, other)
