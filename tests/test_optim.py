"""Optimizers and schedulers: PyTorch's trajectories, state, options, printed form, errors and warnings."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optim_cases import SCHEDULES, TRAJECTORIES, first, gradient, rates, scheduler_of, trajectory

import tinygrad_loss as tl
from tinygrad_loss import optim

RECORDED = json.loads((Path(__file__).parent / "recorded" / "optim.json").read_text())
TOLERANCE = {"float64": 1e-12, "float32": 1e-6}


def tolerance(name: str, kind: str) -> float:
    """L-BFGS divides differences of gradients by each other: in float32 PyTorch itself is 2e-4 from its float64 path."""
    return 2e-4 if TRAJECTORIES[name][0] == "LBFGS" and kind == "float32" else TOLERANCE[kind]


def leaf(values: Any = 1.0, kind: str = "float32") -> Any:
    return tl.from_numpy(np.array(values, kind)).requires_grad_()


def with_grad(values: Any, grad: Any, kind: str = "float32") -> Any:
    p = leaf(values, kind)
    p.grad = tl.from_numpy(np.array(grad, kind))
    return p


def assert_near(ours: Any, theirs: Any, tolerance: float) -> None:
    theirs = np.asarray(theirs)
    scale = max(1.0, float(np.max(np.abs(theirs), initial=0)))
    assert np.max(np.abs(np.asarray(ours) - theirs), initial=0) <= tolerance * scale


# Trajectories


@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("name", TRAJECTORIES)
def test_recorded_trajectory(name: str, kind: str) -> None:
    ends, _ = trajectory(tl, name, kind)
    for ours, theirs in zip(ends, RECORDED["trajectories"][name][kind], strict=True):
        assert ours.dtype == kind
        assert_near(ours.reshape(-1)[:12], theirs, tolerance(name, kind))


@pytest.mark.torch
@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("name", TRAJECTORIES)
def test_trajectory(name: str, kind: str, torch: Any) -> None:
    ends, ours = trajectory(tl, name, kind)
    expected, theirs = trajectory(torch, name, kind)
    for a, b in zip(ends, expected, strict=True):
        assert_near(a, b, tolerance(name, kind))
    assert repr(ours) == repr(theirs)
    mine, other = ours.state_dict(), theirs.state_dict()
    if TRAJECTORIES[name][0] == "LBFGS":
        assert {*other["state"][0]} - {*mine["state"][0]} == {"al"}  # room to compute in
        assert mine["state"][0]["func_evals"] == other["state"][0]["func_evals"]
        return
    assert mine["param_groups"] == other["param_groups"]
    assert list(mine["state"]) == list(other["state"])
    for number, values in other["state"].items():
        assert list(mine["state"][number]) == list(values)
        for key, value in values.items():
            tensor = mine["state"][number][key]
            assert str(tensor.dtype) == str(value.dtype)
            assert_near(tensor.numpy(), value.numpy(), 4 * TOLERANCE[kind])


@pytest.mark.parametrize("name", SCHEDULES)
def test_recorded_rates(name: str) -> None:
    np.testing.assert_allclose(rates(tl, name), RECORDED["rates"][name], rtol=1e-14)


@pytest.mark.torch
@pytest.mark.parametrize("name", SCHEDULES)
def test_rates(name: str, torch: Any) -> None:
    np.testing.assert_allclose(rates(tl, name), rates(torch, name), rtol=1e-14)


# State


@pytest.mark.parametrize("name", ["sgd-momentum", "adam-amsgrad", "rmsprop-centered", "adagrad-decay"])
def test_a_saved_state_goes_on_as_if_nothing_had_happened(name: str) -> None:
    kind_of, options = TRAJECTORIES[name]
    shapes = [(3, 4), (3,), (200, 100)]

    def run(p: list[Any], optimizer: Any, steps: range) -> None:
        for step in steps:
            for place, one in enumerate(p):
                one.grad = tl.from_numpy(np.array(gradient(one.detach().numpy(), place, step)))
            optimizer.step()

    straight = [leaf(first(i, shape, "float64"), "float64") for i, shape in enumerate(shapes)]
    run(straight, getattr(optim, kind_of)(straight, **options), range(6))
    broken = [leaf(first(i, shape, "float64"), "float64") for i, shape in enumerate(shapes)]
    before = getattr(optim, kind_of)(broken, **options)
    run(broken, before, range(3))
    saved = pickle.loads(pickle.dumps(_plain(before.state_dict())))
    after = getattr(optim, kind_of)(broken, lr=99.0)
    after.load_state_dict(_tensors(saved))
    assert after.param_groups[0]["lr"] == options["lr"]
    run(broken, after, range(3, 6))
    for a, b in zip(straight, broken, strict=True):
        assert np.array_equal(a.detach().numpy(), b.detach().numpy())


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return ("tensor", np.array(state.numpy())) if isinstance(state, tl.Tensor) else state


def _tensors(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _tensors(value) for key, value in state.items()}
    return tl.from_numpy(state[1]) if isinstance(state, tuple) and state[0] == "tensor" else state


def test_a_state_that_the_user_changes_is_the_state_that_is_used() -> None:
    p, q = with_grad([1.0], [1.0]), with_grad([1.0], [1.0])
    optimizer = optim.SGD([p, q], lr=1.0, momentum=0.5)
    optimizer.step()
    optimizer.state[p]["momentum_buffer"]._data[...] = 8  # in place: seen as it is
    optimizer.state[q]["momentum_buffer"] = tl.from_numpy(np.full(1, 4, np.float32))  # another tensor
    optimizer.step()
    assert p.item() == -5.0
    assert q.item() == -3.0
    optimizer.state.clear()
    optimizer.step()
    assert p.item() == -6.0
    assert q.item() == -4.0


def test_a_parameter_that_changes_its_dtype_takes_its_state_along() -> None:
    p = with_grad([1.0], [1.0])
    optimizer = optim.SGD([p], lr=1.0, momentum=0.5)
    optimizer.step()
    p._data = p._data.astype(np.float64)
    p._grad = tl.from_numpy(np.ones(1))
    optimizer.step()
    assert p.item() == -1.5
    assert optimizer.state[p]["momentum_buffer"].dtype is tl.float64


@pytest.mark.parametrize("make", [lambda p: p.T, lambda p: p[::2], lambda p: p])
def test_memory_that_is_not_in_one_piece(make: Callable[[Any], Any]) -> None:
    base = np.arange(24.0).reshape(4, 6)
    expected = make(base.copy()) - 0.5 * np.sin(make(base))
    p = tl.from_numpy(make(base)).requires_grad_()
    p.grad = tl.from_numpy(np.sin(make(base)))
    optim.SGD([p], lr=0.5).step()
    np.testing.assert_allclose(make(base), expected, rtol=1e-15)  # the memory itself, which others look at too


def test_large_parameters_in_stretches_equal_small_ones() -> None:
    large = np.cos(np.arange(100_003.0))
    whole = with_grad(large, np.sin(large), "float64")
    parts = [with_grad(part, np.sin(part), "float64") for part in np.array_split(large, 11)]
    for params in ([whole], parts):
        optimizer = optim.AdamW(params, lr=0.1)
        optimizer.step()
        optimizer.step()
    assert np.array_equal(whole.detach().numpy(), np.concatenate([part.detach().numpy() for part in parts]))


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adadelta", "Adagrad"])
def test_gradients_that_come_and_go(name: str) -> None:
    shapes = [(3, 4), (4,), (2, 2), ()]
    one, other = ([leaf(first(place, shape, "float32")) for place, shape in enumerate(shapes)] for _ in range(2))
    together = getattr(optim, name)(one, lr=0.1, weight_decay=0.01)
    apart = [getattr(optim, name)([p], lr=0.1, weight_decay=0.01) for p in other]
    for step in range(16):
        for place, pair in enumerate(zip(one, other, strict=True)):
            for p in pair:
                missing = step >> place & 1
                p.grad = None if missing else tl.from_numpy(np.array(gradient(p.detach().numpy(), place, step)))
        before = [None if p.grad is None else p.grad.numpy().copy() for p in one]
        for optimizer in (together, *apart):
            optimizer.step()
        for p, q, g in zip(one, other, before, strict=True):
            assert np.array_equal(p.detach().numpy(), q.detach().numpy())
            assert g is None or np.array_equal(p.grad.numpy(), g)  # the gradients are read only


def test_a_step_makes_earlier_graphs_stale() -> None:
    p = leaf([2.0])
    loss = (p * p).sum()
    loss.backward(retain_graph=True)
    optim.SGD([p], lr=0.1).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_nothing_is_kept_alive() -> None:
    p = with_grad([1.0], [1.0])
    optimizer = optim.Adam([p])
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    dead = weakref.ref(optimizer)
    gc.disable()
    try:
        del optimizer, scheduler
        assert dead() is None
    finally:
        gc.enable()


def test_pickle_and_deepcopy() -> None:
    p = with_grad([1.0], [1.0])
    optimizer = optim.SGD([p], lr=0.5, momentum=0.9)
    optimizer.step()
    other = copy.deepcopy(optimizer)
    (q,) = other.param_groups[0]["params"]
    assert q is not p
    q.grad = tl.from_numpy(np.ones(1, np.float32))
    other.step()
    assert p.item() == 0.5
    assert q.item() == pytest.approx(0.5 - 0.5 * 1.9)


# Options and groups


def test_groups_names_and_repr() -> None:
    a, b = leaf(), leaf()
    optimizer = optim.SGD([{"params": a, "lr": 0.5}, {"params": [b]}], lr=0.1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.1]
    assert repr(optimizer).splitlines()[:4] == ["SGD (", "Parameter Group 0", "    dampening: 0", "    differentiable: False"]
    named = optim.Adam([("weight", a), ("bias", b)])
    assert named.param_groups[0]["param_names"] == ["weight", "bias"]
    assert named.state_dict()["param_groups"][0]["params"] == [0, 1]


def test_zero_grad_and_closure() -> None:
    p = with_grad([1.0], [1.0])
    optimizer = optim.SGD([p], lr=0.25)
    grad = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is grad
    assert grad.item() == 0
    optimizer.zero_grad()
    assert p.grad is None

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p * 2).sum()
        loss.backward()
        return loss

    with tl.no_grad():
        assert optimizer.step(closure).item() == 2.0
    assert p.item() == 0.5


def test_a_learning_rate_may_be_a_tensor() -> None:
    p = with_grad([1.0], [1.0])
    optimizer = optim.SGD([p], lr=tl.from_numpy(np.array(0.5)))
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    optimizer.step()
    assert p.item() == 0.25
    assert optimizer.param_groups[0]["lr"].item() == 0.25


def test_ones_own_optimizer() -> None:
    class Halve(optim.Optimizer):
        def __init__(self, params: Any) -> None:
            super().__init__(params, {"lr": 0.5})

        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    p._data *= group["lr"]

    p = leaf([1.0])
    optimizer = Halve([p])
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        scheduler.step()
    assert p.item() == 0.5


ERRORS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "lr": (lambda t, p: t.optim.SGD([p], lr=-1), "Invalid learning rate: -1"),
    "momentum": (lambda t, p: t.optim.SGD([p], momentum=-1), "Invalid momentum value: -1"),
    "nesterov": (lambda t, p: t.optim.SGD([p], nesterov=True), "Nesterov momentum requires a momentum and zero dampening"),
    "eps": (lambda t, p: t.optim.Adam([p], eps=-1), "Invalid epsilon value: -1"),
    "beta": (lambda t, p: t.optim.Adam([p], betas=(0.9, 1.0)), "Invalid beta parameter at index 1: 1.0"),
    "betas": (lambda t, p: t.optim.Adam([p], betas=(0.0, 0)), "betas must be either both floats or both Tensors"),
    "weight_decay": (lambda t, p: t.optim.AdamW([p], weight_decay=-1), "Invalid weight_decay value: -1"),
    "alpha": (lambda t, p: t.optim.RMSprop([p], alpha=-1), "Invalid alpha value: -1"),
    "lr_decay": (lambda t, p: t.optim.Adagrad([p], lr_decay=-1), "Invalid lr_decay value: -1"),
    "fused": (lambda t, p: t.optim.SGD([p], fused=True, foreach=True), "`fused` and `foreach` cannot be `True` together."),
    "empty": (lambda t, p: t.optim.SGD([]), "optimizer got an empty parameter list"),
    "tensor": (lambda t, p: t.optim.SGD(p), "params argument given to the optimizer should be an iterable of Tensors or dicts"),
    "no tensor": (lambda t, p: t.optim.SGD([1.0]), "optimizer can only optimize Tensors, but one of the params is"),
    "non-leaf": (lambda t, p: t.optim.SGD([p * 2]), "can't optimize a non-leaf Tensor"),
    "set": (lambda t, p: t.optim.SGD([{"params": {p}}]), "optimizer parameters need to be organized in ordered collections"),
    "twice": (
        lambda t, p: t.optim.SGD([{"params": [p]}, {"params": [p]}]),
        "some parameters appear in more than one parameter group",
    ),
    "names": (lambda t, p: t.optim.SGD([("a", p), p]), "Some param names are missing"),
    "no group": (lambda t, p: t.optim.SGD([p]).add_param_group([p]), "param_group must be a dict"),
    "groups": (
        lambda t, p: t.optim.SGD([p]).load_state_dict({"state": {}, "param_groups": []}),
        "different number of parameter groups",
    ),
    "group size": (
        lambda t, p: t.optim.SGD([p]).load_state_dict({"state": {}, "param_groups": [{"params": [0, 1]}]}),
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
    ),
    "scheduler": (lambda t, p: t.optim.lr_scheduler.StepLR(p, 1), "Tensor is not an Optimizer"),
    "resume": (
        lambda t, p: t.optim.lr_scheduler.StepLR(t.optim.SGD([p]), 1, last_epoch=3),
        "param 'initial_lr' is not specified in param_groups[0] when resuming scheduler",
    ),
    "lambdas": (lambda t, p: t.optim.lr_scheduler.LambdaLR(t.optim.SGD([p]), [abs, abs]), "Expected 1 lr_lambdas, but got 2"),
    "factor": (lambda t, p: t.optim.lr_scheduler.ReduceLROnPlateau(t.optim.SGD([p]), factor=1.0), "Factor should be < 1.0"),
    "mode": (lambda t, p: t.optim.lr_scheduler.ReduceLROnPlateau(t.optim.SGD([p]), mode="up"), "mode up is unknown!"),
    "min_lr": (lambda t, p: t.optim.lr_scheduler.ReduceLROnPlateau(t.optim.SGD([p]), min_lr=[0, 0]), "expected 1 min_lrs, got 2"),
    "start_factor": (
        lambda t, p: t.optim.lr_scheduler.LinearLR(t.optim.SGD([p]), start_factor=0),
        "Starting multiplicative factor expected to be greater than 0 and less or equal to 1",
    ),
    "rho": (lambda t, p: t.optim.Adadelta([p], rho=1.5), "Invalid rho value: 1.5"),
    "lbfgs groups": (
        lambda t, p: t.optim.LBFGS([{"params": [p]}, {"params": [p.detach().clone()]}]),
        "LBFGS doesn't support per-parameter options",
    ),
    "line search": (
        lambda t, p: t.optim.LBFGS([p], line_search_fn="armijo").step(lambda: _closure(p)),
        "only 'strong_wolfe' is supported",
    ),
    "multiplicative": (lambda t, p: t.optim.lr_scheduler.MultiplicativeLR(t.optim.SGD([p]), 1), "lr_lambda should be a function"),
    "constant": (
        lambda t, p: t.optim.lr_scheduler.ConstantLR(t.optim.SGD([p]), factor=2),
        "Constant multiplicative factor expected to be between 0 and 1",
    ),
    "T_0": (
        lambda t, p: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(t.optim.SGD([p]), 0),
        "Expected positive integer T_0, but got 0",
    ),
    "T_mult": (
        lambda t, p: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(t.optim.SGD([p]), 2, 0.5),
        "Expected integer T_mult >= 1, but got 0.5",
    ),
    "restart": (
        lambda t, p: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(t.optim.SGD([p]), 2).step(-1),
        "Expected non-negative epoch, but got -1",
    ),
    "cyclic": (
        lambda t, p: t.optim.lr_scheduler.CyclicLR(t.optim.Adagrad([p]), 0.1, 0.2),
        "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
    ),
    "cyclic mode": (
        lambda t, p: t.optim.lr_scheduler.CyclicLR(t.optim.Adam([p]), 0.1, 0.2, mode="square"),
        "mode is invalid and scale_fn is None",
    ),
    "cyclic lrs": (
        lambda t, p: t.optim.lr_scheduler.CyclicLR(t.optim.Adam([p]), [0.1, 0.2], 0.2),
        "base_lr must have the same length as optimizer.param_groups. base_lr has 2 values, param_groups has 1",
    ),
    "one cycle": (
        lambda t, p: t.optim.lr_scheduler.OneCycleLR(t.optim.Adam([p]), 0.1, epochs=3),
        "You must define either total_steps OR (epochs AND steps_per_epoch)",
    ),
    "total_steps": (
        lambda t, p: t.optim.lr_scheduler.OneCycleLR(t.optim.Adam([p]), 0.1, total_steps=0),
        "Expected positive integer total_steps, but got 0",
    ),
    "pct_start": (
        lambda t, p: t.optim.lr_scheduler.OneCycleLR(t.optim.Adam([p]), 0.1, total_steps=9, pct_start=2.0),
        "Expected float between 0 and 1 pct_start, but got 2.0",
    ),
    "too many steps": (
        lambda t, p: t.optim.lr_scheduler.OneCycleLR(t.optim.Adam([p]), 1.0, 4).step(5),
        "Tried to step 5 times. The specified number of total steps is 4",
    ),
    "milestones": (
        lambda t, p: _sequence(t, p, [], t.optim.SGD([p])),
        "number of schedulers provided to be one more than the number of milestone points",
    ),
    "other optimizer": (lambda t, p: _sequence(t, p, [3], None), "expects all schedulers to belong to the same optimizer"),
    "no schedulers": (lambda t, p: t.optim.lr_scheduler.ChainedScheduler([]), "expects at least one scheduler"),
    "chained plateau": (
        lambda t, p: t.optim.lr_scheduler.ChainedScheduler([t.optim.lr_scheduler.ReduceLROnPlateau(t.optim.SGD([p]))]),
        "ChainedScheduler does not support `ReduceLROnPlateau` scheduler",
    ),
    "get_lr": (lambda t, p: t.optim.lr_scheduler.LRScheduler(t.optim.SGD([p])), ""),
}


def _closure(p: Any) -> Any:
    loss = (p * p).sum()
    loss.backward()
    return loss


def _sequence(torch: Any, p: Any, milestones: list[int], optimizer: Any) -> Any:
    first = optimizer or torch.optim.SGD([p])
    schedules = [torch.optim.lr_scheduler.StepLR(one, 1) for one in (first, optimizer or torch.optim.SGD([p]))]
    return torch.optim.lr_scheduler.SequentialLR(first, schedules, milestones)


def raised(torch: Any, name: str) -> tuple[type[BaseException], str]:
    p = torch.from_numpy(np.ones(2, np.float32)).requires_grad_()
    with pytest.raises(Exception) as info:
        ERRORS[name][0](torch, p)
    return info.type, str(info.value)


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("name", ERRORS)
def test_error(name: str) -> None:
    kind, text = raised(tl, name)
    assert issubclass(kind, (ValueError, TypeError, RuntimeError, KeyError, NotImplementedError))
    assert ERRORS[name][1] in text


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("name", ERRORS)
def test_error_is_pytorchs(name: str, torch: Any) -> None:
    (kind, _), (expected, words) = raised(tl, name), raised(torch, name)
    assert kind is expected
    assert ERRORS[name][1] in words


def warned(action: Callable[[], Any]) -> list[tuple[type[Warning], str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [(one.category, str(one.message)[:80]) for one in caught]


def scheduler_first(torch: Any) -> None:
    p = torch.from_numpy(np.ones(1)).requires_grad_()
    scheduler = torch.optim.lr_scheduler.StepLR(torch.optim.SGD([p], lr=1.0), 1)
    scheduler.step()
    scheduler.step()
    scheduler.get_lr()
    scheduler.step(7)


def test_warnings_of_schedulers() -> None:
    texts = [text for _, text in warned(lambda: scheduler_first(tl))]
    assert texts[0].startswith("Detected call of `lr_scheduler.step()` before `optimizer.step()`")
    assert texts[1].startswith("To get the last learning rate computed by the scheduler")
    assert texts[2].startswith("The epoch parameter in `scheduler.step()`")
    assert len(texts) == 3


@pytest.mark.torch
def test_warnings_are_pytorchs(torch: Any) -> None:
    assert warned(lambda: scheduler_first(tl)) == warned(lambda: scheduler_first(torch))


def test_duplicate_parameters_warn_and_step_twice() -> None:
    p = with_grad([1.0], [1.0])
    caught = warned(lambda: optim.SGD([p, p], lr=0.25).step())
    assert "duplicate parameters" in caught[0][1]
    assert p.item() == 0.5


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_can_be_saved_and_resumed(name: str) -> None:
    measured = SCHEDULES[name][0] == "ReduceLROnPlateau"

    def made() -> tuple[Any, Any]:
        optimizer = optim.SGD([{"params": leaf()}, {"params": leaf(), "lr": 0.5}], lr=0.1, momentum=0.5)
        return optimizer, scheduler_of(tl, name, optimizer)

    def run(optimizer: Any, scheduler: Any, steps: int) -> list[Any]:
        found = []
        for _ in range(steps):
            optimizer.step()
            scheduler.step(*([1.0] if measured else []))
            found.append(scheduler.get_last_lr())
        return found

    optimizer, scheduler = made()
    run(optimizer, scheduler, 5)
    saved = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
    assert "optimizer" not in saved[1]
    expected = run(optimizer, scheduler, 8)
    optimizer, scheduler = made()
    optimizer.load_state_dict(saved[0])
    scheduler.load_state_dict(saved[1])
    assert run(optimizer, scheduler, 8) == expected


def _bowl(torch: Any) -> tuple[Any, Any]:
    w = torch.from_numpy(np.array([[1.0, -2.0], [0.5, 3.0]])).requires_grad_()

    def closure() -> Any:
        w.grad = None
        loss = ((w - 1) ** 4).sum() + (w[0, 0] * w[1, 1] - 2) ** 2
        loss.backward()
        return loss

    return w, closure


@pytest.mark.torch
def test_lbfgs_goes_on_in_the_other_library(torch: Any) -> None:
    options: dict[str, Any] = {"lr": 0.5, "max_iter": 3, "line_search_fn": "strong_wolfe"}
    (w, closure), (v, their_closure) = _bowl(tl), _bowl(torch)
    ours, theirs = optim.LBFGS([w], **options), torch.optim.LBFGS([v], **options)
    for _ in range(2):
        assert ours.step(closure).item() == pytest.approx(theirs.step(their_closure).item(), rel=1e-12)
    there, here = _moved(ours.state_dict(), torch), _moved(theirs.state_dict(), tl)
    ours, theirs = optim.LBFGS([w], **options), torch.optim.LBFGS([v], **options)
    theirs.load_state_dict(there)
    ours.load_state_dict(here)
    for _ in range(2):
        assert ours.step(closure).item() == pytest.approx(theirs.step(their_closure).item(), rel=1e-12)
    np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-12)


def _moved(value: Any, torch: Any) -> Any:
    """A state with tensors of the other library."""
    if isinstance(value, dict):
        return {key: _moved(one, torch) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, torch) for one in value]
    return torch.from_numpy(np.array(value.numpy())) if hasattr(value, "numpy") else value


@pytest.mark.torch
@pytest.mark.parametrize("name", SCHEDULES)
def test_state_of_schedules(name: str, torch: Any) -> None:
    states = []
    for library in (tl, torch):
        optimizer = library.optim.SGD([{"params": [library.ones(1)]}, {"params": [library.ones(1)]}], lr=0.1, momentum=0.5)
        states.append(scheduler_of(library, name, optimizer).state_dict())
    ours, theirs = states
    assert {key: value for key, value in ours.items() if key in theirs} == theirs


@pytest.mark.torch
def test_printed_form_of_groups(torch: Any) -> None:
    texts = [repr(t.optim.Adam([{"params": [t.ones(1)]}, {"params": [t.ones(1)], "lr": 1}])) for t in (tl, torch)]
    assert texts[0] == texts[1]
