"""How a gradient passes a node in an ordinary backward: one function for each form of node, of which every class has a copy.

A function takes the node, the gradient of its result and the walk; from its class it has the rules (``vjps``) and whether what was
saved is to be dropped. It returns the node that comes next and the gradient there, or END when that must wait for its turn: when a
node waits that was recorded later, or the same one for another part of its gradient.

How they begin and how they end is written out in each of them, since a call would take as long as all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy import ndarray

from .._shapes import reduced
from .clock import last

if TYPE_CHECKING:
    from .engine import Walk
    from .node import Node

Rules = tuple[Callable[..., Any], ...]
Onward = tuple[Any, Any]
END: Onward = (None, None)


def of_one(node: Node, g: Any, walk: Walk, rules: Rules, frees: bool) -> Onward:
    """Through a function of each number, which saves one array or none; its rule's result has the input's shape and dtype."""
    if node.hooks is not None:
        return walk.hooked(node, g)
    following: Any = node.first
    if following is None:
        return END
    saved: Any = node.saved
    if saved:
        if last.time > node.seq:
            saved = node.checked()
        if walk.free:
            node.saved = None
        g = rules[0](g, saved[0])
    elif saved is None:
        raise node.freed()
    else:
        g = rules[0](g)
    if type(following) is tuple:
        following, output = following
        g = following.fit(g, output)
    elif following.shape is None:
        g = following.fit(g, 0)
    heap = walk.heap
    if heap and heap[0][0] <= -following.seq:
        walk.hold(following, g)
        return END
    return following, g


def of_two(node: Node, g: Any, walk: Walk, rules: Rules, frees: bool) -> Onward:
    """Through an operation on two numbers, which saves both or one number. Most often one of the two is a constant."""
    if node.hooks is not None:
        return walk.hooked(node, g)
    saved: Any = node.saved
    if frees:
        if saved is None or last.time > node.seq:
            saved = node.checked()
        if walk.free:
            node.saved = None
    following, second = node.first, node.second
    rule = rules[0]
    if second is None:
        if following is None:
            return END
    elif following is None:
        following, rule = second, rules[1]
    else:
        return node.in_turn(g, walk, saved, (following, second))  # type: ignore[no-any-return]
    g = rule(g, saved[0], saved[1]) if len(saved) == 2 else rule(g, saved[0])
    if type(following) is tuple:
        following, output = following
        g = following.fit(g, output)
    elif g.shape != following.shape or g.dtype is not following.dtype:
        g = following.fit(g, 0)
    heap = walk.heap
    if heap and heap[0][0] <= -following.seq:
        walk.hold(following, g)
        return END
    return following, g


def of_only(node: Node, g: Any, walk: Walk, rules: Rules, frees: bool) -> Onward:
    """Through any node that has one input and a rule for it."""
    if node.hooks is not None:
        return walk.hooked(node, g)
    saved: Any = node.saved
    if frees:
        if saved is None or last.time > node.seq:
            saved = node.checked()
        if walk.free:
            node.saved = None
    following = node.first
    if following is None:
        return END
    g = rules[0](g, *saved)
    if type(following) is tuple:
        following, output = following
        g = following.fit(g, output)
    elif g.shape != following.shape or g.dtype is not following.dtype:
        g = following.fit(g, 0)
    heap = walk.heap
    if heap and heap[0][0] <= -following.seq:
        walk.hold(following, g)
        return END
    return following, g


def one_by_one(node: Node, g: Any, walk: Walk, rules: Rules, frees: bool) -> Onward:
    """Through any node that has a rule for each input."""
    if node.hooks is not None:
        return walk.hooked(node, g)
    saved: Any = node.saved
    if frees:
        if saved is None or last.time > node.seq:
            saved = node.checked()
        if walk.free:
            node.saved = None
    return node.in_turn(g, walk, saved, node.bare_edges())  # type: ignore[no-any-return]


def inputs_in_turn(node: Node, g: Any, walk: Walk, saved: tuple[Any, ...], edges: tuple[Any, ...], rules: Rules) -> Onward:
    """The gradients of a node's inputs in their order.

    Every waiting gradient has one owner, so that a leaf may keep it and a kernel may write to it: where a rule gives back what it was
    given, only one input gets that itself.
    """
    arrived, given, following = g, False, None
    for rule, edge in zip(rules, edges):  # noqa: B905 (a strict zip takes twice the time)
        if edge is None:
            continue
        target, output = edge, 0
        if type(edge) is tuple:
            target, output = edge
        part = rule(arrived, *saved)
        shape = target.shape
        if part.shape != shape or part.dtype is not target.dtype:
            if shape is not None and type(part) is ndarray and part.dtype is target.dtype:
                part = reduced(part, shape)  # what ``fit`` comes to for plain arrays, whatever overrides ``conform``
            else:
                part = target.fit(part.copy() if shape is None and part is arrived else part, output)
        elif part is arrived:
            part = part.copy() if given else part
            given = True
        if following is not None:
            walk.hold(following, g)
        following, g = target, part
    if following is None:
        return END
    heap = walk.heap
    if heap and heap[0][0] <= -following.seq:
        walk.hold(following, g)
        return END
    return following, g


def at_once(node: Node, g: Any, walk: Walk, rules: Rules, frees: bool) -> Onward:
    """Through a node whose ``vjp`` gives the gradients of all inputs together."""
    if node.hooks is not None:
        return walk.hooked(node, g)
    saved = node.checked()
    if walk.free:
        parts = node.vjp_last(g, *saved)
        if frees:
            node.saved = None
    else:
        parts = node.vjp(g, *saved)
    following = node.first if node.arity == 1 else None
    if following is None or parts[0] is None:
        walk.send_all(node, parts)
        return END
    (g,), output = parts, 0
    if type(following) is tuple:
        following, output = following
    if g.shape != following.shape or g.dtype is not following.dtype:
        g = following.fit(g, output)
    heap = walk.heap
    if heap and heap[0][0] <= -following.seq:
        walk.hold(following, g)
        return END
    return following, g
