"""Methods that write their result into the tensor's own memory: their names end in an underscore.

Where operations are recorded, the tensor's history becomes that of the new value (see ``_views.rewrite``). Where they are not,
the arithmetic runs straight into the memory, without a copy: this is how an optimizer takes its step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import SCALARS
from ..autograd import clock
from ..autograd.modes import modes, paused
from ..autograd.node import NO_EDGE, Node
from ..autograd.variable import Variable
from ..autograd.wrapping import wrap
from ._adjoints import nothing
from ._record import Array, array_of, record
from ._views import CopyBackwards, ViewEdge, change, put, refuse_history, refuse_overlap, rewrite
from ._writes import Write
from .shaping import broadcast_array

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class ZeroBackward0(Node):
    """A tensor overwritten with zeros: no gradient flows to what was there before."""

    __slots__ = ()
    frees = False
    vjps = (nothing,)


class FillBackward0(ZeroBackward0):
    """One number everywhere."""

    __slots__ = ()


class FillBackward1(Node):
    """A 0-dim tensor everywhere: it receives the sum of the gradient."""

    __slots__ = ()
    frees = False
    vjps = (nothing, lambda g: g)


class FillBackward2(FillBackward0):
    """The same in place."""

    __slots__ = ()


class FillBackward3(FillBackward1):
    """The same in place."""

    __slots__ = ()


def in_place(function: Callable[..., Any], ufunc: Callable[..., Any] | None = None, name: str = "") -> Callable[..., Any]:
    """The method that rewrites its tensor by ``function``: ``exp_ = in_place(pointwise.exp)``. ``ufunc``: the NumPy function that
    does the same, with ``out=``."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if ufunc is not None and not kwargs and _at_once(ufunc, self, args):
            return self
        return rewrite(self, function, *args, **kwargs)

    method.__name__ = name or f"{function.__name__}_"
    method.__doc__ = f"``{function.__name__}`` in place: the tensor takes the result as its value; returns the tensor itself."
    return method


def in_place_scaled(function: Callable[..., Any], ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """The same for ``add`` and ``sub``, which take ``alpha``."""
    plain = in_place(function, ufunc)

    def method(self: Any, other: Any, *, alpha: Number = 1) -> Any:
        if alpha == 1:
            return self if _at_once(ufunc, self, (other,)) else rewrite(self, function, other)
        if not modes.grad and isinstance(other, Variable) and other._data.dtype.kind == "f" and isinstance(alpha, (int, float)):
            return plain(self, wrap(other._data * float(alpha), NO_EDGE))
        return rewrite(self, function, other, alpha=alpha)

    method.__name__, method.__doc__ = plain.__name__, plain.__doc__
    return method


def _at_once(ufunc: Callable[..., Any], x: Any, args: tuple[Any, ...]) -> bool:
    """Whether ``ufunc`` has done the work: for floating-point operands of one type none of which has a history to record."""
    data = x._data
    dtype, recorded = data.dtype, not paused.threads or modes.grad
    if dtype.kind != "f" or (recorded and x._edge is not NO_EDGE) or (data.base is not None and 0 in data.strides):
        return False
    operands: list[Any] = []
    for one in args:
        if type(one) is float:
            operands.append(one)
        elif isinstance(one, Variable) and one._data.dtype is dtype and not (recorded and one._edge is not NO_EDGE):
            other = one._data
            if data.base is not None or other.base is not None:  # two arrays that own their memory share none of it
                refuse_overlap(data, (one,))
            operands.append(other)
        else:
            return False
    try:
        ufunc(data, *operands, data)
    except ValueError:
        return False
    clock.touch(data)
    return True


def _overwrite(x: Any, value: Any, op: type[Node], *others: Any, overlapping: bool = False) -> Any:
    def write(data: Array) -> None:
        data[...] = value

    return change(x, write, op, others, overlapping=overlapping)


def writing(change_of: Callable[..., Write], name: str) -> Callable[..., Any]:
    """The method that carries out what ``change_of`` says in the tensor's own memory."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        made = change_of(self, *args, **kwargs)
        return change(self, made.write, made.op, made.others, made.saved)

    method.__name__ = name
    method.__doc__ = f"``{name[:-1]}`` in place: the tensor takes the result as its value; returns the tensor itself."
    return method


def zero_(input: Tensor) -> Tensor:
    """All zeros, in place.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0]); y = x.zero_(); x
    tensor([0., 0.])
    """
    return _overwrite(input, 0, ZeroBackward0, overlapping=True)  # type: ignore[no-any-return]


def fill_(input: Tensor, value: Tensor | Number) -> Tensor:
    """``value``, a number or a 0-dim tensor, everywhere, in place.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0]).fill_(3)
    tensor([3., 3.])
    """
    if isinstance(value, Variable):
        if value._data.ndim:
            raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value._data.ndim} dimensions.")
        return _overwrite(input, value._data, FillBackward3, value, overlapping=True)  # type: ignore[no-any-return]
    if not isinstance(value, (*SCALARS, np.number, np.bool_)):
        raise TypeError(
            f"fill_() received an invalid combination of arguments: 'value' must be a number or a 0-dim tensor, not "
            f"{type(value).__name__}"
        )
    return _overwrite(input, np.asarray(value).astype(input._data.dtype), FillBackward2, overlapping=True)  # type: ignore[no-any-return]


def fill(input: Tensor, value: Tensor | Number) -> Tensor:
    """A tensor of this shape and dtype with ``value``, a number or a 0-dim tensor, everywhere.

    >>> import tinygrad_loss as torch
    >>> torch.fill(torch.zeros(2), 3)
    tensor([3., 3.])
    """
    x, tensor = array_of(input, "fill"), isinstance(value, Variable)
    out = fill_(wrap(np.empty_like(x), NO_EDGE), value.detach() if isinstance(value, Variable) else value)
    return record(FillBackward1 if tensor else FillBackward0, (input, value) if tensor else (input,), out._data)  # type: ignore[no-any-return]


def fill_diagonal_(input: Tensor, fill_value: Number) -> Tensor:
    """``fill_value`` on the main diagonal, in place.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 2).fill_diagonal_(1)
    tensor([[1., 0.],
            [0., 1.]])
    """
    fill_(input.diagonal(), fill_value)
    return input


def copy_(input: Tensor, src: Tensor | Number, non_blocking: bool = False) -> Tensor:
    """The values of ``src``, broadcast to this shape and cast to this dtype, in place.

    >>> import tinygrad_loss as torch
    >>> torch.zeros(2, 2).copy_(torch.tensor([1, 2]))
    tensor([[1., 2.],
            [1., 2.]])
    """
    if isinstance(src, SCALARS):
        return fill_(input, src)
    if not isinstance(src, Variable):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
    values = broadcast_array(array_of(src, "copy_"), input._data.shape, "copy_")
    return _overwrite(input, values, CopyBackwards, src)  # type: ignore[no-any-return]


def in_place_shape(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The method that gives its tensor another shape or order of dimensions, over the same memory."""

    def method(self: Any, *args: Any) -> Any:
        if modes.grad and self.requires_grad:
            refuse_history(self)
        out = function(self, *args)
        edge = out._edge
        self._data = out._data
        if edge.base is self and edge.known is not NO_EDGE:
            self._edge = edge.known
        elif edge.base is not self and isinstance(self._edge, ViewEdge):
            self._edge = edge
        clock.touch(self._data)
        return self

    method.__name__ = name
    method.__doc__ = f"``{name[:-1]}`` in place: the tensor itself takes the other shape."
    return method


def resize_(input: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Another shape in place. The numbers are kept in order; new ones, if there are more, are zeros here.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2, 3, 4]).resize_(2, 2)
    tensor([[1, 2],
            [3, 4]])
    """
    if input.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    shape = tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
    if any(length < 0 for length in shape):
        raise RuntimeError(f"resize_(): requested size {list(shape)} has a negative length")
    if int(np.prod(shape)) == input._data.size:
        input._data = input._data.reshape(shape)
    else:
        input._data = np.resize(np.append(input._data, np.zeros(int(np.prod(shape)), input._data.dtype)), shape)
    return input


def resize_as_(input: Tensor, other: Tensor) -> Tensor:
    """``resize_`` to the shape of ``other``."""
    return resize_(input, *array_of(other, "resize_as_", "other").shape)


def apply_(input: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Each number replaced by ``callable`` of it, one after the other: slow, and without gradient.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0]).apply_(lambda number: number * 10)
    tensor([10., 20.])
    """
    return map_(input, None, lambda number, _: callable(number))


def map_(input: Tensor, tensor: Tensor | None, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Each number replaced by ``callable`` of it and its partner in ``tensor``: slow, and without gradient."""
    if input.requires_grad:
        raise TypeError("Can't call apply_() on Variable that requires grad. Use var.detach().apply_() instead.")
    x = array_of(input, "map_")
    partners = x if tensor is None else broadcast_array(array_of(tensor, "map_", "tensor"), x.shape, "map_")
    pairs = zip(x.reshape(-1).tolist(), partners.reshape(-1).tolist(), strict=True)
    put(input, np.array([callable(a, b) for a, b in pairs], x.dtype).reshape(x.shape))
    return input


def set_(input: Tensor, source: Tensor) -> Tensor:
    """From now on this tensor is ``source``'s memory, shape and values; for tensors without history only."""
    if not isinstance(source, Variable) or source._data.dtype != input._data.dtype:
        raise RuntimeError("set_(): the source must be a tensor of the same dtype")
    if input.requires_grad:
        raise RuntimeError("set_(): a tensor that requires grad keeps its memory; use x.data = source")
    input._data = source._data
    return input
