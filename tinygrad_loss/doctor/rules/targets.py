"""Rules about targets: their shapes, their numbers, and their weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..forward import COPIES, RESHAPES
from ..losses import Loss
from ..patterns import PRODUCTS, Normal, is_one_hot, log_softmax_of, peel
from ..rule import Case, Mark, rule
from ..trace import Step

Array = NDArray[Any]
_ROW_BY_ROW = {"Abs", "Pow", "Neg", "Relu", "Clamp", "ClampMin", "Softplus", "LogSigmoid", "Rsub", "Sub", "Add", "Mul"}


@rule("broadcast-target", "error")
def broadcast_target(case: Case) -> Iterator[Mark]:
    """Predictions of shape (N, 1) meet targets of shape (N,): the difference is N by N.

    Broadcasting compares each prediction with every target. The loss then draws all predictions to the mean of the targets.
    `mse_loss` only warns, and a difference written by hand is silent.

    The proof: an N by N result of a loss that came from (N, 1) or (N,) on the side that is learnt, and from one row (or column),
    N times, on the other. Silent where the prediction was given its second dimension just for that, x.unsqueeze(1) or
    x[:, None], and for differences of two learnt numbers, as in rankings.

    Bad::

        loss = ((score(x) - t) ** 2).mean()

    Good::

        loss = ((score(x).squeeze(1) - t) ** 2).mean()
    """
    for step, source, constant in _widened(case):
        n = step.shape[0] if step.shape else 0
        if n < 2 or step.shape != (n, n) or source.shape not in ((n, 1), (n,)) or constant is None:
            continue
        if source.kind in ("Unsqueeze", "Expand") or _has_pairs(case, source):
            continue
        if constant.shape == (n, n) and not np.allclose(constant - constant[:, :1], constant[:1] - constant[0, 0], rtol=1e-3, atol=1e-4):
            continue
        if constant.shape != (n, n) and (constant.shape == source.shape or constant.ndim == 0 or constant.size != n):
            continue
        other = f"({n},)" if source.shape == (n, 1) else f"({n}, 1)"
        yield Mark(step, f"predictions of shape {source.shape} and targets of shape {other} were broadcast to {step.shape}: each of the "
                   f"{n} predictions is compared with all {n} targets.",
                   "loss_fn(prediction.squeeze(1), target)" if source.shape == (n, 1) else "loss_fn(prediction, target.squeeze(1))")


def _widened(case: Case) -> Iterator[tuple[Step, Step, Array | None]]:
    """Where a loss compares a learnt result with a constant and the result is larger: the step, the learnt side, and the constant
    (or the difference: the one is a row repeated, just when the other is a column plus a row)."""
    for loss in case.losses.of("mse", "distance"):
        if not loss.by_hand and (source := _below_copies(loss.step.input(0))) is not None and source.kind == "Expand":
            before = _below_copies(source.input())
            if before is not None and loss.target is not None:
                yield source, before, loss.target
    for top in _elementwise(case):
        if top.kind in ("Sub", "Rsub", "Mul") and len(top.steps()) == 1:
            source = _below_copies(top.steps()[0])
            if source is not None and source.kind == "Expand":  # torch.broadcast_tensors, as in l1_loss
                source = _below_copies(source.input())
            if source is not None and source.shape != top.shape:
                saved = top.array("other" if top.input(0) is not None else "self") if top.kind == "Mul" else case.trace.value(top)
                yield top, source, saved


def _elementwise(case: Case) -> list[Step]:
    """The linear part of the loss, and what lies below its ends as long as rows stay rows."""
    found = dict.fromkeys(case.losses.head)
    stack = list(case.losses.ends)
    while stack:
        step = stack.pop()
        found.setdefault(step)
        if step.kind in _ROW_BY_ROW and len(set(step.steps())) == 1:
            stack += step.steps()
    return list(found)


def _below_copies(step: Step | None) -> Step | None:
    while step is not None and step.kind in COPIES:
        step = step.input()
    return step


def _has_pairs(case: Case, source: Step) -> bool:
    """Whether the same result is also compared with itself, as in an energy distance."""
    mine = peel(source)
    return any(step.kind == "Sub" and len(step.steps()) == 2 and all(peel(side) is mine for side in step.steps())
               for step in case.trace.steps)


@rule("all-ignored", "error")
def all_ignored(case: Case) -> Iterator[Mark]:
    """No row counts: every target is `ignore_index`, or the mask or the weights are all 0.

    A mean over no rows is 0 / 0, that is nan, and one such batch makes all weights nan.

    Bad::

        loss = F.cross_entropy(model(x), torch.full((8,), -100))

    Good::

        y[0] = -100
        loss = F.cross_entropy(model(x), y)
    """
    fix = "if (target != ignore_index).any():  # leave out a batch in which nothing counts\n    loss.backward()"
    for loss in case.losses.of("nll"):
        ignored = loss.step.number("ignore_index", -100)
        if loss.target is None or loss.reduction == "none":
            continue
        counted = loss.target[loss.target != ignored]
        weight = loss.step.array("weight")
        if not counted.size:
            what = f"all {loss.target.size} targets are {ignored}, the ignore_index" if loss.target.size else "the batch has no rows"
            yield Mark(loss.step, f"{what}: the mean over no rows is nan.", fix,
                       "" if loss.reduction == "mean" else "advice")
        elif weight is not None and loss.reduction == "mean" and not weight[counted].any():
            yield Mark(loss.step, f"the classes of all {counted.size} targets have the weight 0: the weighted mean is 0 / 0, nan.",
                       "weight must be above 0 for the classes that occur")
    for step in case.losses.head:
        below = step.input()
        if step.kind == "Mean" and below is not None and 0 in below.shape:
            yield Mark(step, f"the mean is taken over no numbers (shape {below.shape}): it is nan.", "if mask.any():  # else skip the batch")
        divisor = step.array("other") if step.kind == "Div" and step.input(1) is None else None
        if divisor is not None and divisor.size == 1 and not divisor.any() and below is not None and _is_masked_out(below):
            yield Mark(step, "the mask is 0 everywhere, and the sum is divided by the number of rows that count, 0: the mean is nan.",
                       "loss = (losses * mask).sum() / mask.sum().clamp(min=1)")


def _is_masked_out(step: Step) -> bool:
    total = peel(step)
    masked = peel(total.input()) if total is not None and total.kind in ("Sum", "Neg") else None
    if masked is not None and masked.kind in ("Sum", "Neg"):
        masked = peel(masked.input())
    mask = masked.array("other") if masked is not None and masked.kind == "Mul" else None
    return mask is not None and not mask.any()


@rule("labels-start-at-one", "advice")
def labels_start_at_one(case: Case) -> Iterator[Mark]:
    """The labels are counted from 1, where classes count from 0.

    With C outputs the label C is out of bounds: the loss raises, and under `lint.watch()` this finding (an error) says why. With
    one output more it runs, and the first column is never a target: advice, where at least ten labels per class were seen and
    all classes but 0 occur. Silent where 0 is the `ignore_index`, and for labels that just lie in a narrow range.

    Bad::

        y = 1 + torch.arange(64) % 2
        loss = F.cross_entropy(model(torch.randn(64, 4)), y)

    Good::

        y = torch.arange(64) % 3
        loss = F.cross_entropy(model(torch.randn(64, 4)), y)
    """
    for loss in case.losses.of("nll", "pick"):
        target = loss.target
        classes = loss.source.shape[loss.dim] if loss.dim < len(loss.source.shape) else 0
        if target is None or target.dtype.kind not in "iu" or classes < 2 or target.size < 10 * classes:
            continue
        ignored = loss.step.number("ignore_index", -100)
        counted = target[target != ignored]
        if ignored != 0 and np.array_equal(np.unique(counted), np.arange(1, classes)):
            yield Mark(loss.step, f"the {counted.size} labels go from 1 to {classes - 1} and each of these occurs; class 0 of the {classes} "
                       "columns never does: do the labels start at 1?", f"target - 1  # and {classes - 1} output columns")


@rule("one-hot-as-indices", "error")
def one_hot_as_indices(case: Case) -> Iterator[Mark]:
    """A one-hot target is used as if it held class indices.

    Its zeros and ones are then read as "class 0" and "class 1". `cross_entropy` refuses whole numbers of that shape (under
    `lint.watch()` this finding says why); `gather` and indexing take them.

    Bad::

        one_hot = F.one_hot(y, 3)
        loss = -F.log_softmax(model(x), dim=1).gather(1, one_hot).mean()

    Good::

        one_hot = F.one_hot(y, 3)
        loss = -F.log_softmax(model(x), dim=1).gather(1, one_hot.argmax(1, keepdim=True)).mean()
    """
    for loss in case.losses.of("pick"):
        target = loss.target
        if (target is not None and target.dtype.kind in "iu" and target.ndim >= 2 and target.shape[-1] >= 3
                and target.shape == loss.source.shape and is_one_hot(target)):
            yield Mark(loss.step, f"the index of shape {target.shape} holds one 1 and {target.shape[-1] - 1} zeros in each row: it is a "
                       "one-hot target, and its numbers are read as the classes 0 and 1.",
                       "log_probabilities.gather(1, one_hot.argmax(1, keepdim=True))\n# or (log_probabilities * one_hot).sum(1)")


@rule("class-dim-last", "error")
def class_dim_last(case: Case) -> Iterator[Mark]:
    """Logits of shape (N, T, C) are given where (N, C, T) is meant.

    For sequences and images the classes lie along dimension 1. Where T is not C the shapes of logits and targets do not fit, and
    the loss raises (under `lint.watch()` this finding says why). Where T = C nothing is noticed: time steps are taken for classes.

    The proof: dimensions 1 and 2 are of the same size, and the last one is that of a layer's outputs, or the one that the
    log-softmax ran over.

    Bad::

        logits = model(torch.randn(2, 3, 4))
        loss = F.cross_entropy(logits, torch.tensor([[0, 1, 2], [2, 1, 0]]))

    Good::

        logits = model(torch.randn(2, 3, 4))
        loss = F.cross_entropy(logits.transpose(1, 2), torch.tensor([[0, 1, 2], [2, 1, 0]]))
    """
    for loss in case.losses.of("nll"):
        normal = log_softmax_of(loss.source)
        if normal is None or len(normal.logits.shape) != 3 or normal.logits.shape[1] != normal.logits.shape[2]:
            continue
        shape = normal.logits.shape
        last = normal.dims == (2,) and normal.inner.shape == shape and not _turned(loss)
        if last or (normal.dims == (1,) and _is_layer_output(normal)):
            yield Mark(loss.step, f"logits of shape {shape} are read as (rows, classes, places), but the classes lie along the last "
                       "dimension: the loss takes places for classes.", "F.cross_entropy(logits.transpose(1, 2), target)")


def _turned(loss: Loss) -> bool:
    step: Step | None = loss.source
    while step is not None and step.kind in COPIES | RESHAPES:
        step = step.input()
    return step is not None and step.kind in ("Transpose", "Permute", "T")


def _is_layer_output(normal: Normal) -> bool:
    """Whether the last dimension of the logits is that of a layer's outputs, unturned."""
    step: Step | None = normal.logits
    size = normal.logits.shape[-1]
    while step is not None and step.shape and step.shape[-1] == size:
        if step.kind in PRODUCTS:
            return any(leaf is not None and leaf.is_leaf for leaf in map(peel, step.steps()))
        if step.kind not in COPIES | {"View", "UnsafeView", "ReshapeAlias", "Add"}:
            return False
        step = next((side for side in step.steps() if not side.is_leaf), None)
    return False


@rule("class-imbalance-weight", "advice")
def class_imbalance_weight(case: Case) -> Iterator[Mark]:
    """Class weights that grow with the number of labels, where they are meant to make up for it.

    Weights against imbalance are large for rare classes (inverse to the counts). Here the more frequent of two classes has the
    larger weight throughout, which makes the imbalance worse: often the counts themselves were given. For
    `binary_cross_entropy_with_logits`, `pos_weight` is the number of negatives over positives.

    It takes at least 20 labels, and counts that differ threefold. (Weights may also state costs: this is advice.)

    Bad::

        y = torch.tensor([0] * 24 + [1] * 6 + [2] * 2)
        loss = F.cross_entropy(model(torch.randn(32, 4)), y, weight=torch.tensor([24.0, 6.0, 2.0]))

    Good::

        y = torch.tensor([0] * 24 + [1] * 6 + [2] * 2)
        loss = F.cross_entropy(model(torch.randn(32, 4)), y, weight=32 / torch.tensor([24.0, 6.0, 2.0]))
    """
    for loss in case.losses.of("nll"):
        weight, target = loss.step.array("weight"), loss.target
        if weight is None or target is None or target.size < 20:
            continue
        counted = target[(target != loss.step.number("ignore_index", -100)) & (target >= 0) & (target < weight.size)]
        counts = np.bincount(counted.reshape(-1), minlength=weight.size)
        pairs = [(i, j) for i in range(weight.size) for j in range(weight.size) if counts[i] >= 3 * counts[j] > 0]
        if weight.size <= 1000 and pairs and all(weight[i] > weight[j] for i, j in pairs):
            i, j = max(pairs, key=lambda pair: counts[pair[0]] - counts[pair[1]])
            yield Mark(loss.step, f"class {i} has {counts[i]} of {counted.size} labels and the weight {weight[i]:.3g}, class {j} has "
                       f"{counts[j]} and {weight[j]:.3g}: the weights make the imbalance worse.",
                       "weight = len(target) / torch.bincount(target, minlength=classes)")
    for loss in case.losses.of("bce-logits"):
        factor, target = loss.step.array("pos_weight"), loss.target
        if factor is None or target is None or target.size < 20 or factor.size != 1:
            continue
        positive = float(target.sum())
        negative, factor_ = target.size - positive, float(factor.reshape(-1)[0])
        if (negative >= 3 * positive > 0 and factor_ < 1) or (positive >= 3 * negative > 0 and factor_ > 1):
            yield Mark(loss.step, f"{positive:.0f} of {target.size} targets are positive and pos_weight is {factor_:.3g}: the weight makes the "
                       "imbalance worse.", "pos_weight = (target == 0).sum() / (target == 1).sum()")
