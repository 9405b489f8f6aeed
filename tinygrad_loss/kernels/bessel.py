"""The modified Bessel functions of the first kind, of order 0 and 1, times e^-|x|, in float64."""

from __future__ import annotations

import numpy as np

from .arrays import Array

FAR = 25.0
"""From here on the series in 1/x is right to the last digit."""


def scaled_i(order: int, x: Array) -> Array:
    """e^-|x| I_order(x) for order 0 and 1: below FAR the power series, all of whose terms have one sign; then the asymptotic one.

    Source: Abramowitz and Stegun, 9.6.10 and 9.7.1.

    >>> round(float(scaled_i(0, np.array(1.0))) * np.e, 14)
    1.26606587775201
    """
    size = np.abs(x.astype(np.float64))
    near, far = np.minimum(size, FAR), np.maximum(size, FAR)
    term = np.exp(-near) * (near / 2) ** order
    small = term.copy()
    for k in range(1, 60):
        term = term * (near / 2) ** 2 / (k * (k + order))
        small += term
    term = np.ones_like(far)
    large = term.copy()
    for k in range(1, 30):
        term = -term * (4 * order**2 - (2 * k - 1) ** 2) / (k * 8 * far)
        large += term
    out = np.where(np.isinf(size), 0.0, np.where(size < FAR, small, large / np.sqrt(2 * np.pi * far)))
    return np.asarray(out * np.sign(x) if order % 2 else np.where(np.isnan(x), x, out))
