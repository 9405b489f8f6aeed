"""``tinygrad-loss parity``: every row of the parity table against the installed PyTorch."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

import numpy as np

from .._version import __version__
from ..errors import MissingExtra
from ..parity import report
from ._output import OutputError

__all__ = ["ParityError", "run_parity"]

ABOUT = """# Beside PyTorch, op by op

A row is one call, written once (`tinygrad_loss/parity/rows_*.py`), that is run here and in PyTorch with the same numbers, float64 and
float32. Compared are the result (value, dtype, shape), the gradient, the gradient's gradient where PyTorch has one, the backward
graph (names and edges of the nodes), and for a call that must fail the class of the error and its key words. A cell says how many
comparisons agree; where one does not it says of how many, in bold, and the end of the page says which. Numbers agree when they are
within a few units in the last place of the type.

Made by `tinygrad-loss parity --out docs/parity.md`."""


class ParityError(ValueError):
    """There is no such family of rows."""


def run_parity(arguments: argparse.Namespace) -> int:
    """Carry out the command: 0, or 1 when something differs."""
    families = report.families(arguments.family)
    if not families:
        known = ", ".join(map(report.family_name, report.families()))
        raise ParityError(f"there is no family {arguments.family!r}; there are {known}")
    torch = _pytorch()
    versions = f"tinygrad_loss {__version__}, PyTorch {torch.__version__}, NumPy {np.__version__}, {datetime.date.today()}"
    pages, everything = [ABOUT, "", versions + "."], []
    print(versions)
    for family in families:
        table = report.lines(family, torch, arguments.rows)
        everything += table
        title = report.family_name(family).replace("_", " ")
        page = list(report.markdown(title, table))
        pages += page
        if arguments.out is None:
            print("\n".join(page if arguments.markdown else ["", title, *report.text(table)]), flush=True)
    differences = [difference for line in everything for difference in line.differences]
    pages += ["", "## Differences", "", *(f"- {one}" for one in differences)] if differences else []
    result = report.summary(everything)
    if arguments.out is not None:
        _write(arguments.out, "\n".join([*pages, "", result, ""]))
    elif differences:
        print("", *differences, sep="\n")
    print(f"\n{result}")
    return 1 if differences else 0


def _pytorch() -> Any:
    try:
        import torch
    except ImportError:
        raise MissingExtra("the comparison", "PyTorch", "torch") from None
    return torch


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from None
    print(f"Written to {path}.")
