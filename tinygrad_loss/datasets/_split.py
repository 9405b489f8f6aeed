"""Holding rows out for testing, and putting columns on one scale."""

from __future__ import annotations

import numpy as np
from numpy.random import RandomState  # now, and not when it is used: that import swallows an interrupt (Ctrl-C)
from numpy.typing import NDArray

from ._table import DataError, Table

__all__ = ["column_scales", "hold_out"]


def hold_out(table: Table, fraction: float = 0.25, seed: int = 0) -> tuple[Table, Table]:
    """Split a table into training rows and held-out rows, in the same proportions of classes (a stratified split).

    From every class with at least two rows a ``fraction`` (rounded, at least one row and never all of them) is held out, chosen
    at random by ``seed``; both parts keep the order of the table. The same seed always gives the same split.

    Returns:
        (training table, held-out table).

    Raises:
        ValueError: ``fraction`` is not between 0 and 1.
        DataError: every class has one row only, so that nothing can be held out.

    >>> from tinygrad_loss.datasets import load_iris
    >>> train, test = hold_out(load_iris(), fraction=0.3)
    >>> train, test
    (Table('iris', rows=105, features=4, classes=3), Table('iris', rows=45, features=4, classes=3))
    >>> np.bincount(test.targets).tolist()
    [15, 15, 15]
    """
    if not 0 < fraction < 1:
        raise ValueError(f"hold_out: fraction must lie between 0 and 1, not {fraction}; .25 holds out a quarter")
    random = RandomState(seed)  # the legacy generator: NumPy promises its stream for every version
    held = np.zeros(len(table.targets), dtype=np.bool_)
    for number in range(len(table.class_names)):
        members = np.flatnonzero(table.targets == number)
        if len(members) > 1:
            count = min(max(round(fraction * len(members)), 1), len(members) - 1)
            held[random.permutation(members)[:count]] = True
    if not held.any():
        raise DataError(f"{table.name}: every class has one row only, so none can be held out; is the class column right?")
    return table.select(~held), table.select(held)


def column_scales(features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each column, to standardise with: ``(x - mean) / std``.

    Gradient descent takes one step size for all weights, so a column in thousands beside one in hundredths makes it crawl; on
    one scale all columns learn alike. Measure on the training rows only, and use the same two numbers on the held-out rows. A
    constant column gets std 1, so that it becomes 0 instead of nan. std divides by the number of rows.

    Args:
        features: float32 (rows, columns).

    Returns:
        (mean, std), float32, each of shape (columns,); summed in float64.

    >>> mean, std = column_scales(np.array([[1.0, 7.0], [3.0, 7.0]], dtype=np.float32))
    >>> mean.tolist(), std.tolist()
    ([2.0, 7.0], [1.0, 1.0])
    """
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    std = features.std(axis=0, dtype=np.float64).astype(np.float32)
    std[std == 0] = 1
    return mean, std
