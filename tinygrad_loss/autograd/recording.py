"""How a node comes to be, and the tensor of its result: functions of which every class of nodes has a copy of its own (``OwnCopy``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import anomaly
from .anomaly import state
from .clock import tick
from .modes import modes, paused
from .wrapping import kind, wrap

if TYPE_CHECKING:
    from .node import Node

Edge = tuple["Node | None", int]

NO_EDGE: Edge = (None, 0)
_new = object.__new__


class OwnCopy:
    """A function of which every class of nodes makes itself a copy when it first needs it: ``bound(op)`` is what the last parameters
    of the copy for ``op`` are, after the function itself.

    Python notes in a function's code which class of objects it met there, and reads their attributes several times as fast when the
    same class comes again (PEP 659). Nodes are of hundreds of classes, since each bears PyTorch's name; a function that served
    them all would never meet the same class twice.
    """

    def __init__(self, bound: Callable[[Any], tuple[Any, ...]]) -> None:
        self.bound = bound

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    def __get__(self, node: Any, op: type[Any]) -> Any:
        function, *bound = self.bound(op)
        copy: Any = FunctionType(function.__code__.replace(), function.__globals__, function.__name__, tuple(bound))
        copy.__doc__ = function.__doc__
        copy.copy_of = self
        for below in op.__subclasses__():  # first, so that none of them finds the copy
            if self.name not in vars(below):
                setattr(below, self.name, self)
        setattr(op, self.name, copy)
        return copy if node is None else MethodType(copy, node)

    def keep(self, op: type[Any]) -> None:
        """See to it that ``op`` makes a copy of its own and does not take that of a class above it."""
        if self.name not in vars(op) and any(
            getattr(vars(base).get(self.name), "copy_of", None) is self for base in op.__bases__
        ):
            setattr(op, self.name, self)


def made(edges: Sequence[Edge], saved: tuple[Any, ...], shape: Any, dtype: Any, op: type[Node]) -> Node:
    """A new node of class ``op``."""
    node = op()
    node.seq = tick()
    node.arity = arity = len(edges)
    if arity == 1:
        (edge,) = edges
        node.first = edge if edge[1] else edge[0]
    elif arity:
        first, *rest = edges
        node.first = first if first[1] else first[0]
        if arity == 2:
            (edge,) = rest
            node.second = edge if edge[1] else edge[0]
        else:
            node.second = tuple([edge if edge[1] else edge[0] for edge in rest])
    node.saved = saved
    node.shape = shape
    node.dtype = dtype
    node.hooks = None
    return node


def recorded(edges: Sequence[Edge], out: Any, saved: tuple[Any, ...], op: type[Node]) -> Any:
    """``out``, floating-point numbers, as a tensor that knows that ``op`` made it from what stands at ``edges``; as one that knows
    nothing where no gradient is wanted. Most operations come this way, so that what ``made`` and ``wrap`` do is written out."""
    arity = len(edges)
    first = edges[0]
    second = edges[1] if arity == 2 else NO_EDGE
    if (paused.threads and not modes.grad) or (
        first is NO_EDGE and second is NO_EDGE and (arity < 3 or all(edge is NO_EDGE for edge in edges))
    ):
        return wrap(out, NO_EDGE)
    node = op()
    node.seq = tick()
    node.arity = arity
    node.first = first if first[1] else first[0]
    if arity == 2:
        node.second = second if second[1] else second[0]
    elif arity == 3:
        _, second, third = edges
        node.second = (second if second[1] else second[0], third if third[1] else third[0])
    elif arity > 3:
        node.second = tuple([edge if edge[1] else edge[0] for edge in edges[1:]])
    node.saved = saved
    if type(out) is not np.ndarray:
        out = np.asarray(out)
    node.shape = out.shape
    node.dtype = out.dtype
    node.hooks = None
    if state.enabled:
        anomaly.note(node)
    tensor = _new(kind.tensor)
    tensor._data = out
    tensor._edge = (node, 0)
    return tensor
