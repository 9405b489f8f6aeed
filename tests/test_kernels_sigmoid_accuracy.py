"""The sigmoid family, binary cross-entropy and sums against exact values: at most 8 units in the last place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from exact import FLOATS, hard_numbers, mp, report, sigmoid, softplus, ulps, worst_of

from tinygrad_loss.kernels import binary_cross_entropy as binary, divergence, elementwise, reductions, sigmoid as kernels

LIMIT = 8.0

ones = np.ones_like

UNARY = {
    "sigmoid": (kernels.sigmoid, sigmoid),
    "sigmoid gradient": (
        lambda x: kernels.sigmoid_vjp(ones(x), kernels.sigmoid_and_tail(x)[1]),
        lambda x: sigmoid(x) * sigmoid(-x),
    ),
    "tanh": (kernels.tanh, mp.tanh),
    "tanh gradient": (lambda x: kernels.tanh_vjp(ones(x), x), lambda x: 1 / mp.cosh(x) ** 2),
    "logsigmoid": (kernels.logsigmoid, lambda x: -softplus(-x)),
    "logsigmoid gradient": (
        lambda x: kernels.logsigmoid_vjp(ones(x), x, kernels.logsigmoid_and_tail(x)[1]),
        lambda x: sigmoid(-x),
    ),
    "softplus, threshold 50": (lambda x: kernels.softplus(x, 1.0, 50.0), softplus),
    "softplus gradient, threshold 50": (lambda x: kernels.softplus_vjp(ones(x), x, 1.0, 50.0), sigmoid),
    "softplus, beta 2, threshold 50": (lambda x: kernels.softplus(x, 2.0, 50.0), lambda x: softplus(2 * x) / 2),
    "softplus": (kernels.softplus, lambda x: softplus(x) if x <= 20 else x),
    "softplus gradient": (lambda x: kernels.softplus_vjp(ones(x), x), lambda x: sigmoid(x) if x <= 20 else mp.one),
}
for label in (0, 1):
    UNARY |= {
        f"bce_with_logits, label {label}": (
            lambda x, label=label: binary.bce_with_logits(x, np.full_like(x, label)),
            lambda x, label=label: softplus(-x if label else x),
        ),
        f"bce_with_logits gradient, label {label}": (
            lambda x, label=label: binary.bce_with_logits_vjp(ones(x), x, np.full_like(x, label)),
            lambda x, label=label: -sigmoid(-x) if label else sigmoid(x),
        ),
        f"... in one pass, label {label}": (
            lambda x, label=label: binary.bce_with_logits_total_and_slope(x, np.full_like(x, label))[1],
            lambda x, label=label: -sigmoid(-x) if label else sigmoid(x),
        ),
        f"soft_margin, label {2 * label - 1}": (
            lambda x, label=label: binary.soft_margin(x, np.full_like(x, 2 * label - 1)),
            lambda x, label=label: softplus(-x if label else x),
        ),
        f"soft_margin gradient, label {2 * label - 1}": (
            lambda x, label=label: binary.soft_margin_vjp(ones(x), x, np.full_like(x, 2 * label - 1)),
            lambda x, label=label: -sigmoid(-x) if label else sigmoid(x),
        ),
    }


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
@pytest.mark.parametrize("name", UNARY)
def test_of_one_number(name, dtype):
    kernel, want = UNARY[name]
    report(name, dtype, worst_of(kernel, want, hard_numbers(dtype)), LIMIT)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_large_arrays_by_the_same_kernels(dtype):
    """Above a thousand elements the sign is set by its bit, not by copysign, and log1p may be formed from log."""
    x = np.resize(hard_numbers(dtype), 5000)
    for kernel in (kernels.sigmoid, kernels.logsigmoid, kernels.softplus):
        few = np.concatenate([kernel(x[i : i + 1000]) for i in range(0, 5000, 1000)])
        np.testing.assert_array_almost_equal_nulp(kernel(x), few, 8)


@pytest.mark.parametrize("fast", [False, True])
def test_log1p(monkeypatch, fast):
    t = np.exp(-np.abs(np.resize(hard_numbers(np.float32), 5000)))
    monkeypatch.setattr(elementwise, "_fast_log1p", lambda: fast)
    report("log1p of a tail", np.float32, worst_of(elementwise.log1p, mp.log1p, t), LIMIT / 2)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_slopes_of_large_arrays(dtype):
    x = np.resize(hard_numbers(dtype), 5000)
    y = (np.arange(5000) % 3 / 2).astype(dtype)
    slope = binary.bce_with_logits_vjp(ones(x), x, y)
    parts = [binary.bce_with_logits_vjp(ones(x[:100]), x[i : i + 100], y[i : i + 100]) for i in range(0, 5000, 100)]
    np.testing.assert_array_equal(slope, np.concatenate(parts))


SOFT = (0.1, 0.5, 0.9, 1 - 1e-6, 1e-6, 1e-30)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_soft_labels(dtype):
    """The value keeps its digits; in the gradient sigmoid(x) - y cancels, so it is held to units of the larger of
    (1 - y) sigmoid(x) and y sigmoid(-x)."""
    x = hard_numbers(dtype)
    values, slopes = {}, {}
    for label in SOFT:
        y = np.full_like(x, label)
        loss, slope = binary.bce_with_logits(x, y), binary.bce_with_logits_vjp(ones(x), x, y)
        t = mp.mpf(float(y[0]))
        for v, a, b in zip(x, loss, slope, strict=True):
            z, case = mp.mpf(float(v)), f"{v!r}, label {label}"
            values[case] = ulps([a], [t * softplus(-z) + (1 - t) * softplus(z)], dtype)
            larger = max((1 - t) * sigmoid(z), t * sigmoid(-z))
            unit = mp.mpf(float(np.spacing(dtype(float(larger)))))
            slopes[case] = float(abs(mp.mpf(float(b)) - (sigmoid(z) - t)) / unit)
    report("bce_with_logits, soft labels", dtype, values, LIMIT)
    report("bce_with_logits gradient, soft", dtype, slopes, LIMIT)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_positive_weight(dtype):
    x = hard_numbers(dtype)
    weight = np.full((), 3, dtype)
    values, slopes = {}, {}
    for label in (0.0, 0.3, 1.0):
        y = np.full_like(x, label)
        loss = binary.bce_with_logits(x, y, None, weight)
        slope = binary.bce_with_logits_vjp(ones(x), x, y, None, weight)
        t = mp.mpf(float(y[0]))
        for v, a, b in zip(x, loss, slope, strict=True):
            z, case = mp.mpf(float(v)), f"{v!r}, label {label}"
            values[case] = ulps([a], [3 * t * softplus(-z) + (1 - t) * softplus(z)], dtype)
            larger = max((1 - t) * sigmoid(z), 3 * t * sigmoid(-z))
            unit = mp.mpf(float(np.spacing(dtype(float(larger)))))
            slopes[case] = float(abs(mp.mpf(float(b)) - (1 - t) * sigmoid(z) + 3 * t * sigmoid(-z)) / unit)
    report("bce_with_logits, pos_weight", dtype, values, LIMIT)
    report("bce_with_logits gradient, pos_w.", dtype, slopes, LIMIT)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_bce_of_probabilities(dtype):
    p = np.concatenate([np.logspace(-30, -0.01, 200), 1 - np.logspace(-7, -0.5, 60)]).astype(dtype)
    p = p[(p > 0) & (p < 1)]
    values, slopes = {}, {}
    for label in (0.0, 1.0, 0.3):
        y = np.full_like(p, label)
        loss, slope = binary.bce(p, y), binary.bce_vjp(ones(p), p, y)
        t = mp.mpf(float(y[0]))
        for v, a, b in zip(p, loss, slope, strict=True):
            q, case = mp.mpf(float(v)), f"{v!r}, label {label}"
            values[case] = ulps([a], [-t * max(mp.log(q), -100) - (1 - t) * max(mp.log1p(-q), -100)], dtype)
            bound = mp.mpf(float(np.float32(1e-12)))
            want = (q - t) / max(q * (1 - q), bound)
            if abs(q - t) > 1e-3 or label in (0.0, 1.0):
                slopes[case] = ulps([b], [want], dtype)
    report("bce", dtype, values, LIMIT)
    report("bce gradient", dtype, slopes, LIMIT)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_kl_div(dtype):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(50)).astype(dtype), rng.dirichlet(np.ones(50))
    x = np.log(q).astype(dtype)
    plain, logarithmic = divergence.kl_div(x, p), divergence.kl_div(x, np.log(p), True)
    values, from_log = {}, {}
    for a, b, v, t, u in zip(plain, logarithmic, x, p, np.log(p), strict=True):
        v, t, u = (mp.mpf(float(n)) for n in (v, t, u))
        # In float64 log(t) - x can cancel: units of the larger term.
        scale = 1 if dtype is np.float32 else float(min(1, abs(mp.log(t) - v) / max(abs(v), abs(mp.log(t)))))
        values[repr(t)] = ulps([a], [t * (mp.log(t) - v)], dtype) * scale
        from_log[repr(u)] = ulps([b], [mp.exp(u) * (u - v)], dtype)
    report("kl_div", dtype, values, LIMIT)
    report("kl_div, log_target", dtype, from_log, LIMIT)
    none = divergence.kl_div(np.array([0.0, -1.0, -2.0], dtype), np.array([0.0, 0.0, 1.0], dtype))
    np.testing.assert_array_equal(none, np.array([0, 0, 2], dtype))


@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_mean_of_ten_million(shift):
    x = (np.random.default_rng(2).standard_normal(10_000_000, dtype=np.float32) + np.float32(shift)).astype(np.float32)
    want = mp.mpf(math.fsum(x.tolist())) / len(x)
    assert ulps([reductions.mean(x)], [want], np.float32) <= 4
    assert ulps([reductions.total(x)], [want * len(x)], np.float32) <= 4
    columns = x.reshape(-1, 4)
    wants = [mp.mpf(math.fsum(columns[:, j].tolist())) / len(columns) for j in range(4)]
    assert ulps(reductions.mean_along(columns, 0), wants, np.float32) <= 4


@pytest.mark.parametrize("axis", [0, 1, 2, (0, 1), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_float64_sums_along_any_axis(axis, order):
    x = np.asarray(np.random.default_rng(4).random((3000, 7, 11)) ** 5, order=order)
    got = reductions.total_along(x, axis)
    axes = (axis,) if isinstance(axis, int) else axis
    rows = np.moveaxis(x, axes, range(-len(axes), 0)).reshape(*got.shape, -1)
    want = [mp.mpf(math.fsum(row.tolist())) for row in rows.reshape(-1, rows.shape[-1])]
    assert ulps(got, want, np.float64) <= 4
    assert reductions.total_along(x, axis, keepdims=True).shape == x.sum(axis, keepdims=True).shape


def test_totals_of_losses():
    x = np.random.default_rng(1).normal(0, 5, 300_001).astype(np.float32)
    y = (x > 1).astype(np.float32)
    want = mp.mpf(math.fsum(binary.bce_with_logits(x, y).tolist()))
    assert ulps([np.float32(binary.bce_with_logits_total(x, y))], [want], np.float32) <= 2
    total, slope = binary.bce_with_logits_total_and_slope(x, y)
    assert ulps([np.float32(total)], [want], np.float32) <= 2
    np.testing.assert_array_equal(slope, binary.bce_with_logits_vjp(np.ones((), np.float32), x, y))
    assert x.size > elementwise.SMALL
