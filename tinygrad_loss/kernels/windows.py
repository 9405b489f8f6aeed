"""Windows that move over the last dimensions of an array, as in convolution and pooling: array in, array out.

An array is (batch, channels, lengths...). A window has one place for each of its offsets; ``patches`` gathers what the windows see,
and ``patches_added`` is its reverse: it adds what each window holds back to the places it was taken from.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Windows:
    """The lengths of what is looked at (``sizes``), and how windows of the lengths ``kernel`` move over it: by ``stride``, with
    ``padding`` added on both sides and their places ``dilation`` apart. ``outs`` says how many windows there are, if not as many as
    fit.

    >>> Windows((5,), (3,), stride=(2,), padding=(1,), dilation=(1,)).counts
    (3,)
    """

    sizes: Sizes
    kernel: Sizes
    stride: Sizes
    padding: Sizes
    dilation: Sizes
    outs: Sizes | None = None

    @property
    def counts(self) -> Sizes:
        """How many windows there are in each dimension."""
        if self.outs is not None:
            return self.outs
        dims = zip(self.sizes, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in dims)

    @property
    def margins(self) -> tuple[tuple[int, int], ...]:
        """What is added before and behind, so that each window lies within the array."""
        dims = zip(self.sizes, self.kernel, self.stride, self.padding, self.dilation, self.counts, strict=True)
        return tuple((p, max(0, (count - 1) * s + d * (k - 1) + 1 - n - p)) for n, k, s, p, d, count in dims)

    def padded(self, x: Array, value: float = 0) -> Array:
        """``x`` with its margins."""
        if not any(map(any, self.margins)):
            return x
        return np.pad(x, [(0, 0)] * (x.ndim - len(self.sizes)) + list(self.margins), constant_values=value)

    def slices(self) -> Iterator[tuple[Sizes, tuple[Any, ...]]]:
        """For each offset in a window: the part of the padded array that the windows see there."""
        for offsets in itertools.product(*map(range, self.kernel)):
            dims = zip(offsets, self.stride, self.dilation, self.counts, strict=True)
            parts = (slice(i * d, i * d + (count - 1) * s + 1, s) if count else slice(0, 0) for i, s, d, count in dims)
            yield offsets, (..., *parts)


def patches(x: Array, windows: Windows, value: float = 0) -> Array:
    """What the windows see: (batch, channels, kernel..., counts...).

    >>> patches(np.arange(4.0).reshape(1, 1, 4), Windows((4,), (2,), (1,), (0,), (1,)))
    array([[[[0., 1., 2.],
             [1., 2., 3.]]]])
    """
    whole = windows.padded(x, value)
    out = np.empty((*x.shape[: x.ndim - len(windows.sizes)], *windows.kernel, *windows.counts), x.dtype)
    dots = (slice(None),) * len(windows.counts)
    for offsets, part in windows.slices():
        out[(..., *offsets, *dots)] = whole[part]  # type: ignore[index]
    return out


def patches_added(columns: Array, windows: Windows) -> Array:
    """The reverse of ``patches``: each number is added to the place that it was seen at.

    >>> patches_added(np.ones((1, 1, 2, 3)), Windows((4,), (2,), (1,), (0,), (1,)))
    array([[[1., 2., 2., 1.]]])
    """
    dims = len(windows.sizes)
    lead = columns.shape[: columns.ndim - 2 * dims]
    lengths = (n + before + behind for n, (before, behind) in zip(windows.sizes, windows.margins, strict=True))
    whole = np.zeros((*lead, *lengths), columns.dtype)
    dots = (slice(None),) * dims
    for offsets, part in windows.slices():
        whole[part] += columns[(..., *offsets, *dots)]  # type: ignore[arg-type]
    return whole[(..., *(slice(p, p + n) for n, p in zip(windows.sizes, windows.padding, strict=True)))]  # type: ignore[arg-type]


def sums(x: Array, windows: Windows) -> Array:
    """The sum of what each window sees: (batch, channels, counts...)."""
    whole = windows.padded(x)
    out = np.zeros((*x.shape[: x.ndim - len(windows.sizes)], *windows.counts), x.dtype)
    for _, part in windows.slices():
        out += whole[part]
    return out


def sums_spread(g: Array, windows: Windows) -> Array:
    """The reverse of ``sums``: each number is added to all places that its window sees."""
    dims = len(windows.sizes)
    held = g.reshape(*g.shape[: g.ndim - dims], *(1,) * dims, *g.shape[g.ndim - dims :])
    return patches_added(np.broadcast_to(held, (*g.shape[: g.ndim - dims], *windows.kernel, *g.shape[g.ndim - dims :])), windows)


def largest(x: Array, windows: Windows) -> tuple[Array, Array]:
    """The largest number in each window, and its place among the numbers of its channel."""
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    seen = patches(x, windows, lowest)
    dims = len(windows.sizes)
    lead, counts = seen.shape[: seen.ndim - 2 * dims], windows.counts
    seen = seen.reshape(*lead, math.prod(windows.kernel), *counts)
    best = seen.argmax(axis=len(lead))
    values = np.take_along_axis(seen, np.expand_dims(best, len(lead)), len(lead)).squeeze(len(lead))
    places = np.zeros(best.shape, np.int64)
    for dim, offset in enumerate(np.unravel_index(best, windows.kernel)):
        start = np.arange(counts[dim]) * windows.stride[dim] - windows.padding[dim]
        start = start.reshape(-1, *(1,) * (dims - dim - 1))
        places = places * windows.sizes[dim] + offset * windows.dilation[dim] + start
    return values, places


def convolved(x: Array, w: Array, windows: Windows, groups: int) -> Array:
    """Each window's numbers times the weights ``w``, (out channels, channels / groups, kernel...), added up."""
    columns = _columns(x, windows, groups)
    out = np.matmul(_rows(w, groups), columns)
    return _channels(out, len(x), windows.counts)


def convolved_back(y: Array, w: Array, windows: Windows, groups: int) -> Array:
    """The reverse of ``convolved`` in x, also called transposed convolution: each number of ``y`` times the weights, added where
    its window looks."""
    columns = np.matmul(_rows(w, groups).swapaxes(1, 2), _split(y, groups))
    columns = columns.reshape(groups * w.shape[1], *windows.kernel, len(y), *windows.counts)
    return patches_added(np.moveaxis(columns, 1 + len(windows.kernel), 0), windows)


def weights_of(y: Array, x: Array, windows: Windows, groups: int) -> Array:
    """The reverse of ``convolved`` in w: how much each weight has in common with what it met."""
    columns = _columns(x, windows, groups)
    out = np.matmul(_split(y, groups), columns.swapaxes(1, 2))
    return out.reshape(y.shape[1], x.shape[1] // groups, *windows.kernel)  # type: ignore[no-any-return]


def _columns(x: Array, windows: Windows, groups: int) -> Array:
    """(groups, channels / groups * kernel, batch * counts)."""
    seen = np.moveaxis(patches(x.swapaxes(0, 1), windows), 1, 1 + len(windows.kernel))  # channels, kernel, batch, counts
    return seen.reshape(groups, x.shape[1] // groups * math.prod(windows.kernel), len(x) * math.prod(windows.counts))


def _rows(w: Array, groups: int) -> Array:
    """(groups, out channels / groups, channels / groups * kernel)."""
    return w.reshape(groups, len(w) // groups, math.prod(w.shape[1:]))


def _split(y: Array, groups: int) -> Array:
    """(batch, out channels, counts...) as (groups, out channels / groups, batch * counts)."""
    channels = y.swapaxes(0, 1)
    return channels.reshape(groups, len(channels) // groups, len(y) * math.prod(y.shape[2:]))


def _channels(out: Array, batch: int, counts: Sizes) -> Array:
    """The reverse of ``_split``."""
    return np.ascontiguousarray(out.reshape(out.shape[0] * out.shape[1], batch, *counts).swapaxes(0, 1))
