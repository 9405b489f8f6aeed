"""Which nn.Module recorded a node? Told by the module itself while it runs, or found out afterwards from its parameters."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .arrays import library_of
from .model import Graph, Group
from .walk import is_leaf

_KEY = "module"  # where a node's metadata keeps the module's path, and all modules' classes and settings


@contextlib.contextmanager
def record_modules(model: Any, name: str = "model") -> Iterator[None]:
    """While this context lasts, every node that a forward of `model` records is marked with the path of the module that
    recorded it, so that `draw(loss, level="modules")` puts it where it belongs. `model` is a module of this package or of
    PyTorch. Without it, paths are found from the parameters' names, and nodes between two modules stay with their parent.

    >>> import tinygrad_loss as torch
    >>> from tinygrad_loss.graph import read_graph
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    >>> with record_modules(model):
    ...     loss = model(torch.ones(4, 2)).sum()
    >>> [(node.type, node.module) for node in read_graph(loss).functions if node.module][:3]
    [('AddmmBackward0', 'model.2'), ('ReluBackward0', 'model.1'), ('AddmmBackward0', 'model.0')]
    """
    handles = []
    modules = {f"{name}.{path}" if path else name: module for path, module in model.named_modules()}
    kinds = {path: (type(module).__name__, str(module.extra_repr())) for path, module in modules.items()}
    for path, module in modules.items():
        handles.append(module.register_forward_hook(_marker((path, kinds))))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _marker(told: tuple[str, dict[str, tuple[str, str]]]) -> Callable[[Any, Any, Any], None]:
    def mark(module: Any, inputs: Any, output: Any) -> None:
        stop = {tensor.grad_fn for tensor in _tensors(inputs)}
        todo = [tensor.grad_fn for tensor in _tensors(output) if tensor.grad_fn is not None]
        seen: set[Any] = set()
        while todo:
            node = todo.pop()
            if node in seen or node in stop or is_leaf(node):
                continue
            seen.add(node)
            node.metadata.setdefault(_KEY, told)  # the innermost module ends first
            todo += [child for child, _ in node.next_functions if child is not None]
    return mark


def _tensors(value: Any) -> Iterator[Any]:
    if library_of(value) is not None:
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


@dataclass
class ModuleNames:
    """The modules that a picture knows: `classes` by path (`told` has the names and settings of those that told them themselves),
    and the path that owns each parameter, by the tensor's identity."""

    classes: dict[str, Any] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    told: dict[str, tuple[str, str]] = field(default_factory=dict)

    @staticmethod
    def found(params: object, scopes: tuple[Mapping[str, Any], ...]) -> ModuleNames:
        """The modules of `params` (a module, or a dict with modules), or those among the variables of `scopes`."""
        names = ModuleNames()
        variables = [item for scope in scopes for item in list(scope.items()) if _is_module(item[1])]
        if _is_module(params):
            own = next((name for name, value in variables if value is params), type(params).__name__)
            names._add(own, params)
        elif isinstance(params, Mapping):
            variables = [*((str(k), v) for k, v in params.items() if _is_module(v)), *variables]
        if not _is_module(params):
            for name, value in variables:
                with contextlib.suppress(Exception):  # a stranger's variable must never stop a picture
                    names._add(name, value)
        return names

    def _add(self, name: str, module: Any) -> None:
        for path, inner in module.named_modules():
            full = f"{name}.{path}" if path else name
            self.classes.setdefault(full, inner)
            for parameter in inner.parameters(recurse=False):
                self.owners.setdefault(id(parameter), full)

    def places(self, children: Mapping[Any, list[Any]]) -> dict[Any, str]:
        """The module path of each node, as far as it is known: told by `record_modules`, else by the parameters. A node between
        two modules belongs to the module that holds both."""
        found: dict[Any, str] = {}
        for node in children:
            if is_leaf(node):
                owner = self.owners.get(id(node.variable))
                if owner is not None:
                    found[node] = owner
            elif _KEY in (told := node.metadata):
                found[node], kinds = told[_KEY]
                self.told.update(kinds)
        if not found or any(not is_leaf(node) for node in found):
            return found
        return self._inferred(children, found)

    def _inferred(self, children: Mapping[Any, list[Any]], leaves: dict[Any, str]) -> dict[Any, str]:
        parents: dict[Any, list[Any]] = {node: [] for node in children}
        for node, below in children.items():
            for child in below:
                parents[child].append(node)
        found = dict(leaves)
        for leaf, path in leaves.items():
            for node in parents[leaf]:  # the operation that takes the parameter, or the transpose before it
                above = parents[node] if type(node).__name__ == "TBackward0" else []
                for one in [node, *above]:
                    found[one] = _common(found[one], path) if one in found and one not in leaves else found.get(one, path)
        order = _parents_first(children, parents)
        up: dict[Any, str] = {}
        for node in order:
            up[node] = _meet(found.get(p) or up.get(p, "") for p in parents[node])
        down: dict[Any, str] = {}
        for node in reversed(order):
            down[node] = _meet(found.get(c) or down.get(c, "") for c in children[node])
        for node in order:
            if node not in found and up[node] and down[node] and not is_leaf(node):
                found[node] = self._between(down[node], up[node], type(node).__name__)
                while type(self.classes.get(found[node])).__name__ in ("ModuleList", "ModuleDict"):  # nobody calls these
                    found[node] = found[node].rpartition(".")[0]
        return {node: path for node, path in found.items() if path}

    def _between(self, below: str, above: str, type_name: str) -> str:
        """Where a node without parameters stands that comes after module `below` and before module `above`: in a Sequential it
        is the module between them that bears its name, or the only one."""
        holder = _common(below, above)
        if holder in (below, above) or type(self.classes.get(holder)).__name__ != "Sequential":
            return holder
        names = [name for name, _ in self.classes[holder].named_children()]
        first, last = (names.index(path[len(holder) + 1:].partition(".")[0]) for path in (below, above))
        candidates = names[first + 1:last]
        stem = re.sub(r"Backward\d*$", "", type_name).lower()
        named = [n for n in candidates if type(self.classes[f"{holder}.{n}"]).__name__.lower() == stem]
        fits = named or (candidates if len(candidates) == 1 else [])
        return f"{holder}.{fits[0]}" if fits else holder


def grouped_by_module(graph: Graph, names: ModuleNames) -> Graph:
    """The graph with its nodes in nested groups, one for each module; an opened node's group goes into its module's."""
    if not any(node.module for node in graph.nodes):
        note = "No nn.Module is known here: give params=model, or record the forward in record_modules(model)."
        return replace(graph, notes=(*graph.notes, note))
    paths = sorted({part for node in graph.nodes for part in _prefixes(node.module)})
    ids = {path: f"m{i}" for i, path in enumerate(paths)}
    groups = []
    for path in paths:
        module = names.classes.get(path)
        kind, words = names.told.get(path, ("", "")) if module is None else (type(module).__name__, str(module.extra_repr()))
        groups.append(Group(ids[path], kind, words, ids.get(path.rpartition(".")[0]), "module", path))
    inside = {node.group: ids.get(node.module) for node in graph.nodes if node.group is not None}
    nodes = tuple(node if node.group is not None else replace(node, group=ids.get(node.module)) for node in graph.nodes)
    opened = tuple(replace(g, parent=inside.get(g.id)) for g in graph.groups)
    return replace(graph, nodes=nodes, groups=(*groups, *opened))


def _parents_first(children: Mapping[Any, list[Any]], parents: Mapping[Any, list[Any]]) -> list[Any]:
    waiting = {node: len(above) for node, above in parents.items()}
    ready = [node for node, count in waiting.items() if not count]
    for node in ready:  # grows while it is read
        for child in children[node]:
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return ready


def _meet(paths: Any) -> str:
    known = [path for path in paths if path]
    result = known[0] if known else ""
    for path in known[1:]:
        result = _common(result, path)
    return result


def _common(one: str, other: str) -> str:
    shared = []
    for a, b in zip(one.split("."), other.split("."), strict=False):
        if a != b:
            break
        shared.append(a)
    return ".".join(shared)


def _prefixes(path: str) -> Iterator[str]:
    parts = path.split(".") if path else []
    yield from (".".join(parts[:i]) for i in range(1, len(parts) + 1))


def _is_module(value: object) -> bool:
    # Asked of the class: asking an arbitrary object could run its __getattr__.
    return not isinstance(value, type) and all(
        callable(getattr(type(value), name, None)) for name in ("named_modules", "parameters", "named_children"))
