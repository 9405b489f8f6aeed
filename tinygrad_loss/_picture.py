"""`draw`: the picture of a backward graph, for a notebook, a file or a terminal."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .graph.arrays import library_of
from .graph.dot import to_dot
from .graph.files import write_whole
from .graph.model import Graph, nearest, with_reference
from .graph.reader import read_graph
from .graph.record import to_json
from .graph.render import render, to_svg
from .graph.text import to_text

_LEVELS = ("pytorch", "primitives")
_ENDINGS = (".svg", ".png", ".dot", ".txt", ".json")


class Picture:
    """A drawn backward graph. It shows itself in a notebook, prints as text, and saves to a file.

    `graph` is the model that everything is made from, `source` its DOT text.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @property
    def source(self) -> str:
        """The picture as DOT text; the same picture gives the same text."""
        return to_dot(self.graph)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path`, in the form that its ending asks for: .svg, .png, .dot (Graphviz's language), .txt or
        .json.

        The file is written whole or not at all. ValueError for an unknown ending, OSError when the path cannot be written, and
        RuntimeError when .svg or .png is asked and no Graphviz program is there. Returns the path.
        """
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in _ENDINGS:
            raise ValueError(f"save(): cannot tell what to write from the ending {ending!r} of {str(target)!r}; "
                             f"choose one of {', '.join(_ENDINGS)}")
        write_whole(target, self._bytes(ending))
        return target

    def beside(self, reference: Picture | Graph, name: str = "") -> Picture:
        """The same picture with a second gradient on each edge, from a picture of the same graph; ValueError when the graphs
        differ."""
        other = reference.graph if isinstance(reference, Picture) else reference
        return Picture(with_reference(self.graph, other, name))

    def _bytes(self, ending: str) -> bytes:
        if ending == ".png":
            return render(self.source, "png")
        if ending == ".svg":
            return to_svg(self.graph, self.source).encode()
        text = {".dot": lambda: self.source, ".txt": lambda: str(self) + "\n", ".json": lambda: to_json(self.graph)}[ending]()
        return text.encode()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        text = str(self)
        try:
            return {"image/svg+xml": to_svg(self.graph, self.source), "text/plain": text}
        except RuntimeError as error:
            return {"text/plain": f"{text}\n({error})"}

    def __str__(self) -> str:
        return to_text(self.graph)

    def __repr__(self) -> str:
        return f"<Picture of {len(self.graph.functions)} nodes; print() shows it as text, save('graph.svg') draws it>"


def draw(loss: Any, level: str = "pytorch", params: object = None, values: bool = True, *, gradient: Any = None,
         beside: Picture | Graph | None = None, limit: int = 300) -> Picture:
    """Draw the backward graph of `loss`: its nodes by PyTorch's names, and the gradient that flows along every edge.

    `loss` is a tensor of this package or of PyTorch that was computed from tensors with requires_grad=True. `level` is
    "pytorch" (the nodes that PyTorch records) or "primitives" (each loss opened into the exp, log, sum, gather that define it).
    Leaves are named by `params`, a module or a dict of names to tensors; without it by the caller's own variables.
    `values=False` leaves out all numbers and makes no backward pass. A tensor that is not a scalar needs `gradient`, as in
    `backward(gradient)`. `beside` is a picture of the same graph, PyTorch's recording for instance, whose gradients stand
    beside these. Of a graph with more than `limit` nodes those nearest to the loss are drawn, and the picture says so.

    Nothing is changed: no `.grad` is written, no hook stays, and `loss.backward()` still works. (The gradients are those that a
    backward pass would carry now; hooks that the user has put on tensors run for it.)

    Raises RuntimeError when `loss` has no graph, TypeError when it is not a tensor, ValueError for an unknown level.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 3.0], requires_grad=True)
    >>> loss = (x * x).sum()
    >>> print(torch.draw(loss))
    loss  scalar float32
        10
    │ gradient scalar
    │   1
    SumBackward0  sum  scalar float32
        10
    │ gradient 2
    │   1  1
    MulBackward0  multiply  2 float32
    ├─ input 0: gradient 2
    │    1  3
    │  #3 x  AccumulateGrad  2 float32  (no gradient yet)
    │      1  3
    │      sum of 2 gradients: 2  6
    └─ input 1: gradient 2
         1  3
       x: see #3 above
    """
    if level not in _LEVELS:
        raise ValueError(f"draw(): unknown level {level!r}; choose one of {', '.join(map(repr, _LEVELS))}")
    if limit < 1:
        raise ValueError(f"draw(): limit must be at least 1, got {limit}")
    if library_of(loss) is None:
        raise TypeError(f"draw(): loss must be a tensor, got {type(loss).__name__}; draw one tensor, such as the loss itself")
    if loss.grad_fn is None:
        raise RuntimeError("draw(): this tensor does not require grad and does not have a grad_fn, so there is no graph to draw. "
                           "Compute it from tensors with requires_grad=True, outside no_grad(), and draw the result.")
    graph = read_graph(loss, params=params, scopes=_caller(), values=values, gradient=gradient, expand=level == "primitives")
    picture = Picture(nearest(graph, limit))
    return picture if beside is None else picture.beside(beside)


def _caller() -> tuple[Mapping[str, Any], ...]:
    frame = inspect.currentframe()
    frame = frame.f_back if frame is not None else None
    frame = frame.f_back if frame is not None else None
    return () if frame is None else (frame.f_locals, frame.f_globals)
