"""``torch.amp`` on the CPU: autocasting is off and says so, scaled gradients lead to PyTorch's steps."""

from __future__ import annotations

import warnings

import pytest

import tinygrad_loss as tl

RECORDED = [(65536.0, 1), (131072.0, 0), (131072.0, 1), (65536.0, 0), (65536.0, 1), (131072.0, 0)]


def steps(torch):
    """The parameters, the scale and the good steps after each of six steps; the gradient of the fourth is infinite."""
    w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer, scaler = torch.optim.SGD([w], lr=0.1), torch.amp.GradScaler("cpu", growth_interval=2)
    found = []
    for step in range(6):
        optimizer.zero_grad()
        scaler.scale((w * w).sum() * (float("inf") if step == 3 else 1)).backward()
        if step == 4:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_([w], 1.0)
        scaler.step(optimizer)
        scaler.update()
        state = scaler.state_dict()
        found.append((w.tolist(), state["scale"], state["_growth_tracker"]))
    return found


def test_scaled_steps():
    found = steps(tl)
    assert [one[1:] for one in found] == RECORDED
    assert found[2][0] == found[3][0] == pytest.approx([0.512, 1.024])
    assert found[5][0] == pytest.approx([0.373823, 0.747645], rel=1e-4)


@pytest.mark.torch
def test_scaled_steps_are_pytorchs(torch):
    for ours, theirs in zip(steps(tl), steps(torch), strict=True):
        assert ours[0] == pytest.approx(theirs[0], rel=1e-6)
        assert ours[1:] == theirs[1:]


WARNINGS = {
    "scaler": (lambda t: t.amp.GradScaler(), ["torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling."]),
    "autocast": (lambda t: t.autocast("cuda"), ["CUDA is not available or torch_xla is imported. Disabling autocast."]),
    "old scaler": (lambda t: t.cuda.amp.GradScaler(enabled=False), ["`torch.cuda.amp.GradScaler(args...)` is deprecated."]),
    "old autocast": (lambda t: t.cuda.amp.autocast(enabled=False), ["`torch.cuda.amp.autocast(args...)` is deprecated."]),
    "off": (lambda t: t.autocast("cpu", enabled=False), []),
}


def warned(torch, name):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        WARNINGS[name][0](torch)
    return [(one.category, str(one.message)) for one in seen]


@pytest.mark.parametrize("name", WARNINGS)
def test_warnings(name):
    seen = [message for _, message in warned(tl, name)]
    assert len(seen) == len(WARNINGS[name][1])
    assert all(message.startswith(words) for message, words in zip(seen, WARNINGS[name][1], strict=True))


@pytest.mark.torch
@pytest.mark.parametrize("name", WARNINGS)
def test_warnings_are_pytorchs(name, torch):
    assert warned(tl, name) == warned(torch, name)


ERRORS = {
    "nothing scaled": (lambda t, o: t.amp.GradScaler("cpu").step(o), AssertionError, "Attempted step but _scale is None"),
    "closure": (lambda t, o: t.amp.GradScaler("cpu").step(o, closure=1), RuntimeError, "Closure use is not currently supported"),
    "growth": (lambda t, o: t.amp.GradScaler("cpu", growth_factor=1.0), AssertionError, "The growth factor must be > 1.0."),
    "state": (lambda t, o: t.amp.GradScaler("cpu").load_state_dict({}), RuntimeError, "The source state dict is empty"),
}


def twice(torch, optimizer):
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(torch.ones(1))
    optimizer.param_groups[0]["params"][0].grad = torch.ones(1)
    scaler.unscale_(optimizer)
    scaler.unscale_(optimizer)


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    call, kind, words = ERRORS[name]
    with pytest.raises(kind, match=words):
        call(tl, tl.optim.SGD([tl.ones(1)], lr=0.1))


def test_unscaled_once_only():
    with pytest.raises(RuntimeError, match="already been called on this optimizer since the last update"):
        twice(tl, tl.optim.SGD([tl.ones(1)], lr=0.1))


def test_half_precision_on_the_cpu_is_refused():
    with pytest.raises(RuntimeError, match="enabled=False"):
        tl.autocast("cpu")
    with tl.autocast("cpu", enabled=False):
        assert not tl.is_autocast_enabled()
