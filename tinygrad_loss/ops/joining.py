"""Several tensors as one, and one tensor several times: cat and stack, repeat and tile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import result_dtype
from .._shapes import Size, broadcast, dim_of, listed, sizes_of
from ..autograd.node import Node
from ..autograd.variable import Variable
from ._adjoints import part
from ._casts import clone
from ._record import Array, data_of, record
from ._spelling import numpy_spelling
from ._strict import tensor_of
from .indexing_along import index_select
from .shaping import expand, reshape, unsqueeze, view
from .slicing import at

if TYPE_CHECKING:
    from .._tensor import Tensor


class CatBackward0(Node):
    """Tensors side by side: each receives its part of the gradient."""

    __slots__ = ()
    saves = ("dim", "lengths")
    private = ("lengths",)
    frees = False

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        dim, lengths = saved
        ends = np.cumsum(lengths)
        return [
            None if node is None else part(g, at(dim, slice(int(end) - length, int(end))))
            for (node, _), length, end in zip(self.next_functions, lengths, ends, strict=True)
        ]


class StackBackward0(Node):
    """Tensors along a new dimension: each receives its part of the gradient."""

    __slots__ = ()
    saves = ("dim",)
    frees = False

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [None if node is None else part(g, at(saved[0], place)) for place, (node, _) in enumerate(self.next_functions)]


class RepeatBackward0(Node):
    """A tensor several times: the gradients of all repetitions are summed."""

    __slots__ = ()
    saves = ("repeats", "self_sym_sizes")
    frees = False
    vjps = (lambda g, repeats, sizes: _folded(g, repeats, sizes),)


def _folded(g: Any, repeats: tuple[int, ...], sizes: tuple[int, ...]) -> Any:
    old = (1,) * (len(repeats) - len(sizes)) + sizes
    split = tuple(length for pair in zip(repeats, old, strict=True) for length in pair)
    if not split:
        return g * 1.0
    return g.reshape(split).sum(tuple(range(0, len(split), 2))).reshape(sizes)


def _arrays(tensors: Any, function: str) -> list[Array]:
    if isinstance(tensors, Variable) or not isinstance(tensors, Sequence):
        raise TypeError(f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}")
    for place, one in enumerate(tensors):
        if not isinstance(one, Variable):
            kind = "numpy.ndarray" if isinstance(one, np.ndarray) else type(one).__name__
            raise TypeError(f"expected Tensor as element {place} in argument 0, but got {kind} ({function}())")
    if not tensors and function != "cat":
        raise RuntimeError(f"{function} expects a non-empty TensorList")
    return [tensor_of(one, function) for one in tensors]


@numpy_spelling
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors one after the other along ``dim``; their other lengths must be equal.

    >>> import tinygrad_loss as torch
    >>> torch.cat([torch.tensor([1, 2]), torch.tensor([3.0])])
    tensor([1., 2., 3.])
    """
    arrays = _arrays(tensors, "cat")
    if not arrays:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for number, one in enumerate(arrays):
        if not one.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {number}) cannot be concatenated. Use stack.")
    # An old custom: empty vectors are passed over, whatever the others' dimensions.
    model = next((one for one in arrays if one.shape != (0,)), arrays[0])
    place = dim_of(dim, model.ndim, "cat")
    for number, one in enumerate(arrays):
        if one.shape == (0,):
            continue
        if one.ndim != model.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {model.ndim} and {one.ndim}")
        wrong = [i for i in range(one.ndim) if i != place and one.shape[i] != model.shape[i]]
        if wrong:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {place}. Expected size {model.shape[wrong[0]]} but got size "
                f"{one.shape[wrong[0]]} for tensor number {number} in the list."
            )
    common = result_dtype(arrays).numpy
    fitting = [
        one if one.shape != (0,) else np.empty((*model.shape[:place], 0, *model.shape[place + 1 :]), common) for one in arrays
    ]
    lengths = tuple(one.shape[place] for one in fitting)
    out = np.concatenate([one.astype(common, copy=False) for one in fitting], axis=place)
    return record(CatBackward0, tensors, np.ascontiguousarray(out), (place, lengths))  # type: ignore[no-any-return]


@numpy_spelling
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape along a new dimension ``dim``.

    >>> import tinygrad_loss as torch
    >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])], dim=1)
    tensor([[1, 3],
            [2, 4]])
    """
    arrays = _arrays(tensors, "stack")
    place = dim_of(dim, arrays[0].ndim + 1, "stack")
    for number, one in enumerate(arrays):
        if one.shape != arrays[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {listed(arrays[0].shape)} at entry 0 and "
                f"{listed(one.shape)} at "
                f"entry {number}"
            )
    common = result_dtype(arrays).numpy
    out = np.stack([one.astype(common, copy=False) for one in arrays], place)
    return record(StackBackward0, tensors, np.ascontiguousarray(out), (place,))  # type: ignore[no-any-return]


def _at_least(tensors: Any, ndim: int) -> list[Any]:
    return [{1: atleast_1d, 2: atleast_2d, 3: atleast_3d}[ndim](one) for one in tensors]


def atleast_1d(*tensors: Any) -> Any:
    """``tensors``, a 0-dim one as a vector."""
    return _each(lambda x: reshape(x, 1) if not data_of(x).ndim else x, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """``tensors``, those with fewer than two dimensions as one row."""
    return _each(lambda x: reshape(x, 1, 1) if not data_of(x).ndim else unsqueeze(x, 0) if data_of(x).ndim == 1 else x, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """``tensors`` with three dimensions or more: a vector in the middle one, a matrix in the first two."""

    def wide(x: Any) -> Any:
        ndim = data_of(x).ndim
        if ndim == 1:
            return unsqueeze(unsqueeze(x, 0), -1)
        return reshape(x, 1, 1, 1) if not ndim else unsqueeze(x, -1) if ndim == 2 else x

    return _each(wide, tensors)


def _each(function: Any, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return function(tensors[0])
    return tuple(map(function, tensors[0] if len(tensors) == 1 else tensors))


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side: along the second dimension, vectors along their only one.

    >>> import tinygrad_loss as torch
    >>> torch.hstack([torch.tensor([1, 2]), torch.tensor([3])])
    tensor([1, 2, 3])
    """
    _arrays(tensors, "hstack")
    wide = _at_least(tensors, 1)
    return cat(wide, 0 if wide and data_of(wide[0]).ndim == 1 else 1)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors below each other; a vector counts as one row.

    >>> import tinygrad_loss as torch
    >>> torch.vstack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    _arrays(tensors, "vstack")
    return cat(_at_least(tensors, 2), 0)


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors behind each other, along the third dimension."""
    _arrays(tensors, "dstack")
    return cat(_at_least(tensors, 3), 2)


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side; a vector counts as one column."""
    _arrays(tensors, "column_stack")
    return hstack([one if data_of(one).ndim > 1 else reshape(one, data_of(one).size, 1) for one in tensors])


def repeat(input: Tensor, *times: Any, repeats: Any = None) -> Tensor:
    """The tensor ``times[i]`` times along each dimension; more numbers than dimensions put new ones in front.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    x = tensor_of(input, "repeat")
    times = sizes_of(times or (() if repeats is None else (repeats,)), "repeat")
    if len(times) < x.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: "
            f"repeat({listed(times)}) of shape {listed(x.shape)}"
        )
    if any(count < 0 for count in times):
        raise RuntimeError(f"Trying to create tensor with negative dimension: repeat({listed(times)})")
    return record(RepeatBackward0, (input,), np.tile(x, times), (times, x.shape))  # type: ignore[no-any-return]


def tile(input: Tensor, *times: Any, dims: Any = None) -> Tensor:
    """``repeat``, where fewer numbers than dimensions count from the last dimension.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1], [2]]).tile(2)
    tensor([[1, 1],
            [2, 2]])
    """
    times = sizes_of(times or (() if dims is None else (dims,)), "tile")
    return repeat(input, (1,) * (tensor_of(input, "tile").ndim - len(times)) + times)


def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None) -> Tensor:
    """Each number (or part along ``dim``) ``repeats`` times in a row; a tensor of repeats has a count for each.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]).repeat_interleave(2)
    tensor([1, 1, 2, 2])
    """
    x = tensor_of(input, "repeat_interleave")
    if repeats is None:
        if x.ndim != 1 or x.dtype.kind not in "iu":
            raise RuntimeError("repeat_interleave only accepts 1D vector as repeat")
        return _counted(input)  # type: ignore[no-any-return]
    counts = data_of(repeats)
    if np.any(np.asarray(counts) < 0):
        raise RuntimeError(f"Repeats must be non-negative, got {counts}")
    if dim is None:
        input, dim = reshape(input, -1), 0
    x = tensor_of(input, "repeat_interleave")
    place = dim_of(dim, x.ndim, "repeat_interleave")
    if isinstance(counts, (int, np.integer)) or np.size(counts) == 1:
        copies = expand(unsqueeze(input, place + 1), (*x.shape[: place + 1], int(counts), *x.shape[place + 1 :]))
        return view(clone(copies), (*x.shape[:place], x.shape[place] * int(counts), *x.shape[place + 1 :]))
    if counts.ndim != 1 or counts.dtype.kind != "i":
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor of int32 or int64")
    if counts.size != x.shape[place]:
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
            f"input.size({place}) = {x.shape[place]}"
        )
    return index_select(input, place, _counted(repeats))


def _counted(repeats: Any) -> Any:
    """0 as often as the first number says, 1 as often as the second, and so on."""
    counts = data_of(repeats)
    return record(CatBackward0, (repeats,), np.repeat(np.arange(counts.size), counts))


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape to which tensors of these shapes are broadcast.

    >>> import tinygrad_loss as torch
    >>> torch.broadcast_shapes((2, 1), (1, 3), 1)
    torch.Size([2, 3])
    """
    return Size(broadcast([(one,) if isinstance(one, int) else tuple(one) for one in shapes], "broadcast_shapes"))


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """All tensors expanded to one common shape.

    >>> import tinygrad_loss as torch
    >>> [x.shape for x in torch.broadcast_tensors(torch.zeros(2, 1), torch.zeros(3))]
    [torch.Size([2, 3]), torch.Size([2, 3])]
    """
    given = tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Variable) else tensors
    shape = broadcast([tensor_of(one, "broadcast_tensors").shape for one in given], "broadcast_tensors")
    return tuple(expand(one, shape) for one in given)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """The coordinates of a grid: for each vector a tensor in which it runs along one dimension. ``indexing``: ``"ij"`` (the first
    vector along the first dimension) or ``"xy"`` (along the second).

    >>> import tinygrad_loss as torch
    >>> torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4]), indexing="ij")[1]
    tensor([[3, 4],
            [3, 4]])
    """
    given = list(tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Variable) else tensors)
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for one in given:
        if tensor_of(one, "meshgrid").ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {one}")
    order = [1, 0, *range(2, len(given))] if indexing == "xy" and len(given) > 1 else list(range(len(given)))
    shape = tuple(data_of(given[place]).size for place in order)
    return tuple(
        expand(view(one, (1,) * order[number] + (-1,) + (1,) * (len(given) - order[number] - 1)), shape)
        for number, one in enumerate(given)
    )
