"""Errors that more than one part of the package raises."""

from __future__ import annotations


class MissingExtra(ImportError):
    """An optional library is not installed; the message says which extra brings it."""

    def __init__(self, purpose: str, library: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs {library}, which is not installed. Run: pip install 'tinygrad_loss[{extra}]'",
            name=library,
        )


class LinAlgError(RuntimeError):
    """A matrix has no inverse, or a system of equations no solution."""


def type_name(value: object) -> str:
    """The name by which a message calls a value's type.

    >>> type_name("seven")
    'str'
    """
    return type(value).__name__
