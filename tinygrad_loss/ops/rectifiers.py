"""Functions that treat positive and negative numbers differently: leaky_relu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import type_word
from ..autograd.node import Node
from ._record import array_of, data_of, record
from ._views import rewrite

if TYPE_CHECKING:
    from .._tensor import Tensor


class LeakyReluBackward0(Node):
    """x where x > 0, slope x elsewhere: so does the gradient pass."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "negative_slope")
    vjps = (lambda g, x, slope: g * slopes(x, slope),)


class LeakyReluBackward1(Node):
    """The same in place: the result has the sign of what it replaced."""

    __slots__ = ()
    saves = ("result", "negative_slope")
    vjps = (lambda g, y, slope: g * slopes(y, slope),)


def slopes(x: Any, slope: float) -> Any:
    """1 where x > 0, ``slope`` elsewhere."""
    data = data_of(x)
    return np.where(data > 0, data.dtype.type(1), data.dtype.type(slope))


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, ``negative_slope`` x elsewhere.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]), 0.1)
    tensor([-0.1000,  2.0000])
    """
    x = array_of(input, "leaky_relu")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"leaky_relu_cpu\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")
    if inplace:
        if negative_slope < 0 and input.requires_grad:
            raise RuntimeError(
                "In-place leakyReLu backward calculation is triggered with a negative slope which is not supported. "
                "Use inplace=False"
            )
        return rewrite(input, _in_place, negative_slope)  # type: ignore[no-any-return]
    return record(LeakyReluBackward0, (input,), x * slopes(x, negative_slope), (x, negative_slope))  # type: ignore[no-any-return]


def _in_place(input: Tensor, negative_slope: float) -> Tensor:
    x = array_of(input, "leaky_relu_")
    out = x * slopes(x, negative_slope)
    return record(LeakyReluBackward1, (input,), out, (out, negative_slope))  # type: ignore[no-any-return]
