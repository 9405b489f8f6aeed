"""Long graphs and what becomes of them: a million nodes, freed at once, without the garbage collector."""

from __future__ import annotations

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_loss as torch

MILLION = 1_000_000


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaf(*values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def test_a_million_nodes_forward_backward_and_gone(no_collector: None) -> None:
    x = leaf(1.0)
    y, watched = x, []
    for step in range(MILLION):
        y = y + 1.0 if step % 2 else -y
        if step % 100_000 == 0:
            watched.append(weakref.ref(y.grad_fn))
    assert y.item() == 1.0
    y.backward()
    assert x.grad.item() == 1.0
    assert all(reference() is not None for reference in watched)
    del y
    assert not any(reference() is not None for reference in watched)
    assert gc.collect() == 0


def test_a_long_chain_in_every_kind_of_walk(no_collector: None) -> None:
    length = 20 * sys.getrecursionlimit()
    x = leaf(2.0)
    y = x
    for _ in range(length):
        y = y * 1.0
    y.retain_grad()
    middle = y
    for _ in range(length):
        y = y * 1.0
    assert torch.autograd.grad(y, x, retain_graph=True)[0].item() == 1.0
    assert torch.autograd.grad(y, [middle, x], retain_graph=True)[0].item() == 1.0
    (again,) = torch.autograd.grad((y * y), x, create_graph=True)
    assert torch.autograd.grad(again, x, retain_graph=True)[0].item() == 2.0
    y.backward(inputs=[x], retain_graph=True)
    with torch.autograd.set_detect_anomaly(True):
        y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 3.0
    del y, again, middle
    assert gc.collect() == 0


def test_a_long_chain_of_in_place_changes_and_views(no_collector: None) -> None:
    x = leaf(2.0, 3.0)
    y = x * 1
    for _ in range(3000):
        y[0] += 1.0
        y.mul_(1.0)
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    del y
    assert gc.collect() == 0


def test_memory_is_what_it_was(no_collector: None) -> None:
    def step() -> None:
        x = torch.from_numpy(np.ones(10_000)).requires_grad_()
        y = x
        for _ in range(50):
            y = (y * x).exp().log()
        y.sum().backward()

    step()
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5):
            step()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 10_000


def test_what_was_saved_is_dropped_during_the_backward() -> None:
    x = leaf(1.0, 2.0)
    kept = []
    y = x
    for _ in range(5):
        y = y * y
        kept.append(weakref.ref(y._data))
    loss = y.sum()
    del y
    assert sum(array() is not None for array in kept) == 4
    loss.backward(retain_graph=True)
    assert sum(array() is not None for array in kept) == 4
    loss.backward()
    assert not any(array() is not None for array in kept)


def plain(x: Any) -> None:
    (x * x.exp()).sum().backward()


def hooked(x: Any) -> None:
    y = x * 2
    x.register_hook(lambda grad: grad)
    y.register_hook(lambda grad: None)
    y.grad_fn.register_hook(lambda inputs, outputs: None)
    y.grad_fn.register_prehook(lambda grads: None)
    x.register_post_accumulate_grad_hook(lambda leaf: None)
    y.sum().backward()


def retained(x: Any) -> None:
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()


def captured(x: Any) -> None:
    y = x * 2
    torch.autograd.grad((y * y).sum(), [x, y])


def recorded(x: Any) -> None:
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    torch.autograd.grad(g.sum(), x)


def recorded_into_grad_and_reset(x: Any) -> None:
    (x**3).sum().backward(create_graph=True)
    x.grad = None


def in_place(x: Any) -> None:
    y = x * 2
    y[:1].mul_(3)
    y.add_(x)
    y.sum().backward()


def viewed(x: Any) -> None:
    y = (x * 1).view(2, 1)
    w = y.view(1, 2)
    w.mul_(2)
    y.sum().backward()


def saved_looked_at(x: Any) -> None:
    y = x.exp()
    y.grad_fn._saved_result.sum().backward(retain_graph=True)
    y.grad_fn.metadata["note"] = 5


def anomalous(x: Any) -> None:
    with torch.autograd.set_detect_anomaly(True):
        x.exp().sum().backward()


def of_their_own(x: Any) -> None:
    def forward(ctx: Any, a: Any) -> Any:
        b = a.exp()
        ctx.save_for_backward(a, b)
        return b, a * 2

    def backward(ctx: Any, g: Any, h: Any) -> Any:
        return g * ctx.saved_tensors[1] + h * 2

    y, z = _function(forward, backward).apply(x)
    (g,) = torch.autograd.grad((y * z).sum(), x, create_graph=True)
    g.sum().backward()


def of_their_own_in_place(x: Any) -> None:
    def forward(ctx: Any, a: Any) -> Any:
        a.mul_(2)
        ctx.mark_dirty(a)
        ctx.save_for_backward(a)
        return a

    _function(forward, lambda ctx, g: g * 2 * (ctx.saved_tensors[0] > -9)).apply(x * 1).sum().backward()


def checked(x: Any) -> None:
    torch.autograd.functional.hessian(lambda a: (a**3).sum(), x)
    torch.autograd.gradcheck(lambda a: a.exp(), x.double().detach().requires_grad_())


def _function(forward: Callable[..., Any], backward: Callable[..., Any]) -> Any:
    key = (forward.__code__, backward.__code__)
    if key not in _functions:
        rules = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
        _functions[key] = type("F", (torch.autograd.Function,), rules)
    return _functions[key]


_functions: dict[Any, Any] = {}  # a class is always part of a reference cycle: made once, before the counting


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "program",
    [
        plain,
        hooked,
        retained,
        captured,
        recorded,
        recorded_into_grad_and_reset,
        in_place,
        viewed,
        saved_looked_at,
        anomalous,
        of_their_own,
        of_their_own_in_place,
        checked,
    ],
)
def test_no_reference_cycles(program: Callable[[Any], None]) -> None:
    program(leaf(1.0, 2.0))
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        gone = weakref.ref(x)
        program(x)
        del x
        assert gone() is None
        assert gc.collect() == 0
    finally:
        gc.enable()
