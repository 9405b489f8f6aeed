"""Rules about numbers that got lost on the way: nan, dead units, gradients that vanish or explode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gradients import Layer
from ..patterns import PRODUCTS, peel
from ..rule import Case, Mark, rule
from ..trace import Step

Array = NDArray[Any]
VANISHED = 1e-4
EXPLODED = 1e4
_SAYS = {"Log": "the logarithm", "Div": "a division", "Sqrt": "the square root", "Exp": "the exponential", "Pow": "a power",
         "Reciprocal": "a division", "Rsqrt": "a division by a square root", "Mul": "a product", "Sub": "a difference"}


@rule("non-finite", "error", unless=("all-ignored",))
def non_finite(case: Case) -> Iterator[Mark]:
    """The loss, or a gradient, is nan or inf.

    The finding names the first step whose result is not finite although its inputs are, and the input that did it. A gradient
    may be nan where the loss is not: `torch.where(x > 0, x.sqrt(), 0)` has the gradient 0 * inf at 0, because the branch that was
    not taken is differentiated all the same. -inf on the way to a finite loss (an attention mask) is silent.

    Bad::

        x = torch.zeros(3, requires_grad=True)
        loss = torch.where(x > 0, x.sqrt(), torch.zeros(3)).sum()

    Good::

        x = torch.zeros(3, requires_grad=True)
        safe = torch.where(x > 0, x, torch.ones(3))
        loss = torch.where(x > 0, safe.sqrt(), torch.zeros(3)).sum()
    """
    value = case.trace.value(case.trace.root)
    if value is not None and value.size and not np.isfinite(value).all():
        yield _first_value(case, value)
    elif case.gradients.broken is not None:
        step, place = case.gradients.broken
        x = case.trace.value(step.input(place), step.inputs[place][1]) if step.inputs[place] is not None else None  # type: ignore[index]
        proof = "" if x is None or not x.size else f" (its input lies between {x.min():.3g} and {x.max():.3g})"
        yield Mark(step, f"the loss is finite, but {step.name} is given a finite gradient and hands on nan or inf{proof}: the slope of "
                   "this step is infinite there, and 0 times infinity is nan, even behind a mask or a where.",
                   "x = torch.where(mask, x, torch.ones_like(x))  # make the input harmless before the step, not after it")


def _first_value(case: Case, loss: Array) -> Mark:
    bad = {step for step in case.trace.steps if not _finite(case.trace.value(step))}
    first = next(step for step in [*reversed(case.trace.steps), case.trace.root]
                 if (step in bad or step is case.trace.root) and not any(s in bad for s in step.steps()))
    number = "nan" if np.isnan(loss).any() else "inf"
    if first.is_leaf:
        return Mark(first, f"the loss is {number}, and a parameter of shape {first.shape} holds nan or inf already: an earlier step made it so.",
                    "start again from finite weights, and lint the first steps: with lint.watch(): ...")
    for name in ("mat1", "self", "other", "mat2", "target", "weight"):
        if name in first.saved and not _finite(first.array(name)) and first.kind not in ("Log", "Exp"):
            return Mark(first, f"the loss is {number}: {first.name} is given a constant ({name}, shape {tuple(first.array(name).shape)}) that "  # type: ignore[union-attr]
                        "holds nan or inf: the data are not finite.", "x = torch.nan_to_num(x)  # or clean the data")
    value = case.trace.value(first)
    where, given = "", ""
    if value is not None and value.size:
        place = np.unravel_index(int(np.argmax(~np.isfinite(value))), value.shape)
        where = f" at {tuple(int(i) for i in place)}" if value.ndim else ""
        xs = [case.trace.value(edge[0], edge[1]) for edge in first.inputs if edge is not None]
        given = ", ".join(f"{x[place]:.4g}" for x in xs if x is not None and x.shape == value.shape)
    what = _SAYS.get(first.kind, first.name)
    return Mark(first, f"the loss is {number}. The first step that is not finite is {first.name}{where}: {what}"
                f"{' of ' + given if given else ''}.", _cure(first))


def _cure(step: Step) -> str:
    return {"Log": "F.log_softmax or F.logsigmoid of the logits, in place of a logarithm of probabilities",
            "Exp": "torch.logsumexp or F.softmax, which take the maximum out first",
            "Sqrt": "torch.sqrt(x.clamp(min=1e-12))"}.get(step.kind, "keep the inputs of this step in its range")


def _finite(array: Array | None) -> bool:
    return array is None or array.dtype.kind != "f" or bool(np.isfinite(array).all())


@rule("dead-relu", "warning")
def dead_relu(case: Case) -> Iterator[Mark]:
    """A hidden ReLU layer gives 0 for every unit and every row.

    No gradient passes such a layer: what lies below it does not learn, and the loss stays where it is (at ln C, often). A bias
    far below 0, or one step with too large a learning rate, is the usual cause. ReLUs of the loss itself (hinge losses) are
    silent. A layer of which nine in ten units are 0 for all of at least 32 rows is advice.

    Bad::

        h = torch.relu(nn.Linear(4, 16)(x) - 100)
        loss = F.cross_entropy(nn.Linear(16, 3)(h), y)

    Good::

        h = torch.relu(nn.Linear(4, 16)(x))
        loss = F.cross_entropy(nn.Linear(16, 3)(h), y)
    """
    for step in case.trace.steps:
        result = step.array("result") if step.kind == "Relu" else None
        if step.kind in ("Clamp", "ClampMin") and step.saved.get("max") is None and step.number("min", -1) == 0:
            given = step.array("self")
            result = None if given is None else np.maximum(given, 0)
        if result is None or result.size < 2 or result.ndim < 2 or not _feeds_a_layer(step):
            continue
        dead = ~result.reshape(-1, result.shape[-1]).any(axis=0)
        if dead.all():
            yield Mark(step, f"all {result.size} results of this ReLU (shape {result.shape}) are 0: no gradient passes it, and what lies below "
                       "does not learn.", "nn.LeakyReLU()  # or a smaller learning rate, or a bias that starts at 0")
        elif dead.mean() >= 0.9 and result.shape[0] >= 32 and dead.size >= 10:
            yield Mark(step, f"{int(dead.sum())} of {dead.size} units of this ReLU are 0 for all {result.shape[0]} rows.",
                       "nn.LeakyReLU()  # or a smaller learning rate", "advice")


def _feeds_a_layer(step: Step) -> bool:
    """Whether a later product has weights: the step is no part of the loss itself."""
    seen, stack = set(), [step]
    while stack:
        here = stack.pop()
        for user, _ in here.users:
            if user.kind in PRODUCTS and any(side is not here and (low := peel(side)) is not None and low.is_leaf for side in user.steps()):
                return True
            if user not in seen:
                seen.add(user)
                stack.append(user)
    return False


@rule("vanishing-gradient", "warning", unless=("dead-relu", "non-finite"))
def vanishing_gradient(case: Case) -> Iterator[Mark]:
    """The gradient gets lost on its way to the first layers.

    Each layer multiplies it by its weights and by the slope of its activation: many sigmoids (slope at most 1/4) or small weights
    make it smaller by a constant factor per layer. The first layers then stay as they started.

    The proof: among three or more layers the gradient at the first one's result is less than a ten-thousandth of that at the last
    one's (root mean squares). Gradients that are exactly 0 are not counted.

    Bad::

        net = nn.Sequential(*[m for _ in range(12) for m in (nn.Linear(4, 4), nn.Sigmoid())], nn.Linear(4, 3))
        loss = F.cross_entropy(net(x), y)

    Good::

        net = nn.Sequential(*[m for _ in range(2) for m in (nn.Linear(4, 4), nn.Tanh())], nn.Linear(4, 3))
        loss = F.cross_entropy(net(x), y)
    """
    yield from _drift(case, smaller=True)


@rule("exploding-gradient", "warning", unless=("non-finite",))
def exploding_gradient(case: Case) -> Iterator[Mark]:
    """The gradient grows on its way to the first layers.

    Weights that are too large multiply it at each layer. One step then throws the first layers far away, and the loss is nan soon.

    The proof: among three or more layers the gradient at the first one's result is more than ten thousand times that at the last
    one's (root mean squares).

    Bad::

        layers = [nn.Linear(64, 64, bias=False) for _ in range(8)]
        for layer in layers:
            layer.weight.data = 10 * layer.weight.data
        loss = F.cross_entropy(nn.Linear(64, 3)(nn.Sequential(*layers)(torch.randn(8, 64))), y)

    Good::

        layers = [nn.Linear(64, 64, bias=False) for _ in range(8)]
        loss = F.cross_entropy(nn.Linear(64, 3)(nn.Sequential(*layers)(torch.randn(8, 64))), y)
    """
    yield from _drift(case, smaller=False)


def _drift(case: Case, smaller: bool) -> Iterator[Mark]:
    layers = [layer for layer in case.gradients.layers if layer.rms > 0 and np.isfinite(layer.rms)]
    if len(layers) < 3:
        return
    last, first = layers[0], layers[-1]
    ratio = first.rms / last.rms
    if smaller and ratio < VANISHED:
        yield Mark(first.step, f"the gradient at the first of {len(layers)} layers is {ratio:.1e} of that at the last: {_listed(layers)} from "
                   "the loss inwards.", "nn.ReLU() in place of sigmoids; residual connections; a normalisation between the layers")
    elif not smaller and ratio > EXPLODED:
        yield Mark(first.step, f"the gradient at the first of {len(layers)} layers is {ratio:.1e} times that at the last: "
                   f"{_listed(layers)} from the loss inwards.",
                   "smaller initial weights (nn.init.kaiming_normal_), or torch.nn.utils.clip_grad_norm_(parameters, 1.0)")


def _listed(layers: list[Layer]) -> str:
    numbers = [f"{layer.rms:.1e}" for layer in layers]
    return ", ".join(numbers if len(numbers) <= 6 else [*numbers[:3], "...", *numbers[-2:]])
