"""What every loss does at its end: leave the values, add them up, or average them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...ops.reductions import mean, sum

NUMBERS = {"none": 0, "mean": 1, "sum": 2}
NAMES = ("none", "mean", "sum")


def checked_reduction(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that is meant; ``size_average`` and ``reduce`` are PyTorch's old way to say it."""
    check_flags(size_average, reduce)
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce, 5)
    elif reduction == "elementwise_mean":
        reduction = "mean"
        warnings.warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.", stacklevel=4)
    if reduction not in NUMBERS:
        raise ValueError(f"{reduction} is not a valid value for reduction: choose 'none', 'mean' or 'sum'")
    return reduction


def old_reduction(size_average: bool | None, reduce: bool | None, stacklevel: int) -> str:
    """The reduction that PyTorch's old flags mean, with its warning."""
    averaged, reduced = (flag is None or bool(flag) for flag in (size_average, reduce))
    reduction = "none" if not reduced else "mean" if averaged else "sum"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=stacklevel
    )
    return reduction


def check_flags(size_average: object, reduce: object) -> None:
    """RuntimeError for a tensor among the old flags: someone gives the module's constructor what its call wants."""
    for name, flag in (("size_average", size_average), ("reduce", reduce)):
        if hasattr(flag, "shape"):
            raise RuntimeError(
                f"Boolean value of Tensor with more than one value is ambiguous: '{name}' is no place for a tensor of shape "
                f"{list(flag.shape)}. A loss module is made first and called then: CrossEntropyLoss()(input, target)"
            )


def checked_mode(reduction: str) -> str:
    """The same for the losses that do not know the old ways."""
    must_be_text(reduction)
    if reduction not in NUMBERS:
        raise ValueError(f"{reduction} is not valid: reduction must be 'none', 'mean' or 'sum'")
    return reduction


def must_be_text(reduction: object) -> None:
    """TypeError for a reduction that is no text, from the losses that put it into their message with a plus."""
    if not isinstance(reduction, str):
        kind = type(reduction).__name__
        raise TypeError(f"unsupported operand type(s) for +: '{kind}' and 'str': reduction must be 'none', 'mean' or 'sum', not {reduction}")


def reduced(losses: Any, reduction: str) -> Any:
    """The losses themselves, their sum or their mean."""
    if reduction == "none":
        return losses
    return sum(losses) if reduction == "sum" else mean(losses)


def reduced_array(losses: Any, reduction: str) -> Any:
    """The same of an array."""
    if reduction == "none":
        return losses
    total = losses.sum()
    if reduction == "sum":
        return np.asarray(total)
    with np.errstate(all="ignore"):
        return np.asarray(total / losses.dtype.type(losses.size))


def spread_back(g: Any, reduction: int, count: int) -> Any:
    """What each value receives of the gradient of its reduction (the reduction as PyTorch numbers it)."""
    return g / g.dtype.type(count) if reduction == NUMBERS["mean"] and count else g
