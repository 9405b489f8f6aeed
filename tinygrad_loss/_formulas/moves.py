"""Formulas of operations that only move numbers: views, slices, indexing, joining. The gradient takes the same way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .facts import Array, Facts, unbroadcast
from .formula import Formula, Rule


def _sent_back(forward: Callable[[Array, Facts], Any]) -> Callable[[Facts, int], Array]:
    """The rule of an operation that picks numbers out of its input: each gradient goes back to the place that its number came
    from, and a place that was picked several times sums. `forward` picks from an array of places."""
    def compute(s: Facts, i: int) -> Array:
        size = int(np.prod(s.shape))
        places = np.asarray(forward(np.arange(size).reshape(s.shape), s))
        weights = np.broadcast_to(s.g, places.shape).reshape(-1)
        return np.asarray(np.bincount(places.reshape(-1), weights, size)).reshape(s.shape)
    return compute


def _reshaped(s: Facts, i: int) -> Array:
    return s.g.reshape(s.shape)


def _at(s: Facts, axis: int, place: Any) -> tuple[Any, ...]:
    return (slice(None),) * axis + (place,)


def _sliced(places: Array, s: Facts) -> Array:
    return np.asarray(places[_at(s, s.axis(), slice(int(s.get("start", 0)), int(s.get("end", 2**62)), int(s.get("step", 1))))])


def _part(s: Facts, i: int) -> Array:
    """Input i of a concatenation takes its part."""
    lengths = [shape for shape in s.shapes if shape is not None]
    if len(lengths) < len(s.shapes):
        lengths = [tuple(s["lengths"][k] if d == s["dim"] else n for d, n in enumerate(s.g.shape)) for k in range(len(s.shapes))]
    axis = int(s["dim"]) % max(s.g.ndim, 1)
    start = sum(shape[axis] for shape in lengths[:i] if len(shape) > axis)
    own = s.shape_of(i)
    return np.zeros(0) if own == (0,) else np.asarray(s.g[_at(s, axis, slice(start, start + own[axis]))])


def _stacked(s: Facts, i: int) -> Array:
    return np.asarray(np.take(s.g, i, int(s["dim"])))


def _pieces(sizes: Callable[[Facts], Any]) -> Callable[[Facts, int], Array]:
    """The gradients of the pieces, side by side again; a piece that nobody used sends zeros."""
    def compute(s: Facts, i: int) -> Array:
        out, start, axis = np.zeros(s.shape), 0, s.axis()
        for g, size in zip(s.gradients, sizes(s), strict=False):
            if g is not None:
                out[_at(s, axis, slice(start, start + size))] = g
            start += size
        return out
    return compute


def _split_sizes(s: Facts) -> list[int]:
    return [int(s["split_size"])] * (s.shape[s.axis()] // max(int(s["split_size"]), 1) + 1)


def _unbound(s: Facts, i: int) -> Array:
    parts = [np.zeros(np.delete(s.shape, s.axis())) if g is None else g for g in s.gradients]
    missing = s.shape[s.axis()] - len(parts)
    return np.stack(parts + [np.zeros(parts[0].shape)] * missing, s.axis())


def _indexed(places: Array, s: Facts) -> Array:
    return np.asarray(places[tuple(slice(None) if index is None else index for index in s["indices"])])


def _along(s: Facts, array: Array, index: Array) -> tuple[Any, ...]:
    """Index for the places array[..., index, ...] along the saved dimension."""
    grid: list[Any] = list(np.indices(index.shape, sparse=True))
    grid[s.axis()] = index
    return tuple(grid)


def _cleared(s: Facts, i: int) -> Array:
    """The gradient of what was written over: 0 at the places written to."""
    out, index = np.array(s.g), s["index"]
    if out.ndim:
        out[_along(s, out, index) if index.ndim == out.ndim else _at(s, s.axis(), index)] = 0
    else:
        out[...] = 0
    return out


def _written(s: Facts, i: int) -> Array:
    """The gradient of what was written: that of the places it went to."""
    g, index = s.g, s["index"]
    if not g.ndim:
        return np.broadcast_to(g, s.shape_of(i))
    pointwise = index.ndim == g.ndim and (g.ndim > 1 or index.shape == s.shape_of(i))
    got = g[_along(s, g, index)] if pointwise else np.take(g, index, s.axis())
    return np.asarray(got[tuple(slice(n) for n in s.shape_of(i))])


def _added(s: Facts, i: int) -> Array:
    return float(s.get("alpha", 1)) * (np.take(s.g, s["index"], s.axis()) if s.g.ndim else np.broadcast_to(s.g, s.shape_of(i)))


def _filler(s: Facts, i: int) -> Array:
    g = s.g if s.g.ndim else s.g.reshape(1)
    return np.asarray(np.take(g, s["index"], s.axis() if s.shape else 0).sum()).reshape(s.shape_of(i))


def _put(s: Facts, i: int) -> Array:
    out = np.array(s.g)
    if not s["accumulate"]:
        out[tuple(slice(None) if index is None else index for index in s["indices"])] = 0
    return out


def _put_values(s: Facts, i: int) -> Array:
    return unbroadcast(s.g[tuple(slice(None) if index is None else index for index in s["indices"])], s.shape_of(i))


def _embedded(s: Facts, i: int) -> Array:
    out, rows = np.zeros((int(s["weight_sym_argsize_0"]), s.g.shape[-1])), s["indices"].reshape(-1)
    g = s.g.reshape(-1, s.g.shape[-1]) * (rows != int(s["padding_idx"]))[:, None]
    if s.saved.get("scale_grad_by_freq"):
        g = g / np.bincount(rows)[rows][:, None]
    np.add.at(out, rows, g)
    return out


def _masked(places: Array, s: Facts) -> Array:
    mask = s["mask"]
    shape = np.broadcast_shapes(mask.shape, places.shape)
    return np.asarray(np.broadcast_to(places, shape)[np.broadcast_to(mask, shape)])


def _in_order(s: Facts, i: int) -> Array:
    out = np.zeros(int(np.prod(s.shape_of(i))))
    taken = s.g[np.broadcast_to(s["mask"], s.g.shape)]
    out[:taken.size] = taken
    return out.reshape(s.shape_of(i))


def _rolled(places: Array, s: Facts) -> Array:
    return np.roll(places, s["shifts"], s["dims"] or None) if places.ndim else places


def _diagonal(places: Array, s: Facts) -> Array:
    return np.diagonal(places, int(s.get("offset", 0)), int(s.get("dim1", 0)), int(s.get("dim2", 1)))


def _embedded_diagonal(s: Facts, i: int) -> Array:
    return np.diagonal(s.g, int(s.get("offset", 0)), int(s.get("dim1", -2)), int(s.get("dim2", -1)))


SAME = Formula("y = x, in another shape", (Rule("g, in the shape of x", _reshaped),))
COPY = Formula("y = x", (Rule("g", _reshaped),))
STEP = Formula("y = a number, whatever x was", (Rule("0", lambda s, i: np.zeros(s.shape)),))
_BACK = "g[k] back to the place that y[k] came from"
_TURN = Formula("y = x with its dimensions in another order", (
    Rule("g with its dimensions put back", _sent_back(lambda p, s: p.T if p.ndim < 3 else p), (), r"g^{\top}"),), r"y = x^{\top}")

MOVES = {
    **dict.fromkeys(("ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0", "SqueezeBackward0", "SqueezeBackward1",
                     "SqueezeBackward2", "SqueezeBackward3", "SqueezeBackward4", "UnsqueezeBackward0", "UnsqueezeBackward1"), SAME),
    **dict.fromkeys(("AliasBackward0", "CloneBackward0"), COPY),
    "ToCopyBackward0": Formula("y = x in another dtype", (Rule("g, in the dtype of x", _reshaped),)),
    "ExpandBackward0": Formula("y = x, repeated by broadcasting", (
        Rule("sum of g over the repetitions", lambda s, i: unbroadcast(s.g, s.shape)),)),
    **dict.fromkeys(("TBackward0", "TBackward1"), _TURN),
    **dict.fromkeys(("TransposeBackward0", "TransposeBackward1"), Formula("y = x with two dimensions exchanged", (
        Rule("g with the dimensions exchanged back", lambda s, i: np.swapaxes(s.g, int(s["dim0"]), int(s["dim1"]))
             if s.g.ndim else s.g),))),
    "PermuteBackward0": Formula("y = x with its dimensions in another order", (
        Rule("g with its dimensions put back", _sent_back(lambda p, s: p.transpose(s["dims"]))),)),
    "FlipBackward0": Formula("y = x, reversed", (Rule("g, reversed", lambda s, i: np.flip(s.g, s["dims"])),)),
    "RollBackward0": Formula("y = x, rolled", (Rule("g, rolled back", _sent_back(_rolled)),)),
    "Rot90Backward0": Formula("y = x, turned by quarters", (
        Rule("g, turned back", lambda s, i: np.rot90(s.g, -int(s.get("k", 1)), s["dims"])),)),
    "RepeatBackward0": Formula("y = x, several times", (
        Rule("sum of g over the repetitions", _sent_back(lambda p, s: np.tile(p, s["repeats"]))),)),
    "SelectBackward0": Formula("y = x[index]", (
        Rule(_BACK, _sent_back(lambda p, s: np.take(p, int(s.get("index", 0)), s.axis()))),)),
    "SliceBackward0": Formula("y = x[start:end]", (Rule(_BACK, _sent_back(_sliced)),)),
    "IndexBackward0": Formula("y = x[indices]", (Rule(_BACK + "; what was picked twice sums", _sent_back(_indexed)),)),
    "IndexSelectBackward0": Formula("y = x[index] along a dimension", (
        Rule(_BACK + "; what was picked twice sums",
             _sent_back(lambda p, s: np.take(p, np.atleast_1d(s["index"]), s.axis()) if p.ndim else p.repeat(s["index"].size)),
             (("index", lambda s: s["index"]),)),)),
    "GatherBackward0": Formula("y = x at the places of index", (
        Rule(_BACK + "; what was picked twice sums",
             _sent_back(lambda p, s: p[_along(s, p, s["index"])] if p.ndim else p), (("index", lambda s: s["index"]),)),)),
    "TakeBackward0": Formula("y = x, flat, at the places of index", (
        Rule(_BACK + "; what was picked twice sums", _sent_back(lambda p, s: p.reshape(-1)[s["index"]])),)),
    "MaskedSelectBackward0": Formula("y = x where mask", (Rule(_BACK, _sent_back(_masked)),)),
    "EmbeddingBackward0": Formula("y = rows of the table W", (
        Rule("g[k] back to its row; what was looked up twice sums", _embedded, (("rows", lambda s: s["indices"]),)),)),
    **dict.fromkeys(("DiagonalBackward0", "DiagonalBackward0_copy"), Formula("y = diagonal of x", (
        Rule("g on the diagonal, else 0", _sent_back(_diagonal)),))),
    "DiagEmbedBackward0": Formula("y = x on a diagonal", (Rule("diagonal of g", _embedded_diagonal),)),
    "TrilBackward0": Formula("y = x on and below a diagonal, else 0", (
        Rule("g there, else 0", lambda s, i: np.tril(s.g, int(s.get("diagonal", 0)))),)),
    "TriuBackward0": Formula("y = x on and above a diagonal, else 0", (
        Rule("g there, else 0", lambda s, i: np.triu(s.g, int(s.get("diagonal", 0)))),)),
    "CatBackward0": Formula("y = inputs side by side", (Rule("its part of g", _part),)),
    "StackBackward0": Formula("y = inputs along a new dimension", (Rule("its part of g", _stacked),)),
    **dict.fromkeys(("SplitBackward0", "UnsafeSplitBackward0"), Formula("y = pieces of x", (
        Rule("the gradients of the pieces, side by side", _pieces(_split_sizes)),))),
    "SplitWithSizesBackward0": Formula("y = pieces of x", (
        Rule("the gradients of the pieces, side by side", _pieces(lambda s: s["split_sizes"])),)),
    "UnbindBackward0": Formula("y = x[0], x[1], ...", (Rule("the gradients of the parts, stacked", _unbound),)),
    **dict.fromkeys(("ScatterBackward0", "ScatterBackward1", "IndexCopyBackward0"),
                    Formula("y = x with v written at the places of index", (
                        Rule("g, 0 where v was written", _cleared), Rule("g at the places written to", _written)))),
    "ScatterAddBackward0": Formula("y = x with v added at the places of index", (
        Rule("g", _reshaped), Rule("g at the places added to", _written))),
    "IndexAddBackward0": Formula("y = x with alpha · v added at index", (
        Rule("g", _reshaped), Rule("alpha · g at the places added to", _added))),
    **dict.fromkeys(("IndexFillBackward0", "IndexFillBackward1"), Formula("y = x with v written at index", (
        Rule("g, 0 where v was written", _cleared), Rule("sum of g at the places written to", _filler)))),
    "IndexPutBackward0": Formula("y = x with v written, or added, at indices", (
        Rule("g, 0 where v was written over x", _put), Rule("g at the places written to", _put_values))),
    "MaskedScatterBackward0": Formula("y = x with v written where mask", (
        Rule("g, 0 where mask", lambda s, i: unbroadcast(s.g * ~s["mask"], s.shape_of(i))), Rule("g where mask, in the order of v", _in_order))),
    **dict.fromkeys(("FillBackward2", "ZeroBackward0"), STEP),
    "FillBackward3": Formula("y = v, everywhere", (
        Rule("0", lambda s, i: np.zeros(s.shape)), Rule("sum(g)", lambda s, i: np.asarray(s.g.sum()).reshape(s.shape_of(i))))),
    "CopyBackwards": Formula("y = v, written over x", (
        Rule("0", lambda s, i: np.zeros(s.shape)), Rule("g", lambda s, i: unbroadcast(s.g, s.shape_of(i))))),
    "CopySlices": Formula("y = x with a part of it changed in place", (
        Rule("g outside the part; inside, what the change sends back"), Rule("what the change sends to its own inputs"))),
    "AsStridedBackward0": Formula("y = a view of x by strides", (Rule("g back to the places of x that the view shows"),)),
}
