"""Functions that a user hangs on a tensor or on a node to see, or to change, the gradient that passes."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

_numbers = itertools.count()


class HookTable(dict[int, Any]):
    """Hooks by number, in the order in which they were added; a handle refers to it without keeping it alive."""

    __slots__ = ("__weakref__",)


class RemovableHandle:
    """What ``register_hook`` returns: ``remove()`` takes the hook off again, as does leaving a ``with`` block."""

    def __init__(self, table: HookTable) -> None:
        self._table = weakref.ref(table)
        self.id = next(_numbers)

    def remove(self) -> None:
        """Take the hook off."""
        table = self._table()
        if table is not None:
            table.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class Hooks:
    """The hooks of one node: on the tensors that it made (by output number), before it, after it.

    A leaf keeps hooks of its own (``tensor`` and ``added``, called when its ``.grad`` is known), which outlive its
    AccumulateGrad: that node shares them.
    """

    __slots__ = ("added", "post", "pre", "retain", "tensor")

    def __init__(self, leaf: Hooks | None = None) -> None:
        self.tensor: dict[int, HookTable] = {}
        self.added = HookTable()
        self.retain: dict[int, weakref.ref[Any]] = {}
        self.pre = HookTable()
        self.post = HookTable()
        if leaf is not None:
            self.share(leaf)

    def share(self, leaf: Hooks) -> None:
        """Take over the hooks of a leaf."""
        self.tensor, self.added = leaf.tensor, leaf.added

    def add(self, when: str, hook: Callable[..., Any], output: int = 0) -> RemovableHandle:
        """Add a hook before ("pre") or after ("post") the node, on the tensor of one of its outputs ("tensor"), or after a leaf's
        ``.grad`` was added to ("added")."""
        if not callable(hook):
            raise TypeError(f"register_hook: argument 'hook' must be callable, not {type(hook).__name__}")
        table = self.tensor.setdefault(output, HookTable()) if when == "tensor" else getattr(self, when)
        return add_to(table, hook)


def add_to(table: HookTable, hook: Any) -> RemovableHandle:
    """Put a hook into a table; the handle returned takes it out."""
    handle = RemovableHandle(table)
    table[handle.id] = hook
    return handle
