"""The backward graph's own names: ``Node``, for ``isinstance``, and what concerns saved tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .clock import touch
from .node import Node
from .wrapping import kind

__all__ = ["Node", "increment_version", "saved_tensors_hooks"]


def increment_version(tensor: Any) -> None:
    """Say that a tensor's memory (or that of several) was written to by other means than its in-place methods, so that a backward
    that needs the old values is an error.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0]); x.numpy()[0] = 5.0
    >>> torch.autograd.graph.increment_version(x); x._version
    1
    """
    tensors: Iterable[Any] = [tensor] if isinstance(tensor, kind.tensor) else tensor
    for one in tensors:
        touch(one._data)


class saved_tensors_hooks:
    """Not here: what the nodes save cannot be packed and unpacked by hooks (NotImplementedError)."""

    def __init__(self, pack_hook: Any, unpack_hook: Any) -> None:
        raise NotImplementedError(
            "saved_tensors_hooks: what nodes save stays as it is here. To save less, write an autograd.Function that saves what "
            "you choose"
        )
