"""The printed form of a tensor, character for character PyTorch's.

Everything here works on NumPy arrays: `Tensor.__repr__` hands over its array and what it knows of its graph.

The rules, in the order in which they are applied:

1. More than `threshold` elements: only the first and last `edgeitems` of each axis are read; "..." stands for the rest.
2. One notation for all the numbers that are shown, chosen from those that are finite and not zero:
   scientific if the largest magnitude is above 1e8 or above 1000 times the smallest, or if the smallest is below 1e-4;
   else, if all of them are whole, the whole number and a point (`2.`); else `precision` digits after the point.
3. One width for all: that of the widest finite number that is not zero. Shorter texts are padded on the left. As nan, inf and
   zero have no say in the width, a wider one of them stands out: `tensor([nan, 1.])`.
4. Rows are broken so that they end before column `linewidth`; what follows the numbers (size, dtype, grad_fn) goes on a new line
   if it would pass that column.

Magnitudes are compared as float64, whatever the dtype: the float32 nearest to 1e-4 lies a little below 1e-4, so it is printed as
1.0000e-04, where the float64 is printed as 0.0001.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any, NamedTuple, SupportsIndex

import numpy as np

__all__ = [
    "finfo_repr",
    "get_printoptions",
    "iinfo_repr",
    "set_printoptions",
    "size_repr",
    "tensor_format",
    "tensor_repr",
]

AnyArray = np.ndarray[Any, Any]


class _Options(NamedTuple):
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: float = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": _Options(),
    "short": _Options(precision=2, edgeitems=2),
    "full": _Options(threshold=math.inf),
}
_options = _Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: float | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed, in the whole process; what is left out stays as it is (but `sci_mode`: see there).

    Args:
        precision: digits after the point (4).
        threshold: a tensor with more elements than this is summarised (1000).
        edgeitems: how many items a summary shows at each end of an axis (3); 0 shows none, and adds the size.
        linewidth: characters on a line (80).
        profile: `"default"`, `"short"` (precision 2, edgeitems 2) or `"full"` (never summarise). It is applied before the other
            arguments. Any other name changes nothing, as in PyTorch.
        sci_mode: True for scientific notation, False for none, None to choose by the numbers. Each call sets it, so a call that
            leaves it out sets it to None, as in PyTorch.

    Raises:
        ValueError: precision is not an integer of 0 or more.
        RuntimeError: edgeitems is negative.
        TypeError: edgeitems is no integer, or threshold or linewidth no number.

    PyTorch has these errors too, but raises them later, when a tensor is printed.

    >>> import tinygrad_loss as torch
    >>> torch.set_printoptions(precision=2, threshold=5)
    >>> torch.tensor([1.12345])
    tensor([1.12])
    >>> torch.arange(10)
    tensor([0, 1, 2,  ..., 7, 8, 9])
    >>> torch.set_printoptions(profile="default")
    >>> torch.tensor([1.12345])
    tensor([1.1235])
    """
    global _options
    new = _PROFILES.get(profile or "", _options)._replace(sci_mode=sci_mode)
    if precision is not None:
        new = new._replace(precision=_checked_precision(precision))
    if edgeitems is not None:
        new = new._replace(edgeitems=_checked_edgeitems(edgeitems))
    if threshold is not None:
        new = new._replace(threshold=_checked_real("threshold", threshold))
    if linewidth is not None:
        new = new._replace(linewidth=_checked_real("linewidth", linewidth))
    _options = new


def get_printoptions() -> dict[str, Any]:
    """The options that are in force, as keyword arguments for `set_printoptions`.

    >>> from tinygrad_loss._printing import get_printoptions
    >>> get_printoptions()
    {'precision': 4, 'threshold': 1000, 'edgeitems': 3, 'linewidth': 80, 'sci_mode': None}
    """
    return _options._asdict()


def tensor_repr(
    array: AnyArray,
    *,
    grad_fn: str | None = None,
    requires_grad: bool = False,
    default_dtype: str = "float32",
    prefix: str = "tensor(",
) -> str:
    """What `repr(tensor)` gives for a tensor that holds `array`.

    Args:
        array: the values: bool, integers or floats, any shape and any strides. It is neither changed nor copied as a whole.
        grad_fn: the name of the node that made the tensor, such as `"NllLossBackward0"`.
        requires_grad: shown where there is no grad_fn.
        default_dtype: the floating dtype that goes without saying, next to int64 and bool.
        prefix: the opening; for a parameter `"Parameter containing:\\ntensor("`.

    >>> import numpy as np
    >>> from tinygrad_loss._printing import tensor_repr
    >>> print(tensor_repr(np.float32(1.6802), grad_fn="NllLossBackward0"))
    tensor(1.6802, grad_fn=<NllLossBackward0>)
    >>> print(tensor_repr(np.array([[1.0, 20.0], [np.nan, 3.0]])))
    tensor([[ 1., 20.],
            [nan,  3.]], dtype=torch.float64)
    >>> print(tensor_repr(np.zeros((0, 3), dtype=np.float32)))
    tensor([], size=(0, 3))
    """
    array = np.asarray(array)
    options = _options
    indent = len(prefix) - (prefix.rfind("\n") + 1)
    empty = array.size == 0

    suffixes = []
    if (empty and array.ndim != 1) or (not empty and options.edgeitems == 0):
        suffixes.append(f"size={array.shape}")
    unsaid = (default_dtype,) if empty else (default_dtype, "int64", "bool")
    if array.dtype.name not in unsaid:
        suffixes.append(f"dtype=torch.{array.dtype.name}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")

    return _with_suffixes(prefix + _values_text(array, indent, options), suffixes, indent, options)


def tensor_format(tensor: object, array: AnyArray, format_spec: str, *, as_number: bool) -> str:
    """What `format(tensor, format_spec)` gives, so also `f"{loss:.3f}"`.

    A 0-dim tensor is formatted as the Python number that it holds; any other tensor takes no format but the empty one, which is
    `str(tensor)`. `as_number` says whether this tensor may be taken as a number when it is 0-dim: in PyTorch a Tensor is, a
    Parameter or another subclass is not.

    Raises:
        TypeError: there is a format, and the tensor is no number.

    >>> import numpy as np
    >>> from tinygrad_loss._printing import tensor_format
    >>> loss = np.array(1.68024, dtype=np.float32)
    >>> tensor_format(loss, loss, ".3f", as_number=True)
    '1.680'
    """
    if array.ndim == 0 and as_number:
        return format(array.item(), format_spec)
    if not format_spec:
        return str(tensor)
    name = type(tensor).__name__
    way_out = "format its .item()" if array.size == 1 else "format the numbers of its .tolist() one by one"
    raise TypeError(
        f"unsupported format string passed to {name}.__format__: {format_spec!r} for a {name} of shape {array.shape}; "
        f"only a 0-dim Tensor can be formatted as a number, so {way_out}"
    )


def size_repr(shape: tuple[int, ...]) -> str:
    """What `repr(tensor.shape)` gives.

    >>> from tinygrad_loss._printing import size_repr
    >>> size_repr((3, 5))
    'torch.Size([3, 5])'
    """
    return f"torch.Size({list(shape)})"


def finfo_repr(dtype: str) -> str:
    """What `repr(torch.finfo(dtype))` gives: six significant digits of each limit.

    >>> from tinygrad_loss._printing import finfo_repr
    >>> finfo_repr("float16")[:50]
    'finfo(resolution=0.001, min=-65504, max=65504, eps'
    """
    info = np.finfo(dtype)
    tiny = f"{float(info.smallest_normal):g}"
    return (
        f"finfo(resolution={10.0**-info.precision:g}, min={float(info.min):g}, max={float(info.max):g}, "
        f"eps={float(info.eps):g}, smallest_normal={tiny}, tiny={tiny}, dtype={dtype})"
    )


def iinfo_repr(dtype: str) -> str:
    """What `repr(torch.iinfo(dtype))` gives: six significant digits of each limit.

    >>> from tinygrad_loss._printing import iinfo_repr
    >>> iinfo_repr("int8")
    'iinfo(min=-128, max=127, dtype=int8)'
    """
    info = np.iinfo(dtype)
    return f"iinfo(min={info.min:g}, max={info.max:g}, dtype={dtype})"


def _checked_precision(value: object) -> int:
    digits = operator.index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else -1
    if digits < 0:
        raise ValueError(f"set_printoptions: precision is a number of digits, so an integer of 0 or more, not {value!r}")
    return digits


def _checked_edgeitems(value: object) -> int:
    if not isinstance(value, SupportsIndex):
        raise TypeError(f"set_printoptions: edgeitems is a number of items, so an integer of 0 or more, not {value!r}")
    items = operator.index(value)
    if items < 0:
        raise RuntimeError(f"set_printoptions: edgeitems is a number of items, so it cannot be negative: {items}")
    return items


def _checked_real(name: str, value: float) -> float:
    if not isinstance(value, Real):
        raise TypeError(f"set_printoptions: {name} must be a number, not {value!r}")
    return value


def _values_text(array: AnyArray, indent: int, options: _Options) -> str:
    """The brackets and what is in them; the first bracket stands in column `indent`."""
    if array.size == 0:
        return "[]"
    edge = options.edgeitems
    cut = [False] * array.ndim
    if array.size > options.threshold and array.ndim > 0:
        if edge == 0:
            return "[...]"
        cut = [length > 2 * edge for length in array.shape]
        kept = [np.r_[:edge, n - edge : n] if short else np.arange(n) for n, short in zip(array.shape, cut, strict=True)]
        array = array[np.ix_(*kept)]

    text, width = _notation(array, options)

    def block(part: AnyArray, column: int) -> str:
        if part.ndim == 0:
            return text(part.item())
        axis = array.ndim - part.ndim
        if part.ndim == 1:
            items = [text(value) for value in part.tolist()]
            if cut[axis]:
                items.insert(edge, " ...")
            per_line = max(1, math.floor((options.linewidth - column) / (width + 2)))
            lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
            gap = ",\n"
        else:
            lines = [block(row, column + 1) for row in part]
            if cut[axis]:
                lines.insert(edge, "...")
            gap = "," + "\n" * (part.ndim - 1)
        return "[" + (gap + " " * (column + 1)).join(lines) + "]"

    return block(array, indent)


def _notation(shown: AnyArray, options: _Options) -> tuple[Callable[[Any], str], int]:
    """How to write one of the numbers `shown`, padded, and the width to which it is padded."""
    write: Callable[[Any], str] = str
    if shown.dtype.kind == "f":
        shown = shown[np.isfinite(shown) & (shown != 0)]
        write = _float_notation(shown, options)
    width = max([len(write(value)) for value in _widest(shown)], default=1)
    return lambda value: write(value).rjust(width), width


def _float_notation(values: AnyArray, options: _Options) -> Callable[[float], str]:
    """How to write floats, judged by the finite ones that are not zero."""
    digits = options.precision
    if values.size > 0:
        magnitudes = np.abs(values)
        low, high = float(magnitudes.min()), float(magnitudes.max())
        scientific = options.sci_mode
        if scientific is None:
            scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
        if scientific:
            return lambda value: f"{value:.{digits}e}"
        if (values != np.ceil(values)).any():
            return lambda value: f"{value:.{digits}f}"
    return lambda value: f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def _widest(values: AnyArray) -> Iterator[Any]:
    """Some of `values`, the one with the widest text among them.

    Among the numbers of one sign the text is widest at one of the ends: whole digits grow towards the large end, a three-digit
    exponent may stand at either.
    """
    positive = values >= 0
    for side in (values[positive], values[~positive]):
        if side.size > 0:
            yield side.min().item()
            yield side.max().item()


def _with_suffixes(text: str, suffixes: list[str], indent: int, options: _Options) -> str:
    # PyTorch counts the last line two characters too long here; so must we.
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > options.linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"
