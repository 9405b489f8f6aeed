"""How an array becomes a tensor, without this floor knowing the class of tensors: the class says itself that it is the one."""

from __future__ import annotations

from typing import Any

import numpy as np

_new = object.__new__


class _Kind:
    """The class of tensors (``class Tensor(Variable, concrete=True)`` puts itself here)."""

    __slots__ = ("tensor",)
    tensor: type[Any]


kind = _Kind()


def wrap(data: Any, edge: Any) -> Any:
    """A tensor on ``data`` (an array, or the NumPy number that a 0-dim result comes as) that stands at ``edge`` of the graph."""
    if type(data) is not np.ndarray:
        data = np.asarray(data)
    tensor = _new(kind.tensor)
    tensor._data = data
    tensor._edge = edge
    return tensor
