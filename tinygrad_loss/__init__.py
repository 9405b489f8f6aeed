"""Reverse-mode autodiff on NumPy for classification losses and the gradients that flow back through them; PyTorch's names."""

from . import autograd
from ._dtypes import bool_ as bool
from ._dtypes import float16, float32, float64, int8, int16, int32, int64, uint8
from ._tensor import Tensor, from_numpy
from ._version import __version__
from .autograd import enable_grad, inference_mode, is_anomaly_enabled, is_grad_enabled, no_grad, set_grad_enabled
from .ops.arithmetic import add, div, mul, neg, pow, reciprocal, square, sub
from .ops.pointwise import abs, cos, exp, expm1, log, log1p, sign, sin, sqrt
