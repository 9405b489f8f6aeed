"""Programs about Jacobians, Hessians, and gradcheck."""

from __future__ import annotations

from typing import Any

from transcripts import Run, programs


def _wrong(run: Run, factor: float = 3.0, second: bool = False) -> Any:
    """x^3 with a gradient that is wrong, or (``second``) right and wrong when differentiated again."""

    class Cube(run.torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            (x,) = ctx.saved_tensors
            return grad * factor * (x.detach() if second else x) ** 2

    return Cube.apply


def jacobians(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4, 5, grad=False)
    jacobian = torch.autograd.functional.jacobian
    run.show(jacobian(lambda a: a * a, x), x.grad)
    run.show(jacobian(lambda a: a.sum(), x))
    run.show(jacobian(lambda a: a * 2, torch.tensor(3.0)))
    run.show(jacobian(lambda a: a.exp().view(2, 1), x).shape)
    run.show(jacobian(lambda a, b: (a * b.sum(), b), (x, z)))
    run.show(jacobian(lambda a, b: a.sum() * b, (x, z)))
    run.show(jacobian(lambda a: (a, a.sum()), x))
    run.show(jacobian(lambda a: (a,), (x,)))
    run.show(jacobian(lambda a: torch.ones(2), x), jacobian(lambda a: a * 1, torch.ones(2, dtype=torch.float64)).dtype)
    run.show(jacobian(lambda a: a * a, x, vectorize=True))
    with torch.no_grad():
        run.show(jacobian(lambda a: a * a, x))


def jacobians_with_a_graph(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    jacobian = torch.autograd.functional.jacobian
    j = jacobian(lambda a: a**3, x, create_graph=True)
    run.show(j)
    j.sum().backward()
    run.show(x.grad)
    run.show(jacobian(lambda a: jacobian(lambda b: b**3, a, create_graph=True).sum(0), x))
    run.show(jacobian(lambda a: a * x, x), jacobian(lambda a: a * 2, torch.ones(2), create_graph=True))


def hessians(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    hessian = torch.autograd.functional.hessian
    run.show(hessian(lambda a: (a**3).sum(), x))
    run.show(hessian(lambda a: (a**3).sum().view(1), x))
    run.show(hessian(lambda a: a**3, torch.tensor(2.0)))
    run.show(hessian(lambda a, b: (a * b * b).sum(), (x, z)))
    run.show(hessian(lambda a: (a * 2).sum(), x), hessian(lambda a: (a**2).sum(), (x,)))
    h = hessian(lambda a: (a**4).sum(), x, create_graph=True)
    h.sum().backward()
    run.show(h.detach(), x.grad)


def products_with_vectors(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    v, u = run.vector(1, 10, grad=False), run.vector(5, 7, grad=False)
    f = torch.autograd.functional
    run.show(f.vjp(lambda a: a**3, x, v), f.vjp(lambda a: a.sum(), x), f.vjp(lambda a, b: a * b, (x, z), v))
    run.show(f.vjp(lambda a: (a, a.sum()), x, (v, torch.tensor(2.0))))
    run.show(
        f.jvp(lambda a: a**3, x, v), f.jvp(lambda a, b: (a * b, b.sum()), (x, z), (v, u)), f.jvp(torch.exp, torch.tensor(2.0))
    )
    for product in (f.vhp, f.hvp):
        run.show(product(lambda a: (a**3).sum(), x, v), product(lambda a, b: (a * b * b).sum(), (x, z), (v, u)))
        run.show(product(lambda a: a**3, torch.tensor(2.0)), product(lambda a: (a * 3).sum(), x, v))
    run.show(f.vjp(lambda a: torch.ones(2), x, v), f.jvp(lambda a: torch.ones(2), x, v))
    run.show(x.grad, z.grad)


def products_with_a_graph(run: Run) -> None:
    torch = run.torch
    f = torch.autograd.functional
    for name, outside in (("vjp", 3), ("jvp", 3), ("vhp", 4), ("hvp", 4)):
        x, v = run.vector(1, 2), run.vector(1, 10)
        func = (lambda a: a**3) if outside == 3 else (lambda a: (a**4).sum())
        value, product = getattr(f, name)(func, x, v, create_graph=True)
        run.show(name, value.requires_grad, product.requires_grad, product.detach())
        product.sum().backward()
        run.show(x.grad, v.grad)
        value, product = getattr(f, name)(func, x, v)
        run.show(value.requires_grad, product.requires_grad)


def what_functional_refuses(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2)
    f, v = torch.autograd.functional, run.vector(1, 10, grad=False)
    run.refuses(
        lambda: f.jacobian(lambda a: a, 5), "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but the"
    )
    run.refuses(lambda: f.jacobian(lambda *a: a[0], (x, 5)), "value at index 1 has type <class 'int'>")
    run.refuses(
        lambda: f.jacobian(lambda a: [a], x), "The outputs of the user-provided function given to jacobian must be either a"
    )
    run.refuses(
        lambda: f.hessian(lambda a: a * a, x), "The Tensor returned by the function given to hessian should contain a single"
    )
    run.refuses(lambda: f.hessian(lambda a: (a.sum(),), x), "The function given to hessian should return a single Tensor")
    run.refuses(lambda: f.vjp(lambda a: a, x), "The vector v can only be None if")
    run.refuses(lambda: f.jvp(lambda a: a, x), "The vector v can only be None if")
    run.refuses(lambda: f.hvp(lambda a: a.sum(), x), "The vector v can only be None if")
    run.refuses(
        lambda: f.vjp(lambda a: a, x, torch.ones(3)), "v has invalid size: should be torch.Size([2]) but got torch.Size([3])."
    )
    run.refuses(lambda: f.vjp(lambda a: (a, a), x, v), "v is a tuple of invalid length: should be 2 but got 1.")
    run.refuses(lambda: f.vjp(lambda a: a, x, (v, v)), "The given v should contain a single Tensor.")
    run.refuses(
        lambda: f.vhp(lambda a: a, x, v), "The Tensor returned by the function given to vhp should contain a single element"
    )
    run.refuses(lambda: f.jacobian(lambda a: a, x, strategy="mine"), "Expected strategy to be either")


def strict_functional(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2), run.vector(3, 4)
    f, v = torch.autograd.functional, run.vector(1, 10, grad=False)
    flat = "Output 0 of the user-provided function does not require gradients."
    for name in ("jacobian", "hessian", "vhp", "hvp", "vjp", "jvp"):
        vector = () if name in ("jacobian", "hessian") else (torch.ones(()) if name == "vjp" else v,)
        run.refuses(lambda: getattr(f, name)(lambda a: torch.ones(()), x, *vector, strict=True), flat)  # noqa: B023
    unused = "is independent of input 1. This is not allowed in strict mode."
    run.refuses(lambda: f.jacobian(lambda a, b: a * 1, (x, z), strict=True), unused)
    run.refuses(lambda: f.vjp(lambda a, b: a * 1, (x, z), v, strict=True), unused)
    run.refuses(lambda: f.jvp(lambda a, b: a * 1, (x, z), (v, v), strict=True), unused)
    linear = "independent of the input. This is not allowed in strict mode."
    run.refuses(lambda: f.hessian(lambda a: (a * 3).sum(), x, strict=True), linear)
    run.refuses(lambda: f.vhp(lambda a: (a * 3).sum(), x, v, strict=True), linear)
    run.refuses(lambda: f.hvp(lambda a: (a * 3).sum(), x, v, strict=True), linear)
    run.refuses(
        lambda: f.vjp(lambda a: a * 3, x, v, create_graph=True, strict=True), "is not allowed in strict mode when create_graph"
    )
    run.refuses(
        lambda: f.jacobian(lambda a: a, x, strict=True, vectorize=True), "`strict=True` and `vectorized=True` are not supported"
    )
    run.show(f.jacobian(lambda a: a**2, x, strict=True), f.hessian(lambda a: (a**3).sum(), x, strict=True))


def gradcheck_accepts(run: Run) -> None:
    torch, x, z = run.torch, run.vector(1, 2, dtype="float64"), run.vector(3, 4, dtype="float64")
    check, again = torch.autograd.gradcheck, torch.autograd.gradgradcheck
    for fast in (False, True):
        run.show(check(lambda a: a**3, x, fast_mode=fast), again(lambda a: a**3, x, fast_mode=fast))
        run.show(
            check(lambda a, b: (a * b, b.exp().sum()), (x, z), fast_mode=fast),
            again(lambda a, b: a * b / a, [x, z], fast_mode=fast),
        )
        run.show(check(lambda a, k: a * k, (x, 3), fast_mode=fast), check(_wrong(run, second=True), x, fast_mode=fast))
        run.show(check(lambda a, b: a * 1, (x, z), fast_mode=fast), check(lambda a: (a * 2, a.argmax()), x, fast_mode=fast))
    run.show(check(lambda a: a.detach() * 0, x), check(lambda a: a * 2, torch.zeros(0, dtype=torch.float64, requires_grad=True)))
    run.show(
        again(lambda a: a**3, x, torch.ones(2, dtype=torch.float64)), again(lambda a: a**3, x, gen_non_contig_grad_outputs=True)
    )
    run.show(x, x.grad, x._version)


def gradcheck_rejects(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2, dtype="float64")
    check, again = torch.autograd.gradcheck, torch.autograd.gradgradcheck
    words = (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[ 3.0000,  0.0000],\n        [ 0.0000, 12.0000]], dtype=torch.float64)\n"
        "analytical:tensor([[ 3.1000,  0.0000],\n        [ 0.0000, 12.4000]], dtype=torch.float64)\n"
    )
    run.refuses(lambda: check(_wrong(run, 3.1), x), words)
    run.refuses(lambda: check(_wrong(run, 3.1), x, fast_mode=True), "Jacobian mismatch for output 0 with respect to input 0")
    run.show(check(_wrong(run, 3.1), x, raise_exception=False), check(_wrong(run, 3.001), x, rtol=1e-2))
    run.refuses(lambda: again(_wrong(run, second=True), x), "Jacobian mismatch for output 0 with respect to input 0")
    run.show(again(_wrong(run, second=True), x, raise_exception=False))
    run.refuses(lambda: check(lambda a: a.detach() * 2, x), "Numerical gradient for function expected to be zero")
    run.refuses(lambda: check(lambda a: a * 2, x.detach()), "gradcheck expects at least one input tensor to require gradient")
    wide = torch.ones(1, dtype=torch.float64).expand(2).requires_grad_()
    run.refuses(lambda: check(lambda a: a * 2, wide), "The 0th input has a dimension with stride 0.")
    run.refuses(lambda: check(lambda a: a * 3, run.vector(1, 2)), "Jacobian mismatch")


def gradcheck_rejects_backwards_of_another_kind(run: Run) -> None:
    torch, x = run.torch, run.vector(1, 2, dtype="float64")

    class Drifts(torch.autograd.Function):  # type: ignore[misc, name-defined]
        calls = 0

        @staticmethod
        def forward(ctx: Any, a: Any) -> Any:
            return a * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            Drifts.calls += 1
            return g * (2 + 1e-9 * Drifts.calls)

    class Constant(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, a: Any) -> Any:
            return a.sum() * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return torch.full((2,), 2.0, dtype=torch.float64)

    check = torch.autograd.gradcheck
    run.refuses(
        lambda: check(Drifts.apply, x), "Backward is not reentrant, i.e., running backward with same input and grad_output"
    )
    run.show(check(Drifts.apply, x, nondet_tol=1e-6))
    run.refuses(lambda: check(Constant.apply, x), "backward not multiplied by grad_output")


CASES = programs(globals())
