"""Dropout of whole channels, and alpha dropout, which keeps mean and variance."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._generator import stream_of
from ...autograd.node import NO_EDGE
from ...autograd.wrapping import wrap
from ...ops._record import Array, array_of
from ...ops.arithmetic import add, mul
from ...ops.shaping import squeeze, unsqueeze
from ._arguments import must_be_tensors

if TYPE_CHECKING:
    from ..._tensor import Tensor

SELU_SATURATION = 1.7580993408473766
"""Minus what selu tends to for x towards minus infinity: 1.0507 * 1.6733."""


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each channel of (batch, channels, length), or (channels, length), is set to 0 with probability ``p``: see ``dropout2d``."""
    dims = _dims(input, p)
    if dims not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {dims}D input. Note that dropout1d exists to provide channel-wise "
            "dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."
        )
    return _with_batch(input, p, training, inplace, dims == 3)  # type: ignore[no-any-return]


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each channel of (batch, channels, height, width) is set to 0 with probability ``p``, the others are divided by 1 - p: where
    neighbouring pixels say much the same, dropping single ones would change little. Nothing happens unless ``training``.

    Source: J. Tompson et al., https://arxiv.org/abs/1411.4280

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0)
    >>> torch.nn.functional.dropout2d(torch.ones(1, 3, 1, 2), 0.5)
    tensor([[[[0., 0.]],
    <BLANKLINE>
             [[0., 0.]],
    <BLANKLINE>
             [[2., 2.]]]])
    """
    dims = _dims(input, p)
    _warn_of_dims("dropout2d", dims, (3, 4))
    if dims == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is "
            "interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret "
            "the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, "
            "please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return _dropped(input, p, training, inplace, True)  # type: ignore[no-any-return]


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each channel of (batch, channels, depth, height, width) is set to 0 with probability ``p``: see ``dropout2d``."""
    dims = _dims(input, p)
    _warn_of_dims("dropout3d", dims, (4, 5))
    return _with_batch(input, p, training, inplace, dims == 5)  # type: ignore[no-any-return]


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Each number becomes selu's limit -1.7581 with probability ``p``, and all are then shifted and scaled such that mean 0 and
    variance 1 are kept. Nothing happens unless ``training``.

    Source: G. Klambauer et al., https://arxiv.org/abs/1706.02515

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0)
    >>> torch.nn.functional.alpha_dropout(torch.tensor([-1.0, 1.0]), 0.5, training=True)
    tensor([-0.7792, -0.7792])
    """
    _dims(input, p, "alpha_dropout")
    return _dropped(input, p, training, inplace, False, True)  # type: ignore[no-any-return]


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """``alpha_dropout`` of whole channels of (batch, channels, ...)."""
    _dims(input, p, "feature_alpha_dropout")
    return _dropped(input, p, training, inplace, True, True)  # type: ignore[no-any-return]


def _dims(input: Any, p: float, function: str = "feature_dropout") -> int:
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    must_be_tensors(function, input=input)
    return array_of(input, function).ndim


def _warn_of_dims(function: str, dims: int, usual: tuple[int, int]) -> None:
    if dims in usual:
        return
    warnings.warn(
        f"{function}: Received a {dims}-D input to {function}, which is deprecated and will result in an error in a future release. "
        f"To retain the behavior and silence this warning, please use dropout instead. Note that {function} exists to provide "
        f"channel-wise dropout on inputs with {usual[0] - 1} spatial dimensions, a channel dimension, and an optional batch dimension "
        f"(i.e. {usual[0]}D or {usual[1]}D inputs).",
        stacklevel=3,
    )


def _with_batch(input: Any, p: float, training: bool, inplace: bool, batched: bool) -> Any:
    if batched:
        return _dropped(input, p, training, inplace, True)
    if inplace:
        return _dropped(input.unsqueeze_(0), p, training, True, True).squeeze_(0)
    return squeeze(_dropped(unsqueeze(input, 0), p, training, False, True), 0)


def _dropped(input: Any, p: float, training: bool, inplace: bool, channels: bool, alpha: bool = False) -> Any:
    """``input`` times what is drawn, for each number or each channel, plus what alpha dropout adds."""
    x = array_of(input, "dropout")
    if not training or p == 0 or not x.size:
        return input
    if x.dtype.kind != "f":
        raise RuntimeError(f"result type Float can't be cast to the desired output type {type_word(x.dtype)}. Use input.float()")
    if channels and x.ndim < 2:
        raise RuntimeError(f"Feature dropout requires at least 2 dimensions in the input, got {x.ndim}")
    factor, shift = _noise(np.empty((*x.shape[:2], *(1,) * (x.ndim - 2)), x.dtype) if channels else x, p, alpha)
    scaled = input.mul_(wrap(factor, NO_EDGE)) if inplace else mul(input, wrap(factor, NO_EDGE))
    if shift is None:
        return scaled
    return input.add_(wrap(shift, NO_EDGE)) if inplace else add(scaled, wrap(shift, NO_EDGE))


def _noise(like: Array, p: float, alpha: bool) -> tuple[Array, Array | None]:
    """What the numbers are multiplied by, and what is added to them."""
    if p == 1:
        return np.zeros((), like.dtype), None
    if not alpha:
        return stream_of(None).dropout_mask(like, p), None
    kept = stream_of(None).bernoulli_(np.empty_like(like), 1 - p)
    a = 1.0 / math.sqrt((SELU_SATURATION**2 * p + 1) * (1 - p))
    number = like.dtype.type
    return kept * number(a), (kept - number(1)) * number(SELU_SATURATION * a) + number(SELU_SATURATION * a * p)
