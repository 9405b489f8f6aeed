"""Samples put together into a batch."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from ..._creation import from_numpy
from ..._dtypes import F64, I64
from ..._tensor import Tensor
from ...ops.joining import stack


def default_collate(batch: Sequence[Any]) -> Any:
    """A batch of samples: tensors and arrays are stacked, numbers become a tensor, the parts of tuples, lists and dictionaries
    are put together one by one, strings stay a list.

    RuntimeError for lists or tensors of different lengths, TypeError for anything else.

    >>> import tinygrad_loss as torch
    >>> torch.utils.data.default_collate([{"x": 1.0, "y": "a"}, {"x": 2.0, "y": "b"}])
    {'x': tensor([1., 2.], dtype=torch.float64), 'y': ['a', 'b']}
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch, 0)
    if isinstance(first, np.ndarray) and first.dtype.kind not in "SUO":
        return default_collate([from_numpy(np.asarray(one)) for one in batch])
    if isinstance(first, (np.bool_, np.number)):
        return from_numpy(np.array(batch))
    if isinstance(first, float):
        return from_numpy(np.array(batch, F64))
    if isinstance(first, int):
        return from_numpy(np.array(batch, np.bool_ if isinstance(first, bool) else I64))
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _like_mapping(first, {key: default_collate([one[key] for one in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*map(default_collate, zip(*batch, strict=True)))
    if isinstance(first, Sequence):
        if any(len(one) != len(first) for one in batch):
            raise RuntimeError(f"each element in list of batch should be of equal size, got {[len(one) for one in batch]}")
        return _like_sequence(first, [default_collate(parts) for parts in zip(*batch, strict=True)])
    kind = first.dtype if isinstance(first, np.ndarray) else type(first)
    raise TypeError(f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {kind}")


def default_convert(data: Any) -> Any:
    """One sample that is not batched: arrays and NumPy numbers become tensors, all else stays.

    >>> import numpy as np, tinygrad_loss as torch
    >>> torch.utils.data.default_convert((np.array([1.0]), "a"))
    [tensor([1.], dtype=torch.float64), 'a']
    """
    if isinstance(data, (np.ndarray, np.bool_, np.number)):
        array = np.asarray(data)
        return data if array.dtype.kind in "SUO" else from_numpy(array)
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like_sequence(data, [default_convert(value) for value in data])
    return data


def _like_mapping(pattern: Any, values: dict[Any, Any]) -> Any:
    """``values`` in a mapping of the pattern's class, where that can be made."""
    if type(pattern) is dict:
        return values
    try:
        if isinstance(pattern, MutableMapping):
            made = copy.copy(pattern)
            made.update(values)
            return made
        return type(pattern)(values)
    except TypeError:
        return values


def _like_sequence(pattern: Any, values: list[Any]) -> Any:
    """``values`` in a sequence of the pattern's class, where that can be made; a tuple becomes a list, as in PyTorch."""
    if isinstance(pattern, (list, tuple)) and type(pattern) in (list, tuple):
        return values
    try:
        if isinstance(pattern, MutableSequence):
            made = copy.copy(pattern)
            for place, value in enumerate(values):
                made[place] = value
            return made
        return values if isinstance(pattern, tuple) else type(pattern)(values)  # type: ignore[call-arg]
    except TypeError:
        return values
