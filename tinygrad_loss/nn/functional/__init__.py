"""Losses, activations and layers as functions: PyTorch's names.

A loss can be called as it is, and then records PyTorch's node, or as ``loss.definition(...)``, which records its primitives.
"""

from typing import TYPE_CHECKING

from ...errors import missing_names
from ...ops.rectifiers import hardtanh, leaky_relu
from .activations import log_softmax, logsigmoid, relu, sigmoid, softmax, softmin, softplus, tanh
from .binary import binary_cross_entropy, binary_cross_entropy_with_logits
from .class_margins import multi_margin_loss, multilabel_margin_loss
from .connectionist import ctc_loss
from .distances import cosine_similarity, normalize, pairwise_distance
from .divergence import kl_div
from .embeddings import cosine_embedding_loss, triplet_margin_loss, triplet_margin_with_distance_loss
from .entropy import cross_entropy
from .fused_linear import linear_cross_entropy
from .layers import dropout, embedding, linear, one_hot
from .likelihoods import gaussian_nll_loss, poisson_nll_loss
from .margins import hinge_embedding_loss, margin_ranking_loss, multilabel_soft_margin_loss, soft_margin_loss
from .negative_log_likelihood import nll_loss
from .regression import huber_loss, l1_loss, mse_loss, smooth_l1_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "embedding",
    "gaussian_nll_loss",
    "hardtanh",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "leaky_relu",
    "linear",
    "linear_cross_entropy",
    "log_softmax",
    "logsigmoid",
    "margin_ranking_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pairwise_distance",
    "poisson_nll_loss",
    "relu",
    "sigmoid",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "tanh",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
