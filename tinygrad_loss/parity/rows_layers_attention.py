"""Attention and the layers of Transformers."""

from __future__ import annotations

from typing import Any

from .row import Row, given, mask, real
from .rows_layers import seeded
from .rows_layers_activations import calls
from .rows_layers_modules import layer

HEADS = (real(2, 2, 3, 4), real(2, 2, 5, 4), real(2, 2, 5, 4))
PLAIN = (real(3, 4), real(5, 4), real(5, 4))
TOKENS, MEMORY = real(3, 2, 4), real(5, 2, 4)
CLOSED = "PyTorch cannot differentiate this node twice"
attention = "scaled_dot_product_attention"


def masked(torch: Any, q: Any, k: Any, v: Any, seen: Any) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, seen)


def encoder(torch: Any, x: Any, **options: Any) -> Any:
    """Two layers with a norm, without dropout."""
    torch.manual_seed(0)
    part = torch.nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True)
    return torch.nn.TransformerEncoder(part, 2, torch.nn.LayerNorm(4)).to(x.dtype)(x, **options)


def hidden(torch: Any, x: Any, padding: Any) -> Any:
    return encoder(torch, x, src_key_padding_mask=padding)


def evaluated(torch: Any, x: Any, padding: Any) -> Any:
    """After training and without gradients, what is padded comes out as the norm of zeros."""
    torch.manual_seed(0)
    part = torch.nn.TransformerEncoderLayer(4, 2, 6, batch_first=True)
    with torch.no_grad():
        return torch.nn.TransformerEncoder(part, 1, torch.nn.LayerNorm(4)).to(x.dtype).eval()(x, src_key_padding_mask=padding)


def decoder(torch: Any, x: Any, memory: Any) -> Any:
    module = torch.nn.TransformerDecoderLayer(4, 2, 6, 0.0, activation="gelu", norm_first=True)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(3, dtype=x.dtype)
    return module.to(x.dtype)(x, memory, tgt_mask=causal, tgt_is_causal=True)


PADDING = given([[False, False, True], [False, True, True]])

ROWS = [
    Row("attention", calls(attention), HEADS, second=False, note=CLOSED),
    Row("attention causal", calls(attention, is_causal=True), HEADS, second=False, note=CLOSED),
    Row("attention masked", masked, (*HEADS, mask(3, 5)), second=False, note=CLOSED),
    Row("attention nothing seen", masked, (*HEADS, given([[False] * 5, [True] * 5, [True, False] * 2 + [True]])), second=False, note=CLOSED),
    Row("attention scale", calls(attention, scale=0.3), HEADS, second=False, note=CLOSED),
    Row("attention without heads", calls(attention), PLAIN),
    Row("attention without heads, masked", masked, (*PLAIN, given([[False] * 5, [True] * 5, [True, False] * 2 + [True]]))),
    Row("attention with dropout", seeded(calls(attention, dropout_p=0.4)), HEADS),
    Row("attention added mask", masked, (*HEADS, real(3, 5))),
    Row("attention dims", calls(attention), (real(4), real(4), real(4)), error="at least 2 dimensional, but got query.dim: 1"),
    Row("attention two masks", calls(attention, is_causal=True), (*PLAIN, mask(3, 5)), error="should not be set when is_causal=True"),
    Row("MultiheadAttention", layer("MultiheadAttention", 4, 2), (TOKENS, MEMORY, MEMORY), tolerance=256),
    Row("MultiheadAttention of itself", lambda torch, x: layer("MultiheadAttention", 4, 2, batch_first=True)(torch, x, x, x), (TOKENS,), tolerance=256),
    Row("MultiheadAttention options", layer("MultiheadAttention", 4, 2, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=5),
        (TOKENS, real(5, 2, 3), real(5, 2, 5)), tolerance=256),
    Row("MultiheadAttention heads", layer("MultiheadAttention", 4, 3), (TOKENS,) * 3, error="embed_dim must be divisible by num_heads"),
    Row("MultiheadAttention dims", layer("MultiheadAttention", 4, 2), (real(2, 3, 2, 4),) * 3, error="query should be unbatched 2D or batched 3D"),
    Row("TransformerEncoderLayer", layer("TransformerEncoderLayer", 4, 2, 6), (TOKENS,), tolerance=1024),
    Row("TransformerEncoder", encoder, (TOKENS,), second=False, note=CLOSED, tolerance=1024),
    Row("TransformerEncoder padded", hidden, (real(2, 3, 4), PADDING), second=False, note=CLOSED, tolerance=1024),
    Row("TransformerEncoder in evaluation", evaluated, (real(2, 3, 4), PADDING), tolerance=1024),
    Row("TransformerDecoderLayer", seeded(decoder), (TOKENS, MEMORY), second=False, note=CLOSED, tolerance=1024),
    Row("Transformer", layer("Transformer", 4, 2, 1, 1, 6, 0.0), (MEMORY, TOKENS), second=False, note=CLOSED, tolerance=1024),
]  # fmt: skip
