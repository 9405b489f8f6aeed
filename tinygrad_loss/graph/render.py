"""Runs Graphviz: DOT text in, SVG or PNG out."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from .model import Graph, Node
from .numbers import rows_of, safe_text, shape_text

_DOTS_PER_INCH = "192"  # twice a common screen's, so that a PNG stays sharp when it is enlarged


class NoProgram(RuntimeError):
    """No Graphviz program was found, or none could draw."""


def programs() -> list[str]:
    """The Graphviz programs of this machine, best first: `dot` on PATH, then the `graphviz-pure` wheel's program, which lies
    beside the Python that runs, among its scripts, or on PATH."""
    folders = [str(Path(sys.executable).parent)] if sys.executable else []
    folders.append(sysconfig.get_path("scripts"))
    wheel = [shutil.which("graphviz-pure", path=folder) for folder in [*folders, None]]
    found = [shutil.which("dot"), *wheel]
    return list(dict.fromkeys(os.path.abspath(program) for program in found if program))


def render(source: str, kind: str) -> bytes:
    """Lay out DOT text and draw it; `kind` is "svg" or "png". RuntimeError when no program can do it, with the way to get one."""
    candidates = programs()
    complaints = []
    for program in candidates:
        command = [program, f"-T{kind}", *([f"-Gdpi={_DOTS_PER_INCH}"] if kind == "png" else [])]
        try:
            done = subprocess.run(command, input=source.encode(), capture_output=True, check=False)
        except OSError as error:
            complaints.append(f"{program}: {error}")
            continue
        if done.returncode == 0 and done.stdout:
            return done.stdout
        complaints.append(f"{program}: exit status {done.returncode} {done.stderr.decode(errors='replace').strip()[:300]}")
    advice = ("Install one with `pip install graphviz-pure` (a wheel), or Graphviz from https://graphviz.org/download/. "
              "Without it, picture.save('graph.dot') and print(picture) work.")
    if not candidates:
        raise NoProgram(f"no Graphviz program was found to draw a .{kind} (neither `dot` nor `graphviz-pure`). {advice}")
    raise NoProgram(f"Graphviz could not draw this picture: {'; '.join(complaints)}. {advice}")


def to_svg(graph: Graph, source: str) -> str:
    """The SVG of a picture: scales with its page, carries a title and a description, and names each part for a screen reader."""
    svg = render(source, "svg").decode()
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = svg.replace("Helvetica,sans-Serif", "Helvetica, Arial, 'Liberation Sans', sans-serif")
    svg = svg.replace("Courier,monospace", "Menlo, 'DejaVu Sans Mono', 'Liberation Mono', 'Courier New', monospace")
    titles = {node.id: _spoken(node) for node in graph.nodes}
    titles |= {edge.id: f"gradient from {titles[edge.source]} to {titles[edge.target]}" for edge in graph.edges}
    said = {"definition": "{0.type}, opened into its primitives", "module": "module {0.name}, {0.type}", "repeat": "repeated {0.count} times"}
    titles |= {group.id: said[group.kind].format(group) for group in graph.groups}
    svg = re.sub(r'(<g id="(\w+)" class="(?:node|edge|cluster)">\n)<title>[^<]*</title>',
                 lambda m: f"{m[1]}<title>{html.escape(titles.get(m[2], m[2]))}</title>", svg)
    name = html.escape(safe_text(graph.nodes[0].name))
    title = f"Backward graph of {name}"
    steps = "; ".join(titles[node.id] for node in graph.nodes[:60])
    head = f'<title>{title}</title>\n<desc>Gradients flow from {name} to the leaves. {html.escape(steps)}.</desc>\n'
    svg = re.sub(r"<svg ", f'<svg role="img" aria-label="{title}" style="max-width:100%;height:auto" ', svg, count=1)
    svg = re.sub(r"(<svg[^>]*>\n?)", lambda m: m[1] + head, svg, count=1)
    svg = svg.replace("<title>backward</title>\n", "", 1)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + svg


def _spoken(node: Node) -> str:
    parts = [safe_text(node.name), node.type, node.words]
    if node.value is not None:
        rows = rows_of(node.value)
        parts.append(rows[0].strip() if len(rows) == 1 else shape_text(node.value.shape))
    return ", ".join(part for part in parts if part)
