"""The backward graph's nodes.

A node stands for one operation. It knows how to take a gradient of the operation's result back to its inputs (the
vector-Jacobian products, ``vjps``), the nodes that made those inputs (``next_functions``) and what it saved to do so. The class
of a node bears PyTorch's name for it, so ``type(node).__name__`` is what PyTorch prints.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._dtypes import from_numpy_dtype
from .._shapes import reduced
from . import clock, passing, recording
from .hooks import Hooks, RemovableHandle
from .leaves import accumulate
from .recording import NO_EDGE as NO_EDGE, Edge as Edge, OwnCopy  # noqa: PLC0414 (for those above, too)
from .wrapping import wrap

if TYPE_CHECKING:
    from .engine import Walk
    from .variable import Variable

Array = np.ndarray[Any, Any]


def fitted(g: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """A gradient in the shape and dtype of what it belongs to: the one place where broadcasting is undone."""
    if isinstance(g, (np.ndarray, np.generic)):
        if g.shape != shape:
            g = reduced(np.asarray(g), shape)
        return g if g.dtype is dtype else g.astype(dtype)
    if not hasattr(g, "_data"):  # neither an array nor a tensor: what stands for one between nodes that know it
        return g if g.shape == shape else fitted(np.asarray(g), shape, dtype)
    if g._data.shape != shape:
        g = g.sum_to_size(shape)
    return g if g._data.dtype is dtype else g.to(from_numpy_dtype(dtype))


class Deferred:
    """A saved array that is worked out only when someone looks at it."""

    __slots__ = ()

    def array(self) -> Array:
        """The array."""
        raise NotImplementedError


class Saved:
    """``node._saved_<name>``: what a node saved under this name, an array as a tensor that stands where it stood in the graph."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, owner: type[Node]) -> Any:
        if node is None:
            return self
        if self.name not in node.saves:  # of the class above
            raise AttributeError(f"'{type(node).__name__}' object has no attribute '_saved_{self.name}'")
        return node._variable_of(self.name, node.checked()[node.saves.index(self.name)])


class Node:
    """One operation in the backward graph.

    A subclass says in ``inputs`` what PyTorch calls its differentiable inputs, in ``saves`` what it saves (read back as
    ``_saved_<name>``), and in ``vjps`` one function per input: ``vjp(g, *saved)`` gives that input's gradient. The functions are
    written with operators and with the package's own ops, so they work on arrays (an ordinary backward) and on tensors
    (``create_graph=True``) alike. They never return an array that was saved, and never write to ``g``.
    """

    __slots__ = ("__weakref__", "_metadata", "arity", "dtype", "first", "hooks", "saved", "second", "seq", "shape")

    inputs: ClassVar[tuple[str, ...]] = ()
    saves: ClassVar[tuple[str, ...]] = ()
    vjps: ClassVar[tuple[Callable[..., Any], ...]] = ()
    frees: ClassVar[bool] = True
    """Whether a backward drops what was saved (False where only sizes and numbers were)."""
    private: ClassVar[tuple[str, ...]] = ()
    """What is saved for accuracy only and PyTorch does not save: read as None if it has been changed in place since."""

    passes: ClassVar[Callable[..., passing.Onward]] = staticmethod(passing.one_by_one)
    """How a gradient passes a node that has rules (``passing``)."""
    back = OwnCopy(lambda op: (_way_back(op), op.vjps, op.frees))
    """``node.back(g, walk)``: that, as a copy of the class's own."""
    in_turn = OwnCopy(lambda op: (passing.inputs_in_turn, op.vjps))
    """The part of it for nodes of several inputs."""
    made = OwnCopy(lambda op: (recording.made, op))
    """``op.made(edges, saved, shape, dtype)`` is a new node."""
    recorded = OwnCopy(lambda op: (recording.recorded, op))
    """``op.recorded(edges, out, saved)`` is the tensor of its result."""
    own: ClassVar[tuple[OwnCopy, ...]] = (back, in_turn, made, recorded)

    arity: int
    """How many edges there are. They are kept as ``first`` and ``second`` (where there are more than two, that is a tuple of all but
    the first), each the node itself where its output number is 0: a graph of a million nodes is then a million objects for
    Python's collector."""
    first: Any
    second: Any
    saved: tuple[Any, ...] | None
    shape: Any
    dtype: Any
    seq: int
    hooks: Hooks | None
    _metadata: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in cls.saves:
            if name not in cls.private and not hasattr(cls, f"_saved_{name}"):
                setattr(cls, f"_saved_{name}", Saved(name))  # a __getattr__ in their place would slow every other attribute down
        for one in cls.own:
            one.keep(cls)

    @property
    def next_functions(self) -> tuple[Edge, ...]:
        """The edges to the nodes that made the inputs: pairs of a node (None where no gradient is wanted) and the number of its
        output."""
        return tuple([_pair(edge) for edge in self.bare_edges()])

    @next_functions.setter
    def next_functions(self, edges: Sequence[Edge]) -> None:
        self.arity = len(edges)
        bare = [edge if edge[1] else edge[0] for edge in edges]
        if bare:
            self.first = bare[0]
        if len(bare) > 1:
            self.second = bare[1] if len(bare) == 2 else tuple(bare[1:])

    def bare_edges(self) -> tuple[Any, ...]:
        """The edges as they are kept."""
        arity = self.arity
        if arity == 2:
            return (self.first, self.second)
        if arity == 1:
            return (self.first,)
        return (self.first, *self.second) if arity else ()

    def vjp(self, g: Any, *saved: Any) -> Sequence[Any]:
        """The gradients of all inputs, one for each edge (None where none is needed or none flows)."""
        return [
            None if node is None else rule(g, *saved)
            for (node, _), rule in zip(self.next_functions, self.vjps, strict=True)
        ]

    def vjp_last(self, g: Any, *saved: Any) -> Sequence[Any]:
        """As ``vjp``, when nothing else will need what was saved: it may be written over."""
        return self.vjp(g, *saved)

    def vjp_recorded(self, g: Any) -> Sequence[Any]:
        """The same, on tensors, so that a graph of the gradient is recorded (create_graph)."""
        return self.vjp(g, *self.saved_variables())

    def conform(self, g: Any, output: int) -> Any:
        """A gradient of one of this node's outputs, in the shape and dtype of that output."""
        return fitted(g, self.shape, self.dtype)

    def fit(self, g: Any, output: int) -> Any:
        """A gradient that arrives here, as it waits here."""
        return self.conform(g, output)

    def join(self, g: Any, more: Any) -> Any:
        """Two gradients that arrived here, as one."""
        return g + more

    def as_list(self, g: Any) -> list[Any]:
        """What arrived here, output by output."""
        return [g]

    def from_list(self, grads: list[Any]) -> Any:
        """The reverse of ``as_list``."""
        return grads[0]

    def saved_variables(self) -> tuple[Any, ...]:
        """What was saved, arrays of inputs and results as tensors that stand where they stood in the graph."""
        return tuple(self._variable_of(name, value) for name, value in zip(self.saves, self.checked(), strict=True))

    def _variable_of(self, name: str, value: Any) -> Any:
        if isinstance(value, Deferred):
            value = value.array()
        if not isinstance(value, (np.ndarray, np.generic)):
            return value
        array = np.asarray(value)
        if name == "result":
            return wrap(array, (self, 0))
        if name not in self.inputs:
            return wrap(array, NO_EDGE)
        node, output = self.next_functions[self.inputs.index(name)]
        if isinstance(node, AccumulateGrad):
            return node.variable
        return wrap(array, NO_EDGE if node is None else (node, output))

    def checked(self) -> tuple[Any, ...]:
        """What was saved; RuntimeError when it has been freed or changed in place since."""
        if self.saved is None:
            raise self.freed()
        if clock.last.time > self.seq:
            return tuple(self._unchanged(name, value) for name, value in zip(self.saves, self.saved, strict=True))
        return self.saved

    def freed(self) -> RuntimeError:
        """What is raised where something is wanted that was saved and has been dropped since."""
        return RuntimeError(
            f"{self.name()}: Trying to backward through the graph a second time (or directly access saved tensors after they "
            "have already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward."
        )

    def _unchanged(self, name: str, value: Any) -> Any:
        if type(value) is tuple:
            for one in value:
                self._unchanged(name, getattr(one, "_data", None))
            return value
        since = clock.changes_since(value, self.seq) if isinstance(value, np.ndarray) else 0
        if not since:
            return value
        if name in self.private:
            return None
        now = clock.version(value)
        raise RuntimeError(
            "one of the variables needed for gradient computation has been modified by an inplace operation: "
            f"'{name}' (shape {list(value.shape)}), saved by {self.name()}, is at version {now}; expected version "
            f"{now - since} instead. Change a clone (x.clone().add_(1)), or use the form that makes a new tensor "
            "(x = x + 1). Hint: enable anomaly detection to find the operation that failed to compute its "
            "gradient, with torch.autograd.set_detect_anomaly(True)."
        )

    def name(self) -> str:
        """PyTorch's name of the operation, such as ``"MulBackward0"``."""
        return type(self).__name__

    @property
    def metadata(self) -> dict[str, Any]:
        """A dictionary for notes on this node (anomaly mode keeps the forward's traceback here)."""
        try:
            return self._metadata
        except AttributeError:
            self._metadata = {}
            return self._metadata

    def register_hook(self, hook: Callable[[tuple[Any, ...], tuple[Any, ...]], Any]) -> RemovableHandle:
        """Call ``hook(grad_inputs, grad_outputs)`` after this node ran; a tuple returned replaces ``grad_inputs``."""
        return self._own_hooks().add("post", hook)

    def register_prehook(self, hook: Callable[[tuple[Any, ...]], Any]) -> RemovableHandle:
        """Call ``hook(grad_outputs)`` before this node runs; a tuple returned replaces ``grad_outputs``."""
        return self._own_hooks().add("pre", hook)

    def _own_hooks(self) -> Hooks:
        if self.hooks is None:
            self.hooks = Hooks()
        return self.hooks

    def __dir__(self) -> list[str]:
        left_out = {f"_saved_{name}" for kind in type(self).__mro__ for name in getattr(kind, "saves", ()) if name not in self.saves}
        return [name for name in object.__dir__(self) if name not in left_out]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"


def _way_back(op: type[Node]) -> Any:
    if not op.vjps:
        return passing.at_once
    return passing.of_only if op.passes is passing.one_by_one and len(op.vjps) == 1 else op.passes


def _pair(edge: Node | Edge | None) -> Edge:
    return edge if type(edge) is tuple else (edge, 0)  # type: ignore[return-value]


class MultiNode(Node):
    """A node of an operation with several results: ``shapes`` lists their shapes (and ``shape`` is None), and ``vjp`` takes a
    list of gradients, None where a result was not used."""

    __slots__ = ("shapes",)
    shapes: Sequence[tuple[int, ...]]

    def conform(self, g: Any, output: int) -> Any:
        g = fitted(g, self.shapes[output], self.dtype)
        return np.asarray(g) if isinstance(g, np.generic) else g  # a rule may index it

    def fit(self, g: Any, output: int) -> Any:
        grads: list[Any] = [None] * len(self.shapes)
        grads[output] = self.conform(g, output)
        return grads

    def join(self, g: Any, more: Any) -> Any:
        return [b if a is None else a if b is None else a + b for a, b in zip(g, more, strict=True)]

    def as_list(self, g: Any) -> list[Any]:
        return list(g)

    def from_list(self, grads: list[Any]) -> Any:
        return grads


class AccumulateGrad(Node):
    """The end of a path: adds what arrives to ``variable.grad``."""

    __slots__ = ("variable",)
    variable: Variable
    arity = 0
    saved = ()

    def back(self, g: Any, walk: Walk) -> passing.Onward:
        if self.hooks is not None:
            return walk.hooked(self, g)
        accumulate(self.variable, g)
        return passing.END

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"


class LeafEdge:
    """Where a leaf that requires a gradient stands in the graph: its AccumulateGrad is made when first needed, and lives as
    long as a graph that leads to it."""

    __slots__ = ()

    def resolve(self, variable: Variable) -> Edge:
        """The edge to the leaf's AccumulateGrad."""
        try:
            node = variable._accumulator()
        except AttributeError:  # for the first time
            node = None
            if not hasattr(variable, "_leaf_hooks"):
                variable._leaf_hooks = None
        if node is None:
            data = variable._data
            node = AccumulateGrad()
            node.variable = variable
            node.shape = data.shape
            node.dtype = data.dtype
            node.seq = clock.tick()
            node.hooks = None if variable._leaf_hooks is None else Hooks(variable._leaf_hooks)
            variable._accumulator = weakref.ref(node)
        return (node, 0)


LEAF = LeafEdge()


class FixedEdge:
    """Where a view stands that a custom Function made: writing to its memory would need the Function's own rule, so it is
    refused."""

    __slots__ = ("known",)

    def __init__(self, known: Edge) -> None:
        self.known = known

    def resolve(self, variable: Variable) -> Edge:
        """The edge."""
        return self.known
