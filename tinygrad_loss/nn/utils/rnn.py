"""Sequences of different lengths: padded to one length, or packed step by step for the recurrent layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..._creation import as_tensor, full
from ..._dtypes import int64
from ..._shapes import listed
from ..._tensor import Tensor
from ...autograd.node import NO_EDGE, Node
from ...autograd.wrapping import wrap
from ...ops._adjoints import scattered, taken
from ...ops._record import Array, record
from ...ops.indexing_along import index_select
from ...ops.slicing import narrow, select


class PackPaddedSequenceBackward0(Node):
    """Rows of padded sequences, step by step: the gradient at their places."""

    __slots__ = ()
    saves = ("batch_first", "input_sym_sizes", "result1", "places")
    private = ("places",)
    vjps = (lambda g, batch_first, sizes, batch_sizes, places: scattered(g, places, sizes),)


class PadPackedSequenceBackward(Node):
    """The reverse."""

    __slots__ = ()
    saves = ("places",)
    vjps = (lambda g, places: taken(g, places),)


class _Packed(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Packed):
    """Sequences packed for a recurrent layer: ``data`` has the first rows of all sequences, then the second rows of those that have
    one, and so on; ``batch_sizes`` says how many these are. Made by ``pack_padded_sequence`` and ``pack_sequence``.

    ``sorted_indices`` is the order by length in which the sequences were packed, ``unsorted_indices`` the way back.

    >>> import tinygrad_loss as torch
    >>> torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4, 5])]).data
    tensor([1, 4, 2, 5, 3])
    """

    __slots__ = ()

    def __new__(
        cls, data: Tensor, batch_sizes: Tensor | None = None, sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:  # fmt: skip
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with ``data`` converted: see ``Tensor.to``."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else PackedSequence(data, *self[1:])

    def cpu(self) -> PackedSequence:
        """Itself: all memory is the CPU's."""
        return self

    def double(self) -> PackedSequence:
        """The same with float64 ``data``."""
        return PackedSequence(self.data.double(), *self[1:])

    def float(self) -> PackedSequence:
        """The same with float32 ``data``."""
        return PackedSequence(self.data.float(), *self[1:])

    @property
    def is_cuda(self) -> bool:
        """False: all memory is the CPU's."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes ``permutation``.

    >>> import tinygrad_loss as torch
    >>> torch.nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    return None if permutation is None else wrap(np.argsort(permutation._data), NO_EDGE)  # type: ignore[no-any-return]


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack padded sequences, (length, batch, ...) or with ``batch_first`` (batch, length, ...), of the given ``lengths``.

    With ``enforce_sorted`` they must come longest first (RuntimeError); else they are sorted, and a recurrent layer's results put
    back in order.

    >>> import tinygrad_loss as torch
    >>> padded = torch.tensor([[1, 2, 3], [4, 5, 0]])
    >>> torch.nn.utils.rnn.pack_padded_sequence(padded, [3, 2], batch_first=True)
    PackedSequence(data=tensor([1, 4, 2, 5, 3]), batch_sizes=tensor([2, 2, 1]), sorted_indices=None, unsorted_indices=None)
    """
    counts = as_tensor(lengths, dtype=int64)._data
    order = None
    if not enforce_sorted:
        order = np.argsort(-counts, kind="stable")
        counts = counts[order]
        order = wrap(order, NO_EDGE)
        input = index_select(input, 0 if batch_first else 1, order)
    x = input._data
    sizes = _batch_sizes(x, counts, batch_first)
    places = _places(sizes, x.shape, batch_first)
    saved = (batch_first, x.shape, sizes, places)
    data = record(PackPaddedSequenceBackward0, (input,), x.reshape(-1)[places], saved)
    return PackedSequence(data, wrap(sizes, NO_EDGE), order)  # type: ignore[arg-type]


def _batch_sizes(x: Array, counts: Array, batch_first: bool) -> Array:
    """For each step how many sequences are that long."""
    batch, longest = x.shape[:2] if batch_first else x.shape[1::-1]
    if len(counts) != batch:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={batch})")
    if not len(counts) or counts.min() <= 0:
        raise RuntimeError(
            f"Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0: {counts.tolist()}"
        )
    if (counts[1:] > counts[:-1]).any():
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to "
            f"pack_padded_sequence and/or pack_sequence to sidestep this requirement. Got {counts.tolist()}"
        )
    if counts[0] > longest:
        raise RuntimeError(f"Expected lengths of at most {longest}, that of the input {listed(x.shape)}, but got {counts.tolist()}")
    return np.asarray((counts[None, :] > np.arange(counts[0])[:, None]).sum(1))


def _places(batch_sizes: Array, shape: Sequence[int], batch_first: bool) -> Array:
    """Where in the padded tensor, counted row by row, each packed number lies."""
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    steps = numbers.swapaxes(0, 1) if batch_first else numbers
    return np.concatenate([steps[step, :size] for step, size in enumerate(batch_sizes)])


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """The reverse of ``pack_padded_sequence``: the padded sequences, with ``padding_value`` behind their ends, and their lengths.

    >>> import tinygrad_loss as torch
    >>> packed = torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4, 5])])
    >>> torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    (tensor([[1, 2, 3],
            [4, 5, 0]]), tensor([3, 2]))
    """
    sizes, data = sequence.batch_sizes._data, sequence.data._data
    longest = len(sizes)
    if total_length is not None:
        if total_length < longest:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {longest}"
            )
        longest = total_length
    batch = int(sizes[0])
    shape = ((batch, longest) if batch_first else (longest, batch)) + data.shape[1:]
    places = _places(sizes, shape, batch_first)
    out = np.full(shape, padding_value, data.dtype)
    out.reshape(-1)[places] = data
    padded = record(PadPackedSequenceBackward, (sequence.data,), out, (places,))
    lengths = wrap((sizes[:, None] > np.arange(batch)).sum(0), NO_EDGE)
    if sequence.unsorted_indices is None:
        return padded, lengths
    order = sequence.unsorted_indices
    return index_select(padded, 0 if batch_first else 1, order), lengths[order]


def pad_sequence(
    sequences: Iterable[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences, (length, ...) each, as one tensor (longest, batch, ...), or with ``batch_first`` (batch, longest, ...), with
    ``padding_value`` after their ends or, by ``padding_side="left"``, before their beginnings.

    >>> import tinygrad_loss as torch
    >>> torch.nn.utils.rnn.pad_sequence([torch.ones(3), torch.ones(1)], batch_first=True)
    tensor([[1., 1., 1.],
            [1., 0., 0.]])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}")
    parts = list(sequences)
    if not parts:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    longest = max(len(part._data) for part in parts)
    rest, first = parts[0].shape[1:], parts[0]
    shape = (len(parts), longest, *rest) if batch_first else (longest, len(parts), *rest)
    out = full(shape, padding_value, dtype=first.dtype)
    for place, part in enumerate(parts):
        length = len(part._data)
        if part.shape[1:] != rest:
            raise RuntimeError(
                f"pad_sequence: The size of tensor {place}, {listed(part.shape)}, must match that of the first, {listed(first.shape)}, "
                "after the first dimension"
            )
        start = longest - length if padding_side == "left" else 0
        if batch_first:
            narrow(select(out, 0, place), 0, start, length).copy_(part)
        else:
            select(narrow(out, 0, start, length), 1, place).copy_(part)
    return out


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The reverse of ``pad_sequence``: the sequences without their padding."""
    rows: Callable[[int], Tensor] = lambda i: select(padded_sequences, 0 if batch_first else 1, i)  # noqa: E731
    return [narrow(rows(i), 0, 0, int(length)) for i, length in enumerate(lengths)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences, (length, ...) each: see ``pack_padded_sequence``."""
    lengths = [len(sequence._data) for sequence in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The reverse of ``pack_sequence``."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
