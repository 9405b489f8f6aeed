"""Rows: functions of one number, and arithmetic."""

from __future__ import annotations

from .row import Row, given, integers, mask, positive, real

ROWS = (
    *(
        Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (real(2, 3),))
        for name in ("exp", "expm1", "sin", "cos", "abs", "neg", "reciprocal", "square")
    ),
    *(Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (positive(2, 3),)) for name in ("log", "log1p", "sqrt")),
    Row("exp of integers", lambda torch, x: torch.exp(x), (integers(3),)),
    Row("add", lambda torch, x, y: x + y, (real(2, 3), real(3))),
    Row("add alpha", lambda torch, x, y: torch.add(x, y, alpha=3), (real(2, 3), real(3))),
    Row("add number", lambda torch, x: 2 + x + 1.5, (real(2, 3),)),
    Row("sub", lambda torch, x, y: x - y, (real(2, 3), real(2, 1))),
    Row("sub alpha", lambda torch, x, y: torch.sub(x, y, alpha=2), (real(2, 3), real(3))),
    Row("sub from number", lambda torch, x: 2 - x, (real(2, 3),)),
    Row("mul", lambda torch, x, y: x * y, (real(2, 3), real(2, 1))),
    Row("mul integers by a float", lambda torch, x: x * 1.5, (integers(4),)),
    Row("mul by an integer tensor", lambda torch, x, n: x * n, (real(4), integers(4))),
    Row("div", lambda torch, x, y: x / y, (real(2, 3), positive(3))),
    Row("div of integers", lambda torch, x: x / 4, (integers(3),)),
    Row("number / x", lambda torch, x: 2 / x, (positive(3),)),
    Row("pow", lambda torch, x: x**3, (real(2, 3),)),
    Row("pow 2", lambda torch, x: x**2, (real(2, 3),)),
    Row("pow 0", lambda torch, x: x**0, (real(2, 3),)),
    Row("pow half", lambda torch, x: x**0.5, (positive(2, 3),)),
    Row("pow tensor", lambda torch, x, n: x**n, (positive(2, 3), real(3))),
    Row("pow of number", lambda torch, n: 2**n, (real(2, 3),)),
    Row("shapes that do not fit", lambda torch, x, y: x + y, (real(2, 3), real(2)), error="must match the size of tensor"),
    Row("sub bool", lambda torch, x: x - x, (given([True, False]),), error="Subtraction, the `-` operator, with two bool tensors"),
    Row("sub bool from real", lambda torch, x, b: x - b, (real(2), mask(2)), error="Subtraction, the `-` operator, with a bool tensor is"),
)
