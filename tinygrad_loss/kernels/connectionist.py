"""Connectionist temporal classification: all alignments of a short sequence of labels with a long one of frames, by dynamic
programming.

The labels of sequence n stand between blanks, l = (blank, a, blank, b, blank), 2 L_n + 1 states. In each frame an alignment
stays in its state, goes one on, or skips the blank between two different labels. alpha[t, n, s] is the logarithm of the
probability of all ways to be in state s after frame t, what frame t shows included; beta[t, n, s] that of all ways to go on
from there, what it shows left out.

Log-probabilities have shape (T, N, C), states (N, S). Everything is worked out in float64.
Source: Graves et al., Connectionist temporal classification, 2006, equations 5 to 16.
"""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels.arrays import Floats, Indices, Mask


def states_of(labels: list[Indices], blank: int) -> Indices:
    """The labels of each sequence between blanks, filled up with blanks to the longest.

    >>> states_of([np.array([1, 2]), np.array([3])], 0)
    array([[0, 1, 0, 2, 0],
           [0, 3, 0, 0, 0]])
    """
    states = np.full((len(labels), 2 * max(map(len, labels), default=0) + 1), blank, np.int64)
    for row, one in zip(states, labels, strict=True):
        row[1 : 2 * len(one) : 2] = one
    return states


def may_skip(states: Indices) -> Mask:
    """Whether a state can be reached from the one before the last: where a label follows a different one."""
    skip = np.zeros(states.shape, np.bool_)
    skip[:, 2:] = states[:, 2:] != states[:, :-2]
    return skip


def ctc(log_probs: Floats, states: Indices, input_lengths: Indices, target_lengths: Indices) -> tuple[Floats, Floats]:
    """The negative log-likelihood of each sequence (inf if it cannot be aligned), and alpha."""
    shown = _shown(log_probs, states)
    skip = may_skip(states)
    alpha = np.full(shown.shape, -np.inf)
    if len(alpha):
        alpha[0, :, :2] = shown[0, :, :2]
        alpha[0, target_lengths == 0, 1:2] = -np.inf
    for t in range(1, len(alpha)):
        before, now = alpha[t - 1], alpha[t]
        now[...] = before
        np.logaddexp(now[:, 1:], before[:, :-1], out=now[:, 1:])
        np.logaddexp(now[:, 2:], np.where(skip[:, 2:], before[:, :-2], -np.inf), out=now[:, 2:])
        now += shown[t]
    return _losses(alpha, input_lengths, target_lengths), alpha


def _losses(alpha: Floats, input_lengths: Indices, target_lengths: Indices) -> Floats:
    """An alignment ends in the last blank or in the label before it."""
    n, last = np.arange(alpha.shape[1]), 2 * target_lengths
    end = alpha[np.maximum(input_lengths, 1) - 1, n]
    likelihood = np.where(target_lengths > 0, np.logaddexp(end[n, last], end[n, last - 1]), end[n, last])
    likelihood = np.where(input_lengths > 0, likelihood, np.where(target_lengths > 0, -np.inf, 0.0))
    return np.asarray(-likelihood)


def ctc_vjp(
    g: Floats,
    log_probs: Floats,
    states: Indices,
    input_lengths: Indices,
    target_lengths: Indices,
    alpha: Floats,
    zero_infinity: bool,
) -> Floats:
    """The gradient at the log-probabilities as their log-softmax would pass it on, which is what PyTorch gives: the probability
    of each class less its share in the alignments; 0 after a sequence's end."""
    shown = _shown(log_probs, states)
    skip = may_skip(states)
    losses = _losses(alpha, input_lengths, target_lengths)
    n, last = np.arange(states.shape[0]), 2 * target_lengths
    share = np.zeros(log_probs.shape)
    beta = np.full(states.shape, -np.inf)
    for t in range(len(shown) - 1, -1, -1):
        if t + 1 < len(shown):
            on = beta + shown[t + 1]
            beta = on.copy()
            np.logaddexp(beta[:, :-1], on[:, 1:], out=beta[:, :-1])
            np.logaddexp(beta[:, :-2], np.where(skip[:, 2:], on[:, 2:], -np.inf), out=beta[:, :-2])
        ends = input_lengths == t + 1
        beta[n[ends], last[ends]] = 0.0
        beta[n[ends], np.maximum(last[ends] - 1, 0)] = 0.0
        part = np.exp(alpha[t] + beta + losses[:, None])
        share[t, :, states[0, 0]] = part[:, ::2].sum(1)
        for place in range(1, states.shape[1], 2):
            share[t, n, states[:, place]] += part[:, place]
    out = (np.exp(log_probs, dtype=np.float64) - share) * g[:, None]
    lost = np.isinf(losses)
    out[:, lost] = 0.0 if zero_infinity else np.nan
    out[np.arange(len(out))[:, None] >= input_lengths] = 0.0
    return out.astype(log_probs.dtype)


def _shown(log_probs: Floats, states: Indices) -> Floats:
    """The log-probability of each state's label in each frame: (T, N, S)."""
    return np.take_along_axis(log_probs, states[None], 2).astype(np.float64)
