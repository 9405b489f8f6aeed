"""Functions of two numbers: hypot, logaddexp, copysign, fmax, ldexp, gcd and their like."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import float64, type_word, weak_float
from .._shapes import broadcast
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._adjoints import nothing
from ._casts import cast
from ._record import Array, Binary, array_of, data_of, harmonised, operand, record
from .comparison import compared
from .pointwise import exp, exp2
from .powers import pow, power
from .rounding import NotImplementedBackward
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class HypotBackward0(Node):
    """y = sqrt(a^2 + b^2): a / y and b / y."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("self", "other", "result")
    vjps = (lambda g, a, b, y: g * (a / y), lambda g, a, b, y: g * (b / y))


class LogaddexpBackward0(Binary):
    """log(e^a + e^b): 1 / (1 + e^(b - a)) for a, 1 / (1 + e^(a - b)) for b."""

    __slots__ = ()
    forward = np.logaddexp
    vjps = (lambda g, a, b: _share(g, exp(b - a)), lambda g, a, b: _share(g, exp(a - b)))


class Logaddexp2Backward0(Binary):
    """log2(2^a + 2^b): 1 / (1 + 2^(b - a)) for a, 1 / (1 + 2^(a - b)) for b."""

    __slots__ = ()
    forward = np.logaddexp2
    vjps = (lambda g, a, b: _share(g, exp2(b - a)), lambda g, a, b: _share(g, exp2(a - b)))


class FmaxBackward0(Binary):
    """The larger of a and b, a number before nan: the gradient goes to the one chosen, to a where they are equal."""

    __slots__ = ()
    forward = np.fmax
    vjps = (
        lambda g, a, b: where((data_of(a) >= data_of(b)) | np.isnan(data_of(b)), g, 0.0),
        lambda g, a, b: where((data_of(a) >= data_of(b)) | np.isnan(data_of(b)), 0.0, g),
    )


class FminBackward0(Binary):
    """The smaller of a and b, a number before nan: the gradient goes to the one chosen, to a where they are equal."""

    __slots__ = ()
    forward = np.fmin
    vjps = (
        lambda g, a, b: where((data_of(a) <= data_of(b)) | np.isnan(data_of(b)), g, 0.0),
        lambda g, a, b: where((data_of(a) <= data_of(b)) | np.isnan(data_of(b)), 0.0, g),
    )


class CopysignBackward0(Node):
    """|x| with the sign of y: the gradient changes its sign where x does, and is 0 where x is 0; none flows to y."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("self", "result")
    vjps = (lambda g, x, y: g * _turned(x, y), lambda g, x, y: nothing(g))


class CopysignBackward1(Node):
    """The same with the sign of a number."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result")
    vjps = (lambda g, x, y: g * _turned(x, y),)


class LdexpBackward0(Node):
    """y = x 2^n: 2^n for x, y log 2 for n."""

    __slots__ = ()
    inputs = ("self", "other")
    saves = ("other", "result")
    vjps = (lambda g, n, y: g * power(2.0, n), lambda g, n, y: g * (y * math.log(2)))


class NextafterBackward0(Binary):
    """The number next to a towards b: the gradient of a where they differ, of b where they are equal."""

    __slots__ = ()
    forward = np.nextafter
    vjps = (lambda g, a, b: where(data_of(a) == data_of(b), 0.0, g), lambda g, a, b: where(data_of(a) == data_of(b), g, 0.0))


def _share(g: Any, ratio: Any) -> Any:
    return g / (ratio + 1.0)


def _turned(x: Any, y: Any) -> Any:
    """1 where copysign kept the sign, -1 where it changed it, 0 at 0."""
    zero = data_of(x) == 0
    return where(zero, 0.0, y / where(zero, 1.0, x))


def _applied(function: Callable[..., Any], a: Array, b: Array, name: str) -> Any:
    broadcast([a.shape, b.shape], name)
    return function(a, b)


def _floats(input: Any, other: Any, name: str, kernel: str) -> None:
    """TypeError unless both are tensors, NotImplementedError unless their numbers are floating-point numbers."""
    a, _ = harmonised(array_of(input, name), array_of(other, name, "other"))
    if a.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{type_word(a.dtype)}'")


def hypot(input: Tensor, other: Tensor) -> Tensor:
    """The length of the hypotenuse: ``sqrt(input^2 + other^2)``.

    >>> import tinygrad_loss as torch
    >>> torch.hypot(torch.tensor([3.0]), torch.tensor([4.0]))
    tensor([5.])
    """
    _floats(input, other, "hypot", "hypot_cpu")
    a, b = harmonised(data_of(input), data_of(other))
    out = np.asarray(_applied(np.hypot, a, b, "hypot"))
    return record(HypotBackward0, (input, other), out, (a, b, out))  # type: ignore[no-any-return]


def logaddexp(input: Tensor, other: Tensor) -> Tensor:
    """``log(exp(input) + exp(other))`` without overflow.

    >>> import tinygrad_loss as torch
    >>> torch.logaddexp(torch.tensor([1000.0, -1.0]), torch.tensor([1000.0, -2.0]))
    tensor([ 1.0007e+03, -6.8674e-01])
    """
    _floats(input, other, "logaddexp", "logaddexp_cpu")
    return LogaddexpBackward0.of(input, other)


def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """``log2(2**input + 2**other)`` without overflow.

    >>> import tinygrad_loss as torch
    >>> torch.logaddexp2(torch.tensor([3.0]), torch.tensor([3.0]))
    tensor([4.])
    """
    _floats(input, other, "logaddexp2", "logaddexp2_cpu")
    return Logaddexp2Backward0.of(input, other)


def fmax(input: Tensor, other: Tensor) -> Tensor:
    """The larger of two tensors' elements; where one is nan, the other.

    >>> import tinygrad_loss as torch
    >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([3.0, 2.0]))
    tensor([3., 2.])
    """
    array_of(input, "fmax"), array_of(other, "fmax", "other")
    return FmaxBackward0.of(input, other)


def fmin(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two tensors' elements; where one is nan, the other.

    >>> import tinygrad_loss as torch
    >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([3.0, 2.0]))
    tensor([1., 2.])
    """
    array_of(input, "fmin"), array_of(other, "fmin", "other")
    return FminBackward0.of(input, other)


def copysign(input: Tensor, other: Tensor | Number) -> Tensor:
    """The size of ``input`` with the sign of ``other``.

    >>> import tinygrad_loss as torch
    >>> torch.copysign(torch.tensor([1.0, -2.0]), torch.tensor([-0.0, 5.0]))
    tensor([-1.,  2.])
    """
    x, y = harmonised(array_of(input, "copysign"), operand(CopysignBackward0, other))
    kind = weak_float(x.dtype)
    x, y = x.astype(kind, copy=False), y.astype(kind, copy=False)
    out = np.asarray(_applied(np.copysign, x, y, "copysign"))
    if isinstance(other, Variable):
        return record(CopysignBackward0, (input, other), out, (x, out))  # type: ignore[no-any-return]
    return record(CopysignBackward1, (input,), out, (x, out))  # type: ignore[no-any-return]


def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """``input * 2**other``.

    >>> import tinygrad_loss as torch
    >>> torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([2, -1]))
    tensor([4.0000, 1.5000])
    """
    x, n = array_of(input, "ldexp"), array_of(other, "ldexp", "other")
    two = np.exp2(n.astype(weak_float(n.dtype), copy=False))
    a, b = harmonised(x, two)
    out = np.asarray(_applied(np.multiply, a, b, "ldexp"))
    return record(LdexpBackward0, (input, other), out, (n.astype(out.dtype, copy=False), out))  # type: ignore[no-any-return]


def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """The floating-point number next to ``input`` on the way to ``other``.

    >>> import tinygrad_loss as torch
    >>> torch.nextafter(torch.tensor(1.0), torch.tensor(2.0)) - 1 == torch.finfo(torch.float32).eps
    tensor(True)
    """
    _floats(input, other, "nextafter", "nextafter_cpu")
    return NextafterBackward0.of(input, other)


def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """The step function: 0 below 0, 1 above, ``values`` at 0. PyTorch has no derivative for it.

    >>> import tinygrad_loss as torch
    >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    x, at_zero = array_of(input, "heaviside"), array_of(values, "heaviside", "values")
    if x.dtype != at_zero.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    out = np.asarray(_applied(lambda x, y: np.where(x == 0, y, (x > 0).astype(x.dtype)), x, at_zero, "heaviside"))
    message = ("derivative for aten::heaviside is not implemented",)
    return record(NotImplementedBackward, (input, values), out, message)  # type: ignore[no-any-return]


def float_power(input: Tensor | Number, exponent: Tensor | Number) -> Tensor:
    """``input ** exponent`` in float64.

    >>> import tinygrad_loss as torch
    >>> torch.float_power(torch.tensor([2, 3]), 2)
    tensor([4., 9.], dtype=torch.float64)
    """
    if not (isinstance(input, Variable) or isinstance(exponent, Variable)):
        array_of(input, "float_power() received an invalid combination of arguments: float_power")
    base, power = (cast(one, float64) if isinstance(one, Variable) else one for one in (input, exponent))
    return pow(base, power)  # type: ignore[arg-type]


def _whole(function: Callable[..., Any], input: Any, other: Any, name: str, kernel: str, tensors: bool = True) -> Any:
    """A function of two whole numbers."""
    if tensors or not (isinstance(input, Variable) or isinstance(other, Variable)):
        array_of(input, name), array_of(other, name, "other")
    values = [one for one in (data_of(input), data_of(other)) if not isinstance(one, (bool, int, float))]
    a, _ = harmonised(data_of(input), data_of(other))
    if a.dtype.kind not in "iu":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{type_word(a.dtype)}'")
    first = input if len(values) > 1 or isinstance(input, Variable) else np.asarray(input, values[0].dtype)
    return compared(function, first, other, name)


def gcd(input: Tensor, other: Tensor) -> Tensor:
    """The greatest common divisor.

    >>> import tinygrad_loss as torch
    >>> torch.gcd(torch.tensor([12, 5]), torch.tensor([8]))
    tensor([4, 1])
    """
    return _whole(np.gcd, input, other, "gcd", "gcd_cpu")  # type: ignore[no-any-return]


def lcm(input: Tensor, other: Tensor) -> Tensor:
    """The least common multiple.

    >>> import tinygrad_loss as torch
    >>> torch.lcm(torch.tensor([4, 5]), torch.tensor([6]))
    tensor([12, 30])
    """
    return _whole(np.lcm, input, other, "lcm", "lcm_cpu")  # type: ignore[no-any-return]


def bitwise_left_shift(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input << other``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 3]) << 2
    tensor([ 4, 12])
    """
    return _whole(np.left_shift, input, other, "bitwise_left_shift", "lshift_cpu", tensors=False)  # type: ignore[no-any-return]


def bitwise_right_shift(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """``input >> other``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([8, 13]) >> 2
    tensor([2, 3])
    """
    return _whole(np.right_shift, input, other, "bitwise_right_shift", "rshift_cpu", tensors=False)  # type: ignore[no-any-return]
