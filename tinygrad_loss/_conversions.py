"""A tensor as Python's numbers, as NumPy's array, in another dtype: what the methods of ``Tensor`` of these names do."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _dtypes
from ._device import check_device
from ._from_python import numpy_dtype
from ._legacy import TensorType, type_called
from ._storage import rebuilt, storage_of, unwatched
from .autograd.node import NO_EDGE
from .autograd.variable import Variable
from .autograd.wrapping import wrap
from .errors import type_name
from .ops._casts import cast

if TYPE_CHECKING:
    from ._tensor import Tensor


def item(input: Tensor) -> Any:
    """The one number of this tensor as a Python number; RuntimeError for several.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([2.5]).item()
    2.5
    """
    data = input._data
    if data.size != 1:
        raise RuntimeError(
            f"item(): a Tensor with {data.size} elements cannot be converted to Scalar (shape {list(data.shape)}). "
            "Take one element, reduce it (.mean()), or use .tolist()"
        )
    return data.item()


def tolist(input: Tensor) -> Any:
    """The numbers as nested Python lists; of a 0-dim tensor the number itself.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([[1, 2], [3, 4]]).tolist()
    [[1, 2], [3, 4]]
    """
    return input._data.tolist()


def numpy(input: Tensor, *, force: bool = False) -> np.ndarray[Any, Any]:
    """The array of this tensor: the same memory. One that requires a gradient must be detached first (RuntimeError), unless
    ``force``.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1.0, 2.0]).numpy()
    array([1., 2.], dtype=float32)
    """
    if input.requires_grad and not force:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    return input._data


def array(input: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    """What ``np.asarray(tensor)`` gets: the same memory where the dtype is the same."""
    found = numpy(input)
    if dtype is None or found.dtype == dtype:
        return found.copy() if copy else found
    if copy is False:
        raise ValueError(
            f"Unable to avoid copy while creating an array as requested: the tensor holds {found.dtype}, not {dtype}"
        )
    return found.astype(dtype)


def from_ufunc(input: Tensor, array: np.ndarray[Any, Any], context: Any = None, return_scalar: bool = False) -> Tensor:
    """A NumPy function of a tensor gives a tensor, outside the graph; truth values as 0 and 1 in uint8, as in PyTorch."""
    found = np.asarray(array)
    return wrap(found.astype(np.uint8) if found.dtype.kind == "b" else found, NO_EDGE)  # type: ignore[no-any-return]


def as_bool(input: Tensor) -> bool:
    """``bool(tensor)``, of one number; RuntimeError for several or none."""
    data = input._data
    if data.size != 1:
        words = "no values" if not data.size else "more than one value"
        raise RuntimeError(
            f"Boolean value of Tensor with {words} is ambiguous (shape {list(data.shape)}). Use .any() or .all()"
        )
    return bool(data.item())


def _one_number(input: Tensor) -> Any:
    data = input._data
    if data.size != 1:
        raise ValueError(
            f"only one element tensors can be converted to Python scalars, not one of shape {list(data.shape)}. "
            "Take one element or reduce it, as with .mean()"
        )
    return data.item()


def as_float(input: Tensor) -> float:
    """``float(tensor)``, of one number."""
    if input.requires_grad and input._data.size == 1:
        warnings.warn(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first.",
            UserWarning,
            stacklevel=2,
        )
    return float(_one_number(input))


def as_int(input: Tensor) -> int:
    """``int(tensor)``, of one number: what comes after the point is cut off."""
    return int(_one_number(input))


def as_complex(input: Tensor) -> complex:
    """``complex(tensor)``, of one number."""
    return complex(_one_number(input))


def as_index(input: Tensor) -> int:
    """The tensor as an index, as in ``names[tensor]``: TypeError unless it is one integer."""
    data = input._data
    if data.size != 1 or data.dtype.kind == "f":
        raise TypeError(
            "only integer tensors of a single element can be converted to an index, "
            f"not {data.dtype} of shape {list(data.shape)}. Use int(tensor)"
        )
    return int(data.item())


def length(input: Tensor) -> int:
    """``len(tensor)``: the length of the first dimension."""
    if input._data.ndim == 0:
        raise TypeError("len() of a 0-d tensor. It holds one number: use .item()")
    return len(input._data)


def iterate(input: Tensor) -> Iterator[Tensor]:
    """The tensor's rows one by one (``unbind(0)``); TypeError for a 0-dim tensor."""
    if input._data.ndim == 0:
        raise TypeError("iteration over a 0-d tensor. It holds one number: use .item()")
    return iter(input.unbind(0))


def contains(input: Tensor, element: Any) -> bool:
    """``number in tensor``: whether any element equals it."""
    if not isinstance(element, (Variable, bool, int, float, complex)):
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")
    return bool((input == element)._data.any())  # type: ignore[attr-defined]


def to(input: Tensor, *args: Any, **options: Any) -> Tensor:
    """The tensor in another dtype or on another device: ``to(dtype)``, ``to(device)``, ``to(device, dtype)``, ``to(other)``.

    The tensor itself where nothing changes, unless ``copy=True``. The gradient flows back in the old dtype.

    >>> import tinygrad_loss as torch
    >>> torch.tensor([1, 2]).to(torch.float32), torch.tensor([1]).to("cpu", torch.float64)
    (tensor([1., 2.]), tensor([1.], dtype=torch.float64))
    """
    first, rest = (args[0], list(args[1:])) if args else (None, [])
    dtype, where = options.pop("dtype", None), options.pop("device", None)
    if isinstance(first, Variable):
        dtype = first.dtype  # type: ignore[attr-defined]
    elif isinstance(first, (_dtypes.dtype, type)):
        dtype = first
    else:
        where = first if args else where
        dtype = rest.pop(0) if rest else dtype
    given = dict(zip(("non_blocking", "copy"), rest, strict=False)) | options
    unknown = set(given) - {"non_blocking", "copy", "memory_format"}
    if unknown or len(rest) > 2 or any(not isinstance(value, bool) for name, value in given.items() if name != "memory_format"):
        raise TypeError(
            f"to() received an invalid combination of arguments - got {args} {options}: give to(dtype), "
            f"to(device), to(device, dtype) "
            "or to(other), and then non_blocking, copy and memory_format"
        )
    check_device(where, "to")
    kind = numpy_dtype(dtype, "to")
    return cast(input, input.dtype if kind is None else _dtypes.from_numpy_dtype(kind), given.get("copy", False))


def cpu(input: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself: it lives on the CPU."""
    return input


def cuda(input: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
    """Not here: AssertionError says that tensors live on the CPU."""
    check_device("cuda" if device is None else device, "cuda")
    return input


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """``type()`` gives the old name of the tensor's type; ``type(dtype)`` the tensor in that type, which may be such a name.

    >>> import tinygrad_loss as torch
    >>> torch.ones(2).type(), torch.ones(2).type(torch.int64), torch.ones(2).type("torch.DoubleTensor")
    ('torch.FloatTensor', tensor([1, 1]), tensor([1., 1.], dtype=torch.float64))
    """
    if dtype is None:
        return f"torch.{type_called(input.dtype)}"
    if isinstance(dtype, (TensorType, str)):
        return cast(input, TensorType.called(dtype).usable_dtype())
    if isinstance(dtype, type) and issubclass(dtype, Variable):
        return cast(input, _dtypes.get_default_dtype())
    if not isinstance(dtype, _dtypes.dtype):
        raise ValueError(f"type(): invalid type: {dtype!r}. Use torch.float32, torch.FloatTensor or 'torch.FloatTensor'")
    return cast(input, dtype)


def data(input: Tensor) -> Tensor:
    """The same memory outside the graph; what is written to it in place is not noticed by a graph that has saved it.

    ``tensor.data = other`` lets the tensor take over the memory (and shape and dtype) of another.

    >>> import tinygrad_loss as torch
    >>> w = torch.ones(2, requires_grad=True); w.data.mul_(3); w
    tensor([3., 3.])
    tensor([3., 3.], requires_grad=True)
    """
    return wrap(unwatched(input._data), NO_EDGE)  # type: ignore[no-any-return]


def set_data(input: Tensor, value: Any) -> None:
    """Let ``input`` take over the memory of ``value``, as PyTorch does on ``tensor.data = value``."""
    if not isinstance(value, Variable):
        raise TypeError(f"data: Variable data has to be a tensor, but got {type_name(value)}. Make one with torch.tensor")
    if input.requires_grad and value._data.dtype.kind != "f":
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    old, input._data = input._data, unwatched(value._data)
    if (old.shape, old.dtype) != (value._data.shape, value._data.dtype) and hasattr(input, "_accumulator"):
        del input._accumulator  # it knows the old shape and dtype


def refuse_deletion(input: Tensor) -> None:
    """``del tensor.data`` is an error, as in PyTorch."""
    raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


def reduce(input: Tensor, protocol: Any) -> tuple[Any, ...]:
    """What ``pickle`` and ``copy.copy`` need: memory that several tensors share is written once, and stays shared."""
    owner, offset, steps = storage_of(input._data)
    state = input.__dict__ or None
    return rebuilt, (type(input), owner, offset, input._data.shape, steps, input.requires_grad), state


def deepcopy(input: Tensor, memo: dict[int, Any]) -> Any:
    """``copy.deepcopy(tensor)``: leaves only, with their gradient; memory that several tensors share is copied once."""
    if not input.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. "
            "Copy a detached tensor: copy.deepcopy(x.detach())"
        )
    if id(input) not in memo:
        owner, offset, steps = storage_of(input._data)
        tensor = rebuilt(type(input), copy.deepcopy(owner, memo), offset, input._data.shape, steps, input.requires_grad)
        memo[id(input)] = tensor
        if input.grad is not None:
            tensor.grad = copy.deepcopy(input.grad, memo)
        tensor.__dict__.update(copy.deepcopy(input.__dict__, memo))
    return memo[id(input)]




def reverse(input: Tensor) -> Tensor:
    """``reversed(tensor)``: the rows from the last to the first."""
    return input.flip(0) if input._data.ndim else input
