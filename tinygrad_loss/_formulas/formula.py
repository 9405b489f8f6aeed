"""The form of the table of formulas: what an operation computes, and what its node makes of a gradient."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .facts import Array, Facts, unbroadcast
from .latex import to_latex

Quantity = Callable[[Facts], object]


@dataclass(frozen=True)
class Slope:
    """A local derivative that multiplies the gradient, number by number: the rule of an elementwise operation.

    `text` is the derivative as a formula of the inputs and of y, the result; `number` computes it.
    """

    text: str
    number: Quantity
    latex: str = ""

    @property
    def rule(self) -> str:
        """The gradient of the input, as a formula."""
        if self.text in ("1", "-1", "0"):
            return {"1": "g", "-1": "-g", "0": "0"}[self.text]
        if self.text.startswith("1 / "):
            return f"g / {self.text[4:]}"
        bare = re.sub(r"\([^()]*(\([^()]*\))*[^()]*\)|\[[^]]*\]", "", self.text)
        return f"g · ({self.text})" if re.search(r" [+-] |^-|where", bare) else f"g · {self.text}"

    @property
    def rule_latex(self) -> str:
        """The gradient of the input, in LaTeX."""
        return rf"g \cdot {self.latex}" if self.latex else to_latex(self.rule)

    def terms(self, facts: Facts, i: int) -> dict[str, Array]:
        """The numbers of the local derivative, by name."""
        return {self.text: np.asarray(self.number(facts), dtype=np.float64)}

    def gradient(self, facts: Facts, i: int) -> Array:
        """The gradient of input i, by the formula."""
        return unbroadcast(np.asarray(facts.g * self.number(facts)), facts.shape_of(i))


@dataclass(frozen=True)
class Rule:
    """A rule that is no product number by number. `text` is the gradient of the input as a formula of g, the gradient that comes
    in; `compute` works it out; `shown` are the quantities of the formula that are worth printing, by name."""

    text: str
    compute: Callable[[Facts, int], object] | None = None
    shown: tuple[tuple[str, Quantity], ...] = ()
    latex: str = ""

    @property
    def rule(self) -> str:
        """The gradient of the input, as a formula."""
        return self.text

    @property
    def rule_latex(self) -> str:
        """The gradient of the input, in LaTeX."""
        return self.latex or to_latex(self.text)

    def terms(self, facts: Facts, i: int) -> dict[str, Array]:
        """The numbers of the quantities that are worth printing, by name."""
        return {name: np.asarray(number(facts)) for name, number in self.shown}

    def gradient(self, facts: Facts, i: int) -> Array | None:
        """The gradient of input i, by the formula; None where the formula stands for a program."""
        return None if self.compute is None else np.asarray(self.compute(facts, i))


@dataclass(frozen=True)
class Formula:
    """What an operation computes, and the rule for the gradient of each of its inputs (the last rule serves all further
    inputs, of concatenate for instance). `plain` is the formula of a node without weights, and with factors of 1."""

    forward: str
    rules: tuple[Slope | Rule, ...]
    latex: str = ""
    plain: Formula | None = None

    def at(self, facts: Facts | None) -> Formula:
        """The formula that fits a node: the plain one where it has no weights, and no factors but 1."""
        if self.plain is None or facts is None:
            return self
        weighted = any(facts.saved.get(name) is not None for name in ("weight", "pos_weight"))
        scaled = any(facts.saved.get(name) not in (None, 1) for name in ("alpha", "beta"))
        return self if weighted or scaled else self.plain

    @property
    def forward_latex(self) -> str:
        """What the operation computes, in LaTeX."""
        return self.latex or to_latex(self.forward)

    def rule(self, i: int) -> Slope | Rule:
        """The rule for input i."""
        return self.rules[min(i, len(self.rules) - 1)]
