"""Arguments checked as PyTorch checks them, with its classes of errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd.modes import modes
from ...autograd.variable import Variable


def must_have(attribute: str, **tensors: Any) -> None:
    """AttributeError for a list or number in a tensor's place, where PyTorch's own code begins by asking for ``attribute``."""
    for name, value in tensors.items():
        if not isinstance(value, Variable):
            kind = type(value).__name__
            if isinstance(value, np.ndarray) and hasattr(value, attribute):
                why = "'int' object is not callable: " if attribute == "size" else ""
                raise TypeError(f"{why}'{name}' must be Tensor, not numpy.ndarray. Make one with from_numpy({name}).")
            raise AttributeError(f"'{kind}' object has no attribute '{attribute}': '{name}' must be a Tensor, tensor({name})")


def must_be_tensors(function: str, **tensors: Any) -> None:
    """TypeError for a list, an array or a number in a tensor's place; None is left to the caller."""
    for name, value in tensors.items():
        if value is not None and not isinstance(value, Variable):
            must_all_be_tensors(function, **{name: value})


def must_all_be_tensors(function: str, **tensors: Any) -> None:
    """The same, and for None too."""
    for name, value in tensors.items():
        if not isinstance(value, Variable):
            kind = "numpy.ndarray" if isinstance(value, np.ndarray) else type(value).__name__
            raise TypeError(f"{function}(): argument '{name}' must be Tensor, not {kind}. Make one with tensor({name}).")


def must_be_integer(function: str, **numbers: Any) -> None:
    """TypeError for anything that is not a whole number."""
    for name, value in numbers.items():
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
            raise TypeError(f"{function}(): argument '{name}' must be int, not {type(value).__name__}")


def must_be_number(function: str, **numbers: Any) -> None:
    """TypeError for anything that is not a number."""
    for name, value in numbers.items():
        if not isinstance(value, (bool, int, float)):
            raise TypeError(f"{function}(): argument '{name}' must be float, not {type(value).__name__}")


def must_be_bool(function: str, **flags: Any) -> None:
    """TypeError for anything but True and False."""
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise TypeError(f"{function}(): argument '{name}' must be bool, not {type(value).__name__}")


def must_not_require_grad(function: str, **tensors: Any) -> None:
    """RuntimeError for a tensor that wants a gradient which the loss does not give."""
    for name, value in tensors.items():
        if modes.grad and isinstance(value, Variable) and value.requires_grad:
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot have "
                f"requires_grad True: give {name}.detach()."
            )
