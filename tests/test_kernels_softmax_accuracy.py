"""The softmax family against exact values: at most 8 units in the last place, value and gradient."""

from __future__ import annotations

import numpy as np
import pytest
from exact import FLOATS, ExactRow, hard_rows, mp, report, ulps

from tinygrad_loss.kernels import cross_entropy, softmax

LIMIT = 8.0


@pytest.fixture(scope="module", params=FLOATS, ids=lambda d: d.__name__)
def cases(request):
    dtype = request.param
    return dtype, [(name, row, ExactRow(row)) for name, row in hard_rows(dtype).items()]


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_values(cases, name):
    dtype, rows = cases
    kernel = getattr(softmax, name)
    report(name, dtype, {case: ulps(kernel(row, -1), getattr(e, name)(), dtype) for case, row, e in rows}, LIMIT)


def test_logsumexp(cases):
    dtype, rows = cases
    report("logsumexp", dtype, {case: ulps([softmax.logsumexp(row, -1)], [e.logsumexp()], dtype) for case, row, e in rows}, LIMIT)


def targets(e: ExactRow) -> set[int]:
    return {e.peak, 0, len(e.x) - 1, len(e.x) // 2, min(range(len(e.x)), key=lambda i: e.x[i])}


def test_cross_entropy(cases):
    dtype, rows = cases
    values, slopes = {}, {}
    for case, row, e in rows:
        for target in targets(e):
            loss, state = cross_entropy.forward(row[None], np.array([target]))
            gradient = cross_entropy.backward(state, np.ones((), dtype))
            values[f"{case}, target {target}"] = ulps(loss, [e.loss(target)], dtype)
            slopes[f"{case}, target {target}"] = ulps(gradient, e.slope(target), dtype)
    report("cross_entropy", dtype, values, LIMIT)
    report("cross_entropy gradient", dtype, slopes, LIMIT)


def test_log_probabilities_of_the_state(cases):
    dtype, rows = cases
    kept, recovered = {}, {}
    for case, row, e in rows:
        state = cross_entropy.forward(row[None], np.array([0]))[1]
        kept[case] = ulps(cross_entropy.log_probabilities(state, row[None]), e.log_softmax(), dtype)
        held = state.rows.values[0] > np.finfo(dtype).tiny * 100
        without = cross_entropy.log_probabilities(state)[0]
        recovered[case] = ulps(without[held], [w for w, h in zip(e.log_softmax(), held, strict=True) if h], dtype)
    report("log-probabilities of a state", dtype, kept, LIMIT)
    report("... without the logits", dtype, recovered, LIMIT)


def test_vjps_of_one_class(cases):
    """The gradients that a loss of one class sends back: one number at the target, zero elsewhere."""
    dtype, rows = cases
    of_softmax, of_log, of_result = {}, {}, {}
    for case, row, e in rows:
        p = softmax.softmax(row, 0)
        result, kept = softmax.log_softmax_and_rows(row, 0)
        for target in targets(e):
            g = np.zeros_like(row)
            g[target] = -1
            p_t = e.softmax()[target]
            want = [p_t * q for q in e.softmax()]
            want[target] = p_t * e.slope(target)[target]
            name = f"{case}, target {target}"
            of_softmax[name] = ulps(softmax.softmax_vjp(g, p, 0), want, dtype)
            of_log[name] = ulps(softmax.log_softmax_vjp(g, result, 0, kept), e.slope(target), dtype)
            # From the result alone, exp makes its rounding larger: by half a unit for each 1 that it lies below 0.
            off = softmax.log_softmax_vjp(g, result, 0)
            lowest = max(float(-r) for r, q in zip(e.log_softmax(), p, strict=True) if q > 0)
            of_result[name] = ulps(off, e.slope(target), dtype) / (1 + lowest / 2)
    report("softmax gradient", dtype, of_softmax, LIMIT)
    report("log_softmax gradient", dtype, of_log, LIMIT)
    report("... from the result, by its depth", dtype, of_result, LIMIT)


def test_vjps_of_any_cotangent(cases):
    """Terms of either sign may cancel, exactly or nearly: the error is held to a few units of the larger term."""
    dtype, rows = cases
    rng = np.random.default_rng(5)
    of_softmax, of_log = {}, {}
    for case, row, e in rows:
        if len(row) > 100:
            continue  # the exact one is quadratic in the classes
        g = rng.normal(0, 1, len(row)).astype(dtype)
        exactly = [mp.mpf(float(v)) for v in g]
        size, reach, unit = max(abs(v) for v in exactly), sum(abs(v) for v in exactly), mp.mpf(float(np.finfo(dtype).eps))
        p = e.softmax()
        result, kept = softmax.log_softmax_and_rows(row, 0)
        tiny = mp.mpf(float(np.finfo(dtype).smallest_subnormal))
        of_softmax[case] = max(
            float(abs(mp.mpf(float(a)) - w) / (q * size * unit + tiny))
            for a, w, q in zip(softmax.softmax_vjp(g, softmax.softmax(row, 0), 0), e.softmax_vjp(exactly), p, strict=True)
        )
        of_log[case] = max(
            float(abs(mp.mpf(float(a)) - w) / ((q * reach + abs(v)) * unit + tiny))
            for a, w, q, v in zip(
                softmax.log_softmax_vjp(g, result, 0, kept), e.log_softmax_vjp(exactly), p, exactly, strict=True
            )
        )
    report("softmax gradient, any cotangent", dtype, of_softmax, LIMIT)
    report("log_softmax, any cotangent", dtype, of_log, LIMIT)


def test_hundred_thousand_classes(cases):
    dtype = cases[0]
    row = np.random.default_rng(1).normal(0, 4, 100_000).astype(dtype)
    e = ExactRow(row)
    some = sorted({e.peak, *range(0, len(row), 997)})
    values, slopes = {}, {}
    for target in (e.peak, 17):
        loss, state = cross_entropy.forward(row[None], np.array([target]))
        gradient = cross_entropy.backward(state, np.ones((), dtype))[0]
        places = sorted({*some, target})
        p = [e.e[i] / e.total for i in places]
        want = [q if i != target else q - 1 for q, i in zip(p, places, strict=True)]
        values[f"target {target}"] = ulps(loss, [e.loss(target)], dtype)
        slopes[f"target {target}"] = ulps(gradient[places], want, dtype)
    report("cross_entropy, 100,000 classes", dtype, values, LIMIT)
    report("cross_entropy gradient, 100,000", dtype, slopes, LIMIT)
