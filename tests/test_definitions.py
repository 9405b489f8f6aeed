"""A loss and its definition in primitives are one function: value, gradient, second gradient; and the definition's graph has
primitives only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_loss as torch
import tinygrad_loss.nn.functional as F
from tinygrad_loss.graph import read_graph
from tinygrad_loss.ops._fused import Fused
from tinygrad_loss.parity.checks import describe
from tinygrad_loss.parity.row import Row
from tinygrad_loss.parity.rows_losses import BINARY, CROSS_ENTROPY
from tinygrad_loss.parity.rows_losses_more import LOSSES

PRIMITIVES = {
    "Add", "Sub", "Rsub", "Mul", "Div", "Neg", "Pow", "Exp", "Log", "Log1P", "Abs", "Sum", "Mean", "Gather", "Squeeze", "Unsqueeze",
    "View", "Expand", "MaskedFill", "Clamp", "ClampMin", "Where", "Minimum", "Sqrt", "Norm", "LinalgVectorNorm", "Xlogy", "Clone",
    "ToCopy", "AccumulateGrad", "Select", "Alias",
}  # fmt: skip
# A sequence that cannot be aligned has a gradient of nan in PyTorch, which no formula gives; and xlogy is no loss.
LEFT_OUT = ("xlogy", "ctc impossible mean", "ctc impossible sum", "ctc impossible none")
ROWS = (*CROSS_ENTROPY, *BINARY, *(row for row in LOSSES if not row.name.startswith(LEFT_OUT)))


class Definitions:
    """torch.nn.functional with each loss's definition in its place."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(F, name)
        return getattr(found, "definition", found)


class Library:
    """The package with definitions in place of losses."""

    class nn:
        functional = Definitions()


def results(row: Row, library: Any) -> list[Any]:
    tensors = [torch.from_numpy(array) for array in row.arrays("float64")]
    for one, tensor in zip(row.inputs, tensors, strict=True):
        tensor.requires_grad_(one.grad)
    wanted = [tensor for tensor in tensors if tensor.requires_grad]
    loss = row.call(library, *tensors)
    if not loss.requires_grad:
        return [loss.detach().numpy()]
    first = torch.autograd.grad(loss.sum(), wanted, create_graph=True, allow_unused=True)
    found = [loss.detach().numpy(), *(None if g is None else g.detach().numpy() for g in first)]
    curved = [g for g in first if g is not None and g.requires_grad]
    if curved and row.second:
        second = torch.autograd.grad(sum((g * g).sum() for g in curved), wanted, allow_unused=True)
        found += [None if g is None else g.numpy() for g in second]
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_definition_equals_node(row: Row) -> None:
    pairs = list(zip(results(row, torch), results(row, Library()), strict=True))
    if "bce at 0 and 1" in row.name:
        del pairs[1:]  # there the definition's logarithms have no slope, and PyTorch's node has one
    for ours, defined in pairs:
        if ours is None or defined is None:
            assert not np.any(ours if defined is None else defined)
        else:
            np.testing.assert_allclose(ours, defined, rtol=1e-11, atol=1e-13)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", [row for row in ROWS if "of log_softmax" not in row.name], ids=lambda row: row.name)
def test_definition_is_made_of_primitives(row: Row) -> None:
    tensors = [torch.from_numpy(array) for array in row.arrays("float64")]
    loss = row.call(Library(), *(t.requires_grad_(one.grad) for t, one in zip(tensors, row.inputs, strict=True)))
    if not loss.requires_grad:
        return
    names = {line.split()[0].removeprefix("torch::autograd::").rstrip("0123456789").removesuffix("Backward") for line in describe([loss.grad_fn], [])}
    assert names <= PRIMITIVES, names - PRIMITIVES


def test_nodes_open_into_their_definitions() -> None:
    x = torch.tensor([[0.5, -1.0, 2.0], [0.1, 0.2, 0.3]], requires_grad=True)
    loss = F.cross_entropy(x, torch.tensor([0, 2]))
    node = loss.grad_fn
    assert isinstance(node, Fused)
    value, inputs = node.expand()
    assert value.item() == pytest.approx(loss.item())
    assert [one.requires_grad for one in inputs] == [True]
    opened, (logits,) = node.next_functions[0][0].expand()
    np.testing.assert_allclose(opened.detach().numpy(), F.log_softmax(x, 1).detach().numpy(), rtol=1e-6)
    assert logits.shape == x.shape
    assert [node.type for node in read_graph(loss).nodes] == ["", "NllLossBackward0", "LogSoftmaxBackward0", "AccumulateGrad"]
