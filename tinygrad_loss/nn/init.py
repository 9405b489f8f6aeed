"""First weights: fill a tensor in place, outside the graph, and return it.

For the same seed the numbers are PyTorch's. ``fan_in`` is the number of inputs of one unit, ``fan_out`` the number of units that
one input reaches; a scheme chooses the spread of the weights so that signals (or gradients) keep their size from layer to layer.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._generator import Generator, stream_of
from .._missing import missing_names
from .._tensor import Tensor
from ..autograd.clock import touch
from ..errors import type_name
from ..kernels.random_stream import Stream

Array = np.ndarray[Any, Any]

LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights before ``nonlinearity`` are made larger, since it shrinks what passes through it.

    1 for "linear", "conv2d" and the like and for "sigmoid", 5/3 for "tanh", sqrt(2) for "relu", sqrt(2 / (1 + param^2)) for
    "leaky_relu" (``param``: its slope, by default 0.01), 3/4 for "selu". ValueError for any other name.

    >>> from tinygrad_loss.nn import init
    >>> init.calculate_gain("leaky_relu", 1)
    1.0
    """
    if nonlinearity in LINEAR or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}: choose linear, sigmoid, tanh, relu, leaky_relu or selu")


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Numbers uniform in [a, b).

    >>> import tinygrad_loss as torch
    >>> w = torch.nn.init.uniform_(torch.empty(3, 5), -1, 1)
    >>> bool((w >= -1).all()), bool((w < 1).all())
    (True, True)
    """
    stream_of(generator).uniform_(_array(tensor), a, b)
    return tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal numbers.

    >>> import tinygrad_loss as torch
    >>> torch.nn.init.normal_(torch.empty(2), mean=3.0, std=0.0)
    tensor([3., 3.])
    """
    stream_of(generator).normal_(_array(tensor), mean, std)
    return tensor


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Generator | None = None
) -> Tensor:
    """Normal numbers, those outside [a, b] drawn again.

    >>> import tinygrad_loss as torch
    >>> float(torch.nn.init.trunc_normal_(torch.empty(100), a=-0.5, b=0.5).abs().max()) <= 0.5
    True
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
            stacklevel=2,
        )
    out, stream = _array(tensor), stream_of(generator)
    accepted = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    if accepted > 0.3:
        stream.normal_(out, mean, std)
        low, high = out.dtype.type(a), out.dtype.type(b)
        while (outside := (out < low) | (out > high)).any():
            np.copyto(out, stream.normal_(np.empty_like(out), mean, std), where=outside)
    else:
        _by_rejection(out, stream, mean, std, a, b)
    return tensor


def _by_rejection(out: Array, stream: Stream, mean: float, std: float, a: float, b: float) -> None:
    """Uniform candidates in [a, b], each kept with the chance that the density there bears to the highest density in [a, b]."""
    log_peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    pending = np.ones(out.shape, np.bool_)
    while pending.any():
        candidates = stream.uniform_(np.empty_like(out), a, b)
        np.copyto(out, candidates, where=pending)
        log_density = (((candidates - mean) / std) ** 2) * -0.5 - log_peak
        with np.errstate(divide="ignore"):
            pending &= np.log(stream.uniform_(np.empty_like(out))) > log_density


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The same number everywhere.

    >>> import tinygrad_loss as torch
    >>> torch.nn.init.constant_(torch.empty(2), 0.3)
    tensor([0.3000, 0.3000])
    """
    _array(tensor)[...] = val
    return tensor


def ones_(tensor: Tensor) -> Tensor:
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: a linear layer that changes nothing. ValueError unless there are two dimensions.

    >>> import tinygrad_loss as torch
    >>> torch.nn.init.eye_(torch.empty(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, got shape {list(tensor.shape)}")
    _array(tensor)[...] = np.eye(*tensor.shape)
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that changes nothing: ones in the middle of the kernels (d, d), (out, in, 1 to 3 lengths)."""
    if tensor.ndim not in (3, 4, 5):
        raise ValueError(f"Only tensors with 3, 4, or 5 dimensions are supported, got shape {list(tensor.shape)}")
    if tensor.shape[0] % groups:
        raise ValueError(f"dim 0 must be divisible by groups, got {tensor.shape[0]} and {groups}")
    out = _array(tensor)
    out[...] = 0
    middle = tuple(length // 2 for length in out.shape[2:])
    per_group = out.shape[0] // groups
    for group in range(groups):
        for d in range(min(per_group, out.shape[1])):
            out[(group * per_group + d, d, *middle)] = 1
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform in +-gain sqrt(6 / (fan_in + fan_out)).

    Source: X. Glorot and Y. Bengio, AISTATS 2010, https://proceedings.mlr.press/v9/glorot10a.html

    >>> import tinygrad_loss as torch
    >>> float(torch.nn.init.xavier_uniform_(torch.empty(3, 3)).abs().max()) <= 1
    True
    """
    fan_in, fan_out = _fans(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(fan_in + fan_out)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)): see ``xavier_uniform_``."""
    fan_in, fan_out = _fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform in +-gain sqrt(3 / fan), fan being ``"fan_in"`` or ``"fan_out"`` by ``mode``, gain that of ``nonlinearity``.

    ``a`` is the slope of a leaky_relu. Source: K. He et al., ICCV 2015, https://arxiv.org/abs/1502.01852

    >>> import tinygrad_loss as torch
    >>> float(torch.nn.init.kaiming_uniform_(torch.empty(2, 6)).abs().max()) <= 1
    True
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal with standard deviation gain / sqrt(fan): see ``kaiming_uniform_``."""
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """A (semi-)orthogonal matrix, times ``gain``; dimensions after the first count as one.

    The Q of a random matrix, its signs those of R's diagonal. Source: A. M. Saxe et al., https://arxiv.org/abs/1312.6120

    >>> import tinygrad_loss as torch
    >>> w = torch.nn.init.orthogonal_(torch.empty(2, 2)).numpy()
    >>> (w @ w.T).round(4) + 0
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    if tensor.ndim < 2:
        raise ValueError(f"Only tensors with 2 or more dimensions are supported, got shape {list(tensor.shape)}")
    out = _array(tensor)
    if not out.size:
        return tensor
    rows = len(out)
    drawn = stream_of(generator).normal_(np.empty((rows, out.size // rows), out.dtype))
    wide = rows < drawn.shape[1]
    q, r = np.linalg.qr(drawn.T if wide else drawn)
    q = q * np.sign(np.diag(r))
    out[...] = (q.T if wide else q).reshape(out.shape) * gain
    return tensor


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Normal numbers, of which a fraction ``sparsity`` in each column is set to zero. ValueError unless two dimensions."""
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, got shape {list(tensor.shape)}")
    normal_(tensor, 0.0, std, generator)
    rows, columns = tensor.shape
    for column in range(columns):
        tensor._data[stream_of(None).randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


def _array(tensor: Tensor) -> Array:
    """The array of ``tensor``, which is about to be written to."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"nn.init: argument 'tensor' must be Tensor, not {type_name(tensor)}")
    touch(tensor._data)
    return tensor._data


def _fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight (out, in, ...)."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, got shape "
            f"{list(tensor.shape)}. For a bias use uniform_, normal_ or zeros_."
        )
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = _fans(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _old(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """``function`` under the name without the underscore, which it had before PyTorch 0.4: it warns."""
    new = function.__name__

    @functools.wraps(function, updated=())
    def deprecated(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(f"`nn.init.{new[:-1]}` is now deprecated in favor of `nn.init.{new}`.", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    deprecated.__name__ = deprecated.__qualname__ = new[:-1]
    deprecated.__doc__ = f"The old name of ``{new}``; warns."
    return deprecated


uniform = _old(uniform_)
normal = _old(normal_)
constant = _old(constant_)
eye = _old(eye_)
sparse = _old(sparse_)
orthogonal = _old(orthogonal_)
xavier_uniform = _old(xavier_uniform_)
xavier_normal = _old(xavier_normal_)
kaiming_uniform = _old(kaiming_uniform_)
kaiming_normal = _old(kaiming_normal_)

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
