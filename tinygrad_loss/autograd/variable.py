"""An array with a place in the backward graph: the part of a tensor that the automatic differentiation needs."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import clock
from .hooks import Hooks, RemovableHandle
from .modes import modes
from .node import LEAF, NO_EDGE, AccumulateGrad, Edge, LeafEdge, Node
from .requests import backward
from .wrapping import kind, wrap


class Variable:
    """``_data`` is the array. ``_edge`` says where the variable stands: NO_EDGE (no gradient wanted), LEAF, the pair (node,
    output number) that made it, or, for a view, an object that finds that pair when it is asked (see ``ops/views.py``).

    ``Variable(x, requires_grad=...)``, an old way of writing, gives a tensor on the memory of ``x`` outside its graph.

    >>> import tinygrad_loss as torch
    >>> torch.autograd.Variable(torch.tensor([1.0, 2.0]), requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ("__weakref__", "_accumulator", "_data", "_edge", "_grad", "_leaf_hooks")

    _data: np.ndarray[Any, Any]
    _edge: Any
    _grad: Any
    _accumulator: weakref.ref[AccumulateGrad]
    _leaf_hooks: Hooks | None

    def __init_subclass__(cls, concrete: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if concrete:
            kind.tensor = cls

    def __new__(cls, data: Any = None, requires_grad: bool = False) -> Any:
        if cls is not Variable:
            return object.__new__(cls)
        if not isinstance(data, Variable):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return wrap(data._data, NO_EDGE).requires_grad_(requires_grad)

    def edge(self) -> Edge:
        """The pair (node, output number) at which this variable stands; (None, 0) when it requires no gradient."""
        edge = self._edge
        return edge if type(edge) is tuple else edge.resolve(self)  # type: ignore[no-any-return]

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient will flow to (or through) this tensor. Can be set on a leaf."""
        edge = self._edge
        if edge is NO_EDGE or edge is LEAF:
            return edge is LEAF
        return self.edge()[0] is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError(f"requires_grad must be a bool, True or False, not {type(value).__name__}")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Ask for a gradient of this leaf (or stop asking); returns the tensor itself.

        >>> import tinygrad_loss as torch
        >>> torch.ones(2).requires_grad_()
        tensor([1., 1.], requires_grad=True)
        """
        if not self.is_leaf:
            if requires_grad:
                return self
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
                "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if requires_grad and self._data.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients, not {self._data.dtype}. Convert first: x.float()"
            )
        self._edge = LEAF if requires_grad else NO_EDGE
        return self

    @property
    def is_leaf(self) -> bool:
        """True for a tensor that no recorded operation made: where gradients end, in ``.grad``."""
        return isinstance(self._edge, LeafEdge) or self.edge()[0] is None

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor; None for a leaf."""
        return None if self._edge is LEAF else self.edge()[0]

    @property
    def output_nr(self) -> int:
        """Which of its node's results this tensor is."""
        return 0 if self._edge is LEAF else self.edge()[1]

    @property
    def grad(self) -> Any:
        """The gradient that ``backward`` left here: a tensor of the same shape and dtype, or None. Leaves have one, and tensors
        whose ``retain_grad()`` was called; a warning says so when another one is asked."""
        found = getattr(self, "_grad", None)
        if found is None and not self.is_leaf and not self.retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
                "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
                "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
                "the leaf Tensor instead.",
                stacklevel=2,
            )
        return found

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            if not isinstance(value, Variable):
                raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}")
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if value._data.shape != self._data.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value._data.shape)}' to a tensor of size "
                    f"'{list(self._data.shape)}'. Please ensure that the gradient and the tensor are the same size"
                )
            if value._data.dtype != self._data.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{value._data.dtype}' to a tensor of dtype "
                    f"'{self._data.dtype}'. The gradient must have the tensor's dtype: assign grad.to(tensor.dtype)"
                )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def _version(self) -> int:
        return clock.version(self._data)

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Let the gradient of this tensor flow back to the leaves, where it is added to ``.grad``.

        ``gradient`` has this tensor's shape and may be left out where that shape is one number. The graph's saved arrays are
        freed on the way unless ``retain_graph``; ``create_graph`` records the gradient's own graph, for a second derivative.
        With ``inputs`` only these leaves receive a gradient.

        >>> import tinygrad_loss as torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
        """
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[[Any], Any]) -> RemovableHandle:
        """Call ``hook(grad)`` when this tensor's gradient is known; a tensor returned replaces it.

        >>> import tinygrad_loss as torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> handle = x.register_hook(lambda grad: grad * 10)
        >>> x.sum().backward(); x.grad
        tensor([10., 10.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        hooks = self._hooks_of_leaf() if self._edge is LEAF else self._node_hooks()
        return hooks.add("tensor", hook, self.output_nr)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Any], None]) -> RemovableHandle:
        """Call ``hook(tensor)`` after a gradient was added to this leaf's ``.grad``.

        >>> import tinygrad_loss as torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> handle = x.register_post_accumulate_grad_hook(lambda leaf: print(leaf.grad))
        >>> (x * 3).sum().backward()
        tensor([3., 3.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self._edge is not LEAF:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        return self._hooks_of_leaf().add("added", hook)

    def _hooks_of_leaf(self) -> Hooks:
        hooks = getattr(self, "_leaf_hooks", None)
        if hooks is None:
            hooks = self._leaf_hooks = Hooks()
        node = self._accumulator() if hasattr(self, "_accumulator") else None
        if node is not None:
            if node.hooks is None:
                node.hooks = Hooks()
            node.hooks.share(hooks)
        return hooks

    def _node_hooks(self) -> Hooks:
        node = self.edge()[0]
        assert node is not None
        if node.hooks is None:
            node.hooks = Hooks()
        return node.hooks

    def retain_grad(self) -> None:
        """Keep the gradient of this tensor in ``.grad`` too, though it is no leaf.

        >>> import tinygrad_loss as torch
        >>> x = torch.tensor(3.0, requires_grad=True); y = x * x; y.retain_grad()
        >>> (y * 2).backward(); y.grad
        tensor(2.)
        """
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if not self.is_leaf:
            self._node_hooks().retain[self.output_nr] = weakref.ref(self)

    @property
    def retains_grad(self) -> bool:
        """Whether ``retain_grad`` was asked of this tensor (False for leaves, which keep theirs anyway)."""
        if self.is_leaf:
            return False
        node, output = self.edge()
        return node is not None and node.hooks is not None and output in node.hooks.retain

    def _detached(self) -> Any:
        return wrap(self._data, NO_EDGE)

    def detach_(self) -> Any:
        """Cut this tensor off from the graph that made it; it becomes a leaf that requires no gradient."""
        if not isinstance(self._edge, (tuple, LeafEdge)):
            raise RuntimeError("Can't detach views in-place. Use detach() instead.")
        self._edge = NO_EDGE
        return self


def any_requires_grad(variables: Sequence[Any]) -> bool:
    """Whether an operation on these would be recorded now."""
    return modes.grad and any(isinstance(one, Variable) and one.requires_grad for one in variables)
