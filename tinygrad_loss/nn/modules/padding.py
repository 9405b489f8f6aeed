"""Borders as modules: see ``F.pad``."""

from __future__ import annotations

from typing import Any, ClassVar

from ..._tensor import Tensor
from .. import functional as F
from .module import Module


class _Pad(Module):
    """A border, as wide as ``padding`` says: one number, or (left, right, top, bottom, ...)."""

    dims: ClassVar[int]
    mode: ClassVar[str] = "constant"
    value: float | None = None

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.dims)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_Pad):
    """A border of zeros: (left, right).

    >>> import tinygrad_loss as torch
    >>> torch.nn.ZeroPad1d(1)(torch.tensor([[1.0, 2.0]]))
    tensor([[0., 1., 2., 0.]])
    """

    dims, value = 1, 0.0


class ZeroPad2d(_Pad):
    """A border of zeros: (left, right, top, bottom)."""

    dims, value = 2, 0.0


class ZeroPad3d(_Pad):
    """A border of zeros: (left, right, top, bottom, front, back)."""

    dims, value = 3, 0.0


class _ConstantPad(_Pad):
    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """A border of ``value``: (left, right)."""

    dims = 1


class ConstantPad2d(_ConstantPad):
    """A border of ``value``: (left, right, top, bottom)."""

    dims = 2


class ConstantPad3d(_ConstantPad):
    """A border of ``value``: (left, right, top, bottom, front, back)."""

    dims = 3


class ReflectionPad1d(_Pad):
    """A border of what lies before it, mirrored: (left, right).

    >>> import tinygrad_loss as torch
    >>> torch.nn.ReflectionPad1d(2)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """

    dims, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """A border of what lies before it, mirrored: (left, right, top, bottom)."""

    dims, mode = 2, "reflect"


class ReflectionPad3d(_Pad):
    """A border of what lies before it, mirrored: (left, right, top, bottom, front, back)."""

    dims, mode = 3, "reflect"


class ReplicationPad1d(_Pad):
    """A border of the last number again and again: (left, right)."""

    dims, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """A border of the last pixels again and again: (left, right, top, bottom)."""

    dims, mode = 2, "replicate"


class ReplicationPad3d(_Pad):
    """A border of the last numbers again and again: (left, right, top, bottom, front, back)."""

    dims, mode = 3, "replicate"


class _CircularPad(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (self.dims + 1, self.dims + 2):
            raise ValueError(f"expected {self.dims + 1}D or {self.dims + 2}D input (got {input.dim()}D input)")
        return super().forward(input)


class CircularPad1d(_CircularPad):
    """A border of what lies at the other end: (left, right)."""

    dims = 1


class CircularPad2d(_CircularPad):
    """A border of what lies at the other end: (left, right, top, bottom)."""

    dims = 2


class CircularPad3d(_CircularPad):
    """A border of what lies at the other end: (left, right, top, bottom, front, back)."""

    dims = 3
