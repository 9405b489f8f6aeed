"""What modules and optimizers do to gradients between two steps."""

from __future__ import annotations

from ._tensor import Tensor
from .autograd.clock import touch


def clear_grad(parameter: Tensor, set_to_none: bool) -> None:
    """Forget a gradient, or fill it with zeros (and take it out of any graph)."""
    grad = parameter.grad
    if grad is None:
        return
    if set_to_none:
        parameter._grad = None
        return
    if grad.grad_fn is None:
        grad.requires_grad_(False)
    else:
        parameter._grad = grad = grad.detach()
    grad._data[...] = 0
    touch(grad._data)
