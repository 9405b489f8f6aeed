"""``x[...]`` and ``x[...] = value``: ints, slices, None, dots, lists, masks and tensors of indices.

As in PyTorch an index is taken apart from left to right: an int is a ``select``, a slice a ``slice``, None an ``unsqueeze``; all
of these are views. What is left, lists and tensors, is one ``index`` on the result, which copies.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import I64, SCALARS, type_word
from .._shapes import listed
from ..autograd.node import NO_EDGE, Node
from ..autograd.variable import Variable
from ..autograd.wrapping import wrap
from ..kernels.reductions import FEW
from ._adjoints import emptied, places_at, scattered, taken
from ._record import Array, array_of, data_of, record
from ._views import change, view_of
from ._writes import Write, on_a_copy
from .inplace import copy_, fill_
from .shaping import AliasBackward0, expand, unsqueeze, view
from .slicing import TO_THE_END, select, sliced

if TYPE_CHECKING:
    from .._tensor import Tensor


class IndexBackward0(Node):
    """Elements chosen by tensors of indices: the gradient is added at the places that they came from."""

    __slots__ = ()
    saves = ("indices", "self_sym_sizes")
    vjps = (lambda g, indices, sizes: _added(g, sizes, _key(indices)),)


class IndexPutBackward0(Node):
    """Elements overwritten (or added to) at indices: the values receive the gradient there, the tensor what is left (or all)."""

    __slots__ = ()
    inputs = ("self", "values")
    saves = ("indices", "accumulate", "sizes")
    private = ("sizes",)
    vjps = (
        lambda g, indices, accumulate, sizes: g if accumulate else emptied(g, places_at(sizes, _key(indices))),
        lambda g, indices, accumulate, sizes: taken(g, places_at(sizes, _key(indices))),
    )


def getitem(input: Tensor, index: Any) -> Tensor:
    """``input[index]``.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1, 2, 3], [4, 5, 6]])
    >>> x[1, :2], x[:, [0, 2]], x[x > 4]
    (tensor([4, 5]), tensor([[1, 3],
            [4, 6]]), tensor([5, 6]))
    """
    if type(index) is tuple and isinstance(input, Variable) and len(index) == input._data.ndim:
        for one in index:
            if not isinstance(one, Variable) or one._data.dtype is not I64 or not one._data.ndim:
                break
        else:
            # An index for each dimension, as in log_p[rows, classes]; NumPy's check of it is quicker than ours.
            try:
                out = input._data[tuple([one._data for one in index])]
            except IndexError:
                pass  # said in PyTorch's words below
            else:
                if out.dtype.kind == "f":
                    return IndexBackward0.recorded((input.edge(),), out, (index, input._data.shape))  # type: ignore[no-any-return]
                return wrap(out, NO_EDGE)  # type: ignore[no-any-return]
    part, indices = _apply(input, _items(index), keep_slices=isinstance(index, slice))
    if any(one is not None for one in indices):
        return _index(part, indices)  # type: ignore[no-any-return]
    return view_of(AliasBackward0, input, input._data[...]) if part is input else part  # type: ignore[no-any-return]


def setitem(input: Tensor, index: Any, value: Any) -> None:
    """``input[index] = value``: a number, or a tensor that can be broadcast to the part's shape.

    >>> import tinygrad_loss as torch
    >>> x = torch.zeros(2, 3); x[0, 1:] = 5; x[x == 0] = -1; x
    tensor([[-1.,  5.,  5.],
            [-1., -1., -1.]])
    """
    word = type_word(input._data.dtype)
    if not isinstance(value, (Variable, *SCALARS)):
        raise TypeError(f"can't assign a {type(value).__name__} to a torch.{word}Tensor. Make a tensor of it with tensor(...)")
    if index is False:
        return
    part, indices = _apply(input, _items(index))
    if not isinstance(value, Variable):
        value = wrap(np.asarray(value).astype(input._data.dtype), NO_EDGE)
    if any(one is not None for one in indices):
        index_put_(part, indices, _without_ones(value) if value._data.shape[:1] == (1,) else value)
    elif value._data.shape == part._data.shape and value._data.ndim:
        copy_(part, value)
    elif not value._data.ndim:
        fill_(part, value)
    else:
        rows = _without_ones(value)
        copy_(part, rows if rows._data.shape == part._data.shape else expand(rows, part._data.shape))


def _without_ones(value: Any) -> Any:
    """A value without the dimensions of length 1 in front."""
    shape = value._data.shape
    return view(value, shape[next((place for place, length in enumerate(shape) if length != 1), len(shape)) :])


def _items(index: Any) -> tuple[Any, ...]:
    """An index as a tuple of items. A list that holds anything but numbers counts as a tuple."""
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and len(index) < 32:
        several = (slice, type(None), type(...), Variable, list, tuple, range, np.ndarray)
        if any(isinstance(one, several) for one in index):
            return tuple(index)
    return (index,)


def _apply(input: Any, items: Sequence[Any], keep_slices: bool = False) -> tuple[Any, list[Array | None]]:
    """The views that ``items`` ask for, and the arrays of indices that are left, by dimension (None where there is none).

    ``keep_slices``: a slice that takes everything is recorded too, as PyTorch does where it is the only item.
    """
    ndim = array_of(input, "__getitem__").ndim
    known = [_item(item) for item in items]
    used = sum(_width(item) for item in known)
    if used > ndim:
        if not ndim and any(type(item) is int for item in known):
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim "
                "tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {ndim}: {used} were given")
    part, dim = input, 0
    indices: list[Array | None] = []
    for item in known:
        if item is ...:
            dim += ndim - used
        elif type(item) is int:
            size = part._data.shape[dim]
            if not -size <= item < size:
                raise IndexError(f"index {item} is out of bounds for dimension {dim} with size {size}")
            part = select(part, dim, item)
        elif isinstance(item, slice):
            part = _slice(part, dim, item, keep_slices)
            dim += 1
        elif item is None:
            part = unsqueeze(part, dim)
            dim += 1
        else:
            array = item
            if item.dtype == np.bool_ and not item.ndim:
                part, array = unsqueeze(part, dim), np.flatnonzero(item)
            width = _width(array)
            indices += [None] * (dim + width - len(indices))
            indices[dim] = array
            dim += width
    # A mask stands for several dimensions; only its first place is taken.
    taken_by_masks = {place + i for place, one in enumerate(indices) if one is not None for i in range(1, _width(one))}
    return part, [one for place, one in enumerate(indices) if place not in taken_by_masks]


def _item(item: Any) -> Any:
    """One item of an index: an int, a slice, None, dots, or an array of ints or bools."""
    if item is None or item is ... or isinstance(item, slice) or type(item) is int:
        return item
    if isinstance(item, bool):
        return np.asarray(item)
    if isinstance(item, (Variable, np.ndarray)):
        array = item._data if isinstance(item, Variable) else item.copy()
        if array.dtype == np.uint8:
            warnings.warn(
                "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.", stacklevel=4
            )
            return array.astype(np.bool_)
        if array.dtype not in (np.bool_, np.int64, np.int32):
            raise IndexError(f"tensors used as indices must be long, int, byte or bool tensors, not {array.dtype}")
        return int(array) if array.dtype != np.bool_ and not array.ndim else array
    if isinstance(item, (list, tuple, range)):
        return _item(_listed(item))
    if hasattr(item, "__index__") and not isinstance(item, np.bool_):
        return operator.index(item)
    if isinstance(item, str):
        raise TypeError(f"new(): invalid data type 'str': a tensor has no names to index by, got [{item!r}]")
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
        f"{type(item).__name__})"
    )


def _listed(item: Any) -> Array:
    array = np.asarray([data_of(one) for one in item])
    return array if array.size or array.dtype == np.bool_ else array.astype(np.int64)


def _width(item: Any) -> int:
    """How many of the tensor's dimensions an item uses up."""
    if item is None or item is ...:
        return 0
    if isinstance(item, np.ndarray):
        return item.ndim if item.dtype == np.bool_ else 1
    return 1


def _slice(part: Any, dim: int, item: slice, keep: bool) -> Any:
    size = part._data.shape[dim]
    item.indices(size)  # Python's own complaints about what is no number, and about step 0
    start, stop, step = (None if one is None else operator.index(one) for one in (item.start, item.stop, item.step))
    if step is not None and step < 0:
        raise ValueError(f"step must be greater than zero, not {step}. Use flip to turn a dimension round")
    if not keep and start in (None, 0) and (stop is None or stop >= size) and step in (None, 1):
        return part
    return sliced(part, dim, start or 0, TO_THE_END if stop is None else stop, step or 1)


def _added(g: Any, sizes: tuple[int, ...], key: tuple[Any, ...]) -> Any:
    if isinstance(g, np.ndarray) and g.size <= FEW:
        out = np.zeros(sizes, g.dtype)
        np.add.at(out, key, g)  # soon done for a few, but not for many: NumPy goes through one index several times as fast as through two
        return out
    return scattered(g, places_at(sizes, key), sizes)


def _key(indices: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([one._data if isinstance(one, Variable) else slice(None) if one is None else one for one in indices])


def _checked_key(x: Array, indices: Sequence[Any]) -> tuple[Any, ...]:
    """NumPy's index; IndexError for a mask of another shape, an index too large, shapes that do not fit each other."""
    key, dim = _key(indices), 0
    for item in key:
        width = 1 if isinstance(item, slice) else _width(item)
        if not isinstance(item, slice):
            sizes = x.shape[dim : dim + width]
            if item.dtype == np.bool_:
                if item.shape != sizes:
                    raise IndexError(
                        f"The shape of the mask {listed(item.shape)} at index 0 does not match the shape of the indexed tensor "
                        f"{listed(x.shape)} at index {dim}"
                    )
            elif item.size and not (-sizes[0] <= item.min() and item.max() < sizes[0]):
                wrong = item[(item < -sizes[0]) | (item >= sizes[0])].flat[0]
                raise IndexError(f"index {wrong} is out of bounds for dimension {dim} with size {sizes[0]}")
        dim += width
    return key


def _pick(x: Array, key: tuple[Any, ...]) -> Array:
    try:
        return np.asarray(x[key], order="C")
    except IndexError:
        arrays = [one.nonzero()[0] if one.dtype == np.bool_ else one for one in key if isinstance(one, np.ndarray)]
        raise IndexError(
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(listed(one.shape) for one in arrays)
        ) from None


def _index(input: Any, indices: Sequence[Any]) -> Any:
    x = array_of(input, "index")
    return record(IndexBackward0, (input,), _pick(x, _checked_key(x, indices)), (_kept(indices), x.shape))


def _kept(indices: Sequence[Any]) -> tuple[Any, ...]:
    """The indices for the node to keep."""
    return tuple(None if one is None else wrap(data_of(one), NO_EDGE) for one in indices)


def _index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Write:
    x, given = array_of(input, "index_put_"), array_of(values, "index_put_", "values")
    if given.dtype != x.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {type_word(x.dtype)} for the destination and "
            f"{type_word(given.dtype)} for the source. Convert the source: value.to(x.dtype)"
        )
    known = [None if one is None else _item(one) for one in indices]
    if sum(map(_width, known)) > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim} (got {len(known)})")
    key = _checked_key(x, [np.asarray(one) if isinstance(one, int) else one for one in known])

    def write(data: Array) -> None:
        try:
            if accumulate:
                np.add.at(data, key, given)
            else:
                data[key] = given
        except ValueError:
            raise RuntimeError(
                f"shape mismatch: value tensor of shape {listed(given.shape)} cannot be broadcast to indexing result of shape "
                f"{listed(_pick(data, key).shape)}"
            ) from None

    return Write(IndexPutBackward0, (values,), (_kept(indices), accumulate, x.shape), write)


def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy in which the elements at ``indices`` (a tuple of tensors) are ``values``, or have these added to them.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(3).index_put((torch.tensor([0, 0]),), torch.tensor([1.0, 2.0]), accumulate=True)
    tensor([3., 0., 0.])
    """
    return on_a_copy(input, _index_put(input, indices, values, accumulate))  # type: ignore[no-any-return]


def index_put_(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """``index_put`` in place."""
    made = _index_put(input, indices, values, accumulate)
    return change(input, made.write, made.op, made.others, made.saved)  # type: ignore[no-any-return]
