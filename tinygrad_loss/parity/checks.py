"""Runs a row in two libraries and says where they part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .row import Array, Row

MARKS = ("value", "gradient", "second", "graph", "error")


@dataclass(frozen=True)
class Run:
    """What one library made of a row."""

    values: list[Array]
    dtypes: list[str]
    gradients: list[Array | None]
    seconds: list[Array | None]
    graph: list[str]
    error: tuple[str, str] | None


def run(row: Row, kind: str, torch: Any) -> Run:
    """Carry a row out in ``torch``, which is either library."""
    tensors = []
    for one, array in zip(row.inputs, row.arrays(kind), strict=True):
        tensor = torch.from_numpy(np.array(array))
        tensors.append(tensor.requires_grad_() if one.grad else tensor)
    try:
        outputs = as_list(row.call(torch, *tensors))
        if row.error is not None:
            torch.autograd.backward([out.sum() for out in outputs if out.requires_grad])
    except Exception as error:
        if row.error is None:
            raise
        names = [base.__name__ for base in type(error).__mro__]
        return Run([], [], [], [], [], (next(name for name in names if name in BUILTINS), str(error)))
    graph = describe([out.grad_fn for out in outputs if out.requires_grad], tensors)
    values = [np.array(out.detach().numpy()) for out in outputs]
    dtypes = [str(out.dtype) for out in outputs]
    wanted = [tensor for one, tensor in zip(row.inputs, tensors, strict=True) if one.grad]
    roots = [out for out in outputs if out.requires_grad]
    gradients: list[Array | None] = []
    seconds: list[Array | None] = [None] * len(wanted)
    if roots and wanted:
        weights = [torch.from_numpy(weights_for(out.detach().numpy(), 1)) for out in roots]
        torch.autograd.backward(roots, weights, retain_graph=True)
        first = [tensor.grad for tensor in wanted]
        gradients = [None if g is None else np.array((g + 0).numpy()) for g in first]
        if row.second:  # once more as grad walks, which records on the way
            first = torch.autograd.grad(roots, wanted, weights, create_graph=True, allow_unused=True)
            gradients += [None if g is None else np.array((g.detach() + 0).numpy()) for g in first]
        again = [g for g in first if g is not None and g.requires_grad]
        if row.second and again:
            turned = [torch.from_numpy(weights_for(g.detach().numpy(), 2)) for g in again]
            seconds = [
                None if g is None else np.array((g.detach() + 0).numpy())  # "+ 0": PyTorch has tensors of zeros without memory
                for g in torch.autograd.grad(again, wanted, turned, allow_unused=True)
            ]
    return Run(values, dtypes, gradients, seconds, graph, None)


BUILTINS = {"RuntimeError", "ValueError", "TypeError", "IndexError", "NotImplementedError", "AttributeError", "KeyError", "AssertionError"}


def as_list(outputs: Any) -> list[Any]:
    """The tensors that a call returned."""
    if isinstance(outputs, (tuple, list)):
        return [tensor for one in outputs for tensor in as_list(one)]
    return [outputs]


def weights_for(array: Array, salt: int) -> Array:
    """Weights for a weighted sum of results: all different, so that no two gradients can be taken for each other."""
    weights: Array = np.cos(np.arange(array.size) * 0.7 + salt).reshape(array.shape).astype(array.dtype)
    return weights


def describe(roots: list[Any], tensors: list[Any]) -> list[str]:
    """The backward graph as lines: each node's name and its edges, leaves by the number of the input."""
    numbers: dict[int, int] = {}
    order: list[Any] = []
    pending = list(reversed(roots))
    while pending:
        node = pending.pop()
        if id(node) not in numbers:
            numbers[id(node)] = len(order)
            order.append(node)
            pending.extend(following for following, _ in reversed(node.next_functions) if following is not None)
    lines = []
    for node in order:
        leaf = getattr(node, "variable", None) if type(node).__name__ == "AccumulateGrad" else None
        which = [place for place, tensor in enumerate(tensors) if tensor is leaf]
        where = "" if leaf is None else f" of input {which[0]}" if which else " of another"
        edges = ", ".join("-" if following is None else f"{numbers[id(following)]}.{output}" for following, output in node.next_functions)
        lines.append(f"{node.name()}{where} [{edges}]")
    return lines


def compare(row: Row, kind: str, ours: Run, theirs: Run) -> dict[str, str]:
    """For each of value, gradient, second, graph and error where they part: what is different. Empty when they agree."""
    parts: dict[str, str] = {}
    if row.error is not None:
        if ours.error is None or theirs.error is None:
            parts["error"] = f"raised here: {ours.error}, in PyTorch: {theirs.error}"
        elif ours.error[0] != theirs.error[0]:
            parts["error"] = f"{ours.error[0]} ({ours.error[1]}) here, {theirs.error[0]} ({theirs.error[1]}) in PyTorch"
        elif row.error not in ours.error[1] or row.error not in theirs.error[1]:
            parts["error"] = f"the words {row.error!r} are not in both: {ours.error[1]!r}, {theirs.error[1]!r}"
        return parts
    if ours.dtypes != theirs.dtypes:
        parts["value"] = f"dtypes {ours.dtypes} here, {theirs.dtypes} in PyTorch"
    pairs: tuple[tuple[str, Sequence[Array | None], Sequence[Array | None]], ...] = (
        ("value", ours.values, theirs.values),
        ("gradient", ours.gradients, theirs.gradients),
        ("second", ours.seconds, theirs.seconds),
    )
    for mark, mine, other in pairs:
        different = _differ(mine, other, row.tolerance * (8 if mark == "second" else 1))
        if different:
            parts.setdefault(mark, different)
    if row.graph and ours.graph != theirs.graph:
        parts["graph"] = f"{ours.graph} here, {theirs.graph} in PyTorch"
    return parts


def _differ(mine: Sequence[Array | None], other: Sequence[Array | None], ulps: float) -> str:
    if len(mine) != len(other):
        return f"{len(mine)} arrays here, {len(other)} in PyTorch"
    for place, (a, b) in enumerate(zip(mine, other, strict=True)):
        if a is None or b is None:
            # A gradient that is all zeros and one that is not there say the same.
            if a is not b and np.any(b if a is None else a):
                return f"array {place}: {a} here, {b} in PyTorch"
            continue
        if a.shape != b.shape:
            return f"array {place}: shape {a.shape} here, {b.shape} in PyTorch"
        if a.dtype != b.dtype:
            return f"array {place}: {a.dtype} here, {b.dtype} in PyTorch"
        exact = a.dtype.kind != "f"
        scale = 0.0 if exact or not b.size else float(np.max(np.abs(np.where(np.isfinite(b), b, 0))))
        eps = 0.0 if exact else float(np.finfo(a.dtype).eps)
        if not np.allclose(a, b, rtol=ulps * eps, atol=ulps * eps * max(scale, 1e-30), equal_nan=True):
            return f"array {place}:\n{a}\nhere,\n{b}\nin PyTorch"
    return ""


def check(row: Row, kind: str, here: Any, torch: Any) -> dict[str, str]:
    """Run a row in both libraries and compare."""
    return compare(row, kind, run(row, kind, here), run(row, kind, torch))
