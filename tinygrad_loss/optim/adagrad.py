"""Adagrad: steps that shrink with all the gradients seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._creation import from_numpy
from .._dtypes import F32, F64, default_numpy
from .._tensor import Tensor
from ._bundle import Piece
from .optimizer import Optimizer, Params, check_options, descent_direction, number


class Adagrad(Optimizer):
    """p <- p - lr' g / (sqrt(s) + eps), where s is the sum of all g^2 so far and lr' = lr / (1 + (step - 1) lr_decay).

    Source: J. Duchi et al., JMLR 12 (2011), https://jmlr.org/papers/v12/duchi11a.html

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0, -8.0], requires_grad=True)
    >>> optimizer = torch.optim.Adagrad([w], lr=0.1)
    >>> (w * w).sum().backward(); optimizer.step(); w
    tensor([ 0.9000, -7.9000], requires_grad=True)
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_options(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p] = {"step": _zero(), "sum": from_numpy(np.full_like(p._data, initial_accumulator_value))}

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"sum": self.defaults["initial_accumulator_value"]}

    def _update(self, group: dict[str, Any], piece: Piece) -> None:
        g, (total,) = descent_direction(group, piece), piece.state
        update, root = piece.update, piece.scratch[1]
        total += np.multiply(g, g, out=update)
        np.sqrt(total, out=root)
        root += group["eps"]
        np.multiply(g, -(number(group["lr"]) / (1 + (piece.step - 1) * group["lr_decay"])), out=update)
        update /= root


def _zero() -> Tensor:
    return from_numpy(np.zeros((), F64 if default_numpy() == F64 else F32))
