"""Values that nobody saved, worked out anew: from the leaves, from what the nodes keep, and from each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..autograd.node import NO_EDGE
from ..autograd.wrapping import wrap
from ..nn import functional

Array = NDArray[Any]
Rule = Callable[[list[Array], dict[str, Any]], Array]


def recomputed(node: Any, inputs: list[Array | None], shape: tuple[int, ...] | None) -> Array | None:
    """The result of a node's forward operation from the values of its inputs (in the order of `next_functions`; None where
    unknown) and from what it saved. None when an input or the rule is missing, or the result has not the recorded `shape`."""
    rule = _RULES.get(re.sub(r"Backward\d*$", "", type(node).__name__))
    if rule is None or shape is None:
        return None
    saved = _Saved(node)
    names = _OPERANDS.get(type(node).__name__.partition("Backward")[0], ("self", "other"))
    known: list[Array] = []
    for i, value in enumerate(inputs):
        found = value if value is not None else saved.array(names[i]) if i < len(names) else None
        if found is None:
            return None
        known.append(found)
    floats = [array.dtype for array in known if array.dtype.kind == "f"]
    if floats:  # a product of counts and floats is one of floats
        known = [array if array.dtype.kind == "f" else array.astype(floats[0]) for array in known]
    known += [found for name in names[len(inputs):] if (found := saved.array(name)) is not None]  # numbers: x * 2
    saved["shape"] = shape
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(rule(known, saved))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, MemoryError):
        return None
    return result if result.shape == shape else None


class _Saved(dict[str, Any]):
    """What a node saved, read when it is asked for; KeyError when it is not there or has been freed."""

    def __init__(self, node: Any) -> None:
        super().__init__()
        self.node = node

    def __missing__(self, name: str) -> Any:
        try:
            value = getattr(self.node, f"_saved_{name}")
        except (AttributeError, RuntimeError):
            raise KeyError(name) from None
        if isinstance(value, tuple):
            return tuple(_signed(v) for v in value)
        return _signed(value)

    def array(self, name: str) -> Array | None:
        """A saved tensor or number as an array, or None."""
        try:
            value = self[name]
            return None if value is None else np.asarray(value.detach().numpy() if hasattr(value, "detach") else value)
        except (KeyError, RuntimeError, TypeError):
            return None


def _signed(value: Any) -> Any:
    """PyTorch reads negative numbers out of its nodes as unsigned ones: 18446744073709551615 is -1."""
    return value - 2**64 if isinstance(value, int) and value >= 2**63 else value


def _add(x: list[Array], saved: dict[str, Any], sign: int = 1) -> Array:
    return np.asarray(x[0] + sign * saved["alpha"] * x[1]).astype(x[0].dtype)


def _reduced(x: Array, saved: dict[str, Any], reduce: Callable[..., Any]) -> Array:
    try:
        dim = saved["dim"]
    except KeyError:
        return np.asarray(reduce(x))
    axes = dim if isinstance(dim, int) else tuple(dim) or None
    return np.asarray(reduce(x, axis=axes, keepdims=bool(saved["keepdim"])))


def _slice(x: list[Array], saved: dict[str, Any]) -> Array:
    dim = saved["dim"] % x[0].ndim
    part = slice(saved["start"], min(saved["end"], x[0].shape[dim]), saved["step"])
    return np.asarray(x[0][(slice(None),) * dim + (part,)])


def _gather(x: list[Array], saved: dict[str, Any]) -> Array:
    return np.take_along_axis(x[0], np.asarray(saved["index"].detach().numpy()), saved["dim"])


def _addmm(x: list[Array], saved: dict[str, Any]) -> Array:
    return np.asarray(saved["beta"] * x[0] + saved["alpha"] * (x[1] @ x[2])).astype(x[1].dtype)


def _index(x: list[Array], saved: dict[str, Any]) -> Array:
    places = (slice(None) if index is None else np.asarray(index.detach().numpy()) for index in saved["indices"])
    return np.asarray(x[0][tuple(places)])


def _largest(x: list[Array], saved: dict[str, Any], reduce: Callable[..., Any]) -> Array:
    try:
        return np.asarray(reduce(x[0], axis=saved["dim"], keepdims=bool(saved["keepdim"])))
    except KeyError:
        return np.asarray(reduce(x[0]))


def _activation(name: str, x: Array, saved: dict[str, Any], *settings: str) -> Array:
    """An activation function of this package, with the settings that the node saved."""
    return np.asarray(getattr(functional, name)(wrap(x, NO_EDGE), *(saved[setting] for setting in settings)).numpy())


def _product(x: list[Array], saved: dict[str, Any]) -> Array:
    return np.asarray(x[0] @ x[1])


def _number(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


# The names under which nodes keep their inputs.
_OPERANDS = {"Addmm": ("self", "mat1", "mat2"), "Mm": ("self", "mat2"), "Bmm": ("self", "mat2"), "Mv": ("self", "vec")}
_reshape: Rule = lambda x, s: x[0].reshape(s["shape"])  # noqa: E731
_same: Rule = lambda x, s: x[0]  # noqa: E731
_RULES: dict[str, Rule] = {
    "Abs": lambda x, s: np.abs(x[0]), "Add": _add, "Addmm": _addmm, "Alias": _same, "Bmm": _product, "Clone": _same,
    "Cos": lambda x, s: np.cos(x[0]), "Div": lambda x, s: (x[0] / x[1]).astype(x[0].dtype), "Dot": _product,
    "Exp": lambda x, s: np.exp(x[0]), "Expand": lambda x, s: np.broadcast_to(x[0], s["shape"]),
    "Gather": _gather, "Log": lambda x, s: np.log(x[0]), "Log1P": lambda x, s: np.log1p(x[0]),
    "Maximum": lambda x, s: np.maximum(x[0], x[1]), "Mean": lambda x, s: _reduced(x[0], s, np.mean), "Minimum": lambda x, s: np.minimum(x[0], x[1]),
    "Mm": _product, "Mul": lambda x, s: (x[0] * x[1]).astype(x[0].dtype), "Mv": _product, "Neg": lambda x, s: -x[0],
    "Permute": lambda x, s: x[0].transpose(s["dims"]), "Pow": lambda x, s: (x[0] ** _number(s["exponent"])).astype(x[0].dtype),
    "Relu": lambda x, s: np.maximum(x[0], 0), "Reshape": _reshape, "ReshapeAlias": _reshape,
    "Select": lambda x, s: np.take(x[0], s["index"], s["dim"]), "Sin": lambda x, s: np.sin(x[0]), "Slice": _slice,
    "Square": lambda x, s: x[0] * x[0], "Squeeze": _reshape, "Sub": lambda x, s: _add(x, s, -1),
    "Sum": lambda x, s: _reduced(x[0], s, np.sum),
    "T": lambda x, s: x[0].T, "Transpose": lambda x, s: x[0].swapaxes(s["dim0"], s["dim1"]), "UnsafeView": _reshape,
    "Unsqueeze": _reshape, "View": _reshape, "Cat": lambda x, s: np.concatenate(x, s["dim"]),
    "Stack": lambda x, s: np.stack(x, s["dim"]), "Cumsum": lambda x, s: np.cumsum(x[0], s["dim"]), "Index": _index,
    "Max": lambda x, s: _largest(x, s, np.max), "Min": lambda x, s: _largest(x, s, np.min),
    "Var": lambda x, s: np.var(x[0], axis=s["dim"], ddof=int(s["correction"]), keepdims=bool(s["keepdim"])),
    "Clamp": lambda x, s: np.clip(x[0], _number(s["min"]), _number(s["max"])), "ClampMin": lambda x, s: np.maximum(x[0], _number(s["min"])),
    "ClampMax": lambda x, s: np.minimum(x[0], _number(s["max"])), "Hardtanh": lambda x, s: np.clip(x[0], s["min_val"], s["max_val"]),
    "Gelu": lambda x, s: _activation("gelu", x[0], s, "approximate"), "Silu": lambda x, s: _activation("silu", x[0], s),
    "Softplus": lambda x, s: _activation("softplus", x[0], s, "beta", "threshold"), "Mish": lambda x, s: _activation("mish", x[0], s),
    "LeakyRelu": lambda x, s: _activation("leaky_relu", x[0], s, "negative_slope"),
    "LogSigmoid": lambda x, s: _activation("logsigmoid", x[0], s), "LogSigmoidForward": lambda x, s: _activation("logsigmoid", x[0], s),
}  # fmt: skip
