"""embedding_bag: the sums, means or maxima of bags of a table's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._shapes import listed
from ...autograd.node import Node
from ...ops._adjoints import scattered
from ...ops._record import Array, array_of, data_of, record
from ...ops.reductions import sum
from .layers import rows_added, rows_taken

if TYPE_CHECKING:
    from ..._tensor import Tensor

MODES = ("sum", "mean", "max")


class EmbeddingBagBackward0(Node):
    """Rows of a table added up, bag by bag, perhaps with weights: each row receives its bag's gradient times its share. Of
    maxima: what was the largest receives it."""

    __slots__ = ()
    inputs = ("weight", "per_sample_weights")
    saves = (
        "indices", "weight_sym_argsize_0", "mode", "padding_idx", "scale_grad_by_freq", "sparse", "offsets", "weight",
        "per_sample_weights", "result1", "result2", "result3", "shares", "places",
    )  # fmt: skip
    private = ("shares", "places")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        indices, rows, _, padding, by_freq, _, _, table, weights, bags, *_, shares, places = saved
        if places is not None:
            return [largest_added(g, data_of(places), rows), None]
        bags, indices = data_of(bags), data_of(indices)
        each = rows_taken(g, bags, len(data_of(g)), -1, False)  # each row's bag's gradient
        of_table = of_weights = None
        if self.next_functions[0][0] is not None:
            scaled = each * (data_of(shares) if weights is None else weights)[:, None]
            of_table = rows_added(scaled, indices, rows, padding, by_freq)
        if self.next_functions[1][0] is not None:
            of_weights = sum(each * rows_taken(table, indices, rows, padding, False), 1)
        return [of_table, of_weights]


def largest_added(g: Any, places: Array, rows: int) -> Any:
    """A table of zeros with the gradients of the largest numbers at their places; an empty bag's (-1) goes nowhere."""
    columns = data_of(g).shape[-1]
    return scattered(g * (places >= 0), np.maximum(places, 0), (rows, columns))


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: float | None = None, norm_type: float = 2,
    scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False, per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False, padding_idx: int | None = None,
) -> Tensor:  # fmt: skip
    """The sum, mean or maximum (``mode``) of the rows of ``weight``, (rows, columns), whose indices are in one bag: (bags, columns).

    ``input``: (bags, indices), or all indices in one row with ``offsets``, (bags,), that say where each bag begins (and, with
    ``include_last_offset``, where the last one ends). ``per_sample_weights``, shaped like ``input``, multiplies rows of a sum.
    Indices ``padding_idx`` are left out. Sparse gradients and ``max_norm`` are not supported (NotImplementedError).

    >>> import tinygrad_loss as torch
    >>> table = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    >>> torch.nn.functional.embedding_bag(torch.tensor([0, 1, 2]), table, torch.tensor([0, 2]))
    tensor([[1., 2.],
            [4., 5.]])
    """
    if max_norm is not None or sparse:
        given = "sparse=True" if sparse else f"max_norm={max_norm}"
        raise NotImplementedError(f"embedding_bag(): {given} is not supported. Leave it out")
    indices, table = array_of(input, "embedding_bag", "input"), array_of(weight, "embedding_bag", "weight")
    shares = None if per_sample_weights is None else array_of(per_sample_weights, "embedding_bag", "per_sample_weights")
    _check(indices, table, shares, offsets, mode, scale_grad_by_freq)
    starts = np.arange(len(indices)) * indices.shape[1] if indices.ndim == 2 else array_of(offsets, "embedding_bag", "offsets")
    if indices.ndim == 2 and per_sample_weights is not None:
        per_sample_weights = per_sample_weights.reshape(-1)
    places, rows = indices.reshape(-1), len(table)
    ends = starts[1:] if indices.ndim == 1 and include_last_offset else np.append(starts[1:], len(places))
    begins = starts[: len(ends)]
    _check_values(places, rows, starts)
    padding = -1 if padding_idx is None else padding_idx % rows
    bags = np.repeat(np.arange(len(begins)), ends - begins)
    kept = places != padding
    sizes = np.bincount(bags[kept[: len(bags)]], minlength=len(begins))
    out, winners = np.zeros((len(begins), table.shape[1]), table.dtype), None
    if mode == "max":
        winners = _winners(table, places, kept, begins, ends)
        out = np.where(winners >= 0, np.append(table.reshape(-1), 0)[winners], 0).astype(table.dtype)
        shares = None
    else:
        share = np.ones(len(places), table.dtype) if shares is None else shares.reshape(-1)
        share = share / np.maximum(sizes, 1)[bags].astype(table.dtype) if mode == "mean" else share
        shares = share * kept
        np.add.at(out, bags, table[places] * shares[:, None])
    given = None if per_sample_weights is None else shares  # type: ignore[assignment]
    chosen = sizes if winners is None else winners // table.shape[1]
    options = (MODES.index(mode), padding, scale_grad_by_freq, sparse)
    saved = (places, rows, *options, starts, table, given, bags, sizes, chosen, shares, winners)
    return record(EmbeddingBagBackward0, (weight, per_sample_weights), out, saved)  # type: ignore[no-any-return]


def _winners(table: Array, places: Array, kept: Array, begins: Array, ends: Array) -> Array:
    """For each bag and column the place in the table of the largest number, -1 in an empty bag."""
    columns = table.shape[1]
    winners = np.full((len(begins), columns), -1)
    for bag, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        rows = places[begin:end][kept[begin:end]]
        if len(rows):
            winners[bag] = rows[table[rows].argmax(0)] * columns + np.arange(columns)
    return winners


def _check(indices: Array, table: Array, shares: Array | None, offsets: Any, mode: str, by_freq: bool) -> None:
    if shares is not None and shares.shape != indices.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({listed(shares.shape)}) is not None, then it must have the same shape as the input "
            f"({listed(indices.shape)})"
        )
    if table.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {table.ndim}")
    if indices.ndim == 2 and offsets is not None:
        raise ValueError(
            "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found "
            f"offsets of type {type(offsets)}"
        )
    if indices.ndim == 1 and (offsets is None or offsets.ndim != 1):
        raise ValueError(f"offsets has to be a 1D Tensor{' but got None' if offsets is None else ''}")
    if indices.ndim not in (1, 2):
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {indices.ndim}")
    if mode not in MODES:
        raise ValueError(f"mode has to be one of sum, mean or max, got {mode!r}")
    if mode == "max" and by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if shares is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
            f"(got mode='{mode}')."
        )


def _check_values(places: Array, rows: int, starts: Array) -> None:
    wrong = np.flatnonzero((places < 0) | (places >= rows))
    if wrong.size:
        index = places[wrong[0]]
        raise RuntimeError(f"Index {wrong[0]} of input takes value {index} which is not in the valid range [0, {rows})")
    if len(starts) and starts[0] != 0:
        raise RuntimeError(
            f"offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got {starts[0]}"
        )
    if len(starts) and starts[-1] > len(places):
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {len(places)} but got offsets[-1] of {starts[-1]}"
        )
