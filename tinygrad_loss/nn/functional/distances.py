"""Lengths and angles of vectors: normalize, cosine_similarity, pairwise_distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import from_numpy_dtype, result_dtype, type_word
from ..._shapes import broadcast
from ...ops._casts import cast, clone
from ...ops._record import data_of, record
from ...ops.arithmetic import add_number, div, mul, sub
from ...ops.norms import LinalgVectorNormBackward0, vector_norm
from ...ops.reductions import sum
from ...ops.selection import clamp_min
from ...ops.shaping import expand, expand_as
from ._arguments import must_all_be_tensors, must_be_bool, must_be_integer, must_be_number, must_have

if TYPE_CHECKING:
    from ..._tensor import Tensor


class NormBackward1(LinalgVectorNormBackward0):
    """A vector norm over some dimensions, as torch.norm records it."""

    __slots__ = ()
    saves = ("self", "result", "p", "dim", "keepdim")


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> Tensor:
    """x / max(||x||_p, eps), the norm taken along ``dim``: vectors of length 1.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    must_have("norm", input=input)
    lengths = clamp_min(vector_norm(input, p, dim, True), eps)
    return div(input, expand_as(lengths, input))


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors that lie along ``dim``: x1 . x2 / (max(||x1||, eps) max(||x2||, eps)).

    The two are broadcast to one shape, in which ``dim`` is counted; it is gone from the result.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.cosine_similarity(torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 0.0]]))
    tensor([0.7071])
    """
    must_all_be_tensors("cosine_similarity", x1=x1, x2=x2)
    must_be_integer("cosine_similarity", dim=dim)
    must_be_number("cosine_similarity", eps=eps)
    if not eps >= 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps}. cosine_similarity: it is the least length")
    a, b = data_of(x1), data_of(x2)
    kind = from_numpy_dtype(result_dtype([a, b]).numpy)
    if not kind.is_floating_point:
        raise RuntimeError(
            f"cosine_similarity(): expected common dtype to be floating point, yet common dtype is {type_word(kind.numpy)}"
        )
    shape = broadcast([a.shape, b.shape], "cosine_similarity")
    quotients = []
    for x in (cast(x1, kind), cast(x2, kind)):
        vectors = x if a.shape == b.shape else expand(x, shape)
        length = clone(vector_norm(vectors, 2, dim, True))
        # Not recorded: where a vector is shorter than eps its length is taken for a constant all the same, as in PyTorch.
        np.maximum(data_of(length), eps, out=data_of(length))
        quotients.append(div(vectors, length))
    return sum(mul(*quotients), dim)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """||x1 - x2 + eps||_p along the last dimension.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.pairwise_distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """
    must_all_be_tensors("pairwise_distance", x1=x1, x2=x2)
    must_be_number("pairwise_distance", p=p, eps=eps)
    must_be_bool("pairwise_distance", keepdim=keepdim)
    moved = add_number(sub(x1, x2), float(eps))
    place = max(data_of(x1).ndim, data_of(x2).ndim) - 1
    length = data_of(vector_norm(data_of(moved), p, place, keepdim))
    return record(NormBackward1, (moved,), length, (data_of(moved), length, p, (place,), keepdim))  # type: ignore[no-any-return]
