"""Runs the rules on a case."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np

from . import rules  # noqa: F401  (fills the table of rules)
from .findings import Finding, Findings, merged
from .rule import Case, Mark, Rule
from .trace import Step

#: Rules that look at a gradient; under `lint.watch()` they are run after the backward pass.
AFTER_BACKWARD = ("non-finite", "vanishing-gradient", "exploding-gradient")


def findings_of(case: Case, wanted: Iterable[Rule]) -> Findings:
    """What the rules find, each finding once, without those that another finding makes needless."""
    found = [(rule, mark) for rule in wanted for mark in _marks(rule, case)]
    slugs = {rule.slug for rule, _ in found}
    kept = [(rule, mark) for rule, mark in found if not slugs.intersection(rule.unless) and not _is_explained(rule, mark, found)]
    return merged(finding(rule, mark) for rule, mark in kept)


def _marks(rule: Rule, case: Case) -> list[Mark]:
    try:
        with np.errstate(all="ignore"):
            return list(rule.check(case))
    except Exception as error:  # the doctor must never stop a training run
        warnings.warn(f"lint(): the rule {rule.slug} could not read this graph: {type(error).__name__}: {error}", RuntimeWarning,
                      stacklevel=2)
        return []


def finding(rule: Rule, mark: Mark) -> Finding:
    """A rule's mark as a finding."""
    step = mark.step
    return Finding(rule.slug, mark.severity or rule.severity, "" if step is None else step.name, mark.message, mark.fix, rule.url,
                   "" if step is None else step.id)


def _is_explained(rule: Rule, mark: Mark, found: list[tuple[Rule, Mark]]) -> bool:
    """Whether a nan or inf comes from a step that another finding is about, or from next to it."""
    if rule.slug != "non-finite" or mark.step is None:
        return False
    near: set[Step] = {mark.step}
    for _ in range(3):
        near |= {other for step in near for other in (*step.steps(), *(user for user, _ in step.users))}
    return any(other.step in near for about, other in found if about.slug != "non-finite")
