"""How an operation is carried out and recorded.

Every op goes through one of three doors: ``unary`` and ``binary`` (elementwise, the hot path: kept free of anything that a chain
of small operations does not need) or ``record`` (all the rest). Each takes tensors or plain arrays. With plain arrays only,
which is how the rules of an ordinary backward call them, an op is its NumPy function and nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from .._dtypes import F32, F64, SCALARS, result_dtype, weak_float
from .._shapes import broadcast
from ..autograd import anomaly, passing
from ..autograd.anomaly import state
from ..autograd.clock import tick
from ..autograd.modes import modes, paused
from ..autograd.node import NO_EDGE, Edge, MultiNode, Node
from ..autograd.recording import OwnCopy
from ..autograd.variable import Variable
from ..autograd.wrapping import kind, wrap

if TYPE_CHECKING:
    from .._tensor import Tensor

Array = np.ndarray[Any, Any]
ndarray = np.ndarray
NUMBERS = {float, int, bool}
_float32: dict[float, Array] = {}
_new = object.__new__


class Unary(Node):
    """An elementwise operation on one tensor. ``forward`` is its NumPy function; it saves its input, its result, or nothing."""

    __slots__ = ()
    inputs = ("self",)
    passes = staticmethod(passing.of_one)
    forward: ClassVar[Any]
    floats: ClassVar[bool] = True
    """Whether integers become floating-point numbers first, as for exp (not for neg or abs)."""
    of: ClassVar[Callable[[Any], Tensor]] = OwnCopy(  # type: ignore[assignment]
        lambda op: (unary, op, op.forward, op.floats, op.saves[0] if op.saves else None, [()])
    )
    """``op.of(x)`` carries the operation out: the class's own copy of ``unary``."""
    own = (*Node.own, of)  # type: ignore[arg-type]


class Binary(Node):
    """An elementwise operation on two tensors, or a tensor and a number, with broadcasting."""

    __slots__ = ()
    inputs = ("self", "other")
    saves: ClassVar[tuple[str, ...]] = ("self", "other")
    passes = staticmethod(passing.of_two)
    forward: ClassVar[Any]
    crossed: ClassVar[bool] = False
    """Whether the gradient of one input needs the other input only, so that an input whose partner wants no gradient is not saved."""
    constants: ClassVar[tuple[Any, ...] | None] = None
    """What is saved in place of the inputs by an operation whose gradient does not need them."""
    of: ClassVar[Callable[[Any, Any], Tensor]] = OwnCopy(  # type: ignore[assignment]
        lambda op: (binary, op, op.forward, op.constants, op.crossed, [()])
    )
    """``op.of(x, y)`` carries the operation out: the class's own copy of ``binary``."""
    own = (*Node.own, of)  # type: ignore[arg-type]


def unary(x: Any, op: type[Unary], forward: Any, floats: bool, keeps: str | None, latest: list[Any]) -> Any:
    """Carry out ``op`` on ``x`` and record it. ``latest`` holds the shape of the latest node of the class: a long graph of equal
    shapes then holds one object for them all."""
    if not isinstance(x, Variable):
        return forward(x if type(x) is ndarray else array_of(x, public_name(op)))
    data = x._data
    dtype = data.dtype
    if dtype is not F32 and dtype is not F64 and floats and dtype.kind != "f":
        data = data.astype(weak_float(dtype))
    out = forward(data)
    edge = x._edge
    if type(edge) is not tuple:
        edge = edge.resolve(x)
    if edge is NO_EDGE or (paused.threads and not modes.grad):
        return wrap(out, NO_EDGE)
    node = op()
    node.seq = tick()
    node.arity = 1
    node.first = edge if edge[1] else edge[0]
    node.saved = () if keeps is None else (out,) if keeps == "result" else (data,)
    shape = data.shape
    if shape == latest[0]:
        shape = latest[0]
    else:
        latest[0] = shape
    node.shape = shape
    node.dtype = dtype
    node.hooks = None
    if state.enabled:
        anomaly.note(node)
    if not shape:
        out = np.asarray(out)  # NumPy's functions give a number where there are no dimensions
    tensor = _new(kind.tensor)
    tensor._data = out
    tensor._edge = (node, 0)
    return tensor


def binary(
    x: Any, y: Any, op: type[Binary], forward: Any, constants: tuple[Any, ...] | None, crossed: bool, latest: list[Any]
) -> Any:
    """Carry out ``op`` on ``x`` and ``y`` and record it."""
    a: Any
    b: Any
    if isinstance(x, Variable) and isinstance(y, Variable):
        a, b, e, f = x._data, y._data, x._edge, y._edge
        if a.dtype is not b.dtype:
            a, b = harmonised(a, b)
        if type(f) is not tuple:
            f = f.resolve(y)
        right = b
    elif (type(y) is float or type(y) is int) and isinstance(x, Variable):
        a, b, e, f = x._data, y, x._edge, NO_EDGE
        if a.dtype is F32:
            right = _float32.get(y)
            if right is None:
                right = in_float32(y)
        else:
            if a.dtype is not F64:
                a, b = harmonised(a, b)
            right = b
    elif isinstance(x, Variable) or isinstance(y, Variable):
        e, f = edge_of(x), edge_of(y)
        a, b = paired(operand(op, x), operand(op, y))
        right = b
    else:
        return forward(x, y)
    if type(e) is not tuple:
        e = e.resolve(x)
    try:
        out = forward(a, right)
    except ValueError:
        broadcast([np.shape(a), np.shape(b)], public_name(op))
        raise
    if (e is NO_EDGE and f is NO_EDGE) or (paused.threads and not modes.grad):
        return wrap(out, NO_EDGE)
    node = op()
    node.seq = tick()
    node.arity = 2
    node.first = e if e[1] else e[0]
    node.second = f if f[1] else f[0]
    node.saved = constants or ((None if f is NO_EDGE else a, None if e is NO_EDGE else b) if crossed else (a, b))
    shape = out.shape
    if shape == latest[0]:
        shape = latest[0]
    else:
        latest[0] = shape
    node.shape = shape
    node.dtype = out.dtype
    node.hooks = None
    if state.enabled:
        anomaly.note(node)
    if not shape:
        out = np.asarray(out)
    tensor = _new(kind.tensor)
    tensor._data = out
    tensor._edge = (node, 0)
    return tensor


def in_float32(number: float) -> Any:
    """A Python number as a float32 array of no dimensions, which NumPy takes in half the time, and kept for the next time; the number
    itself where it is 0, whose sign a dictionary does not tell, or where it might not fit."""
    if not 1e-30 < abs(number) < 1e30:
        return number
    if len(_float32) >= 256:
        _float32.clear()
    found = _float32[number] = np.array(number, np.float32)
    found.flags.writeable = False
    return found


def record(op: type[Node], inputs: Sequence[Any], out: Any, saved: tuple[Any, ...] = ()) -> Any:
    """``out`` as a tensor that knows that ``op`` made it from ``inputs``; ``out`` itself where no input is a tensor."""
    if len(inputs) == 1:
        (x,) = inputs
        if not isinstance(x, Variable):
            return out
        if out.dtype.kind == "f" and not paused.threads:
            edge = x._edge
            return op.recorded((edge if type(edge) is tuple else edge.resolve(x),), out, saved)
    else:
        for x in inputs:
            if isinstance(x, Variable):
                break
        else:
            return out
    if out.dtype.kind != "f" or (paused.threads and not modes.grad):
        return wrap(out, NO_EDGE)
    return op.recorded(edges_of(inputs), out, saved)


def constant(inputs: Sequence[Any], out: Any) -> Any:
    """``out`` as a tensor through which no gradient flows; ``out`` itself where no input is a tensor."""
    return wrap(out, NO_EDGE) if any(isinstance(x, Variable) for x in inputs) else out


def record_many(op: type[MultiNode], inputs: Sequence[Any], outs: Sequence[Array], saved: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """The same for an operation with several results; results that are not floating-point get no gradient."""
    if not any(isinstance(x, Variable) for x in inputs):
        return tuple(outs)
    node = cast(MultiNode, node_for(op, inputs, saved, None, outs[0].dtype))
    if node is None:
        return tuple(wrap(out, NO_EDGE) for out in outs)
    node.shapes = [out.shape for out in outs]
    return tuple(wrap(out, (node, place) if out.dtype.kind == "f" else NO_EDGE) for place, out in enumerate(outs))


def node_for(op: type[Node], inputs: Sequence[Any], saved: tuple[Any, ...], shape: Any, dtype: Any) -> Node | None:
    """A node of class ``op`` on ``inputs``, whose result has this shape and dtype; None where nothing is to be recorded."""
    if paused.threads and not modes.grad:
        return None
    edges = edges_of(inputs)
    for edge in edges:
        if edge is not NO_EDGE:
            node: Node = op.made(edges, saved, shape, dtype)
            if state.enabled:
                anomaly.note(node)
            return node
    return None


def edges_of(inputs: Sequence[Any]) -> list[Edge]:
    """Where each input stands in the graph (an edge stands there itself)."""
    edges = []
    for x in inputs:
        if isinstance(x, Variable):
            edge = x._edge
            edges.append(edge if type(edge) is tuple else edge.resolve(x))
        else:
            edges.append(x if type(x) is tuple else NO_EDGE)
    return edges


def edge_of(x: Any) -> Edge:
    """Where ``x`` stands in the graph (an edge stands there itself); NO_EDGE for an array, a number or None."""
    if isinstance(x, Variable):
        return x.edge()
    return x if type(x) is tuple else NO_EDGE


def data_of(x: Any) -> Any:
    """The array of a tensor; anything else as it is."""
    return x._data if isinstance(x, Variable) else x


def array_of(x: Any, function: str, argument: str = "input") -> Array:
    """The array of a tensor, or an array as it is; TypeError for anything else."""
    if isinstance(x, Variable):
        return x._data
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x)
    raise TypeError(
        f"{function}(): argument '{argument}' must be Tensor, not {type(x).__name__}. Make one with tensor({argument})."
    )


def floating(x: Array) -> Array:
    """An array of floating-point numbers: integers become the default floating type, as in PyTorch."""
    return x if x.dtype.kind == "f" else x.astype(weak_float(x.dtype))


def operand(op: type[Node], value: Any) -> Any:
    """The array of a tensor, a Python number, or a NumPy one or array as PyTorch takes it; TypeError for anything else."""
    if isinstance(value, Variable):
        return value._data
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (*SCALARS, np.ndarray)):
        return value
    raise TypeError(
        f"{public_name(op)}(): argument 'other' must be Tensor or a number, not {type(value).__name__}. "
        "Make a tensor of it with tensor(...)."
    )


def paired(a: Any, b: Any) -> tuple[Any, Any]:
    """``harmonised``, but a number beside a floating-point array stays one, since NumPy takes it in the array's dtype too."""
    if (type(a) is ndarray and type(b) in NUMBERS and a.dtype.kind == "f") or (
        type(b) is ndarray and type(a) in NUMBERS and b.dtype.kind == "f"
    ):
        return a, b
    return harmonised(a, b)


def harmonised(a: Any, b: Any) -> tuple[Any, Any]:
    """Two operands (arrays or Python numbers) as arrays of the dtype that PyTorch's promotion gives them."""
    common = result_dtype([a, b]).numpy
    return np.asarray(a).astype(common, copy=False), np.asarray(b).astype(common, copy=False)


def public_name(op: type[Node]) -> str:
    """The function that records ``op``: "mul" for MulBackward0."""
    return op.__name__.removesuffix("0").removesuffix("Backward").lower()
