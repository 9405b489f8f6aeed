"""Layers against plain loops, their reverses, lazy layers, packed sequences, and a small convolutional network; without PyTorch."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest

import tinygrad_loss as tl
import tinygrad_loss.nn as nn
import tinygrad_loss.nn.functional as F
from tinygrad_loss.kernels import windows as kernels
from tinygrad_loss.kernels.windows import Windows

Array = np.ndarray[Any, Any]


def real(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).normal(size=shape)


# Windows: sizes, kernel, stride, padding, dilation
WINDOWS = [
    ((5,), (3,), (1,), (0,), (1,)),
    ((6, 5), (3, 2), (2, 1), (1, 0), (1, 2)),
    ((4, 4), (2, 2), (3, 3), (1, 1), (1, 1)),
    ((3, 4, 3), (2, 3, 1), (1, 2, 1), (0, 1, 0), (2, 1, 1)),
]


@pytest.mark.parametrize("options", WINDOWS)
def test_reverses_of_windows(options: Any) -> None:
    """A map and its reverse are transposes of one another: <A x, y> = <x, A' y>."""
    windows = Windows(*options)
    x = real(2, 4, *windows.sizes)
    w = real(6, 2, *windows.kernel)
    columns, counts = real(2, 4, *windows.kernel, *windows.counts), real(2, 4, *windows.counts)
    y = real(2, 6, *windows.counts)
    pairs = [
        (np.vdot(kernels.patches(x, windows), columns), np.vdot(x, kernels.patches_added(columns, windows))),
        (np.vdot(kernels.sums(x, windows), counts), np.vdot(x, kernels.sums_spread(counts, windows))),
        (np.vdot(kernels.convolved(x, w, windows, 2), y), np.vdot(x, kernels.convolved_back(y, w, windows, 2))),
        (np.vdot(kernels.convolved(x, w, windows, 2), y), np.vdot(w, kernels.weights_of(y, x, windows, 2))),
    ]
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize(("stride", "padding", "dilation", "groups"), [(1, 0, 1, 1), (2, 1, 1, 2), (1, 2, 2, 1)])
def test_convolution_by_loops(stride: int, padding: int, dilation: int, groups: int) -> None:
    x, w, b = real(2, 4, 6, 5), real(6, 4 // groups, 3, 2), real(6)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = F.conv2d(*map(tl.tensor, (x, w, b)), stride, padding, dilation, groups).numpy()
    expected = np.zeros_like(out)
    for n, o, i, j in itertools.product(*map(range, out.shape)):
        group = o // (6 // groups)
        for c, di, dj in itertools.product(range(4 // groups), range(3), range(2)):
            seen = padded[n, group * (4 // groups) + c, i * stride + di * dilation, j * stride + dj * dilation]
            expected[n, o, i, j] += seen * w[o, c, di, dj]
    np.testing.assert_allclose(out, expected + b[:, None, None], rtol=1e-10)


def test_pooling_by_loops() -> None:
    x = real(1, 2, 5, 7)
    largest, places = F.max_pool2d(tl.tensor(x), 3, 2, 1, return_indices=True)
    means = F.avg_pool2d(tl.tensor(x), 3, 2, 1, count_include_pad=False).numpy()
    for c, i, j in itertools.product(range(2), range(3), range(4)):
        seen = x[0, c, max(0, 2 * i - 1) : 2 * i + 2, max(0, 2 * j - 1) : 2 * j + 2]
        assert largest[0, c, i, j].item() == seen.max()
        assert x[0, c].flat[places[0, c, i, j].item()] == seen.max()
        np.testing.assert_allclose(means[0, c, i, j], seen.mean())


GRADIENTS = {
    "conv_transpose2d": lambda x: F.conv_transpose2d(x, tl.tensor(real(2, 3, 2, 2)), stride=2, output_padding=1),
    "pad": lambda x: F.pad(x, (1, 2, 2, 1), "circular"),
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "group_norm": lambda x: F.group_norm(x, 2),
    "interpolate": lambda x: F.interpolate(x, (5, 3), mode="bicubic"),
    "attention": lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
    "gelu": F.gelu,
    "mish": F.mish,
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_by_differences(name: str) -> None:
    x = tl.tensor(real(1, 2, 4, 3) * 0.7, requires_grad=True)
    assert tl.autograd.gradcheck(GRADIENTS[name], (x,))
    assert tl.autograd.gradgradcheck(GRADIENTS[name], (x,))


# Lazy layers


def test_a_lazy_layer_before_its_first_input() -> None:
    layer = nn.LazyLinear(3)
    assert repr(layer) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    assert [repr(parameter) for parameter in copy.deepcopy(layer).parameters()] == ["<UninitializedParameter>"] * 2
    with pytest.raises(ValueError, match="uninitialized parameter"):
        layer.weight + 1
    with pytest.raises(RuntimeError, match="Can't access the shape"):
        _ = layer.weight.shape


def test_a_lazy_layer_becomes_an_ordinary_one() -> None:
    model = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2)).double()
    assert model(tl.ones(2, 1, 5, 5, dtype=tl.float64)).shape == (2, 2)
    assert [type(layer) for layer in model] == [nn.Conv2d, nn.BatchNorm2d, nn.Flatten, nn.Linear]
    assert {parameter.dtype for parameter in model.parameters()} == {tl.float64}
    assert (model[1].num_features, model[3].in_features) == (4, 36)


def test_a_lazy_layer_takes_the_shapes_of_a_state_dict() -> None:
    lazy = nn.LazyLinear(3)
    lazy.load_state_dict(nn.Linear(5, 3).state_dict())
    assert lazy.weight.shape == (3, 5)


# State and recurrence


def test_running_statistics() -> None:
    layer, x = nn.BatchNorm1d(2, momentum=None), tl.tensor([[1.0, 2.0], [3.0, 6.0]])
    layer(x)
    layer(x + 2)
    assert layer.num_batches_tracked.item() == 2
    np.testing.assert_allclose(layer.running_mean.numpy(), [3, 5])
    np.testing.assert_allclose(layer.running_var.numpy(), [2, 8])
    before = layer.running_mean.clone()
    layer.eval()(x)
    assert tl.equal(before, layer.running_mean)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_packed_sequences_are_run_one_by_one(kind: Any) -> None:
    layer = kind(3, 4, bidirectional=True, dtype=tl.float64)
    parts = [tl.tensor(real(length, 3)) for length in (2, 5, 3)]
    output, last = layer(nn.utils.rnn.pack_sequence(parts, enforce_sorted=False))
    for part, found in zip(parts, nn.utils.rnn.unpack_sequence(output), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), layer(part)[0].detach().numpy(), rtol=1e-12)
    hidden = last[0] if isinstance(last, tuple) else last
    assert hidden.shape == (2, 3, 4)


def test_a_convolutional_network_learns() -> None:
    tl.manual_seed(0)
    images = tl.zeros(32, 1, 12, 12)
    images[:16, :, :, ::2], images[16:, :, ::2, :] = 1.0, 1.0  # upright and level stripes
    classes = (tl.arange(32) >= 16).long()
    images += 0.3 * tl.randn(32, 1, 12, 12)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.1), nn.Flatten(), nn.LazyLinear(2)
    )
    model(images)
    optimizer = tl.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), classes)
        loss.backward()
        optimizer.step()
    assert (model.eval()(images).argmax(1) == classes).float().mean().item() > 0.95
