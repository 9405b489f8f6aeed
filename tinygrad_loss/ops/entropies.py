"""x log y, where 0 log 0 is 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._record import Binary, array_of, data_of, floating
from .selection import where

if TYPE_CHECKING:
    from .._tensor import Tensor


def _x_log_y(x: Any, y: Any) -> Any:
    x, y = (floating(one) if isinstance(one, np.ndarray) else one for one in (x, y))
    out = x * np.log(y)
    return np.where((np.asarray(x) == 0) & ~np.isnan(y), out.dtype.type(0), out)


class XlogyBackward0(Binary):
    """x log y: dx = g log y (0 where x is 0 and y is not positive), dy = g x / y."""

    __slots__ = ()
    forward = staticmethod(_x_log_y)
    vjps = (
        lambda g, x, y: where((data_of(x) == 0) & (data_of(y) <= 0), 0.0, xlogy(g, y)),
        lambda g, x, y: g * x / y,
    )


def xlogy(input: Tensor, other: Tensor) -> Tensor:
    """``input * log(other)``, but 0 where ``input`` is 0: what entropies are made of.

    >>> import tinygrad_loss as torch
    >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]))
    tensor([0., 0.])
    """
    if not (hasattr(input, "_data") or hasattr(other, "_data")):
        array_of(input, "xlogy() received an invalid combination of arguments: xlogy")
    return XlogyBackward0.of(input, other)
