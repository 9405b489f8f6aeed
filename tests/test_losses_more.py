"""The other losses beyond their rows in the parity table: against exact sums, second derivatives that PyTorch does not have,
warnings, the names of what is saved."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import tinygrad_loss as torch
import tinygrad_loss.nn.functional as F
from tinygrad_loss.parity.row import Row
from tinygrad_loss.parity.rows_losses_more import LOSSES


def read_out(path: tuple[int, ...]) -> tuple[int, ...]:
    """What a path of frames says: repeats joined, then blanks (0) dropped."""
    return tuple(label for label, _ in itertools.groupby(path) if label)


@pytest.mark.parametrize("labels", [(1,), (1, 2), (2, 2), (1, 2, 1), ()])
def test_ctc_is_the_sum_over_all_paths(labels: tuple[int, ...]) -> None:
    frames, classes = 5, 3
    logits = np.random.default_rng(1).normal(size=(frames, 1, classes))
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    paths = [path for path in itertools.product(range(classes), repeat=frames) if read_out(path) == labels]
    exact = -np.log(sum(np.exp(log_p[np.arange(frames), 0, path].sum()) for path in paths))
    targets = torch.from_numpy(np.array([labels], np.int64).reshape(1, -1))
    found = F.ctc_loss(torch.from_numpy(log_p), targets, (frames,), (len(labels),), reduction="sum")
    assert found.item() == pytest.approx(exact, rel=1e-13)


def test_ctc_keeps_its_digits_in_float32() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(150, 2, 20)), rng.integers(1, 20, (2, 50))
    gradients = []
    for kind in (np.float64, np.float32):
        log_p = F.log_softmax(torch.from_numpy(x.astype(kind)), 2).detach().requires_grad_()
        F.ctc_loss(log_p, torch.from_numpy(y), (150, 120), (50, 40), reduction="sum").backward()
        gradients.append(log_p.grad.numpy())
    assert np.abs(gradients[0] - gradients[1]).max() < 1e-6


CURVED = {
    "ctc": (lambda x: F.ctc_loss(F.log_softmax(x, 2), torch.tensor([[1, 2], [3, 3]]), (5, 4), (2, 2)), (5, 2, 4)),
    "multi_margin": (lambda x: F.multi_margin_loss(x, torch.tensor([0, 3, 1]), p=2, margin=1.5), (3, 4)),
    "soft_margin": (lambda x: F.soft_margin_loss(x, torch.tensor([1, -1, 1, -1])), (3, 4)),
    "kl_div": (lambda x: F.kl_div(F.log_softmax(x, 1), F.softmax(x * 0.5, 1), reduction="batchmean"), (3, 4)),
    "triplet_margin": (lambda x: F.triplet_margin_loss(x[0], x[1], x[2], margin=9.0, swap=True), (3, 2, 4)),
    "cosine_embedding": (lambda x: F.cosine_embedding_loss(x[0], x[1], torch.tensor([1, -1]), margin=-0.9), (2, 2, 4)),
    "gaussian_nll": (lambda x: F.gaussian_nll_loss(x[0], x[1], x[2].exp()), (3, 4)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CURVED)
def test_derivatives_are_those_of_the_values(name: str) -> None:
    """First derivatives against differences of the loss, second ones against differences of the first."""
    loss, shape = CURVED[name]
    rng = np.random.default_rng(3)
    at, along, weights = (rng.normal(size=shape) for _ in range(3))

    def gradient(array: Any) -> Any:
        x = torch.from_numpy(array).requires_grad_()
        return x, torch.autograd.grad(loss(x), x, create_graph=True)[0]

    step = 1e-6
    ahead, behind = at + step * along, at - step * along
    x, slope = gradient(at)
    rise = (loss(torch.from_numpy(ahead)).item() - loss(torch.from_numpy(behind)).item()) / (2 * step)
    assert (slope.detach().numpy() * along).sum() == pytest.approx(rise, rel=1e-6, abs=1e-8)
    (bend,) = torch.autograd.grad((slope * torch.from_numpy(weights)).sum(), x)
    turn = ((gradient(ahead)[1] - gradient(behind)[1]).detach().numpy() * weights).sum() / (2 * step)
    assert (bend.numpy() * along).sum() == pytest.approx(turn, rel=1e-5, abs=1e-7)


def test_a_hopeless_score_is_no_overflow() -> None:
    x = torch.tensor([-1e4, 1e4], requires_grad=True)
    loss = F.soft_margin_loss(x, torch.tensor([1, 1]), reduction="sum")
    loss.backward()
    assert loss.item() == 1e4
    assert x.grad.tolist() == [-1.0, 0.0]


WARNED = {
    "shapes": lambda t: t.nn.functional.l1_loss(t.ones(3, 1), t.ones(3)),
    "huber shapes": lambda t: t.nn.functional.huber_loss(t.ones(3, 1), t.ones(3)),
    "kl_div mean": lambda t: t.nn.functional.kl_div(t.zeros(3), t.ones(3)),
    "kl_div size_average": lambda t: t.nn.functional.kl_div(t.zeros(3), t.ones(3), size_average=True),
    "size_average": lambda t: t.nn.functional.margin_ranking_loss(t.ones(3), t.ones(3), t.ones(3), size_average=False),
    "reduce": lambda t: t.nn.functional.poisson_nll_loss(t.ones(3), t.ones(3), reduce=False),
    "elementwise_mean": lambda t: t.nn.functional.hinge_embedding_loss(t.ones(3), t.ones(3), reduction="elementwise_mean"),
    "multilabel size_average": lambda t: t.nn.functional.multilabel_soft_margin_loss(t.ones(3), t.ones(3), size_average=False),
    "module": lambda t: t.nn.SmoothL1Loss(reduce=False)(t.ones(3), t.ones(3)),
    "size_average 0": lambda t: t.nn.functional.mse_loss(t.ones(3), t.zeros(3), size_average=0),
}


def warned(call: Any, library: Any) -> tuple[list[str], list[str], str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = call(library)
    return [str(one.message) for one in caught], [one.filename for one in caught], str(value)


@pytest.mark.torch
@pytest.mark.parametrize("name", WARNED)
def test_warnings_are_pytorchs(name: str, torch: Any) -> None:
    import tinygrad_loss

    ours, theirs = warned(WARNED[name], tinygrad_loss), warned(WARNED[name], torch)
    assert (ours[0], ours[2]) == (theirs[0], theirs[2])


@pytest.mark.parametrize("name", [name for name in WARNED if name != "module"])
def test_warnings_name_the_callers_line(name: str) -> None:
    words, files, _ = warned(WARNED[name], torch)
    assert len(words) == 1
    assert files == [__file__]


OLD_FLAGS = [(a, r) for a in (None, True, False, 0) for r in (None, True, False) if (a, r) != (None, None)]


@pytest.mark.parametrize(("size_average", "reduce"), OLD_FLAGS)
@pytest.mark.parametrize("name", ["MSELoss", "L1Loss", "BCEWithLogitsLoss", "SoftMarginLoss", "CrossEntropyLoss"])
def test_old_flags_mean_a_reduction(name: str, size_average: Any, reduce: Any) -> None:
    meant = "none" if reduce is False else "mean" if size_average in (None, True) else "sum"
    x, y = torch.tensor([[0.5, -1.0], [2.0, 1.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    with pytest.warns(UserWarning, match=f"please use reduction='{meant}' instead"):
        old = getattr(torch.nn, name)(size_average=size_average, reduce=reduce)
    assert old.reduction == meant
    assert old(x, y).tolist() == getattr(torch.nn, name)(reduction=meant)(x, y).tolist()


def nodes_of(row: Row, library: Any) -> list[Any]:
    tensors = [library.from_numpy(np.array(array)) for array in row.arrays("float64")]
    for one, tensor in zip(row.inputs, tensors, strict=True):
        tensor.requires_grad_(one.grad)
    loss = row.call(library, *tensors)
    found: list[Any] = []
    waiting = [loss.grad_fn] if loss.requires_grad else []
    while waiting:
        node = waiting.pop(0)
        if node is not None and node not in found and node.name() != "torch::autograd::AccumulateGrad":
            found.append(node)
            waiting += [following for following, _ in node.next_functions]
    return found


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", [row for row in LOSSES if "float64" in row.kinds], ids=lambda row: row.name)
def test_saved_names_of_losses_are_pytorchs(row: Row, torch: Any) -> None:
    import tinygrad_loss

    def saved(node: Any) -> set[str]:
        return {name for name in dir(node) if name.startswith("_saved_")}

    pairs = list(zip(nodes_of(row, tinygrad_loss), nodes_of(row, torch), strict=True))
    assert [(mine.name(), saved(mine)) for mine, _ in pairs if "Loss" in mine.name()] == [
        (other.name(), saved(other)) for _, other in pairs if "Loss" in other.name()
    ]


RESHAPED = [
    # the shape of the scores, the dimension of their log-softmax, and the shape in which nll_loss sees it
    ((2, 4, 3), 1, (8, 3)),
    ((2, 4, 3), 2, (8, 3)),
    ((8, 3), 1, (2, 3, 4)),
    ((2, 4, 3), 1, (2, 4, 3, 1)),
    ((2, 12), 1, (2, 4, 3)),
    ((2, 4, 3), 1, (2, 12)),
    ((24,), 0, (2, 12)),
]


@pytest.mark.torch
@pytest.mark.parametrize(("shape", "dim", "seen"), RESHAPED)
def test_nll_of_a_log_softmax_seen_in_another_shape(torch, shape, dim, seen):
    import tinygrad_loss

    scores = np.random.default_rng(0).normal(size=shape)
    target = np.arange(np.prod(seen) // seen[1]).reshape(seen[0], *seen[2:]) % seen[1]
    gradients = []
    for library in (tinygrad_loss, torch):
        x = library.tensor(scores.tolist(), dtype=library.float64, requires_grad=True)
        log_p = library.nn.functional.log_softmax(x, dim).reshape(*seen)
        library.nn.functional.nll_loss(log_p, library.tensor(target.tolist())).backward()
        gradients.append(np.array(x.grad.tolist()))
    np.testing.assert_allclose(*gradients, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_large_bce_with_logits_has_one_gradient(reduction, weighted):
    """Worked out beside the losses (for a gradient of 1), again for another gradient, and twice for a retained graph."""
    rng = np.random.default_rng(0)
    x, y, w = (rng.normal(size=70_001).astype(np.float32) for _ in range(3))
    leaf = torch.from_numpy(x).requires_grad_()
    w = torch.from_numpy(abs(w)) if weighted else None

    def gradient(scale):
        loss = F.binary_cross_entropy_with_logits(leaf, torch.from_numpy(y > 0).float(), w, reduction=reduction)
        first = torch.autograd.grad(loss, leaf, torch.tensor(scale), retain_graph=True)[0]
        again = torch.autograd.grad(loss, leaf, torch.tensor(scale))[0]
        assert first.data_ptr() != again.data_ptr()
        np.testing.assert_array_equal(first.numpy(), again.numpy())
        return first.numpy()

    np.testing.assert_array_equal(gradient(1.0), gradient(2.0) / 2)
