"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from ..._tensor import Tensor
from ...errors import type_name
from ...ops.joining import cat
from ..parameter import replace_array


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All numbers of the parameters, one after another, as one vector through which gradients flow.

    >>> import tinygrad_loss as torch
    >>> torch.nn.utils.parameters_to_vector([torch.tensor([[1.0], [2.0]]), torch.tensor([3.0])])
    tensor([1., 2., 3.])
    """
    return cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Make each parameter, in turn, a view of its part of the vector ``vec``.

    >>> import tinygrad_loss as torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> torch.nn.utils.vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), layer.parameters())
    >>> layer.bias
    Parameter containing:
    tensor([3.], requires_grad=True)
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type_name(vec)}")
    start = 0
    for parameter in parameters:
        array = parameter._data
        replace_array(parameter, vec._data[start : start + array.size].reshape(array.shape))
        start += array.size
