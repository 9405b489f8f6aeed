"""Questions about numbers, answered by True and False: comparisons, logic, bits, nan and infinity, all and any."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import SCALARS, type_word
from .._shapes import broadcast, dims_of
from ..autograd.variable import Variable
from ._kinds import refuse
from ._record import array_of, constant, data_of, harmonised
from ._spelling import numpy_spelling
from ._strict import tensor_of

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


def compared(function: Callable[..., Any], input: Any, other: Any, name: str) -> Any:
    """``function`` of two tensors, or a tensor and a number, as PyTorch promotes and broadcasts them; no gradient flows."""
    a, b = _pair(input, other, name)
    try:
        return constant((input, other), np.asarray(function(a, b)))
    except ValueError:
        broadcast([a.shape, b.shape], name)
        raise


def _pair(input: Any, other: Any, name: str) -> tuple[Any, Any]:
    call = f"{name}() received an invalid combination of arguments: {name}"
    if not isinstance(other, Variable):
        tensor_of(input, call)
    return harmonised(array_of(input, call), other if isinstance(other, SCALARS) else array_of(other, call, "other"))


def operator_of(function: Callable[..., Any], swapped: bool = False) -> Callable[..., Any]:
    """The operator that calls ``function``: like it, but what is no tensor or number (None, a string) is left to Python, so that
    ``x == None`` is False and ``x < None`` a TypeError."""

    def operate(self: Any, other: Any) -> Any:
        if not isinstance(other, (Variable, np.ndarray, np.generic, *SCALARS)):
            return NotImplemented
        return function(other, self) if swapped else function(self, other)

    return operate


def eq(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input == other``, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]) == 2
    tensor([False,  True])
    """
    return compared(np.equal, input, other, "eq")  # type: ignore[no-any-return]


def ne(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input != other``, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]) != 2
    tensor([ True, False])
    """
    return compared(np.not_equal, input, other, "ne")  # type: ignore[no-any-return]


def lt(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input < other``, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]) < 2
    tensor([ True, False])
    """
    return compared(np.less, input, other, "lt")  # type: ignore[no-any-return]


def le(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input <= other``, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 3]) <= torch.tensor([2, 2])
    tensor([ True, False])
    """
    return compared(np.less_equal, input, other, "le")  # type: ignore[no-any-return]


def gt(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input > other``, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([0.2, 0.7]) > 0.5
    tensor([False,  True])
    """
    return compared(np.greater, input, other, "gt")  # type: ignore[no-any-return]


def ge(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input >= other``, element by element.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]) >= 2
    tensor([False,  True])
    """
    return compared(np.greater_equal, input, other, "ge")  # type: ignore[no-any-return]


def _logic(function: Callable[..., Any], input: Any, other: Any, name: str) -> Any:
    a, b = tensor_of(input, name), tensor_of(other, name, "other")
    return constant((input, other), function(a, b)) if a.shape == b.shape else compared(function, input, other, name)


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """True where both are not 0.

    >>> import tinygrad_loss as torch
    >>> torch.logical_and(torch.tensor([1, 0]), torch.tensor([True, True]))
    tensor([ True, False])
    """
    return _logic(np.logical_and, input, other, "logical_and")  # type: ignore[no-any-return]


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """True where at least one is not 0.

    >>> import tinygrad_loss as torch
    >>> torch.logical_or(torch.tensor([1, 0]), torch.tensor([True, False]))
    tensor([ True, False])
    """
    return _logic(np.logical_or, input, other, "logical_or")  # type: ignore[no-any-return]


def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """True where exactly one is not 0.

    >>> import tinygrad_loss as torch
    >>> torch.logical_xor(torch.tensor([1, 0]), torch.tensor([True, True]))
    tensor([False,  True])
    """
    return _logic(np.logical_xor, input, other, "logical_xor")  # type: ignore[no-any-return]


def logical_not(input: Tensor) -> Tensor:
    """True where an element is 0.

    >>> import tinygrad_loss as torch
    >>> torch.logical_not(torch.tensor([1, 0]))
    tensor([False,  True])
    """
    return constant((input,), np.logical_not(array_of(input, "logical_not")))  # type: ignore[no-any-return]


def _bits(function: Callable[..., Any], input: Any, other: Any, name: str) -> Any:
    if isinstance(input, SCALARS):
        input, other = other, input
    kind = _pair(input, other, name)[0].dtype
    if kind.kind == "f":
        raise NotImplementedError(f'"{name}_cpu" not implemented for \'{type_word(kind)}\': {name}() takes integers and bools')
    return compared(function, input, other, name)


def bitwise_and(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input & other``: "and" of bools, bit by bit of integers.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([6, 3]) & 2
    tensor([2, 2])
    """
    return _bits(np.bitwise_and, input, other, "bitwise_and")  # type: ignore[no-any-return]


def bitwise_or(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input | other``: "or" of bools, bit by bit of integers.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([True, False]) | torch.tensor([False, False])
    tensor([ True, False])
    """
    return _bits(np.bitwise_or, input, other, "bitwise_or")  # type: ignore[no-any-return]


def bitwise_xor(input: Tensor, other: Tensor | Number) -> Tensor:
    """``input ^ other``: "either, not both" of bools, bit by bit of integers.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([True, False]) ^ torch.tensor([True, True])
    tensor([False,  True])
    """
    return _bits(np.bitwise_xor, input, other, "bitwise_xor")  # type: ignore[no-any-return]


def bitwise_not(input: Tensor) -> Tensor:
    """``~input``: the other truth value, or all bits turned over.

    >>> import tinygrad_loss as torch
    >>> ~torch.tensor([True, False]), ~torch.tensor([0, 5])
    (tensor([False,  True]), tensor([-1, -6]))
    """
    x = tensor_of(input, "bitwise_not")
    if x.dtype.kind == "f":
        refuse(x, "bitwise_not_cpu")
    return constant((input,), np.invert(x))  # type: ignore[no-any-return]


def invert(input: Tensor) -> Tensor:
    """``~input``: see ``bitwise_not``."""
    if array_of(input, "bitwise_not").dtype.kind == "f":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise_not(input)


def isnan(input: Tensor) -> Tensor:
    """True where an element is not a number.

    >>> import tinygrad_loss as torch
    >>> torch.isnan(torch.tensor([1.0, float("nan")]))
    tensor([False,  True])
    """
    return constant((input,), np.isnan(tensor_of(input, "isnan")))  # type: ignore[no-any-return]


def isinf(input: Tensor) -> Tensor:
    """True where an element is infinite.

    >>> import tinygrad_loss as torch
    >>> torch.isinf(torch.tensor([1.0, -float("inf")]))
    tensor([False,  True])
    """
    return constant((input,), np.isinf(tensor_of(input, "isinf")))  # type: ignore[no-any-return]


def isfinite(input: Tensor) -> Tensor:
    """True where an element is neither infinite nor nan.

    >>> import tinygrad_loss as torch
    >>> torch.isfinite(torch.tensor([1.0, float("inf"), float("nan")]))
    tensor([ True, False, False])
    """
    return constant((input,), np.isfinite(tensor_of(input, "isfinite")))  # type: ignore[no-any-return]


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """True where ``|input - other| <= atol + rtol |other|``. The two must have one dtype (RuntimeError).

    >>> import tinygrad_loss as torch
    >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.000001, 2.1]))
    tensor([ True, False])
    """
    a, b = tensor_of(input, "isclose"), tensor_of(other, "isclose", "other")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"isclose(): {type_word(a.dtype)} did not match {type_word(b.dtype)}. Convert one: other.to(input.dtype)"
        )
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not value >= 0:
            raise RuntimeError(f"isclose(): {name} must be greater than or equal to zero, but got {value}")
    broadcast([a.shape, b.shape], "isclose")
    same = np.equal(a, b)
    if a.dtype.kind == "f":
        apart = np.abs(a - b)
        same |= np.isfinite(apart) & (apart <= atol + np.abs(rtol * b))
        if equal_nan:
            same |= np.isnan(a) & np.isnan(b)
    elif rtol or atol:
        wide = a.astype(np.int64), b.astype(np.int64)
        same |= np.abs(wide[0] - wide[1]) <= atol + np.abs(rtol * wide[1])
    return constant((input, other), same)  # type: ignore[no-any-return]


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close: ``|input - other| <= atol + rtol |other|``.

    >>> import tinygrad_loss as torch
    >>> torch.allclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-6]))
    True
    """
    return bool(np.all(data_of(isclose(input, other, rtol, atol, equal_nan))))


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and the same elements (nan is equal to nothing).

    >>> import tinygrad_loss as torch
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True
    """
    a, b = tensor_of(input, "equal"), tensor_of(other, "equal", "other")
    return a.shape == b.shape and bool(np.all(np.equal(*harmonised(a, b))))


@numpy_spelling
def all(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all elements are not 0, of the whole tensor or along ``dim`` (an int or several).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[True, True], [True, False]]).all(dim=1)
    tensor([ True, False])
    """
    return _truth(np.all, input, dim, keepdim, "all")  # type: ignore[no-any-return]


@numpy_spelling
def any(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether some element is not 0, in the whole tensor or along ``dim`` (an int or several).

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[True, True], [False, False]]).any(dim=1)
    tensor([ True, False])
    """
    return _truth(np.any, input, dim, keepdim, "any")  # type: ignore[no-any-return]


def _truth(function: Callable[..., Any], input: Any, dim: Any, keepdim: bool, name: str) -> Any:
    x = tensor_of(input, name)
    dims = () if isinstance(dim, (tuple, list)) and not dim else dims_of(dim, x.ndim, name)
    out = np.asarray(function(x, axis=dims, keepdims=keepdim))
    return constant((input,), out.astype(np.uint8) if x.dtype == np.uint8 else out)


@numpy_spelling
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not 0, in the whole tensor or along ``dim`` (an int or several).

    >>> import tinygrad_loss as torch
    >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
    tensor([1, 2])
    """
    x = tensor_of(input, "count_nonzero")
    return constant((input,), np.asarray(np.count_nonzero(x, axis=dims_of(dim, x.ndim, "count_nonzero"))))  # type: ignore[no-any-return]
