"""Programs about backward, grad, hooks, modes, versions and anomaly mode."""

from __future__ import annotations

import threading
import warnings
from typing import Any

from transcripts import Run, programs


def accumulates(run: Run) -> None:
    x = run.vector(1, 2)
    (x * x).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    run.show(x.grad, x.grad is first, x.grad.requires_grad)
    x.grad = None
    run.show(x.grad)
    (x * 3).sum().backward()
    run.show(x.grad, first)


def several_roots(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    torch.autograd.backward([(x * z).sum(), x * 2], [None, torch.tensor([1.0, 10.0])])
    run.show(x.grad, z.grad)
    torch.autograd.backward([], [])
    torch.autograd.backward((z.sum(), z.sum()), grad_variables=None)
    run.show(z.grad)


def roots_that_are_refused(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    plain = torch.ones(2)
    run.refuses(lambda: (x * 1).backward(), "grad can be implicitly created only for scalar outputs")
    run.refuses(lambda: plain.sum().backward(), "element 0 of tensors does not require grad and does not have a grad_fn")
    run.refuses(lambda: torch.autograd.backward([x.sum(), plain.sum()]), "element 1 of tensors does not require grad")
    run.refuses(lambda: x.sum().backward(torch.ones(1)), "Mismatch in shape: grad_output[0] has a shape of torch.Size([1])")
    run.refuses(lambda: torch.autograd.backward([x.sum(), x.sum()], torch.tensor(1.0)), "got 2 tensors and 1 gradients")
    run.refuses(lambda: torch.autograd.backward(5), "")
    run.refuses(
        lambda: torch.autograd.backward(x.sum(), torch.tensor(1.0), grad_variables=[torch.tensor(1.0)]),
        "arguments both passed to `backward()`",
    )
    run.show(x.grad)


def the_gradient_takes_the_type_of_the_root(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    (x * 2).backward(torch.tensor([1.0, 3.0], dtype=torch.float64))
    run.show(x.grad)
    (x * 2).backward(torch.tensor([1, 3]))
    run.show(x.grad)
    (x.double() * 2).float().sum().backward()
    run.show(x.grad)


def no_two_leaves_share_their_gradient(run: Run) -> None:
    x, z = run.vector(1, 2), run.vector(3, 4)
    for create in (False, True):
        x.grad = z.grad = None
        (x + z).sum().backward(create_graph=create)
        (x * 5).sum().backward()
        run.show(x.grad.detach(), z.grad.detach())


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


def freed_graphs(run: Run) -> None:
    x = run.vector(1, 2)
    words = (
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
        "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
        "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after "
        "calling backward."
    )
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    run.show(x.grad)
    node = y.grad_fn.next_functions[0][0]
    run.refuses(y.backward, words)
    run.refuses(lambda: node._saved_self, words)
    run.show(x.grad)
    w = (x + x).sum()  # nothing saved, nothing freed
    w.backward()
    w.backward()
    run.show(x.grad)
    e = x.exp()
    e.sum().backward(create_graph=True)
    e.sum().backward()
    run.refuses(lambda: e.sum().backward(), words)


def third_derivatives(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = (x**4).sum()
    for _ in range(4):
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        run.show(g.detach())
        y = g.sum()
    z = (x.exp() * x).sum()
    for _ in range(3):
        (g,) = torch.autograd.grad(z, x, create_graph=True)
        run.show(g.detach())
        z = g.sum()


def create_graph_fills_grad_with_a_graph(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    (x * x).sum().backward(create_graph=True)
    first = x.grad
    run.show(first.detach(), first.requires_grad, torch.autograd.grad(first.sum(), x, retain_graph=True))
    (x * x).sum().backward(create_graph=True)
    run.show(x.grad, x.grad is first)
    second = x.grad
    (x * x).sum().backward()
    run.show(x.grad.detach(), x.grad is second)
    x.grad = None


def inputs_of_backward(run: Run) -> None:
    x, z = run.vector(1, 2), run.vector(3, 4)
    y = x * z
    y.sum().backward(inputs=[x], retain_graph=True)
    run.show(x.grad, z.grad)
    y.sum().backward(inputs=z, retain_graph=True)
    run.show(x.grad, z.grad)
    y.sum().backward(inputs=[y, z])
    run.show(x.grad, z.grad, y.grad, y.retains_grad)
    run.refuses(lambda: x.sum().backward(inputs=[]), "`inputs` argument to `backward()` cannot be empty.")
    run.refuses(lambda: x.sum().backward(inputs=[z.detach()]), "can't retain_grad on Tensor that has requires_grad=False")
    run.refuses(lambda: x.sum().backward(inputs=[5]), "all inputs have to be Tensors or GradientEdges, but got int")
    x.sum().backward(inputs=[z])
    run.show(x.grad, z.grad)


def options_of_grad(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    grad = torch.autograd.grad
    run.show(grad((x * z).sum(), [x, z]), x.grad, z.grad)
    run.show(grad((x * z).sum(), x), grad((x * z).sum(), (z,)))
    run.show(grad(x.sum(), [x, z], allow_unused=True))
    run.show(grad(x.sum(), [z, x], materialize_grads=True))
    run.show(grad([x * 2, z * 3], [x, z], [torch.ones(2), torch.tensor([1.0, 5.0])]))
    run.show(grad([x * 2, (z * 3).sum()], x, [torch.ones(2), None]))
    run.show(grad(x, x, torch.ones(2)))
    run.show(grad({"loss": x.sum()}.values(), x))
    run.show(grad(x.sum(), x, torch.tensor(2.0, dtype=torch.float64)))
    same = grad((x * x).sum(), [x, x])
    run.show(same, same[0] is same[1])
    run.show(grad(x.sum(), x, only_inputs=False))


def what_grad_refuses(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    grad = torch.autograd.grad
    run.refuses(lambda: grad(x.sum(), z), "The differentiated Tensor at index 0 appears to not have been used in the graph. Set ")
    run.refuses(lambda: grad(x.sum(), [x, z]), "The differentiated Tensor at index 1 appears to not have been used in the graph.")
    run.refuses(lambda: grad(x.sum(), [x, z], materialize_grads=True, allow_unused=False), "Expected allow_unused to be True")
    run.refuses(lambda: grad(x.sum(), torch.ones(2)), "One of the differentiated Tensors does not require grad")
    run.refuses(lambda: grad(x.sum(), []), "`inputs` argument to `grad()` cannot be empty.")
    run.refuses(lambda: grad(torch.ones(1), x, allow_unused=True), "element 0 of tensors does not require grad")
    run.refuses(lambda: grad(x * 2, x), "grad can be implicitly created only for scalar outputs")
    run.refuses(lambda: grad(x * 2, x, torch.ones(2, 2)), "Mismatch in shape")
    run.refuses(lambda: grad(x.sum(), 5), "")
    run.refuses(lambda: grad(5, x), "")


def inputs_in_the_middle_of_a_graph(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * 3
    w = y * y
    run.show(torch.autograd.grad(w.sum(), y, retain_graph=True))
    run.show(torch.autograd.grad(w.sum(), [x, y, w], retain_graph=True))
    a, b = (x * 1).split(1)
    run.show(torch.autograd.grad((a * 5).sum(), b, allow_unused=True), torch.autograd.grad((a + b * 2).sum(), [b, a]))
    run.show(x.grad)


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


def grad_of_a_tensor_that_is_no_leaf(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 3
    for tensor in (x, x.detach(), y):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run.show(tensor.grad, ["not a leaf Tensor is being accessed" in str(one.message) for one in caught])


def assigned_gradients(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    x.grad = torch.tensor([5.0, 5.0])
    mine = x.grad
    (x * 1).sum().backward()
    run.show(x.grad, x.grad is mine)
    del x.grad
    run.show(x.grad)
    run.refuses(lambda: setattr(x, "grad", torch.ones(3)), "attempting to assign a gradient of size '[3]' to a tensor of")
    run.refuses(lambda: setattr(x, "grad", 5), "assigned grad expected to be a Tensor or None but got grad of type int")
    run.refuses(lambda: setattr(x, "grad", torch.ones(2, dtype=torch.float64)), "attempting to assign a gradient with dtype '")
    run.refuses(lambda: setattr(x, "grad", x), "can't assign Variable as its own grad")
    x.grad = torch.ones(1).expand(2)
    run.refuses(lambda: x.sum().backward(), "more than one element")


def leaves_and_flags(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * 2
    run.show(x.is_leaf, y.is_leaf, x.detach().is_leaf, x.grad_fn, y.grad_fn, x.output_nr, y.split(1)[1].output_nr)
    run.show(x.requires_grad_(False) is x, x.requires_grad)
    x.requires_grad = True
    run.show(x, y.requires_grad_() is y)
    words = "you can only change requires_grad flags of leaf variables"
    run.refuses(lambda: y.requires_grad_(False), words)
    run.refuses(lambda: setattr(y, "requires_grad", False), words)
    run.refuses(lambda: torch.tensor([1]).requires_grad_(), "only Tensors of floating point dtype can require gradients")


def detached(run: Run) -> None:
    x = run.vector(1, 2)
    y = x * 2
    d = y.detach()
    run.show(d, d.grad_fn, d.data_ptr() == y.data_ptr(), y.requires_grad)
    run.show(y.detach_() is y, y, y.requires_grad, y.is_leaf)
    run.refuses(lambda: (x * 1)[:1].detach_(), "Can't detach views in-place. Use detach() instead.")
    z = (x * 2).detach() * x
    z.sum().backward()
    run.show(x.grad)


def grad_modes(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    enabled = torch.is_grad_enabled
    with torch.no_grad():
        run.show((x * 2).requires_grad, enabled())
        with torch.enable_grad():
            run.show((x * 2).requires_grad, enabled())
        run.show(enabled())
    with torch.set_grad_enabled(False):
        run.show(enabled())
        with torch.set_grad_enabled(True):
            run.show(enabled())
    torch.set_grad_enabled(False)
    run.show(enabled())
    torch.set_grad_enabled(True)
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        run.show(enabled())


def grad_modes_as_decorators(run: Run) -> None:
    torch = run.torch
    enabled = torch.is_grad_enabled

    @torch.no_grad()
    def without(y: int = 3) -> Any:
        "Its own words."
        return enabled(), y

    @torch.no_grad
    def bare() -> bool:
        return enabled()

    @torch.set_grad_enabled(False)
    def by_condition() -> bool:
        return enabled()

    @torch.inference_mode
    def inference() -> Any:
        return enabled(), torch.is_inference_mode_enabled()

    @torch.no_grad()
    def again() -> Any:
        return torch.enable_grad()(lambda: enabled())(), without(), enabled()

    run.show(without(5), without.__name__, without.__doc__, enabled())
    run.show(bare(), by_condition(), inference(), again(), enabled())
    run.refuses(torch.no_grad()(lambda: [][1]), "list index out of range")
    run.show(enabled())


def grad_modes_around_generators(run: Run) -> None:
    torch = run.torch
    enabled = torch.is_grad_enabled

    @torch.no_grad()
    def steps() -> Any:
        try:
            sent = yield enabled()
            try:
                yield sent, enabled()
            except ValueError as error:
                yield str(error), enabled()
            return "end"
        finally:
            run.show("closing", enabled())

    one = steps()
    run.show(next(one), enabled(), one.send("sent"), enabled(), one.throw(ValueError("thrown")), enabled())
    run.refuses(lambda: next(one), "end")
    two = steps()
    next(two)
    two.close()
    run.show(enabled())


def grad_modes_belong_to_a_thread(run: Run) -> None:
    torch = run.torch
    seen: list[Any] = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    run.show(seen)


def inference_modes(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    with torch.inference_mode():
        run.show((x * 2).requires_grad, torch.is_inference_mode_enabled(), torch.is_grad_enabled())
        with torch.enable_grad():
            run.show((x * 2).requires_grad)
        with torch.inference_mode(False):
            run.show((x * 2).requires_grad, torch.is_inference_mode_enabled(), torch.is_grad_enabled())
    run.show(torch.is_inference_mode_enabled(), torch.is_grad_enabled())
    with torch.inference_mode(mode=False):
        run.show(torch.is_inference_mode_enabled(), torch.is_grad_enabled())


def values_changed_in_place(run: Run) -> None:
    x, words = run.vector(1, 2), "has been modified by an inplace operation"
    y = x.exp()
    run.show(y._version)
    y.add_(1)
    run.show(y._version, y.detach()._version)
    run.refuses(lambda: y.sum().backward(), words)
    y = x.exp()
    y.detach().add_(1)
    run.refuses(lambda: y.sum().backward(), words)
    w = x * 1
    y = w * w
    w[0] = 5.0
    run.refuses(lambda: y.sum().backward(), "is at version 1; expected version 0 instead")
    run.refuses(lambda: y.grad_fn._saved_self, words)
    w = x * 1
    y = w + w
    w.mul_(2)
    y.sum().backward()
    run.show(x.grad)
    w = x * 1
    y = w * w
    w.view(2, 1).mul_(2)
    run.refuses(lambda: y.sum().backward(), words)
    e = x.exp()
    w = e.view(1, 2)
    w.mul_(2)
    run.refuses(lambda: e.sum().backward(), words)


def leaves_changed_in_place(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    run.refuses(lambda: x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation.")
    run.refuses(lambda: x[:1].add_(1), "a view of a leaf Variable that requires grad is being used in an in-place operation.")
    y = (x * x).sum()
    with torch.no_grad():
        x.add_(1)
    run.refuses(y.backward, "has been modified by an inplace operation")
    with torch.no_grad():
        x[0] = 7.0
    run.show(x, x._version)
    (x * x).sum().backward()
    run.show(x.grad)
    (x * 1).sum().backward()
    run.show(x.grad)


def anomalies(run: Run) -> None:
    torch = run.torch
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with torch.autograd.detect_anomaly():
            x = run.vector(0, 4)
            y = x.sqrt()
            run.show(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled(), list(y.grad_fn.metadata))
            run.refuses((y * 0).sum().backward, "Function 'SqrtBackward0' returned nan values in its 0th output.")
        run.show(torch.is_anomaly_enabled())
        said = [str(one.message) for one in caught]
        for words in ("Anomaly Detection has been enabled", "Error detected in SqrtBackward0"):
            run.show(any(words in one for one in said))
        run.show(any("y = x.sqrt()" in one for one in said))
    with torch.autograd.detect_anomaly(check_nan=False):
        (run.vector(0, 4).sqrt() * 0).sum().backward()
    with torch.autograd.set_detect_anomaly(True):
        y = x.exp()
        y.add_(1)
        run.refuses(y.sum().backward, "modified by an inplace operation")
    run.show(torch.is_anomaly_enabled())


def the_graph_as_a_user_sees_it(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = x * 2
    node = y.grad_fn
    end = node.next_functions[0][0]
    run.show(node, node.name(), type(node).__name__, node.next_functions, end.name(), type(end).__name__, end.next_functions)
    run.show(end.variable is x, (x + 1).grad_fn.next_functions[0][0] is end, y.grad_fn is node)
    run.show(isinstance(node, torch.autograd.graph.Node), [following is node for following, _ in (y * y).grad_fn.next_functions])
    node.metadata["mine"] = 5
    run.show(y.grad_fn.metadata, (y * 1).grad_fn.metadata)
    seen = []
    node.register_hook(lambda *grads: seen.append(y.grad_fn.metadata["mine"]))
    y.sum().backward()
    run.show(seen)
    a = x.exp()
    b = a * x
    run.show(a.grad_fn._saved_result, b.grad_fn._saved_self, b.grad_fn._saved_other, b.grad_fn._saved_other is x)
    run.show([name for name in dir(b.grad_fn) if name in ("_saved_self", "_saved_other", "_saved_result")])
    run.refuses(lambda: b.grad_fn._saved_result, "object has no attribute '_saved_result'")


def variables(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    variable = torch.autograd.Variable
    y = variable(x * 2, requires_grad=True)
    run.show(y, y.is_leaf, isinstance(y, variable), isinstance(x * 2, variable), type(y) is type(x))
    run.show(variable(x), variable(x).data_ptr() == x.data_ptr())
    run.refuses(lambda: variable([1.0]), "Variable data has to be a tensor, but got list")
    run.refuses(lambda: variable(torch.tensor([1]), requires_grad=True), "floating point")


CASES = programs(globals())
