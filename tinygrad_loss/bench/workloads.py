"""The work that is timed. Each piece is written once, for a module with PyTorch's names, and so runs here and in PyTorch alike;
``raw`` is the same maths by hand in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Step = Callable[[], Any]


@dataclass(frozen=True)
class Work:
    """One piece of work. ``make(torch)`` and ``raw()`` prepare it and return the step that is timed."""

    name: str
    make: Callable[[Any], Step]
    raw: Callable[[], Step] | None = None
    per: int = 1
    unit: str = "us"
    threads: int = 1
    rounds: int = 60
    aim: str = ""
    others: tuple[tuple[str, Callable[[Any], Step]], ...] = ()


OPS = 200
START = np.linspace(0.1, 0.9, 8).astype(np.float32)
FACTOR = np.full(8, 1.01, np.float32)


def chain(torch: Any) -> Step:
    """mul, sin, add, cos, fifty times, on eight numbers, and back."""
    start, factor, ones = torch.from_numpy(START.copy()), torch.from_numpy(FACTOR.copy()), torch.ones(8)

    def step() -> Any:
        x = start.detach().requires_grad_()
        y = x
        for _ in range(OPS // 4):
            y = ((y * factor).sin() + factor).cos()
        y.backward(ones)
        return x.grad

    return step


def chain_raw() -> Step:
    """The same with its gradient written out."""

    def step() -> Any:
        y, tape = START, []
        for _ in range(OPS // 4):
            a = y * FACTOR
            b = np.sin(a) + FACTOR
            y = np.cos(b)
            tape.append((a, b))
        g = np.ones(8, np.float32)
        for a, b in reversed(tape):
            g = g * -np.sin(b) * np.cos(a) * FACTOR
        return g

    return step


def chain_mygrad(mygrad: Any) -> Step:
    """The chain in MyGrad."""

    def step() -> Any:
        x = mygrad.tensor(START)
        y = x
        for _ in range(OPS // 4):
            y = mygrad.cos(mygrad.sin(y * FACTOR) + FACTOR)
        y.sum().backward()
        return x.grad

    return step


def chain_autograd(autograd: Any) -> Step:
    """The chain in HIPS autograd."""
    numpy = autograd.numpy

    def total(x: Any) -> Any:
        y = x
        for _ in range(OPS // 4):
            y = numpy.cos(numpy.sin(y * FACTOR) + FACTOR)
        return numpy.sum(y)

    gradient = autograd.grad(total)
    return lambda: gradient(START)


N, FEATURES, CLASSES, RATE = 64, 20, 5, 0.1


def regression_data() -> tuple[Any, Any, Any]:
    """Features, classes and first weights of a softmax regression."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(N, FEATURES)).astype(np.float32)
    weights = (rng.normal(size=(FEATURES, CLASSES)) * 0.1).astype(np.float32)
    return features, rng.integers(0, CLASSES, N), weights


def regression(torch: Any) -> Step:
    """A step of softmax regression as people write it: Linear, CrossEntropyLoss, SGD."""
    features, classes, _ = regression_data()
    x, y = torch.from_numpy(features), torch.from_numpy(classes)
    model, criterion = torch.nn.Linear(FEATURES, CLASSES), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def regression_raw() -> Step:
    """The same by hand."""
    x, y, w = regression_data()
    b, rows = np.zeros(CLASSES, np.float32), np.arange(N)

    def step() -> Any:
        nonlocal w, b
        logits = x @ w + b
        e = np.exp(logits - logits.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        loss = -np.log(p[rows, y]).mean()
        p[rows, y] -= 1
        p /= N
        w = w - RATE * (x.T @ p)
        b = b - RATE * p.sum(0)
        return loss

    return step


def regression_from_primitives(torch: Any) -> Step:
    """The same step from exp, sum, log and indexing, the update by hand."""
    features, classes, weights = regression_data()
    x, y, rows = torch.from_numpy(features), torch.from_numpy(classes), torch.arange(N)
    w, b = torch.from_numpy(weights.copy()).requires_grad_(), torch.zeros(CLASSES, requires_grad=True)

    def step() -> Any:
        logits = x @ w + b
        log_p = logits - logits.exp().sum(1, keepdim=True).log()
        loss = -log_p[rows, y].mean()
        loss.backward()
        with torch.no_grad():
            w.sub_(RATE * w.grad)
            b.sub_(RATE * b.grad)
        w.grad = b.grad = None
        return loss

    return step


def perceptron(torch: Any) -> Step:
    """A step of a 64-64-10 perceptron with Adam."""
    rng = np.random.default_rng(0)
    x, y = torch.from_numpy(rng.normal(size=(N, 64)).astype(np.float32)), torch.from_numpy(rng.integers(0, 10, N))
    model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    criterion, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=1e-3)

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def cross_entropy(torch: Any, rows: int = 2048, classes: int = 32000) -> Step:
    """Cross-entropy of large float32 logits, forward and backward."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal((rows, classes), dtype=np.float32)).requires_grad_()
    y = torch.from_numpy(rng.integers(0, classes, rows))

    def step() -> Any:
        x.grad = None
        loss = torch.nn.functional.cross_entropy(x, y)
        loss.backward()
        return loss

    return step


def exp_raw(rows: int = 2048, classes: int = 32000) -> Step:
    """np.exp alone of as many numbers."""
    x = np.random.default_rng(0).standard_normal((rows, classes), dtype=np.float32)
    out = np.empty_like(x)
    return lambda: np.exp(x, out)


def binary_cross_entropy(torch: Any, numbers: int = 4_000_000) -> Step:
    """Binary cross-entropy of many scores, forward and backward."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal(numbers, dtype=np.float32)).requires_grad_()
    y = torch.from_numpy((rng.random(numbers) < 0.5).astype(np.float32))

    def step() -> Any:
        x.grad = None
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x, y)
        loss.backward()
        return loss

    return step


def linear_cross_entropy(torch: Any, rows: int = 2048, features: int = 512, classes: int = 32000) -> Step:
    """A last layer and its cross-entropy in one, forward and backward."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal((rows, features), dtype=np.float32)).requires_grad_()
    w = torch.from_numpy(rng.standard_normal((classes, features), dtype=np.float32) * np.float32(0.02)).requires_grad_()
    y = torch.from_numpy(rng.integers(0, classes, rows))

    def step() -> Any:
        x.grad = w.grad = None
        loss = torch.nn.functional.linear_cross_entropy(x, w, y)
        loss.backward()
        return loss

    return step


LARGE_THREADS = 2
SMALL = (
    Work(
        f"chain of {OPS} ops on 8 numbers, per op", chain, chain_raw, per=OPS, aim="<= 3 x raw, >= 1.8 x PyTorch",
        others=(("mygrad", chain_mygrad), ("autograd", chain_autograd)),
    ),
    Work("softmax regression step 64x20->5", regression, regression_raw, aim=">= 1.7 x PyTorch"),
    Work("the same from primitives", regression_from_primitives, regression_raw, aim=">= 1.7 x PyTorch"),
    Work("MLP 64-64-10, Adam step", perceptron, aim=">= 3 x PyTorch"),
)  # fmt: skip
LARGE = (
    Work(
        "cross_entropy 2048x32000", cross_entropy, exp_raw, unit="ms", threads=LARGE_THREADS, rounds=7,
        aim=">= 1.8 x PyTorch, 3 x with AVX-512",
    ),
    Work(
        "linear_cross_entropy 2048x512->32000", linear_cross_entropy, unit="ms", threads=LARGE_THREADS, rounds=3,
        aim=">= 1 x PyTorch",
    ),
    Work("bce_with_logits on 4M", binary_cross_entropy, unit="ms", threads=LARGE_THREADS, rounds=15, aim=">= .6 x PyTorch"),
)
