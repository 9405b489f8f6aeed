"""Attention: means of values, weighted by how well queries and keys agree; in one head or several."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import Size, listed
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...kernels.memory_order import dense_like
from ...ops._record import Array, array_of, data_of, record
from ...ops.arithmetic import MulBackward1, add, mul
from ...ops.joining import cat, repeat, repeat_interleave
from ...ops.linear import bmm, matmul
from ...ops.linear_sums import baddbmm
from ...ops.permuting import permute, transpose
from ...ops.reductions import mean, sum
from ...ops.shaping import contiguous, reshape, squeeze, unflatten, unsqueeze, view
from ...ops.slicing import chunk, select, split
from ...ops.softmaxes import softmax
from ._arguments import must_be_tensors
from .layers import dropout, linear
from .padding import pad

if TYPE_CHECKING:
    from ..._tensor import Tensor


class ScaledDotProductFlashAttentionForCpuBackward0(Node):
    """o = P v with P = softmax(scale q k^T + mask): the gradient of P is that of a softmax, taken on to q and k."""

    __slots__ = ()
    inputs = ("query", "key", "value")
    saves = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale", "logsumexp", "output", "mask", "factor")
    private = ("mask", "factor")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        q, k, v, *_, mask, factor = saved
        p = attention_weights(q, k, mask, factor)
        of_p = matmul(g, transpose(v, -2, -1))
        of_scores = p * (of_p - sum(p * of_p, -1, True)) * factor
        return [matmul(of_scores, k), matmul(transpose(of_scores, -2, -1), q), matmul(transpose(p, -2, -1), g)]


class SafeSoftmaxBackward0(Node):
    """p = softmax(x), or zeros where all x are -inf: p (g - sum(g p))."""

    __slots__ = ()
    saves = ("result", "dim")
    vjps = (lambda g, p, dim: p * (g - sum(g * p, dim, True)),)


def scaled(x: Any, number: float) -> Any:
    """x times a number, recorded with one edge."""
    return record(MulBackward1, (x,), x._data * x._data.dtype.type(number), (number,))


def safe_softmax(scores: Any) -> Any:
    """The softmax along the last dimension; zeros where all scores are -inf."""
    x = scores._data
    lost = np.isneginf(x).all(-1, keepdims=True)
    p = softmax(np.where(lost, 0, x), -1) * ~lost  # type: ignore[arg-type]
    return record(SafeSoftmaxBackward0, (scores,), p.astype(x.dtype, copy=False), (p, -1))


def attention_weights(q: Any, k: Any, mask: Any, factor: float) -> Any:
    """softmax(factor q k^T + mask), zeros in rows of which all is masked."""
    scores = matmul(q, transpose(k, -2, -1)) * factor
    if mask is None:
        return softmax(scores, -1)
    scores = scores + (wrap(mask, NO_EDGE) if hasattr(scores, "_data") and isinstance(mask, np.ndarray) else mask)
    lost = np.isneginf(data_of(scores)).all(-1, keepdims=True)
    if not lost.any():
        return softmax(scores, -1)
    kept, open_ = (~lost).astype(data_of(scores).dtype), np.where(lost, 0, data_of(scores))
    if not hasattr(scores, "_data"):
        return softmax(open_, -1) * kept  # type: ignore[arg-type]
    return softmax(scores.masked_fill(wrap(np.broadcast_to(lost, open_.shape), NO_EDGE), 0.0), -1) * wrap(kept, NO_EDGE)


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0, is_causal: bool = False,
    scale: float | None = None, enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """softmax(query key^T scale + mask) value: (..., queries, features), (..., keys, features), (..., keys, values).

    ``attn_mask``, which must broadcast to (..., queries, keys), is added, or, if bool, says what may be seen; ``is_causal``: no key
    after the query's own place. ``scale``: by default 1/sqrt(features). ``dropout_p`` drops weights (always: pass 0 after training).
    ``enable_gqa``: several heads of queries, dimension -3, to one of keys. Source: A. Vaswani et al.,
    https://arxiv.org/abs/1706.03762

    >>> import tinygrad_loss as torch
    >>> keys, values = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0], [2.0]])
    >>> torch.nn.functional.scaled_dot_product_attention(torch.tensor([[100.0, 0.0]]), keys, values)
    tensor([[1.]])
    """
    must_be_tensors("scaled_dot_product_attention", query=query, key=key, value=value, attn_mask=attn_mask)
    q, k, v = (array_of(one, "scaled_dot_product_attention") for one in (query, key, value))
    _check(q, k, v, attn_mask, is_causal)
    factor = 1 / math.sqrt(q.shape[-1]) if scale is None else float(scale)
    if enable_gqa:
        key, value = (repeat_interleave(one, q.shape[-3] // one._data.shape[-3], -3) for one in (key, value))
        k, v = key._data, value._data
    mask = _mask(q, k, attn_mask, is_causal)
    trained = attn_mask is not None and attn_mask.requires_grad
    if not dropout_p and not trained and q.ndim == k.ndim == v.ndim == 4 and q.shape[-1] == v.shape[-1]:
        p = attention_weights(q, k, mask, factor)
        out = dense_like(q)  # in memory it lies as the queries do, as in PyTorch
        out[...] = p @ v
        saved = (q, k, v, None if attn_mask is None else attn_mask._data, dropout_p, is_causal, scale, None, out, mask, factor)
        return record(ScaledDotProductFlashAttentionForCpuBackward0, (query, key, value), out, saved)  # type: ignore[no-any-return]
    root = math.sqrt(abs(factor))
    scores = matmul(scaled(query, math.copysign(root, factor)), scaled(transpose(key, -2, -1), root))
    if mask is not None:
        scores = add(scores, attn_mask if trained else wrap(mask, NO_EDGE))  # type: ignore[arg-type]
    p = safe_softmax(scores)
    return matmul(dropout(p, dropout_p) if dropout_p else p, value)


def _check(q: Array, k: Array, v: Array, attn_mask: Any, is_causal: bool) -> None:
    name = "scaled_dot_product_attention"
    if not q.dtype == k.dtype == v.dtype:
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {type_word(q.dtype).lower()} key.dtype: "
            f"{type_word(k.dtype).lower()} and value.dtype: {type_word(v.dtype).lower()} instead."
        )
    if min(q.ndim, k.ndim, v.ndim) < 2:
        raise RuntimeError(
            f"{name}: Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {q.ndim}, key.dim: {k.ndim} "
            f"and value.dim: {v.ndim} instead."
        )
    if attn_mask is None:
        return
    kind = attn_mask._data.dtype
    if kind not in (np.bool_, q.dtype):
        raise RuntimeError(
            f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {type_word(kind).lower()} "
            f"and  query.dtype: {type_word(q.dtype).lower()} instead."
        )
    if is_causal:
        raise RuntimeError(f"{name}: Explicit attn_mask should not be set when is_causal=True")


def _mask(q: Array, k: Array, attn_mask: Any, is_causal: bool) -> Array | None:
    """What is added to the scores: 0 where a query may see a key, -inf where not, or what was given."""
    if is_causal:
        seen = np.tril(np.ones((q.shape[-2], k.shape[-2]), np.bool_))
    elif attn_mask is None:
        return None
    elif attn_mask._data.dtype != np.bool_:
        return attn_mask._data  # type: ignore[no-any-return]
    else:
        seen = attn_mask._data
    return np.where(seen, 0, -np.inf).astype(q.dtype)


def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int, in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None, bias_k: Tensor | None, bias_v: Tensor | None, add_zero_attn: bool, dropout_p: float,
    out_proj_weight: Tensor, out_proj_bias: Tensor | None, training: bool = True, key_padding_mask: Tensor | None = None,
    need_weights: bool = True, attn_mask: Tensor | None = None, use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None, k_proj_weight: Tensor | None = None, v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None, static_v: Tensor | None = None, average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """Attention in ``num_heads`` heads, each on its part of the projected queries, keys and values: see nn.MultiheadAttention.

    ``query`` is (queries, batch, features), ``key`` and ``value`` (keys, batch, features), or all without a batch. Returns the
    projected result and, with ``need_weights``, the weights (batch, queries, keys), the means over the heads unless
    ``average_attn_weights=False``. ``key_padding_mask``, (batch, keys), and ``attn_mask``, (queries, keys) or (batch * heads,
    queries, keys), hide where they are True, or are added.
    """
    any_q: Any = query
    batched = _check_shapes(any_q, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = (unsqueeze(one, 1) for one in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else unsqueeze(key_padding_mask, 0)
    targets, batch, width = query.shape
    key_padding_mask = additive(key_padding_mask, "key_padding_mask", query.dtype, attn_mask, "attn_mask")
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = additive(attn_mask, "attn_mask", query.dtype)
        is_causal = is_causal and key_padding_mask is None
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    depth = width // num_heads
    if depth * num_heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    separate = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    q, k, v = _projected(query, key, value, in_proj_weight, in_proj_bias, separate)
    attn_mask = _fitting(attn_mask, targets, key.shape[0], batch * num_heads)
    if bias_k is not None and bias_v is not None:
        k, v = cat([k, repeat(bias_k, 1, batch, 1)]), cat([v, repeat(bias_v, 1, batch, 1)])
        attn_mask, key_padding_mask = (None if one is None else pad(one, (0, 1)) for one in (attn_mask, key_padding_mask))
    q = transpose(view(q, targets, batch * num_heads, depth), 0, 1)
    k = transpose(view(k, k.shape[0], batch * num_heads, depth), 0, 1) if static_k is None else static_k
    v = transpose(view(v, v.shape[0], batch * num_heads, depth), 0, 1) if static_v is None else static_v
    if add_zero_attn:
        nothing = wrap(np.zeros((batch * num_heads, 1, depth), q._data.dtype), NO_EDGE)
        k, v = cat([k, nothing], 1), cat([v, nothing], 1)
        attn_mask, key_padding_mask = (None if one is None else pad(one, (0, 1)) for one in (attn_mask, key_padding_mask))
    sources = k.shape[1]
    if key_padding_mask is not None:
        if tuple(key_padding_mask.shape) != (batch, sources):
            raise AssertionError(f"expected key_padding_mask.shape to be {(batch, sources)}, but got {key_padding_mask.shape}")
        hidden = view(key_padding_mask, batch, 1, 1, sources).expand(-1, num_heads, -1, -1).reshape(batch * num_heads, 1, sources)
        attn_mask = hidden if attn_mask is None else add(attn_mask, hidden)
    p = dropout_p if training else 0.0
    if not need_weights:
        mask = attn_mask
        if mask is not None:
            mask = unsqueeze(mask, 0) if mask.ndim == 3 and mask.shape[0] == 1 else view(mask, batch, num_heads, -1, sources)
        heads = [view(one, batch, num_heads, one.shape[1], depth) for one in (q, k, v)]
        out = scaled_dot_product_attention(*heads, mask, p, is_causal)  # type: ignore[arg-type, call-arg]
        out = reshape(permute(out, 2, 0, 1, 3), batch * targets, width)
        out = view(linear(out, out_proj_weight, out_proj_bias), targets, batch, -1)
        return (out if batched else squeeze(out, 1)), None
    scaled, turned = mul(q, math.sqrt(1.0 / depth)), transpose(k, -2, -1)
    weights = softmax(bmm(scaled, turned) if attn_mask is None else baddbmm(attn_mask, scaled, turned), -1)
    weights = dropout(weights, p) if p > 0 else weights
    out = reshape(transpose(bmm(weights, v), 0, 1), targets * batch, width)
    out = view(linear(out, out_proj_weight, out_proj_bias), targets, batch, -1)
    weights = view(weights, batch, num_heads, targets, sources)
    if average_attn_weights:
        weights = mean(weights, 1)
    return (out, weights) if batched else (squeeze(out, 1), squeeze(weights, 0))


def additive(mask: Any, name: str, kind: Any, other: Any = None, other_name: str = "") -> Any:
    """A mask to add: a bool one as -inf where it is True."""
    if mask is None:
        return None
    if mask._data.dtype.kind not in "bf":
        raise AssertionError(f"only bool and floating types of {name} are supported, got {mask.dtype}")
    if other is not None and mask.dtype != other.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.", stacklevel=3
        )
    if mask._data.dtype.kind == "f":
        return mask
    return wrap(np.where(mask._data, -np.inf, 0).astype(kind.numpy), NO_EDGE)


def _projected(query: Any, key: Any, value: Any, weight: Any, bias: Any, separate: Any) -> tuple[Any, Any, Any]:
    """Queries, keys and values times their weights; equal ones at once."""
    width = query.shape[-1]
    if separate is not None:
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
        biases = (None,) * 3 if bias is None else chunk(bias, 3)
        return tuple(linear(*parts) for parts in zip((query, key, value), separate, biases, strict=True))  # type: ignore[return-value]
    if key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    if key is value and query is key:
        return tuple(_parts(linear(query, weight, bias), 3, width))  # type: ignore[return-value]
    if key is value:
        first, rest = split(weight, [width, 2 * width])
        of_first, of_rest = (None, None) if bias is None else split(bias, [width, 2 * width])
        q = linear(query, first, of_first)
        return (q, *_parts(linear(key, rest, of_rest), 2, width))  # type: ignore[return-value]
    biases = (None,) * 3 if bias is None else chunk(bias, 3)
    return tuple(linear(*parts) for parts in zip((query, key, value), chunk(weight, 3), biases, strict=True))  # type: ignore[return-value]


def _parts(projected: Any, count: int, width: int) -> list[Any]:
    """The results of several projections that were made as one."""
    parts = contiguous(squeeze(transpose(unsqueeze(unflatten(projected, -1, (count, width)), 0), 0, -2), -2))
    return [select(parts, 0, i) for i in range(count)]


def _fitting(mask: Any, targets: int, sources: int, heads: int) -> Any:
    """A mask of three dimensions; RuntimeError for one of a wrong shape."""
    if mask is None:
        return None
    right = {2: (targets, sources), 3: (heads, targets, sources)}.get(mask.ndim)
    if right is None:
        raise RuntimeError(f"attn_mask's dimension {mask.ndim} is not supported")
    if tuple(mask.shape) != right:
        raise RuntimeError(f"The shape of the {mask.ndim}D attn_mask is {mask.shape}, but should be {right}.")
    return unsqueeze(mask, 0) if mask.ndim == 2 else mask


def _check_shapes(query: Any, key: Any, value: Any, padding: Any, mask: Any, heads: int) -> bool:
    dims = query.ndim
    if dims not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {dims}-D query tensor")
    kind = f"For {'batched' if dims == 3 else 'unbatched'} ({dims}-D) `query`, expected"
    if key.ndim != dims or value.ndim != dims:
        raise AssertionError(f"{kind} `key` and `value` to be {dims}-D but found {key.ndim}-D and {value.ndim}-D tensors respectively")
    if padding is not None and padding.ndim != dims - 1:
        raise AssertionError(f"{kind} `key_padding_mask` to be `None` or {dims - 1}-D but found {padding.ndim}-D tensor instead")
    if mask is not None and mask.ndim not in (2, 3):
        raise AssertionError(f"{kind} `attn_mask` to be `None`, 2-D or 3-D but found {mask.ndim}-D tensor instead")
    expected = (heads, query.shape[0], key.shape[0])
    if dims == 2 and mask is not None and mask.ndim == 3 and tuple(mask.shape) != expected:
        raise AssertionError(f"Expected `attn_mask` shape to be {expected} but got {Size(mask.shape)}, {listed(mask.shape)}")
    return bool(dims == 3)
