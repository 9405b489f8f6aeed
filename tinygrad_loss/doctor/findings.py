"""What the doctor says: findings, and the forms in which they are printed."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

SEVERITIES = ("error", "warning", "advice")
_COLOURS = {"error": "#b3261e", "warning": "#8a5a00", "advice": "#2b5797"}
_WIDTH = 100


@dataclass(frozen=True)
class Finding:
    """One mistake. `rule` is its slug, `severity` "error", "warning" or "advice", `node` the name of the node where it shows
    ("" where it is no single node's), `message` what is wrong, where, and the numbers that prove it, `fix` code to write
    instead, `url` the rule's page (in the project's folder).

    `id` is the node's id in `draw(loss)`; `count` says how often the finding came, `file` and `line` where the loss was made,
    both under `lint.watch()` alone.
    """

    rule: str
    severity: str
    node: str
    message: str
    fix: str
    url: str
    id: str = ""
    count: int = 1
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f" [{self.file}:{self.line}]" if self.file else ""
        times = f" ({self.count} times)" if self.count > 1 else ""
        return f"{self.severity}: {self.rule}{where}{times}: {self.message} Fix: {self.fix}"


class Findings(list[Finding]):
    """A list of findings, worst first. It prints as a table and shows as one in a notebook; an empty one says that nothing was
    found."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        super().__init__(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))

    @property
    def rules(self) -> list[str]:
        """The slugs, each once, in the order of the findings."""
        return list(dict.fromkeys(finding.rule for finding in self))

    def at_least(self, severity: str) -> Findings:
        """Those of a severity or a worse one."""
        return Findings(f for f in self if SEVERITIES.index(f.severity) <= SEVERITIES.index(severity))

    def __str__(self) -> str:
        if not self:
            return "No findings."
        blocks = []
        for finding in self:
            first = f"{finding.severity:<8} {finding.rule}"
            first += f"  at {finding.node}" if finding.node else ""
            first += f" ({finding.id})" if finding.id else ""
            first += f"  {finding.file}:{finding.line}" if finding.file else ""
            first += f"  ({finding.count} times)" if finding.count > 1 else ""
            lines = textwrap.wrap(finding.message, _WIDTH - 9)
            fix = [f"fix: {finding.fix.splitlines()[0]}", *(f"     {line}" for line in finding.fix.splitlines()[1:])]
            blocks.append("\n".join([first, *(" " * 9 + line for line in [*lines, *fix])]))
        return "\n".join([*blocks, f"{self.summary()}."])

    __repr__ = __str__

    def summary(self) -> str:
        """How many of each severity, in words."""
        counts = [(sum(f.severity == severity for f in self), severity) for severity in SEVERITIES]
        words = [f"{n} {name}{'s' if n > 1 and name != 'advice' else ''}" for n, name in counts if n]
        return ", ".join(words) or "No findings"

    def _repr_html_(self) -> str:
        if not self:
            return "<p>No findings.</p>"
        rows = []
        for finding in self:
            place = f"<br><small>{html.escape(finding.file)}:{finding.line}</small>" if finding.file else ""
            times = f"<br><small>{finding.count} times</small>" if finding.count > 1 else ""
            node = f"{html.escape(finding.node)}<br><small>{finding.id}</small>" if finding.node else ""
            colour = _COLOURS[finding.severity]
            rows.append(
                f'<tr><td style="{_CELL}color:{colour};font-weight:bold">{finding.severity}</td>'
                f'<td style="{_CELL}">{html.escape(finding.rule)}{place}{times}</td><td style="{_CELL}">{node}</td>'
                f'<td style="{_CELL}">{html.escape(finding.message)}</td>'
                f'<td style="{_CELL}"><pre style="margin:0;white-space:pre-wrap">{html.escape(finding.fix)}</pre></td></tr>'
            )
        heads = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("severity", "rule", "node", "what", "fix"))
        return (f'<table style="border-collapse:collapse"><caption style="text-align:left">{self.summary()}</caption>'
                f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>")

    def to_json(self) -> str:
        """All findings as JSON text: a list of objects."""
        return json.dumps([asdict(finding) for finding in self], indent=2)


_CELL = "text-align:left;vertical-align:top;padding:4px 8px;border-bottom:1px solid #ccc;"


def merged(findings: Iterable[Finding]) -> Findings:
    """Findings that say the same of the same place, once, with their number."""
    first: dict[tuple[str, str, str, str, int], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.severity, finding.node, finding.file, finding.line)
        known = first.get(key)
        first[key] = finding if known is None else replace(known, count=known.count + finding.count)
    return Findings(first.values())
