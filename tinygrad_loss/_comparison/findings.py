"""The differences between two aligned graphs, and the first place where their numbers part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..graph.model import Edge, Graph, Node, Values
from ..graph.numbers import safe_text, shape_text
from .alignment import Match
from .measures import Gap, Tolerance, gap, ulps_text
from .records import Difference, Pair, Parting, title_of


def find(ours: Graph, theirs: Graph, matches: Sequence[Match], near: Iterable[str], tolerance: Tolerance,
         names: tuple[str, str]) -> list[Pair]:
    """The pairs with all that differs in them. `near` are ids ("a n3", "b n3") of nodes whose values are not the library's own to
    the last bit; `names` is what the two graphs are called."""
    partner = {x.id: y.id for x, y in matches if x is not None and y is not None}
    known = set(partner.values())
    out = ours.by_source(), theirs.by_source()
    inexact = set(near)
    pairs = []
    for x, y in matches:
        if x is None or y is None:
            pairs.append(_alone(x, y, names))
            continue
        exact = f"a {x.id}" not in inexact and f"b {y.id}" not in inexact
        pair = Pair(x, y, _gap(x.value, y.value, tolerance), _gap(x.gradient, y.gradient, tolerance), exact)
        found = [*_name(x, y, names), *_edges(x, y, out[0][x.id], out[1][y.id], partner, known, names),
                 *_results(x, y, tolerance, names), *_gradients(x, y, tolerance, names)]
        pairs.append(replace(pair, differences=tuple(found)))
    return pairs


def partings(ours: Graph, pairs: Sequence[Pair]) -> tuple[Parting, ...]:
    """Where the values part first, on the way forward from the leaves, and where the gradients part first, on the way back."""
    by_id = {pair.ours.id: pair for pair in pairs if pair.ours is not None and pair.theirs is not None}
    forward = inputs_first(ours)
    found = []
    for id in forward:
        pair = by_id.get(id)
        if pair is not None and pair.exact and pair.value is not None and not pair.value.equal and not pair.value.summarised:
            found.append(Parting("value", pair, pair.value))
            break
    for id in reversed(forward):
        pair = by_id.get(id)
        if pair is not None and pair.gradient is not None and not pair.gradient.equal and not pair.gradient.summarised:
            found.append(Parting("gradient", pair, pair.gradient))
            break
    return tuple(found)


def inputs_first(graph: Graph) -> list[str]:
    """The ids of a graph, each after those of its inputs."""
    out = graph.by_source()
    done: dict[str, None] = {}
    stack = [graph.nodes[0].id]
    while stack:
        todo = [edge.target for edge in reversed(out[stack[-1]]) if edge.target not in done] if stack[-1] not in done else []
        if todo:
            stack += todo
        else:
            done.setdefault(stack.pop())
    return list(done)


def _gap(one: Values | None, other: Values | None, tolerance: Tolerance) -> Gap | None:
    return None if one is None or other is None else gap(one, other, tolerance)


def _alone(x: Node | None, y: Node | None, names: tuple[str, str]) -> Pair:
    node = x or y
    assert node is not None
    have, lack = names if x is not None else names[::-1]
    title = safe_text(title_of(node))
    message = f"{title}: a node that {have} has and {lack} has not"
    return Pair(x, y, differences=(Difference("node", title, "node", None if x is None else x.type, None if y is None else y.type,
                                              message),))


def _name(x: Node, y: Node, names: tuple[str, str]) -> list[Difference]:
    if x.type == y.type:
        return []
    return [Difference("node", x.type, "name", x.type, y.type,
                       f"{safe_text(x.type)}: a node of another name: {x.type} in {names[0]}, {safe_text(y.type)} in {names[1]}")]


def _edges(x: Node, y: Node, mine: list[Edge], other: list[Edge], partner: Mapping[str, str], known: set[str],
           names: tuple[str, str]) -> list[Difference]:
    """Edges that lead elsewhere. Those to a node without a partner are told as that node."""
    a = [(e.input, e.output, partner[e.target]) for e in mine if e.target in partner]
    b = [(e.input, e.output, e.target) for e in other if e.target in known]
    if a == b or (x.type != y.type and [e[2] for e in a] == [e[2] for e in b]):
        return []
    if (len(a) < len(mine) or len(b) < len(other)) and len(mine) == len(other):
        return []
    shown = tuple(", ".join(f"input {e.input} to {e.target}.{e.output}" for e in edges) or "none" for edges in (mine, other))
    return [Difference("edge", title_of(x), "edges", shown[0], shown[1],
                       f"{safe_text(title_of(x))}: edges differ: {shown[0]} in {names[0]}, {shown[1]} in {names[1]}")]


def _results(x: Node, y: Node, tolerance: Tolerance, names: tuple[str, str]) -> list[Difference]:
    several = max(len(x.outputs), len(y.outputs)) > 1
    found = []
    for i, (a, b) in enumerate(zip(x.outputs, y.outputs, strict=False)):
        if a is not None and b is not None:
            found += _arrays(x, "value", f"result {i}" if several else "value", a, b, tolerance, names)
    return found


def _gradients(x: Node, y: Node, tolerance: Tolerance, names: tuple[str, str]) -> list[Difference]:
    several = max(len(x.gradients), len(y.gradients)) > 1
    title = safe_text(title_of(x))
    found = []
    for i in range(max(len(x.gradients), len(y.gradients))):
        a = x.gradients[i] if i < len(x.gradients) else None
        b = y.gradients[i] if i < len(y.gradients) else None
        what = f"gradient of result {i}" if several else "gradient"
        if a is not None and b is not None:
            found += _arrays(x, "gradient", what, a, b, tolerance, names)
        elif (a or b) is not None and not _all_zero(a or b):
            have, lack = names if b is None else names[::-1]
            found.append(Difference("gradient", title, what, a and shape_text(a.shape), b and shape_text(b.shape),
                                    f"{title}: a {what} comes here in {have} and none in {lack}"))
    return found


def _all_zero(values: Values | None) -> bool:
    """A gradient of zeros and none at all say the same."""
    return values is not None and values.array is not None and not values.array.any()


def _arrays(node: Node, kind: str, what: str, a: Values, b: Values, tolerance: Tolerance, names: tuple[str, str]) -> list[Difference]:
    title = safe_text(title_of(node))
    found = []
    if a.shape != b.shape:
        found.append(Difference("shape", title, f"shape of the {what}", a.shape, b.shape,
                                f"{title}: shape of the {what}: {shape_text(a.shape)} in {names[0]}, {shape_text(b.shape)} in {names[1]}"))
    if a.dtype != b.dtype:
        found.append(Difference("dtype", title, f"dtype of the {what}", a.dtype, b.dtype,
                                f"{title}: dtype of the {what}: {a.dtype} in {names[0]}, {b.dtype} in {names[1]}"))
    apart = gap(a, b, tolerance)
    if apart is not None and not apart.close:
        found.append(Difference("gradient" if kind == "gradient" else "value", title, what, apart.ours, apart.theirs,
                                f"{title}: {what} {gap_text(apart, names)}"))
    return found


def gap_text(apart: Gap, names: tuple[str, str]) -> str:
    """How far two arrays are apart, in words."""
    place = f" at [{', '.join(map(str, apart.place))}]" if apart.place else ""
    if apart.summarised:
        part = ("smallest", "mean", "largest")[apart.place[0]]
        where = f" of part {apart.place[1] + 1} of {apart.size // 3}" if len(apart.place) > 1 else ""
        return f"differs: the {part} number{where} is {apart.number(apart.ours)} in {names[0]}, {apart.number(apart.theirs)} in {names[1]}"
    many = f"{apart.count} of {apart.size} numbers differ, most" if apart.size > 1 else "differs"
    numbers = f"{many}{place}: {apart.number(apart.ours)} in {names[0]}, {apart.number(apart.theirs)} in {names[1]}"
    return numbers if math.isinf(apart.ulps) else f"{numbers} ({ulps_text(apart.ulps)}; largest difference {apart.apart:.1e})"
