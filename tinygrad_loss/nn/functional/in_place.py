"""Activations that write over their input, under the names that end in an underscore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ops.rectifiers import hardtanh, leaky_relu
from . import bent_lines
from .activations import relu
from .bent_lines import rrelu
from .linear_units import celu, elu, selu

if TYPE_CHECKING:
    from ..._tensor import Tensor


def relu_(input: Tensor) -> Tensor:
    """``relu`` in place.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([-1.0, 2.0])
    >>> _ = torch.nn.functional.relu_(x); x
    tensor([0., 2.])
    """
    return relu(input, inplace=True)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """``elu`` in place."""
    return elu(input, alpha, inplace=True)


def selu_(input: Tensor) -> Tensor:
    """``selu`` in place."""
    return selu(input, inplace=True)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """``celu`` in place."""
    return celu(input, alpha, inplace=True)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """``leaky_relu`` in place."""
    return leaky_relu(input, negative_slope, inplace=True)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """``hardtanh`` in place."""
    return hardtanh(input, min_val, max_val, inplace=True)


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """``threshold`` in place."""
    return bent_lines.threshold(input, threshold, value, inplace=True)


def rrelu_(input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> Tensor:
    """``rrelu`` in place."""
    return rrelu(input, lower, upper, training, inplace=True)
