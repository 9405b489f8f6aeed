"""linear_cross_entropy in blocks of rows: the same loss, gradients and graph as with all logits at once, in less memory."""

from __future__ import annotations

import gc
import warnings

import numpy as np
import pytest

import tinygrad_loss as torch
from tinygrad_loss.kernels import fused_linear as kernel
from tinygrad_loss.nn.functional import _fused_linear_nodes as nodes, fused_linear
from tinygrad_loss.parity import rows_linear_cross_entropy
from tinygrad_loss.parity.checks import check, compare, describe, run

F = torch.nn.functional
EASY = [row for row in rows_linear_cross_entropy.PLAIN if row.error is None]


@pytest.fixture
def blocks(monkeypatch):
    """Everything goes in blocks of two rows."""
    monkeypatch.setattr(fused_linear, "LARGE", 0)
    monkeypatch.setattr(kernel, "ROWS", 2)
    monkeypatch.setattr(kernel, "CLASSES", 2)


def inputs(n=5, f=3, c=4, bias=True, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=size).astype(dtype) for size in ((n, f), (c, f), c)]
    x, w, b = (torch.from_numpy(array).requires_grad_() for array in arrays)
    return x, w, b if bias else None, torch.from_numpy(rng.integers(0, c, n))


@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("row", EASY, ids=lambda row: row.name)
def test_blocks_equal_the_whole(monkeypatch, row, kind):
    whole = run(row, kind, torch)
    monkeypatch.setattr(fused_linear, "LARGE", 0)
    monkeypatch.setattr(kernel, "ROWS", 2)
    monkeypatch.setattr(kernel, "CLASSES", 2)
    assert compare(row, kind, run(row, kind, torch), whole) == {}


@pytest.mark.torch
@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("row", EASY, ids=lambda row: row.name)
def test_blocks_equal_pytorch(row, request):
    assert check(row, "float64", torch, request.getfixturevalue("torch")) == {}


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("bias", [True, False])
def test_the_graph_is_that_of_the_parts(bias):
    x, w, b, y = inputs(bias=bias)
    leaves = [t for t in (x, w, b) if t is not None]
    fused = F.linear_cross_entropy(x, w, y, linear_bias=b)
    parts = F.cross_entropy(F.linear(x, w, b).reshape(5, 4), y)
    assert describe([fused.grad_fn], leaves) == describe([parts.grad_fn], leaves)
    assert isinstance(fused.grad_fn.next_functions[0][0], nodes.LogSoftmaxBackward0)  # blocks it was


def both(call, *leaves):
    """Run backward and return the gradients."""
    for leaf in leaves:
        leaf.grad = None
    call().backward()
    return [leaf.grad.numpy().copy() for leaf in leaves]


@pytest.mark.usefixtures("blocks")
def test_the_definition_is_made_of_primitives():
    x, w, b, y = inputs()
    loss = F.linear_cross_entropy.definition(x, w, y, linear_bias=b)
    assert loss.item() == pytest.approx(F.linear_cross_entropy(x, w, y, linear_bias=b).item(), rel=1e-14)
    graph = " ".join(describe([loss.grad_fn], [x, w, b]))
    assert "AddmmBackward0" in graph and "GatherBackward0" in graph
    assert "NllLoss" not in graph and "LogSoftmax" not in graph


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("factor", [1.0, -2.5])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weighed", [False, True])
def test_backward(factor, reduction, weighed):
    x, w, b, y = inputs()
    s = torch.tensor([0.5, 2.0, 0.0, 1.0], dtype=torch.float64) if weighed else None
    given = {"weight": s, "reduction": reduction, "ignore_index": 1}
    fused = both(lambda: F.linear_cross_entropy(x, w, y, linear_bias=b, **given) * factor, x, w, b)
    parts = both(lambda: F.cross_entropy(F.linear(x, w, b), y, **given) * factor, x, w, b)
    for ours, want in zip(fused, parts):
        np.testing.assert_allclose(ours, want, rtol=1e-13, atol=1e-15)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_a_second_backward(reduction):
    x, w, _, y = inputs(bias=False)
    loss = F.linear_cross_entropy(x, w, y, reduction=reduction)
    ones = torch.ones_like(loss)
    loss.backward(ones, retain_graph=True)
    first = w.grad.clone()
    loss.backward(ones)
    assert w.grad.equal(first + first)
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward(ones)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("place", range(4), ids=["NllLoss", "LogSoftmax", "View", "Mm"])
@pytest.mark.parametrize("kind", ["register_hook", "register_prehook"])
def test_hooks_see_arrays(place, kind):
    """A hook on any node of the four sees the gradients that it would see without blocks, and nothing else changes."""
    seen, grads = [], []
    for fused in (True, False):
        x, w, _, y = inputs(bias=False)
        loss = F.linear_cross_entropy(x, w, y) if fused else F.cross_entropy(F.linear(x, w).reshape(5, 4), y)
        node = loss.grad_fn
        for _ in range(place):
            node = node.next_functions[0][0]
        shown = []
        getattr(node, kind)(lambda *lists, shown=shown: shown.extend(g for one in lists for g in one))
        loss.backward()
        seen.append(shown)
        grads.append((x.grad, w.grad))
    assert len(seen[0]) == len(seen[1]) > 0
    for ours, want in zip([*seen[0], *grads[0]], [*seen[1], *grads[1]]):
        assert (ours is None) == (want is None)
        if ours is not None:
            np.testing.assert_allclose(ours.numpy(), want.numpy(), rtol=1e-13, atol=1e-15)


@pytest.mark.usefixtures("blocks")
def test_saved_log_probabilities():
    x, w, b, y = inputs()
    loss = F.linear_cross_entropy(x, w, y, linear_bias=b)
    want = F.log_softmax(F.linear(x, w, b), 1).detach().numpy()
    np.testing.assert_allclose(loss.grad_fn._saved_self.detach().numpy(), want, rtol=1e-14)
    np.testing.assert_allclose(loss.grad_fn.next_functions[0][0]._saved_result.detach().numpy(), want, rtol=1e-14)


@pytest.mark.usefixtures("blocks")
def test_changed_in_place_is_an_error():
    x, w, _, y = inputs(bias=False)
    loss = F.linear_cross_entropy(x, w, y)
    with torch.no_grad():
        w.mul_(2.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.usefixtures("blocks")
def test_only_what_is_asked_for(monkeypatch):
    """Without a gradient to come none is worked out."""
    asked = []
    original = kernel.losses
    monkeypatch.setattr(kernel, "losses", lambda *args: asked.append((args[4], tuple(args[5]))) or original(*args))
    x, w, b, y = inputs()
    with torch.no_grad():
        F.linear_cross_entropy(x, w, y, linear_bias=b)
    F.linear_cross_entropy(x, w.detach(), y)
    assert asked[0] == (None, (False, False, False))
    assert asked[1][1] == (True, False, False)


def test_strange_inputs(blocks):
    """Transposed, broadcast and read-only arrays, which are never written to; an empty batch."""
    x, w, _, y = inputs(n=6, f=4, bias=False)
    want = F.cross_entropy(F.linear(x, w), y).item()
    turned = torch.from_numpy(np.asfortranarray(x.detach().numpy())).requires_grad_()
    frozen = w.detach().numpy().copy()
    frozen.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wf = torch.from_numpy(frozen).requires_grad_()
    loss = F.linear_cross_entropy(turned, wf, y)
    loss.backward()
    assert loss.item() == pytest.approx(want, rel=1e-14)
    row = torch.from_numpy(np.broadcast_to(np.arange(4.0), (6, 4)).copy()[:, [3, 1, 0, 2]])
    assert F.linear_cross_entropy(row, w, y).item() == pytest.approx(F.cross_entropy(row @ w.T, y).item(), rel=1e-14)
    empty = F.linear_cross_entropy(x[:0], w, y[:0], reduction="sum")
    empty.backward()
    assert empty.item() == 0 and not w.grad.any()


def test_no_circle_is_left():
    x, w, b, y = inputs()
    gc.collect()
    gc.disable()
    try:
        for reduction in ("mean", "none"):
            loss = F.linear_cross_entropy(x, w, y, linear_bias=b, reduction=reduction)
            loss.sum().backward()
            del loss
        assert not gc.collect()
    finally:
        gc.enable()


def test_memory():
    """Large logits are never there: at the peak, arrays take a quarter of what the logits and their gradient would."""
    import tracemalloc

    n, f, c = 4096, 16, 4096
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal((n, f), dtype=np.float32)).requires_grad_()
    w = torch.from_numpy(rng.standard_normal((c, f), dtype=np.float32)).requires_grad_()
    y = torch.from_numpy(rng.integers(0, c, n))
    tracemalloc.start()
    F.linear_cross_entropy(x, w, y).backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < n * c * 4 / 4


def test_options():
    options = torch.nn.LinearCrossEntropyOptions
    assert options(batch_chunk_size=64).rows(2048, 512, 32000, torch.float32) == 64
    assert options().rows(2048, 512, 32000, torch.float32) is None
    assert options(chunking_method=None).rows(2048, 512, 32000, torch.float32) == 2048
    assert options(chunking_method="aspect_ratio").rows(2048, 512, 32000, torch.float32) == 64
    assert options(chunking_method="aspect_ratio:2").rows(2048, 512, 32000, torch.float32) == 32
    assert repr(options()) == (
        "LinearCrossEntropyOptions(allow_retain_graph=False, batch_chunk_size=None, chunking_method='auto', acc_policy='auto', "
        "acc_dtype=None)"
    )


@pytest.mark.torch
@pytest.mark.parametrize("method", ["aspect_ratio", "aspect_ratio:3", None])
@pytest.mark.parametrize("sizes", [(2048, 512, 32000), (5, 100, 3), (1, 1, 1), (1000, 7, 77)])
def test_rows_in_a_block_are_pytorch_s(torch, method, sizes):
    import tinygrad_loss

    theirs = torch.nn.LinearCrossEntropyOptions(chunking_method=method)._adjust(*sizes, torch.float32).batch_chunk_size
    assert tinygrad_loss.nn.LinearCrossEntropyOptions(chunking_method=method).rows(*sizes, tinygrad_loss.float32) == theirs


def test_options_that_cannot_be_kept_are_said():
    x, w, _, y = inputs(bias=False)
    with pytest.warns(UserWarning, match="``options`` ignored"):
        loss = F.linear_cross_entropy(x, w, y, label_smoothing=0.1, options=torch.nn.LinearCrossEntropyOptions())
    assert loss.item() == F.linear_cross_entropy(x, w, y, label_smoothing=0.1).item()


def test_module():
    torch.manual_seed(0)
    criterion = torch.nn.LinearCrossEntropyLoss(3, 4, bias=True, weight=torch.tensor([1.0, 2.0, 0.5, 1.0]))
    x, y = torch.ones(2, 3), torch.tensor([0, 3])
    want = F.cross_entropy(criterion.linear(x), y, criterion.weight)
    assert criterion(x, y).item() == pytest.approx(want.item(), rel=1e-6)
    assert list(criterion.state_dict()) == ["weight", "linear.weight", "linear.bias"]
