"""`explain`: the chain rule told on a recorded graph, with its numbers."""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..graph.arrays import library_of
from ..graph.files import write_whole
from ..graph.model import Graph
from ..graph.numbers import rows_of, safe_text
from ..graph.reader import read_graph
from .page import to_html
from .reading import backward_order
from .records import Quantity, Sent, Step, Together
from .story import tell
from .telling import Part, parts_of_step, parts_of_together, written
from .together import short_forms

__all__ = ["Explanation", "Quantity", "Sent", "Step", "Together", "explain"]


class Explanation:
    """The chain rule on one graph. `print()` shows it as text, `.markdown` and `.html` are for documents, a notebook shows it by
    itself, and `save("x.md")` writes a file (.txt, .md or .html).

    `steps` are the nodes in the order of the backward pass, with every number that is printed; `together` are the short forms
    that several steps come to, such as (softmax(x) - onehot(t)) / N; `left_out` counts the nodes beyond the limit. `graph` is the
    picture model that all was read from.
    """

    def __init__(self, graph: Graph, steps: tuple[Step, ...], together: tuple[Together, ...], left_out: Mapping[str, int]) -> None:
        self.graph = graph
        self.steps = steps
        self.together = together
        self.left_out = dict(left_out)

    @property
    def markdown(self) -> str:
        """The explanation as Markdown, with its formulas in LaTeX between dollar signs."""
        return "\n".join([f"**{self._head}**", *written(self._parts(), latex=True), "", *self._tail]) + "\n"

    @property
    def html(self) -> str:
        """The explanation as HTML that needs nothing from elsewhere."""
        return to_html(self._head, self._parts(), self._tail)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the explanation to `path`, as its ending asks: .txt, .md or .html. ValueError for another ending, OSError when
        the path cannot be written. Returns the path."""
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in (".txt", ".md", ".html"):
            raise ValueError(f"save(): cannot tell what to write from the ending {ending!r} of {str(target)!r}; "
                             "choose one of .txt, .md, .html")
        page = f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>{self._plain_title}</title>\n{self.html}\n</html>\n'
        write_whole(target, {".txt": f"{self}\n", ".md": self.markdown, ".html": page}[ending].encode())
        return target

    @property
    def _plain_title(self) -> str:
        return "The chain rule, step by step"

    @property
    def _head(self) -> str:
        output = self.graph.nodes[0]
        rows = [] if output.value is None else rows_of(output.value)
        value = f" = {rows[0].strip()}" if len(rows) == 1 else ""
        return (f"{safe_text(output.name)}{value}, computed by {self.graph.library}. The gradient starts at the result and goes back, one "
                "node at a time.")

    @property
    def _tail(self) -> list[str]:
        told = [sent for step in self.steps for sent in step.sends if sent.gradient is not None]
        agreeing = sum(sent.agrees is True for sent in told)
        differing, open_ = sum(sent.agrees is False for sent in told), sum(sent.agrees is None for sent in told)
        more = f"; different: {differing}" if differing else ""
        more += f"; not worked out: {open_}" if open_ else ""
        lines = [] if not told else [f"{agreeing} of the {len(told)} gradients that were sent are what the formulas give for these numbers{more}."]
        if self.left_out:
            names = ", ".join(f"{count} {name}" for name, count in list(self.left_out.items())[:8])
            more = ", ..." if len(self.left_out) > 8 else ""
            lines.append(f"Left out are {sum(self.left_out.values())} further nodes ({names}{more}); limit= tells more.")
        return [*lines, *self.graph.notes]

    def _parts(self) -> list[Part]:
        parts: list[Part] = []
        for step in self.steps:
            parts += parts_of_step(step)
            for one in self.together:
                if one.id == step.id:
                    parts += parts_of_together(one)
        return parts

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return "\n".join([self._head, *written(self._parts()), "", *self._tail])

    def __repr__(self) -> str:
        return f"<Explanation of {len(self.steps)} steps; print() shows it as text, .markdown and .html for documents>"


def explain(loss: Any, *, params: object = None, gradient: Any = None, limit: int = 40) -> Explanation:
    """Tell the chain rule on the graph of `loss`: for each node, in the order of the backward pass, the local derivative as a
    formula and with its numbers, the gradient that comes in and the gradients that go out.

    `loss` is a tensor of this package or of PyTorch that was computed from tensors with requires_grad=True, of any shape; one that
    is not a scalar needs `gradient`, as in `backward(gradient)`. Leaves are named by `params` (a module, or a dict of names to
    tensors), else by the caller's variables. Of a graph with more than `limit` nodes the first to be reached are told, and the
    explanation says how many are left out. Long arrays are printed as their smallest, mean and largest number.

    Where several nodes come to a well-known short form, that form is told too: (softmax(x) - onehot(t)) / N for cross-entropy,
    (sigmoid(x) - t) / N for binary cross-entropy. Every formula is worked out with the numbers of its node (in float64) and
    compared with the gradient that was carried; the last line says how many agree. Nothing is changed: no `.grad` is written, and
    `loss.backward()` still works.

    Raises TypeError when `loss` is not a tensor, RuntimeError when it has no graph or the graph has been freed, ValueError for a
    `limit` below 1.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 3.0], requires_grad=True)
    >>> loss = x.exp().sum()
    >>> print(torch.explain(loss))
    loss = 22.8038, computed by tinygrad_loss. The gradient starts at the result and goes back, one node at a time.
    <BLANKLINE>
    1. SumBackward0  sum
       y = sum(x)
         y, the result  22.8038
         g, the gradient that comes in  1
       to ExpBackward0: g, to every number
         gives (2)
           1  1
    <BLANKLINE>
    2. ExpBackward0  exp
       y = exp(x)
         y, the result (2)
            2.7183  20.0855
         g, the gradient that comes in (2)
           1  1
         y, the local derivative (2)
            2.7183  20.0855
       to x: g · y
         gives (2)
            2.7183  20.0855
    <BLANKLINE>
    3. AccumulateGrad of x
         x.grad gets (2)
            2.7183  20.0855
    <BLANKLINE>
    2 of the 2 gradients that were sent are what the formulas give for these numbers.
    """
    if library_of(loss) is None:
        raise TypeError(f"explain(): loss must be a tensor, got {type(loss).__name__}; explain one tensor, such as the loss itself")
    if not isinstance(limit, int) or limit < 1:
        raise ValueError(f"explain(): limit must be a whole number of at least 1, got {limit!r}")
    if loss.grad_fn is None:
        raise RuntimeError("explain(): this tensor does not require grad and does not have a grad_fn, so there is no graph to explain. "
                           "Compute it from tensors with requires_grad=True, outside no_grad(), and explain the result.")
    order = backward_order(loss)
    told = order[:limit]
    chosen = {id for id, _ in told}
    graph = read_graph(loss, params=params, scopes=_caller(), gradient=gradient,
                       choose=(lambda _: {"n0", *chosen}) if len(order) > limit else None)
    freed = next((note for note in graph.notes if "already freed" in note), None)
    if freed is not None:
        raise RuntimeError("explain(): backward() has already freed this graph (trying to go through it a second time). Explain before "
                           "backward(), or call backward(retain_graph=True).")
    steps, facts = tell(graph, told)
    left_out = Counter(type(node).__name__ for _, node in order[limit:])
    return Explanation(graph, steps, short_forms(steps, facts), left_out)


def _caller() -> tuple[Mapping[str, Any], ...]:
    frame = inspect.currentframe()
    frame = frame.f_back if frame is not None else None
    frame = frame.f_back if frame is not None else None
    return () if frame is None else (frame.f_locals, frame.f_globals)
