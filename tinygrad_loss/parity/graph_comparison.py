"""Two graphs compared: how much of the one is the same in the other. This is how our graph is set beside PyTorch's recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..graph.model import Graph, Values

__all__ = ["GraphComparison", "compare_graphs"]


@dataclass(frozen=True)
class GraphComparison:
    """How much of two graphs is the same.

    Attributes:
        nodes: how many nodes there are, in the larger graph (the box of the loss does not count).
        same_nodes: how many have the same name and the same outgoing edges.
        gradients: how many gradients arrive at nodes.
        same_gradients: how many have the same shape and are equal, to the tolerance, in every value.
        largest: the largest difference between gradients that could be compared.
    """

    nodes: int
    same_nodes: int
    gradients: int
    same_gradients: int
    largest: float

    @property
    def same(self) -> bool:
        """Whether everything is the same."""
        return self.nodes == self.same_nodes and self.gradients == self.same_gradients

    def __str__(self) -> str:
        verdict = "same" if self.same else "NOT the same"
        return f"{verdict}: {self.same_nodes} of {self.nodes} nodes, {self.same_gradients} of {self.gradients} gradients"

    def __add__(self, other: GraphComparison) -> GraphComparison:
        return GraphComparison(
            self.nodes + other.nodes,
            self.same_nodes + other.same_nodes,
            self.gradients + other.gradients,
            self.same_gradients + other.same_gradients,
            max(self.largest, other.largest),
        )


def compare_graphs(ours: Graph, theirs: Graph, tolerance: float = 1e-6) -> GraphComparison:
    """Compare two graphs node for node, in the order of the walk: names, edges, and the gradients that arrive.

    A node that only one of them has counts as one that differs; so does a gradient.

    Args:
        ours, theirs: two picture models.
        tolerance: the largest difference that still counts as equal (absolute; the gradients here are of size 1 or less).

    >>> from tinygrad_loss.graph.model import Node
    >>> a = Graph((Node("n0", "leaf", "AccumulateGrad", gradients=(Values.of(np.array([1.0, 2.0])),)),), ())
    >>> b = Graph((Node("n0", "leaf", "AccumulateGrad", gradients=(Values.of(np.array([1.0, 2.1])),)),), ())
    >>> print(compare_graphs(a, a))
    same: 1 of 1 nodes, 1 of 1 gradients
    >>> print(compare_graphs(a, b))
    NOT the same: 1 of 1 nodes, 0 of 1 gradients
    """
    same_nodes = gradients = same_gradients = 0
    largest = 0.0
    places = ours.by_source(), theirs.by_source()
    pairs = list(zip(ours.functions, theirs.functions, strict=False))
    for mine, other in pairs:
        edges = [
            [(e.target, e.input, e.output) for e in place[node.id]] for place, node in zip(places, (mine, other), strict=True)
        ]
        same_nodes += mine.type == other.type and edges[0] == edges[1]
        gradients += max(len(mine.gradients), len(other.gradients))
        for a, b in zip(mine.gradients, other.gradients, strict=False):
            gap = _largest_difference(a, b)
            if gap is not None:
                largest = max(largest, gap)
                same_gradients += gap <= tolerance
    longer = ours if len(ours.functions) > len(theirs.functions) else theirs
    gradients += sum(len(node.gradients) for node in longer.functions[len(pairs) :])
    return GraphComparison(len(longer.functions), same_nodes, gradients, same_gradients, largest)


def _largest_difference(ours: Values | None, theirs: Values | None) -> float | None:
    """The largest difference; infinite for a nan that only one of them has, None where the two cannot be compared."""
    if ours is None or theirs is None:
        return 0.0 if ours is theirs else None
    if ours.shape != theirs.shape or ours.array is None or theirs.array is None:
        return None
    a, b = ours.array.astype(np.float64), theirs.array.astype(np.float64)
    gaps = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    return float(np.nan_to_num(gaps, nan=np.inf).max(initial=0.0))
