"""``tinygrad-loss explain`` and ``compare``: run scripts, and tell or compare the backward graphs of their variables."""

from __future__ import annotations

import argparse

from .._comparison import compared
from .._comparison.measures import Tolerance
from .._explanation import explain
from ._draw import complaints, loaded

__all__ = ["run_compare", "run_explain"]


def run_explain(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    loss, script, name, tensors = loaded(arguments.script)
    with complaints(script, name, "explained"):
        report = explain(loss, params=tensors, limit=arguments.limit)
        if arguments.out is not None:
            report.save(arguments.out)
    print(report if arguments.out is None else f"Explained {name} of {script} in {arguments.out}.")
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Carry out the command: the table is printed, and the status is 0 where the graphs are the same, 1 where they differ."""
    one, script, name, mine = loaded(arguments.first)
    other, second, second_name, theirs = loaded(arguments.second)
    names = f"{script.name}:{name}", f"{second.name}:{second_name}"
    with complaints(script, f"{name} and {second_name} of {second.name}", "compared"):
        report = compared([(one, mine, ()), (other, theirs, ())], None, Tolerance(), names)
        if arguments.out is not None:
            report.save(arguments.out)
    print(report)
    return 0 if report.same else 1
