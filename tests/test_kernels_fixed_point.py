"""Sums and differences in which nearly all digits cancel, against exact values."""

from __future__ import annotations

import numpy as np
import pytest
from exact import mp, ulps

from tinygrad_loss.kernels.divergence import kl_div
from tinygrad_loss.kernels.fixed_point import BITS, exponentials, log_less, log_of_sum
from tinygrad_loss.kernels.softmax import logsumexp

DEPTHS = (1e-300, 1e-20, 1e-3, 0.5, 1.0, 2.0**-18, 10.0, 511.5 / 512, 36.7, 300.0, 699.9)


def test_exponentials_to_47_digits():
    x = -np.array([0.0, *DEPTHS])
    for depth, e, halvings in zip(x, *exponentials(x), strict=True):
        off = mp.mpf(int(e)) / mp.mpf(2) ** (BITS + int(halvings)) / mp.exp(mp.mpf(float(depth))) - 1
        assert abs(off) < 1e-47, depth


@pytest.mark.parametrize("concentration", [0.01, 0.1, 1, 10])
@pytest.mark.parametrize("classes", [1, 2, 30])
def test_the_sum_of_probabilities_less_one(classes, concentration):
    rng = np.random.default_rng(classes)
    x = np.minimum(np.log(rng.dirichlet(np.full(classes, concentration), 20) + 1e-320), -1e-15)
    x[3] = [-1e-15, *[-np.inf] * (classes - 1)]
    want = [mp.log(mp.fsum(mp.exp(mp.mpf(float(v))) for v in row)) for row in x]
    assert ulps(log_of_sum(x), want, np.float64) <= 2
    assert ulps(logsumexp(x, 1), want, np.float64) <= 8


@pytest.mark.parametrize("nearness", [0.1, 1e-3, 1e-8, 1e-15, 0.0])
def test_two_nearly_equal_logarithms(nearness):
    x = -np.array(DEPTHS[2:])
    t = np.exp(x) * (1 + nearness)
    numbers = [(mp.mpf(float(a)), mp.mpf(float(b))) for a, b in zip(t, x, strict=True)]
    assert ulps(log_less(t, x), [mp.log(a) - b for a, b in numbers], np.float64) <= 4
    assert ulps(kl_div(x, t), [a * (mp.log(a) - b) for a, b in numbers], np.float64) <= 8


def test_of_many_what_the_wider_type_gives_is_left():
    x = np.log(np.random.default_rng(0).dirichlet(np.ones(100), 200))
    few, many = logsumexp(x[:40], 1), logsumexp(x, 1)
    np.testing.assert_array_equal(few, log_of_sum(x[:40]))
    limit = float(np.finfo(np.longdouble).eps) * 8
    assert 0 < np.abs(many - log_of_sum(x)).max() < limit


@pytest.mark.parametrize("wider", [np.longdouble, np.float64])
@pytest.mark.parametrize(("x", "t"), [(-400.0, np.exp(-480.0)), (-900.0, 1e-300), (-100.0, np.exp(-120.0)), (-0.5, 0.6)])
def test_what_is_not_near(x, t, wider, monkeypatch):
    """Also where there is no wider type than float64."""
    monkeypatch.setattr(np, "longdouble", wider)
    want = mp.mpf(float(t)) * (mp.log(mp.mpf(float(t))) - mp.mpf(x))
    assert ulps(kl_div(np.array([x]), np.array([t])), [want], np.float64) <= 8


def test_a_probability_of_one():
    assert kl_div(np.zeros(2), np.array([1.0, 0.5])).tolist() == [0.0, 0.5 * np.log(0.5)]
