"""What an explanation is made of: plain, immutable records with all the numbers that its text, Markdown and HTML print."""

from __future__ import annotations

from dataclasses import dataclass

from ..graph.model import Values


@dataclass(frozen=True)
class Quantity:
    """A named array of a formula: the softmax, the one-hot targets, a local derivative."""

    name: str
    values: Values


@dataclass(frozen=True)
class Sent:
    """The gradient that a node sends to one of its inputs.

    `to` is the id of the node that gets it and `receiver` what it is called; `rule` is the formula ("g · y") and `latex` the same
    in LaTeX, both "" where the table has none; `terms` are the quantities of the formula with their numbers. `gradient` is what
    the backward pass carried, `worked_out` what the formula gives for these numbers (None where it cannot be filled in), and
    `agrees` whether the two are equal, to rounding. `why` says what is missing where the formula cannot be filled in.
    """

    input: int
    to: str
    receiver: str
    rule: str
    latex: str
    terms: tuple[Quantity, ...]
    gradient: Values | None
    worked_out: Values | None = None
    agrees: bool | None = None
    why: str = ""


@dataclass(frozen=True)
class Step:
    """One node, when its turn comes in the backward pass.

    `forward` is what the operation computes, `value` its result, `gradients` what comes in (one for each result of the forward
    operation); `arrivals` are the steps that it came from, with the part that each sent, where there are several. A leaf has
    kind "leaf", sends nothing, and its gradient is what its `.grad` gets. `note` says how a loss reduces its terms.
    """

    number: int
    id: str
    kind: str
    type: str
    words: str
    name: str
    forward: str
    latex: str
    value: Values | None
    gradients: tuple[Values | None, ...]
    arrivals: tuple[tuple[int, Values | None], ...]
    sends: tuple[Sent, ...]
    known: bool
    note: str = ""

    @property
    def title(self) -> str:
        """The node's name, and the variable's where there is one."""
        return f"{self.type} of {self.name}" if self.kind == "leaf" and self.name else self.type


@dataclass(frozen=True)
class Together:
    """Several steps in one formula: softmax minus one-hot, over N. `steps` are the numbers of the steps, `id` is the node whose
    input gets this gradient."""

    steps: tuple[int, ...]
    id: str
    title: str
    text: str
    latex: str
    terms: tuple[Quantity, ...]
    gradient: Values
    agrees: bool | None
