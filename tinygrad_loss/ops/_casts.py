"""Changing a tensor's dtype, and copying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _dtypes
from .._dtypes import dtype as DType
from ..autograd.node import Node
from ._record import array_of, record

if TYPE_CHECKING:
    from .._tensor import Tensor


class ToCopyBackward0(Node):
    """The same numbers in another dtype: the gradient is taken back to the old one (by the walk, for every edge)."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g,)


class CloneBackward0(Node):
    """A copy: the gradient goes back as it is."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g,)


def cast(input: Tensor, dtype: DType, copy: bool = False) -> Tensor:
    """``input`` in ``dtype``; the tensor itself where it has it already, unless ``copy``."""
    data = array_of(input, "to")
    if not isinstance(dtype, DType):
        raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(dtype).__name__}, such as torch.float32")
    if data.dtype == dtype.numpy and not copy:
        return input
    with np.errstate(all="ignore"):
        return record(ToCopyBackward0, (input,), data.astype(dtype.numpy))  # type: ignore[no-any-return]


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy with its own memory, through which gradients flow.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0], requires_grad=True); x.clone()
    tensor([1.], grad_fn=<CloneBackward0>)
    """
    return record(CloneBackward0, (input,), array_of(input, "clone").copy())  # type: ignore[no-any-return]


def as_float(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in float32."""
    return cast(input, _dtypes.float32)


def as_double(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in float64."""
    return cast(input, _dtypes.float64)


def as_half(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in float16."""
    return cast(input, _dtypes.float16)


def as_long(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in int64; fractions are cut off."""
    return cast(input, _dtypes.int64)


def as_int(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in int32; fractions are cut off."""
    return cast(input, _dtypes.int32)


def as_short(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in int16; fractions are cut off."""
    return cast(input, _dtypes.int16)


def as_char(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in int8; fractions are cut off."""
    return cast(input, _dtypes.int8)


def as_byte(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """The tensor in uint8; fractions are cut off."""
    return cast(input, _dtypes.uint8)


def as_bool(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """True where a number is not 0."""
    return cast(input, _dtypes.bool_)


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """``input`` in the dtype of ``other``."""
    return cast(input, other.dtype)
