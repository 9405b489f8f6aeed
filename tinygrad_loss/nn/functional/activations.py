"""The functions between layers, with the names and arguments they have in torch.nn.functional."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..._dtypes import dtype as DType
from ...ops import sigmoids, softmaxes
from ...ops._record import data_of
from ._arguments import must_be_tensors, must_have

if TYPE_CHECKING:
    from ..._tensor import Tensor

logsigmoid = sigmoids.logsigmoid
sigmoid = sigmoids.sigmoid
softplus = sigmoids.softplus
tanh = sigmoids.tanh


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """Probabilities along ``dim``: see ``torch.softmax``. Without ``dim`` PyTorch's old choice is taken, with its warning.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.softmax(torch.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return softmaxes.softmax(input, _implicit("softmax", input, dim), dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """Log-probabilities along ``dim``: see ``torch.log_softmax``. Without ``dim`` PyTorch's old choice is taken, with its warning.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.log_softmax(torch.tensor([0.0, 0.0]), dim=0)
    tensor([-0.6931, -0.6931])
    """
    return softmaxes.log_softmax(input, _implicit("log_softmax", input, dim), dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """The softmax of ``-input``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.softmin(torch.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return softmaxes.softmax(-input, _implicit("softmin", input, dim), dtype)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0).

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    if inplace:
        must_be_tensors("relu", input=input)
        return input.relu_()  # type: ignore[no-any-return]
    return sigmoids.relu(input)


def _implicit(name: str, input: Any, dim: int | None) -> int:
    must_have("softmax" if name != "log_softmax" else name, input=input)
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=4,
    )
    return 0 if data_of(input).ndim in (0, 1, 3) else 1
