"""The backward walk: from results to leaves, each node once, in the reverse of the order in which they were recorded.

Iterative, so that a chain of a million nodes works. Gradients wait in a dictionary, not on the nodes. The node recorded last goes
first: that is a topological order, since a node is always recorded after the nodes that made its inputs. In an ordinary
backward the walk hands plain arrays from node to node; under ``create_graph`` it hands tensors, and the same rules record a
graph.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import heappop, heappush
from typing import Any

from . import anomaly
from .anomaly import state
from .clock import recorded_passes, tick
from .leaves import accumulate, run_after, run_before, run_on_tensors
from .modes import modes, set_grad
from .node import AccumulateGrad, Edge, Node
from .passing import END, Onward

Captures = dict[Node, list[Any]]


class Walk:
    """One backward walk: what waits, and how it was asked for."""

    __slots__ = ("captures", "create", "free", "heap", "needed", "pending")

    def __init__(self, free: bool, create: bool, captures: Captures | None, needed: Collection[Node]) -> None:
        self.free, self.create = free, create
        self.captures, self.needed = captures, needed
        self.pending: dict[Node, Any] = {}
        self.heap: list[tuple[int, Node]] = []

    def send(self, node: Node, output: int, g: Any) -> None:
        """Let the gradient ``g`` wait at a node for the rest of that node's gradients."""
        if g.shape != node.shape or g.dtype is not node.dtype:
            g = node.fit(g, output)
        self.hold(node, g)

    def hold(self, node: Node, g: Any) -> None:
        """The same for a gradient that has the form in which it waits."""
        pending = self.pending
        if node in pending:
            pending[node] = node.join(pending[node], g)
        else:
            pending[node] = g
            heappush(self.heap, (-node.seq, node))

    def run(self, node: Any, g: Any) -> None:
        """An ordinary backward, from a node (or None, to begin with what waits) until nothing waits. Its rules are given arrays, of
        which nothing is recorded."""
        heap, pending = self.heap, self.pending
        while True:
            while node is not None:  # a chain goes on, node after node, without the heap
                node, g = node.back(g, self)
            if not heap:
                break
            node = heappop(heap)[1]
            g = pending.pop(node)

    def run_in_steps(self) -> None:
        """The same for all that is not ordinary."""
        while self.heap:
            node = heappop(self.heap)[1]
            self.step(node, self.pending.pop(node))

    def hooked(self, node: Node, g: Any) -> Onward:
        """A node that has hooks, in an ordinary backward: a user's function sees tensors."""
        before = modes.grad
        set_grad(False)
        try:
            return self.step(node, g)
        finally:
            set_grad(before)

    def step(self, node: Node, g: Any) -> Onward:
        """One node with all that may hang on it: hooks, captures, several outputs, a recorded gradient, the search for nan."""
        create, hooks, captures = self.create, node.hooks, self.captures
        grads = node.as_list(g)
        runs = captures is None or node in self.needed
        if captures is not None and runs and node in captures:
            captures[node] = grads if create else [None if part is None else part.copy() for part in grads]
        if hooks is not None:
            grads = run_on_tensors(hooks, grads, create)
            if hooks.pre and runs:
                grads = run_before(hooks, grads, create)
        if captures is not None and not runs:
            captures[node] = grads
            return END
        if all(part is None for part in grads):
            return END
        if isinstance(node, AccumulateGrad):
            accumulate(node.variable, grads[0], create)
            if hooks is not None:
                for hook in list(hooks.added.values()):
                    hook(node.variable)
                if hooks.post:
                    run_after(hooks, [], grads if create else [grads[0].copy()], create)
            return END
        parts = self.through(node, node.from_list(grads))
        if hooks is not None and hooks.post:
            parts = [
                None if part is None or target is None or not self.wanted(target) else target.conform(part, output)
                for (target, output), part in zip(node.next_functions, parts, strict=True)
            ]
            parts = run_after(hooks, parts, grads, create)
        self.send_all(node, parts)
        return END

    def send_all(self, node: Node, parts: Sequence[Any]) -> None:
        """Send each of a node's inputs its gradient; every waiting gradient has one owner."""
        if len(parts) == 1 and self.captures is None:
            target, output = node.next_functions[0]
            if target is not None and parts[0] is not None:
                self.send(target, output, parts[0])
            return
        sent: list[Any] = []
        for (target, output), part in zip(node.next_functions, parts, strict=True):
            if target is None or part is None or not (self.captures is None or self.wanted(target)):
                continue
            shared = not self.create and any(part is other for other in sent)
            sent.append(part)
            self.send(target, output, part.copy() if shared else part)

    def through(self, node: Node, g: Any) -> Sequence[Any]:
        """The gradients of a node's inputs."""
        parts: Sequence[Any]
        try:
            if self.captures is not None and node.vjps:
                # Only some inputs were asked for: no work for the others.
                saved = node.saved_variables() if self.create else node.checked()
                wanted = [target is not None and self.wanted(target) for target, _ in node.next_functions]
                parts = [rule(g, *saved) if want else None for rule, want in zip(node.vjps, wanted, strict=True)]
            elif self.create:
                parts = node.vjp_recorded(g)
            else:
                parts = (node.vjp_last if self.free else node.vjp)(g, *node.checked())
            if state.enabled:
                anomaly.check(node, parts)
        except Exception:
            if state.enabled:
                anomaly.warn(node)
            raise
        if self.free and node.frees:
            node.saved = None
        return parts

    def wanted(self, node: Node) -> bool:
        """Whether a gradient need go to this node: always, unless only some inputs were asked for."""
        return self.captures is None or node in self.captures or node in self.needed


def walk(
    roots: Sequence[tuple[Edge, Any]],
    *,
    free: bool,
    create: bool,
    captures: Captures | None = None,
    upto: Sequence[Node] | None = None,
) -> None:
    """Walk from ``roots`` (pairs of an edge and the gradient that starts there).

    With ``captures`` (a dictionary whose keys are nodes) only the nodes on the way to those are run, and each key's value becomes
    the list of gradients that arrived there, one for each of the node's outputs. With ``upto`` only the nodes on the way to those
    are run, and those.
    """
    needed: Collection[Node] = ()
    if captures is not None:
        needed = on_the_way([edge[0] for edge, _ in roots], captures)
    elif upto is not None:
        captures = {}
        needed = on_the_way([edge[0] for edge, _ in roots], upto) | set(upto)
    run = Walk(free, create, captures, needed)
    if not create and captures is None and not state.enabled:
        start: Any = None
        for (node, output), g in roots:
            if node is None:
                continue
            if len(roots) == 1 and g.shape == node.shape and g.dtype is node.dtype:
                start = node  # need not wait
            else:
                run.send(node, output, g)
        run.run(start, g if start else None)
        return
    before = modes.grad
    begin = tick() if create else 0
    set_grad(bool(create))
    try:
        for (node, output), g in roots:
            if node is not None and run.wanted(node):
                run.send(node, output, g)
        run.run_in_steps()
    finally:
        set_grad(before)
        if create:
            recorded_passes.append((begin, tick()))


def reachable(roots: Sequence[Node | None]) -> list[Node]:
    """All nodes that can be reached from ``roots``, inputs before the nodes that use them."""
    seen = {node for node in roots if node is not None}
    stack = list(seen)
    while stack:
        for node, _ in stack.pop().next_functions:
            if node is not None and node not in seen:
                seen.add(node)
                stack.append(node)
    return sorted(seen, key=lambda node: node.seq)


def on_the_way(roots: Sequence[Node | None], ends: Collection[Node]) -> set[Node]:
    """The nodes from which one of ``ends`` can be reached by at least one step."""
    ends, found = set(ends), set[Node]()
    for node in reachable(roots):
        if any(following in ends or following in found for following, _ in node.next_functions):
            found.add(node)
    return found
