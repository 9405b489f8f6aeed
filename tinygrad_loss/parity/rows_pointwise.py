"""Rows: functions of one number, and arithmetic."""

from __future__ import annotations

from .row import Row, given, integers, mask, positive, real

ROWS = (
    *(
        Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (real(2, 3),))
        for name in (
            "exp", "exp2", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "asinh", "erf", "abs", "neg", "reciprocal",
            "square", "sign", "floor", "ceil", "round", "trunc", "fix", "frac", "negative", "absolute", "arctan", "arcsinh",
        )
    ),
    *(Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (positive(2, 3),)) for name in ("log", "log1p", "log2", "log10", "sqrt", "rsqrt")),
    *(
        Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (real(2, 3, low=-0.9, high=0.9),))
        for name in ("asin", "acos", "atanh", "erfinv", "arcsin", "arccos", "arctanh")
    ),
    *(Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (real(2, 3, low=1.2, high=3.0),)) for name in ("acosh", "arccosh")),
    Row("lgamma", lambda torch, x: torch.lgamma(x), (positive(2, 3),), second=False),
    Row("digamma", lambda torch, x: torch.digamma(x), (positive(2, 3),), kinds=("float32",)),
    Row("digamma in float64", lambda torch, x: torch.digamma(x), (positive(2, 3),), kinds=("float64",), second=False, tolerance=1e8,
        note="PyTorch's trigamma has 9 digits"),
    Row("polygamma", lambda torch, x: torch.polygamma(2, x), (positive(4),)),
    Row("lgamma of negative numbers and poles", lambda torch, x: torch.lgamma(x), (given([-0.5, -1.5, 0.0, -2.0, 12.5]),), second=False),
    Row("erf and erfinv at the ends", lambda torch, x: (torch.erf(x * 9), torch.erfinv(x)), (given([-1.0, 0.0, 1.0]),), second=False),
    Row("atan2", lambda torch, y, x: torch.atan2(y, x), (real(2, 3), real(3))),
    Row("atan2 of integers", lambda torch, y, x: torch.atan2(y, x), (integers(4), integers(4))),
    Row("atan2 of a number", lambda torch, y: torch.atan2(y, 2), (real(3),), error="argument 'other'"),
    Row("exp of a number", lambda torch: torch.exp(1.0), error="must be Tensor, not float"),
    Row("sqrt of None", lambda torch: torch.sqrt(None), error="must be Tensor, not NoneType"),
    *(Row(f"{name} of integers", lambda torch, x, name=name: getattr(torch, name)(x), (integers(4, low=-3, high=4),)) for name in (
        "sin", "erf", "rsqrt", "exp2", "sign", "abs", "neg", "square", "floor", "ceil", "round", "trunc", "log10")),
    *(Row(f"{name} of uint8", lambda torch, x, name=name: getattr(torch, name)(x), (integers(4, low=0, high=250, dtype="uint8"),)) for name in (
        "neg", "abs", "square", "sqrt", "sign", "floor")),
    Row("sign of special numbers", lambda torch, x: (torch.sign(x), torch.abs(x)), (given([float("nan"), -0.0, 0.0, float("inf"), -float("inf")]),)),
    Row("sign of bool", lambda torch, x: torch.sign(x), (mask(4),)),
    Row("square of bool", lambda torch, x: torch.square(x), (mask(4),)),
    Row("exp of bool", lambda torch, x: torch.exp(x), (mask(4),)),
    Row("neg of bool", lambda torch, x: -x, (mask(4),), error="Negation, the `-` operator, on a bool tensor is not supported"),
    *(Row(f"{name} of bool", lambda torch, x, name=name: getattr(torch, name)(x), (mask(4),), error="not implemented for 'Bool'") for name in (
        "abs", "floor", "ceil", "round", "trunc", "frac")),
    Row("frac of integers", lambda torch, x: torch.frac(x), (integers(4),), error="\"frac_cpu\" not implemented for 'Long'"),
    Row("round to decimals", lambda torch, x: (torch.round(x, decimals=2), x.round(decimals=-1)), (real(2, 3, low=-40, high=40),)),
    Row("round half to even", lambda torch, x: torch.round(x), (given([0.5, 1.5, 2.5, -0.5, -1.5]),)),
    *(Row(f"{name} 0-dim and empty", lambda torch, x, y, name=name: (getattr(torch, name)(x), getattr(torch, name)(y)), (positive(), positive(0, 3)))
      for name in ("exp", "log2", "rsqrt", "sign", "floor", "erf", "tan", "asinh")),
    Row("%", lambda torch, x, y: x % y, (real(2, 3, low=-5, high=5), positive(3))),
    Row("% number", lambda torch, x: (x % 2, x % -1.5), (real(2, 3, low=-5, high=5),)),
    Row("% by 0", lambda torch, x: x % 0, (real(3),)),
    Row("% infinity", lambda torch, x: x % float("inf"), (given([5.0, -5.0]),)),
    Row("number % tensor", lambda torch, x: 7 % x, (positive(3, grad=False),)),
    Row("number % tensor backward", lambda torch, x: 7 % x, (positive(3),), error="derivative for aten::remainder is not implemented"),
    Row("% of integers", lambda torch, x, y: (x % 3, x % -3, x % 2.5, x % y), (integers(6, low=-7, high=8), integers(6, low=1, high=4))),
    Row("% of integers by 0", lambda torch, x: x % 0, (integers(3),), error="ZeroDivisionError"),
    Row("% of bools", lambda torch, x: x % x, (mask(3),), error="\"remainder_cpu\" not implemented for 'Bool'"),
    Row("fmod", lambda torch, x, y: torch.fmod(x, y), (real(2, 3, low=-5, high=5), positive(3))),
    Row("fmod number", lambda torch, x: torch.fmod(x, 2), (real(2, 3, low=-5, high=5),)),
    Row("fmod of integers", lambda torch, x: torch.fmod(x, 3), (integers(6, low=-7, high=8),)),
    Row("fmod of a number", lambda torch, x: torch.fmod(3, x), (positive(3),), error="fmod() received an invalid combination of arguments"),
    Row("//", lambda torch, x, y: (x // y, x // 2, 5 // y), (real(2, 3, low=-5, high=5, grad=False), positive(3, grad=False))),
    Row("// by 0", lambda torch, x: (x // 0, -x // 0), (positive(3, grad=False),)),
    Row("// of integers", lambda torch, x, y: (x // 3, x // -3, x // 2.0, x // y, 9 // y), (integers(6, low=-7, high=8), integers(6, low=1, high=4))),
    Row("// of integers by 0", lambda torch, x: x // 0, (integers(3),), error="ZeroDivisionError"),
    Row("// backward", lambda torch, x: x // 2, (real(3),), error="derivative for aten::floor_divide is not implemented"),
    Row("// of bools", lambda torch, x: x // x, (mask(3),), error="\"div_floor_cpu\" not implemented for 'Bool'"),
    Row("div rounded", lambda torch, x, y: (torch.div(x, y, rounding_mode="floor"), torch.div(x, y, rounding_mode="trunc")), (real(2, 3, low=-5, high=5), positive(3))),
    Row("div rounded by a number", lambda torch, x: (torch.div(x, 2, rounding_mode="floor"), x.div(2, rounding_mode="trunc")), (real(6, low=-5, high=5),)),
    Row("div of integers rounded", lambda torch, x: (torch.div(x, 2, rounding_mode="floor"), x.div(-2, rounding_mode="trunc")), (integers(6, low=-5, high=5),)),
    Row("div with another rounding", lambda torch, x: x.div(2, rounding_mode="up"), (real(2),), error="div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'up'"),
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
