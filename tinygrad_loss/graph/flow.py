"""The gradient at every node and along every edge, had without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .arrays import library_of, values_of
from .model import Values


@dataclass
class Flow:
    """What one backward pass carried: for each node the gradients that came in (one for each result of its forward operation),
    and the gradients that it sent on (one for each entry of its next_functions). `tensors` keeps the incoming ones of the
    wanted nodes as they were. `problem` says why a pass stopped early, if it did."""

    incoming: dict[Any, tuple[Values | None, ...]] = field(default_factory=dict)
    outgoing: dict[Any, tuple[Values | None, ...]] = field(default_factory=dict)
    tensors: dict[Any, tuple[Any, ...]] = field(default_factory=dict)
    problem: str = ""


def gradient_flow(
    root: Any, seed: Any, nodes: Iterable[Any], leaves: Sequence[tuple[Any, Any]], wanted: Callable[[Any], bool],
    shown: Callable[[Any], bool] = lambda _: True,
) -> Flow:
    """Send a gradient back from the tensor `root` and watch it pass.

    `seed` is the gradient to start with (None: 1, for a scalar); `nodes` are watched; `leaves` are pairs of an end node and its
    tensor, of which those that are `shown` are noted too. The pass is
    `autograd.grad`, which writes no `.grad`, and the hooks that watch are taken off again, whatever happens. Hooks of the user
    run, as they would in backward(), because they may change the gradient.
    """
    flow = Flow()
    library = library_of(root)
    if library is None or not leaves:
        flow.problem = "No tensor in this graph asks for a gradient."
        return flow

    def watch(node: Any) -> Callable[[Any, Any], None]:
        def hook(grad_inputs: Any, grad_outputs: Any) -> None:
            flow.incoming[node] = _kept(grad_outputs)
            flow.outgoing[node] = _kept(grad_inputs)
            if wanted(node):
                flow.tensors[node] = tuple(None if g is None else g.detach().clone() for g in grad_outputs)
        return hook

    ends = {id(end) for end, _ in leaves}
    handles = []
    try:
        handles += [node.register_hook(watch(node)) for node in nodes if id(node) not in ends]
        results = library.autograd.grad([root], [leaf for _, leaf in leaves], None if seed is None else [seed],
                                        retain_graph=True, allow_unused=True)
        for (end, _), gradient in zip(leaves, results, strict=True):
            if shown(end):
                flow.incoming[end] = _kept((gradient,))
    except Exception as error:  # a graph whose backward fails is worth seeing: what was reached is shown, with the reason
        flow.problem = _explain(error)
    finally:
        for handle in handles:
            handle.remove()
    return flow


def _kept(gradients: Any) -> tuple[Values | None, ...]:
    return tuple(None if g is None else values_of(g) for g in gradients)


def _explain(error: Exception) -> str:
    text = str(error)
    if "second time" in text:
        return ("No gradients: backward() has already freed this graph. Draw before backward(), "
                "or call backward(retain_graph=True).")
    if "can be implicitly created only for scalar" in text:
        return "No gradients: this tensor is not a scalar. Draw its sum() or mean(), or give gradient=, as to backward()."
    first = (text.strip().splitlines() or [""])[0]
    return f"The backward pass stopped with {type(error).__name__}: {first}"
