"""Arrays as heat maps: the numbers of a picture as a grid of few enough cells."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph.model import Values

#: How many cells all heat maps of a page may have together, and each of them.
ALL_CELLS, MOST_CELLS = 250_000, 4096
_WRAP = 32  # a vector of more cells is broken into rows: of so many, or of more where that comes nearer to a square


def heat_map(values: Values, most: int = MOST_CELLS) -> dict[str, Any]:
    """An array as the page gets it: shape, dtype, (min, mean, max), and a grid of at most `most` cells.

    A small array is given number by number. Of a larger one each cell stands for a block, and shows the number of the block
    that is farthest from zero, so that no spike, nan or infinity is averaged away. Leading dimensions follow one another as rows.

    >>> heat_map(Values.of(np.array([[1.0, -2.0], [0.5, np.nan]])))["cells"]
    [1.0, -2.0, 0.5, 'nan']
    >>> big = np.zeros((100, 100))
    >>> big[70, 20] = -3.0
    >>> small = heat_map(Values.of(big), most=4)
    >>> small["cells"], small["columns"], small["block"]
    ([0.0, 0.0, -3.0, 0.0], 2, [50, 50])
    """
    summary = None if values.summary is None else [_plain(number) for number in values.summary]
    told: dict[str, Any] = {"shape": list(values.shape), "dtype": values.dtype, "summary": summary}
    array = values.array
    if array is None or not array.size or not most:
        return told
    if array.dtype.kind not in "fiub":
        return told | ({"cells": [str(v) for v in array.reshape(-1).tolist()], "columns": _columns(array), "block": None}
                       if array.size <= most else {})
    if array.size <= most:
        return told | {"cells": [_plain(v) for v in array.reshape(-1).tolist()], "columns": _columns(array), "block": None}
    table = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(1, -1)
    rows, columns = table.shape
    wide = min(columns, max(math.isqrt(most), most // rows))
    high = min(rows, most // wide)
    block = [math.ceil(rows / high), math.ceil(columns / wide)]
    grid = _farthest(table, *block)
    return told | {"cells": [_plain(v) for v in grid.reshape(-1).tolist()], "block": block,
                   "columns": grid.shape[1] if rows > 1 else _row_of(grid.shape[1])}


def _columns(array: NDArray[Any]) -> int:
    if array.ndim > 1:
        return int(array.shape[-1])
    return _row_of(int(array.size))


def _row_of(cells: int) -> int:
    return min(cells, max(_WRAP, math.isqrt(2 * cells)))


def _farthest(table: NDArray[Any], high: int, wide: int) -> NDArray[Any]:
    """The number farthest from zero of each block of `high` rows and `wide` columns."""
    numbers = table.astype(np.float64)

    def ends(extreme: np.ufunc) -> NDArray[Any]:
        down = extreme.reduceat(numbers, np.arange(0, numbers.shape[0], high), axis=0)
        found: NDArray[Any] = extreme.reduceat(down, np.arange(0, numbers.shape[1], wide), axis=1)
        return found

    top, bottom = ends(np.maximum), ends(np.minimum)  # nan passes through both
    return np.where(top < -bottom, bottom, top)


def _plain(number: Any) -> Any:
    """A number for JSON, to six digits; nan and the infinities as words."""
    if isinstance(number, float):
        return float(f"{number:.6g}") if math.isfinite(number) else str(number)
    return number
