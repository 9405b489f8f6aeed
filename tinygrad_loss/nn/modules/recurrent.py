"""RNN, LSTM and GRU."""

from __future__ import annotations

import math
import warnings
from typing import Any, ClassVar

from ..._creation import zeros
from ..._tensor import Tensor
from ...errors import type_name
from ...ops.indexing_along import index_select
from .. import functional as F, init
from ..functional.recurrent import Step, Weights, gru_step, lstm_step, recurrent, relu_step, tanh_step
from ..parameter import Parameter, empty_parameter
from ..utils.rnn import PackedSequence
from .module import Module


class RNNBase(Module):
    """What RNN, LSTM and GRU have in common: weights by layer and direction, and the run over a batch of sequences.

    For layer k the weights are ``weight_ih_lk`` (gates * hidden, input), ``weight_hh_lk`` (gates * hidden, hidden), ``bias_ih_lk`` and
    ``bias_hh_lk``; those of the way back end in ``_reverse``. All start uniform in +-1/sqrt(hidden_size).
    """

    gates: ClassVar[int] = 1
    parts: ClassVar[int] = 1
    """How many tensors a hidden state has: h, or h and c."""
    step: Step

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        _check(input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        height, width = self.gates * hidden_size, proj_size or hidden_size
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else width * self._directions
            shapes = {"weight_ih": (height, inputs), "weight_hh": (height, width)}
            shapes.update({"bias_ih": (height,), "bias_hh": (height,)} if bias else {})  # type: ignore[dict-item]
            shapes.update({"weight_hr": (proj_size, hidden_size)} if proj_size else {})
            for suffix in ("", "_reverse")[: self._directions]:
                named = {f"{name}_l{layer}{suffix}": shape for name, shape in shapes.items()}
                for name, shape in named.items():
                    setattr(self, name, empty_parameter(*shape, device=device, dtype=dtype))
                self._all_weights.append(list(named))
        self.reset_parameters()

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights, layer by layer and direction by direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Nothing: it speeds up GPUs."""

    def reset_parameters(self) -> None:
        """Draw the first weights."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _weights(self) -> list[Weights]:
        found = []
        for names in self._all_weights:
            values = {name.partition("_l")[0]: getattr(self, name) for name in names}
            biases = (values.get("bias_ih"), values.get("bias_hh"))
            found.append(Weights(values["weight_ih"], values["weight_hh"], *biases, values.get("weight_hr")))
        return found

    def forward(self, input: Any, hx: Any = None) -> Any:
        hidden = None if hx is None else tuple(hx) if self.parts > 1 else (hx,)
        if isinstance(input, PackedSequence):
            return self._packed(input, hidden)
        if input.dim() not in (2, 3):
            word = " tensor" if self.mode.startswith("RNN") else ""
            raise ValueError(f"{self.mode[:4].rstrip('_')}: Expected input to be 2D or 3D, got {input.dim()}D{word} instead")
        batched, along = input.dim() == 3, 0 if self.batch_first else 1
        if hidden is not None:
            _check_dims(hidden, batched)
        if not batched:
            input = input.unsqueeze(along)
            hidden = None if hidden is None else tuple(h.unsqueeze(1) for h in hidden)
        hidden = self._checked(input, hidden, input.size(along), 3)
        steps = input.transpose(0, 1) if self.batch_first else input
        output, last = recurrent(self.step, steps, hidden, self._weights(), None, self.num_layers, self.dropout, self.training)
        if self.batch_first:
            # An LSTM's is a new tensor in PyTorch, the others' are turned in place: their nodes' names tell.
            output = output.transpose(0, 1) if self.parts > 1 else output.transpose_(0, 1)
        if not batched:
            output, last = output.squeeze(along), tuple(h.squeeze(1) for h in last)
        return output, last if self.parts > 1 else last[0]

    def _packed(self, input: PackedSequence, hidden: Any) -> Any:
        sizes = [int(size) for size in input.batch_sizes._data]
        if hidden is not None and input.sorted_indices is not None:
            hidden = tuple(index_select(h, 1, input.sorted_indices) for h in hidden)
        hidden = self._checked(input.data, hidden, sizes[0], 2)
        options = (self._weights(), sizes, self.num_layers, self.dropout, self.training)
        output, last = recurrent(self.step, input.data, hidden, *options)
        if input.unsorted_indices is not None:
            last = tuple(index_select(h, 1, input.unsorted_indices) for h in last)
        return PackedSequence(output, *input[1:]), last if self.parts > 1 else last[0]

    def _checked(self, input: Tensor, hidden: Any, batch: int, dims: int) -> tuple[Tensor, ...]:
        """The first hidden state: zeros where none is given."""
        kind = getattr(self, self._all_weights[0][0]).dtype
        if input.dtype != kind:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({kind}). Convert input: input.to({kind}), or convert "
                f"model: model.to({input.dtype})"
            )
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )
        widths = (self.proj_size or self.hidden_size, self.hidden_size)[: self.parts]
        shapes = [(self.num_layers * self._directions, batch, width) for width in widths]
        if hidden is None:
            return tuple(zeros(*shape, dtype=input.dtype) for shape in shapes)
        for place, (h, shape) in enumerate(zip(hidden, shapes, strict=True)):
            if tuple(h.shape) != shape:
                name = f"hidden[{place}]" if self.parts > 1 else "hidden"
                raise RuntimeError(f"Expected {name} size {shape}, got {list(h.shape)}")
        return tuple(hidden)

    def extra_repr(self) -> str:
        usual = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}
        others = [f", {name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return f"{self.input_size}, {self.hidden_size}" + "".join(others)


def _check(input_size: Any, hidden_size: Any, layers: int, bias: Any, batch_first: Any, dropout: Any, proj_size: int) -> None:
    if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
        raise ValueError(
            f"dropout should be a number in range [0, 1] representing the probability of an element being zeroed, got {dropout!r}"
        )
    if dropout > 0 and layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, "
            f"but got dropout={dropout} and num_layers={layers}",
            stacklevel=4,
        )
    for name, value, kind in (
        ("bias", bias, bool), ("batch_first", batch_first, bool), ("input_size", input_size, int), ("hidden_size", hidden_size, int),
    ):  # fmt: skip
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type_name(value)}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", layers)):
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero, got {value}")
    if proj_size < 0:
        raise ValueError(f"proj_size should be a positive integer or zero to disable projections, got {proj_size}")
    if proj_size >= hidden_size:
        raise ValueError(f"proj_size has to be smaller than hidden_size, got {proj_size} and {hidden_size}")


def _check_dims(hidden: tuple[Tensor, ...], batched: bool) -> None:
    dims = 3 if batched else 2
    if all(h.dim() == dims for h in hidden):
        return
    kind = f"For {'batched' if batched else 'unbatched'} {dims}-D input"
    if len(hidden) > 1:
        given = ", ".join(f"{h.dim()}-D" for h in hidden)
        raise RuntimeError(f"{kind}, hx and cx should also be {dims}-D but got ({given}) tensors")
    raise RuntimeError(f"{kind}, hx should also be {dims}-D but got {hidden[0].dim()}-D tensor")


class RNN(RNNBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), step by step over sequences; or relu (``nonlinearity``).

    ``input``: (length, batch, input_size), with ``batch_first`` (batch, length, input_size), without a batch (length, input_size),
    or a PackedSequence. Returns the outputs of the last layer at all steps, and the last hidden state of each layer and direction,
    (layers * directions, batch, hidden_size); ``hx``, of that shape, is the first one (zeros).

    >>> import tinygrad_loss as torch
    >>> output, h = torch.nn.RNN(3, 5, batch_first=True)(torch.ones(2, 7, 3))
    >>> output.shape, h.shape
    (torch.Size([2, 7, 5]), torch.Size([1, 2, 5]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity, args = args[3], (*args[:3], *args[4:])
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity

    @property
    def step(self) -> Step:  # type: ignore[override]
        return tanh_step if self.nonlinearity == "tanh" else relu_step


class LSTM(RNNBase):
    """Long short-term memory: a cell c that gates write to and read from, beside the hidden state h; see RNN for the shapes.

    The hidden state is the pair (h, c). With ``proj_size``, h is projected to that length.

    >>> import tinygrad_loss as torch
    >>> output, (h, c) = torch.nn.LSTM(3, 5, num_layers=2)(torch.ones(7, 2, 3))
    >>> output.shape, h.shape, c.shape
    (torch.Size([7, 2, 5]), torch.Size([2, 2, 5]), torch.Size([2, 2, 5]))
    """

    gates, parts = 4, 2
    step = staticmethod(lstm_step)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units: one gate says how much of the hidden state is kept, one how much of it is seen; see RNN for the shapes.

    >>> import tinygrad_loss as torch
    >>> output, h = torch.nn.GRU(3, 5, bidirectional=True)(torch.ones(7, 2, 3))
    >>> output.shape, h.shape
    (torch.Size([7, 2, 10]), torch.Size([2, 2, 5]))
    """

    gates = 3
    step = staticmethod(gru_step)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step of a recurrent layer, with its weights ``weight_ih``, ``weight_hh``, ``bias_ih`` and ``bias_hh``."""

    parts: ClassVar[int] = 1
    step: Step

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        height = num_chunks * hidden_size
        for name, width in (("weight_ih", input_size), ("weight_hh", hidden_size)):
            setattr(self, name, empty_parameter(height, width, device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, empty_parameter(height, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the first weights."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        name = self._get_name()
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        hidden = None if hx is None else tuple(hx) if self.parts > 1 else (hx,)
        for place, h in enumerate(hidden or ()):
            if h.dim() not in (1, 2):
                which = f"hx[{place}]" if self.parts > 1 else "hidden"
                raise ValueError(f"{name}: Expected {which} to be 1D or 2D, got {h.dim()}D instead")
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
        if hidden is None:
            hidden = (zeros(input.size(0), self.hidden_size, dtype=input.dtype),) * self.parts
        elif not batched:
            hidden = tuple(h.unsqueeze(0) for h in hidden)
        self._check_sizes(input, hidden)
        weights = Weights(self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        new = self.step(F.linear(input, weights.ih, weights.bias_ih), hidden, weights)
        if not batched:
            new = tuple(h.squeeze(0) for h in new)
        return new if self.parts > 1 else new[0]

    def _check_sizes(self, input: Tensor, hidden: tuple[Tensor, ...]) -> None:
        if input.size(1) != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.size(1)} expected {self.input_size}")
        for h in hidden:
            if h.size(0) != input.size(0):
                raise RuntimeError(f"Input batch size {input.size(0)} doesn't match hidden0 batch size {h.size(0)}")
            if h.size(1) != self.hidden_size:
                raise RuntimeError(f"hidden0 has inconsistent hidden_size: got {h.size(1)}, expected {self.hidden_size}")

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text + ("" if nonlinearity == "tanh" else f", nonlinearity={nonlinearity}")


class RNNCell(RNNCellBase):
    """One step of an RNN: (batch, input_size) and the hidden state (batch, hidden_size) to the next hidden state.

    >>> import tinygrad_loss as torch
    >>> torch.nn.RNNCell(3, 5)(torch.ones(2, 3), torch.zeros(2, 5)).shape
    torch.Size([2, 5])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    @property
    def step(self) -> Step:  # type: ignore[override]
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return tanh_step if self.nonlinearity == "tanh" else relu_step


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (batch, input_size) and the pair (h, c) to the next pair.

    >>> import tinygrad_loss as torch
    >>> h, c = torch.nn.LSTMCell(3, 5)(torch.ones(2, 3))
    >>> h.shape
    torch.Size([2, 5])
    """

    parts = 2
    step = staticmethod(lstm_step)

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)


class GRUCell(RNNCellBase):
    """One step of a GRU: (batch, input_size) and the hidden state (batch, hidden_size) to the next hidden state."""

    step = staticmethod(gru_step)

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)
