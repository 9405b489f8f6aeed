"""More functions of one number: erfc, logit, sinc, Bessel functions, entropy, angles, signs, and nan made a number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.node import Node
from ..kernels import special
from ..kernels.bessel import scaled_i
from ._elementwise import elementwise, flat
from ._record import Array, Binary, array_of, constant, data_of, floating, record
from ._strict import tensor_of
from .arithmetic import add_number, mul_number
from .entropies import _x_log_y as x_log_y
from .gammas import TWO_OVER_ROOT_PI, digamma, erf, lgamma
from .pointwise import exp, log, sign
from .selection import where
from .trigonometry import cos, sin

if TYPE_CHECKING:
    from .._tensor import Tensor

ErfcBackward0 = elementwise(
    "ErfcBackward0", "1 - erf x: -2 / sqrt(pi) e^(-x^2).", special.erfc, "self", lambda g, x: g * -TWO_OVER_ROOT_PI * exp(-(x * x))
)
SincBackward0 = elementwise(
    "SincBackward0", "sin(pi x) / (pi x): (pi x cos(pi x) - sin(pi x)) / (pi x^2).", np.sinc, "self", lambda g, x: g * _sinc_slope(x)
)
I0Backward0 = elementwise("I0Backward0", "I_0(x): I_1(x).", lambda x: _bessel(0, x), "self", lambda g, x: g * i1(x))
Deg2RadBackward0 = elementwise(
    "Deg2RadBackward0", "Degrees in radians: pi / 180.", lambda x: x * x.dtype.type(math.pi / 180), "", lambda g: g * (math.pi / 180)
)
Rad2DegBackward0 = elementwise(
    "Rad2DegBackward0", "Radians in degrees: 180 / pi.", lambda x: x * x.dtype.type(180 / math.pi), "", lambda g: g * (180 / math.pi)
)
SpecialEntrBackward0 = elementwise(
    "SpecialEntrBackward0", "-x log x: -(1 + log x).", lambda x: _entropy(x), "self", lambda g, x: -g - g * log(x)
)
AngleBackward0 = elementwise(
    "AngleBackward0", "0 for numbers from 0 on, pi below: flat.", lambda x: _angle(x), "self", lambda g, x: g * 0.0
)
NanToNumBackward0 = elementwise(
    "NanToNumBackward0",
    "x with numbers in place of nan and infinities: the gradient passes elsewhere.",
    np.nan_to_num,
    "self",
    lambda g, x: where(np.isfinite(data_of(x)), g, 0.0),
)


class SgnBackward0(Node):
    """The sign of x is flat."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: flat(g),)


class SpecialI0EBackward0(Node):
    """y = e^-|x| I_0(x): e^-|x| I_1(x) - sign(x) y."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: g * (i1e(x) - sign(x) * y),)


class SpecialI1Backward0(Node):
    """y = I_1(x): I_0(x) - y / x, and 1/2 at 0."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: g * where(data_of(x) == 0, 0.5, i0(x) - y / where(data_of(x) == 0, 1.0, x)),)


class SpecialI1EBackward0(Node):
    """y = e^-|x| I_1(x): e^-|x| I_0(x) - y (sign(x) + 1 / x), and 1/2 at 0."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (
        lambda g, x, y: g * where(data_of(x) == 0, 0.5, i0e(x) - y * (sign(x) + 1.0 / where(data_of(x) == 0, 1.0, x))),
    )


class LogitBackward0(Node):
    """log(x / (1 - x)): 1 / (x (1 - x)); where x is held in [eps, 1 - eps], 0 outside."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "eps")
    vjps = (lambda g, x, eps: _logit_gradient(g, x, eps),)


class MvlgammaBackward0(Node):
    """The logarithm of the multivariate gamma function: the sum of digamma(x + (1 - j) / 2) for j = 1, ..., p."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "p")
    vjps = (lambda g, x, p: g * _summed(digamma, x, p),)


class SpecialXlog1PyBackward0(Binary):
    """x log(1 + y): log(1 + y) for x (0 where x is 0 and y is not above -1), x / (1 + y) for y."""

    __slots__ = ()
    forward = staticmethod(lambda x, y: x_log_y(x, np.asarray(floating(np.asarray(y)) + 1.0)))
    vjps = (
        lambda g, x, y: where((data_of(x) == 0) & (data_of(y) <= -1), 0.0, g * log(y + 1.0)),
        lambda g, x, y: g * (x / (y + 1.0)),
    )


def _sinc_slope(x: Any) -> Any:
    at_zero = data_of(x) == 0
    safe = where(at_zero, 1.0, x)
    turn = safe * math.pi
    return where(at_zero, 0.0, (turn * cos(turn) - sin(turn)) / (turn * safe))


def _bessel(order: int, x: Array) -> Array:
    return np.asarray(scaled_i(order, x) * np.exp(np.abs(x.astype(np.float64)))).astype(x.dtype)


def _entropy(x: Array) -> Array:
    return np.asarray(np.where(x > 0, -x * np.log(x), np.where(x == 0, 0, np.where(np.isnan(x), x, -np.inf)))).astype(x.dtype)


def _angle(x: Array) -> Array:
    return np.asarray(np.where(x < 0, math.pi, np.where(np.isnan(x), x, 0))).astype(x.dtype)


def _logit_gradient(g: Any, x: Any, eps: float | None) -> Any:
    values = data_of(x)
    low = 0.0 if eps is None else eps
    outside = (values < low) | (values > 1 - low)
    return where(outside, math.nan if eps is None else 0.0, g / (x * (1.0 - x)))


def _summed(function: Any, x: Any, p: int) -> Any:
    """The sum of function(x + (1 - j) / 2) for j = 1, ..., p."""
    total = function(x)
    for j in range(2, p + 1):
        total = total + function(x + (1 - j) / 2)
    return total


def erfc(input: Tensor) -> Tensor:
    """1 - erf(x), right to the last digits for large x too.

    >>> import tinygrad_loss as torch
    >>> torch.erfc(torch.tensor([0.0, 1.0, 5.0]))
    tensor([1.0000e+00, 1.5730e-01, 1.5375e-12])
    """
    return ErfcBackward0.of(input)


def sinc(input: Tensor) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0.

    >>> import tinygrad_loss as torch
    >>> torch.sinc(torch.tensor([0.0, 0.5]))
    tensor([1.0000, 0.6366])
    """
    return SincBackward0.of(input)


def i0(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    >>> import tinygrad_loss as torch
    >>> torch.i0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])
    """
    return I0Backward0.of(input)


def _with_result(op: type[Node], input: Any, function: Any, name: str) -> Any:
    x = floating(array_of(input, name))
    out = np.asarray(function(x)).astype(x.dtype)
    return record(op, (input,), out, (x, out))


def i0e(input: Tensor) -> Tensor:
    """exp(-|x|) times ``i0(x)``: it does not overflow."""
    return _with_result(SpecialI0EBackward0, input, lambda x: scaled_i(0, x), "special_i0e")  # type: ignore[no-any-return]


def i1(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 1."""
    return _with_result(SpecialI1Backward0, input, lambda x: _bessel(1, x), "special_i1")  # type: ignore[no-any-return]


def i1e(input: Tensor) -> Tensor:
    """exp(-|x|) times ``i1(x)``: it does not overflow."""
    return _with_result(SpecialI1EBackward0, input, lambda x: scaled_i(1, x), "special_i1e")  # type: ignore[no-any-return]


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """log(x / (1 - x)), the inverse of the sigmoid; with ``eps``, x is held in [eps, 1 - eps] first.

    >>> import tinygrad_loss as torch
    >>> torch.logit(torch.tensor([0.5, 0.9, 1.0])), torch.logit(torch.tensor([1.0]), eps=0.1)
    (tensor([0.0000, 2.1972,    inf]), tensor([2.1972]))
    """
    x = floating(tensor_of(input, "logit"))
    held = x if eps is None else np.clip(x, x.dtype.type(eps), x.dtype.type(1 - eps))
    return record(LogitBackward0, (input,), np.asarray(np.log(held / (1 - held))), (x, eps))  # type: ignore[no-any-return]


def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension ``p``, for x > (p - 1) / 2.

    >>> import tinygrad_loss as torch
    >>> torch.mvlgamma(torch.tensor([3.0]), 2)
    tensor([1.5502])
    """
    if p < 1:
        raise RuntimeError(f"p has to be greater than or equal to 1, not {p} (mvlgamma)")
    if tensor_of(input, "mvlgamma").dtype == np.bool_:
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    x = floating(tensor_of(input, "mvlgamma"))
    out = np.asarray(_summed(lgamma, x, p) + x.dtype.type(p * (p - 1) / 4 * math.log(math.pi)))
    return record(MvlgammaBackward0, (input,), out, (x, p))  # type: ignore[no-any-return]


def entr(input: Tensor) -> Tensor:
    """-x log x: 0 at 0, -inf below.

    >>> import tinygrad_loss as torch
    >>> torch.special.entr(torch.tensor([-1.0, 0.0, 0.5]))
    tensor([  -inf, 0.0000, 0.3466])
    """
    return SpecialEntrBackward0.of(input)


def xlog1py(input: Tensor, other: Tensor) -> Tensor:
    """``input * log1p(other)``, but 0 where ``input`` is 0.

    >>> import tinygrad_loss as torch
    >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 0.0]))
    tensor([0., 0.])
    """
    if not (hasattr(input, "_data") or hasattr(other, "_data")):
        array_of(input, "xlog1py() received an invalid combination of arguments: xlog1py")
    return SpecialXlog1PyBackward0.of(input, other)


def ndtr(input: Tensor) -> Tensor:
    """The chance that a normal random number is below x.

    >>> import tinygrad_loss as torch
    >>> torch.special.ndtr(torch.tensor([0.0, 1.96]))
    tensor([0.5000, 0.9750])
    """
    return mul_number(add_number(erf(mul_number(input, math.sqrt(0.5))), 1), 0.5)  # type: ignore[no-any-return]


def deg2rad(input: Tensor) -> Tensor:
    """Degrees in radians.

    >>> import tinygrad_loss as torch
    >>> torch.deg2rad(torch.tensor([180.0]))
    tensor([3.1416])
    """
    return Deg2RadBackward0.of(_no_bool(input, "deg2rad"))


def rad2deg(input: Tensor) -> Tensor:
    """Radians in degrees.

    >>> import tinygrad_loss as torch
    >>> torch.rad2deg(torch.tensor([3.1415927]))
    tensor([180.])
    """
    return Rad2DegBackward0.of(_no_bool(input, "rad2deg"))


def _no_bool(input: Any, name: str) -> Any:
    if array_of(input, name).dtype == np.bool_:
        return input.float() if hasattr(input, "_data") else floating(input)
    return input


def sgn(input: Tensor) -> Tensor:
    """The sign: -1, 0 or 1. The same as ``sign`` for real numbers."""
    x = tensor_of(input, "sgn")
    out: Any = np.asarray(sign(x))  # type: ignore[arg-type]
    return record(SgnBackward0, (input,), out, (x, out))  # type: ignore[no-any-return]


def angle(input: Tensor) -> Tensor:
    """The angle of a number seen as complex: 0, or pi for a negative one.

    >>> import tinygrad_loss as torch
    >>> torch.angle(torch.tensor([2.0, -2.0]))
    tensor([0.0000, 3.1416])
    """
    return AngleBackward0.of(input)


def positive(input: Tensor) -> Tensor:
    """``+input``: the tensor itself; not for bools (RuntimeError)."""
    if tensor_of(input, "positive").dtype == np.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def same(input: Tensor) -> Tensor:
    """The tensor itself: what ``conj``, ``resolve_conj`` and their like make of real numbers."""
    tensor_of(input, "conj")
    return input


def nan_to_num(input: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """``input`` with ``nan`` (0 unless given) in place of nan, and ``posinf`` and ``neginf`` in place of infinities (the largest
    and the smallest number unless given).

    >>> import tinygrad_loss as torch
    >>> torch.nan_to_num(torch.tensor([float("nan"), 1.0, float("inf")]), nan=0.5, posinf=9.0)
    tensor([0.5000, 1.0000, 9.0000])
    """
    x = tensor_of(input, "nan_to_num")
    out = np.nan_to_num(x, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf) if x.dtype.kind == "f" else x.copy()
    return record(NanToNumBackward0, (input,), np.asarray(out), (x,))  # type: ignore[no-any-return]


def _asked(function: Any, input: Any, name: str) -> Any:
    return constant((input,), np.asarray(function(tensor_of(input, name))))


def signbit(input: Tensor) -> Tensor:
    """True where the sign is minus, -0.0 among them.

    >>> import tinygrad_loss as torch
    >>> torch.signbit(torch.tensor([-0.0, 1.0]))
    tensor([ True, False])
    """
    return _asked(lambda x: x < 0 if x.dtype.kind != "f" else np.signbit(x), input, "signbit")  # type: ignore[no-any-return]


def isposinf(input: Tensor) -> Tensor:
    """True where the number is infinite and positive."""
    return _asked(lambda x: x == np.inf, input, "isposinf")  # type: ignore[no-any-return]


def isneginf(input: Tensor) -> Tensor:
    """True where the number is infinite and negative."""
    return _asked(lambda x: x == -np.inf, input, "isneginf")  # type: ignore[no-any-return]


def isreal(input: Tensor) -> Tensor:
    """True everywhere: there are no complex tensors here."""
    return _asked(lambda x: np.ones(x.shape, np.bool_), input, "isreal")  # type: ignore[no-any-return]
