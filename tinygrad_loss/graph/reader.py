"""Reads a recorded backward graph, ours or PyTorch's, into the picture model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from .arrays import dtype_name, library_name, library_of, to_array, values_of
from .definitions import definition_place, has_definition, open_definition
from .flow import gradient_flow
from .model import KEEP, Edge, Graph, Group, Node, Part, Saved, Values
from .modules import ModuleNames, grouped_by_module
from .names import named_tensors, variables
from .passes import parts_of
from .recompute import recomputed
from .walk import Step, Steps, carrying, inputs_first, is_leaf, walk
from .words import plain_words

_REDUCTIONS = {0: "none", 1: "mean", 2: "sum"}
_TUPLES = ("dim", "dims")


@dataclass
class _Sketch:
    """What has been found so far, by node object. Node objects are kept here, so that their identities last."""

    steps: Steps
    ids: dict[Any, str]
    incoming: dict[Any, tuple[Values | None, ...]] = field(default_factory=dict)
    values: dict[tuple[Any, int], Values] = field(default_factory=dict)
    computed: set[Any] = field(default_factory=set)
    saved: dict[Any, tuple[tuple[str, Values | str], ...]] = field(default_factory=dict)
    keeps: dict[Any, tuple[Saved, ...]] = field(default_factory=dict)
    names: dict[tuple[Any, int], str] = field(default_factory=dict)
    leaf_names: dict[int, str] = field(default_factory=dict)
    tensors: dict[Any, tuple[Any, ...]] = field(default_factory=dict)  # gradients that come to nodes which can be opened


@dataclass(frozen=True)
class _Opened:
    """The primitives of a node that was opened: a sketch of their own, where the definition's result comes from, and where its
    inputs lead: for each leaf of the inner graph the step of the outer node that takes the same input."""

    sketch: _Sketch
    root: Any
    output: int
    inward: dict[Any, Step]


def read_graph(loss: Any, *, params: object = None, scopes: tuple[Mapping[str, Any], ...] = (), values: bool = True,
               gradient: Any = None, expand: bool | Collection[str] = False, modules: bool = False, forward: Any = None,
               choose: Callable[[Graph], Collection[str]] | None = None,
               all_open: Callable[[Graph], None] | None = None) -> Graph:
    """Read the backward graph of `loss` (a tensor of this package or of PyTorch) into a `Graph`.

    `params` names the leaves (a module, or a dict of names to tensors); without it they are looked for in `scopes`, mappings of
    variable names to values. With `values=False` no number is read and no backward pass is made. `gradient` starts the backward
    pass of a tensor that is not a scalar. `expand` opens nodes that have a definition into their primitives: True opens all, a
    collection those with these types or ids (a ValueError lists the choices when one cannot be opened; a RuntimeError says
    that backward() has freed what is needed). `modules=True` puts the
    nodes of each nn.Module into a group. `forward` is the tensor whose gradient `loss` was computed from (with create_graph):
    nodes that it has too are its "forward" part, the others the "backward" part. Without it the parts are told by the order in
    which nodes were recorded, as `parts_of` says. `choose` is given the graph without
    numbers and returns the ids of the nodes to read numbers for (a large graph takes long to read whole). `all_open` is given
    the same graph with every node open that can be, if there is one; nodes of tensors too large to be kept, if they are asked for.

    Nothing is changed: no `.grad`, no hook, and the graph can still go backward.
    """
    steps = walk(loss.grad_fn)
    sketch = _Sketch(steps, {node: f"n{i}" for i, node in enumerate(steps, 1)})
    mine = list(variables(scopes))
    known = mine if params is None else list(named_tensors(params))
    loss_name = next((name for name, tensor in mine if tensor is loss), "") or "loss"
    retained = [(t, t.grad) for _, t in mine if t.grad_fn is not None and getattr(t, "retains_grad", False)]
    names = ModuleNames.found(params, scopes)
    _note_names(known, loss, sketch)
    places = names.places({node: [s.child for s in taken] for node, taken in steps.items()})
    parts = _parts(forward, steps)

    def graph(opened: Mapping[Any, _Opened], notes: Iterable[str]) -> Graph:
        drawn = _assembled(loss, loss_name, sketch, opened, notes, places, parts, values)
        return grouped_by_module(drawn, names) if modules else drawn

    wanted = set(steps)
    if choose is not None:
        chosen = choose(graph({}, ()))
        wanted = {node for node in steps if sketch.ids[node] in chosen}
    asked = _openable(expand, sketch.ids)
    openable = asked if all_open is None else [n for n in _openable(True, sketch.ids) if n in asked or not _is_large(n)]
    notes: list[str] = []
    try:
        _note_saved([node for node in steps if node in wanted], sketch, values)
        if values:
            _note_values(known, loss, sketch, wanted)
            problem = _measure(loss, gradient, [n for n in steps if n in wanted], sketch, wanted.__contains__, openable)
            notes += [problem] if problem else []
            _recompute(sketch, wanted)
        opened = {node: one for node in openable if node in wanted and (one := _open(node, sketch, values)) is not None}
    finally:
        for tensor, grad in retained:  # autograd.grad fills these too, as backward does
            tensor.grad = grad
    for node in asked:
        if node in wanted and node not in opened:
            _must_be_whole(node)
    if all_open is not None and opened:
        all_open(graph(opened, notes))
    opened = {node: one for node, one in opened.items() if node in asked}
    if expand is True and not opened:
        notes.append("No node of this graph has a definition in primitives: it is drawn as PyTorch records it.")
    return graph(opened, notes)


def _openable(expand: bool | Collection[str], ids: Mapping[Any, str]) -> list[Any]:
    """The nodes to open, in order; ValueError for a name that is none of theirs."""
    if isinstance(expand, bool):
        return [node for node in ids if has_definition(node)] if expand else []
    names = {expand} if isinstance(expand, str) else set(expand)
    able = {node: {ids[node], type(node).__name__} for node in ids if has_definition(node)}
    unknown = sorted(names - set().union(*able.values()))
    if unknown:
        choices = ", ".join(f"{type(node).__name__} ({ids[node]})" for node in able) or "none in this graph"
        raise ValueError(f"draw(): expand={unknown[0]!r} names no node that can be opened; nodes with a definition: {choices}")
    return [node for node, own in able.items() if own & names]


def _is_large(node: Any) -> bool:
    """Whether a result or an input of a node has too many numbers to be kept: opening it takes long, and shows few of them."""
    ends = [node, *(child for child, _ in node.next_functions if child is not None)]
    shapes = [tuple(end.variable.shape) if is_leaf(end) else v.shape for end in ends for v in (_results(end) or [Values((), "")])]
    return any(prod(shape) > KEEP for shape in shapes)


def _must_be_whole(node: Any) -> None:
    """Raise the node's own RuntimeError if what it saved has been freed by backward(), or changed in place since."""
    for attribute in dir(node):
        if attribute.startswith("_saved_"):
            getattr(node, attribute)


def _parts(forward: Any, steps: Steps) -> dict[Any, Part]:
    if forward is None:
        return parts_of(steps)
    if library_of(forward) is None or forward.grad_fn is None:
        raise TypeError("draw(): forward must be the tensor whose gradient was taken (with a graph), got "
                        f"{type(forward).__name__}{'' if library_of(forward) is None else ' without a grad_fn'}")
    older = walk(forward.grad_fn)
    return {node: "forward" if node in older else "backward" for node in steps if not is_leaf(node)}


def _note_names(known: Iterable[tuple[str, Any]], loss: Any, sketch: _Sketch) -> None:
    """Names for the leaves; a variable that holds a result between them names that node."""
    for name, tensor in known:
        if tensor.grad_fn is None:
            sketch.leaf_names.setdefault(id(tensor), name)
        elif tensor is not loss and tensor.grad_fn in sketch.steps:
            sketch.names.setdefault((tensor.grad_fn, tensor.output_nr), name)


def _note_values(known: Iterable[tuple[str, Any]], loss: Any, sketch: _Sketch, wanted: Collection[Any]) -> None:
    """The values that variables hold."""
    for _, tensor in known:
        if tensor.grad_fn is not None and tensor.grad_fn in wanted:
            sketch.values.setdefault((tensor.grad_fn, tensor.output_nr), values_of(tensor))
    sketch.values[loss.grad_fn, loss.output_nr] = values_of(loss)


def _measure(root: Any, seed: Any, nodes: list[Any], sketch: _Sketch, shown: Callable[[Any], bool],
             openable: Collection[Any] = ()) -> str:
    """Run the backward pass from `root` and write down what it carried; returns what went wrong, if anything did."""
    leaves = [(node, node.variable) for node in sketch.steps if is_leaf(node)]
    flow = gradient_flow(root, seed, nodes, leaves, set(openable).__contains__, shown)
    sketch.incoming.update(flow.incoming)
    sketch.tensors.update(flow.tensors)
    for node, gradients in flow.outgoing.items():
        sketch.steps[node] = carrying(sketch.steps[node], gradients)
    return flow.problem


def _note_saved(nodes: Iterable[Any], sketch: _Sketch, values: bool) -> None:
    """Read what the nodes saved: results of this graph's operations give values to draw, everything else is a constant of the
    node."""
    ends = {id(node.variable): name for node, name in sketch.ids.items() if is_leaf(node)}
    for node in nodes:
        constants: list[tuple[str, Values | str]] = []
        keeps: list[Saved] = []
        for attribute in dir(node):
            if not attribute.startswith("_saved_"):
                continue
            try:
                saved = getattr(node, attribute)
            except Exception:  # freed by backward(), or changed in place since: then there is nothing to show
                continue
            name = attribute.removeprefix("_saved_")
            if library_of(saved) is not None:
                if not values:
                    continue
                found = values_of(saved)
                inner = saved.grad_fn is not None
                keeps.append(Saved(name, found, sketch.ids.get(saved.grad_fn, "") if inner else ends.get(id(saved), "")))
                if inner and saved.grad_fn in sketch.steps:
                    sketch.values.setdefault((saved.grad_fn, saved.output_nr), found)
                elif not inner and not saved.requires_grad and name != "total_weight":
                    constants.append((name, found))
            elif saved is not None and not name.endswith(("_sym_sizes", "_sym_strides", "_sym_numel", "_sizes", "_numel")):
                keeps.append(Saved(name, _setting(name, saved)))
                if (name == "reduction" and saved in _REDUCTIONS) or (name in _TUPLES and isinstance(saved, int | tuple)):
                    constants.append((name, _setting(name, saved)))
        sketch.saved[node] = tuple(constants)
        sketch.keeps[node] = tuple(keeps)
        told = node.metadata.get("value")  # whoever records a graph may leave a node's result here for pictures
        if values and told is not None:
            sketch.values.setdefault((node, 0), values_of(told))


def _setting(name: str, value: Any) -> str:
    """A setting as text. PyTorch reads negative numbers out of its nodes as unsigned ones: 18446744073709551615 is -1."""
    if name == "reduction" and value in _REDUCTIONS:
        return _REDUCTIONS[value]
    if isinstance(value, tuple):
        return "(" + ", ".join(_setting("", n) for n in value) + ")"
    return str(value - 2**64 if isinstance(value, int) and value >= 2**63 else value)


def _recompute(sketch: _Sketch, wanted: Collection[Any]) -> None:
    """Work out the results that nobody saved, where the inputs are known."""
    near = set(wanted)
    for _ in range(2):  # a weight and its transpose may be left out of a picture whose product is not
        near |= {step.child for node in near for step in sketch.steps[node]}
    for node in inputs_first(sketch.steps, near):
        if is_leaf(node):
            sketch.values[node, 0] = values_of(node.variable)
        elif (node, 0) not in sketch.values and len(results := _results(node)) == 1:
            known = _inputs(node, sketch)
            array = recomputed(node, known, results[0].shape)
            complete = all(v is not None or child is None for v, (child, _) in zip(known, node.next_functions, strict=True))
            if array is None and complete and has_definition(node):
                made = open_definition(node, known)
                array = None if made is None else to_array(made.output)
            if array is not None and array.shape == results[0].shape:
                sketch.values[node, 0] = Values.of(array, results[0].dtype)
                sketch.computed.add(node)


def _inputs(node: Any, sketch: _Sketch) -> list[Any]:
    """The known arrays of a node's inputs, None where unknown."""
    found = [sketch.values.get((child, nr)) for child, nr in node.next_functions]
    return [None if v is None else v.array for v in found]


def _open(node: Any, outer: _Sketch, values: bool) -> _Opened | None:
    """The primitives of a node's definition, with values and gradients of their own; None when it cannot be opened."""
    made = open_definition(node, _inputs(node, outer))
    if made is None:
        return None
    output, inputs = made.output, [tensor for tensor in made.inputs if library_of(tensor) is not None and tensor.requires_grad]
    taken = outer.steps[node]
    root = output.grad_fn
    if root is None or len(inputs) != len(taken):
        return None
    steps = walk(root)
    by_input = {id(tensor): step for tensor, step in zip(inputs, taken, strict=True)}
    inward = {leaf: by_input[id(leaf.variable)] for leaf in steps if is_leaf(leaf) and id(leaf.variable) in by_input}
    own = [inner for inner in steps if inner not in inward]
    sketch = _Sketch(steps, {inner: f"{outer.ids[node]}_{i}" for i, inner in enumerate(own, 1)})
    _note_saved(own, sketch, values)
    if values:
        sketch.values.update((place, values_of(tensor)) for place, tensor in made.results.items() if place[0] in steps)
        sketch.values[root, output.output_nr] = values_of(output)
        gradients = outer.tensors.get(node)
        if gradients and gradients[0] is not None:
            _measure(output, _seed(gradients[0], output), list(steps), sketch, lambda _: True)
        _recompute(sketch, set(steps))
    if (node, 0) in outer.names:
        sketch.names[root, output.output_nr] = outer.names[node, 0]
    return _Opened(sketch, root, output.output_nr, inward)


def _seed(gradient: Any, output: Any) -> Any:
    """A gradient as a tensor of the library of `output`: a definition of ours opens PyTorch's nodes too."""
    library = library_of(output)
    return gradient if library is None or library_of(gradient) is library else library.tensor(to_array(gradient))


def _assembled(loss: Any, name: str, sketch: _Sketch, opened: Mapping[Any, _Opened], notes: Iterable[str],
               places: Mapping[Any, str], parts: Mapping[Any, Part], values: bool) -> Graph:
    """The picture model of a sketch, with the primitives of each opened node in its place."""
    def target(step: Step) -> tuple[str, int]:
        one = opened.get(step.child)
        while one is not None and one.root in one.inward:  # a definition that hands its input on as it is
            step = one.inward[one.root]
            one = opened.get(step.child)
        return (sketch.ids[step.child], step.output) if one is None else (one.sketch.ids[one.root], one.output)

    value = values_of(loss) if values else Values(tuple(loss.shape), dtype_name(loss.dtype))
    nodes = [Node("n0", "output", "", "", name, outputs=(value,))]
    start = sketch.incoming.get(loss.grad_fn, ())
    first = Step(loss.grad_fn, 0, loss.output_nr, start[loss.output_nr] if loss.output_nr < len(start) else None)
    edges = [Edge("e0", "n0", *_pair(target(first), first))]
    groups: list[Group] = []
    count = 1
    for node, number in sketch.ids.items():
        closed = replace(_node(node, number, sketch, values), module=places.get(node, ""), part=parts.get(node, ""))
        outward = [Edge(f"e{count + i}", number, *_pair(target(s), s)) for i, s in enumerate(sketch.steps[node])]
        count += len(outward)
        one = opened.get(node)
        if one is None:
            nodes.append(closed)
            edges += outward
            continue
        group = f"g{number[1:]}"
        kept = [replace(e, target=sketch.ids[s.child], output=s.output) for e, s in zip(outward, sketch.steps[node], strict=True)]
        groups.append(Group(group, closed.type, closed.words, None, closed=closed, closed_edges=tuple(kept)))
        inside = one.sketch
        inner_count = 0
        for inner, inner_number in inside.ids.items():
            nodes.append(replace(_node(inner, inner_number, inside, values), group=group, module=closed.module, part=closed.part))
            for s in inside.steps[inner]:
                leads = target(one.inward[s.child]) if s.child in one.inward else (inside.ids[s.child], s.output)
                edges.append(Edge(f"e{number[1:]}_{inner_count}", inner_number, *_pair(leads, s)))
                inner_count += 1
    library = library_of(loss)
    return Graph(tuple(nodes), tuple(edges), tuple(groups), tuple(notes), library_name(library) if library else "")


def _pair(target: tuple[str, int], step: Step) -> tuple[str, int, int, Values | None]:
    return target[0], step.input, target[1], step.gradient


def _node(node: Any, number: str, sketch: _Sketch, values: bool) -> Node:
    kind = type(node).__name__
    gradients = sketch.incoming.get(node, ())
    if is_leaf(node):
        tensor = node.variable
        shape = Values(tuple(tensor.shape), dtype_name(tensor.dtype))
        stored = tensor.grad
        shown = values and (node, 0) in sketch.values
        grad = None if stored is None else values_of(stored) if shown else Values(tuple(stored.shape), dtype_name(stored.dtype))
        return Node(number, "leaf", kind, "", sketch.leaf_names.get(id(tensor), ""),
                    (sketch.values[node, 0] if shown else shape,), gradients, grad)
    results = _results(node)
    outputs: list[Values | None] = []
    for nr in range(max(len(results), len(gradients), 1)):
        known = sketch.values.get((node, nr)) or (results[nr] if nr < len(results) else None)
        gradient = gradients[nr] if nr < len(gradients) else None
        if known is None and gradient is not None:
            known = Values(gradient.shape, gradient.dtype)
        outputs.append(known)
    name = ", ".join(sketch.names[node, nr] for nr in range(len(outputs)) if (node, nr) in sketch.names)
    return Node(number, "operation", kind, plain_words(kind), name, tuple(outputs), gradients, None, sketch.saved.get(node, ()),
                keeps=sketch.keeps.get(node, ()), definition=definition_place(kind), computed=node in sketch.computed)


def _results(node: Any) -> list[Values]:
    """Shape and dtype of each result of a node's forward operation, where the node tells them."""
    metadata = getattr(node, "_input_metadata", None)
    if metadata is not None:  # PyTorch's nodes
        return [Values(tuple(m.shape), dtype_name(m.dtype)) for m in metadata]
    shapes = getattr(node, "shapes", None) or [getattr(node, "shape", None)]
    return [Values(tuple(shape), dtype_name(node.dtype)) for shape in shapes if shape is not None]
