"""What happens to a gradient at the edge of the walk: it is added to a leaf, or shown to a user's hook."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import from_numpy_dtype
from . import clock
from .hooks import Hooks
from .recording import NO_EDGE
from .wrapping import kind, wrap

if TYPE_CHECKING:
    from .variable import Variable

_adding = threading.RLock()


def accumulate(variable: Variable, g: Any, create: bool = False) -> None:
    """Add ``g`` to ``variable.grad``.

    The first gradient is kept as it is, since every gradient of a walk has one owner (``owned``). Later ones are added in place,
    so that whoever holds ``.grad`` sees the sum. One thread at a time: walks in several threads may end at the same leaf. A
    variable that asks for no gradient any more gets none.
    """
    if variable._edge is NO_EDGE:
        return
    with _adding:
        old = getattr(variable, "_grad", None)
        if create:
            variable._grad = g.clone() if old is None else old + g
        elif old is None:
            variable._grad = wrap(owned(g), NO_EDGE)
        elif old._data.flags.writeable and not overlaps(old._data):
            np.add(old._data, g, out=old._data)
            clock.touch(old._data)
        else:
            raise RuntimeError(
                "backward(): unsupported operation: .grad cannot be added to: more than one element of it refers to a single "
                "memory location, or its memory is read-only. Please clone() the tensor before assigning it to .grad."
            )


def overlaps(array: np.ndarray[Any, Any]) -> bool:
    """Whether one number of its memory stands at several places of an array, as after ``expand``."""
    steps = zip(array.strides, array.shape, strict=True)
    return array.size > 0 and 0 in array.strides and any(step == 0 and n > 1 for step, n in steps)


def owned(g: Any) -> np.ndarray[Any, Any]:
    """A gradient of the walk as an array that a tensor may keep: itself, unless it cannot be written to, is not laid out row by
    row, or would keep far more memory alive than its own."""
    if type(g) is not np.ndarray:
        return np.array(g)
    if g.base is None or (g.flags.writeable and g.flags.c_contiguous and clock.memory_of(g).nbytes < 2 * g.nbytes):
        return g
    return np.array(g, order="C")


def run_on_tensors(hooks: Hooks, grads: list[Any], create: bool) -> list[Any]:
    """The gradients of a node's outputs after the hooks on those tensors and ``retain_grad``."""
    if any(hooks.tensor.values()):
        shown = as_tensors(grads)
        for output, table in list(hooks.tensor.items()):
            for hook in list(table.values()):
                answer = hook(shown[output])
                if answer is not None:
                    shown[output] = _checked(hook, shown[output], answer)
        grads = _given_back(shown, create)
    for output, reference in list(hooks.retain.items()):
        variable, g = reference(), grads[output]
        if variable is not None and g is not None:
            kept = g.clone() if create else wrap(np.array(g), NO_EDGE)
            old = getattr(variable, "_grad", None)
            variable._grad = kept if old is None else old + kept
    return grads


def run_before(hooks: Hooks, grads: list[Any], create: bool) -> list[Any]:
    """The gradients of a node's outputs after the node's prehooks."""
    shown = as_tensors(grads)
    for hook in list(hooks.pre.values()):
        shown = _all_checked(hook, shown, hook(tuple(shown)))
    return _given_back(shown, create)


def run_after(hooks: Hooks, grads: Sequence[Any], outputs: list[Any], create: bool) -> list[Any]:
    """The gradients of a node's inputs after the node's hooks."""
    shown, arrived = as_tensors(grads), as_tensors(outputs)
    for hook in list(hooks.post.values()):
        shown = _all_checked(hook, shown, hook(tuple(shown), tuple(arrived)))
    return _given_back(shown, create)


def as_tensors(grads: Sequence[Any]) -> list[Any]:
    """Gradients as a user sees them."""
    return [g if g is None or isinstance(g, kind.tensor) else wrap(np.asarray(g), NO_EDGE) for g in grads]


def _given_back(shown: Sequence[Any], create: bool) -> list[Any]:
    """The reverse. The user may have kept what was shown, or returned a tensor of his own, so the walk goes on with copies."""
    return list(shown) if create else [None if g is None else np.array(g._data) for g in shown]


def _all_checked(hook: Any, grads: list[Any], answer: Any) -> list[Any]:
    if answer is None:
        return grads
    if not isinstance(answer, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(answer).__name__}': {_name(hook)} must return None or a tuple")
    if len(answer) != len(grads):
        raise RuntimeError(
            f"hook {_name(hook)} has returned an incorrect number of values (got {len(answer)}, but expected {len(grads)})"
        )
    return [None if new is None else _checked(hook, old, new) for old, new in zip(grads, answer, strict=True)]


def _checked(hook: Any, old: Any, new: Any) -> Any:
    if not isinstance(new, kind.tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}': {_name(hook)} must return Tensor or None")
    if old is None:
        raise RuntimeError(f"can't replace a None gradient with a non-None value: {_name(hook)} must return None in its place")
    was, got = old._data, new._data
    if was.dtype != got.dtype:
        raise RuntimeError(
            f"hook {_name(hook)} has changed the type of value (was {from_numpy_dtype(was.dtype)} got "
            f"{from_numpy_dtype(got.dtype)})"
        )
    if was.shape != got.shape:
        raise RuntimeError(f"hook {_name(hook)} has changed the size of value (was {list(was.shape)} got {list(got.shape)})")
    return new


def _name(hook: Any) -> str:
    return f"'{getattr(hook, '__name__', type(hook).__name__)}'"
