"""Views: tensors that share another's memory, and what becomes of the graph when that memory is written to in place.

A view's place in the graph is a ``ViewEdge``. It remembers the tensor whose memory it looks into; when that one has been
rewritten since, the view's gradient must flow to the new history, and the edge is made anew (AsStridedBackward0, as PyTorch calls
it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._dtypes import type_word
from ..autograd import clock
from ..autograd.modes import modes
from ..autograd.node import LEAF, NO_EDGE, Edge, FixedEdge, MultiNode, Node
from ..autograd.variable import Variable, any_requires_grad
from ..autograd.wrapping import wrap
from ._adjoints import AsStridedBackward0, Window, cleared, nothing, seen_from, seen_through
from ._record import Array, edge_of, node_for, record_many

UNTRACKED = "A view was created in no_grad mode"


class ViewEdge:
    """Where a view stands: the edge it was recorded with, as long as its base still has the history it had then. ``refusal`` says
    why it may not be rewritten where operations are recorded ("" if it may)."""

    __slots__ = ("base", "base_edge", "known", "refusal")

    def __init__(self, base: Variable, known: Edge, refusal: str = "") -> None:
        self.base, self.known, self.refusal = base, known, refusal
        self.base_edge = base._edge

    def resolve(self, view: Variable) -> Edge:
        """The edge of ``view``, made anew if the base was rewritten."""
        edge = self.base._edge
        if edge is not self.base_edge:
            if type(edge) is tuple and edge is not NO_EDGE:
                self.refuse("its base or another view of its base has been modified inplace")
                window = Window.between(view._data, self.base._data)
                self.known = (node_at(AsStridedBackward0, (edge,), (window,), view._data), 0)
            self.base_edge = edge
        return self.known

    def refuse(self, what: str) -> None:
        """RuntimeError for a view of which PyTorch could not say what a change of its memory means for gradients."""
        if self.refusal == UNTRACKED:
            raise RuntimeError(
                f"{UNTRACKED} and {what} with grad mode enabled. Given that this use case is ambiguous and error-prone, it is "
                "forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad "
                "block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
            )
        if self.refusal:
            raise RuntimeError(
                f"{self.refusal} is a view and {what}. This view is the output of a function that returns multiple views. Such "
                "functions do not allow the output views to be modified inplace. You should replace the inplace operation by an "
                "out-of-place one, or index the tensor: x[0].mul_(2)."
            )


class CopyBackwards(Node):
    """A tensor overwritten by another: the gradient goes to that one, none to what was there before."""

    __slots__ = ()
    inputs = ("self", "src")
    frees = False
    vjps = (nothing, lambda g: g)

    def name(self) -> str:
        return "torch::autograd::CopyBackwards"


class CopySlices(Node):
    """A tensor of which a part was rewritten by an operation: the gradient of the part goes through that operation, what is left
    goes to the tensor as it was before."""

    __slots__ = ()
    saves = ("inner", "window")
    private = ("inner", "window")

    def name(self) -> str:
        return "torch::autograd::CopySlices"

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        inner, window = saved
        return self._both(g, window, inner.vjp(inner.fit(seen_through(g, window), 0), *inner.checked()))

    def vjp_recorded(self, g: Any) -> list[Any]:
        inner, window = self.checked()
        return self._both(g, window, inner.vjp_recorded(inner.fit(seen_through(g, window), 0)))

    def _both(self, g: Any, window: Window, parts: Sequence[Any]) -> list[Any]:
        old, *others = parts
        rest = None if self.next_functions[0][0] is None else cleared(g, window)
        return [rest if old is None or rest is None else rest + seen_from(old, window), *others]


def node_at(op: type[Node], edges: tuple[Edge, ...], saved: tuple[Any, ...], array: Array) -> Node:
    """A node that is made whether or not operations are recorded now: a change of memory has happened, and must be told."""
    return op.made(edges, saved, array.shape, array.dtype)  # type: ignore[no-any-return]


def view_of(op: type[Node], x: Any, out: Array, saved: tuple[Any, ...] = ()) -> Any:
    """Record ``out``, which shares the memory of ``x``, as a view made by ``op``."""
    if not isinstance(x, Variable):
        return out
    node = node_for(op, (x,), saved, out.shape, out.dtype)
    return wrap(out, ViewEdge(root_of(x), NO_EDGE if node is None else (node, 0), "" if modes.grad else UNTRACKED))


def views_of(op: type[MultiNode], x: Any, outs: Sequence[Array], saved: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """The same for an operation with several results, which may not be rewritten while operations are recorded."""
    views = record_many(op, (x,), outs, saved)
    if isinstance(x, Variable):
        base, name = root_of(x), op.__name__.removesuffix("Backward0")
        for place, view in enumerate(views):
            view._edge = ViewEdge(base, view._edge, f"Output {place} of {name}" if modes.grad else UNTRACKED)
    return views


def base_of(x: Variable) -> Variable | None:
    """The tensor whose memory a view looks into; None for a tensor that is no view."""
    return x._edge.base if isinstance(x._edge, ViewEdge) else None


def root_of(x: Variable) -> Variable:
    """The tensor whose memory ``x`` looks into: its base, or itself."""
    return x._edge.base if isinstance(x._edge, ViewEdge) else x


def rewrite(x: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """``x`` becomes ``function(x, *args, **kwargs)`` in place: the memory is overwritten, and where operations are recorded
    its history becomes that of the new value."""
    name = function.__name__
    recorded = modes.grad and any_requires_grad((root_of(x), x, *args, *kwargs.values()))
    if recorded:
        refuse_history(x)
    refuse_overlap(x._data, args)
    out = function(x, *args, **kwargs)
    _fits(x, out, name)
    node = out.grad_fn if recorded else None
    in_order = node is None or _saved_survives(node, x._data, out._data)
    put(x, out._data)
    if recorded:
        rebase(x, node, in_order)
    return x


def _saved_survives(node: Node, old: Array, result: Array) -> bool:
    """Let what ``node`` saved survive that ``old`` will be overwritten with ``result``: the old value is copied, the result is
    the overwritten memory from now on. False if something else that it saved is lost, as the second x of ``x.mul_(x)``."""
    saved, whole = [], True
    for name, one in zip(node.saves, node.saved or (), strict=True):
        kept = one
        if one is result:
            kept = old
        elif isinstance(one, np.ndarray) and clock.memory_of(one) is clock.memory_of(old):
            if name == "self" or name in node.private:
                kept = one.copy()
            else:
                whole = False
        saved.append(kept)
    node.saved = tuple(saved)
    return whole


def rebase(x: Any, node: Node | None, in_order: bool = True) -> None:
    """Let ``x``, whose memory was just overwritten, stand behind ``node`` in the graph; its base behind a CopySlices if it is a
    view. None: the new value has no history. ``in_order``: what the node saved is not stale, for all that it was saved before."""
    old, base = x.edge(), base_of(x)
    if node is None or (base is not None and node.next_functions[0] != old):
        # The value came by several operations, or by none that is recorded: it counts as copied.
        node = node_at(CopyBackwards, (old, NO_EDGE if node is None else (node, 0)), (), x._data)
    if all(edge is NO_EDGE for edge in node.next_functions):
        return
    if in_order:
        node.seq = clock.tick()
    if base is None:
        _keep_retaining(x, old, (node, 0))
        x._edge = (node, 0)
        return
    edges = (base.edge(), *node.next_functions[1:])
    whole = (node_at(CopySlices, edges, (node, Window.between(x._data, base._data)), base._data), 0)
    _keep_retaining(base, base.edge(), whole)
    base._edge = whole


def _keep_retaining(x: Variable, old: Edge, new: Edge) -> None:
    node, output = old
    if node is not None and node.hooks is not None and output in node.hooks.retain:
        del node.hooks.retain[output]
        x._edge = new
        x.retain_grad()


def change(
    x: Any,
    write: Callable[[Array], Any],
    op: type[Node],
    others: Sequence[Any] = (),
    saved: tuple[Any, ...] = (),
    overlapping: bool = False,
) -> Any:
    """Let ``write`` change the memory of ``x``, which stands behind a node of class ``op`` on ``x`` and ``others`` then."""
    recorded = modes.grad and any_requires_grad((root_of(x), x, *others))
    node = None
    if recorded:
        refuse_history(x)
        node = node_at(op, (x.edge(), *map(edge_of, others)), saved, x._data)
    _refuse_memory(x._data, overlapping)
    if not overlapping:
        refuse_overlap(x._data, others)
    write(x._data)
    clock.touch(x._data)
    if recorded:
        rebase(x, node)
    return x


def put(x: Any, value: Any) -> None:
    """Write ``value`` into the memory of ``x`` and note that it changed; its history stays what it was."""
    _refuse_memory(x._data, False)
    x._data[...] = value
    clock.touch(x._data)


def _refuse_memory(data: Array, overlapping: bool) -> None:
    if not data.flags.writeable:
        raise RuntimeError(
            "the written-to tensor lies on read-only memory. Please clone() the tensor before performing the operation."
        )
    if (
        data.size
        and 0 in data.strides
        and not overlapping
        and any(step == 0 and n > 1 for step, n in zip(data.strides, data.shape, strict=True))
    ):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please "
            "clone() the tensor before performing the operation."
        )


def refuse_overlap(data: Array, others: Sequence[Any]) -> None:
    """RuntimeError where a tensor that is read lies partly in the memory that is to be written to."""
    for one in others:
        if isinstance(one, Variable) and one._data is not data and np.may_share_memory(one._data, data):
            begins = [array.__array_interface__["data"][0] for array in (data, one._data)]
            same = begins[0] == begins[1] and (data.shape, data.strides) == (one._data.shape, one._data.strides)
            if not same and all(_is_dense(array) for array in (data, one._data)):
                raise RuntimeError(
                    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
                    "location. Please clone() the tensor before performing the operation."
                )


def _is_dense(array: Array) -> bool:
    """Whether the numbers fill a piece of memory without gaps, each once."""
    reach = sum((length - 1) * step for length, step in zip(array.shape, array.strides, strict=True))
    return array.size > 0 and reach == (array.size - 1) * array.itemsize and 0 not in array.strides


def refuse_history(x: Variable) -> None:
    """RuntimeError where a change of ``x`` in place cannot be recorded: a leaf, a view of one, a view of unclear origin."""
    if x._edge is LEAF:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. Write the change under "
            "torch.no_grad(), or use the form that makes a new tensor (x = x + 1)."
        )
    base = base_of(x)
    if isinstance((x if base is None else base)._edge, FixedEdge):
        raise RuntimeError(
            "Output of a custom Function is a view and is being modified inplace. This view was created inside a custom Function "
            "(or "
            "because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom "
            "backward. "
            "You can fix this by cloning the output of the custom Function."
        )
    if base is None:
        return
    x._edge.refuse("is being modified inplace")
    if base._edge is LEAF:
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation. Write the change under "
            "torch.no_grad(), or work on a clone."
        )


def _fits(x: Any, out: Any, name: str) -> None:
    if out._data.shape != x._data.shape:
        raise RuntimeError(
            f"{name}_(): output with shape {list(x._data.shape)} doesn't match the broadcast shape {list(out._data.shape)}"
        )
    order = "biuf"
    old, new = x._data.dtype, out._data.dtype
    if order.index(new.kind) > order.index(old.kind) and not (old.kind in "iu" and new.kind in "iu"):
        raise RuntimeError(
            f"{name}_(): result type {type_word(new)} can't be cast to the desired output type {type_word(old)}. Use the form "
            "that "
            f"makes a new tensor, {name}()."
        )
