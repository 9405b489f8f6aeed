"""The picture model and its reader: what is read from a graph of either library, and that reading changes nothing."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import tinygrad_loss
from tinygrad_loss.graph import (
    Edge,
    Graph,
    Node,
    Values,
    definition_text,
    from_json,
    read_graph,
    record_modules,
    to_json,
    with_reference,
)
from tinygrad_loss.graph.model import nearest
from tinygrad_loss.graph.numbers import difference, remark, rows_of, safe_text
from tinygrad_loss.graph.words import plain_words
from tinygrad_loss.parity.seed_losses import SEED_LOSSES, load_recorded


@pytest.fixture(params=["tinygrad_loss", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request: pytest.FixtureRequest) -> Any:
    """Each library in turn: the reader is one and the same."""
    return importlib.import_module(request.param)


def mlp_loss(lib: Any) -> tuple[Any, Any]:
    lib.manual_seed(0)
    model = lib.nn.Sequential(lib.nn.Linear(4, 5), lib.nn.ReLU(), lib.nn.Linear(5, 3))
    return model, lib.nn.functional.cross_entropy(model(lib.randn(3, 4)), lib.tensor([0, 2, 1]))


def square_sum(lib: Any) -> tuple[Any, Any]:
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    return x, (x * x).sum()


def shape_of(graph: Graph) -> tuple[list[str], list[tuple[str, str, int, int]]]:
    return [n.type for n in graph.nodes], [(e.source, e.target, e.input, e.output) for e in graph.edges]


@pytest.mark.parametrize("form", SEED_LOSSES, ids=lambda form: form.key)
def test_a_seed_loss_reads_as_it_was_recorded(lib: Any, form: Any) -> None:
    recorded = load_recorded()[1][form.key].graph
    graph = read_graph(form.build(lib)[1])
    assert shape_of(graph) == shape_of(recorded)
    for edge, other in zip(graph.edges, recorded.edges, strict=True):
        np.testing.assert_allclose(edge.gradient.array, other.gradient.array, rtol=1e-5, atol=1e-7)


def test_every_input_is_an_edge_of_its_own(lib: Any) -> None:
    _, loss = square_sum(lib)
    graph = read_graph(loss)
    assert shape_of(graph) == (
        ["", "SumBackward0", "MulBackward0", "AccumulateGrad"],
        [("n0", "n1", 0, 0), ("n1", "n2", 0, 0), ("n2", "n3", 0, 0), ("n2", "n3", 1, 0)],
    )
    first, second = (e.gradient.array for e in graph.edges[2:])
    assert first.tolist() == second.tolist() == [1, 3]
    assert graph.node("n3").gradient.array.tolist() == [2, 6]


def test_gradients_of_the_edges_add_up_at_every_node(lib: Any) -> None:
    _, loss = mlp_loss(lib)
    graph = read_graph(loss)
    assert {n.type for n in graph.functions} == {
        "NllLossBackward0", "LogSoftmaxBackward0", "AddmmBackward0", "ReluBackward0", "TBackward0", "AccumulateGrad"}
    for node in graph.functions:
        arriving = [e.gradient.array for e in graph.edges if e.target == node.id]
        np.testing.assert_allclose(sum(arriving), node.gradient.array, rtol=1e-6)
        assert all(a.shape == node.value.shape for a in arriving)


def test_leaf_gradients_are_those_of_backward(lib: Any) -> None:
    model, loss = mlp_loss(lib)
    graph = read_graph(loss, params=model)
    loss.backward()
    drawn = {n.name: n.gradient.array for n in graph.nodes if n.kind == "leaf"}
    assert drawn.keys() == {name for name, _ in model.named_parameters()}
    for name, parameter in model.named_parameters():
        np.testing.assert_array_equal(drawn[name], parameter.grad.numpy())


def test_a_broadcast_input_has_a_gradient_of_its_own_shape(lib: Any) -> None:
    x, b = lib.ones(3, 2, requires_grad=True), lib.ones(2, requires_grad=True)
    graph = read_graph((x + b).sum(), params={"x": x, "b": b})
    assert [e.gradient.shape for e in graph.edges] == [(), (3, 2), (3, 2), (2,)]
    assert graph.edges[3].gradient.array.tolist() == [3, 3]


def test_reading_changes_nothing(lib: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    y = x * x
    y.retain_grad()
    loss = y.sum()
    read_graph(loss, scopes=({"x": x, "y": y},))
    assert x.grad is None
    assert y.grad is None

    def fail(_: Any) -> None:
        raise AssertionError("a hook of the reader was left behind")

    monkeypatch.setattr("tinygrad_loss.graph.flow.values_of", fail)
    loss.backward()
    assert x.grad.tolist() == [2, 6]


def test_hooks_come_off_and_the_reason_is_told_when_backward_fails(lib: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(lib.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            raise ValueError("no such luck")

    x = lib.tensor([1.0, 3.0], requires_grad=True)
    loss = Broken.apply(x).sum()
    graph = read_graph(loss)
    assert graph.notes == ("The backward pass stopped with ValueError: no such luck",)
    assert [n.type for n in graph.functions] == ["SumBackward0", "BrokenBackward", "AccumulateGrad"]
    assert graph.node("n1").gradient.array.tolist() == 1
    assert graph.node("n3").gradient is None
    monkeypatch.setattr("tinygrad_loss.graph.flow.values_of", lambda _: pytest.fail("a hook of the reader was left behind"))
    with pytest.raises(ValueError, match="no such luck"):
        loss.backward()


def test_values_of_results_come_from_saved_tensors_and_variables(lib: Any) -> None:
    x = lib.tensor([[0.0, 1.0]], requires_grad=True)
    logits = x * 2
    loss = lib.nn.functional.cross_entropy(logits, lib.tensor([1]))
    nodes = {n.type: n for n in read_graph(loss, scopes=({"logits": logits},)).functions}
    assert nodes["LogSoftmaxBackward0"].value.array.round(4).tolist() == [[np.float32(-2.1269), np.float32(-0.1269)]]
    assert nodes["MulBackward0"].name == "logits"
    assert nodes["MulBackward0"].value.array.tolist() == [[0, 2]]
    saved = dict(nodes["NllLossBackward0"].saved)
    assert saved["reduction"] == "mean"
    assert saved["target"].array.tolist() == [1]


def test_several_results_each_have_their_gradient(lib: Any) -> None:
    x = lib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = lib.split(x, 1)
    graph = read_graph((first * 3).sum())
    node = next(n for n in graph.functions if n.type == "SplitBackward0")
    assert [v.shape for v in node.outputs] == [(1, 2), (1, 2)]
    assert node.gradients[0].array.tolist() == [[3, 3]]
    assert node.gradients[1] is None or not node.gradients[1].array.any()
    assert second.shape == (1, 2)


def test_without_values_no_number_is_read(lib: Any) -> None:
    _, loss = square_sum(lib)
    loss.backward()
    graph = read_graph(loss, values=False)
    assert [n.value.shape for n in graph.nodes] == [(), (), (2,), (2,)]
    assert all(n.value.array is None and not n.gradients for n in graph.nodes)
    assert graph.node("n3").stored.array is None
    assert graph.notes == ()


def test_a_freed_graph_is_shown_with_the_gradient_that_the_leaf_has(lib: Any) -> None:
    _, loss = square_sum(lib)
    loss.backward()
    graph = read_graph(loss)
    assert graph.node("n3").stored.array.tolist() == [2, 6]
    assert "already freed" in graph.notes[0]
    assert "retain_graph=True" in graph.notes[0]


def test_a_tensor_that_is_no_scalar_needs_a_gradient(lib: Any) -> None:
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    y = x * x
    assert "not a scalar" in read_graph(y).notes[0]
    graph = read_graph(y, gradient=lib.tensor([1.0, 10.0]))
    assert graph.notes == ()
    assert graph.edges[0].gradient.array.tolist() == [1, 10]
    assert graph.node("n2").gradient.array.tolist() == [2, 60]


def test_a_long_chain_is_read_without_recursion(lib: Any) -> None:
    x = lib.tensor([1.0], requires_grad=True)
    y = x
    for _ in range(5000):
        y = y * 1.0
    graph = read_graph(y.sum())
    assert len(graph.functions) == 5002
    assert graph.node("n5002").gradient.array.tolist() == [1]
    small = nearest(graph, 10)
    assert [n.id for n in small.nodes] == [f"n{i}" for i in range(11)]
    assert len(small.edges) == 10
    assert small.notes == ("Shown are the 10 nodes nearest to the loss, of 5002; limit= shows more.",)


class Scope:
    """A variable that is not a module though it looks like one, and one whose attributes must not be touched."""

    def named_parameters(self) -> Any:
        raise RuntimeError("not a module after all")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        (lambda x, lib: {"prediction": x}, "prediction"),
        (lambda x, lib: {"_": x, "prediction": x}, "prediction"),
        (lambda x, lib: {"first": x, "second": x}, "first"),
        (lambda x, lib: {"parts": [1, x]}, "parts[1]"),
        (lambda x, lib: {"parts": {"w": x}}, "parts['w']"),
        (lambda x, lib: {"strange": Scope(), "w": x}, "w"),
        (lambda x, lib: {"other": 3, "cls": Scope}, ""),
    ],
)
def test_leaves_are_named_by_variables(lib: Any, scope: Any, name: str) -> None:
    x, loss = square_sum(lib)
    graph = read_graph(loss, scopes=(scope(x, lib),))
    assert graph.node("n3").name == name


def test_leaves_are_named_by_a_module_among_the_variables(lib: Any) -> None:
    model, loss = mlp_loss(lib)
    names = {n.name for n in read_graph(loss, scopes=({"model": model},)).nodes if n.kind == "leaf"}
    assert names == {"model.0.weight", "model.0.bias", "model.2.weight", "model.2.bias"}
    names = {n.name for n in read_graph(loss, params={"net": model}).nodes if n.kind == "leaf"}
    assert names == {"net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"}


@pytest.mark.parametrize("params", [3, "model", [1], {"w": 3}])
def test_params_of_another_kind_are_refused(lib: Any, params: object) -> None:
    _, loss = square_sum(lib)
    with pytest.raises(TypeError, match=r"params"):
        read_graph(loss, params=params)


def opened_function(lib: Any) -> tuple[Any, Any]:
    """log_softmax as a Function whose node opens into subtract, exp, sum and log."""

    class LogSoftmax(lib.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            plain = x.detach()

            def expand() -> tuple[Any, list[Any]]:
                with lib.enable_grad():
                    inner = plain.clone().requires_grad_()
                    return inner - inner.exp().sum(1, keepdim=True).log(), [inner]

            ctx.expand = expand
            result = lib.nn.functional.log_softmax(plain, 1)
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (result,) = ctx.saved_tensors
            return g - result.exp() * g.sum(1, keepdim=True)

    x = lib.tensor([[0.5, 1.0, -1.0], [0.0, 2.0, 0.25]], requires_grad=True)
    return x, LogSoftmax.apply(x * 2).mean()


def test_a_node_opens_into_its_primitives(lib: Any) -> None:
    x, loss = opened_function(lib)
    closed, opened = read_graph(loss), read_graph(loss, params={"x": x}, expand=True)
    assert [g.type for g in opened.groups] == ["LogSoftmaxBackward"]
    inside = [n.type for n in opened.nodes if n.group == "g2"]
    assert inside == ["SubBackward0", "LogBackward0", "SumBackward1", "ExpBackward0"]
    outside = [n.type for n in opened.nodes if n.group is None]
    assert outside == ["", "MeanBackward0", "MulBackward0", "AccumulateGrad"]
    mul = next(n for n in opened.nodes if n.type == "MulBackward0")
    arriving = [e for e in opened.edges if e.target == mul.id]
    assert [opened.node(e.source).type for e in arriving] == ["SubBackward0", "ExpBackward0"]
    np.testing.assert_allclose(sum(e.gradient.array for e in arriving), mul.gradient.array, rtol=1e-5, atol=1e-7)
    leaves = [next(n for n in graph.nodes if n.kind == "leaf") for graph in (opened, closed)]
    np.testing.assert_allclose(leaves[0].gradient.array, leaves[1].gradient.array, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(mul.value.array, x.detach().numpy() * 2)
    assert mul.computed
    assert x.grad is None


def test_nodes_are_opened_by_type_or_id_and_close_again(lib: Any) -> None:
    x = lib.tensor([[0.5, 1.0, -1.0], [0.0, 2.0, 0.25]], requires_grad=True)
    loss = lib.nn.functional.cross_entropy(x * 2, lib.tensor([0, 2]))
    closed = read_graph(loss)
    for names in (["NllLossBackward0"], ["n1"], "n1"):
        opened = read_graph(loss, expand=names)
        assert [(g.id, g.type) for g in opened.groups] == [("g1", "NllLossBackward0")]
        assert [n.id for n in opened.nodes if n.group is None] == [n.id for n in closed.nodes if n.id != "n1"]
    both = read_graph(loss, expand=True)
    assert [g.type for g in both.groups] == ["NllLossBackward0", "LogSoftmaxBackward0"]
    assert [n.type for n in both.nodes if n.group == "g1"] == ["MeanBackward0", "NegBackward0", "SqueezeBackward1", "GatherBackward0"]
    assert all(n.gradient is not None and n.gradient.array is not None for n in both.functions)
    shifted = next(n for n in both.nodes if n.group == "g2" and n.type == "SubBackward0" and n.value.array.max() == 0)
    np.testing.assert_allclose(shifted.value.array, x.detach().numpy() * 2 - [[2], [4]])
    leaf = [next(n for n in g.nodes if n.kind == "leaf").gradient.array for g in (closed, both)]
    np.testing.assert_allclose(leaf[0], leaf[1], rtol=1e-5, atol=1e-7)
    again = both.close("g2").close("g1")
    assert to_json(again) == to_json(closed)
    assert shape_of(both.close("g2")) == shape_of(opened)
    with pytest.raises(KeyError, match="opened are: g1, g2"):
        both.close("g7")


@pytest.mark.parametrize("expand", [["MeanBackward0"], ["n9"], "softmax"])
def test_what_cannot_be_opened_lists_what_can(lib: Any, expand: Any) -> None:
    loss = lib.nn.functional.mse_loss(lib.ones(2, requires_grad=True), lib.zeros(2))
    with pytest.raises(ValueError, match=r"names no node that can be opened; nodes with a definition: MseLossBackward0 \(n1\)"):
        read_graph(loss, expand=expand)


COMPUTED = {
    "abs": lambda x, lib: x.abs(), "add": lambda x, lib: x + x, "alpha": lambda x, lib: lib.add(x, x, alpha=3),
    "sub": lambda x, lib: x - x * 3, "addmm": lambda x, lib: lib.nn.functional.linear(x, x, x[:, 0]), "mm": lambda x, lib: x @ x.t(),
    "bmm": lambda x, lib: lib.bmm(x[None], x.t()[None]), "mv": lambda x, lib: lib.mv(x, x[0]), "dot": lambda x, lib: lib.dot(x[0], x[1]),
    "mul": lambda x, lib: x * 2.5, "div": lambda x, lib: x / 3, "pow": lambda x, lib: x**3, "neg": lambda x, lib: -x,
    "log": lambda x, lib: x.log(), "log1p": lambda x, lib: x.log1p(), "sin": lambda x, lib: x.sin(), "cos": lambda x, lib: x.cos(),
    "maximum": lambda x, lib: lib.maximum(x, x * 2), "minimum": lambda x, lib: lib.minimum(x, x * 2), "t": lambda x, lib: x.t(),
    "transpose": lambda x, lib: x.transpose(0, 1), "permute": lambda x, lib: x.permute(1, 0), "view": lambda x, lib: x.view(-1, 2),
    "unsqueeze": lambda x, lib: x.unsqueeze(-1), "squeeze": lambda x, lib: x.unsqueeze(1).squeeze(1),
    "expand": lambda x, lib: x[:, :1].expand(3, 5), "select": lambda x, lib: x.select(1, -1), "slice": lambda x, lib: x[1:, ::2],
    "sum": lambda x, lib: x.sum(1, keepdim=True), "mean": lambda x, lib: x.mean(0), "clone": lambda x, lib: x.clone(),
    "gather": lambda x, lib: x.gather(1, lib.tensor([[0], [2], [1]])), "softmax": lambda x, lib: x.softmax(1),
    "cat": lambda x, lib: lib.cat([x, x * 2], 1), "stack": lambda x, lib: lib.stack([x, x * 2]), "cumsum": lambda x, lib: x.cumsum(1),
    "index": lambda x, lib: x[lib.tensor([0, 2, 2])], "max": lambda x, lib: x.max(),
    "var": lambda x, lib: x.var(1), "clamp": lambda x, lib: x.clamp(0.5, 1.5), "hardtanh": lambda x, lib: lib.nn.functional.hardtanh(x),
    "gelu": lambda x, lib: lib.nn.functional.gelu(x), "silu": lambda x, lib: lib.nn.functional.silu(x),
    "softplus": lambda x, lib: lib.nn.functional.softplus(x), "mish": lambda x, lib: lib.nn.functional.mish(x),
    "leaky": lambda x, lib: lib.nn.functional.leaky_relu(x - 1), "logsigmoid": lambda x, lib: lib.nn.functional.logsigmoid(x),
    "scaled": lambda x, lib: lib.add(x, x, alpha=2) * 3, "loss": lambda x, lib: lib.nn.functional.mse_loss(x, lib.zeros(3, 4), reduction="none"),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPUTED)
def test_a_value_that_nobody_saved_is_computed(lib: Any, name: str) -> None:
    x = lib.tensor(np.linspace(0.25, 3, 12, dtype=np.float32).reshape(3, 4), requires_grad=True)
    result = COMPUTED[name](x, lib)
    node = read_graph(result.sum()).node("n2")
    assert node.type == type(result.grad_fn).__name__
    np.testing.assert_allclose(node.value.array, result.detach().numpy(), rtol=1e-6)


def test_what_cannot_be_computed_is_not_made_up(lib: Any) -> None:
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    assert read_graph((x + 1).sum()).node("n2").value.array is None  # nobody keeps the 1
    loss = (-x).sum()
    loss.backward()
    assert read_graph(loss).node("n2").value.array.tolist() == [-1, -2]


def test_all_that_a_node_keeps_with_where_it_is_from(lib: Any) -> None:
    x = lib.tensor([[0.5, 1.0]], requires_grad=True)
    graph = read_graph(lib.nn.functional.nll_loss(lib.log_softmax(x * lib.ones(2), 1), lib.tensor([1]), ignore_index=-1))
    keeps = {k.name: k for k in graph.node("n1").keeps}
    assert keeps["ignore_index"].value == "-1"
    assert keeps["reduction"].value == "mean"
    assert keeps["self"].origin == "n2"
    assert keeps["target"].origin == ""
    assert keeps["target"].value.array.tolist() == [1]
    assert graph.node("n1").definition.startswith("nn/functional/negative_log_likelihood.py:")
    assert "nll_in_primitives" in definition_text("NllLossBackward0")
    assert graph.node("n1").formula.forward == "-sum(x[n, t]) / N"
    assert graph.node("n1").shape == ()
    assert graph.node("n1").dtype == "float32"


class Block:
    """A model of two equal branches, with an operation that no module owns."""

    @staticmethod
    def make(lib: Any) -> Any:
        class Model(lib.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.body = lib.nn.Sequential(lib.nn.Linear(3, 3), lib.nn.Tanh(), lib.nn.Linear(3, 3))
                self.head = lib.nn.Linear(3, 2)

            def forward(self, x: Any) -> Any:
                return self.head(x + self.body(x).sigmoid())

        return Model()


def test_modules_are_found_from_the_parameters_names(lib: Any) -> None:
    model = Block.make(lib)
    loss = model(lib.ones(4, 3)).sum()
    for graph in (read_graph(loss, params=model, scopes=({"net": model},)), read_graph(loss, scopes=({"net": model},))):
        places = [(n.type, n.module) for n in graph.functions if n.kind == "operation"]
        assert places == [("SumBackward0", ""), ("AddmmBackward0", "net.head"), ("AddBackward0", "net"), ("SigmoidBackward0", "net"),
                          ("AddmmBackward0", "net.body.2"), ("TanhBackward0", "net.body.1"), ("AddmmBackward0", "net.body.0"),
                          ("TBackward0", "net.body.0"), ("TBackward0", "net.body.2"), ("TBackward0", "net.head")]
    graph = read_graph(loss, params=model, modules=True)
    groups = {g.name: g for g in graph.groups}
    assert list(groups) == ["Model", "Model.body", "Model.body.0", "Model.body.1", "Model.body.2", "Model.head"]
    assert groups["Model.body.0"].type == "Linear"
    assert groups["Model.body.0"].words.startswith("in_features=3")
    assert groups["Model.body.0"].parent == groups["Model.body"].id
    part = graph.subgraph(module="Model.body")
    assert {n.type for n in part.nodes} == {"AddmmBackward0", "TanhBackward0", "TBackward0", "AccumulateGrad"}
    assert [g.name for g in part.groups] == ["Model", "Model.body", "Model.body.0", "Model.body.1", "Model.body.2"]
    with pytest.raises(KeyError, match=r"no module 'x' in this graph; it has: Model, Model\.body"):
        graph.subgraph(module="x")


def test_a_graph_without_modules_says_how_to_name_them(lib: Any) -> None:
    _, loss = square_sum(lib)
    assert "give params=model" in read_graph(loss, modules=True).notes[0]


def test_modules_tell_their_nodes_while_they_run(lib: Any) -> None:
    model = Block.make(lib)
    with record_modules(model, "net"):
        loss = model(lib.ones(4, 3)).sum()
    later = model(lib.ones(4, 3)).sum()
    places = {(n.type, n.module) for n in read_graph(loss).functions if n.kind == "operation"}
    assert ("TanhBackward0", "net.body.1") in places
    assert ("SigmoidBackward0", "net") in places
    assert ("SumBackward0", "") in places
    assert not any(n.module for n in read_graph(later).functions)


def test_a_part_of_a_graph(lib: Any) -> None:
    _, loss = mlp_loss(lib)
    graph = read_graph(loss)
    part = graph.subgraph("n3")
    assert part.nodes[0].id == "n3"
    assert {e.source for e in part.edges} <= {n.id for n in part.nodes}
    assert len(part.nodes) == len(graph.nodes) - 3
    with pytest.raises(KeyError, match="no node 'n99'"):
        graph.subgraph("n99")
    with pytest.raises(TypeError, match="one of the two"):
        graph.subgraph()


def test_the_graph_of_a_gradient_has_two_parts(lib: Any) -> None:
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    loss = (x.exp() * x).sum()
    (slope,) = lib.autograd.grad(loss, x, create_graph=True)
    graph = read_graph(slope.sum(), forward=loss)
    parts = {n.type: n.part for n in graph.functions}
    assert parts["ExpBackward0"] == "forward"
    assert parts["SumBackward0"] == "backward"
    assert parts["AccumulateGrad"] == ""
    with pytest.raises(TypeError, match="forward must be the tensor whose gradient was taken"):
        read_graph(slope.sum(), forward=x)


def test_the_two_passes_are_told_apart_without_being_named(lib: Any) -> None:
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    assert {n.part for n in read_graph(lib.sigmoid(x).exp().sum()).nodes} == {""}
    hidden = lib.sigmoid(x)
    (slope,) = lib.autograd.grad(hidden.sum(), x, create_graph=True)
    later = x.cos().sum()
    graph = read_graph(slope.exp().sum() + later)
    parts = {n.type: n.part for n in graph.functions}
    assert parts["SigmoidBackward0"] == parts["CosBackward0"] == "forward"
    assert parts["ExpBackward0"] == parts["AddBackward0"] == "backward"
    assert next(n.part for n in graph.functions if n.type in ("SigmoidBackwardBackward0", "ComplementBackward")) == "backward"
    assert parts["AccumulateGrad"] == ""


def test_the_transpose_in_the_backward_of_a_product_is_part_of_it(lib: Any) -> None:
    x, w = lib.ones(2, 2, requires_grad=True), lib.ones(2, 3, requires_grad=True)
    (slope,) = lib.autograd.grad(lib.tanh(x @ w).sum(), w, create_graph=True)
    graph = read_graph(slope.square().sum())
    turned = [n.part for n in graph.functions if n.type in ("TBackward0", "PermuteBackward0")]
    assert turned and set(turned) == {"backward"}
    assert [n.part for n in graph.functions if n.type == "MmBackward0"] == ["backward", "forward"]


def test_products_alone_are_told_apart_in_graphs_recorded_here() -> None:
    x = tinygrad_loss.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x * x).sum()
    (slope,) = tinygrad_loss.autograd.grad(y, x, create_graph=True)
    found = [n.part for n in read_graph(slope.sum()).functions]
    assert found == [n.part for n in read_graph(slope.sum(), forward=y).functions]
    assert {"forward", "backward"} < set(found)


def test_nodes_of_very_large_tensors_are_opened_when_they_are_asked_for_only(lib: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinygrad_loss.graph.reader.KEEP", 10)
    small, large = (lib.zeros(n, 4, requires_grad=True) for n in (2, 3))

    def groups(x: Any, **options: Any) -> list[str]:
        found: list[Graph] = []
        target = lib.zeros(len(x), dtype=lib.int64)
        read_graph(lib.nn.functional.cross_entropy(x, target), all_open=found.append, **options)
        return [group.type for graph in found for group in graph.groups]

    assert groups(small) == ["NllLossBackward0", "LogSoftmaxBackward0"]
    assert groups(large) == []
    assert groups(large, expand="NllLossBackward0") == ["NllLossBackward0"]


def test_the_parts_of_an_array_that_is_too_large_to_be_kept() -> None:
    numbers = np.arange(10_000, dtype=np.float32)
    values = Values.of(numbers, keep=100)
    assert values.array is None and values.parts is not None
    assert values.summary == (0.0, 4999.5, 9999.0)
    assert values.parts.shape == (3, 3334)  # three numbers each, and one
    assert values.parts[:, [0, -2, -1]].tolist() == [[0, 9996, 9999], [1, 9997, 9999], [2, 9998, 9999]]
    assert Values.of(numbers).parts is None


def test_a_graph_with_nothing_to_open_says_so(lib: Any) -> None:
    _, loss = square_sum(lib)
    assert read_graph(loss, expand=True).notes == (
        "No node of this graph has a definition in primitives: it is drawn as PyTorch records it.",)


@pytest.mark.parametrize(
    ("array", "rows"),
    [
        (np.array(1.68023), ["1.6802"]),
        (np.array([[0.25, -1.0], [0.0, 10.0]]), [" 0.2500  -1.0000", "      0  10.0000"]),
        (np.array([1.0, -0.0, 3.0], dtype=np.float32), ["1  0  3"]),
        (np.array([0.5, 1e-9]), ["5.000e-01  1.000e-09"]),
        (np.array([0.5, 123456.0]), ["5.000e-01  1.235e+05"]),
        (np.array([0.5, np.nan, -np.inf]), ["0.5000     nan    -inf"]),
        (np.array([3, 40]), [" 3  40"]),
        (np.array([True, False]), [" True  False"]),
        (np.zeros((0, 3)), ["(empty)"]),
        (np.arange(8.0).reshape(2, 2, 2), ["0  1", "2  3", "    ", "4  5", "6  7"]),
        (np.linspace(-1, 2, 100), ["min       -1", "mean  0.5000", "max        2"]),
        (np.array([1 / 3 + 2j]), ["0.3333+2j"]),
    ],
    ids=str,
)
def test_numbers_as_printed(array: Any, rows: list[str]) -> None:
    assert rows_of(Values.of(array)) == rows


def test_unknown_and_very_large_arrays_print_what_is_known() -> None:
    assert rows_of(Values((3, 5), "float32")) == []
    large = Values.of(np.ones(20), keep=10)
    assert large.array is None
    assert rows_of(large) == ["min   1", "mean  1", "max   1"]


def test_a_picture_keeps_copies() -> None:
    array = np.ones(3)
    values = Values.of(array)
    array[0] = 7
    assert values.array.tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        values.array[0] = 2


@pytest.mark.parametrize(
    ("array", "said"),
    [([1.0, np.nan], "contains nan"), ([1.0, -np.inf], "contains inf"), ([0.0, 0.0], "all zero"), ([0.0, 1.0], ""), ([], "")],
)
def test_remarkable_gradients_are_remarked(array: list[float], said: str) -> None:
    assert remark(Values.of(np.array(array))) == said


def test_difference_of_two_gradients() -> None:
    a, b = Values.of(np.array([1.0, np.nan])), Values.of(np.array([1.25, np.nan]))
    assert difference(a, a) == "equal"
    assert difference(a, b) == "differ by at most nan"
    assert difference(Values.of(np.array([1.0])), Values.of(np.array([1.25]))) == "differ by at most 2.5e-01"
    assert difference(a, Values.of(np.ones((2, 1)))) == "shapes differ: 2 and 2×1"  # noqa: RUF001
    assert difference(a, Values((2,), "float64")) == ""


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1b[31mb", "a\\x1b[31mb"), ("é", "é"), ("x" * 70, "x" * 57 + "..."), ("\ud800", "\\ud800")]
)
def test_hostile_names_are_made_safe(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@pytest.mark.parametrize(
    ("name", "words"),
    [("LogSoftmaxBackward0", "log-softmax"), ("AddmmBackward0", "linear: x @ W + b"), ("MyLossBackward", "my loss"),
     ("UpsampleBilinear2DBackward0", "upsample bilinear 2d"), ("Backward", "Backward"), ("_weird_Backward1", "weird")],
)
def test_words_for_nodes(name: str, words: str) -> None:
    assert plain_words(name) == words


def test_json_keeps_everything() -> None:
    graph = Graph(
        nodes=(
            Node("n0", "output", "", name="loss", outputs=(Values.of(np.float32(np.nan)),)),
            Node("n1", "operation", "MulBackward0", "multiply", outputs=(None,),
                 gradients=(Values.of(np.array([1.0, -np.inf])), None),
                 saved=(("dim", "1"), ("target", Values.of(np.array([[1, 2]]))))),
        ),
        edges=(Edge("e0", "n0", "n1", gradient=Values((2,), "bfloat16"), reference=Values.of(np.ones(2))),),
        notes=("a note",), library="PyTorch", reference="here",
    )
    text = to_json(graph)
    again = from_json(text)
    assert to_json(again) == text
    assert "NaN" not in text
    assert np.isnan(again.nodes[0].value.array)
    assert again.nodes[1].gradients[0].array.tolist() == [1.0, -np.inf]
    with pytest.raises(ValueError, match="not a recorded graph"):
        from_json("[]")


def test_a_reference_must_be_of_the_same_graph() -> None:
    recorded = load_recorded()[1]
    graph = recorded["cross_entropy"].graph
    both = with_reference(graph, recorded["nll_of_log_softmax"].graph, "there")
    assert both.reference == "there"
    assert [e.reference is not None for e in both.edges] == [True] * 3
    with pytest.raises(ValueError, match="node n1 is NllLossBackward0 here and BinaryCrossEntropyBackward0 in the reference"):
        with_reference(graph, recorded["bce_of_sigmoid"].graph)
    shorter = replace(graph, nodes=graph.nodes[:-1], edges=graph.edges[:-1])
    with pytest.raises(ValueError, match="4 nodes here and 3 in the reference"):
        with_reference(graph, shorter)
    other = replace(graph, edges=(*graph.edges[:-1], replace(graph.edges[-1], input=1)))
    with pytest.raises(ValueError, match="edges join them differently"):
        with_reference(graph, other)


def test_an_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="n0 to n3"):
        load_recorded()[1]["cross_entropy"].graph.node("n9")
