"""Rows: where, clamp, masks, nonzero."""

from __future__ import annotations

from typing import Any

from .row import Row, given, integers, mask, positive, real

nan, inf = float("nan"), float("inf")


def change_what_is_saved(y: Any) -> Any:
    z = y.sin()
    y.abs_()
    return z


ROWS = (
    Row("where", lambda torch, c, x, y: (torch.where(c, x, y), x.where(c, y)), (mask(2, 3), real(2, 3), real(3))),
    Row("where numbers", lambda torch, c, x: (torch.where(c, x, 0.0), torch.where(c, 1, x), torch.where(x > 0, x, x * 2)), (mask(2, 3), real(2, 3))),
    Row("where of two numbers", lambda torch, c: (torch.where(c, 1.0, 0.0), torch.where(c, 1, 0), torch.where(c, 1, 0.5), torch.where(c, True, False)), (mask(4),)),
    Row("where promotes", lambda torch, c, x, i: (torch.where(c, x, i), torch.where(c, i, 1.5), torch.where(c, i, 1)), (mask(4), real(4), integers(4))),
    Row("where alone", lambda torch, c: torch.where(c), (mask(3, 4),)),
    Row("where of bytes", lambda torch, c, x: torch.where(c, x, 0.0), (integers(4, high=2, dtype="uint8"), real(4))),
    Row("where broadcasts the condition", lambda torch, c, x: torch.where(c, x, -1.0), (mask(2, 1), real(3))),
    Row("where 0-dim", lambda torch, c, x, y: torch.where(c, x, y), (mask(), real(), real(2))),
    Row("where keeps nan out", lambda torch, x: torch.where(x > 0, x, 0.0).log().sum() * 0 + torch.where(x > 0, x, x * 2).sum(), (given([1.0, 2.0]),)),
    Row("where condition of floats", lambda torch, x: torch.where(x, x, 0.0), (real(3),), error="where expected condition to be a boolean tensor"),
    Row("where shapes", lambda torch, c, x, y: torch.where(c, x, y), (mask(2), real(2), real(3)), error="must match the size of tensor"),
    Row("where of two arguments", lambda torch, c, x: torch.where(c, x), (mask(2), real(2)), error="where() received an invalid combination of arguments"),
    Row("clamp", lambda torch, x: (x.clamp(-0.5, 1), torch.clamp(x, min=0), x.clip(max=0.5)), (real(2, 3),)),
    Row("clamp at the bounds", lambda torch, x: x.clamp(0, 1), (given([0.0, 1.0, 0.5, -1.0, 2.0]),)),
    Row("clamp of nan", lambda torch, x: (x.clamp(0, 2), x.clamp(min=1), x.clamp(nan, 2)), (given([nan, 1.0, 3.0]),)),
    Row("clamp bounds crossed", lambda torch, x: x.clamp(1, -1), (real(4),)),
    Row("clamp tensors", lambda torch, x, a, b: torch.clamp(x, a, b), (real(2, 3), given([-1.0, 0.0, 0.5]), given([0.0, 1.0, 0.2]))),
    Row("clamp one tensor", lambda torch, x, a: (x.clamp(a), x.clamp(max=a)), (real(2, 3), real(3))),
    Row("clamp tensor at the bounds", lambda torch, x, a: (x.clamp(a), x.clamp(max=a), torch.clamp_min(x, a), torch.clamp_max(x, a)), (given([0.0, 1.0, 2.0]), given([1.0, 1.0, 1.0]))),
    Row("clamp of integers", lambda torch, x: (x.clamp(0, 1), x.clamp(0.5), x.clamp(0, 1.5)), (integers(6, low=-3, high=4),)),
    Row("clamp promotes", lambda torch, x, a: (x.clamp(a), a.clamp(x)), (integers(4, low=-3, high=4), real(4))),
    Row("clamp of bools", lambda torch, x: x.clamp(0, 1), (mask(4),)),
    Row("clamp 0-dim", lambda torch, x: x.clamp(0, 1), (real(),)),
    Row("clamp of nothing", lambda torch, x: x.clamp(0, 1), (real(0, 2),)),
    Row("clamp without bounds", lambda torch, x: x.clamp(), (real(2),), error="At least one of 'min' or 'max' must not be None"),
    Row("clamp mixed", lambda torch, x, a: x.clamp(a, 2), (real(2), real(2)), error="clamp() received an invalid combination of arguments"),
    Row("clamp to a word", lambda torch, x: x.clamp("0"), (real(2),), error="clamp() received an invalid combination of arguments"),
    Row("clamp_min", lambda torch, x, a: (x.clamp_min(0.3), torch.clamp_min(x, a)), (real(2, 3), real(3))),
    Row("clamp_max", lambda torch, x, a: (x.clamp_max(0.3), torch.clamp_max(x, a)), (real(2, 3), real(3))),
    Row("masked_fill", lambda torch, x, m: (x.masked_fill(m, -1.5), torch.masked_fill(x, m, inf)), (real(2, 3), mask(3))),
    Row("masked_fill tensor", lambda torch, x, m, v: x.masked_fill(m, v), (real(2, 3), mask(2, 1), real())),
    Row("masked_fill of integers", lambda torch, x, m: x.masked_fill(m, 1.5), (integers(4), mask(4))),
    Row("masked_fill of bools", lambda torch, x, m: x.masked_fill(m, True), (mask(4), mask(4))),
    Row("masked_fill grows", lambda torch, x, m: x.masked_fill(m, 2.0), (real(), mask(3))),
    *(
        Row(f"{name}_ in place", lambda torch, x, name=name, args=args: getattr(x * 2, name + "_")(*args), (positive(2, 3),))
        for name, args in {
            "exp": (), "log": (), "sqrt": (), "rsqrt": (), "abs": (), "sin": (), "cos": (), "floor": (), "ceil": (), "round": (), "trunc": (),
            "remainder": (2,), "fmod": (2,), "clamp": (1, 2), "clip": (None, 3), "clamp_min": (2,), "clamp_max": (2,), "neg": (),
            "reciprocal": (), "square": (),
        }.items()
    ),
    Row("masked_fill_", lambda torch, x, m: (x * 2).masked_fill_(m, -1.0), (real(2, 3), mask(3))),
    Row("masked_fill_ of a leaf", lambda torch, x, m: x.masked_fill_(m, -1.0), (real(2, 3), mask(3)), error="a leaf Variable that requires grad is being used in an in-place operation"),
    Row("masked_fill_ that grows", lambda torch, x, m: x.masked_fill_(m, -1.0), (real(3, grad=False), mask(2, 3)), error="output with shape [3] doesn't match the broadcast shape [2, 3]"),
    Row("clamp_ of integers to floats", lambda torch, x: x.clamp_(0.5), (integers(3),), error="can't be cast to the desired output type"),
    Row("what the gradient needs changed in place", lambda torch, x: change_what_is_saved(x * 2), (real(3),), error="modified by an inplace operation"),
    Row("masked_fill with a row", lambda torch, x, m: x.masked_fill(m, x), (real(3), mask(3)), error="only supports a 0-dimensional value tensor"),
    Row("masked_fill by integers", lambda torch, x, m: x.masked_fill(m, 1), (real(3), integers(3)), error="only supports boolean masks"),
    Row("masked_fill shapes", lambda torch, x, m: x.masked_fill(m, 1), (real(3), mask(2)), error="must match the size of tensor"),
    Row("masked_fill of integers with infinity", lambda torch, x, m: x.masked_fill(m, inf), (integers(3), given([True, True, False])), error="without overflow"),
    Row("masked_select", lambda torch, x, m: (x.masked_select(m), torch.masked_select(x, x > 0)), (real(2, 3), mask(2, 3))),
    Row("masked_select broadcasts", lambda torch, x, m: x.masked_select(m), (real(3), mask(4, 3))),
    Row("masked_select 0-dim", lambda torch, x, m: x.masked_select(m), (real(), given([True, False, True]))),
    Row("masked_select by integers", lambda torch, x, m: x.masked_select(m), (real(3), integers(3)), error="masked_select: expected BoolTensor for mask"),
    Row("masked_select shapes", lambda torch, x, m: x.masked_select(m), (real(3), mask(2)), error="must match the size of tensor"),
    Row("nonzero", lambda torch, x, b: (x.nonzero(), torch.nonzero(b), *torch.nonzero(x, as_tuple=True)), (integers(3, 4), mask(4))),
    Row("nonzero 0-dim", lambda torch, x: (torch.nonzero(x), torch.nonzero(x * 0), *torch.nonzero(x, as_tuple=True)), (real(grad=False),)),
)
