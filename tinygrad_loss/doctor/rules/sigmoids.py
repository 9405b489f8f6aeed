"""Rules about sigmoids, binary cross-entropies and squared errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gradients import gradient_at
from ..losses import Loss
from ..patterns import is_one_hot, is_raw_score, one_minus, peel, picked, sigmoid_of, softmax_of, unscaled, without_dropout
from ..rule import Case, Mark, rule
from ..trace import Step

Array = NDArray[Any]
_NO_PROBABILITY = {"Tanh", "Relu", "LeakyRelu", "Elu", "Gelu", "Silu", "Softplus", "Hardtanh"}


@rule("sigmoid-before-bce-with-logits", "error")
def sigmoid_before_bce_with_logits(case: Case) -> Iterator[Mark]:
    """A sigmoid's result goes into `binary_cross_entropy_with_logits`, which takes a sigmoid itself.

    The second sigmoid sees numbers between 0 and 1 and gives 0.5 to 0.73: the model can never say no. With target 0 the loss
    cannot fall below 0.693, with target 1 not below 0.313. The same holds for a softmax's result, and for two sigmoids before
    `binary_cross_entropy`.

    Bad::

        loss = F.binary_cross_entropy_with_logits(torch.sigmoid(score(x)).squeeze(1), t)

    Good::

        loss = F.binary_cross_entropy_with_logits(score(x).squeeze(1), t)
    """
    fix = "F.binary_cross_entropy_with_logits(logits, target)  # the logits, without the sigmoid"
    for loss in case.losses.of("bce-logits"):
        values = loss.step.array("self")
        for name, found in (("sigmoid", sigmoid_of(case.trace, loss.source)), ("softmax", softmax_of(loss.source))):
            if found is not None:
                yield Mark(loss.step, f"binary_cross_entropy_with_logits is given the result of a {name}{_range(values)} and takes the "
                           "sigmoid again: what it makes of this lies between 0.5 and 0.731, whatever the model says.", fix)
    for loss in case.losses.of("bce"):
        inner = sigmoid_of(case.trace, loss.source)
        if inner is not None and sigmoid_of(case.trace, inner) is not None:
            yield Mark(loss.step, "the probability of this binary cross-entropy went through two sigmoids: it lies between 0.5 and "
                       "0.731, whatever the model says.", fix)
    for end in case.losses.ends:
        below = peel(end.input()) if end.kind in ("LogSigmoid", "Softplus") else None
        if below is not None and below.kind == "Neg":
            below = peel(below.input())
        if below is not None and below.kind == "Sigmoid":
            yield Mark(end, f"{'logsigmoid' if end.kind == 'LogSigmoid' else 'softplus'} is given the result of a sigmoid, and is a "
                       "binary cross-entropy of logits: the sigmoid is taken twice.", fix)


def _range(values: Array | None) -> str:
    return "" if values is None or not values.size else f" (from {values.min():.3g} to {values.max():.3g})"


@rule("bce-without-sigmoid", "error", unless=("sigmoid-before-bce-with-logits",))
def bce_without_sigmoid(case: Case) -> Iterator[Mark]:
    """`binary_cross_entropy` is given scores that nothing keeps between 0 and 1.

    It takes the logarithm of p and of 1 - p. A batch may by chance have all scores in that range; the next one will not, and
    then it raises (or, written by hand, gives nan).

    The proof: the input is the result of a layer with weights of both signs, or of a tanh or ReLU, whose range is another.

    Bad::

        w = torch.tensor([[0.5], [-0.1], [0.1], [0.2]], requires_grad=True)
        loss = F.binary_cross_entropy((torch.ones(8, 4) @ w).squeeze(1), t)

    Good::

        loss = F.binary_cross_entropy_with_logits(score(x).squeeze(1), t)
    """
    for loss in case.losses.of("bce"):
        top = peel(loss.source)
        product = is_raw_score(top)
        squashed_otherwise = top is not None and top.kind in _NO_PROBABILITY
        if not squashed_otherwise and (product is None or not _has_negative_weight(product)):
            continue
        values = case.trace.value(loss.source)
        name = top.kind.lower() if squashed_otherwise and top is not None else "layer with weights of both signs"
        yield Mark(loss.step, f"the probabilities of this binary cross-entropy{_range(values)} are the result of a {name}, without a "
                   "sigmoid: nothing keeps them between 0 and 1.",
                   "F.binary_cross_entropy_with_logits(logits, target)")


def _has_negative_weight(product: Step) -> bool:
    leaves = [leaf for side in product.steps() if (leaf := peel(side)) is not None and leaf.is_leaf]
    arrays = [np.asarray(leaf.node.variable.detach().numpy()) for leaf in leaves]
    return any(array.size and float(array.min()) < 0 for array in arrays)


@rule("sigmoid-then-bce", "advice", unless=("sigmoid-before-bce-with-logits", "saturated"))
def sigmoid_then_bce(case: Case) -> Iterator[Mark]:
    """A sigmoid, and then a binary cross-entropy of its result, in two steps.

    The mathematics is right. In numbers the sigmoid rounds to 1 from 17 on in float32: log(1 - p) is then -inf
    (`binary_cross_entropy` puts -100 in its place), and the gradient is lost. `binary_cross_entropy_with_logits` is one step that
    is exact everywhere; of a single term it is `logsigmoid`.

    Bad::

        loss = F.binary_cross_entropy(torch.sigmoid(score(x)).squeeze(1), t)

    Good::

        loss = F.binary_cross_entropy_with_logits(score(x).squeeze(1), t)
    """
    said = set()
    for loss in case.losses.of("bce"):
        if sigmoid_of(case.trace, loss.source) is not None:
            said.add(peel(loss.source))
            yield Mark(loss.step, "a sigmoid is followed by a binary cross-entropy of its result: from 17 on the sigmoid rounds to 1 in "
                       "float32, and the gradient of a wrong answer is lost.",
                       "F.binary_cross_entropy_with_logits(logits, target)  # of the logits, without the sigmoid")
    for step in case.trace.steps:
        below = picked(step.input()) if step.kind == "Log" else None
        sides = below.steps() if below is not None and below.kind in ("Where", "Stack", "Cat") else [below]
        for side in sides:
            p = side if sigmoid_of(case.trace, side) is not None else one_minus(case.trace, side)
            p = peel(p)
            if p is not None and p not in said and sigmoid_of(case.trace, p) is not None:
                said.add(p)
                yield Mark(step, "the logarithm is taken of a sigmoid's result: for logits about 100 below 0 (or, of 1 - p, 17 above) that "
                           "is -inf.", "F.logsigmoid(logits)  # log(1 - p) is F.logsigmoid(-logits)")


@rule("saturated", "warning")
def saturated(case: Case) -> Iterator[Mark]:
    """Wrong answers whose gradient is lost, in a flat sigmoid or a clamped logarithm.

    Where a sigmoid or softmax is sure, it is flat. A loss that takes its result as a number (a squared error, a
    `binary_cross_entropy` whose logarithm is clamped) has next to no gradient there: just the answers that are most wrong teach
    nothing. A cross-entropy of the logits has a gradient of about 1 for them.

    The proof: answers more than 0.5 off at which p (1 - p) is below 1e-6 (below 1e-12 before `binary_cross_entropy`), or numbers
    beyond a clamp before a logarithm that the loss sends a gradient to. Answers that are sure and right are silent.

    Bad::

        w = torch.tensor([[50.0], [0.0], [0.0], [0.0]], requires_grad=True)
        loss = F.binary_cross_entropy(torch.sigmoid(torch.ones(8, 4) @ w).squeeze(1), torch.zeros(8))

    Good::

        w = torch.tensor([[50.0], [0.0], [0.0], [0.0]], requires_grad=True)
        loss = F.binary_cross_entropy_with_logits((torch.ones(8, 4) @ w).squeeze(1), torch.zeros(8))
    """
    for loss in case.losses.of("bce", "mse"):
        p, t = case.trace.value(loss.source), loss.target
        if p is None or t is None or p.shape != t.shape or not p.size:
            continue
        lost = _lost(case, loss, p.astype(np.float64), t.astype(np.float64))
        if lost is not None and lost.any():
            worst = np.abs(p - t)[lost].max()
            what = "binary_cross_entropy_with_logits" if sigmoid_of(case.trace, loss.source) is not None else "cross_entropy"
            yield Mark(loss.step, f"{int(lost.sum())} of {p.size} answers are wrong by up to {worst:.3g}, and sure: the "
                       f"{'softmax' if what == 'cross_entropy' else 'sigmoid'} is flat there, and their gradient is lost.",
                       f"F.{what}(logits, target)")
    for end in case.losses.ends:
        clamp = peel(end.input()) if end.kind == "Log" else None
        clamp = peel(clamp.input()) if clamp is not None and clamp.kind in ("Index", "Gather") else clamp
        if clamp is not None and clamp.kind in ("Clamp", "ClampMin") and (x := clamp.array("self")) is not None:
            low, high = clamp.saved.get("min"), clamp.saved.get("max")
            outside = (x < (-np.inf if low is None else float(low))) | (x > (np.inf if high is None else float(high)))
            if not outside.any():
                continue
            arriving = gradient_at(case.trace, clamp)
            if arriving is not None and arriving.shape == outside.shape and (outside & (arriving != 0)).any():
                n = int((outside & (arriving != 0)).sum())
                yield Mark(clamp, f"{n} of {x.size} numbers lie beyond the clamp before a logarithm (the smallest is {x.min():.3g}): the "
                           "clamp hands no gradient on, so these answers, the most wrong ones, teach nothing.",
                           "F.cross_entropy(logits, target)  # or binary_cross_entropy_with_logits: no clamp is needed")


def _lost(case: Case, loss: Loss, p: Array, t: Array) -> Array | None:
    wrong = np.abs(p - t) > 0.5
    if sigmoid_of(case.trace, loss.source) is not None:
        return np.asarray(wrong & (p * (1 - p) < (1e-12 if loss.kind == "bce" else 1e-6)))
    if softmax_of(loss.source) is not None and loss.kind == "mse" and p.ndim == 2:
        flat = (p * (1 - p)).max(axis=1, keepdims=True) < 1e-6
        return np.asarray(wrong & flat & (t > p))
    top = peel(loss.source)
    if top is not None and top.kind == "Tanh" and loss.kind == "mse":
        return np.asarray((np.abs(p - t) > 1) & (1 - p * p < 1e-6))
    return None


@rule("activation-before-loss", "warning", unless=("sigmoid-before-bce-with-logits",))
def activation_before_loss(case: Case) -> Iterator[Mark]:
    """A ReLU or a sigmoid stands between the last layer and the loss that wants logits.

    Logits are any real numbers. After a ReLU none is negative: a class can be told to be likely, never unlikely, and where all
    are cut off there is no gradient. After a sigmoid they lie between 0 and 1, after a tanh between -1 and 1 (advice): no class
    can be more than e (or e * e) times as likely as another.

    Bad::

        loss = F.cross_entropy(torch.relu(model(x)), y)

    Good::

        loss = F.cross_entropy(model(x), y)
    """
    logits = [(normal.logits, normal.inner, "cross-entropy") for normal, loss in case.losses.normals
              if loss is not None or normal.step.kind != "Logsumexp"]
    logits += [(loss.source, loss.step, "binary cross-entropy") for loss in case.losses.of("bce-logits")]
    for source, step, name in logits:
        top = unscaled(without_dropout(source))
        if top is not None and _is_relu(top):
            values = top.array("result") if top.kind == "Relu" else None
            share = "" if values is None else f": {int((values == 0).sum())} of {values.size} logits are cut off to 0 here"
            yield Mark(step, f"the logits of this {name} went through a ReLU, so none can be negative{share}.",
                       "logits = last_layer(h)  # no activation between the last layer and the loss")
        elif name == "cross-entropy" and sigmoid_of(case.trace, source) is not None:
            yield Mark(step, "the logits of this cross-entropy are the result of a sigmoid: they lie between 0 and 1, so that no class can "
                       "be more than 2.72 times as likely as another.",
                       "F.cross_entropy(logits, target)  # the logits, without the sigmoid")
        elif name == "cross-entropy" and (flat := peel(source)) is not None and flat.kind == "Tanh":
            yield Mark(step, "the logits of this cross-entropy are the result of a tanh: they lie between -1 and 1, so that no class can "
                       "be more than 7.39 times as likely as another.",
                       "F.cross_entropy(logits, target)  # the logits, without the tanh", "advice")


def _is_relu(step: Step) -> bool:
    if step.kind in ("Clamp", "ClampMin"):
        low, high = step.saved.get("min"), step.saved.get("max")
        return low is not None and float(low) == 0 and high is None
    if step.kind == "Hardtanh":
        return float(step.saved.get("min_val", -1)) == 0
    if step.kind == "Maximum" and len(step.steps()) == 1:
        other = step.array("other" if step.input(0) is not None else "self")
        return other is not None and not other.any()
    return step.kind in ("Relu", "Threshold")


@rule("mse-on-probabilities", "advice")
def mse_on_probabilities(case: Case) -> Iterator[Mark]:
    """A squared error of probabilities against hard labels.

    It is a proper score (Brier's), but a slow teacher: its gradient is multiplied by the slope of the sigmoid or softmax, which
    is near 0 where the model is sure and wrong. Cross-entropy has no such factor. Targets that are not all 0 or 1 (regression of
    a share, soft targets, consistency of two models) are silent.

    Bad::

        loss = F.mse_loss(torch.softmax(model(x), dim=1), F.one_hot(y, 3).float())

    Good::

        loss = F.cross_entropy(model(x), y)
    """
    for loss in case.losses.of("mse"):
        target = loss.target
        if target is None or target.shape != loss.source.shape or not target.size:
            continue
        near = np.minimum(np.abs(target), np.abs(target - 1))
        hard = bool(near.max() < 1e-5)
        rounded = np.round(target)
        sigmoid = sigmoid_of(case.trace, loss.source) is not None
        softmax = softmax_of(loss.source)
        if hard and (sigmoid or (softmax is not None and target.ndim and any(is_one_hot(rounded, d) for d in range(target.ndim)))):
            name, fix = ("sigmoid", "binary_cross_entropy_with_logits") if sigmoid else ("softmax", "cross_entropy")
            yield Mark(loss.step, f"a squared error of a {name}'s probabilities against labels that are all 0 or 1: where the model is "
                       f"sure and wrong the {name} is flat, and the gradient is near 0.", f"F.{fix}(logits, target)")


@rule("target-outside-range", "error")
def target_outside_range(case: Case) -> Iterator[Mark]:
    """`binary_cross_entropy_with_logits` is given a target below 0 or above 1.

    Nothing checks it. The loss then has no lower bound: a target of 2 or -1 (labels from a file that counts 1 and 2, or -1 and 1)
    drives the logits to infinity.

    Bad::

        loss = F.binary_cross_entropy_with_logits(score(x).squeeze(1), 2 * t - 1)

    Good::

        loss = F.binary_cross_entropy_with_logits(score(x).squeeze(1), t)
    """
    for loss in case.losses.of("bce-logits"):
        if loss.target is not None and loss.target.size and (loss.target.min() < 0 or loss.target.max() > 1):
            outside = int(((loss.target < 0) | (loss.target > 1)).sum())
            yield Mark(loss.step, f"{outside} of {loss.target.size} targets are no probabilities: they go from {loss.target.min():.4g} to "
                       f"{loss.target.max():.4g}, and this loss then has no lower bound.",
                       "target = (target > 0).float()  # labels must be 0 and 1")


@rule("swapped-arguments", "error")
def swapped_arguments(case: Case) -> Iterator[Mark]:
    """The prediction and the target have changed places in `binary_cross_entropy`.

    The first argument is the prediction: its logarithm is taken. Labels in its place have the logarithms -100 (for minus
    infinity) and 0.

    The proof: the first argument is a constant of 0 and 1 only, and the gradient goes to the second.

    Bad::

        loss = F.binary_cross_entropy(t, torch.sigmoid(score(x)).squeeze(1))

    Good::

        loss = F.binary_cross_entropy_with_logits(score(x).squeeze(1), t)
    """
    for step in case.trace.steps:
        if step.kind == "BinaryCrossEntropy" and step.input(0) is None and step.input(1) is not None:
            values = step.array("self")
            if values is not None and values.size and np.isin(values, (0, 1)).all():
                yield Mark(step, "the first argument of binary_cross_entropy is a constant that holds only 0 and 1, the second one is what is "
                           "learnt: prediction and target have changed places.",
                           "F.binary_cross_entropy(prediction, target)")
