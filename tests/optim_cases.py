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
}


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
    for step in range(STEPS):
        optimizer.zero_grad()
        for place, p in enumerate(params):
            if place != 1 or step % 7 != 3:
                g = gradient(p.detach().numpy(), place, step)
                p.grad = torch.from_numpy(np.array(-g if options.get("maximize") else g))  # downhill in any case
        optimizer.step()
    return [np.array(p.detach().numpy()) for p in params], optimizer


def rates(torch: Any, name: str) -> list[list[float]]:
    """The learning rates of two groups after each step."""
    kind_of, options = SCHEDULES[name]
    params = [torch.from_numpy(np.ones(1)).requires_grad_() for _ in range(2)]
    optimizer = torch.optim.SGD([{"params": params[0]}, {"params": params[1], "lr": 0.5}], lr=0.1)
    scheduler = getattr(torch.optim.lr_scheduler, kind_of)(optimizer, **options)
    found = [[group["lr"] for group in optimizer.param_groups]]
    for step in range(STEPS):
        optimizer.step()
        if kind_of == "ReduceLROnPlateau":
            scheduler.step(max(1.0, 3.0 - 0.3 * step) + (step % 11 == 5))
        else:
            scheduler.step()
        found.append(list(scheduler.get_last_lr()))
        assert found[-1] == [group["lr"] for group in optimizer.param_groups]
    return found
