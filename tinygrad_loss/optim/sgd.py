"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.clock import touch
from ._bundle import SMALL, Piece
from .optimizer import Optimizer, Params, check_options, descent_direction, number

FEW = 8  # so many small parameters are moved quicker one by one than laid side by side


class SGD(Optimizer):
    """p <- p - lr g; with momentum p <- p - lr b, where b <- momentum b + (1 - dampening) g (and b = g at first).

    ``nesterov`` goes along g + momentum b instead. ``weight_decay`` adds weight_decay p to g. ``foreach`` and ``fused`` choose
    among PyTorch's implementations and change nothing here.

    Source: I. Sutskever et al., ICML 2013, https://proceedings.mlr.press/v28/sutskever13.html

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.1)
    >>> (w * w).sum().backward(); optimizer.step(); w
    tensor([0.8000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_options(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                f"Nesterov momentum requires a momentum and zero dampening, got momentum={momentum} and dampening={dampening}"
            )
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0} if group["momentum"] != 0 else {}

    def _descended(self, group: dict[str, Any]) -> bool:
        params = group["params"]
        if group["momentum"] or group["weight_decay"] or group["maximize"] or len(params) > FEW:
            return False
        for p in params:
            if p._data.size > SMALL:
                return False
        rate, dtype = -number(group["lr"]), None
        for p in params:
            grad = getattr(p, "_grad", None)
            if grad is not None:
                data, g = p._data, grad._data
                if g.dtype is not dtype:
                    dtype = g.dtype
                    factor = np.array(rate, dtype)  # quicker in a product than Python's number, and rounded alike
                np.add(data, g * factor, data)
                touch(data)
        return True

    def _update(self, group: dict[str, Any], piece: Piece) -> None:
        g, momentum = descent_direction(group, piece), group["momentum"]
        if momentum != 0:
            b, temporary = piece.state[0], piece.update
            if piece.fresh:
                b[...] = g
            else:
                b *= momentum
                b += g if group["dampening"] == 0 else np.multiply(g, 1 - group["dampening"], out=temporary)
            g = np.add(g, np.multiply(b, momentum, out=temporary), out=temporary) if group["nesterov"] else b
        np.multiply(g, -number(group["lr"]), out=piece.update)
