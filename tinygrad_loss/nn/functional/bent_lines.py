"""Activations made of straight lines: relu6, hardsigmoid, hardswish, the shrinks, threshold, prelu, rrelu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._generator import stream_of
from ...autograd.node import Node
from ...ops._elementwise import elementwise
from ...ops._record import Array, array_of, data_of, record
from ...ops._views import rewrite
from ...ops.rectifiers import hardtanh
from ...ops.selection import where
from ...ops.shaping import view
from ._arguments import must_be_tensors
from .linear_units import floats_of

if TYPE_CHECKING:
    from ..._tensor import Tensor

HardsigmoidBackward0 = elementwise(
    "HardsigmoidBackward0",
    "x / 6 + 1/2 held between 0 and 1: 1/6 between -3 and 3.",
    lambda x: np.clip(x + 3, 0, 6) / 6,
    "self",
    lambda g, x: where((data_of(x) > -3) & (data_of(x) < 3), g * (1 / 6), 0.0),
)
HardswishBackward0 = elementwise(
    "HardswishBackward0",
    "x hardsigmoid(x): x / 3 + 1/2 between -3 and 3, then 1.",
    lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "self",
    lambda g, x: where(data_of(x) <= -3, 0.0, where(data_of(x) < 3, g * (x / 3 + 0.5), g)),
)


class SoftshrinkBackward0(Node):
    """x brought nearer to 0 by lambd: the gradient passes where |x| > lambd."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "lambd")
    vjps = (lambda g, x, lambd: where(np.abs(data_of(x)) <= lambd, 0.0, g),)


class HardshrinkBackward0(SoftshrinkBackward0):
    """x, but 0 where |x| <= lambd: the gradient passes elsewhere."""

    __slots__ = ()


class ThresholdBackward0(Node):
    """x where x > threshold: there the gradient passes."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "threshold")
    vjps = (lambda g, x, threshold: where(data_of(x) <= threshold, 0.0, g),)


class ThresholdBackward1(ThresholdBackward0):
    """The same in place."""

    __slots__ = ()


class PreluKernelBackward0(Node):
    """x where x > 0, w x elsewhere."""

    __slots__ = ()
    inputs = ("self", "weight")
    saves = ("self", "weight")
    vjps = (
        lambda g, x, w: where(data_of(x) > 0, g, g * w),
        lambda g, x, w: where(data_of(x) > 0, 0.0, g * x),
    )


class RreluWithNoiseBackward0(Node):
    """x times its noise: 1 where x > 0, a random slope elsewhere."""

    __slots__ = ()
    saves = ("self", "noise", "lower", "upper", "training")
    vjps = (lambda g, x, noise, *options: g * noise,)


class RreluWithNoiseBackward1(Node):
    """The same in place."""

    __slots__ = ()
    saves = ("result", "noise", "lower", "upper", "training")
    vjps = (lambda g, y, noise, *options: g * noise,)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """x held between 0 and 6.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.relu6(torch.tensor([-1.0, 2.0, 7.0]))
    tensor([0., 2., 6.])
    """
    must_be_tensors("relu6", input=input)
    return hardtanh(input, 0, 6, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """x / 6 + 1/2, held between 0 and 1: three lines in the place of a sigmoid.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.hardsigmoid(torch.tensor([-4.0, 0.0, 1.5]))
    tensor([0.0000, 0.5000, 0.7500])
    """
    floats_of(input, "hardsigmoid", "hardsigmoid_cpu")
    return rewrite(input, _hardsigmoid) if inplace else _hardsigmoid(input)  # type: ignore[no-any-return]


def _hardsigmoid(input: Any) -> Any:
    return HardsigmoidBackward0.of(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x hardsigmoid(x). Source: A. Howard et al., https://arxiv.org/abs/1905.02244

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.hardswish(torch.tensor([-4.0, 1.0, 5.0]))
    tensor([-0.0000, 0.6667, 5.0000])
    """
    floats_of(input, "hardswish", "hardswish_cpu")
    return rewrite(input, _hardswish) if inplace else _hardswish(input)  # type: ignore[no-any-return]


def _hardswish(input: Any) -> Any:
    return HardswishBackward0.of(input)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """x - lambd where x > lambd, x + lambd where x < -lambd, 0 between: the step of LASSO.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.softshrink(torch.tensor([-2.0, 0.3, 1.0]))
    tensor([-1.5000,  0.0000,  0.5000])
    """
    x = floats_of(input, "softshrink", "softshrink_check")
    if not 0 <= lambd <= float(np.finfo(x.dtype).max):
        raise RuntimeError(
            f"lambda must be in range [0, {np.finfo(x.dtype).max:g}] for input dtype {type_word(x.dtype)}, but found {lambd:g}"
        )
    out = np.where(x > lambd, x - x.dtype.type(lambd), np.where(x < -lambd, x + x.dtype.type(lambd), x * 0))
    return record(SoftshrinkBackward0, (input,), np.asarray(out), (x, lambd))  # type: ignore[no-any-return]


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """x, but 0 where |x| <= lambd.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.hardshrink(torch.tensor([-2.0, 0.3, 1.0]))
    tensor([-2.,  0.,  1.])
    """
    x = floats_of(input, "hardshrink", "hardshrink_cpu")
    out = np.asarray(np.where(np.abs(x) <= lambd, x.dtype.type(0), x))
    return record(HardshrinkBackward0, (input,), out, (x, lambd))  # type: ignore[no-any-return]


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > ``threshold``, else ``value``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.threshold(torch.tensor([-1.0, 2.0]), 0.5, 20.0)
    tensor([20.,  2.])
    """
    must_be_tensors("threshold", input=input)
    if inplace:
        return rewrite(input, _thresholded, threshold, value, ThresholdBackward1)  # type: ignore[no-any-return]
    return _thresholded(input, threshold, value)  # type: ignore[no-any-return]


def _thresholded(input: Any, threshold: float, value: float, op: type[Node] = ThresholdBackward0) -> Any:
    x = input._data
    out = np.asarray(np.where(x <= threshold, np.asarray(value).astype(x.dtype), x))
    return record(op, (input,), out, (x, threshold))


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """x where x > 0, ``weight`` x elsewhere; one weight, or one for each channel (dimension 1).

    Source: K. He et al., https://arxiv.org/abs/1502.01852

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.prelu(torch.tensor([-1.0, 2.0]), torch.tensor([0.25]))
    tensor([-0.2500,  2.0000])
    """
    must_be_tensors("prelu", input=input, weight=weight)
    x, w = array_of(input, "prelu"), array_of(weight, "prelu", "weight")
    if x.dtype != w.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {type_word(x.dtype)} and {type_word(w.dtype)}")
    if w.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {w.ndim}")
    if w.size != 1:
        if not x.ndim:
            raise RuntimeError("prelu: Not allow zero-dim input tensor.")
        channels = x.shape[1] if x.ndim > 1 else 1
        if channels != w.size:
            raise RuntimeError(
                f"prelu: Mismatch of parameter numbers and input channel size. Found parameter numbers = {w.size} and channel size "
                f"= {channels}."
            )
    shape = (1, w.size, *(1,) * (x.ndim - 2)) if x.ndim > 1 else (1,) * x.ndim
    slopes = weight if w.shape == shape else view(weight, shape)
    out = np.where(x > 0, x, slopes._data * x)
    return record(PreluKernelBackward0, (input, slopes), out, (x, slopes._data))  # type: ignore[no-any-return]


def rrelu(
    input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """x where x > 0, a random slope between ``lower`` and ``upper`` times x elsewhere; the mean slope unless ``training``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.rrelu(torch.tensor([-1.0, 2.0]), 0.25, 0.75)
    tensor([-0.5000,  2.0000])
    """
    must_be_tensors("rrelu", input=input)
    if not lower <= upper:
        raise RuntimeError(f"rrelu(): Lower bound should be less than or equal to the upper bound, got {lower} and {upper}")
    floats_of(input, "rrelu", "rrelu_with_noise_out_cpu" if training else "leaky_relu_cpu")
    if inplace:
        return rewrite(input, _rrelu, lower, upper, training, True)  # type: ignore[no-any-return]
    return _rrelu(input, lower, upper, training)  # type: ignore[no-any-return]


def _rrelu(input: Any, lower: float, upper: float, training: bool, inplace: bool = False) -> Any:
    x = input._data
    noise = _slopes(x, lower, upper) if training else np.where(x > 0, x.dtype.type(1), x.dtype.type((lower + upper) / 2))
    out = np.asarray(x * noise)
    op = RreluWithNoiseBackward1 if inplace else RreluWithNoiseBackward0
    return record(op, (input,), out, (out if inplace else x, noise, lower, upper, training))


def _slopes(x: Array, lower: float, upper: float) -> Array:
    """A random slope for each number that is not positive, drawn in the order in which they lie; 1 for the others."""
    noise, bent = np.ones(x.shape, x.dtype), x <= 0
    noise[bent] = stream_of(None).uniforms64(int(bent.sum())) * (upper - lower) + lower
    return noise
