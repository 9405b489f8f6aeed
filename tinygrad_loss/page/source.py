"""Where a node's formula stands in this package: its rule in words, its definition or its class, the line."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..autograd.node import Node
from ..graph.definitions import definition_place, definition_text


@dataclass(frozen=True, slots=True)
class Source:
    """Code of the package: the rule in words, the file (as it is named inside the package), the first line, the text."""

    rule: str
    file: str
    line: int
    code: str


def source_of(type_name: str) -> Source | None:
    """The code behind a node of this name, in this package; None where there is none.

    Of a node with a definition (a loss, a softmax) it is the definition; of any other the class that states its rule. A node of
    PyTorch's is looked up by its name: the names are the same.

    >>> source_of("LogSoftmaxBackward0").file
    'ops/softmaxes.py'
    >>> source_of("ExpBackward0").code
    'ExpBackward0 = elementwise("ExpBackward0", "y = e^x: y.", np.exp, "result", lambda g, y: g * y)'
    """
    cls = next((cls for cls in _classes(Node) if cls.__name__ == type_name), None)
    if cls is None:
        return None
    rule = " ".join((cls.__doc__ or "").split())
    file, _, line = definition_place(type_name).partition(":")
    if file:
        return Source(rule, file, int(line), definition_text(type_name).rstrip())
    return _statement(cls, rule)


def _classes(root: type[Any]) -> Iterator[type[Any]]:
    for cls in root.__subclasses__():
        yield cls
        yield from _classes(cls)


def _statement(cls: type[Any], rule: str) -> Source | None:
    """The statement that makes a class: `class X`, or `X = ...` in whichever module of the package that stands."""
    package = Path(inspect.getfile(Node)).parents[1]
    for module in [module for module in sys.modules.values() if getattr(module, cls.__name__, None) is cls]:
        path = Path(getattr(module, "__file__", None) or "")
        if not path.is_relative_to(package):  # a Function of the user's own
            continue
        try:
            text = inspect.getsource(module)
        except OSError:  # a package without its source files
            continue
        for node in ast.parse(text).body:
            names = [node.name] if isinstance(node, ast.ClassDef) else []
            names += [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
            if cls.__name__ in names:
                return Source(rule, path.relative_to(package).as_posix(), node.lineno, ast.get_source_segment(text, node) or "")
    return None
