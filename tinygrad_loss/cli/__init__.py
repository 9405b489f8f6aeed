"""The command line: ``tinygrad-loss demo | run | train | draw | view | explain | compare | parity | bench``. It reads arguments and
prints; the work is done below."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from .._version import __version__
from ..datasets import SHIPPED, DataError
from ..errors import MissingExtra
from ..training import MODELS, TrainingError
from ._bench import run_bench
from ._demo import run_demo
from ._draw import ScriptError, run_draw
from ._lint import run_lint
from ._output import OutputError
from ._parity import ParityError, run_parity
from ._reports import run_compare, run_explain
from ._run import run_script
from ._train import run_train
from ._view import run_view

__all__ = ["main"]

_ERRORS = (DataError, MissingExtra, OutputError, ParityError, ScriptError, TrainingError)


_PICTURES = (".svg", ".png", ".dot", ".mmd", ".txt", ".json", ".html")


class _Parser(argparse.ArgumentParser):
    """argparse, but an error is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0, or 2 after one line on stderr, or 130 when interrupted.

    Args:
        argv: the arguments after the program's name; default ``sys.argv[1:]``. A bad argument, ``--help`` and ``--version`` raise
            SystemExit, as argparse does.
    """
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except _ERRORS as error:
        print(f"tinygrad-loss {arguments.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        newline = "\n" if sys.stderr.isatty() else ""  # the terminal has just shown ^C
        print(f"{newline}tinygrad-loss {arguments.command}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader has gone, as in `tinygrad-loss demo | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tinygrad-loss", description="Classification losses and the gradients that flow through them.")
    parser.add_argument("--version", action="version", version=f"tinygrad_loss {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    demo = commands.add_parser("demo", help="one loss three ways, its graph beside PyTorch's, and three models learning")
    demo.add_argument(
        "--out", type=Path, default=Path("tinygrad-loss-demo"), metavar="DIR", help="folder to write to (%(default)s)"
    )
    demo.set_defaults(run=run_demo)

    train = commands.add_parser("train", help="train a classifier on a shipped data set or a CSV file")
    train.add_argument(
        "data", metavar="DATASET-or-CSV", help=f"{', '.join(SHIPPED)}, or a CSV file of numbers with a class column"
    )
    train.add_argument("--model", choices=MODELS, help="default: logistic for two classes, softmax for more")
    train.add_argument(
        "--target", metavar="COLUMN", help="the class column of the CSV file (default: class, target, ..., else the last)"
    )
    train.add_argument(
        "--epochs", type=_positive_integer, default=40, metavar="N", help="passes over the training rows (%(default)s)"
    )
    train.add_argument("--lr", type=_positive_number, default=0.1, metavar="X", help="learning rate (%(default)s)")
    train.add_argument("--batch-size", type=_positive_integer, default=32, metavar="N", help="rows in a batch (%(default)s)")
    train.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="of the split, the weights and the batches (%(default)s)"
    )
    train.add_argument(
        "--hidden", type=_positive_integer, default=32, metavar="N", help="width of the mlp's hidden layer (%(default)s)"
    )
    train.add_argument("--out", type=Path, metavar="DIR", help="folder for the weights and the curves (default: write nothing)")
    train.set_defaults(run=run_train)

    run = commands.add_parser("run", help="run a script written for PyTorch, unchanged, with this package in PyTorch's place")
    run.add_argument("script", type=Path, metavar="SCRIPT.py", help="the script")
    run.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="the script's own arguments")
    run.set_defaults(run=run_script)

    draw = commands.add_parser("draw", help="run a script and draw the backward graph of its loss")
    draw.add_argument("script", metavar="SCRIPT.py[:name]", help="a script, and the variable to draw (default: loss)")
    draw.add_argument(
        "--level", choices=("pytorch", "primitives", "modules"), default="pytorch",
        help="PyTorch's nodes, all opened into primitives, or grouped by nn.Module (%(default)s)"
    )  # fmt: skip
    draw.add_argument("--depth", type=_natural, metavar="N", help="with --level modules: show modules this deep as single boxes")
    draw.add_argument("--expand", action="append", default=[], metavar="NODE", help="open one node, such as NllLossBackward0 or n2")
    draw.add_argument("--direction", choices=("TB", "BT", "LR", "RL"), default="TB", help="the way of the arrows (%(default)s)")
    draw.add_argument("--theme", choices=("light", "dark", "print"), default="light", help="colours (%(default)s)")
    draw.add_argument("--no-values", action="store_true", help="shapes only: no numbers, and no backward pass")
    draw.add_argument("--no-fold", action="store_true", help="draw every repetition of what repeats")
    draw.add_argument("--limit", type=_positive_integer, default=100, metavar="N", help="the most nodes to draw (%(default)s)")
    draw.add_argument("--out", type=_picture, metavar="FILE", help=f"{', '.join(_PICTURES)} (default: SCRIPT-name.svg)")
    draw.set_defaults(run=run_draw)

    view = commands.add_parser("view", help="run a script and show the backward graph of its loss as a page to step through")
    view.add_argument("script", metavar="SCRIPT.py[:name]", help="a script, and the variable to show (default: loss)")
    view.add_argument("--level", choices=("pytorch", "primitives", "modules"), default="pytorch",
                      help="what is open at first: nothing, all nodes, or the boxes of nn.Modules (%(default)s)")
    view.add_argument("--theme", choices=("light", "dark", "print"), default="light", help="colours; light follows the system's choice")
    view.add_argument("--no-values", action="store_true", help="shapes only: no numbers, and no backward pass")
    view.add_argument("--limit", type=_positive_integer, default=100, metavar="N", help="the most nodes to draw (%(default)s)")
    view.add_argument("--out", type=_html, metavar="FILE.html", help="the page to write (default: SCRIPT-name.html)")
    view.add_argument("--no-open", action="store_true", help="only write the page, do not open it in a browser")
    view.set_defaults(run=run_view)

    explain = commands.add_parser("explain", help="run a script and tell the chain rule on the graph of its loss")
    explain.add_argument("script", metavar="SCRIPT.py[:name]", help="a script, and the variable to explain (default: loss)")
    explain.add_argument("--limit", type=_positive_integer, default=40, metavar="N", help="nodes that are told (%(default)s)")
    explain.add_argument("--out", type=_document, metavar="FILE", help=".txt, .md or .html (default: print it)")
    explain.set_defaults(run=run_explain)

    compare = commands.add_parser("compare", help="run two scripts and compare the backward graphs of their losses; status 1 if they differ")
    compare.add_argument("first", metavar="A.py[:name]", help="a script, and the variable to compare (default: loss)")
    compare.add_argument("second", metavar="B.py[:name]", help="another, or the same one and another variable")
    compare.add_argument("--out", type=_report, metavar="FILE", help=".svg, .png, .dot, .txt, .json or .html, besides what is printed")
    compare.set_defaults(run=run_compare)

    lint = commands.add_parser("lint", help="run a script and look for mistakes in the graph of each loss; status 1 if there are any")
    lint.add_argument("script", type=Path, metavar="SCRIPT.py", help="a script that uses this package, or PyTorch")
    lint.add_argument("arguments", nargs="*", metavar="...", help="the script's own arguments (after --, where they begin with -)")
    lint.add_argument("--torch", action="store_true", help="run it on PyTorch; otherwise `import torch` means this package")
    lint.add_argument("--format", choices=("text", "json", "github", "sarif"), default="text", help="form of the findings (%(default)s)")
    lint.add_argument("--select", metavar="RULE,...", help="only these rules")
    lint.add_argument("--ignore", metavar="RULE,...", help="all but these rules")
    lint.add_argument("--fail-on", choices=("error", "warning", "advice"), default="warning", help="status 1 from this severity on (%(default)s)")
    lint.set_defaults(run=run_lint)

    parity = commands.add_parser("parity", help="compare every op and loss with the installed PyTorch, and print the table")
    parity.add_argument("--family", metavar="NAME", help="only the rows of one family, such as losses")
    parity.add_argument("--rows", action="store_true", help="a line for each row instead of each op")
    parity.add_argument("--markdown", action="store_true", help="print Markdown")
    parity.add_argument("--out", type=Path, metavar="FILE.md", help="write Markdown to a file")
    parity.set_defaults(run=run_parity)

    bench = commands.add_parser("bench", help="time it beside PyTorch, MyGrad and autograd, or measure how exact it is")
    what = bench.add_mutually_exclusive_group()
    what.add_argument("--accuracy", action="store_true", help="errors of losses and gradients instead of times (needs mpmath)")
    what.add_argument("--chart", type=_chart, metavar="FILE.svg", help="draw the times as bars (needs matplotlib)")
    bench.add_argument("--small", action="store_true", help="only the rows that are done soon")
    bench.add_argument("--threads", type=_positive_integer, metavar="N", help="threads of the large rows (default: 2)")
    bench.add_argument("--json", action="store_true", help="print JSON when all is done, instead of the table")
    bench.set_defaults(run=run_bench)
    return parser


def _positive_integer(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return value


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2**32 - 1")
    return int(text)


def _positive_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _chart(text: str) -> Path:
    if Path(text).suffix not in (".svg", ".png"):
        raise argparse.ArgumentTypeError(f"{text!r} must end in .svg or .png")
    return Path(text)


def _html(text: str) -> Path:
    if Path(text).suffix != ".html":
        raise argparse.ArgumentTypeError(f"{text!r} must end in .html")
    return Path(text)


def _document(text: str) -> Path:
    return _ending(text, ".txt", ".md", ".html")


def _report(text: str) -> Path:
    return _ending(text, ".svg", ".png", ".dot", ".txt", ".json", ".html")


def _ending(text: str, *choices: str) -> Path:
    if Path(text).suffix not in choices:
        raise argparse.ArgumentTypeError(f"{text!r} must end in one of {', '.join(choices)}")
    return Path(text)


def _picture(text: str) -> Path:
    if Path(text).suffix not in _PICTURES:
        raise argparse.ArgumentTypeError(f"{text!r} must end in one of {', '.join(_PICTURES)}")
    return Path(text)
