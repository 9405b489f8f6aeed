"""Which node of one graph stands for which node of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..graph.model import Graph, Node, Values

#: Two graphs with more pairs of nodes than this (where they differ) are aligned by the names of their nodes alone.
CELLS = 160_000
#: So many differences are looked for at once: what comes after is aligned on its own, so that two long graphs take seconds.
AT_ONCE = 400
# How much it says for two nodes that they have this in common.
_SAME_LEAF, _SAME_ALL, _SAME_VALUE, _SAME_GRADIENT, _SAME_SHAPE, _SAME_NAME = 8.0, 7.0, 5.0, 4.0, 3.0, 2.0

Match = tuple[Node | None, Node | None]


def align(ours: Graph, theirs: Graph) -> list[Match]:
    """Pairs of nodes, in the order of a walk from the result; a node without a partner has None beside it.

    Graphs with the same edges are paired node by node, unless nodes have changed places. Others are aligned as two texts are, so
    that as much as possible is the same: nodes pair if they have one name, or if their values (or the gradients that come in)
    are the same. Leaves pair by their names, those without by position.
    """
    a, b = ours.functions, theirs.functions
    if _same_edges(ours, theirs):
        renamed = [(x.type, y.type) for x, y in zip(a, b, strict=True) if x.type != y.type]
        if not {x for x, _ in renamed} & {y for _, y in renamed}:  # names that stand elsewhere have moved: then align
            return list(zip(a, b, strict=True))
    leaves = _leaf_partners(a, b)
    start = 0
    while start < min(len(a), len(b)) and a[start].type == b[start].type and _may_pair(a[start], b[start], leaves):
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end].type == b[-1 - end].type and _may_pair(a[-1 - end], b[-1 - end], leaves):
        end += 1
    middle_a, middle_b = a[start:len(a) - end], b[start:len(b) - end]
    by_text = _by_names if len(middle_a) * len(middle_b) > CELLS else _by_score
    pairs = [*zip(a[:start], b[:start], strict=True), *by_text(middle_a, middle_b, leaves),
             *zip(a[len(a) - end:], b[len(b) - end:], strict=True)]
    return _with_leaves(pairs, leaves)


def _same_edges(ours: Graph, theirs: Graph) -> bool:
    edges = [[(e.source, e.target, e.input, e.output) for e in g.edges] for g in (ours, theirs)]
    kinds = [[n.kind for n in g.nodes] for g in (ours, theirs)]
    return edges[0] == edges[1] and kinds[0] == kinds[1]


def _leaf_partners(a: Sequence[Node], b: Sequence[Node]) -> dict[str, str]:
    """For our leaves the ids of theirs: by name where a name occurs once in both, else by position."""
    mine, other = ([node for node in nodes if node.kind == "leaf"] for nodes in (a, b))
    names = {node.name: node.id for node in other if node.name}
    found = {node.id: names[node.name] for node in mine if node.name in names}
    taken = set(found.values())
    rest = [node.id for node in mine if node.id not in found], [node.id for node in other if node.id not in taken]
    return {**found, **dict(zip(*rest, strict=False))}


def _may_pair(x: Node, y: Node, leaves: dict[str, str]) -> bool:
    return x.kind == y.kind and (x.kind != "leaf" or leaves.get(x.id) == y.id)


def _score(x: Node, y: Node, leaves: dict[str, str]) -> float:
    """How much speaks for a pair; 0: nothing."""
    if not _may_pair(x, y, leaves):
        return 0.0
    if x.kind == "leaf":
        return _SAME_LEAF
    near = _near(x.value, y.value)
    if x.type == y.type:
        return _SAME_ALL if near else _SAME_SHAPE if x.shape == y.shape else _SAME_NAME
    if near:
        return _SAME_VALUE
    several = x.gradient is not None and len(x.gradient.shape) > 0
    return _SAME_GRADIENT if (near is None or several) and _near(x.gradient, y.gradient) else 0.0


def _near(one: Values | None, other: Values | None) -> bool | None:
    """Whether two arrays hold nearly the same numbers, in any shape; None where that is not known, or says little (a constant)."""
    if one is None or other is None or one.array is None or other.array is None or not one.array.size:
        return None
    if one.array.size != other.array.size:
        return False
    if one.summary is not None and other.summary is not None:  # most pairs are told apart by this alone
        scale = max(abs(v) for v in (*one.summary, *other.summary))
        if np.isfinite(scale) and abs(one.summary[1] - other.summary[1]) > 1e-2 * scale:
            return False
    a, b = one.array.reshape(-1), other.array.reshape(-1)
    if a.size > 1 and (a == a[0]).all():
        return None
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, rtol=1e-3, atol=1e-6, equal_nan=True))


def _by_score(a: Sequence[Node], b: Sequence[Node], leaves: dict[str, str]) -> list[Match]:
    """The alignment with the highest sum of scores (Needleman and Wunsch's, with gaps for nothing)."""
    best = np.zeros((len(a) + 1, len(b) + 1))
    scores = np.array([[_score(x, y, leaves) for y in b] for x in a]).reshape(len(a), len(b))
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            together = best[i + 1, j + 1] + scores[i, j] if scores[i, j] else 0.0
            best[i, j] = max(together, best[i + 1, j], best[i, j + 1])
    pairs: list[Match] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if scores[i, j] and best[i, j] == best[i + 1, j + 1] + scores[i, j]:
            pairs.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            pairs.append((a[i], None))
            i += 1
        else:
            pairs.append((None, b[j]))
            j += 1
    return [*pairs, *((x, None) for x in a[i:]), *((None, y) for y in b[j:])]


def _by_names(a: Sequence[Node], b: Sequence[Node], leaves: dict[str, str]) -> list[Match]:
    """The alignment of the names alone, for large graphs."""
    pairs: list[Match] = []
    i = j = 0
    for begin_a, begin_b, length in _runs([n.type for n in a], [n.type for n in b]):
        pairs += [*((x, None) for x in a[i:begin_a]), *((None, y) for y in b[j:begin_b])]
        i, j = begin_a + length, begin_b + length
        for x, y in zip(a[begin_a:i], b[begin_b:j], strict=True):
            pairs += [(x, y)] if _may_pair(x, y, leaves) else [(x, None), (None, y)]
    return [*pairs, *((x, None) for x in a[i:]), *((None, y) for y in b[j:])]


def _runs(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The runs that two lists have in common, as (begin in a, begin in b, length), with the fewest differences between them.

    From Myers, "An O(ND) difference algorithm and its variations" (1986): for each number of differences the farthest place on
    every diagonal. After `AT_ONCE` of them the farthest place of all is settled, and the search begins anew there.
    """
    x = y = 0
    while x < len(a) and y < len(b):
        runs, (x, y) = _first_runs(a, b, (x, y))
        yield from runs


def _first_runs(a: Sequence[str], b: Sequence[str], start: tuple[int, int]) -> tuple[list[tuple[int, int, int]], tuple[int, int]]:
    """The runs from `start` on, and the place that was reached with no more than `AT_ONCE` differences."""
    (x0, y0), (end_a, end_b) = start, (len(a), len(b))
    reach = {1: x0}  # by diagonal (x - x0) - (y - y0): how far in a
    history: list[dict[int, int]] = []
    for differences in range(AT_ONCE + 1):
        history.append(reach.copy())
        for diagonal in range(-differences, differences + 1, 2):
            down = diagonal == -differences or (diagonal != differences and reach[diagonal - 1] < reach[diagonal + 1])
            x = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            y = y0 + (x - x0) - diagonal
            while x < end_a and y < end_b and a[x] == b[y]:
                x, y = x + 1, y + 1
            reach[diagonal] = x
            if x >= end_a and y >= end_b:
                return _traced(history, diagonal, start, end_a), (end_a, end_b)
    inside = {k: x for k, x in reach.items() if (k - AT_ONCE) % 2 == 0 and x <= end_a and y0 + (x - x0) - k <= end_b}
    best = max(inside, key=lambda k: (2 * inside[k] - k, -abs(k)))
    x = inside[best]
    return _traced(history, best, start, x), (x, y0 + (x - x0) - best)


def _traced(history: list[dict[int, int]], diagonal: int, start: tuple[int, int], x: int) -> list[tuple[int, int, int]]:
    """The way back from the place on `diagonal` that was reached last: its runs, from the first on."""
    runs = []
    for differences in range(len(history) - 1, -1, -1):
        before = history[differences]
        down = diagonal == -differences or (diagonal != differences and before[diagonal - 1] < before[diagonal + 1])
        diagonal_before = diagonal + 1 if down else diagonal - 1
        begin = before[diagonal_before] + (0 if down else 1)
        if x > begin:
            runs.append((begin, start[1] + (begin - start[0]) - diagonal, x - begin))
        diagonal, x = diagonal_before, before[diagonal_before]
    return runs[::-1]


def _with_leaves(pairs: list[Match], leaves: dict[str, str]) -> list[Match]:
    """Leaves that are partners but stand at places that could not be aligned are paired all the same."""
    alone = {y.id: y for x, y in pairs if x is None and y is not None and y.kind == "leaf"}
    done: list[Match] = []
    joined = set()
    for x, y in pairs:
        if x is not None and y is None and x.kind == "leaf" and leaves.get(x.id) in alone:
            partner = alone[leaves[x.id]]
            joined.add(partner.id)
            done.append((x, partner))
        else:
            done.append((x, y))
    return [(x, y) for x, y in done if x is not None or y is None or y.id not in joined]
