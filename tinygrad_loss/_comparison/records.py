"""What a comparison is made of: pairs of nodes, and the differences between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..graph.model import Node
from .measures import Gap

DifferenceKind = Literal["node", "edge", "shape", "dtype", "value", "gradient"]


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in two graphs.

    `kind` is "node" (a name, or a node that only one graph has), "edge", "shape", "dtype", "value" or "gradient"; `node` is what
    the node is called, `what` says in a word or two what differs, `ours` and `theirs` are the two things themselves (None: it is
    not there), and `message` is a sentence that says it all.
    """

    kind: DifferenceKind
    node: str
    what: str
    ours: object
    theirs: object
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Pair:
    """A node of the one graph beside its partner in the other; None where it has no partner.

    `value` and `gradient` tell how far the numbers are apart (None where they are not known in both), `exact` whether the values
    are those of the libraries themselves, so that units in the last place can be counted.
    """

    ours: Node | None
    theirs: Node | None
    value: Gap | None = None
    gradient: Gap | None = None
    exact: bool = True
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        """What the node is called: by our name for it, where we have it."""
        node = self.ours or self.theirs
        assert node is not None
        return title_of(node)


@dataclass(frozen=True)
class Parting:
    """The first place where the numbers of two graphs are not the same to the last bit.

    `where` is "value" (going forward from the leaves) or "gradient" (going back from the result), `pair` the nodes, `gap` how
    far they are apart there.
    """

    where: Literal["value", "gradient"]
    pair: Pair
    gap: Gap


def title_of(node: Node) -> str:
    """A node's name, with the variable's for a leaf."""
    if node.kind == "leaf":
        return f"{node.type} of {node.name}" if node.name else node.type
    return node.type
