"""The page put together: template, style, script, pictures and facts in one HTML file that asks no network for anything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from .._version import __version__
from ..graph.dot import Direction, Style, to_dot
from ..graph.model import Graph
from ..graph.numbers import safe_text
from .colours import marked_theme, palette
from .facts import Tensors, graph_facts, sources
from .svg import page_svg

_SCRIPTS = ("data.js", "heat.js", "stage.js", "player.js", "panel.js", "search.js", "main.js")
_MANY = 40  # nodes: in a larger graph the gradients stand in the boxes, not on the arrows


@dataclass(frozen=True)
class Side:
    """One graph of a page: a name for it, and the forms in which it can be seen (first the one to begin with): closed, or with
    some of its nodes opened into primitives."""

    name: str
    forms: Sequence[Graph]
    direction: Direction = "TB"

    def style(self, graph: Graph) -> Style:
        """How a form is drawn: in colours that the page fills in, with the gradients on the arrows while there is room."""
        many = len(graph.functions) > _MANY
        return Style(marked_theme(), self.direction, strength=True, inside=many and not graph.reference, most=3 if many else None, spare=many)


@dataclass(frozen=True)
class Match:
    """Nodes of two graphs that belong together, by their ids (None: it has no partner), and sentences about how they differ."""

    left: str | None
    right: str | None
    verdicts: tuple[str, ...] = ()


def to_html(sides: Sequence[Side], matches: Sequence[Match] = (), theme: str = "auto") -> str:
    """A page of one graph, or of two side by side whose `matches` light up together.

    `theme` is "light", "dark", "print" or "auto", which follows the reader's system. RuntimeError when there is no Graphviz
    program.
    """
    tensors = Tensors()
    graphs = [graph for side in sides for graph in side.forms]
    facts = {
        "sides": [{"name": safe_text(side.name), "notes": list(side.forms[0].notes), "library": side.forms[0].library,
                   "reference": safe_text(side.forms[0].reference),
                   "forms": [graph_facts(graph, tensors) for graph in side.forms]} for side in sides],
        "matches": [[m.left, m.right, list(m.verdicts)] for m in matches], "sources": sources(graphs), "tensors": tensors.told(),
    }
    style, script = palette() + _asset("page.css"), _script()
    title, subtitle = _titles(sides)
    stages, templates = _pictures(sides)
    return _filled(_asset("page.html"), {
        "theme": theme, "version": __version__, "title": html.escape(title), "subtitle": html.escape(subtitle),
        "layout": "pair" if len(sides) > 1 else "single", "stages": stages, "templates": templates, "facts": script_safe(facts),
        "style": style, "script": script, "style-hash": _hash(style), "script-hash": _hash(script),
    })


def script_safe(content: Any) -> str:
    """JSON that can stand in a script element: nothing in it can end the element or begin a comment.

    >>> script_safe({"name": "</script><!--"})
    '{"name":"\\\\u003c/script>\\\\u003c!--"}'
    """
    return json.dumps(content, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _titles(sides: Sequence[Side]) -> tuple[str, str]:
    names = [safe_text(side.forms[0].nodes[0].name) for side in sides]
    if len(sides) > 1:
        return f"{' and '.join(safe_text(side.name) for side in sides)}, side by side", f"backward graphs of {' and '.join(names)}"
    graph = sides[0].forms[0]
    count = len(graph.functions)
    recorded = f", recorded by {graph.library}" if graph.library else ""
    return f"Backward graph of {names[0]}", f"{count} node{'s' if count > 1 else ''}{recorded}"


def _pictures(sides: Sequence[Side]) -> tuple[str, str]:
    stages, templates = [], []
    for number, side in enumerate(sides):
        drawn = [page_svg(graph, to_dot(graph, side.style(graph))) for graph in side.forms]
        name = html.escape(safe_text(side.name))
        caption = f"<h2>{name}</h2>" if len(sides) > 1 else ""
        stages.append(
            f'  <section class="stage" data-side="{number}" aria-label="Graph of {name}">{caption}'
            f'<div class="paper">{drawn[0]}</div>'
            '<div class="zoom" role="group" aria-label="Size"><button type="button" data-zoom="in" aria-label="Larger">+</button>'
            '<button type="button" data-zoom="out" aria-label="Smaller">&minus;</button>'
            '<button type="button" data-zoom="fit" aria-label="Fit the window">fit</button></div></section>')
        templates += [f'<template data-side="{number}" data-form="{form}">{svg}</template>' for form, svg in enumerate(drawn)]
    return "\n".join(stages), "\n".join(templates)


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _script() -> str:
    return '(() => {\n"use strict";\n' + "\n".join(map(_asset, _SCRIPTS)) + "\n})();\n"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _filled(template: str, parts: Mapping[str, str]) -> str:
    # In one pass, so that a part that looks like a place is left alone.
    return re.sub(r"\{\{([\w-]+)\}\}", lambda place: parts[place[1]], template)
