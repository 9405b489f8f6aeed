"""What a rule is, the table of all rules, and what a rule is given to look at."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .gradients import Gradients
from .history import History
from .losses import Losses
from .trace import Step, Trace


@dataclass(frozen=True)
class Mark:
    """What a rule yields: where, what, the code to write instead; `severity` where it is not the rule's own."""

    step: Step | None
    message: str
    fix: str
    severity: str = ""


@dataclass
class Case:
    """What a rule may look at: the trace of a loss, its losses, and the model and the optimizer where they were given, what a
    backward pass showed (nothing, where none was made), and under `lint.watch()` what came before."""

    trace: Trace
    losses: Losses
    model: Any = None
    optimizer: Any = None
    gradients: Gradients = field(default_factory=Gradients)
    history: History | None = None

    def parameters(self) -> list[tuple[str, Any]]:
        """The model's parameters with their names."""
        return [] if self.model is None else list(self.model.named_parameters())

    def held(self) -> list[Any]:
        """The tensors that the optimizer moves."""
        return [] if self.optimizer is None else [p for group in self.optimizer.param_groups for p in group["params"]]


Check = Callable[[Case], Iterator[Mark]]


@dataclass(frozen=True)
class Rule:
    """A rule: its slug, the severity of its findings, its check, whose docstring is the rule's page, and the slugs of the rules
    whose finding makes one of this rule needless."""

    slug: str
    severity: str
    check: Check
    unless: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The rule's page, in the project's folder."""
        return f"docs/rules/{self.slug}.md"

    @property
    def text(self) -> str:
        """The check's docstring."""
        return self.check.__doc__ or ""


RULES: dict[str, Rule] = {}


def rule(slug: str, severity: str, unless: tuple[str, ...] = ()) -> Callable[[Check], Check]:
    """Enter a check into the table of rules."""
    def enter(check: Check) -> Check:
        RULES[slug] = Rule(slug, severity, check, unless)
        return check
    return enter


def chosen(select: Iterable[str] | None, ignore: Iterable[str] | None) -> list[Rule]:
    """The rules to run: all, or those of `select`, without those of `ignore`. ValueError for a name that is no rule's."""
    for name in [*(select or ()), *(ignore or ())]:
        if name not in RULES:
            near = difflib.get_close_matches(name, RULES, 3, 0.4) or sorted(RULES)[:3]
            raise ValueError(f"lint(): there is no rule {name!r}; the nearest are {', '.join(near)}")
    wanted = set(RULES if select is None else select) - set(ignore or ())
    return [found for slug, found in RULES.items() if slug in wanted]
