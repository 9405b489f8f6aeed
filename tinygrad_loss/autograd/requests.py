"""backward() and grad(): what a caller may ask of the walk, checked and put into its terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .engine import walk
from .node import LEAF, AccumulateGrad, Edge, Node
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
    outputs = _listed(tensors)
    roots = _roots(outputs, grad_tensors if grad_tensors is not None else grad_variables, create_graph)
    free = not (create_graph if retain_graph is None else retain_graph)
    if inputs is None:
        walk(roots, free=free, create=create_graph)
        return
    leaves = _listed(inputs)
    if not leaves:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for leaf, g in zip(leaves, _gradients(roots, leaves, free, create_graph), strict=True):
        if g is not None:
            g = g if create_graph else g._data
            leaf._grad = (g if create_graph else wrap(np.array(g), (None, 0))) if leaf.grad is None else leaf.grad + g


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
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
    if materialize_grads:
        if allow_unused is False:
            raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.")
        allow_unused = True
    wanted = _listed(inputs)
    roots = _roots(_listed(outputs), grad_outputs, create_graph)
    free = not (create_graph if retain_graph is None else retain_graph)
    found = _gradients(roots, wanted, free, create_graph)
    if not allow_unused and any(g is None for g in found):
        place = next(i for i, g in enumerate(found) if g is None)
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is "
            f"the desired behavior. It is inputs[{place}] (shape {list(wanted[place]._data.shape)})."
        )
    if materialize_grads:
        found = [wrap(np.zeros_like(x._data), (None, 0)) if g is None else g for g, x in zip(found, wanted, strict=True)]
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
    found: list[Any] = []
    for x, (node, output) in zip(inputs, edges, strict=True):
        assert node is not None
        arrived = captures[node]
        g = arrived[output] if output < len(arrived) else None
        if g is not None and isinstance(node, AccumulateGrad) and x._edge is LEAF:
            g = _after_leaf_hooks(x, g, create)
        found.append(g if g is None or isinstance(g, kind.tensor) else wrap(np.array(g), (None, 0)))
    return found


def _after_leaf_hooks(leaf: Any, g: Any, create: bool) -> Any:
    for hook in list(getattr(leaf, "_leaf_hooks", {"pre": {}})["pre"].values()):
        answer = hook(g if isinstance(g, kind.tensor) else wrap(g, (None, 0)))
        if answer is not None:
            g = answer if create else answer._data
    return g


def _roots(outputs: Sequence[Any], gradients: Any, create: bool) -> list[tuple[Edge, Any]]:
    if gradients is None or isinstance(gradients, kind.tensor):
        gradients = [gradients] * len(outputs) if gradients is None else [gradients]
    gradients = list(gradients)
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    return [(_root_edge(y), _root_gradient(y, g, create)) for y, g in zip(outputs, gradients, strict=True)]


def _root_edge(output: Any) -> Edge:
    if not isinstance(output, kind.tensor):
        raise TypeError(f"backward(): expected a Tensor to start from, not {type(output).__name__}")
    edge: Edge = output.edge()
    if edge[0] is None:
        raise RuntimeError(
            "element 0 of tensors does not require grad and does not have a grad_fn. No operation on a tensor with "
            "requires_grad=True led to it: was it made under no_grad(), by detach(), or re-wrapped by tensor(...)?"
        )
    return edge


def _root_gradient(output: Any, gradient: Any, create: bool) -> Any:
    data = output._data
    if gradient is None:
        if data.size != 1:
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs, not for shape {list(data.shape)}. Reduce it to one "
                "number first (loss.mean() or loss.sum()), or pass a gradient of that shape."
            )
        g = np.ones_like(data)
        return wrap(g, (None, 0)) if create else g
    if not isinstance(gradient, kind.tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient._data.shape != data.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient._data.shape)}) and output[0] has a "
            f"shape of torch.Size({list(data.shape)})."
        )
    return gradient if create else np.array(gradient._data, dtype=data.dtype)
