"""The one form in which every data set arrives: a table of numbers, a class for each row, and the names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DataError", "Table"]


class DataError(ValueError):
    """The data cannot be used as they are. The message is one line: the file, the row and column, and what to do.

    >>> import tinygrad_loss.datasets as datasets
    >>> datasets.read_csv("no-such-file.csv")
    Traceback (most recent call last):
        ...
    tinygrad_loss.datasets._table.DataError: no-such-file.csv: cannot be read (No such file or directory)
    """


@dataclass(frozen=True, eq=False)
class Table:
    """A labelled data set, the same for the shipped ones and for a CSV file of your own.

    Attributes:
        name: what it is called, e.g. ``"iris"``.
        features: float32 array of shape (rows, columns).
        targets: int64 array of shape (rows,): for each row the number of its class, 0 to C - 1.
        feature_names: one name for each column.
        class_names: ``class_names[k]`` is what class number k is called.
        source: who made the data, and where they are published.
        licence: the terms under which they may be passed on.

    >>> from tinygrad_loss.datasets import load_iris
    >>> iris = load_iris()
    >>> iris
    Table('iris', rows=150, features=4, classes=3)
    >>> iris.class_names[iris.targets[0]]
    'setosa'
    """

    name: str
    features: NDArray[np.float32]
    targets: NDArray[np.int64]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    source: str
    licence: str

    def __repr__(self) -> str:
        rows, columns = self.features.shape
        return f"Table({self.name!r}, rows={rows}, features={columns}, classes={len(self.class_names)})"

    def select(self, rows: NDArray[Any]) -> Table:
        """The table of these rows alone (row numbers or a mask), with every class name kept.

        >>> from tinygrad_loss.datasets import load_iris
        >>> iris = load_iris()
        >>> iris.select(iris.targets == 2)
        Table('iris', rows=50, features=4, classes=3)
        """
        return Table(
            self.name,
            self.features[rows],
            self.targets[rows],
            self.feature_names,
            self.class_names,
            self.source,
            self.licence,
        )
