"""Operations that change some elements of a tensor: written once, for the form that makes a new tensor and the one in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..autograd.node import Node
from ._record import Array, array_of, record


class Write(NamedTuple):
    """What such an operation does: its node, the tensors beside the first that it takes, what the node saves, and the change."""

    op: type[Node]
    others: tuple[Any, ...]
    saved: tuple[Any, ...]
    write: Callable[[Array], Any]


def on_a_copy(input: Any, made: Write) -> Any:
    """The change carried out on a copy."""
    out = np.array(array_of(input, "copy"), order="C")
    made.write(out)
    return record(made.op, (input, *made.others), out, made.saved)


def write_at(data: Array, places: Array, values: Any, add: bool = False) -> None:
    """Write ``values`` (or add them) to the elements of ``data`` at ``places``, counted row by row."""
    target, key = (data.reshape(-1), places) if data.flags.c_contiguous else (data, np.unravel_index(places, data.shape or (1,)))
    if not data.ndim:
        target, key = data.reshape(1), places
    if add:
        np.add.at(target, key, values)
    else:
        target[key] = values
