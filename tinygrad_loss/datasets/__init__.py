"""Small public data sets, a reader for CSV files of your own, and a seeded held-out split. NumPy arrays in and out.

>>> from tinygrad_loss.datasets import load_iris, hold_out
>>> train, test = hold_out(load_iris())
>>> train.features.dtype, train.targets.dtype
(dtype('float32'), dtype('int64'))
"""

from ._csv import read_csv
from ._shipped import (
    SHIPPED,
    load,
    load_breast_cancer,
    load_digits,
    load_iris,
)
from ._split import column_scales, hold_out
from ._table import DataError, Table

__all__ = [
    "SHIPPED",
    "DataError",
    "Table",
    "column_scales",
    "hold_out",
    "load",
    "load_breast_cancer",
    "load_digits",
    "load_iris",
    "read_csv",
]
