"""Flatten and Unflatten: other shapes between layers."""

from __future__ import annotations

from ..._tensor import Tensor
from ...errors import type_name
from .module import Module


class Flatten(Module):
    """The dimensions from ``start_dim`` to ``end_dim`` as one: an image as a row for Linear.

    >>> import tinygrad_loss as torch
    >>> torch.nn.Flatten()(torch.zeros(2, 8, 8)).shape
    torch.Size([2, 64])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """The dimension ``dim`` as several, of the lengths ``unflattened_size``: the reverse of Flatten.

    >>> import tinygrad_loss as torch
    >>> torch.nn.Unflatten(1, (8, 8))(torch.zeros(2, 64)).shape
    torch.Size([2, 8, 8])
    """

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(f"unflattened_size must be a tuple of ints, but found type {type_name(unflattened_size)}")
        for place, length in enumerate(unflattened_size):
            if not isinstance(length, int):
                raise TypeError(
                    f"unflattened_size must be tuple of ints, but found element of type {type_name(length)} at pos {place}"
                )
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        shape = list(input.shape)
        place = self.dim % len(shape)
        return input.reshape(*shape[:place], *self.unflattened_size, *shape[place + 1 :])

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
