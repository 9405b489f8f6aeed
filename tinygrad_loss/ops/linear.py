"""Products of matrices and vectors, recorded as PyTorch's chain of mm, mv, dot and bmm with the views around them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import c_word, type_word
from .._shapes import broadcast, listed
from ..autograd.node import NO_EDGE, Node
from ..autograd.variable import Variable
from ._record import Array, array_of, data_of, edge_of, edges_of, record
from .affine import MmBackward0
from .arithmetic import mul
from .permuting import matrix_transpose, permute, t, transpose
from .reductions import sum
from .shaping import contiguous, expand, reshape, squeeze, squeeze_in_place, unsafe_view, unsqueeze

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class BmmBackward0(Node):
    """A B for a batch of matrices."""

    __slots__ = ()
    inputs = saves = ("self", "mat2")
    vjps = (lambda g, a, b: bmm(g, transpose(b, 1, 2)), lambda g, a, b: bmm(transpose(a, 1, 2), g))


class MvBackward0(Node):
    """A v: the gradient of A is g v^T, that of v is A^T g."""

    __slots__ = ()
    inputs = saves = ("self", "vec")
    vjps = (lambda g, a, v: outer(g, v), lambda g, a, v: mv(t(a), g))


class DotBackward0(Node):
    """u . v: the gradient of each is g times the other."""

    __slots__ = ()
    inputs = saves = ("self", "tensor")
    vjps = (lambda g, u, v: g * v, lambda g, u, v: g * u)


class VdotBackward0(DotBackward0):
    """The same: for real numbers there is no conjugate to take."""

    __slots__ = ()
    inputs = saves = ("self", "other")


def factors(input: Any, other: Any, function: str, names: tuple[str, str]) -> tuple[Array, Array]:
    """The arrays of two factors, which must have one dtype, and not bool."""
    a, b = array_of(input, function, names[0]), array_of(other, function, names[1])
    if a.dtype != b.dtype:
        one, two = type_word(a.dtype), type_word(b.dtype)
        if function in ("dot", "vdot"):
            raise RuntimeError(f"{function} : expected both vectors to have same dtype, but found {one} and {two}")
        if function in ("mv", "addmv"):
            message = f"addmv input tensors must have the same dtype, but got {two}, {one}, and {two}"
        elif function in ("bmm", "baddbmm"):
            message = f"expected scalar type {one} but found {two}"
        elif function == "addmm":
            message = f"mat1 and mat2 must have the same dtype, but got {one} and {two}"
        else:
            message = f"expected m1 and m2 to have the same dtype, but got: {c_word(a.dtype)} != {c_word(b.dtype)}"
        raise RuntimeError(f"{message} ({function}(): convert one with .to(dtype))")
    if a.dtype == np.bool_:
        raise NotImplementedError(f"\"addmm_impl_cpu_\" not implemented for 'Bool' ({function}(): convert with .float() first)")
    return a, b


def _two(op: type[Node], input: Any, other: Any, out: Any) -> Any:
    """Record a product: each factor is kept only if the other one wants a gradient."""
    a, b = data_of(input), data_of(other)
    return record(op, (input, other), out, (a if edge_of(other)[0] else None, b if edge_of(input)[0] else None))


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices; nothing is broadcast.

    >>> import tinygrad_loss as torch
    >>> torch.mm(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [4.0]]))
    tensor([[11.]])
    """
    if type(input) is np.ndarray and type(mat2) is np.ndarray:
        return input @ mat2
    a, b = array_of(input, "mm"), array_of(mat2, "mm", "mat2")
    for name, one in (("self", a), ("mat2", b)):
        if one.ndim != 2:
            raise RuntimeError(
                f"{name} must be a matrix: mm() takes 2-D tensors, got {one.ndim}-D of shape {listed(one.shape)}. Use matmul."
            )
    check_fit(a, b)
    factors(input, mat2, "mm", ("input", "mat2"))
    return _two(MmBackward0, input, mat2, a @ b)  # type: ignore[no-any-return]


def check_fit(a: Array, b: Array) -> None:
    """RuntimeError for matrices that cannot be multiplied."""
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]}): the columns "
            "of the "
            "first must be as many as the rows of the second"
        )


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices, (b, n, m) and (b, m, p); nothing is broadcast.

    >>> import tinygrad_loss as torch
    >>> torch.bmm(torch.ones(2, 1, 3), torch.ones(2, 3, 1)).shape
    torch.Size([2, 1, 1])
    """
    if type(input) is np.ndarray and type(mat2) is np.ndarray:
        return input @ mat2
    a, b = matched_batches(input, mat2, "bmm")
    return _two(BmmBackward0, input, mat2, a @ b)  # type: ignore[no-any-return]


def matched_batches(input: Any, other: Any, function: str) -> tuple[Array, Array]:
    """The arrays of two batches of matrices that can be multiplied."""
    a, b = array_of(input, function), array_of(other, function, "mat2")
    for name, one in (("batch1", a), ("batch2", b)):
        if one.ndim != 3:
            raise RuntimeError(
                f"{name} must be a 3D tensor: {function}() takes batches of matrices, got shape {listed(one.shape)}"
            )
    if b.shape[:2] != (a.shape[0], a.shape[2]):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}]."
        )
    return factors(input, other, function, ("input", "mat2"))


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector.

    >>> import tinygrad_loss as torch
    >>> torch.mv(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 1.0]))
    tensor([3., 7.])
    """
    if type(input) is np.ndarray and type(vec) is np.ndarray:
        return input @ vec
    a, v = array_of(input, "mv"), array_of(vec, "mv", "vec")
    check_vector(a, v, v.ndim)
    factors(input, vec, "mv", ("input", "vec"))
    return _two(MvBackward0, input, vec, a @ v)  # type: ignore[no-any-return]


def check_vector(a: Array, v: Array, last: int) -> None:
    """RuntimeError for a matrix and a vector that cannot be multiplied."""
    if a.ndim != 2 or v.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {last if last != v.ndim else 1}, {a.ndim}, {v.ndim}")
    if a.shape[1] != v.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x{a.shape[1]}), vec ({v.shape[0]})")


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The dot product of two vectors of one length.

    >>> import tinygrad_loss as torch
    >>> torch.dot(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor(11.)
    """
    return _two(DotBackward0, input, tensor, _dotted(input, tensor, "dot", "tensor"))  # type: ignore[no-any-return]


def vdot(input: Tensor, other: Tensor) -> Tensor:
    """``dot``: real numbers are their own conjugates."""
    return _two(VdotBackward0, input, other, _dotted(input, other, "vdot", "other"))  # type: ignore[no-any-return]


def _dotted(input: Any, other: Any, function: str, name: str) -> Array:
    u, v = array_of(input, function), array_of(other, function, name)
    if u.ndim != 1 or v.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {u.ndim}D and {v.ndim}D tensors ({function}()). Use matmul or (a * b).sum()."
        )
    factors(input, other, function, ("input", name))
    if u.shape != v.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{u.size}] and src [{v.size}] to have the same number of elements, but "
            "got "
            f"{u.size} and {v.size} elements respectively"
        )
    return np.asarray(u @ v)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The matrix of all products of an element of one vector and an element of the other.

    >>> import tinygrad_loss as torch
    >>> torch.outer(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    for name, one in (("self", input), ("vec2", vec2)):
        if array_of(one, "outer", name).ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {array_of(one, 'outer', name).ndim}-D")
    return mul(reshape(input, array_of(input, "outer").size, 1), vec2)


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The product of matrices (``@``): vectors count as a row on the left and a column on the right, more dimensions as a batch.

    >>> import tinygrad_loss as torch
    >>> torch.ones(5, 2, 3) @ torch.ones(3)
    tensor([[3., 3.],
            [3., 3.],
            [3., 3.],
            [3., 3.],
            [3., 3.]])
    """
    if isinstance(input, Variable) and isinstance(other, Variable):
        # What most calls are, two matrices, goes by none of the checks below.
        a, b = input._data, other._data
        dtype = a.dtype
        if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0] and dtype is b.dtype and dtype.kind == "f":
            e, f = edges_of((input, other))
            saved = None if f is NO_EDGE else a, None if e is NO_EDGE else b
            return MmBackward0.recorded((e, f), a.dot(b), saved)  # type: ignore[no-any-return]
    a, b = array_of(input, "matmul"), array_of(other, "matmul", "other")
    if not a.ndim or not b.ndim:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D. Use * to multiply by a "
            "number."
        )
    if not isinstance(input, Variable) and not isinstance(other, Variable):
        return a @ b
    if a.ndim == 1 and b.ndim == 1:
        return dot(input, other)
    if a.ndim == 2 and b.ndim == 1:
        return mv(input, other)
    if a.ndim == 1 and b.ndim == 2:
        return squeeze_in_place(mm(unsqueeze(input, 0), other), 0)
    if a.ndim == 2 and b.ndim == 2:
        return mm(input, other)
    return _folded(input, other) if _should_fold(input, other) else _batched(input, other)  # type: ignore[no-any-return]


def _should_fold(input: Any, other: Any) -> bool:
    """Whether a batch times one matrix (or vector) is one product of a tall matrix, as PyTorch decides it."""
    a, b = array_of(input, "matmul"), array_of(other, "matmul")
    swapped = a.ndim < b.ndim
    large, small = (b.swapaxes(-1, -2), input) if swapped else (a, other)
    if not (large.ndim >= 3 and array_of(small, "matmul").ndim <= 2):
        return False
    if isinstance(small, Variable) and small.requires_grad:
        return True
    if a.ndim == 2:
        return False
    steps = large.strides
    return not large.size or all(steps[i] == steps[i + 1] * large.shape[i + 1] for i in range(large.ndim - 2))


def _folded(input: Any, other: Any) -> Any:
    ndim = array_of(input, "matmul").ndim
    swapped = ndim < array_of(other, "matmul").ndim
    large = matrix_transpose(other) if swapped else input
    small = other if not swapped else t(input) if ndim == 2 else input
    shape = array_of(large, "matmul").shape
    tall = reshape(large, math.prod(shape[:-1]), shape[-1])
    if array_of(small, "matmul").ndim == 1:
        return unsafe_view(mv(tall, small), shape[:-1])
    out = unsafe_view(mm(tall, small), (*shape[:-1], array_of(small, "matmul").shape[1]))
    return contiguous(matrix_transpose(out)) if swapped else out


def _batched(input: Any, other: Any) -> Any:
    a, b = array_of(input, "matmul").shape, array_of(other, "matmul").shape
    if len(a) == 3 and len(b) == 3 and a[0] != b[0]:
        if a[0] == 1 and edge_of(input)[0] is not None:
            return matmul(squeeze(input, 0), other)
        if b[0] == 1 and edge_of(other)[0] is not None:
            return matmul(input, squeeze(other, 0))
    batch = broadcast([a[:-2], b[:-2]], "matmul")
    count, rows, last = math.prod(batch), a[-2:-1] or (1,), b[-1:] if len(b) > 1 else ()
    left = reshape(expand(input, (*batch, *rows, a[-1])), (count, *rows, a[-1]))
    middle = b[-2] if len(b) > 1 else b[0]
    right = reshape(expand(other, (*batch, middle, *last)), (count, middle, *last))
    sizes = (*batch, *a[-2:-1], *last)
    if len(b) == 1:
        return unsafe_view(squeeze(bmm(left, unsqueeze(right, 2)), -1), sizes)
    return unsafe_view(bmm(left, right), sizes)


def matmul_operator(input: Tensor, other: Any) -> Any:
    """``input @ other``: what is no tensor is left to Python, which says that it cannot be multiplied."""
    return matmul(input, other) if hasattr(other, "_data") else NotImplemented


def rmatmul(input: Tensor, other: Tensor) -> Tensor:
    """``other @ input``."""
    return matmul(other, input)


def inner(input: Tensor, other: Tensor) -> Tensor:
    """The sums of products over the last dimensions of both; a 0-dim tensor multiplies.

    >>> import tinygrad_loss as torch
    >>> torch.inner(torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0], [5.0, 6.0]]))
    tensor([11., 17.])
    """
    a, b = array_of(input, "inner"), array_of(other, "inner", "other")
    if not a.ndim or not b.ndim:
        return mul(input, other)
    if a.shape[-1] != b.shape[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {listed(a.shape)} and {listed(b.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]))


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The sums of products over several dimensions: the last ``dims`` of ``a`` and the first of ``b``, or a pair of lists.

    >>> import tinygrad_loss as torch
    >>> torch.tensordot(torch.ones(2, 3), torch.ones(3, 4), 1).shape
    torch.Size([2, 4])
    """
    x, y = array_of(a, "tensordot", "a"), array_of(b, "tensordot", "b")
    if isinstance(dims, (int, np.integer)):
        if dims < 0 or dims > min(x.ndim, y.ndim):
            raise RuntimeError(f"tensordot expects dims >= 0 and no more than the dimensions of a and b, but got dims={dims}")
        dims = (list(range(x.ndim - int(dims), x.ndim)), list(range(int(dims))))
    first, second = ([dim % max(one.ndim, 1) for dim in wanted] for one, wanted in zip((x, y), dims, strict=True))
    for i, j in zip(first, second, strict=True):
        if x.shape[i] == 1 != y.shape[j]:
            b = sum(b, j, True)
        elif y.shape[j] == 1 != x.shape[i]:
            a = sum(a, i, True)
    x, y = array_of(a, "tensordot"), array_of(b, "tensordot")
    if [x.shape[dim] for dim in first] != [y.shape[dim] for dim in second]:
        raise RuntimeError(
            f"contracted dimensions need to match, but got shapes {listed(x.shape)} and {listed(y.shape)} over dims {dims}"
        )
    left = [dim for dim in range(x.ndim) if dim not in first]
    right = [dim for dim in range(y.ndim) if dim not in second]
    size = math.prod(x.shape[dim] for dim in first)
    tall = reshape(permute(a, (*left, *first)), (-1 if x.size else math.prod(x.shape[d] for d in left), size))
    wide = reshape(permute(b, (*second, *right)), (size, -1 if y.size else math.prod(y.shape[d] for d in right)))
    return reshape(mm(tall, wide), (*(x.shape[dim] for dim in left), *(y.shape[dim] for dim in right)))


def chain_matmul(*matrices: Any) -> Any:
    """The product of several matrices, multiplied from the left."""
    out = matrices[0]
    for one in matrices[1:]:
        out = mm(out, one)
    return out
