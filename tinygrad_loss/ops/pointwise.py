"""Functions of one number, applied to each: exp, log, sqrt, abs, sign and their like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ._elementwise import elementwise, flat, wide
from ._record import data_of

if TYPE_CHECKING:
    from .._tensor import Tensor

LOG_2 = math.log(2)
LOG_10 = math.log(10)

ExpBackward0 = elementwise("ExpBackward0", "y = e^x: y.", np.exp, "result", lambda g, y: g * y)
Exp2Backward0 = elementwise("Exp2Backward0", "y = 2^x: y log 2.", wide(np.exp2), "result", lambda g, y: g * (y * LOG_2))
Expm1Backward0 = elementwise("Expm1Backward0", "y = e^x - 1: y + 1.", wide(np.expm1), "result", lambda g, y: g * (y + 1.0))
LogBackward0 = elementwise("LogBackward0", "log x: 1 / x.", np.log, "self", lambda g, x: g / x)
Log2Backward0 = elementwise("Log2Backward0", "log x / log 2: 1 / (x log 2).", wide(np.log2), "self", lambda g, x: g / (x * LOG_2))
Log10Backward0 = elementwise(
    "Log10Backward0", "log x / log 10: 1 / (x log 10).", wide(np.log10), "self", lambda g, x: g / (x * LOG_10)
)
Log1PBackward0 = elementwise("Log1PBackward0", "log(1 + x): 1 / (1 + x).", wide(np.log1p), "self", lambda g, x: g / (x + 1.0))
SqrtBackward0 = elementwise("SqrtBackward0", "y = sqrt x: 1 / (2 y).", np.sqrt, "result", lambda g, y: g / (y * 2.0))
RsqrtBackward0 = elementwise(
    "RsqrtBackward0", "y = 1 / sqrt x: -y^3 / 2.", lambda x: 1 / np.sqrt(x), "result", lambda g, y: g * (y * y * y * -0.5)
)
AbsBackward0 = elementwise(
    "AbsBackward0", "|x|: the sign of x, 0 at 0.", np.absolute, "self", lambda g, x: g * sign(x), floats=False
)
SignBackward0 = elementwise("SignBackward0", "The sign of x is flat.", lambda x: _sign(x), "", flat, floats=False)


def _sign(x: Any) -> Any:
    return x.copy() if x.dtype == np.bool_ else np.nan_to_num(np.sign(x))


def exp(input: Tensor) -> Tensor:
    """e to the power of each element.

    >>> import tinygrad_loss as torch
    >>> torch.exp(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """
    return ExpBackward0.of(input)


def exp2(input: Tensor) -> Tensor:
    """2 to the power of each element.

    >>> import tinygrad_loss as torch
    >>> torch.exp2(torch.tensor([3.0, -1.0]))
    tensor([8.0000, 0.5000])
    """
    return Exp2Backward0.of(input)


def expm1(input: Tensor) -> Tensor:
    """e^x - 1, right to the last digit for small x too.

    >>> import tinygrad_loss as torch
    >>> torch.expm1(torch.tensor([1e-6, 1.0]))
    tensor([1.0000e-06, 1.7183e+00])
    """
    return Expm1Backward0.of(input)


def log(input: Tensor) -> Tensor:
    """The natural logarithm: -inf at 0, nan below.

    >>> import tinygrad_loss as torch
    >>> torch.log(torch.tensor([1.0, 0.0, -1.0]))
    tensor([0., -inf, nan])
    """
    return LogBackward0.of(input)


def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2.

    >>> import tinygrad_loss as torch
    >>> torch.log2(torch.tensor([8.0, 0.5]))
    tensor([ 3., -1.])
    """
    return Log2Backward0.of(input)


def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10.

    >>> import tinygrad_loss as torch
    >>> torch.log10(torch.tensor([1000.0, 10.0]))
    tensor([3., 1.])
    """
    return Log10Backward0.of(input)


def log1p(input: Tensor) -> Tensor:
    """log(1 + x), right to the last digit for small x too.

    >>> import tinygrad_loss as torch
    >>> torch.log1p(torch.tensor([1e-6]))
    tensor([1.0000e-06])
    """
    return Log1PBackward0.of(input)


def sqrt(input: Tensor) -> Tensor:
    """The square root: nan below 0.

    >>> import tinygrad_loss as torch
    >>> torch.sqrt(torch.tensor([4.0, 2.0]))
    tensor([2.0000, 1.4142])
    """
    return SqrtBackward0.of(input)


def rsqrt(input: Tensor) -> Tensor:
    """1 / sqrt(x).

    >>> import tinygrad_loss as torch
    >>> torch.rsqrt(torch.tensor([4.0, 0.25]))
    tensor([0.5000, 2.0000])
    """
    return RsqrtBackward0.of(input)


def abs(input: Tensor) -> Tensor:
    """The absolute value; its gradient is 0 at 0.

    >>> import tinygrad_loss as torch
    >>> torch.abs(torch.tensor([-1.5, 2.0]))
    tensor([1.5000, 2.0000])
    """
    if getattr(data_of(input), "dtype", None) == np.bool_:
        raise NotImplementedError("\"abs_cpu\" not implemented for 'Bool'")
    return AbsBackward0.of(input)


def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1.

    >>> import tinygrad_loss as torch
    >>> torch.sign(torch.tensor([-1.5, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])
    """
    return SignBackward0.of(input)
