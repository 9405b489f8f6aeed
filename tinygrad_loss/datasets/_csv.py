"""Reads a CSV file of numbers with one class column, and says exactly which cell is wrong when one is."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import math
import os
import zlib
from pathlib import Path

import numpy as np

from ._table import DataError, Table

__all__ = ["CLASS_COLUMNS", "read_csv"]

CLASS_COLUMNS = ("class", "target", "label", "species", "category", "diagnosis", "y")
"""Column names that are taken for the class column, in this order, in capitals or not."""

_LARGEST = float(np.finfo(np.float32).max)
_Line = tuple[int, list[str]]  # the line number in the file, and the cells


def read_csv(path: str | os.PathLike[str], target: str | None = None) -> Table:
    """Read a CSV file (also ``.csv.gz`` and ``.csv.bz2``) of numeric columns and one class column.

    The first line is a header if none of its cells is a number; without a header the columns are called ``column 1``, ``column
    2``, ... Cells are separated by commas, semicolons or tabs (whichever the first line has most of). Empty lines are skipped.

    Args:
        path: the file, UTF-8.
        target: the name of the class column. Default: a column called class, target, label, species, category, diagnosis or y
            (capitals do not matter), else the last one.

    Returns:
        A :class:`Table`: features float32 (rows, columns), targets int64 (rows,). The classes are numbered in sorted order, by
        value if all of them are numbers (so 9 comes before 10), by letter otherwise.

    Raises:
        DataError: the file cannot be read or is empty, a row has too many or too few cells, the class column is missing, a cell
            is empty, not a number, not finite or too large for float32, or there are fewer than two classes. One line, naming
            the row (as a spreadsheet numbers it) and the column.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "fruit.csv"
    >>> _ = file.write_text("weight,width,fruit\\n150,7.1,apple\\n120,6.5,pear\\n160,7.4,apple\\n")
    >>> fruit = read_csv(file)
    >>> fruit.class_names, fruit.targets.tolist()
    (('apple', 'pear'), [0, 1, 0])
    >>> fruit.features[0].tolist()
    [150.0, 7.099999904632568]
    """
    path = Path(path)
    header, lines = _split_header(path, _read_lines(path), target)
    column = _class_column(path, header, target)
    feature_names = tuple(name for index, name in enumerate(header) if index != column)
    if not feature_names:
        raise DataError(f"{path}: has no column beside the class column {header[column]!r}; at least one feature is needed")
    labels: list[str] = []
    rows: list[list[float]] = []
    for number, cells in lines:
        where = f"{path}: row {number}"
        if not cells[column]:
            raise DataError(f"{where}, column {header[column]!r}: the class is missing")
        labels.append(cells[column])
        rows.append(
            [_number(f"{where}, column {header[i]!r}", cell) for i, cell in enumerate(cells) if i != column],
        )
    class_names = _class_order(labels)
    if len(class_names) < 2:
        raise DataError(f"{path}: column {header[column]!r} holds only one class, {class_names[0]!r}; at least two are needed")
    numbers = {name: number for number, name in enumerate(class_names)}
    return Table(
        name=path.name.removesuffix(".gz").removesuffix(".csv"),
        features=np.array(rows, dtype=np.float32),
        targets=np.array([numbers[label] for label in labels], dtype=np.int64),
        feature_names=feature_names,
        class_names=class_names,
        source=str(path),
        licence="",
    )


def _read_lines(path: Path) -> list[_Line]:
    """The non-empty lines of the file, all of the same width."""
    try:
        raw = path.read_bytes()
        unpack = {".gz": gzip.decompress, ".bz2": bz2.decompress}.get(path.suffix)
        text = (unpack(raw) if unpack else raw).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not a text file in UTF-8") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    lines: list[_Line] = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                lines.append((reader.line_num, stripped))
    except csv.Error as error:
        raise DataError(f"{path}: row {reader.line_num}: is not CSV ({error})") from None
    if not lines:
        raise DataError(f"{path}: is empty; a line of names and a line for each example are expected")
    width = len(lines[0][1])
    for number, cells in lines:
        if len(cells) != width:
            raise DataError(f"{path}: row {number}: has {len(cells)} cells, but row {lines[0][0]} has {width}")
    return lines


def _split_header(path: Path, lines: list[_Line], target: str | None) -> tuple[list[str], list[_Line]]:
    names = [f"column {number}" for number in range(1, len(lines[0][1]) + 1)]
    first = lines[0][1]
    if target not in first and any(_is_number(cell) for cell in first):
        return names, lines
    if len(lines) == 1:
        raise DataError(f"{path}: has a header but no row under it")
    return [cell or name for cell, name in zip(first, names, strict=True)], lines[1:]


def _class_column(path: Path, header: list[str], target: str | None) -> int:
    if target is not None:
        if target not in header:
            raise DataError(f"{path}: has no class column {target!r}; its columns are {', '.join(header)}")
        return header.index(target)
    lower = [name.lower() for name in header]
    return next((lower.index(name) for name in CLASS_COLUMNS if name in lower), len(header) - 1)


def _class_order(labels: list[str]) -> tuple[str, ...]:
    names = set(labels)
    if all(_is_number(name) for name in names):
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    return tuple(sorted(names))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(where: str, cell: str) -> float:
    if not cell:
        raise DataError(f"{where}: the cell is empty; fill it in or leave the row out")
    try:
        value = float(cell)
    except ValueError:
        raise DataError(f"{where}: {cell!r} is not a number") from None
    if not math.isfinite(value):
        raise DataError(f"{where}: {cell!r} is not a finite number; fill it in or leave the row out")
    if abs(value) > _LARGEST:
        raise DataError(f"{where}: {cell!r} is too large for float32 (at most {_LARGEST:.4g})")
    return value
