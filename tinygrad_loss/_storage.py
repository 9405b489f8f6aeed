"""The memory under a tensor: aliases of it, and how it is copied and pickled so that tensors that share memory still do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .autograd.node import LEAF, NO_EDGE

Array = np.ndarray[Any, Any]
Sizes = tuple[int, ...]


def unwatched(array: Array) -> Array:
    """The same memory as an array of its own: what is written to it does not count as a change of ``array`` (see
    ``autograd.clock``).

    >>> a = np.zeros(2); b = unwatched(a); b[0] = 1; a
    array([1., 0.])
    """
    return np.asarray(memoryview(array))  # type: ignore[arg-type]


def owner_of(array: Array) -> Array:
    """The array to whose memory ``array`` belongs, through views and ``unwatched`` aliases alike.

    >>> a = np.zeros((2, 3)); owner_of(unwatched(a[1:])) is a
    True
    """
    while True:
        base: Any = array.base
        if isinstance(base, memoryview):
            base = base.obj
        if not isinstance(base, np.ndarray):
            return array
        array = base


def storage_of(array: Array) -> tuple[Array, int, Sizes]:
    """The array that owns the memory into which ``array`` looks (the same object for all that share it), the number of
    the element
    of it at which ``array`` starts, and the steps in elements. Where that memory has gaps, or another dtype: a copy.

    >>> owner, offset, stride = storage_of(np.arange(6).reshape(2, 3)[1:]); owner.tolist(), offset, stride
    ([0, 1, 2, 3, 4, 5], 3, (3, 1))
    """
    for owner in (owner_of(array), array):
        if owner.dtype == array.dtype and owner.flags.forc and type(owner) is np.ndarray:
            places = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
            return owner, (places // array.itemsize if array.size else 0), element_strides(array)
    owner = np.array(array, order="C")
    return owner, 0, element_strides(owner)


def element_strides(array: Array) -> tuple[int, ...]:
    """The steps between neighbours in elements, as ``stride()`` gives them.

    >>> element_strides(np.zeros((2, 3)).T), element_strides(np.zeros((2, 0)))
    ((1, 3), (1, 1))
    """
    if array.flags.c_contiguous:
        lengths = [max(length, 1) for length in array.shape]
        return tuple(math.prod(lengths[place + 1 :]) for place in range(array.ndim))
    return tuple(step // array.itemsize for step in array.strides)


def array_on(flat: Array, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Array:
    """The array of shape ``size`` that steps by ``stride`` through a flat array; ValueError where it would leave it.

    >>> array_on(np.arange(6), 1, (2, 2), (3, 1)).tolist()
    [[1, 2], [4, 5]]
    """
    if len(size) != len(stride) or min((offset, *size, *stride)) < 0:
        raise ValueError(f"no tensor has offset {offset}, size {size} and stride {stride}")
    if 0 in size:
        return np.empty(size, flat.dtype)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if last >= len(flat):
        raise ValueError(f"size {size} and stride {stride} from {offset} on need {last + 1} numbers, and there are {len(flat)}")
    return np.ndarray(size, flat.dtype, flat, offset * flat.itemsize, [step * flat.itemsize for step in stride])


def rebuilt(kind: type[Any], owner: Array, offset: int, size: Sizes, stride: Sizes, requires_grad: bool) -> Any:
    """A tensor of class ``kind`` on the memory of ``owner``: what ``copy`` and ``pickle`` call."""
    tensor = object.__new__(kind)
    tensor._data = array_on(owner.ravel(order="K"), offset, size, stride)
    tensor._edge = LEAF if requires_grad else NO_EDGE
    return tensor
