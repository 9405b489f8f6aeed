"""The rules, grouped by subject: one function each."""

from . import dimensions, numbers, sigmoids, softmaxes, targets, training

__all__ = ["dimensions", "numbers", "sigmoids", "softmaxes", "targets", "training"]
