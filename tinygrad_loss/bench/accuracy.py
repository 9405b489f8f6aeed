"""How far losses and their gradients are from exact: the worst error in units in the last place (ulp), over inputs chosen to be
hard, through the public functions and ``backward()``, here and in PyTorch alike."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .exact import ExactRow, exact, hard_numbers, hard_rows, precise, sigmoid, softplus, ulps

Array = np.ndarray[Any, Any]
Call = Callable[..., Any]
"""``call(torch, x, *others)`` in either library."""

LIMIT = 8.0
HEADING = "worst error in units in the last place, over logits from 1e-4 to 1e4, ties, one class and many (mpmath, 60 digits)"
CLASSES = 100_000
FLOATS = (np.float32, np.float64)


@dataclass(frozen=True)
class Errors:
    """One row of the table: the worst error of the value and of the gradient, by library."""

    name: str
    dtype: str
    values: dict[str, float]
    gradients: dict[str, float]


@dataclass(frozen=True)
class OfRow:
    """A function of a row of logits and a class. ``one_hot``: the gradient is that of the class's own element, times this."""

    name: str
    call: Call
    value: Callable[[ExactRow, int], list[Any]]
    gradient: Callable[[ExactRow, int], list[Any]]
    one_hot: int = 0


@dataclass(frozen=True)
class OfNumber:
    """A function of each number by itself."""

    name: str
    call: Call
    value: Callable[[Any], Any]
    gradient: Callable[[Any], Any]


OF_ROWS = (
    OfRow(
        "cross_entropy",
        lambda torch, x, y: torch.nn.functional.cross_entropy(x, y),
        lambda e, t: [e.loss(t)],
        lambda e, t: e.slope(t),
    ),
    OfRow(
        "nll_loss of log_softmax",
        lambda torch, x, y: torch.nn.functional.nll_loss(torch.log_softmax(x, 1), y),
        lambda e, t: [e.loss(t)],
        lambda e, t: e.slope(t),
    ),
    OfRow("log_softmax", lambda torch, x, y: torch.log_softmax(x, 1), lambda e, t: e.log_softmax(), lambda e, t: e.slope(t), -1),
    OfRow("softmax", lambda torch, x, y: torch.softmax(x, 1), lambda e, t: e.softmax(), lambda e, t: e.softmax_slope(t), 1),
    OfRow("logsumexp", lambda torch, x, y: torch.logsumexp(x, 1), lambda e, t: [e.logsumexp()], lambda e, t: e.softmax()),
)


def labelled(name: str, function: str, label: float, value: Call, gradient: Call) -> OfNumber:
    """A loss of a score and this label."""
    return OfNumber(
        f"{name}, label {label:g}",
        lambda torch, x: getattr(torch.nn.functional, function)(x, torch.full_like(x, label), reduction="none"),
        value,
        gradient,
    )


def sech_squared(x: Any) -> Any:
    """1 / cosh(x)^2, the slope of tanh."""
    return 1 / precise().cosh(x) ** 2


OF_NUMBERS = (
    OfNumber("sigmoid", lambda torch, x: torch.sigmoid(x), sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    OfNumber(
        "logsigmoid",
        lambda torch, x: torch.nn.functional.logsigmoid(x),
        lambda x: -softplus(-x),
        lambda x: sigmoid(-x),
    ),
    # Above its threshold of 20 softplus is x by definition, in PyTorch and here.
    OfNumber(
        "softplus",
        lambda torch, x: torch.nn.functional.softplus(x),
        lambda x: softplus(x) if x <= 20 else x,
        lambda x: sigmoid(x) if x <= 20 else 1,
    ),
    OfNumber("tanh", lambda torch, x: torch.tanh(x), lambda x: precise().tanh(x), sech_squared),
    labelled("BCE with logits", "binary_cross_entropy_with_logits", 0, softplus, sigmoid),
    labelled("BCE with logits", "binary_cross_entropy_with_logits", 1, lambda x: softplus(-x), lambda x: -sigmoid(-x)),
    labelled("soft_margin_loss", "soft_margin_loss", -1, softplus, sigmoid),
    labelled("soft_margin_loss", "soft_margin_loss", 1, lambda x: softplus(-x), lambda x: -sigmoid(-x)),
)


def run(torch: Any, call: Call, x: Array, *others: Array, one_hot: tuple[int, int] = (0, 0)) -> tuple[Array, Array]:
    """The value of ``call`` and its gradient at x, from a gradient of ones at the value (or one number, ``one_hot``'s second, at
    the place that is its first)."""
    leaf = torch.from_numpy(np.array(x)).requires_grad_()
    out = call(torch, leaf, *(torch.from_numpy(np.array(other)) for other in others))
    value = np.array(out.detach().numpy())
    g = np.ones_like(value)
    if one_hot[1]:
        g.fill(0)
        g.reshape(-1)[one_hot[0]] = one_hot[1]
    out.backward(torch.from_numpy(g))
    return value, np.array(leaf.grad.numpy())


def targets(e: ExactRow) -> list[int]:
    """Classes to ask for: the likeliest, the least likely, the first, the last, one between."""
    last = len(e.x) - 1
    return sorted({e.peak, 0, last, last // 2, min(range(len(e.x)), key=lambda i: e.x[i])})


class Worst:
    """The worst errors so far, by library."""

    def __init__(self, libraries: list[str]) -> None:
        self.torches = {name: importlib.import_module(name) for name in libraries}
        self.values = dict.fromkeys(libraries, 0.0)
        self.gradients = dict.fromkeys(libraries, 0.0)

    def see(self, call: Call, arrays: tuple[Array, ...], value: list[Any], gradient: list[Any], **kwargs: Any) -> None:
        """Run one case in every library."""
        kind = arrays[0].dtype.type
        for name, torch in self.torches.items():
            got, slope = run(torch, call, *arrays, **kwargs)
            self.values[name] = max(self.values[name], ulps(got, value, kind))
            self.gradients[name] = max(self.gradients[name], ulps(slope, gradient, kind))

    def row(self, name: str, dtype: Any) -> Errors:
        """What was found, as a row of the table."""
        return Errors(name, np.dtype(dtype).name, self.values, self.gradients)


def of_row(
    loss: OfRow, dtype: Any, rows: list[tuple[Array, ExactRow, list[int]]], libraries: list[str], note: str = ""
) -> Errors:
    """A row of the table for a function of rows."""
    worst = Worst(libraries)
    for x, e, classes in rows:
        for t in classes:
            arrays = (x[None], np.array([t]))
            worst.see(loss.call, arrays, loss.value(e, t), loss.gradient(e, t), one_hot=(t, loss.one_hot))
    return worst.row(loss.name + note, dtype)


def of_number(loss: OfNumber, dtype: Any, x: Array, libraries: list[str]) -> Errors:
    """A row of the table for a function of numbers."""
    worst = Worst(libraries)
    numbers = exact(x)
    worst.see(loss.call, (x,), [loss.value(z) for z in numbers], [loss.gradient(z) for z in numbers])
    return worst.row(loss.name, dtype)


def divergence(dtype: Any, libraries: list[str], log_target: bool = False, near: bool = False) -> Errors:
    """kl_div of log-probabilities and a target that has nothing to do with them, or is nearly the same."""
    mp, worst = precise(), Worst(libraries)
    rng = np.random.default_rng(0)
    x = np.log(rng.dirichlet(np.full(200, 0.2)) + 1e-30).astype(dtype)
    if near:
        t = np.exp(x.astype(np.float64)) * (1 + 10.0 ** -rng.uniform(1, 17, 200))
    else:
        t = rng.dirichlet(np.full(200, 0.2)) + 1e-30
    given = (np.log(t) if log_target else t).astype(dtype)
    pairs = list(zip(exact(x), exact(given), strict=True))
    value = [mp.exp(b) * (b - a) if log_target else b * (mp.log(b) - a) for a, b in pairs]
    gradient = [-mp.exp(b) if log_target else -b for _, b in pairs]

    def call(torch: Any, x: Any, t: Any) -> Any:
        return torch.nn.functional.kl_div(x, t, reduction="none", log_target=log_target)

    worst.see(call, (x, given), value, gradient)
    return worst.row("kl_div" + ", log_target" * log_target + " of near distributions" * near, dtype)


def mean_of_many(libraries: list[str], count: int = 10_000_000) -> Errors:
    """The mean of many float32 numbers."""
    worst = Worst(libraries)
    x = np.random.default_rng(2).random(count, dtype=np.float32)
    total = precise().mpf(math.fsum(x.tolist()))
    for name, torch in worst.torches.items():
        got, slope = run(torch, lambda torch, x: x.mean(), x)
        worst.values[name] = ulps(got, [total / count], np.float32)
        worst.gradients[name] = ulps(slope[:1], [precise().mpf(1) / count], np.float32)
    return worst.row(f"mean of {count:,} numbers", np.float32)


LOG_PROBABILITIES = "log-probabilities"


def accuracy(libraries: list[str], small: bool = False) -> Iterator[Errors]:
    """All rows of the table, one after the other as they are found; ``small`` leaves out what takes long."""
    precise()  # its absence is said before any work
    for dtype in FLOATS:
        rows = {name: (x, ExactRow(x)) for name, x in hard_rows(dtype).items() if not small or len(x) <= 50}
        cases = {name: (x, e, targets(e)) for name, (x, e) in rows.items()}
        apart = cases.pop(LOG_PROBABILITIES)
        for loss in OF_ROWS:
            yield of_row(loss, dtype, [*cases.values(), *([] if loss.name == "logsumexp" else [apart])], libraries)
        yield of_row(OF_ROWS[-1], dtype, [apart], libraries, f" of {LOG_PROBABILITIES}")
        numbers = hard_numbers(dtype)[:: 10 if small else 1]
        for function in OF_NUMBERS:
            yield of_number(function, dtype, numbers, libraries)
        yield divergence(dtype, libraries)
        yield divergence(dtype, libraries, near=True)
        yield divergence(dtype, libraries, log_target=True)
        if small:
            continue
        many = np.random.default_rng(1).normal(0, 4, CLASSES).astype(dtype)
        e = ExactRow(many)
        for loss in OF_ROWS:
            yield of_row(loss, dtype, [(many, e, [e.peak, 17])], libraries, f", {CLASSES:,} classes")
    yield mean_of_many(libraries, 10_000 if small else 10_000_000)


def header_text(libraries: list[str]) -> str:
    """The columns' names."""
    columns = [part for name in libraries for part in (f"{name} value", "gradient")]
    return " ".join([f"{'loss':40s} {'dtype':8s}", *(f"{column:>{max(11, len(column))}s}" for column in columns)])


def row_text(row: Errors) -> str:
    """One row of the table, in ulp."""
    cells = [f"{row.name:40s} {row.dtype:8s}"]
    for name in row.values:
        cells += [f"{number(row.values[name]):>{max(11, len(name) + 6)}s}", f"{number(row.gradients[name]):>11s}"]
    return " ".join(cells)


def number(ulp: float) -> str:
    """An error, short."""
    return f"{ulp:.2f}" if ulp < 100 else f"{ulp:.1e}" if ulp < math.inf else "inf"
