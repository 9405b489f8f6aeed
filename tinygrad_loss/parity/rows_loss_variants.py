"""Rows: the losses called a little differently than meant, where PyTorch still gives a value, and where it gives an error."""

from __future__ import annotations

from typing import Any

import numpy as np

from .row import Row, given, integers, positive, real
from .rows_losses import X, Y, error, options, probabilities

A, B = real(3, 4), real(3, 4, grad=False)
BOUND: Any = {"tolerance": 1e9, "note": "PyTorch rounds its bound 1e-12 to float32"}
P = probabilities(3, 4, grad=False)
ZEROS = given([[0.0, 0.0, 0.0, 0.0]] * 3)
NOTHING = given([0.0, 0.0, 0.0, 0.0, 0.0], grad=False)
SOME = given([1.0, 0.0, 0.0, 2.0, 0.0], grad=False)
LONG = integers(3, 4)
WEIGHT = positive(5)
ROUGH: Any = {"tolerance": 1e10, "note": "where one of the two is float32, PyTorch rounds on the way"}

VALUES = (
    *options("nll no weight counts", lambda F, red, x, y, w: F.nll_loss(x, y, w, reduction=red), (X, given([-100, 1, 2]), NOTHING)),
    *options("nll some weights", lambda F, red, x, y, w: F.nll_loss(x, y, w, reduction=red), (X, given([0, 1, -100]), SOME)),
    *options("nll 2d no weight counts", lambda F, red, x, y, w: F.nll_loss(x, y, w, reduction=red), (real(2, 5, 2), given([[0, 1], [-100, 4]]), NOTHING)),
    *options("cross_entropy no weight counts", lambda F, red, x, y, w: F.cross_entropy(x, y, w, reduction=red), (X, given([-100, 1, 2]), NOTHING)),
    *(
        row
        for function in ("cross_entropy", "nll_loss")
        for row in options(f"{function} no classes, all ignored", lambda F, red, x, y, f=function: getattr(F, f)(x, y, reduction=red), (real(2, 0), given([-100, -100])), graph=False)
    ),
    *options("cross_entropy no classes, smoothing", lambda F, red, x, p: F.cross_entropy(x, p, label_smoothing=0.2, reduction=red), (real(2, 0), probabilities(2, 0)), graph=False, second=False),
    *options("cross_entropy probabilities weight gradient", lambda F, red, x, p, w: F.cross_entropy(x, p, w, reduction=red), (X, probabilities(3, 5), WEIGHT)),
    *options("cross_entropy probabilities row weight gradient", lambda F, red, x, p, w: F.cross_entropy(x, p, w, reduction=red), (real(5), probabilities(5), WEIGHT)),
    *options(
        "cross_entropy probabilities 3d weight smoothing",
        lambda F, red, x, p, w: F.cross_entropy(x, p, w, reduction=red, label_smoothing=0.2),
        (real(2, 5, 3), probabilities(2, 5, 3), WEIGHT),
    ),
    *(
        Row(f"cross_entropy smoothing {amount}", lambda torch, x, y, amount=amount: torch.nn.functional.cross_entropy(x, y, label_smoothing=amount), (X, Y))
        for amount in (-0.1, float("nan"), 1, True)
    ),
    *options("bce certain and wrong", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (given([0.0, 1.0, 0.0, 1.0, 0.5]), given([1.0, 1.0, 0.0, 0.0, 1.0], grad=False)), **BOUND),
    # Where the two sides of a definition meet: its slope there, and the slope's.
    *(
        row
        for name in ("binary_cross_entropy_with_logits", "soft_margin_loss", "multilabel_soft_margin_loss", "cross_entropy")
        for row in options(f"{name} scores of 0", lambda F, red, x, y, name=name: getattr(F, name)(x, y, reduction=red), (ZEROS, P))
    ),
    *(Row(f"{name} of 0", lambda torch, x, name=name: getattr(torch.nn.functional, name)(x), (ZEROS,)) for name in ("logsigmoid", "softplus")),
    *options(
        "bce_with_logits float target",
        lambda F, red, x, y: F.binary_cross_entropy_with_logits(x, y.float(), reduction=red),
        (A, probabilities(3, 4)),
        graph=False,
        **ROUGH,
    ),
    *options("bce_with_logits double target", lambda F, red, x, y: F.binary_cross_entropy_with_logits(x, y.double(), reduction=red), (A, probabilities(3, 4, grad=False)), **ROUGH),
    *options("bce half weight", lambda F, red, p, y, w: F.binary_cross_entropy(p, y, w.half(), reduction=red), (probabilities(3, 4), probabilities(3, 4, grad=False), positive(4, grad=False)), second=False),
    *options("smooth_l1 integer beta", lambda F, red, x, y: F.smooth_l1_loss(x, y, beta=2, reduction=red), (A, B)),
    *options("smooth_l1 integer target", lambda F, red, x, y: F.smooth_l1_loss(x, y, reduction=red), (A, LONG)),
    Row("huber integer target no gradient", lambda torch, x, y: torch.nn.functional.huber_loss(x, y), (B, LONG)),
    Row("soft_margin boolean labels no gradient", lambda torch, x, y: torch.nn.functional.soft_margin_loss(x, y > 0), (B, LONG)),
    Row("unbind nothing", lambda torch, x: [x * 1, *x.unbind(0)], (real(0, 3),)),
    Row("relu of nan", lambda torch, x: torch.relu(x), (given([float("nan"), -1.0, 2.0, 0.0]),)),
)


def _numpy(function: str, place: int) -> Any:
    """The call with a NumPy array in the place of one tensor."""

    def call(F: Any, *tensors: Any) -> Any:
        return getattr(F, function)(*(one.detach().numpy() if number == place else one for number, one in enumerate(tensors)))

    return call


def _with(function: str, **options: Any) -> Any:
    return lambda F, *tensors: getattr(F, function)(*tensors, **options)


BEFORE_ALL = "'NoneType' object has no attribute 'size'"

ERRORS = (
    *(
        error(f"{name} array {place}", _numpy(name, place), inputs, "must be Tensor, not numpy.ndarray")
        for name, inputs in {
            "kl_div": (A, P),
            "hinge_embedding_loss": (A, B),
            "poisson_nll_loss": (A, B),
            "soft_margin_loss": (A, B),
            "multi_margin_loss": (X, Y),
            "multilabel_margin_loss": (A, LONG),
            "cosine_embedding_loss": (A, B, integers(3)),
            "triplet_margin_loss": (A, B, B),
            "cross_entropy": (X, Y),
            "nll_loss": (X, Y),
        }.items()
        for place in range(2)
    ),
    *(
        error(f"{name} array {place}", _numpy(name, place), (P, P), "'int' object is not callable")
        for name in ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
        for place in (0, 1)
    ),
    *(
        error(f"{name} None", lambda F, x, name=name: getattr(F, name)(x, None), (P,), BEFORE_ALL)
        for name in ("l1_loss", "mse_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
    ),
    *(
        error(f"{name} None", lambda F, x, name=name: getattr(F, name)(x, None), (X,), "argument 'target'")
        for name in ("cross_entropy", "nll_loss", "kl_div", "soft_margin_loss", "multi_margin_loss", "hinge_embedding_loss")
    ),
    *(
        error(f"{name} weight gradient", lambda F, x, y, w, name=name: getattr(F, name)(x, y, w), (x, y, w), "is not differentiable with respect to argument 'weight'")
        for name, x, y, w in (
            ("nll_loss", X, Y, WEIGHT),
            ("cross_entropy", X, Y, WEIGHT),
            ("binary_cross_entropy", P, P, positive(4)),
            ("binary_cross_entropy_with_logits", A, P, positive(4)),
        )
    ),
    error("bce_with_logits pos_weight gradient", lambda F, x, y, v: F.binary_cross_entropy_with_logits(x, y, pos_weight=v), (A, P, positive(4)), "with respect to argument 'pos_weight'"),
    error("bce_with_logits boolean pos_weight", lambda F, x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=x > 0), (A, P), "Subtraction, the `-` operator, with a bool tensor"),
    error("cross_entropy no dimension", _with("cross_entropy"), (real(), given([0, 1])), "Dimension out of range (expected to be in range of [-1, 0], but got 1)"),
    error("cross_entropy row, 2d target", _with("cross_entropy"), (real(3), integers(2, 2)), "0D or 1D target tensor expected, multi-target not supported"),
    error("cross_entropy row, two classes", _with("cross_entropy"), (real(3), integers(2)), "For 1D input, 1D target must have size 1, but got target size: 2"),
    error("nll row, float classes", _with("nll_loss"), (real(3), real(2, grad=False)), "expected target dtype to be Long or Byte"),
    error("nll row without classes", _with("nll_loss"), (real(0), given(2)), "Target 2 is out of bounds."),
    error("cross_entropy integers weight", _with("cross_entropy"), (integers(3, 5), Y, positive(5, grad=False)), "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'"),
    error("nll integers weight", _with("nll_loss"), (integers(3, 5), Y, positive(5, grad=False)), "\"nll_loss_out_frame\" not implemented for 'Long'"),
    error("nll 2d byte target", _with("nll_loss"), (real(2, 5, 2), integers(2, 2, dtype="uint8")), "expected scalar type Long but found Byte"),
    error("cross_entropy byte target weight smoothing", _with("cross_entropy", label_smoothing=0.1), (X, integers(3, dtype="uint8"), positive(5, grad=False)), "gather(): Expected dtype int32/int64 for index"),
    error("bce weight of another length", _with("binary_cross_entropy"), (P, P, positive(3, grad=False)), "Attempting to broadcast a dimension of length 3 at -1! Mismatching argument at index 1 had torch.Size([3])"),
    error("bce weight too large", _with("binary_cross_entropy"), (P, P, positive(2, 3, 4, grad=False)), "output with shape [3, 4] doesn't match the broadcast shape [2, 3, 4]"),
    error("bce_with_logits boolean target", lambda F, x, y: F.binary_cross_entropy_with_logits(x, y > 0), (A, B), "Subtraction, the `-` operator, with two bool tensors is not supported."),
    error("soft_margin booleans", lambda F, x, y: F.soft_margin_loss(x > 0, y), (A, B), "Negation, the `-` operator, on a bool tensor is not supported."),
    error("cross_entropy ignore_index True", _with("cross_entropy", ignore_index=True), (X, Y), "must be int, not bool"),
    error("kl_div log_target 1", _with("kl_div", log_target=1), (A, P), "argument 'log_target' must be bool, not int"),
    error("poisson log_input None", _with("poisson_nll_loss", log_input=None), (A, B), "must be bool, not NoneType"),
    error("poisson full 1", _with("poisson_nll_loss", full=1), (A, B), "must be bool, not int"),
    error("poisson reduction None", _with("poisson_nll_loss", reduction=None), (A, B), "unsupported operand type(s) for +: 'NoneType' and 'str'"),
    error("gaussian reduction 3", _with("gaussian_nll_loss", reduction=3), (A, B, positive(3, 4)), "unsupported operand type(s) for +: 'int' and 'str'"),
    error("gaussian eps None", _with("gaussian_nll_loss", eps=None), (A, B, positive(3, 4)), "At least one of 'min' or 'max' must not be None"),
    error("multilabel_soft_margin reduction None", _with("multilabel_soft_margin_loss", reduction=None), (A, B), "unsupported operand type(s) for +: 'NoneType' and 'str'"),
    error("huber double target", lambda F, x, y: F.huber_loss(x.float(), y.double()), (A, B), "Found dtype Double but expected Float"),
    error("huber integer target", _with("huber_loss"), (A, LONG), "Found dtype Long but expected"),
    error("huber delta nan", _with("huber_loss", delta=float("nan")), (A, B), "huber_loss does not support non-positive values for delta."),
    error("soft_margin boolean labels", lambda F, x, y: F.soft_margin_loss(x, y > 0), (A, B), "Negation, the `-` operator, on a bool tensor is not supported."),
    error("hinge_embedding booleans", lambda F, x, y: F.hinge_embedding_loss(x > 0, y), (A, B), "Subtraction, the `-` operator, with two bool tensors is not supported."),
    error("triplet_margin swap 1", _with("triplet_margin_loss", swap=1), (A, B, B), "must be bool, not int"),
    error("triplet_margin_with_distance list", _with("triplet_margin_with_distance_loss", distance_function=[]), (A, B, B), "'list' object is not callable"),
    error("multi_margin weight number", _with("multi_margin_loss", weight=2.0), (X, Y), "'float' object has no attribute 'dim'"),
    error("ctc no dimension", lambda F, x, y: F.ctc_loss(x, y, (1,), (1,)), (real(), given([1])), "Dimension out of range"),
    error("linear_cross_entropy list", lambda F, x, w: F.linear_cross_entropy(x, w, [0, 1, 2]), (A, real(5, 4)), "'list' object has no attribute 'shape'"),
    error("linear_cross_entropy array", lambda F, x, w: F.linear_cross_entropy(x, w, np.zeros(3, np.int64)), (A, real(5, 4)), "must be Tensor, not numpy.ndarray"),
    error("relu of booleans", lambda F, x: F.relu(x > 0), (A,), "Boolean inputs not supported for relu"),
    error("hardtanh of booleans", lambda F, x: F.hardtanh(x > 0), (A,), "Bool inputs not supported for hardtanh"),
    error("hardtanh of bytes", _with("hardtanh"), (integers(3, dtype="uint8"),), "cannot do hardtanh on an unsigned type with negative limits"),
    error("logsigmoid of integers", _with("logsigmoid"), (LONG,), "\"log_sigmoid_cpu\" not implemented for 'Long'"),
    error("softplus of integers", _with("softplus"), (LONG,), "\"softplus_cpu\" not implemented for 'Long'"),
    error("softplus beta word", _with("softplus", beta="x"), (A,), "argument 'beta'"),
    error("leaky_relu slope word", _with("leaky_relu", negative_slope="x"), (A,), "argument 'negative_slope'"),
    *(
        error(f"{name} list", lambda F, name=name: getattr(F, name)([1.0, 2.0], dim=0), (), f"'list' object has no attribute '{name}'")
        for name in ("softmax", "log_softmax")
    ),
    *(
        Row(f"{name} keepdim without dim", lambda torch, x, name=name: getattr(torch, name)(x, keepdim=True), (A,), error="received an invalid combination of arguments")
        for name in ("sum", "mean", "max", "min", "prod")
    ),
    Row("amax keepdim 1", lambda torch, x: torch.amax(x, 0, keepdim=1), (A,), error="argument 'keepdim' must be bool, not int"),
    Row("cumsum dtype word", lambda torch, x: torch.cumsum(x, 0, dtype="x"), (A,), error="argument 'dtype' must be torch.dtype, not str"),
    Row("softmax dtype word", lambda torch, x: torch.softmax(x, 0, dtype="x"), (A,), error="argument 'dtype' must be torch.dtype, not str"),
    Row("softmax dim True", lambda torch, x: torch.softmax(x, True), (A,), error="must be int, not bool"),
    Row("logsumexp dim None", lambda torch, x: torch.logsumexp(x, None), (A,), error="argument 'dim'"),
    Row("pow of shapes", lambda torch, x, y: x**y, (A, real(5)), error="must match the size of tensor"),
    Row("div floor of shapes", lambda torch, x, y: torch.div(x, y, rounding_mode="floor"), (A, real(5)), error="must match the size of tensor"),
    *(Row(f"{name} None", lambda torch, name=name: getattr(torch, name)(None), error="must be Tensor, not NoneType") for name in ("sigmoid", "tanh")),
)  # fmt: skip

ROWS = (*VALUES, *ERRORS)
