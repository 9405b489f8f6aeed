"""Programs about backward, grad, and the graph that they walk."""

from __future__ import annotations

import warnings

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
