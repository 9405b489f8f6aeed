"""ctc_loss: sequences of labels without knowing where in the input each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ...autograd.node import NO_EDGE
from ...autograd.variable import Variable
from ...autograd.wrapping import wrap
from ...kernels import connectionist as kernel
from ...ops._fused import Fused
from ...ops._record import Array, data_of, record
from ...ops.gathering import gather
from ...ops.pointwise import exp, log
from ...ops.reductions import mean, sum
from ...ops.selection import masked_fill, where
from ...ops.shaping import squeeze, unsqueeze
from ._arguments import must_be_bool, must_be_integer
from ._defined import loss
from ._reduction import checked_reduction

if TYPE_CHECKING:
    from ..._tensor import Tensor

Lengths = Any  # a tensor of integers, or a tuple or list of ints


class CtcLossBackward0(Fused):
    """-log of the sum over all alignments of the product of their probabilities: each class's probability less its share in the
    alignments, which is the gradient that log-softmax would pass on."""

    __slots__ = ()
    inputs = ("log_probs",)
    saves = ("log_probs", "targets", "input_lengths", "target_lengths", "blank", "zero_infinity", "result0", "result1")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        log_probs, targets, inputs, lengths, blank, zero_infinity, _, alpha = saved
        states = kernel.states_of(_labels(targets, lengths), blank)
        frames = np.asarray(inputs), np.asarray(lengths)
        return [kernel.ctc_vjp(np.asarray(g), log_probs, states, *frames, alpha.swapaxes(0, 1), zero_infinity)]

    def define(self, *inputs: Any) -> Any:
        _, targets, frames, lengths, blank, zero_infinity, *_ = self.checked()
        return ctc_in_primitives(inputs[0], targets, frames, lengths, blank, zero_infinity)


def ctc_in_primitives(log_probs: Any, targets: Array, inputs: Any, lengths: Any, blank: int, zero_infinity: bool) -> Any:
    """The forward recursion of the alignments, frame by frame: stay, go one state on, or skip a blank; sum, and take the
    logarithm."""
    states = kernel.states_of(_labels(targets, lengths), blank)
    frames, last = np.asarray(inputs), 2 * np.asarray(lengths)
    place = np.arange(states.shape[1])

    def from_behind(alpha: Any, steps: int, never: Array) -> Any:
        index = np.broadcast_to(np.maximum(place - steps, 0), states.shape)
        return masked_fill(gather(alpha, 1, _constant(index)), _constant(never | (place < steps)), -np.inf)

    alpha = _constant(np.where((place < 1) | (place == 1) & (last[:, None] > 0), 0.0, -np.inf).astype(data_of(log_probs).dtype))
    for t in range(data_of(log_probs).shape[0]):
        ways = [alpha]
        if t:
            ways += [from_behind(alpha, 1, place < 1), from_behind(alpha, 2, ~kernel.may_skip(states))]
        now = _log_sum_exp(ways) + gather(log_probs[t], 1, _constant(states))
        alpha = where(_constant(t < frames[:, None]), now, alpha)
    ends = [gather(alpha, 1, _constant(last[:, None]))]
    before = gather(alpha, 1, _constant(np.maximum(last[:, None] - 1, 0)))
    ends.append(masked_fill(before, _constant(last[:, None] == 0), -np.inf))
    losses = -squeeze(_log_sum_exp(ends), 1)
    if zero_infinity:
        losses = where(_constant(np.isinf(data_of(losses))), np.inf, losses)
    # What PyTorch's gradient has besides: a term of value 0, of which log-softmax before this leaves nothing.
    seen = np.arange(data_of(log_probs).shape[0])[:, None] < np.where(zero_infinity & np.isinf(data_of(losses)), 0, frames)
    probabilities = sum(sum(exp(log_probs), 2) * _constant(seen.astype(data_of(log_probs).dtype)), 0)
    return losses + (probabilities - _constant(data_of(probabilities)))


def _log_sum_exp(ways: list[Any]) -> Any:
    """log(e^a + e^b + ...) of tensors of one shape, where -inf stands for what is impossible."""
    top = np.max([data_of(one) for one in ways], axis=0)
    top = _constant(np.where(np.isinf(top), 0, top))
    total = exp(ways[0] - top)
    for one in ways[1:]:
        total = total + exp(one - top)
    nothing = _constant(data_of(total) == 0)
    return masked_fill(log(masked_fill(total, nothing, 1.0)), nothing, -np.inf) + top


def _constant(array: Array) -> Any:
    return wrap(array, NO_EDGE)


def ctc_loss_definition(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """``ctc_loss`` in primitives: exp, log and sums, frame by frame."""
    reduction = checked_reduction(reduction, None, None)
    labels, inputs, lengths = _checked(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity)
    batch = log_probs if log_probs.ndim == 3 else unsqueeze(log_probs, 1)
    losses = ctc_in_primitives(batch, labels, inputs, lengths, blank, zero_infinity)
    return _finished(losses, log_probs, lengths, reduction, zero_infinity)  # type: ignore[no-any-return]


@loss(definition=ctc_loss_definition)
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Connectionist temporal classification, for speech and handwriting: -log of the probability that the frames, read out with
    repeats joined and blanks dropped, give the labels; summed over all alignments.

    ``log_probs`` holds log-probabilities (from ``log_softmax``), frames first: (T, N, C), or (T, C) without batch. ``targets``
    holds class numbers, (N, S) filled up with anything, or all sequences in one row (sum of the lengths,). ``input_lengths``
    (each at most T) and ``target_lengths``, both (N,), are tensors of integers, or both tuples of ints. ``blank`` is the class
    that stands for no label. ``reduction``: "none", "sum", or "mean", for which each loss is divided by its target's length
    first. A sequence too long for its frames has an infinite loss and a gradient of nan; ``zero_infinity`` makes both 0.

    The gradient is the one that log-softmax passes on unchanged, softmax less the alignments' share, as in PyTorch.

    Raises RuntimeError for lengths and shapes that do not fit, and for a blank that is no class.

    >>> import tinygrad_loss as torch
    >>> frames = torch.tensor([[0.5, 0.5], [0.5, 0.5]]).log()  # two frames; class 0 is the blank
    >>> loss = torch.nn.functional.ctc_loss(frames, torch.tensor([1]), torch.tensor([2]), torch.tensor([1]))
    >>> (-loss).exp()  # three of the four ways to read them give "1": 01, 10, 11
    tensor(0.7500)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html;
    Graves et al., Connectionist temporal classification, 2006
    """
    reduction = checked_reduction(reduction, None, None)
    labels, inputs, lengths = _checked(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity)
    batch = log_probs if log_probs.ndim == 3 else unsqueeze(log_probs, 1)
    x = batch._data
    states = kernel.states_of(_labels(labels, lengths), blank)
    found, alpha = kernel.ctc(x, states, np.asarray(inputs), np.asarray(lengths))
    found = found.astype(x.dtype)
    saved = (x, labels, inputs, lengths, blank, zero_infinity, found, alpha.swapaxes(0, 1))
    losses = record(CtcLossBackward0, (batch,), found, saved)
    return _finished(losses, log_probs, lengths, reduction, zero_infinity)  # type: ignore[no-any-return]


def _finished(losses: Any, log_probs: Any, lengths: tuple[int, ...], reduction: str, zero_infinity: bool) -> Any:
    if zero_infinity:
        losses = where(_constant(data_of(losses) == np.inf), 0.0, losses)
    if reduction == "mean":
        return mean(losses / _constant(np.maximum(lengths, 1).astype(data_of(losses).dtype)))
    if reduction == "sum":
        return sum(losses)
    return losses if data_of(log_probs).ndim == 3 else squeeze(losses, 0)


def _labels(targets: Array, lengths: tuple[int, ...]) -> list[Any]:
    """The labels of each sequence, from either layout."""
    if targets.ndim == 2:
        return [row[:length] for row, length in zip(targets, lengths, strict=True)]
    ends = np.cumsum(lengths)
    return [targets[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def _checked(
    log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool
) -> tuple[Array, Any, Any]:
    """The checked targets and lengths."""
    both = [input_lengths, target_lengths]
    tensors = all(isinstance(one, Variable) for one in (log_probs, targets))
    if not tensors or not (all(isinstance(one, Variable) for one in both) or all(map(_are_ints, both))):
        kinds = ", ".join(type(one).__name__ for one in (log_probs, targets, *both))
        raise TypeError(
            f"ctc_loss() received an invalid combination of arguments - got ({kinds}), but expected log_probs and targets as "
            "Tensors, and input_lengths and target_lengths both as Tensors of integers or both as tuples of ints"
        )
    must_be_integer("ctc_loss", blank=blank)
    must_be_bool("ctc_loss", zero_infinity=zero_infinity)
    inputs, lengths = (_lengths(one, name) for one, name in zip(both, ("input_lengths", "target_lengths"), strict=True))
    x, labels = log_probs._data, targets._data
    if not x.ndim:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1): ctc_loss takes (T, N, C) or (T, C)")
    checking = "(while checking arguments for ctc_loss_allocate_outputs)"
    if x.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {x.ndim + (x.ndim != 3)}-dimensional tensor for argument #1 'log_probs' "
            f"{checking}. The shape is (T, N, C): frames, batch, classes; or (T, C)"
        )
    if not x.size:
        raise RuntimeError(f"log_probs tensor must not be empty. Its shape is {list(x.shape)}")
    frames, n, c = x.shape if x.ndim == 3 else (x.shape[0], 1, x.shape[1])
    if labels.ndim not in (1, 2):
        raise RuntimeError(
            f"Expected 1 to 2 dimensions, but got {labels.ndim}-dimensional tensor for argument #2 'targets' {checking}"
        )
    if not 0 <= blank < c:
        raise RuntimeError(f"blank must be in label range: 0 to {c - 1}, not {blank}")
    for name, given, most in (("input_lengths", inputs, frames), ("target_lengths", lengths, None)):
        if len(given) != n:
            raise RuntimeError(f"{name} must be of size batch_size: {n}, not {len(given)}")
        for value in given:
            if value < 0 or (most is not None and value > most):
                bound = "least 0" if value < 0 else f"most {most}"
                raise RuntimeError(f"Expected {name} to have value at {bound}, but got value {value} {checking}")
    size = n if labels.ndim == 2 else int(np.sum(lengths))
    if labels.shape[0] != size:
        raise RuntimeError(
            f"Expected tensor to have size {size} at dimension 0, but got size {labels.shape[0]} for argument #2 'targets' "
            f"{checking}"
        )
    if labels.ndim == 2 and labels.shape[1] < max(lengths):
        raise RuntimeError(
            f"Expected tensor to have size at least {max(lengths)} at dimension 1, but got size {labels.shape[1]} "
            f"for argument #2 'targets' {checking}"
        )
    if x.dtype.kind != "f" or x.dtype == np.float16:
        raise NotImplementedError(f"\"ctc_loss_cpu\" not implemented for '{type_word(x.dtype)}'. Convert it: log_probs.float()")
    labels = labels.astype(np.int64, copy=False)
    used = np.concatenate([*_labels(labels, lengths), np.zeros(0, np.int64)])
    wrong = used[(used < 0) | (used >= c)]
    if wrong.size:
        raise RuntimeError(f"ctc_loss: targets hold {wrong[0]}, which is not one of the {c} classes, 0 to {c - 1}")
    return labels, inputs, lengths


def _are_ints(lengths: Any) -> bool:
    return isinstance(lengths, (tuple, list)) and all(isinstance(one, (int, np.integer)) for one in lengths)


def _lengths(given: Any, name: str) -> tuple[int, ...]:
    array = np.asarray(data_of(given))
    if isinstance(given, Variable) and array.dtype.kind not in "iu":
        raise RuntimeError(f"{name} must be integral. Got {array.dtype}")
    return tuple(array.reshape(-1).tolist())
