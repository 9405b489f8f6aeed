"""Images of another size: adaptive pooling, interpolate, pixel_shuffle and its like."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import listed
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...ops._adjoints import scattered
from ...ops._record import Array, array_of, data_of, record
from ...ops.reductions import mean
from ...ops.shaping import squeeze, unsqueeze
from ._arguments import must_be_tensors, must_have
from ._lengths import is_whole
from ._window_nodes import (
    AdaptiveAvgPool2DBackward0,
    AdaptiveAvgPool3DBackward0,
    AdaptiveMaxPool2DBackward0,
    AdaptiveMaxPool3DBackward0,
    resampled,
)

if TYPE_CHECKING:
    from ..._tensor import Tensor

Sizes = tuple[int, ...]


class PixelShuffleBackward0(Node):
    """Channels moved into the image: the gradient moved back."""

    __slots__ = ()
    saves = ("upscale_factor",)
    frees = False
    vjps = (lambda g, factor: pixel_unshuffle(g, factor),)


class PixelUnshuffleBackward0(Node):
    """The reverse."""

    __slots__ = ()
    saves = ("downscale_factor",)
    frees = False
    vjps = (lambda g, factor: pixel_shuffle(g, factor),)


class ChannelShuffleBackward0(Node):
    """Channels in another order: the gradient in the old order."""

    __slots__ = ()
    saves = ("groups", "channels")
    private = ("channels",)
    frees = False
    vjps = (lambda g, groups, channels: channel_shuffle(g, channels // groups),)


class UpsampleBackward(Node):
    """Each of the last dimensions times a matrix: the gradient times the transposed matrices."""

    __slots__ = ()
    private = ("matrices",)
    vjps = (lambda g, *saved: resampled(g, tuple(m.T for m in saved[-1])),)


class UpsampleNearestBackward(Node):
    """Each number again and again: the gradients of all copies are added."""

    __slots__ = ()
    private = ("places",)
    vjps = (lambda g, *saved: scattered(g, saved[-1], saved[1]),)


@cache
def upsample_node(mode: str, dims: int) -> type[Node]:
    """The class of nodes with PyTorch's name for a mode of ``interpolate``."""
    word = {"nearest": "Nearest", "nearest-exact": "NearestExact", "bicubic": "Bicubic"}.get(mode, mode.capitalize())
    scales = ("scales",) if dims == 1 else tuple(f"scales_{letter}" for letter in "dhw"[3 - dims :])
    copies = mode.startswith("nearest")
    saves = ("output_size", "self_sym_sizes", *(() if copies else ("align_corners",)), *scales, "places" if copies else "matrices")
    parent = UpsampleNearestBackward if copies else UpsampleBackward
    return type(f"Upsample{word}{dims}DBackward0", (parent,), {"__slots__": (), "saves": saves, "__doc__": parent.__doc__})


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The means of ``output_size`` parts of (..., channels, length): see ``adaptive_avg_pool2d``."""
    must_be_tensors("adaptive_avg_pool1d", input=input)
    (size,) = _adaptive_sizes(array_of(input, "adaptive_avg_pool1d"), output_size, 1, "adaptive_avg_pool1d")
    return squeeze(adaptive_avg_pool2d(unsqueeze(input, -2), (1, size)), -2)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of parts of an image, so many that the result is ``output_size`` large, (height, width): (batch, channels, height,
    width), or without a batch. None: as large as the input. Parts may overlap by one place where sizes do not divide.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.adaptive_avg_pool2d(torch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[4.5000, 6.5000]]])
    """
    return _adaptive_avg(2, AdaptiveAvgPool2DBackward0, input, output_size)  # type: ignore[no-any-return]


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """The means of parts over three dimensions: see ``adaptive_avg_pool2d``."""
    return _adaptive_avg(3, AdaptiveAvgPool3DBackward0, input, output_size)  # type: ignore[no-any-return]


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers in ``output_size`` parts of (..., channels, length), and their places with ``return_indices``."""
    must_be_tensors("adaptive_max_pool1d", input=input)
    (size,) = _adaptive_sizes(array_of(input, "adaptive_max_pool1d"), output_size, 1, "adaptive_max_pool1d")
    values, places = adaptive_max_pool2d(unsqueeze(input, -2), (1, size), True)
    return (squeeze(values, -2), squeeze(places, -2)) if return_indices else squeeze(values, -2)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers in parts of an image: see ``adaptive_avg_pool2d``; and their places with ``return_indices``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.adaptive_max_pool2d(torch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[ 9., 11.]]])
    """
    return _adaptive_max(2, AdaptiveMaxPool2DBackward0, input, output_size, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers in parts over three dimensions: see ``adaptive_max_pool2d``."""
    return _adaptive_max(3, AdaptiveMaxPool3DBackward0, input, output_size, return_indices)


def _adaptive_avg(dims: int, op: type[Node], input: Any, output_size: Any) -> Any:
    name = f"adaptive_avg_pool{dims}d"
    _must_be_tensor(name, input)
    x = array_of(input, name)
    if output_size in (1, (1,) * dims, [1] * dims) and x.size and x.ndim > dims:
        return mean(input, tuple(range(-1, -dims - 1, -1)), True)
    sizes = _adaptive_sizes(x, output_size, dims, name)
    _check_adaptive(x, dims, name)
    matrices = tuple(_means(n, count, x.dtype) for n, count in zip(x.shape[-dims:], sizes, strict=True))
    return record(op, (input,), resampled(x, matrices), (x, matrices))


def _adaptive_max(dims: int, op: type[Node], input: Any, output_size: Any, return_indices: bool) -> Any:
    name = f"adaptive_max_pool{dims}d"
    _must_be_tensor(name, input)
    x = array_of(input, name)
    sizes = _adaptive_sizes(x, output_size, dims, name)
    _check_adaptive(x, dims, name)
    lead, lengths = x.shape[:-dims], x.shape[-dims:]
    values, places = np.empty((*lead, *sizes), x.dtype), np.empty((*lead, *sizes), np.int64)
    numbers = np.arange(math.prod(lengths)).reshape(lengths)
    parts = [_parts(n, count) for n, count in zip(lengths, sizes, strict=True)]
    for cell in product(*map(range, sizes)):
        part = tuple(slice(*parts[dim][i]) for dim, i in enumerate(cell))
        seen = x[(..., *part)].reshape(*lead, numbers[part].size)  # type: ignore[arg-type]
        best = seen.argmax(-1)
        values[(..., *cell)] = np.take_along_axis(seen, best[..., None], -1)[..., 0]  # type: ignore[index]
        places[(..., *cell)] = numbers[part].reshape(-1)[best]  # type: ignore[index]
    out = record(op, (input,), values, (x, places))
    return (out, wrap(places, NO_EDGE)) if return_indices else out


def _must_be_tensor(function: str, input: Any) -> None:
    if isinstance(input, (list, tuple, int, float)):
        must_have("size", input=input)
    must_be_tensors(function, input=input)


def _adaptive_sizes(x: Array, output_size: Any, dims: int, function: str) -> Sizes:
    if dims == 1 and x.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {x.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for "
            f"{function})"
        )
    if isinstance(output_size, (tuple, list)) and x.ndim <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}: {function}() got an input of {listed(x.shape)}")
    if dims > 1 and x.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(f"{function}(): Expected {dims + 1}D or {dims + 2}D tensor, but got{':' * ('max' in function)} {listed(x.shape)}")
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * dims
    if len(given) != dims:
        raise RuntimeError(f"{function}: output_size must be {dims} numbers, got {tuple(given)}")
    if not all(size is None or is_whole(size) for size in given):
        raise TypeError(f"{function}(): argument 'output_size' (position 2) must be tuple of ints, got {output_size!r}")
    sizes = tuple(n if size is None else int(size) for n, size in zip(x.shape[-dims:], given, strict=True))
    if min(sizes) < 0:
        raise RuntimeError(
            f"{function}(): elements of output_size must be greater than or equal to 0: Trying to create tensor with negative "
            f"dimension {min(sizes)}: {listed((*x.shape[:-dims], *sizes))}"
        )
    return sizes


def _check_adaptive(x: Array, dims: int, function: str) -> None:
    for place, n in enumerate(x.shape):
        if n == 0 and place >= x.ndim - dims:
            raise RuntimeError(
                f"{function}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {listed(x.shape)} "
                f"with dimension {place} being empty"
            )
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{function}\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")


def _parts(n: int, count: int) -> list[tuple[int, int]]:
    """Where each of ``count`` parts of ``n`` places begins and ends."""
    return [(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]


def _means(n: int, count: int, dtype: Any) -> Array:
    """The matrix, (count, n), that takes ``n`` numbers to the means of ``count`` parts."""
    matrix = np.zeros((count, n), dtype)
    for i, (start, end) in enumerate(_parts(n, count)):
        matrix[i, start:end] = 1 / (end - start)
    return matrix


def interpolate(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None, antialias: bool = False,
) -> Tensor:  # fmt: skip
    """(batch, channels, lengths...) to other lengths: to ``size``, or ``scale_factor`` times as long.

    ``mode``: ``"nearest"`` or ``"nearest-exact"`` (copies), ``"linear"``, ``"bilinear"`` or ``"trilinear"`` (for 1, 2, 3 lengths),
    ``"bicubic"``, ``"area"`` (means). ``align_corners``: the corners of both images lie on one another, rather than the edges of
    their corner pixels. ``antialias`` is not supported (NotImplementedError).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[[1.0, 3.0]]])
    >>> torch.nn.functional.interpolate(x, scale_factor=2), torch.nn.functional.interpolate(x, size=3, mode="linear")
    (tensor([[[1., 1., 3., 3.]]]), tensor([[[1., 2., 3.]]]))
    """
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    must_have("dim", input=input)
    x = array_of(input, "interpolate")
    lengths = x.shape[2:]
    sizes, scales = _wanted(lengths, size, scale_factor)
    if recompute_scale_factor or mode == "area":
        if recompute_scale_factor and size is not None:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        scales = (None,) * len(lengths)
    if antialias:
        raise NotImplementedError("interpolate(): antialias=True is not supported. Leave it out")
    needs = {"linear": 3, "bilinear": 4, "trilinear": 5, "bicubic": 4}.get(mode)
    if (needs is None and (mode not in ("nearest", "area", "nearest-exact") or x.ndim not in (3, 4, 5))) or x.ndim not in (3, 4, 5):
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {x.ndim}D) for the modes: nearest | linear | bilinear | "
            f"bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
        )
    if needs is not None and x.ndim != needs:
        raise NotImplementedError(f"Got {x.ndim}D input, but {mode} mode needs {needs}D input")
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[len(lengths) - 1](input, sizes)
    if min(*lengths, *sizes) <= 0:
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input {listed(lengths)} output {listed(sizes)}")
    if x.dtype.kind != "f" and x.dtype != np.uint8:
        raise NotImplementedError(f"\"upsample_{mode}\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")
    dims = [(n, count, scale) for n, count, scale in zip(lengths, sizes, scales, strict=True)]
    op = upsample_node(mode, len(lengths))
    if mode.startswith("nearest"):
        shift = 0.5 if mode.endswith("exact") else 0.0
        places = np.arange(x.size).reshape(x.shape)
        for axis, (n, count, scale) in enumerate(dims, 2):
            places = places.take(_nearest(n, count, scale, shift), axis)
        return record(op, (input,), x.reshape(-1)[places], (sizes, x.shape, *scales, places))  # type: ignore[no-any-return]
    taps = _cubic if mode == "bicubic" else _linear
    matrices = tuple(_matrix(n, *taps(n, *_sources(n, count, scale, bool(align_corners))), x.dtype) for n, count, scale in dims)
    saved = (sizes, x.shape, bool(align_corners), *scales, matrices)
    return record(op, (input,), resampled(x, matrices), saved)  # type: ignore[no-any-return]


def upsample(input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None) -> Tensor:
    """The old name of ``interpolate``."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of ``interpolate`` with ``mode="nearest"``."""
    warnings.warn("`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of ``interpolate`` with ``mode="bilinear"`` and ``align_corners=True``."""
    warnings.warn("`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, "bilinear", True)


def _wanted(lengths: Sizes, size: Any, scale_factor: Any) -> tuple[Sizes, tuple[Any, ...]]:
    """The new lengths, and the factors that were given."""
    dims = len(lengths)
    if (size is None) == (scale_factor is None):
        both = "only one" if size is not None else "either"
        raise ValueError(f"{both} {'of ' if size is not None else ''}size or scale_factor should be defined")
    given = size if size is not None else scale_factor
    values = tuple(given) if isinstance(given, (tuple, list)) else (given,) * dims
    if len(values) != dims:
        what = f"output size of {size}" if size is not None else f"scale_factor of shape {scale_factor}"
        first = "Input and output" if size is not None else "Input and scale_factor"
        raise ValueError(
            f"{first} must have the same number of spatial dimensions, but got input with spatial dimensions of {list(lengths)} and "
            f"{what}."
        )
    if size is None:
        return tuple(math.floor(n * float(factor)) for n, factor in zip(lengths, values, strict=True)), tuple(map(float, values))
    if not all(map(is_whole, values)):
        raise TypeError(f"expected size to be one of int or Tuple[int], but got size {size!r}")
    return tuple(map(int, values)), (None,) * dims


def _nearest(n: int, count: int, scale: float | None, shift: float) -> Array:
    """For each of ``count`` places the place among ``n`` that is copied."""
    step = np.float32(1 / scale if scale else n / count)
    found = np.floor((np.arange(count, dtype=np.float32) + np.float32(shift)) * step).astype(np.int64)
    return np.minimum(found, n - 1)  # type: ignore[no-any-return]


def _sources(n: int, count: int, scale: float | None, corners: bool) -> tuple[Array, bool]:
    """Where among ``n`` places each of ``count`` lies."""
    if corners:
        return np.arange(count) * ((n - 1) / (count - 1) if count > 1 else 0.0), corners
    return (np.arange(count) + 0.5) * (1 / scale if scale else n / count) - 0.5, corners


def _linear(n: int, places: Array, corners: bool) -> tuple[list[Array], list[Array]]:
    """The two neighbours of each place, and their weights."""
    places = np.maximum(places, 0)
    left = np.minimum(places.astype(np.int64), n - 1)
    part = np.clip(places - left, 0, 1)
    return [left, np.minimum(left + 1, n - 1)], [1 - part, part]


def _cubic(n: int, places: Array, corners: bool) -> tuple[list[Array], list[Array]]:
    """The four neighbours of each place, and their weights. Source: R. Keys, IEEE Trans. ASSP 29 (1981), with a = -3/4."""
    left = np.floor(places).astype(np.int64)
    part = places - left

    def near(d: Array) -> Array:
        return (1.25 * d - 2.25) * d * d + 1

    def far(d: Array) -> Array:
        return ((-0.75 * d + 3.75) * d - 6) * d + 3

    return [np.clip(left + i, 0, n - 1) for i in range(-1, 3)], [far(part + 1), near(part), near(1 - part), far(2 - part)]


def _matrix(n: int, neighbours: Sequence[Array], weights: Sequence[Array], dtype: Any) -> Array:
    """The matrix that adds up neighbours, each with its weight."""
    matrix = np.zeros((len(weights[0]), n))
    for places, weight in zip(neighbours, weights, strict=True):
        np.add.at(matrix, (np.arange(len(places)), places), weight)
    return matrix.astype(dtype)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Channels to pixels: (..., channels r^2, height, width) to (..., channels, height r, width r), r being ``upscale_factor``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.pixel_shuffle(torch.arange(4.0).reshape(4, 1, 1), 2)
    tensor([[[0., 1.],
             [2., 3.]]])
    """
    x, r = data_of(input), upscale_factor
    if x.ndim < 3:
        raise RuntimeError(f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {x.ndim} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, c, h, w = x.shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={c} is not divisible by {r * r}"
        )
    parts = np.moveaxis(x.reshape(*lead, c // (r * r), r, r, h, w), (-4, -3), (-3, -1))
    return record(PixelShuffleBackward0, (input,), np.array(parts).reshape(*lead, c // (r * r), h * r, w * r), (r,))  # type: ignore[no-any-return]


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """The reverse of ``pixel_shuffle``: (..., channels, height, width) to (..., channels r^2, height / r, width / r)."""
    x, r = data_of(input), downscale_factor
    if x.ndim < 3:
        raise RuntimeError(f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {x.ndim} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, c, h, w = x.shape
    for name, place, n in (("height", -2, h), ("width", -1, w)):
        if n % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({place})={n} is not divisible by {r}"
            )
    parts = np.moveaxis(x.reshape(*lead, c, h // r, r, w // r, r), (-3, -1), (-4, -3))
    return record(PixelUnshuffleBackward0, (input,), np.array(parts).reshape(*lead, c * r * r, h // r, w // r), (r,))  # type: ignore[no-any-return]


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """The channels, (batch, channels, ...), of ``groups`` groups by turns.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.channel_shuffle(torch.arange(4.0).reshape(1, 4, 1), 2).flatten()
    tensor([0., 2., 1., 3.])
    """
    x = data_of(input)
    if x.ndim < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {listed(x.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    c = x.shape[1]
    if c % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.")
    out = np.array(x.reshape(len(x), groups, c // groups, *x.shape[2:]).swapaxes(1, 2)).reshape(x.shape)
    return record(ChannelShuffleBackward0, (input,), out, (groups, c))  # type: ignore[no-any-return]
