"""Activations made of straight lines, as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..._tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter, empty_parameter
from .linear_units import _InPlace
from .module import Module


class ReLU6(_InPlace):
    """x held between 0 and 6: see ``F.relu6``."""

    min_val, max_val = 0.0, 6.0
    function = staticmethod(F.relu6)


class Hardsigmoid(_InPlace):
    """x / 6 + 1/2, held between 0 and 1: see ``F.hardsigmoid``."""

    function = staticmethod(F.hardsigmoid)

    def extra_repr(self) -> str:
        return ""


class Hardswish(Hardsigmoid):
    """x hardsigmoid(x): see ``F.hardswish``."""

    function = staticmethod(F.hardswish)


class _Shrink(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(_Shrink):
    """x brought nearer to 0 by ``lambd``: see ``F.softshrink``."""

    function = staticmethod(F.softshrink)


class Hardshrink(_Shrink):
    """x, but 0 where |x| <= ``lambd``: see ``F.hardshrink``."""

    function = staticmethod(F.hardshrink)


class Threshold(Module):
    """x where x > ``threshold``, else ``value``: see ``F.threshold``."""

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}" + (", inplace=True" if self.inplace else "")


class PReLU(Module):
    """x where x > 0, a trained ``weight`` times x elsewhere: one weight, or one for each channel (dimension 1); see ``F.prelu``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.PReLU()(torch.tensor([-1.0, 2.0])).detach()
    tensor([-0.2500,  2.0000])
    """

    weight: Parameter

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = empty_parameter(num_parameters, device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The first slopes."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """x where x > 0, elsewhere x times a slope that is random in training and the mean after ``eval()``: see ``F.rrelu``."""

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class Softmax2d(Module):
    """Probabilities over the channels at each pixel: (batch, channels, height, width), or without a batch."""

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3, _stacklevel=5)
