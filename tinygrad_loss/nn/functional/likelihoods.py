"""Negative log-likelihoods of counts and measurements: poisson_nll_loss, gaussian_nll_loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._shapes import Size
from ...autograd.node import NO_EDGE
from ...autograd.variable import Variable
from ...autograd.wrapping import wrap
from ...ops._casts import CloneBackward0
from ...ops._record import data_of, record
from ...ops.arithmetic import add_number, mul_number
from ...ops.pointwise import exp, log
from ...ops.selection import masked_fill
from ...ops.shaping import unsqueeze
from ._arguments import must_all_be_tensors, must_be_bool, must_be_number, must_have
from ._defined import loss
from ._reduction import checked_mode, checked_reduction, must_be_text, reduced

if TYPE_CHECKING:
    from ..._tensor import Tensor


@loss()
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of counts y under a Poisson distribution: l = e^x - y x, where x is the logarithm of the
    expected count; or, without ``log_input``, l = x - y log(x + eps), where x is the expected count. Its gradient is e^x - y,
    or 1 - y / (x + eps).

    ``input`` and ``target`` have one shape (others are broadcast). log(y!) is left out, as it does not depend on x; ``full``
    adds it for y > 1, by Stirling's formula y log y - y + log(2 pi y) / 2. ``reduction``: "none", "sum" or "mean" over all
    elements.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.poisson_nll_loss(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]), reduction="none")
    tensor([1.0000, 0.7183])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
    """
    if reduction == "elementwise_mean":  # which the other losses still know
        raise ValueError(f"{reduction} is not a valid value for reduction: choose 'none', 'mean' or 'sum'")
    if size_average is None and reduce is None:
        must_be_text(reduction)
    reduction = checked_reduction(reduction, size_average, reduce)
    must_all_be_tensors("poisson_nll_loss", input=input, target=target)
    must_be_bool("poisson_nll_loss", log_input=log_input, full=full)
    must_be_number("poisson_nll_loss", eps=eps)
    losses = exp(input) - target * input if log_input else input - target * log(add_number(input, float(eps)))
    if full:
        stirling = target * log(target) - target + mul_number(log(mul_number(target, 2 * math.pi)), 0.5)
        losses = losses + masked_fill(stirling, target <= 1, 0)
    return reduced(losses, reduction)  # type: ignore[no-any-return]


@loss()
def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of measurements y under normal distributions: l = (log v + (x - y)^2 / v) / 2, where x is the
    expected value and v the variance, which can be learnt too.

    ``input`` and ``target`` have one shape (others are broadcast). ``var`` is a float, or a tensor of the input's shape, of
    that shape without the last dimension, or with one of its lengths 1; it is held at ``eps`` or above, through which its
    gradient passes as it is. ``full`` adds log(2 pi) / 2. ``reduction``: "none", "sum" or "mean" over all elements.

    Raises ValueError for a negative variance and for one of another shape.

    >>> import tinygrad_loss as torch
    >>> x, y, v = torch.tensor([0.0, 0.0]), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])
    >>> torch.nn.functional.gaussian_nll_loss(x, y, v, reduction="none")
    tensor([0.5000, 1.1931])

    Source: https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
    """
    variance = _checked_variance(input, var)
    checked_mode(reduction)
    if eps is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None. gaussian_nll_loss: eps must be a number")
    must_be_number("gaussian_nll_loss", eps=eps)
    v = data_of(variance)
    if v.dtype.kind != "f":
        raise RuntimeError("result type Float can't be cast to the desired output type long int. gaussian_nll_loss: var.float()")
    # Held at eps behind the graph's back: a variance that is too small still learns.
    variance = record(CloneBackward0, (variance,), np.maximum(v, v.dtype.type(eps)))
    losses = 0.5 * (log(variance) + (input - target) ** 2 / variance)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)  # type: ignore[no-any-return]


def _checked_variance(input: Any, var: Any) -> Any:
    if not isinstance(var, (Variable, float)):
        raise TypeError(f"gaussian_nll_loss(): argument 'var' must be Tensor or float, not {type(var).__name__}")
    must_have("size", input=input)
    x, v = data_of(input), np.asarray(data_of(var))
    if (v < 0).any():
        raise ValueError(
            f"var has negative entry/entries: the smallest is {v.min()}. A variance is positive: learn its logarithm, give exp"
        )
    if not isinstance(var, Variable):
        return wrap(np.ones_like(x), NO_EDGE) * var
    if v.shape == x.shape:
        return var
    if v.shape == x.shape[:-1]:
        return unsqueeze(var, -1)  # type: ignore[arg-type]
    if v.ndim != x.ndim or [n for m, n in zip(x.shape, v.shape, strict=True) if m != n] != [1]:
        raise ValueError(
            f"var is of incorrect size: {Size(v.shape)}, but the input is {Size(x.shape)}. var must have the input's shape, or "
            "that without the last dimension, or with one length 1"
        )
    return var
