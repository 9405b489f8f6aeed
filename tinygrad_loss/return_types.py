"""The pairs that max, sort and their like return: tuples whose parts have names.

>>> import tinygrad_loss as torch
>>> torch.max(torch.tensor([[1.0, 3.0]]), dim=1)
torch.return_types.max(
values=tensor([3.]),
indices=tensor([1]))
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, ClassVar


class ReturnType(tuple[Any, ...]):
    """A tuple whose parts have the names ``parts``."""

    __slots__ = ()
    parts: ClassVar[Sequence[str]] = ("values", "indices")

    def __repr__(self) -> str:
        named = ",\n".join(f"{name}={value!r}" for name, value in zip(self.parts, self, strict=True))
        return f"torch.return_types.{type(self).__name__}(\n{named})"


class ValuesAndIndices(ReturnType):
    """Numbers, and where they stood along the dimension."""

    __slots__ = ()
    values = property(itemgetter(0))
    indices = property(itemgetter(1))


class max(ValuesAndIndices):
    """The largest numbers along a dimension, and where the first of them stands."""

    __slots__ = ()


class min(ValuesAndIndices):
    """The smallest numbers along a dimension, and where the first of them stands."""

    __slots__ = ()


class median(ValuesAndIndices):
    """The middle numbers along a dimension, and where they stand."""

    __slots__ = ()


class sort(ValuesAndIndices):
    """The numbers in order, and where each came from."""

    __slots__ = ()


class topk(ValuesAndIndices):
    """The k largest or smallest numbers, and where they stand."""

    __slots__ = ()


class aminmax(ReturnType):
    """The smallest and the largest numbers."""

    __slots__ = ()
    parts = ("min", "max")
    min = property(itemgetter(0))
    max = property(itemgetter(1))


class kthvalue(ValuesAndIndices):
    """The k-th smallest numbers along a dimension, and where they stand."""

    __slots__ = ()


class mode(ValuesAndIndices):
    """The most frequent numbers along a dimension, and where they stand."""

    __slots__ = ()


class nanmedian(ValuesAndIndices):
    """The middle numbers along a dimension but for nan, and where they stand."""

    __slots__ = ()


class cummax(ValuesAndIndices):
    """The largest numbers so far, and where they stand."""

    __slots__ = ()


class cummin(ValuesAndIndices):
    """The smallest numbers so far, and where they stand."""

    __slots__ = ()


class slogdet(ReturnType):
    """The sign and the logarithm of the size of a determinant."""

    __slots__ = ()
    parts = ("sign", "logabsdet")
    sign = property(itemgetter(0))
    logabsdet = property(itemgetter(1))
