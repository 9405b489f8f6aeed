"""Nodes of functions of one number, written as rows of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._record import Array, Unary


def elementwise(name: str, formula: str, forward: Any, saves: str, rule: Callable[..., Any], floats: bool = True) -> type[Unary]:
    """The class of nodes that PyTorch calls ``name``.

    ``formula``: its docstring, the function and its derivative. ``forward``: its NumPy function. ``saves``: ``"self"``,
    ``"result"`` or ``""``. ``rule``: the gradient of the input from that of the result and what was saved. ``floats``: whether
    integers become floating-point numbers first.
    """
    saved = (saves,) if saves else ()
    body = {"__slots__": (), "__doc__": formula, "saves": saved, "frees": bool(saves), "vjps": (rule,), "floats": floats}
    return type(name, (Unary,), {**body, "forward": staticmethod(forward)})


def wide(function: Any) -> Callable[[Array], Array]:
    """A NumPy function worked out in float64 and rounded once: NumPy's float32 functions are often 2 or 3 units in the last place
    off, so that log10(1000) is not 3."""

    def rounded(x: Array) -> Array:
        if x.dtype == np.float64:
            return function(x)  # type: ignore[no-any-return]
        return function(x, dtype=np.float64, out=np.empty_like(x), casting="same_kind")  # type: ignore[no-any-return]

    return rounded


def flat(g: Any) -> Any:
    """The rule of a function that does not change between its steps: no gradient flows."""
    return g * 0.0


def passed(g: Any) -> Any:
    """The rule of a function that rises as its input does: the gradient passes."""
    return g
