"""Modules, initial weights and a training run: one row per case, run here and in PyTorch."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def real(*shape: int) -> Array:
    return np.sin(np.arange(math.prod(shape)) * 1.7 + 0.3).reshape(shape).astype(np.float32)


def classes(*shape: int, high: int = 3) -> Array:
    return (np.arange(math.prod(shape)) * 7 % high).reshape(shape)


def halves(*shape: int) -> Array:
    return (np.arange(math.prod(shape)) % 2).reshape(shape).astype(np.float32)


class Case:
    """A module, made after ``manual_seed(0)``, and the arrays that it is called with (None: it is not called)."""

    def __init__(self, make: Callable[[Any], Any], *inputs: Array, called: bool = True) -> None:
        self.make, self.inputs, self.called = make, inputs, called


def nested(torch: Any) -> Any:
    nn = torch.nn
    inner = nn.Sequential(OrderedDict(first=nn.Linear(4, 3), act=nn.LeakyReLU(0.1, inplace=True)))
    return nn.Sequential(inner, nn.ModuleList([nn.Identity()] * 2)[0], nn.Linear(3, 2, bias=False), nn.LogSoftmax(dim=1))


def lists(torch: Any) -> Any:
    nn = torch.nn
    parts = nn.ModuleDict(
        {"a": nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)]), "b": nn.ModuleList()}
    )
    parts.update([("c", nn.Sequential()), ("d", nn.ParameterList([torch.ones(2, 3), torch.zeros(1)]))])
    return parts


def called(module: Any, x: Any) -> Any:
    """A lazy module that has seen its first input."""
    module(x)
    return module


W3 = real(3) + 2

MODULES: dict[str, Case] = {
    "Linear": Case(lambda t: t.nn.Linear(4, 3), real(2, 4)),
    "Linear without bias": Case(lambda t: t.nn.Linear(4, 3, bias=False), real(4)),
    "Linear in float64": Case(lambda t: t.nn.Linear(4, 3, dtype=t.float64), real(2, 3, 4).astype(np.float64)),
    "Linear of 300": Case(lambda t: t.nn.Linear(300, 20), real(2, 300)),
    "Embedding": Case(lambda t: t.nn.Embedding(10, 3), classes(2, 5, high=10)),
    "Embedding, padding": Case(lambda t: t.nn.Embedding(10, 3, padding_idx=-2), classes(5, high=10)),
    "Embedding of 5": Case(lambda t: t.nn.Embedding(1, 5), classes(2, high=1)),
    "Sigmoid": Case(lambda t: t.nn.Sigmoid(), real(3)),
    "Tanh": Case(lambda t: t.nn.Tanh(), real(3)),
    "ReLU": Case(lambda t: t.nn.ReLU(), real(3)),
    "ReLU in place": Case(lambda t: t.nn.ReLU(inplace=True), real(3)),
    "LeakyReLU": Case(lambda t: t.nn.LeakyReLU(), real(3)),
    "LeakyReLU in place": Case(lambda t: t.nn.LeakyReLU(0.2, True), real(3)),
    "Softmax": Case(lambda t: t.nn.Softmax(dim=1), real(2, 3)),
    "Softmin": Case(lambda t: t.nn.Softmin(dim=0), real(2, 3)),
    "LogSoftmax": Case(lambda t: t.nn.LogSoftmax(dim=-1), real(2, 3)),
    "LogSigmoid": Case(lambda t: t.nn.LogSigmoid(), real(3)),
    "Softplus": Case(lambda t: t.nn.Softplus(), real(3)),
    "Softplus, beta": Case(lambda t: t.nn.Softplus(2, threshold=1), real(5)),
    "Dropout": Case(lambda t: t.nn.Dropout(0.3), real(5, 7)),
    "Dropout in evaluation": Case(lambda t: t.nn.Dropout().eval(), real(5, 7)),
    "Flatten": Case(lambda t: t.nn.Flatten(), real(2, 3, 4)),
    "Flatten all": Case(lambda t: t.nn.Flatten(0), real(2, 3, 4)),
    "Unflatten": Case(lambda t: t.nn.Unflatten(1, (2, 2)), real(3, 4)),
    "Identity": Case(lambda t: t.nn.Identity(3, unused=1), real(2)),
    "Sequential": Case(lambda t: t.nn.Sequential(t.nn.Linear(4, 5), t.nn.Tanh(), t.nn.Linear(5, 3)), real(2, 4)),
    "nested": Case(nested, real(2, 4)),
    "lists": Case(lists, called=False),
    "Conv1d": Case(lambda t: t.nn.Conv1d(2, 3, 3, padding="same", bias=False), real(2, 2, 5)),
    "Conv2d": Case(lambda t: t.nn.Conv2d(2, 4, (3, 2), stride=2, padding=1, groups=2), real(2, 2, 5, 5)),
    "Conv2d, reflected": Case(lambda t: t.nn.Conv2d(2, 4, 3, padding=1, dilation=2, padding_mode="reflect"), real(2, 6, 6)),
    "Conv3d": Case(lambda t: t.nn.Conv3d(1, 2, 2), real(1, 1, 3, 3, 3)),
    "ConvTranspose2d": Case(lambda t: t.nn.ConvTranspose2d(2, 3, 3, stride=2, output_padding=1), real(1, 2, 3, 3)),
    "LazyConv2d": Case(lambda t: called(t.nn.LazyConv2d(3, 2), t.ones(1, 2, 4, 4)), real(1, 2, 4, 4)),
    "LazyLinear": Case(lambda t: called(t.nn.LazyLinear(3), t.ones(2, 5)), real(2, 5)),
    "LazyBatchNorm1d": Case(lambda t: called(t.nn.LazyBatchNorm1d(), t.ones(2, 5)), real(2, 5)),
    "Bilinear": Case(lambda t: t.nn.Bilinear(2, 3, 4), real(5, 2), real(5, 3)),
    "EmbeddingBag": Case(lambda t: t.nn.EmbeddingBag(10, 8, mode="max", padding_idx=0), classes(2, 3, high=10)),
    "MaxPool2d": Case(lambda t: t.nn.MaxPool2d(2), real(1, 2, 5, 5)),
    "MaxPool1d, ceil": Case(lambda t: t.nn.MaxPool1d(3, 2, ceil_mode=True), real(2, 6)),
    "AvgPool2d": Case(lambda t: t.nn.AvgPool2d(3, padding=1), real(1, 2, 5, 5)),
    "AvgPool1d": Case(lambda t: t.nn.AvgPool1d(2), real(2, 6)),
    "LPPool2d": Case(lambda t: t.nn.LPPool2d(2, 2), real(1, 4, 4)),
    "AdaptiveAvgPool2d": Case(lambda t: t.nn.AdaptiveAvgPool2d((2, None)), real(1, 2, 5, 5)),
    "AdaptiveMaxPool1d": Case(lambda t: t.nn.AdaptiveMaxPool1d(3), real(2, 5)),
    "Unfold": Case(lambda t: t.nn.Unfold(2), real(1, 2, 3, 3)),
    "Fold": Case(lambda t: t.nn.Fold((3, 3), 2), real(1, 4, 4)),
    "ZeroPad2d": Case(lambda t: t.nn.ZeroPad2d((1, 2, 0, 1)), real(1, 2, 3)),
    "ConstantPad1d": Case(lambda t: t.nn.ConstantPad1d(1, 3.5), real(2, 3)),
    "ReflectionPad2d": Case(lambda t: t.nn.ReflectionPad2d(1), real(1, 3, 3)),
    "CircularPad1d": Case(lambda t: t.nn.CircularPad1d(2), real(2, 3)),
    "BatchNorm1d": Case(lambda t: t.nn.BatchNorm1d(3), real(4, 3)),
    "BatchNorm2d in evaluation": Case(lambda t: t.nn.BatchNorm2d(2, affine=False).eval(), real(2, 2, 3, 3)),
    "BatchNorm2d, no statistics": Case(lambda t: t.nn.BatchNorm2d(2, track_running_stats=False).eval(), real(2, 2, 3, 3)),
    "InstanceNorm1d": Case(lambda t: t.nn.InstanceNorm1d(3), real(3, 5)),
    "LayerNorm": Case(lambda t: t.nn.LayerNorm((3, 4), bias=False), real(2, 3, 4)),
    "GroupNorm": Case(lambda t: t.nn.GroupNorm(2, 4), real(3, 4)),
    "RMSNorm": Case(lambda t: t.nn.RMSNorm(4), real(3, 4)),
    "LocalResponseNorm": Case(lambda t: t.nn.LocalResponseNorm(2), real(1, 3, 4)),
    "Dropout2d": Case(lambda t: t.nn.Dropout2d(), real(2, 5, 2, 2)),
    "AlphaDropout": Case(lambda t: t.nn.AlphaDropout(0.3), real(4, 5)),
    "ELU": Case(lambda t: t.nn.ELU(2, True), real(5)),
    "SELU": Case(lambda t: t.nn.SELU(), real(5)),
    "CELU": Case(lambda t: t.nn.CELU(0.5), real(5)),
    "GELU": Case(lambda t: t.nn.GELU("tanh"), real(5)),
    "SiLU": Case(lambda t: t.nn.SiLU(), real(5)),
    "Mish": Case(lambda t: t.nn.Mish(), real(5)),
    "GLU": Case(lambda t: t.nn.GLU(), real(6)),
    "Softsign": Case(lambda t: t.nn.Softsign(), real(5)),
    "Tanhshrink": Case(lambda t: t.nn.Tanhshrink(), real(5)),
    "Hardsigmoid": Case(lambda t: t.nn.Hardsigmoid(True), real(5)),
    "Hardswish": Case(lambda t: t.nn.Hardswish(), real(5)),
    "ReLU6": Case(lambda t: t.nn.ReLU6(), real(5) * 8),
    "Softshrink": Case(lambda t: t.nn.Softshrink(), real(5)),
    "Threshold": Case(lambda t: t.nn.Threshold(0.1, 20), real(5)),
    "PReLU": Case(lambda t: t.nn.PReLU(3), real(2, 3)),
    "RReLU": Case(lambda t: t.nn.RReLU(), real(5)),
    "Upsample": Case(lambda t: t.nn.Upsample(scale_factor=2, mode="bilinear"), real(1, 1, 2, 3)),
    "PixelShuffle": Case(lambda t: t.nn.PixelShuffle(2), real(4, 2, 2)),
    "RNN": Case(lambda t: t.nn.RNN(3, 2, 2, "relu", batch_first=True), real(2, 4, 3)),
    "LSTM": Case(lambda t: t.nn.LSTM(3, 2, bidirectional=True), real(4, 2, 3)),
    "LSTM, projected": Case(lambda t: t.nn.LSTM(3, 4, proj_size=2, bias=False), real(4, 3)),
    "GRU": Case(lambda t: t.nn.GRU(3, 2, num_layers=2, dropout=0.5), real(4, 2, 3)),
    "RNNCell": Case(lambda t: t.nn.RNNCell(3, 2, False, "relu"), real(2, 3)),
    "LSTMCell": Case(lambda t: t.nn.LSTMCell(3, 2), real(3)),
    "GRUCell": Case(lambda t: t.nn.GRUCell(3, 2), real(2, 3)),
    "ParameterDict": Case(lambda t: t.nn.ParameterDict({"b": t.ones(2), "a": t.zeros(1, 2)}), called=False),
    "CrossEntropyLoss": Case(lambda t: t.nn.CrossEntropyLoss(), real(4, 3), classes(4)),
    "CrossEntropyLoss, options": Case(
        lambda t: t.nn.CrossEntropyLoss(t.from_numpy(W3), ignore_index=1, label_smoothing=0.1, reduction="sum"),
        real(4, 3),
        classes(4),
    ),
    "NLLLoss": Case(lambda t: t.nn.NLLLoss(weight=t.from_numpy(W3), reduction="none"), real(4, 3), classes(4)),
    "BCELoss": Case(lambda t: t.nn.BCELoss(), real(4) / 3 + 0.5, halves(4)),
    "BCEWithLogitsLoss": Case(lambda t: t.nn.BCEWithLogitsLoss(pos_weight=t.from_numpy(W3)), real(4, 3), halves(4, 3)),
    "MSELoss": Case(lambda t: t.nn.MSELoss(reduction="sum"), real(4), real(4) + 1),
}

INITS: dict[str, Callable[[Any], Any]] = {
    "uniform_": lambda t: t.nn.init.uniform_(t.empty(3, 5), -1, 2),
    "normal_": lambda t: t.nn.init.normal_(t.empty(3, 7), 1, 2),
    "normal_ few": lambda t: t.nn.init.normal_(t.empty(3, 5), 1, 2),
    "trunc_normal_": lambda t: t.nn.init.trunc_normal_(t.empty(30, 50)),
    "trunc_normal_ narrow": lambda t: t.nn.init.trunc_normal_(t.empty(30, 50), 0.3, 1.0, 0.1, 0.5),
    "trunc_normal_ tail": lambda t: t.nn.init.trunc_normal_(t.empty(30, 50), 0.0, 1.0, 1.5, 3.0),
    "constant_": lambda t: t.nn.init.constant_(t.empty(3), 0.3),
    "ones_": lambda t: t.nn.init.ones_(t.empty(3)),
    "zeros_": lambda t: t.nn.init.zeros_(t.ones(3)),
    "eye_": lambda t: t.nn.init.eye_(t.empty(3, 5)),
    "dirac_": lambda t: t.nn.init.dirac_(t.empty(4, 2, 3, 3), groups=2),
    "xavier_uniform_": lambda t: t.nn.init.xavier_uniform_(t.empty(3, 5), gain=2.0),
    "xavier_normal_": lambda t: t.nn.init.xavier_normal_(t.empty(4, 6)),
    "kaiming_uniform_": lambda t: t.nn.init.kaiming_uniform_(t.empty(3, 5), mode="fan_out", nonlinearity="relu"),
    "kaiming_normal_": lambda t: t.nn.init.kaiming_normal_(t.empty(4, 2, 3, 3), a=0.1),
    "orthogonal_": lambda t: t.nn.init.orthogonal_(t.empty(4, 6), gain=2.0),
    "orthogonal_ tall": lambda t: t.nn.init.orthogonal_(t.empty(5, 1, 3)),
    "sparse_": lambda t: t.nn.init.sparse_(t.empty(6, 4), 0.4),
}


def seeded(torch: Any, make: Callable[[Any], Any]) -> Any:
    torch.manual_seed(0)
    return make(torch)


def outcome(torch: Any, case: Case) -> dict[str, Any]:
    """What a module prints, holds and computes."""
    module = seeded(torch, case.make)
    found: dict[str, Any] = {
        "repr": repr(module),
        "state": {name: np.array(tensor.numpy()) for name, tensor in module.state_dict().items()},
        "modules": [name for name, _ in module.named_modules()],
        "parameters": [name for name, _ in module.named_parameters()],
    }
    if case.called:
        out = module(*(torch.from_numpy(array.copy()) for array in case.inputs))
        out = out[0] if isinstance(out, tuple) else out
        found["output"] = np.array(out.detach().numpy())
    return found


def train(torch: Any, optimizer: str = "Adam", epochs: int = 3) -> list[float]:
    """The losses of a small network, with everything that draws numbers: first weights, split, batches, dropout."""
    nn, data = torch.nn, torch.utils.data
    torch.manual_seed(7)
    x = torch.from_numpy(np.cos(np.arange(60 * 4) ** 1.5).reshape(60, 4).astype(np.float32))
    y = torch.from_numpy((np.arange(60) * 7 % 3).astype(np.int64))
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
    training, _ = data.random_split(data.TensorDataset(x, y), [45, 15])
    loader = data.DataLoader(training, batch_size=8, shuffle=True)
    criterion, step = nn.CrossEntropyLoss(), getattr(torch.optim, optimizer)(model.parameters(), lr=0.05)
    losses = []
    for _ in range(epochs):
        for batch, target in loader:
            step.zero_grad()
            loss = criterion(model(batch), target)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            step.step()
            losses.append(loss.item())
    return losses
