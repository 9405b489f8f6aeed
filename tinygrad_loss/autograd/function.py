"""Operations of a user's own: a ``class Exp(Function)`` with a ``forward`` and a ``backward``.

The ``ctx`` that both receive is the node of the backward graph itself: what ``forward`` notes on it, ``backward`` finds there,
and so does whoever looks at ``y.grad_fn``.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from . import anomaly
from .clock import last, tick, touch
from .modes import modes, no_grad
from .node import LEAF, NO_EDGE, Edge, FixedEdge, MultiNode, fitted
from .wrapping import kind, wrap

_new = object.__new__
Shape = tuple[int, ...]


class FunctionCtx:
    """What ``forward`` and ``setup_context`` can say to the ``ctx``. Any other attribute may be set on it as well."""

    to_save: tuple[Any, ...] = ()
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()
    _materialize = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (or None) for ``backward``, which finds them in ``saved_tensors``.

        A tensor that is changed in place before then is an error there. Inputs and outputs come back with their place in the
        graph, so that a ``backward`` that is made of tensor operations can be differentiated again.
        """
        for place, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, kind.tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {place} is of type {type(tensor).__name__}. "
                    "Make other values attributes: ctx.name = value"
                )
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Accepted, and not needed: there is no forward-mode differentiation here."""

    def mark_dirty(self, *args: Any) -> None:
        """Say which inputs ``forward`` has changed in place; they must be among what it returns."""
        self.dirty_tensors = _tensors("mark_dirty can only accept variables", args)

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say through which outputs no gradient flows."""
        self.non_differentiable = _tensors("mark_non_differentiable only accepts variable arguments", args)

    def set_materialize_grads(self, value: bool) -> None:
        """Whether ``backward`` is given zeros (True, the default) or None for an output that was not used."""
        self._materialize = value


def _tensors(rule: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    for one in args:
        if not isinstance(one, kind.tensor):
            raise RuntimeError(f"{rule}, but got {type(one).__name__}")
    return args


class BackwardCFunction(FunctionCtx, MultiNode):
    """The node of one call of a Function, which is its ``ctx``. Each Function has a subclass that bears its name:
    ``ExpBackward``."""

    _forward_cls: ClassVar[type[Function]]
    needs_input_grad: tuple[bool, ...]
    """For each argument of ``forward`` whether a gradient is wanted."""
    _arguments: list[Shape | None]
    """For each argument of ``forward`` its shape, None where it is no tensor."""
    _results: list[tuple[Shape, np.dtype[Any]] | None]
    """For each result its shape and dtype, None where it is no tensor."""

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What was given to ``save_for_backward``; RuntimeError when it has been freed, or changed in place since."""
        if self.saved is None:
            raise self.freed()
        return tuple(self._unpacked(place, one) for place, one in enumerate(self.saved))

    def checked(self) -> tuple[Any, ...]:
        """Nothing: what was saved is checked when ``backward`` asks for it."""
        return ()

    def conform(self, g: Any, output: int) -> Any:
        result = self._results[output]
        assert result is not None
        return fitted(g, *result)

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        """The user's code may keep what it is given, and give what it keeps, so the walk goes on with copies."""
        with no_grad():
            found = self._gradients([None if part is None else wrap(np.asarray(part), NO_EDGE) for part in g])
        return [None if part is None else np.array(part._data) for part in found]

    def vjp_recorded(self, g: Any) -> list[Any]:
        return self._gradients(g)

    def _gradients(self, grads: Sequence[Any]) -> list[Any]:
        given = [
            wrap(np.zeros(*result), NO_EDGE) if g is None and result is not None and self._materialize else g
            for g, result in zip(grads, self._results, strict=True)
        ]
        answer = self._forward_cls._backward_rule()(self, *given)
        found = list(answer) if isinstance(answer, tuple) else [answer]
        expected = len(self._arguments)
        while len(found) > expected and found[-1] is None:
            found.pop()
        if len(found) != expected:
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients (expected {expected}, got {len(found)}): "
                "backward() returns one for each argument of forward(), None for those that are no tensors"
            )
        for place, (g, shape) in enumerate(zip(found, self._arguments, strict=True)):
            self._check(place, g, shape)
        return [g for g, shape in zip(found, self._arguments, strict=True) if shape is not None]

    def _check(self, place: int, g: Any, shape: Shape | None) -> None:
        if g is None:
            return
        if not isinstance(g, kind.tensor):
            raise RuntimeError(f"function {self.name()}: expected Variable or None (got {type(g).__name__}) as gradient {place}")
        if shape is None:
            raise RuntimeError(
                f"function {self.name()} returned a gradient different than None at position {place + 1}, but the corresponding "
                "forward input was not a Variable"
            )
        got = g._data.shape
        extra = len(got) - len(shape)
        if extra < 0 or any(mine not in (1, its) for mine, its in zip(shape, got[extra:], strict=True)):
            raise RuntimeError(
                f"Function {self.name()} returned an invalid gradient at index {place} - got {list(got)} but expected shape "
                f"compatible with {list(shape)}"
            )

    def _save(self, results: Sequence[Any]) -> None:
        self.saved = tuple(self._packed(tensor, results) for tensor in self.to_save)
        # To keep hold of results here would be a reference cycle.
        self.to_save = self.dirty_tensors = self.non_differentiable = ()

    def _packed(self, tensor: Any, results: Sequence[Any]) -> Any:
        """A result is kept as its array and number, since to keep itself would be a reference cycle."""
        for place, result in enumerate(results):
            if result is tensor:
                return tensor._data, (place if result.requires_grad else None)
        return tensor

    def _unpacked(self, place: int, packed: Any) -> Any:
        array = packed[0] if isinstance(packed, tuple) else packed._data if packed is not None else None
        if last.time > self.seq:
            self._unchanged(f"saved_tensors[{place}]", array)
        if not isinstance(packed, tuple):
            return packed
        return wrap(array, NO_EDGE if packed[1] is None else (self, packed[1]))


class Function:
    """An operation with a gradient of its own. Subclass it, and call ``apply``.

    ``forward(ctx, *args)`` gets the arguments of ``apply``, tensors or not, and returns a tensor or a tuple; nothing that it does
    is recorded. ``backward(ctx, *grads)`` gets one gradient for each output and returns one for each argument (None for those
    that are no tensors). Both are static methods. ``forward(*args)`` and ``setup_context(ctx, inputs, output)`` may be written
    apart.

    >>> import tinygrad_loss as torch
    >>> class Scale(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x, factor):
    ...         ctx.factor = factor
    ...         return x * factor
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * ctx.factor, None
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> y = Scale.apply(x, 3.0); y
    tensor([3., 6.], grad_fn=<ScaleBackward>)
    >>> y.sum().backward(); x.grad
    tensor([3., 3.])
    """

    _backward_cls: ClassVar[type[BackwardCFunction]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._backward_cls = type(f"{cls.__name__}Backward", (BackwardCFunction,), {"_forward_cls": cls, "__doc__": cls.__doc__})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{self.__class__} should not be instantiated. Methods on autograd functions are all static, so you should invoke "
            "them on the class itself. Instantiating an autograd function will raise an error in a future version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with "
            f"static forward method, and call {type(self).__name__}.apply(...)."
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The operation itself."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """What is to be noted on ``ctx``, for a ``forward`` that does not take it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """From the gradients of the outputs to those of the arguments."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode "
            "AD."
        )

    vjp = backward

    @classmethod
    def _backward_rule(cls) -> Callable[..., Any]:
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is not Function.backward:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one of "
                "them."
            )
        return cls.vjp

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Carry out the operation and record it."""
        apart = cls.setup_context is not Function.setup_context
        if apart:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        arguments = (*args, *kwargs.values())
        ctx = _new(cls._backward_cls)
        tensors = [x for x in arguments if isinstance(x, kind.tensor)]
        ctx.needs_input_grad = tuple(isinstance(x, kind.tensor) and x.requires_grad for x in arguments)
        ctx._arguments = [x._data.shape if isinstance(x, kind.tensor) else None for x in arguments]
        recorded = modes.grad and any(ctx.needs_input_grad)
        ctx.next_functions = tuple(x.edge() for x in tensors) if recorded else ()
        ctx.saved, ctx.hooks, ctx.shape = (), None, None
        with no_grad():
            if apart:
                answer = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, arguments, answer)
            else:
                answer = cls.forward(ctx, *args, **kwargs)
        results = answer if isinstance(answer, tuple) else (answer,)
        if any(not any(x is result for result in results) for x in ctx.dirty_tensors):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
                "modified inplace must all be outputs of the Function."
            )
        for x in ctx.dirty_tensors:
            touch(x._data)
        ctx.seq = tick()  # after forward, so that what it has changed in place itself counts as not changed
        ctx._results = [(x._data.shape, x._data.dtype) if isinstance(x, kind.tensor) else None for x in results]
        ctx.shapes = [result[0] if result else () for result in ctx._results]
        ctx.dtype = next((result[1] for result in ctx._results if result), None)
        results = tuple(
            _placed(ctx, place, x, tensors, recorded) if isinstance(x, kind.tensor) else x for place, x in enumerate(results)
        )
        if recorded:
            ctx._save(results)
            if anomaly.state.enabled:
                anomaly.note(ctx)
        return results if isinstance(answer, tuple) else results[0]


def _placed(ctx: BackwardCFunction, place: int, result: Any, inputs: Sequence[Any], recorded: bool) -> Any:
    """A result of ``forward`` at its place in the graph."""
    given = any(result is x for x in inputs)
    flat = any(result is x for x in ctx.non_differentiable) or result._data.dtype.kind != "f"
    edge: Edge = (ctx, place) if recorded and not flat else NO_EDGE
    if any(result is x for x in ctx.dirty_tensors):
        if recorded:
            _rewrite(ctx, result, edge)
        return result
    shares = edge is not NO_EDGE and any(np.may_share_memory(result._data, x._data) for x in inputs)
    if given or (result._edge is LEAF and edge is not NO_EDGE):
        return wrap(result._data, FixedEdge(edge) if shares else edge)
    if recorded:
        result._edge = FixedEdge(edge) if shares else edge
    return result


def _rewrite(ctx: BackwardCFunction, x: Any, edge: Edge) -> None:
    if x._edge is LEAF:
        raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
    if type(x._edge) is not tuple:
        raise RuntimeError(
            f"{ctx.name()}: a view was given to mark_dirty, and the other views of its memory would not know of it. Give the "
            "Function a clone() of the view, or work on the whole tensor."
        )
    x._edge = edge


class Error(MultiNode):
    """The gradient of a gradient that cannot be differentiated."""

    __slots__ = ()
    frees = False

    def name(self) -> str:
        return "torch::autograd::Error"

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a ``backward`` that is not made of tensor operations: a second derivative through it is an error, not a wrong
    number.

    >>> import tinygrad_loss as torch
    >>> from tinygrad_loss.autograd.function import once_differentiable
    >>> class Double(torch.autograd.Function):
    ...     forward = staticmethod(lambda ctx, x: x * 2)
    ...     backward = staticmethod(once_differentiable(lambda ctx, grad: torch.from_numpy(2 * grad.numpy())))
    >>> x = torch.tensor([1.0], requires_grad=True)
    >>> torch.autograd.grad(Double.apply(x).sum(), x)
    (tensor([2.]),)
    """

    @functools.wraps(fn)
    def once(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            answer = fn(ctx, *grads)
        if not modes.grad or not any(isinstance(g, kind.tensor) and g.requires_grad for g in grads):
            return answer
        node = _new(Error)
        node.next_functions = tuple(g.edge() for g in grads if isinstance(g, kind.tensor))
        found = answer if isinstance(answer, tuple) else (answer,)
        node.saved, node.hooks, node.shape, node.seq = (), None, None, tick()
        node.shapes = [() if g is None else g._data.shape for g in found]
        node.dtype = next((g._data.dtype for g in found if g is not None), None)
        placed = tuple(None if g is None else wrap(g._data, (node, place)) for place, g in enumerate(found))
        return placed if isinstance(answer, tuple) else placed[0]

    return once
