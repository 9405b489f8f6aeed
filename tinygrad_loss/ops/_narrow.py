"""Kernels know float32 and float64; float16 is worked out in float32 and rounded at the end, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def widened(kernel: Callable[..., Any], *arrays: Any) -> Any:
    """``kernel(*arrays)`` with float16 arrays taken to float32, and its results taken back if the first array is float16."""
    if not any(isinstance(one, np.ndarray) and one.dtype == np.float16 for one in arrays):
        return kernel(*arrays)
    out = kernel(*(one.astype(np.float32) if isinstance(one, np.ndarray) and one.dtype == np.float16 else one for one in arrays))
    if arrays[0].dtype != np.float16:
        return out
    return tuple(one.astype(np.float16) for one in out) if isinstance(out, tuple) else np.asarray(out).astype(np.float16)
