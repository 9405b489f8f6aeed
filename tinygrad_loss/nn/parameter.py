"""Parameter: a tensor that a module trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._creation import size_from
from .._device import check_device
from .._dtypes import default_numpy, dtype as DType
from .._tensor import Tensor
from ..autograd.node import LEAF, NO_EDGE
from ..autograd.wrapping import wrap
from ..errors import type_name


class Parameter(Tensor):
    """A leaf tensor that a module trains: assigned to a module's attribute, it is listed among its ``parameters()``.

    ``data`` is the tensor whose memory it takes over (an empty one if left out); it requires a gradient unless told otherwise.

    >>> import tinygrad_loss as torch
    >>> torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        if data is None:
            array = np.empty(0, default_numpy())
        elif isinstance(data, Tensor):
            array = data._data
        else:
            raise TypeError(f"Parameter: argument 'data' must be Tensor, not {type_name(data)}. Make one with tensor(data).")
        if requires_grad and array.dtype.kind != "f":
            raise RuntimeError(
                f"Only Tensors of floating point and complex dtype can require gradients, not {array.dtype}. Make the numbers "
                "floating-point, or pass requires_grad=False."
            )
        self = object.__new__(cls)
        self._data = array
        self._edge = LEAF if requires_grad else NO_EDGE
        return self

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        pass

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return f"Parameter containing:\n{wrap(self._data, self._edge)!r}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(wrap(self._data.copy(), NO_EDGE), self.requires_grad)
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (wrap(self._data, NO_EDGE), self.requires_grad)


def empty_parameter(*shape: int, device: Any = None, dtype: DType | None = None, requires_grad: bool = True) -> Parameter:
    """A parameter that is still to be given its first numbers, for ``reset_parameters``."""
    check_device(device, "Parameter")
    kind = default_numpy() if dtype is None else dtype.numpy
    return Parameter(wrap(np.empty(size_from(shape, "Parameter"), kind), NO_EDGE), requires_grad)


def replace_array(tensor: Tensor, array: np.ndarray[Any, Any]) -> None:
    """Give ``tensor`` another array, perhaps of another dtype; later graphs end in a new AccumulateGrad of that dtype."""
    tensor._data = array
    if hasattr(tensor, "_accumulator"):
        del tensor._accumulator
