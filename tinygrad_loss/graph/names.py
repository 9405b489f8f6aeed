"""Which variable is this? Names for the tensors of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from .arrays import library_of

_DEEP = 1000  # how far a list or dict among the variables is searched


def named_tensors(params: object) -> Iterator[tuple[str, Any]]:
    """The (name, tensor) pairs of `params`: a module (by its named_parameters), or a mapping of names to tensors or modules.

    A TypeError says what came when it is neither.
    """
    if isinstance(params, Mapping):
        for name, value in params.items():
            if library_of(value) is not None:
                yield str(name), value
            elif _is_module(value):
                yield from ((f"{name}.{inner}", tensor) for inner, tensor in value.named_parameters())
            else:
                raise TypeError(f"params[{name!r}] must be a tensor or a module, got {type(value).__name__}")
    elif _is_module(params):
        yield from params.named_parameters()  # type: ignore[attr-defined]
    else:
        raise TypeError(f"params must be a module or a dict of names to tensors, got {type(params).__name__}; "
                        "for instance params=model or params={'w': w, 'b': b}")


def variables(scopes: tuple[Mapping[str, Any], ...]) -> Iterator[tuple[str, Any]]:
    """The tensors that a caller's variables hold, with their names: tensors, modules' parameters, and tensors one level deep in
    lists, tuples and dicts. Names that begin with "_" come last, since notebooks keep their history in such."""
    found = [item for scope in scopes for item in list(scope.items())]
    for name, value in sorted(found, key=lambda item: item[0].startswith("_")):
        if library_of(value) is not None:
            yield name, value
        elif _is_module(value):
            try:
                parameters = list(value.named_parameters())
            except Exception:  # a stranger's variable must never stop a picture
                continue
            yield from ((f"{name}.{inner}", tensor) for inner, tensor in parameters)
        elif type(value) in (list, tuple):
            yield from ((f"{name}[{i}]", item) for i, item in islice(enumerate(value), _DEEP) if library_of(item) is not None)
        elif type(value) is dict:
            items = islice(list(value.items()), _DEEP)
            yield from ((f"{name}[{key!r}]", item) for key, item in items if library_of(item) is not None)


def _is_module(value: object) -> bool:
    # Asked of the class: asking an arbitrary object could run its __getattr__.
    return not isinstance(value, type) and callable(getattr(type(value), "named_parameters", None))
