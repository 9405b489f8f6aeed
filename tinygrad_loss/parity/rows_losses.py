"""Rows: the losses, in every option, and the softmax and sigmoid families."""

from __future__ import annotations

from typing import Any

from .row import Input, Row, given, integers, positive, real

REDUCTIONS = ("mean", "sum", "none")


def probabilities(*shape: int, grad: bool = True) -> Input:
    """Numbers strictly between 0 and 1."""
    return real(*shape, low=0.05, high=0.95, grad=grad)


# PyTorch's bound of 1e-12 under BCE's gradient is a float32 number in float64 too, 1.4e-8 above what it says.
ROUGH_BOUND = {"tolerance": 1e8, "kinds": ("float64",), "note": "PyTorch rounds its bound 1e-12 to float32"}


def options(name: str, call: Any, inputs: tuple[Input, ...], **kwargs: Any) -> tuple[Row, ...]:
    """One row for each reduction; ``call(F, reduction, *tensors)``."""
    return tuple(
        Row(f"{name} {red}", lambda torch, *xs, red=red: call(torch.nn.functional, red, *xs), inputs, **kwargs) for red in REDUCTIONS
    )


X, Y, W = real(3, 5), integers(3, high=5), positive(5, grad=False)

SOFTMAXES = (
    *(
        Row(f"{name} {dim}", lambda torch, x, name=name, dim=dim: getattr(torch, name)(x, dim), (real(2, 3, 4),))
        for name in ("softmax", "log_softmax", "logsumexp")
        for dim in (0, 1, -1)
    ),
    Row("logsumexp two dims keepdim", lambda torch, x: torch.logsumexp(x, (0, 2), keepdim=True), (real(2, 3, 4),)),
    Row("softmax of one number", lambda torch, x: torch.softmax(x, 0), (real(),)),
    Row("log_softmax of one number", lambda torch, x: torch.log_softmax(x, -1), (real(),)),
    Row("softmax dtype", lambda torch, x: torch.softmax(x, 0, dtype=torch.float64), (integers(4),)),
    Row("log_softmax twice", lambda torch, x: torch.log_softmax(torch.log_softmax(x, 1), 1), (real(3, 5),)),
    Row("softmax of integers", lambda torch, x: torch.softmax(x, 0), (integers(4),), error="not implemented for"),
    Row("log_softmax dim 99", lambda torch, x: torch.log_softmax(x, 99), (real(3, 5),), error="Dimension out of range"),
    *(Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (real(3, 4),)) for name in ("sigmoid", "tanh", "relu")),
    *(
        Row(name, lambda torch, x, name=name: getattr(torch.nn.functional, name)(x), (real(3, 4),))
        for name in ("logsigmoid", "softplus")
    ),
    Row("softplus beta", lambda torch, x: torch.nn.functional.softplus(x, beta=2, threshold=1), (real(3, 4),)),
    Row("sigmoid of integers", lambda torch, x: torch.sigmoid(x), (integers(4),)),
)

CROSS_ENTROPY = (
    *options("cross_entropy", lambda F, red, x, y: F.cross_entropy(x, y, reduction=red), (X, Y)),
    *options("cross_entropy weight", lambda F, red, x, y, w: F.cross_entropy(x, y, w, reduction=red), (X, Y, W)),
    *options("cross_entropy ignore", lambda F, red, x, y: F.cross_entropy(x, y, ignore_index=1, reduction=red), (X, given([1, 0, 1]))),
    *options("cross_entropy ignore -100", lambda F, red, x, y: F.cross_entropy(x, y, reduction=red), (X, given([-100, 0, 1]))),
    *options("cross_entropy smoothing", lambda F, red, x, y: F.cross_entropy(x, y, label_smoothing=0.1, reduction=red), (X, Y)),
    *options(
        "cross_entropy smoothing weight ignore",
        lambda F, red, x, y, w: F.cross_entropy(x, y, w, label_smoothing=0.1, ignore_index=1, reduction=red),
        (X, given([1, 0, 4]), W),
    ),
    *options("cross_entropy row", lambda F, red, x, y: F.cross_entropy(x, y, reduction=red), (real(5), given(3))),
    *options("cross_entropy row smoothing", lambda F, red, x, y: F.cross_entropy(x, y, label_smoothing=0.2, reduction=red), (real(5), given(3))),
    *options("cross_entropy 3d", lambda F, red, x, y: F.cross_entropy(x, y, reduction=red), (real(2, 5, 3), integers(2, 3, high=5))),
    *options(
        "cross_entropy 4d weight",
        lambda F, red, x, y, w: F.cross_entropy(x, y, w, reduction=red),
        (real(2, 5, 3, 2), integers(2, 3, 2, high=5), W),
    ),
    *options(
        "cross_entropy 5d ignore",
        lambda F, red, x, y: F.cross_entropy(x, y, ignore_index=2, reduction=red),
        (real(2, 5, 3, 2, 2), integers(2, 3, 2, 2, high=5)),
    ),
    *options("cross_entropy 3d smoothing", lambda F, red, x, y: F.cross_entropy(x, y, label_smoothing=0.1, reduction=red), (real(2, 5, 3), integers(2, 3, high=5))),
    *options("cross_entropy probabilities", lambda F, red, x, p: F.cross_entropy(x, p, reduction=red), (X, probabilities(3, 5))),
    *options(
        "cross_entropy probabilities weight smoothing",
        lambda F, red, x, p, w: F.cross_entropy(x, p, w, label_smoothing=0.1, reduction=red),
        (X, probabilities(3, 5), W),
    ),
    *options("cross_entropy probabilities 3d", lambda F, red, x, p: F.cross_entropy(x, p, reduction=red), (real(2, 5, 3), probabilities(2, 5, 3))),
    *options("cross_entropy probabilities row", lambda F, red, x, p: F.cross_entropy(x, p, reduction=red), (real(5), probabilities(5))),
    *options("cross_entropy one class", lambda F, red, x, y: F.cross_entropy(x, y, reduction=red), (real(3, 1), given([0, 0, 0]))),
    *options("cross_entropy everything ignored", lambda F, red, x, y: F.cross_entropy(x, y, ignore_index=7, reduction=red), (X, given([7, 7, 7]))),
    *options("nll_loss", lambda F, red, x, y: F.nll_loss(x, y, reduction=red), (X, Y)),
    *options("nll_loss weight ignore", lambda F, red, x, y, w: F.nll_loss(x, y, w, ignore_index=0, reduction=red), (X, given([0, 1, 4]), W)),
    *options("nll_loss row", lambda F, red, x, y: F.nll_loss(x, y, reduction=red), (real(5), given(2))),
    *options("nll_loss 3d", lambda F, red, x, y: F.nll_loss(x, y, reduction=red), (real(2, 5, 3), integers(2, 3, high=5))),
    *options("nll_loss 4d", lambda F, red, x, y: F.nll_loss(x, y, reduction=red), (real(2, 5, 3, 2), integers(2, 3, 2, high=5))),
    *options("nll_loss of log_softmax", lambda F, red, x, y: F.nll_loss(F.log_softmax(x, 1), y, reduction=red), (X, Y)),
    Row("cross_entropy no rows", lambda torch, x, y: torch.nn.functional.cross_entropy(x, y), (real(0, 5), integers(0))),
)


def error(name: str, call: Any, inputs: tuple[Input, ...], words: str) -> Row:
    """A call of torch.nn.functional that must fail with these words."""
    return Row(name, lambda torch, *xs: call(torch.nn.functional, *xs), inputs, error=words)


ERRORS = (
    error("cross_entropy class too large", lambda F, x, y: F.cross_entropy(x, y), (X, given([0, 1, 5])), "is out of bounds"),
    error("cross_entropy class -1", lambda F, x, y: F.cross_entropy(x, y), (X, given([0, 1, -1])), "Target -1 is out of bounds"),
    error("cross_entropy integer probabilities", lambda F, x, y: F.cross_entropy(x, y), (X, integers(3, 5)), "Expected floating point type for target with class probabilities, got Long"),
    error("cross_entropy array", lambda F, x, y: F.cross_entropy(x.detach().numpy(), y), (X, Y), "must be Tensor, not numpy.ndarray"),
    error("cross_entropy smoothing word", lambda F, x, y: F.cross_entropy(x, y, label_smoothing="a"), (X, Y), "must be float, not str"),
    error("cross_entropy ignore_index 1.5", lambda F, x, y: F.cross_entropy(x, y, ignore_index=1.5), (X, Y), "must be int, not float"),
    error("nll integers", lambda F, x, y: F.nll_loss(x, y), (integers(3, 5), Y), "\"nll_loss_out_frame\" not implemented for 'Long'"),
    error("bce integers, float target", lambda F, p, y: F.binary_cross_entropy(p, y), (given([1]), given([1.0], grad=False)), "but expected Long"),
    error("bce_with_logits pos_weight number", lambda F, x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=2.0), (real(2), probabilities(2)), "argument 'pos_weight'"),
    error("bce_with_logits pos_weight larger", lambda F, x, y, v: F.binary_cross_entropy_with_logits(x, y, pos_weight=v), (real(1), probabilities(1), positive(3, grad=False)), "output with shape [1] doesn't match the broadcast shape [3]"),
    Row("CrossEntropyLoss given what its call wants", lambda torch, x, y: torch.nn.CrossEntropyLoss(x, y), (X, Y), error="Boolean value of Tensor with more than one value is ambiguous"),
    error("cross_entropy batch", lambda F, x, y: F.cross_entropy(x, y), (X, given([0, 1])), "Expected input batch_size (3) to match target batch_size (2)."),
    error("cross_entropy scalar target", lambda F, x, y: F.cross_entropy(x, y), (X, given(1)), "Expected input batch_size (3) to match target batch_size (0)."),
    error("cross_entropy float classes", lambda F, x, y: F.cross_entropy(x, y), (X, given([0.0, 1.0, 4.0], grad=False)), "expected target dtype to be Long or Byte"),
    error("cross_entropy int32 classes", lambda F, x, y: F.cross_entropy(x, y), (X, integers(3, dtype="int32")), "expected target dtype to be Long or Byte, but got Int"),
    error("cross_entropy column", lambda F, x, y: F.cross_entropy(x, y), (X, integers(3, 1)), "0D or 1D target tensor expected, multi-target not supported"),
    error("cross_entropy weight length", lambda F, x, y, w: F.cross_entropy(x, y, w), (X, Y, positive(4, grad=False)), "weight tensor should be defined either for all 5 classes or no classes but got weight tensor of shape: [4]"),
    error("cross_entropy smoothing 1.5", lambda F, x, y: F.cross_entropy(x, y, label_smoothing=1.5), (X, Y), "label_smoothing must be between 0.0 and 1.0. Got: 1.5"),
    error("cross_entropy reduction avg", lambda F, x, y: F.cross_entropy(x, y, reduction="avg"), (X, Y), "avg is not a valid value for reduction"),
    error("cross_entropy probabilities ignore", lambda F, x, p: F.cross_entropy(x, p, ignore_index=1), (X, probabilities(3, 5)), "ignore_index is not supported for floating point target"),
    error("cross_entropy 3d sizes", lambda F, x, y: F.cross_entropy(x, y), (real(2, 5, 3), integers(2, 4)), "Expected target size [2, 3], got [2, 4]"),
    error("cross_entropy integers", lambda F, x, y: F.cross_entropy(x, y), (integers(3, 5), Y), "not implemented for 'Long'"),
    error("cross_entropy list", lambda F, x: F.cross_entropy(x, [0, 1, 4]), (X,), "argument 'target'"),
    error("nll_loss no dimension", lambda F, x, y: F.nll_loss(x, y), (real(), given(0)), "Expected 1 or more dimensions (got 0)"),
    error("nll_loss batch", lambda F, x, y: F.nll_loss(x, y), (X, given([0, 1])), "Expected input batch_size (3) to match target batch_size (2)."),
    error("one column is one class", lambda F, x, y: F.cross_entropy(x, y), (real(3, 1), given([1, 1, 0])), "Target 1 is out of bounds."),
    error("bce shapes", lambda F, p, y: F.binary_cross_entropy(p, y), (probabilities(3, 1), probabilities(3)), "that is different to the input size"),
    error("bce of logits", lambda F, p, y: F.binary_cross_entropy(p, y), (real(3, 4, high=5.0), probabilities(3, 4)), "all elements of input should be between 0 and 1"),
    error("bce target 2", lambda F, p, y: F.binary_cross_entropy(p, y), (probabilities(2), given([2.0, 0.0])), "all elements of target should be between 0 and 1"),
    error("bce integer target", lambda F, p, y: F.binary_cross_entropy(p, y), (probabilities(2), given([1, 0])), "Found dtype Long but expected"),
    error("bce_with_logits shapes", lambda F, x, y: F.binary_cross_entropy_with_logits(x, y), (real(3, 1), probabilities(3)), "must be the same as input size"),
    error("bce_with_logits integer target", lambda F, x, y: F.binary_cross_entropy_with_logits(x, y), (real(2), given([1, 0])), "can't be cast to the desired output type Long"),
    error("bce_with_logits pos_weight length", lambda F, x, y, v: F.binary_cross_entropy_with_logits(x, y, pos_weight=v), (X, probabilities(3, 5), positive(4, grad=False)), "must match the size of tensor"),
    error("mse shapes", lambda F, x, y: F.mse_loss(x, y), (real(3, 5), real(2, 5)), "must match the size of tensor"),
)

BINARY = (
    *options("bce", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (probabilities(3, 4), probabilities(3, 4, grad=False)), kinds=("float32",)),
    *options("bce float64", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (probabilities(3, 4), probabilities(3, 4, grad=False)), **ROUGH_BOUND),
    *options("bce target gradient", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (probabilities(3, 4), probabilities(3, 4)), kinds=("float32",)),
    *options("bce target gradient float64", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (probabilities(3, 4), probabilities(3, 4)), **ROUGH_BOUND),
    *options("bce weight", lambda F, red, p, y, w: F.binary_cross_entropy(p, y, w, reduction=red), (probabilities(3, 4), probabilities(3, 4, grad=False), positive(4, grad=False)), kinds=("float32",)),
    *options("bce weight float64", lambda F, red, p, y, w: F.binary_cross_entropy(p, y, w, reduction=red), (probabilities(3, 4), probabilities(3, 4, grad=False), positive(4, grad=False)), **ROUGH_BOUND),
    *options("bce at 0 and 1", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (given([0.0, 1.0, 0.0, 1.0]), given([0.0, 0.0, 1.0, 1.0], grad=False)), second=False, kinds=("float32",)),
    *options("bce at 0 and 1 float64", lambda F, red, p, y: F.binary_cross_entropy(p, y, reduction=red), (given([0.0, 1.0, 0.0, 1.0]), given([0.0, 0.0, 1.0, 1.0], grad=False)), second=False, **ROUGH_BOUND),
    *options("bce_with_logits", lambda F, red, x, y: F.binary_cross_entropy_with_logits(x, y, reduction=red), (real(3, 4), probabilities(3, 4, grad=False))),
    *options("bce_with_logits target gradient", lambda F, red, x, y: F.binary_cross_entropy_with_logits(x, y, reduction=red), (real(3, 4), probabilities(3, 4))),
    *options(
        "bce_with_logits weight pos_weight",
        lambda F, red, x, y, w, v: F.binary_cross_entropy_with_logits(x, y, w, pos_weight=v, reduction=red),
        (real(3, 4), probabilities(3, 4), positive(3, 1, grad=False), positive(4, grad=False)),
    ),
    *options("mse", lambda F, red, x, y: F.mse_loss(x, y, reduction=red), (real(3, 4), real(3, 4))),
    *options("mse broadcast", lambda F, red, x, y: F.mse_loss(x, y, reduction=red), (real(3, 4), real(4))),
    *options("mse weight", lambda F, red, x, y, w: F.mse_loss(x, y, reduction=red, weight=w), (real(3, 4), real(3, 4), positive(3, 4, grad=False))),
)

ROWS = (*SOFTMAXES, *CROSS_ENTROPY, *BINARY, *ERRORS)
