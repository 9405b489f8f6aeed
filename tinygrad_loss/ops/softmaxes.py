"""softmax, log_softmax and logsumexp: one node each, with its definition in exp, log, sum and the largest element."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import dtype as DType, get_default_dtype, type_word
from .._shapes import dim_of, dims_of
from ..autograd.clock import changes_since, tick
from ..autograd.modes import modes
from ..autograd.node import NO_EDGE, Deferred
from ..autograd.wrapping import wrap
from ..kernels import softmax as kernel
from ..kernels.cross_entropy import CrossEntropyState, backward, log_probabilities
from ..kernels.exponentials import row_starts
from ._casts import cast
from ._fused import Fused
from ._one_hot import OneHotGradient, from_rows, to_rows
from ._record import Array, array_of, data_of, edge_of, record
from .pointwise import exp, log
from .reductions import spread, sum

if TYPE_CHECKING:
    from .._tensor import Tensor


def largest(x: Any, dim: Any) -> Any:
    """The largest element along ``dim``, kept as a dimension and detached: subtracting it changes no result, and exp cannot
    overflow. Where it is infinite, 0 is subtracted instead."""
    top = np.max(data_of(x), axis=dim, keepdims=True, initial=-np.inf)
    return wrap(np.where(np.isfinite(top), top, 0).astype(data_of(x).dtype), NO_EDGE)


def softmax_definition(x: Any, dim: int) -> Any:
    """exp(x) / sum(exp(x)), from the largest element down."""
    e = exp(x - largest(x, dim))
    return e / sum(e, dim, True)


def log_softmax_definition(x: Any, dim: int) -> Any:
    """x - log(sum(exp(x))), from the largest element down."""
    shifted = x - largest(x, dim)
    return shifted - log(sum(exp(shifted), dim, True))


def logsumexp_definition(x: Any, dim: tuple[int, ...], keepdim: bool = False) -> Any:
    """log(sum(exp(x))), from the largest element down."""
    top = largest(x, dim)
    result = log(sum(exp(x - top), dim, True)) + top
    return result if keepdim or not dim else result.squeeze(dim)


class SoftmaxBackward0(Fused):
    """p = softmax(x): dx = p (g - sum(g p))."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("result", "dim")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [along(kernel.softmax_vjp, saved[1], g, saved[0])]

    def vjp_recorded(self, g: Any) -> list[Any]:
        # By the result: the logarithm below, of a probability that is 0, would have no slope.
        p, dim = self.saved_variables()
        return [p * (g - sum(g * p, dim, True))]

    def input_variables(self) -> list[Any]:
        # The softmax of the logarithms of probabilities is those probabilities.
        return [log(self.saved_variables()[0])]

    def define(self, *inputs: Any) -> Any:
        return softmax_definition(inputs[0], self.checked()[1])


class LogSoftmaxBackward0(Fused):
    """l = log_softmax(x): dx = g - exp(l) sum(g). The exponentials of the forward pass are kept, since exp(l) is only as exact as l."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("result", "dim", "kept")
    private = ("kept",)

    def conform(self, g: Any, output: int) -> Any:
        return g if isinstance(g, OneHotGradient) else super().conform(g, output)

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        return [self._vjp(g, saved, in_place=False)]

    def vjp_last(self, g: Any, *saved: Any) -> list[Any]:
        return [self._vjp(g, saved, in_place=True)]

    def _vjp(self, g: Any, saved: tuple[Any, ...], in_place: bool) -> Array:
        result, dim, kept = saved
        if isinstance(g, OneHotGradient):
            # At the target the gradient is -g (1 - p), elsewhere g p; in the memory of the exponentials if that is allowed.
            return from_rows(backward(g.state, g.coefficient, in_place), result.shape, dim)
        if isinstance(result, LogProbabilities):
            result = result.array()
        if kept is not None:
            return kernel.log_softmax_vjp(np.asarray(g), result, dim, kept, in_place)
        return along(kernel.log_softmax_vjp, dim, np.asarray(g), result)

    def state_for(self, target: Array, weights: Array | None) -> CrossEntropyState | None:
        """What a cross-entropy of this log-softmax would have kept, so that its gradient can be taken in the same way."""
        result, dim, kept = self.checked()
        if isinstance(result, LogProbabilities):
            return result.state
        if kept is None:
            return None
        n, c = kept.values.shape
        places = row_starts(n, c) + target
        log_p = to_rows(result, dim).reshape(-1).take(places)
        return CrossEntropyState(kept, places, log_p, weights)

    def input_variables(self) -> list[Any]:
        # log_softmax of log-probabilities changes nothing, so the result will do as the input.
        return [self.saved_variables()[0]]

    def define(self, *inputs: Any) -> Any:
        return log_softmax_definition(inputs[0], self.checked()[1])


class LogProbabilities(Deferred):
    """The result of a log-softmax of which only the exponentials were worked out, on the way to a cross-entropy. The logits are at
    hand for it as long as nobody writes to them; after that, the exponentials' logarithms must do."""

    __slots__ = ("dim", "dtype", "logits", "shape", "state", "time")

    def __init__(self, state: CrossEntropyState, logits: Array, shape: tuple[int, ...], dim: int) -> None:
        self.state, self.logits, self.shape, self.dim = state, logits, shape, dim
        self.dtype = logits.dtype
        self.time = tick()

    def array(self) -> Array:
        logits = None if changes_since(self.logits, self.time) else self.logits
        return from_rows(log_probabilities(self.state, logits), self.shape, self.dim)

    def reshape(self, shape: tuple[int, ...]) -> LogProbabilities:
        """The same with a dimension of length 1 more behind the classes."""
        return LogProbabilities(self.state, self.logits, shape, self.dim)


class LogsumexpBackward0(Fused):
    """log(sum(exp(x))): dx = g softmax(x)."""

    __slots__ = ()
    inputs = ("self",)
    saves = ("self", "result", "dim", "keepdim")

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        x, result, dim, keepdim = saved
        if len(dim) == 1 and x.dtype != np.float16:
            g, result = (np.asarray(one) if keepdim else np.expand_dims(one, dim) for one in (g, result))
            return [kernel.logsumexp_vjp(g, x, result, dim[0])]
        with np.errstate(all="ignore"):
            p = np.exp(x - along(partial(kernel.logsumexp, keepdims=True), dim, x))
        return [spread(g, x.shape, dim, keepdim) * p]

    def define(self, *inputs: Any) -> Any:
        return logsumexp_definition(inputs[0], *self.checked()[2:])


def softmax(input: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:
    """Probabilities: exp(x) / sum(exp(x)) along ``dim``. They are positive and add up to 1.

    >>> import tinygrad_loss as torch
    >>> torch.softmax(torch.tensor([1.3, 0.2, -2.1]), dim=0)
    tensor([0.7319, 0.2436, 0.0244])
    """
    x, place, input = _prepared(input, dim, dtype, "softmax")
    out = along(kernel.softmax, place, x)
    return record(SoftmaxBackward0, (input,), out, (out, place))  # type: ignore[no-any-return]


def log_softmax(input: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:
    """The logarithms of the softmax, x - log(sum(exp(x))) along ``dim``, without over- or underflow on the way.

    >>> import tinygrad_loss as torch
    >>> torch.log_softmax(torch.tensor([1000.0, 0.0]), dim=0)
    tensor([    0., -1000.])
    """
    x, place, input = _prepared(input, dim, dtype, "log_softmax")
    if modes.grad and x.ndim and x.dtype != np.float16 and edge_of(input) is not NO_EDGE:
        out, kept = kernel.log_softmax_and_rows(x, place)
    else:
        out, kept = along(kernel.log_softmax, place, x), None
    return record(LogSoftmaxBackward0, (input,), out, (out, place, kept))  # type: ignore[no-any-return]


def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """log(sum(exp(x))) over ``dim`` (an int or several), without overflow on the way.

    >>> import tinygrad_loss as torch
    >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), dim=0)
    tensor(1000.6932)
    """
    x = array_of(input, "logsumexp")
    if x.dtype.kind != "f":
        input = cast(input, get_default_dtype())
        x = array_of(input, "logsumexp")
    if dim is None:
        raise TypeError("logsumexp(): argument 'dim' must be tuple of ints, not NoneType")
    if not isinstance(keepdim, bool):
        raise TypeError(f"logsumexp(): argument 'keepdim' must be bool, not {type(keepdim).__name__}")
    dims = dims_of(dim, x.ndim, "logsumexp")
    out = along(partial(kernel.logsumexp, keepdims=keepdim), dims, x)
    return record(LogsumexpBackward0, (input,), out, (x, out, dims, keepdim))  # type: ignore[no-any-return]


def along(function: Callable[..., Array], dim: Any, *arrays: Array) -> Array:
    """Call a kernel, which wants float32 or float64 and at least one dimension, for float16 and for single numbers too."""
    first = arrays[0]
    if first.ndim and first.dtype != np.float16:
        return function(*arrays, dim)
    wide = [np.atleast_1d(one).astype(np.float32 if one.dtype == np.float16 else one.dtype) for one in arrays]
    out = np.asarray(function(*wide, dim if first.ndim else 0))
    return (out if first.ndim else out.reshape(())).astype(first.dtype)


def _prepared(input: Any, dim: int | None, dtype: DType | None, function: str) -> tuple[Array, int, Any]:
    if dtype is not None:
        input = cast(input, dtype)
    x = array_of(input, function)
    if x.dtype.kind != "f":
        raise NotImplementedError(
            f'"{function}_lastdim_kernel_impl" not implemented for \'{type_word(x.dtype)}\'. {function}(): convert the '
            "input first, x.float(), or pass dtype=torch.float32."
        )
    if dim is None:
        raise TypeError(f"{function}() missing 1 required argument: 'dim' (the dimension that holds the classes)")
    return x, dim_of(dim, x.ndim, function), input

