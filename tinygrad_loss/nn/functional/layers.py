"""The functions of layers: linear, embedding, dropout; and one_hot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import I64, c_word, type_word
from ..._generator import stream_of
from ..._shapes import listed
from ...autograd.modes import modes, paused
from ...autograd.node import NO_EDGE, Node
from ...autograd.variable import Variable
from ...autograd.wrapping import wrap
from ...ops._record import Array, array_of, data_of, edges_of, record
from ...ops.affine import AddmmBackward0, MmBackward0, product
from ...ops.arithmetic import add, mul
from ...ops.linear import matmul
from ...ops.permuting import TBackward0, permute, t
from ...ops.shaping import SqueezeBackward4, reshape, unsafe_view, unsqueeze, view
from ._arguments import must_all_be_tensors, must_be_bool, must_be_integer, must_be_tensors

if TYPE_CHECKING:
    from ..._tensor import Tensor


class EmbeddingBackward0(Node):
    """Rows of a table: the gradients of equal rows are added, those of the row ``padding_idx`` left out."""

    __slots__ = ()
    saves = ("indices", "weight_sym_argsize_0", "padding_idx", "scale_grad_by_freq", "sparse")
    vjps = (lambda g, indices, rows, padding, by_freq, sparse: rows_added(g, indices, rows, padding, by_freq),)


class EmbeddingDenseBackward(Node):
    """The reverse of ``rows_added``: for each index the row of the gradient's table."""

    __slots__ = ()
    saves = ("indices", "rows", "padding_idx", "scale_grad_by_freq")
    vjps = (lambda g, indices, rows, padding, by_freq: rows_taken(g, indices, rows, padding, by_freq),)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x W^T + b.

    ``input`` is (..., in_features), ``weight`` (out_features, in_features), ``bias`` (out_features,) or None; the result
    (..., out_features). All of one dtype. RuntimeError for shapes or dtypes that do not fit.

    >>> import tinygrad_loss as torch
    >>> weight = torch.tensor([[1.0, 2.0]], requires_grad=True)
    >>> torch.nn.functional.linear(torch.tensor([[3.0, 4.0]]), weight, torch.tensor([0.5]))
    tensor([[11.5000]], grad_fn=<AddmmBackward0>)
    """
    if isinstance(input, Variable) and isinstance(weight, Variable) and (bias is None or isinstance(bias, Variable)):
        # What most calls are, rows times a weight, goes by none of the checks below.
        x, w = input._data, weight._data
        sizes, kind = w.shape, w.dtype
        fits = len(sizes) == x.ndim == 2 and x.shape[1] == sizes[1] and x.dtype is kind and kind.kind == "f"
        if fits and (bias is None or (bias._data.shape == sizes[:1] and bias._data.dtype is kind)):
            return _affine(bias, input, weight)  # type: ignore[no-any-return]
    must_be_tensors("linear", input=input, weight=weight, bias=bias)
    x, w = array_of(input, "linear"), array_of(weight, "linear", "weight")
    b = None if bias is None else array_of(bias, "linear", "bias")
    if w.ndim != 2 and b is None:
        return matmul(input, t(weight))
    _check_linear(x, w, b)
    if x.ndim == 2:
        return _affine(bias, input, weight)  # type: ignore[no-any-return]
    rows, shape = math.prod(x.shape[:-1]), (*x.shape[:-1], len(w))
    if b is not None and x.flags.c_contiguous:
        return view(_affine(bias, view(input, rows, x.shape[-1]), weight), shape)
    if x.ndim == 1:
        column = _affine(None, unsqueeze(input, 0), weight)
        out = record(SqueezeBackward4, (column,), data_of(column)[0], (0, (1, len(w))))
    else:
        out = unsafe_view(_affine(None, reshape(input, rows, x.shape[-1]), weight), shape)
    return out if bias is None else add(out, bias)  # type: ignore[no-any-return]


def _affine(bias: Any, input: Any, weight: Any) -> Any:
    """x W^T + b of matrices; the transposition of the weight is recorded, but no tensor is made of it."""
    x, w = input._data, weight._data.T
    out = product(x, w)
    if bias is not None:
        out += bias._data
    # The bias' edge first: of nodes that wait, the walk takes the one made last, and so goes on from here to the weight at once.
    of_b, of_x, of_w = edges_of((bias, input, weight))
    saved_x, saved_w = None if of_w is NO_EDGE else x, None if of_x is NO_EDGE else w
    if of_w is not NO_EDGE and (not paused.threads or modes.grad):
        of_w = (TBackward0.made((of_w,), (), w.shape, w.dtype), 0)
    if bias is None:
        return MmBackward0.recorded((of_x, of_w), out, (saved_x, saved_w))
    return AddmmBackward0.recorded((of_b, of_x, of_w), out, (saved_x, saved_w, 1, 1))


def _check_linear(x: Array, w: Array, b: Array | None) -> None:
    if x.ndim == 0 or w.ndim == 0:
        raise RuntimeError(
            f"linear(): both arguments to linear need to be at least 1D, but they are {x.ndim}D and {w.ndim}D"
        )
    if w.ndim != 2:
        raise RuntimeError(f"linear(): mat2 must be a matrix, got {w.ndim}-D tensor; weight is (out_features, in_features)")
    if x.shape[-1] != w.shape[1]:
        raise RuntimeError(
            f"linear(): mat1 and mat2 shapes cannot be multiplied ({math.prod(x.shape[:-1])}x{x.shape[-1]} and "
            f"{w.shape[1]}x{w.shape[0]}): the input has {x.shape[-1]} features, the weight takes {w.shape[1]}"
        )
    if b is not None and b.dtype != w.dtype:
        raise RuntimeError(
            f"linear(): self and mat2 must have the same dtype, but got {type_word(b.dtype)} and {type_word(w.dtype)}"
        )
    if x.dtype != w.dtype:
        if b is None:
            words = f"expected m1 and m2 to have the same dtype, but got: {c_word(x.dtype)} != {c_word(w.dtype)}"
        else:
            words = f"mat1 and mat2 must have the same dtype, but got {type_word(x.dtype)} and {type_word(w.dtype)}"
        raise RuntimeError(f"linear(): {words}. Convert the input: input.to(weight.dtype)")
    if b is None:
        return
    if b.ndim > 2 or any(n not in (1, m) for n, m in zip(b.shape[::-1], (len(w), math.prod(x.shape[:-1])), strict=False)):
        raise RuntimeError(
            f"linear(): The expanded size of the tensor ({len(w)}) must match the existing size ({(1, *b.shape)[-1]}) at "
            f"non-singleton dimension 1.  Target sizes: {listed((math.prod(x.shape[:-1]), len(w)))}.  Tensor sizes: "
            f"{listed(b.shape)} (the bias)"
        )


class TrilinearBackward0(Node):
    """The sum over i and j of a_i w_oij b_j: each of the three receives the gradient times the other two."""

    __slots__ = ()
    inputs = ("i1", "i2", "i3")
    saves = ("i1", "i2", "i3", "expand1", "expand2", "expand3", "sumdim")
    vjps = (
        lambda g, a, w, b, *dims: matmul(_pairs(g, b), _flat(w, 0, 2)),
        lambda g, a, w, b, *dims: matmul(t(g), _pairs(a, b)).reshape(data_of(w).shape),  # type: ignore[has-type]
        lambda g, a, w, b, *dims: matmul(_pairs(g, a), _flat(w, 0, 1)),
    )


def _pairs(a: Any, b: Any) -> Any:
    """(rows, i) and (rows, j) as the products (rows, i * j)."""
    (rows, i), j = data_of(a).shape, data_of(b).shape[1]
    return mul(a.reshape(rows, i, 1), b.reshape(rows, 1, j)).reshape(rows, i * j)


def _flat(w: Any, first: int, second: int) -> Any:
    """The weights (o, i, j) as a matrix of two of these dimensions by the third."""
    third = 3 - first - second
    sizes = data_of(w).shape
    return permute(w, first, second, third).reshape(sizes[first] * sizes[second], sizes[third])


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y_o = x1^T W_o x2 + b_o: (..., in1) and (..., in2) with ``weight``, (out, in1, in2), to (..., out).

    >>> import tinygrad_loss as torch
    >>> x1, x2, weight = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), torch.eye(2).reshape(1, 2, 2)
    >>> torch.nn.functional.bilinear(x1, x2, weight)
    tensor([11.])
    """
    must_be_tensors("bilinear", input1=input1, input2=input2, weight=weight, bias=bias)
    a, b, w = (array_of(one, "bilinear") for one in (input1, input2, weight))
    if a.ndim != b.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {a.ndim} and {b.ndim}")
    for dim, (m, n) in enumerate(zip(a.shape[:-1], b.shape[:-1], strict=True)):
        if m != n:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {dim}: got {m} and {n}")
    for name, x, size in (("input1", a, w.shape[1]), ("input2", b, w.shape[2])):
        if x.shape[-1] != size:
            raise RuntimeError(f"bilinear(): {name} size does not match weight size: got {x.shape[-1]} but expected {size}")
    if bias is not None and bias._data.shape != w.shape[:1]:
        raise RuntimeError(f"bilinear(): bias size does not match weight size: got {bias._data.size} but expected {len(w)}")
    rows = math.prod(a.shape[:-1])
    one, two = reshape(input1, rows, a.shape[-1]), reshape(input2, rows, b.shape[-1])
    values = _pairs(one._data, two._data) @ w.reshape(len(w), -1).T
    out = record(TrilinearBackward0, (one, weight, two), values, (one._data, w, two._data, (1, 3), (0,), (1, 2), (2, 3)))
    out = reshape(out, *a.shape[:-1], len(w))
    return out if bias is None else add(out, bias)  # type: ignore[no-any-return]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Rows of ``weight``, (rows, columns), by the indices in ``input`` (int64 or int32): shape (*input.shape, columns).

    The row ``padding_idx`` receives no gradient; ``scale_grad_by_freq`` divides each row's by how often it was taken. Sparse
    gradients and ``max_norm`` are not supported (NotImplementedError). IndexError for an index outside the table.

    >>> import tinygrad_loss as torch
    >>> table = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], requires_grad=True)
    >>> torch.nn.functional.embedding(torch.tensor([2, 0]), table)
    tensor([[4., 5.],
            [0., 1.]], grad_fn=<EmbeddingBackward0>)
    """
    must_all_be_tensors("embedding", indices=input, weight=weight)
    indices, table = data_of(input), data_of(weight)
    if max_norm is not None or sparse:
        given = "sparse=True" if sparse else f"max_norm={max_norm}"
        raise NotImplementedError(f"embedding(): {given} is not supported. Leave it out")
    if table.ndim != 2:
        raise RuntimeError(f"embedding(): 'weight' must be 2-D, got shape {listed(table.shape)}")
    if indices.dtype.name not in ("int64", "int32"):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{type_word(indices.dtype)}Tensor instead (while checking arguments for embedding). Convert it: input.long()"
        )
    rows = len(table)
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise AssertionError(f"Padding_idx must be within num_embeddings: {padding_idx} of {rows}")
    if indices.size and not 0 <= indices.min() <= indices.max() < rows:
        wrong = indices.min() if indices.min() < 0 else indices.max()
        raise IndexError(f"index out of range in self: embedding(): index {wrong} of a table with {rows} rows")
    padding = -1 if padding_idx is None else padding_idx % rows
    saved = (indices, rows, padding, scale_grad_by_freq, sparse)
    return record(EmbeddingBackward0, (weight,), table[indices], saved)  # type: ignore[no-any-return]


def rows_added(g: Any, indices: Array, rows: int, padding: int, by_freq: bool) -> Any:
    """A table of zeros with the rows of ``g`` added at the indices: the gradient of ``embedding``."""
    places, values = data_of(indices).reshape(-1), data_of(g)
    values = values.reshape(-1, values.shape[-1]) / _counts(places, rows, by_freq)
    if padding >= 0:
        places, values = places[places != padding], values[places != padding]
    out = np.zeros((rows, values.shape[-1]), values.dtype)
    if places.size:
        order = np.argsort(places, kind="stable")
        places = places[order]
        starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
        out[places[starts]] = np.add.reduceat(values[order], starts, axis=0)
    return record(EmbeddingDenseBackward, (g,), out, (indices, rows, padding, by_freq))


def rows_taken(g: Any, indices: Array, rows: int, padding: int, by_freq: bool) -> Any:
    """The reverse of ``rows_added``."""
    places = data_of(indices)
    factor = (places != padding)[..., None] / _counts(places.reshape(-1), rows, by_freq).reshape((*places.shape, 1))
    taken = record(EmbeddingBackward0, (g,), data_of(g)[places], (indices, rows, -1, False, False))
    return taken * factor.astype(data_of(g).dtype)


def _counts(places: Array, rows: int, by_freq: bool) -> Array:
    """For each index how often it occurs, or 1, as a column."""
    if not by_freq:
        return np.ones((len(places), 1), np.float32)
    return np.bincount(places, minlength=rows)[places][:, None].astype(np.float32)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each number is set to 0 with probability ``p``, the others are divided by 1 - p; nothing happens unless ``training``.

    Which numbers fall out is what PyTorch draws for the same seed. ValueError if p is not in [0, 1].

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0)
    >>> torch.nn.functional.dropout(torch.ones(4), p=0.25)
    tensor([0.0000, 1.3333, 1.3333, 0.0000])
    """
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if math.isnan(p):
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")
    must_all_be_tensors("dropout", input=input)
    must_be_bool("dropout", training=training)
    x = data_of(input)
    if not training or p == 0 or not x.size:
        return input
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"dropout(): result type Float can't be cast to the desired output type {type_word(x.dtype)}. Use input.float()"
        )
    mask = wrap(stream_of(None).dropout_mask(x, p), NO_EDGE)
    return input.mul_(mask) if inplace else mul(input, mask)  # type: ignore[no-any-return]


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Classes (...) as rows (..., num_classes) of int64 zeros with a 1 in the class's place; -1: as many as the largest needs.

    RuntimeError unless the classes are int64 in [0, num_classes).

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    must_all_be_tensors("one_hot", tensor=tensor)
    classes = data_of(tensor)
    if classes.dtype != I64:
        raise RuntimeError(f"one_hot is only applicable to index tensor of type LongTensor, not {type_word(classes.dtype)}Tensor")
    if not classes.size:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor. Pass num_classes")
        return wrap(np.zeros((*classes.shape, num_classes), I64), NO_EDGE)  # type: ignore[no-any-return]
    must_be_integer("one_hot", num_classes=num_classes)
    low, high = int(classes.min()), int(classes.max())
    if low < 0:
        raise RuntimeError(f"one_hot: Class values must be non-negative, got {low}")
    if num_classes != -1 and high >= num_classes:
        raise RuntimeError(f"one_hot: Class values must be smaller than num_classes, got {high} and num_classes={num_classes}")
    width = high + 1 if num_classes == -1 else num_classes
    return wrap((classes[..., None] == np.arange(width)).astype(I64), NO_EDGE)  # type: ignore[no-any-return]
