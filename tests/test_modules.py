"""Modules: what they print, hold and compute, and how attributes, hooks and state dictionaries behave, is PyTorch's."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from module_cases import INITS, MODULES, outcome, real, seeded, train

import tinygrad_loss as tl
import tinygrad_loss.nn as nn

RECORDED = json.loads((Path(__file__).parent / "recorded" / "modules.json").read_text())
NEAR = {"rtol": 3e-6, "atol": 3e-6}


def excerpt(array: Any) -> Any:
    flat = np.asarray(array).reshape(-1)
    return flat if len(flat) <= 16 else np.concatenate((flat[:8], flat[-8:]))


def tensor(*shape: int, grad: bool = False) -> Any:
    return tl.from_numpy(real(*shape)).requires_grad_(grad)


# The tables


@pytest.mark.parametrize("name", MODULES)
def test_recorded_module(name: str) -> None:
    ours, theirs = outcome(tl, MODULES[name]), RECORDED["modules"][name]
    for what in ("repr", "modules", "parameters"):
        assert ours[what] == theirs[what]
    assert list(ours["state"]) == list(theirs["state"])
    for key, array in ours["state"].items():
        np.testing.assert_allclose(excerpt(array), theirs["state"][key], rtol=1e-6, atol=1e-7)
    assert ("output" in ours) == ("output" in theirs)
    if "output" in ours:
        np.testing.assert_allclose(excerpt(ours["output"]), theirs["output"], **NEAR)


@pytest.mark.torch
@pytest.mark.parametrize("name", MODULES)
def test_module(name: str, torch: Any) -> None:
    ours, theirs = outcome(tl, MODULES[name]), outcome(torch, MODULES[name])
    for what in ("repr", "modules", "parameters"):
        assert ours[what] == theirs[what]
    for key, array in theirs["state"].items():
        assert ours["state"][key].dtype == array.dtype
        if name.startswith("Embedding"):
            np.testing.assert_allclose(ours["state"][key], array, rtol=5e-7, atol=1e-7)
        else:
            np.testing.assert_array_equal(ours["state"][key], array)
    if "output" in theirs:
        assert ours["output"].dtype == theirs["output"].dtype
        assert ours["output"].shape == theirs["output"].shape
        np.testing.assert_allclose(ours["output"], theirs["output"], **NEAR)


@pytest.mark.parametrize("name", INITS)
def test_recorded_init(name: str) -> None:
    np.testing.assert_allclose(excerpt(seeded(tl, INITS[name]).numpy()), RECORDED["inits"][name], rtol=2e-6, atol=2e-6)


@pytest.mark.torch
@pytest.mark.parametrize("name", INITS)
def test_init(name: str, torch: Any) -> None:
    ours, theirs = seeded(tl, INITS[name]), seeded(torch, INITS[name])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("optimizer", RECORDED["runs"])
def test_recorded_training_run(optimizer: str) -> None:
    np.testing.assert_allclose(train(tl, optimizer), RECORDED["runs"][optimizer], rtol=2e-5)


@pytest.mark.torch
@pytest.mark.parametrize("optimizer", ["SGD", "AdamW", "RMSprop"])
def test_training_run(optimizer: str, torch: Any) -> None:
    np.testing.assert_allclose(train(tl, optimizer), train(torch, optimizer), rtol=1e-4)


# Attributes


class Net(nn.Module):
    """One of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.scale = nn.Parameter(tensor(2))
        self.register_buffer("shift", tensor(2))
        self.register_buffer("cache", tensor(2), persistent=False)
        self.register_parameter("nothing", None)
        self.plain = 3

    def forward(self, x: Any) -> Any:
        return self.layer(x) * self.scale + self.shift


def test_attributes() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == ["scale", "layer.weight", "layer.bias"]
    assert [name for name, _ in net.named_buffers()] == ["shift", "cache"]
    assert list(net.state_dict()) == ["scale", "shift", "layer.weight", "layer.bias"]
    assert list(net.state_dict(prefix="net.")) == ["net.scale", "net.shift", "net.layer.weight", "net.layer.bias"]
    assert net.nothing is None
    assert {"layer", "scale", "shift", "plain", "forward"} <= set(dir(net))
    net.nothing = nn.Parameter(tensor(1))
    assert "nothing" in dict(net.named_parameters())
    net.nothing = None
    assert "nothing" not in dict(net.named_parameters())
    net.plain = nn.ReLU()  # an attribute that becomes a submodule
    assert "plain" in dict(net.named_children())
    net.plain = nn.Parameter(tensor(1))  # and then a parameter
    assert "plain" not in dict(net.named_children())
    del net.plain, net.shift, net.layer
    assert not hasattr(net, "plain")
    assert list(net.state_dict()) == ["scale"]
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'layer'"):
        net.layer


def test_shared_parameters_and_modules_are_listed_once() -> None:
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, layer)
    net.extra = layer.weight
    assert [name for name, _ in net.named_parameters()] == ["extra", "0.bias"]
    assert [name for name, _ in net.named_parameters(remove_duplicate=False)] == [
        "extra",
        "0.weight",
        "0.bias",
        "1.weight",
        "1.bias",
    ]
    assert len(list(net.modules())) == 2
    assert len(list(net.children())) == 1


def test_lookup_by_dotted_name() -> None:
    net = nn.Sequential(Net())
    assert net.get_submodule("0.layer") is net[0].layer
    assert net.get_submodule("") is net
    assert net.get_parameter("0.layer.weight") is net[0].layer.weight
    for wrong, words in (("0.x", "Net has no attribute `x`"), ("0.plain", "`plain` is not an nn\\.Module")):
        with pytest.raises(AttributeError, match=words):
            net.get_submodule(wrong)
    with pytest.raises(AttributeError, match=r"`shift` is not an nn\.Parameter"):
        net.get_parameter("0.shift")


def unmade(torch: Any) -> Any:
    class Unmade(torch.nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            pass

    return Unmade()


def vector(torch: Any) -> Any:
    return torch.from_numpy(real(2))


ERRORS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "parameter before init": (
        lambda t: setattr(unmade(t), "p", t.nn.Parameter(vector(t))),
        "cannot assign parameters before Module.__init__() call",
    ),
    "module before init": (lambda t: setattr(unmade(t), "m", t.nn.ReLU()), "cannot assign module before Module.__init__() call"),
    "buffer before init": (lambda t: unmade(t).register_buffer("b", None), "cannot assign buffer before Module.__init__() call"),
    "register before init": (
        lambda t: unmade(t).register_parameter("p", None),
        "cannot assign parameter before Module.__init__() call",
    ),
    "tensor as parameter": (
        lambda t: setattr(t.nn.Linear(2, 2), "weight", vector(t)),
        "as parameter 'weight' (torch.nn.Parameter or None expected)",
    ),
    "tensor as module": (
        lambda t: setattr(t.nn.Sequential(t.nn.ReLU()), "0", 3),
        "as child module '0' (torch.nn.Module or None expected)",
    ),
    "number as buffer": (
        lambda t: setattr(t.nn.NLLLoss(vector(t)), "weight", 3),
        "as buffer 'weight' (torch.nn.Buffer, torch.Tensor or None expected)",
    ),
    "register a tensor": (
        lambda t: t.nn.Module().register_parameter("p", vector(t)),
        "object to parameter 'p' (torch.nn.Parameter or None required)",
    ),
    "register a number": (
        lambda t: t.nn.Module().register_buffer("b", 3),
        "object to buffer 'b' (torch Tensor or None required)",
    ),
    "dot in a name": (lambda t: t.nn.Module().register_buffer("a.b", None), 'buffer name can\'t contain \\".\\"'),
    "no name": (lambda t: t.nn.Module().register_parameter("", None), "parameter name can't be empty string"),
    "number as name": (lambda t: t.nn.Module().register_buffer(3, None), "buffer name should be a string"),
    "name taken": (lambda t: t.nn.Linear(2, 2).register_buffer("forward", None), "attribute 'forward' already exists"),
    "no module": (lambda t: t.nn.Module().add_module("m", 3), "is not a Module subclass"),
    "sequential of a number": (lambda t: t.nn.Sequential(3), "is not a Module subclass"),
    "no forward": (lambda t: t.nn.Module()(3), 'Module [Module] is missing the required "forward" function'),
    "mode": (lambda t: t.nn.Module().train(3), "training mode is expected to be boolean"),
    "no attribute": (lambda t: t.nn.ReLU().x, "'ReLU' object has no attribute 'x'"),
    "index": (lambda t: t.nn.Sequential(t.nn.ReLU())[1], "index 1 is out of range"),
    "list index": (lambda t: t.nn.ModuleList()[0], "index 0 is out of range"),
    "extend": (lambda t: t.nn.ModuleList().extend(3), "ModuleList.extend should be called with an iterable, but got int"),
    "update": (
        lambda t: t.nn.ModuleDict(3),
        "ModuleDict.update should be called with an iterable of key/value pairs, but got int",
    ),
    "call a list": (lambda t: t.nn.ModuleList()(3), 'is missing the required "forward" function'),
    "call parameters": (lambda t: t.nn.ParameterList()(3), "ParameterList should not be called."),
    "to integers": (lambda t: t.nn.Linear(2, 2).to(t.int64), "nn.Module.to only accepts floating point or complex dtypes"),
    "integers as parameter": (lambda t: t.nn.Parameter(t.from_numpy(np.arange(3))), "can require gradients"),
    "dropout": (lambda t: t.nn.Dropout(1.5), "dropout probability has to be between 0 and 1, but got 1.5"),
    "padding": (lambda t: t.nn.Embedding(3, 2, padding_idx=3), "Padding_idx must be within num_embeddings"),
    "unflatten": (lambda t: t.nn.Unflatten(1, 3), "unflattened_size must be a tuple of ints, but found type int"),
    "state dict": (lambda t: t.nn.Linear(2, 2).load_state_dict([]), "Expected state_dict to be dict-like, got <class 'list'>."),
    "gain": (lambda t: t.nn.init.calculate_gain("tan"), "Unsupported nonlinearity tan"),
    "slope": (lambda t: t.nn.init.calculate_gain("leaky_relu", "a"), "negative_slope a not a valid number"),
    "fan": (
        lambda t: t.nn.init.xavier_normal_(vector(t)),
        "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
    ),
    "fan mode": (
        lambda t: t.nn.init.kaiming_normal_(t.from_numpy(real(2, 2)), mode="fan"),
        "Mode fan not supported, please use one of",
    ),
    "eye": (lambda t: t.nn.init.eye_(vector(t)), "Only tensors with 2 dimensions are supported"),
    "orthogonal": (lambda t: t.nn.init.orthogonal_(vector(t)), "Only tensors with 2 or more dimensions are supported"),
    "vector": (lambda t: t.nn.utils.vector_to_parameters([1.0], []), "expected torch.Tensor, but got: list"),
}


def raised(torch: Any, name: str) -> tuple[str, str]:
    with pytest.raises(Exception) as info:
        ERRORS[name][0](torch)
    kind = next(base for base in info.type.__mro__ if base.__module__ == "builtins")
    return kind.__name__, str(info.value)


@pytest.mark.parametrize("name", ERRORS)
def test_error(name: str) -> None:
    assert ERRORS[name][1].replace("\\", "") in raised(tl, name)[1].replace("\\", "")


@pytest.mark.torch
@pytest.mark.parametrize("name", ERRORS)
def test_error_is_pytorchs(name: str, torch: Any) -> None:
    kind, words = raised(torch, name)
    assert raised(tl, name)[0] == kind
    assert ERRORS[name][1].replace("\\", "") in words.replace("\\", "")


# Parameters


def test_parameter() -> None:
    data = tensor(3)
    p = nn.Parameter(data)
    assert isinstance(p, tl.Tensor)
    assert isinstance(p, nn.Parameter)
    assert not isinstance(data, nn.Parameter)
    assert p.requires_grad
    assert p.is_leaf
    assert type(p * 2) is tl.Tensor
    assert repr(p) == "Parameter containing:\ntensor([ 0.2955,  0.9093, -0.5298], requires_grad=True)"
    assert np.shares_memory(p.detach().numpy(), data.numpy())
    assert not nn.Parameter(data, requires_grad=False).requires_grad
    assert nn.Parameter().shape == (0,)
    with tl.no_grad():
        assert nn.Parameter(data).requires_grad
    for other in (copy.deepcopy(p), pickle.loads(pickle.dumps(p))):
        assert type(other) is nn.Parameter
        assert other.requires_grad
        assert np.array_equal(other.detach().numpy(), p.detach().numpy())
        assert not np.shares_memory(other.detach().numpy(), p.detach().numpy())


def test_a_copied_model_is_another_with_the_same_numbers() -> None:
    net = Net()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert repr(other) == repr(net)
        np.testing.assert_array_equal(other(tensor(2)).detach().numpy(), net(tensor(2)).detach().numpy())
        other.layer.weight._data[...] = 0
        assert net.layer.weight.detach().numpy().any()


def test_conversions() -> None:
    net = Net()
    net.register_buffer("count", tl.from_numpy(np.arange(2)))
    weight = net.layer.weight
    net(tensor(2)).sum().backward()
    assert net.double() is net
    assert net.layer.weight is weight
    assert weight.dtype is weight.grad.dtype is net.shift.dtype is tl.float64
    assert net.count.dtype is tl.int64
    net.zero_grad()
    net(tensor(2).double()).sum().backward()
    assert weight.grad.dtype is tl.float64
    assert net.float().scale.dtype is tl.float32
    assert net.to(tl.float64).scale.dtype is tl.float64
    assert net.to(tensor(1)).scale.dtype is tl.float32
    assert net.to("cpu").cpu().scale.dtype is tl.float32
    with pytest.raises((RuntimeError, AssertionError)):
        net.cuda()


def test_modes_gradients_and_apply() -> None:
    net = nn.Sequential(Net(), nn.Dropout())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net[0].train()
    assert [module.training for module in net.modules()] == [False, True, True, False]
    net.requires_grad_(False)
    assert not net(tensor(2)).requires_grad
    net.requires_grad_()
    net(tensor(2)).sum().backward()
    grad = net[0].scale.grad
    net.zero_grad(set_to_none=False)
    assert net[0].scale.grad is grad
    assert not grad.numpy().any()
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    order: list[str] = []
    assert net.apply(lambda module: order.append(type(module).__name__)) is net
    assert order == ["Linear", "Net", "Dropout", "Sequential"]


# State dictionaries


def test_state_dict_shares_memory_and_loading_copies() -> None:
    net, other = Net(), Net()
    state = net.state_dict()
    assert not state["scale"].requires_grad
    assert np.shares_memory(state["scale"].numpy(), net.scale.detach().numpy())
    assert net.state_dict(keep_vars=True)["scale"] is net.scale
    assert state._metadata["layer"] == {"version": 1}
    scale = other.scale
    result = other.load_state_dict(state)
    assert str(result) == "<All keys matched successfully>"
    assert other.scale is scale
    assert not np.shares_memory(scale.detach().numpy(), state["scale"].numpy())
    for name, value in other.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), state[name].numpy())
    other.load_state_dict(state, assign=True)
    assert type(other.scale) is nn.Parameter
    assert np.shares_memory(other.scale.detach().numpy(), state["scale"].numpy())
    assert other.shift is state["shift"]


def test_loading_makes_earlier_graphs_stale() -> None:
    layer = nn.Linear(2, 2)
    out = layer(tensor(1, 2, grad=True)).sum()
    layer.load_state_dict(nn.Linear(2, 2).state_dict())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()


STATES: dict[str, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
    "missing": lambda t, s: {k: v for k, v in s.items() if "bias" not in k},
    "unexpected": lambda t, s: {**s, "x": vector(t), "0.y": vector(t), "0.weight.z": vector(t), "2.a.b": vector(t)},
    "both": lambda t, s: {"x": vector(t)},
    "shape": lambda t, s: {**s, "0.weight": vector(t)},
    "all wrong": lambda t, s: {"x": vector(t), "0.weight": vector(t)},
    "0-dim": lambda t, s: {**s, "0.bias": t.from_numpy(np.array(1.0))},
    "no tensor": lambda t, s: {**s, "1.bias": [1.0]},
}


def loading(torch: Any, name: str) -> str:
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))
    with pytest.raises(RuntimeError) as info:
        model.load_state_dict(STATES[name](torch, dict(model.state_dict())))
    return str(info.value)


@pytest.mark.torch
@pytest.mark.parametrize("name", STATES)
def test_what_does_not_fit_is_said_in_pytorchs_words(name: str, torch: Any) -> None:
    assert loading(tl, name) == loading(torch, name)


def test_what_does_not_fit() -> None:
    assert loading(tl, "all wrong") == (
        "Error(s) in loading state_dict for Sequential:\n"
        '\tMissing key(s) in state_dict: "0.bias", "1.weight", "1.bias". \n'
        '\tUnexpected key(s) in state_dict: "x". \n'
        "\tsize mismatch for 0.weight: copying a param with shape torch.Size([2]) from checkpoint, the shape in current model is "
        "torch.Size([3, 2])."
    )
    model = nn.Linear(2, 1)
    result = model.load_state_dict({"weight": tensor(1, 2), "x": tensor(1)}, strict=False)
    assert (result.missing_keys, result.unexpected_keys) == (["bias"], ["x"])
    assert repr(result) == "_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['x'])"


# Hooks


def hooked(torch: Any) -> list[Any]:
    """What the hooks of a layer see and change, in order."""
    torch.manual_seed(0)
    layer, seen = torch.nn.Linear(2, 2), []
    x = torch.from_numpy(real(3, 2)).requires_grad_()

    def note(name: str, change: Any = None) -> Any:
        def hook(module: Any, *values: Any, **kwargs: Any) -> Any:
            assert module is layer
            seen.append((name, [_shapes(value) for value in values]))
            return change(*values) if change else None

        return hook

    handles = [
        layer.register_forward_pre_hook(note("pre", lambda args: (args[0] * 2,))),
        layer.register_forward_pre_hook(note("pre kwargs"), with_kwargs=True, prepend=True),
        layer.register_forward_hook(note("after", lambda args, out: out * 3)),
        layer.register_forward_hook(note("after kwargs"), with_kwargs=True, prepend=True),
        layer.register_full_backward_pre_hook(note("back pre", lambda grads: (grads[0] * 2,))),
        layer.register_full_backward_hook(note("back", lambda inputs, outputs: (inputs[0] + 1,))),
        layer.register_full_backward_hook(note("back second"), prepend=True),
    ]
    layer(x).sum().backward()
    seen += [np.array(x.grad.numpy()).round(5).tolist(), np.array(layer.weight.grad.numpy()).round(5).tolist()]
    for handle in handles:
        handle.remove()
    count = len(seen)
    layer(x)
    assert len(seen) == count
    return seen


def _shapes(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_shapes(one) for one in value]
    return tuple(value.shape) if hasattr(value, "shape") else value


def test_hooks() -> None:
    names = [one[0] for one in hooked(tl)[:-2]]
    assert names == ["pre kwargs", "pre", "after kwargs", "after", "back pre", "back second", "back"]


@pytest.mark.torch
def test_hooks_are_pytorchs(torch: Any) -> None:
    assert hooked(tl) == hooked(torch)


def test_backward_hook_of_a_first_layer() -> None:
    layer, seen = nn.Linear(2, 1), []
    layer.register_full_backward_hook(lambda module, inputs, outputs: seen.append((inputs, outputs[0].shape)))
    with pytest.warns(UserWarning, match="no inputs require gradients"):
        layer(tensor(3, 2)).sum().backward()
    assert seen == [((None,), (3, 1))]
    assert layer.weight.grad is not None


def old_hook(torch: Any) -> Any:
    layer, seen = torch.nn.Linear(2, 1), []
    layer.register_backward_hook(lambda module, inputs, outputs: seen.append((_shapes(inputs), _shapes(outputs))))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer(torch.from_numpy(real(3, 2)).requires_grad_()).sum().backward()
    with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full backward hooks"):
        layer.register_full_backward_hook(print)
    return seen, [(one.category, str(one.message)[:80]) for one in caught]


def test_the_old_backward_hook() -> None:
    seen, caught = old_hook(tl)
    assert len(seen) == 1
    assert seen[0][1] == [(3, 1)]
    assert [kind for kind, _ in caught] == [FutureWarning]


@pytest.mark.torch
def test_the_old_backward_hook_is_pytorchs(torch: Any) -> None:
    assert old_hook(tl) == old_hook(torch)


def test_a_forward_hook_that_is_always_called() -> None:
    class Wrong(nn.Module):
        def forward(self, x: Any) -> Any:
            raise ValueError("wrong")

    module, seen = Wrong(), []
    module.register_forward_hook(lambda module, args, out: seen.append(out), always_call=True)
    module.register_forward_hook(lambda module, args, out: seen.append("never"))
    with pytest.raises(ValueError, match="wrong"):
        module(1)
    assert seen == [None]


# Containers


def test_sequential_is_a_list() -> None:
    a, b, c = nn.ReLU(), nn.Tanh(), nn.Sigmoid()
    seq = nn.Sequential(a, b)
    assert list(seq) == [a, b]
    assert seq[-1] is b
    assert list(seq[:1]) == [a]
    seq.append(c).insert(0, c)
    assert list(seq) == [c, a, b, c]
    del seq[0]
    seq[0] = b
    assert list(dict(seq.named_children())) == ["0", "2"]  # a module that is there twice has its first name
    assert seq.pop(1) is b
    assert len(seq) == 2
    assert list(seq + nn.Sequential(a)) == [b, c, a]
    assert len(seq * 2) == len(2 * seq) == 4
    seq += nn.Sequential(a)
    assert list(seq.extend([b])) == [b, c, a, b]


def test_module_list_and_dict() -> None:
    a, b = nn.ReLU(), nn.Tanh()
    modules = nn.ModuleList([a])
    modules += [b]
    assert list(modules[::-1]) == [b, a]
    assert list(modules + nn.ModuleList([a])) == [a, b, a]
    modules[0] = b
    del modules[1]
    assert list(modules) == [b]
    named = nn.ModuleDict({"a": a})
    named["b"] = b
    assert "a" in named
    assert (list(named), list(named.keys()), list(named.values())) == (["a", "b"], ["a", "b"], [a, b])
    assert named.pop("a") is a
    named.clear()
    assert len(named) == 0


def test_parameter_list() -> None:
    values = nn.ParameterList([tensor(2), nn.Parameter(tensor(1)), 3])
    assert all(isinstance(value, nn.Parameter) for value in values[:2])
    values.append(tensor(1))
    values += [tensor(1)]
    values[-1] = tensor(4)
    assert [name for name, _ in values.named_parameters()] == ["0", "1", "3", "4"]
    assert values[4].shape == (4,)
    assert "(2): Object of type: int" in repr(values)


# Tools


def clipped(torch: Any, **options: Any) -> Any:
    params = [torch.from_numpy(real(*shape)).requires_grad_() for shape in ((3, 2), (4,), ())]
    for p in params[:2]:
        p.grad = torch.from_numpy(np.array(p.detach().numpy() * 3))
    norm = torch.nn.utils.clip_grad_norm_(params, **options)
    return [float(norm), *(p.grad.numpy().tolist() for p in params[:2])]


@pytest.mark.torch
@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, 0.0, np.inf, -np.inf])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clip_grad_norm(norm_type: float, max_norm: float, torch: Any) -> None:
    ours, theirs = (clipped(lib, max_norm=max_norm, norm_type=norm_type) for lib in (tl, torch))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_clip_grad() -> None:
    p = tensor(2, grad=True)
    assert nn.utils.clip_grad_norm_(p, 1.0).item() == 0.0
    p.grad = tl.from_numpy(np.array([3.0, -4.0], np.float32))
    grad = p.grad
    nn.utils.clip_grad_value_(p, 3.5)
    assert grad.tolist() == [3.0, -3.5]
    grad._data[0] = np.inf
    with pytest.raises(RuntimeError, match="is non-finite, so it cannot be clipped"):
        nn.utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
    with pytest.warns(UserWarning, match="`parameters` is an empty generator"):
        nn.utils.clip_grad_norm_((one for one in ()), 1.0)


def test_parameters_as_a_vector() -> None:
    model = nn.Linear(2, 3)
    vector = nn.utils.parameters_to_vector(model.parameters())
    assert vector.shape == (9,)
    assert vector.requires_grad
    weight = model.weight
    nn.utils.vector_to_parameters(tensor(9), model.parameters())
    assert model.weight is weight
    np.testing.assert_array_equal(weight.detach().numpy().reshape(-1), real(9)[:6])
    model(tensor(1, 2)).sum().backward()
    assert weight.grad.shape == (3, 2)


def test_init_writes_outside_the_graph() -> None:
    p = nn.Parameter(tensor(3, 3))
    out = (p * p).sum()
    assert nn.init.eye_(p) is p
    assert p.is_leaf
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        nn.init.kaiming_uniform_(tl.from_numpy(np.zeros((0, 3), np.float32)))
        nn.init.trunc_normal_(tensor(20), mean=0.0, std=0.1, a=1.0, b=2.0)
    assert "no-op" in str(caught[0].message)
    assert "mean is more than 2 std from [a, b]" in str(caught[1].message)
