"""Programs about autograd.Function: what a user's own operation may do, and what it must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transcripts import Run, programs


def _function(run: Run, forward: Callable[..., Any], backward: Callable[..., Any] | None = None, **more: Any) -> Any:
    """A Function called F."""
    rules = {"forward": forward, **({} if backward is None else {"backward": backward}), **more}
    return type("F", (run.torch.autograd.Function,), {name: staticmethod(rule) for name, rule in rules.items()})


def _exp(run: Run) -> Any:
    class Exp(run.torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any, note: Any = None) -> Any:
            y = x.exp()
            ctx.save_for_backward(x, y)
            ctx.note = note
            run.show("forward", ctx.needs_input_grad, run.torch.is_grad_enabled())
            return y

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            _, y = ctx.saved_tensors
            run.show("backward", y, ctx.note, ctx.needs_input_grad, run.torch.is_grad_enabled())
            return grad * y, None

    return Exp


def the_context_is_the_node(run: Run) -> None:
    x = run.vector(1, 2)
    y = _exp(run).apply(x, "noted")
    node = y.grad_fn
    run.show(y, type(node).__name__, node.name(), node.next_functions, node.note, node.metadata)
    run.show(node.saved_tensors, node.saved_tensors[0] is x, node.needs_input_grad, node.next_functions[0][0].variable is x)
    node.mine = 5
    run.show(y.grad_fn.mine, y.grad_fn is node, isinstance(node, run.torch.autograd.graph.Node))
    run.show(isinstance(node, run.torch.autograd.function.FunctionCtx), issubclass(type(node), run.torch.autograd.Function))
    log: list[Any] = []
    node.register_prehook(lambda grads: log.append(grads))
    node.register_hook(lambda inputs, outputs: log.append((inputs, outputs)))
    y.sum().backward()
    run.show(log, x.grad)
    run.refuses(lambda: node.saved_tensors, "after they have already been freed")
    run.refuses(lambda: y.sum().backward(), "Trying to backward through the graph a second time")


def differentiated_three_times(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    y = _exp(run).apply(x * 2)
    for _ in range(3):
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        run.show(g.detach())
        y = g


def where_nothing_is_recorded(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    function = _exp(run)
    with torch.no_grad():
        run.show(function.apply(x))
    run.show(function.apply(x.detach()))
    run.show(function.apply(x=x))


def context_set_up_apart(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)

    class Scale(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(x: Any, factor: float = 2.0) -> Any:
            return x * factor

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            run.show(inputs, output, torch.is_grad_enabled(), ctx.needs_input_grad)
            ctx.save_for_backward(inputs[0], output)
            ctx.factor = inputs[1]

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * ctx.factor, None

    run.show(Scale.apply(x), Scale.apply(x).grad_fn.saved_tensors)
    y = Scale.apply(x, factor=5.0)
    y.sum().backward()
    run.show(y, x.grad)


def answers_of_backward(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    ones = torch.ones(2)
    for answer in (
        ones,
        (ones, None, None),
        torch.ones(1, 2),
        torch.ones(2, 2),
        None,
        torch.ones(2, dtype=torch.float64),
    ):
        x.grad = None
        _function(run, lambda ctx, a: a * 1, lambda ctx, g: answer).apply(x).sum().backward()  # noqa: B023
        run.show(x.grad)
    for answer, words in (
        (5, "expected Variable or None (got int)"),
        ((5,), "expected Variable or None (got int)"),
        ([ones], "expected Variable or None (got list)"),
        ((ones, ones), "function FBackward returned an incorrect number of gradients (expected 1, got 2)"),
        ((), "function FBackward returned an incorrect number of gradients (expected 1, got 0)"),
        (
            torch.ones(3),
            "Function FBackward returned an invalid gradient at index 0 - got [3] but expected shape compatible with [2]",
        ),
        (
            torch.ones(1),
            "Function FBackward returned an invalid gradient at index 0 - got [1] but expected shape compatible with [2]",
        ),
    ):
        y = _function(run, lambda ctx, a: a * 1, lambda ctx, g: answer).apply(x)  # noqa: B023
        run.refuses(lambda: y.sum().backward(), words)  # noqa: B023
    product = _function(run, lambda ctx, a, b: a * b, lambda ctx, g: g)
    words = "function FBackward returned an incorrect number of gradients (expected 2, got 1)"
    run.refuses(lambda: product.apply(x, x).sum().backward(), words)
    both = _function(run, lambda ctx, a, b: a * b, lambda ctx, g: (g, g))
    words = (
        "function FBackward returned a gradient different than None at position 2, but the corresponding forward input was not"
    )
    run.refuses(lambda: both.apply(x, 2).sum().backward(), words)
    both.apply(x, ones).sum().backward()
    run.show(x.grad, ones.grad)


def gradients_of_two_inputs_are_apart(run: Run) -> None:
    x, z = run.vector(1, 2), run.vector(3, 4)
    kept = []
    function = _function(run, lambda ctx, a, b: a + b, lambda ctx, g: (kept.append(g), (g, g))[1])
    function.apply(x, z).sum().backward()
    (x * 5).sum().backward()
    run.show(x.grad, z.grad, kept)


def a_constant_of_the_users_stays_as_it_is(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    constant = torch.tensor([7.0, 7.0])
    _function(run, lambda ctx, a: a * 1, lambda ctx, g: constant).apply(x).sum().backward()
    (x * 5).sum().backward()
    run.show(x.grad, constant)


def answers_of_forward(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    for answer in (
        5,
        None,
        (),
        "text",
        [torch.ones(2)],
        (torch.ones(2), 5),
        (torch.ones(2), None, torch.ones(1)),
        torch.tensor([1, 2]),
    ):
        run.show(_function(run, lambda ctx, a: answer, lambda ctx, *g: None).apply(x))  # noqa: B023
    function = _function(run, lambda ctx, a: (a * 2, None, a * 3), lambda ctx, *g: (run.show(g), g[0] * 2 + g[2] * 3)[1])
    a, _, b = function.apply(x)
    (a.sum() + (b * 10).sum()).backward()
    run.show(x.grad)


def inputs_given_back(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    same = _function(run, lambda ctx, a: a, lambda ctx, g: g * 3)
    y = same.apply(x)
    run.show(y, y is x, y.data_ptr() == x.data_ptr(), x)
    y.sum().backward()
    run.show(x.grad)
    plain = torch.ones(2)
    run.show(same.apply(plain), same.apply(plain) is plain)
    twice = _function(run, lambda ctx, a: (a, a), lambda ctx, g, h: g).apply(x)
    run.show(twice, twice[0] is twice[1])
    swapped = _function(run, lambda ctx, a, b: (b, a * 1), lambda ctx, g, h: (g, h)).apply(x, plain)
    run.show(swapped, swapped[0] is plain, plain)
    one = _function(run, lambda ctx, a: (lambda y: (y, y))(a * 1), lambda ctx, g, h: (run.show(g, h), g + h)[1]).apply(x)
    (one[0] * 2 + one[1]).sum().backward()
    run.show(one[0] is one[1])


def views_are_not_to_be_rewritten(run: Run) -> None:
    x = run.vector(1, 2)
    words = "created inside a custom Function (or because an input was returned as-is)"
    for source in (x, x * 1):
        for forward in (lambda ctx, a: a.view(2, 1), lambda ctx, a: a):
            y = _function(run, forward, lambda ctx, g: g.view(2)).apply(source)
            run.refuses(lambda: y.add_(1), words)  # noqa: B023
    y.sum().backward()
    run.show(x.grad)
    y = _function(run, lambda ctx, a: a.view(2, 1).clone(), lambda ctx, g: g.view(2)).apply(x)
    run.show(y.add_(1))


def saved_values(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)

    def saving(*values: Any) -> Any:
        return _function(run, lambda ctx, a: (ctx.save_for_backward(*values), a * 1)[1], lambda ctx, g: g)

    plain = torch.ones(2)
    run.show(saving(None, plain).apply(x).grad_fn.saved_tensors, saving().apply(x).grad_fn.saved_tensors)
    run.show(saving(plain).apply(x).grad_fn.saved_tensors[0] is plain)
    words = "save_for_backward can only save variables, but argument 0 is of type "
    for value, name in ((5, "int"), ([x], "list"), ("text", "str")):
        run.refuses(lambda: saving(value).apply(x), words + name)  # noqa: B023
    last = _function(run, lambda ctx, a: (ctx.save_for_backward(a), ctx.save_for_backward(), a * 1)[2], lambda ctx, g: g)
    run.show(last.apply(x).grad_fn.saved_tensors)
    y = x * 2
    saved = saving(y).apply(y).grad_fn.saved_tensors[0]
    run.show(saved, saved is y, saved.grad_fn is y.grad_fn)


def saved_values_changed_in_place(run: Run) -> None:
    x = run.vector(1, 2)
    square = _function(run, lambda ctx, a: (ctx.save_for_backward(a), a * a)[1], lambda ctx, g: g * 2 * ctx.saved_tensors[0])
    w = x * 1
    y = square.apply(w)
    w.add_(1)
    run.refuses(lambda: y.sum().backward(), "modified by an inplace operation")
    exp = _exp(run)
    w = exp.apply(x)
    w.mul_(2)
    run.refuses(lambda: w.sum().backward(), "is at version 1; expected version 0 instead")


def outputs_without_gradient(run: Run) -> None:
    x = run.vector(1, 2)

    def forward(ctx: Any, a: Any) -> Any:
        place, copy = a.argmax(), a * 1
        ctx.mark_non_differentiable(place, copy)
        return a * 2, place, copy

    y, place, copy = _function(run, forward, lambda ctx, *g: (run.show(g), g[0] * 2)[1]).apply(x)
    run.show(y, place, copy, copy.requires_grad)
    y.sum().backward()
    run.show(x.grad)
    for mark, words in (
        ("mark_non_differentiable", "mark_non_differentiable only accepts variable"),
        ("mark_dirty", "mark_dirty"),
    ):
        run.refuses(lambda: _function(run, lambda ctx, a: getattr(ctx, mark)(5)).apply(x), words)  # noqa: B023


def gradients_of_unused_outputs(run: Run) -> None:
    x = run.vector(1, 2)
    for zeros in (True, False):
        forward = lambda ctx, a: (ctx.set_materialize_grads(zeros), (a * 2, a * 3))[1]  # noqa: B023
        _, b = _function(run, forward, lambda ctx, *g: (run.show(g), g[1] * 3)[1]).apply(x)
        b.sum().backward()
    run.show(x.grad)


def inputs_changed_in_place(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)

    def forward(ctx: Any, a: Any) -> Any:
        a.mul_(2)
        ctx.mark_dirty(a)
        return a

    double = _function(run, forward, lambda ctx, g: g * 2)
    w = x * 1
    y = double.apply(w)
    run.show(y is w, y, w.grad_fn, w._version)
    y.sum().backward()
    run.show(x.grad)
    run.refuses(lambda: double.apply(x), "a leaf Variable that requires grad has been used in an in-place operation.")
    plain = torch.ones(2)
    run.show(double.apply(plain) is plain, plain)
    w = x * 1
    square = w * w
    double.apply(w)
    run.refuses(lambda: square.sum().backward(), "modified by an inplace operation")
    lost = _function(run, lambda ctx, a: (ctx.mark_dirty(a), a * 2)[1], lambda ctx, g: g * 2)
    run.refuses(lambda: lost.apply(x * 1), "Some elements marked as dirty during the forward method were not returned as output.")
    second = _function(run, lambda ctx, a, b: (a.mul_(b), ctx.mark_dirty(a), a)[2], lambda ctx, g: (g, g))
    y = second.apply(plain, x)
    run.show(y is plain, plain, plain.is_leaf)


def differentiable_once(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    once = torch.autograd.function.once_differentiable
    square = _function(
        run,
        lambda ctx, a: (ctx.save_for_backward(a), a * a)[1],
        once(lambda ctx, g: (run.show(torch.is_grad_enabled()), g * 2 * ctx.saved_tensors[0])[1]),
    )
    square.apply(x).sum().backward()
    run.show(x.grad)
    (g,) = torch.autograd.grad(square.apply(x).sum(), x, create_graph=True)
    run.show(g.requires_grad)
    (g,) = torch.autograd.grad(square.apply(x), x, torch.ones(2, requires_grad=True), create_graph=True)
    run.show(g, g.grad_fn.name())
    run.refuses(g.sum().backward, "trying to differentiate twice a function that was marked with @once_differentiable")


def functions_that_are_not_whole(run: Run) -> None:
    x = run.vector(1, 2)
    only = _function(run, lambda ctx, a: a * 1)
    run.refuses(lambda: only.apply(x).sum().backward(), "You must implement either the backward or vjp method for your custom")
    nothing = type("F", (run.torch.autograd.Function,), {})
    run.refuses(lambda: nothing.apply(x), "You must implement the forward function for custom autograd.Function.")
    other = _function(run, lambda ctx, a: a * 1, vjp=lambda ctx, g: g * 7)
    other.apply(x).sum().backward()
    run.show(x.grad)
    two = _function(run, lambda ctx, a: a * 1, lambda ctx, g: g, vjp=lambda ctx, g: g)
    run.refuses(
        lambda: two.apply(x).sum().backward(), "Implementing both 'backward' and 'vjp' for a custom Function is not allowed."
    )
    run.refuses(lambda: only()(x), "Legacy autograd function with non-static forward method is deprecated.")
    wrong = _function(run, lambda ctx, a: a * 1, lambda ctx, g: 1 / 0)
    run.refuses(lambda: wrong.apply(x).sum().backward(), "division by zero")


def a_backward_that_walks_itself(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)

    def backward(ctx: Any, g: Any) -> Any:
        with torch.enable_grad():
            a = ctx.saved_tensors[0].detach().requires_grad_()
            y = (a**3).sum()
        y.backward()
        return g * a.grad

    cube = _function(run, lambda ctx, a: (ctx.save_for_backward(a), a**3)[1], backward)
    cube.apply(cube.apply(x)).sum().backward()
    run.show(x.grad)


CASES = programs(globals())
