"""The nodes of pooling, and the pairs of operations their gradients are made of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...autograd.node import Node
from ...kernels.windows import Sizes, Windows, patches, patches_added, sums, sums_spread
from ...ops._adjoints import scattered, taken
from ...ops._record import Array, data_of, record


class WindowSumsBackward(Node):
    """What each window sees, added up: the gradient goes to all that it sees."""

    __slots__ = ()
    saves = ("windows",)
    frees = False
    vjps = (lambda g, windows: window_sums_back(g, windows),)


class WindowSumsBackBackward(Node):
    """The reverse."""

    __slots__ = ()
    saves = ("windows",)
    frees = False
    vjps = (lambda g, windows: window_sums(g, windows),)


class ResampledBackward(Node):
    """Each of the last dimensions times a matrix: the gradient times the transposed matrices."""

    __slots__ = ()
    saves = ("matrices",)
    frees = False
    vjps = (lambda g, matrices: resampled(g, tuple(m.T for m in matrices)),)


class AvgPool2DBackward0(Node):
    """The mean of what each window sees."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override", "windows", "counts")
    private = ("windows", "counts")
    vjps = (lambda g, *saved: window_sums_back(g / saved[-1], saved[-2]),)


class AvgPool3DBackward0(AvgPool2DBackward0):
    """The same in three dimensions."""

    __slots__ = ()


class MaxPool2DWithIndicesBackward0(Node):
    """The largest number that each window sees: the gradient goes to that number."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "result1")
    vjps = (lambda g, x, *saved: to_largest(g, x, saved[-1], 2),)


class MaxPool3DWithIndicesBackward0(MaxPool2DWithIndicesBackward0):
    """The same in three dimensions."""

    __slots__ = ()
    vjps = (lambda g, x, *saved: to_largest(g, x, saved[-1], 3),)


class AdaptiveMaxPool2DBackward0(Node):
    """The largest number in each part: the gradient goes to that number."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result1")
    vjps = (lambda g, x, places: to_largest(g, x, places, 2),)


class AdaptiveMaxPool3DBackward0(AdaptiveMaxPool2DBackward0):
    """The same in three dimensions."""

    __slots__ = ()
    vjps = (lambda g, x, places: to_largest(g, x, places, 3),)


class AdaptiveAvgPool2DBackward0(Node):
    """The mean of each part."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "matrices")
    private = ("matrices",)
    vjps = (lambda g, x, matrices: resampled(g, tuple(m.T for m in matrices)),)


class AdaptiveAvgPool3DBackward0(AdaptiveAvgPool2DBackward0):
    """The same in three dimensions."""

    __slots__ = ()


class MaxUnpool2DBackward0(Node):
    """Numbers put at places among zeros: the gradient at the places."""

    __slots__ = ()
    saves = ("indices", "sizes")
    private = ("sizes",)
    vjps = (lambda g, indices, sizes: taken(g, in_all(data_of(indices), sizes, 2)),)


class MaxUnpool3DBackward0(MaxUnpool2DBackward0):
    """The same in three dimensions."""

    __slots__ = ()
    vjps = (lambda g, indices, sizes: taken(g, in_all(data_of(indices), sizes, 3)),)


class Im2ColBackward0(Node):
    """What the windows see, a column for each: the reverse of ``fold``."""

    __slots__ = ()
    saves = ("self_sym_argsize_minus_2", "self_sym_argsize_minus_1", "kernel_size", "dilation", "padding", "stride")
    frees = False
    vjps = (lambda g, h, w, kernel, dilation, padding, stride: columns_added(g, Windows((h, w), kernel, stride, padding, dilation)),)


class Col2ImBackward0(Node):
    """Columns added where their windows look: the reverse of ``unfold``."""

    __slots__ = ()
    saves = ("kernel_size", "dilation", "padding", "stride", "windows")
    private = ("windows",)
    frees = False
    vjps = (lambda g, *saved: columns(g, saved[-1]),)


def in_all(places: Array, shape: Sizes, dims: int) -> Array:
    """Places within each channel (over its last ``dims`` dimensions) as places among all numbers of a tensor of that shape."""
    lead = shape[: len(shape) - dims]
    starts = np.arange(math.prod(lead)) * math.prod(shape[len(shape) - dims :])
    return np.asarray(places + starts.reshape(*lead, *(1,) * dims))


def to_largest(g: Any, x: Any, places: Any, dims: int) -> Any:
    """The gradient of the largest numbers, put at their places."""
    shape = data_of(x).shape
    return scattered(g, in_all(data_of(places), shape, dims), shape)


def window_sums(x: Any, windows: Windows) -> Any:
    """What each window sees, added up."""
    return record(WindowSumsBackward, (x,), sums(data_of(x), windows), (windows,))


def window_sums_back(g: Any, windows: Windows) -> Any:
    """The reverse of ``window_sums``."""
    return record(WindowSumsBackBackward, (g,), sums_spread(data_of(g), windows), (windows,))


def resampled(x: Any, matrices: tuple[Array, ...]) -> Any:
    """Each of the last dimensions times its matrix, (new length, length)."""
    out = data_of(x)
    first = out.ndim - len(matrices)
    for dim, matrix in enumerate(matrices, first):
        out = np.moveaxis(np.moveaxis(out, dim, -1) @ matrix.T, -1, dim)
    return record(ResampledBackward, (x,), np.ascontiguousarray(out), (matrices,))


def columns(x: Any, windows: Windows) -> Any:
    """What the windows see, (batch, channels * kernel, windows): ``unfold``."""
    data = data_of(x)
    out = patches(data, windows)
    out = out.reshape(*data.shape[:-3], data.shape[-3] * math.prod(windows.kernel), math.prod(windows.counts))
    saved = (*windows.sizes, windows.kernel, windows.dilation, windows.padding, windows.stride)
    return record(Im2ColBackward0, (x,), out, saved)


def columns_added(x: Any, windows: Windows) -> Any:
    """The reverse of ``columns``: ``fold``."""
    data = data_of(x)
    channels = data.shape[-2] // math.prod(windows.kernel)
    out = patches_added(data.reshape(*data.shape[:-2], channels, *windows.kernel, *windows.counts), windows)
    saved = (windows.kernel, windows.dilation, windows.padding, windows.stride, windows)
    return record(Col2ImBackward0, (x,), np.ascontiguousarray(out), saved)
