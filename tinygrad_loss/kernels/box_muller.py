"""Normal numbers from uniform ones, rounded as PyTorch's CPU kernels round them.

Box and Muller (1958): for independent uniforms u and v the two numbers

    sqrt(-2 log u) cos(2 pi v)   and   sqrt(-2 log u) sin(2 pi v)

are independent and normal, with mean 0 and standard deviation 1.

PyTorch's kernels multiply and add in one instruction that rounds once (a fused multiply-add), and its float32 kernel
takes log, sin and cos from the single-precision polynomials of S. Moshier's Cephes library. Both are done again here,
so that the numbers come out the same to the last bit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

BLOCK = 16
"""Normals made at once: cosines of 8 pairs of uniforms, then their sines."""

_ROWS = 2048  # blocks worked on together: the temporaries stay in the cache
_CHUNK = 8192
_SMALL = 64
_SPLIT = 134217729.0  # 2**27 + 1

_LOG = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)  # fmt: skip
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_LN2 = (0.693359375, -2.12194440e-4)  # log 2 in two parts, the first exact in few bits
_QUARTER_PI = (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)
_HALF = np.float32(0.5)


def fma32(a: F32, b: F32 | np.float32, c: F32 | np.float32) -> F32:
    """a * b + c in float32, rounded once.

    The product is exact in float64; the sum is rounded there first, which changes the result about once in 2**29.

    >>> fma32(np.float32([3]), np.float32(2), np.float32(1))
    array([7.], dtype=float32)
    """
    total = a.astype(np.float64)
    total *= b
    total += c
    return total.astype(np.float32)


def affine32(x: F32, scale: np.float32, shift: np.float32) -> F32:
    """x * scale + shift in float32, rounded once, in every case.

    >>> affine32(np.float32([0.5]), np.float32(3), np.float32(1))
    array([2.5], dtype=float32)
    """
    if len(x) > _CHUNK:
        return np.concatenate([affine32(part, scale, shift) for part in _parts(x)])
    product = x.astype(np.float64) * scale
    return _to_odd(*_two_sum(product, float(shift))).astype(np.float32)


def affine64(x: F64, scale: float, shift: float) -> F64:
    """x * scale + shift in float64, rounded once, out of exact sums and products.

    T. J. Dekker, Numerische Mathematik 18 (1971); S. Boldo and G. Melquiond, IEEE Trans. Comp. 57 (2008).

    >>> float(affine64(np.array([1 + 2**-30]), 1 + 2**-30, -1 - 2**-29)[0]) == 2.0**-60
    True
    """
    if shift == 0 or scale == 1:
        return x * scale + shift
    if len(x) > _CHUNK:
        return np.concatenate([affine64(part, scale, shift) for part in _parts(x)])
    with np.errstate(over="ignore", invalid="ignore"):
        product = x * scale
        (x_high, x_low), (high, low) = _split(x), _split(scale)
        error = ((x_high * high - product) + x_high * low + x_low * high) + x_low * low
        rest, rest_error = _two_sum(error, shift)
        total, total_error = _two_sum(product, rest)
        total += _to_odd(*_two_sum(total_error, rest_error))
        return np.where(np.isfinite(total), total, product + shift)


def _parts(x: NDArray[Any]) -> list[NDArray[Any]]:
    return [x[start : start + _CHUNK] for start in range(0, len(x), _CHUNK)]


def _split(x: Any) -> tuple[Any, Any]:
    """x as the sum of two numbers of half as many digits, whose products are exact."""
    high = x * _SPLIT
    high = high - (high - x)
    return high, x - high


def _two_sum(a: F64, b: F64 | float) -> tuple[F64, F64]:
    """a + b as the rounded sum and its rounding error."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _to_odd(total: F64, error: F64) -> F64:
    """The rounded sum, or its neighbour, whichever ends in a 1 bit: rounding that to fewer digits is right."""
    if not error.any():
        return total
    even = (total.view(np.int64) & 1) == 0
    return np.where(even & (error != 0), np.nextafter(total, np.copysign(np.inf, error)), total)


def _polynomial(coefficients: tuple[float, ...], x: F32) -> F32:
    """Horner's rule, each step rounded once."""
    wide = x.astype(np.float64)
    value = np.full_like(x, coefficients[0])
    step = np.empty_like(wide)
    for coefficient in coefficients[1:]:
        step[...] = value
        step *= wide
        step += np.float32(coefficient)
        value[...] = step
    return value


def log32(x: F32) -> F32:
    """log(x) of positive normal float32 numbers, as Cephes' logf computes it.

    >>> log32(np.float32([1, 0.5]))
    array([ 0.       , -0.6931472], dtype=float32)
    """
    fraction, exponent = np.frexp(x)  # x = fraction * 2**exponent, fraction in [1/2, 1)
    low = fraction < np.float32(0.707106781186547524)
    power = (exponent - low).astype(np.float32)
    fraction = (fraction - np.float32(1)) + np.where(low, fraction, np.float32(0))
    square = fraction * fraction
    value = _polynomial(_LOG, fraction) * fraction
    value = fma32(value, square, power * np.float32(_LN2[1]))
    value = fma32(-square, _HALF, value)
    return fma32(power, np.float32(_LN2[0]), fraction + value)


def sin_cos32(x: F32) -> tuple[F32, F32]:
    """(sin x, cos x) of float32 numbers in [0, 8192), as Cephes' sinf and cosf compute them.

    >>> sin_cos32(np.float32([0]))
    (array([0.], dtype=float32), array([1.], dtype=float32))
    """
    octant = ((x * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    count = octant.astype(np.float32)
    for part in _QUARTER_PI:
        x = fma32(count, np.float32(-part), x)
    square = x * x
    cos = fma32(_polynomial(_COS, square) * square, square, -(square * _HALF)) + np.float32(1)
    sin = fma32(_polynomial(_SIN, square) * square, x, x)
    swap = (octant & 2) != 0
    first, second = np.where(swap, cos, sin), np.where(swap, sin, cos)
    np.negative(first, out=first, where=(octant & 4) != 0)
    np.negative(second, out=second, where=((octant + 2) & 4) != 0)
    return first, second


def fill32(uniforms: F32, mean: float, std: float) -> None:
    """Turn float32 uniforms, (blocks, 16), into normals in place.

    >>> numbers = np.full((1, 16), 0.5, np.float32)
    >>> fill32(numbers, 0.0, 1.0)
    >>> numbers[0, [0, 8]]
    array([-1.17741001e+00, -1.02932454e-07], dtype=float32)
    """
    scale, shift = np.float32(std), np.float32(mean)
    for start in range(0, len(uniforms), _ROWS):
        rows = uniforms[start : start + _ROWS]
        radius = np.sqrt(np.float32(-2) * log32(np.float32(1) - rows[:, :8]))
        sin, cos = sin_cos32(rows[:, 8:] * np.float32(2 * math.pi))
        rows[:, :8] = affine32(radius * cos, scale, shift)
        rows[:, 8:] = affine32(radius * sin, scale, shift)


def fill64(uniforms: F64, mean: float, std: float) -> None:
    """Turn float64 uniforms, (blocks, 16), into normals in place.

    >>> numbers = np.full((1, 16), 0.5)
    >>> fill64(numbers, 0.0, 1.0)
    >>> numbers[0, 0].round(12)
    np.float64(-1.177410022515)
    """
    for start in range(0, len(uniforms), _ROWS):
        rows = uniforms[start : start + _ROWS]
        radius = np.sqrt(-2 * np.log(1 - rows[:, :8]))
        theta = 2 * math.pi * rows[:, 8:]
        rows[:, :8] = affine64(radius * np.cos(theta), std, mean)
        rows[:, 8:] = affine64(radius * np.sin(theta), std, mean)


def pairs(uniforms: F64) -> F64:
    """Normals, one for each of an even number of float64 uniforms: of u, v the radius is made of v, the angle of u.

    >>> pairs(np.array([0.0, 0.5])).round(6)
    array([1.17741, 0.     ])
    """
    angle, height = uniforms[0::2], uniforms[1::2]
    if len(uniforms) <= _SMALL:  # the C library's functions, which are also PyTorch's here
        numbers: list[float] = []
        for u, v in zip(angle.tolist(), height.tolist(), strict=True):
            r, theta = math.sqrt(-2 * math.log1p(-v)), 2 * math.pi * u
            numbers += (r * math.cos(theta), r * math.sin(theta))
        return np.array(numbers)
    radius, theta = np.sqrt(-2 * np.log1p(-height)), 2 * math.pi * angle
    both = np.empty_like(uniforms)
    np.multiply(radius, np.cos(theta), out=both[0::2])
    np.multiply(radius, np.sin(theta), out=both[1::2])
    return both
