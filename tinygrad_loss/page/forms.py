"""The forms in which a graph can be seen on the page: each node that has a definition, closed or opened."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from ..graph.model import Graph

_MOST_SUBSETS = 3  # so many nodes that open give every combination (eight forms)
_MOST_SINGLES = 12
_MOST_NODES = 150  # larger graphs are laid out once closed and once with all open


def forms_of(opened: Graph, begin: Collection[str] = ()) -> tuple[Graph, ...]:
    """All forms that the page holds of a graph whose nodes are opened, first the one in which the nodes `begin` are open.

    With few nodes that open these are all combinations; with more, all closed, each one open by itself, and all open.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    >>> graph = torch.draw(torch.nn.functional.cross_entropy(x, torch.tensor([0])), level="primitives").graph
    >>> [len(form.functions) for form in forms_of(graph)]
    [3, 6, 7, 10]
    """
    groups = {group.closed.id: group.id for group in opened.groups if group.closed is not None}
    ids = list(groups)
    if len(opened.nodes) > _MOST_NODES or len(ids) > _MOST_SINGLES:
        sizes = [0, len(ids)]
    elif len(ids) > _MOST_SUBSETS:
        sizes = [0, 1, len(ids)]
    else:
        sizes = list(range(len(ids) + 1))
    wanted = [frozenset(some) for size in dict.fromkeys(sizes) for some in combinations(ids, size)]
    first = frozenset(id for id in begin if id in groups)
    ordered = dict.fromkeys([first, *wanted])
    return tuple(_closed(opened, [group for id, group in groups.items() if id not in open]) for open in ordered)


def _closed(graph: Graph, groups: Collection[str]) -> Graph:
    for group in groups:
        graph = graph.close(group)
    return graph
