"""Activations that bend smoothly: elu, selu, celu, gelu, silu, mish, glu, softsign, tanhshrink, and gumbel_softmax."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._generator import stream_of
from ..._shapes import dim_of
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...kernels.memory_order import dense_like
from ...ops import softmaxes
from ...ops._elementwise import elementwise
from ...ops._record import Array, array_of, data_of, record
from ...ops._views import rewrite
from ...ops.arithmetic import add, div, sub
from ...ops.gammas import erf
from ...ops.joining import cat
from ...ops.pointwise import abs, exp
from ...ops.selection import where
from ...ops.sigmoids import sigmoid, softplus, tanh
from ...ops.slicing import chunk
from ._arguments import must_be_number, must_be_tensors, must_have

if TYPE_CHECKING:
    from ..._tensor import Tensor

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
ROOT_HALF, ROOT_TWO_OVER_PI, ONE_OVER_ROOT_TWO_PI = math.sqrt(0.5), math.sqrt(2 / math.pi), 1 / math.sqrt(2 * math.pi)
CUBIC = 0.044715


class EluBackward0(Node):
    """scale x where x > 0, scale alpha (e^(k x) - 1) elsewhere, k being input_scale."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "alpha", "scale", "input_scale")
    vjps = (lambda g, x, alpha, scale, k: g * elu_slope(x, alpha, scale, k),)


class EluBackward1(Node):
    """The same in place: below zero the slope is k (y + scale alpha)."""

    __slots__ = ()
    saves = ("result", "alpha", "scale", "input_scale")
    vjps = (lambda g, y, alpha, scale, k: g * where(data_of(y) <= 0, (y + scale * alpha) * k, float(scale)),)


class CeluBackward0(Node):
    """x where x > 0, alpha (e^(x / alpha) - 1) elsewhere."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "alpha")
    vjps = (lambda g, x, alpha: g * elu_slope(x, alpha, 1.0, 1 / alpha),)


class CeluBackward1(Node):
    """The same in place: below zero the slope is y / alpha + 1."""

    __slots__ = ()
    saves = ("result", "alpha")
    vjps = (lambda g, y, alpha: g * where(data_of(y) <= 0, (y + alpha) * (1 / alpha), 1.0),)


class GeluBackward0(Node):
    """x P(N <= x) for a standard normal N: P(N <= x) + x times the density at x; or the approximation by tanh."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "approximate")
    vjps = (lambda g, x, approximate: g * (gelu_slope(x) if approximate == "none" else gelu_tanh_slope(x)),)


class GluBackward0(Node):
    """a sigmoid(b), where a and b are the halves of x."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "dim")
    vjps = (lambda g, x, dim: glu_gradient(g, x, dim),)


SiluBackward0 = elementwise(
    "SiluBackward0", "x s for s = sigmoid(x): s + x s (1 - s).", lambda x: x * sigmoid(x), "self", lambda g, x: g * silu_slope(x)
)
MishBackward0 = elementwise(
    "MishBackward0",
    "x t for t = tanh(softplus(x)): t + x sigmoid(x) (1 - t^2).",
    lambda x: x * tanh(softplus(x)),
    "self",
    lambda g, x: g * mish_slope(x),
)


def elu_slope(x: Any, alpha: float, scale: float, k: float) -> Any:
    """The derivative of elu; the exponential is not taken where x > 0, and so cannot overflow. At 0 it counts as level."""
    return where(data_of(x) <= 0, exp(where(data_of(x) < 0, x, 0.0) * k) * (k * scale * alpha), float(scale))


def gelu_slope(x: Any) -> Any:
    """The derivative of gelu."""
    return (erf(x * ROOT_HALF) + 1) * 0.5 + x * exp(x * x * -0.5) * ONE_OVER_ROOT_TWO_PI


def gelu_tanh_slope(x: Any) -> Any:
    """The derivative of gelu's approximation."""
    t = tanh((x + x * x * x * CUBIC) * ROOT_TWO_OVER_PI)
    return (t + 1) * 0.5 + x * (1 - t * t) * (x * x * (3 * CUBIC) + 1) * (0.5 * ROOT_TWO_OVER_PI)


def silu_slope(x: Any) -> Any:
    """The derivative of silu."""
    return sigmoid(x) * (x * sigmoid(-x) + 1)


def mish_slope(x: Any) -> Any:
    """The derivative of mish."""
    t = tanh(softplus(x))
    return t + x * sigmoid(x) * (1 - t * t)


def glu_gradient(g: Any, x: Any, dim: int) -> Any:
    """The gradients of both halves of glu, side by side."""
    a, b = np.split(x, 2, dim) if isinstance(x, np.ndarray) else chunk(x, 2, dim)
    s = sigmoid(b)  # type: ignore[arg-type]
    parts = (g * s, g * a * s * sigmoid(-b))  # type: ignore[arg-type]
    return np.concatenate(parts, dim) if isinstance(parts[0], np.ndarray) else cat(list(parts), dim)


def floats_of(input: Any, function: str, kernel: str) -> Array:
    """The array of a tensor of floating-point numbers; PyTorch's errors for anything else."""
    must_be_tensors(function, input=input)
    x = array_of(input, function)
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")
    return x


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, ``alpha`` (e^x - 1) elsewhere: smooth, and negative outputs pull the mean of activations towards zero.

    Source: D.-A. Clevert et al., https://arxiv.org/abs/1511.07289

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.elu(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """
    floats_of(input, "elu", "elu_cpu")
    must_be_number("elu", alpha=alpha)
    if not inplace:
        return _elu(input, alpha, 1, 1)  # type: ignore[no-any-return]
    _refuse_negative(input, "elu", alpha)
    return rewrite(input, _elu_in_place, alpha, 1, 1)  # type: ignore[no-any-return]


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """elu with alpha = 1.6733, times 1.0507: chosen such that activations keep mean 0 and variance 1 from layer to layer.

    Source: G. Klambauer et al., https://arxiv.org/abs/1706.02515

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.selu(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """
    floats_of(input, "selu", "elu_cpu")
    if inplace:
        return rewrite(input, _elu_in_place, SELU_ALPHA, SELU_SCALE, 1)  # type: ignore[no-any-return]
    return _elu(input, SELU_ALPHA, SELU_SCALE, 1)  # type: ignore[no-any-return]


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, ``alpha`` (e^(x / alpha) - 1) elsewhere: elu whose slope is continuous for every alpha.

    Source: J. T. Barron, https://arxiv.org/abs/1704.07483

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.celu(torch.tensor([-1.0, 2.0]), alpha=2.0)
    tensor([-0.7869,  2.0000])
    """
    floats_of(input, "celu", "elu_cpu")
    if alpha == 0:
        raise RuntimeError("celu(): ZeroDivisionError: alpha cannot be 0 for CELU")
    if not inplace:
        return _celu(input, alpha)  # type: ignore[no-any-return]
    _refuse_negative(input, "celu", alpha)
    return rewrite(input, _celu_in_place, alpha)  # type: ignore[no-any-return]


def _bent(x: Array, alpha: float, scale: float, k: float) -> Array:
    return np.asarray(np.where(x > 0, x * x.dtype.type(scale), np.expm1(np.minimum(x, 0) * k) * x.dtype.type(alpha * scale)))


def _elu(input: Any, alpha: float, scale: float, k: float) -> Any:
    x = input._data
    return record(EluBackward0, (input,), _bent(x, alpha, scale, k), (x, alpha, scale, k))


def _elu_in_place(input: Any, alpha: float, scale: float, k: float) -> Any:
    out = _bent(input._data, alpha, scale, k)
    return record(EluBackward1, (input,), out, (out, alpha, scale, k))


def _celu(input: Any, alpha: float) -> Any:
    x = input._data
    return record(CeluBackward0, (input,), _bent(x, alpha, 1.0, 1 / alpha), (x, alpha))


def _celu_in_place(input: Any, alpha: float) -> Any:
    out = _bent(input._data, alpha, 1.0, 1 / alpha)
    return record(CeluBackward1, (input,), out, (out, alpha))


def _refuse_negative(input: Any, function: str, alpha: float) -> None:
    if alpha < 0 and input.requires_grad:
        raise RuntimeError(
            f"In-place {function} backward calculation is triggered with a negative slope which is not supported: alpha={alpha}. "
            "Use inplace=False"
        )


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """x P(N <= x) for a standard normal N; with ``approximate="tanh"`` x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).

    Source: D. Hendrycks and K. Gimpel, https://arxiv.org/abs/1606.08415

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.gelu(torch.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """
    x = floats_of(input, "gelu", "GeluKernelImpl")
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"gelu(): approximate argument must be either none or tanh, got {approximate!r}")
    if approximate == "none":
        out = x * (erf(x * ROOT_HALF) + 1) * 0.5  # type: ignore[arg-type]
    else:
        out = x * (tanh((x + x * x * x * CUBIC) * ROOT_TWO_OVER_PI) + 1) * 0.5  # type: ignore[arg-type]
    return record(GeluBackward0, (input,), np.asarray(out, x.dtype), (x, approximate))  # type: ignore[no-any-return]


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x sigmoid(x), also called swish.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.silu(torch.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """
    floats_of(input, "silu", "silu_cpu")
    return rewrite(input, _silu) if inplace else _silu(input)  # type: ignore[no-any-return]


def _silu(input: Any) -> Any:
    return SiluBackward0.of(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x)). Source: D. Misra, https://arxiv.org/abs/1908.08681

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.mish(torch.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """
    floats_of(input, "mish", "mish_cpu")
    return rewrite(input, _mish) if inplace else _mish(input)  # type: ignore[no-any-return]


def _mish(input: Any) -> Any:
    return MishBackward0.of(input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """a sigmoid(b), where a and b are the two halves of ``input`` along ``dim``: b says how much of a passes.

    Source: Y. N. Dauphin et al., https://arxiv.org/abs/1612.08083

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.glu(torch.tensor([1.0, 2.0, 0.0, 100.0]))
    tensor([0.5000, 2.0000])
    """
    must_have("dim", input=input)
    x = array_of(input, "glu")
    if not x.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    place = dim_of(dim, x.ndim, "glu")
    if x.shape[place] % 2:
        raise RuntimeError(f"glu(): Halving dimension must be even, but dimension {place} is size {x.shape[place]}")
    floats_of(input, "glu", "glu_cpu")
    a, b = np.split(x, 2, place)
    return record(GluBackward0, (input,), a * sigmoid(b), (x, dim))  # type: ignore[no-any-return, arg-type]


def softsign(input: Tensor) -> Tensor:
    """x / (1 + |x|).

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.softsign(torch.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])
    """
    must_have("abs", input=input)
    return div(input, add(abs(input), 1))


def tanhshrink(input: Tensor) -> Tensor:
    """x - tanh(x).

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.tanhshrink(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.2384])
    """
    must_have("tanh", input=input)
    return sub(input, tanh(input))


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A random sample from the classes of ``logits`` along ``dim`` that gradients can pass: the softmax of (logits + noise) / tau.

    ``hard``: one-hot vectors, whose gradient is taken to be that of the soft sample. Source: E. Jang et al.,
    https://arxiv.org/abs/1611.01144

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0)
    >>> torch.nn.functional.gumbel_softmax(torch.zeros(2, 3), hard=True).sum(1)
    tensor([1., 1.])
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    x = array_of(logits, "gumbel_softmax", "logits")
    noise = -np.log(stream_of(None).exponential_(dense_like(x)))
    soft = softmaxes.softmax(div(add(logits, wrap(np.asarray(noise), NO_EDGE)), tau), dim)
    if not hard:
        return soft
    likely = np.zeros_like(soft._data)
    np.put_along_axis(likely, soft._data.argmax(dim, keepdims=True), 1, dim)
    return add(sub(wrap(likely, NO_EDGE), soft.detach()), soft)
