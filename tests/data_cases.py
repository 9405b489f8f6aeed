"""Loaders, samplers and splits: one row per case, run after ``manual_seed(0)`` here and in PyTorch."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

Point = namedtuple("Point", "x y")


def described(value: Any) -> Any:
    """A batch in plain Python: tensors as their dtype and numbers, classes by name."""
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return [str(value.dtype), value.tolist()]
    if isinstance(value, dict):
        return {type(value).__name__: [[key, described(one)] for key, one in value.items()]}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [described(one) for one in value]}
    return value


def seeded(torch: Any, make: Callable[[Any], Any]) -> Any:
    torch.manual_seed(0)
    return make(torch)


def tensors(torch: Any, n: int = 10) -> Any:
    x = torch.from_numpy(np.arange(2.0 * n).reshape(n, 2))
    return torch.utils.data.TensorDataset(x, torch.from_numpy(np.arange(n)))


def passes(loader: Any, torch: Any, epochs: int = 2) -> Any:
    """The batches of some passes, and the next number that everybody shares."""
    batches = [[described(batch) for batch in loader] for _ in range(epochs)]
    return [batches, torch.randint(0, 1000, (1,)).tolist()]


def loader(**options: Any) -> Callable[[Any], Any]:
    return lambda torch: passes(torch.utils.data.DataLoader(tensors(torch), **options), torch)


def with_generator(torch: Any, **options: Any) -> Any:
    own = torch.Generator().manual_seed(3)
    return passes(torch.utils.data.DataLoader(tensors(torch), batch_size=4, shuffle=True, generator=own, **options), torch)


def half_way(torch: Any) -> Any:
    """Numbers drawn between the start of a pass and its first batch, and a pass that is not finished."""
    dataset = torch.utils.data.DataLoader(tensors(torch), batch_size=4, shuffle=True)
    batches = iter(dataset)
    drawn = torch.randint(0, 1000, (1,)).tolist()
    return [drawn, described(next(batches)), described(next(iter(dataset))), torch.randint(0, 1000, (1,)).tolist()]


def split_and_load(torch: Any) -> Any:
    parts = torch.utils.data.random_split(tensors(torch), [0.7, 0.3])
    return [passes(torch.utils.data.DataLoader(part, batch_size=3, shuffle=True), torch) for part in parts]


def concatenated(torch: Any) -> Any:
    both = tensors(torch, 3) + tensors(torch, 4)
    return passes(torch.utils.data.DataLoader(both, batch_size=3, shuffle=True), torch)


class Dictionaries:
    def __init__(self, torch: Any) -> None:
        self.torch = torch

    def __len__(self) -> int:
        return 5

    def __getitem__(self, i: int) -> Any:
        return {"x": self.torch.from_numpy(np.full(2, i)), "name": f"n{i}", "y": float(i), "p": Point(i, (i, True))}


LOADERS: dict[str, Callable[[Any], Any]] = {
    "plain": loader(),
    "batches": loader(batch_size=4),
    "drop last": loader(batch_size=4, drop_last=True),
    "shuffled": loader(batch_size=4, shuffle=True),
    "shuffled, drop last": loader(batch_size=3, shuffle=True, drop_last=True),
    "one at a time": loader(batch_size=None, shuffle=True),
    "sampler": loader(batch_size=4, sampler=[3, 1, 4, 1, 5]),
    "batch sampler": loader(batch_sampler=[[0, 9], [5]]),
    "collate": loader(batch_size=4, shuffle=True, collate_fn=len),
    "generator": with_generator,
    "half way": half_way,
    "split": split_and_load,
    "concatenated": concatenated,
    "dictionaries": lambda t: passes(t.utils.data.DataLoader(Dictionaries(t), batch_size=2, shuffle=True), t, 1),
    "replacement": lambda t: passes(
        t.utils.data.DataLoader(tensors(t), batch_size=16, sampler=t.utils.data.RandomSampler(range(10), True, 70)), t, 1
    ),
}


def sampled(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda torch: [list(sampler := make(torch)), list(sampler), len(sampler)]


ORDERS: dict[str, Callable[[Any], Any]] = {
    "sequential": sampled(lambda t: t.utils.data.SequentialSampler(range(4))),
    "random": sampled(lambda t: t.utils.data.RandomSampler(range(11))),
    "random, more": sampled(lambda t: t.utils.data.RandomSampler(range(4), num_samples=11)),
    "random, fewer": sampled(lambda t: t.utils.data.RandomSampler(range(11), num_samples=4)),
    "random, replacement": sampled(lambda t: t.utils.data.RandomSampler(range(5), replacement=True, num_samples=40)),
    "random, generator": sampled(lambda t: t.utils.data.RandomSampler(range(9), generator=t.Generator().manual_seed(1))),
    "subset": sampled(lambda t: t.utils.data.SubsetRandomSampler([5, 7, 9, 2])),
    "weighted": sampled(lambda t: t.utils.data.WeightedRandomSampler([0.1, 5.0, 2.0], 12)),
    "weighted, no replacement": sampled(lambda t: t.utils.data.WeightedRandomSampler([0.1, 5.0, 2.0], 2, replacement=False)),
    "batch": sampled(lambda t: t.utils.data.BatchSampler(t.utils.data.SequentialSampler(range(7)), 3, False)),
    "batch, drop last": sampled(lambda t: t.utils.data.BatchSampler(t.utils.data.RandomSampler(range(7)), 3, True)),
    "split": lambda t: [list(part.indices) for part in t.utils.data.random_split(range(10), [5, 3, 2])],
    "split by fractions": lambda t: [list(part.indices) for part in t.utils.data.random_split(range(11), [0.5, 0.3, 0.2])],
    "split, generator": lambda t: [
        list(part.indices) for part in t.utils.data.random_split(range(9), [6, 3], t.Generator().manual_seed(42))
    ],
}

ERRORS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "workers": (lambda t: t.utils.data.DataLoader([], num_workers=-1), "num_workers option should be non-negative"),
    "timeout": (lambda t: t.utils.data.DataLoader([], timeout=-1), "timeout option should be non-negative"),
    "prefetch": (lambda t: t.utils.data.DataLoader([], prefetch_factor=2), "prefetch_factor option could only be specified in"),
    "persistent": (
        lambda t: t.utils.data.DataLoader([], persistent_workers=True),
        "persistent_workers option needs num_workers > 0",
    ),
    "sampler": (
        lambda t: t.utils.data.DataLoader([1], shuffle=True, sampler=[0]),
        "sampler option is mutually exclusive with shuffle",
    ),
    "batch sampler": (
        lambda t: t.utils.data.DataLoader([1], batch_size=2, batch_sampler=[[0]]),
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
    ),
    "drop last": (
        lambda t: t.utils.data.DataLoader([1], batch_size=None, drop_last=True),
        "batch_size=None option disables auto-batching and is mutually exclusive with drop_last",
    ),
    "batch size": (
        lambda t: t.utils.data.DataLoader([1], batch_size=0),
        "batch_size should be a positive integer value, but got",
    ),
    "empty": (lambda t: t.utils.data.DataLoader([], shuffle=True), "num_samples should be a positive integer value, but got"),
    "replacement": (lambda t: t.utils.data.RandomSampler([1], replacement=3), "replacement should be a boolean value"),
    "drop_last": (lambda t: t.utils.data.BatchSampler([1], 2, 3), "drop_last should be a boolean value, but got drop_last=3"),
    "weights": (
        lambda t: t.utils.data.WeightedRandomSampler([[1.0]], 1),
        "weights should be a 1d sequence but given weights have",
    ),
    "num_samples": (lambda t: t.utils.data.WeightedRandomSampler([1.0], 0), "num_samples should be a positive integer value"),
    "setting": (
        lambda t: setattr(t.utils.data.DataLoader([1]), "batch_size", 2),
        "should not be set after DataLoader is initialized",
    ),
    "lengths": (lambda t: t.utils.data.TensorDataset(t.zeros(2), t.zeros(3)), "Size mismatch between tensors"),
    "split": (
        lambda t: t.utils.data.random_split([1, 2, 3], [2]),
        "Sum of input lengths does not equal the length of the input dataset!",
    ),
    "fraction": (lambda t: t.utils.data.random_split([1, 2], [1.5, -0.5]), "Fraction at index 0 is not between 0 and 1"),
    "concat": (lambda t: t.utils.data.ConcatDataset([]), "datasets should not be an empty iterable"),
    "index": (lambda t: tensors(t)[10], "index 10 is out of bounds for dimension 0 with size 10"),
    "stack": (lambda t: t.utils.data.default_collate([t.zeros(2), t.zeros(3)]), "stack expects each tensor to be equal size"),
}
