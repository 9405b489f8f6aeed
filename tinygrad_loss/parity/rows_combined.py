"""Rows: functions of two and three tensors, more functions of one number, what runs along a dimension, order statistics."""

from __future__ import annotations

import math
from typing import Any

from .row import Row, distinct, given, integers, mask, positive, real

NAN, INF = math.nan, math.inf


def _called(name: str, *args: Any, **options: Any) -> Any:
    """The call ``torch.name(tensors..., *args, **options)``, for a name that may have dots."""

    def call(torch: Any, *tensors: Any) -> Any:
        function = torch
        for part in name.split("."):
            function = getattr(function, part)
        return function(*tensors, *args, **options)

    return call


ROWS = (
    # three tensors
    *(Row(f"{name}", _called(name), (real(2, 3), real(3), positive(2, 1))) for name in ("addcmul", "addcdiv", "lerp")),
    *(Row(f"{name} value", _called(name, value=0.5), (real(2, 3), real(2, 3), positive(3))) for name in ("addcmul", "addcdiv")),
    Row("addcmul of integers", _called("addcmul", value=2), (integers(3), integers(3), integers(3))),
    Row("addcmul of integers and a broken value", _called("addcmul", value=1.5), (integers(3), integers(3), integers(3))),
    Row("addcmul of other shapes", _called("addcmul"), (real(3), real(2), real(3)), error="must match the size of tensor"),
    Row("addcdiv of integers", _called("addcdiv"), (integers(3), integers(3, low=1), integers(3, low=1)), error="Integer division with addcdiv is no longer supported"),
    Row("addcmul_", lambda torch, x, a, b: (x * 1).addcmul_(a, b, value=-0.5), (real(3), real(3), real(3))),
    Row("addcdiv_", lambda torch, x, a, b: (x * 1).addcdiv_(a, b, value=2), (real(3), real(3), positive(3))),
    Row("lerp by a number", _called("lerp", 0.7), (real(2, 3), real(3))),
    Row("lerp at the ends", lambda torch, x, y: (torch.lerp(x, y, 0.0), torch.lerp(x, y, 1.0)), (real(3), real(3))),
    Row("lerp_", lambda torch, x, y: (x * 1).lerp_(y, 0.25), (real(3), real(3))),
    Row("lerp of two types", lambda torch, x: torch.lerp(x, x.double(), 0.5), (real(3),), error="expected dtype", kinds=("float32",)),
    Row("lerp of integers", _called("lerp", 0.5), (integers(3), integers(3)), error="not implemented for 'Long'"),
    Row("rsub", lambda torch, x, y: (torch.rsub(x, y), torch.rsub(x, 2, alpha=3), torch.rsub(x, y, alpha=2)), (real(2, 3), real(3))),
    Row("rsub of bool", lambda torch, x: torch.rsub(x, 1), (mask(3),), error="Subtraction, the `-` operator, with a bool tensor"),
    # two tensors
    *(Row(name, _called(name), (real(2, 3), real(3))) for name in ("hypot", "logaddexp", "logaddexp2", "fmax", "fmin", "copysign")),
    *(Row(f"{name} of integers", _called(name), (integers(3), integers(3)), error="not implemented for 'Long'") for name in ("hypot", "logaddexp", "logaddexp2")),
    *(Row(f"{name} of integers", _called(name), (integers(4), integers(4))) for name in ("fmax", "fmin", "copysign", "ldexp", "gcd", "lcm")),
    *(Row(f"{name} of special numbers", _called(name), (given([NAN, 1.0, INF, -INF, 0.0, 2.0]), given([1.0, NAN, INF, 2.0, -0.0, 2.0])), second=False)
      for name in ("fmax", "fmin", "copysign", "logaddexp", "logaddexp2")),
    Row("copysign of a number", _called("copysign", -2.0), (real(4),)),
    Row("ldexp", _called("ldexp"), (real(3), integers(3, low=-3, high=4))),
    Row("nextafter", _called("nextafter"), (real(3), real(3))),
    Row("heaviside", _called("heaviside"), (given([-1.0, 0.0, 2.0, NAN], grad=False), real(1, grad=False))),
    Row("heaviside backward", _called("heaviside"), (real(3), real(3)), error="derivative for aten::heaviside is not implemented"),
    Row("float_power", lambda torch, x, n: (torch.float_power(x, 2), torch.float_power(x, n), torch.float_power(2, n)), (positive(3), real(3))),
    Row("float_power of integers", _called("float_power", -1), (integers(3, low=1),)),
    Row("shifts", lambda torch, x: (x << 1, x >> 1, torch.bitwise_left_shift(x, x), 2 << x, 64 >> x), (integers(4, low=0, high=5),)),
    Row("shift of floats", lambda torch, x: x << 1, (real(3),), error="not implemented for"),
    Row("gcd of floats", _called("gcd"), (real(3), real(3)), error="not implemented for"),
    Row("pow of integers, some powers negative", lambda torch, x, n: x**n, (integers(6, low=-2, high=3), integers(6, low=-2, high=3))),
    # one number
    *(Row(name, _called(name), (real(2, 3),)) for name in ("erfc", "sinc", "i0", "deg2rad", "rad2deg", "sgn", "nan_to_num", "angle", "special.i0e", "special.i1",
                                                           "special.i1e", "special.ndtr", "special.expit")),
    *(Row(f"{name} of integers", _called(name), (integers(4, low=-3, high=4),)) for name in ("erfc", "sinc", "i0", "deg2rad", "rad2deg", "sgn", "nan_to_num", "angle",
                                                                                            "signbit", "isposinf", "isneginf", "isreal")),
    *(Row(f"{name} of special numbers", _called(name), (given([NAN, INF, -INF, -0.0, 0.0, 30.0]),), second=False) for name in (
        "erfc", "sinc", "nan_to_num", "sgn", "angle", "signbit", "isposinf", "isneginf", "isreal", "i0")),
    *(Row(f"{name} of bool", _called(name), (mask(4),)) for name in ("deg2rad", "rad2deg", "erfc", "sgn", "signbit")),
    Row("logit", _called("logit"), (real(4, low=0.1, high=0.9),)),
    Row("logit eps", _called("logit", 0.2), (given([-1.0, 0.1, 0.5, 0.9, 2.0]),)),
    Row("logit outside", _called("logit"), (given([-1.0, 0.0, 1.0, 2.0]),), second=False),
    Row("nan_to_num with numbers", _called("nan_to_num", 1.0, 2.0, -3.0), (given([NAN, INF, -INF, 4.0]),)),
    Row("mvlgamma", _called("mvlgamma", 3), (real(4, low=1.5, high=4.0),), second=False),
    Row("mvlgamma of no dimension", _called("mvlgamma", 0), (positive(2),), error="p has to be greater than or equal to 1"),
    Row("polygamma of a negative order", lambda torch, x: torch.polygamma(-1, x), (positive(2),), error="does not support negative n"),
    Row("special.entr", _called("special.entr"), (given([0.5, 2.0, 0.0, -1.0]),), second=False),
    Row("special.xlog1py", _called("special.xlog1py"), (given([0.0, 2.0, 1.0]), given([-1.0, 0.5, 3.0]))),
    Row("positive", lambda torch, x: +torch.positive(x * 1), (real(3),)),
    Row("positive of bool", lambda torch, x: +x, (mask(3),), error="The `+` operator, on a bool tensor is not supported"),
    Row("i0 far away", _called("i0"), (given([24.9, 25.1, -40.0, 80.0]),)),
    # along a dimension
    *(Row(name, _called(name, 1), (distinct(2, 4),)) for name in ("cummax", "cummin", "logcumsumexp")),
    *(Row(f"{name} of equals and nan", _called(name, 0), (given([1.0, 1.0, NAN, 0.5, NAN, 3.0]),)) for name in ("cummax", "cummin")),
    *(Row(f"{name} of no dimension", _called(name, 0), (given(2.0),)) for name in ("cummax", "cummin")),
    Row("logcumsumexp of no dimension", _called("logcumsumexp", 0), (given(2.0),), second=False, note="0 here, none in PyTorch"),
    *(Row(f"{name} of integers", _called(name, -1), (integers(2, 4),)) for name in ("cummax", "cummin")),
    Row("logcumsumexp of large numbers", _called("logcumsumexp", 0), (given([900.0, -900.0, 905.0, 3.0]),), second=False),
    Row("logcumsumexp of integers", _called("logcumsumexp", 0), (integers(3),), error="not implemented for 'Long'"),
    Row("diff", lambda torch, x, y: (torch.diff(x), torch.diff(x, n=2, dim=0), torch.diff(x, prepend=y, append=y)), (real(3, 4), real(3, 1))),
    Row("diff of bools and integers", lambda torch, x, y: (torch.diff(x), torch.diff(y)), (mask(5), integers(5))),
    Row("diff of a number", _called("diff"), (given(1.0),), error="diff expects input to be at least one-dimensional"),
    *(Row(name, lambda torch, y, x, name=name: (getattr(torch, name)(y), getattr(torch, name)(y, dx=0.5, dim=0), getattr(torch, name)(y, x)), (real(3, 4), distinct(4)))
      for name in ("trapezoid", "trapz", "cumulative_trapezoid")),
    Row("trapezoid of integers", lambda torch, y: (torch.trapezoid(y), torch.trapezoid(y, y)), (integers(2, 4),)),
    Row("trapezoid of other points", lambda torch, y, x: torch.trapezoid(y, x), (real(2, 3), real(4)), error="There must be one `x` value for each sample point"),
    # order
    *(Row(name, _called(name, 2), (distinct(3, 4),)) for name in ("kthvalue",)),
    Row("kthvalue of a dimension", _called("kthvalue", 1, 0, True), (distinct(3, 4),)),
    Row("kthvalue out of range", _called("kthvalue", 5), (distinct(4),), error="selected number k out of range for dimension 0"),
    Row("mode", lambda torch, x: (torch.mode(x), torch.mode(x, 0, keepdim=True)), (given([[1.0, 2.0, 2.0, 1.0], [3.0, 3.0, 0.5, 3.0]]),)),
    Row("mode of integers", _called("mode"), (integers(3, 5),)),
    Row("msort", _called("msort"), (distinct(3, 4),)),
    *(Row(name, lambda torch, x, name=name: (getattr(torch, name)(x, 0.3), getattr(torch, name)(x, 0.5, 1, True)), (distinct(3, 4),)) for name in ("quantile", "nanquantile")),
    *(Row(f"{name} of several parts", lambda torch, x, q, name=name: getattr(torch, name)(x, q, dim=0), (distinct(4, 2), given([0.2, 0.6, 1.0])), graph=False, note="what leads to the parts")
      for name in ("quantile", "nanquantile")),
    *(Row(f"quantile {how}", _called("quantile", 0.4, interpolation=how), (distinct(4),)) for how in ("lower", "higher", "midpoint", "nearest", "linear")),
    *(Row(f"{name} with nan", _called(name, 0.4, 1), (given([[1.0, NAN, 3.0], [4.0, 5.0, 7.0]]),)) for name in ("quantile", "nanquantile")),
    Row("quantile above 1", _called("quantile", 1.5), (real(3),), error="must be in the range [0, 1]"),
    Row("quantile of integers", _called("quantile", 0.5), (integers(3),), error="input tensor must be either float or double dtype"),
    Row("quantile of another kind", _called("quantile", 0.5, interpolation="cubic"), (real(3),), error="interpolation must be one of linear, lower, higher, midpoint or nearest"),
    *(Row(name, lambda torch, x, name=name: (getattr(torch, name)(x), getattr(torch, name)(x, 0), getattr(torch, name)(x, 1, keepdim=True)),
          (given([[1.0, NAN, 3.0], [NAN, 5.0, 7.0]]),)) for name in ("nansum", "nanmean", "nanmedian")),
    Row("nansum of integers", _called("nansum"), (integers(4),)),
    Row("nanmean of integers", _called("nanmean"), (integers(4),), error="expected input to have floating point or complex dtype"),
    # NumPy's arrays
    *(Row(f"{name} of an array", lambda torch, x, name=name: getattr(torch, name)(x.detach().numpy()), (real(3),), error="must be Tensor, not numpy.ndarray") for name in (
        "argmax", "max", "sort", "median", "isnan", "floor", "bincount", "unique", "nonzero", "relu", "cov")),
    Row("std of an array", lambda torch, x: torch.std(x.detach().numpy()), (real(3),), error="std() received an invalid combination of arguments"),
    Row("relu by a module of an array", lambda torch, x: torch.nn.ReLU()(x.detach().numpy()), (real(3),), error="must be Tensor, not numpy.ndarray"),
    Row("cat of arrays", lambda torch, x: torch.cat([x.detach().numpy()]), (real(3),), error="expected Tensor as element 0 in argument 0, but got numpy.ndarray"),
    Row("stack of a tensor and an array", lambda torch, x: torch.stack([x, x.detach().numpy()]), (real(3),), error="expected Tensor as element 1 in argument 0, but got numpy.ndarray"),
    Row("allclose of arrays", lambda torch, x: torch.allclose(x.detach().numpy(), x.detach().numpy()), (real(3),), error="must be Tensor, not numpy.ndarray"),
    # dtypes that PyTorch does not take
    *(Row(f"{name} of bools alone", _called(name), (mask(3), mask(3), mask(3))[:count], error="not implemented for 'Bool'") for name, count in (
        ("addcmul", 3), ("pow", 2), ("median", 1), ("nanmedian", 1), ("clamp", 3), ("cross", 2))),
    *(Row(f"{name} of bools", _called(name), (mask(3),), error="received a bool input for `y`") for name in ("trapezoid", "cumulative_trapezoid")),
    Row("trace of bools", _called("trace"), (mask(2, 2),), error="not implemented for 'Bool'"),
    Row("dist of bools", _called("dist"), (mask(2), mask(2)), error="Subtraction, the `-` operator, with two bool tensors"),
    Row("div of bools rounded", _called("div", rounding_mode="floor"), (mask(2), mask(2)), error="not implemented for 'Bool'"),
    Row("mvlgamma of bools", _called("mvlgamma", 1), (mask(2),), error="The input tensor may not be a boolean tensor"),
    Row("bitwise_not of floats", _called("bitwise_not"), (real(2),), error="not implemented for"),
    # pairs of variables, distances
    Row("cov", lambda torch, x: (torch.cov(x), torch.cov(x, correction=0), torch.cov(x[0])), (real(3, 5),)),
    Row("cov weighted", lambda torch, x, f, a: torch.cov(x, fweights=f, aweights=a), (real(3, 5), integers(5, low=1), positive(5, grad=False))),
    Row("cov of three dimensions", _called("cov"), (real(2, 2, 2),), error="expected input to have two or fewer dimensions"),
    Row("cov with broken counts", lambda torch, x, w: torch.cov(x, fweights=w), (real(2, 3), positive(3)), error="expected fweights to have integral dtype"),
    Row("corrcoef", lambda torch, x: (torch.corrcoef(x), torch.corrcoef(x[0])), (real(3, 5),), tolerance=1e4),
    *(Row(f"dist p={p}", _called("dist", p), (real(2, 3), real(3))) for p in (2, 1, 3.0, INF)),
    *(Row(f"cdist p={p}", _called("cdist", p), (real(3, 2), real(4, 2)), second=False) for p in (2.0, 1.0, 3.0, INF)),
    Row("cdist of batches", _called("cdist"), (real(2, 3, 2), real(4, 2)), second=False),
    Row("cdist of other widths", _called("cdist"), (real(3, 2), real(3, 3)), error="X1 and X2 must have the same number of columns"),
    Row("renorm", _called("renorm", 2, 0, 1.5), (real(3, 4),)),
    Row("renorm p=1", _called("renorm", 1, 1, 1.5), (real(3, 4),)),
)
