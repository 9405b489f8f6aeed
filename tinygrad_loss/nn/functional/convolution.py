"""Convolutions and their transposes, in one to three dimensions, by matrix products of the windows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..._dtypes import c_word, type_word
from ..._shapes import listed
from ...autograd.node import Node
from ...kernels.windows import Sizes, Windows, convolved, convolved_back, weights_of
from ...ops._record import Array, array_of, data_of, record
from ...ops.reductions import sum
from ...ops.shaping import squeeze, unsqueeze
from ._arguments import must_be_tensors
from ._lengths import is_whole
from .padding import bordered

if TYPE_CHECKING:
    from ..._tensor import Tensor


class ConvolutionBackward0(Node):
    """A convolution, or (``transposed``) the reverse of one in its input; plus a bias for each channel."""

    __slots__ = ()
    inputs = ("input", "weight", "bias")
    saves = ("input", "weight", "bias_sym_sizes_opt", "stride", "padding", "dilation", "transposed", "output_padding", "groups")
    vjps = (
        lambda g, x, w, bias, *options: (convolve if options[3] else convolve_back)(g, w, *_windows(x, w, g, *options)),
        lambda g, x, w, bias, *options: weigh(*((x, g) if options[3] else (g, x)), *_windows(x, w, g, *options)),
        lambda g, x, w, bias, *options: sum(g, (0, *range(2, data_of(g).ndim))),
    )


class ConvolveBackward(Node):
    """y = the windows of x times w: the gradients of x and w."""

    __slots__ = ()
    inputs = ("x", "w")
    saves = ("x", "w", "windows", "groups")
    vjps = (
        lambda g, x, w, windows, groups: convolve_back(g, w, windows, groups),
        lambda g, x, w, windows, groups: weigh(g, x, windows, groups),
    )


class ConvolveBackBackward(Node):
    """x = what the windows add up to: the gradients of y and w."""

    __slots__ = ()
    inputs = ("y", "w")
    saves = ("y", "w", "windows", "groups")
    vjps = (
        lambda g, y, w, windows, groups: convolve(g, w, windows, groups),
        lambda g, y, w, windows, groups: weigh(y, g, windows, groups),
    )


class WeighBackward(Node):
    """w = the windows of x times y: the gradients of y and x."""

    __slots__ = ()
    inputs = ("y", "x")
    saves = ("y", "x", "windows", "groups")
    vjps = (
        lambda g, y, x, windows, groups: convolve(x, g, windows, groups),
        lambda g, y, x, windows, groups: convolve_back(y, g, windows, groups),
    )


def convolve(x: Any, w: Any, windows: Windows, groups: int) -> Any:
    """A convolution; its gradients are made of the next two functions, and theirs of the other two again."""
    x_, w_ = data_of(x), data_of(w)
    return record(ConvolveBackward, (x, w), convolved(x_, w_, windows, groups), (x_, w_, windows, groups))


def convolve_back(y: Any, w: Any, windows: Windows, groups: int) -> Any:
    """The reverse of a convolution in its input."""
    y_, w_ = data_of(y), data_of(w)
    return record(ConvolveBackBackward, (y, w), convolved_back(y_, w_, windows, groups), (y_, w_, windows, groups))


def weigh(y: Any, x: Any, windows: Windows, groups: int) -> Any:
    """The reverse of a convolution in its weights."""
    y_, x_ = data_of(y), data_of(x)
    return record(WeighBackward, (y, x), weights_of(y_, x_, windows, groups), (y_, x_, windows, groups))


def _windows(
    x: Any, w: Any, y: Any, stride: Sizes, padding: Sizes, dilation: Sizes, transposed: bool, more: Sizes, groups: int
) -> tuple[Windows, int]:
    """The windows of a convolution of ``x`` into ``y``, or the reverse."""
    seen, made = (data_of(one).shape[2:] for one in ((y, x) if transposed else (x, y)))
    return Windows(seen, data_of(w).shape[2:], stride, padding, dilation, made), groups


def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:
    """A convolution along one dimension: see ``conv2d``. (batch, in, length), (out, in / groups, kernel) -> (batch, out, places).

    >>> import tinygrad_loss as torch
    >>> signal, difference = torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]])
    >>> torch.nn.functional.conv1d(signal, difference)
    tensor([[[1., 2., 4.]]])
    """
    return _convolution(1, input, weight, bias, stride, padding, dilation, groups)  # type: ignore[no-any-return]


def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:
    """The weights times what a window over the image sees, at each place of the window.

    ``input`` is (batch, in, height, width), or without a batch; ``weight`` (out, in / groups, kernel height, kernel width), ``bias``
    (out,). The window moves by ``stride``; ``padding`` zeros are added around the image (``"same"``: as many as keep its size,
    ``"valid"``: none); the window's places are ``dilation`` apart. In ``groups``, channels are kept apart. RuntimeError for shapes
    and options that do not fit.

    >>> import tinygrad_loss as torch
    >>> image = torch.arange(9.0).reshape(1, 1, 3, 3)
    >>> torch.nn.functional.conv2d(image, torch.ones(1, 1, 2, 2), torch.tensor([0.5]))
    tensor([[[[ 8.5000, 12.5000],
              [20.5000, 24.5000]]]])
    """
    return _convolution(2, input, weight, bias, stride, padding, dilation, groups)  # type: ignore[no-any-return]


def conv3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:
    """A convolution over three dimensions: see ``conv2d``."""
    return _convolution(3, input, weight, bias, stride, padding, dilation, groups)  # type: ignore[no-any-return]


def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Tensor:  # fmt: skip
    """The reverse of ``conv1d``: see ``conv_transpose2d``."""
    return _convolution(1, input, weight, bias, stride, padding, dilation, groups, True, output_padding)  # type: ignore[no-any-return]


def conv_transpose2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Tensor:  # fmt: skip
    """Each number times the weights, added where the window of a ``conv2d`` would have looked: from small images to large ones.

    ``input`` is (batch, in, height, width), ``weight`` (in, out / groups, kernel height, kernel width); what ``conv2d`` with the
    same options took the result to would have the input's shape. ``output_padding`` makes the result that much larger.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.conv_transpose2d(torch.tensor([[[[1.0, 2.0]]]]), torch.ones(1, 1, 1, 2), stride=2)
    tensor([[[[1., 1., 2., 2.]]]])
    """
    return _convolution(2, input, weight, bias, stride, padding, dilation, groups, True, output_padding)  # type: ignore[no-any-return]


def conv_transpose3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Tensor:  # fmt: skip
    """The reverse of ``conv3d``: see ``conv_transpose2d``."""
    return _convolution(3, input, weight, bias, stride, padding, dilation, groups, True, output_padding)  # type: ignore[no-any-return]


def _convolution(
    dims: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int,
    transposed: bool = False, output_padding: Any = 0,
) -> Any:  # fmt: skip
    name = f"conv_transpose{dims}d" if transposed else f"conv{dims}d"
    must_be_tensors(f"{name}() received an invalid combination of arguments: {name}", input=input, weight=weight, bias=bias)
    x, w = array_of(input, name), array_of(weight, name, "weight")
    b = None if bias is None else array_of(bias, name, "bias")
    if x.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, but got input of size: {listed(x.shape)}"
        )
    one = x.ndim == dims + 1
    if one:
        input = unsqueeze(input, 0)
    if not is_whole(groups):
        raise TypeError(f"{name}() received an invalid combination of arguments: 'groups' must be int, not {type(groups).__name__}")
    steps, gaps = _each(stride, w, name, "stride"), _each(dilation, w, name, "dilation")
    if isinstance(padding, str):
        input, around = _named_padding(padding, input, w.shape[2:], steps, gaps)
    else:
        around = _each(padding, w, name, "padding")
    more = _each(output_padding, w, name, "output_padding")
    x = input._data
    if x.ndim != w.ndim:
        raise RuntimeError(
            f"Expected {w.ndim}-dimensional input for {w.ndim}-dimensional weight {listed(w.shape)}, but got {x.ndim}-dimensional input "
            f"of size {listed(x.shape)} instead"
        )
    _check_options(x, w, b, steps, around, gaps, groups, transposed)
    if transposed:
        _check_output_padding(more, steps, gaps)
        rows = zip(x.shape[2:], w.shape[2:], steps, around, gaps, more, strict=True)
        sizes = tuple((n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, k, s, p, d, extra in rows)
        if any(n < 1 for n in sizes):
            raise RuntimeError(f"{name}(): Given input size per channel: {listed(x.shape[2:])}. Output size is too small: {listed(sizes)}")
        out = convolved_back(x, w, Windows(sizes, w.shape[2:], steps, around, gaps, x.shape[2:]), groups)
    else:
        windows = Windows(x.shape[2:], w.shape[2:], steps, around, gaps)
        _check_kernel(windows)
        out = convolved(x, w, windows, groups)
    if b is not None:
        out += b.reshape(-1, *(1,) * dims)
    sizes_of_bias = (0,) if b is None else b.shape
    saved = (x, w, sizes_of_bias, steps, around, gaps, transposed, more, groups)
    result = record(ConvolutionBackward0, (input, weight, bias), out, saved)
    return squeeze(result, 0) if one else result


def _each(value: Any, w: Array, function: str, name: str) -> Sizes:
    """One number for each dimension in which the weights have a length."""
    dims, values = w.ndim - 2, (value,) if is_whole(value) else value
    if not isinstance(values, (tuple, list)) or not all(map(is_whole, values)):
        raise TypeError(f"{function}() received an invalid combination of arguments: '{name}' must be tuple of ints, got {value!r}")
    function_dims = int(function[-2])
    if is_whole(value):
        values = (value,) * function_dims
    if len(values) not in (1, dims) or dims < 1:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {dims} values to match the convolution dimensions, but got "
            f"{name}={listed(values)}: {function}() with a weight of shape {listed(w.shape)}"
        )
    return tuple(map(int, values)) * (dims if len(values) == 1 else 1)


def _named_padding(padding: str, input: Any, kernel: Sizes, stride: Sizes, dilation: Sizes) -> tuple[Any, Sizes]:
    """The input, padded where the two sides are not equal, and the padding that is left to add on both sides."""
    if padding == "valid":
        return input, (0,) * len(kernel)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}': choose 'valid' or 'same'")
    if any(step != 1 for step in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if any(total % 2 for total in totals):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be created",
            stacklevel=4,
        )
        input = bordered(input, tuple(length for total in reversed(totals) for length in (0, total % 2)))
    return input, tuple(total // 2 for total in totals)


def _check_options(
    x: Array, w: Array, b: Array | None, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int, transposed: bool
) -> None:
    for name, values in (("stride", stride), ("dilation", dilation), ("groups", (groups,))):
        if min(values) < 1:
            raise RuntimeError(f"non-positive {name} is not supported: got {name}={values}")
    if min(padding) < 0:
        raise RuntimeError(f"negative padding is not supported: got padding={padding}")
    given = f"Given transposed=1, weight of size {listed(w.shape)}" if transposed else f"Given groups={groups}, weight of size {listed(w.shape)}"
    if len(w) < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"[{listed(w.shape)}] instead"
        )
    if len(w) % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"[{listed(w.shape)}] instead"
        )
    channels = len(w) if transposed else w.shape[1] * groups
    if x.shape[1] != channels:
        raise RuntimeError(f"{given}, expected input{listed(x.shape)} to have {channels} channels, but got {x.shape[1]} channels instead")
    outs = w.shape[1] * groups if transposed else len(w)
    if b is not None and b.shape != (outs,):
        start = "Given transposed=1" if transposed else "Given"
        comma = ", " if transposed else " "
        raise RuntimeError(
            f"{start}{comma}weight of size {listed(w.shape)}, expected bias to be 1-dimensional with {outs} elements, but got bias of "
            f"size {listed(b.shape)} instead"
        )
    if b is not None and b.dtype != x.dtype:
        words = f"Input type ({c_word(x.dtype)}) and bias type ({c_word(b.dtype)}) should be the same"
        raise RuntimeError(f"{words}. Convert: input.to(weight.dtype)")
    if x.dtype != w.dtype:
        raise RuntimeError(f"expected scalar type {type_word(x.dtype)} but found {type_word(w.dtype)}. Convert: input.to(weight.dtype)")


def _check_output_padding(more: Sizes, stride: Sizes, dilation: Sizes) -> None:
    if any(extra >= max(s, d) for extra, s, d in zip(more, stride, dilation, strict=True)):
        raise RuntimeError(
            f"output padding must be smaller than either stride or dilation, but got output_padding: {more} stride: {stride} "
            f"dilation: {dilation}"
        )
    if min(more) < 0:
        raise RuntimeError(f"negative output_padding is not supported: got {more}")


def _check_kernel(windows: Windows) -> None:
    padded = [n + 2 * p for n, p in zip(windows.sizes, windows.padding, strict=True)]
    reach = [d * (k - 1) + 1 for k, d in zip(windows.kernel, windows.dilation, strict=True)]
    if any(n < k for n, k in zip(padded, reach, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: "
            f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size"
        )
