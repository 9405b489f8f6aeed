"""Functions that the rules of a backward never call take tensors alone: an array is a mistake, as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.variable import Variable
from ._record import Array


def tensor_of(x: Any, function: str, argument: str = "input") -> Array:
    """The array of a tensor; TypeError for anything else, NumPy's arrays among them.

    >>> tensor_of([1.0], "sort")
    Traceback (most recent call last):
    TypeError: sort(): argument 'input' must be Tensor, not list. Make one with tensor(input).
    """
    if isinstance(x, Variable):
        return x._data
    kind = "numpy.ndarray" if isinstance(x, np.ndarray) else type(x).__name__
    raise TypeError(f"{function}(): argument '{argument}' must be Tensor, not {kind}. Make one with tensor({argument}).")
