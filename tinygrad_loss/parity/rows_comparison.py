"""Rows: comparisons, logic, bits, nan and infinity, all and any."""

from __future__ import annotations

from operator import and_, eq, ge, gt, le, lt, ne, or_, xor

from .row import Row, given, integers, mask, positive, real

nan, inf = float("nan"), float("inf")
SPECIAL = given([1.0, nan, inf, -inf, 0.0], grad=False)

ROWS = (
    *(
        row
        for operator in (eq, ne, lt, le, gt, ge)
        for name in [operator.__name__]
        for row in (
            Row(name, lambda torch, x, y, f=operator: (f(x, y), f(x, 0.5), f(1, x), getattr(torch, f.__name__)(x, y), getattr(x, f.__name__)(y)), (real(2, 3), real(3))),
            Row(f"{name} of integers", lambda torch, x, y, f=operator: (f(x, y), f(x, 1), f(x, 1.5), f(x, True)), (integers(6), integers(6, dtype="int32"))),
            Row(f"{name} of bools", lambda torch, x, y, f=operator: (f(x, y), f(x, 1), f(x, 0.0)), (mask(4), mask(4))),
            Row(f"{name} of nan", lambda torch, x, f=operator: (f(x, x), f(x, nan), f(x, inf)), (SPECIAL,)),
            Row(f"{name} 0-dim and empty", lambda torch, x, y, f=operator: (f(x, 0.5), f(y, x)), (real(), real(0, 2))),
            Row(f"{name} of a type and another", lambda torch, x, i, f=operator: (f(x, i), f(i, x)), (given([1.0, 2.0, 2.5]), given([1, 2, 3]))),
            Row(f"{name} shapes", lambda torch, x, y, f=operator: f(x, y), (real(2), real(3)), error="must match the size of tensor"),
            Row(f"{name} None by name", lambda torch, x, f=operator: getattr(torch, f.__name__)(x, None), (real(2),), error=f"{name}() received an invalid combination of arguments"),
        )
    ),
    Row("== None", lambda torch, x: torch.from_numpy(1 * x.detach().numpy() + (x == None) + 2 * (x != None) + 4 * (x == "a") + 8 * (x == [1])), (real(2),)),  # noqa: E711
    *(Row(f"{f.__name__} None", lambda torch, x, f=f: f(x, None), (real(2),), error="not supported between instances of 'Tensor' and 'NoneType'") for f in (lt, le, gt, ge)),
    *(
        row
        for operator in (and_, or_, xor)
        for name in [operator.__name__.strip("_")]
        for row in (
            Row(f"logical_{name}", lambda torch, x, y, b, name=name: (getattr(torch, "logical_" + name)(x, y), getattr(x, "logical_" + name)(b)), (integers(2, 3), real(3), mask(2, 3))),
            Row(f"logical_{name} of a number", lambda torch, x, name=name: getattr(torch, "logical_" + name)(x, 1), (mask(3),), error="must be Tensor, not int"),
            Row(f"bitwise_{name}", lambda torch, x, y, b, f=operator, name=name: (f(x, y), f(x, 5), f(5, x), f(b, b), f(b, True), f(True, b), f(b, 1), f(x, b), getattr(torch, "bitwise_" + name)(x, y)), (integers(4, low=-9, high=9), integers(4, high=9, dtype="int32"), mask(4))),
            Row(f"bitwise_{name} of floats", lambda torch, x, f=operator: f(x, x), (real(3),), kinds=("float32",), error=f"\"bitwise_{name}_cpu\" not implemented for 'Float'"),
            Row(f"bitwise_{name} with a float", lambda torch, x, f=operator: f(x, 1.5), (integers(3),), error=f"\"bitwise_{name}_cpu\" not implemented for 'Float'"),
            Row(f"bitwise_{name} with None", lambda torch, x, f=operator: f(x, None), (mask(3),), error="unsupported operand type(s)"),
            Row(f"bitwise_{name} shapes", lambda torch, x, y, f=operator: f(x, y), (mask(3), mask(2)), error="must match the size of tensor"),
        )
    ),
    Row("logical_not", lambda torch, x, i, b: (torch.logical_not(x), i.logical_not(), torch.logical_not(b)), (SPECIAL, integers(4), mask(3))),
    Row("~", lambda torch, b, i, u: (~b, ~i, torch.bitwise_not(u)), (mask(4), integers(4, low=-4, high=4), integers(4, dtype="uint8"))),
    Row("~ of floats", lambda torch, x: ~x, (real(3),), error="~ (operator.invert) is only implemented on integer and Boolean-type tensors"),
    *(Row(name, lambda torch, x, i, name=name: (getattr(torch, name)(x), getattr(x, name)(), getattr(torch, name)(i)), (SPECIAL, integers(3))) for name in ("isnan", "isinf", "isfinite")),
    Row("isclose", lambda torch, x, y: (torch.isclose(x, y), x.isclose(y, rtol=0.5), torch.isclose(x, x), torch.isclose(x, y, atol=1e-3)), (given([1.0, 2.0, 0.0, -3.0]), given([1.0 + 1e-7, 2.5, 1e-4, -3.001]))),
    Row("isclose of nan and infinity", lambda torch, x, y: (torch.isclose(x, x), torch.isclose(x, x, equal_nan=True), torch.isclose(x, y), torch.isclose(y, x)), (SPECIAL, given([inf, nan, inf, inf, nan], grad=False))),
    Row("isclose of integers", lambda torch, x, y, b: (torch.isclose(x, y), torch.isclose(x, y, atol=1), torch.isclose(b, b)), (integers(6), integers(6), mask(3))),
    Row("isclose of other types", lambda torch, x, i: torch.isclose(i, x), (real(3), integers(3)), error="Long did not match"),
    Row("isclose rtol", lambda torch, x: torch.isclose(x, x, rtol=-1), (real(3),), error="rtol must be greater than or equal to zero"),
    Row("isclose shapes", lambda torch, x, y: torch.isclose(x, y), (real(3), real(2)), error="must match the size of tensor"),
    Row("allclose", lambda torch, x, y: torch.from_numpy(x.detach().numpy() * torch.allclose(x, y) + 2 * torch.allclose(x, y, rtol=1e-9)), (given([1.0, 2.0]), given([1.0, 2.000001]))),
    Row("allclose of a number", lambda torch, x: torch.allclose(x, 1.0), (real(2),), error="argument 'other'"),
    Row("equal", lambda torch, x, y, i: torch.from_numpy(x.detach().numpy() * torch.equal(x, x) + 2 * torch.equal(x, y) + 4 * torch.equal(x, i)), (given([1.0, 2.0]), real(3), given([1, 2]))),
    Row("equal of a number", lambda torch, x: torch.equal(x, 1), (real(2),), error="argument 'other'"),
    *(
        row
        for name in ("all", "any")
        for row in (
            Row(name, lambda torch, b, x, name=name: (getattr(b, name)(), getattr(torch, name)(x), getattr(x, name)(1), getattr(torch, name)(x, 0, True), getattr(x, name)((0, 1)), getattr(x, name)(dim=0)), (mask(4), integers(3, 4))),
            Row(f"{name} of bytes and floats", lambda torch, u, x, name=name: (getattr(u, name)(), getattr(u, name)(0), getattr(x, name)()), (integers(4, dtype="uint8"), SPECIAL)),
            Row(f"{name} of nothing", lambda torch, x, name=name: (getattr(x, name)(), getattr(x, name)(0), getattr(x, name)(1)), (real(0, 3),)),
            Row(f"{name} 0-dim", lambda torch, x, name=name: (getattr(x, name)(), getattr(x, name)(0)), (mask(),)),
            Row(f"{name} over no dims", lambda torch, x, name=name: getattr(torch, name)(x, ()), (integers(2, 3),)),
            Row(f"{name} dim out of range", lambda torch, x, name=name: getattr(x, name)(2), (mask(2, 3),), error="Dimension out of range"),
        )
    ),
    Row("count_nonzero", lambda torch, x: (x.count_nonzero(), torch.count_nonzero(x, 1), x.count_nonzero((0, 1)), x.count_nonzero(dim=0)), (integers(3, 4),)),
    Row("count_nonzero of floats", lambda torch, x: torch.count_nonzero(x), (positive(3),)),
)
