"""Shapes: torch.Size, dimensions counted from the end, broadcasting, the -1 of view and reshape."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ._dtypes import F32, F64

PRODUCTS = 1 << 13  # elements: BLAS multiplies so few in one thread, and the result depends on the shape alone


class Size(tuple[int, ...]):
    """A tensor's shape: a tuple of lengths that prints as PyTorch's.

    >>> Size((3, 5)), Size((3, 5)).numel()
    (torch.Size([3, 5]), 15)
    """

    __slots__ = ()

    def __new__(cls, lengths: Iterable[Any] = ()) -> Size:
        lengths = tuple(lengths)
        for place, length in enumerate(lengths):
            if not hasattr(length, "__index__"):
                raise TypeError(f"torch.Size() takes an iterable of 'int' (item {place} is '{type(length).__name__}')")
        return tuple.__new__(cls, map(operator.index, lengths))

    def numel(self) -> int:
        """How many numbers a tensor of this shape holds."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __str__(self) -> str:
        return self.__repr__()

    def __getitem__(self, item: Any) -> Any:
        found = tuple.__getitem__(self, item)
        return Size(found) if isinstance(item, slice) else found

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Size:
        return Size(tuple(other)) + self

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__


def listed(shape: Iterable[int]) -> str:
    """A shape as messages print it.

    >>> listed((3, 5))
    '[3, 5]'
    """
    return f"[{', '.join(map(str, shape))}]"


def sizes_of(size: tuple[Any, ...], function: str) -> tuple[int, ...]:
    """The lengths given to ``function`` either one by one or as one list or tuple.

    >>> sizes_of((2, 3), "zeros"), sizes_of(([2, 3],), "zeros")
    ((2, 3), (2, 3))
    """
    if len(size) == 1 and not isinstance(size[0], (int, np.integer)) and isinstance(size[0], Iterable):
        size = tuple(size[0])
    try:
        return tuple(operator.index(length) for length in size)
    except TypeError:
        wrong = next(length for length in size if not hasattr(length, "__index__"))
        raise TypeError(
            f"{function}(): argument 'size' must be a tuple of ints, but found {type(wrong).__name__} ({wrong!r})"
        ) from None


def dim_of(dim: Any, ndim: int, function: str = "dim") -> int:
    """``dim`` counted from the front; IndexError where the tensor has no such dimension.

    >>> dim_of(-1, 2)
    1
    """
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"{function}(): argument 'dim' must be int, not {type(dim).__name__} ({dim!r})")
    place = operator.index(dim)
    reach = max(ndim, 1)
    if not -reach <= place < reach:
        raise IndexError(
            f"{function}(): Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got {place})"
        )
    return place % reach


def dims_of(dim: Any, ndim: int, function: str = "dim") -> tuple[int, ...]:
    """The dimensions that a reduction runs over: None and the empty tuple mean all of them."""
    if type(dim) is int and -ndim <= dim < ndim:
        return (dim % ndim,)
    if dim is None:
        return tuple(range(ndim))
    if isinstance(dim, (int, np.integer)):
        return (dim_of(dim, ndim, function),) if ndim else _check_scalar(int(dim), function)
    places = tuple(dim_of(one, ndim, function) for one in dim)
    if not places:
        return tuple(range(ndim))
    if len(set(places)) != len(places):
        twice = next(place for place in places if places.count(place) > 1)
        raise RuntimeError(f"{function}(): dim {twice} appears multiple times in the list of dims")
    return places if ndim else ()


def _check_scalar(dim: int, function: str) -> tuple[int, ...]:
    dim_of(dim, 0, function)
    return ()


def broadcast(shapes: Sequence[tuple[int, ...]], function: str) -> tuple[int, ...]:
    """The common shape of ``shapes``; RuntimeError names the two lengths that do not fit.

    >>> broadcast([(3, 1), (5,)], "add")
    (3, 5)
    """
    ndim = max(map(len, shapes), default=0)
    result = [1] * ndim
    for shape in shapes:
        for place, length in enumerate(shape, start=ndim - len(shape)):
            if length == result[place] or length == 1:
                continue
            if result[place] != 1:
                raise RuntimeError(
                    f"{function}(): The size of tensor a ({result[place]}) must match the size of tensor b ({length}) "
                    f"at non-singleton dimension {place}; the shapes are {' and '.join(map(listed, shapes))}. "
                    "Two lengths fit when they are equal or one of them is 1."
                )
            result[place] = length
    return tuple(result)


def infer_size(shape: Sequence[int], numel: int, function: str) -> tuple[int, ...]:
    """``shape`` with its -1 replaced by what is left of ``numel`` numbers.

    >>> infer_size((2, -1), 6, "view")
    (2, 3)
    """
    unknown = [place for place, length in enumerate(shape) if length == -1]
    if len(unknown) > 1:
        raise RuntimeError(f"{function}(): only one dimension can be inferred, got {listed(shape)}")
    if any(length < -1 for length in shape):
        raise RuntimeError(f"{function}(): invalid shape dimension {min(shape)} in {listed(shape)}")
    known = math.prod(length for length in shape if length != -1)
    if unknown:
        if known == 0 and numel == 0:
            raise RuntimeError(
                f"{function}(): cannot reshape tensor of 0 elements into shape {listed(shape)} because the unspecified "
                "dimension size -1 can be any value and is ambiguous"
            )
        if known == 0 or numel % known:
            raise RuntimeError(f"{function}(): shape '{listed(shape)}' is invalid for input of size {numel}")
        return tuple(numel // known if length == -1 else length for length in shape)
    if known != numel:
        raise RuntimeError(f"{function}(): shape '{listed(shape)}' is invalid for input of size {numel}")
    return tuple(shape)


@lru_cache(maxsize=128)
def ones(n: int, dtype: Any) -> np.ndarray[Any, Any]:
    """So many ones, for a product that sums. Not to be written to."""
    return np.ones(n, dtype)


def reduced(array: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Sum an array over the dimensions along which ``shape`` was broadcast to it: the reverse of broadcasting.

    >>> reduced(np.ones((3, 5)), (3, 1)).ravel().tolist()
    [5.0, 5.0, 5.0]
    """
    dtype = array.dtype
    result: np.ndarray[Any, Any]
    if array.ndim == 2 and array.size <= PRODUCTS and (dtype is F32 or dtype is F64):
        # The most frequent cases, a bias and a number for each row. A product with ones takes a quarter of a sum's time.
        n, c = array.shape
        if shape == (c,) and c != 1:
            result = ones(n, dtype).dot(array)
            return result
        if shape == (n, 1) and n != 1 and c <= 128:  # so far NumPy's sum is not pairwise either
            result = array.dot(ones(c, dtype))[:, None]
            return result
    extra = array.ndim - len(shape)
    if extra == 1 and array.shape[1:] == shape and 1 not in shape:
        result = np.add.reduce(array, 0)
        return result
    axes = tuple(range(extra)) + tuple(
        place + extra for place, length in enumerate(shape) if length == 1 and array.shape[place + extra] != 1
    )
    return array.sum(axis=axes).reshape(shape) if axes else array.reshape(shape)
