"""Reverse-mode autodiff on NumPy for classification losses and the gradients that flow back through them; PyTorch's names."""

from . import autograd, return_types
from ._dtypes import bool_ as bool
from ._dtypes import float16, float32, float64, int8, int16, int32, int64, uint8
from ._tensor import Tensor, from_numpy
from ._version import __version__
from .autograd import enable_grad, inference_mode, is_anomaly_enabled, is_grad_enabled, no_grad, set_grad_enabled
from .ops.arithmetic import add, div, mul, neg, pow, reciprocal, square, sub
from .ops.comparison import (
    all,
    allclose,
    any,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    count_nonzero,
    eq,
    equal,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
)
from .ops.extremes import amax, amin, aminmax, argmax, argmin, max, maximum, min, minimum
from .ops.gammas import digamma, erf, erfinv, lgamma, polygamma
from .ops.norms import norm
from .ops.pointwise import abs, exp, exp2, expm1, log, log1p, log2, log10, rsqrt, sign, sqrt
from .ops.products import cumprod, cumsum, prod
from .ops.reductions import mean, sum
from .ops.rounding import ceil, floor, floor_divide, fmod, frac, remainder, round, trunc
from .ops.selection import clamp, clamp_max, clamp_min, masked_fill, masked_select, nonzero, where
from .ops.sorting import argsort, bincount, sort, topk, unique
from .ops.statistics import median, std, std_mean, var, var_mean
from .ops.trigonometry import acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sinh, tan

absolute, negative, fix, clip = abs, neg, trunc, clamp
arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh = asin, acos, atan, atan2, asinh, acosh, atanh
less, less_equal, greater, greater_equal, not_equal = lt, le, gt, ge, ne
