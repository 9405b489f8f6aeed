"""Layers that take the number of their inputs from the first input that they see."""

from __future__ import annotations

from typing import Any, ClassVar

from ..._creation import ones, zeros
from ..._tensor import Tensor
from ..parameter import UninitializedParameter
from .convolution import Conv1d, Conv2d, Conv3d, ConvNd, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .linear import Linear
from .module import Module
from .normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, NormBase


class LazyModuleMixin(Module):
    """The part of a lazy layer that waits for the first call; after it the layer is of the class ``cls_to_become``."""

    cls_to_become: ClassVar[type[Module]]

    def has_uninitialized_params(self) -> bool:
        """Whether the first input is still to come."""
        return any(isinstance(parameter, UninitializedParameter) for parameter in self._parameters.values())

    def initialize_parameters(self, input: Tensor) -> None:
        """Give all parameters their shapes, and draw their first numbers."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {self._get_name()}")

    def reset_parameters(self) -> None:
        """Draw the first weights, once their number is known."""
        if not self.has_uninitialized_params() and self._size_is_known():
            super().reset_parameters()  # type: ignore[misc]

    def _size_is_known(self) -> bool:
        return True

    def _wait(self, device: Any, dtype: Any, *names: str) -> None:
        for name in names:
            setattr(self, name, UninitializedParameter(device=device, dtype=dtype))

    def _materialize(self, **shapes: tuple[int, ...]) -> None:
        for name, shape in shapes.items():
            parameter = getattr(self, name)
            if isinstance(parameter, UninitializedParameter):
                parameter.materialize(shape)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.has_uninitialized_params():
            self.initialize_parameters(*args, **kwargs)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]
        return self(*args, **kwargs)


class LazyLinear(LazyModuleMixin, Linear):
    """A Linear whose ``in_features`` is the length of the last dimension of the first input.

    >>> import tinygrad_loss as torch
    >>> layer = torch.nn.LazyLinear(3)
    >>> layer(torch.ones(2, 5)).shape, layer
    (torch.Size([2, 3]), Linear(in_features=5, out_features=3, bias=True))
    """

    cls_to_become = Linear

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, out_features, bias)
        self._wait(device, dtype, "weight", *(["bias"] if bias else []))

    def _size_is_known(self) -> bool:
        return self.in_features != 0

    def initialize_parameters(self, input: Tensor) -> None:
        self.in_features = input.shape[-1]
        self._materialize(weight=(self.out_features, self.in_features), bias=(self.out_features,))
        self.reset_parameters()


class _LazyConv(LazyModuleMixin, ConvNd):
    def __init__(self, out_channels: int, kernel_size: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(0, out_channels, kernel_size, *args, **kwargs)  # type: ignore[call-arg]
        options = (kwargs.get("device"), kwargs.get("dtype"))
        self._wait(*options, "weight", *([] if self.bias is None else ["bias"]))

    def _size_is_known(self) -> bool:
        return self.in_channels != 0

    def initialize_parameters(self, input: Tensor) -> None:
        dims = self.dims
        if input.dim() not in (dims + 1, dims + 2):
            raise RuntimeError(
                f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {self._get_name()}, but got input of size: "
                f"{input.shape}"
            )
        self.in_channels = input.shape[-dims - 1]
        if self.in_channels % self.groups:
            raise ValueError(f"in_channels must be divisible by groups, got {self.in_channels} and groups={self.groups}")
        self._materialize(weight=self._weight_shape(), bias=(self.out_channels,))
        self.reset_parameters()


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d whose ``in_channels`` is that of the first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d whose ``in_channels`` is that of the first input.

    >>> import tinygrad_loss as torch
    >>> layer = torch.nn.LazyConv2d(8, kernel_size=3)
    >>> layer(torch.ones(1, 3, 5, 5)).shape, layer.in_channels
    (torch.Size([1, 8, 3, 3]), 3)
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A Conv3d whose ``in_channels`` is that of the first input."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConv, ConvTranspose1d):
    """A ConvTranspose1d whose ``in_channels`` is that of the first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConv, ConvTranspose2d):
    """A ConvTranspose2d whose ``in_channels`` is that of the first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConv, ConvTranspose3d):
    """A ConvTranspose3d whose ``in_channels`` is that of the first input."""

    cls_to_become = ConvTranspose3d


class _LazyNorm(LazyModuleMixin, NormBase):
    def __init__(self, *args: Any, device: Any = None, dtype: Any = None, bias: bool = True, **kwargs: Any) -> None:
        super().__init__(0, *args, device=device, dtype=dtype, bias=bias, **kwargs)  # type: ignore[misc]
        self._wait(device, dtype, *(name for name, one in self._parameters.items() if one is not None))

    def _size_is_known(self) -> bool:
        return self.num_features != 0

    def has_uninitialized_params(self) -> bool:
        return self.num_features == 0

    def initialize_parameters(self, input: Tensor) -> None:
        self.num_features = input.shape[1]
        self._materialize(weight=(self.num_features,), bias=(self.num_features,))
        if self.running_mean is not None:
            self.running_mean = zeros(self.num_features, dtype=self.running_mean.dtype)
            self.running_var = ones(self.num_features, dtype=self.running_mean.dtype)
        self.reset_parameters()


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A BatchNorm1d whose ``num_features`` is that of the first input."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A BatchNorm2d whose ``num_features`` is that of the first input."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A BatchNorm3d whose ``num_features`` is that of the first input."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """An InstanceNorm1d whose ``num_features`` is that of the first input."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """An InstanceNorm2d whose ``num_features`` is that of the first input."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """An InstanceNorm3d whose ``num_features`` is that of the first input."""

    cls_to_become = InstanceNorm3d
