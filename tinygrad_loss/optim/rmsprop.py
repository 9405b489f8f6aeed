"""RMSprop: the gradient divided by its running size."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._bundle import Piece
from .optimizer import Optimizer, Params, check_options, descent_direction, number


class RMSprop(Optimizer):
    """p <- p - lr g / (sqrt(v) + eps), where v <- alpha v + (1 - alpha) g^2.

    ``centered`` subtracts the square of g's running mean from v; ``momentum`` runs the quotients through a buffer first.

    Source: G. Hinton, lecture 6e, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf;
    A. Graves, https://arxiv.org/abs/1308.0850 (centered)

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0, -8.0], requires_grad=True)
    >>> optimizer = torch.optim.RMSprop([w], lr=0.01)
    >>> (w * w).sum().backward(); optimizer.step(); w
    tensor([ 0.9000, -7.9000], requires_grad=True)
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        slots = {"square_avg": 0.0}
        if group["momentum"] > 0:
            slots["momentum_buffer"] = 0.0
        return {**slots, "grad_avg": 0.0} if group["centered"] else slots

    def _update(self, group: dict[str, Any], piece: Piece) -> None:
        g, alpha, lr = descent_direction(group, piece), group["alpha"], number(group["lr"])
        v, *others = piece.state
        update, root = piece.update, piece.scratch[1]
        kept, new, eps, rate = piece.numbers(alpha, 1 - alpha, group["eps"], -lr)
        v *= kept
        np.multiply(g, new, out=update)
        update *= g
        v += update
        if group["centered"]:
            mean = others[-1]
            np.subtract(g, mean, out=update)
            update *= new
            mean += update
            np.multiply(mean, mean, out=root)
            np.subtract(v, root, out=root)
            np.sqrt(root, out=root)
        else:
            np.sqrt(v, out=root)
        root += eps
        if group["momentum"] > 0:
            buffer = others[0]
            buffer *= group["momentum"]
            buffer += np.divide(g, root, out=update)
            np.multiply(buffer, rate, out=update)
        else:
            np.multiply(g, rate, out=update)
            update /= root
