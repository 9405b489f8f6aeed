"""`compare`: two graphs, ours and PyTorch's or any two, node by node."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import type_name
from ..graph.arrays import library_of, to_array
from ..graph.files import write_drawn
from ..graph.model import Graph
from ..graph.reader import read_graph
from ..graph.render import render, to_svg
from ..page import Match, Side, to_html
from .alignment import align
from .drawing import around, side_by_side
from .findings import find, inputs_first, partings
from .measures import Gap, Tolerance, gap
from .records import Difference, Pair, Parting
from .replay import replayed
from .runs import pytorch, run_both
from .table import sentences, to_table

__all__ = ["Comparison", "ComparisonPicture", "Difference", "Gap", "Pair", "Parting", "compare"]

_ENDINGS = (".svg", ".png", ".dot", ".txt", ".json", ".html")
_MISSING: Any = object()


def _same_gradients(pair: Pair) -> bool:
    """Whether the gradients that come to two partners are the same, or neither is known."""
    known = [node is not None and node.gradient is not None for node in (pair.ours, pair.theirs)]
    return pair.gradient.close if pair.gradient is not None else known[0] == known[1]


class ComparisonPicture:
    """Two graphs side by side. It shows itself in a notebook; `source` is its DOT text, `save` writes .svg, .png or .dot."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        first = comparison.first_pair
        self._graph, self.source = side_by_side(comparison.ours, comparison.theirs, comparison.pairs, first, comparison.names)

    @property
    def svg(self) -> str:
        """The picture as SVG; RuntimeError when no Graphviz program is there."""
        return to_svg(self._graph, self.source)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """As `Comparison.save`."""
        return self._comparison.save(path)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self._comparison._repr_mimebundle_()


class Comparison:
    """How two graphs differ. `print()` shows it as a table; a notebook shows the two graphs side by side.

    `same` says whether the graphs are the same: names, edges, shapes and dtypes, and all values and gradients to the tolerance.
    `same_numbers` asks less: whether the result and the gradients of the leaves are. `differences` lists what differs: first nodes,
    edges, shapes and dtypes from the result on, then values from the leaves on, then gradients from the result on. `pairs` are
    the aligned nodes; `partings` says where the numbers part first, to the last bit. `ours` and `theirs` are the picture models.
    """

    def __init__(self, ours: Graph, theirs: Graph, pairs: tuple[Pair, ...], names: tuple[str, str],
                 tolerance: Tolerance = Tolerance()) -> None:  # noqa: B008 - it cannot be changed
        self._tolerance = tolerance
        self.ours = ours
        self.theirs = theirs
        self.pairs = pairs
        self.names = names
        self.partings: tuple[Parting, ...] = partings(ours, pairs)

    @cached_property
    def differences(self) -> list[Difference]:
        """All that differs, the most telling first."""
        return [difference for _, difference in self._ordered]

    @property
    def same(self) -> bool:
        """Whether the two graphs are the same, to the tolerance."""
        return not self.differences

    @property
    def same_numbers(self) -> bool:
        """Whether the result and the gradients of all leaves are the same to the tolerance, whatever lies between."""
        ends = [p for p in self.pairs if (p.ours or p.theirs).kind == "leaf"]  # type: ignore[union-attr]
        results = self.ours.nodes[0].value, self.theirs.nodes[0].value
        apart = None if results[0] is None or results[1] is None else gap(results[0], results[1], self._tolerance)
        return (apart is not None and apart.close and results[0].shape == results[1].shape  # type: ignore[union-attr]
                and all(p.ours is not None and p.theirs is not None and _same_gradients(p) for p in ends))

    @property
    def parting(self) -> Parting | None:
        """The first place where the numbers part: going forward through the values, then back through the gradients. None where
        all numbers that are known in both are the same to the last bit."""
        return self.partings[0] if self.partings else None

    @property
    def first_pair(self) -> Pair | None:
        """The pair with the first difference."""
        return self._ordered[0][0] if self._ordered else None

    @cached_property
    def picture(self) -> ComparisonPicture:
        """The two graphs side by side."""
        return ComparisonPicture(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the comparison to `path`, in the form that its ending asks for: .svg, .png or .dot (the picture), .txt (the
        table), .json (the differences) or .html (a page with the two graphs side by side, to step through).

        The file is written whole or not at all. ValueError for another ending; RuntimeError when .svg, .png or .html is asked and
        no Graphviz program is there: then the DOT text is written, to the same name with .dot at its end, unless there is such a file
        already. Returns the path."""
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in _ENDINGS:
            raise ValueError(f"save(): cannot tell what to write from the ending {ending!r} of {str(target)!r}; "
                             f"choose one of {', '.join(_ENDINGS)}")
        write_drawn(target, lambda: self._bytes(ending), lambda: self.picture.source)
        return target

    def _bytes(self, ending: str) -> bytes:
        if ending == ".png":
            return render(self.picture.source, "png")
        text = {".svg": lambda: self.picture.svg, ".dot": lambda: self.picture.source, ".txt": lambda: f"{self}\n", ".json": self._json,
                ".html": self._page}[ending]()
        return text.encode()

    def _page(self) -> str:
        _, shown, note = around(self.pairs, self.first_pair)
        matches = [Match(None if p.ours is None else p.ours.id, None if p.theirs is None else p.theirs.id,
                         tuple(d.message for d in p.differences)) for p in shown]
        graphs: tuple[Graph, ...] = (self.ours, self.theirs)
        if note:
            kept = {"n0", *(m.left for m in matches if m.left)}, {"n0", *(m.right for m in matches if m.right)}
            graphs = tuple(replace(g.only(ids), notes=(*g.notes, note)) for g, ids in zip(graphs, kept, strict=True))
        sides = [Side(name, [graph]) for name, graph in zip(self.names, graphs, strict=True)]
        return to_html(sides, [Match("n0", "n0"), *matches])

    def _json(self) -> str:
        listed = [{key: value if value is None or isinstance(value, int | tuple) else str(value) for key, value in asdict(d).items()}
                  for d in self.differences]
        return json.dumps({"ours": self.names[0], "theirs": self.names[1], "same": self.same, "differences": listed}, indent=1) + "\n"

    @cached_property
    def _ordered(self) -> list[tuple[Pair, Difference]]:
        found = [(pair, difference) for pair in self.pairs for difference in pair.differences]
        place = {id: i for i, id in enumerate(inputs_first(self.ours))}

        def computed(one: tuple[Pair, Difference]) -> int:
            return -1 if one[0].ours is None else place[one[0].ours.id]

        values = sorted((one for one in found if one[1].kind == "value"), key=computed)
        gradients = sorted((one for one in found if one[1].kind == "gradient"), key=computed, reverse=True)
        return [*(one for one in found if one[1].kind not in ("value", "gradient")), *values, *gradients]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        text = str(self)
        try:
            return {"image/svg+xml": self.picture.svg, "text/plain": text}
        except RuntimeError as error:
            return {"text/plain": f"{text}\n({error})"}

    def __str__(self) -> str:
        ours, theirs = self.names
        matched = sum(p.ours is not None and p.theirs is not None for p in self.pairs)
        verdict = "the same" if self.same else "not the same graph, but the same result and gradients" if self.same_numbers else "NOT the same"
        head = f"{ours} and {theirs}: {verdict} ({matched} of {len(self.pairs)} nodes have a partner)"
        notes = [f"{name}: {note}" for name, graph in zip(self.names, (self.ours, self.theirs), strict=True) for note in graph.notes]
        return "\n".join([head, "", *to_table(self.pairs, self.names), "",
                          *sentences(self.pairs, self.differences, self.partings, self.names), *notes])

    def __repr__(self) -> str:
        return (f"<Comparison of {self.names[0]} and {self.names[1]}: {'the same' if self.same else f'{len(self.differences)} differences'}; "
                "print() shows the table, save('both.svg') draws the two>")


def compare(a: Any, b: Any = _MISSING, /, *inputs: Any, rtol: float | None = None, atol: float | None = None, params: object = None,
            gradient: Any = None) -> Comparison:
    """Compare two backward graphs node by node: names, edges, shapes, dtypes, values and gradients.

    `compare(a, b)` takes two tensors with a graph, of this package or of PyTorch, each as it is. `compare(fn, *inputs)` runs
    `fn(torch, *inputs)` twice, with this package and with PyTorch as `torch`, and compares the two results (extra `torch`).
    Inputs may be tensors of either library, whose dtype and requires_grad are kept, or arrays (floating-point ones ask for a
    gradient when no tensor among the inputs does); lists, tuples and dicts of them too; anything else is handed on as it is. Random
    numbers start from the same seed in both.

    Numbers are the same when they are within `atol + rtol * |theirs|`; without `rtol` and `atol`, with the tolerances of
    torch.testing.assert_close for the dtype (float32: 1.3e-6 and 1e-5; float64: 1e-7 and 1e-7). Two nan at one place are the same.
    A result that is not a scalar needs a `gradient`, as in backward(gradient), or is given one of all different numbers. Leaves
    are matched by name (of the inputs, of `params`, or of the caller's variables), those without one by position.

    Two ways to write one loss can be compared as well: where the graphs differ, nodes are matched by their values, and the report
    says where the numbers part, in units in the last place. Nothing is changed: no `.grad` is written, and backward() still works.

    Raises TypeError for what is neither a tensor nor a function, RuntimeError when there is no graph, when it has been freed, or
    when `fn` raises (with the library that raised), MissingExtra when `fn` is to be run and PyTorch is missing.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([[1.0, 2.0, 0.5]], requires_grad=True)
    >>> target = torch.tensor([1])
    >>> two_steps = torch.nn.functional.nll_loss(torch.log(torch.softmax(x, 1)), target)
    >>> one_step = torch.nn.functional.cross_entropy(x, target)
    >>> report = torch.compare(two_steps, one_step)
    >>> report.same, report.same_numbers
    (False, True)
    >>> print(report.differences[0])
    LogBackward0: a node of another name: LogBackward0 in two_steps, LogSoftmaxBackward0 in one_step
    """
    if (rtol is None) != (atol is None):
        raise ValueError("compare(): give both rtol= and atol=, or neither, as for torch.testing.assert_close")
    if any(t is not None and not (isinstance(t, Real) and t >= 0) for t in (rtol, atol)):
        raise ValueError(f"compare(): rtol and atol must be numbers of at least 0, got {rtol!r} and {atol!r}")
    tolerance = Tolerance(rtol, atol)
    if library_of(a) is None and callable(a):
        given = inputs if b is _MISSING else (b, *inputs)
        libraries = (_library(compare), pytorch())
        runs = run_both(a, given, libraries)
        return compared([(run.result, run.params, ()) for run in runs], gradient, tolerance)
    if b is _MISSING:
        raise TypeError(f"compare(): give two tensors, or a function and its inputs; got one argument, {_described(a)}")
    if inputs:
        raise TypeError(f"compare(): two tensors are compared as they are; got {len(inputs)} more arguments. To run a function, give it first: "
                        "compare(fn, *inputs)")
    scopes = _caller()
    return compared([(a, params, scopes), (b, params, scopes)], gradient, tolerance)


def _library(function: Any) -> Any:
    """This package, as a module."""
    return sys.modules[function.__module__.partition(".")[0]]


def _described(value: Any) -> str:
    return "a tensor" if library_of(value) is not None else type_name(value)


def compared(sides: list[tuple[Any, object, tuple[Mapping[str, Any], ...]]], gradient: Any, tolerance: Tolerance,
             names: tuple[str, str] | None = None) -> Comparison:
    """The comparison of two tensors, each with its `params` and scopes for names; `names` is what the two graphs are called."""
    for place, (tensor, _, _) in zip(("first", "second"), sides, strict=True):
        if library_of(tensor) is None:
            raise TypeError(f"compare(): the {place} argument must be a tensor with a graph (or the first one a function), got {type_name(tensor)}")
        if tensor.grad_fn is None:
            raise RuntimeError(f"compare(): the {place} tensor does not require grad and does not have a grad_fn, so there is no graph to compare. "
                               "Compute it from tensors with requires_grad=True, outside no_grad(), and compare the result.")
    graphs, near = [], []
    for label, (tensor, params, scopes) in zip("ab", sides, strict=True):
        read = read_graph(tensor, params=params, scopes=scopes, gradient=_seed(tensor, gradient))
        if any("already freed" in note for note in read.notes):
            which = "first" if label == "a" else "second"
            raise RuntimeError(f"compare(): backward() has already freed the graph of the {which} tensor (trying to go through it a second time). "
                               "Compare before backward(), or call backward(retain_graph=True).")
        graph, inexact = replayed(tensor, read)
        graphs.append(graph)
        near += [f"{label} {id}" for id in inexact]
    ours, theirs = graphs
    names = names or _names(ours, theirs)
    return Comparison(ours, theirs, tuple(find(ours, theirs, align(ours, theirs), near, tolerance, names)), names, tolerance)


def _names(ours: Graph, theirs: Graph) -> tuple[str, str]:
    """What the two graphs are called: by library, else by variable, else first and second."""
    if ours.library != theirs.library:
        return ours.library, theirs.library
    mine, other = ours.nodes[0].name, theirs.nodes[0].name
    return (mine, other) if mine != other else ("first", "second")


def _seed(tensor: Any, gradient: Any) -> Any:
    """The gradient to start from, as a tensor of the library: all different numbers for a result that is not a scalar."""
    library: Any = library_of(tensor)
    if gradient is None:
        if not tuple(tensor.shape) or tensor.numel() == 1:
            return None
        gradient = np.cos(np.arange(tensor.numel()) * 0.7 + 1).reshape(tuple(tensor.shape))
    array = to_array(gradient) if library_of(gradient) is not None else np.asarray(gradient)
    return library.from_numpy(np.array(array)).to(tensor.dtype)


def _caller() -> tuple[Mapping[str, Any], ...]:
    frame = inspect.currentframe()
    frame = frame.f_back if frame is not None else None
    frame = frame.f_back if frame is not None else None
    return () if frame is None else (frame.f_locals, frame.f_globals)
