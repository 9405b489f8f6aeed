"""Which dtypes an operation takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._dtypes import type_word


def refuse_bool(array: Any, kernel: str) -> None:
    """NotImplementedError, in PyTorch's words, where an operation does not take bools.

    >>> refuse_bool(np.ones(2), "pow")
    """
    if getattr(array, "dtype", None) == np.bool_:
        refuse(array, kernel)


def refuse(array: Any, kernel: str) -> None:
    """NotImplementedError: there is no such operation on this dtype."""
    raise NotImplementedError(f"\"{kernel}\" not implemented for '{type_word(array.dtype)}'. Convert first: x.float() or x.int()")
