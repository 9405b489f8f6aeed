"""The Kullback-Leibler divergence, element by element, and its vector-Jacobian product."""

from __future__ import annotations

import numpy as np

from tinygrad_loss.kernels.arrays import Floats
from tinygrad_loss.kernels.elementwise import apply
from tinygrad_loss.kernels.fixed_point import CANCELS, LAST, MOST, log_less


def kl_div(x: Floats, target: Floats, log_target: bool = False) -> Floats:
    """target (log(target) - x), where x holds log-probabilities; 0 where the target is 0.

    With log_target the target is given by its logarithm t: exp(t) (t - x).
    """
    return apply(_from_logarithm if log_target else _from_probability, x, target)


def _from_logarithm(x: Floats, t: Floats) -> Floats:
    out = np.exp(t)
    out *= t - x
    return out


@np.errstate(divide="ignore", invalid="ignore")
def _from_probability(x: Floats, target: Floats) -> Floats:
    # log(target) - x cancels where the two distributions are near to each other, so float32 is worked out in float64, and what is left
    # with too few digits in the wider type that most processors have, or, unless it is too much, in whole numbers where that
    # is not enough.
    wide = np.log(target, dtype=np.float64)
    wide -= x
    near = np.abs(wide) < np.abs(x) * CANCELS[x.dtype]
    if np.logical_or.reduce(near, None):
        wide[near] = np.log(target[near].astype(np.longdouble)) - x[near]
        finer = float(np.finfo(np.longdouble).eps / np.finfo(np.float64).eps)
        nearer = np.nonzero((np.abs(wide) < np.minimum(np.abs(x) * (CANCELS[x.dtype] * finer), 0.125)) & (x < 0) & (x > -LAST))
        if 0 < len(nearer[0]) <= MOST:
            wide[nearer] = log_less(target[nearer].astype(np.float64), x[nearer].astype(np.float64))
    wide *= target
    none = target == 0
    if none.any():
        np.copyto(wide, -target * x, where=none)
    return wide.astype(x.dtype)


def kl_div_vjp(g: Floats, x: Floats, target: Floats, log_target: bool = False) -> Floats:
    """The gradient at x: -g target."""
    out = np.exp(target) if log_target else np.array(target)
    np.negative(out, out)
    out *= g
    return out
