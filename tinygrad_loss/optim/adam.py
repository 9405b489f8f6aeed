"""Adam and AdamW: steps of a size that adapts to each number."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._tensor import Tensor
from ._bundle import Piece
from .optimizer import Optimizer, Params, check_options, descent_direction, number


class Adam(Optimizer):
    """p <- p - lr m' / (sqrt(v') + eps), where m and v are running means of g and g^2, and ' corrects that they started at zero.

    ``betas`` are the weights of the past in the two means. ``weight_decay`` adds weight_decay p to g; with
    ``decoupled_weight_decay`` (AdamW) p is shrunk by lr weight_decay instead. ``amsgrad`` divides by the largest v so far.

    Source: D. P. Kingma and J. Ba, https://arxiv.org/abs/1412.6980; S. J. Reddi et al., https://openreview.net/forum?id=ryQu7f-RZ

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0, -8.0], requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward(); optimizer.step(); w
    tensor([ 0.9000, -7.9000], requires_grad=True)
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_options(lr=lr, eps=eps)
        for place, beta in enumerate(betas):
            if not 0.0 <= number(beta) < 1.0:
                raise ValueError(f"Invalid beta parameter at index {place}: {beta}; it must be in [0, 1)")
        check_options(weight_decay=weight_decay)
        if not all(isinstance(beta, float) for beta in betas) and not all(isinstance(beta, Tensor) for beta in betas):
            raise ValueError("betas must be either both floats or both Tensors")
        defaults = {
            "lr": lr,
            "betas": tuple(map(number, betas)),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        slots = {"exp_avg": 0.0, "exp_avg_sq": 0.0}
        return {**slots, "max_exp_avg_sq": 0.0} if group["amsgrad"] else slots

    def _update(self, group: dict[str, Any], piece: Piece) -> None:
        decoupled = group["decoupled_weight_decay"]
        g = descent_direction(group, piece, decay=not decoupled)
        lr, (beta1, beta2) = number(group["lr"]), group["betas"]
        m, v = piece.state[:2]
        update, root = piece.update, piece.scratch[0]
        new, kept, new_square, correction, eps, rate = piece.numbers(
            1 - beta1,
            beta2,
            1 - beta2,
            (1 - beta2**piece.step) ** 0.5,
            group["eps"],
            -(lr / (1 - beta1**piece.step)),
        )
        # v <- beta2 v + (1 - beta2) g^2;  m <- m + (1 - beta1) (g - m)
        np.multiply(g, new_square, update)
        update *= g
        v *= kept
        v += update
        np.subtract(g, m, update)
        update *= new
        m += update
        if group["amsgrad"]:
            v = np.maximum(piece.state[2], v, out=piece.state[2])
        np.sqrt(v, root)  # over g, which has done its work: the less memory, the more of it is in cache
        root /= correction
        root += eps
        np.multiply(m, rate, update)
        update /= root
        if decoupled and group["weight_decay"]:
            # p (1 - lr weight_decay) in one writing to p; the factor is rounded as if it stood alone, as in PyTorch.
            shrunk = update.dtype.type(1 - lr * number(group["weight_decay"]))
            update += np.multiply(piece.values, float(shrunk) - 1, out=root)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters by lr weight_decay, apart from the gradient.

    Source: I. Loshchilov and F. Hutter, https://arxiv.org/abs/1711.05101

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (w * w).sum().backward(); optimizer.step(); w
    tensor([0.8500], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
