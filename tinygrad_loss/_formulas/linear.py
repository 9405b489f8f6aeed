"""Formulas of the matrix products."""

from __future__ import annotations

import numpy as np

from .facts import Array, Facts, unbroadcast
from .formula import Formula, Rule


def _turned(matrix: Array) -> Array:
    return np.swapaxes(matrix, -1, -2)



def _start(s: Facts, i: int) -> Array:
    return unbroadcast(s.g * float(s.get("beta", 1)), s.shape_of(i))


def _alpha(s: Facts) -> float:
    return float(s.get("alpha", 1))


_START = Rule("beta · g, summed where it was broadcast", _start, (), r"\beta g")

LINEAR = {
    "AddmmBackward0": Formula("y = beta · c + alpha · A B", (
        _START,
        Rule("alpha · g B^T", lambda s, i: _alpha(s) * s.g @ s.into(2, "mat2").T, (("B", lambda s: s.into(2, "mat2")),),
             r"\alpha\, g B^{\top}"),
        Rule("alpha · A^T g", lambda s, i: _alpha(s) * s.into(1, "mat1").T @ s.g, (("A", lambda s: s.into(1, "mat1")),),
             r"\alpha\, A^{\top} g")), r"y = \beta c + \alpha A B",
        Formula("y = c + A B", (
            Rule("g, summed where c was broadcast", _start),
            Rule("g B^T", lambda s, i: s.g @ s.into(2, "mat2").T, (("B", lambda s: s.into(2, "mat2")),), r"g B^{\top}"),
            Rule("A^T g", lambda s, i: s.into(1, "mat1").T @ s.g, (("A", lambda s: s.into(1, "mat1")),), r"A^{\top} g")))),
    "AddmvBackward0": Formula("y = beta · c + alpha · A v", (
        _START,
        Rule("alpha · g v^T", lambda s, i: _alpha(s) * np.outer(s.g, s.into(2, "vec")), (("v", lambda s: s.into(2, "vec")),)),
        Rule("alpha · A^T g", lambda s, i: _alpha(s) * s.into(1, "mat").T @ s.g, (("A", lambda s: s.into(1, "mat")),)))),
    "AddrBackward0": Formula("y = beta · c + alpha · u v^T", (
        _START,
        Rule("alpha · g v", lambda s, i: _alpha(s) * s.g @ s.into(2, "vec2"), (("v", lambda s: s.into(2, "vec2")),)),
        Rule("alpha · g^T u", lambda s, i: _alpha(s) * s.g.T @ s.into(1, "vec1"), (("u", lambda s: s.into(1, "vec1")),)))),
    "BaddbmmBackward0": Formula("y = beta · c + alpha · A B, for each matrix of a batch", (
        _START,
        Rule("alpha · g B^T", lambda s, i: _alpha(s) * s.g @ _turned(s.into(2, "batch2")),
             (("B", lambda s: s.into(2, "batch2")),)),
        Rule("alpha · A^T g", lambda s, i: _alpha(s) * _turned(s.into(1, "batch1")) @ s.g,
             (("A", lambda s: s.into(1, "batch1")),)))),
    "BmmBackward0": Formula("y = A B, for each matrix of a batch", (
        Rule("g B^T", lambda s, i: s.g @ _turned(s.into(1, "mat2")), (("B", lambda s: s.into(1, "mat2")),), r"g B^{\top}"),
        Rule("A^T g", lambda s, i: _turned(s.into(0, "self")) @ s.g, (("A", lambda s: s.into(0, "self")),), r"A^{\top} g"))),
    "DotBackward0": Formula("y = sum(a · b)", (
        Rule("g · b", lambda s, i: s.g * s.into(1, "tensor"), (("b", lambda s: s.into(1, "tensor")),)),
        Rule("g · a", lambda s, i: s.g * s.a, (("a", lambda s: s.a),)))),
    "MmBackward0": Formula("y = A B", (
        Rule("g B^T", lambda s, i: s.g @ s.into(1, "mat2").T, (("B", lambda s: s.into(1, "mat2")),), r"g B^{\top}"),
        Rule("A^T g", lambda s, i: s.into(0, "self").T @ s.g, (("A", lambda s: s.into(0, "self")),), r"A^{\top} g"))),
    "MvBackward0": Formula("y = A v", (
        Rule("g v^T", lambda s, i: np.outer(s.g, s.into(1, "vec")), (("v", lambda s: s.into(1, "vec")),), r"g v^{\top}"),
        Rule("A^T g", lambda s, i: s.into(0, "self").T @ s.g, (("A", lambda s: s.into(0, "self")),), r"A^{\top} g"))),
    "VdotBackward0": Formula("y = sum(a · b)", (
        Rule("g · b", lambda s, i: s.g * s.b, (("b", lambda s: s.b),)),
        Rule("g · a", lambda s, i: s.g * s.a, (("a", lambda s: s.a),)))),
}
