"""Convolutions as modules."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..._tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter, empty_parameter
from .module import Module

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def repeated(value: Any, dims: int) -> tuple[Any, ...]:
    """One number for each dimension: a number again and again, or the numbers that are given."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * dims


class ConvNd(Module):
    """What all convolutions have in common: their options, weights and first numbers."""

    dims: ClassVar[int]
    transposed: ClassVar[bool] = False
    function: ClassVar[Callable[..., Tensor]]
    weight: Parameter
    bias: Parameter | None

    def _set_up(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any, output_padding: Any,
        groups: int, bias: bool, padding_mode: str, device: Any, dtype: Any,
    ) -> None:  # fmt: skip
        if groups <= 0:
            raise ValueError(f"groups must be a positive integer, got {groups}")
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise ValueError(f"{name} must be divisible by groups, got {channels} and groups={groups}")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = repeated(kernel_size, self.dims), repeated(stride, self.dims)
        self.dilation, self.output_padding = repeated(dilation, self.dims), repeated(output_padding, self.dims)
        self.padding = padding if isinstance(padding, str) else repeated(padding, self.dims)
        self.padding_mode = padding_mode
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {padding!r}, should be one of 'same', 'valid'")
            if padding == "same" and any(step != 1 for step in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in PADDING_MODES:
            raise ValueError(f"padding_mode must be one of {PADDING_MODES}, but got padding_mode='{padding_mode}'")
        self.weight = empty_parameter(*self._weight_shape(), device=device, dtype=dtype)
        self.register_parameter("bias", empty_parameter(out_channels, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def _weight_shape(self) -> tuple[int, ...]:
        first, second = (self.in_channels, self.out_channels) if self.transposed else (self.out_channels, self.in_channels)
        return first, second // self.groups, *self.kernel_size

    def reset_parameters(self) -> None:
        """Draw the first weights: uniform in +-1/sqrt(fan_in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self.dims:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * self.dims:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text + (f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "")


class _Conv(ConvNd):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        options = (kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode)
        self._set_up(in_channels, out_channels, *options, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._borders(), mode=self.padding_mode), (0,) * self.dims
        return type(self).function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _borders(self) -> list[int]:
        """What ``F.pad`` is to add, from the last dimension on."""
        if not isinstance(self.padding, str):
            return [length for length in reversed(self.padding) for _ in range(2)]
        totals = [d * (k - 1) if self.padding == "same" else 0 for d, k in zip(self.dilation, self.kernel_size, strict=True)]
        return [length for total in reversed(totals) for length in (total // 2, total - total // 2)]


class Conv1d(_Conv):
    """A convolution along one dimension, (batch, in_channels, length): see Conv2d and ``F.conv1d``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.Conv1d(2, 4, 3)(torch.ones(5, 2, 10)).shape
    torch.Size([5, 4, 8])
    """

    dims = 1
    function = staticmethod(F.conv1d)


class Conv2d(_Conv):
    """A convolution: (batch, in_channels, height, width), or without a batch, to (batch, out_channels, ...): see ``F.conv2d``.

    ``weight``, (out_channels, in_channels / groups, *kernel_size), and ``bias`` start uniform in +-1/sqrt(fan_in), PyTorch's
    numbers for the same seed. ``padding_mode`` is a mode of ``F.pad`` (``"zeros"``: a border of zeros).

    >>> import tinygrad_loss as torch
    >>> layer = torch.nn.Conv2d(3, 8, kernel_size=5, padding=2)
    >>> layer(torch.ones(2, 3, 28, 28)).shape
    torch.Size([2, 8, 28, 28])
    """

    dims = 2
    function = staticmethod(F.conv2d)


class Conv3d(_Conv):
    """A convolution over three dimensions: see Conv2d and ``F.conv3d``."""

    dims = 3
    function = staticmethod(F.conv3d)


class _ConvTranspose(ConvNd):
    transposed = True

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
        groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {self._get_name()}')
        options = (kernel_size, stride, padding, dilation, output_padding, groups, bias, padding_mode)
        self._set_up(in_channels, out_channels, *options, device, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        more = self.output_padding if output_size is None else self._more(input, tuple(output_size))
        options = (self.stride, self.padding, more, self.groups, self.dilation)
        return type(self).function(input, self.weight, self.bias, *options)

    def _more(self, input: Tensor, output_size: tuple[int, ...]) -> tuple[int, ...]:
        """The ``output_padding`` that gives a result of ``output_size``."""
        dims = self.dims
        others = input.ndim - dims
        if len(output_size) == others + dims:
            output_size = output_size[others:]
        if len(output_size) != dims:
            raise ValueError(
                f"ConvTranspose{dims}D: for {input.ndim}D input, output_size must have {dims} or {others + dims} elements (got "
                f"{len(output_size)})"
            )
        rows = zip(input.shape[others:], self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        least = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, k, s, p, d in rows]
        most = [size + s - 1 for size, s in zip(least, self.stride, strict=True)]
        if any(not low <= size <= high for size, low, high in zip(output_size, least, most, strict=True)):
            raise ValueError(
                f"requested an output size of {list(output_size)}, but valid sizes range from {least} to {most} (for an input of "
                f"{input.shape[2:]})"
            )
        return tuple(size - low for size, low in zip(output_size, least, strict=True))


class ConvTranspose1d(_ConvTranspose):
    """The reverse of Conv1d: see ConvTranspose2d."""

    dims = 1
    function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    """The reverse of Conv2d in its input, from small images to large ones: see ``F.conv_transpose2d``.

    ``weight`` is (in_channels, out_channels / groups, *kernel_size). Where several sizes of results would do, ``output_size`` in
    the call chooses one.

    >>> import tinygrad_loss as torch
    >>> layer = torch.nn.ConvTranspose2d(4, 2, 2, stride=2)
    >>> layer(torch.ones(1, 4, 3, 3)).shape, layer(torch.ones(1, 4, 3, 3), output_size=(7, 7)).shape
    (torch.Size([1, 2, 6, 6]), torch.Size([1, 2, 7, 7]))
    """

    dims = 2
    function = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    """The reverse of Conv3d: see ConvTranspose2d."""

    dims = 3
    function = staticmethod(F.conv_transpose3d)
