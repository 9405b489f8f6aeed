"""Functions of each element by itself, applied to arrays of any size.

A kernel is a handful of ufunc calls that makes its results from arrays of one shape. Small arrays are handed to it
whole; large ones in pieces that stay in cache from its first call to its last, shared by threads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tinygrad_loss._shapes import ones
from tinygrad_loss.kernels import buffers
from tinygrad_loss.kernels.arrays import Floats, Mask
from tinygrad_loss.kernels.threads import chunk_elements, parallel_for

# An array of at most this many elements is one piece, whatever its dtype.
SMALL = 1 << 15
# Elements whose sum is taken in their own dtype; such sums are added in float64.
RUN = 256

# The numbers that the kernels need, as arrays of both dtypes: a ufunc takes an array faster than a Python number.
_KINDS = (np.dtype(np.float32), np.dtype(np.float64))
ZERO, ONE, FOUR, MINUS_ONE = ({kind: np.full((), value, kind) for kind in _KINDS} for value in (0, 1, 4, -1))
_BITS: dict[int, np.dtype[Any]] = {2: np.dtype(np.int16), 4: np.dtype(np.int32), 8: np.dtype(np.int64)}
_SIGN = {kind: np.copysign(np.zeros((), kind), -1).view(f"u{kind.itemsize}") for kind in _KINDS}


def minus_abs(x: Floats) -> Floats:
    """-|x|."""
    if x.size < _FEW:
        few: Floats = np.copysign(x, MINUS_ONE[x.dtype])
        return few
    sign = _SIGN[x.dtype]
    out: Floats = np.bitwise_or(x.view(sign.dtype), sign).view(x.dtype)
    return out


def with_sign(t: Floats, x: Floats) -> Floats:
    """t, which is not negative, with the sign of x: written to t."""
    if x.size < _FEW:
        return np.copysign(t, x, t)
    sign = _SIGN[x.dtype]
    bits = t.view(sign.dtype)
    bits |= x.view(sign.dtype) & sign
    return t


_FEW = 1024  # below this copysign is faster, being one call; above, setting the sign's bit, being a third of the work


def log1p(t: Floats, out: Floats | None = None) -> Floats:
    """log(1 + t) for t >= 0, in the memory ``out`` if given. On many processors NumPy has fast code for a float32 log, but not for its
    log1p."""
    if t.size < _FEW or t.dtype != np.float32 or _fast_log1p():
        exact: Floats = np.log1p(t, out)
        return exact
    u = t + ONE[t.dtype]
    out = np.subtract(u, ONE[t.dtype], out)
    np.subtract(t, out, out)  # what 1 + t has rounded away, exactly
    out /= u
    out += np.log(u)
    return out


@cache
def _fast_log1p() -> bool:
    """Whether NumPy does several log1p at a time here. (NumPy 2.0 cannot tell.)"""
    introspect = getattr(np.lib, "introspect", None)
    if introspect is None:
        return False
    code = introspect.opt_func_info(func_name="^log1p$").get("log1p", {}).get("ff", {}).get("current", "baseline")
    return not str(code).startswith("baseline")


def apply(kernel: Callable[..., Floats], *inputs: Floats) -> Floats:
    """kernel(*inputs), for inputs of the shape and dtype of the first; one of a single element may have any shape."""
    first = inputs[0]
    if first.size <= SMALL and first.ndim:
        return kernel(*inputs)
    return _in_pieces(lambda *parts: (kernel(*parts),), inputs, 1)[0]


def apply_two(kernel: Callable[..., tuple[Floats, Floats]], *inputs: Floats) -> tuple[Floats, Floats]:
    """The same for a kernel with two results."""
    first = inputs[0]
    if first.size <= SMALL and first.ndim:
        return kernel(*inputs)
    one, two = _in_pieces(kernel, inputs, 2)
    return one, two


def total(kernel: Callable[..., Floats], *inputs: Floats) -> float:
    """The sum of kernel(*inputs), losses of one sign, which are never formed as a whole."""
    pieces = _cut(inputs[0])
    sums = np.zeros(len(pieces))
    flat = [a.reshape(-1) for a in inputs]

    def run(k: int) -> None:
        sums[k] = sum_in_runs(kernel(*_parts(flat, pieces[k])))

    parallel_for(len(pieces), run)
    return float(np.add.reduce(sums))


def sum_in_runs(losses: Floats, weight: Floats | None = None) -> float:
    """The sum of the losses, (n,), times their weights: in float64, of short sums in their own dtype, which take half the time."""
    whole = losses.size - losses.size % RUN
    factors = ones(RUN, losses.dtype) if weight is None else weight[:whole].reshape(-1, RUN)
    runs: Floats = np.vecdot(losses[:whole].reshape(-1, RUN), factors)
    rest = losses[whole:] if weight is None else losses[whole:] * weight[whole:]
    return float(np.add.reduce(runs, dtype=np.float64)) + float(np.add.reduce(rest))


def _in_pieces(kernel: Callable[..., Any], inputs: tuple[Floats, ...], n_results: int) -> list[Floats]:
    first = inputs[0]
    turned = first.T.flags.c_contiguous and not first.flags.c_contiguous
    if turned:  # a transposed array gives transposed results, as everywhere
        inputs = tuple([a.T for a in inputs])
        first = inputs[0]
    results = [buffers.empty_like(first) for _ in range(n_results)]
    sources = [a.reshape(-1) for a in inputs]
    targets = [a.reshape(-1) for a in results]

    pieces = _cut(first)

    def run(k: int) -> None:
        made = kernel(*_parts(sources, pieces[k]))
        for target, part in zip(targets, made, strict=True):
            target[pieces[k]] = part

    parallel_for(len(pieces), run)
    return [a.T for a in results] if turned else results


def _cut(x: Floats) -> list[slice]:
    step = chunk_elements(x.nbytes, x.itemsize)
    return [slice(start, start + step) for start in range(0, x.size, step)]


def _parts(flat: list[Floats], piece: slice) -> list[Floats]:
    return [a if a.size == 1 else a[piece] for a in flat]


def kept(x: Floats, where: Mask) -> Floats:
    """x where that holds, 0 elsewhere; of one shape.

    The numbers' bits, read as integers, times 1 or 0: np.where branches at each element, which costs ten times as much where
    the condition is hard to foresee, and a product of the numbers themselves makes nan of an infinite one.
    """
    whole = _BITS[x.dtype.itemsize]
    bits = where.astype(whole)
    bits *= x.view(whole)
    found: Floats = bits.view(x.dtype)
    return found
