"""An explanation as HTML: one block that needs nothing from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence

from .telling import Part

_STYLE = """<style>
.explanation { font-family: system-ui, sans-serif; line-height: 1.4; max-width: 60em }
.explanation h3 { font-size: 1em; margin: 1.2em 0 .2em }
.explanation p { margin: .2em 0 .2em 1em }
.explanation p.formula { font-family: ui-monospace, monospace; font-weight: 600 }
.explanation figure { margin: .2em 0 .2em 1em }
.explanation figcaption { font-size: .9em; opacity: .8 }
.explanation pre { margin: 0 0 0 1em; background: none; padding: 0; line-height: 1.25 }
</style>"""


def to_html(head: str, parts: Sequence[Part], tail: Sequence[str]) -> str:
    """The HTML of an explanation: a heading, the parts, and sentences at the end."""
    lines = [_STYLE, '<section class="explanation">', f"<p><strong>{html.escape(head)}</strong></p>"]
    lines += [_block(part) for part in parts]
    lines += [f"<p>{html.escape(sentence)}</p>" for sentence in tail]
    return "\n".join([*lines, "</section>"])


def _block(part: Part) -> str:
    text = html.escape(part.text)
    if part.kind == "title":
        return f"<h3>{text}</h3>"
    if part.kind == "formula":
        return f'<p class="formula">{text}</p>'
    if part.kind == "sentence":
        return f"<p>{text}</p>"
    rows = f"<pre>{html.escape(chr(10).join(part.rows))}</pre>" if part.rows else ""
    caption = f"<figcaption>{text}</figcaption>" if text else ""
    return f"<figure>{caption}{rows}</figure>"
