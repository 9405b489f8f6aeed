"""Options of layers with windows: one number for all dimensions, or one for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import type_name


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def each(value: Any, dims: int, function: str, name: str) -> tuple[int, ...]:
    """A number for each of ``dims`` dimensions from one number or as many as there are dimensions.

    >>> each(2, 3, "avg_pool3d", "stride"), each((2, 1), 2, "avg_pool2d", "stride")
    ((2, 2, 2), (2, 1))
    """
    if is_whole(value):
        return (int(value),) * dims
    if not isinstance(value, (tuple, list)) or not all(map(is_whole, value)):
        wrong = next((one for one in value if not is_whole(one)), value) if isinstance(value, (tuple, list)) else value
        raise TypeError(
            f"{function}() received an invalid combination of arguments: argument '{name}' must be int or tuple of ints, not "
            f"{type_name(wrong)}"
        )
    if len(value) == 1:
        return (int(value[0]),) * dims
    if len(value) != dims:
        words = {1: "one int", 2: "two ints", 3: "three ints"}[dims]
        raise RuntimeError(f"{function}: {name} must either be a single int, or a tuple of {words}, got {tuple(value)}")
    return tuple(map(int, value))
