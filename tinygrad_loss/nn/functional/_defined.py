"""A loss and its definition: the function that records PyTorch's node, and beside it the same maths in primitives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Defined(Generic[P, T]):
    """A function that can be called as it is, or as ``function.definition``, which gives the same numbers and records the graph
    of primitives: the honest from-scratch form."""

    def __init__(self, function: Callable[P, T], definition: Callable[P, T]) -> None:
        self.function = function
        self.definition = definition
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self.function.__name__}, with .definition>"


def loss(definition: Callable[..., Any] | None = None) -> Callable[[Callable[P, T]], Defined[P, T]]:
    """Attach ``definition``, which takes the same arguments, to a loss. A loss that PyTorch itself records in primitives is its
    own definition (None)."""

    def attach(function: Callable[P, T]) -> Defined[P, T]:
        return Defined(function, definition or function)

    return attach
