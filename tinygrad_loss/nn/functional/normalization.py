"""Normalization: batch_norm, layer_norm, group_norm, instance_norm, rms_norm, local_response_norm.

All take the mean from some numbers and divide them by their standard deviation; they differ in which numbers these are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import Size, listed
from ...autograd.node import Node
from ...errors import type_name
from ...ops._casts import cast, clone
from ...ops._record import Array, array_of, record
from ...ops.arithmetic import add, add_number, div, mul
from ...ops.joining import repeat
from ...ops.pointwise import rsqrt
from ...ops.powers import pow as power_of
from ...ops.reductions import mean, sum
from ...ops.shaping import contiguous, squeeze, unsqueeze, view
from ._arguments import must_be_integer, must_be_tensors, must_have
from .padding import pad
from .pooling import avg_pool2d, avg_pool3d

if TYPE_CHECKING:
    from ..._tensor import Tensor

Dims = tuple[int, ...]


def standardized(x: Any, dims: Dims, eps: float) -> tuple[Any, Any, Any]:
    """(x - m) r along ``dims``, and m and r themselves: the mean, and 1 / sqrt(variance + eps)."""
    m = mean(x, dims, True)
    centred = x - m
    r = rsqrt(mean(centred * centred, dims, True) + eps)
    return centred * r, m, r


def standardized_gradient(g: Any, x: Any, dims: Dims, eps: float) -> Any:
    """The gradient of x from that of (x - m) r: what is left of it after its mean, and its part along the result, are taken out."""
    y, _, r = standardized(x, dims, eps)
    return (g - mean(g, dims, True) - y * mean(g * y, dims, True)) * r


class NativeLayerNormBackward0(Node):
    """w y + b, y being x standardized along its last dimensions."""

    __slots__ = ()
    inputs = ("input", "weight", "bias")
    saves = ("input", "normalized_shape", "weight", "bias", "result1", "result2", "eps")
    private = ("eps",)
    vjps = (
        lambda g, x, shape, w, b, m, r, eps: standardized_gradient(g if w is None else g * w, x, _last(shape), eps),
        lambda g, x, shape, w, b, m, r, eps: g * standardized(x, _last(shape), eps)[0],
        lambda g, *saved: g,
    )


class NativeGroupNormBackward0(Node):
    """w y + b, y being x standardized in groups of channels."""

    __slots__ = ()
    inputs = ("input", "weight", "bias")
    saves = ("input", "weight", "result1", "result2", "N", "C", "HxW", "group", "eps")
    vjps = (
        lambda g, x, w, m, r, n, c, area, group, eps: standardized_gradient(
            _grouped(g if w is None else g * _by_channel(w, x), group), _grouped(x, group), (2,), eps
        ).reshape(x.shape),
        lambda g, x, w, m, r, n, c, area, group, eps: sum(
            g * standardized(_grouped(x, group), (2,), eps)[0].reshape(x.shape), _but_channels(x)
        ),
        lambda g, x, *saved: sum(g, _but_channels(x)),
    )


class NativeBatchNormBackward0(Node):
    """w y + b, y being x standardized for each channel by the batch (``training``), or by means and variances that are given."""

    __slots__ = ()
    inputs = ("input", "weight", "bias")
    saves = ("input", "weight", "running_mean", "running_var", "result1", "result2", "training", "eps")
    vjps = (
        lambda g, x, w, *stats: _batch_gradient(g if w is None else g * _by_channel(w, x), x, *stats),
        lambda g, x, w, *stats: sum(g * _batch_standardized(x, *stats), _but_channels(x)),
        lambda g, x, *saved: sum(g, _but_channels(x)),
    )


def _last(shape: Sequence[int]) -> Dims:
    return tuple(range(-len(shape), 0))


def _but_channels(x: Any) -> Dims:
    return (0, *range(2, x.ndim))


def _grouped(x: Any, groups: int) -> Any:
    """(batch, channels, ...) as (batch, groups, the rest)."""
    return x.reshape(x.shape[0], groups, x.shape[1] // groups * math.prod(x.shape[2:]))


def _by_channel(w: Any, x: Any) -> Any:
    """One number for each channel, in a shape that meets the channels of x."""
    return w.reshape(-1, *(1,) * (x.ndim - 2))


def _batch_standardized(x: Any, known_mean: Any, known_var: Any, m: Any, r: Any, training: bool, eps: float) -> Any:
    if training:
        return standardized(x, _but_channels(x), eps)[0]
    return (x - _by_channel(known_mean, x)) * _by_channel(rsqrt(known_var + eps), x)


def _batch_gradient(g: Any, x: Any, known_mean: Any, known_var: Any, m: Any, r: Any, training: bool, eps: float) -> Any:
    if training:
        return standardized_gradient(g, x, _but_channels(x), eps)
    return g * _by_channel(rsqrt(known_var + eps), x)


def batch_norm(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None,
    bias: Tensor | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """(x - mean) / sqrt(var + eps) ``weight`` + ``bias`` for each channel: ``input`` is (batch, channels, ...), the others (channels,).

    In ``training`` the mean and variance are the batch's, and ``running_mean`` and ``running_var`` (if given) move towards them by
    ``momentum`` (the variance with n - 1 in its denominator); else these two are used. Source: S. Ioffe and C. Szegedy,
    https://arxiv.org/abs/1502.03167

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.batch_norm(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), None, None, training=True)
    tensor([[-1.0000,  0.0000],
            [ 1.0000,  0.0000]])
    """
    if isinstance(input, (list, tuple)) and training:
        must_have("size", input=input)
    must_be_tensors("batch_norm", input=input, weight=weight, bias=bias, running_mean=running_mean, running_var=running_var)
    if eps < 0.0 and not training:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    if training:
        _check_batch(array_of(input, "batch_norm").shape)
        if eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    return _batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def _batch_norm(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None, bias: Tensor | None,
    training: bool, momentum: float, eps: float,
) -> Tensor:  # fmt: skip
    x = array_of(input, "batch_norm")
    if not x.ndim:
        raise RuntimeError("batch_norm(): the input has no dimensions; it must be (batch, channels, ...)")
    channels = x.shape[1] if x.ndim > 1 else 0
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, tensor in given.items():
        if tensor is None:
            if not training and name.startswith("running"):
                raise RuntimeError(f"batch_norm(): {name} must be defined in evaluation mode")
        elif tensor._data.size != channels:
            raise RuntimeError(f"batch_norm(): {name} should contain {channels} elements not {tensor._data.size}")
        elif name.startswith("running") and x.size:
            if tensor.ndim != 1:
                raise RuntimeError(f"batch_norm(): {name}: TensorAccessor expected 1 dims but tensor has {tensor.ndim}")
            if tensor._data.dtype.kind != "f":
                found = type_word(tensor._data.dtype)
                raise RuntimeError(f"batch_norm(): {name}: expected scalar type {type_word(x.dtype)} but found {found}")
    if not x.size:
        out = clone(input)
        out = out if weight is None else mul(out, weight[0])
        return out if bias is None else add(out, bias[0])
    _must_be_floats(x, "batch_norm")
    w, b, known_mean, known_var = (None if one is None else one._data for one in (weight, bias, running_mean, running_var))
    _must_be_alike(x, w, b, None if w is None else known_var)
    nothing = np.empty(0, x.dtype)
    if training:
        y, m, r = standardized(x, _but_channels(x), eps)
        m, r = m.reshape(-1), r.reshape(-1)
        _move(x, m, known_mean, known_var, momentum)
    else:
        y, m, r = _batch_standardized(x, known_mean, known_var, None, None, False, eps), nothing, nothing
    out = _scaled(y, None if w is None else _by_channel(w, x), None if b is None else _by_channel(b, x), x)  # type: ignore[assignment]
    saved = (x, w, known_mean, known_var, m, r, training, eps)
    return record(NativeBatchNormBackward0, (input, weight, bias), out, saved)  # type: ignore[no-any-return]


def _move(x: Array, m: Array, known_mean: Array | None, known_var: Array | None, momentum: float) -> None:
    """Move the running statistics towards those of a batch."""
    if known_mean is not None:
        known_mean[...] = known_mean * (1 - momentum) + m * momentum
    if known_var is not None:
        known_var[...] = known_var * (1 - momentum) + np.var(x, _but_channels(x), ddof=1) * momentum


def _scaled(y: Array, w: Array | None, b: Array | None, x: Array) -> Array:
    out = y if w is None else y * w
    return np.asarray(out if b is None else out + b).astype(x.dtype, copy=False)


def _check_batch(shape: Sequence[int]) -> None:
    if not shape:
        raise IndexError("tuple index out of range: the input has no dimensions; it must be (batch, channels, ...)")
    if math.prod(shape[:1]) * math.prod(shape[2:]) == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {Size(shape)}: the variance of one number is 0"
        )


def _must_be_floats(x: Array, kernel: str) -> None:
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")


def _must_be_alike(x: Array, *others: Array | None) -> None:
    for one in others:
        if one is not None and x.dtype not in (one.dtype, np.float16):
            raise RuntimeError(
                f"mixed dtype (CPU): all inputs must share same datatype. The input has {x.dtype}, a parameter or statistic "
                f"{one.dtype}: input.to(weight.dtype)"
            )


def layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """(x - mean) / sqrt(var + eps) ``weight`` + ``bias``, mean and variance being those of the last dimensions, of the lengths
    ``normalized_shape``, which is also the shape of ``weight`` and ``bias``.

    Source: J. L. Ba et al., https://arxiv.org/abs/1607.06450

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.layer_norm(torch.tensor([[1.0, 3.0], [10.0, 30.0]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    x, shape = _normalized("layer_norm", input, normalized_shape, weight, bias)
    w, b = (None if one is None else one._data for one in (weight, bias))
    _must_be_alike(x, w, b)
    _must_be_floats(x, "LayerNormKernelImpl")
    y, m, r = standardized(x, _last(shape), eps)
    saved = (x, shape, w, b, m, r, eps)
    return record(NativeLayerNormBackward0, (input, weight, bias), _scaled(y, w, b, x), saved)  # type: ignore[no-any-return]


def rms_norm(input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """x / sqrt(mean(x^2) + eps) ``weight``, the mean being that of the last dimensions, of the lengths ``normalized_shape``.

    ``eps``: by default the machine precision of the input's type. Source: B. Zhang and R. Sennrich, https://arxiv.org/abs/1910.07467

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.rms_norm(torch.tensor([3.0, 4.0]), (2,))
    tensor([0.8485, 1.1314])
    """
    x, shape = _normalized("rms_norm", input, normalized_shape, weight, None)
    _must_be_floats(x, "rms_norm")
    squares = mean(power_of(input, 2), _last(shape), True)
    out = mul(input, rsqrt(add_number(squares, float(np.finfo(x.dtype).eps if eps is None else eps))))
    return out if weight is None else cast(mul(out, weight), input.dtype)


def _normalized(function: str, input: Any, normalized_shape: Any, weight: Any, bias: Any) -> tuple[Array, Dims]:
    must_be_tensors(function, input=input, weight=weight, bias=bias)
    if not isinstance(normalized_shape, (tuple, list)):
        raise TypeError(
            f"{function}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {type_name(normalized_shape)}"
        )
    x, shape = array_of(input, function), tuple(normalized_shape)
    if function == "rms_norm" and x.ndim < len(shape):
        raise ValueError(f"Input tensor must have at least {len(shape)} dimensions, but got {x.ndim}")
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape "
            f"= {listed(shape)}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor._data.shape != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {listed(tensor._data.shape)} and "
                f"normalized_shape = {listed(shape)}"
            )
    if x.shape[max(0, x.ndim - len(shape)) :] != shape:
        lengths = "".join(f"{', ' if function == 'layer_norm' else ''}{n}" for n in shape)
        raise RuntimeError(
            f"Given normalized_shape={listed(shape)}, expected input with shape [*{lengths}], but got input of size{listed(x.shape)}"
        )
    return x, shape


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """(x - mean) / sqrt(var + eps) ``weight`` + ``bias``, mean and variance being those of each of ``num_groups`` groups of channels
    of each sample: (batch, channels, ...); ``weight`` and ``bias`` are (channels,).

    Source: Y. Wu and K. He, https://arxiv.org/abs/1803.08494

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    must_have("dim", input=input)
    must_be_tensors("group_norm", weight=weight, bias=bias)
    must_be_integer("group_norm", num_groups=num_groups)
    x = array_of(input, "group_norm")
    if x.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {x.ndim}")
    n, c = x.shape[:2]
    _check_batch((n * c // num_groups, num_groups, *x.shape[2:]))
    if num_groups < 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if c % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {listed(x.shape)} and "
            f"num_groups={num_groups}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor._data.shape != (c,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape "
                f"{listed(tensor._data.shape)} and input of shape {listed(x.shape)}"
            )
    _must_be_floats(x, "GroupNormKernelImpl")
    w, b = (None if one is None else one._data for one in (weight, bias))
    _must_be_alike(x, w, b)
    area = math.prod(x.shape[2:])
    y, m, r = standardized(_grouped(x, num_groups), (2,), eps)
    out = _scaled(y.reshape(x.shape), None if w is None else _by_channel(w, x), None if b is None else _by_channel(b, x), x)
    saved = (x, w, m[..., 0], r[..., 0], n, c, area, num_groups, eps)
    return record(NativeGroupNormBackward0, (input, weight, bias), out, saved)  # type: ignore[no-any-return]


def instance_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None, weight: Tensor | None = None,
    bias: Tensor | None = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """``batch_norm`` of each sample by itself: mean and variance are those of each channel of each sample.

    ``use_input_stats=False``: they are ``running_mean`` and ``running_var``. Source: D. Ulyanov et al.,
    https://arxiv.org/abs/1607.08022

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.instance_norm(torch.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """
    must_have("size", input=input)
    x = array_of(input, "instance_norm")
    if use_input_stats and math.prod(x.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {Size(x.shape)}")
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    n, c = x.shape[:2]
    w, b, known_mean, known_var = (None if one is None else repeat(one, n) for one in (weight, bias, running_mean, running_var))
    lying = view(contiguous(input), (1, n * c, *x.shape[2:]))
    out = _batch_norm(lying, known_mean, known_var, w, b, use_input_stats, momentum, eps)
    for known, moved in ((running_mean, known_mean), (running_var, known_var)):
        if known is not None and moved is not None:
            known._data[...] = moved._data.reshape(n, c).mean(0)
    return view(out, x.shape)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """x / (k + alpha m)^beta, m being the mean square of ``size`` neighbouring channels: (batch, channels, ...).

    Source: A. Krizhevsky et al., NeurIPS 2012

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.local_response_norm(torch.ones(1, 2, 1), 2, alpha=1.0, beta=1.0)
    tensor([[[0.6667],
             [0.5000]]])
    """
    must_have("dim", input=input)
    x = array_of(input, "local_response_norm")
    if x.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {x.ndim} dimensions)")
    if not x.size:
        return input
    squares, around = mul(input, input), (size // 2, (size - 1) // 2)
    if x.ndim == 3:
        means = squeeze(avg_pool2d(pad(unsqueeze(squares, 1), (0, 0, *around)), (size, 1), stride=1), 1)
    else:
        boxes = view(squares, (len(x), 1, x.shape[1], x.shape[2], -1))
        means = squeeze(avg_pool3d(pad(boxes, (0, 0, 0, 0, *around)), (size, 1, 1), stride=1), 1)
        means = view(means, x.shape)
    return div(input, power_of(add(mul(means, alpha), k), beta))
