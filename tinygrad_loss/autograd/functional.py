"""Jacobians, Hessians and their products with vectors, of functions of tensors.

A backward walk gives the product of a vector with a Jacobian (``vjp``). The product of a Jacobian with a vector (``jvp``) comes
from two walks: the first is linear in its vector v, and the derivative of v J with respect to v is J again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .function import Function
from .modes import enable_grad, modes, set_grad_enabled
from .node import LEAF, NO_EDGE
from .requests import grad
from .wrapping import kind, wrap

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Pair = tuple[Any, Any]
Tensors = tuple[Any, ...]

NO_VECTOR = "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element."
INDEPENDENT = "is independent of input {}. This is not allowed in strict mode."
MISSING = {
    "back": "The output of the user-provided function " + INDEPENDENT,
    "back_trick": "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double "
    "backward trick to compute forward mode gradients. This is not allowed in strict mode.",
    "double_back": "The jacobian of the user-provided function " + INDEPENDENT,
    "double_back_trick": "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. This is not "
    "allowed in strict mode as it prevents from using the double backward trick to replace forward mode AD.",
}
FLAT = {
    "outputs": "Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode.",
    "grad_inputs": "The gradient with respect to input {} is independent of the inputs of the user-provided function. This is "
    "not allowed in strict mode.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
    "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable "
    "and that the jacobian depends on the inputs (this would be violated by a linear function for example).",
}


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Pair:
    """``(func(*inputs), v J)``: a vector with the outputs' shapes times the Jacobian J, which has the inputs' shapes. ``v`` may
    be left out for a single output of one number.

    Of the results only those have a graph that were made with ``create_graph``. ``strict``: RuntimeError, in place of zeros, if
    the outputs do not depend on an input.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0])
    >>> torch.autograd.functional.vjp(lambda x: x * x, x, torch.tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        several_inputs, xs = _inputs(inputs, "vjp", create_graph)
        several_outputs, ys = _outputs(func(*xs), "vjp", strict)
        if v is not None:
            v = _vector(v, ys, several_outputs, "vjp", create_graph)
        elif len(ys) != 1 or ys[0]._data.size != 1:
            raise RuntimeError(
                "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
            )
    with set_grad_enabled(create_graph or modes.grad):
        found = _filled(_grad(ys, xs, v, create_graph), xs, strict, create_graph, "back")
    return _finished(ys, several_outputs, create_graph), _finished(found, several_inputs, create_graph)


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Pair:
    """``(func(*inputs), J v)``: the Jacobian J times a vector with the inputs' shapes, which is the change of the outputs when
    the inputs move along ``v``. ``v`` may be left out for a single input of one number.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0])
    >>> torch.autograd.functional.jvp(lambda x: (x * x).sum(), x, torch.tensor([1.0, 10.0]))
    (tensor(5.), tensor(42.))
    """
    with enable_grad():
        several_inputs, xs = _inputs(inputs, "jvp", create_graph)
        v = _vector_or_one(v, xs, several_inputs, "jvp", create_graph)
        several_outputs, ys = _outputs(func(*xs), "jvp", strict)
        dummies = _zeros(ys)
        walked = _grad(ys, xs, dummies, True)
        _check_graph(walked, "grad_inputs", strict)
    with set_grad_enabled(create_graph or modes.grad):
        found = _filled(_grad(walked, dummies, v, create_graph), ys, strict, create_graph, "back_trick")
    return _finished(ys, several_outputs, create_graph), _finished(found, several_outputs, create_graph)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian: a tensor of the output's shape followed by the input's. For a tuple of outputs, of inputs, or of both, a
    tuple, or a tuple of tuples ``jacobian[output][input]``.

    There is one way here, a backward walk for each number of the outputs: ``vectorize`` changes nothing.

    >>> import tinygrad_loss as torch
    >>> torch.autograd.functional.jacobian(lambda x: x * x, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    _check_strategy(strategy)
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please either "
            "set `strict=False` or `vectorize=False`."
        )
    with enable_grad():
        several_inputs, xs = _inputs(inputs, "jacobian", create_graph)
        several_outputs, ys = _outputs(func(*xs), "jacobian", strict)
        rows = tuple(_rows(number, y, xs, create_graph, strict) for number, y in enumerate(ys))
    found = tuple(_finished(row, several_inputs, create_graph) for row in rows)
    return found if several_outputs else found[0]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function that gives one number: a tensor of the input's shape twice, or for a tuple of inputs a
    tuple of tuples ``hessian[i][j]``.

    >>> import tinygrad_loss as torch
    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    _check_strategy(outer_jacobian_strategy)
    several, xs = _as_tuple(inputs, "inputs", "hessian")

    def number(*args: Any) -> Any:
        return _one_number(func(*args), "hessian", strict).reshape(())

    def gradient(*args: Any) -> Any:
        found = jacobian(number, args, create_graph=True)
        _check_graph(found, "jacobian", strict)
        return found

    found = jacobian(gradient, xs, create_graph, strict, vectorize)
    return found if several else found[0][0]


def vhp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Pair:
    """``(func(*inputs), v H)``: a vector with the inputs' shapes times the Hessian of a function that gives one number, in two
    walks.

    >>> import tinygrad_loss as torch
    >>> torch.autograd.functional.vhp(lambda x: (x ** 3).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        several, xs = _inputs(inputs, "vhp", create_graph)
        v = _vector_or_one(v, xs, several, "vhp", create_graph)
        y = _one_number(func(*xs), "vhp", strict)
        gradient = _grad((y,), xs, None, True)
        _check_graph(gradient, "jacobian", strict)
    with set_grad_enabled(create_graph or modes.grad):
        found = _filled(_grad(gradient, xs, v, create_graph), xs, strict, create_graph, "double_back")
    return _finished((y,), False, create_graph), _finished(found, several, create_graph)


def hvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Pair:
    """``(func(*inputs), H v)``: as ``vhp`` with the vector on the other side. Where the second derivatives are continuous the two
    are the same, and ``vhp`` needs one walk less.

    >>> import tinygrad_loss as torch
    >>> torch.autograd.functional.hvp(lambda x: (x ** 3).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        several, xs = _inputs(inputs, "hvp", create_graph)
        v = _vector_or_one(v, xs, several, "hvp", create_graph)
        y = _one_number(func(*xs), "hvp", strict)
        gradient = _grad((y,), xs, None, True)
        _check_graph(gradient, "jacobian", strict)
        dummies = _zeros(xs)
        walked = _grad(gradient, xs, dummies, True)
    with set_grad_enabled(create_graph or modes.grad):
        found = _filled(_grad(walked, dummies, v, create_graph), xs, strict, create_graph, "double_back_trick")
    return _finished((y,), False, create_graph), _finished(found, several, create_graph)


def _rows(number: int, y: Any, xs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The Jacobian of one output with respect to each input."""
    found: list[list[Any]] = [[] for _ in xs]
    for place in np.ndindex(y._data.shape):
        one = np.zeros_like(y._data)
        one[place] = 1
        walked = _grad((y,), xs, (wrap(one, NO_EDGE),), create_graph, retain_graph=True)
        for i, (x, g) in enumerate(zip(xs, walked, strict=True)):
            if g is None and strict:
                raise RuntimeError(f"Output {number} of the user-provided function {INDEPENDENT.format(i)}")
            if strict and create_graph and not g.requires_grad:
                raise RuntimeError(
                    f"The jacobian of the user-provided function is independent of input {number}. This is not allowed in strict "
                    "mode when create_graph=True."
                )
            found[i].append(wrap(np.zeros_like(x._data), NO_EDGE) if g is None else g)
    shapes = [y._data.shape + x._data.shape for x in xs]
    if not y._data.size:
        return tuple(wrap(np.zeros(shape, x._data.dtype), NO_EDGE) for shape, x in zip(shapes, xs, strict=True))
    return tuple(_Stack.apply(*rows).view(shape) for rows, shape in zip(found, shapes, strict=True))


class _Stack(Function):
    """Tensors of one shape, one after the other along a new first dimension."""

    @staticmethod
    def forward(ctx: Any, *rows: Any) -> Any:
        return wrap(np.stack([row._data for row in rows]), NO_EDGE)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        (g,) = grad_outputs
        return tuple(g[place] for place in range(len(g)))


def _inputs(inputs: Any, function: str, create_graph: bool) -> tuple[bool, Tensors]:
    """Whether the inputs came as a tuple, and new tensors on them: what ``func`` finds elsewhere, the same tensors perhaps,
    counts as constant."""
    several, xs = _as_tuple(inputs, "inputs", function)
    return several, tuple(x.view(x.shape) if create_graph and x.requires_grad else wrap(x._data, LEAF) for x in xs)


def _outputs(outputs: Any, function: str, strict: bool) -> tuple[bool, Tensors]:
    several, ys = _as_tuple(outputs, "outputs of the user-provided function", function)
    _check_graph(ys, "outputs", strict)
    return several, ys


def _one_number(outputs: Any, function: str, strict: bool) -> Any:
    several, ys = _outputs(outputs, function, strict)
    if several:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if ys[0]._data.size != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {function} should contain a single element")
    return ys[0]


def _vector_or_one(v: Any, xs: Tensors, several: bool, function: str, create_graph: bool) -> Any:
    if v is not None:
        return _vector(v, xs, several, function, create_graph)
    if len(xs) != 1 or xs[0]._data.size != 1:
        raise RuntimeError(NO_VECTOR)
    return None


def _vector(v: Any, other: Tensors, several: bool, function: str, create_graph: bool) -> Tensors:
    _, vs = _as_tuple(v, "v", function)
    if len(other) != len(vs):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(other)} but got {len(vs)}."
            if several
            else "The given v should contain a single Tensor."
        )
    for place, (mine, its) in enumerate(zip(vs, other, strict=True)):
        if mine._data.shape != its._data.shape:
            entry = f"Entry {place} in " if several else ""
            raise RuntimeError(f"{entry}v has invalid size: should be {its.shape} but got {mine.shape}.")
    return tuple(x.view(x.shape) if create_graph and x.requires_grad else wrap(x._data, NO_EDGE) for x in vs)


def _as_tuple(values: Any, argument: str, function: str) -> tuple[bool, Tensors]:
    several = isinstance(values, tuple)
    found = values if several else (values,)
    for place, value in enumerate(found):
        if not isinstance(value, kind.tensor):
            which = f"value at index {place}" if several else f"given {argument}"
            raise TypeError(
                f"The {argument} given to {function} must be either a Tensor or a tuple of Tensors but the {which} has type "
                f"{type(value)}."
            )
    return several, found


def _zeros(tensors: Sequence[Any]) -> Tensors:
    return tuple(wrap(np.zeros_like(x._data), LEAF) for x in tensors)


def _grad(ys: Sequence[Any], xs: Sequence[Any], v: Any, create_graph: bool, retain_graph: bool | None = None) -> Tensors:
    """As ``grad``, with None for inputs on which nothing depends, and for outputs that depend on nothing."""
    pairs = zip(ys, [None] * len(ys) if v is None else v, strict=True)
    wanted = [(y, g) for y, g in pairs if y is not None and y.requires_grad]
    if not wanted:
        return (None,) * len(xs)
    outputs, grads = zip(*wanted, strict=True)
    return grad(outputs, xs, grads, retain_graph, create_graph, allow_unused=True)


def _filled(grads: Tensors, like: Tensors, strict: bool, create_graph: bool, stage: str) -> Tensors:
    """Zeros where there is no gradient; with ``strict`` an error that says what is independent of what."""
    for place, g in enumerate(grads):
        if strict and g is None:
            raise RuntimeError(MISSING[stage].format(place))
        if strict and create_graph and not g.requires_grad:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {place}. This is not allowed in strict mode "
                "when create_graph=True."
            )
    return tuple(wrap(np.zeros_like(x._data), NO_EDGE) if g is None else g for g, x in zip(grads, like, strict=True))


def _check_graph(tensors: Sequence[Any], what: str, strict: bool) -> None:
    for place, tensor in enumerate(tensors if strict else ()):
        if tensor is None:
            raise RuntimeError(MISSING["back"].format(place))
        if not tensor.requires_grad:
            raise RuntimeError(FLAT[what].format(place))


def _finished(tensors: Tensors, several: bool, create_graph: bool) -> Any:
    found = tensors if create_graph else tuple(wrap(x._data, NO_EDGE) for x in tensors)
    return found if several else found[0]


def _check_strategy(strategy: str) -> None:
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    if strategy == "forward-mode":
        raise NotImplementedError('there is no forward-mode differentiation here: leave out the strategy, or pass "reverse-mode"')
