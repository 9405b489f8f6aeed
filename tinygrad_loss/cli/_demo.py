"""``tinygrad-loss demo``: one loss written several ways, its graph beside PyTorch's, and three models that learn."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

import numpy as np

import tinygrad_loss

from .._picture import draw
from .._tensor import Tensor
from .._version import __version__
from ..datasets import load
from ..graph import Graph, Node, Values, read_graph
from ..parity.graph_comparison import GraphComparison, compare_graphs
from ..parity.seed_losses import SEED_LOSSES, Recorded, load_recorded
from ..plots import save_curves
from ..serialization import save
from ..training import Run, train
from ._output import staged_folder
from ._progress import epoch_bar, missing_extra

__all__ = ["run_demo"]

_DATA = (("iris", "softmax"), ("digits", "softmax"), ("breast-cancer", "logistic"))
_EPOCHS = 40
_SHOWN = "cross_entropy"  # the loss whose graph is printed in full and drawn


def run_demo(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    start = time.perf_counter()
    version, recorded = load_recorded()
    with staged_folder(arguments.out) as folder:
        print(f"tinygrad_loss {__version__}, beside what PyTorch {version} gave for the same lines")
        losses = {form.key: form.build(tinygrad_loss) for form in SEED_LOSSES}
        _print_losses(losses, recorded)
        graphs = _print_graphs(losses, recorded)
        pictures = _draw_graphs(*losses[_SHOWN], graphs[_SHOWN][1], folder)
        runs = _print_training()
        for run in runs:
            save(run.model.state_dict(), folder / f"{run.table.name}.pt")
        if find_spec("matplotlib") is not None:
            save_curves(runs, folder / "loss.svg")
    _print_written(arguments.out, pictures, runs)
    print(f"\nDone in {time.perf_counter() - start:.1f} s.")
    return 0


def _heading(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")
    print()


def _print_losses(losses: dict[str, tuple[Tensor, Tensor]], recorded: dict[str, Recorded]) -> None:
    _heading("1. One loss, written several ways, is one number")
    for binary, title in ((False, "Cross-entropy: 3 rows of 5 logits"), (True, "Binary cross-entropy: 3 logits")):
        print(f"   {title:44}{'tinygrad_loss':>16}{'PyTorch':>14}")
        for form in SEED_LOSSES:
            if form.binary is binary:
                ours, theirs = losses[form.key][1].item(), recorded[form.key].value
                print(f"     {form.title:42}{ours:16.7f}{theirs:14.7f}")
        if not binary:
            print()


def _print_graphs(losses: dict[str, tuple[Tensor, Tensor]], recorded: dict[str, Recorded]) -> dict[str, tuple[Graph, Graph]]:
    graphs = {key: (read_graph(loss, params={"logits": logits}), recorded[key].graph) for key, (logits, loss) in losses.items()}
    _heading("2. The backward graph of CrossEntropyLoss, with the gradient at each node")
    print(f"   {'tinygrad_loss':40}PyTorch")
    print(f"   {'-' * 37:40}{'-' * 37}")
    for ours, theirs in zip_longest(graphs[_SHOWN][0].functions, graphs[_SHOWN][1].functions):
        for left, right in zip_longest(_node_lines(ours), _node_lines(theirs), fillvalue=""):
            print(f"   {left:40}{right}".rstrip())
    print()
    print("   The last one is (softmax - one-hot) / 3: each row adds up to 0.")
    print()
    total = GraphComparison(0, 0, 0, 0, 0.0)
    for form in SEED_LOSSES:
        comparison = compare_graphs(*graphs[form.key])
        total += comparison
        print(f"   {form.title:36}{comparison}")
    print(f"   {'all five graphs':36}{total}")
    print(f"   {'largest difference of gradients':36}{total.largest:.1g}")
    return graphs


def _node_lines(node: Node | None) -> Iterator[str]:
    if node is None:
        yield "-"
        return
    yield f"{node.type} ({node.name})" if node.name else node.type
    for gradient in node.gradients:
        yield from _matrix_lines(gradient)


def _matrix_lines(values: Values | None) -> Iterator[str]:
    if values is None or values.array is None:
        yield "  none"
        return
    for row in np.atleast_2d(values.array):
        yield "  " + "".join(f"{_short(number):>7}" for number in row)


def _short(number: float) -> str:
    return "0" if number == 0 else f"{number:.3f}"


def _draw_graphs(logits: Tensor, loss: Tensor, reference: Graph, folder: Path) -> tuple[Path, ...]:
    """The files of the two pictures: SVG, or DOT text where no Graphviz program is there to lay them out."""
    pictures = {
        "graph": draw(loss, params={"logits": logits}, beside=reference),
        "graph-primitives": draw(loss, level="primitives", params={"logits": logits}),
    }
    try:
        return tuple(picture.save(folder / f"{name}.svg") for name, picture in pictures.items())
    except RuntimeError:
        return tuple(picture.save(folder / f"{name}.dot") for name, picture in pictures.items())


def _print_training() -> list[Run]:
    _heading(f"3. Three models learn from real data: {_EPOCHS} epochs, accuracy on held-out rows")
    note = missing_extra()
    if note:
        print(f"   {note}\n")
    print(f"   {'data':15}{'model':10}{'rows':>6}{'held out':>10}{'first loss':>12}{'last loss':>11}{'accuracy':>11}")
    runs = []
    for name, kind in _DATA:
        with epoch_bar(f"   {name}", _EPOCHS) as on_epoch:
            run = train(load(name), kind, epochs=_EPOCHS, on_epoch=on_epoch)
        first, last = run.history[0].loss, run.history[-1].loss
        print(
            f"   {name:15}{kind:10}{run.train_rows:6}{run.held_out_rows:10}{first:12.4f}{last:11.4f}{100 * run.accuracy:9.1f} %",
            flush=True,
        )
        runs.append(run)
    return runs


def _print_written(folder: Path, pictures: tuple[Path, ...], runs: list[Run]) -> None:
    _heading(f"4. Look at what is in {folder}{os.sep}")
    lines = [
        (pictures[0].name, "each edge shows our gradient and, beside it, PyTorch's"),
        (pictures[1].name, "the same loss, opened into exp, sum, log and gather"),
    ]
    if find_spec("matplotlib") is not None:
        lines.append(("loss.svg", "loss and accuracy by epoch: where do the curves part?"))
    lines += [(f"{run.table.name}.pt", "trained weights: tinygrad_loss.load reads them") for run in runs]
    for name, text in lines:
        print(f"   {name:23}{text}")
    if pictures[0].suffix == ".dot":
        print("\n   no Graphviz program to draw the graphs: run pip install graphviz-pure")
