"""``tinygrad-loss bench``: speed and accuracy beside whichever of PyTorch, MyGrad and autograd is installed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tinygrad_loss.bench import accuracy, table
from tinygrad_loss.bench.chart import save_chart

__all__ = ["run_bench"]


def run_bench(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    results: list[Any] = []
    for line, result in _accuracy(arguments) if arguments.accuracy else _speed(arguments):
        if not arguments.json:
            print(line, flush=True)
        if result is not None:
            results.append(result)
    if arguments.json:
        print(json.dumps({"machine": table.machine(), "rows": [asdict(result) for result in results]}, indent=1))
    if arguments.chart is not None:
        save_chart(results, arguments.chart)
    return 0


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
