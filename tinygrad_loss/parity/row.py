"""The rows of the parity table: one call, written once, that is run here and in PyTorch and must agree.

>>> row = Row("exp", lambda torch, x: torch.exp(x), (real(2, 3),))
>>> [array.shape for array in row.arrays("float64")]
[(2, 3)]
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Input:
    """One argument of a row: how its array is made from a random generator and the row's floating type, and whether it is
    differentiated."""

    make: Callable[[np.random.Generator, str], Array]
    grad: bool = False


def real(*shape: int, low: float = -2.0, high: float = 2.0, grad: bool = True) -> Input:
    """Floating-point numbers between ``low`` and ``high``."""
    return Input(lambda rng, kind: rng.uniform(low, high, shape).astype(kind), grad)


def positive(*shape: int, grad: bool = True) -> Input:
    """Floating-point numbers between 0.2 and 3."""
    return real(*shape, low=0.2, high=3.0, grad=grad)


def distinct(*shape: int, grad: bool = True) -> Input:
    """Floating-point numbers no two of which are close, for max, sort and their like."""
    size = int(np.prod(shape))
    return Input(lambda rng, kind: ((rng.permutation(size) - size / 2 + 0.3) / 3).reshape(shape).astype(kind), grad)


def integers(*shape: int, low: int = 0, high: int = 3, dtype: str = "int64") -> Input:
    """Integers from ``low`` up to, without, ``high``: labels and indices."""
    return Input(lambda rng, kind: np.asarray(rng.integers(low, high, shape)).astype(dtype))


def mask(*shape: int) -> Input:
    """True and False."""
    return Input(lambda rng, kind: np.asarray(rng.uniform(size=shape) < 0.5))


def given(values: Any, dtype: str | None = None, grad: bool | None = None) -> Input:
    """These values; floating-point ones take the row's type and are differentiated, unless ``dtype`` or ``grad`` says otherwise."""
    floats = dtype is None and np.asarray(values).dtype.kind == "f"
    return Input(
        lambda rng, kind: np.array(values, dtype=dtype if dtype else kind if floats else None),
        floats if grad is None else grad,
    )


@dataclass(frozen=True)
class Row:
    """One call: ``call(torch, *tensors)`` returns a tensor, or a tuple or list of them.

    ``second``: whether PyTorch can differentiate it twice. ``graph``: whether the backward graphs must have the same names and
    edges. ``error``: the call must raise, the same class in both, and our message must contain these words of PyTorch's.
    ``tolerance``: the error allowed, in units in the last place of the type (relative), where more than the default is due.
    """

    name: str
    call: Callable[..., Any]
    inputs: tuple[Input, ...] = ()
    second: bool = True
    graph: bool = True
    error: str | None = None
    kinds: tuple[str, ...] = ("float64", "float32")
    tolerance: float = 64.0
    note: str = ""

    def arrays(self, kind: str) -> list[Array]:
        """The row's input arrays, the same on each call."""
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        return [one.make(rng, kind) for one in self.inputs]
