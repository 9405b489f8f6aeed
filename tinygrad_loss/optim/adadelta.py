"""Adadelta: steps whose size comes from the steps before."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._bundle import Piece
from .optimizer import Optimizer, Params, check_options, descent_direction, number


class Adadelta(Optimizer):
    """p <- p - lr d, where d = g sqrt(u + eps) / sqrt(v + eps), and v and u are running means of g^2 and of d^2.

    Source: M. D. Zeiler, https://arxiv.org/abs/1212.5701

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0, -8.0], requires_grad=True)
    >>> optimizer = torch.optim.Adadelta([w], lr=10.0)
    >>> (w * w).sum().backward(); optimizer.step(); w
    tensor([ 0.9684, -7.9684], requires_grad=True)
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr=lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}; it must be in [0, 1]")
        check_options(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def _update(self, group: dict[str, Any], piece: Piece) -> None:
        g, (v, u) = descent_direction(group, piece), piece.state
        kept, new, eps, rate = piece.numbers(group["rho"], 1 - group["rho"], group["eps"], -number(group["lr"]))
        d, root = piece.update, piece.scratch[1]
        np.multiply(g, new, out=d)
        d *= g
        v *= kept
        v += d
        np.sqrt(np.add(u, eps, out=d), out=d)
        d /= np.sqrt(np.add(v, eps, out=root), out=root)
        d *= g
        np.multiply(d, new, out=root)
        root *= d
        u *= kept
        u += root
        d *= rate
