"""Rows: linear_cross_entropy, in every option. The large ones go in blocks of rows here and not in PyTorch, with the same graph."""

from __future__ import annotations

from typing import Any

from .row import Input, Row, given, integers, positive, real
from .rows_losses import options, probabilities

X, W, B, Y, S = real(3, 4), real(5, 4), real(5), integers(3, high=5), positive(5, grad=False)
BIG = (real(600, 3), real(7500, 3), real(7500), integers(600, high=7500))


def chunked(F: Any, *args: Any, torch: Any, size: int | None = 2, again: bool = True, **kwargs: Any) -> Any:
    """With options, which gives one node; kept for a second backward unless told otherwise."""
    method = None if size else "auto"
    chosen = torch.nn.LinearCrossEntropyOptions(allow_retain_graph=again, batch_chunk_size=size, chunking_method=method)
    return F.linear_cross_entropy(*args, options=chosen, **kwargs)


def in_chunks(name: str, call: Any, inputs: tuple[Input, ...], **kwargs: Any) -> tuple[Row, ...]:
    """One row for each reduction of the form with options, which PyTorch cannot differentiate twice."""
    return tuple(
        Row(f"{name} {red}", lambda torch, *xs, red=red: call(torch, red, *xs), inputs, second=False, **kwargs)
        for red in ("mean", "sum", "none")
    )


def module(torch: Any, x: Any, y: Any, **kwargs: Any) -> Any:
    """The loss as a module, with weights that are the same in both libraries."""
    loss = torch.nn.LinearCrossEntropyLoss(4, 5, **kwargs)
    for p in loss.parameters():
        p.data = torch.linspace(-1, 1, p.numel(), dtype=x.dtype).reshape(p.shape)
    return loss(x, y)


PLAIN = (
    *options("linear_cross_entropy", lambda F, red, x, w, y: F.linear_cross_entropy(x, w, y, reduction=red), (X, W, Y)),
    *options("linear_cross_entropy bias", lambda F, red, x, w, b, y: F.linear_cross_entropy(x, w, y, linear_bias=b, reduction=red), (X, W, B, Y)),
    *options("linear_cross_entropy weight ignore", lambda F, red, x, w, y, s: F.linear_cross_entropy(x, w, y, weight=s, ignore_index=1, reduction=red), (X, W, given([0, 1, 4]), S)),
    *options("linear_cross_entropy everything ignored", lambda F, red, x, w, y: F.linear_cross_entropy(x, w, y, reduction=red), (X, W, given([-100] * 3))),
    *options("linear_cross_entropy no input gradient", lambda F, red, x, w, y: F.linear_cross_entropy(x, w, y, reduction=red), (real(3, 4, grad=False), W, Y)),
    *options("linear_cross_entropy no weight gradient", lambda F, red, x, w, b, y: F.linear_cross_entropy(x, w, y, linear_bias=b, reduction=red), (X, real(5, 4, grad=False), B, Y)),
    *options("linear_cross_entropy smoothing", lambda F, red, x, w, y: F.linear_cross_entropy(x, w, y, label_smoothing=0.1, reduction=red), (X, W, Y)),
    *options("linear_cross_entropy probabilities", lambda F, red, x, w, p: F.linear_cross_entropy(x, w, p, reduction=red), (X, W, probabilities(3, 5))),
    *options("linear_cross_entropy row", lambda F, red, x, w, y: F.linear_cross_entropy(x, w, y, reduction=red), (real(4), W, given(2))),
    *options("linear_cross_entropy row bias", lambda F, red, x, w, b, y: F.linear_cross_entropy(x, w, y, linear_bias=b, reduction=red), (real(4), W, B, given(2))),
    *options("linear_cross_entropy K dimensions", lambda F, red, x, w, b, y: F.linear_cross_entropy(x, w, y, linear_bias=b, reduction=red), (X, real(5, 2, 4), real(5, 2), integers(3, 2, high=5))),
    Row("linear_cross_entropy no rows", lambda torch, x, w, y: torch.nn.functional.linear_cross_entropy(x, w, y), (real(0, 4), W, integers(0))),
    Row("linear_cross_entropy bytes", lambda torch, x, w, y: torch.nn.functional.linear_cross_entropy(x, w, y), (X, W, integers(3, high=5, dtype="uint8"))),
    Row("LinearCrossEntropyLoss", lambda torch, x, y: module(torch, x, y, dtype=x.dtype), (X, Y)),
    Row("LinearCrossEntropyLoss bias K dimensions", lambda torch, x, y: module(torch, x, y, dtype=x.dtype, bias=True, out_features=(2,)), (X, integers(3, 2, high=5))),
)

LARGE = (
    Row("linear_cross_entropy large", lambda torch, x, w, b, y: torch.nn.functional.linear_cross_entropy(x, w, y, linear_bias=b), BIG),
    Row("linear_cross_entropy large none", lambda torch, x, w, b, y: torch.nn.functional.linear_cross_entropy(x, w, y, reduction="none"), BIG),
)

CHUNKED = (
    *in_chunks("linear_cross_entropy options", lambda torch, red, x, w, y: chunked(torch.nn.functional, x, w, y, torch=torch, reduction=red), (X, W, Y)),
    *in_chunks(
        "linear_cross_entropy options bias weight ignore",
        lambda torch, red, x, w, b, y, s: chunked(torch.nn.functional, x, w, y, torch=torch, linear_bias=b, weight=s, ignore_index=1, reduction=red),
        (X, W, B, given([0, 1, 4]), S),
    ),
    *in_chunks("linear_cross_entropy options row", lambda torch, red, x, w, y: chunked(torch.nn.functional, x, w, y, torch=torch, size=None, reduction=red), (real(4), W, given(2))),
    *in_chunks("linear_cross_entropy options K dimensions", lambda torch, red, x, w, y: chunked(torch.nn.functional, x, w, y, torch=torch, reduction=red), (X, real(5, 2, 4), integers(3, 2, high=5))),
    *in_chunks(
        "linear_cross_entropy options half", lambda torch, red, x, w, y: chunked(torch.nn.functional, x.half(), w.half(), y, torch=torch, reduction=red), (X, W, Y),
        tolerance=64 * 2**13, kinds=("float32",),
    ),
)


def error(name: str, words: str, call: Any, *inputs: Input) -> Row:
    """A call that must fail with these words; ``call(F, torch, *tensors)``."""
    return Row(f"linear_cross_entropy {name}", lambda torch, *xs: call(torch.nn.functional, torch, *xs), inputs, error=words)


def twice(F: Any, torch: Any, x: Any, w: Any, y: Any) -> Any:
    loss = chunked(F, x, w, y, torch=torch, again=False)
    loss.backward(retain_graph=True)
    loss.backward()


ERRORS = (
    error("3-D input", "expected input with dimensionality 1 or 2, got 3", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y), real(1, 3, 4), W, Y),
    error("1-D weight", "expected linear_weight with dimensionality at least 2, got 1", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y), X, real(4), Y),
    error("features", "expected equal input and linear_weight last dimensions (in_features), got 4 and 3, respectively", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y), X, real(5, 3), Y),
    error("bias", "expected linear_bias shape (5,), got (3,)", lambda F, torch, x, w, b, y: F.linear_cross_entropy(x, w, y, linear_bias=b), X, W, real(3), Y),
    error("row with K dimensions", "requires batched input, (N, 4), got unbatched input with shape", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y), real(4), real(5, 2, 4), Y),
    error("probabilities ignore", "ignore_index cannot be specified when target contains probabilities", lambda F, torch, x, w, p: F.linear_cross_entropy(x, w, p, ignore_index=1), X, W, probabilities(3, 5)),
    error("class", "Target 5 is out of bounds.", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y), X, W, given([0, 5, 1])),
    error("batch", "Expected input batch_size (3) to match target batch_size (2).", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y), X, W, integers(2)),
    error("dtypes", "to have the same dtype, but got: float != double", lambda F, torch, x, w, y: F.linear_cross_entropy(x.float(), w.double(), y), X, W, Y),
    error("target", "expected target dtype to be Long or Byte, but got Float", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y.float()), X, W, Y),
    error("weight", "weight tensor should be defined either for all 5 classes or no classes but got weight tensor of shape: [4]", lambda F, torch, x, w, y, s: F.linear_cross_entropy(x, w, y, weight=s), X, W, Y, positive(4, grad=False)),
    error("reduction", "is not a valid value for reduction", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y, reduction="middle"), X, W, Y),
    error("options twice", "linear_cross_entropy chunked backward called twice", twice, X, W, Y),
    error("options acc_dtype", "supports float32 acc_dtype with float16/bfloat16 inputs, but got torch.float16 acc_dtype", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y, options=torch.nn.LinearCrossEntropyOptions(acc_dtype=torch.float16)), X, W, Y),
    error("options policy", "invalid acc_policy: 'best'", lambda F, torch: torch.nn.LinearCrossEntropyOptions(acc_policy="best")),
    error("options method", "invalid chunking_method: 'best'", lambda F, torch: torch.nn.LinearCrossEntropyOptions(chunking_method="best")),
    error("options size", "batch_chunk_size must be positive int or None, got 0", lambda F, torch: torch.nn.LinearCrossEntropyOptions(batch_chunk_size=0)),
    error("options size and method", "give different chunk sizes", lambda F, torch, x, w, y: F.linear_cross_entropy(x, w, y, options=torch.nn.LinearCrossEntropyOptions(batch_chunk_size=2, chunking_method="aspect_ratio:4")), real(64, 4), W, integers(64, high=5)),
    error("module weight", "expected weight shape to be (5,), got (3,)", lambda F, torch: torch.nn.LinearCrossEntropyLoss(4, 5, weight=torch.ones(3))),
    error("module smoothing", "expected label_smoothing to be in range [0, 1], got 2.0", lambda F, torch: torch.nn.LinearCrossEntropyLoss(4, 5, label_smoothing=2.0)),
)

ROWS = (*PLAIN, *LARGE, *CHUNKED, *ERRORS)
