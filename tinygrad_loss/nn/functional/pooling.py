"""Pooling: the largest number or the mean of what a window sees, at each of its places; and unfold, fold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import listed
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...kernels.windows import Sizes, Windows, largest, sums
from ...ops._record import Array, array_of, record
from ...ops.arithmetic import mul
from ...ops.pointwise import abs, sign
from ...ops.powers import pow as power_of
from ...ops.shaping import squeeze, unsqueeze
from ...ops.sigmoids import relu
from ._arguments import must_be_integer, must_be_tensors
from ._lengths import each
from ._window_nodes import (
    AvgPool2DBackward0,
    AvgPool3DBackward0,
    MaxPool2DWithIndicesBackward0,
    MaxPool3DWithIndicesBackward0,
    MaxUnpool2DBackward0,
    MaxUnpool3DBackward0,
    columns,
    columns_added,
    in_all,
)

if TYPE_CHECKING:
    from ..._tensor import Tensor

NOT_EMPTY = "tensor with optional 0 dim batch size for input, but got:"


def max_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest number in each window of ``kernel_size``: see ``max_pool2d``. (..., channels, length) -> (..., channels, windows).

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.max_pool1d(torch.tensor([[1.0, 3.0, 2.0, 5.0]]), 2)
    tensor([[3., 5.]])
    """
    must_be_tensors("max_pool1d", input=input)
    x = array_of(input, "max_pool1d")
    if x.ndim not in (2, 3):
        raise RuntimeError(f"max_pool1d: Expected 2D or 3D (batch mode) {NOT_EMPTY}{listed(x.shape)}")
    options = [each(one, 1, "max_pool1d", name) for name, one in (("kernel_size", kernel_size), ("padding", padding), ("dilation", dilation))]
    (kernel,), (around,), (gap,) = options
    (step,) = (kernel,) if stride in (None, ()) else each(stride, 1, "max_pool1d", "stride")
    for name, value in (("kernel_size", kernel), ("stride", step), ("dilation", gap)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {value}")
    if not 0 <= around <= kernel // 2:
        words = "non-negative, but got padding=" if around < 0 else "at most half of kernel size, but got padding="
        raise RuntimeError(f"max_pool1d() padding should be {words}{around} and kernel_size={kernel}")
    count = _counts((x.shape[-1],), (kernel,), (step,), (around,), (gap,), ceil_mode)[0]
    if count < 1:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")
    found = max_pool2d(unsqueeze(input, -2), (1, kernel), (1, step), (0, around), (1, gap), ceil_mode, True)
    values = squeeze(found[0], -2)
    return (values, squeeze(found[1], -2)) if return_indices else values


def max_pool2d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest number in each window: (batch, channels, height, width), or without a batch, to smaller images.

    Windows are ``kernel_size`` large, ``stride`` apart (None: ``kernel_size``), their places ``dilation`` apart, with ``padding`` of
    -inf around the image. ``ceil_mode`` keeps a last window that sees the image only in part. ``return_indices``: the places too,
    counted row by row within a channel.

    >>> import tinygrad_loss as torch
    >>> image = torch.arange(16.0).reshape(1, 4, 4)
    >>> torch.nn.functional.max_pool2d(image, 2)
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """
    return _max_pool(2, MaxPool2DWithIndicesBackward0, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest number in each window over three dimensions: see ``max_pool2d``."""
    return _max_pool(3, MaxPool3DWithIndicesBackward0, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _max_pool(
    dims: int, op: type[Node], input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool,
    return_indices: bool,
) -> Any:  # fmt: skip
    name = f"max_pool{dims}d"
    must_be_tensors(name, input=input)
    x = array_of(input, name)
    windows = _moving(x, dims, name, kernel_size, stride, padding, dilation, ceil_mode)
    if x.dtype == np.bool_:
        raise NotImplementedError(f"\"{name}\" not implemented for 'Bool'. Convert it: input.float()")
    values, places = largest(x, windows)
    saved_stride = () if stride in (None, ()) else windows.stride
    saved = (x, windows.kernel, saved_stride, windows.padding, windows.dilation, ceil_mode, places)
    out = record(op, (input,), values, saved)
    return (out, wrap(places, NO_EDGE)) if return_indices else out


def avg_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Tensor:
    """The mean of each window of ``kernel_size``: see ``avg_pool2d``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.avg_pool1d(torch.tensor([[1.0, 3.0, 2.0, 6.0]]), 2)
    tensor([[2., 4.]])
    """
    must_be_tensors("avg_pool1d", input=input)
    x = array_of(input, "avg_pool1d")
    if x.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {x.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for "
            "avg_pool1d)"
        )
    (kernel,), (around,) = each(kernel_size, 1, "avg_pool1d", "kernel_size"), each(padding, 1, "avg_pool1d", "padding")
    (step,) = (kernel,) if stride in (None, ()) else each(stride, 1, "avg_pool1d", "stride")
    image = unsqueeze(input, -2)
    return squeeze(avg_pool2d(image, (1, kernel), (1, step), (0, around), ceil_mode, count_include_pad), -2)


def avg_pool2d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of what each window sees: (batch, channels, height, width), or without a batch, to smaller images.

    Windows as in ``max_pool2d``, with ``padding`` zeros around the image, which count as numbers unless
    ``count_include_pad=False``; ``divisor_override`` divides the sums by another number.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.avg_pool2d(torch.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    options = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return _avg_pool(2, AvgPool2DBackward0, input, *options)  # type: ignore[no-any-return]


def avg_pool3d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of what each window sees in three dimensions: see ``avg_pool2d``."""
    options = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return _avg_pool(3, AvgPool3DBackward0, input, *options)  # type: ignore[no-any-return]


def _avg_pool(
    dims: int, op: type[Node], input: Any, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool, count_padding: bool,
    divisor: int | None,
) -> Any:  # fmt: skip
    name = f"avg_pool{dims}d"
    must_be_tensors(name, input=input)
    x = array_of(input, name)
    if dims == 2 and x.ndim < 3:
        raise IndexError(f"{name}(): Dimension out of range (expected to be in range of [{-x.ndim}, {x.ndim - 1}], but got -3)")
    if divisor is not None:
        must_be_integer(name, divisor_override=divisor)
    if divisor == 0:
        raise RuntimeError(f"{name}(): divisor must be not zero")
    windows = _moving(x, dims, name, kernel_size, stride, padding, 1, ceil_mode)
    counts = np.asarray(divisor if divisor else _seen(windows, count_padding), x.dtype)
    total = sums(x, windows)
    out = total / counts if x.dtype.kind == "f" else np.trunc(total / counts).astype(x.dtype)
    saved_stride = () if stride in (None, ()) else windows.stride
    saved = (x, windows.kernel, saved_stride, windows.padding, ceil_mode, count_padding, divisor, windows, counts)
    return record(op, (input,), out, saved)


def _seen(windows: Windows, count_padding: bool) -> Array:
    """How many numbers each window sees, with or without the padding."""
    out: Array = np.ones((), np.int64)
    for n, k, s, p, count in zip(windows.sizes, windows.kernel, windows.stride, windows.padding, windows.counts, strict=True):
        start = np.arange(count) * s - p
        end = np.minimum(start + k, n + p)
        out = out[..., None] * (end - start if count_padding else np.minimum(end, n) - np.maximum(start, 0))
    return out


def _moving(
    x: Array, dims: int, function: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Windows:
    """The windows that pooling asks for; RuntimeError where they make no sense."""
    kernel = each(kernel_size, dims, function, "kernel_size")
    step = kernel if stride in (None, ()) else each(stride, dims, function, "stride")
    around, gap = each(padding, dims, function, "padding"), each(dilation, dims, function, "dilation")
    named = f"{dims + 1}D or {dims + 2}D (batch mode)"
    if x.ndim not in (dims + 1, dims + 2):
        if function == "avg_pool2d":
            raise RuntimeError(f"{function}(): Expected {named} {NOT_EMPTY}{listed(x.shape)}")
        raise RuntimeError(f"{function}(): non-empty {named} tensor expected for input, got shape {listed(x.shape)}")
    for name, values, words in (
        ("stride", step, "stride should not be zero"),
        ("kernel_size", kernel, "kernel size should be greater than zero"),
        ("dilation", gap, "dilation should be greater than zero"),
    ):
        if min(values) <= 0:
            raise RuntimeError(f"{function}(): {words}, but got {name}={values}")
    for p, k, d in zip(around, kernel, gap, strict=True):
        if p < 0:
            raise RuntimeError(f"{function}(): pad must be non-negative, but got pad: {p}")
        if p > ((k - 1) * d + 1) // 2:
            raise RuntimeError(
                f"{function}(): pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and "
                f"dilation={d}"
            )
    if 0 in x.shape[1 if x.ndim == dims + 2 else 0 :]:
        raise RuntimeError(f"{function}(): Expected {named} {NOT_EMPTY}{listed(x.shape)}")
    sizes = x.shape[x.ndim - dims :]
    counts = _counts(sizes, kernel, step, around, gap, ceil_mode)
    if min(counts) < 1:
        channels = x.shape[-dims - 1]
        before, after = ("x".join(map(str, (channels, *lengths))) for lengths in (sizes, counts))
        raise RuntimeError(
            f"{function}(): Given input size: ({before}). Calculated output size: ({after}). Output size is too small"
        )
    return Windows(sizes, kernel, step, around, gap, counts)


def _counts(sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool) -> Sizes:
    """How many windows there are; with ``ceil_mode`` a last one that begins within the image, or its padding on the left."""
    found = []
    for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = (math.ceil(room / s) if ceil_mode else room // s) + 1
        found.append(count - 1 if ceil_mode and (count - 1) * s >= n + p else count)
    return tuple(found)


def max_unpool1d(
    input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Tensor:
    """The reverse of ``max_pool1d``: see ``max_unpool2d``."""
    ((kernel, step, around),) = _unpool_options(1, kernel_size, stride, padding)
    length = _unpooled_sizes(input, 1, ((kernel, step, around),), output_size)[0]
    args = (unsqueeze(input, -1), unsqueeze(indices, -1), (kernel, 1), (step, 1), (around, 0), (length, 1))
    return squeeze(max_unpool2d(*args), -1)


def max_unpool2d(
    input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Tensor:
    """The reverse of ``max_pool2d``: the numbers at the places ``indices`` that it returned, zeros elsewhere.

    >>> import tinygrad_loss as torch
    >>> values, places = torch.nn.functional.max_pool2d(torch.tensor([[[1.0, 2.0], [4.0, 3.0]]]), 2, return_indices=True)
    >>> torch.nn.functional.max_unpool2d(values, places, 2)
    tensor([[[0., 0.],
             [4., 0.]]])
    """
    return _max_unpool(2, MaxUnpool2DBackward0, input, indices, kernel_size, stride, padding, output_size)  # type: ignore[no-any-return]


def max_unpool3d(
    input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Tensor:
    """The reverse of ``max_pool3d``: see ``max_unpool2d``."""
    return _max_unpool(3, MaxUnpool3DBackward0, input, indices, kernel_size, stride, padding, output_size)  # type: ignore[no-any-return]


def _unpool_options(dims: int, kernel_size: Any, stride: Any, padding: Any) -> tuple[tuple[int, int, int], ...]:
    name = f"max_unpool{dims}d"
    kernel = each(kernel_size, dims, name, "kernel_size")
    step = kernel if stride in (None, ()) else each(stride, dims, name, "stride")
    return tuple(zip(kernel, step, each(padding, dims, name, "padding"), strict=True))


def _unpooled_sizes(input: Any, dims: int, options: tuple[tuple[int, int, int], ...], output_size: Any) -> Sizes:
    usual = tuple((n - 1) * s + k - 2 * p for n, (k, s, p) in zip(input.shape[-dims:], options, strict=True))
    if output_size is None:
        return usual
    if len(output_size) not in (dims, dims + 1, dims + 2):
        raise ValueError(f"output_size should be a sequence containing {dims} or {dims + 2} elements, but it has a length of '{len(output_size)}'")
    sizes = tuple(output_size[-dims:])
    for n, expected, (_, s, _) in zip(sizes, usual, options, strict=True):
        if not expected - s < n < expected + s:
            raise ValueError(f'invalid output_size "{list(sizes)}" (dims must be within {s} of {list(usual)})')
    return sizes


def _max_unpool(
    dims: int, op: type[Node], input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Any:
    name = f"max_unpool{dims}d"
    must_be_tensors(name, input=input, indices=indices)
    x, places = array_of(input, name), array_of(indices, name, "indices")
    sizes = _unpooled_sizes(input, dims, _unpool_options(dims, kernel_size, stride, padding), output_size)
    if places.dtype != np.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {type_word(places.dtype)}")
    if places.shape != x.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({listed(x.shape)}) but got indices tensor with shape: "
            f"{listed(places.shape)}"
        )
    wrong = places[(places < 0) | (places >= math.prod(sizes))]
    if wrong.size:
        raise RuntimeError(f"Found an invalid max index: {wrong[0]} (output volumes are of size {'x'.join(map(str, sizes))})")
    shape = (*x.shape[: x.ndim - dims], *sizes)
    out = np.zeros(shape, x.dtype)
    out.reshape(-1)[in_all(places, shape, dims).reshape(-1)] = x.reshape(-1)
    return record(op, (input,), out, (places, shape))


def lp_pool1d(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window, p being ``norm_type``: see ``lp_pool2d``."""
    means = avg_pool1d(power_of(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return _root(means, each(kernel_size, 1, "lp_pool1d", "kernel_size"), norm_type)


def lp_pool2d(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of what each window sees, p being ``norm_type``: (sum of x^p)^(1/p).

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.lp_pool2d(torch.tensor([[[3.0, 4.0]]]), 2, (1, 2))
    tensor([[[5.]]])
    """
    means = avg_pool2d(power_of(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return _root(means, each(kernel_size, 2, "lp_pool2d", "kernel_size"), norm_type)


def lp_pool3d(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of what each window sees in three dimensions: see ``lp_pool2d``."""
    means = avg_pool3d(power_of(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return _root(means, each(kernel_size, 3, "lp_pool3d", "kernel_size"), norm_type)


def _root(means: Tensor, kernel: Sizes, p: float) -> Tensor:
    return power_of(mul(mul(sign(means), relu(abs(means))), math.prod(kernel)), 1.0 / p)


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """What a window sees at each of its places, as a column: (batch, channels, height, width), or without a batch, to
    (batch, channels * kernel, places). A convolution is a matrix product with this.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.unfold(torch.arange(6.0).reshape(1, 1, 2, 3), 2)
    tensor([[[0., 1.],
             [1., 2.],
             [3., 4.],
             [4., 5.]]])
    """
    must_be_tensors("im2col", input=input)
    x = array_of(input, "im2col")
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        kind = IndexError if x.ndim < 3 else RuntimeError
        raise kind(
            f"unfold(): Dimension out of range: Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {listed(x.shape)}"
        )
    windows = _unfolding(x.shape[-2:], kernel_size, dilation, padding, stride)
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"im2col_out_cpu\" not implemented for '{type_word(x.dtype)}'. Convert it: input.float()")
    if min(windows.counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {windows.sizes}, kernel_size={windows.kernel}, dilation={windows.dilation}, "
            f"padding={windows.padding}, calculated shape of the array of sliding blocks as {windows.counts}, but its components must "
            "be at least one."
        )
    return columns(input, windows)  # type: ignore[no-any-return]


def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """The reverse of ``unfold``: columns, (batch, channels * kernel, places) or without a batch, added where their windows look in
    an image of ``output_size``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.functional.fold(torch.ones(1, 2, 2), (1, 3), (1, 2))
    tensor([[[[1., 2., 1.]]]])
    """
    must_be_tensors("col2im", input=input)
    x = array_of(input, "col2im")
    windows = _unfolding(each(output_size, 2, "fold", "output_size"), kernel_size, dilation, padding, stride)
    if x.ndim not in (2, 3):
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: "
            f"{listed(x.shape)}"
        )
    given = f"kernel_size={windows.kernel}"
    if x.shape[-2] % math.prod(windows.kernel):
        raise RuntimeError(
            f"Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)={x.shape[-2]} "
            f"and {given}."
        )
    if x.shape[-1] != math.prod(windows.counts):
        raise RuntimeError(
            f"Given output_size={windows.sizes}, {given}, dilation={windows.dilation}, padding={windows.padding}, "
            f"stride={windows.stride}, expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{' * '.join(map(str, windows.counts))} = {math.prod(windows.counts)}, but got input.size(2)={x.shape[-1]}."
        )
    return columns_added(input, windows)  # type: ignore[no-any-return]


def _unfolding(sizes: Sizes, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Windows:
    given = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    options = {name: each(value, 2, "unfold", name) for name, value in given.items()}
    for name, values in options.items():
        if min(values) < (0 if name == "padding" else 1):
            words = "non-negative" if name == "padding" else "greater than zero"
            raise RuntimeError(f"{name.replace('_', ' ')} should be {words}, but got {name}={values}")
    return Windows(sizes, *options.values())
