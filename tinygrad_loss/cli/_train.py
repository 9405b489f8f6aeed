"""``tinygrad-loss train``: train on a shipped data set or a CSV file, print how it went, keep the weights and the curves."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import numpy as np

from ..datasets import Table, load
from ..plots import save_curves
from ..serialization import save
from ..training import Run, train
from ._output import staged_folder
from ._progress import epoch_bar, missing_extra

__all__ = ["run_train"]

_NAMES = {"softmax": "softmax regression", "logistic": "logistic regression", "mlp": "a network with one hidden layer"}


def run_train(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    table = load(arguments.data, arguments.target)
    with ExitStack() as stack:
        folder = stack.enter_context(staged_folder(arguments.out)) if arguments.out else None
        with epoch_bar(table.name, arguments.epochs) as on_epoch:
            run = train(
                table,
                arguments.model,
                epochs=arguments.epochs,
                lr=arguments.lr,
                batch_size=arguments.batch_size,
                seed=arguments.seed,
                hidden=arguments.hidden,
                on_epoch=on_epoch,
            )
        _print_run(run, arguments)
        if folder is not None:
            _write(run, folder)
    if arguments.out:
        _print_written(run, arguments.out)
    return 0


def _print_run(run: Run, arguments: argparse.Namespace) -> None:
    print(f"{run.table.name}: {_describe(run.table)}")
    print(f"{_NAMES[run.kind]}, {run.train_rows} rows to train on, {run.held_out_rows} held out")
    print(f"{arguments.epochs} epochs, batches of {arguments.batch_size}, learning rate {arguments.lr:g}, seed {arguments.seed}")
    print()
    print("         training rows        held-out rows")
    print("epoch    loss   accuracy      loss   accuracy")
    step = next(n * 10**k for k in count() for n in (1, 2, 5) if n * 10 ** (k + 1) >= arguments.epochs)  # a round number
    for epoch in run.history:
        if epoch.number % step == 0 or epoch is run.history[-1]:
            print(
                f"{epoch.number:5d}  {epoch.loss:6.4f}  {100 * epoch.accuracy:7.1f} %"
                f"    {epoch.held_out_loss:6.4f}  {100 * epoch.held_out_accuracy:7.1f} %"
            )
    print()
    right = round(run.accuracy * run.held_out_rows)
    print(f"{right} of {run.held_out_rows} held-out rows right: {100 * run.accuracy:.1f} %")


def _describe(table: Table) -> str:
    rows, columns = table.features.shape
    text = f"{rows} rows, {columns} feature{'s' * (columns != 1)}, {len(table.class_names)} classes"
    if len(table.class_names) > 4:
        return text
    counts = np.bincount(table.targets)
    return f"{text} ({', '.join(f'{count} {name}' for count, name in zip(counts, table.class_names, strict=True))})"


def _write(run: Run, folder: Path) -> None:
    save(run.model.state_dict(), folder / "weights.pt")
    if find_spec("matplotlib") is not None:
        save_curves([run], folder / "loss.svg")


def _print_written(run: Run, folder: Path) -> None:
    print()
    print(f"Written to {folder}:")
    print("weights.pt   the weights, with the mean and spread of each column: tinygrad_loss.load reads them")
    if (folder / "loss.svg").exists() and find_spec("matplotlib") is not None:
        print("loss.svg     loss and accuracy by epoch")
    note = missing_extra()
    if note:
        print(note)
