"""Losses, activations and layers as functions: PyTorch's names.

A loss can be called as it is, and then records PyTorch's node, or as ``loss.definition(...)``, which records its primitives.
"""

from .activations import log_softmax, logsigmoid, relu, sigmoid, softmax, softmin, softplus, tanh
from .binary import binary_cross_entropy, binary_cross_entropy_with_logits
from .entropy import cross_entropy
from .negative_log_likelihood import nll_loss
from .regression import mse_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "log_softmax",
    "logsigmoid",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "softmin",
    "softplus",
    "tanh",
]
