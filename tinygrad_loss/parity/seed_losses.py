"""Cross-entropy three ways and binary cross-entropy two ways, on the same few numbers, and what PyTorch gives for each.

The five functions take the framework as an argument: the same lines run with ``tinygrad_loss`` and with PyTorch, which is how
``recorded_demo.json`` was made (tests/recorded/record_demo.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..graph import Graph, from_json

__all__ = ["SEED_LOSSES", "Recorded", "SeedLoss", "load_recorded"]

LOGITS = [
    [0.4499, 0.8788, 0.5056, 0.1445, 0.0907],
    [0.4715, 0.6950, 0.8860, 0.1334, 0.2139],
    [0.1923, 0.5645, 0.9867, 0.4618, 0.1355],
]
CLASSES = [0, 1, 4]
BINARY_LOGITS = [[0.1320], [0.3074], [0.6341]]
BINARY_TARGETS = [0, 1, 0]


@dataclass(frozen=True)
class SeedLoss:
    """One way to write one loss.

    Attributes:
        key: its name in the recorded file.
        title: what a reader is told.
        binary: whether it is the binary loss.
        compute: (framework, logits, target) -> loss.
    """

    key: str
    title: str
    binary: bool
    compute: Callable[[Any, Any, Any], Any]

    def build(self, torch: ModuleType) -> tuple[Any, Any]:
        """(logits, loss) on a fresh leaf, computed with ``torch``: this package or PyTorch.

        >>> import tinygrad_loss as torch
        >>> logits, loss = SEED_LOSSES[2].build(torch)
        >>> print(loss)
        tensor(1.6802, grad_fn=<NllLossBackward0>)
        """
        if self.binary:
            logits = torch.tensor(BINARY_LOGITS, requires_grad=True)
            target = torch.tensor(BINARY_TARGETS).unsqueeze(1).float()
        else:
            logits = torch.tensor(LOGITS, requires_grad=True)
            target = torch.tensor(CLASSES)
        return logits, self.compute(torch, logits, target)


def _by_hand(torch: Any, logits: Any, target: Any) -> Any:
    log_p = logits - logits.exp().sum(-1).log().unsqueeze(-1)
    return -log_p.gather(1, target.unsqueeze(1)).mean()


def _nll_of_log_softmax(torch: Any, logits: Any, target: Any) -> Any:
    return torch.nn.NLLLoss()(torch.nn.LogSoftmax(dim=-1)(logits), target)


def _cross_entropy(torch: Any, logits: Any, target: Any) -> Any:
    return torch.nn.CrossEntropyLoss()(logits, target)


def _bce_of_sigmoid(torch: Any, logits: Any, target: Any) -> Any:
    return torch.nn.BCELoss()(torch.nn.Sigmoid()(logits), target)


def _bce_with_logits(torch: Any, logits: Any, target: Any) -> Any:
    return torch.nn.BCEWithLogitsLoss()(logits, target)


SEED_LOSSES = (
    SeedLoss("by_hand", "by hand: exp, sum, log, gather", False, _by_hand),
    SeedLoss("nll_of_log_softmax", "NLLLoss of LogSoftmax", False, _nll_of_log_softmax),
    SeedLoss("cross_entropy", "CrossEntropyLoss", False, _cross_entropy),
    SeedLoss("bce_of_sigmoid", "BCELoss of Sigmoid", True, _bce_of_sigmoid),
    SeedLoss("bce_with_logits", "BCEWithLogitsLoss", True, _bce_with_logits),
)


@dataclass(frozen=True)
class Recorded:
    """What PyTorch gave for one loss: its value (float32), and its backward graph with the gradients."""

    value: float
    graph: Graph


def load_recorded() -> tuple[str, dict[str, Recorded]]:
    """What PyTorch gave, by the key of the loss, and the version that gave it.

    >>> version, recorded = load_recorded()
    >>> print(f"{recorded['cross_entropy'].value:.4f}")
    1.6802
    >>> [node.type for node in recorded["cross_entropy"].graph.functions]
    ['NllLossBackward0', 'LogSoftmaxBackward0', 'AccumulateGrad']
    """
    content = json.loads((Path(__file__).parent / "recorded_demo.json").read_text(encoding="utf-8"))
    losses = {key: Recorded(loss["value"], from_json(json.dumps(loss["graph"]))) for key, loss in content["losses"].items()}
    return content["pytorch"], losses
