"""DataLoader: a data set in batches."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from ..._generator import Generator, stream_of
from ..._tensor import Tensor
from ...autograd.node import NO_EDGE
from ...autograd.wrapping import wrap
from .collation import default_collate, default_convert
from .dataset import IterableDataset, Subset, TensorDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler

T_co = TypeVar("T_co", covariant=True)

FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T_co]):
    """The samples of ``dataset`` in batches, shuffled anew in each pass if ``shuffle``: in PyTorch's order for the same seed.

    Which samples make a batch is said by ``batch_size`` (None: no batches, one sample after another), ``shuffle`` or a
    ``sampler``, and ``drop_last``, or else by a ``batch_sampler``. ``collate_fn`` makes a batch of a list of samples. Everything
    is loaded in this process: ``num_workers`` and what goes with it are accepted and change nothing, the order neither.

    ValueError for options that exclude each other.

    >>> import tinygrad_loss as torch
    >>> data = torch.utils.data.TensorDataset(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0, 1, 0]))
    >>> for x, y in torch.utils.data.DataLoader(data, batch_size=2):
    ...     print(x, y)
    tensor([1., 2.]) tensor([0, 1])
    tensor([3.]) tensor([0])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        _check_sampling(isinstance(dataset, IterableDataset), batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self.generator = generator
        self.persistent_workers = persistent_workers
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None and not isinstance(dataset, IterableDataset):
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and sampler is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        in_batches = batch_size is not None or batch_sampler is not None
        self.collate_fn: Callable[[Any], Any] = collate_fn or (default_collate if in_batches else default_convert)
        self._workers_started = False
        self._complete = True

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and "_complete" in self.__dict__:
            raise ValueError(f"{name} attribute should not be set after DataLoader is initialized: make another DataLoader")
        object.__setattr__(self, name, value)

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        length = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else -(-length // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        if self.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
                stacklevel=2,
            )
        # PyTorch draws a seed for its workers at the start of each pass; worker processes that stay are seeded once.
        if not (self.persistent_workers and self._workers_started):
            stream_of(self.generator).random_seed()
            self._workers_started = True
        if isinstance(self.dataset, IterableDataset):
            return self._stream(iter(self.dataset))
        if self.batch_sampler is None:
            return (self.collate_fn(self.dataset[number]) for number in self.sampler)
        batches = iter(self.batch_sampler)
        if self.num_workers:  # which are handed their first batches at once, so that the sampler draws here
            first = list(next(batches, ()))
            return self._batches(first, batches) if first else iter(())
        return self._batches(None, batches)

    def _batches(self, first: list[int] | None, others: Iterator[Any]) -> Iterator[Any]:
        in_tensors = self.collate_fn is default_collate and _lies_in_tensors(self.dataset)
        if first is not None:
            yield self._batch(first, in_tensors)
        for numbers in others:
            yield self._batch(numbers, in_tensors)

    def _batch(self, numbers: Any, in_tensors: bool) -> Any:
        if in_tensors:
            return _rows(self.dataset, list(numbers))
        together = getattr(self.dataset, "__getitems__", None)
        return self.collate_fn(together(numbers) if together else [self.dataset[number] for number in numbers])

    def _stream(self, samples: Iterator[Any]) -> Iterator[Any]:
        if self.batch_size is None:
            yield from map(self.collate_fn, samples)
            return
        batch: list[Any] = []
        for sample in samples:
            batch.append(sample)
            if len(batch) == self.batch_size:
                yield self.collate_fn(batch)
                batch = []
        if batch and not self.drop_last:
            yield self.collate_fn(batch)


def _lies_in_tensors(dataset: Any) -> bool:
    """Whether a batch can be taken from a data set's tensors by one indexing, with the same result as sample by sample."""
    if type(dataset) is Subset:
        return _lies_in_tensors(dataset.dataset)
    if not (isinstance(dataset, TensorDataset) and type(dataset).__getitem__ is TensorDataset.__getitem__):
        return False
    if hasattr(dataset, "__getitems__"):
        return False
    return all(isinstance(tensor, Tensor) and not tensor.requires_grad for tensor in dataset.tensors)


def _rows(dataset: Any, numbers: list[int]) -> list[Tensor]:
    """A batch of a data set that lies in tensors."""
    while type(dataset) is Subset:
        numbers = [dataset.indices[number] for number in numbers]
        dataset = dataset.dataset
    return [wrap(tensor._data[numbers], NO_EDGE) for tensor in dataset.tensors]


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    if num_workers < 0:
        raise ValueError(
            f"num_workers option should be non-negative; use num_workers=0 to disable multiprocessing. Got {num_workers}"
        )
    if timeout < 0:
        raise ValueError(f"timeout option should be non-negative, got {timeout}")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing: leave it out, or give num_workers > 0"
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError(f"prefetch_factor option should be non-negative, got {prefetch_factor}")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def _check_sampling(
    stream: bool, batch_size: int | None, shuffle: bool | None, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    if stream:
        for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")
        if batch_size is not None:
            BatchSampler((), batch_size, drop_last)
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    if batch_sampler is None and batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


def get_worker_info() -> None:
    """None: samples are loaded in the main process."""
    return None
