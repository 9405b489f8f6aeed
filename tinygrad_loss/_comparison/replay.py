"""Values that a graph does not keep, worked out by the library that recorded it, so that they are right to the last bit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..graph.arrays import library_of, values_of
from ..graph.model import Graph, Node, Values
from ..graph.recompute import recomputed
from ..graph.walk import inputs_first, walk

# What NumPy computes as both libraries do, bit for bit: no rounding, or one as IEEE 754 has it.
_EXACT = {"Abs", "Add", "Alias", "Clone", "Div", "Expand", "Gather", "Maximum", "Minimum", "Mul", "Neg", "Permute", "Relu", "Reshape",
          "ReshapeAlias", "Select", "Slice", "Squeeze", "Sub", "T", "Transpose", "UnsafeView", "Unsqueeze", "View"}


# What is asked of the library again: a function of the inputs, or a reduction over the saved dimensions.
_FUNCTIONS = {"Bmm": "bmm", "Cos": "cos", "Dot": "dot", "Exp": "exp", "Log": "log", "Log1P": "log1p", "Mm": "mm", "Mv": "mv", "Sin": "sin"}
_REDUCTIONS = {"Mean": "mean", "Sum": "sum"}
_SAVED_INPUTS = {"Addmm": ("self", "mat1", "mat2"), "Mm": ("self", "mat2"), "Bmm": ("self", "mat2"), "Mv": ("self", "vec"),
                 "Dot": ("self", "tensor")}


def replayed(loss: Any, graph: Graph) -> tuple[Graph, frozenset[str]]:
    """The graph with the values that it worked out anew replaced by those of the library itself, and the ids of the nodes whose
    value is only near the library's own."""
    if not any(_missing(node) for node in graph.nodes):
        return graph, frozenset()
    steps = walk(loss.grad_fn)
    by_id = {node.id: node for node in graph.nodes}
    ids = {node: f"n{i}" for i, node in enumerate(steps, 1)}
    near: set[str] = set()
    for node in inputs_first(steps, steps):
        model = by_id[ids[node]]
        if not _missing(model):
            continue
        inputs = [None if child is None else _output(by_id[ids[child]], nr) for child, nr in node.next_functions]
        exact = not any(ids[child] in near for child, _ in node.next_functions if child is not None)
        value = _value(node, model, inputs, library_of(loss)) if exact else None
        if value is None:
            near.add(model.id)
        else:
            by_id[model.id] = replace(model, outputs=(value, *model.outputs[1:]))
    return replace(graph, nodes=tuple(by_id[node.id] for node in graph.nodes)), frozenset(near)


def _missing(node: Node) -> bool:
    """Whether the library's own value is not known: it was worked out anew, or not at all."""
    return node.kind == "operation" and len(node.outputs) == 1 and (node.computed or node.value is None or node.value.array is None)


def _output(node: Node, number: int) -> Values | None:
    return node.outputs[number] if number < len(node.outputs) else None


def _value(node: Any, model: Node, inputs: list[Values | None], library: Any) -> Values | None:
    """What the library gives for the node's operation on these inputs; None where that cannot be told."""
    stem = re.sub(r"Backward\d*$", "", type(node).__name__)
    shape = model.shape
    if stem in _EXACT and _saved(node)("alpha", 1) == 1:
        array = recomputed(node, [None if v is None else v.array for v in inputs], shape)
        return None if array is None else Values.of(array, model.dtype)
    saved = _saved(node)
    try:
        names = _SAVED_INPUTS.get(stem, ("self", "other"))
        tensors = [_tensor(v, saved(names[i], None) if i < len(names) else None, library) for i, v in enumerate(inputs)]
        with library.no_grad():
            result = values_of(_called(stem, library, tensors, saved))
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return result if result.shape == shape else None


def _called(stem: str, library: Any, x: list[Any], saved: Callable[[str, Any], Any]) -> Any:
    if stem in _FUNCTIONS:
        return getattr(library, _FUNCTIONS[stem])(*x)
    if stem in _REDUCTIONS:
        dim = saved("dim", None)
        reduce = getattr(library, _REDUCTIONS[stem])
        return reduce(x[0]) if dim is None else reduce(x[0], dim, bool(saved("keepdim", False)))
    if stem == "Addmm":
        return library.addmm(*x, beta=saved("beta", 1), alpha=saved("alpha", 1))
    if stem == "Index":
        return x[0][tuple(slice(None) if index is None else index for index in saved("indices", ()))]
    if stem == "IndexSelect":
        return library.index_select(x[0], saved("dim", 0), saved("index", None))
    if stem in ("Cat", "Stack"):
        return getattr(library, stem.lower())(x, saved("dim", 0))
    if stem == "Pow":
        return library.pow(x[0], saved("exponent", 2))
    raise ValueError(f"no function for {stem}")


def _tensor(values: Values | None, saved: Any, library: Any) -> Any:
    if values is not None and values.array is not None:
        return library.from_numpy(np.array(values.array))
    if library_of(saved) is None:
        raise ValueError("an input is not known")
    return saved.detach()


def _saved(node: Any) -> Callable[[str, Any], Any]:
    def read(name: str, default: Any) -> Any:
        try:
            value = getattr(node, f"_saved_{name}")
        except (AttributeError, RuntimeError):
            return default
        if isinstance(value, tuple):
            return tuple(v - 2**64 if isinstance(v, int) and v >= 2**63 else v for v in value)
        return value - 2**64 if isinstance(value, int) and value >= 2**63 else default if value is None else value
    return read
