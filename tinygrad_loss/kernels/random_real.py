"""Draws of real numbers: uniform, normal, and what is made of them, with PyTorch's CPU numbers.

Float32 numbers equal PyTorch's bit for bit. Where a logarithm or a sine in float64 enters, NumPy's and the C library's
may differ in the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinygrad_loss.kernels import box_muller
from tinygrad_loss.kernels.memory_order import Array, fill, room
from tinygrad_loss.kernels.mersenne import Mersenne
from tinygrad_loss.kernels.random_checks import FLOATS, SIGNED, check_continuous, check_std, check_supported, names

Shape = int | Sequence[int]


class RealDraws(Mersenne):
    """A Mersenne Twister and the draws of real numbers made of its words.

    >>> from tinygrad_loss.kernels.random_real import RealDraws
    >>> RealDraws(0).rand(2)
    array([0.4962566, 0.7682218], dtype=float32)
    """

    def rand(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Uniforms in [0, 1), of a floating dtype: ``torch.rand``.

        >>> RealDraws(0).rand(2)
        array([0.4962566, 0.7682218], dtype=float32)
        """
        return self.uniform_(np.empty(shape, dtype))

    def uniform_(self, out: Array, low: float = 0.0, high: float = 1.0) -> Array:
        """Uniforms in [low, high) into a floating ``out``: ``Tensor.uniform_``. RuntimeError for a wrong range.

        >>> RealDraws(0).uniform_(np.empty(2, np.float32), -1, 1)
        array([-0.00748682,  0.5364436 ], dtype=float32)
        """
        kind = out.dtype
        check_supported("uniform_", "check_uniform_bounds", kind, FLOATS)
        limit = float(np.finfo(kind).max)
        for name, bound in (("from", low), ("to", high)):
            if not -limit <= bound <= limit:
                raise RuntimeError(f"uniform_: {name} is out of bounds for {names(kind)[1]}, got {name}={bound:g}")
        if low > high:
            raise RuntimeError(
                f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}; swap the two"
            )
        if high - low > limit:
            raise RuntimeError(
                f"uniform_ expects to-from <= std::numeric_limits<{names(kind)[0]}>::max(), but found "
                f"to={high:g} and from={low:g} which result in to-from to exceed the limit"
            )
        wide = kind == np.float64
        count = room(out, "uniform_")
        values: Array = self.uniforms64(count) if wide else self.uniforms32(count)
        if (low, high) != (0, 1):
            if wide:
                values = box_muller.affine64(values, high - low, low)
            else:
                first = np.float32(low)
                values = box_muller.affine32(values, np.float32(high) - first, first)
        if (low, high) != (0, 1) or kind == np.float16:
            values = values.astype(kind, copy=False)
            values[values == kind.type(high)] = kind.type(low)  # rounding may reach the bound that is left out
        return fill(out, values)

    def randn(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Normals with mean 0 and standard deviation 1: ``torch.randn``.

        >>> RealDraws(0).randn(2)
        array([ 1.5409961, -0.2934289], dtype=float32)
        """
        return self.normal_(np.empty(shape, dtype))

    def normal_(self, out: Array, mean: float = 0.0, std: float = 1.0) -> Array:
        """Normals into a floating ``out``: ``Tensor.normal_``. RuntimeError if std < 0.

        PyTorch has two ways, with different numbers. Sixteen or more without gaps are made 16 at a time; if the size
        is no multiple of 16, the last 16 are made once more, of fresh words. All else is made in pairs in float64,
        and the second of a pair is kept for the next call.

        >>> RealDraws(0).normal_(np.empty(2, np.float32), 10, 2)
        array([13.081992,  9.413142], dtype=float32)
        """
        check_std(std)
        if not out.size:
            return out
        kind = out.dtype
        check_supported("normal_", "normal_kernel_cpu", kind, FLOATS)
        if out.size < box_muller.BLOCK or not out.flags.c_contiguous:
            return fill(out, self._scalar_normals(room(out, "normal_"), mean, std))
        return fill(out, self._vector_normals(room(out, "normal_"), kind == np.float64, kind == np.float16, mean, std))

    def normal(
        self, mean: Array | float, std: Array | float, shape: Shape | None = None, dtype: DTypeLike | None = None
    ) -> Array:
        """Normals with a mean and a standard deviation each: ``torch.normal``.

        An array among ``mean`` and ``std`` gives dtype and shape (both broadcast, the mean's dtype wins); two numbers
        need a ``shape``. RuntimeError for a negative std or for shapes that do not broadcast.

        >>> RealDraws(0).normal(np.float32([0, 100]), np.float32([1, 0]))
        array([  1.5409961, 100.       ], dtype=float32)
        """
        if isinstance(std, np.ndarray):
            if std.size and not std.min() >= 0:
                raise RuntimeError(f"normal expects all elements of std >= 0.0, but found {std.min()}; pass its absolute value")
        else:
            check_std(std)
        arrays = [value for value in (mean, std) if isinstance(value, np.ndarray)]
        if not arrays:
            if shape is None:
                raise TypeError("normal: a shape is needed when mean and std are numbers; pass shape=...")
            return self.normal_(np.empty(shape, np.float32 if dtype is None else dtype), float(mean), float(std))
        try:
            size = np.broadcast_shapes(*(value.shape for value in arrays))
        except ValueError:
            raise RuntimeError(
                f"normal: The size of mean {np.shape(mean)} must match the size of std {np.shape(std)}, or broadcast to it"
            ) from None
        out = np.empty(size, arrays[0].dtype)
        if isinstance(std, np.ndarray):
            np.multiply(self.normal_(out), _weak(std, out), out=out, casting="same_kind")
        else:
            self.normal_(out, 0.0, std)
        np.add(out, _weak(mean, out), out=out, casting="same_kind")
        return out

    def exponential_(self, out: Array, lambd: float = 1.0) -> Array:
        """Waiting times with rate ``lambd`` > 0 into a floating ``out``: ``Tensor.exponential_``.

        >>> RealDraws(0).exponential_(np.empty(2, np.float32))
        array([3.5083263, 1.2303847], dtype=float32)
        """
        if not lambd > 0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
        check_continuous("Exponential", out.dtype)
        return fill(out, (-1.0 / lambd) * np.log1p(-self.uniforms64(room(out, "exponential_"))))

    def log_normal_(self, out: Array, mean: float = 1.0, std: float = 2.0) -> Array:
        """exp of normals, std > 0, into a floating ``out``: ``Tensor.log_normal_``.

        >>> RealDraws(0).log_normal_(np.empty(2, np.float32)).round(3)
        array([59.263,  1.512], dtype=float32)
        """
        if not std > 0:
            raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
        check_supported("log_normal_", "log_normal_cpu", out.dtype, FLOATS)
        return fill(out, np.exp(self._scalar_normals(room(out, "log_normal_"), mean, std)))

    def geometric_(self, out: Array, p: float) -> Array:
        """Trials up to the first success, 1, 2, ..., each with chance 0 < p < 1, into ``out``: ``Tensor.geometric_``.

        >>> RealDraws(0).geometric_(np.empty(3, np.int64), 0.2)
        array([1, 2, 4])
        """
        if not 0 < p < 1:
            raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
        check_supported("geometric_", "geometric_cpu", out.dtype, SIGNED)
        with np.errstate(divide="ignore"):
            trials = np.ceil(np.log(self.uniforms64(room(out, "geometric_"))) / np.log1p(-p))
        return fill(out, trials if out.dtype.kind == "f" else trials.astype(np.int64))

    def cauchy_(self, out: Array, median: float = 0.0, sigma: float = 1.0) -> Array:
        """Cauchy numbers, sigma > 0, into a floating ``out``: ``Tensor.cauchy_``.

        >>> RealDraws(0).cauchy_(np.empty(2, np.float32)).round(4)
        array([10.5977,  0.7648], dtype=float32)
        """
        if not sigma > 0:
            raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
        check_continuous("Cauchy", out.dtype)
        tangents = np.tan(np.pi * (self.uniforms64(room(out, "cauchy_")) - 0.5))
        return fill(out, box_muller.affine64(tangents, sigma, median))

    def _scalar_normals(self, count: int, mean: float, std: float) -> NDArray[np.float64]:
        """``count`` normals in float64, in pairs; the second of a pair may be kept for the next call."""
        with self._lock:
            kept = [] if self._next_normal is None else [self._next_normal]
            pairs = (count - len(kept) + 1) // 2
            numbers = np.concatenate((kept, box_muller.pairs(self.uniforms64(2 * pairs)))) if count else np.empty(0)
            if count:
                self._next_normal = float(numbers[count]) if len(numbers) > count else None
        return box_muller.affine64(numbers[:count], std, mean)

    def _vector_normals(self, count: int, wide: bool, half: bool, mean: float, std: float) -> Array:
        """``count`` >= 16 normals, 16 at a time; an incomplete last block is replaced by the last 16, drawn anew."""
        whole = count - count % box_muller.BLOCK
        words = count if count == whole else (whole if half else count) + box_muller.BLOCK
        numbers: Array = self.uniforms64(words) if wide else self.uniforms32(words)
        last = numbers[-box_muller.BLOCK :].copy()
        make = box_muller.fill64 if wide else box_muller.fill32
        make(numbers[:whole].reshape(-1, box_muller.BLOCK), mean, std)
        if count != whole:
            make(last.reshape(1, box_muller.BLOCK), mean, std)
            numbers[count - box_muller.BLOCK : count] = last
        return numbers[:count]


def _weak(value: Array | float, out: Array) -> Any:
    """A number, or a 0-dim array among larger ones, in out's dtype: so PyTorch takes it."""
    return out.dtype.type(value) if np.ndim(value) == 0 and (out.ndim or not isinstance(value, np.ndarray)) else value
