"""Three tensors at once: addcmul, addcdiv, lerp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import result_dtype, type_word
from .._shapes import broadcast
from ..autograd.node import Node
from ._kinds import refuse_bool
from ._record import Array, data_of, record
from ._strict import tensor_of

if TYPE_CHECKING:
    from .._tensor import Tensor

Number = bool | int | float


class AddcmulBackward0(Node):
    """x + value a b: g for x, value g b for a, value g a for b."""

    __slots__ = ()
    inputs = ("self", "tensor1", "tensor2")
    saves = ("tensor1", "tensor2", "value")
    vjps = (lambda g, a, b, value: g, lambda g, a, b, value: g * (b * value), lambda g, a, b, value: g * (a * value))


class AddcdivBackward0(Node):
    """x + value a / b: g for x, value g / b for a, -value g a / b^2 for b."""

    __slots__ = ()
    inputs = ("self", "tensor1", "tensor2")
    saves = ("tensor1", "tensor2", "value")
    vjps = (
        lambda g, a, b, value: g,
        lambda g, a, b, value: g * (value / b),
        lambda g, a, b, value: -g * ((a * value) / (b * b)),
    )


class LerpBackward0(Node):
    """x + w (y - x) for a number w: (1 - w) g for x, w g for y."""

    __slots__ = ()
    inputs = ("self", "end")
    saves = ("weight",)
    frees = False
    vjps = (lambda g, w: g * (1 - w), lambda g, w: g * w)


class LerpBackward1(Node):
    """x + w (y - x): (1 - w) g for x, w g for y, g (y - x) for w."""

    __slots__ = ()
    inputs = ("self", "end", "weight")
    saves = ("self", "end", "weight")
    vjps = (lambda g, x, y, w: g * (1 - w), lambda g, x, y, w: g * w, lambda g, x, y, w: g * (y - x))


def _three(input: Any, tensor1: Any, tensor2: Any, function: str) -> list[Array]:
    """The three arrays in the dtype that promotion gives them."""
    named = (("input", input), ("tensor1", tensor1), ("tensor2", tensor2))
    arrays = [tensor_of(one, function, name) for name, one in named]
    broadcast([one.shape for one in arrays], function)
    kind = result_dtype(arrays).numpy
    return [one.astype(kind, copy=False) for one in arrays]


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """``input + value * tensor1 * tensor2``, with broadcasting.

    >>> import tinygrad_loss as torch
    >>> torch.addcmul(torch.tensor([1.0]), torch.tensor([2.0, 3.0]), torch.tensor([4.0]), value=0.5)
    tensor([5., 7.])
    """
    x, a, b = _three(input, tensor1, tensor2, "addcmul")
    refuse_bool(x, "addcmul_cpu_out")
    out = np.asarray(x + a * b * np.asarray(value).astype(x.dtype))
    return record(AddcmulBackward0, (input, tensor1, tensor2), out, (a, b, value))  # type: ignore[no-any-return]


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """``input + value * tensor1 / tensor2``, with broadcasting; not for integers (RuntimeError).

    >>> import tinygrad_loss as torch
    >>> torch.addcdiv(torch.tensor([1.0]), torch.tensor([2.0, 3.0]), torch.tensor([4.0]), value=2)
    tensor([2.0000, 2.5000])
    """
    if all(tensor_of(one, "addcdiv", "tensor1").dtype.kind != "f" for one in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future release addcdiv will perform a true division of "
            "tensor1 and tensor2. Convert first: tensor1.float()"
        )
    x, a, b = _three(input, tensor1, tensor2, "addcdiv")
    out = np.asarray(x + a / b * x.dtype.type(value))
    return record(AddcdivBackward0, (input, tensor1, tensor2), out, (a, b, value))  # type: ignore[no-any-return]


def lerp(input: Tensor, end: Tensor, weight: Tensor | Number) -> Tensor:
    """``input + weight * (end - input)``: a point on the line from one to the other, exact at both ends.

    >>> import tinygrad_loss as torch
    >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([1.0, 20.0]), 0.5)
    tensor([ 0.5000, 15.0000])
    """
    x, y = tensor_of(input, "lerp"), tensor_of(end, "lerp", "end")
    w = data_of(weight)
    for name, one in (("end", y), *((("weight", w),) if isinstance(w, np.ndarray) and w.ndim else ())):
        if one.dtype != x.dtype:
            raise RuntimeError(f"expected dtype {x.dtype} for `{name}` but got dtype {one.dtype}")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"lerp_kernel\" not implemented for '{type_word(x.dtype)}'")
    broadcast([np.shape(one) for one in (x, y, w)], "lerp")
    part = np.asarray(w).astype(x.dtype, copy=False)
    out = np.asarray(np.where(np.abs(part) < 0.5, x + part * (y - x), y - (y - x) * (1 - part)))
    if isinstance(w, np.ndarray):
        return record(LerpBackward1, (input, end, weight), out, (x, y, part))  # type: ignore[no-any-return]
    return record(LerpBackward0, (input, end), out, (weight,))  # type: ignore[no-any-return]
