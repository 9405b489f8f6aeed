"""Activations that bend smoothly, as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ..._tensor import Tensor
from .. import functional as F
from .module import Module


class _InPlace(Module):
    """A function without options but whether it writes over its input."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class _WithAlpha(_InPlace):
    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class ELU(_WithAlpha):
    """x where x > 0, ``alpha`` (e^x - 1) elsewhere: see ``F.elu``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.ELU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """

    function = staticmethod(F.elu)


class CELU(_WithAlpha):
    """x where x > 0, ``alpha`` (e^(x / alpha) - 1) elsewhere: see ``F.celu``."""

    function = staticmethod(F.celu)


class SELU(_InPlace):
    """elu whose constants keep mean 0 and variance 1 from layer to layer: see ``F.selu``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.SELU()(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """

    function = staticmethod(F.selu)


class SiLU(_InPlace):
    """x sigmoid(x): see ``F.silu``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.SiLU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """

    function = staticmethod(F.silu)


class Mish(_InPlace):
    """x tanh(softplus(x)): see ``F.mish``."""

    function = staticmethod(F.mish)


class GELU(Module):
    """x P(N <= x) for a standard normal N, or its approximation by ``"tanh"``: see ``F.gelu``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.GELU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class GLU(Module):
    """a sigmoid(b), where a and b are the halves of x along ``dim``: see ``F.glu``."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softsign(Module):
    """x / (1 + |x|): see ``F.softsign``."""

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


class Tanhshrink(Module):
    """x - tanh(x): see ``F.tanhshrink``."""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)
