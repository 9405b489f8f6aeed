"""pad: more on the borders of a tensor, or less."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._shapes import listed
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...errors import type_name
from ...ops._adjoints import scattered
from ...ops._record import Array, array_of, data_of, record
from ...ops.slicing import sliced
from ._arguments import must_be_tensors
from ._lengths import is_whole

if TYPE_CHECKING:
    from ..._tensor import Tensor


class ConstantPadNdBackward0(Node):
    """A border of one number: the gradient without the border (where the padding is negative, with one of zeros)."""

    __slots__ = ()
    saves = ("pad",)
    frees = False
    vjps = (lambda g, pad: bordered(g, tuple(-n for n in pad)),)


class PadBackward(Node):
    """A border of the tensor's own numbers: the gradients of all copies are added."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "padding", "places")
    private = ("places",)
    vjps = (lambda g, x, padding, places: scattered(g, places, data_of(x).shape),)


class ReflectionPad1DBackward0(PadBackward):
    """The numbers before the border, mirrored at it."""

    __slots__ = ()


class ReflectionPad2DBackward0(PadBackward):
    """The same in two dimensions."""

    __slots__ = ()


class ReflectionPad3DBackward0(PadBackward):
    """The same in three dimensions."""

    __slots__ = ()


class ReplicationPad1DBackward0(PadBackward):
    """The number at the border again and again."""

    __slots__ = ()


class ReplicationPad2DBackward0(PadBackward):
    """The same in two dimensions."""

    __slots__ = ()


class ReplicationPad3DBackward0(PadBackward):
    """The same in three dimensions."""

    __slots__ = ()


NODES: dict[str, tuple[type[Node], ...]] = {
    "reflect": (ReflectionPad1DBackward0, ReflectionPad2DBackward0, ReflectionPad3DBackward0),
    "replicate": (ReplicationPad1DBackward0, ReplicationPad2DBackward0, ReplicationPad3DBackward0),
}


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """``input`` with borders: ``pad`` is (left, right, top, bottom, ...), from the last dimension on; negative numbers cut off.

    ``mode``: ``"constant"`` (``value``, by default 0), ``"reflect"`` (mirrored at the border), ``"replicate"`` (the border's number
    again) or ``"circular"`` (from the other end); the last three pad the last 1 to 3 dimensions, after those of channels and
    perhaps of a batch.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.pad(torch.tensor([1.0, 2.0, 3.0]), (1, 2))
    tensor([0., 1., 2., 3., 0., 0.])
    >>> torch.nn.functional.pad(torch.tensor([[1.0, 2.0, 3.0]]), (2, 0), mode="reflect")
    tensor([[3., 2., 1., 2., 3.]])
    """
    must_be_tensors("pad", input=input)
    for place, length in enumerate(pad):
        if not is_whole(length):
            raise TypeError(
                f"pad(): argument 'pad' must be tuple of ints, but found element of type {type_name(length)} at pos {place}"
            )
    x, lengths = array_of(input, "pad"), tuple(map(int, pad))
    if len(lengths) % 2:
        raise RuntimeError(f"pad(): Padding length must be divisible by 2, got {len(lengths)} numbers")
    if len(lengths) > 2 * x.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(lengths)} and input of dimension {x.ndim}"
        )
    if mode == "constant":
        return bordered(input, lengths, 0.0 if value is None else value)  # type: ignore[no-any-return]
    if mode not in NODES and mode != "circular":
        raise NotImplementedError(f"Unrecognised padding mode {mode}: choose constant, reflect, replicate or circular")
    if value not in (None, 0):
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    dims = len(lengths) // 2
    if not 1 <= dims <= 3 or x.ndim not in (dims + 1, dims + 2):
        raise NotImplementedError(
            f"Padding size {len(lengths)} is not supported for {x.ndim}D input tensor. Supported combinations for non-constant "
            "padding: 2D or 3D input: padding size = 2 (pads last dimension), 3D or 4D input: padding size = 4 (pads last 2 "
            "dimensions), 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    if mode == "circular":
        return _circular(input, lengths)  # type: ignore[no-any-return]
    if 0 in x.shape[x.ndim - dims - 1 :]:
        raise RuntimeError(
            f"Expected {dims + 1}D or {dims + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
            f"input, but got: {listed(x.shape)}"
        )
    places = np.arange(math.prod(x.shape)).reshape(x.shape)
    for dim, (before, behind) in enumerate(zip(lengths[::2], lengths[1::2], strict=True)):
        axis = x.ndim - 1 - dim
        places = places.take(_sources(x, axis, before, behind, mode), axis)
    out = x.reshape(-1)[places]
    return record(NODES[mode][dims - 1], (input,), out, (x, lengths, places))  # type: ignore[no-any-return]


def _sources(x: Array, axis: int, before: int, behind: int, mode: str) -> Array:
    """For each place along a dimension of the padded tensor: where in the tensor its number comes from."""
    n = x.shape[axis]
    places = np.arange(-before, n + behind)
    if mode == "replicate":
        return places.clip(0, n - 1)
    if max(before, behind) >= n:
        raise RuntimeError(
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {behind}) at dimension {axis} of input {listed(x.shape)}"
        )
    places = np.abs(places)
    return np.where(places >= n, 2 * (n - 1) - places, places)


def _circular(input: Any, lengths: tuple[int, ...]) -> Any:
    """The tensor in the middle of a larger one, then dimension by dimension its two ends copied to the borders."""
    x = input._data
    borders = [(x.ndim - 1 - i, *pair) for i, pair in enumerate(zip(lengths[::2], lengths[1::2], strict=True))]
    sizes = list(x.shape)
    for dim, before, behind in borders:
        if max(before, behind) > x.shape[dim]:
            raise RuntimeError(f"Padding value causes wrapping around more than once: {(before, behind)} at a length of {x.shape[dim]}.")
        sizes[dim] += before + behind
        if sizes[dim] < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension.")
    out = middle = wrap(np.empty(sizes, x.dtype), NO_EDGE)
    kept = input
    for dim, before, behind in borders:
        middle = sliced(middle, dim, max(before, 0), sizes[dim] - max(behind, 0))
        kept = sliced(kept, dim, max(-before, 0), x.shape[dim] - max(-behind, 0))
    middle.copy_(kept)
    for dim, before, behind in borders:
        end, first = sizes[dim] - max(behind, 0), max(before, 0)
        if before > 0:
            sliced(out, dim, 0, before).copy_(sliced(out, dim, end - before, end))
        if behind > 0:
            sliced(out, dim, end, sizes[dim]).copy_(sliced(out, dim, first, first + behind))
    return out


def bordered(x: Any, lengths: tuple[int, ...], value: float = 0.0) -> Any:
    """``x`` (a tensor or an array) with borders of one number, ``lengths`` wide; without one where the length is negative."""
    data = data_of(x)
    pairs = [(0, 0)] * (data.ndim - len(lengths) // 2) + list(zip(lengths[::2], lengths[1::2], strict=True))[::-1]
    for n, (before, behind) in zip(data.shape, pairs, strict=True):
        if n + before + behind < 0 or n + min(before, 0) + min(behind, 0) < 0:
            raise RuntimeError(
                f"pad(): narrow(): length must be non-negative: {(before, behind)} cuts more than there is of shape "
                f"{listed(data.shape)}"
            )
    kept = data[tuple(slice(max(0, -a), n - max(0, -b)) for n, (a, b) in zip(data.shape, pairs, strict=True))]
    wide = [(max(0, a), max(0, b)) for a, b in pairs]
    out = np.pad(kept, wide, constant_values=np.asarray(value).astype(data.dtype)) if any(map(any, wide)) else np.array(kept)
    return record(ConstantPadNdBackward0, (x,), out, (lengths,))
