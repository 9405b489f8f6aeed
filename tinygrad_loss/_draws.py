"""Random tensors: ``rand``, ``randn`` and their like, and the methods that fill a tensor with random numbers.

After the same ``manual_seed`` they are PyTorch's numbers. ``generator=`` names a source of one's own (see ``Generator``).
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _dtypes
from ._creation import like, listed_size, made, room, size_from
from ._dtypes import type_word
from ._from_python import Array, numpy_dtype
from ._generator import Generator, stream_of
from .autograd import clock
from .autograd.variable import Variable, any_requires_grad
from .errors import type_name
from .kernels import random_counts as counts
from .kernels.memory_order import dense_like
from .ops import noise
from .ops._record import array_of, record
from .ops._views import put, rewrite, root_of

if TYPE_CHECKING:
    from ._tensor import Tensor


def rand(
    *size: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Uniform random numbers in [0, 1).

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    array = _memory("rand", size, dtype, options)
    return made(stream_of(generator, "rand").uniform_(array), "rand", requires_grad, options)


def randn(
    *size: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Normal random numbers of mean 0 and standard deviation 1.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.randn(2)
    tensor([ 1.5410, -0.2934])
    """
    array = _memory("randn", size, dtype, options)
    return made(stream_of(generator, "randn").normal_(array), "randn", requires_grad, options)


def _memory(function: str, size: tuple[Any, ...], dtype: Any, options: dict[str, Any]) -> Array:
    shape = size_from(size or (() if "size" not in options else (options.pop("size"),)), function)
    return room(shape, numpy_dtype(dtype, function) or _dtypes.default_numpy())


def rand_like(
    input: Tensor, *, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Uniform random numbers in [0, 1) in the shape and dtype of ``input``."""
    array = like(input, "rand_like", dtype)
    return made(stream_of(generator, "rand_like").uniform_(array), "rand_like", requires_grad, options)


def randn_like(
    input: Tensor, *, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """Normal random numbers in the shape and dtype of ``input``."""
    array = like(input, "randn_like", dtype)
    return made(stream_of(generator, "randn_like").normal_(array), "randn_like", requires_grad, options)


def randint(
    *bounds: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """``randint(high, size)``, ``randint(low, high, size)``: random integers in [low, high), int64 unless ``dtype`` is given.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.randint(0, 10, (5,))
    tensor([4, 9, 3, 0, 3])
    """
    given = list(bounds)
    size = options.pop("size") if "size" in options else given.pop() if given else None
    low, high = _range_of("randint", given, options)
    if not isinstance(size, (list, tuple)):
        raise TypeError(
            f"randint() received an invalid combination of arguments: 'size' must be tuple of ints, not {type_name(size)}: "
            "write randint(low, high, (3,)), with the size in brackets"
        )
    array = room(listed_size(size, "randint"), numpy_dtype(dtype, "randint") or np.dtype(np.int64))
    return made(stream_of(generator, "randint").random_(array, low, high), "randint", requires_grad, options)


def randint_like(
    input: Tensor,
    *bounds: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    requires_grad: bool = False,
    **options: Any,
) -> Tensor:
    """``randint_like(input, high)``, ``randint_like(input, low, high)``: random integers in the shape and dtype of ``input``."""
    low, high = _range_of("randint_like", list(bounds), options)
    array = like(input, "randint_like", dtype)
    return made(stream_of(generator, "randint_like").random_(array, low, high), "randint_like", requires_grad, options)


def _range_of(function: str, given: list[Any], options: dict[str, Any]) -> tuple[int, int]:
    if len(given) == 1 and "high" not in options:
        given.insert(0, options.pop("low", 0))
    elif len(given) < 2:
        given = [*(given or [options.pop("low", 0)]), options.pop("high", None)]
    low, high = (_integer(bound, function) for bound in given) if len(given) == 2 else (_integer(None, function), 0)
    return low, high


def _integer(value: Any, function: str) -> int:
    if isinstance(value, float) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{function}() received an invalid combination of arguments: 'low' and 'high' must be int, not {type_name(value)} "
            f"({value!r}). Write {function}(high, ...) or {function}(low, high, ...)"
        )
    return operator.index(value)


def randperm(
    n: int, *, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False, **options: Any
) -> Tensor:
    """The numbers 0, ..., n - 1 in random order.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.randperm(4)
    tensor([0, 1, 3, 2])
    """
    if isinstance(n, (bool, float)) or not hasattr(n, "__index__"):
        raise TypeError(f"randperm(): argument 'n' (position 1) must be int, not {type_name(n)}")
    order = stream_of(generator, "randperm").randperm(operator.index(n), numpy_dtype(dtype, "randperm") or np.int64)
    return made(order, "randperm", requires_grad, options)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None, dtype: Any = None,
    requires_grad: bool = False, **options: Any,
) -> Tensor:  # fmt: skip
    """Normal random numbers, each with its mean and standard deviation: tensors, or numbers together with a ``size``.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.normal(10.0, 2.0, (2,))
    tensor([13.0820,  9.4131])
    """
    stream = stream_of(generator, "normal")
    tensors = [isinstance(one, Variable) for one in (mean, std)]
    if any(tensors) != (size is None):
        raise TypeError(
            "normal() received an invalid combination of arguments: give tensors for mean or std, or numbers for both and a size"
        )
    if size is not None:
        array = room(listed_size(size, "normal"), numpy_dtype(dtype, "normal") or _dtypes.default_numpy())
        return made(stream.normal_(array, float(mean), float(std)), "normal", requires_grad, options)
    means, stds = (one._data if isinstance(one, Variable) else float(one) for one in (mean, std))
    out = stream.normal(means, stds)
    if tensors == [True, True]:
        return record(noise.NormalBackward3, (mean, std), out, (mean._data.shape, std._data.shape))  # type: ignore[no-any-return]
    node, tensor = (noise.NormalBackward1, mean) if tensors[0] else (noise.NormalBackward2, std)
    return record(node, (tensor,), out, (tensor._data.shape,))  # type: ignore[no-any-return]


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Ones with the probabilities in ``input`` (or all with probability ``p``), else zeros.

    >>> import tinygrad_loss as torch
    >>> torch.bernoulli(torch.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    chances = array_of(input, "bernoulli")
    stream = stream_of(generator, "bernoulli")
    out = stream.bernoulli(chances) if p is None else stream.bernoulli_(dense_like(chances), p)
    return record(noise.BernoulliBackward0, (input,), out)  # type: ignore[no-any-return]


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Indices drawn with chances in the ratio of the weights in each row of ``input``.

    >>> import tinygrad_loss as torch
    >>> torch.multinomial(torch.tensor([0.0, 1.0, 0.0]), 1)
    tensor([1])
    """
    weights = array_of(input, "multinomial")
    if isinstance(num_samples, (bool, float)) or not hasattr(num_samples, "__index__"):
        raise TypeError(f"multinomial(): argument 'num_samples' (position 2) must be int, not {type_name(num_samples)}")
    drawn = stream_of(generator, "multinomial").multinomial(weights, operator.index(num_samples), replacement)
    return made(drawn, "multinomial")


def _fill(
    x: Tensor, node: type[noise.Noise], draw: str, generator: Generator | None, *args: Any, chances: Any = None
) -> Tensor:
    """Fill ``x`` with what the stream's method ``draw`` gives; the old numbers, and so their gradient, are gone."""
    stream = stream_of(generator, draw)
    if not x._data.flags.writeable:
        put(x, x._data)  # says so
    if not any_requires_grad((root_of(x), x, chances)):
        getattr(stream, draw)(x._data, *args)
        clock.touch(x._data)
        return x

    def drawn(x: Tensor) -> Tensor:
        out = getattr(stream, draw)(dense_like(x._data), *args)
        return record(node, (x,) if chances is None else (x, chances), out)  # type: ignore[no-any-return]

    drawn.__name__ = draw.rstrip("_")
    return rewrite(x, drawn)  # type: ignore[no-any-return]


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill this tensor with normal random numbers.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.empty(2).normal_(0, 0.1)
    tensor([ 0.1541, -0.0293])
    """
    return _fill(self, noise.NormalBackward0, "normal_", generator, float(mean), float(std))


def uniform_(self: Tensor, *bounds: float, generator: Generator | None = None, **named: float) -> Tensor:
    """``uniform_(from=0, to=1)``: fill this tensor with uniform random numbers in [from, to).

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.empty(2).uniform_(-1, 1)
    tensor([-0.0075,  0.5364])
    """
    low, high = _ends("uniform_", bounds, named, 0.0, 1.0)
    return _fill(self, noise.UniformBackward0, "uniform_", generator, float(low), float(high))


def random_(self: Tensor, *bounds: int, generator: Generator | None = None, **named: int) -> Tensor:
    """``random_()``, ``random_(to)``, ``random_(from, to)``: fill this tensor with random integers in [from, to).

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.empty(3).random_(10)
    tensor([4., 9., 3.])
    """
    given = len(bounds) + len(named)
    if len(bounds) == 1 and not named:
        return _fill(self, noise.RandomBackward1, "random_", generator, 0, bounds[0])
    low, high = _ends("random_", bounds, named, None if not given else 0, None)
    node = noise.RandomBackward0 if given > 1 else noise.RandomBackward1 if given else noise.RandomBackward2
    return _fill(self, node, "random_", generator, low, high)


def _ends(function: str, bounds: tuple[Any, ...], named: dict[str, Any], low: Any, high: Any) -> tuple[Any, Any]:
    ends = dict(zip(("from", "to"), bounds, strict=False))
    if len(bounds) > 2 or set(named) - {"from", "to"} or set(named) & set(ends):
        raise TypeError(
            f"{function}() received an invalid combination of arguments (got an unexpected keyword argument "
            f"{', '.join(map(repr, named)) or bounds}): give {function}(from, to)"
        )
    ends |= named
    return ends.get("from", low), ends.get("to", high)


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill this tensor with ones with probability ``p`` (a number, or a tensor of probabilities), else zeros.

    >>> import tinygrad_loss as torch
    >>> torch.empty(3).bernoulli_(1.0)
    tensor([1., 1., 1.])
    """
    if isinstance(p, Variable):
        return _fill(self, noise.BernoulliBackward1, "bernoulli_", generator, p._data, chances=p)
    return _fill(self, noise.BernoulliBackward2, "bernoulli_", generator, float(p))


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill this tensor with waiting times of rate ``lambd``: density lambd * exp(-lambd * x).

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.empty(2).exponential_()
    tensor([3.5083, 1.2304])
    """
    return _fill(self, noise.ExponentialBackward0, "exponential_", generator, float(lambd))


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Fill this tensor with exp of normal random numbers of that mean and standard deviation."""
    return _fill(self, noise.LogNormalBackward0, "log_normal_", generator, float(mean), float(std))


def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill this tensor with the number of trials up to the first success, each with chance ``p``."""
    return _fill(self, noise.GeometricBackward0, "geometric_", generator, float(p))


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill this tensor with random numbers of the Cauchy distribution."""
    return _fill(self, noise.CauchyBackward0, "cauchy_", generator, float(median), float(sigma))


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """A random count for each rate in ``input``.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0); torch.poisson(torch.tensor([0.0, 4.0, 100.0]))
    tensor([  0.,   7., 102.])
    """
    rates = array_of(input, "poisson")
    if rates.dtype.kind != "f":
        raise NotImplementedError(f"\"poisson_cpu\" not implemented for '{type_word(rates.dtype)}'")
    if np.any(rates < 0):
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    stream = stream_of(generator, "poisson")
    out = counts.poisson(rates, lambda: float(stream.rand((1,), np.float64)[0]))
    return record(noise.PoissonBackward0, (input,), out)  # type: ignore[no-any-return]
