"""Activations as functions: values, gradients, graphs in and out of place, and errors."""

from __future__ import annotations

from typing import Any

from .row import Input, Row, given, integers, mask, real
from .rows_layers import seeded


def calls(name: str, *args: Any, **options: Any) -> Any:
    """``F.name(x, ...)``."""
    return lambda torch, x, *tensors: getattr(torch.nn.functional, name)(x, *tensors, *args, **options)


def in_place(name: str, *args: Any) -> Any:
    """``F.name(x * 1, ..., inplace=True)``: the graph of the form that writes over its input."""
    return lambda torch, x: getattr(torch.nn.functional, name)(x * 1, *args, inplace=True)


X = real(3, 4, low=-4.0, high=4.0)
BENDS: Input = given([[-3.5, -3.0, -1.0, -0.5, -0.2], [0.0, 0.5, 1.0, 3.0, 6.5]])
ONLY_FLOATS = "not implemented for 'Long'"
PLAIN = ("elu", "selu", "celu", "silu", "mish", "gelu", "softsign", "tanhshrink", "relu6", "hardswish", "softshrink", "hardshrink")
WITH_IN_PLACE = ("elu", "selu", "celu", "silu", "mish", "relu6", "hardswish")

ROWS = [
    *(Row(name, calls(name), (X,)) for name in PLAIN),
    Row("hardsigmoid", calls("hardsigmoid"), (X,), second=False, kinds=("float32",), note="in float64 PyTorch's 1/6 is a float32's"),
    *(Row(f"{name} at its bends", calls(name), (BENDS,)) for name in PLAIN),
    *(
        Row(f"{name} in place", in_place(name), (X,))
        for name in WITH_IN_PLACE
    ),
    *(
        Row(f"{name} ints", calls(name), (integers(3),), error=ONLY_FLOATS)
        for name in ("elu", "selu", "celu", "silu", "mish", "gelu", "hardsigmoid", "hardswish", "softshrink", "hardshrink")
    ),
    *(
        Row(f"{name} in place under its own name", lambda torch, x, name=name: getattr(torch.nn.functional, f"{name}_")(x * 1), (X,))
        for name in ("relu", "elu", "selu", "celu", "leaky_relu", "hardtanh")
    ),
    Row("elu alpha", calls("elu", 2.5), (X,)),
    Row("elu alpha in place", in_place("elu", 2.5), (X,)),
    Row("elu negative alpha in place", lambda torch, x: torch.nn.functional.elu(x * 1, -1.0, True), (X,), error="negative slope"),
    Row("elu of a large input", calls("elu"), (given([-1e4, 1e4]),)),
    Row("celu alpha", calls("celu", 2.5), (X,)),
    Row("celu alpha in place", in_place("celu", 2.5), (X,)),
    Row("celu alpha zero", calls("celu", 0), (X,), error="alpha cannot be 0 for CELU"),
    Row("gelu tanh", calls("gelu", approximate="tanh"), (X,)),
    Row("gelu unknown", calls("gelu", approximate="erf"), (X,), error="approximate argument must be either none or tanh"),
    Row("gelu array", lambda torch, x: torch.nn.functional.gelu(x.detach().numpy()), (X,), error="must be Tensor, not numpy.ndarray"),
    Row("softshrink lambd", calls("softshrink", 1.5), (X,)),
    Row("softshrink negative", calls("softshrink", -1), (X,), error="lambda must be in range"),
    Row("hardshrink lambd", calls("hardshrink", 1.5), (X,)),
    Row("threshold", calls("threshold", 0.3, 7.0), (X,)),
    Row("threshold in place", in_place("threshold", 0.3, 7.0), (X,)),
    Row("threshold ints", calls("threshold", 1, 7), (integers(3),)),
    Row("glu", calls("glu"), (X,)),
    Row("glu dim", calls("glu", 0), (real(4, 3),)),
    Row("glu odd", calls("glu"), (real(3),), error="Halving dimension must be even, but dimension 0 is size 3"),
    Row("glu scalar", calls("glu"), (real(),), error="glu does not support scalars"),
    Row("prelu", calls("prelu"), (X, real(1))),
    Row("prelu by channel", calls("prelu"), (real(2, 3, 4), real(3))),
    Row("prelu 0d", calls("prelu"), (real(), real(1))),
    Row("prelu channels", calls("prelu"), (X, real(3)), error="Found parameter numbers = 3 and channel size = 4"),
    Row("prelu matrix", calls("prelu"), (X, real(2, 2)), error="to be a scalar or 1D tensor, but got: ndim = 2"),
    Row("prelu dtypes", calls("prelu"), (integers(3, 4), real(1)), error="prelu: Type promoting not supported. Got Long and"),
    Row("rrelu", calls("rrelu"), (X,)),
    Row("rrelu training", seeded(calls("rrelu", 0.1, 0.9, training=True)), (real(5, 7),)),
    Row("rrelu in place", seeded(lambda torch, x: torch.nn.functional.rrelu(x * 1, training=True, inplace=True)), (real(5, 7),)),
    Row("rrelu bounds", calls("rrelu", 0.5, 0.1), (X,), error="should be less than or equal to the upper bound"),
    Row("gumbel_softmax", seeded(calls("gumbel_softmax", tau=0.7)), (real(5, 7),), tolerance=256),
    Row("gumbel_softmax hard", seeded(calls("gumbel_softmax", hard=True, dim=0)), (real(5, 7),), tolerance=256),
    Row("softmin", calls("softmin", dim=1), (X,)),
    Row("relu array", lambda torch, x: torch.nn.ReLU()(x.detach().numpy()), (X,), error="must be Tensor, not numpy.ndarray"),
    Row("softmax2d", lambda torch, x: torch.nn.Softmax2d()(x), (real(2, 3, 2, 2),)),
    Row("alpha_dropout", seeded(calls("alpha_dropout", 0.3, training=True)), (real(5, 7),)),
    Row("alpha_dropout after training", lambda torch, x: torch.nn.functional.alpha_dropout(x, 0.3) * 1, (real(5, 7),)),
    Row("alpha_dropout of all", seeded(calls("alpha_dropout", 1.0, training=True)), (real(5, 7),)),
    Row("feature_alpha_dropout", seeded(calls("feature_alpha_dropout", 0.5, training=True)), (real(2, 5, 3),)),
    Row("dropout1d", seeded(calls("dropout1d", 0.4)), (real(2, 5, 3),)),
    Row("dropout1d without a batch", seeded(calls("dropout1d", 0.4)), (real(5, 3),)),
    Row("dropout1d dims", calls("dropout1d"), (real(5),), error="dropout1d: Expected 2D or 3D input, but received a 1D input"),
    Row("dropout2d", seeded(calls("dropout2d", 0.4)), (real(2, 5, 2, 2),)),
    Row("dropout2d in place", seeded(lambda torch, x: torch.nn.functional.dropout2d(x * 1, inplace=True)), (real(2, 5, 2, 2),)),
    Row("dropout3d without a batch", seeded(calls("dropout3d", 0.4)), (real(5, 2, 2, 2),)),
    Row("dropout2d p", calls("dropout2d", 1.5), (real(2, 5, 2, 2),), error="between 0 and 1, but got 1.5"),
    Row("dropout2d ints", calls("dropout2d"), (integers(2, 5, 2, 2),), error="can't be cast to the desired output type Long"),
    Row("feature dropout dims", calls("feature_alpha_dropout", 0.5, True), (real(5),), error="requires at least 2 dimensions"),
    Row("hardtanh of a mask", calls("hardtanh"), (mask(3),), error="Bool inputs not supported for hardtanh"),
]
