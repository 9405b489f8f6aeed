"""Runs one function in both libraries, on the same inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import MissingExtra, type_name
from ..graph.arrays import dtype_name, library_name, library_of, to_array


@dataclass(frozen=True)
class Run:
    """What one library made of a function: its result, and the inputs that ask for a gradient, by name."""

    library: ModuleType
    result: Any
    params: Mapping[str, Any]


def pytorch() -> ModuleType:
    """PyTorch; MissingExtra says how to install it."""
    try:
        import torch
    except ModuleNotFoundError:
        raise MissingExtra("compare(fn, ...), which runs fn in both libraries,", "PyTorch", "torch") from None
    return torch  # type: ignore[no-any-return]


def run_both(fn: Callable[..., Any], inputs: Sequence[Any], libraries: Sequence[ModuleType]) -> list[Run]:
    """Run `fn(library, *inputs)` in each library. RuntimeError says which library raised, TypeError what is wrong with a result."""
    names = _names(fn, len(inputs))
    ask = not any(library_of(x) is not None and x.requires_grad for x in _flat(inputs))
    runs: list[Run] = []
    failures: list[tuple[ModuleType, Exception]] = []
    for library in libraries:
        given = [_converted(x, library, ask) for x in inputs]
        state = library.get_rng_state()
        try:
            library.manual_seed(0)
            result = fn(library, *given)
        except Exception as error:
            failures.append((library, error))
            continue
        finally:
            library.set_rng_state(state)
        runs.append(Run(library, _checked(result, library), dict(_asking(given, names))))
    if failures:
        told = "; ".join(f"{library_name(library)}: {type(error).__name__}: {_first_line(error)}" for library, error in failures)
        who = f"{library_name(failures[0][0])} only" if len(failures) == 1 else "both libraries"
        raise RuntimeError(f"compare(): fn raised in {who}: {told}") from failures[0][1]
    return runs


def _checked(result: Any, library: ModuleType) -> Any:
    here = library_of(result)
    if here is None:
        raise TypeError(f"compare(): fn must return one tensor, but with {library_name(library)} it returned {type_name(result)}; "
                        "return the loss itself")
    if here is not library:
        raise TypeError(f"compare(): fn returned a tensor of {library_name(here)} when it was given {library_name(library)}: "
                        "it must use the library that comes as its first argument, fn(torch, ...)")
    if result.grad_fn is None:
        raise RuntimeError(f"compare(): with {library_name(library)} the result of fn does not require grad and does not have a grad_fn, so "
                           "there is no graph to compare. Give an input with requires_grad=True, and do not detach inside fn.")
    return result


def _converted(value: Any, library: ModuleType, ask: bool) -> Any:
    """An input as `library` takes it: tensors and arrays become new tensors of it, anything else stays as it is."""
    if library_of(value) is not None:
        array = to_array(value)
        if array is None:
            raise TypeError(f"compare(): the numbers of an input cannot be read (a tensor of {dtype_name(value.dtype)} on {value.device})")
        tensor = library.from_numpy(np.array(array, order="C"))
        kind = dtype_name(value.dtype)
        if kind != dtype_name(tensor.dtype):
            if not hasattr(library, kind):
                raise TypeError(f"compare(): an input is of dtype {kind}, which {library_name(library)} has not; convert it with .float()")
            tensor = tensor.to(getattr(library, kind))
        return tensor.requires_grad_() if value.requires_grad else tensor
    if isinstance(value, np.ndarray):
        tensor = library.from_numpy(np.array(value, order="C"))
        return tensor.requires_grad_() if ask and value.dtype.kind == "f" else tensor
    if type(value) in (list, tuple):
        return type(value)(_converted(item, library, ask) for item in value)
    if type(value) is dict:
        return {key: _converted(item, library, ask) for key, item in value.items()}
    return value


def _flat(values: Any) -> list[Any]:
    """All values in lists, tuples and dicts."""
    if type(values) is dict:
        values = list(values.values())
    return [one for value in values for one in (_flat(value) if type(value) in (list, tuple, dict) else [value])]


def _asking(given: Sequence[Any], names: Sequence[str]) -> list[tuple[str, Any]]:
    """The inputs that ask for a gradient, with their names."""
    found = []
    for name, value in zip(names, given, strict=True):
        several = type(value) in (list, tuple, dict)
        for i, one in enumerate(_flat([value])):
            if library_of(one) is not None and one.requires_grad:
                found.append((f"{name}[{i}]" if several else name, one))
    return found


def _names(fn: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its inputs, after the library."""
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][1:]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "input")
    return [plain[i] if i < len(plain) else f"{rest}[{i - len(plain)}]" for i in range(count)]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]
