"""Random index expressions and random programs of views and changes in place: values and gradients are NumPy's and PyTorch's."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

import tinygrad_loss

Array = np.ndarray[Any, Any]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def numbers(shape: tuple[int, ...]) -> Array:
    return np.cos(np.arange(math.prod(shape)) * 1.3 + 0.4).reshape(shape)


def tensor(lib: Any, array: Array) -> Any:
    return lib.from_numpy(array.copy()) if array.ndim else lib.tensor(array.item(), dtype=lib.float64)


# Reading and writing by an index


@st.composite
def basic_items(draw: st.DrawFn, shape: tuple[int, ...]) -> list[Any]:
    """Ints, slices, None and dots that fit ``shape``."""
    items: list[Any] = []
    for length in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["int", "slice", "slice", "none"]))
        if kind == "none":
            items.append(None)
        if kind == "int":
            items.append(draw(st.integers(-length, length - 1)))
        else:
            ends = st.none() | st.integers(-length - 1, length + 1)
            items.append(slice(draw(ends), draw(ends), draw(st.none() | st.integers(1, 3))))
    if draw(st.booleans()):
        used = sum(item is not None for item in items)
        place = draw(st.integers(0, len(items)))
        if place == len(items) or used == len(shape):
            items.insert(place, ...)
    return items


@st.composite
def shapes_and_keys(draw: st.DrawFn, advanced: bool) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """A shape and an index for it; ``advanced`` with lists, arrays of indices and masks too."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    if not advanced:
        return shape, tuple(draw(basic_items(shape)))
    items: list[Any] = []
    dim = 0
    size = draw(st.integers(1, 3))
    while dim < len(shape):
        kind = draw(st.sampled_from(["int", "slice", "none", "list", "array", "mask", "wide mask", "stop"]))
        length = shape[dim]
        if kind == "stop":
            break
        if kind == "none":
            items.append(None)
            continue
        if kind == "int":
            items.append(draw(st.integers(-length, length - 1)))
        elif kind == "slice":
            items.append(slice(draw(st.integers(0, length)), None, draw(st.integers(1, 2))))
        elif kind == "list":
            items.append(draw(st.lists(st.integers(-length, length - 1), min_size=size, max_size=size)))
        elif kind == "array":
            rows = draw(st.integers(1, 2))
            items.append(np.array(draw(st.lists(st.integers(-length, length - 1), min_size=rows * size, max_size=rows * size))).reshape(rows, size))
        elif kind == "mask":
            items.append(np.array(draw(st.lists(st.booleans(), min_size=length, max_size=length))))
        elif dim + 1 < len(shape):
            count = length * shape[dim + 1]
            items.append(np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count))).reshape(length, shape[dim + 1]))
            dim += 1
        dim += 1
    return shape, tuple(items)


def key_for(lib: Any, key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(lib.from_numpy(item.copy()) if isinstance(item, np.ndarray) else item for item in key)


def read(lib: Any, shape: tuple[int, ...], key: tuple[Any, ...]) -> tuple[Array, Array]:
    """x[key] and the gradient of its weighted sum."""
    x = tensor(lib, numbers(shape)).requires_grad_()
    out = x[key_for(lib, key)]
    weights = numbers(tuple(out.shape)) + 2
    (out * tensor(lib, weights)).sum().backward()
    return np.array(out.detach().numpy()), np.array(x.grad.numpy())


@QUICK
@given(shapes_and_keys(advanced=False))
def test_basic_index_is_numpys(case: tuple[tuple[int, ...], tuple[Any, ...]]) -> None:
    shape, key = case
    value, gradient = read(tinygrad_loss, shape, key)
    wanted = numbers(shape)[key]
    assert np.array_equal(value, wanted)
    placed = np.zeros(shape)
    placed[key] = numbers(np.shape(wanted)) + 2
    assert np.allclose(gradient, placed)


@QUICK
@given(shapes_and_keys(advanced=False))
def test_basic_index_is_a_view(case: tuple[tuple[int, ...], tuple[Any, ...]]) -> None:
    shape, key = case
    x = tensor(tinygrad_loss, numbers(shape))
    part = x[key]
    assert part._base is x
    part.fill_(7)
    wanted = numbers(shape)
    wanted[key] = 7
    assert np.array_equal(x.numpy(), wanted)


@QUICK
@given(st.data())
def test_one_array_of_indices_is_numpys(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    dim = data.draw(st.integers(0, len(shape) - 1))
    places = np.array(data.draw(st.lists(st.integers(-shape[dim], shape[dim] - 1), max_size=5)), np.int64)
    key = (slice(None),) * dim + (places,)
    value, gradient = read(tinygrad_loss, shape, key)
    assert np.array_equal(value, numbers(shape)[key])
    added = np.zeros(shape)
    np.add.at(added, key, numbers(value.shape) + 2)
    assert np.allclose(gradient, added)


@pytest.mark.torch
@QUICK
@given(case=shapes_and_keys(advanced=True))
def test_any_index_is_pytorchs(case: tuple[tuple[int, ...], tuple[Any, ...]], torch: Any) -> None:
    try:
        wanted = read(torch, *case)
    except Exception as error:
        with pytest.raises(type(error)):
            read(tinygrad_loss, *case)
        return
    value, gradient = read(tinygrad_loss, *case)
    assert value.shape == wanted[0].shape
    assert np.array_equal(value, wanted[0])
    assert np.allclose(gradient, wanted[1])


def write(lib: Any, shape: tuple[int, ...], key: tuple[Any, ...], number: bool) -> tuple[Array, ...]:
    """x with x[key] = y, and the gradients of both."""
    leaf = tensor(lib, numbers(shape)).requires_grad_()
    x = leaf * 1
    part = x.detach()[key_for(lib, key)]
    y = tensor(lib, np.array(numbers(tuple(part.shape)) + 1)).requires_grad_()
    x[key_for(lib, key)] = 3.5 if number else y
    (x * x).sum().backward()
    return np.array(x.detach().numpy()), np.array(leaf.grad.numpy()), *(() if number else (np.array(y.grad.numpy()),))


def has_twice(shape: tuple[int, ...], key: tuple[Any, ...]) -> bool:
    """Whether an element is written to twice, so that it is open which value stays."""
    return any(np.size(item) != len(np.unique(np.asarray(item) % 4)) for item in key if isinstance(item, list | np.ndarray))


@pytest.mark.torch
@QUICK
@given(case=shapes_and_keys(advanced=True), number=st.booleans())
def test_writing_by_any_index_is_pytorchs(case: tuple[tuple[int, ...], tuple[Any, ...]], number: bool, torch: Any) -> None:
    assume(number or not has_twice(*case))
    try:
        wanted = write(torch, *case, number)
    except Exception as error:
        with pytest.raises(type(error)):
            write(tinygrad_loss, *case, number)
        return
    for mine, theirs in zip(write(tinygrad_loss, *case, number), wanted, strict=True):
        assert np.allclose(mine, theirs)


# Programs of views and changes in place

# What is read in a change is a copy: for tensors that overlap in part PyTorch's result depends on the order of its loops.
VIEWS = ("{t}[0]", "{t}[-1:]", "{t}[..., ::2]", "{t}[..., 0]", "{t}.T", "{t}.reshape(-1)", "{t}.unsqueeze(0)", "{t}.squeeze()",
         "{t}[None]", "{t}.flatten()", "{t}.mT")
CHANGES = (
    "{t}.mul_(1.5)", "{t}.add_({u}.clone())", "{t}.mul_({u}.clone())", "{t}.sin_()", "{t}.zero_()", "{t}.fill_(0.5)",
    "{t}[0] = {u}.clone()", "{t}[..., -1] = 2.0",
    "{t}.sub_({u} * 1, alpha=2)", "{t}.copy_({u}.clone())", "{t} += 1", "{t}[[0]] = 0.25", "{t}.neg_()", "{t}.sigmoid_()", "{t}.clamp_(-0.5, 0.5)",
)  # fmt: skip
RESULTS = ("{t} * 2", "{t} * {u}", "{t} + {u}", "{t}.clone()", "{t}.sin()", "{t}.sum()", "{t}.detach()")


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    """Lines that make views t1, t2, ... of t0, change them and calculate with them."""
    lines, count = [], 1
    for _ in range(draw(st.integers(2, 7))):
        t, u = (f"t{draw(st.integers(0, count - 1))}" for _ in range(2))
        kind = draw(st.sampled_from([VIEWS, VIEWS, CHANGES, CHANGES, CHANGES, RESULTS]))
        line = draw(st.sampled_from(kind)).format(t=t, u=u)
        if kind is not CHANGES:
            line, count = f"t{count} = {line}", count + 1
        lines.append(line)
    return lines


def carry_out(lib: Any, lines: list[str], start: Array, grad: bool = True) -> tuple[Array, Array | None]:
    """The sum of squares of all tensors at the end, and the gradient of the leaf."""
    leaf = tensor(lib, start)
    if grad:
        leaf.requires_grad_()
    scope = {"t0": leaf * 1}
    exec("\n".join(lines), {}, scope)
    total = sum((one * one).sum() * (place + 1) for place, one in enumerate(scope.values()))
    if grad:
        total.backward()
    return np.array(total.detach().numpy()), None if leaf.grad is None else np.array(leaf.grad.numpy())


@pytest.mark.torch
@settings(QUICK, max_examples=400)
@given(lines=programs())
def test_programs_end_as_in_pytorch(lines: list[str], torch: Any) -> None:
    start = numbers((3, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wanted = carry_out(torch, lines, start)
        except Exception as error:
            with pytest.raises(type(error)):
                carry_out(tinygrad_loss, lines, start)
            return
        total, gradient = carry_out(tinygrad_loss, lines, start)
    assert np.allclose(total, wanted[0])
    assert gradient is not None and wanted[1] is not None
    assert np.allclose(gradient, wanted[1])


@settings(QUICK, max_examples=100)
@given(lines=programs())
def test_gradients_of_programs_are_slopes(lines: list[str]) -> None:
    assume(not any("detach" in line or "clamp" in line for line in lines))
    start, step = numbers((2, 3)), 1e-6
    try:
        _, gradient = carry_out(tinygrad_loss, lines, start)
    except (RuntimeError, IndexError):
        assume(False)
    assert gradient is not None
    slopes = np.zeros_like(start)
    for place in np.ndindex(start.shape):
        moved = [start.copy(), start.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        (high, _), (low, _) = (carry_out(tinygrad_loss, lines, one, grad=False) for one in moved)
        slopes[place] = (high - low) / (2 * step)
    assert np.allclose(gradient, slopes, rtol=1e-4, atol=1e-4 * max(1.0, float(np.abs(slopes).max())))
