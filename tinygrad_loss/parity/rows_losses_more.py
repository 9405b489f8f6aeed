"""Rows: the losses of distances, counts, divergences, margins, embeddings and alignments, in every option."""

from __future__ import annotations

from typing import Any

import numpy as np

from .row import Input, Row, given, integers, positive, real
from .rows_losses import REDUCTIONS, error, options, probabilities

A, B, C = real(3, 4), real(3, 4), real(3, 4)
V = real(4)


def signs(*shape: int, dtype: str | None = None) -> Input:
    """Labels of -1 and 1."""
    return Input(lambda rng, kind: rng.choice([-1, 1], shape).astype(dtype or kind))


def log_probabilities(*shape: int) -> Input:
    """Logarithms of probabilities: along the last dimension they sum to 1."""

    def make(rng: Any, kind: str) -> Any:
        x = rng.uniform(-2, 2, shape)
        return (x - np.log(np.exp(x).sum(-1, keepdims=True))).astype(kind)

    return Input(make, True)


WEIGHT = positive(3, 4, grad=False)

DISTANCES = (
    *options("l1", lambda F, red, x, y: F.l1_loss(x, y, reduction=red), (A, B)),
    *options("l1 broadcast", lambda F, red, x, y: F.l1_loss(x, y, reduction=red), (A, V)),
    *options("l1 weight", lambda F, red, x, y, w: F.l1_loss(x, y, reduction=red, weight=w), (A, B, WEIGHT)),
    *options("l1 equal", lambda F, red, x: F.l1_loss(x, x.detach(), reduction=red), (A,)),
    *options("l1 double target", lambda F, red, x, y: F.l1_loss(x, y.double(), reduction=red), (A, B)),
    Row("l1 integers sum", lambda torch, x, y: torch.nn.functional.l1_loss(x, y, reduction="sum"), (integers(3, 4), integers(3, 4))),
    *options("mse double target", lambda F, red, x, y: F.mse_loss(x, y.double(), reduction=red), (A, real(3, 4, grad=False))),
    *options("mse integer target", lambda F, red, x, y: F.mse_loss(x, y, reduction=red), (A, integers(3, 4))),
    *options("smooth_l1", lambda F, red, x, y: F.smooth_l1_loss(x, y, reduction=red), (A, B)),
    *options("smooth_l1 beta", lambda F, red, x, y: F.smooth_l1_loss(x, y, reduction=red, beta=0.3), (A, B)),
    *options("smooth_l1 beta 0", lambda F, red, x, y: F.smooth_l1_loss(x, y, reduction=red, beta=0.0), (A, B)),
    *options("smooth_l1 broadcast", lambda F, red, x, y: F.smooth_l1_loss(x, y, reduction=red), (V, B)),
    *options("smooth_l1 double target", lambda F, red, x, y: F.smooth_l1_loss(x, y.double(), reduction=red), (A, real(3, 4, grad=False))),
    *options("huber", lambda F, red, x, y: F.huber_loss(x, y, reduction=red), (A, B)),
    *options("huber delta", lambda F, red, x, y: F.huber_loss(x, y, reduction=red, delta=0.4), (A, B)),
    *options("huber weight", lambda F, red, x, y, w: F.huber_loss(x, y, reduction=red, weight=w), (A, B, positive(3, 4))),
    *options("huber broadcast", lambda F, red, x, y: F.huber_loss(x, y, reduction=red), (A, V)),
    *options("huber double target", lambda F, red, x, y: F.huber_loss(x, y.double(), reduction=red), (real(3, 4, grad=False), real(3, 4, grad=False))),
    *options("huber no dimension", lambda F, red, x, y: F.huber_loss(x, y, reduction=red), (real(), real())),
    Row("smooth_l1 nothing", lambda torch, x, y: torch.nn.functional.smooth_l1_loss(x, y), (real(0, 4), real(0, 4))),
)

LIKELIHOODS = (
    *options("kl_div", lambda F, red, x, y: F.kl_div(x, y, reduction=red), (A, probabilities(3, 4))),
    *options("kl_div given target", lambda F, red, x, y: F.kl_div(x, y, reduction=red), (A, probabilities(3, 4, grad=False))),
    *options("kl_div given input", lambda F, red, x, y: F.kl_div(x.detach(), y, reduction=red), (A, probabilities(3, 4))),
    *options("kl_div zeros", lambda F, red, x, y: F.kl_div(x, y, reduction=red), (real(4), given([0.0, 0.25, 0.75, 0.0], grad=False))),
    *options("kl_div broadcast", lambda F, red, x, y: F.kl_div(x, y, reduction=red), (A, probabilities(4))),
    *options("kl_div double target", lambda F, red, x, y: F.kl_div(x, y.double(), reduction=red), (A, probabilities(3, 4))),
    *options("kl_div log_target", lambda F, red, x, y: F.kl_div(x, y, reduction=red, log_target=True), (A, B)),
    *(
        Row(f"kl_div batchmean log_target={log}", lambda torch, x, y, log=log: torch.nn.functional.kl_div(x, y, reduction="batchmean", log_target=log), (A, probabilities(3, 4)))
        for log in (False, True)
    ),
    Row("kl_div batchmean no dimension", lambda torch, x, y: torch.nn.functional.kl_div(x, y, reduction="batchmean"), (real(), probabilities())),
    Row("xlogy", lambda torch, x, y: torch.xlogy(x, y), (real(3, 4), positive(4))),
    Row("xlogy at 0", lambda torch, x, y: torch.xlogy(x, y), (given([0.0, 0.0, 2.0]), given([0.5, 0.0, 0.0])), second=False),
    Row("xlogy integers", lambda torch, x: torch.xlogy(x, x), (integers(5),)),
    *options("poisson", lambda F, red, x, y: F.poisson_nll_loss(x, y, reduction=red), (A, positive(3, 4))),
    *options("poisson full", lambda F, red, x, y: F.poisson_nll_loss(x, y, full=True, reduction=red), (A, positive(3, 4))),
    *options("poisson counts", lambda F, red, x, y: F.poisson_nll_loss(x, y, full=True, reduction=red), (A, integers(3, 4, high=5))),
    *options("poisson rates", lambda F, red, x, y: F.poisson_nll_loss(x, y, log_input=False, full=True, eps=1e-3, reduction=red), (positive(3, 4), positive(3, 4))),
    *options("poisson rates counts", lambda F, red, x, y: F.poisson_nll_loss(x, y, log_input=False, reduction=red), (positive(3, 4), integers(3, 1))),
    *options("poisson integers", lambda F, red, x, y: F.poisson_nll_loss(x, y, log_input=False, full=True, reduction=red), (integers(3, 4, low=1), integers(3, 4)), kinds=("float32",)),
    *options("gaussian", lambda F, red, x, y, v: F.gaussian_nll_loss(x, y, v, reduction=red), (A, B, positive(3, 4))),
    *options("gaussian full", lambda F, red, x, y, v: F.gaussian_nll_loss(x, y, v, full=True, reduction=red), (A, B, positive(3, 4))),
    *options("gaussian one variance a row", lambda F, red, x, y, v: F.gaussian_nll_loss(x, y, v, reduction=red), (A, B, positive(3))),
    *options("gaussian one variance a column", lambda F, red, x, y, v: F.gaussian_nll_loss(x, y, v, reduction=red), (A, B, positive(1, 4))),
    *options("gaussian number", lambda F, red, x, y: F.gaussian_nll_loss(x, y, 2.0, full=True, reduction=red), (A, B)),
    *options("gaussian eps", lambda F, red, x, y, v: F.gaussian_nll_loss(x, y, v, eps=1.0, reduction=red), (A, B, positive(3, 4))),
    *options("gaussian broadcast target", lambda F, red, x, y, v: F.gaussian_nll_loss(x, y, v, reduction=red), (A, V, positive(3, 4))),
    *options("gaussian integers number", lambda F, red, x, y: F.gaussian_nll_loss(x, y, 0.5, reduction=red), (integers(3, 4), integers(3, 4)), kinds=("float32",)),
)

CLASSES = given([0, 3, 1])
LISTS = given([[3, 0, -1, 1], [-1, 0, 1, 2], [1, 1, 2, 0]])

MARGINS = (
    *options("hinge_embedding", lambda F, red, x, y: F.hinge_embedding_loss(x, y, reduction=red), (A, signs(3, 4))),
    *options("hinge_embedding margin", lambda F, red, x, y: F.hinge_embedding_loss(x, y, margin=0.4, reduction=red), (A, signs(3, 4, dtype="int64"))),
    *options("hinge_embedding other labels", lambda F, red, x, y: F.hinge_embedding_loss(x, y, reduction=red), (A, integers(4, low=-1, high=2))),
    *options("hinge_embedding target gradient", lambda F, red, x, y: F.hinge_embedding_loss(x, y, reduction=red), (A, real(3, 4))),
    Row("hinge_embedding integers none", lambda torch, x, y: torch.nn.functional.hinge_embedding_loss(x, y, margin=1.5, reduction="none"), (integers(3, 4, low=-3), signs(3, 4))),
    *options("margin_ranking", lambda F, red, x, y, t: F.margin_ranking_loss(x, y, t, reduction=red), (A, B, signs(3, 4))),
    *options("margin_ranking margin", lambda F, red, x, y, t: F.margin_ranking_loss(x, y, t, margin=0.7, reduction=red), (V, real(4), signs(4, dtype="int64"))),
    *options("margin_ranking target gradient", lambda F, red, x, y, t: F.margin_ranking_loss(x, y, t, margin=1, reduction=red), (A, real(1, 4), real(3, 1))),
    *options("margin_ranking no dimension", lambda F, red, x, y, t: F.margin_ranking_loss(x, y, t, margin=0.5, reduction=red), (real(), real(), signs())),
    Row("margin_ranking integers", lambda torch, x, y, t: torch.nn.functional.margin_ranking_loss(x, y, t, margin=0.5, reduction="none"), (integers(4), integers(4), integers(4))),
    *options("soft_margin", lambda F, red, x, y: F.soft_margin_loss(x, y, reduction=red), (A, signs(3, 4))),
    *options("soft_margin integer target", lambda F, red, x, y: F.soft_margin_loss(x, y, reduction=red), (A, signs(4, dtype="int64"))),
    *options("soft_margin no dimension", lambda F, red, x, y: F.soft_margin_loss(x, y, reduction=red), (real(), signs())),
    *options("multilabel_soft_margin", lambda F, red, x, y: F.multilabel_soft_margin_loss(x, y, reduction=red), (A, integers(3, 4, high=2))),
    *options("multilabel_soft_margin weight", lambda F, red, x, y, w: F.multilabel_soft_margin_loss(x, y, w, reduction=red), (A, probabilities(3, 4), positive(4))),
    *options("multilabel_soft_margin row", lambda F, red, x, y: F.multilabel_soft_margin_loss(x, y, reduction=red), (V, probabilities(4))),
    *options("multilabel_soft_margin 3d", lambda F, red, x, y: F.multilabel_soft_margin_loss(x, y, reduction=red), (real(2, 3, 4), integers(2, 3, 4, high=2))),
    *options("multi_margin", lambda F, red, x, y: F.multi_margin_loss(x, y, reduction=red), (A, CLASSES), second=False),
    *options("multi_margin p 2 weight", lambda F, red, x, y, w: F.multi_margin_loss(x, y, p=2, margin=0.5, weight=w, reduction=red), (A, CLASSES, positive(4, grad=False)), second=False),
    *options("multi_margin row", lambda F, red, x, y: F.multi_margin_loss(x, y, reduction=red), (V, given(2)), second=False),
    *options("multi_margin row list", lambda F, red, x, y: F.multi_margin_loss(x, y, reduction=red), (V, given([2])), second=False),
    *options("multi_margin no dimension", lambda F, red, x, y: F.multi_margin_loss(x, y, reduction=red), (real(), given(0)), second=False),
    Row("multi_margin no rows", lambda torch, x, y: torch.nn.functional.multi_margin_loss(x, y, reduction="none"), (real(0, 4), integers(0)), second=False),
    *options("multilabel_margin", lambda F, red, x, y: F.multilabel_margin_loss(x, y, reduction=red), (A, LISTS), second=False),
    *options("multilabel_margin row", lambda F, red, x, y: F.multilabel_margin_loss(x, y, reduction=red), (V, given([1, 3, -1, -1])), second=False),
    *options("multilabel_margin no dimension", lambda F, red, x, y: F.multilabel_margin_loss(x, y, reduction=red), (real(), given([0])), second=False),
    Row("multilabel_margin no rows", lambda torch, x, y: torch.nn.functional.multilabel_margin_loss(x, y, reduction="none"), (real(0, 4), integers(0, 4)), second=False),
)

VECTORS = real(3, 4), real(3, 4)
PAIRS = given([1, -1, 1])

EMBEDDINGS = (
    *options("cosine_embedding", lambda F, red, x, y, t: F.cosine_embedding_loss(x, y, t, reduction=red), (*VECTORS, PAIRS)),
    *options("cosine_embedding margin", lambda F, red, x, y, t: F.cosine_embedding_loss(x, y, t, margin=-0.5, reduction=red), (*VECTORS, given([-1.0, -1.0, 1.0], grad=False))),
    *options("cosine_embedding one pair", lambda F, red, x, y, t: F.cosine_embedding_loss(x, y, t, reduction=red), (V, real(4), given(1))),
    *options("cosine_embedding broadcast", lambda F, red, x, y, t: F.cosine_embedding_loss(x, y, t, reduction=red), (A, real(1, 4), PAIRS)),
    *options("cosine_embedding other labels", lambda F, red, x, y, t: F.cosine_embedding_loss(x, y, t, reduction=red), (*VECTORS, given([0, 2, -1]))),
    Row("cosine_embedding integers", lambda torch, x, y, t: torch.nn.functional.cosine_embedding_loss(x, y, t), (integers(3, 4), integers(3, 4), PAIRS), kinds=("float32",)),
    *options("triplet_margin", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, reduction=red), (A, B, C)),
    *options("triplet_margin swap", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, margin=2, swap=True, reduction=red), (A, B, C)),
    *options("triplet_margin p 1", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, p=1, reduction=red), (A, B, C)),
    *options("triplet_margin p 3", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, p=3, eps=1e-3, reduction=red), (A, B, C)),
    *options("triplet_margin p inf", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, p=float("inf"), reduction=red), (A, B, C)),
    *options("triplet_margin row", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, reduction=red), (V, real(4), real(4))),
    *options("triplet_margin 3d", lambda F, red, a, p, n: F.triplet_margin_loss(a, p, n, reduction=red), (real(2, 3, 4), real(2, 3, 4), real(1, 1, 4))),
    *options("triplet_margin_with_distance", lambda F, red, a, p, n: F.triplet_margin_with_distance_loss(a, p, n, reduction=red), (A, B, C)),
    *options("triplet_margin_with_distance swap", lambda F, red, a, p, n: F.triplet_margin_with_distance_loss(a, p, n, margin=2.5, swap=True, reduction=red), (A, B, C)),
    *options(
        "triplet_margin_with_distance cosine",
        lambda F, red, a, p, n: F.triplet_margin_with_distance_loss(a, p, n, distance_function=lambda x, y: 1 - F.cosine_similarity(x, y), reduction=red),
        (A, B, C),
    ),
)

FRAMES = log_probabilities(6, 2, 5)
INPUTS, LENGTHS = given([6, 4]), given([2, 1])
LABELS = given([[1, 2], [3, 0]])
# PyTorch cannot differentiate these twice.
ONCE = {"second": False}

ALIGNMENTS = (
    *options("ctc", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (FRAMES, LABELS, INPUTS, LENGTHS), **ONCE),
    *options("ctc of log_softmax", lambda F, red, x, y, n, m: F.ctc_loss(F.log_softmax(x, 2), y, n, m, reduction=red), (real(6, 2, 5), LABELS, INPUTS, LENGTHS), **ONCE),
    *options("ctc of scores", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (real(6, 2, 5), LABELS, INPUTS, LENGTHS), **ONCE),
    *options("ctc in one row", lambda F, red, x, y: F.ctc_loss(x, y, (6, 5), (2, 3), reduction=red), (FRAMES, given([1, 2, 4, 4, 1])), **ONCE),
    *options("ctc repeats", lambda F, red, x, y: F.ctc_loss(x, y, [6, 5], [2, 3], reduction=red), (FRAMES, given([[1, 1, 4], [4, 4, 4]])), **ONCE),
    *options("ctc blank", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, blank=4, reduction=red), (FRAMES, LABELS, INPUTS, given([2, 2])), **ONCE),
    *options("ctc no labels", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (FRAMES, LABELS, INPUTS, given([0, 1])), **ONCE),
    *options("ctc no frames", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (FRAMES, LABELS, given([0, 6]), given([0, 1])), **ONCE),
    *options("ctc int32", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (FRAMES, given([[1, 2], [3, 0]], dtype="int32"), given([6, 4], dtype="int32"), LENGTHS), **ONCE),
    *options("ctc one sequence", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (log_probabilities(6, 5), given([1, 2]), given(6), given(2)), **ONCE),
    *options("ctc impossible", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red), (FRAMES, LABELS, given([1, 4]), LENGTHS), **ONCE),
    *options("ctc impossible zero_infinity", lambda F, red, x, y, n, m: F.ctc_loss(x, y, n, m, reduction=red, zero_infinity=True), (FRAMES, LABELS, given([1, 4]), LENGTHS), **ONCE),
    *options("ctc long of log_softmax", lambda F, red, x, y, n, m: F.ctc_loss(F.log_softmax(x, 2), y, n, m, reduction=red), (real(40, 3, 9), integers(3, 12, low=1, high=9), given([40, 33, 38]), given([12, 7, 10])), kinds=("float64",), **ONCE),
    *options("ctc long float32 of log_softmax", lambda F, red, x, y, n, m: F.ctc_loss(F.log_softmax(x, 2), y, n, m, reduction=red), (real(40, 3, 9), integers(3, 12, low=1, high=9), given([40, 33, 38]), given([12, 7, 10])), kinds=("float32",), tolerance=1024, note="PyTorch adds logarithms in float32", **ONCE),
)

WRONG = given([1, 0, 2])
LONG = integers(3, 4)

ERRORS = (
    *(
        error(f"{name} reduction avg", lambda F, x, y, name=name: getattr(F, name)(x, y, reduction="avg"), (A, B), "avg is not a valid value for reduction")
        for name in ("l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "poisson_nll_loss", "soft_margin_loss", "hinge_embedding_loss")
    ),
    *(
        error(f"{name} shapes", lambda F, x, y, name=name: getattr(F, name)(x, y), (A, real(2, 4, grad=False)), "must match the size of tensor")
        for name in ("l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "poisson_nll_loss", "soft_margin_loss", "hinge_embedding_loss", "multilabel_soft_margin_loss")
    ),
    *(
        error(f"{name} list", lambda F, x, name=name: getattr(F, name)(x, [1.0]), (A,), "'list' object has no attribute 'size'")
        for name in ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss")
    ),
    *(
        error(f"{name} list", lambda F, x, name=name: getattr(F, name)(x, [1.0]), (A,), "argument 'target'")
        for name in ("kl_div", "poisson_nll_loss", "soft_margin_loss", "hinge_embedding_loss", "multi_margin_loss", "multilabel_margin_loss")
    ),
    error("l1 integers", lambda F, x, y: F.l1_loss(x, y), (LONG, LONG), "could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long"),
    error("l1 weight shape", lambda F, x, y, w: F.l1_loss(x, y, weight=w), (A, B, V), "Weights and input must have the same size."),
    error("smooth_l1 integers", lambda F, x, y: F.smooth_l1_loss(x, y), (LONG, LONG), "\"smooth_l1_cpu\" not implemented for 'Long'"),
    error("smooth_l1 beta -1", lambda F, x, y: F.smooth_l1_loss(x, y, beta=-1.0), (A, B), "smooth_l1_loss does not support negative values for beta."),
    error("huber integers", lambda F, x, y: F.huber_loss(x, y), (LONG, LONG), "\"huber_cpu\" not implemented for 'Long'"),
    error("huber integer input", lambda F, x, y: F.huber_loss(x, y), (LONG, B), "can't be cast to the desired output type Long"),
    error("huber delta 0", lambda F, x, y: F.huber_loss(x, y, delta=0), (A, B), "huber_loss does not support non-positive values for delta."),
    error("huber weight shape", lambda F, x, y, w: F.huber_loss(x, y, weight=w), (A, B, V), "Weights and input must have the same size."),
    error("kl_div integers", lambda F, x, y: F.kl_div(x, y), (A, LONG), "kl_div: Integral inputs not supported."),
    error("poisson bools", lambda F, x: F.poisson_nll_loss(x > 0, x > 0), (A,), "with a bool tensor is not supported"),
    error("gaussian negative variance", lambda F, x, y, v: F.gaussian_nll_loss(x, y, -v), (A, B, WEIGHT), "var has negative entry/entries"),
    error("gaussian negative number", lambda F, x, y: F.gaussian_nll_loss(x, y, -1.0), (A, B), "var has negative entry/entries"),
    error("gaussian variance shape", lambda F, x, y, v: F.gaussian_nll_loss(x, y, v), (A, B, positive(2, 4)), "var is of incorrect size"),
    error("gaussian variance int", lambda F, x, y: F.gaussian_nll_loss(x, y, 1), (A, B), ""),
    error("gaussian integer variance", lambda F, x, y, v: F.gaussian_nll_loss(x, y, v), (A, B, LONG), "result type Float can't be cast to the desired output type long int"),
    error("gaussian reduction avg", lambda F, x, y, v: F.gaussian_nll_loss(x, y, v, reduction="avg"), (A, B, WEIGHT), "avg is not valid"),
    error("gaussian shapes", lambda F, x, y, v: F.gaussian_nll_loss(x, y, v), (A, real(2, 4), WEIGHT), "must match the size of tensor"),
    error("hinge_embedding integers", lambda F, x, y: F.hinge_embedding_loss(x, y), (LONG, LONG), "could not infer output dtype"),
    error("hinge_embedding margin", lambda F, x, y: F.hinge_embedding_loss(x, y, margin="a"), (A, signs(3, 4)), "argument 'margin'"),
    error("margin_ranking dimensions", lambda F, x, y, t: F.margin_ranking_loss(x, y, t), (A, B, signs(3)), "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: torch.Size([3, 4]), input2: torch.Size([3, 4]), target: torch.Size([3])"),
    error("margin_ranking shapes", lambda F, x, y, t: F.margin_ranking_loss(x, y, t), (A, B, signs(2, 4)), "must match the size of tensor"),
    error("margin_ranking list", lambda F, x, y: F.margin_ranking_loss(x, y, [1.0]), (A, B), "'list' object has no attribute 'dim'"),
    error("margin_ranking bools", lambda F, x, y: F.margin_ranking_loss(x, y, x > y), (A, B), "Negation, the `-` operator, on a bool tensor is not supported."),
    error("soft_margin integers", lambda F, x, y: F.soft_margin_loss(x, y), (LONG, LONG), "can't be cast to the desired output type Long"),
    error("soft_margin larger target", lambda F, x, y: F.soft_margin_loss(x, y), (V, signs(3, 4)), "output with shape [4] doesn't match the broadcast shape [3, 4]"),
    error("soft_margin target gradient", lambda F, x, y: F.soft_margin_loss(x, y), (A, B), "The function 'soft_margin_loss' is not differentiable with respect to argument 'target'"),
    error("multilabel_soft_margin integers", lambda F, x, y: F.multilabel_soft_margin_loss(x, y), (LONG, LONG), "\"log_sigmoid_cpu\" not implemented for 'Long'"),
    error("multilabel_soft_margin no dimension", lambda F, x, y: F.multilabel_soft_margin_loss(x, y), (real(), given(1)), "Dimension specified as -1 but tensor has no dimensions"),
    error("multilabel_soft_margin reduction avg", lambda F, x, y: F.multilabel_soft_margin_loss(x, y, reduction="avg"), (A, B), "avg is not valid"),
    error("multi_margin 3d", lambda F, x, y: F.multi_margin_loss(x, y), (real(2, 3, 4), WRONG), "Expected non-empty vector or matrix with optional 0-dim batch size, but got: [2, 3, 4]"),
    error("multi_margin no classes", lambda F, x, y: F.multi_margin_loss(x, y), (real(3, 0), WRONG), "Expected non-empty vector or matrix with optional 0-dim batch size, but got: [3, 0]"),
    error("multi_margin batch", lambda F, x, y: F.multi_margin_loss(x, y), (A, given([0, 1])), "Expected target size [3], but got [2]. Input has shape [3, 4]."),
    error("multi_margin column", lambda F, x, y: F.multi_margin_loss(x, y), (A, integers(3, 1)), "Expected target size [3], but got [3, 1]."),
    error("multi_margin float classes", lambda F, x, y: F.multi_margin_loss(x, y), (A, real(3, grad=False)), "expected scalar type Long but found"),
    error("multi_margin class 4", lambda F, x, y: F.multi_margin_loss(x, y), (A, given([0, 1, 4])), "target out of range"),
    error("multi_margin class -1", lambda F, x, y: F.multi_margin_loss(x, y), (A, given([0, 1, -1])), "target out of range"),
    error("multi_margin p 3", lambda F, x, y: F.multi_margin_loss(x, y, p=3), (A, CLASSES), "only p == 1 and p == 2 supported"),
    error("multi_margin weight length", lambda F, x, y, w: F.multi_margin_loss(x, y, weight=w), (A, CLASSES, positive(3, grad=False)), "inconsistent weight size, expected 4 but got [3]"),
    error("multi_margin weight 2d", lambda F, x, y, w: F.multi_margin_loss(x, y, weight=w), (A, CLASSES, WEIGHT), "weight must be one-dimensional"),
    error("multi_margin weight dtype", lambda F, x, y, w: F.multi_margin_loss(x, y, weight=w), (A, CLASSES, given([1.0, 1, 1, 1], dtype="float16")), "expected scalar type"),
    error("multi_margin weight gradient", lambda F, x, y, w: F.multi_margin_loss(x, y, weight=w), (A, CLASSES, positive(4)), "The function 'multi_margin_loss' is not differentiable with respect to argument 'weight'"),
    error("multi_margin integers", lambda F, x, y: F.multi_margin_loss(x, y), (LONG, CLASSES), "\"multi_margin_loss_cpu_kernel\" not implemented for 'Long'"),
    error("multilabel_margin 3d", lambda F, x, y: F.multilabel_margin_loss(x, y), (real(2, 3, 4), integers(2, 3, 4)), "Expected non-empty vector or matrix with optional 0-dim batch size, but got: [2, 3, 4]"),
    error("multilabel_margin shapes", lambda F, x, y: F.multilabel_margin_loss(x, y), (A, integers(2, 4)), "inconsistent target size: [2, 4] for input of size: [3, 4]"),
    error("multilabel_margin class 4", lambda F, x, y: F.multilabel_margin_loss(x, y), (V, given([0, 4, -1, 1])), "argument #2 'target' is out of range"),
    error("multilabel_margin class -2", lambda F, x, y: F.multilabel_margin_loss(x, y), (V, given([0, -2, -1, 1])), "argument #2 'target' is out of range"),
    error("multilabel_margin int32", lambda F, x, y: F.multilabel_margin_loss(x, y), (V, given([0, -1, -1, 1], dtype="int32")), "expected scalar type Long but found Int"),
    error("multilabel_margin integers", lambda F, x, y: F.multilabel_margin_loss(x, y), (LONG, LISTS), "\"multilabel_margin_loss_forward_out_frame\" not implemented for 'Long'"),
    error("cosine_embedding 2d target", lambda F, x, y, t: F.cosine_embedding_loss(x, y, t), (A, B, signs(3, 4)), "0D or 1D target tensor expected, multi-target not supported"),
    error("cosine_embedding rows", lambda F, x, y, t: F.cosine_embedding_loss(x, y, t), (V, V, PAIRS), "1D target tensor expects 2D input tensors, but found inputs with sizes [4] and [4]."),
    error("cosine_embedding batch", lambda F, x, y, t: F.cosine_embedding_loss(x, y, t), (A, B, given(1)), "0D target tensor expects 1D input tensors, but found inputs with sizes [3, 4] and [3, 4]."),
    error("cosine_embedding shapes", lambda F, x, y, t: F.cosine_embedding_loss(x, y, t), (A, real(3, 2), PAIRS), "must match the size of tensor"),
    error("cosine_embedding targets", lambda F, x, y, t: F.cosine_embedding_loss(x, y, t), (A, B, given([1, -1])), "must match the size of tensor"),
    error("cosine_embedding list", lambda F, x, y: F.cosine_embedding_loss(x, y, [1.0]), (A, B), "argument 'target'"),
    error("cosine_embedding reduction avg", lambda F, x, y, t: F.cosine_embedding_loss(x, y, t, reduction="avg"), (A, B, PAIRS), "avg is not a valid value for reduction"),
    *(
        row
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
        for row in (
            error(f"{name} dimensions", lambda F, a, p, n, name=name: getattr(F, name)(a, p, n), (A, B, V), "expected to have the same number of dimensions, but got: anchor 2D, positive 2D, and negative 1D inputs"),
            error(f"{name} shapes", lambda F, a, p, n, name=name: getattr(F, name)(a, p, n), (A, B, real(3, 3)), "must match the size of tensor"),
            error(f"{name} margin 0", lambda F, a, p, n, name=name: getattr(F, name)(a, p, n, margin=0), (A, B, C), "margin must be greater than 0, got 0"),
            error(f"{name} reduction avg", lambda F, a, p, n, name=name: getattr(F, name)(a, p, n, reduction="avg"), (A, B, C), "avg is not a valid value for reduction"),
        )
    ),
    error("ctc float lengths", lambda F, x, y, n, m: F.ctc_loss(x, y, n.float(), m), (FRAMES, LABELS, INPUTS, LENGTHS), "input_lengths must be integral"),
    error("ctc float target lengths", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m.float()), (FRAMES, LABELS, INPUTS, LENGTHS), "target_lengths must be integral"),
    error("ctc blank 5", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m, blank=5), (FRAMES, LABELS, INPUTS, LENGTHS), "blank must be in label range"),
    error("ctc input lengths", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, LABELS, given([6]), LENGTHS), "input_lengths must be of size batch_size"),
    error("ctc target lengths", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, LABELS, INPUTS, given([2])), "target_lengths must be of size batch_size"),
    error("ctc too many frames", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, LABELS, given([7, 4]), LENGTHS), "Expected input_lengths to have value at most 6, but got value 7"),
    error("ctc negative length", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, LABELS, INPUTS, given([2, -1])), "Expected target_lengths to have value at least 0, but got value -1"),
    error("ctc too many labels", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, LABELS, INPUTS, given([3, 1])), "Expected tensor to have size at least 3 at dimension 1, but got size 2 for argument #2 'targets'"),
    error("ctc row length", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, given([1, 2]), INPUTS, LENGTHS), "Expected tensor to have size 3 at dimension 0, but got size 2 for argument #2 'targets'"),
    error("ctc target rows", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, given([[1, 2]]), INPUTS, LENGTHS), "Expected tensor to have size 2 at dimension 0, but got size 1 for argument #2 'targets'"),
    error("ctc targets 3d", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (FRAMES, given([[[1, 2], [3, 0]]]), INPUTS, LENGTHS), "Expected 1 to 2 dimensions, but got 3-dimensional tensor for argument #2 'targets'"),
    error("ctc one frame", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (log_probabilities(5), LABELS, INPUTS, LENGTHS), "Expected 3-dimensional tensor, but got 2-dimensional tensor for argument #1 'log_probs'"),
    error("ctc mixed lengths", lambda F, x, y, m: F.ctc_loss(x, y, (6, 4), m), (FRAMES, LABELS, LENGTHS), "received an invalid combination of arguments"),
    error("ctc integers", lambda F, x, y, n, m: F.ctc_loss(x.long(), y, n, m), (FRAMES, LABELS, INPUTS, LENGTHS), "\"ctc_loss_cpu\" not implemented for 'Long'"),
    error("ctc empty", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m), (log_probabilities(0, 2, 5), LABELS, given([0, 0]), LENGTHS), "log_probs tensor must not be empty"),
    error("ctc reduction avg", lambda F, x, y, n, m: F.ctc_loss(x, y, n, m, reduction="avg"), (FRAMES, LABELS, INPUTS, LENGTHS), "avg is not a valid value for reduction"),
)


def module(name: str, inputs: tuple[Input, ...], *args: Any, second: bool = True, **kwargs: Any) -> tuple[Row, ...]:
    """The module of that name, made with these arguments, in every reduction."""
    return tuple(
        Row(f"nn.{name} {red}", lambda torch, *xs, red=red: getattr(torch.nn, name)(*args, reduction=red, **kwargs)(*xs), inputs, second=second)
        for red in REDUCTIONS
    )


MODULES = (
    *module("L1Loss", (A, B)),
    *module("SmoothL1Loss", (A, B), beta=0.5),
    *module("HuberLoss", (A, B), delta=0.5),
    *module("KLDivLoss", (A, probabilities(3, 4))),
    *module("PoissonNLLLoss", (A, positive(3, 4)), full=True),
    *module("GaussianNLLLoss", (A, B, positive(3, 4)), full=True),
    *module("HingeEmbeddingLoss", (A, signs(3, 4)), 0.5),
    *module("MarginRankingLoss", (A, B, signs(3, 4)), 0.5),
    *module("CosineEmbeddingLoss", (*VECTORS, PAIRS), 0.1),
    *module("SoftMarginLoss", (A, signs(3, 4))),
    *module("MultiLabelSoftMarginLoss", (A, integers(3, 4, high=2))),
    *module("MultiLabelMarginLoss", (A, LISTS), second=False),
    *module("MultiMarginLoss", (A, CLASSES), 2, 0.5, second=False),
    *module("TripletMarginLoss", (A, B, C), swap=True),
    *module("TripletMarginWithDistanceLoss", (A, B, C), margin=2.0),
    *module("CTCLoss", (FRAMES, LABELS, INPUTS, LENGTHS), second=False),
    Row("nn.MultiMarginLoss p 3", lambda torch: torch.nn.MultiMarginLoss(p=3), error="only p == 1 and p == 2 supported"),
    Row("nn.TripletMarginLoss margin 0", lambda torch: torch.nn.TripletMarginLoss(margin=0), error="expected margin to be greater than 0, got 0"),
    Row("nn.HuberLoss delta", lambda torch: torch.nn.HuberLoss(delta="a"), error="delta must be a float or int"),
)

LOSSES = (*DISTANCES, *LIKELIHOODS, *MARGINS, *EMBEDDINGS, *ALIGNMENTS)
ROWS = (*LOSSES, *ERRORS, *MODULES)
