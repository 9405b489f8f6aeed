"""Recurrent layers: the steps of RNN, GRU and LSTM, and how they are run over sequences, layers and both directions.

They are written in ordinary operations, as PyTorch's are on the CPU, so that a graph shows each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ...ops._record import data_of, record_many
from ...ops.arithmetic import add, mul, sub
from ...ops.joining import cat, stack
from ...ops.sigmoids import relu, sigmoid, tanh
from ...ops.slicing import SplitBackward0, narrow, unbind
from .layers import dropout, linear

Hidden = tuple[Any, ...]
"""What a step hands to the next: (h,), or (h, c) for an LSTM."""


class Weights(NamedTuple):
    """The weights of one direction of one layer."""

    ih: Any
    hh: Any
    bias_ih: Any = None
    bias_hh: Any = None
    hr: Any = None


Step = Callable[[Any, Hidden, Weights], Hidden]


class UnsafeSplitBackward0(SplitBackward0):
    """Parts of one length, as tensors of their own: their gradients side by side."""

    __slots__ = ()


def gates(x: Any, count: int) -> tuple[Any, ...]:
    """The ``count`` equal parts of (batch, count * hidden)."""
    data = data_of(x)
    width = data.shape[1] // count
    parts = [data[:, i * width : (i + 1) * width] for i in range(count)]
    return record_many(UnsafeSplitBackward0, (x,), parts, (width, 1, data.shape))


def tanh_step(x: Any, hidden: Hidden, w: Weights) -> Hidden:
    """h' = tanh(x + W h + b); x is the input times its weights already, here and below."""
    return (tanh(add(linear(hidden[0], w.hh, w.bias_hh), x)),)


def relu_step(x: Any, hidden: Hidden, w: Weights) -> Hidden:
    """h' = relu(x + W h + b)."""
    return (relu(add(linear(hidden[0], w.hh, w.bias_hh), x)),)


def lstm_step(x: Any, hidden: Hidden, w: Weights) -> Hidden:
    """c' = f c + i g, h' = o tanh(c'): the gates i, f, o are sigmoids, g a tanh of x + W h + b.

    Source: S. Hochreiter and J. Schmidhuber, Neural Computation 9 (1997), with the forget gate of F. Gers et al.
    """
    h, c = hidden
    i, f, g, o = gates(add(linear(h, w.hh, w.bias_hh), x), 4)
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    c = add(mul(f, c), mul(i, g))
    h = mul(o, tanh(c))
    return (h if w.hr is None else linear(h, w.hr)), c


def gru_step(x: Any, hidden: Hidden, w: Weights) -> Hidden:
    """h' = z (h - n) + n, with z and r sigmoids of x + W h + b, and n = tanh(x + r (W h + b)).

    Source: K. Cho et al., https://arxiv.org/abs/1406.1078
    """
    (h,) = hidden
    xr, xz, xn = gates(x, 3)
    hr, hz, hn = gates(linear(h, w.hh, w.bias_hh), 3)
    r, z = sigmoid(add(hr, xr)), sigmoid(add(hz, xz))
    n = tanh(add(xn, mul(hn, r)))
    return (add(mul(sub(h, n), z), n),)


def recurrent(
    step: Step, input: Any, hidden: Hidden, weights: Sequence[Weights], batch_sizes: Sequence[int] | None, layers: int, p: float,
    training: bool,
) -> tuple[Any, Hidden]:  # fmt: skip
    """Run ``step`` over ``input``, (length, batch, features), or the packed rows of sequences with ``batch_sizes``; layer by layer,
    in one direction or (two weights for each layer) in both, with dropout of ``p`` between layers.

    ``hidden`` and what is returned beside the output are (layers * directions, batch, features) each.
    """
    directions = len(weights) // layers
    firsts = list(zip(*(unbind(h, 0) for h in hidden), strict=True))
    lasts: list[Hidden] = []
    for layer in range(layers):
        outputs = []
        for direction in range(directions):
            place = layer * directions + direction
            run = _over_steps if batch_sizes is None else _over_packed
            output, last = run(step, input, firsts[place], weights[place], direction == 1, batch_sizes)  # type: ignore[arg-type]
            outputs.append(output)
            lasts.append(last)
        input = outputs[0] if directions == 1 else cat(outputs, data_of(outputs[0]).ndim - 1)
        if p and training and layer < layers - 1:
            input = dropout(input, p)
    return input, tuple(stack(list(parts), 0) for parts in zip(*lasts, strict=True))


def _over_steps(step: Step, input: Any, hidden: Hidden, w: Weights, backwards: bool, _: Any) -> tuple[Any, Hidden]:
    steps = unbind(linear(input, w.ih, w.bias_ih), 0)
    outputs = []
    for x in reversed(steps) if backwards else steps:
        hidden = step(x, hidden, w)
        outputs.append(hidden[0])
    if not outputs:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    return stack(outputs[::-1] if backwards else outputs, 0), hidden


def _over_packed(
    step: Step, input: Any, hidden: Hidden, w: Weights, backwards: bool, batch_sizes: Sequence[int]
) -> tuple[Any, Hidden]:
    """Packed sequences: at each step those that are still running; sequences that end lie behind those that go on."""
    rows = linear(input, w.ih, w.bias_ih)
    outputs: list[Any] = []
    if backwards:
        first, hidden = hidden, _part(hidden, 0, batch_sizes[-1])
        running = batch_sizes[-1]
        for start, size in reversed(list(_starts(batch_sizes))):
            if size > running:  # sequences that end here begin here, going backwards
                hidden = _joined([hidden, _part(first, running, size)])
            running = size
            hidden = step(narrow(rows, 0, start, size), hidden, w)
            outputs.append(hidden[0])
        return cat(outputs[::-1], 0), hidden
    done: list[Hidden] = []
    running = batch_sizes[0]
    for start, size in _starts(batch_sizes):
        if size < running:
            done.append(_part(hidden, size, running))
            hidden = _part(hidden, 0, size)
        running = size
        hidden = step(narrow(rows, 0, start, size), hidden, w)
        outputs.append(hidden[0])
    return cat(outputs, 0), _joined([hidden, *reversed(done)])


def _starts(batch_sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for size in batch_sizes:
        yield start, size
        start += size


def _part(hidden: Hidden, start: int, end: int) -> Hidden:
    return tuple(narrow(h, 0, start, end - start) for h in hidden)


def _joined(parts: list[Hidden]) -> Hidden:
    return tuple(cat(list(tensors), 0) for tensors in zip(*parts, strict=True))
