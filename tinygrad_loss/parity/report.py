"""The parity table as people read it: for each op how many of its rows agree with the installed PyTorch, and where they part."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import tinygrad_loss

from .checks import MARKS, compare, run
from .row import Row
from .table import FAMILIES

HEADING = ("op", *MARKS)


@dataclass
class Line:
    """One line of the table: an op's rows together, or one row. ``same`` and ``all`` count the comparisons of each kind that
    agree and that there are."""

    name: str
    same: dict[str, int] = field(default_factory=dict)
    all: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def add(self, row: Row, kind: str, parts: dict[str, str], marks: Iterable[str]) -> None:
        """Count a row that was run with numbers of this type."""
        for mark in dict.fromkeys((*marks, *parts)):
            self.all[mark] = self.all.get(mark, 0) + 1
            self.same[mark] = self.same.get(mark, 0) + (mark not in parts)
            if mark in parts:
                note = f" [{row.note}]" if row.note else ""
                self.differences.append(f"{row.name}, {kind}, {mark}: {parts[mark]}{note}")

    def cells(self) -> list[str]:
        """The name and, for each kind of comparison, "12", or "11 of 12" where one differs, or "" where there is none."""
        counts = [(self.same.get(mark, 0), self.all.get(mark, 0)) for mark in MARKS]
        return [self.name, *("" if not of else str(of) if same == of else f"{same} of {of}" for same, of in counts)]


def family_name(family: ModuleType) -> str:
    """The name of a family of rows, from its module's."""
    return family.__name__.rpartition("rows_")[2]


def lines(family: ModuleType, torch: Any, each_row: bool = False) -> list[Line]:
    """Run the rows of a family here and in PyTorch. One line for each op, or for each row."""
    found: dict[str, Line] = {}
    for row in family.ROWS:
        name = row.name if each_row else op_of(row.name, family_name(family))
        line = found.setdefault(name, Line(name))
        for kind in row.kinds:
            line.add(row, kind, *_compared(row, kind, torch))
    return list(found.values())


def op_of(name: str, family: str) -> str:
    """The op that a row is about; the family, for a row that is a small program.

    >>> op_of("cross_entropy weight mean", "losses"), op_of("x.flip(0)", "shaping"), op_of("v = x[0]; v.add_(1)", "inplace")
    ('cross_entropy', 'flip', '(inplace)')
    """
    found = re.match(r"(?:torch\.|x\.)?([A-Za-z]{2}[\w.]*)(?=$|[\s(:])(?! =)", name)
    operator = re.search(r"(?:^| )(@|%|//|~|\*\*)", name)
    return found[1] if found else operator[1] if operator else f"({family})"


def _compared(row: Row, kind: str, torch: Any) -> tuple[dict[str, str], list[str]]:
    """Where the two part, and what there was to compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ours, theirs = run(row, kind, tinygrad_loss), run(row, kind, torch)
        except Exception as error:
            return {"value": f"{type(error).__name__}: {error}"}, []
    if row.error is not None:
        return compare(row, kind, ours, theirs), ["error"]
    there: list[list[Any]] = [theirs.values, theirs.gradients, theirs.seconds, list(theirs.graph) if row.graph else []]
    marks = [mark for mark, found in zip(MARKS, there, strict=False) if any(one is not None for one in found)]
    return compare(row, kind, ours, theirs), marks


def text(table: Iterable[Line]) -> Iterator[str]:
    """The table for a terminal, line by line."""
    for line in (Line("op"), *table):
        name, *cells = line.cells() if line.name != "op" else HEADING
        yield f"{name[:40]:<40}" + "".join(f"{cell:>12}" for cell in cells)


def markdown(title: str, table: Iterable[Line]) -> Iterator[str]:
    """The table of one family in Markdown."""
    yield from ("", f"## {title}", "", f"| {' | '.join(HEADING)} |", f"|{' --- |' * len(HEADING)}")
    for line in table:
        name, *cells = (cell.replace("|", "\\|") for cell in line.cells())
        yield f"| `{name}` | {' | '.join(f'**{cell}**' if 'of' in cell else cell for cell in cells)} |"


def summary(table: Iterable[Line]) -> str:
    """One sentence: how many comparisons there were and how many agree."""
    everything = list(table)
    agreed, compared = [line.same for line in everything], [line.all for line in everything]
    parts = []
    for mark in MARKS:
        same, of = (sum(count.get(mark, 0) for count in counts) for counts in (agreed, compared))
        parts.append(f"{mark} {same} of {of}")
    different = sum(len(line.differences) for line in everything)
    return f"{len(everything)} lines: {', '.join(parts)} agree. " + (f"{different} differ." if different else "None differs.")


def families(name: str | None = None) -> list[ModuleType]:
    """All families, or the one of that name."""
    return [family for family in FAMILIES if name in (None, family_name(family))]
