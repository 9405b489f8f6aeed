"""Arguments checked as PyTorch checks them, with its classes of errors."""

from __future__ import annotations

from typing import Any

from ...autograd.modes import modes
from ...autograd.variable import Variable


def must_have(attribute: str, **tensors: Any) -> None:
    """AttributeError for a list or number in a tensor's place, where PyTorch's own code begins by asking for ``attribute``."""
    for name, value in tensors.items():
        if not isinstance(value, Variable):
            kind = type(value).__name__
            raise AttributeError(f"'{kind}' object has no attribute '{attribute}': '{name}' must be a Tensor, tensor({name})")


def must_be_number(function: str, **numbers: Any) -> None:
    """TypeError for anything that is not a number."""
    for name, value in numbers.items():
        if not isinstance(value, (bool, int, float)):
            raise TypeError(f"{function}(): argument '{name}' must be float, not {type(value).__name__}")


def must_not_require_grad(function: str, **tensors: Any) -> None:
    """RuntimeError for a tensor that wants a gradient which the loss does not give."""
    for name, value in tensors.items():
        if modes.grad and isinstance(value, Variable) and value.requires_grad:
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot have "
                f"requires_grad True: give {name}.detach()."
            )
