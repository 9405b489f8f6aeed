"""The sentences and numbers of an explanation, as a list of parts that text, Markdown and HTML are written from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..graph.model import Values
from ..graph.numbers import remark, rows_of, safe_text, shape_text
from .records import Quantity, Sent, Step, Together

Kind = Literal["title", "formula", "numbers", "sentence"]


@dataclass(frozen=True)
class Part:
    """One piece of an explanation: a "title", a "formula" (text, with its LaTeX), "numbers" (a caption and aligned rows; one number stands `inline`)
    or a "sentence"."""

    kind: Kind
    text: str
    latex: str = ""
    rows: tuple[str, ...] = ()
    inline: bool = False


def parts_of_step(step: Step) -> Iterator[Part]:
    """The parts that tell one step."""
    words = f"  {step.words}" if step.words else ""
    yield Part("title", f"{step.number}. {safe_text(step.title)}{words}")
    if step.kind == "leaf":
        yield from _arriving(step)
        yield _numbers(f"{safe_text(step.name) or 'the leaf'}.grad gets", step.gradients[0] if step.gradients else None)
        return
    if step.forward:
        yield Part("formula", step.forward, step.latex)
        if step.note:
            yield Part("sentence", step.note)
    elif not step.known:
        yield Part("sentence", f"The table of formulas has no entry for {safe_text(step.type)}: here are its numbers alone.")
    yield _numbers(f"{_result_name(step)}, the result", step.value)
    yield from _arriving(step)
    for i, gradient in enumerate(step.gradients):
        name = "g" if len(step.gradients) == 1 else f"g{i}"
        if gradient is not None or len(step.gradients) == 1:
            yield _numbers(f"{name}, the gradient that comes in", gradient)
    told: set[str] = set()
    for sent in step.sends:
        yield from _sending(sent, len(step.sends) > 1, told)


def parts_of_together(one: Together) -> Iterator[Part]:
    """The parts that tell a short form."""
    which = f"Step {one.steps[0]}" if len(one.steps) == 1 else f"Steps {', '.join(map(str, one.steps[:-1]))} and {one.steps[-1]}"
    yield Part("title", f"{which} in one formula")
    yield Part("sentence", one.title + ".")
    yield Part("formula", one.text, one.latex)
    yield from (_quantity(term) for term in one.terms)
    yield _numbers("gives", one.gradient)
    if one.agrees is False:
        yield Part("sentence", "The gradient that was carried differs from this: a hook may have changed it.")


def _result_name(step: Step) -> str:
    return "L" if step.forward.startswith("L = ") else "y"


def _arriving(step: Step) -> Iterator[Part]:
    if len(step.arrivals) < 2 or len(step.gradients) > 1:
        return
    which = [f"step {number}" if number else "a step that is left out" for number, _ in step.arrivals]
    yield Part("sentence", f"{len(which)} gradients come here and are summed, from {', '.join(which[:-1])} and {which[-1]}:")
    for name, (_, gradient) in zip(which, step.arrivals, strict=True):
        yield _numbers(f"from {name}", gradient)


def _sending(sent: Sent, several: bool, told: set[str]) -> Iterator[Part]:
    where = f"to {safe_text(sent.receiver)}" + (f", input {sent.input}" if several else "")
    for term in sent.terms:
        if term.name not in told and term.name not in ("1", "-1", "0"):
            yield _quantity(term, sent.rule)
            told.add(term.name)
    if sent.rule:
        yield Part("formula", f"{where}: {sent.rule}", rf"\text{{{_in_latex(where)}: }} {sent.latex}")
        yield _numbers("gives", sent.gradient)
    else:
        yield _numbers(where, sent.gradient)
    if sent.agrees is False:
        yield Part("sentence", "The gradient that was carried differs from the formula: a hook may have changed it, or the numbers of "
                   "the formula cancel.")
    elif sent.agrees is None and sent.rule and sent.gradient is not None:
        yield Part("sentence", f"(Not worked out: {sent.why}.)")


def _quantity(term: Quantity, rule: str = "") -> Part:
    whole = {f"g · {term.name}", f"g · ({term.name})", f"g / {term.name.removeprefix('1 / ')}"}
    caption = f"{term.name}, the local derivative" if rule in whole else term.name
    return _numbers(caption, term.values)


def _numbers(caption: str, values: Values | None) -> Part:
    if values is None:
        return Part("numbers", f"{caption}  (not known)".strip())
    rows = tuple(rows_of(values))
    shape = f"({shape_text(values.shape)})" if values.shape else ""
    notes = [note for note in (shape, remark(values), "" if rows else "numbers not known") if note]
    return Part("numbers", " ".join([caption, ", ".join(notes)]).strip(), rows=rows, inline=not values.shape and len(rows) == 1)


def written(parts: Sequence[Part], latex: bool = False) -> list[str]:
    """The parts as lines of text for a terminal, or of Markdown with LaTeX."""
    lines: list[str] = []
    for part in parts:
        lines += _markdown(part) if latex else _text(part)
    return lines


def _text(part: Part) -> list[str]:
    if part.kind == "title":
        return ["", part.text]
    if part.kind == "numbers":
        if part.inline:
            return [f"     {part.text}  {part.rows[0].strip()}"]
        return [*([f"     {part.text}"] if part.text else []), *(f"       {row}" for row in part.rows)]
    return [f"   {part.text}"]


def _markdown(part: Part) -> list[str]:
    if part.kind == "title":
        return ["", f"### {_plain(part.text)}"]
    if part.kind == "formula":
        return ["", f"$$ {part.latex} $$"]
    if part.kind == "sentence":
        return ["", _plain(part.text)]
    if part.inline:
        return ["", f"{_plain(part.text)}: {part.rows[0].strip()}"]
    rows = ["", "```", *part.rows, "```"] if part.rows else []
    return [*(["", _plain(part.text)] if part.text else []), *rows]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#|$" else c for c in text)


def _in_latex(text: str) -> str:
    """Text for LaTeX, with its special characters written so that they print; others that could end the formula are left out.
    Angle brackets, which Markdown would take for HTML, become single ones."""
    text = text.translate({ord("<"): "\u2039", ord(">"): "\u203a"})
    return "".join("\\" + c if c in "#$%&_{}" else "" if c in "\\^~`" else c for c in text)
