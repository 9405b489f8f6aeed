"""What is known at one node when its formula is filled in with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Unknown(Exception):
    """A number that a formula needs is not kept by the graph."""


@dataclass(frozen=True)
class Facts:
    """The numbers at a node: floating-point ones are float64 here, whatever the graph was computed in.

    `gradients` has one entry for each result of the forward operation, `result` is the first result, `inputs` and `shapes` have
    one entry for each input (an entry of next_functions), `saved` is what the node keeps, by PyTorch's names.
    """

    gradients: Sequence[Array | None]
    result: Array | None
    inputs: Sequence[Array | None]
    shapes: Sequence[tuple[int, ...] | None]
    saved: Mapping[str, Any]

    @property
    def g(self) -> Array:
        """The gradient that comes in."""
        return _known(self.gradients[0] if self.gradients else None, "the gradient")

    @property
    def y(self) -> Array:
        """The result of the forward operation."""
        return _known(self.result, "the result") if self.result is not None else _known(self.saved.get("result"), "the result")

    @property
    def x(self) -> Array:
        """The (first) input."""
        return self.into(0, "self")

    @property
    def a(self) -> Array:
        """The first of two inputs."""
        return self.into(0, "self")

    @property
    def b(self) -> Array:
        """The second of two inputs."""
        return self.into(1, "other")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first input."""
        return self.shape_of(0)

    def shape_of(self, i: int) -> tuple[int, ...]:
        """The shape of input i."""
        shape = self.shapes[i] if i < len(self.shapes) else None
        if shape is None:
            raise Unknown(f"the shape of input {i}")
        return shape

    def into(self, i: int, name: str) -> Array:
        """Input i: what the node saved under `name`, or what the graph knows of it."""
        saved = self.saved.get(name)
        if saved is None and i < len(self.inputs):
            saved = self.inputs[i]
        return _known(saved, f"input {i}")

    def __getitem__(self, name: str) -> Any:
        """What the node saved under this name."""
        if self.saved.get(name) is None:
            raise Unknown(f"saved {name}")
        return self.saved[name]

    def get(self, name: str, default: Any) -> Any:
        """What the node saved under this name, or the default where it saved nothing."""
        found = self.saved.get(name)
        return default if found is None else found

    def axes(self, name: str = "dim") -> tuple[int, ...]:
        """The dimensions that the node saved, counted from the front; all of them where it saved none."""
        dim, rank = self.saved.get(name), len(self.shape)
        if dim is None or dim == ():
            return tuple(range(rank))
        return tuple(d % rank if rank else 0 for d in (dim if isinstance(dim, tuple) else (dim,)))

    def axis(self, name: str = "dim") -> int:
        """The one dimension that the node saved, counted from the front."""
        return self.axes(name)[0]

    def spread(self, reduced: Array) -> Array:
        """A result of a reduction, with the input's number of dimensions again (of size 1)."""
        if not self.shape:
            return reduced.reshape(())
        return reduced if self.saved.get("keepdim") else np.expand_dims(reduced, self.axes())


def _known(value: Any, what: str) -> Array:
    if value is None:
        raise Unknown(what)
    return np.asarray(value)


def wide(array: Array | None) -> Array | None:
    """An array in float64 if it holds real numbers, as it is otherwise."""
    return array.astype(np.float64) if array is not None and array.dtype.kind == "f" else array


def unbroadcast(array: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the dimensions along which an input of this shape was repeated."""
    extra = array.ndim - len(shape)
    axes = tuple(range(max(extra, 0)))
    axes += tuple(i + extra for i, n in enumerate(shape) if n == 1 and array.shape[i + extra] != 1)
    return np.asarray(array.sum(axis=axes)).reshape(shape) if axes else array
