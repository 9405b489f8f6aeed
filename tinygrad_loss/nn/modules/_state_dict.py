"""Saving a module's numbers into a dictionary, and loading them again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._tensor import Tensor
from ...autograd.modes import no_grad
from ...ops._views import put
from ..parameter import Parameter, UninitializedParameter

if TYPE_CHECKING:
    from .module import Module


class _Keys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class IncompatibleKeys(_Keys):
    """Keys of a model that a state_dict did not have, and keys of the state_dict that the model does not have."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__().replace("IncompatibleKeys", "_IncompatibleKeys", 1)

    __str__ = __repr__


def state_dict(module: Module, destination: Any, prefix: str, keep_vars: bool) -> dict[str, Any]:
    """The parameters and persistent buffers of ``module`` and those below it, by dotted name."""
    if destination is None:
        # As in PyTorch, a plain OrderedDict that has the modules' versions as an attribute.
        destination = OrderedDict()
        destination._metadata = OrderedDict()
    if hasattr(destination, "_metadata"):
        destination._metadata[prefix[:-1]] = {"version": module._version}
    for name, tensor in _own_state(module):
        destination[prefix + name] = tensor if keep_vars else tensor.detach()
    for name, child in module._modules.items():
        if child is not None:
            child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    return destination  # type: ignore[no-any-return]


def load_state_dict(module: Module, state: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy ``state`` into ``module``; all that does not fit is collected and said in one RuntimeError."""
    if not isinstance(state, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state)}. Load the file first: torch.load(path)")
    keys = IncompatibleKeys([], [])
    errors: list[str] = []
    with no_grad():
        _load(module, state, "", assign, keys, errors)
    if strict:
        for problem, names in (("Unexpected", keys.unexpected_keys), ("Missing", keys.missing_keys)):
            if names:
                listed = ", ".join(f'"{name}"' for name in names)
                errors.insert(0, f"{problem} key(s) in state_dict: {listed}. ")
    if errors:
        raise RuntimeError("Error(s) in loading state_dict for {}:\n\t{}".format(type(module).__name__, "\n\t".join(errors)))
    return keys


def _load(module: Module, state: Mapping[str, Any], prefix: str, assign: bool, keys: IncompatibleKeys, errors: list[str]) -> None:
    own = dict(_own_state(module))
    for name, tensor in own.items():
        key = prefix + name
        if key not in state:
            keys.missing_keys.append(key)
        elif problem := _copied(module, name, tensor, key, state[key], assign):
            errors.append(problem)
    for key in state:
        if key.startswith(prefix):
            name, dot, _ = key[len(prefix) :].partition(".")
            known = name in module._modules if dot else name in own
            if not known:
                keys.unexpected_keys.append(key)
    for name, child in module._modules.items():
        if child is not None:
            _load(child, state, f"{prefix}{name}.", assign, keys, errors)


def _copied(module: Module, name: str, tensor: Tensor, key: str, value: Any, assign: bool) -> str:
    """Load one tensor; returns what is wrong with it, or nothing."""
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but '
            f"received {type(value)}"
        )
    if isinstance(value, UninitializedParameter):
        return "" if isinstance(tensor, UninitializedParameter) else f"{key} in the state_dict is not initialized yet"
    array = value._data
    if isinstance(tensor, UninitializedParameter):
        tensor.materialize(array.shape)
    if tensor.ndim == 0 and array.shape == (1,):  # files of PyTorch 0.3 and before
        array = array[0]
    if array.shape != tensor._data.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in current model is "
            f"{tensor.shape}."
        )
    if not assign:
        put(tensor, array)
    elif isinstance(tensor, Parameter):
        setattr(module, name, Parameter(value, tensor.requires_grad))
    else:
        setattr(module, name, value)
    return ""


def _own_state(module: Module) -> Iterator[tuple[str, Tensor]]:
    for name, parameter in module._parameters.items():
        if parameter is not None:
            yield name, parameter
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._non_persistent_buffers_set:
            yield name, buffer

