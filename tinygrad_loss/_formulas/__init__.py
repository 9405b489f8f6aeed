"""What every node computes and how its gradient goes back: formulas for people, and the same formulas for numbers."""

from .facts import Facts, Unknown
from .formula import Formula, Rule, Slope
from .latex import to_latex
from .table import FORMULAS

__all__ = ["FORMULAS", "Facts", "Formula", "Rule", "Slope", "Unknown", "to_latex"]
