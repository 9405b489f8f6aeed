"""Reads a recorded backward graph, ours or PyTorch's, into the picture model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .arrays import dtype_name, library_name, library_of, values_of
from .flow import Flow, gradient_flow
from .model import Edge, Graph, Group, Node, Values
from .names import named_tensors, variables
from .words import plain_words

_REDUCTIONS = {0: "none", 1: "mean", 2: "sum"}


@dataclass(frozen=True)
class _Step:
    """An edge before it is numbered: it leads to `child`, a node object, and is the `input`-th input of its source."""

    child: Any
    input: int
    output: int
    gradient: Values | None


@dataclass
class _Sketch:
    """What the walks have found so far, by node object. Node objects are kept here, so that their identities last."""

    steps: dict[Any, list[_Step]] = field(default_factory=dict)
    incoming: dict[Any, tuple[Values | None, ...]] = field(default_factory=dict)
    values: dict[tuple[Any, int], Values] = field(default_factory=dict)
    saved: dict[Any, tuple[tuple[str, Values | str], ...]] = field(default_factory=dict)
    names: dict[tuple[Any, int], str] = field(default_factory=dict)
    leaf_names: dict[int, str] = field(default_factory=dict)
    owner: dict[Any, Any] = field(default_factory=dict)  # node of an expansion -> the node that was opened
    opened: dict[Any, tuple[Any, int]] = field(default_factory=dict)  # node that was opened -> (root of its expansion, output)
    inward: dict[Any, tuple[Any, int]] = field(default_factory=dict)  # leaf of an expansion -> (node outside, output)


def read_graph(loss: Any, *, params: object = None, scopes: tuple[Mapping[str, Any], ...] = (), values: bool = True,
               gradient: Any = None, expand: bool = False) -> Graph:
    """Read the backward graph of `loss` (a tensor of this package or of PyTorch) into a `Graph`.

    `params` names the leaves (a module, or a dict of names to tensors); without it they are looked for in `scopes`, mappings of
    variable names to values. With `values=False` no number is read and no backward pass is made. `gradient` starts the backward
    pass of a tensor that is not a scalar. `expand=True` opens every node that has a definition into its primitives. Nothing is
    changed: no `.grad`, no hook, and the graph can still go backward.
    """
    sketch = _Sketch()
    known = list(variables(scopes) if params is None else named_tensors(params))
    loss_name = next((name for name, tensor in variables(scopes) if tensor is loss), "")
    retained = [(t, t.grad) for _, t in variables(scopes) if t.grad_fn is not None and getattr(t, "retains_grad", False)]
    notes: list[str] = []
    flow = Flow()
    try:
        nodes = _walk(loss.grad_fn, sketch)
        _note_names(known, loss, sketch, values)
        _note_saved(nodes, sketch, values)
        if values:
            sketch.values[loss.grad_fn, loss.output_nr] = values_of(loss)
            flow = _measure(loss, gradient, nodes, sketch, wanted=expand)
            notes += [flow.problem] if flow.problem else []
        if expand and not sum(_open(node, flow, sketch, values) for node in nodes):
            notes.append("No node of this graph has a definition in primitives: it is drawn as PyTorch records it.")
    finally:
        for tensor, grad in retained:  # autograd.grad fills these too, as backward does
            tensor.grad = grad
    return _numbered(loss, loss_name or "loss", sketch, values, notes)


def _is_leaf(node: Any) -> bool:
    return type(node).__name__ == "AccumulateGrad"


def _walk(root: Any, sketch: _Sketch) -> list[Any]:
    """All nodes that can be reached from `root`, each once, in depth-first order of the inputs."""
    order: list[Any] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node in sketch.steps:
            continue
        order.append(node)
        sketch.steps[node] = [_Step(child, i, nr, None) for i, (child, nr) in enumerate(node.next_functions) if child is not None]
        stack += [step.child for step in reversed(sketch.steps[node])]
    return order


def _note_names(known: Iterable[tuple[str, Any]], loss: Any, sketch: _Sketch, values: bool) -> None:
    """Names for the leaves; a variable that holds a result between them names that node, and tells its value."""
    for name, tensor in known:
        if tensor.grad_fn is None:
            sketch.leaf_names.setdefault(id(tensor), name)
        elif tensor is not loss and tensor.grad_fn in sketch.steps:
            sketch.names.setdefault((tensor.grad_fn, tensor.output_nr), name)
            if values:
                sketch.values[tensor.grad_fn, tensor.output_nr] = values_of(tensor)


def _measure(root: Any, seed: Any, nodes: list[Any], sketch: _Sketch, wanted: bool = False) -> Flow:
    """Run the backward pass from `root` and write down what it carried; `wanted` keeps what comes to nodes that can be opened."""
    leaves = [(node, node.variable) for node in nodes if _is_leaf(node)]
    flow = gradient_flow(root, seed, nodes, leaves, lambda node: wanted and getattr(node, "expand", None) is not None)
    sketch.incoming.update(flow.incoming)
    for node, gradients in flow.outgoing.items():
        sketch.steps[node] = [_Step(s.child, s.input, s.output, gradients[s.input] if s.input < len(gradients) else None)
                              for s in sketch.steps[node]]
    return flow


def _note_saved(nodes: Iterable[Any], sketch: _Sketch, values: bool) -> None:
    """Read what the nodes saved: results of this graph's operations give values to draw, everything else is a constant of the
    node."""
    for node in nodes:
        constants: list[tuple[str, Values | str]] = []
        for attribute in dir(node):
            if not attribute.startswith("_saved_"):
                continue
            try:
                saved = getattr(node, attribute)
            except Exception:  # freed by backward(), or changed in place since: then there is nothing to show
                continue
            name = attribute.removeprefix("_saved_")
            if library_of(saved) is not None:
                if saved.grad_fn is not None:
                    place = (saved.grad_fn, saved.output_nr)
                    if values and place not in sketch.values and saved.grad_fn in sketch.steps:
                        sketch.values[place] = values_of(saved)
                elif not saved.requires_grad and values and name != "total_weight":
                    constants.append((name, values_of(saved)))
            elif name == "reduction" and saved in _REDUCTIONS:
                constants.append((name, _REDUCTIONS[saved]))
            elif name == "dim" and isinstance(saved, int | tuple):
                constants.append((name, _signed(saved)))
        sketch.saved[node] = tuple(constants)
        told = node.metadata.get("value")  # whoever records a graph may leave a node's result here for pictures
        if values and told is not None:
            sketch.values.setdefault((node, 0), values_of(told))


def _signed(number: int | tuple[int, ...]) -> str:
    """PyTorch reads negative numbers out of its nodes as unsigned ones: 18446744073709551615 is -1."""
    if isinstance(number, tuple):
        return "(" + ", ".join(_signed(n) for n in number) + ")"
    return str(number - 2**64 if number >= 2**63 else number)


def _open(node: Any, flow: Flow, sketch: _Sketch, values: bool) -> bool:
    """Put the primitives of a node's definition in its place; False when it has none, or cannot be opened."""
    expand = getattr(node, "expand", None)
    expansion = expand() if expand is not None else None
    if expansion is None:
        return False
    output, inputs = expansion[0], [tensor for tensor in expansion[1] if tensor.requires_grad]
    steps = sketch.steps[node]
    root = output.grad_fn
    if root is None or len(inputs) != len(steps):
        return False
    inner = _walk(root, sketch)
    by_input = {id(tensor): step for tensor, step in zip(inputs, steps, strict=True)}
    for leaf in [n for n in inner if _is_leaf(n)]:
        if id(leaf.variable) in by_input:
            step = by_input[id(leaf.variable)]
            sketch.inward[leaf] = (step.child, step.output)
    own = [n for n in inner if n not in sketch.inward]
    for n in own:
        sketch.owner[n] = node
    sketch.opened[node] = (root, output.output_nr)
    _note_saved(own, sketch, values)
    if values:
        sketch.values[root, output.output_nr] = values_of(output)
        gradients = flow.tensors.get(node)
        if gradients and gradients[0] is not None:
            _measure(output, gradients[0], inner, sketch)
    if (node, 0) in sketch.names:
        sketch.names[root, output.output_nr] = sketch.names[node, 0]
    return True


def _numbered(loss: Any, name: str, sketch: _Sketch, values: bool, notes: list[str]) -> Graph:
    """The picture model of a sketch: a walk from the loss that steps into the expansions and counts as it goes."""

    def resolve(child: Any, output: int) -> tuple[Any, int]:
        while child in sketch.opened or child in sketch.inward:
            child, output = sketch.opened[child] if child in sketch.opened else sketch.inward[child]
        return child, output

    root, output_nr = resolve(loss.grad_fn, loss.output_nr)
    steps = {}
    ids: dict[Any, str] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node in ids:
            continue
        ids[node] = f"n{len(ids) + 1}"
        steps[node] = [(step, *resolve(step.child, step.output)) for step in sketch.steps[node]]
        stack += [child for _, child, _ in reversed(steps[node])]

    groups: dict[Any, Group] = {}
    for node in ids:
        owner = sketch.owner.get(node)
        if owner is not None:
            kind = type(owner).__name__
            groups.setdefault(owner, Group(f"g{len(groups)}", kind, plain_words(kind)))

    value = values_of(loss) if values else Values(tuple(loss.shape), dtype_name(loss.dtype))
    nodes = [Node("n0", "output", "", "", name, outputs=(value,))]
    nodes += [_node(node, number, sketch, values, groups) for node, number in ids.items()]
    start = sketch.incoming.get(root, ())
    edges = [Edge("e0", "n0", ids[root], 0, output_nr, start[output_nr] if output_nr < len(start) else None)]
    for node, number in ids.items():
        for step, child, output in steps[node]:
            edges.append(Edge(f"e{len(edges)}", number, ids[child], step.input, output, step.gradient))
    library = library_of(loss)
    return Graph(tuple(nodes), tuple(edges), tuple(groups.values()), tuple(notes), library_name(library) if library else "")


def _node(node: Any, number: str, sketch: _Sketch, values: bool, groups: dict[Any, Group]) -> Node:
    kind = type(node).__name__
    gradients = sketch.incoming.get(node, ())
    owner = sketch.owner.get(node)
    group = groups[owner].id if owner is not None else None
    if _is_leaf(node):
        tensor = node.variable
        shape = Values(tuple(tensor.shape), dtype_name(tensor.dtype))
        stored = tensor.grad
        return Node(number, "leaf", kind, "", sketch.leaf_names.get(id(tensor), ""),
                    (values_of(tensor) if values else shape,), gradients,
                    None if stored is None else values_of(stored) if values else shape, (), group)
    results = _results(node)
    outputs: list[Values | None] = []
    for nr in range(max(len(results), len(gradients), 1)):
        known = sketch.values.get((node, nr)) or (results[nr] if nr < len(results) else None)
        gradient = gradients[nr] if nr < len(gradients) else None
        if known is None and gradient is not None:
            known = Values(gradient.shape, gradient.dtype)
        outputs.append(known)
    name = ", ".join(sketch.names[node, nr] for nr in range(len(outputs)) if (node, nr) in sketch.names)
    saved = sketch.saved.get(node, ())
    return Node(number, "operation", kind, plain_words(kind), name, tuple(outputs), gradients, None, saved, group)


def _results(node: Any) -> list[Values]:
    """Shape and dtype of each result of a node's forward operation, where the node tells them."""
    metadata = getattr(node, "_input_metadata", None)
    if metadata is not None:  # PyTorch's nodes
        return [Values(tuple(m.shape), dtype_name(m.dtype)) for m in metadata]
    shapes = getattr(node, "shapes", None) or [getattr(node, "shape", None)]
    return [Values(tuple(shape), dtype_name(node.dtype)) for shape in shapes if shape is not None]
