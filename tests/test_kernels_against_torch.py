"""The kernels beside PyTorch's own, on ordinary numbers and on the ones that it treats in a way of its own."""

from __future__ import annotations

import numpy as np
import pytest

from tinygrad_loss.kernels import binary_cross_entropy as binary, cross_entropy, divergence, sigmoid, softmax

pytestmark = pytest.mark.torch

DTYPES = (np.float32, np.float64)
INF, NAN = np.inf, np.nan

# Rows with infinities and nan, each PyTorch's to decide about.
ODD_ROWS = np.array(
    [
        [1.0, 2.0, 3.0],
        [-INF, 0.5, -1.0],
        [-INF, -1e3, -1e3 - 1],
        [-INF, -INF, -INF],
        [INF, 1.0, -INF],
        [INF, INF, 0.0],
        [NAN, 1.0, 2.0],
        [-INF, NAN, INF],
        [1e30, -1e30, 0.0],
        [-3e38, 3e38, 3e38],
    ]
)


def close(got, want, dtype):
    want = want.detach().numpy()
    assert got.dtype == want.dtype and got.shape == want.shape
    tolerance = 2e-6 if dtype == np.float32 else 4e-15
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("shape, axis", [((4, 5), 1), ((4, 5), 0), ((3, 4, 5), 1), ((6,), 0), ((), 0), ((2, 0), 0), ((0, 3), 1)])
def test_softmax_and_its_like(torch, name, shape, axis, dtype):
    x = np.random.default_rng(0).normal(0, 3, shape).astype(dtype)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = getattr(torch, name)(leaf, axis)
    got = getattr(softmax, name)(x, axis)
    close(got, want, dtype)
    g = np.random.default_rng(1).normal(0, 1, got.shape).astype(dtype)
    want.backward(torch.from_numpy(g))
    if name == "softmax":
        close(softmax.softmax_vjp(g, got, axis), leaf.grad, dtype)
    elif name == "log_softmax":
        close(softmax.log_softmax_vjp(g, got, axis), leaf.grad, dtype)
        result, kept = softmax.log_softmax_and_rows(x, axis)
        np.testing.assert_array_equal(result, got)
        close(softmax.log_softmax_vjp(g, got, axis, kept), leaf.grad, dtype)
    else:
        kept_axis = np.expand_dims(g, axis) if shape else g
        result = np.expand_dims(got, axis) if shape else got
        close(softmax.logsumexp_vjp(kept_axis, x, result, axis), leaf.grad, dtype)


@pytest.mark.parametrize("axis, keepdims", [((0, 2), False), ((0, 1, 2), True), ((1,), True), ((-1, 0), True)])
def test_logsumexp_along_several_axes(torch, axis, keepdims):
    x = np.random.default_rng(0).normal(0, 3, (3, 4, 5))
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = torch.logsumexp(leaf, axis, keepdims)
    close(softmax.logsumexp(x, axis, keepdims), want, np.float64)
    want.sum().backward()
    result = softmax.logsumexp(x, axis, keepdims=True)
    close(softmax.logsumexp_vjp(np.ones_like(result), x, result, axis), leaf.grad, np.float64)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_rows_with_infinities(torch, name, dtype):
    with np.errstate(over="ignore"):
        x = ODD_ROWS.astype(dtype)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = getattr(torch, name)(leaf, 1)
    close(getattr(softmax, name)(x, 1), want, dtype)
    if name == "logsumexp":
        want.sum().backward()
        result = softmax.logsumexp(x, 1, keepdims=True)
        odd = ~np.isfinite(result[:, 0])  # PyTorch's exp(x - result) is rounded too coarsely in the other rows
        close(softmax.logsumexp_vjp(np.ones_like(result), x, result, 1)[odd], leaf.grad[odd], dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignore_index", [-100, 2, 7])
def test_cross_entropy(torch, weighted, ignore_index, dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(0, 3, (30, 4)).astype(dtype)
    target = rng.integers(0, 4, 30)
    target[::5] = ignore_index
    weight = rng.random(4).astype(dtype) if weighted else None
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = torch.nn.functional.cross_entropy(
        leaf,
        torch.from_numpy(target),
        None if weight is None else torch.from_numpy(weight),
        ignore_index=ignore_index,
        reduction="none",
    )
    got, state = cross_entropy.forward(x, target, weight, ignore_index)
    close(got, want, dtype)
    g = rng.normal(0, 1, 30).astype(dtype)
    want.backward(torch.from_numpy(g))
    close(cross_entropy.log_probabilities(state, x), torch.log_softmax(leaf, 1), dtype)
    kept = cross_entropy.backward(state, g)
    close(kept, leaf.grad, dtype)
    close(cross_entropy.log_probabilities(state), torch.log_softmax(leaf, 1), dtype)
    spent = cross_entropy.backward(state, g, in_place=True)
    np.testing.assert_array_equal(spent, kept)
    assert spent is state.rows.values
    mean = torch.nn.functional.cross_entropy(
        leaf, torch.from_numpy(target), None if weight is None else torch.from_numpy(weight), ignore_index=ignore_index
    )
    np.testing.assert_allclose(got.sum() / state.total_weight(), mean.item(), rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", [0, 1, 2, -100])
def test_cross_entropy_of_rows_with_infinities(torch, target, dtype):
    with np.errstate(over="ignore"):
        x = ODD_ROWS.astype(dtype)[:-1]
    classes = np.full(len(x), target)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = torch.nn.functional.cross_entropy(leaf, torch.from_numpy(classes), reduction="none")
    got, state = cross_entropy.forward(x, classes)
    close(got, want, dtype)
    want.backward(torch.ones(len(x), dtype=want.dtype))
    close(cross_entropy.backward(state, np.ones(len(x), dtype)), leaf.grad, dtype)


@pytest.mark.parametrize("target", [5, -1, 4])
def test_target_out_of_bounds(torch, target):
    x, classes = np.zeros((3, 4), np.float32), np.array([0, target, 1])
    with pytest.raises(IndexError, match=f"Target {target} is out of bounds"):
        torch.nn.functional.cross_entropy(torch.from_numpy(x), torch.from_numpy(classes))
    with pytest.raises(IndexError, match=rf"Target {target} is out of bounds.*target\[1\]"):
        cross_entropy.forward(x, classes)


ODD_NUMBERS = np.array([0.0, -0.0, 1.0, -1.0, 30.0, -30.0, 90.0, -90.0, 1e4, -1e4, INF, -INF, NAN])
UNARY = {
    "sigmoid": (lambda g, x: (sigmoid.sigmoid(x), sigmoid.sigmoid_vjp(g, sigmoid.sigmoid_and_tail(x)[1])), "sigmoid"),
    "tanh": (lambda g, x: (sigmoid.tanh(x), sigmoid.tanh_vjp(g, x)), "tanh"),
    "logsigmoid": (
        lambda g, x: (sigmoid.logsigmoid(x), sigmoid.logsigmoid_vjp(g, x, sigmoid.logsigmoid_and_tail(x)[1])),
        "nn.functional.logsigmoid",
    ),
    "softplus": (lambda g, x: (sigmoid.softplus(x), sigmoid.softplus_vjp(g, x)), "nn.functional.softplus"),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(torch, name, dtype):
    kernel, path = UNARY[name]
    fn = torch
    for part in path.split("."):
        fn = getattr(fn, part)
    x = np.concatenate([np.random.default_rng(0).normal(0, 5, 50), ODD_NUMBERS]).astype(dtype)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = fn(leaf)
    want.backward(torch.ones_like(want))
    value, gradient = kernel(np.ones_like(x), x)
    close(value, want, dtype)
    close(gradient, leaf.grad, dtype)


@pytest.mark.parametrize("beta, threshold", [(1, 2), (3, 20), (0.5, 1), (1, 1000), (-1, 20)])
def test_softplus_with_beta_and_threshold(torch, beta, threshold):
    x = np.random.default_rng(0).normal(0, 9, 200)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = torch.nn.functional.softplus(leaf, beta, threshold)
    want.sum().backward()
    close(sigmoid.softplus(x, beta, threshold), want, np.float64)
    close(sigmoid.softplus_vjp(np.ones_like(x), x, beta, threshold), leaf.grad, np.float64)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("positive", [False, True])
def test_bce_with_logits(torch, positive, weighted, dtype):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 5, (30, 3)), np.zeros((1, 3)), -np.zeros((1, 3))]).astype(dtype)
    y = rng.random(x.shape).astype(dtype)
    y[:10] = y[:10] > 0.5
    y[10:13] = rng.normal(0, 2, (3, 3))  # labels outside [0, 1] are not forbidden
    weight = rng.random((32, 1)).astype(dtype) if weighted else None
    pos_weight = (rng.random(3) * 4).astype(dtype) if positive else None
    leaf, target = torch.from_numpy(x.copy()).requires_grad_(), torch.from_numpy(y.copy()).requires_grad_()
    want = torch.nn.functional.binary_cross_entropy_with_logits(
        leaf,
        target,
        None if weight is None else torch.from_numpy(weight),
        pos_weight=None if pos_weight is None else torch.from_numpy(pos_weight),
        reduction="none",
    )
    close(binary.bce_with_logits(x, y, weight, pos_weight), want, dtype)
    np.testing.assert_allclose(binary.bce_with_logits_total(x, y, weight, pos_weight), want.sum().item(), rtol=1e-5)
    g = rng.normal(0, 1, x.shape).astype(dtype)
    want.backward(torch.from_numpy(g))
    close(binary.bce_with_logits_vjp(g, x, y, weight, pos_weight), leaf.grad, dtype)
    close(binary.bce_with_logits_target_vjp(g, x, weight, pos_weight), target.grad, dtype)
    if pos_weight is None:
        total, slope = binary.bce_with_logits_total_and_slope(x, y, weight)
        np.testing.assert_allclose(total, want.sum().item(), rtol=1e-5)
        close(slope * g, leaf.grad, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
def test_bce(torch, weighted, dtype):
    rng = np.random.default_rng(0)
    p = np.concatenate([rng.random(50), [0, 1, 0, 1, 1e-30, 0.5]]).astype(dtype)
    y = np.concatenate([rng.random(50), [0, 1, 1, 0, 0, 0.5]]).astype(dtype)
    weight = rng.random(p.shape).astype(dtype) if weighted else None
    leaf, target = torch.from_numpy(p.copy()).requires_grad_(), torch.from_numpy(y.copy()).requires_grad_()
    want = torch.nn.functional.binary_cross_entropy(
        leaf, target, None if weight is None else torch.from_numpy(weight), reduction="none"
    )
    close(binary.bce(p, y, weight), want, dtype)
    want.sum().backward()
    g = np.ones_like(p)
    close(binary.bce_vjp(g, p, y, weight), leaf.grad, dtype)
    np.testing.assert_allclose(binary.bce_target_vjp(g, p, weight), target.grad.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
def test_soft_margin_and_divergence(torch, dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(0, 5, 40).astype(dtype)
    y = np.sign(rng.normal(0, 1, 40)).astype(dtype)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    want = torch.nn.functional.soft_margin_loss(leaf, torch.from_numpy(y), reduction="none")
    want.sum().backward()
    close(binary.soft_margin(x, y), want, dtype)
    close(binary.soft_margin_vjp(np.ones_like(x), x, y), leaf.grad, dtype)
    for log_target in (False, True):
        x, t = np.log(rng.dirichlet(np.ones(9), 4)).astype(dtype), rng.dirichlet(np.ones(9), 4).astype(dtype)
        t = np.log(t) if log_target else np.where(t < 0.05, 0, t).astype(dtype)
        leaf = torch.from_numpy(x.copy()).requires_grad_()
        want = torch.nn.functional.kl_div(leaf, torch.from_numpy(t), reduction="none", log_target=log_target)
        want.sum().backward()
        close(divergence.kl_div(x, t, log_target), want, dtype)
        close(divergence.kl_div_vjp(np.ones_like(x), x, t, log_target), leaf.grad, dtype)
