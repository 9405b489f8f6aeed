"""Optimizers and schedulers on a sequence of gradients that is the same everywhere: one row per case, run here and in PyTorch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

STEPS = 50
SHAPES = [(3, 4), (3,), (), (150, 120), (2, 3, 1)]

# name: (optimizer, options)
TRAJECTORIES: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"lr": 0.05}),
    "sgd-momentum": ("SGD", {"lr": 0.02, "momentum": 0.9}),
    "sgd-dampening": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    "sgd-nesterov": ("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    "sgd-maximize": ("SGD", {"lr": 0.01, "maximize": True, "weight_decay": 0.1}),
    "adam": ("Adam", {}),
    "adam-amsgrad": ("Adam", {"lr": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    "adam-betas": ("Adam", {"lr": 0.01, "maximize": True, "betas": (0.5, 0.9), "eps": 1e-3}),
    "adam-decoupled": ("Adam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "adamw": ("AdamW", {"lr": 0.01}),
    "adamw-amsgrad": ("AdamW", {"lr": 0.01, "amsgrad": True, "weight_decay": 0.3, "maximize": True}),
    "rmsprop": ("RMSprop", {"lr": 0.01}),
    "rmsprop-momentum": ("RMSprop", {"lr": 0.005, "momentum": 0.9, "weight_decay": 0.1}),
    "rmsprop-centered": (
        "RMSprop",
        {"lr": 0.005, "alpha": 0.8, "eps": 1e-2, "centered": True, "momentum": 0.5, "maximize": True},
    ),
    "adagrad": ("Adagrad", {"lr": 0.1}),
    "adagrad-decay": (
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "maximize": True},
    ),
    "adadelta": ("Adadelta", {}),
    "adadelta-decay": ("Adadelta", {"lr": 0.5, "rho": 0.7, "eps": 1e-4, "weight_decay": 0.1, "maximize": True}),
    "lbfgs": ("LBFGS", {"lr": 0.3, "max_iter": 3}),
    "lbfgs-history": ("LBFGS", {"lr": 0.2, "max_iter": 4, "history_size": 3, "max_eval": 3}),
    "lbfgs-wolfe": ("LBFGS", {"max_iter": 2, "line_search_fn": "strong_wolfe"}),
    "lbfgs-wolfe-far": ("LBFGS", {"lr": 20.0, "max_iter": 2, "history_size": 2, "line_search_fn": "strong_wolfe"}),
}

# name: (scheduler, options); functions and the losses that ReduceLROnPlateau sees stand below
SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "step": ("StepLR", {"step_size": 7, "gamma": 0.5}),
    "multistep": ("MultiStepLR", {"milestones": [3, 10, 10, 40], "gamma": 0.3}),
    "exponential": ("ExponentialLR", {"gamma": 0.93}),
    "cosine": ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.001}),
    "lambda": ("LambdaLR", {"lr_lambda": [lambda epoch: 0.95**epoch, lambda epoch: 1 / (1 + epoch)]}),
    "linear": ("LinearLR", {"start_factor": 0.25, "end_factor": 0.9, "total_iters": 9}),
    "plateau": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 2, "cooldown": 1, "min_lr": 1e-3}),
    "plateau-max": (
        "ReduceLROnPlateau",
        {"mode": "max", "patience": 1, "threshold_mode": "abs", "threshold": 0.1, "min_lr": [0, 0.02]},
    ),
    "multiplicative": ("MultiplicativeLR", {"lr_lambda": [lambda epoch: 0.97, lambda epoch: 1 - 0.01 * (epoch % 3)]}),
    "constant": ("ConstantLR", {"factor": 0.3, "total_iters": 4}),
    "polynomial": ("PolynomialLR", {"total_iters": 30, "power": 1.7}),
    "restarts": ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2, "eta_min": 0.01}),
    "restarts-even": ("CosineAnnealingWarmRestarts", {"T_0": 7}),
    "cyclic": ("CyclicLR", {"base_lr": 0.01, "max_lr": [0.1, 0.3], "step_size_up": 4, "step_size_down": 6}),
    "cyclic-halved": ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 5, "mode": "triangular2"}),
    "cyclic-range": ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 5, "mode": "exp_range", "gamma": 0.98}),
    "cyclic-own": ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 5, "scale_fn": lambda x: 0.9 ** x,
                                "cycle_momentum": False}),
    "one-cycle": ("OneCycleLR", {"max_lr": [0.3, 0.7], "total_steps": 51}),
    "one-cycle-linear": ("OneCycleLR", {"max_lr": 0.3, "epochs": 6, "steps_per_epoch": 10, "anneal_strategy": "linear",
                                        "pct_start": 0.4, "three_phase": True, "div_factor": 10.0}),
    "sequential": ("SequentialLR", {"milestones": [4, 20]}),
    "chained": ("ChainedScheduler", {}),
}


def scheduler_of(torch: Any, name: str, optimizer: Any) -> Any:
    """The schedule of a row; "sequential" and "chained" are made of others."""
    kind, options = SCHEDULES[name]
    schedules = torch.optim.lr_scheduler
    if name not in ("sequential", "chained"):
        return getattr(schedules, kind)(optimizer, **options)
    parts = [schedules.LinearLR(optimizer, 0.1, total_iters=4), schedules.ExponentialLR(optimizer, 0.9)]
    if name == "chained":
        return schedules.ChainedScheduler(parts)
    return schedules.SequentialLR(optimizer, [*parts, schedules.CosineAnnealingLR(optimizer, 10)], **options)


def first(place: int, shape: tuple[int, ...], kind: str) -> np.ndarray[Any, Any]:
    """The parameters at the start."""
    return np.cos(np.arange(math.prod(shape)) * 0.37 + place).reshape(shape).astype(kind)


def gradient(value: np.ndarray[Any, Any], place: int, step: int) -> np.ndarray[Any, Any]:
    """A gradient like that of a noisy bowl, from the parameter's own value."""
    noise = np.sin(np.arange(value.size) * 1.3 + place + 0.7 * step).reshape(value.shape)
    return (value + 0.5 * noise).astype(value.dtype)


def trajectory(torch: Any, name: str, kind: str) -> tuple[list[np.ndarray[Any, Any]], Any]:
    """The parameters after the steps, and the optimizer. Parameter 1 has no gradient in some steps."""
    kind_of, options = TRAJECTORIES[name]
    params = [torch.from_numpy(first(place, shape, kind)).requires_grad_() for place, shape in enumerate(SHAPES)]
    optimizer = getattr(torch.optim, kind_of)(params, **options)
    if kind_of == "LBFGS":
        return _by_closure(torch, params, optimizer), optimizer
    for step in range(STEPS):
        optimizer.zero_grad()
        for place, p in enumerate(params):
            if place != 1 or step % 7 != 3:
                g = gradient(p.detach().numpy(), place, step)
                p.grad = torch.from_numpy(np.array(-g if options.get("maximize") else g))  # downhill in any case
        optimizer.step()
    return [np.array(p.detach().numpy()) for p in params], optimizer


def _by_closure(torch: Any, params: list[Any], optimizer: Any) -> list[np.ndarray[Any, Any]]:
    """The parameters after an optimizer has gone down the loss sum(p^4 / 4 + (1 + place) p^2 / 2 + sin(n) p)."""

    def closure() -> Any:
        loss = 0.0
        for place, p in enumerate(params):
            value = p.detach().numpy()
            slope = np.sin(np.arange(value.size) + place).reshape(value.shape)
            loss += float(np.sum(value**4 / 4 + (1 + place) * value**2 / 2 + slope * value))
            p.grad = torch.from_numpy(np.array((value**3 + (1 + place) * value + slope).astype(value.dtype)))
        return torch.tensor(loss, dtype=torch.float64)

    for _ in range(6):
        optimizer.step(closure)
    return [np.array(p.detach().numpy()) for p in params]


def rates(torch: Any, name: str) -> list[list[float]]:
    """The learning rates and the momenta of two groups after each step."""
    kind_of, _ = SCHEDULES[name]
    params = [torch.from_numpy(np.ones(1)).requires_grad_() for _ in range(2)]
    optimizer = torch.optim.SGD([{"params": params[0]}, {"params": params[1], "lr": 0.5}], lr=0.1, momentum=0.5)
    scheduler = scheduler_of(torch, name, optimizer)
    found = [[group[key] for group in optimizer.param_groups for key in ("lr", "momentum")]]
    for step in range(STEPS):
        optimizer.step()
        if kind_of == "ReduceLROnPlateau":
            scheduler.step(max(1.0, 3.0 - 0.3 * step) + (step % 11 == 5))
        else:
            scheduler.step()
        found.append([group[key] for group in optimizer.param_groups for key in ("lr", "momentum")])
        assert found[-1][::2] == list(scheduler.get_last_lr())
    return found
