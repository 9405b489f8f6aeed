"""Sigmoid, tanh and their relatives: the functions between a score and a probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.node import Node
from ._fused import Fused
from ._record import array_of, data_of, floating, record
from .pointwise import abs, exp, log, log1p, sign

if TYPE_CHECKING:
    from .._tensor import Tensor


class SigmoidBackward0(Fused):
    """s = 1 / (1 + e^-x): dx = g s (1 - s). 1 - s is kept as sigmoid(-x), so that a confident score's gradient is not lost."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("result", "complement")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [g * (saved[0] * saved[1])]

    def vjp_recorded(self, g: Any) -> list[Any]:
        s, complement = self.saved_variables()
        return [g * s * record(ComplementBackward, (s,), complement._data)]

    def input_variables(self) -> list[Any]:
        s, complement = self.saved_variables()
        return [log(s) - log(complement)]

    def define(self, *inputs: Any) -> Any:
        return sigmoid_definition(inputs[0])


class ComplementBackward(Node):
    """1 - y, whose value is known better than the subtraction would give it."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: -g,)


class TanhBackward0(Node):
    """y = tanh x: dx = g (1 - y^2). 1 - y^2 is kept as 1 / cosh^2 x."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("result", "slope")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [g * saved[1]]

    def vjp_recorded(self, g: Any) -> list[Any]:
        y, slope = self.saved_variables()
        return [g * record(TanhSlopeBackward, (y,), slope._data, (y._data,))]


class TanhSlopeBackward(Node):
    """1 - y^2, whose value is known better than the subtraction would give it."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self",)
    vjps = (lambda g, y: g * (y * -2.0),)


class LogSigmoidBackward0(Node):
    """log sigmoid(x): dx = g sigmoid(-x)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "buffer")
    vjps = (lambda g, x, buffer: g * sigmoid(-x),)


class SoftplusBackward0(Node):
    """log(1 + e^(beta x)) / beta: dx = g sigmoid(beta x), and g where beta x is over the threshold."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "beta", "threshold")
    vjps = (lambda g, x, beta, threshold: g * _softplus_slope(x, beta, threshold),)


class ReluBackward0(Node):
    """y = max(x, 0): the gradient passes where y > 0."""

    __slots__ = ()
    saves = ("result",)
    vjps = (lambda g, y: g * (data_of(y) > 0),)


def sigmoid_definition(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return (exp(-x) + 1.0).reciprocal()


def logsigmoid_definition(x: Any) -> Any:
    """log(1 / (1 + e^-x)) = min(x, 0) - log(1 + e^-|x|)."""
    return x * (data_of(x) < 0) - log1p(exp(-abs(x)))


def softplus_definition(x: Any) -> Any:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return x * (data_of(x) > 0) + log1p(exp(-abs(x)))


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + e^-x): a score as a probability. Its gradient is s (1 - s), accurate for confident scores too, where PyTorch's
    1 - s has lost its digits.

    >>> import tinygrad_loss as torch
    >>> torch.sigmoid(torch.tensor([-1.0, 0.0, 100.0]))
    tensor([0.2689, 0.5000, 1.0000])
    """
    if not hasattr(input, "_data"):
        return _sigmoid(input)[0]  # type: ignore[return-value]
    s, complement = _sigmoid(floating(input._data))
    return record(SigmoidBackward0, (input,), s, (s, complement))  # type: ignore[no-any-return]


def _sigmoid(x: Any) -> tuple[Any, Any]:
    small = np.exp(-np.abs(x))
    near, far = small / (1 + small), 1 / (1 + small)
    positive = x >= 0
    return np.where(positive, far, near), np.where(positive, near, far)


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent; its gradient 1 - y^2 is accurate for large inputs too.

    >>> import tinygrad_loss as torch
    >>> torch.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    if not hasattr(input, "_data"):
        return np.tanh(input)  # type: ignore[return-value]
    x = floating(input._data)
    return record(TanhBackward0, (input,), np.asarray(np.tanh(x)), (np.asarray(np.tanh(x)), 1 / np.cosh(x) ** 2))  # type: ignore[no-any-return]


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)), without underflow on the way.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.logsigmoid(torch.tensor([0.0, -1000.0]))
    tensor([-6.9315e-01, -1.0000e+03])
    """
    x = floating(array_of(input, "logsigmoid"))
    small = np.exp(-np.abs(x))
    return record(LogSigmoidBackward0, (input,), np.minimum(x, 0) - np.log1p(small), (x, small))  # type: ignore[no-any-return]


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """log(1 + e^(beta x)) / beta, and x itself where beta x > ``threshold``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.softplus(torch.tensor([-1.0, 0.0, 30.0]))
    tensor([ 0.3133,  0.6931, 30.0000])
    """
    x = floating(array_of(input, "softplus"))
    scaled = x * beta
    out = np.where(scaled > threshold, x, (np.maximum(scaled, 0) + np.log1p(np.exp(-np.abs(scaled)))) / beta)
    return record(SoftplusBackward0, (input,), out.astype(x.dtype), (x, beta, threshold))  # type: ignore[no-any-return]


def _softplus_slope(x: Any, beta: float, threshold: float) -> Any:
    over = data_of(x) * beta > threshold
    return sigmoid(x * beta) * ~over + over


def relu(input: Tensor) -> Tensor:
    """max(x, 0); its gradient is 0 at 0.

    >>> import tinygrad_loss as torch
    >>> torch.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    x = array_of(input, "relu")
    out = np.asarray(np.maximum(x, x.dtype.type(0)))
    return record(ReluBackward0, (input,), out, (out,))  # type: ignore[no-any-return]
