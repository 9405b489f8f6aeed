"""erf, erfinv, lgamma and polygamma against fifty digits of mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from tinygrad_loss.kernels import special

REAL = [-7.3, -2.5, -0.7, -1e-3, 1e-8, 0.1, 0.5, 1.0, 1.4616, 3.0, 9.99, 10.01, 40.0]
POSITIVE = [x for x in REAL if x > 0]
UNIT = [-0.999999, -0.5, -1e-9, 1e-3, 0.3, 0.499, 0.501, 0.9, 1 - 1e-12]

CASES: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], list[float]]] = [
    ("erf", special.erf, mpmath.erf, REAL),
    ("erfc", special.erfc, mpmath.erfc, [x for x in REAL if x < 20]),
    ("erfinv", special.erfinv, mpmath.erfinv, UNIT),
    ("lgamma", special.lgamma, lambda x: mpmath.log(abs(mpmath.gamma(x))), REAL),
    ("digamma", lambda x: special.polygamma(0, x), mpmath.digamma, REAL),
    ("trigamma", lambda x: special.polygamma(1, x), lambda x: mpmath.polygamma(1, x), REAL),
    ("polygamma 2", lambda x: special.polygamma(2, x), lambda x: mpmath.polygamma(2, x), REAL),
    ("polygamma 5", lambda x: special.polygamma(5, x), lambda x: mpmath.polygamma(5, x), POSITIVE),
]


@pytest.mark.parametrize(("ours", "exact", "points"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_against_mpmath(ours: Any, exact: Any, points: list[float]) -> None:
    with mpmath.workdps(50):
        expected = [float(exact(mpmath.mpf(x))) for x in points]
    found = ours(np.array(points))
    assert found == pytest.approx(expected, rel=3e-13, abs=3e-14)


@pytest.mark.parametrize(
    ("ours", "points", "expected"),
    [
        (special.lgamma, [0.0, -1.0, np.inf, -np.inf, 1e308], [np.inf] * 5),
        (special.erfinv, [1.0, -1.0, 1.5, np.nan, 0.0], [np.inf, -np.inf, np.nan, np.nan, 0.0]),
        (lambda x: special.polygamma(0, x), [0.0, -1.0, np.inf, np.nan], [-np.inf, np.nan, np.inf, np.nan]),
    ],
)
def test_ends(ours: Any, points: list[float], expected: list[float]) -> None:
    np.testing.assert_array_equal(ours(np.array(points)), expected)


def test_shape_and_dtype_are_kept() -> None:
    for function in (special.erf, special.erfinv, special.lgamma):
        out = function(np.full((2, 0, 3), 0.5, np.float32))
        assert out.shape == (2, 0, 3) and out.dtype == np.float32
