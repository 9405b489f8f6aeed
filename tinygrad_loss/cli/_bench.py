"""``tinygrad-loss bench``: speed and accuracy beside whichever of PyTorch, MyGrad and autograd is installed."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tinygrad_loss.bench import accuracy, table
from tinygrad_loss.bench.chart import save_chart

from ..errors import MissingExtra
from ._output import OutputError

__all__ = ["run_bench"]


def run_bench(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    results: list[Any] = []
    if arguments.chart is not None:
        _check_chart(arguments.chart)
    for line, result in _accuracy(arguments) if arguments.accuracy else _speed(arguments):
        if not arguments.json:
            print(line, flush=True)
        if result is not None:
            results.append(result)
    if arguments.json:
        print(json.dumps({"machine": table.machine(), "rows": [asdict(result) for result in results]}, indent=1))
    if arguments.chart is not None:
        try:
            save_chart(results, arguments.chart)
        except OSError as error:
            raise OutputError(f"cannot write {arguments.chart}: {error.strerror}") from None
    return 0


def _check_chart(path: Path) -> None:
    """What would fail after minutes fails at once."""
    if find_spec("matplotlib") is None:
        raise MissingExtra("the chart", "matplotlib", "bench")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise OutputError(f"cannot write {path}: {'it is a folder' if path.is_dir() else 'permission denied'}")


def _speed(arguments: argparse.Namespace) -> Iterator[tuple[str, table.Result | None]]:
    for line in (*table.heading(arguments.threads), table.header_text()):
        yield line, None
    for result in table.results(large=not arguments.small, threads=arguments.threads):
        yield table.row_text(result), result


def _accuracy(arguments: argparse.Namespace) -> Iterator[tuple[str, accuracy.Errors | None]]:
    libraries = [table.HERE, *(["torch"] if table.installed("torch") else [])]
    for line in (*table.heading(None)[:-1], accuracy.HEADING, accuracy.header_text(libraries)):
        yield line, None
    for row in accuracy.accuracy(libraries, arguments.small):
        yield accuracy.row_text(row), row
