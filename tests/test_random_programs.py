"""Programs that Hypothesis makes up: value, gradient, second gradient and graph are PyTorch's, and finite differences agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import tinygrad_loss
from tinygrad_loss.parity.checks import check
from tinygrad_loss.parity.row import Row, real

Call = Callable[..., Any]

SMOOTH: dict[str, Call] = {
    "sin": lambda torch, x: x.sin(),
    "cos": lambda torch, x: torch.cos(x),
    "tanh": lambda torch, x: x.tanh(),
    "sigmoid": lambda torch, x: torch.sigmoid(x),
    "neg": lambda torch, x: -x,
    "exp of tanh": lambda torch, x: x.tanh().exp(),
    "log1p of square": lambda torch, x: torch.log1p(x * x),
    "sqrt of square": lambda torch, x: (x * x + 1).sqrt(),
    "cube of sin": lambda torch, x: x.sin() ** 3,
    "times number": lambda torch, x: x * 0.7,
    "number minus": lambda torch, x: 2 - x,
    "number over": lambda torch, x: 2 / (x * x + 1),
    "softmax": lambda torch, x: torch.softmax(x, -1),
    "log_softmax": lambda torch, x: x.log_softmax(0),
    "logsumexp": lambda torch, x: torch.logsumexp(x, -1, keepdim=True),
    "sum": lambda torch, x: x.sum(0, keepdim=True),
    "sum of all": lambda torch, x: x.sum().reshape(1, 1),
    "mean": lambda torch, x: x.mean(1, keepdim=True),
    "t": lambda torch, x: x.t(),
    "reshape": lambda torch, x: x.reshape(-1, 1),
    "row": lambda torch, x: x[:1],
    "every other column": lambda torch, x: x[:, ::2],
    "rows by index": lambda torch, x: x[torch.tensor([0, 0, -1])],
    "cat": lambda torch, x: torch.cat([x, x.sin()], 1),
    "stack": lambda torch, x: torch.stack([x, x.cos()]).sum(0),
    "cumsum": lambda torch, x: x.cumsum(0),
    "product with itself": lambda torch, x: x.t() @ x / 3,
    "clone": lambda torch, x: x.clone(),
    "detached factor": lambda torch, x: x * x.detach(),
}

KINKED: dict[str, Call] = {
    "abs": lambda torch, x: x.abs(),
    "relu": lambda torch, x: torch.relu(x),
    "amax": lambda torch, x: x.amax(0, keepdim=True),
    "clamp": lambda torch, x: x.clamp(-0.5, 0.5),
    "where": lambda torch, x: torch.where(x > 0, x, x * 0.1),
}

PAIRED: dict[str, Call] = {
    "add": lambda torch, x, y: x + y,
    "sub": lambda torch, x, y: x - y,
    "mul": lambda torch, x, y: x * y,
    "div": lambda torch, x, y: x / (y * y + 1),
    "add with alpha": lambda torch, x, y: torch.add(x, y, alpha=3),
}

SIDES = st.integers(1, 3)


@dataclass(frozen=True)
class Step:
    """One operation on earlier values (numbered from the last one back)."""

    name: str
    call: Call
    operands: tuple[int, ...]


def programs(with_kinks: bool) -> st.SearchStrategy[list[Step]]:
    singles = {**SMOOTH, **(KINKED if with_kinks else {})}
    back = st.integers(1, 4)
    single = st.builds(lambda name, a: Step(name, singles[name], (a,)), st.sampled_from(sorted(singles)), back)
    pair = st.builds(lambda name, a, b: Step(name, PAIRED[name], (a, b)), st.sampled_from(sorted(PAIRED)), back, back)
    return st.lists(st.one_of(single, pair), min_size=1, max_size=7)


def carried_out(steps: list[Step], torch: Any, tensors: tuple[Any, ...]) -> Any:
    """The last value; a step whose operands cannot be broadcast together takes the last one twice."""
    values = list(tensors)
    for step in steps:
        operands = [values[-min(place, len(values))] for place in step.operands]
        if len(operands) == 2 and not broadcastable(operands[0].shape, operands[1].shape):
            operands[1] = operands[0]
        values.append(step.call(torch, *operands))
    return values[-1]


def broadcastable(a: Any, b: Any) -> bool:
    return all(x == y or 1 in (x, y) for x, y in zip(tuple(a)[::-1], tuple(b)[::-1], strict=False))


def row_of(steps: list[Step], shapes: list[tuple[int, int]]) -> Row:
    return Row(
        " ".join(f"{step.name}{step.operands}" for step in steps),
        lambda torch, *tensors: carried_out(steps, torch, tensors),
        tuple(real(*shape) for shape in shapes),
        tolerance=2.0**24,
    )


FEW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
SHAPES = st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=2)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@FEW
@given(steps=programs(with_kinks=True), shapes=SHAPES)
def test_a_program_in_both_libraries(torch: Any, steps: list[Step], shapes: list[tuple[int, int]]) -> None:
    different = check(row_of(steps, shapes), "float64", tinygrad_loss, torch)
    assert not different, "\n".join(f"{mark}: {what}" for mark, what in different.items())


@FEW
@given(steps=programs(with_kinks=False), shapes=SHAPES)
def test_a_program_against_finite_differences(steps: list[Step], shapes: list[tuple[int, int]]) -> None:
    if any(step.name == "detached factor" for step in steps):
        return
    arrays = row_of(steps, shapes).arrays("float64")
    leaves = tuple(tinygrad_loss.from_numpy(array).requires_grad_() for array in arrays)

    def program(*tensors: Any) -> Any:
        return carried_out(steps, tinygrad_loss, tensors)

    assert tinygrad_loss.autograd.gradcheck(program, leaves)
    assert tinygrad_loss.autograd.gradgradcheck(program, leaves, atol=1e-4)


@FEW
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0), name=st.sampled_from(sorted(PAIRED)))
def test_broadcasting_against_its_definition(shapes: Any, name: str) -> None:
    """An operand that was broadcast gets the sum of the gradients of its copies."""
    rng = np.random.default_rng(len(name))
    arrays = [rng.uniform(-2, 2, shape) for shape in shapes.input_shapes]
    copies = [np.broadcast_to(array, shapes.result_shape) for array in arrays]
    weights = tinygrad_loss.from_numpy(rng.uniform(-1, 1, shapes.result_shape))
    found = []
    for operands in (arrays, copies):
        leaves = [tinygrad_loss.from_numpy(np.array(array)).requires_grad_() for array in operands]
        result = PAIRED[name](tinygrad_loss, *leaves)
        assert tuple(result.shape) == shapes.result_shape
        found.append(tinygrad_loss.autograd.grad(result, leaves, weights))
    for array, g, of_copies in zip(arrays, *found, strict=True):
        assert tuple(g.shape) == array.shape
        padded = (1,) * (len(shapes.result_shape) - array.ndim) + array.shape
        axes = tuple(axis for axis, length in enumerate(padded) if length == 1)
        expected = of_copies.numpy().sum(axis=axes, keepdims=True).reshape(array.shape)
        np.testing.assert_allclose(g.numpy(), expected, rtol=1e-12, atol=1e-13)


@FEW
@given(
    st.lists(st.sampled_from(["backward", "retain", "hook", "detach", "no_grad", "zero"]), min_size=1, max_size=6),
    st.integers(1, 3),
)
def test_accumulation_is_addition(actions: list[str], factor: int) -> None:
    """Whatever is done in between, ``.grad`` is the sum of what the backwards brought."""
    x = tinygrad_loss.tensor([1.0, -2.0], requires_grad=True)
    expected = np.zeros(2)
    for action in actions:
        y = (x * x * factor).sum()
        if action == "detach":
            y = y.detach() * x.sum()
            expected += y.item() / x.sum().item()
        elif action == "no_grad":
            with tinygrad_loss.no_grad():
                constant = y * 1
            y = constant + x.sum()
            expected += 1
        else:
            expected += 2 * factor * x.detach().numpy()
        if action == "hook":
            y.register_hook(lambda grad: grad * 0)
            expected -= 2 * factor * x.detach().numpy()
        y.backward(retain_graph=action == "retain")
        if action == "retain":
            y.backward()
            expected += 2 * factor * x.detach().numpy()
        if action == "zero":
            x.grad, expected = None, np.zeros(2)
    found = np.zeros(2) if x.grad is None else x.grad.numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
