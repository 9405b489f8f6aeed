"""The definitions that nodes open into: functions of primitives, for this package's nodes and for PyTorch's of the same name."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..autograd.clock import tick
from ..autograd.modes import enable_grad
from ..autograd.node import NO_EDGE
from ..autograd.variable import Variable
from ..autograd.wrapping import wrap
from ..nn import functional
from ..ops._fused import Fused
from .arrays import library_of, to_array


class Opening(NamedTuple):
    """A definition that was run: its result, the inputs that it was run on, and the result of each node on the way."""

    output: Any
    inputs: list[Any]
    results: dict[tuple[Any, int], Any]


def has_definition(node: Any) -> bool:
    """Whether a node of either library can be opened: it bears the name of a node that is defined in primitives, or is a
    Function whose context was given an `expand`."""
    return isinstance(node, Fused) or callable(getattr(node, "expand", None)) or type(node).__name__ in _defined()


@cache
def definition_place(type_name: str) -> str:
    """Where the definition of a node is written, as "file:line" from the package's folder; "" when it has none.

    >>> definition_place("MseLossBackward0").partition(":")[0]
    'nn/functional/regression.py'
    """
    cls = _defined().get(type_name)
    if cls is None:
        return ""
    code = cls.define.__code__
    return f"{Path(code.co_filename).relative_to(Path(functional.__path__[0]).parents[1]).as_posix()}:{code.co_firstlineno}"


def definition_text(type_name: str) -> str:
    """The lines of a node's definition, and of the function of primitives that it calls; "" when it has none."""
    cls = _defined().get(type_name)
    if cls is None:
        return ""
    functions = [cls.define]
    scope = cls.define.__globals__
    functions += [scope[name] for name in cls.define.__code__.co_names
                  if name.endswith(("_definition", "_in_primitives")) and callable(scope.get(name))]
    return "\n".join(inspect.cleandoc("\n" + inspect.getsource(function)) + "\n" for function in functions)


def open_definition(node: Any, known: list[NDArray[Any] | None]) -> Opening | None:
    """Run a node's definition anew, on inputs that are leaves (those that want a gradient ask for it), in the order of
    `next_functions`. None when it has no definition or has been freed.

    `known` are the values of the inputs, where a picture knows them: the definition is run on these rather than on what the
    node saved, since a log-softmax saves its result only.
    """
    own = getattr(node, "expand", None)
    if callable(own) and not isinstance(node, Fused):
        found, results = _watched(own)
        return None if found is None else Opening(found[0], found[1], results)
    cls = _defined().get(type(node).__name__)
    if cls is None:
        return None
    try:
        twin = node if isinstance(node, Fused) else _twin(cls, node)
        spare = twin.input_variables()
    except (RuntimeError, AttributeError):  # freed by backward(), changed in place since, or not kept under these names
        return None
    inputs = []
    for (child, _), array, other in zip(node.next_functions, known, spare, strict=False):
        if other is None or not hasattr(other, "_data"):
            inputs.append(other)
            continue
        fits = array is not None and array.shape == other._data.shape
        leaf = wrap(np.array(array, dtype=other._data.dtype) if fits else other._data, NO_EDGE)
        inputs.append(leaf.requires_grad_() if child is not None else leaf)
    with enable_grad():
        output, results = _watched(lambda: twin.define(*inputs))
    return Opening(output, inputs, results)


def _watched(run: Callable[[], Any]) -> tuple[Any, dict[tuple[Any, int], Any]]:
    """What `run` returns, and every tensor with a graph that a function returned meanwhile: a difference with a constant, say,
    is kept by no node."""
    results: dict[tuple[Any, int], Any] = {}

    def note(frame: Any, event: str, value: Any) -> None:
        if event == "return" and isinstance(value, Variable) and value.grad_fn is not None:
            results[value.grad_fn, value.output_nr] = value

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        return run(), results
    finally:
        sys.setprofile(before)


@cache
def _defined() -> dict[str, type[Fused]]:
    """Every class of node that has a definition, by its name."""
    found: dict[str, type[Fused]] = {}
    stack: list[type[Fused]] = [Fused]
    while stack:
        for cls in stack.pop().__subclasses__():
            found[cls.__name__] = cls
            stack.append(cls)
    return found


def _twin(cls: type[Fused], node: Any) -> Fused:
    """This package's node with what PyTorch's node of the same name saved."""
    twin = object.__new__(cls)
    twin.next_functions = tuple(NO_EDGE for _ in cls.inputs)
    twin.saved = tuple(None if name in cls.private else _ours(getattr(node, f"_saved_{name}")) for name in cls.saves)
    twin.hooks = None
    twin.seq = tick()
    return twin


def _ours(value: Any) -> Any:
    if library_of(value) is not None:
        return to_array(value)
    signed = isinstance(value, int) and value >= 2**63  # PyTorch reads negative numbers out of its nodes as unsigned ones
    if isinstance(value, tuple):
        return tuple(_ours(v) for v in value)
    return value - 2**64 if signed else value
