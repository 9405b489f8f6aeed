"""Dropout: numbers set to zero at random while training."""

from __future__ import annotations

from ..._tensor import Tensor
from .. import functional as F
from .module import Module


class Dropout(Module):
    """In training mode each number becomes 0 with probability ``p``, the others are divided by 1 - p; after ``eval()`` nothing.

    The numbers that fall out are PyTorch's for the same seed.

    Source: N. Srivastava et al., Dropout, JMLR 15 (2014), https://jmlr.org/papers/v15/srivastava14a.html

    >>> import tinygrad_loss as torch
    >>> torch.nn.Dropout(0.5).eval()(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
