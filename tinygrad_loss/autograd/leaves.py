"""What happens to a gradient at the edge of the walk: it is added to a leaf, or shown to a user's hook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import clock
from .hooks import Hooks
from .node import NO_EDGE
from .wrapping import kind, wrap

if TYPE_CHECKING:
    from .variable import Variable


def accumulate(variable: Variable, g: Any, create: bool = False) -> None:
    """Add ``g`` to ``variable.grad``.

    The first gradient is kept as it is: every gradient of a walk has one owner. Only what cannot be written to, is not laid out
    row by row, or would keep far more memory alive than its own is copied. Later ones are added in place, so that whoever holds
    ``.grad`` sees the sum.
    """
    hooks = getattr(variable, "_leaf_hooks", None)
    if hooks:
        for hook in list(hooks["pre"].values()):
            g = _replaced(g, hook(_shown(g)), create)
    old = variable.grad
    if create:
        variable._grad = g if old is None else old + g
    elif old is None:
        variable._grad = wrap(g if type(g) is np.ndarray and not hooks and _can_be_kept(g) else np.array(g), NO_EDGE)
    elif old.requires_grad:
        variable._grad = wrap(old._data + g, NO_EDGE)
    else:
        np.add(old._data, g, out=old._data)
        clock.touch(old._data)
    if hooks:
        for hook in list(hooks["post"].values()):
            hook(variable)


def _can_be_kept(g: np.ndarray[Any, Any]) -> bool:
    if g.base is None:
        return True
    return bool(g.flags.writeable and g.flags.c_contiguous and clock.memory_of(g).nbytes < 2 * g.nbytes)


def run_before(hooks: Hooks, grads: list[Any], create: bool) -> list[Any]:
    """The gradients of a node's outputs after the hooks on those tensors, ``retain_grad`` and the node's prehooks."""
    for output, table in hooks.tensor.items():
        for hook in list(table.values()):
            if grads[output] is not None:
                grads[output] = _replaced(grads[output], hook(_shown(grads[output])), create)
    for output, reference in hooks.retain.items():
        variable = reference()
        if variable is not None and grads[output] is not None:
            kept = grads[output] if create else wrap(np.array(grads[output]), NO_EDGE)
            variable._grad = kept if variable.grad is None else variable.grad + kept
    for hook in list(hooks.pre.values()):
        grads = _all_replaced(grads, hook(tuple(map(_shown, grads))), create, "prehook")
    return grads


def run_after(hooks: Hooks, grads: Sequence[Any], outputs: list[Any], create: bool) -> list[Any]:
    """The gradients of a node's inputs after the node's hooks."""
    found = list(grads)
    for hook in list(hooks.post.values()):
        found = _all_replaced(found, hook(tuple(map(_shown, found)), tuple(map(_shown, outputs))), create, "hook")
    return found


def _shown(g: Any) -> Any:
    return g if g is None or isinstance(g, kind.tensor) else wrap(g, NO_EDGE)


def _replaced(g: Any, answer: Any, create: bool) -> Any:
    if answer is None:
        return g
    if not isinstance(answer, kind.tensor):
        raise TypeError(f"a gradient hook must return a Tensor or None, not {type(answer).__name__}")
    if answer._data.shape != g.shape:
        raise RuntimeError(
            f"a gradient hook has changed the size of value: from {list(g.shape)} to {list(answer._data.shape)}"
        )
    return answer if create else answer._data


def _all_replaced(grads: list[Any], answer: Any, create: bool, kind: str) -> list[Any]:
    if answer is None:
        return grads
    answers = list(answer) if isinstance(answer, (tuple, list)) else [answer]
    if len(answers) != len(grads):
        raise RuntimeError(f"{kind} has returned an incorrect number of values (got {len(answers)}, but expected {len(grads)})")
    return [
        old if new is None else (new if create else new._data) if old is None else _replaced(old, new, create)
        for old, new in zip(grads, answers, strict=True)
    ]
