"""Nodes of operations that have a definition: one node in PyTorch's graph, several primitives in a textbook.

An ordinary backward goes through a kernel (``vjp``). A recorded one (``create_graph``) and an expanded picture go through the
definition: it is run on the node's inputs, and its own graph of primitives is differentiated or shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..autograd.modes import enable_grad
from ..autograd.node import NO_EDGE, Node
from ..autograd.requests import grad
from ..autograd.variable import Variable
from ..autograd.wrapping import wrap
from ._record import record


class AliasBackward0(Node):
    """The same tensor again, so that a definition can be differentiated with respect to its own inputs only."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g,)


class Fused(Node):
    """A node with a definition."""

    __slots__ = ()

    def define(self, *inputs: Any) -> Any:
        """The operation in primitives, from the node's differentiable inputs (``inputs``)."""
        raise NotImplementedError

    def input_variables(self) -> list[Any]:
        """The node's differentiable inputs, as tensors that stand where they stood in the graph."""
        values = dict(zip(self.saves, self.saved_variables(), strict=True))
        return [values[name] for name in self.inputs]

    def vjp_recorded(self, g: Any) -> Sequence[Any]:
        """The gradients, with a graph of their own: the definition's."""
        inputs = self.input_variables()
        needed = [node is not None for node, _ in self.next_functions]
        aliases = [record(AliasBackward0, (x,), x._data) if need else x for x, need in zip(inputs, needed, strict=True)]
        wanted = [x for x, need in zip(aliases, needed, strict=True) if need]
        found = iter(grad(self.define(*aliases), wanted, g, create_graph=True, allow_unused=True))
        return [next(found) if need else None for need in needed]

    def expand(self) -> tuple[Any, list[Any]]:
        """The definition run anew on the node's inputs: its result, and the inputs it was run on as leaves (those that want a
        gradient), in the order of ``next_functions``."""
        inputs = []
        for x, (node, _) in zip(self.input_variables(), self.next_functions, strict=True):
            leaf = wrap(x._data, NO_EDGE) if isinstance(x, Variable) else x
            inputs.append(leaf.requires_grad_() if node is not None else leaf)
        with enable_grad():
            return self.define(*inputs), inputs
