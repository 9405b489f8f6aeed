"""Of every row of the parity table: a gradient belongs to nobody else, a backward changes nothing that it was given, and nothing is
left for the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.ma  # which NumPy imports when a function first asks for it, and that leaves circles
import pytest

import tinygrad_loss
from tinygrad_loss.parity.checks import as_list, weights_for
from tinygrad_loss.parity.row import Row
from tinygrad_loss.parity.table import rows

ROWS = [pytest.param(row, id=row.name) for row in rows() if row.error is None and any(one.grad for one in row.inputs)]


def called(row: Row) -> tuple[list[Any], list[Any]]:
    """The row's tensors and the outputs that require a gradient."""
    tensors = []
    for one, array in zip(row.inputs, row.arrays(row.kinds[0]), strict=True):
        tensor = tinygrad_loss.from_numpy(np.array(array))
        tensors.append(tensor.requires_grad_() if one.grad else tensor)
    return tensors, [out for out in as_list(row.call(tinygrad_loss, *tensors)) if out.requires_grad]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS)
def test_gradients_are_nobody_elses(row: Row) -> None:
    tensors, outputs = called(row)
    weights = [tinygrad_loss.from_numpy(weights_for(out.detach().numpy(), 1)) for out in outputs]
    before = [np.array(one._data) for one in (*tensors, *outputs, *weights)]
    leaves = [tensor for one, tensor in zip(row.inputs, tensors, strict=True) if one.grad]
    firsts = tinygrad_loss.autograd.grad(outputs, leaves, weights, retain_graph=True, allow_unused=True) if outputs else ()
    if outputs:
        tinygrad_loss.autograd.backward(outputs, weights, retain_graph=True)
    grads = [leaf.grad for leaf in leaves if leaf.grad is not None]
    assert len(grads) == sum(g is not None for g in firsts)
    arrays = [g._data for g in (*grads, *firsts) if g is not None]
    for place, array in enumerate(arrays):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays[place + 1 :])
        assert not any(np.shares_memory(array, one._data) for one in (*tensors, *outputs, *weights))
    once = [np.array(g._data) for g in grads]
    for value, g in zip(once, (g for g in firsts if g is not None), strict=True):
        np.testing.assert_array_equal(value, g._data)
    if outputs:
        tinygrad_loss.autograd.backward(outputs, weights)
    for value, g in zip(once, grads, strict=True):
        np.testing.assert_allclose(g._data, value + value, rtol=1e-5 if value.dtype == np.float32 else 1e-13, atol=0)
    for value, one in zip(before, (*tensors, *outputs, *weights), strict=True):
        np.testing.assert_array_equal(one._data, value, "changed by the backward")


PRODUCTS = {
    "x @ w": lambda torch, x, w: x @ w,
    "x @ w.t()": lambda torch, x, w: x @ w.t(),
    "linear": lambda torch, x, w: torch.nn.functional.linear(x, w),
    "linear with bias": lambda torch, x, w: torch.nn.functional.linear(x, w, torch.zeros(4)),
    "addmm": lambda torch, x, w: torch.addmm(torch.zeros(4), x, w),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_gradient_of_a_matrix_lies_row_by_row(name: str) -> None:
    """As in PyTorch, so that it can be viewed as a row, also after a second gradient was added."""
    w = tinygrad_loss.ones(*((3, 4) if name in ("x @ w", "addmm") else (4, 3)), requires_grad=True)
    x = tinygrad_loss.ones(2, 3, requires_grad=True)
    for _ in range(2):
        PRODUCTS[name](tinygrad_loss, x, w).sum().backward()
    assert x.grad.is_contiguous() and w.grad.view(-1).shape == (12,)


@pytest.fixture(scope="module")
def nothing_old() -> Iterator[None]:
    """What was there before is left out of the collector's rounds, which are then quick."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("nothing_old")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS)
def test_nothing_is_left_for_the_garbage_collector(row: Row) -> None:
    gc.collect()
    gc.disable()
    try:
        run(row)
        assert gc.collect() == 0
    finally:
        gc.enable()


def run(row: Row) -> None:
    """Forward, backward, and a recorded gradient."""
    tensors, outputs = called(row)
    leaves = [tensor for one, tensor in zip(row.inputs, tensors, strict=True) if one.grad]
    if outputs:
        weights = [tinygrad_loss.from_numpy(weights_for(out.detach().numpy(), 1)) for out in outputs]
        found = tinygrad_loss.autograd.grad(outputs, leaves, weights, create_graph=row.second, allow_unused=True)
        again = [g for g in found if g is not None and g.requires_grad]
        if again:
            tinygrad_loss.autograd.grad(again, leaves, [g.detach() for g in again], allow_unused=True, retain_graph=True)
