"""`lint`: what the package shows of the doctor."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ..graph.arrays import library_of
from ..graph.names import variables
from .findings import Findings
from .gradients import Gradients, gradients_of
from .losses import Losses
from .rule import RULES, Case, Mark, Rule, chosen
from .running import finding, findings_of
from .trace import Trace
from .watching import Watch

#: Above this many numbers in a graph's results, lint makes no backward pass of its own.
_SMALL = 300_000


class Lint:
    """Looks for mistakes in the graph of a loss. `lint(loss)` returns findings; `lint.watch()` looks at every backward pass of a
    block."""

    def __call__(self, loss: Any, model: Any = None, optimizer: Any = None, *, select: Iterable[str] | None = None,
                 ignore: Iterable[str] | None = None, gradients: bool | None = None) -> Findings:
        """Look for mistakes in the graph of `loss`, a tensor of this package or of PyTorch, before its backward pass.

        `model` (a module) and `optimizer` let rules tell about parameters that get no gradient, or are not moved. `select` and
        `ignore` are slugs of rules. `gradients` says whether to make one backward pass (`autograd.grad`) to look at the gradients
        of the layers; by default that is done for small graphs only.

        A finding has `.rule`, `.severity` ("error" and "warning" are proved by the graph, "advice" is a doubt), `.node`,
        `.message`, `.fix` and `.url`. The loss is not changed: no `.grad` is written, no hook stays, and `loss.backward()` still
        works.

        Raises TypeError when `loss` is no tensor, RuntimeError when it has no graph (and no model or optimizer is given) or a
        graph that `backward()` has freed, ValueError for an unknown rule.

        >>> import tinygrad_loss as torch
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]], requires_grad=True)
        >>> loss = torch.nn.functional.cross_entropy(torch.softmax(logits, dim=1), torch.tensor([0, 1]))
        >>> findings = torch.lint(loss)
        >>> findings[0].rule, findings[0].severity, findings[0].node
        ('softmax-before-cross-entropy', 'error', 'LogSoftmaxBackward0')
        >>> torch.lint(torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1])))
        No findings.
        """
        rules = chosen(select, ignore)
        if library_of(loss) is None:
            raise TypeError(f"lint(): loss must be a tensor, got {type(loss).__name__}")
        if loss.grad_fn is None:
            return _without_a_graph(loss, model, optimizer, any(rule.slug == "detached" for rule in rules))
        trace = Trace(loss)
        try:
            return self._look(trace, model, optimizer, rules, gradients)
        finally:
            trace.release()

    def _look(self, trace: Trace, model: Any, optimizer: Any, rules: list[Rule], gradients: bool | None) -> Findings:
        case = Case(trace, Losses(trace), model, optimizer)
        if trace.freed:
            grown = findings_of(case, [rule for rule in rules if rule.slug == "graph-grows"])
            if grown:
                return grown
            raise RuntimeError("lint(): backward() has already freed this graph, so what it saved cannot be read (a second time). Lint "
                               "before backward(), or call backward(retain_graph=True).")
        if gradients if gradients is not None else _is_small(trace):
            case.gradients = _gradients(trace, _scopes())
        return findings_of(case, rules)

    def watch(self, model: Any = None, optimizer: Any = None, *, select: Iterable[str] | None = None,
              ignore: Iterable[str] | None = None, show: bool = True) -> AbstractContextManager[Findings]:
        """A block in which every backward pass is looked at, of this package and of PyTorch.

        `with lint.watch() as findings:` fills `findings` as the passes come. What repeats is said once, with a count. The rules of
        training (stale gradients, growing graphs, parameters that no optimizer moves, ...) use what several steps show. When the
        block ends the table is printed, unless it is empty or `show=False`; an exception in the block is explained where a rule
        knows it, and goes on.

        >>> import tinygrad_loss as torch
        >>> w = torch.zeros(2, 3, requires_grad=True)
        >>> with torch.lint.watch(show=False) as findings:
        ...     for _ in range(4):
        ...         p = torch.softmax(torch.ones(5, 2) @ w, dim=1)
        ...         torch.nn.functional.cross_entropy(p, torch.arange(5) % 3).backward()
        >>> [(finding.rule, finding.count) for finding in findings]
        [('softmax-before-cross-entropy', 4)]
        """
        return Watch(chosen(select, ignore), model, optimizer, show)

    def __repr__(self) -> str:
        return "<lint: lint(loss) and lint.watch()>"


def _without_a_graph(loss: Any, model: Any, optimizer: Any, wanted: bool) -> Findings:
    leaf = loss.requires_grad
    if not leaf and model is None and optimizer is None:
        raise RuntimeError("lint(): this tensor does not require grad and does not have a grad_fn, so there is no graph to look at. "
                           "Compute it from tensors with requires_grad=True, outside no_grad().")
    what = ("the loss is a leaf, a tensor made anew from a number: backward() runs, and teaches nothing" if leaf
            else "the loss has no graph (no grad_fn): no parameter can get a gradient from it")
    mark = Mark(None, f"{what}. argmax, .item(), .detach(), .numpy(), torch.tensor(loss) and no_grad() end a graph.",
                "loss = loss_fn(model(x), target)  # and loss.backward() of that very tensor")
    return Findings([finding(RULES["detached"], mark)] if wanted else [])


def _is_small(trace: Trace) -> bool:
    return sum(int(np.prod(step.shape)) for step in trace.steps) <= _SMALL


def _gradients(trace: Trace, scopes: tuple[Mapping[str, Any], ...]) -> Gradients:
    """The gradients, with what `retain_grad()` has put beside tensors left as it was: a backward pass fills these too."""
    retained = [(tensor, tensor.grad) for _, tensor in variables(scopes)
                if tensor.grad_fn is not None and getattr(tensor, "retains_grad", False)]
    try:
        return gradients_of(trace)
    finally:
        for tensor, grad in retained:
            tensor.grad = grad


def _scopes() -> tuple[Mapping[str, Any], ...]:
    frame = inspect.currentframe()
    for _ in range(3):
        frame = frame.f_back if frame is not None else None
    return () if frame is None else (frame.f_locals, frame.f_globals)


lint = Lint()
