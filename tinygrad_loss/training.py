"""Trains a small classifier on a table: the standard loop, whole, in one place to read.

Every step is the one a PyTorch program takes: a DataLoader gives batches, the model gives logits, the loss gives one number,
backward gives the gradients, the optimizer moves the weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import nn, optim
from ._creation import from_numpy
from ._generator import manual_seed
from ._tensor import Tensor
from .autograd import no_grad
from .datasets import DataError, Table, column_scales, hold_out
from .utils.data import DataLoader, TensorDataset

__all__ = ["MODELS", "Epoch", "Run", "Standardize", "TrainingError", "build_model", "default_model", "train"]

MODELS = ("softmax", "logistic", "mlp")


class TrainingError(ValueError):
    """Training went wrong in a way that another setting would mend; the message is one line and names the setting."""


@dataclass(frozen=True)
class Epoch:
    """What was measured after one pass over the training rows (``number`` 0: before the first).

    ``loss`` and ``accuracy`` are taken on the training rows, ``held_out_loss`` and ``held_out_accuracy`` on the rows that
    training never saw. Losses are in nats (mean negative log-likelihood), accuracies are fractions of rows from 0 to 1.
    """

    number: int
    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float


@dataclass(frozen=True, eq=False)
class Run:
    """A finished training run: the model, and how it got there."""

    table: Table
    kind: str
    model: nn.Module
    history: tuple[Epoch, ...]
    train_rows: int
    held_out_rows: int

    @property
    def accuracy(self) -> float:
        """The fraction of held-out rows that the trained model classifies rightly."""
        return self.history[-1].held_out_accuracy


class Standardize(nn.Module):
    """Puts every column on one scale: ``(x - mean) / std``. The two are buffers: saved with the weights, and not trained.

    >>> scale = Standardize(np.array([2.0], dtype=np.float32), np.array([0.5], dtype=np.float32))
    >>> scale(from_numpy(np.array([[3.0]], dtype=np.float32))).item()
    2.0
    >>> list(scale.state_dict())
    ['mean', 'std']
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: NDArray[np.float32], std: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("mean", from_numpy(mean))
        self.register_buffer("std", from_numpy(std))

    def forward(self, features: Tensor) -> Tensor:
        """Standardise ``features`` of shape (rows, columns)."""
        return (features - self.mean) / self.std


def default_model(table: Table) -> str:
    """``"logistic"`` for two classes, ``"softmax"`` for more.

    >>> from tinygrad_loss.datasets import load_iris
    >>> default_model(load_iris())
    'softmax'
    """
    return "logistic" if len(table.class_names) == 2 else "softmax"


def build_model(kind: str, rows: Table, hidden: int = 32) -> nn.Sequential:
    """An untrained classifier for the columns and classes of ``rows``, whose mean and spread it standardises with.

    Args:
        kind: ``"softmax"`` (one linear layer, a logit for each class), ``"logistic"`` (one linear layer, one logit: two classes
            only) or ``"mlp"`` (a hidden layer of ``hidden`` ReLU units, then a logit for each class).
        rows: the training rows.
        hidden: width of the hidden layer of the mlp.

    Raises:
        ValueError: no such kind.
        DataError: logistic regression was asked for more than two classes.

    >>> from tinygrad_loss.datasets import load_iris
    >>> build_model("softmax", load_iris())
    Sequential(
      (0): Standardize()
      (1): Linear(in_features=4, out_features=3, bias=True)
    )
    """
    columns, classes = rows.features.shape[1], len(rows.class_names)
    scale = Standardize(*column_scales(rows.features))
    if kind == "softmax":
        return nn.Sequential(scale, nn.Linear(columns, classes))
    if kind == "mlp":
        return nn.Sequential(scale, nn.Linear(columns, hidden), nn.ReLU(), nn.Linear(hidden, classes))
    if kind != "logistic":
        raise ValueError(f"build_model: kind must be one of {', '.join(MODELS)}, not {kind!r}")
    if classes != 2:
        raise DataError(f"{rows.name}: logistic regression tells two classes apart, but there are {classes}; use softmax")
    return nn.Sequential(scale, nn.Linear(columns, 1))


def train(
    table: Table,
    kind: str | None = None,
    *,
    epochs: int = 40,
    lr: float = 0.1,
    batch_size: int = 32,
    seed: int = 0,
    hidden: int = 32,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Run:
    """Hold out three rows in ten, train on the others, and measure both after every epoch.

    The loss is CrossEntropyLoss, or BCEWithLogitsLoss for logistic regression; the optimizer is SGD with momentum .9. The same
    arguments give the same run. Sets the global random seed (``manual_seed(seed)``), from which the first weights and the
    batches come.

    Args:
        table: features and targets.
        kind: ``"softmax"``, ``"logistic"`` or ``"mlp"``; default by :func:`default_model`.
        epochs: how many passes over the training rows.
        lr: learning rate.
        batch_size: rows in a batch.
        seed: of the held-out split, the first weights and the order of the batches.
        hidden: width of the mlp's hidden layer.
        on_epoch: called with each :class:`Epoch` (number 0 before the first step), for progress bars.

    Raises:
        TrainingError: the loss is no longer a finite number.
        DataError: the table does not fit the model, or nothing can be held out.

    >>> from tinygrad_loss.datasets import load_iris
    >>> run = train(load_iris(), epochs=5)
    >>> run.train_rows, run.held_out_rows
    (105, 45)
    >>> run.history[-1].loss < run.history[0].loss
    True
    """
    kind = kind or default_model(table)
    train_rows, held_out = hold_out(table, fraction=0.3, seed=seed)
    manual_seed(seed)
    model = build_model(kind, train_rows, hidden)
    criterion = nn.BCEWithLogitsLoss() if kind == "logistic" else nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    inputs, targets = _tensors(train_rows, kind)
    batches: DataLoader[tuple[Tensor, ...]] = DataLoader(TensorDataset(inputs, targets), batch_size=batch_size, shuffle=True)

    def measure(number: int) -> Epoch:
        epoch = Epoch(number, *_evaluate(model, criterion, inputs, targets), *_evaluate(model, criterion, *held))
        if not math.isfinite(epoch.loss):
            raise TrainingError(
                f"{table.name}: the loss is {epoch.loss} after epoch {number}; try a smaller learning rate than {lr:g}"
            )
        if on_epoch is not None:
            on_epoch(epoch)
        return epoch

    held = _tensors(held_out, kind)
    history = [measure(0)]
    for number in range(1, epochs + 1):
        for batch, classes in batches:
            optimizer.zero_grad()
            loss = criterion(model(batch), classes)
            loss.backward()
            optimizer.step()
        history.append(measure(number))
    return Run(table, kind, model, tuple(history), len(train_rows.targets), len(held_out.targets))


def _tensors(rows: Table, kind: str) -> tuple[Tensor, Tensor]:
    """Features and targets; for logistic regression a column of 0. and 1., a target for each logit."""
    targets = from_numpy(rows.targets)
    return from_numpy(rows.features), targets.unsqueeze(1).float() if kind == "logistic" else targets


def _evaluate(model: nn.Module, criterion: nn.Module, inputs: Tensor, targets: Tensor) -> tuple[float, float]:
    """(mean loss, accuracy) over all rows, without recording a graph."""
    with no_grad():
        logits = model(inputs)
        loss = criterion(logits, targets).item()
        right = (logits > 0) == (targets > 0) if logits.shape[1] == 1 else logits.argmax(dim=1) == targets
    return float(loss), float(right.float().mean().item())
