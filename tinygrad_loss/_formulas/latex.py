r"""The formulas of the table in LaTeX, where none is written down: words, products and powers are set, the rest stays."""

from __future__ import annotations

import re

_FUNCTIONS = {"ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "max", "min"}
_SYMBOLS = {"alpha": r"\alpha", "beta": r"\beta", "delta": r"\delta", "pi": r"\pi", "sum": r"\sum", "sqrt": r"\sqrt"}
_SIGNS = {"·": r" \cdot ", "<=": r" \le ", ">=": r" \ge ", "...": r"\dots ", "%": r"\%", "_": r"\_", "#": r"\#", "&": r"\&"}


def to_latex(text: str) -> str:
    r"""A formula of the table as LaTeX.

    >>> to_latex("g · (1 - y^2)")
    'g \\cdot (1 - y^2)'
    >>> to_latex("g · softmax(x)")
    'g \\cdot \\operatorname{softmax}(x)'
    """
    text = re.sub(r"sqrt\(([^()]*)\)", r"sqrt{\1}", text)
    text = re.sub(r"\^\(([^()]*)\)", r"^{\1}", text).replace("^T", r"^{\top}")
    pieces = re.split(r"(\\top|(?:a )?[A-Za-z]{2,}\d*(?: (?:a )?[A-Za-z]{2,})*\(?|\.\.\.|<=|>=|[·%_#&])", text)
    return re.sub(r" +", " ", "".join(map(_piece, pieces))).strip()


def _piece(piece: str) -> str:
    if piece in _SIGNS:
        return _SIGNS[piece]
    if not re.match(r"(a )?[A-Za-z]{2}", piece):
        return piece
    call = piece.endswith("(")
    words = piece.rstrip("(").split(" ")
    name = words.pop() if call or len(words) == 1 else ""
    prose = rf"\text{{ {' '.join(words)} }}" if words else ""
    return prose + (_name(name, call) if name else "") + ("(" if call else "")


def _name(word: str, call: bool) -> str:
    if word in _SYMBOLS:
        return _SYMBOLS[word]
    if word in _FUNCTIONS:
        return "\\" + word
    return rf"\operatorname{{{word}}}" if call else rf"\text{{ {word} }}"
