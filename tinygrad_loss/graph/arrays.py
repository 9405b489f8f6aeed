"""Tensors of either library as arrays. PyTorch is never imported here: a tensor in hand means that its library is loaded."""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._tensor import Tensor
from .model import Values

_LIBRARIES = {"tinygrad_loss": "tinygrad_loss", "torch": "PyTorch"}


def library_of(tensor: object) -> ModuleType | None:
    """The package that a tensor belongs to (this one, or PyTorch); None for anything that is not a tensor."""
    if isinstance(tensor, Tensor):  # its class may bear PyTorch's name, where this package stands in for it
        return sys.modules["tinygrad_loss"]
    for cls in type(tensor).__mro__:
        library = cls.__module__.partition(".")[0]
        if cls.__name__ == "Tensor" and library in _LIBRARIES:
            return sys.modules[library]
    return None


def library_name(library: ModuleType) -> str:
    """What people call a library."""
    return _LIBRARIES[library.__name__]


@cache
def dtype_name(dtype: object) -> str:
    """A dtype without its library.

    >>> dtype_name("torch.float32")
    'float32'
    """
    return str(dtype).rpartition(".")[2]


def to_array(tensor: Any) -> NDArray[Any] | None:
    """The numbers of a tensor as an array (of a type that NumPy has), or None where they cannot be read (a meta tensor, say)."""
    if isinstance(tensor, np.ndarray | np.generic):
        return np.asarray(tensor)
    try:
        plain = tensor.detach()
        if hasattr(plain, "cpu"):
            plain = plain.cpu()
        if dtype_name(plain.dtype) == "bfloat16":
            plain = plain.float()
        return np.asarray(plain.numpy())
    except (RuntimeError, TypeError, NotImplementedError):
        return None


def values_of(tensor: Any) -> Values:
    """What a picture keeps of a tensor: a copy of its numbers, or its shape and dtype alone."""
    array = to_array(tensor)
    if array is None:
        return Values(tuple(tensor.shape), dtype_name(tensor.dtype))
    return Values.of(array, dtype_name(tensor.dtype))
