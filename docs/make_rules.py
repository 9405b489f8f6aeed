"""Writes the pages of the lint rules, docs/rules/*.md, from the docstrings of the rules: python docs/make_rules.py"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from tinygrad_loss.doctor import RULES, Rule

FOLDER = Path(__file__).parent / "rules"


def page(rule: Rule) -> str:
    """A rule's page: its docstring, with the two examples as code."""
    title, _, rest = inspect.cleandoc(rule.text).partition("\n\n")
    text = re.sub(r"::\n\n((?: {4}.*\n?|\n)+)", lambda code: ":\n\n```python\n" + inspect.cleandoc(code[1]).strip() + "\n```\n\n", rest + "\n")
    return f"# {rule.slug}\n\n*{rule.severity}*: {title}\n\n{text.strip()}\n"


def index() -> str:
    """The list of all rules."""
    rows = [f"| [{rule.slug}]({rule.slug}.md) | {rule.severity} | {inspect.cleandoc(rule.text).partition(chr(10))[0]} |"
            for rule in sorted(RULES.values(), key=lambda rule: rule.slug)]
    names = ("The examples use `torch`, `F = torch.nn.functional`, `nn = torch.nn`, `lint`, eight rows `x` of four numbers, their\n"
             "classes `y` (0 to 2) and answers `t` (0 or 1), and the layers `model` (three columns) and `score` (one column).")
    return "\n".join(["# The rules of `lint`", "", names, "", "| rule | severity | what it finds |", "| --- | --- | --- |", *rows]) + "\n"


def pages() -> dict[Path, str]:
    """Every page by its path."""
    return {FOLDER / "README.md": index(), **{FOLDER / f"{rule.slug}.md": page(rule) for rule in RULES.values()}}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
