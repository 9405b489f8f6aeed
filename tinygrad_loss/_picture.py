"""`draw`: the picture of a backward graph, for a notebook, a file or a terminal."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import Any

from .doctor.entry import lint as look_for_mistakes
from .doctor.marking import marked
from .errors import type_name
from .graph.arrays import library_of
from .graph.collapse import collapsed, find_boxes, needed
from .graph.dot import DIRECTIONS, Style, suited, to_dot
from .graph.files import write_drawn
from .graph.fold import find_repeats, folded
from .graph.mermaid import to_mermaid
from .graph.model import Graph, nearest, with_reference
from .graph.reader import read_graph
from .graph.record import to_json
from .graph.render import render, to_svg
from .graph.text import to_text
from .graph.theme import THEMES
from .page import Side, forms_of, to_html

_LEVELS = ("pytorch", "primitives", "modules")
_ENDINGS = (".svg", ".png", ".dot", ".mmd", ".txt", ".json", ".html")
_FOLD_ABOVE = 40  # nodes: from here on what repeats is folded, if nobody says otherwise


class Picture:
    """A drawn backward graph. It shows itself in a notebook, prints as text, and saves to a file.

    `graph` is the model that everything is made from, `style` how it is drawn, `source` its DOT text.
    """

    def __init__(self, graph: Graph, style: Style | None = None, opened: Graph | None = None) -> None:
        self.graph = graph
        self.style = style or suited(graph)
        self._opened = opened  # the same graph with every node open that can be: a page opens and closes them

    @property
    def source(self) -> str:
        """The picture as DOT text; the same picture gives the same text."""
        return to_dot(self.graph, self.style)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path`, in the form that its ending asks for: .svg, .png, .dot (Graphviz's language), .mmd
        (Mermaid's), .txt, .json or .html (a page to step through, in one file that needs no network).

        The file is written whole or not at all. ValueError for an unknown ending, OSError when the path cannot be written.
        RuntimeError when .svg, .png or .html is asked and no Graphviz program is there: then the DOT text is written, to the same name
        with .dot at its end, unless there is such a file already. Returns the path.
        """
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in _ENDINGS:
            raise ValueError(f"save(): cannot tell what to write from the ending {ending!r} of {str(target)!r}; "
                             f"choose one of {', '.join(_ENDINGS)}")
        write_drawn(target, lambda: self._bytes(ending), lambda: self.source)
        return target

    def beside(self, reference: Picture | Graph, name: str = "") -> Picture:
        """The same picture with a second gradient on each edge, from a picture of the same graph; ValueError when the graphs
        differ."""
        other = reference.graph if isinstance(reference, Picture) else reference
        both = with_reference(self.graph, other, name)
        return Picture(both, suited(both, self.style.theme, self.style.direction))

    def named(self, name: str) -> Picture:
        """The same picture with another name for the tensor that was drawn."""
        first = replace(self.graph.nodes[0], name=name)
        graphs = [None if g is None else replace(g, nodes=(first, *g.nodes[1:])) for g in (self.graph, self._opened)]
        return Picture(graphs[0] or self.graph, self.style, graphs[1])

    def page_side(self, name: str = "") -> Side:
        """The picture as a page shows it: in all forms, this one first."""
        open_now = [group.closed.id for group in self.graph.groups if group.closed is not None]
        forms = (self.graph,) if self._opened is None else forms_of(self._opened, open_now)
        return Side(name or self.graph.nodes[0].name, forms, self.style.direction)

    def _page(self) -> str:
        theme = next((name for name, theme in THEMES.items() if theme == self.style.theme), "light")
        return to_html([self.page_side()], theme="auto" if theme == "light" else theme)

    def _bytes(self, ending: str) -> bytes:
        if ending == ".png":
            return render(self.source, "png")
        texts: dict[str, Callable[[], str]] = {
            ".svg": lambda: to_svg(self.graph, self.source), ".dot": lambda: self.source, ".txt": lambda: str(self) + "\n",
            ".html": self._page, ".mmd": lambda: to_mermaid(self.graph, self.style.direction), ".json": lambda: to_json(self.graph),
        }  # fmt: skip
        return texts[ending]().encode()

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
         beside: Picture | Graph | None = None, expand: str | Collection[str] = (), forward: Any = None,
         direction: str = "TB", theme: str = "light", fold: bool | None = None, limit: int = 100,
         depth: int | None = None, lint: bool = False) -> Picture:
    """Draw the backward graph of `loss`: its nodes by PyTorch's names, and the gradient that flows along every edge.

    `loss` is a tensor of this package or of PyTorch that was computed from tensors with requires_grad=True. `level` is
    "pytorch" (the nodes that PyTorch records), "primitives" (each node that has a definition opened into the exp, log, sum,
    gather that define it) or "modules" (PyTorch's nodes in nested boxes, one for each nn.Module). With `depth`, modules that lie so many levels below the
    model, or hold no others, are single boxes: depth=0 shows the model as one, depth=1 its layers. `expand` opens some nodes only:
    their names, or ids such as "n2".

    Leaves are named by `params`, a module or a dict of names to tensors or modules; without it by the caller's own variables.
    `values=False` leaves out all numbers and makes no backward pass. A tensor that is not a scalar needs `gradient`, as in
    `backward(gradient)`. `beside` is a picture of the same graph, PyTorch's recording for instance, whose gradients stand
    beside these. Where a gradient taken with create_graph is drawn, the two passes are told apart; `forward=loss` says what
    the gradient was taken of, which PyTorch's graphs of products and sums alone do not show.

    The wider and stronger an arrow, the larger the gradient on it (the largest |gradient|, in the loss's change per unit of what
    it is the gradient of); nan, inf, zero and missing gradients have marks of their own. `direction` is the way of the arrows:
    "TB" (down), "BT" (up), "LR" or "RL"; `theme` is "light", "dark" or "print".

    With `fold` a part that repeats at least three times in a row, such as equal layers, is drawn once, in a box that
    says "× 12"; None folds graphs of more than 40 nodes, and those with a `depth`. Of what is left those `limit` nodes nearest to the loss are drawn, and the
    picture says so. Numbers are read only for what is shown.

    `lint=True` flags the nodes at which `lint` finds a mistake, and says below the picture what it is.

    Nothing is changed: no `.grad` is written, no hook stays, and `loss.backward()` still works. (The gradients are those that a
    backward pass would carry now; hooks that the user has put on tensors run for it.)

    Raises RuntimeError when `loss` has no graph, TypeError when it is not a tensor, ValueError for an unknown level, direction,
    theme or node.

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
        1  9
    ├─ input 0: gradient 2
    │    1  3
    │  #3 x  AccumulateGrad  2 float32  (no gradient yet)
    │      1  3
    │      sum of 2 gradients: 2  6
    └─ input 1: gradient 2
         1  3
       x: see #3 above
    """  # noqa: RUF002
    for name, given, choices in (("level", level, _LEVELS), ("direction", direction, DIRECTIONS), ("theme", theme, THEMES)):
        if given not in choices:
            raise ValueError(f"draw(): unknown {name} {given!r}; choose one of {', '.join(map(repr, choices))}")
    _check_kinds(limit, depth, expand, beside)
    if limit < 1:
        raise ValueError(f"draw(): limit must be at least 1, got {limit}")
    if library_of(loss) is None:
        raise TypeError(f"draw(): loss must be a tensor, got {type(loss).__name__}; draw one tensor, such as the loss itself")
    if loss.grad_fn is None:
        raise RuntimeError("draw(): this tensor does not require grad and does not have a grad_fn, so there is no graph to draw. "
                           "Compute it from tensors with requires_grad=True, outside no_grad(), and draw the result.")
    if depth is not None and (depth < 0 or level != "modules"):
        raise ValueError(f"draw(): depth={depth} needs level='modules', and 0 or more: how many modules deep to show operations")
    view = _View(fold, limit, depth)
    opened: list[Graph] = []
    graph = view.shown(read_graph(
        loss, params=params, scopes=_caller(), values=values, gradient=gradient, forward=forward, modules=level == "modules",
        expand=expand if expand or level != "primitives" else True, choose=view.choose, all_open=opened.append))  # fmt: skip
    if beside is not None:
        opened = []
        graph = with_reference(graph, beside.graph if isinstance(beside, Picture) else beside)
    whole = view.whole(opened)
    if lint:
        findings = look_for_mistakes(loss)
        graph, whole = marked(graph, findings), None if whole is None else marked(whole, findings)
    return Picture(graph, suited(graph, THEMES[theme], direction), whole)  # type: ignore[arg-type]


def _check_kinds(limit: object, depth: object, expand: object, beside: object) -> None:
    kinds: tuple[tuple[str, object, Any, str], ...] = (
        ("limit", limit, Integral, "a whole number"), ("depth", depth, Integral | None, "a whole number"),
        ("expand", expand, Collection | bool, "a name of a node, or several"),
        ("beside", beside, Picture | Graph | None, "a picture of the same graph"))
    for name, given, kind, wanted in kinds:
        if not isinstance(given, kind):
            raise TypeError(f"draw(): {name} must be {wanted}, got {type_name(given)}")


class _View:
    """Which part of a large graph is drawn."""

    def __init__(self, fold: bool | None, limit: int, depth: int | None) -> None:
        self.fold, self.limit, self.depth = fold, limit, depth

    def choose(self, graph: Graph) -> set[str]:
        """The ids of the nodes whose numbers a picture needs."""
        whole, self.total = graph, len(graph.functions)
        self.boxes = {} if self.depth is None else find_boxes(graph, self.depth)
        graph = collapsed(graph, self.boxes)
        large = self.depth is not None or len(graph.functions) > _FOLD_ABOVE
        self.repeats = find_repeats(graph) if self.fold or (self.fold is None and large) else None
        shown = {node.id for node in nearest(self._folded(graph), self.limit).nodes}
        if self.repeats is not None:
            shown |= {last for first, last in self.repeats.last.items() if first in shown}
        return needed(whole, self.boxes, shown)

    def shown(self, graph: Graph) -> Graph:
        """That part of the graph."""
        whole = self.folded(graph)
        self.cut = len(whole.functions) > self.limit
        return nearest(whole, self.limit)

    def folded(self, graph: Graph) -> Graph:
        """The graph with modules as boxes, and what repeats shown once, where that is asked for."""
        return self._folded(collapsed(graph, self.boxes))

    def _folded(self, graph: Graph) -> Graph:
        return graph if self.repeats is None else folded(graph, self.repeats, self.total)

    def whole(self, opened: list[Graph]) -> Graph | None:
        """The graph with all nodes open, for a page; None when there is none, or only a part is drawn."""
        return self.folded(opened[0]) if opened and not self.cut else None


def _caller() -> tuple[Mapping[str, Any], ...]:
    frame = inspect.currentframe()
    frame = frame.f_back if frame is not None else None
    frame = frame.f_back if frame is not None else None
    return () if frame is None else (frame.f_locals, frame.f_globals)
