"""Programs about hooks on tensors and nodes."""

from __future__ import annotations

from typing import Any

from transcripts import Run, programs


def a_gradient_kept_by_a_hook_stays_as_it_was(run: Run) -> None:
    x, kept = run.vector(1, 2), []
    y = x + 0
    y.register_hook(kept.append)
    y.grad_fn.register_hook(lambda inputs, outputs: kept.extend(inputs + outputs))
    x.register_hook(kept.append)
    (y + 0).sum().backward()
    (x * 5).sum().backward()
    run.show(x.grad, kept)


def a_hooks_own_tensor_is_not_written_to(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    mine = torch.tensor([7.0, 7.0])
    x.register_hook(lambda grad: mine)
    x.sum().backward()
    x.sum().backward()
    run.show(x.grad, mine)


def order_of_hooks(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * 1
    end, log = y.grad_fn.next_functions[0][0], []
    x.register_hook(lambda grad: log.append("leaf"))
    end.register_prehook(lambda grads: log.append("before AccumulateGrad"))
    end.register_hook(lambda inputs, outputs: log.append(("after AccumulateGrad", inputs, outputs)))
    x.register_post_accumulate_grad_hook(lambda leaf: log.append(("accumulated", leaf is x)))
    y.grad_fn.register_prehook(lambda grads: log.append("before Mul"))
    y.register_hook(lambda grad: log.append("tensor"))
    y.retain_grad()
    y.register_hook(lambda grad: log.append(("tensor again", y.grad)))
    y.grad_fn.register_hook(lambda inputs, outputs: log.append(("after Mul", inputs, outputs)))
    for walk in (
        lambda: y.sum().backward(retain_graph=True),
        lambda: torch.autograd.grad(y.sum(), x, retain_graph=True),
        lambda: y.sum().backward(inputs=[x], retain_graph=True),
        lambda: torch.autograd.grad(y.sum(), y, retain_graph=True),
        lambda: torch.autograd.grad(y.sum(), [x, y], retain_graph=True),
        lambda: y.sum().backward(inputs=[y], retain_graph=True),
    ):
        run.show(walk(), log)
        log.clear()


def what_grad_gives_where_a_hook_changes_it(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * 2
    y.register_hook(lambda grad: grad * 10)
    run.show(torch.autograd.grad(y.sum(), y, retain_graph=True), torch.autograd.grad(y.sum(), [x, y], retain_graph=True))
    y = x * 2
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    run.show(torch.autograd.grad(y.sum(), y, retain_graph=True), torch.autograd.grad(y.sum(), [x, y], retain_graph=True))
    x.register_hook(lambda grad: grad * 100)
    run.show(torch.autograd.grad((x * 1).sum(), x))


def hooks_that_replace(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    y = x * z
    y.register_hook(lambda grad: grad * 2)
    y.register_hook(lambda grad: None)
    y.register_hook(lambda grad: grad + 1)
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0], inputs[1] + outputs[0]))
    z.register_hook(lambda grad: None if grad is None else -grad)
    y.retain_grad()
    y.sum().backward()
    run.show(x.grad, z.grad, y.grad)
    x.grad = z.grad = None
    y = x * z
    y.grad_fn.register_hook(lambda inputs, outputs: (None, inputs[1]))
    y.sum().backward()
    run.show(x.grad, z.grad)
    y = x * z
    y.grad_fn.register_prehook(lambda grads: (None,))
    y.sum().backward()
    run.show(x.grad, z.grad)
    y = x * torch.ones(2)
    y.grad_fn.register_hook(lambda inputs, outputs: run.show(inputs, outputs))
    y.sum().backward()
    (y,) = torch.autograd.grad((x.exp() * x).sum(), x, create_graph=True)
    y.register_hook(lambda grad: grad * 2)
    run.show(torch.autograd.grad(y.sum(), x))


def what_hooks_must_not_return(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    ones = torch.ones(2)

    def tensor(answer: Any, words: str) -> None:
        for target in (x, x * 1):
            handle = target.register_hook(lambda grad: answer)
            run.refuses(lambda: (target * 1).sum().backward(), words)  # noqa: B023
            handle.remove()

    def node(kind: str, answer: Any, words: str) -> None:
        y = x * z
        getattr(y.grad_fn, kind)(lambda *grads: answer)
        run.refuses(lambda: y.sum().backward(), words)

    tensor(torch.ones(2, dtype=torch.float64), "hook '<lambda>' has changed the type of value")
    tensor(torch.ones(3), "hook '<lambda>' has changed the size of value")
    tensor(5, "expected Variable, but hook returned 'int'")
    for kind in ("register_prehook", "register_hook"):
        node(kind, ones, "expected tuple, but hook returned 'Tensor'")
        node(kind, [ones], "expected tuple, but hook returned 'list'")
        node(kind, 5, "expected tuple, but hook returned 'int'")
        node(kind, (ones, ones, ones), "hook '<lambda>' has returned an incorrect number of values (got 3, but expected ")
    node("register_prehook", (torch.ones(3),), "hook '<lambda>' has changed the size of value")
    node("register_hook", (torch.ones(3), ones), "hook '<lambda>' has changed the size of value")
    node("register_hook", (5, 5), "expected Variable, but hook returned 'int'")
    a, _ = (x * 1).split(1)
    a.grad_fn.register_prehook(lambda grads: (grads[0], grads[0]))
    run.refuses(a.sum().backward, "can't replace a None gradient with a non-None value")
    run.show(x.grad)


def hooks_on_results_that_are_not_used(run: Run) -> None:
    x = run.vector(1, 2)
    a, b = (x * 1).split(1)
    b.register_hook(lambda grad: run.show("b", grad))
    b.retain_grad()
    a.grad_fn.register_prehook(lambda grads: run.show("before", grads))
    a.sum().backward()
    run.show(b.grad, x.grad)


def hooks_are_taken_off(run: Run) -> None:
    x, log = run.vector(1, 2), []
    y = x * 2
    handles = [
        x.register_hook(lambda grad: log.append("leaf")),
        y.register_hook(lambda grad: log.append("tensor")),
        y.grad_fn.register_hook(lambda *grads: log.append("after")),
        y.grad_fn.register_prehook(lambda grads: log.append("before")),
        x.register_post_accumulate_grad_hook(lambda leaf: log.append("accumulated")),
    ]
    y.sum().backward(retain_graph=True)
    run.show(log)
    for handle in handles[:-1]:
        handle.remove()
        handle.remove()
    with handles[-1]:
        y.sum().backward(retain_graph=True)
    y.sum().backward()
    run.show(log, x.grad)
    run.refuses(lambda: x.detach().register_hook(print), "cannot register a hook on a tensor that doesn't require gradient")
    run.refuses(lambda: y.register_post_accumulate_grad_hook(print), "post accumulate grad hooks cannot be registered on non-")


def hooks_of_a_leaf_outlive_its_graph(run: Run) -> None:
    x, log = run.vector(1, 2), []
    (x * 2).sum().backward()
    x.register_hook(lambda grad: log.append(grad))
    y = x * 3
    x.register_hook(lambda grad: grad * 2)
    y.sum().backward()
    del y
    (x * 4).sum().backward()
    run.show(log, x.grad)


def a_hook_that_walks_itself(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    y = x * z

    def inside(grad: Any) -> Any:
        with torch.enable_grad():
            other = (z * z * z).sum()
        other.backward()
        (again,) = torch.autograd.grad((x * z).sum() if torch.is_grad_enabled() else other_graph, x)
        return grad * again

    other_graph = (x * z).sum()
    y.register_hook(inside)
    y.sum().backward()
    run.show(x.grad, z.grad)


def an_error_in_the_middle(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    y = x * 2

    def fails(grad: Any) -> None:
        raise KeyError("mine")

    handle = y.register_hook(fails)
    w = (y + z * 5).sum()
    run.refuses(lambda: w.backward(retain_graph=True), "mine")
    run.show(torch.is_grad_enabled(), x.grad)
    handle.remove()
    x.grad = z.grad = None
    w.backward()
    run.show(x.grad, z.grad)


def grad_modes_inside_a_hook(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    for create in (False, True):
        y = x * 2
        y.register_hook(lambda grad: run.show(torch.is_grad_enabled(), (x * 2).requires_grad))
        torch.autograd.grad(y.sum(), x, create_graph=create)
        run.show(torch.is_grad_enabled())
    with torch.no_grad():
        y.register_hook(lambda grad: run.show(torch.is_grad_enabled()))
        torch.autograd.grad(x, x, torch.ones(2))
        run.show(torch.is_grad_enabled())


def retained_gradients(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 3
    run.show(y.retains_grad, x.retains_grad)
    y.retain_grad()
    y.retain_grad()
    x.retain_grad()
    run.show(y.retains_grad, x.retains_grad, y.grad)
    (y * y).sum().backward(retain_graph=True)
    run.show(y.grad, x.grad)
    (y * 1).sum().backward()
    run.show(y.grad, x.grad)
    run.refuses(lambda: x.detach().retain_grad(), "can't retain_grad on Tensor that has requires_grad=False")


CASES = programs(globals())
