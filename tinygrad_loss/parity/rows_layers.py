"""Layers as functions: linear, embedding, dropout, leaky_relu, one_hot, and the distances of vectors."""

from __future__ import annotations

from typing import Any

from .row import Row, given, integers, positive, real


def seeded(call: Any) -> Any:
    """The same call after ``manual_seed(0)``."""

    def after_seed(torch: Any, *tensors: Any) -> Any:
        torch.manual_seed(0)
        return call(torch, *tensors)

    return after_seed


def linear(torch: Any, *tensors: Any) -> Any:
    return torch.nn.functional.linear(*tensors)


def embedding(**options: Any) -> Any:
    return lambda torch, i, w: torch.nn.functional.embedding(i, w, **options)


INDICES = given([[1, 2], [2, 4]])
WEIGHT, BIAS = real(5, 4), real(5)

ROWS = [
    Row("linear 2d", linear, (real(3, 4), WEIGHT, BIAS)),
    Row("linear 2d, no bias", linear, (real(3, 4), WEIGHT)),
    Row("linear 1d", linear, (real(4), WEIGHT, BIAS)),
    Row("linear 1d, no bias", linear, (real(4), WEIGHT)),
    Row("linear 3d", linear, (real(2, 3, 4), WEIGHT, BIAS)),
    Row("linear 3d, no bias", linear, (real(2, 3, 4), WEIGHT)),
    Row("linear 4d", linear, (real(2, 1, 3, 4), WEIGHT, BIAS)),
    Row("linear empty batch", linear, (real(0, 4), WEIGHT, BIAS)),
    Row("linear frozen weight", linear, (real(3, 4), real(5, 4, grad=False), BIAS)),
    Row("linear data", linear, (real(3, 4, grad=False), WEIGHT, BIAS)),
    Row("linear data 3d, no bias", linear, (real(2, 3, 4, grad=False), WEIGHT)),
    Row("linear data 1d, no bias", linear, (real(4, grad=False), WEIGHT)),
    Row("linear bias of one", linear, (real(3, 4), WEIGHT, real(1))),
    Row("linear transposed input", lambda torch, x, w, b: torch.nn.functional.linear(x.T, w, b), (real(4, 3), WEIGHT, BIAS)),
    Row(
        "linear transposed 3d",
        lambda torch, x, w, b: torch.nn.functional.linear(x.transpose(0, 1), w, b),
        (real(2, 3, 4), WEIGHT, BIAS),
    ),
    Row("linear of a vector", linear, (real(3, 4), real(4))),
    Row("linear twice", lambda torch, x, w: linear(torch, linear(torch, x, w).tanh(), w), (real(3, 4), real(4, 4))),
    Row("linear array", lambda torch, w: torch.nn.Linear(2, 3)(w.detach().numpy()), (real(4, 2),), error="must be Tensor, not numpy.ndarray"),
    Row("Linear of negative size", lambda torch: torch.nn.Linear(-2, 3), (), error="negative dimension -2"),
    Row("hardtanh", lambda torch, x: (torch.nn.functional.hardtanh(x, -1, 1), torch.nn.Hardtanh(-0.5, 0.5)(x), torch.nn.functional.hardtanh(x * 1, 0, 1, True)), (given([-2.0, -1.0, 0.25, 1.0, 2.0]),)),
    Row("hardtanh bounds crossed", lambda torch, x: torch.nn.functional.hardtanh(x, 1, -1), (real(2),), error="min_val cannot be greater than max_val"),
    Row("linear shapes", linear, (real(3, 4), real(5, 3)), error="mat1 and mat2 shapes cannot be multiplied (3x4 and 3x5)"),
    Row("linear shapes 3d", linear, (real(2, 3, 4), real(5, 3), BIAS), error="cannot be multiplied (6x4 and 3x5)"),
    Row("linear shapes bias", linear, (real(3, 4), WEIGHT, real(4)), error="must match the existing size (4)"),
    Row("linear 0d", linear, (real(), WEIGHT), error="both arguments to linear need to be at least 1D, but they are 0D and 2D"),
    Row("linear dtypes", linear, (integers(3, 4), WEIGHT), error="expected m1 and m2 to have the same dtype, but got: long"),
    Row("linear list", lambda torch, w: torch.nn.functional.linear([1.0], w), (WEIGHT,), error="argument 'input'"),
    Row("embedding", embedding(), (INDICES, WEIGHT)),
    Row("embedding padding", embedding(padding_idx=2), (INDICES, WEIGHT)),
    Row("embedding padding from the end", embedding(padding_idx=-1), (INDICES, WEIGHT)),
    Row("embedding by frequency", embedding(scale_grad_by_freq=True), (INDICES, WEIGHT), second=False),
    Row("embedding int32", embedding(), (integers(3, dtype="int32"), WEIGHT)),
    Row("embedding of one", embedding(), (integers(), WEIGHT)),
    Row("embedding of none", embedding(), (integers(0, 2), WEIGHT)),
    Row("embedding out of range", embedding(), (given([5]), WEIGHT), error="index out of range in self"),
    Row("embedding negative", embedding(), (given([-1]), WEIGHT), error="index out of range in self"),
    Row("embedding floats", embedding(), (real(3), WEIGHT), error="to have one of the following scalar types: Long, Int; but got"),
    Row("embedding vector", embedding(), (INDICES, real(4)), error="'weight' must be 2-D"),
    Row("embedding padding outside", embedding(padding_idx=5), (INDICES, WEIGHT), error="must be within num_embeddings"),
    Row("dropout", seeded(lambda torch, x: torch.nn.functional.dropout(x, 0.3)), (real(5, 7),)),
    Row("dropout of a transpose", seeded(lambda torch, x: torch.nn.functional.dropout(x.T)), (real(5, 7),)),
    Row("dropout of all", seeded(lambda torch, x: torch.nn.functional.dropout(x, 1.0)), (real(5, 7),)),
    Row("dropout of none", seeded(lambda torch, x: torch.nn.functional.dropout(x, 0.0) * 1), (real(5, 7),)),
    Row("dropout after training", lambda torch, x: torch.nn.functional.dropout(x, training=False) * 1, (real(5, 7),)),
    Row("dropout in place", seeded(lambda torch, x: torch.nn.functional.dropout(x * 1, inplace=True)), (real(5, 7),)),
    Row("dropout p", lambda torch, x: torch.nn.functional.dropout(x, 1.5), (real(3),), error="between 0 and 1, but got 1.5"),
    Row("dropout ints", lambda torch, x: torch.nn.functional.dropout(x), (integers(3),), error="can't be cast to the desired"),
    Row("leaky_relu", lambda torch, x: torch.nn.functional.leaky_relu(x, 0.1), (real(3, 4),)),
    Row("leaky_relu at zero", lambda torch, x: torch.nn.functional.leaky_relu(x), (given([0.0, -0.0]),)),
    Row("leaky_relu in place", lambda torch, x: torch.nn.functional.leaky_relu(x * 1, 0.1, True), (real(3, 4),)),
    Row("leaky_relu ints", lambda torch, x: torch.nn.functional.leaky_relu(x), (integers(3),), error="not implemented for 'Long'"),
    Row("one_hot", lambda torch, c: torch.nn.functional.one_hot(c), (integers(2, 3),)),
    Row("one_hot wider", lambda torch, c: torch.nn.functional.one_hot(c, 7), (integers(4),)),
    Row("one_hot of none", lambda torch, c: torch.nn.functional.one_hot(c, 3), (integers(0),)),
    Row("one_hot of one", lambda torch, c: torch.nn.functional.one_hot(c), (given(2),)),
    Row("one_hot floats", lambda torch, c: torch.nn.functional.one_hot(c), (real(3),), error="only applicable to index tensor"),
    Row("one_hot negative", lambda torch, c: torch.nn.functional.one_hot(c), (given([-1]),), error="must be non-negative"),
    Row("one_hot high", lambda torch, c: torch.nn.functional.one_hot(c, 2), (given([2]),), error="must be smaller than num_classes"),
    Row("one_hot empty", lambda torch, c: torch.nn.functional.one_hot(c), (integers(0),), error="Can not infer total number"),
    Row("normalize", lambda torch, x: torch.nn.functional.normalize(x), (real(3, 4),)),
    Row("normalize p=1, dim=0", lambda torch, x: torch.nn.functional.normalize(x, p=1, dim=0), (real(3, 4),)),
    Row("normalize p=3", lambda torch, x: torch.nn.functional.normalize(x, p=3.0), (positive(3, 4),)),
    Row("cosine_similarity", lambda torch, x, y: torch.nn.functional.cosine_similarity(x, y), (real(3, 4), real(3, 4))),
    Row(
        "cosine_similarity broadcast",
        lambda torch, x, y: torch.nn.functional.cosine_similarity(x, y, dim=2),
        (real(2, 1, 4), real(3, 4)),
    ),
    Row(
        "cosine_similarity shapes",
        lambda torch, x, y: torch.nn.functional.cosine_similarity(x, y),
        (real(3, 4), real(3, 2)),
        error="The size of tensor a (4) must match the size of tensor b (2) at non-singleton dimension 1",
    ),
    Row(
        "cosine_similarity ints",
        lambda torch, x, y: torch.nn.functional.cosine_similarity(x, y),
        (integers(3, 4), integers(3, 4)),
        error="expected common dtype to be floating point, yet common dtype is Long",
    ),
    Row("pairwise_distance", lambda torch, x, y: torch.nn.functional.pairwise_distance(x, y), (real(3, 4), real(3, 4))),
    Row(
        "pairwise_distance p=1, keepdim",
        lambda torch, x, y: torch.nn.functional.pairwise_distance(x, y, p=1, keepdim=True),
        (real(3, 4), real(3, 4)),
    ),
]
