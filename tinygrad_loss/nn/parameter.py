"""Parameter: a tensor that a module trains."""

from __future__ import annotations

from collections.abc import Callable
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


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet: that of a lazy layer before its first call. All but ``materialize`` is refused.

    >>> import tinygrad_loss as torch
    >>> torch.nn.LazyLinear(3).weight
    <UninitializedParameter>
    """

    __slots__ = ()

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: DType | None = None) -> UninitializedParameter:
        check_device(device, "UninitializedParameter")
        self = object.__new__(cls)
        _hold(self, np.empty(0, default_numpy() if dtype is None else dtype.numpy))
        self._edge = LEAF if requires_grad else NO_EDGE
        return self

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        pass

    @property
    def _data(self) -> Any:  # type: ignore[override]
        raise ValueError(
            "Attempted to use an uninitialized parameter: the layer it belongs to is lazy, and takes its shape from the first input. "
            "Call `forward` with a dummy batch to initialize the parameters before calling torch functions"
        )

    @property
    def shape(self) -> Any:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. Call `forward` to initialize the parameters before "
            "accessing their attributes."
        )

    def materialize(self, shape: tuple[int, ...]) -> None:
        """Become an ordinary parameter of that shape, its numbers still to be drawn."""
        kind = Tensor._data.__get__(self).dtype  # type: ignore[attr-defined]
        self.__class__ = Parameter  # type: ignore[assignment]
        _hold(self, np.empty(shape, kind))

    def convert(self, fn: Callable[[Tensor], Tensor]) -> None:
        """Take the dtype that ``fn`` gives a tensor of this parameter's dtype."""
        _hold(self, fn(wrap(Tensor._data.__get__(self), NO_EDGE))._data)  # type: ignore[attr-defined]

    def detach(self) -> Tensor:
        """The parameter itself, for a state_dict."""
        return self

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return "<UninitializedParameter>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = other = UninitializedParameter(self.requires_grad)
            _hold(other, Tensor._data.__get__(self))  # type: ignore[attr-defined]
        return memo[id(self)]  # type: ignore[no-any-return]


def _hold(parameter: Tensor, array: np.ndarray[Any, Any]) -> None:
    """Set the array of a parameter that refuses to show it."""
    Tensor._data.__set__(parameter, array)  # type: ignore[attr-defined]


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
