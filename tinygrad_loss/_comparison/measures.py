"""How far two arrays are apart: to a tolerance, and in units in the last place."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..graph.model import Values

#: The tolerances of torch.testing.assert_close, (rtol, atol) by dtype; all others must be equal.
TOLERANCES = {"float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
_BITS = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}


@dataclass(frozen=True)
class Tolerance:
    """How far numbers may be apart: by `atol + rtol * |theirs|`; None means assert_close's default for the dtype."""

    rtol: float | None = None
    atol: float | None = None

    def of(self, *dtypes: str) -> tuple[float, float]:
        """The (rtol, atol) for arrays of these dtypes: the wider ones where they differ."""
        known = [TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes]
        return (max(k[0] for k in known) if self.rtol is None else self.rtol, max(k[1] for k in known) if self.atol is None else self.atol)


@dataclass(frozen=True)
class Gap:
    """How far two arrays of one size are apart.

    `close` says whether they are equal to the tolerance. `ulps` is the largest distance in units in the last place (of the
    coarser dtype; infinite where only one is nan, or infinite), found at `place`, where the numbers are `ours` and `theirs`;
    `apart` is the largest difference of all. `count` of `size` numbers differ. Of arrays that are too large to be kept, the
    smallest, the mean and the largest number of each of up to 4096 parts are compared: then it is `summarised`, and `place` is
    which of the three, and of which part.
    """

    close: bool
    ulps: float
    place: tuple[int, ...]
    ours: float
    theirs: float
    apart: float
    count: int
    size: int
    dtype: str = "float64"
    summarised: bool = False

    def number(self, value: float) -> str:
        """A number with as many digits as tell it from its neighbours in the arrays' dtype."""
        return format(value, {"float64": ".17g", "float32": ".9g"}.get(self.dtype, ".6g"))

    @property
    def equal(self) -> bool:
        """Whether all numbers are the same, to the last bit (0 and -0 count as the same, and so do two nan)."""
        return self.count == 0


def gap(ours: Values, theirs: Values, tolerance: Tolerance) -> Gap | None:
    """How far two arrays are apart; None where the numbers are not known or their count differs. Arrays of one size and different
    shapes are compared in order."""
    if ours.array is None or theirs.array is None:
        if ours.shape != theirs.shape or ours.summary is None or theirs.summary is None:
            return None
        many = ours.parts is not None and theirs.parts is not None
        short = [Values.of(np.array(v.parts if many else v.summary), v.dtype) for v in (ours, theirs)]
        found = gap(short[0], short[1], tolerance)
        return None if found is None else replace(found, summarised=True)
    if ours.array.size != theirs.array.size:
        return None
    if ours.array.dtype.kind == "c" and theirs.array.dtype.kind == "c":
        return gap(_real(ours.array), _real(theirs.array), tolerance)
    a, b = ours.array.reshape(-1), theirs.array.reshape(-1)
    if a.dtype.kind == "c" or b.dtype.kind == "c":
        return None
    if a.dtype == b.dtype and a.size and a.tobytes() == b.tobytes():  # mostly so, and soon told
        first = float(a[0])
        return Gap(True, 0.0, (0,) * len(ours.shape), first, first, 0.0, 0, int(a.size), coarser(ours.dtype, theirs.dtype))
    if a.dtype.kind != "f" and b.dtype.kind != "f":
        distance = np.abs(a.astype(np.float64) - b.astype(np.float64))
    else:
        distance = ulps_between(a, b, coarser(ours.dtype, theirs.dtype))
    if not a.size:
        return Gap(True, 0.0, (), math.nan, math.nan, 0.0, 0, 0)
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    rtol, atol = tolerance.of(ours.dtype, theirs.dtype)
    with np.errstate(all="ignore"):
        same = (wide_a == wide_b) | (np.isnan(wide_a) & np.isnan(wide_b))
        apart = np.where(same, 0.0, np.abs(wide_a - wide_b))
        close = same | (np.isfinite(wide_a) & np.isfinite(wide_b) & (apart <= atol + rtol * np.abs(wide_b)))
    worst = int(np.argmax(distance))
    place = tuple(int(i) for i in np.unravel_index(worst, ours.shape)) if ours.shape else ()
    return Gap(bool(close.all()), float(distance[worst]), place, float(wide_a[worst]), float(wide_b[worst]),
               float(np.where(np.isnan(apart), np.inf, apart).max()), int((~same).sum()), int(a.size), coarser(ours.dtype, theirs.dtype))


def _real(array: NDArray[np.generic]) -> Values:
    """Complex numbers as pairs of real ones, along a dimension more."""
    pairs = np.ascontiguousarray(array).reshape(*array.shape, 1).view(np.float32 if array.dtype == np.complex64 else np.float64)
    return Values.of(pairs)


def coarser(one: str, other: str) -> str:
    """The floating dtype with fewer digits of two; the other one where only one is a floating dtype."""
    return min((one, other), key=lambda dtype: _BITS.get(dtype, 99))


def ulps_between(a: NDArray[np.generic], b: NDArray[np.generic], dtype: str = "") -> NDArray[np.float64]:
    """The distance of floating-point numbers in units in the last place of `dtype` (theirs, unless it is given): how many
    steps from number to next number lead from the one to the other. 0 and -0 are one number; two nan are 0 apart, a nan and a
    number are infinitely far apart, and so are an infinity and a number.

    >>> one = np.array([1.0, 0.0], dtype=np.float32)
    >>> ulps_between(one, np.nextafter(one, np.float32(2)))
    array([1., 1.])
    """
    dtype = dtype or str(a.dtype)
    kind = {"float16": np.float16, "float64": np.float64}.get(dtype, np.float32)
    shift = 16 if dtype == "bfloat16" else 0
    with np.errstate(all="ignore"):
        x, y = (_steps(array.astype(kind)) >> shift for array in (a, b))
        far = np.maximum(x, y).view(np.uint64) - np.minimum(x, y).view(np.uint64)  # right where an int64 would overflow
    nans = np.isnan(a.astype(np.float64)), np.isnan(b.astype(np.float64))
    distance = np.where(nans[0] & nans[1], 0.0, np.asarray(far, dtype=np.float64))
    infinite = np.isinf(a.astype(np.float64)), np.isinf(b.astype(np.float64))
    return np.where((nans[0] ^ nans[1]) | (infinite[0] ^ infinite[1]), np.inf, distance)


def _steps(array: NDArray[np.floating]) -> NDArray[np.int64]:
    """Floating-point numbers as integers in the same order: neighbours are one apart."""
    size = array.dtype.itemsize * 8
    whole = array.view(f"i{array.dtype.itemsize}").astype(np.int64)
    return np.where(whole < 0, -(whole + (1 << (size - 1)) if size < 64 else whole & 0x7FFFFFFFFFFFFFFF), whole)


def ulps_text(ulps: float) -> str:
    """A distance in words.

    >>> ulps_text(0.0), ulps_text(3.0), ulps_text(1234567.0), ulps_text(math.inf)
    ('equal', '3 ulp', '1.2e+06 ulp', 'inf or nan')
    """
    if ulps == 0:
        return "equal"
    if math.isinf(ulps):
        return "inf or nan"
    return f"{ulps:.0f} ulp" if ulps < 100_000 else f"{ulps:.1e} ulp"
