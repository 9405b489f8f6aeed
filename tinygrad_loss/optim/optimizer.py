"""Optimizer: parameters in groups with their options, the state kept for each, and the step."""

from __future__ import annotations

import copy
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np

from .._creation import from_numpy
from .._gradients import clear_grad
from .._tensor import Tensor
from ..autograd.modes import enable_grad
from ..errors import type_name
from ._bundle import Bundle, Piece, bundled

Array = np.ndarray[Any, Any]
Params = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
StateDict = dict[str, Any]

required = object()


class Optimizer:
    """The base of all optimizers. A subclass gives the options' ``defaults`` and either ``_update``, its formula on flat arrays,
    or its own ``step``.

    ``params`` are tensors (``model.parameters()``), or pairs of name and tensor, or dictionaries with "params" and options of
    their own (parameter groups). TypeError, ValueError for anything else, an empty list, a tensor that is no leaf.
    """

    counts_steps = False

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{type_name(params)}. Put it into a list: [tensor]"
            )
        if defaults.get("differentiable"):
            raise NotImplementedError(f"{type(self).__name__}: differentiable=True is not supported; steps are not recorded")
        if defaults.get("fused") and defaults.get("foreach"):
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._bundles: dict[int, tuple[Any, list[Tensor], list[Bundle]]] = {}
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)  # type: ignore[arg-type]

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own, say those of a layer that is thawed during training.

        >>> import tinygrad_loss as torch
        >>> a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
        >>> optimizer = torch.optim.SGD([a], lr=0.1)
        >>> optimizer.add_param_group({"params": [b], "lr": 0.01})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 0.01]
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will "
                "change between runs. Please use a list instead."
            )
        named = [given] if isinstance(given, Tensor) else list(given)
        params = [one[1] if isinstance(one, tuple) else one for one in named]
        names = [one[0] for one in named if isinstance(one, tuple)]
        self._check(params, names)
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        self.param_groups.append(param_group)

    def _check(self, params: list[Any], names: list[str]) -> None:
        if names and len(names) != len(params):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type_name(p)}")
            if not (p.is_leaf or p.retains_grad):
                raise ValueError(
                    "can't optimize a non-leaf Tensor: give the tensor that it was computed from, or x.detach().requires_grad_()"
                )
        ids = {id(p) for p in params}
        if len(ids) != len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see "
                "github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=4,
            )
        for group in self.param_groups:
            if bool(names) != ("param_names" in group):
                kind = "with names" if names else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param group "
                    f"{kind} to the optimizer"
                )
            if ids & {id(p) for p in group["params"]}:
                raise ValueError("some parameters appear in more than one parameter group")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or fill them with zeros): before each backward pass, since gradients add up."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                else:
                    clear_grad(p, False)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move all parameters that have a gradient by one step, in place. With ``closure``, which computes the loss and its
        gradients again, that is called first and its loss returned."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            decay = bool(group.get("weight_decay"))
            if self._descended(group):
                continue
            for bundle in self._bundles_of(group):
                for piece in bundle.pieces(decay):
                    self._update(group, piece)
        return loss

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        """The names of the state kept for each number of a parameter, and its first value."""
        return {}

    def _descended(self, group: dict[str, Any]) -> bool:
        """Whether the step has been taken already, without the flat arrays: for a formula so short that they do not pay."""
        return False

    def _update(self, group: dict[str, Any], piece: Piece) -> None:
        """The formula: write into ``piece.update`` what is to be added to the parameters."""
        raise NotImplementedError(f"{type(self).__name__}: define _update(group, piece), or step(closure=None)")

    def _bundles_of(self, group: dict[str, Any]) -> list[Bundle]:
        key = (list(map(id, group["params"])), self._slots(group))
        known, idle, bundles = self._bundles.get(id(group), (None, [], []))
        if known == key and not (idle and any(map(_has_gradient, idle))):
            for bundle in bundles:
                if not bundle.is_current(self.state):
                    break
            else:
                return bundles
        params = list(filter(_has_gradient, group["params"]))
        idle = [p for p in group["params"] if not _has_gradient(p)]
        bundles = bundled(params, self.state, key[1], self.counts_steps)
        self._bundles[id(group)] = (key, idle, bundles)
        return bundles

    def state_dict(self) -> StateDict:
        """Options and state as a dictionary to save, with numbers in place of the parameters."""
        number: dict[int, int] = {}
        for p in chain.from_iterable(group["params"] for group in self.param_groups):
            number.setdefault(id(p), len(number))
        return {
            "state": {number[id(k)] if isinstance(k, Tensor) else k: v for k, v in self.state.items()},
            "param_groups": [
                {
                    **{k: v for k, v in group.items() if k != "params"},
                    "params": [number[id(p)] for p in group["params"]],
                }
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: StateDict) -> None:
        """Take options and state from a ``state_dict`` (of PyTorch's too); parameters are matched by their order.

        ValueError when the groups, or the numbers of parameters in them, differ.
        """
        groups = copy.deepcopy(state_dict["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError(
                f"loaded state dict has a different number of parameter groups: {len(groups)}, not {len(self.param_groups)}"
            )
        for saved, group in zip(groups, self.param_groups, strict=True):
            if len(saved["params"]) != len(group["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group: "
                    f"{len(saved['params'])} parameters, not {len(group['params'])}"
                )
        numbers = chain.from_iterable(group["params"] for group in groups)
        params = dict(zip(numbers, chain.from_iterable(group["params"] for group in self.param_groups), strict=True))
        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for number, value in state_dict["state"].items():
            p = params.get(number)
            state[number if p is None else p] = value if p is None else _own_copy(value, p)
        for saved, group in zip(groups, self.param_groups, strict=True):
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": groups})

    def __getstate__(self) -> StateDict:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: StateDict) -> None:
        self.__dict__.update(state)
        self._bundles = {}
        for group in self.param_groups:
            for name, default in self.defaults.items():
                group.setdefault(name, default)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for place, group in enumerate(self.param_groups):
            options = "".join(f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
            text += f"\nParameter Group {place}\n{options}"
        return text + ")"


def _has_gradient(p: Tensor) -> bool:
    return getattr(p, "_grad", None) is not None


def _own_copy(value: Any, p: Tensor, name: Any = None) -> Any:
    """A loaded state value with memory of its own, in the parameter's dtype (counts of steps keep theirs)."""
    if isinstance(value, Tensor):
        kind = value._data.dtype if name == "step" else p._data.dtype
        return from_numpy(value._data.astype(kind))
    if isinstance(value, Mapping):
        return {k: _own_copy(v, p, k) for k, v in value.items()}
    return copy.deepcopy(value)


def number(value: Any) -> float:
    """An option that may be a number or a tensor of one number."""
    return float(value._data.reshape(())) if isinstance(value, Tensor) else value


def check_options(**options: Any) -> None:
    """ValueError for a negative option. ``lr`` is called the learning rate in the message, and may be a tensor of one number."""
    names = {"lr": "learning rate", "eps": "epsilon value"}
    for name, value in options.items():
        if isinstance(value, Tensor) and value._data.size != 1:
            raise ValueError(f"Tensor {name} must be 1-element")
        if not number(value) >= 0.0:
            raise ValueError(f"Invalid {names.get(name, name + ' value')}: {value}; it must not be negative")


def descent_direction(group: dict[str, Any], piece: Piece, decay: bool = True) -> Array:
    """The gradient to go down along: turned round where ``maximize``, with ``weight_decay`` times the parameters added (an L2
    penalty's gradient). An array that may not be written to."""
    g = np.negative(piece.grad, out=piece.scratch[0]) if group["maximize"] else piece.grad
    weight_decay = number(group["weight_decay"]) if decay else 0
    if weight_decay:
        penalty = np.multiply(piece.values, weight_decay, out=piece.scratch[1])
        g = np.add(g, penalty, out=piece.scratch[0])
    return g
