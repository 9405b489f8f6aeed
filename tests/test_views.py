"""Views and changes in place: what shares memory, what is noticed, what is refused, and that nothing is kept alive."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_loss as torch

Tensor = torch.Tensor


def leaf() -> Any:
    return torch.from_numpy(np.arange(1.0, 13.0).reshape(3, 4)).clone().requires_grad_()


SHARED: dict[str, Callable[[Any], Any]] = {
    "int": lambda x: x[0],
    "ints": lambda x: x[0, 1],
    "slice": lambda x: x[1:, ::2],
    "dots": lambda x: x[...],
    "None": lambda x: x[None],
    "view": lambda x: x.view(4, 3),
    "reshape": lambda x: x.reshape(-1),
    "t": lambda x: x.t(),
    "permute": lambda x: x.permute(1, 0),
    "expand": lambda x: x.expand(2, 3, 4),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x.squeeze(),
    "diagonal": lambda x: x.diagonal(),
    "narrow": lambda x: x.narrow(0, 1, 2),
    "unbind": lambda x: x.unbind()[1],
    "split": lambda x: x.split(2)[0],
    "detach": lambda x: x.detach(),
    "view of a view": lambda x: x.t()[1:][0],
}
COPIED: dict[str, Callable[[Any], Any]] = {
    "list": lambda x: x[[0, 1]],
    "mask": lambda x: x[x > 0],
    "reshape of a transposed": lambda x: x.t().reshape(-1),
    "flip": lambda x: x.flip(0),
    "repeat": lambda x: x.repeat(1, 1),
    "diag": lambda x: x.diag(),
    "contiguous of a transposed": lambda x: x.t().contiguous(),
    "clone": lambda x: x.clone(),
}


@pytest.mark.parametrize("view", SHARED.values(), ids=SHARED)
def test_shares_memory(view: Callable[[Any], Any]) -> None:
    x = torch.zeros(3, 4)
    part = view(x)
    assert np.shares_memory(part._data, x._data)
    if part is not x:
        x.fill_(5)
        assert (part == 5).all()


@pytest.mark.parametrize("copy", COPIED.values(), ids=COPIED)
def test_does_not_share_memory(copy: Callable[[Any], Any]) -> None:
    x = torch.ones(3, 4)
    assert not np.shares_memory(copy(x)._data, x._data)


def test_base_is_the_tensor_that_owns_the_memory() -> None:
    x = torch.zeros(3, 4)
    assert x._base is None
    assert x[0]._base is x
    assert x[0][1:]._base is x
    assert x.detach()._base is None


def test_versions_count_changes_and_views_share_them() -> None:
    x = torch.zeros(3, 4)
    part = x[0]
    part.add_(1)
    x.mul_(2)
    x[1] = 3
    assert (x._version, part._version, x.detach()._version) == (3, 3, 3)
    x.data.add_(1)
    assert x._version == 3


def test_change_through_detach_is_noticed_and_through_data_is_not() -> None:
    x = leaf()
    y = x * 1
    out = (y * y).sum()
    y.data.mul_(2)
    out.backward(retain_graph=True)
    y.detach().mul_(2)
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        out.backward()


def test_arithmetic_without_graph_stays_in_its_memory() -> None:
    x = leaf()
    memory = x._data
    other = torch.ones(3, 4, dtype=torch.float64)
    with torch.no_grad():
        assert x.add_(other, alpha=2) is x
        x.mul_(0.5)
        x.sub_(other)
        x /= 2
        x.sqrt_().neg_().abs_()
    assert x._data is memory
    assert x.requires_grad and x.is_leaf
    assert np.allclose(x.detach().numpy(), np.sqrt(((np.arange(1.0, 13.0).reshape(3, 4) + 2) / 2 - 1) / 2))


def test_retain_grad_and_hooks_follow_the_new_value() -> None:
    x = leaf()
    y = x * 2
    seen: list[Any] = []
    y.register_hook(lambda g: seen.append(g.clone()))
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    assert (y.grad == 1).all()
    assert (seen[0] == 3).all()
    assert (x.grad == 6).all()


def test_one_element_of_expanded_memory_may_be_written_the_whole_may_not() -> None:
    x = torch.zeros(3, 1)
    wide = x.expand(3, 4)
    wide[0, 2] = 5
    assert x.tolist() == [[5.0], [0.0], [0.0]]
    for change in (lambda: wide.add_(1), lambda: wide.copy_(torch.ones(3, 4)), lambda: wide.mul_(2)):
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor refers to a single memory location"):
            change()
    wide.zero_()
    assert x.tolist() == [[0.0], [0.0], [0.0]]


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
def test_read_only_memory_is_refused() -> None:
    array = np.zeros(3)
    array.flags.writeable = False
    with pytest.raises(RuntimeError, match="read-only memory"):
        torch.Tensor.add_(torch.from_numpy(array), 1)


def test_an_integer_tensor_takes_whole_numbers_only() -> None:
    x = torch.tensor([1, 2, 3])
    x[0] = 7.9
    assert x.tolist() == [7, 2, 3]
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        x += 0.5
    x += True
    assert x.tolist() == [8, 3, 4]


def test_changed_views_leave_nothing_alive() -> None:
    gc.collect()
    gc.disable()
    try:
        x = leaf()
        y = x * 2
        part = y[0]
        part.mul_(3)
        y[1] = part * 2
        nodes = [weakref.ref(one.grad_fn) for one in (y, part)]
        y.sum().backward()
        tensors = [weakref.ref(one) for one in (x, y, part)]
        del x, y, part
        assert [one() for one in (*tensors, *nodes)] == [None] * 5
    finally:
        gc.enable()


def test_views_in_rows_of_a_loop_are_learnt_through() -> None:
    x = leaf()
    state = torch.zeros(4, 4, dtype=torch.float64)
    for step in range(3):
        state[step + 1] = state[step].clone() * 0.5 + x[step]
    state.sum().backward()
    assert np.allclose(x.grad.numpy(), np.array([[1.75], [1.5], [1.0]]) * np.ones((3, 4)))


@pytest.mark.parametrize(
    ("change", "size", "order"),
    [
        (lambda x: x.t_(), (4, 3), [1, 5, 9]),
        (lambda x: x.unsqueeze_(0).squeeze_(0), (3, 4), [1, 2, 3]),
        (lambda x: x.transpose_(0, 1).unsqueeze_(-1), (4, 3, 1), [1, 5, 9]),
    ],
)
def test_other_shapes_in_place(change: Callable[[Any], Any], size: tuple[int, ...], order: list[int]) -> None:
    x = leaf()
    y = x * 1
    assert change(y) is y
    assert tuple(y.shape) == size
    assert y.flatten()[:3].tolist() == order
    (y * y).sum().backward()
    assert np.allclose(x.grad.numpy(), 2 * x.detach().numpy())


def test_the_error_names_what_changed() -> None:
    x = leaf()
    y = x.exp()
    total = y.sum()
    y += 1
    with pytest.raises(RuntimeError, match=r"'result' \(shape \[3, 4\]\), saved by ExpBackward0, is at version 1; expected version 0"):
        total.backward()
