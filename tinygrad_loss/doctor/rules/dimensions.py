"""Rules about the dimension that a softmax runs over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..losses import Loss
from ..patterns import Normal, is_distribution, log_softmax_of, softmax_of
from ..rule import Case, Mark, rule

Array = NDArray[Any]


@rule("softmax-wrong-dim", "error", unless=("class-dim-last",))
def softmax_wrong_dim(case: Case) -> Iterator[Mark]:
    """The softmax runs over another dimension than that of the classes, over the batch for instance.

    Then the probabilities of one row do not sum to 1: the rows compete with each other. `dim=None` is a common cause: PyTorch
    picks dimension 0 for one and three dimensions.

    The proof: along the dimension that the target picks from (or its rows are distributions of) the probabilities do not sum to 1,
    and along another one they do. Silent where the target of row i is i in a square matrix, as in contrastive losses.

    Bad::

        loss = F.nll_loss(F.log_softmax(model(x), dim=0), y)

    Good::

        loss = F.nll_loss(F.log_softmax(model(x), dim=1), y)
    """
    for loss in case.losses.of("nll", "pick", "soft", "mse", "bce"):
        normal = log_softmax_of(loss.source)
        plain = softmax_of(loss.source) if normal is None else None
        found = normal or plain
        if found is None or not loss.source.shape or _is_diagonal(loss):
            continue
        p = _probabilities(case, loss, normal is not None)
        dim = _class_dim(loss)
        if p is None or dim is None or p.ndim < 2 or not np.isfinite(p).all() or _sums_to_one(p, dim):
            continue
        others = [d for d in range(p.ndim) if d != dim and p.shape[d] > 0 and _sums_to_one(p, d)]
        sums = p.sum(axis=dim, dtype=np.float64)
        whole = abs(float(sums.sum()) - 1) <= 1e-2
        if not others and not whole and sums.max() <= 1.01:  # what sums to less than 1 may be a part of a distribution
            continue
        over = f"dimension {others[0]}" if others else "all numbers at once" if whole else "another dimension"
        yield Mark(found.inner, f"this softmax runs over {over} of shape {tuple(p.shape)}, and the classes lie along dimension {dim}: the "
                   f"probabilities of one row sum to between {sums.min():.3g} and {sums.max():.3g}, where they must sum to 1.",
                   f"F.log_softmax(logits, dim={dim})  # or F.cross_entropy(logits, target)")


def _class_dim(loss: Loss) -> int | None:
    if loss.kind in ("nll", "pick"):
        return loss.dim
    if loss.kind == "soft":
        return loss.dim if loss.dim >= 0 and not _two_ways(loss.target) else None
    target = loss.target  # a mean squared error or a BCE: the rows of a one-hot target say where the classes lie
    if target is None or target.ndim != 2 or target.shape != loss.source.shape or _two_ways(target):
        return None
    return next((d for d in (1, 0) if is_distribution(target, d)), None)


def _two_ways(target: Array | None) -> bool:
    return target is not None and target.ndim == 2 and is_distribution(target, 0) and is_distribution(target, 1)


def _is_diagonal(loss: Loss) -> bool:
    shape = loss.source.shape
    return (loss.kind in ("nll", "pick") and loss.target is not None and len(shape) == 2 and shape[0] == shape[1]
            and np.array_equal(loss.target.reshape(-1), np.arange(shape[0])))


def _probabilities(case: Case, loss: Loss, logarithms: bool) -> Array | None:
    values = loss.step.array("self") if loss.kind == "nll" else case.trace.value(loss.source)
    if values is None or not values.size:
        return None
    with np.errstate(all="ignore"):
        return np.exp(values.astype(np.float64)) if logarithms else values.astype(np.float64)


def _sums_to_one(p: Array, dim: int) -> bool:
    return bool(np.abs(p.sum(axis=dim) - 1).max() <= 1e-2)


@rule("single-class", "error")
def single_class(case: Case) -> Iterator[Mark]:
    """The softmax of the loss runs over a single class.

    The softmax of one number is 1, whatever the number: the loss is 0 and so is every gradient. A yes-or-no output of one column
    wants a sigmoid, that is `binary_cross_entropy_with_logits`; or give it two columns.

    Bad::

        loss = F.cross_entropy(nn.Linear(4, 1)(x), torch.zeros(8, dtype=torch.long))

    Good::

        loss = F.binary_cross_entropy_with_logits(nn.Linear(4, 1)(x), t.unsqueeze(1))
    """
    found = [normal for normal, loss in case.losses.normals if loss is None or loss.source.shape[loss.dim:][:1] == (1,)]
    found += [normal for loss in case.losses.of("mse", "bce") if (normal := softmax_of(loss.source)) is not None]
    for normal in found:
        if normal.dims and _size(normal) == 1 and int(np.prod(normal.logits.shape)) > 0:
            yield Mark(normal.inner, f"this softmax runs over dimension {normal.dims[0]} of shape {normal.logits.shape}, which has one "
                       "number: the probability is always 1, and the gradient always 0.",
                       "F.binary_cross_entropy_with_logits(logits.squeeze(1), target.float())  # or two output columns")


def _size(normal: Normal) -> int:
    shape = normal.logits.shape
    return int(np.prod([shape[d] for d in normal.dims if d < len(shape)]))
