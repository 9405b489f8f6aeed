"""Hooks on a module's backward pass: two nodes that change nothing, one around its inputs and one around its outputs."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from ..._tensor import Tensor
from ...autograd.modes import modes
from ...autograd.node import MultiNode, Node
from ...ops._record import record_many

BOTH_KINDS = (
    "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them: "
    "register_full_backward_hook"
)


class BackwardHookFunctionBackward(MultiNode):
    """The tensors as they are: hooks of a module hang here."""

    __slots__ = ()
    frees = False

    def vjp(self, g: Any, *saved: Any) -> Any:
        return g


class BackwardHook:
    """One forward call of a module, waiting for its gradients to come back."""

    def __init__(self, module: Any, hooks: list[Callable[..., Any]], pre_hooks: list[Callable[..., Any]]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.inputs_at: list[int] | None = None
        self.n_inputs = 0
        self.grad_outputs: tuple[Any, ...] | None = None

    def around_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, behind a node that calls the hooks when the gradients of all of them are known."""
        args, self.inputs_at, node = _behind_a_node(args)
        self.n_inputs = len(args)
        if node is not None:
            node.register_hook(self._inputs_known)
        return args

    def around_outputs(self, result: Any) -> Any:
        """The result, behind a node that notes the gradients that arrive."""
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(result)}",
                stacklevel=5,
            )
            return result
        results = result if isinstance(result, tuple) else (result,)
        results, places, node = _behind_a_node(results)
        if node is not None and places is not None:
            node.register_hook(lambda _, grads: self._outputs_known(_spaced(grads, places, len(results)), places))
        return results if isinstance(result, tuple) else results[0]

    def _outputs_known(self, grads: tuple[Any, ...], places: list[int]) -> tuple[Any, ...]:
        for hook in self.pre_hooks:
            answer = hook(self.module, grads)
            if answer is not None:
                grads = _checked(answer, grads, "Backward pre hook returned an invalid number of grad_output")
        if self.inputs_at is not None:
            self.grad_outputs = grads
        else:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
                "gradients.",
                stacklevel=2,
            )
            for hook in self.hooks:
                answer = hook(self.module, (None,) * self.n_inputs, grads)
                if answer is not None and any(one is not None for one in answer):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always return None or None for all "
                        "gradients."
                    )
        return tuple(grads[place] for place in places)

    def _inputs_known(self, grad_inputs: tuple[Any, ...], _: Any) -> tuple[Any, ...] | None:
        if self.grad_outputs is None or self.inputs_at is None:  # a gradient that did not come through the outputs
            return None
        grads = _spaced(grad_inputs, self.inputs_at, self.n_inputs)
        for hook in self.hooks:
            answer = hook(self.module, grads, self.grad_outputs)
            if answer is not None:
                grads = _checked(answer, grads, "Backward hook returned an invalid number of grad_input")
        self.grad_outputs = None
        return tuple(grads[place] for place in self.inputs_at)


class LastNodeHook(NamedTuple):
    """A hook of the old form: it hangs on the node of the last operation, and sees that node's gradients."""

    function: Callable[..., Any]

    def hang_on(self, module: Any, args: tuple[Any, ...], result: Any) -> None:
        """Let the hook see the gradients of the node that made ``result``."""
        tensor = result
        while not isinstance(tensor, Tensor):
            tensor = next(one for one in tensor.values() if isinstance(one, Tensor)) if isinstance(tensor, dict) else tensor[0]
        node = tensor.grad_fn
        if node is None:
            return
        node.register_hook(lambda grad_inputs, grad_outputs: self.function(module, grad_inputs, grad_outputs))
        before = {one.grad_fn for one in args if isinstance(one, Tensor) and one.grad_fn is not None}
        if before != {following for following, _ in node.next_functions}:
            warnings.warn(
                "Using a non-full backward hook when the forward contains multiple autograd Nodes is deprecated and will be "
                "removed in future versions. This hook will be missing some grad_input. Please use register_full_backward_hook "
                "to get the documented behavior.",
                FutureWarning,
                stacklevel=5,
            )


def _behind_a_node(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[int] | None, Node | None]:
    """The values with their tensors behind one node, the places of those tensors, and the node."""
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]
    if not places or not modes.grad:
        return values, None, None
    tensors = [values[place] for place in places]
    new = record_many(BackwardHookFunctionBackward, tensors, [tensor._data for tensor in tensors])
    found = list(values)
    for place, tensor in zip(places, new, strict=True):
        found[place] = tensor
    return tuple(found), places, new[0].grad_fn


def _spaced(grads: tuple[Any, ...], places: list[int], length: int) -> tuple[Any, ...]:
    spaced: list[Any] = [None] * length
    for place, grad in zip(places, grads, strict=True):
        spaced[place] = grad
    return tuple(spaced)


def _checked(answer: Any, grads: tuple[Any, ...], problem: str) -> tuple[Any, ...]:
    found = answer if isinstance(answer, tuple) else (answer,)
    if len(found) != len(grads):
        raise RuntimeError(f"{problem}, got {len(found)}, but expected {len(grads)}")
    return found
