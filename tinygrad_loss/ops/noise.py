"""The backward nodes of random draws: new numbers do not hang on the old ones, so no gradient flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..autograd.node import Node


class Noise(Node):
    """Numbers drawn at random in the place of others, or around a mean: a gradient of zeros."""

    __slots__ = ()
    frees = False
    vjps: ClassVar[tuple[Callable[..., Any], ...]] = (lambda g: g * 0.0,)


class NormalBackward0(Noise):
    """normal_()."""

    __slots__ = ()


class UniformBackward0(Noise):
    """uniform_()."""

    __slots__ = ()


class RandomBackward0(Noise):
    """random_(from, to)."""

    __slots__ = ()


class RandomBackward1(Noise):
    """random_(to)."""

    __slots__ = ()


class RandomBackward2(Noise):
    """random_()."""

    __slots__ = ()


class ExponentialBackward0(Noise):
    """exponential_()."""

    __slots__ = ()


class LogNormalBackward0(Noise):
    """log_normal_()."""

    __slots__ = ()


class GeometricBackward0(Noise):
    """geometric_()."""

    __slots__ = ()


class CauchyBackward0(Noise):
    """cauchy_()."""

    __slots__ = ()


class BernoulliBackward0(Noise):
    """bernoulli(p)."""

    __slots__ = ()


class BernoulliBackward1(Noise):
    """bernoulli_(p) with a tensor of probabilities."""

    __slots__ = ()
    vjps = (lambda g: g * 0.0, lambda g: g * 0.0)


class BernoulliBackward2(Noise):
    """bernoulli_(p) with one probability."""

    __slots__ = ()


class NormalBackward1(Noise):
    """normal(mean tensor, std)."""

    __slots__ = ()
    saves = ("mean_sym_sizes",)
    vjps = (lambda g, sizes: g * 0.0,)


class NormalBackward2(Noise):
    """normal(mean, std tensor)."""

    __slots__ = ()
    saves = ("std_sym_sizes",)
    vjps = (lambda g, sizes: g * 0.0,)


class NormalBackward3(Noise):
    """normal(mean tensor, std tensor)."""

    __slots__ = ()
    saves = ("mean_sym_sizes", "std_sym_sizes")
    vjps = (lambda g, mean, std: g * 0.0, lambda g, mean, std: g * 0.0)


class PoissonBackward0(Noise):
    """poisson(rates)."""

    __slots__ = ()
