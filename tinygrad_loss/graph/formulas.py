"""What each node computes, and how a gradient goes back through it, as formulas in plain text.

x is the first input of the forward operation and w the second, y its result; g is the gradient of the loss with respect to y. The
sources are the textbook rules, as PyTorch writes them in its tools/autograd/derivatives.yaml.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Formula(NamedTuple):
    """`forward` says what y is; `backward` has one formula for each input that can want a gradient."""

    forward: str
    backward: tuple[str, ...]


# By PyTorch's name of the node without "Backward0": y, then dx, dw ...
# ruff: noqa: RUF001
_FORMULAS: dict[str, tuple[str, ...]] = {
    "Abs": ("|x|", "g · sign(x)"),
    "Add": ("x + w", "g", "g"),
    "Addmm": ("b + x @ w", "sum of g over the rows", "g @ wᵀ", "xᵀ @ g"),
    "Addmv": ("b + x @ w", "g", "g ⊗ w", "xᵀ @ g"),
    "Alias": ("x", "g"),
    "BinaryCrossEntropy": ("-(t log x + (1 - t) log(1 - x))", "g (x - t) / (x (1 - x))", "g (log(1 - x) - log x)"),
    "BinaryCrossEntropyWithLogits": ("-(t log σ(x) + (1 - t) log(1 - σ(x)))", "g (σ(x) - t)", "-g x"),
    "Bmm": ("x @ w", "g @ wᵀ", "xᵀ @ g"),
    "Cat": ("the inputs, one after the other", "the part of g that belongs to each"),
    "Clamp": ("x, kept within its bounds", "g where x was within, 0 elsewhere"),
    "ClampMax": ("min(x, bound)", "g where x ≤ bound, 0 elsewhere"),
    "ClampMin": ("max(x, bound)", "g where x ≥ bound, 0 elsewhere"),
    "Clone": ("x", "g"),
    "Cos": ("cos x", "-g sin x"),
    "Cumsum": ("running sum of x", "running sum of g from the end"),
    "Div": ("x / w", "g / w", "-g x / w²"),
    "Dot": ("Σ x · w", "g · w", "g · x"),
    "Embedding": ("the rows of x that the indices name", "g, added to the rows that were named"),
    "Exp": ("exp x", "g · y"),
    "Expand": ("x, repeated", "sum of g over what was repeated"),
    "Expm1": ("exp(x) - 1", "g (y + 1)"),
    "Gather": ("x at the index", "g at the index, 0 elsewhere"),
    "Index": ("x at the index", "g at the index, 0 elsewhere"),
    "IndexSelect": ("x at the index", "g at the index, 0 elsewhere"),
    "LeakyRelu": ("x where x > 0, slope · x elsewhere", "g where x > 0, slope · g elsewhere"),
    "Log": ("log x", "g / x"),
    "Log1P": ("log(1 + x)", "g / (1 + x)"),
    "LogSigmoid": ("log σ(x)", "g (1 - σ(x))"),
    "LogSoftmax": ("x - log Σ exp x", "g - softmax(x) · Σ g"),
    "LogSumExp": ("log Σ exp x", "g · softmax(x)"),
    "MaskedFill": ("x, and a number where masked", "g, and 0 where masked"),
    "Max": ("max x", "g at the largest, 0 elsewhere"),
    "Maximum": ("max(x, w)", "g where x > w, half where equal", "g where w > x, half where equal"),
    "Mean": ("Σ x / n", "g / n"),
    "Min": ("min x", "g at the smallest, 0 elsewhere"),
    "Minimum": ("min(x, w)", "g where x < w, half where equal", "g where w < x, half where equal"),
    "Mm": ("x @ w", "g @ wᵀ", "xᵀ @ g"),
    "MseLoss": ("mean of (x - t)²", "g · 2 (x - t) / n", "g · 2 (t - x) / n"),
    "Mul": ("x · w", "g · w", "g · x"),
    "Mv": ("x @ w", "g ⊗ w", "xᵀ @ g"),
    "Neg": ("-x", "-g"),
    "NllLoss": ("-x[t], averaged", "-g / n at the target, 0 elsewhere"),
    "Permute": ("x with its dimensions reordered", "g, reordered back"),
    "Pow": ("x^p", "g · p x^(p - 1)", "g · y log x"),
    "Prod": ("Π x", "g · y / x"),
    "Reciprocal": ("1 / x", "-g y²"),
    "Relu": ("max(0, x)", "g where x > 0, 0 elsewhere"),
    "Rsub": ("w - x", "-g", "g"),
    "Select": ("x at one place of a dimension", "g at that place, 0 elsewhere"),
    "Sigmoid": ("σ(x) = 1 / (1 + exp(-x))", "g · y (1 - y)"),
    "Sin": ("sin x", "g cos x"),
    "Slice": ("a part of x", "g at that part, 0 elsewhere"),
    "SmoothL1Loss": ("(x - t)² / 2 where it is small, |x - t| - 1/2 elsewhere", "g (x - t), between -g and g"),
    "SoftMarginLoss": ("log(1 + exp(-t x))", "-g t σ(-t x)"),
    "Softmax": ("exp x / Σ exp x", "y (g - Σ g y)"),
    "Softplus": ("log(1 + exp x)", "g σ(x)"),
    "Split": ("x in parts", "the g of the parts, put together"),
    "Sqrt": ("√x", "g / (2 y)"),
    "Squeeze": ("x without a dimension of size 1", "g in the shape of x"),
    "Stack": ("the inputs, in a new dimension", "the part of g that belongs to each"),
    "Std": ("standard deviation of x", "g (x - mean x) / ((n - 1) y)"),
    "Sub": ("x - w", "g", "-g"),
    "Sum": ("Σ x", "g, repeated in the shape of x"),
    "T": ("xᵀ", "gᵀ"),
    "Tanh": ("tanh x", "g (1 - y²)"),
    "ToCopy": ("x in another dtype", "g in the dtype of x"),
    "Transpose": ("x with two dimensions exchanged", "g, exchanged back"),
    "Unbind": ("x in parts", "the g of the parts, put together"),
    "Unsqueeze": ("x with a dimension of size 1 more", "g in the shape of x"),
    "Var": ("variance of x", "g · 2 (x - mean x) / (n - 1)"),
    "View": ("x in another shape", "g in the shape of x"),
    "Where": ("x where true, w elsewhere", "g where true, 0 elsewhere", "0 where true, g elsewhere"),
}
_SAME = {"Amax": "Max", "Amin": "Min", "Log1p": "Log1P", "LogSigmoidForward": "LogSigmoid", "Logsumexp": "LogSumExp",
         "NllLoss2D": "NllLoss", "Reshape": "View", "ReshapeAlias": "View", "UnsafeView": "View", "Hardtanh": "Clamp"}


def formula_of(type_name: str) -> Formula | None:
    """The formulas of a node, by its PyTorch name; None for a name that is not in the table.

    >>> formula_of("SigmoidBackward0").backward
    ('g · y (1 - y)',)
    """
    stem = re.sub(r"Backward\d*$", "", type_name)
    found = _FORMULAS.get(_SAME.get(stem, stem))
    return None if found is None else Formula(found[0], found[1:])
