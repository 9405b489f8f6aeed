"""The doctor: finds mistakes in the recorded graph of a loss, and in what several steps of training show."""

from .entry import Lint, lint
from .findings import Finding, Findings
from .rule import RULES, Rule

__all__ = ["RULES", "Finding", "Findings", "Lint", "Rule", "lint"]
