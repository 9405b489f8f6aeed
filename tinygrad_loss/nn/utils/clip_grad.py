"""Gradients made smaller, in place, before an optimizer's step."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..._creation import from_numpy
from ..._dtypes import F32
from ..._tensor import Tensor
from ...autograd.clock import touch

Array = np.ndarray[Any, Any]


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients by one factor so that their common norm is at most ``max_norm``; returns the norm that they had.

    The norm is that of all gradients as one vector, of order ``norm_type`` (``inf``: the largest absolute value). RuntimeError
    for a norm of inf or nan if ``error_if_nonfinite``. ``foreach`` is accepted and changes nothing.

    Source: R. Pascanu et al., On the difficulty of training recurrent neural networks, https://arxiv.org/abs/1211.5063

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([3.0, 4.0], requires_grad=True)
    >>> w.grad = torch.tensor([3.0, 4.0])
    >>> torch.nn.utils.clip_grad_norm_([w], max_norm=1.0), w.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    if isinstance(parameters, Iterator) and not given:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2)
    grads = _grads(given)
    order = float(norm_type)
    norms = [_norm(grad, order) for grad in grads]
    total = _norm(np.array(norms), order) if norms else F32.type(0)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped. To disable "
            "this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    # The factor is applied even when it is 1, and nan goes on, as in PyTorch.
    factor = np.minimum(total.dtype.type(max_norm) / (total + total.dtype.type(1e-6)), total.dtype.type(1))
    for grad in grads:
        np.multiply(grad, factor, out=grad, casting="same_kind")
        touch(grad)
    return from_numpy(np.asarray(total))


def clip_grad_norm(parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, *args: Any, **kwargs: Any) -> Tensor:
    """The old name of ``clip_grad_norm_``; warns."""
    message = "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`."
    warnings.warn(message, FutureWarning, stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, *args, **kwargs)


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Limit each number of each gradient to [-clip_value, clip_value].

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([3.0, 4.0], requires_grad=True)
    >>> w.grad = torch.tensor([0.5, -4.0])
    >>> torch.nn.utils.clip_grad_value_([w], 1.0); w.grad
    tensor([ 0.5000, -1.0000])
    """
    limit = float(clip_value)
    for grad in _grads([parameters] if isinstance(parameters, Tensor) else list(parameters)):
        np.clip(grad, -limit, limit, out=grad)
        touch(grad)


def _grads(parameters: list[Tensor]) -> list[Array]:
    return [parameter.grad._data for parameter in parameters if parameter.grad is not None]


def _norm(values: Array, order: float) -> Any:
    """The norm of the numbers of an array as one vector, in the array's dtype."""
    flat = np.abs(values.ravel())
    if not flat.size:
        return values.dtype.type(0)
    if math.isinf(order):
        return flat.max() if order > 0 else flat.min()
    if order == 2:
        return np.sqrt(flat @ flat)
    if order == 1:
        return flat.sum()
    if order == 0:
        return values.dtype.type(np.count_nonzero(flat))
    return (flat**order).sum() ** values.dtype.type(1 / order)
