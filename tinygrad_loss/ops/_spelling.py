"""NumPy's names of arguments beside PyTorch's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
NAMES = {"axis": "dim", "keepdims": "keepdim"}


def numpy_spelling(function: F) -> F:
    """Let ``function`` take ``axis`` for ``dim`` and ``keepdims`` for ``keepdim``, as PyTorch's functions do.

    >>> numpy_spelling(lambda x, dim: dim)(0, axis=1)
    1
    """

    @functools.wraps(function)
    def spelled(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{NAMES.get(name, name): value for name, value in kwargs.items()})

    return cast(F, spelled)
