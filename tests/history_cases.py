"""Programs about tensors whose place in the graph changes: in-place operations, detaching, flags set later."""

from __future__ import annotations

import copy

from transcripts import Run, programs


def hooks_before_and_after_a_change_in_place(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda grad: run.show("before", grad))
    y.mul_(3)
    run.show(y.retains_grad)
    y.register_hook(lambda grad: run.show("after", grad))
    (y * 1).sum().backward()
    run.show(y.grad, x.grad)


def a_part_changed_in_place(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 2
    y.retain_grad()
    y[:1].mul_(3)
    run.show(y, y.retains_grad)
    (y * 1).sum().backward()
    run.show(y.grad, x.grad)
    y = x.clone()
    y[0] = x[1] * 3
    run.show(y)
    y.sum().backward()
    run.show(x.grad)


def a_hook_on_a_view_whose_base_is_changed(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 2
    v = y[:1]
    v.register_hook(lambda grad: run.show("of the old value", grad))
    y.mul_(3)
    (v * 5).sum().backward()
    run.show(x.grad)


def a_constant_that_gets_a_history(run: Run) -> None:
    x, w = run.vector(1, 2, grad=False), run.vector(3, 4)
    x.mul_(w)
    run.show(x.requires_grad, x.is_leaf, x)
    x.sum().backward()
    run.show(w.grad)


def a_value_changed_where_it_is_not_needed(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 1
    y.detach().mul_(5)
    run.show(y, y._version)
    (y * 3).sum().backward()
    run.show(x.grad)
    y = x * 1
    y.zero_()
    run.show(y.requires_grad, y)
    (y * 2).sum().backward()
    run.show(x.grad)


def detached_and_asked_again(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 2
    y.detach_()
    run.show(y.grad_fn, y.requires_grad)
    y.requires_grad_()
    (y * x).sum().backward()
    run.show(y.grad, x.grad)
    with run.torch.no_grad():
        z = x * 2
    z.requires_grad_()
    (z * x).sum().backward()
    run.show(z.grad, x.grad, z.is_leaf)


def a_leaf_that_asks_no_more(run: Run) -> None:
    x = run.vector(1, 2)
    total = x.sum()
    x.requires_grad_(False)
    run.show(total.requires_grad, (x * 2).requires_grad)
    total.backward()
    run.show(x.grad)
    x.requires_grad_()
    x.register_hook(lambda grad: grad * 2)
    x.requires_grad_(False)
    x.requires_grad_(True)
    x.sum().backward()
    run.show(x.grad)


def grad_changed_by_hand(run: Run) -> None:
    x = run.vector(1, 2)
    (x * 2).sum().backward()
    kept = x.grad
    x.grad.zero_()
    (x * 5).sum().backward()
    run.show(kept, x.grad is kept)
    with run.torch.no_grad():
        x -= 0.5 * x.grad
    run.show(x, x.is_leaf)


def two_results_of_one_graph(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * x
    total, product = y.sum(), y.prod()
    total.backward(retain_graph=True)
    product.backward()
    run.show(x.grad)
    weights = torch.ones(2, requires_grad=True)
    (g,) = torch.autograd.grad(x * x, x, weights, create_graph=True)
    x.grad = None
    g.sum().backward()
    run.show(weights.grad, x.grad)


def copies(run: Run) -> None:
    x = run.vector(1, 2)
    y = run.torch.autograd.Variable(x * 2)
    run.show(y, copy.deepcopy(x), copy.deepcopy(x) is x)
    run.refuses(lambda: copy.deepcopy(x * 2), "Only Tensors created explicitly by the user")
    z = x.clone()
    z.sum().backward()
    run.show(z, x.grad, copy.deepcopy(x).grad)


CASES = programs(globals())
