"""The three public data sets that come with the package, and how to get any data set by its name."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

from ._csv import read_csv
from ._table import DataError, Table

__all__ = ["SHIPPED", "load", "load_breast_cancer", "load_digits", "load_iris"]

_LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/ (see datasets/data/SOURCES.md)"


def _shipped(name: str, source: str) -> Table:
    table = read_csv(Path(__file__).parent / "data" / f"{name}.csv.bz2", target="class")
    return dataclasses.replace(table, name=name.replace("_", "-"), source=source, licence=_LICENCE)


def load_iris() -> Table:
    """Iris: 150 flowers, 4 lengths and widths in cm, 3 species (50 each). Two species overlap, so no straight line separates all.

    Source: Fisher, R. (1936), Iris, UCI Machine Learning Repository, https://doi.org/10.24432/C56C76

    >>> iris = load_iris()
    >>> iris.features.shape, iris.class_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    >>> iris.feature_names[0], iris.features[0].tolist()
    ('sepal length (cm)', [5.099999904632568, 3.5, 1.399999976158142, 0.20000000298023224])
    """
    return _shipped("iris", "Fisher, R. (1936). Iris. UCI Machine Learning Repository. https://doi.org/10.24432/C56C76")


def load_digits() -> Table:
    """Digits: 1797 handwritten digits, 8x8 pixels of 0 to 16 (row by row, 64 columns), 10 classes.

    Source: Alpaydin, E. and Kaynak, C. (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
    https://doi.org/10.24432/C50P49 (the test part)

    >>> digits = load_digits()
    >>> digits.features.shape, digits.features.max().item()
    ((1797, 64), 16.0)
    >>> image = digits.features[0].reshape(8, 8)
    >>> image[0].tolist()
    [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0]
    """
    return _shipped(
        "digits",
        "Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. "
        "UCI Machine Learning Repository. https://doi.org/10.24432/C50P49",
    )


def load_breast_cancer() -> Table:
    """Breast cancer: 569 tumours, 30 measurements of cell nuclei, 2 classes: benign (0) and malignant (1).

    scikit-learn's copy numbers the two classes the other way round; here the finding to detect is class 1.

    Source: Wolberg, W., Mangasarian, O., Street, N. and Street, W. (1993), Breast Cancer Wisconsin (Diagnostic), UCI Machine
    Learning Repository, https://doi.org/10.24432/C5DW2B

    >>> tumours = load_breast_cancer()
    >>> tumours.features.shape, tumours.class_names, tumours.targets.sum().item()
    ((569, 30), ('benign', 'malignant'), 212)
    """
    return _shipped(
        "breast_cancer",
        "Wolberg, W., Mangasarian, O., Street, N. and Street, W. (1993). Breast Cancer Wisconsin (Diagnostic). "
        "UCI Machine Learning Repository. https://doi.org/10.24432/C5DW2B",
    )


SHIPPED: dict[str, Callable[[], Table]] = {
    "iris": load_iris,
    "digits": load_digits,
    "breast-cancer": load_breast_cancer,
}


def load(name: str | os.PathLike[str], target: str | None = None) -> Table:
    """A data set by name: a shipped one (iris, digits, breast-cancer) or the path of a CSV file.

    A shipped name wins over a file of the same name; write ``./iris`` for the file.

    Args:
        name: one of the shipped names, or a path.
        target: the class column of the CSV file (see :func:`read_csv`); a shipped set has only one.

    Raises:
        DataError: no such data set, or the file cannot be used.

    >>> load("iris")
    Table('iris', rows=150, features=4, classes=3)
    >>> load("moons")
    Traceback (most recent call last):
        ...
    tinygrad_loss.datasets._table.DataError: 'moons' is neither a shipped data set (iris, digits, breast-cancer) nor a file
    """
    key = os.fspath(name)
    if key not in SHIPPED:
        if not os.path.exists(key):
            raise DataError(f"{key!r} is neither a shipped data set ({', '.join(SHIPPED)}) nor a file")
        return read_csv(key, target)
    if target not in (None, "class"):
        raise DataError(f"{key}: has no class column {target!r}; the class column of a shipped set is called 'class'")
    return SHIPPED[key]()
