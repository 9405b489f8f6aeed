"""NumPy's names of arguments beside PyTorch's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
ABSENT = object()
NAMES = {"axis": "dim", "keepdims": "keepdim"}
WITH_DIM = {"sum", "mean", "prod", "max", "min", "median"}
"""Functions that take ``keepdim`` only where ``dim`` is given too."""


def numpy_spelling(function: F) -> F:
    """Let ``function`` take ``axis`` for ``dim`` and ``keepdims`` for ``keepdim``, as PyTorch's functions do.

    >>> numpy_spelling(lambda x, dim: dim)(0, axis=1)
    1
    """

    @functools.wraps(function)
    def spelled(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if "axis" in kwargs or "keepdims" in kwargs:
                kwargs = {NAMES.get(name, name): value for name, value in kwargs.items()}
            if "keepdim" in kwargs:
                _check_keepdim(function.__name__, kwargs["keepdim"], len(args) > 1 or "dim" in kwargs)
        return function(*args, **kwargs)

    return cast(F, spelled)


def numpy_spelling_of_sums(function: F) -> F:
    """The same for ``function(input, dim, keepdim, ...)``, in half the time: for what is called in every step of a training."""
    spelled = numpy_spelling(function)

    @functools.wraps(function)
    def at_once(input: Any, dim: Any = ABSENT, keepdim: Any = ABSENT, **others: Any) -> Any:
        if not others:
            if keepdim is ABSENT:
                return function(input) if dim is ABSENT else function(input, dim)
            if dim is not ABSENT and (keepdim is True or keepdim is False):
                return function(input, dim, keepdim)
        given = {name: value for name, value in (("dim", dim), ("keepdim", keepdim)) if value is not ABSENT}
        return spelled(input, **given, **others)

    return cast(F, at_once)


def _check_keepdim(function: str, keepdim: Any, dim_is_given: bool) -> None:
    if not isinstance(keepdim, bool):
        raise TypeError(f"{function}(): argument 'keepdim' must be bool, not {type(keepdim).__name__}")
    if not dim_is_given and function in WITH_DIM:
        raise TypeError(
            f"{function}() received an invalid combination of arguments - got (Tensor, keepdim=bool): give dim too, {function}(x, "
            "dim=..., keepdim=True)"
        )
