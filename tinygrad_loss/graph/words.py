"""Plain words for the nodes of a backward graph."""

from __future__ import annotations

import re
from functools import cache

# PyTorch's node name without "Backward0", and the forward operation as a teacher would say it.
_WORDS = {
    "Alias": "the same tensor", "Hardtanh": "clamp", "Norm": "length", "Reciprocal": "1 / x", "Sign": "sign",
    "SoftMarginLoss": "soft margin loss", "Square": "square", "SumToSize": "sum to a shape",
    "Abs": "absolute value", "Add": "add", "Addmm": "linear: x @ W + b", "Addmv": "linear: W @ x + b",
    "Amax": "maximum over a dimension", "Amin": "minimum over a dimension",
    "BinaryCrossEntropy": "binary cross-entropy", "BinaryCrossEntropyWithLogits": "binary cross-entropy of logits",
    "Complement": "1 - x", "Bmm": "batched matrix product", "Cat": "concatenate", "Clamp": "clamp", "ClampMax": "clamp from above",
    "ClampMin": "clamp from below", "Clone": "copy", "Cos": "cosine", "Cumsum": "running sum", "Div": "divide",
    "Dot": "inner product", "Embedding": "look up rows", "Exp": "exp", "Expand": "repeat by broadcasting",
    "Expm1": "exp(x) - 1", "Gather": "pick by index", "Index": "index", "IndexSelect": "select by index", "Log": "log",
    "Log1P": "log(1 + x)", "Log1p": "log(1 + x)", "LogSigmoid": "log-sigmoid", "LogSigmoidForward": "log-sigmoid",
    "LogSoftmax": "log-softmax", "LogSumExp": "log of the sum of exp", "Logsumexp": "log of the sum of exp",
    "MaskedFill": "fill where masked", "Max": "maximum", "Maximum": "larger of two", "Mean": "mean", "Min": "minimum",
    "Minimum": "smaller of two", "Mm": "matrix product", "MseLoss": "mean squared error", "Mul": "multiply",
    "Mv": "matrix times vector", "Neg": "negate", "NllLoss": "negative log-likelihood",
    "NllLoss2D": "negative log-likelihood", "Permute": "reorder dimensions", "Pow": "power", "Prod": "product",
    "Relu": "ReLU: max(0, x)", "Repeat": "repeat", "Reshape": "reshape", "ReshapeAlias": "reshape",
    "Rsub": "subtract from", "Scatter": "scatter", "ScatterAdd": "scatter and add", "Select": "select one",
    "Sigmoid": "sigmoid", "Sin": "sine", "Slice": "slice", "Softmax": "softmax", "Softplus": "softplus: log(1 + exp x)",
    "Split": "split", "Sqrt": "square root", "Squeeze": "drop a dimension", "Stack": "stack",
    "Std": "standard deviation", "Sub": "subtract", "Sum": "sum", "T": "transpose", "Tanh": "tanh",
    "ToCopy": "change of dtype", "Transpose": "transpose", "Unbind": "unbind", "UnsafeView": "reshape",
    "Unsqueeze": "add a dimension", "Var": "variance", "View": "reshape", "Where": "choose by condition",
}


@cache
def plain_words(type_name: str) -> str:
    """The forward operation of a backward node in plain words; an unknown name is split into its own words.

    >>> plain_words("NllLossBackward0")
    'negative log-likelihood'
    >>> plain_words("UpsampleBilinear2DBackward0")
    'upsample bilinear 2d'
    """
    stem = re.sub(r"Backward\d*$", "", type_name)
    if stem in _WORDS:
        return _WORDS[stem]
    parts = re.findall(r"\d+D?|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d]+", stem.replace("_", " "))
    return " ".join(parts).lower() or type_name


def flagged(words: str, severity: str, rule: str) -> str:
    """A node's words with a finding about it.

    >>> flagged("log-softmax", "error", "softmax-before-cross-entropy")
    'log-softmax [error: softmax-before-cross-entropy]'
    """
    return f"{words} [{severity}: {rule}]".lstrip()


def is_flagged(words: str) -> bool:
    """Whether a node's words tell of a finding."""
    return words.endswith("]") and any(f"[{severity}: " in words for severity in ("error", "warning", "advice"))
