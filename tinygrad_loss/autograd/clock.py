"""The clock of recorded operations and in-place changes: how a saved array that has changed since is noticed.

Every recorded node draws a number; every in-place change draws one too and notes it for the memory that it wrote to. A saved
array is stale when its memory bears a later number than the node that saved it. An operation so pays nothing for the check.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from typing import Any

import numpy as np

tick = itertools.count(1).__next__


class _Change:
    """What was written to one piece of memory: how often, and the last few times when."""

    __slots__ = ("alive", "count", "times")

    def __init__(self, array: np.ndarray[Any, Any], key: int) -> None:
        self.alive = weakref.ref(array, lambda _: _changes.pop(key, None))
        self.count = 0
        self.times: deque[int] = deque(maxlen=64)


class _Last:
    """When anything at all was last changed in place; a holder, so that readers see the newest value."""

    __slots__ = ("time",)

    def __init__(self) -> None:
        self.time = 0


last = _Last()
#: The numbers between which backward passes under create_graph recorded nodes, of the last passes: for pictures.
recorded_passes: deque[tuple[int, int]] = deque(maxlen=1024)
_changes: dict[int, _Change] = {}


def memory_of(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array that owns the memory of a view."""
    base = array.base
    while isinstance(base, np.ndarray):
        array, base = base, base.base
    return array


def touch(array: np.ndarray[Any, Any]) -> None:
    """Note that the memory of ``array`` has been written to."""
    memory = array if array.base is None else memory_of(array)
    change = _changes.get(id(memory))
    if change is None:
        change = _changes[id(memory)] = _Change(memory, id(memory))
    change.count += 1
    last.time = now = tick()
    change.times.append(now)


def version(array: np.ndarray[Any, Any]) -> int:
    """How often the memory of ``array`` was changed in place."""
    change = _changes.get(id(memory_of(array)))
    return change.count if change else 0


def changes_since(array: np.ndarray[Any, Any], time: int) -> int:
    """How often the memory of ``array`` was changed after ``time`` (of the last 64 changes)."""
    change = _changes.get(id(memory_of(array)))
    if change is None or change.times[-1] <= time:
        return 0
    return sum(moment > time for moment in change.times)
