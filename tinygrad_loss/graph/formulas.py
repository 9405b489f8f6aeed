"""What each node computes, and how a gradient goes back through it, as formulas in plain text."""

from __future__ import annotations

from typing import NamedTuple

from .._formulas import FORMULAS


class Formula(NamedTuple):
    """`forward` says what y, the result, is; `backward` has one formula for each input that can want a gradient, where g is the
    gradient of the loss with respect to y. x is the input, or a and b are the two."""

    forward: str
    backward: tuple[str, ...]


def formula_of(type_name: str) -> Formula | None:
    """The formulas of a node, by its PyTorch name; None for a name that is not in the table.

    >>> formula_of("SigmoidBackward0")
    Formula(forward='1 / (1 + exp(-x))', backward=('g · y · (1 - y)',))
    """
    found = FORMULAS.get(type_name)
    if found is None:
        return None
    plain = found.plain or found
    return Formula(plain.forward.removeprefix("y = ").removeprefix("L = "), tuple(rule.rule for rule in plain.rules))
