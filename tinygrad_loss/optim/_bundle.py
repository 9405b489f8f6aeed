"""Parameters that are updated together: an optimizer's formula runs on a few flat arrays, however many tensors there are.

NumPy's cost for a small array is the call. So the gradients of small parameters are laid side by side, the formula is run
once for all, and the change is added to each. A large parameter is worked through in stretches that stay in the processor's
cache. The state tensors that ``optimizer.state`` shows (momentum and the like) are views of the flat arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import numpy as np

from .._dtypes import F32, F64, default_numpy
from .._tensor import Tensor
from ..autograd.clock import touch
from ..autograd.node import NO_EDGE
from ..autograd.wrapping import wrap

Array = np.ndarray[Any, Any]

SMALL = 1 << 14
STRETCH = 1 << 15


class Piece:
    """What a formula works on, flat arrays of one length: ``grad``, the optimizer's ``state`` (in the order of its slots), two
    to compute in (``scratch``, whose first may be the memory of ``grad`` itself), and ``update``, into which it writes what is
    added to the parameters, the ``values``."""

    __slots__ = ("_cells", "_row", "fresh", "grad", "scratch", "state", "step", "update", "values")

    grad: Array
    values: Array
    state: list[Array]
    scratch: list[Array]
    update: Array
    step: float
    """Which step of these parameters this is, from 1 on."""
    fresh: bool
    """Whether the state is still as it was made."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._row = np.empty(8, dtype)
        self._cells = [self._row[place : place + 1].reshape(()) for place in range(8)]

    def numbers(self, *values: float) -> list[Array]:
        """Up to eight numbers as 0-dim arrays of the parameters' dtype, until the next call: a ufunc takes such a one quicker
        than Python's number, which it would round alike."""
        self._row[: len(values)] = values
        return self._cells[: len(values)]


class Bundle:
    """Parameters of one dtype that have taken the same number of steps: many small ones, or one."""

    def __init__(self, params: list[Tensor], state: dict[Any, dict[str, Any]], slots: Mapping[str, float], counted: bool) -> None:
        self.params, self.dtype = params, params[0]._data.dtype
        self.ends = np.cumsum([p._data.size for p in params]).tolist()
        self.size: int = self.ends[-1]
        self.entries = [state[p] for p in params] if slots or counted else []
        self.fresh = not all(entry.get(name) is not None for entry in self.entries for name in slots)
        placed: list[list[tuple[str, Tensor]]] = [[] for _ in params]
        #: Each parameter with its entry in the state (None where there is no state), and the names and tensors put into that.
        self.kept = list(zip_longest(params, self.entries, placed))
        self.steps = self._counters() if counted else None
        self.flat = [self._slot(name, first) for name, first in slots.items()]
        self.direct = self.size > SMALL and len(params) == 1 and params[0]._data.flags.c_contiguous
        self.piece = Piece(self.dtype)
        self.work = [aligned(min(self.size, STRETCH) if self.direct else self.size, self.dtype) for _ in range(4)]
        if not self.direct:
            piece, views = self.piece, map(self._views, self.work)
            piece.state, piece.scratch = self.flat, self.work[:2]
            piece.grad, _, piece.update, piece.values = self.work
            #: Each parameter with its part of these: grad, scratch, update, values.
            self.places = list(zip(params, *views, strict=True))

    def _views(self, flat: Array) -> list[Array]:
        """The part of each parameter in a flat array, in the parameter's shape."""
        return [
            flat[end - p._data.size : end].reshape(p._data.shape) for p, end in zip(self.params, self.ends, strict=True)
        ]

    def _counters(self) -> Array:
        steps = np.array([steps_of(entry) for entry in self.entries], F64 if default_numpy() == F64 else F32)
        self.one = np.ones((), steps.dtype)
        for place in range(len(steps)):
            self._place(place, "step", steps[place : place + 1].reshape(()))
        return steps

    def _slot(self, name: str, first: float) -> Array:
        flat = aligned(self.size, self.dtype)
        for place, view in enumerate(self._views(flat)):
            old = self.entries[place].get(name)
            view[...] = first if old is None else old._data
            self._place(place, name, view)
        return flat

    def _place(self, place: int, name: str, view: Array) -> None:
        self.entries[place][name] = tensor = wrap(view, NO_EDGE)
        self.kept[place][2].append((name, tensor))

    def is_current(self, state: Any) -> bool:
        """Whether all parameters have gradients, and nobody has changed their dtype, or put other tensors into the state, since."""
        dtype = self.dtype
        for p, entry, placed in self.kept:
            if p._grad is None or p._data.dtype is not dtype:
                return False
            if entry is not None:
                if state.get(p) is not entry:
                    return False
                for name, tensor in placed:
                    if entry.get(name) is not tensor:
                        return False
        return True

    def pieces(self, want_values: bool) -> Iterator[Piece]:
        """The flat arrays to run the formula on. After each piece its ``update`` is added to the parameters."""
        piece = self.piece
        piece.fresh = self.fresh
        if self.steps is not None:
            self.steps += self.one
            piece.step = self.steps.item(0)
        if self.direct:
            yield from self._stretches(piece)
        else:
            for p, grad, _, _, _ in self.places:
                grad[...] = p._grad._data
            if want_values:
                for p, _, _, _, values in self.places:
                    values[...] = p._data
            yield piece
            for p, _, _, update, _ in self.places:
                data = p._data
                np.add(data, update, data)
                touch(data)
        self.fresh = False

    def _stretches(self, piece: Piece) -> Iterator[Piece]:
        data = self.params[0]._data
        grad, values = self.params[0].grad._data.reshape(-1), data.reshape(-1)
        for start in range(0, self.size, STRETCH):
            part = slice(start, start + STRETCH)
            length = min(STRETCH, self.size - start)
            piece.grad, piece.values = grad[part], values[part]
            piece.state = [flat[part] for flat in self.flat]
            *piece.scratch, piece.update, _ = [array[:length] for array in self.work]
            yield piece
            np.add(piece.values, piece.update, out=piece.values)
        touch(data)


def aligned(length: int, dtype: np.dtype[Any]) -> Array:
    """A flat array that begins on a cache line: where it does not, arithmetic takes up to 1.6 times as long."""
    line = 64 // dtype.itemsize
    memory = np.zeros(length + line, dtype)
    start = -memory.__array_interface__["data"][0] % 64 // dtype.itemsize
    return memory[start : start + length]


def steps_of(entry: Mapping[str, Any]) -> float:
    """How many steps a parameter has taken, by its state."""
    count = entry.get("step", 0.0)
    return float(count._data.item() if isinstance(count, Tensor) else count)


def bundled(
    params: list[Tensor], state: dict[Any, dict[str, Any]], slots: Mapping[str, float], counted: bool
) -> list[Bundle]:
    """The parameters in bundles: small ones of the same dtype, count of steps and kind of state together, large ones alone."""
    together: dict[Any, list[Tensor]] = {}
    for place, p in enumerate(params):
        entry = state[p] if slots or counted else {}  # made here, in the parameters' order
        kind: Any = place
        if p._data.size <= SMALL and not any(p is other for other in params[:place]):
            kind = (p._data.dtype, steps_of(entry), tuple(entry.get(name) is None for name in slots))
        together.setdefault(kind, []).append(p)
    return [Bundle(some, state, slots, counted) for some in together.values()]
