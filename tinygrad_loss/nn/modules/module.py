"""Module: the call that runs ``forward`` with its hooks, and what is done to all parameters and submodules at once.

How members are registered and listed stands in ``_members.py``, saving and loading in ``_state_dict.py``, hooks on the backward
pass in ``_backward_hooks.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from ... import _dtypes
from ..._gradients import clear_grad
from ..._tensor import Tensor
from ...autograd.hooks import HookTable, RemovableHandle, add_to
from ...autograd.modes import no_grad
from ..parameter import UninitializedParameter, replace_array
from ._backward_hooks import BOTH_KINDS, BackwardHook, LastNodeHook
from ._members import Members
from ._state_dict import IncompatibleKeys, load_state_dict, state_dict

M = TypeVar("M", bound="Module")


class ForwardHook(NamedTuple):
    """A hook on the forward call, and how it wants to be called."""

    function: Callable[..., Any]
    with_kwargs: bool = False
    always_call: bool = False


class Module(Members):
    """The base of all layers and models: assign parameters and submodules in ``__init__``, compute in ``forward``.

    Parameters, and modules, that are assigned to an attribute are registered: ``parameters()`` lists them, ``state_dict()`` saves
    them, ``to()`` converts them.

    >>> import tinygrad_loss as torch
    >>> class Double(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.scale = torch.nn.Parameter(torch.tensor(2.0))
    ...     def forward(self, x):
    ...         return x * self.scale
    >>> Double()(torch.tensor([1.0, 3.0]))
    tensor([2., 6.], grad_fn=<MulBackward0>)
    """

    training: bool
    _version = 1
    _forward_pre_hooks: HookTable
    _forward_hooks: HookTable
    _backward_pre_hooks: HookTable
    _backward_hooks: HookTable

    def __init__(self) -> None:
        super().__init__()
        self.__dict__.update(
            training=True,
            _forward_pre_hooks=HookTable(),
            _forward_hooks=HookTable(),
            _backward_pre_hooks=HookTable(),
            _backward_hooks=HookTable(),
        )

    def _forward_unimplemented(self, *input: Any) -> Any:
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function. Define forward(self, ...) in the class.'
        )

    forward: Callable[..., Any] = _forward_unimplemented

    # The call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        own = self.__dict__  # in which an attribute is found in a quarter of the time
        if "_backward_pre_hooks" not in own:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '_backward_hooks': call super().__init__() first")
        if not (own["_forward_hooks"] or own["_forward_pre_hooks"] or own["_backward_hooks"] or own["_backward_pre_hooks"]):
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result, called = None, set()
        try:
            for pre in list(self._forward_pre_hooks.values()):
                args, kwargs = _run_pre_hook(self, pre, args, kwargs)
            backward = None
            hooks = list(self._backward_hooks.values())
            full = [hook for hook in hooks if not isinstance(hook, LastNodeHook)]
            if full or self._backward_pre_hooks:
                backward = BackwardHook(self, full, list(self._backward_pre_hooks.values()))
                args = backward.around_inputs(args)
            result = self.forward(*args, **kwargs)
            for number, hook in list(self._forward_hooks.items()):
                called.add(number)
                answer = hook.function(self, args, kwargs, result) if hook.with_kwargs else hook.function(self, args, result)
                result = result if answer is None else answer
            if backward is not None:
                result = backward.around_outputs(result)
            for hook in hooks:
                if isinstance(hook, LastNodeHook):
                    hook.hang_on(self, args, result)
            return result
        except Exception:
            for number, hook in list(self._forward_hooks.items()):
                if hook.always_call and number not in called:
                    hook.function(self, args, *((kwargs, result) if hook.with_kwargs else (result,)))
            raise

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before ``forward``; what it returns, if not None, replaces the arguments.

        With ``with_kwargs``: ``hook(module, args, kwargs)``, which returns None or a pair of both.
        """
        return _put(self._forward_pre_hooks, ForwardHook(hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after ``forward``; what it returns, if not None, replaces the output.

        With ``with_kwargs``: ``hook(module, args, kwargs, output)``. With ``always_call`` even where ``forward`` raises.

        >>> import tinygrad_loss as torch
        >>> layer = torch.nn.Linear(2, 1)
        >>> handle = layer.register_forward_hook(lambda module, args, output: print(tuple(output.shape)))
        >>> _ = layer(torch.ones(3, 2)); handle.remove()
        (3, 1)
        """
        return _put(self._forward_hooks, ForwardHook(hook, with_kwargs, always_call), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)``, two tuples, when the gradients of the module's inputs are known; a
        tuple returned replaces ``grad_input``."""
        if any(isinstance(other, LastNodeHook) for other in self._backward_hooks.values()):
            raise RuntimeError(BOTH_KINDS)
        return _put(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """PyTorch's old form of ``register_full_backward_hook``: ``grad_input`` is that of the last operation in ``forward``."""
        if any(not isinstance(other, LastNodeHook) for other in self._backward_hooks.values()):
            raise RuntimeError(BOTH_KINDS)
        return _put(self._backward_hooks, LastNodeHook(hook), False)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when the gradients of the outputs are known; a tuple returned replaces them."""
        return _put(self._backward_pre_hooks, hook, prepend)

    # What is done to all

    def apply(self: M, fn: Callable[[Module], None]) -> M:
        """Call ``fn`` on each submodule and then on this module: the usual way to set first weights."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self: M, mode: bool = True) -> M:
        """Set training mode here and below: dropout is on."""
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, got {mode!r}")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self: M) -> M:
        """Set evaluation mode here and below: ``train(False)``."""
        return self.train(False)

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Ask for gradients of all parameters, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or fill them with zeros)."""
        for parameter in self.parameters():
            clear_grad(parameter, set_to_none)

    def _apply(self: M, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> M:
        for module in self.children() if recurse else ():
            module._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if isinstance(parameter, UninitializedParameter):
                    parameter.convert(fn)
                elif parameter is not None:
                    grad = parameter.grad
                    replace_array(parameter, fn(parameter)._data)
                    if grad is not None:
                        replace_array(grad, fn(grad)._data)
            for name, buffer in self._buffers.items():
                self._buffers[name] = None if buffer is None else fn(buffer)
        return self

    def to(self: M, *args: Any, **kwargs: Any) -> M:
        """Convert parameters and buffers in place: ``to(dtype)``, ``to("cpu")``, ``to(tensor)``. Integers keep their dtype."""
        given = next((one for one in (*args, *kwargs.values()) if isinstance(one, (_dtypes.dtype, Tensor))), None)
        kind = given.dtype if isinstance(given, Tensor) else given
        if kind is not None and not kind.is_floating_point:
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={kind!r}")
        return self._apply(lambda t: t.to(*args, **kwargs) if kind is None or t.dtype.is_floating_point else t)

    def type(self: M, dst_type: Any) -> M:
        """Convert all parameters and buffers to a dtype."""
        return self._apply(lambda t: t.to(dst_type))

    def cpu(self: M) -> M:
        """Nothing: all memory is the CPU's."""
        return self

    def cuda(self: M, device: Any = None) -> M:
        """There is no CUDA here: RuntimeError says so."""
        return self._apply(lambda t: t.cuda(device))

    def float(self: M) -> M:
        """Convert floating-point parameters and buffers to float32."""
        return self.to(_dtypes.float32)

    def double(self: M) -> M:
        """Convert floating-point parameters and buffers to float64."""
        return self.to(_dtypes.float64)

    def half(self: M) -> M:
        """Convert floating-point parameters and buffers to float16."""
        return self.to(_dtypes.float16)

    # Saving and loading

    def state_dict(self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> dict[str, Any]:
        """All parameters and persistent buffers by their dotted names, as tensors that share their memory.

        >>> import tinygrad_loss as torch
        >>> list(torch.nn.Linear(2, 1).state_dict())
        ['weight', 'bias']
        """
        return state_dict(self, destination, prefix, keep_vars)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> IncompatibleKeys:
        """Copy the numbers of a ``state_dict`` into the parameters and buffers (``assign``: take the tensors themselves).

        RuntimeError lists keys that are missing or unexpected (unless ``strict=False``, when they are returned) and shapes that
        do not fit.

        >>> import tinygrad_loss as torch
        >>> torch.nn.Linear(2, 1).load_state_dict(torch.nn.Linear(2, 1).state_dict())
        <All keys matched successfully>
        """
        return load_state_dict(self, state_dict, strict, assign)

    # How it prints

    def _get_name(self) -> str:
        return self.__class__.__name__

    def extra_repr(self) -> str:
        """What the module prints of itself between its parentheses."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        alone = len(lines) == 1 and not self._modules
        lines += [f"({name}): " + _indented(repr(module)) for name, module in self._modules.items()]
        inside = lines[0] if alone else "\n  " + "\n  ".join(lines) + "\n" if lines else ""
        return f"{self._get_name()}({inside})"


def _indented(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line if line.strip() else "" for line in rest)])


def _put(table: HookTable, hook: Any, prepend: bool) -> RemovableHandle:
    handle = add_to(table, hook)
    if prepend:
        others = {number: other for number, other in table.items() if number != handle.id}
        table.clear()
        table.update({handle.id: hook, **others})
    return handle


def _run_pre_hook(module: Module, hook: ForwardHook, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not hook.with_kwargs:
        answer = hook.function(module, args)
        return (args if answer is None else answer if isinstance(answer, tuple) else (answer,)), kwargs
    answer = hook.function(module, args, kwargs)
    if answer is None:
        return args, kwargs
    if not (isinstance(answer, tuple) and len(answer) == 2):
        raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {answer}.")
    return answer
