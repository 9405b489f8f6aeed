"""Views: tensors that share another's memory, and what becomes of the graph when that memory is written to in place.

A view's place in the graph is a ``ViewEdge``. It remembers the tensor whose memory it looks into; when that one has been rewritten
since, the view's gradient must flow to the new history, and the edge is made anew (AsStridedBackward0, as PyTorch calls it).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd import clock
from ..autograd.modes import modes
from ..autograd.node import LEAF, NO_EDGE, Edge, FixedEdge, Node
from ..autograd.variable import Variable, any_requires_grad
from ..autograd.wrapping import wrap
from ._record import Array, data_of, node_for, record


class ViewEdge:
    """Where a view stands: the edge it was recorded with, as long as its base still has the history it had then."""

    __slots__ = ("base", "base_edge", "known")

    def __init__(self, base: Variable, known: Edge) -> None:
        self.base, self.known = base, known
        self.base_edge = base._edge

    def resolve(self, view: Variable) -> Edge:
        """The edge of ``view``, made anew if the base was rewritten."""
        if self.base._edge is not self.base_edge:
            self.base_edge = self.base._edge
            self.known = _as_strided(view, self.base)
        return self.known


class AsStridedBackward0(Node):
    """Some elements of a tensor, found by their places in it: the gradient is put back at those places."""

    __slots__ = ()
    saves = ("places", "sizes")
    frees = False
    vjps = (lambda g, places, sizes: scattered(g, places, sizes),)


class PutBackward(Node):
    """The reverse of ``scattered``: the gradient's elements at the places."""

    __slots__ = ()
    saves = ("places", "sizes")
    frees = False
    vjps = (lambda g, places, sizes: taken(g, places),)


class CopySlices(Node):
    """A tensor of which a part was rewritten by an operation: the gradient of the part goes through that operation, what is left
    goes to the tensor as it was before."""

    __slots__ = ()
    saves = ("inner", "places")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        inner, places = saved
        return self._both(g, places, inner.vjp(inner.fit(taken(g, places), 0), *inner.checked()))

    def vjp_recorded(self, g: Any) -> list[Any]:
        inner, places = self.checked()
        return self._both(g, places, inner.vjp_recorded(inner.fit(taken(g, places), 0)))

    def _both(self, g: Any, places: Array, parts: Any) -> list[Any]:
        kept = np.ones(g.shape, g.dtype if isinstance(g, np.ndarray) else g._data.dtype)
        kept.reshape(-1)[places.reshape(-1)] = 0
        rest = g * kept
        old, *others = parts
        return [rest if old is None else rest + scattered(old, places, tuple(g.shape)), *others]


def view_of(op: type[Node], x: Any, out: Array, saved: tuple[Any, ...] = ()) -> Any:
    """Record ``out``, which shares the memory of ``x``, as a view made by ``op``."""
    if not isinstance(x, Variable):
        return out
    node = node_for(op, (x,), saved)
    edge: Edge = NO_EDGE
    if node is not None:
        node.shape, node.dtype = out.shape, out.dtype
        edge = (node, 0)
    if not np.may_share_memory(out, x._data):
        return wrap(out, edge)
    base = x._edge.base if isinstance(x._edge, ViewEdge) else x
    return wrap(out, ViewEdge(base, edge) if modes.grad else edge)


def base_of(x: Variable) -> Variable | None:
    """The tensor whose memory a view looks into; None for a tensor that is no view."""
    return x._edge.base if isinstance(x._edge, ViewEdge) else None


def rewrite(x: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """``x`` becomes ``function(x, *args, **kwargs)`` in place: the memory is overwritten, and where operations are recorded
    its history becomes that of the new value."""
    recorded = any_requires_grad((x, *args))
    if recorded:
        _refuse_leaves(x)
    out = function(x, *args, **kwargs)
    _fits(x, out, function)
    node = out.grad_fn
    if node is not None and node.saved:
        # What the node saved of the old value must survive the overwriting.
        node.saved = tuple(one.copy() if isinstance(one, np.ndarray) and np.may_share_memory(one, x._data) else one for one in node.saved)
    if not recorded or node is None:
        put(x, out._data)
        return x
    base = base_of(x)
    if base is None:
        put(x, out._data)
        x._edge = out._edge
    else:
        places = places_of(x._data, base._data)
        put(x, out._data)
        _rewrite_base(base, node, places)
    return x


def in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """The method that rewrites its tensor by ``function``: ``exp_ = in_place(pointwise.exp)``."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return rewrite(self, function, *args, **kwargs)

    method.__name__, method.__doc__ = f"{function.__name__}_", f"``{function.__name__}`` in place."
    return method


def put(x: Any, value: Any) -> None:
    """Write ``value`` into the memory of ``x`` and note that it changed."""
    if not x._data.flags.writeable:
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location, or its "
            "memory is read-only. Please clone() the tensor before performing the operation."
        )
    x._data[...] = value
    clock.touch(x._data)


def _rewrite_base(base: Variable, inner: Node, places: Array) -> None:
    node = object.__new__(CopySlices)
    node.next_functions = (base.edge(), *inner.next_functions[1:])
    node.saved = (inner, places)
    node.shape, node.dtype, node.hooks = base._data.shape, base._data.dtype, None
    node.seq = clock.tick()
    base._edge = (node, 0)


def _refuse_leaves(x: Variable) -> None:
    if x._edge is LEAF:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. Write the change under "
            "torch.no_grad(), or use the form that makes a new tensor (x = x + 1)."
        )
    base = base_of(x)
    if isinstance((x if base is None else base)._edge, FixedEdge):
        raise RuntimeError(
            "Output of a custom Function is a view and is being modified inplace. This view was created inside a custom Function (or "
            "because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward. "
            "You can fix this by cloning the output of the custom Function."
        )
    if base is not None and base._edge is LEAF:
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation. Write the change under "
            "torch.no_grad(), or work on a clone."
        )


def _fits(x: Any, out: Any, function: Callable[..., Any]) -> None:
    if out._data.shape != x._data.shape:
        raise RuntimeError(
            f"{function.__name__}_(): output with shape {list(x._data.shape)} doesn't match the broadcast shape {list(out._data.shape)}"
        )
    order = "biuf"
    old, new = x._data.dtype.kind, out._data.dtype.kind
    if order.index(new) > order.index(old) and not (old in "iu" and new in "iu"):
        raise RuntimeError(
            f"{function.__name__}_(): result type {out.dtype!r} can't be cast to the desired output type {x.dtype!r}"
        )


def places_of(view: Array, base: Array) -> Array:
    """For each element of ``view`` its place in ``base`` read row by row: from the addresses alone.

    >>> base = np.zeros((2, 3)); places_of(base[:, 1], base).tolist()
    [1, 4]
    """
    start = base.__array_interface__["data"][0]
    base_addresses = _offsets(base).reshape(-1)
    wanted = _offsets(view) + (view.__array_interface__["data"][0] - start)
    order = np.argsort(base_addresses, kind="stable")
    return order[np.searchsorted(base_addresses, wanted, sorter=order)].reshape(view.shape)


def _offsets(array: Array) -> Array:
    total = np.zeros(array.shape, np.int64)
    for place, (length, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
        steps = np.arange(length) * stride
        total += steps.reshape((-1,) + (1,) * (array.ndim - place - 1))
    return total


def _as_strided(view: Variable, base: Variable) -> Edge:
    node = node_for(AsStridedBackward0, (base,), (places_of(view._data, base._data), base._data.shape))
    if node is None:
        return NO_EDGE
    node.shape, node.dtype = view._data.shape, view._data.dtype
    return (node, 0)


def taken(g: Any, places: Array) -> Any:
    """The elements of ``g`` at ``places``."""
    data = data_of(g)
    return record(AsStridedBackward0, (g,), data.reshape(-1)[places], (places, data.shape))


def scattered(g: Any, places: Array, sizes: tuple[int, ...]) -> Any:
    """Zeros of shape ``sizes`` with the elements of ``g`` added at ``places``."""
    data = data_of(g)
    out = np.zeros(sizes, data.dtype)
    np.add.at(out.reshape(-1), places.reshape(-1), data.reshape(-1))
    return record(PutBackward, (g,), out, (places, sizes))
