"""Functions that bend at one or two places: leaky_relu, hardtanh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import SCALARS, type_word
from ..autograd.node import Node
from ._record import array_of, data_of, record
from ._strict import tensor_of
from ._views import rewrite
from .selection import where

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


class HardtanhBackward0(Node):
    """x held between two bounds: the gradient passes strictly between them (at a bound it does not, as it does for clamp)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "min_val", "max_val")
    vjps = (lambda g, x, low, high: where((data_of(x) > low) & (data_of(x) < high), g, 0.0),)


def slopes(x: Any, slope: float) -> Any:
    """1 where x > 0, ``slope`` elsewhere."""
    data = data_of(x)
    return np.where(data > 0, data.dtype.type(1), data.dtype.type(slope))


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x held between ``min_val`` and ``max_val``. Unlike ``clamp``, the gradient does not pass at the bounds themselves.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([-2.0, 0.5, 1.0], requires_grad=True)
    >>> y = torch.nn.functional.hardtanh(x); y.sum().backward(); y, x.grad
    (tensor([-1.0000,  0.5000,  1.0000], grad_fn=<HardtanhBackward0>), tensor([0., 1., 0.]))
    """
    x = tensor_of(input, "hardtanh")
    if x.dtype == np.bool_:
        raise RuntimeError("Bool inputs not supported for hardtanh. Convert it: input.float()")
    if x.dtype.kind == "u" and (int(min_val) < 0 or int(max_val) < 0):
        raise RuntimeError(f"cannot do hardtanh on an unsigned type with negative limits, {min_val} and {max_val}. Convert it: input.float()")
    if min_val > max_val:
        raise ValueError(f"hardtanh(): min_val cannot be greater than max_val, got {min_val} and {max_val}")
    if inplace:
        return rewrite(input, hardtanh, min_val, max_val)  # type: ignore[no-any-return]
    out = np.asarray(np.clip(x, x.dtype.type(min_val), x.dtype.type(max_val)))
    return record(HardtanhBackward0, (input,), out, (x, min_val, max_val))  # type: ignore[no-any-return]


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, ``negative_slope`` x elsewhere.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]), 0.1)
    tensor([-0.1000,  2.0000])
    """
    x = tensor_of(input, "leaky_relu")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"leaky_relu_cpu\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")
    if not isinstance(negative_slope, SCALARS):
        raise TypeError(f"leaky_relu(): argument 'negative_slope' must be Number, not {type(negative_slope).__name__}")
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
