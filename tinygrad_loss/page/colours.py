"""The colours of a picture as custom properties of the page's style, so that one drawing can be seen in light and in dark."""

from __future__ import annotations

import re

from ..graph.theme import DARK, LIGHT, PRINT, Theme

_NAMES = tuple(Theme.__dataclass_fields__)
# A drawing for the page is made in colours that stand for names: #0101xx is the colour number xx; what is mixed of the two
# ends of the arrows' scale is #02fexx, xx being the share.
_WEAK, _STRONG = "#02fe00", "#02feff"
_MARKED = re.compile(r"#(0101|02fe)([0-9a-f]{2})")


def marked_theme() -> Theme:
    """A theme whose colours only say which they are; `property_of` reads them."""
    marks = {name: f"#0101{number:02x}" for number, name in enumerate(_NAMES)}
    return Theme(**{**marks, "weak": _WEAK, "strong": _STRONG})


def property_of(colour: str) -> str:
    """A colour of a marked drawing as CSS; any other colour as it is.

    >>> property_of(marked_theme().leaf_fill), property_of("none")
    ('var(--leaf-fill)', 'none')
    >>> property_of("#02fe33")
    'color-mix(in srgb, var(--strong) 20%, var(--weak))'
    """
    mark = _MARKED.fullmatch(colour.lower())
    if mark is None:
        return colour
    number = int(mark[2], 16)
    if mark[1] == "0101":
        return f"var(--{_NAMES[number].replace('_', '-')})"
    return f"color-mix(in srgb, var(--strong) {round(100 * number / 255)}%, var(--weak))"


def palette() -> str:
    """The style rules that give the properties their colours: light, dark (where the page is dark), and for paper."""
    rules = {":root": LIGHT, ':root[data-shade="dark"]': DARK, ':root[data-shade="print"]': PRINT}
    return "\n".join(f"{selector} {{ {_properties(theme)} }}" for selector, theme in rules.items()) + "\n"


def _properties(theme: Theme) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {getattr(theme, name)};" for name in _NAMES)
