"""Data sets, samplers and DataLoader: the same batches in the same order as PyTorch's, for the same seed."""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_cases import ERRORS, LOADERS, ORDERS, Point, described, seeded

import tinygrad_loss as tl
from tinygrad_loss.utils import data

RECORDED = json.loads((Path(__file__).parent / "recorded" / "data.json").read_text())


def plain(value: Any) -> Any:
    """As JSON would give it back."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("name", LOADERS)
def test_recorded_batches(name: str) -> None:
    assert plain(seeded(tl, LOADERS[name])) == RECORDED["loaders"][name]


@pytest.mark.torch
@pytest.mark.parametrize("name", LOADERS)
def test_batches(name: str, torch: Any) -> None:
    assert seeded(tl, LOADERS[name]) == seeded(torch, LOADERS[name])


@pytest.mark.parametrize("name", ORDERS)
def test_recorded_order(name: str) -> None:
    assert plain(seeded(tl, ORDERS[name])) == RECORDED["orders"][name]


@pytest.mark.torch
@pytest.mark.parametrize("name", ORDERS)
def test_order(name: str, torch: Any) -> None:
    assert seeded(tl, ORDERS[name]) == seeded(torch, ORDERS[name])


def raised(torch: Any, name: str) -> tuple[str, str]:
    with pytest.raises(Exception) as info:
        ERRORS[name][0](torch)
    return info.type.__name__, str(info.value)


@pytest.mark.parametrize("name", ERRORS)
def test_error(name: str) -> None:
    assert ERRORS[name][1] in raised(tl, name)[1]


@pytest.mark.torch
@pytest.mark.parametrize("name", ERRORS)
def test_error_is_pytorchs(name: str, torch: Any) -> None:
    kind, words = raised(torch, name)
    assert raised(tl, name)[0] == kind
    assert ERRORS[name][1] in words


def test_a_batch_of_tensors_is_taken_at_once_and_is_a_copy() -> None:
    x, y = tl.from_numpy(np.arange(6.0).reshape(3, 2)), tl.from_numpy(np.arange(3))

    class Slow(data.TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            return super().__getitem__(index)

    quick, slow = (list(data.DataLoader(kind(x, y), batch_size=2)) for kind in (data.TensorDataset, Slow))
    assert described(quick) == described(slow)
    quick[0][0]._data[...] = 9
    assert x.tolist()[0] == [0.0, 1.0]
    assert all(type(batch) is list for batch in quick)


def test_tensors_that_want_gradients_keep_them() -> None:
    x = tl.from_numpy(np.arange(3.0)).requires_grad_()
    (batch,) = next(iter(data.DataLoader(data.TensorDataset(x), batch_size=2)))
    batch.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 0.0]


def test_a_loader_can_be_gone_through_again_and_its_length_is_known() -> None:
    loader = data.DataLoader(range(5), batch_size=2, drop_last=True)
    assert len(loader) == 2
    assert described(list(loader)) == described(list(loader))
    assert len(data.DataLoader(range(5), batch_size=2)) == 3
    assert len(data.DataLoader(range(5), batch_size=None)) == 5
    assert len(data.DataLoader(range(5), batch_sampler=[[0], [1, 2]])) == 2


def test_pinned_memory_warns() -> None:
    with pytest.warns(UserWarning, match="no accelerator is found"):
        list(data.DataLoader(range(2), pin_memory=True))


def test_length_zero_in_a_split_warns() -> None:
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        data.random_split(range(2), [1.0, 0.0])


class Words(list[str]):
    """A list of its own class."""


COLLATED: dict[str, Callable[[Any], list[Any]]] = {
    "numbers": lambda t: [1, 2],
    "bools": lambda t: [True, False],
    "floats": lambda t: [0.5, 1.5],
    "strings": lambda t: ["a", "b"],
    "numpy numbers": lambda t: [np.float32(1), np.float32(2)],
    "arrays": lambda t: [np.arange(2), np.arange(2)],
    "tensors": lambda t: [t.from_numpy(np.ones(2)), t.from_numpy(np.zeros(2))],
    "tuples": lambda t: [(1, "a"), (2, "b")],
    "lists": lambda t: [[1, (2.0, 3)], [4, (5.0, 6)]],
    "dictionaries": lambda t: [OrderedDict(a=1, b=[2]), OrderedDict(a=3, b=[4])],
    "named tuples": lambda t: [Point(1, 2), Point(3, 4)],
    "own list": lambda t: [Words("ab"), Words("cd")],
}


@pytest.mark.torch
@pytest.mark.parametrize("name", COLLATED)
def test_collate(name: str, torch: Any) -> None:
    make = COLLATED[name]
    assert described(data.default_collate(make(tl))) == described(torch.utils.data.default_collate(make(torch)))
    ours, theirs = data.default_convert(make(tl)), torch.utils.data.default_convert(make(torch))
    assert described(ours) == described(theirs)


@pytest.mark.parametrize(
    ("batch", "kind", "words"),
    [
        ([object()], TypeError, "found <class 'object'>"),
        ([[1], [1, 2]], RuntimeError, "each element in list of batch should be of equal size"),
        ([np.array(["a"])], TypeError, "found <U1"),
    ],
)
def test_what_cannot_be_collated(batch: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        data.default_collate(batch)


def test_streams() -> None:
    class Count(data.IterableDataset):  # type: ignore[type-arg]
        def __init__(self, n: int) -> None:
            self.n = n

        def __iter__(self) -> Iterator[int]:
            return iter(range(self.n))

        def __len__(self) -> int:
            return self.n

    loader = data.DataLoader(Count(5), batch_size=2)
    assert len(loader) == 3
    assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3], [4]]
    assert [batch.tolist() for batch in data.DataLoader(Count(5), batch_size=2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(data.DataLoader(Count(3), batch_size=None)) == [0, 1, 2]
    chain = Count(2) + Count(1)
    assert list(chain) == [0, 1, 0]
    assert len(chain) == 3
    with pytest.raises(AssertionError, match="does not support IterableDataset"):
        data.ConcatDataset([Count(2)])


def test_data_sets() -> None:
    both = data.Subset(range(10), [3, 4]) + data.Subset(range(10), [5])
    assert [both[i] for i in (0, 1, 2, -1)] == [3, 4, 5, 5]
    assert list(both) == [3, 4, 5]
    with pytest.raises(ValueError, match="absolute value of index should not exceed dataset length"):
        both[-4]
    x = tl.from_numpy(np.arange(4))
    subset = data.Subset(data.TensorDataset(x), [2, 0])
    assert subset[[1, 0]][0].tolist() == [0, 2]
    assert [sample[0].item() for sample in subset.__getitems__([0, 1])] == [2, 0]

    class Nothing(data.Dataset):  # type: ignore[type-arg]
        pass

    with pytest.raises(NotImplementedError, match="Subclasses of Dataset should implement __getitem__"):
        Nothing()[0]


def test_own_collate_fn_and_getitems() -> None:
    class Squares(data.Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return 5

        def __getitem__(self, index: int) -> int:
            raise AssertionError("taken one by one")

        def __getitems__(self, indices: list[int]) -> list[int]:
            return [index**2 for index in indices]

    assert list(data.DataLoader(Squares(), batch_size=3, collate_fn=lambda batch: batch)) == [[0, 1, 4], [9, 16]]


def test_no_warning_where_pytorch_gives_none() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(data.DataLoader(range(4), batch_size=2, shuffle=True, num_workers=1))
