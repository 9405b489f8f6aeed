"""What a step's result is, from its inputs: views, casts and simple arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .trace import Step

Array = NDArray[Any]
Read = Callable[[Any], "Array | None"]

RESHAPES = frozenset({"View", "UnsafeView", "ReshapeAlias", "Unsqueeze", "Squeeze"})
COPIES = frozenset({"ToCopy", "Clone", "Alias", "Copy", "Contiguous", "Identity", "LiftFresh"})
ORDERS = frozenset({"T", "Transpose", "Permute", "Expand"})
#: Steps that hand their input on as it is, in another shape, order or dtype.
PASSING = RESHAPES | COPIES | ORDERS


def result_of(step: Step, read: Read) -> Array | None:
    """The result of a step as an array, or None where it cannot be told. `read` gives the value of an entry of `inputs`."""
    first = read(step.inputs[0]) if step.inputs else None
    kind = step.kind
    if kind in ("Add", "Sub", "Mul", "Div"):
        return _arithmetic(step, first, read)
    if kind in ("Stack", "Cat"):
        parts = [read(edge) for edge in step.inputs]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return np.stack(known, step.number("dim")) if kind == "Stack" else np.concatenate(known, step.number("dim"))
    if first is None:
        return None
    if kind in RESHAPES:
        return first.reshape(step.shape)
    if kind in COPIES:
        return first
    return _of_one(step, kind, first)


def _of_one(step: Step, kind: str, x: Array) -> Array | None:
    match kind:
        case "T":
            return np.asarray(x.T)
        case "Transpose":
            return np.asarray(np.swapaxes(x, step.number("dim0"), step.number("dim1")))
        case "Permute":
            order = step.saved.get("dims")
            return None if order is None else np.asarray(np.transpose(x, [int(d) - 2**64 if int(d) >= 2**63 else int(d) for d in order]))
        case "Expand":
            return np.broadcast_to(x, step.shape)
        case "Select":
            return np.asarray(np.take(x, step.number("index"), step.number("dim")))
        case "Slice":
            cut = [slice(None)] * x.ndim
            stop = step.number("end")
            cut[step.number("dim")] = slice(step.number("start"), stop, step.number("step", 1))
            taken = x[tuple(cut)]
            return taken if taken.shape == step.shape else None
        case "Index":
            return _indexed(step, x)
        case "Neg":
            return np.asarray(-x)
        case "Log":
            return np.asarray(np.log(x))
        case "Exp":
            return np.asarray(np.exp(x))
        case "Relu":
            return np.maximum(x, 0)
        case "Sum" | "Mean":
            return _reduced(step, kind, x)
    return None


def _indexed(step: Step, x: Array) -> Array | None:
    chosen = [slice(None) if index is None else np.asarray(index) for index in step.saved.get("indices") or ()]
    taken = x[tuple(chosen)]
    return taken if taken.shape == step.shape else None


def _reduced(step: Step, kind: str, x: Array) -> Array | None:
    axis = step.dims() or None
    keep = bool(step.saved.get("keepdim", False))
    result = np.asarray(x.sum(axis=axis, keepdims=keep) if kind == "Sum" else x.mean(axis=axis, keepdims=keep))
    return result if result.shape == step.shape else None


def _arithmetic(step: Step, first: Array | None, read: Read) -> Array | None:
    second = read(step.inputs[1]) if len(step.inputs) > 1 else None
    if step.kind in ("Mul", "Div"):  # a constant among the operands is saved
        if first is None and (not step.inputs or step.inputs[0] is None):
            first = step.array("self")
        if second is None and (len(step.inputs) < 2 or step.inputs[1] is None):
            second = step.array("other")
    if first is None or second is None:
        return None
    alpha = step.saved.get("alpha", 1)
    match step.kind:
        case "Add":
            return np.asarray(first + alpha * second)
        case "Sub":
            return np.asarray(first - alpha * second)
        case "Mul":
            return np.asarray(first * second)
    return np.asarray(first / second)
