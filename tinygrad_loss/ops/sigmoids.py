"""Sigmoid, tanh and their relatives: the functions between a score and a probability."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import SCALARS, type_word
from ..autograd.node import NO_EDGE, Node
from ..autograd.variable import Variable
from ..autograd.wrapping import wrap
from ..kernels import sigmoid as kernel
from ..kernels.elementwise import ZERO, kept
from ._fused import Fused
from ._narrow import widened
from ._record import Array, Unary, array_of, data_of, floating, record
from ._strict import tensor_of
from .pointwise import exp, log1p
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor


class SigmoidBackward0(Fused):
    """s = 1 / (1 + e^-x): dx = g s (1 - s). The tail e^-|x| is kept, from which s (1 - s) comes without the subtraction, so that a
    confident score's gradient is not lost."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("result", "tail")
    private = ("tail",)

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [widened(kernel.sigmoid_vjp, np.asarray(g), saved[1])]

    def vjp_recorded(self, g: Any) -> list[Any]:
        s, tail = self.saved_variables()
        likely, unlikely = 1 / (tail._data + 1), tail._data / (tail._data + 1)
        return [g * s * record(ComplementBackward, (s,), np.where(s._data >= likely, unlikely, likely))]

    def input_variables(self) -> list[Any]:
        s, tail = self.saved_variables()
        distance = -np.log(tail._data)
        return [wrap(np.where(s._data >= 0.5, distance, -distance), NO_EDGE)]

    def define(self, *inputs: Any) -> Any:
        return sigmoid_definition(inputs[0])


class ComplementBackward(Node):
    """1 - y, whose value is known better than the subtraction would give it."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: -g,)


class TanhBackward0(Node):
    """y = tanh x: dx = g (1 - y^2), where 1 - y^2 is worked out as 1 / cosh^2 x (if x is still what it was)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("result", "input")
    private = ("input",)

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        y, x = saved
        return [g * (1 - y * y) if x is None else widened(kernel.tanh_vjp, np.asarray(g), x)]

    def vjp_recorded(self, g: Any) -> list[Any]:
        y, x = self.saved_variables()
        slope = 1 - y._data * y._data if x is None else widened(kernel.tanh_vjp, np.ones_like(x._data), x._data)
        return [g * record(TanhSlopeBackward, (y,), slope, (y._data,))]


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


def _where_not_zero(g: Any, y: Any) -> Any:
    """A gradient where ``y`` is not 0, else 0."""
    if type(g) is np.ndarray and g.ndim and g.shape == y.shape and y.dtype in ZERO:
        return kept(g, y != ZERO[y.dtype])
    return where(data_of(y) == 0, 0.0, g)


class ReluBackward0(Unary):
    """y = max(x, 0): the gradient passes where y is not 0, that is, positive or nan."""

    __slots__ = ()
    saves = ("result",)
    vjps = (_where_not_zero,)
    floats = False

    @staticmethod
    def forward(x: Array) -> Any:
        """The larger of each number and 0."""
        return np.maximum(x, ZERO[x.dtype] if x.dtype in ZERO else x.dtype.type(0))


def sigmoid_definition(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return (exp(-x) + 1.0).reciprocal()


def logsigmoid_definition(x: Any) -> Any:
    """log(1 / (1 + e^-x)) = min(x, 0) - log(1 + e^-|x|)."""
    return -softplus_definition(-x)


def softplus_definition(x: Any) -> Any:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), both parts from the same side, so that the slope at 0 is 1/2."""
    positive = data_of(x) > 0
    return where(positive, x, 0.0) + log1p(exp(where(positive, -x, x)))


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + e^-x): a score as a probability. Its gradient is s (1 - s), accurate for confident scores too, where PyTorch's
    1 - s has lost its digits.

    >>> import tinygrad_loss as torch
    >>> torch.sigmoid(torch.tensor([-1.0, 0.0, 100.0]))
    tensor([0.2689, 0.5000, 1.0000])
    """
    if not hasattr(input, "_data"):
        return widened(kernel.sigmoid, array_of(input, "sigmoid"))  # type: ignore[no-any-return]
    s, tail = widened(kernel.sigmoid_and_tail, floating(array_of(input, "sigmoid")))
    return record(SigmoidBackward0, (input,), s, (s, tail))  # type: ignore[no-any-return]


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent; its gradient 1 - y^2 is accurate for large inputs too.

    >>> import tinygrad_loss as torch
    >>> torch.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    if not hasattr(input, "_data"):
        return widened(kernel.tanh, array_of(input, "tanh"))  # type: ignore[no-any-return]
    x = floating(array_of(input, "tanh"))
    y = np.asarray(widened(kernel.tanh, x))
    return record(TanhBackward0, (input,), y, (y, x))  # type: ignore[no-any-return]


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)), without underflow on the way.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.logsigmoid(torch.tensor([0.0, -1000.0]))
    tensor([-6.9315e-01, -1.0000e+03])
    """
    x = _floats(input, "log_sigmoid")
    out, tail = widened(kernel.logsigmoid_and_tail, x)
    return record(LogSigmoidBackward0, (input,), out, (x, tail))  # type: ignore[no-any-return]


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """log(1 + e^(beta x)) / beta, and x itself where beta x > ``threshold``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.softplus(torch.tensor([-1.0, 0.0, 30.0]))
    tensor([ 0.3133,  0.6931, 30.0000])
    """
    x = _floats(input, "softplus")
    for name, value in (("beta", beta), ("threshold", threshold)):
        if not isinstance(value, SCALARS):
            raise TypeError(f"softplus(): argument '{name}' must be Number, not {type(value).__name__}")
    out = widened(partial(kernel.softplus, beta=beta, threshold=threshold), x)
    return record(SoftplusBackward0, (input,), np.asarray(out), (x, beta, threshold))  # type: ignore[no-any-return]


def _floats(input: Any, function: str) -> Array:
    """The array of a tensor; NotImplementedError for integers."""
    x = array_of(input, function)
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{function}_cpu\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")
    return x


def _softplus_slope(x: Any, beta: float, threshold: float) -> Any:
    over = data_of(x) * beta > threshold
    return sigmoid(x * beta) * ~over + over


def relu(input: Tensor) -> Tensor:
    """max(x, 0); its gradient is 0 at 0.

    >>> import tinygrad_loss as torch
    >>> torch.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    x = input._data if isinstance(input, Variable) else tensor_of(input, "relu")
    if x.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu. Convert it: input.float()")
    return ReluBackward0.of(input)
