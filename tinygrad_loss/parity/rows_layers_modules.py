"""Layers as modules, made after ``manual_seed(0)``: their first weights, values, gradients and graphs; and packed sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .row import Row, distinct, given, integers, real


def layer(name: str, *args: Any, **options: Any) -> Callable[..., Any]:
    """A module in the dtype of its input, with what it returns and its parameters' own values."""

    def call(torch: Any, *inputs: Any) -> Any:
        torch.manual_seed(0)
        module = getattr(torch.nn, name)(*args, **options)
        kind = next(x.dtype for x in (*inputs, torch.zeros(1)) if x.is_floating_point())
        outputs = flat(module.to(kind)(*inputs))
        return [*outputs, *(buffer * 1 for buffer in module.buffers())]

    return call


def flat(outputs: Any) -> list[Any]:
    """The tensors in nested tuples."""
    return [one for part in outputs for one in flat(part)] if isinstance(outputs, tuple) else [outputs]


def trained(name: str, *args: Any, **options: Any) -> Callable[..., Any]:
    """The gradients of a module's parameters."""

    def call(torch: Any, *inputs: Any) -> Any:
        torch.manual_seed(0)
        module = getattr(torch.nn, name)(*args, **options).to(inputs[0].dtype)
        total = sum(((output - 0.3) ** 3).sum() for output in flat(module(*inputs)))
        return list(torch.autograd.grad(total, list(module.parameters())))

    return call


def packed(name: str, **options: Any) -> Callable[..., Any]:
    """A recurrent module over sequences of the lengths 3, 5 and 1."""

    def call(torch: Any, x: Any) -> Any:
        torch.manual_seed(0)
        rnn = torch.nn.utils.rnn
        module = getattr(torch.nn, name)(3, 4, 2, **options).to(x.dtype)
        output, last = module(rnn.pack_padded_sequence(x, [3, 5, 1], enforce_sorted=False))
        padded, lengths = rnn.pad_packed_sequence(output)
        return [output.data, padded * 1, lengths, *flat(last)]

    return call


def padded(torch: Any, x: Any, y: Any) -> Any:
    rnn = torch.nn.utils.rnn
    return rnn.pad_sequence([x, y], batch_first=True, padding_value=7.0), rnn.pad_sequence([x, y], padding_side="left")


IMAGE, FEATURES, STEPS = real(2, 4, 6, 6), real(5, 4), real(5, 2, 3)
RNNS = [
    (f"{name}{''.join(f', {key}' for key in options)}", name, options)
    for name in ("RNN", "LSTM", "GRU")
    for options in ({}, {"batch_first": True}, {"bidirectional": True}, {"bias": False})
]
MKLDNN = "in float32 PyTorch runs a whole LSTM layer as one node, MkldnnRnnLayerBackward0; here the steps are seen in both types"

ROWS = [
    Row("Conv1d", layer("Conv1d", 4, 6, 3, padding="same"), (real(2, 4, 7),)),
    Row("Conv2d", layer("Conv2d", 4, 6, 3, 2, 1), (IMAGE,)),
    Row("Conv2d trained", trained("Conv2d", 4, 6, 3, 2, 1), (IMAGE,), tolerance=256),
    Row("Conv2d circular", layer("Conv2d", 4, 6, 3, padding=1, padding_mode="circular"), (IMAGE,)),
    Row("ConvTranspose2d", layer("ConvTranspose2d", 4, 6, 3, stride=2, output_padding=1), (IMAGE,)),
    Row("LazyConv2d", layer("LazyConv2d", 6, 3), (IMAGE,)),
    Row("LazyLinear", layer("LazyLinear", 3), (FEATURES,)),
    Row("Bilinear", layer("Bilinear", 4, 3, 6), (FEATURES, real(5, 3))),
    Row("MaxPool2d", layer("MaxPool2d", 2), (distinct(2, 4, 6, 6),)),
    Row("AvgPool2d", layer("AvgPool2d", 2, padding=1), (IMAGE,)),
    Row("AdaptiveAvgPool2d", layer("AdaptiveAvgPool2d", (3, 5)), (IMAGE,)),
    Row("BatchNorm1d", layer("BatchNorm1d", 4), (FEATURES,), tolerance=256),
    Row("BatchNorm2d", layer("BatchNorm2d", 4, momentum=None), (IMAGE,), tolerance=256),
    Row("BatchNorm2d trained", trained("BatchNorm2d", 4, momentum=None), (IMAGE,), tolerance=1024),
    Row("BatchNorm2d without statistics", layer("BatchNorm2d", 4, affine=False, track_running_stats=False), (IMAGE,), tolerance=256),
    Row("InstanceNorm2d", layer("InstanceNorm2d", 4, affine=True, track_running_stats=True), (IMAGE,), tolerance=256),
    Row("LayerNorm", layer("LayerNorm", 6), (IMAGE,), tolerance=256),
    Row("GroupNorm", layer("GroupNorm", 2, 4), (IMAGE,), tolerance=256),
    Row("RMSNorm", layer("RMSNorm", 6), (IMAGE,)),
    Row("PReLU", layer("PReLU"), (FEATURES,)),
    Row("EmbeddingBag", layer("EmbeddingBag", 5, 4), (integers(3, 2, high=5),)),
    *(
        Row(f"embedding_bag {mode}", lambda torch, w, i, o, mode=mode: torch.nn.functional.embedding_bag(i, w, o, mode=mode),
            (real(5, 4), given([0, 1, 1, 4, 2]), given([0, 2, 2])), second=False)
        for mode in ("sum", "mean", "max")
    ),
    Row("embedding_bag weights", lambda torch, w, s, i: torch.nn.functional.embedding_bag(i, w, per_sample_weights=s, mode="sum"),
        (real(5, 4), real(2, 3), integers(2, 3, high=5)), second=False),
    Row("Upsample", layer("Upsample", scale_factor=2, mode="bilinear"), (IMAGE,)),
    *(
        Row(name, layer(kind, 3, 4, 2, **options), (real(2, 5, 3) if "batch_first" in options else STEPS,),
            kinds=("float64",) if kind == "LSTM" else ("float64", "float32"), note=MKLDNN if kind == "LSTM" else "", tolerance=256)
        for name, kind, options in RNNS
    ),
    Row("LSTM in float32", layer("LSTM", 3, 4, 2), (STEPS,), kinds=("float32",), graph=False, note=MKLDNN, second=False, tolerance=256),
    Row("LSTM projected", layer("LSTM", 3, 4, proj_size=2), (STEPS,), tolerance=256),
    Row("RNN relu without a batch", layer("RNN", 3, 4, nonlinearity="relu"), (real(5, 3), real(1, 4)), tolerance=256),
    *(Row(f"{name} packed", packed(name), (real(5, 3, 3),), tolerance=256,
          graph=False, note="pad_packed_sequence is one node here") for name in ("RNN", "LSTM", "GRU")),
    *(Row(f"{name} packed both ways", packed(name, bidirectional=True), (real(5, 3, 3),), tolerance=256,
          graph=False, note="pad_packed_sequence is one node here") for name in ("RNN", "LSTM", "GRU")),
    *(Row(name, layer(name, 3, 4), (real(2, 3),), tolerance=256) for name in ("RNNCell", "LSTMCell", "GRUCell")),
    Row("GRUCell hidden", layer("GRUCell", 3, 4), (real(2, 3), real(2, 4)), tolerance=256),
    Row("pad_sequence", padded, (real(3, 2), real(1, 2))),
    Row("Conv2d channels", layer("Conv2d", 3, 6, 3), (IMAGE,), error="to have 3 channels, but got 4 channels instead"),
    Row("Conv2d groups", layer("Conv2d", 3, 6, 3, groups=2), (IMAGE,), error="in_channels must be divisible by groups"),
    Row("BatchNorm2d dims", layer("BatchNorm2d", 4), (FEATURES,), error="expected 4D input (got 2D input)"),
    Row("RNN dims", layer("RNN", 3, 4), (real(3),), error="RNN: Expected input to be 2D or 3D, got 1D tensor instead"),
    Row("LSTM features", layer("LSTM", 2, 4), (STEPS,), error="input.size(-1) must be equal to input_size. Expected 2, got 3"),
    Row("GRU hidden size", layer("GRU", 3, 4), (STEPS, real(1, 3, 4)), error="Expected hidden size (1, 2, 4), got [1, 3, 4]"),
    Row("RNN size", layer("RNN", 3, 0), (STEPS,), error="hidden_size must be greater than zero"),
    Row("pack_padded_sequence order", lambda torch, x: torch.nn.utils.rnn.pack_padded_sequence(x, [1, 2]), (STEPS,),
        error="`lengths` array must be sorted in decreasing order"),
]  # fmt: skip
