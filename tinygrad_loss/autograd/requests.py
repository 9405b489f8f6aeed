"""backward() and grad(): what a caller may ask of the walk, checked and put into its terms."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .engine import walk
from .leaves import owned
from .node import NO_EDGE, Edge, Node
from .wrapping import kind, wrap


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add to the leaves' ``.grad`` the gradient of the sum of ``tensors``, each weighted by its entry of ``grad_tensors``.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> torch.autograd.backward([x.sum(), (x * x).sum()]); x.grad
    tensor([3., 5.])
    """
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only use "
                "`grad_tensors`."
            )
        grad_tensors = grad_variables
    if create_graph:
        warnings.warn(CYCLE, stacklevel=2)
    ends = None if inputs is None else _ends(_listed(inputs))
    if grad_tensors is None and isinstance(tensors, kind.tensor):
        roots = [(_root_edge(tensors, 0), _root_gradient(tensors, None, 0, create_graph))]
    else:
        roots = _roots(_listed(tensors), grad_tensors, create_graph)
    free = not (create_graph if retain_graph is None else retain_graph)
    walk(roots, free=free, create=create_graph, upto=ends)


CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can "
    "cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this "
    "function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak."
)


def _ends(inputs: Sequence[Any]) -> list[Node]:
    """The nodes at which a backward stops that is for ``inputs`` only. Those that are no leaves keep their gradient too."""
    if not inputs:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    found: list[Node] = []
    for x in inputs:
        if not isinstance(x, kind.tensor):
            raise RuntimeError(f"backward(): all inputs have to be Tensors or GradientEdges, but got {type(x).__name__}")
        x.retain_grad()
        found.append(x.edge()[0])
    return found


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of the sum of ``outputs`` with respect to ``inputs`` (leaves or not), as a tuple; ``.grad`` is left alone.

    An input on which the outputs do not depend is an error, unless ``allow_unused`` (then its gradient is None) or
    ``materialize_grads`` (then it is zeros).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (first,) = torch.autograd.grad(x ** 3, x, create_graph=True)
    >>> first, torch.autograd.grad(first, x)[0]
    (tensor(27., grad_fn=<MulBackward0>), tensor(18.))
    """
    if is_grads_batched:
        raise NotImplementedError("grad(): is_grads_batched=True is not supported here; call grad once for each row")
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts of "
            "the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    if materialize_grads:
        if allow_unused is False:
            raise ValueError(
                "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
            )
        allow_unused = True
    wanted = _listed(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    roots = _roots(_listed(outputs), grad_outputs, create_graph)
    free = not (create_graph if retain_graph is None else retain_graph)
    found = _gradients(roots, wanted, free, create_graph)
    for place, g in enumerate(found):
        if g is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {place} appears to not have been used in the graph. Set allow_unused=True "
                f"if this is the desired behavior. (Its shape is {list(wanted[place]._data.shape)}.)"
            )
    if materialize_grads:
        found = [wrap(np.zeros_like(x._data), NO_EDGE) if g is None else g for g, x in zip(found, wanted, strict=True)]
    return tuple(found)


def _listed(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, kind.tensor) else list(tensors)


def _gradients(roots: Sequence[tuple[Edge, Any]], inputs: Sequence[Any], free: bool, create: bool) -> list[Any]:
    edges: list[Edge] = []
    for place, x in enumerate(inputs):
        if not isinstance(x, kind.tensor):
            raise TypeError(f"grad(): inputs[{place}] must be a Tensor, not {type(x).__name__}")
        if not x.requires_grad:
            raise RuntimeError(
                f"One of the differentiated Tensors does not require grad: inputs[{place}] (shape {list(x._data.shape)}). "
                "Call requires_grad_() on it before the forward pass."
            )
        edges.append(x.edge())
    captures: dict[Node, list[Any]] = {node: [] for node, _ in edges if node is not None}
    walk(roots, free=free, create=create, captures=captures)
    found: dict[Edge, Any] = {}  # an input that is given twice gets the same tensor twice
    for node, output in edges:
        arrived = captures[node] if node is not None else []
        g = arrived[output] if arrived else None
        if (node, output) not in found:
            found[node, output] = g if g is None or create else wrap(owned(g), NO_EDGE)
    return [found[edge] for edge in edges]


def _roots(outputs: Sequence[Any], gradients: Any, create: bool) -> list[tuple[Edge, Any]]:
    if gradients is None or isinstance(gradients, kind.tensor):
        gradients = [gradients] * len(outputs) if gradients is None else [gradients]
    gradients = list(gradients)
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    pairs = enumerate(zip(outputs, gradients, strict=True))
    return [(_root_edge(y, place), _root_gradient(y, g, place, create)) for place, (y, g) in pairs]


def _root_edge(output: Any, place: int) -> Edge:
    if not isinstance(output, kind.tensor):
        raise TypeError(f"backward(): expected a Tensor to start from, not {type(output).__name__}")
    edge: Edge = output.edge()
    if edge[0] is None:
        raise RuntimeError(
            f"element {place} of tensors does not require grad and does not have a grad_fn. No operation on a tensor with "
            "requires_grad=True led to it: was it made under no_grad(), by detach(), or re-wrapped by tensor(...)?"
        )
    return edge


def _root_gradient(output: Any, gradient: Any, place: int, create: bool) -> Any:
    data = output._data
    if gradient is None:
        if data.size != 1:
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs, not for shape {list(data.shape)}. Reduce it to one "
                "number first (loss.mean() or loss.sum()), or pass a gradient of that shape."
            )
        g = np.ones(data.shape, data.dtype) if data.shape else np.array(1, data.dtype)
        return wrap(g, NO_EDGE) if create else g
    if not isinstance(gradient, kind.tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient._data.shape != data.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{place}] has a shape of torch.Size({list(gradient._data.shape)}) and "
            f"output[{place}] has a shape of torch.Size({list(data.shape)})."
        )
    return gradient if create else np.array(gradient._data, dtype=data.dtype)
