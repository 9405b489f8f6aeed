"""Programs about grad modes, flags, versions and anomaly mode."""

from __future__ import annotations

import threading
import warnings
from typing import Any

from transcripts import Run, programs


def leaves_and_flags(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * 2
    run.show(x.is_leaf, y.is_leaf, x.detach().is_leaf, x.grad_fn, y.grad_fn, x.output_nr, y.split(1)[1].output_nr)
    run.show(x.requires_grad_(False) is x, x.requires_grad)
    x.requires_grad = True
    run.show(x, y.requires_grad_() is y)
    words = "you can only change requires_grad flags of leaf variables"
    run.refuses(lambda: y.requires_grad_(False), words)
    run.refuses(lambda: setattr(y, "requires_grad", False), words)
    run.refuses(lambda: torch.tensor([1]).requires_grad_(), "only Tensors of floating point dtype can require gradients")


def detached(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 2
    d = y.detach()
    run.show(d, d.grad_fn, d.data_ptr() == y.data_ptr(), y.requires_grad)
    run.show(y.detach_() is y, y, y.requires_grad, y.is_leaf)
    run.refuses(lambda: (x * 1)[:1].detach_(), "Can't detach views in-place. Use detach() instead.")
    z = (x * 2).detach() * x
    z.sum().backward()
    run.show(x.grad)


def grad_modes(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    enabled = torch.is_grad_enabled
    with torch.no_grad():
        run.show((x * 2).requires_grad, enabled())
        with torch.enable_grad():
            run.show((x * 2).requires_grad, enabled())
        run.show(enabled())
    with torch.set_grad_enabled(False):
        run.show(enabled())
        with torch.set_grad_enabled(True):
            run.show(enabled())
    torch.set_grad_enabled(False)
    run.show(enabled())
    torch.set_grad_enabled(True)
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        run.show(enabled())


def grad_modes_as_decorators(run: Run) -> None:
    torch = run.torch
    enabled = torch.is_grad_enabled

    @torch.no_grad()
    def without(y: int = 3) -> Any:
        "Its own words."
        return enabled(), y

    @torch.no_grad
    def bare() -> bool:
        return enabled()

    @torch.set_grad_enabled(False)
    def by_condition() -> bool:
        return enabled()

    @torch.inference_mode
    def inference() -> Any:
        return enabled(), torch.is_inference_mode_enabled()

    @torch.no_grad()
    def again() -> Any:
        return torch.enable_grad()(lambda: enabled())(), without(), enabled()

    run.show(without(5), without.__name__, without.__doc__, enabled())
    run.show(bare(), by_condition(), inference(), again(), enabled())
    run.refuses(torch.no_grad()(lambda: [][1]), "list index out of range")
    run.show(enabled())


def grad_modes_around_generators(run: Run) -> None:
    torch = run.torch
    enabled = torch.is_grad_enabled

    @torch.no_grad()
    def steps() -> Any:
        try:
            sent = yield enabled()
            try:
                yield sent, enabled()
            except ValueError as error:
                yield str(error), enabled()
            return "end"
        finally:
            run.show("closing", enabled())

    one = steps()
    run.show(next(one), enabled(), one.send("sent"), enabled(), one.throw(ValueError("thrown")), enabled())
    run.refuses(lambda: next(one), "end")
    two = steps()
    next(two)
    two.close()
    run.show(enabled())


def grad_modes_belong_to_a_thread(run: Run) -> None:
    torch = run.torch
    seen: list[Any] = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    run.show(seen)


def inference_modes(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    with torch.inference_mode():
        run.show((x * 2).requires_grad, torch.is_inference_mode_enabled(), torch.is_grad_enabled())
        with torch.enable_grad():
            run.show((x * 2).requires_grad)
        with torch.inference_mode(False):
            run.show((x * 2).requires_grad, torch.is_inference_mode_enabled(), torch.is_grad_enabled())
    run.show(torch.is_inference_mode_enabled(), torch.is_grad_enabled())
    with torch.inference_mode(mode=False):
        run.show(torch.is_inference_mode_enabled(), torch.is_grad_enabled())


def values_changed_in_place(run: Run) -> None:
    x, words = run.vector(1, 2), "has been modified by an inplace operation"
    y = x.exp()
    run.show(y._version)
    y.add_(1)
    run.show(y._version, y.detach()._version)
    run.refuses(lambda: y.sum().backward(), words)
    y = x.exp()
    y.detach().add_(1)
    run.refuses(lambda: y.sum().backward(), words)
    w = x * 1
    y = w * w
    w[0] = 5.0
    run.refuses(lambda: y.sum().backward(), "is at version 1; expected version 0 instead")
    run.refuses(lambda: y.grad_fn._saved_self, words)
    w = x * 1
    y = w + w
    w.mul_(2)
    y.sum().backward()
    run.show(x.grad)
    w = x * 1
    y = w * w
    w.view(2, 1).mul_(2)
    run.refuses(lambda: y.sum().backward(), words)
    e = x.exp()
    w = e.view(1, 2)
    w.mul_(2)
    run.refuses(lambda: e.sum().backward(), words)


def leaves_changed_in_place(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    run.refuses(lambda: x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation.")
    run.refuses(lambda: x[:1].add_(1), "a view of a leaf Variable that requires grad is being used in an in-place operation.")
    y = (x * x).sum()
    with torch.no_grad():
        x.add_(1)
    run.refuses(y.backward, "has been modified by an inplace operation")
    with torch.no_grad():
        x[0] = 7.0
    run.show(x, x._version)
    (x * x).sum().backward()
    run.show(x.grad)
    (x * 1).sum().backward()
    run.show(x.grad)


def anomalies(run: Run) -> None:
    torch = run.torch
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with torch.autograd.detect_anomaly():
            x = run.vector(0, 4)
            y = x.sqrt()
            run.show(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled(), list(y.grad_fn.metadata))
            run.refuses((y * 0).sum().backward, "Function 'SqrtBackward0' returned nan values in its 0th output.")
        run.show(torch.is_anomaly_enabled())
        said = [str(one.message) for one in caught]
        for words in ("Anomaly Detection has been enabled", "Error detected in SqrtBackward0"):
            run.show(any(words in one for one in said))
        run.show(any("y = x.sqrt()" in one for one in said))
    with torch.autograd.detect_anomaly(check_nan=False):
        (run.vector(0, 4).sqrt() * 0).sum().backward()
    with torch.autograd.set_detect_anomaly(True):
        y = x.exp()
        y.add_(1)
        run.refuses(y.sum().backward, "modified by an inplace operation")
    run.show(torch.is_anomaly_enabled())


CASES = programs(globals())
