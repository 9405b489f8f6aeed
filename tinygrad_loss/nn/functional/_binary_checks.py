"""What the binary cross-entropies refuse, with PyTorch's classes of errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._dtypes import type_word
from ..._shapes import Size, broadcast, listed
from ...ops._record import Array, array_of, data_of
from ._arguments import must_be_tensors, must_have, must_not_require_grad


def check_probabilities(input: Any, target: Any, weight: Any) -> None:
    """The errors of binary_cross_entropy."""
    must_have("size", target=target, input=input, **({} if weight is None else {"weight": weight}))
    p, y = array_of(input, "binary_cross_entropy"), array_of(target, "binary_cross_entropy", "target")
    if p.shape != y.shape:
        raise ValueError(
            f"Using a target size ({Size(y.shape)}) that is different to the input size ({Size(p.shape)}) is deprecated. Please ensure "
            "they have the same size: target.view_as(input), or unsqueeze(1) for a column."
        )
    if y.dtype != p.dtype:
        raise RuntimeError(
            f"Found dtype {type_word(y.dtype)} but expected {type_word(p.dtype)}: binary_cross_entropy's target must have the input's dtype, "
            "target.to(input.dtype)"
        )
    _check_float(p, "binary_cross_entropy")
    must_not_require_grad("binary_cross_entropy", weight=weight)
    if weight is not None:
        _check_weight(p.shape, data_of(weight).shape)
    for name, values in (("input", p), ("target", y)):
        if values.size and not ((values >= 0) & (values <= 1)).all():
            wrong = values[~((values >= 0) & (values <= 1))].reshape(-1)[0]
            raise RuntimeError(
                f"all elements of {name} should be between 0 and 1. binary_cross_entropy: the first that is not is {wrong}"
                + ("; are these logits? Use binary_cross_entropy_with_logits." if name == "input" else "")
            )


def _check_weight(shape: tuple[int, ...], weight: tuple[int, ...]) -> None:
    for place, (length, has) in enumerate(zip(shape[::-1], weight[::-1], strict=False), start=1):
        if has != length and 1 not in (has, length):
            raise RuntimeError(
                f"Attempting to broadcast a dimension of length {has} at {-place}! Mismatching argument at index 1 had {Size(weight)}; "
                f"but expected shape should be broadcastable to {list(shape)}. binary_cross_entropy: that is the weight"
            )
    common = broadcast([shape, weight], "binary_cross_entropy")
    if common != shape:
        raise RuntimeError(
            f"output with shape {listed(shape)} doesn't match the broadcast shape {listed(common)}. binary_cross_entropy: weight "
            f"{listed(weight)} must fit into the input's shape"
        )


def check_logits(input: Any, target: Any, weight: Any, pos_weight: Any) -> None:
    """The errors of binary_cross_entropy_with_logits."""
    function = "binary_cross_entropy_with_logits"
    must_have("size", target=target, input=input)
    must_be_tensors(function, weight=weight, pos_weight=pos_weight)
    x, y = array_of(input, function), array_of(target, function, "target")
    if x.shape != y.shape:
        raise ValueError(
            f"Target size ({Size(y.shape)}) must be the same as input size ({Size(x.shape)}). {function}: target.view_as(input), or "
            "target.unsqueeze(1) for a column of scores."
        )
    _check_float(x, function)
    if y.dtype == np.bool_:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead. "
            f"{function}'s target must be floating-point, target.float()"
        )
    if y.dtype.kind != "f":
        raise RuntimeError(
            f"result type {type_word(x.dtype)} can't be cast to the desired output type {type_word(y.dtype)}: {function}'s target must be floating-point, "
            "target.float()"
        )
    must_not_require_grad(function, weight=weight, pos_weight=pos_weight)
    if pos_weight is not None and data_of(pos_weight).dtype == np.bool_:
        raise RuntimeError(f"Subtraction, the `-` operator, with a bool tensor is not supported. {function} takes 1 from it: pos_weight.float()")
    for name, extra in (("weight", weight), ("pos_weight", pos_weight)):
        if extra is not None and broadcast([x.shape, data_of(extra).shape], function) != x.shape:
            raise RuntimeError(
                f"output with shape {listed(x.shape)} doesn't match the broadcast shape "
                f"{listed(broadcast([x.shape, data_of(extra).shape], function))}. {function}: {name} must broadcast to the input"
            )


def _check_float(x: Array, function: str) -> None:
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{function}\" not implemented for '{type_word(x.dtype)}'. Convert the input first: input.float()")
