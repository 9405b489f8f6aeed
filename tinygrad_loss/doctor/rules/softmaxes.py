"""Rules about what goes into a cross-entropy or a negative log-likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..patterns import (
    is_bounded,
    is_distribution,
    is_raw_score,
    log_softmax_of,
    logsumexp_of,
    made_of_softmaxes,
    peel,
    picked,
    softmax_of,
    without_dropout,
)
from ..rule import Case, Mark, rule
from ..trace import Step

Array = NDArray[Any]
_LOGARITHMS = {"Log", "LogSoftmax", "Logsumexp", "LogSigmoid", "Log1P", "Log1p", "Softplus", "Log2", "Log10", "Lgamma",
               "Logaddexp"}


@rule("softmax-before-cross-entropy", "error", unless=("single-class", "softmax-wrong-dim"))
def softmax_before_cross_entropy(case: Case) -> Iterator[Mark]:
    """A softmax's result goes into a cross-entropy, which takes a softmax itself.

    The second softmax sees numbers between 0 and 1, so it can never be sure: with C classes the loss cannot fall below
    ln(e + C - 1) - 1 (1.46 for ten), and its gradient is small where the first softmax is sure and wrong. Training runs, slowly,
    and stops at a bad place. Cross-entropy wants the logits; take the softmax where you need probabilities.

    The proof: what enters the log-softmax is a softmax's result, or a mean of several whose rows sum to 1.

    Bad::

        loss = F.cross_entropy(torch.softmax(model(x), dim=1), y)

    Good::

        loss = F.cross_entropy(model(x), y)
    """
    for normal, _ in case.losses.normals:
        source = without_dropout(normal.logits)
        source = normal.logits if source is peel(normal.logits) else source
        if source is None or not made_of_softmaxes(source) or not normal.dims:
            continue
        rows, inner = case.trace.value(source), softmax_of(source)
        direct = inner is not None and inner.step is peel(source)  # whatever its dimension: no cross-entropy wants one
        if not direct and (rows is None or not is_distribution(rows, normal.dims[0])):
            continue
        classes = normal.logits.shape[normal.dims[0]]
        proof = "" if rows is None else f" (they lie between {rows.min():.3g} and {rows.max():.3g}" + (
            ", and each row sums to 1)" if is_distribution(rows, normal.dims[0]) else ")")
        yield Mark(normal.inner, f"the {classes} numbers of a row that this cross-entropy takes for logits are the result of a "
                   f"softmax{proof}: softmax is taken twice, and the loss cannot fall below {_floor(classes):.3g}.",
                   "F.cross_entropy(logits, target)  # the logits, without the softmax")


def _floor(classes: int) -> float:
    return math.log(math.e + classes - 1) - 1


@rule("log-softmax-before-cross-entropy", "advice", unless=("single-class",))
def log_softmax_before_cross_entropy(case: Case) -> Iterator[Mark]:
    """A log-softmax's result goes into a cross-entropy, which takes the log-softmax itself.

    This is harmless: the log-softmax of a log-softmax is the same numbers again. It costs a second pass over the logits, and it
    says to the reader that something else is meant.

    Bad::

        loss = F.cross_entropy(F.log_softmax(model(x), dim=1), y)

    Good::

        loss = F.nll_loss(F.log_softmax(model(x), dim=1), y)
    """
    for normal, _ in case.losses.normals:
        inner = log_softmax_of(normal.logits)
        if inner is not None and inner.step.shape == normal.logits.shape and picked(normal.logits) is peel(normal.logits):
            yield Mark(normal.inner, "this cross-entropy is given the result of a log-softmax and takes the log-softmax again: the "
                       "numbers stay the same, the work is done twice.",
                       "F.cross_entropy(logits, target)\n# or F.nll_loss(F.log_softmax(logits, dim=1), target)")


@rule("nll-without-log-softmax", "error")
def nll_without_log_softmax(case: Case) -> Iterator[Mark]:
    """`nll_loss` is given raw scores or probabilities, where it wants log-probabilities.

    `nll_loss` only picks the target's number out of each row and turns its sign. Of raw scores it can be driven to minus
    infinity without anything being learnt; of probabilities it is a number between -1 and 0, with a gradient that vanishes where
    the model is wrong.

    The proof: the exponentials of the rows do not sum to 1, and nothing between the last layer and the loss takes a logarithm.

    Bad::

        loss = F.nll_loss(model(x), y)

    Good::

        loss = F.nll_loss(F.log_softmax(model(x), dim=1), y)
    """
    fix = "F.cross_entropy(logits, target)\n# or F.nll_loss(F.log_softmax(logits, dim=1), target)"
    for loss in case.losses.of("nll"):
        rows = loss.step.array("self")
        if rows is None or not rows.size or log_softmax_of(loss.source) is not None:
            continue
        with np.errstate(all="ignore"):
            sums = np.exp(rows.astype(np.float64)).sum(axis=loss.dim)
        if np.abs(sums - 1).max() <= 1e-2:
            continue
        worst = float(sums.reshape(-1)[np.argmax(np.abs(sums - 1))])
        if made_of_softmaxes(loss.source):
            yield Mark(loss.step, f"nll_loss is given the probabilities of a softmax, from {rows.min():.3g} to {rows.max():.3g}; "
                       f"it wants their logarithms. The loss is {_value(case)}, where a negative log-likelihood is never below 0.",
                       fix)
        elif not _takes_a_logarithm(loss.source) and (rows.max() > 0 or is_raw_score(loss.source) is not None):
            yield Mark(loss.step, f"nll_loss is given numbers that are no log-probabilities: they lie between {rows.min():.3g} and "
                       f"{rows.max():.3g}, and the exponentials of a row sum to {worst:.4g}, where they must sum to 1.", fix)
    yield from _picked_by_hand(case, fix)


def _picked_by_hand(case: Case, fix: str) -> Iterator[Mark]:
    """-x[range(n), y].mean() of the whole loss, where x is no logarithm."""
    for loss in case.losses.of("pick"):
        if loss.step in case.losses.head and _is_only_term(case, loss.step) and loss.target is not None and (
                loss.target.dtype.kind in "iu" and len(loss.source.shape) == 2 and loss.target.size == loss.source.shape[0]):
            if softmax_of(loss.source) is not None:
                yield Mark(loss.step, "the loss is the mean of the target's probability, with its sign turned, not of its "
                           "logarithm: where the model is sure and wrong its gradient vanishes.", fix, "advice")
            elif is_raw_score(loss.source) is not None:
                yield Mark(loss.step, "the loss is the mean of the target's raw score, with its sign turned: nothing bounds it "
                           "from below, and the scores of the other classes are left out.", fix, "warning")


def _is_only_term(case: Case, step: Step) -> bool:
    negative = False
    while step is not case.trace.root:
        if len(step.users) != 1:
            return False
        step = step.users[0][0]
        negative = negative or step.kind == "Neg"
        if step.kind not in ("Neg", "Mean", "Sum", "Squeeze", "View", "Unsqueeze"):
            return False
    return negative


def _value(case: Case) -> str:
    loss = case.trace.value(case.trace.root)
    return f"{float(loss.reshape(-1)[0]):.4g}" if loss is not None and loss.size == 1 else "what it is"


def _takes_a_logarithm(step: Step) -> bool:
    """Whether a logarithm, or a function that the doctor does not know, stands between a step and the layers below it."""
    seen, stack = set(), [step]
    while stack:
        here = stack.pop()
        if here in seen or is_raw_score(here) is not None or here.is_leaf:
            continue
        seen.add(here)
        if here.kind in _LOGARITHMS or not here.name.endswith(tuple("0123456789")):
            return True
        stack += here.steps()
    return False


@rule("log-of-softmax", "warning", unless=("softmax-before-cross-entropy", "single-class", "softmax-wrong-dim"))
def log_of_softmax(case: Case) -> Iterator[Mark]:
    """A logarithm is taken of a softmax's result.

    A probability below 1e-38 (float32: 1e-45 at the very least) is 0 as a number, its logarithm is minus infinity, and the
    gradient nan. `log_softmax` never makes the probability: it is exact for every logit.

    Bad::

        p = torch.softmax(model(x), dim=1)
        loss = F.nll_loss(torch.log(p), y)

    Good::

        loss = F.nll_loss(F.log_softmax(model(x), dim=1), y)
    """
    for step in case.trace.steps:
        if step.kind == "Log" and (
                normal := softmax_of(picked(step.input()), chosen=True)) is not None and not is_bounded(case.trace, normal.logits):
            p = case.trace.value(step.input())
            proof = ""
            if p is not None and p.size:
                proof = f" The smallest number that it is given is {p.min():.3g}" + (
                    f": {int((p == 0).sum())} of {p.size} are 0, whose logarithm is -inf." if (p == 0).any() else ".")
            how = "written by hand, exp(x) / exp(x).sum()," if normal.exp is not None else ""
            yield Mark(step, f"the logarithm is taken of a softmax {how} in two steps: for logits that lie about 100 apart "
                       f"the probability is 0, and this -inf with a gradient of nan.{proof}".replace("softmax  in", "softmax in"),
                       "F.log_softmax(logits, dim=1)  # in place of torch.log(torch.softmax(logits, dim=1))")


@rule("unstable-logsumexp", "warning")
def unstable_logsumexp(case: Case) -> Iterator[Mark]:
    """log(sum(exp(x))) without the maximum taken out.

    exp(x) is inf in float32 from x = 89 on, and 0 below -104: the logarithm is then inf or -inf, the gradient nan.
    `torch.logsumexp` subtracts the maximum first, which changes nothing but this. log(1 + exp(x)) is the same with a second
    number 0; its name is `softplus` (advice only).

    Silent where the largest exponential of each row is 1 (the maximum was taken out by hand), and where x has a bound: cosines,
    tanh, log-probabilities.

    Bad::

        logits = model(x)
        loss = (logits.exp().sum(1).log() - logits[torch.arange(8), y]).mean()

    Good::

        logits = model(x)
        loss = (logits.logsumexp(1) - logits[torch.arange(8), y]).mean()
    """
    for step in case.trace.steps:
        if step.kind in ("Log", "Log1P", "Log1p"):
            exp, total = _summed_exp(case, step)
            if exp is None or exp.input() is None or is_bounded(case.trace, exp.input()):
                continue
            powers = exp.array("result")
            if powers is not None and powers.size and total is not None and _largest_is_one(powers, total):
                continue
            top = "" if powers is None or not powers.size else f" The largest exponent here is {_log(powers.max()):.3g}."
            if total is not None:
                yield Mark(step, "log(sum(exp(x))) is computed without the maximum taken out: exp overflows to inf from x = 89 on in "
                           f"float32.{top}", "torch.logsumexp(x, dim=1)")
            else:
                yield Mark(step, f"log(1 + exp(x)) is computed in two steps: exp overflows to inf from x = 89 on in float32.{top}",
                           "F.softplus(x)", "advice")


def _log(number: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.log(number))


def _summed_exp(case: Case, step: Step) -> tuple[Step | None, Step | None]:
    """The exponential of log(sum(exp(x))) with the sum, or that of log(1 + exp(x)) with None."""
    normal = logsumexp_of(step)
    if normal is not None and normal.exp is not None:
        return normal.exp, normal.inner
    below = peel(step.input())
    if below is not None and step.kind == "Log" and below.kind == "Add" and len(below.steps()) == 1:
        exp, total = peel(below.steps()[0]), case.trace.value(below)
        powers = None if exp is None or exp.kind != "Exp" else exp.array("result")
        if powers is not None and total is not None and np.allclose(total - powers, 1, atol=1e-3):
            return exp, None
    if below is not None and step.kind != "Log" and below.kind == "Exp":
        return below, None
    return None, None


def _largest_is_one(powers: Array, total: Step) -> bool:
    axis = total.dims() or None
    with np.errstate(all="ignore"):
        top = powers.max(axis=axis)
    return bool(np.abs(top - 1).max() < 1e-3) or bool(abs(powers.max() - 1) < 1e-3)


@rule("kl-div-of-probabilities", "error")
def kl_div_of_probabilities(case: Case) -> Iterator[Mark]:
    """`kl_div` is given probabilities, where its input must be log-probabilities.

    `F.kl_div(input, target)` computes target * (log(target) - input): the first argument is a logarithm already, the second is
    not (unless `log_target=True`). Of probabilities the result is no divergence: it is not 0 when the two agree.

    The proof: the input is a softmax's result, and the loss is the number that this formula gives of it.

    Bad::

        teacher = torch.softmax(torch.randn(8, 3), dim=1)
        loss = F.kl_div(torch.softmax(model(x), dim=1), teacher, reduction="batchmean")

    Good::

        teacher = torch.softmax(torch.randn(8, 3), dim=1)
        loss = F.kl_div(F.log_softmax(model(x), dim=1), teacher, reduction="batchmean")
    """
    total = case.trace.value(case.trace.root)
    for step in case.trace.steps:
        product = peel(step.input(1)) if step.kind == "Sub" and step.inputs[0] is None else None
        if product is None or product.kind != "Mul" or len(product.steps()) != 1 or total is None or total.size != 1:
            continue
        target = product.array("other" if product.input(0) is not None else "self")
        p = case.trace.value(product.steps()[0])
        if target is None or p is None or target.shape != p.shape or not p.ndim or softmax_of(product.steps()[0]) is None:
            continue
        t = target.astype(np.float64)
        terms = np.where(t > 0, t * np.log(np.where(t > 0, t, 1)), 0) - t * p
        value = float(total.reshape(-1)[0])
        if any(abs(value - terms.sum() / n) <= 1e-4 * max(1.0, abs(value)) for n in (1, p.shape[0], p.size)):
            yield Mark(product, f"kl_div is given the probabilities of a softmax ({p.min():.3g} to {p.max():.3g}), where it wants "
                       f"log-probabilities: the loss, {value:.4g}, is no divergence.",
                       'F.kl_div(F.log_softmax(logits, dim=1), target, reduction="batchmean")')


