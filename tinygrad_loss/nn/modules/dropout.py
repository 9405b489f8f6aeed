"""Dropout: numbers, or whole channels, set to zero at random while training."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ..._tensor import Tensor
from .. import functional as F
from .module import Module


class _Dropout(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training mode each number becomes 0 with probability ``p``, the others are divided by 1 - p; after ``eval()`` nothing.

    The numbers that fall out are PyTorch's for the same seed.

    Source: N. Srivastava et al., Dropout, JMLR 15 (2014), https://jmlr.org/papers/v15/srivastava14a.html

    >>> import tinygrad_loss as torch
    >>> torch.nn.Dropout(0.5).eval()(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """

    function = staticmethod(F.dropout)


class Dropout1d(_Dropout):
    """The same for whole channels of (batch, channels, length): see ``F.dropout1d``."""

    function = staticmethod(F.dropout1d)


class Dropout2d(_Dropout):
    """The same for whole channels of (batch, channels, height, width): see ``F.dropout2d``."""

    function = staticmethod(F.dropout2d)


class Dropout3d(_Dropout):
    """The same for whole channels of (batch, channels, depth, height, width): see ``F.dropout3d``."""

    function = staticmethod(F.dropout3d)


class _AlphaDropout(_Dropout):
    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, self.p, self.training)


class AlphaDropout(_AlphaDropout):
    """Dropout for selu networks, which keeps mean 0 and variance 1: see ``F.alpha_dropout``."""

    function = staticmethod(F.alpha_dropout)


class FeatureAlphaDropout(_AlphaDropout):
    """AlphaDropout of whole channels: see ``F.feature_alpha_dropout``."""

    function = staticmethod(F.feature_alpha_dropout)
