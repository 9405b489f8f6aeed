"""Pictures as people meet them: draw(), DOT, SVG, PNG, text, files, and a notebook."""

from __future__ import annotations

import errno
import importlib
import os
import re
import stat
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_loss as torch
from tinygrad_loss._picture import Picture, draw
from tinygrad_loss.graph import Edge, Graph, Group, Node, Values, from_json, record_modules, render as rendering, to_json
from tinygrad_loss.graph.dot import DIRECTIONS, Style
from tinygrad_loss.graph.theme import THEMES, mixed
from tinygrad_loss.parity.seed_losses import load_recorded

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["tinygrad_loss", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request: pytest.FixtureRequest) -> Any:
    return importlib.import_module(request.param)


def recorded(key: str) -> Graph:
    return load_recorded()[1][key].graph


def beside() -> Graph:
    """Cross-entropy with a second gradient on each edge, one of which differs a little."""
    graph = replace(recorded("cross_entropy"), library="tinygrad_loss")
    other = recorded("cross_entropy")
    last = replace(other.edges[-1], gradient=Values.of(other.edges[-1].gradient.array + np.float32(2**-20)))
    return Picture(graph).beside(replace(other, edges=(*other.edges[:-1], last))).graph


def grouped() -> Graph:
    """Two nodes in a group, an outer one, a leaf with a gradient, and markup in every name."""
    two = Values.of(np.array([1.0, 2.0]))
    nodes = (
        Node("n0", "output", "", name='<b>&"loss"</b>', outputs=(Values.of(np.array(3.0)),)),
        Node("n1", "operation", "SumBackward0", "sum", outputs=(Values.of(np.array(3.0)),), group="g0"),
        Node("n2", "operation", "MulBackward0", "multiply", "y\n\x1b[31m", outputs=(two,), gradients=(None,), group="g0"),
        Node("n3", "leaf", "AccumulateGrad", "", "</svg><script>alert(1)</script>", outputs=(two,),
             stored=Values.of(np.array([0.0, np.nan]))),
        Node("n4", "leaf", "AccumulateGrad", "", "", outputs=(two,)),
    )
    edges = (
        Edge("e0", "n0", "n1", gradient=Values.of(np.array(1.0))),
        Edge("e1", "n1", "n2", gradient=Values.of(np.array([0.0, 0.0]))),
        Edge("e2", "n2", "n3", 0, gradient=Values.of(np.array([np.nan, 1.0]))),
        Edge("e3", "n2", "n4", 1),
    )
    return Graph(nodes, edges, (Group("g0", "My<Loss>Backward", "my & loss"),), ("A note: 1 < 2 & 3.",), "tinygrad_loss")


def cross_entropy() -> torch.Tensor:
    logits = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]], requires_grad=True)
    return torch.nn.functional.cross_entropy(logits, torch.tensor([0, 2]))


def network(layers: int) -> tuple[torch.nn.Module, torch.Tensor]:
    """A model of equal layers with round weights, and its loss."""
    body = [part for _ in range(layers) for part in (torch.nn.Linear(2, 2), torch.nn.Tanh())]
    model = torch.nn.Sequential(*body, torch.nn.Linear(2, 3))
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 4 - 0.25 * (i % 3))
    return model, torch.nn.functional.cross_entropy(model(torch.tensor([[1.0, 0.5], [-1.0, 2.0]])), torch.tensor([0, 2]))


def opened() -> Graph:
    return draw(cross_entropy(), expand=["LogSoftmaxBackward0"]).graph


def modules() -> Graph:
    model, loss = network(2)
    return draw(loss, level="modules", params=model).graph


def repeated() -> Graph:
    model, loss = network(12)
    return draw(loss, level="modules", params=model).graph


def marked() -> Graph:
    """Gradients that are nan, infinite, zero, and missing."""
    x, w = torch.tensor([0.0, 1.0, 4.0], requires_grad=True), torch.tensor([1.0, 2.0], requires_grad=True)
    first, rest = torch.split(torch.relu(-w), 1)
    graph = draw((x.sqrt() * 2 / x).sum() + first.sum(), params={"x": x, "w": w}).graph
    assert rest.shape == (1,)
    lost = replace(graph.edges[-1], id="lost", gradient=None, input=1)
    return replace(graph, edges=(*graph.edges, lost))


def second_order() -> Graph:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x * x).sum()
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    return draw(slope.sum(), forward=y, params={"x": x}).graph


def boxed() -> Graph:
    model, loss = network(3)
    return draw(loss, level="modules", params=model, depth=1, fold=False).graph


PICTURES = {
    "boxed": boxed,
    "opened": opened,
    "modules": modules,
    "repeated": repeated,
    "marked": marked,
    "second_order": second_order,
    "cross_entropy": lambda: recorded("cross_entropy"),
    "bce_with_logits": lambda: recorded("bce_with_logits"),
    "by_hand": lambda: recorded("by_hand"),
    "beside": beside,
    "grouped": grouped,
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("ending", ["dot", "txt", "mmd"])
def test_golden(name: str, ending: str, update_golden: bool, tmp_path: Path) -> None:
    text = Picture(PICTURES[name]()).save(tmp_path / f"{name}.{ending}").read_text(encoding="utf-8")
    path = GOLDEN / f"{name}.{ending}"
    if update_golden:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "drawn otherwise than before; if that is meant: pytest --update-golden"


@pytest.mark.parametrize("name", PICTURES)
def test_svg_is_well_formed_scales_and_speaks(name: str) -> None:
    graph = PICTURES[name]()
    bundle = Picture(graph)._repr_mimebundle_()
    assert bundle["text/plain"] == str(Picture(graph))
    root = ET.fromstring(bundle["image/svg+xml"].encode())
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert root.get("role") == "img"
    assert "max-width:100%" in root.get("style", "")
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    parts = {g.get("id"): g for g in root.iter(f"{SVG}g")}
    for node in graph.nodes:
        title = parts[node.id].find(f"{SVG}title")
        assert title is not None
        assert node.type in (title.text or "")
        assert not node.type or any(text.text == node.type for text in parts[node.id].iter(f"{SVG}text"))
    assert not list(root.iter(f"{SVG}script"))
    assert bundle["image/svg+xml"] == Picture(graph)._repr_mimebundle_()["image/svg+xml"]


def test_hostile_names_are_text_and_no_more() -> None:
    svg = Picture(grouped())._repr_mimebundle_()["image/svg+xml"]
    texts = [text.text or "" for text in ET.fromstring(svg.encode()).iter(f"{SVG}text")]
    assert "</svg><script>alert(1)</script>" in texts
    assert '<b>&"loss"</b>' in texts
    assert "y\\n\\x1b[31m" in texts
    assert "\x1b" not in str(Picture(grouped()))


def test_no_gradient_is_said_never_zero() -> None:
    text = str(Picture(recorded("cross_entropy")))
    assert "(no gradient yet)" in text
    dot = Picture(grouped()).source
    assert "no gradient yet" in dot
    assert "no gradient comes here" in dot
    assert "gradient 2, all zero" in dot
    assert "contains nan" in dot


@pytest.mark.parametrize(
    ("ending", "start"),
    [(".svg", b"<?xml"), (".png", b"\x89PNG\r\n"), (".dot", b"digraph"), (".txt", b"loss"), (".json", b"{"), (".mmd", b"flowchart TB\n"), (".SVG", b"<?xml")],
)
def test_save(tmp_path: Path, ending: str, start: bytes) -> None:
    picture = Picture(recorded("cross_entropy"))
    path = picture.save(tmp_path / f"graph{ending}")
    first = path.read_bytes()
    assert first.startswith(start)
    picture.save(str(path))
    assert path.read_bytes() == first
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("name", ["graph.gif", "graph", "graph.svg.bak"])
def test_an_unknown_ending_lists_the_choices(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.dot, \.mmd, \.txt, \.json"):
        Picture(recorded("cross_entropy")).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_paths_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(recorded("cross_entropy"))
    (tmp_path / "folder.dot").mkdir()
    with pytest.raises(IsADirectoryError, match="cannot write"):
        picture.save(tmp_path / "folder.dot")
    with pytest.raises(FileNotFoundError, match=r"cannot write .*missing"):
        picture.save(tmp_path / "missing" / "graph.dot")
    old = tmp_path / "graph.dot"
    old.write_text("old")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PermissionError, match="cannot write"):
        picture.save(old)
    monkeypatch.undo()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        picture.save(old)
    assert old.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["folder.dot", "graph.dot"]


def no_program(*_: object, **__: object) -> None:
    return None


def test_without_a_program_dot_and_text_still_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", no_program)
    picture = Picture(recorded("cross_entropy"))
    old = tmp_path / "graph.svg"
    old.write_text("old")
    with pytest.raises(RuntimeError, match=r"pip install graphviz-pure.* was written as DOT text to .*graph\.dot"):
        picture.save(old)
    assert old.read_text() == "old"
    written = tmp_path / "graph.dot"
    assert written.read_text() == picture.source
    written.write_text("mine")
    with pytest.raises(RuntimeError, match="pip install graphviz-pure") as failure:
        picture.save(tmp_path / "graph.png")
    assert "was written" not in str(failure.value)
    assert written.read_text() == "mine"
    assert picture.save(written).read_text().startswith("digraph")
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "pip install graphviz-pure" in bundle["text/plain"]


def program(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
def test_programs_are_tried_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "scripts").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr("sys.executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "scripts"))
    assert rendering.programs() == []
    pure = program(tmp_path / "scripts", "graphviz-pure", "echo pure")
    assert rendering.render("digraph {}", "svg") == b"pure\n"
    dot = program(tmp_path / "path", "dot", "echo dot")
    assert rendering.programs() == [str(dot), str(pure)]
    assert rendering.render("digraph {}", "svg") == b"dot\n"
    program(tmp_path / "path", "dot", "echo broken >&2; exit 3")
    assert rendering.render("digraph {}", "svg") == b"pure\n"
    program(tmp_path / "scripts", "graphviz-pure", "exit 1")
    with pytest.raises(RuntimeError, match=r"exit status 3 broken; .*exit status 1.*pip install graphviz-pure"):
        rendering.render("digraph {}", "svg")
    dot.write_text("no program")
    with pytest.raises(RuntimeError, match="could not draw"):
        rendering.render("digraph {}", "svg")


def test_draw_uses_the_names_of_the_caller(lib: Any) -> None:
    prediction = lib.tensor([[0.5, 1.5]], requires_grad=True)
    target = lib.tensor([1])
    log_probabilities = lib.nn.functional.log_softmax(prediction, 1)
    cost = lib.nn.functional.nll_loss(log_probabilities, target)
    picture = draw(cost)
    assert [n.name for n in picture.graph.nodes] == ["cost", "", "log_probabilities", "prediction"]
    assert prediction.grad is None
    assert [n.name for n in draw(cost, params={"p": prediction}).graph.nodes] == ["cost", "", "", "p"]
    assert draw(cost.clone()).graph.nodes[0].name == "loss"
    assert repr(picture).startswith("<Picture of 3 nodes")


def test_the_same_computation_gives_the_same_bytes(lib: Any) -> None:
    def once() -> tuple[str, str]:
        lib.manual_seed(0)
        model = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.ReLU(), lib.nn.Linear(4, 2))
        picture = draw(lib.nn.functional.cross_entropy(model(lib.ones(2, 3)), lib.tensor([0, 1])), params=model)
        return picture.source, picture._repr_mimebundle_()["image/svg+xml"]

    assert once() == once()


def test_what_cannot_be_drawn(lib: Any) -> None:
    x = lib.tensor([1.0], requires_grad=True)
    loss = (x * x).sum()
    with pytest.raises(RuntimeError, match=r"does not require grad and does not have a grad_fn.*requires_grad=True"):
        draw(x)
    with lib.no_grad(), pytest.raises(RuntimeError, match="outside no_grad"):
        draw(x * x)
    others = (([loss], "list"), ((loss,), "tuple"), (None, "NoneType"), (lib.nn.Linear(1, 1), "Linear"), (3.0, "float"))
    for other, name in others:
        with pytest.raises(TypeError, match=f"must be a tensor, got {name}"):
            draw(other)
    with pytest.raises(ValueError, match="unknown level 'torch'; choose one of 'pytorch', 'primitives', 'modules'"):
        draw(loss, level="torch")
    with pytest.raises(ValueError, match="limit must be at least 1, got 0"):
        draw(loss, limit=0)
    with pytest.raises(ValueError, match="unknown direction 'up'; choose one of 'TB', 'BT', 'LR', 'RL'"):
        draw(loss, direction="up")
    with pytest.raises(ValueError, match="unknown theme 'blue'; choose one of 'light', 'dark', 'print'"):
        draw(loss, theme="blue")
    with pytest.raises(ValueError, match="'n7' names no node that can be opened; nodes with a definition: none in this graph"):
        draw(loss, expand=["n7"])
    for wrong, words in (({"limit": "a"}, "limit must be a whole number, got str"), ({"depth": 1.5}, "depth must be a whole number, got float"),
                         ({"expand": 5}, "expand must be a name of a node, or several, got int"),
                         ({"beside": 3}, "beside must be a picture of the same graph, got int")):
        with pytest.raises(TypeError, match=words):
            draw(loss, **wrong)


def test_a_freed_graph_says_what_to_do(lib: Any) -> None:
    x = lib.tensor([1.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    picture = draw(loss)
    assert "backward(retain_graph=True)" in str(picture)
    assert "No gradients: backward() has already freed this graph" in picture.source
    cost = lib.nn.functional.mse_loss(x, lib.zeros(1))
    cost.backward()
    for options in ({"level": "primitives"}, {"expand": ["MseLossBackward0"]}):
        with pytest.raises(RuntimeError, match=r"second time.*retain_graph=True"):
            draw(cost, **options)


def test_a_large_graph_is_drawn_in_part_and_says_so(lib: Any) -> None:
    y = lib.tensor([1.0], requires_grad=True)
    for _ in range(1000):
        y = y * 1.0
    picture = draw(y.sum(), limit=20, fold=False)
    assert len(picture.graph.functions) == 20
    assert "Shown are the 20 nodes nearest to the loss, of 1002" in str(picture)
    assert "Shown are the 20 nodes nearest" in picture.source


def test_what_repeats_is_folded_and_says_how_often(lib: Any) -> None:
    y = lib.tensor([1.0], requires_grad=True)
    for _ in range(1000):
        y = y * 2.0 ** -0.01
    loss = y.sum()
    picture = draw(loss)
    graph = picture.graph
    assert [(g.kind, g.count) for g in graph.groups] == [("repeat", 1000)]
    assert [n.type for n in graph.functions] == ["SumBackward0", "MulBackward0", "AccumulateGrad"]
    assert graph.edges[2].skipped == 999
    np.testing.assert_allclose([e.gradient.array.item() for e in graph.edges], [1, 1, 2**-10], rtol=1e-3)
    for text in (str(picture), picture.source):
        assert "1,002 nodes in 3 boxes: what repeats in a row is shown once" in text
    assert "[ x 1,000 in a row, the first is shown ]" in str(picture)
    assert "× 1,000" in picture.source  # noqa: RUF001
    assert len(draw(loss, fold=False, limit=2000, values=False).graph.functions) == 1002


def test_equal_layers_are_folded(lib: Any) -> None:
    lib.manual_seed(0)
    layers = [part for _ in range(12) for part in (lib.nn.Linear(4, 4), lib.nn.ReLU())]
    model = lib.nn.Sequential(lib.nn.Linear(3, 4), *layers, lib.nn.Linear(4, 2))
    loss = lib.nn.functional.cross_entropy(model(lib.ones(5, 3)), lib.tensor([0, 1, 0, 1, 1]))
    graph = draw(loss, params=model, level="modules").graph
    (repeat,) = (g for g in graph.groups if g.kind == "repeat")
    assert repeat.count == 12
    holder = {g.id: g for g in graph.groups}[repeat.parent]
    assert holder.name == "model"
    assert {g.name for g in graph.groups if g.parent == repeat.id} == {"model.23", "model.24"}
    shown = {n.name for n in graph.nodes if n.kind == "leaf"}
    assert shown == {"0.weight", "0.bias", "23.weight", "23.bias", "25.weight", "25.bias"}
    first = next(n for n in graph.nodes if n.name == "0.weight")
    opened = draw(loss, params=model, expand=["LogSoftmaxBackward0"]).graph
    assert {g.kind for g in opened.groups} == {"repeat", "definition"}
    loss.backward()
    np.testing.assert_allclose(first.gradient.array, model[0].weight.grad.numpy())


def residual_network(lib: Any) -> tuple[Any, Any]:
    class Block(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up, self.down = lib.nn.Linear(4, 6), lib.nn.Linear(6, 4)

        def forward(self, x: Any) -> Any:
            return x + self.down(self.up(x).relu())

    class Net(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = lib.nn.ModuleList([Block() for _ in range(6)])
            self.head = lib.nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            for block in self.blocks:
                x = block(x)
            return self.head(x)

    lib.manual_seed(0)
    return Net(), lib.ones(3, 4)


def test_modules_as_single_boxes(lib: Any) -> None:
    net, x = residual_network(lib)
    with record_modules(net, "net"):
        scores = net(x)
    loss = lib.nn.functional.cross_entropy(scores, lib.tensor([0, 1, 1]))

    def boxes(depth: int) -> list[tuple[str, str, str]]:
        graph = draw(loss, level="modules", depth=depth, fold=False).graph
        assert from_json(to_json(graph)).nodes[-1].id == graph.nodes[-1].id
        return [(n.kind, n.words, n.name) for n in graph.functions if n.module]

    assert boxes(0) == [("module", "Net", "net")]
    assert boxes(1) == [("module", "Linear", "net.head"), *(("module", "Block", f"net.blocks.{i}") for i in reversed(range(6)))]
    graph = draw(loss, level="modules", depth=1).graph
    assert [(g.count, g.kind) for g in graph.groups if g.kind == "repeat"] == [(5, "repeat")]
    assert graph.notes[0].startswith(f"{len(draw(loss, fold=False).graph.functions)} nodes in 5 boxes")
    block = next(n for n in graph.nodes if n.words == "Block")
    assert block.shape == (3, 4)
    assert block.gradient is not None
    assert block.gradient.array is not None
    assert [name for name, _ in block.saved] == ["down.bias", "up.bias", "up.weight", "down.weight"]
    assert "|gradient| up to" in block.saved[0][1]
    for wrong in ({"depth": 1}, {"depth": -1, "level": "modules"}):
        with pytest.raises(ValueError, match="needs level='modules', and 0 or more"):
            draw(loss, **wrong)


def test_a_module_that_a_path_leaves_and_enters_again_is_no_box(lib: Any) -> None:
    model = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.Linear(2, 2))
    first, second = model
    with record_modules(model):
        loss = second(first(first(lib.ones(1, 2)).sin()).sin()).sum()
    graph = draw(loss, level="modules", depth=1).graph
    assert [n.name for n in graph.functions if n.kind == "module"] == ["model.1"]
    assert [n.type for n in graph.functions if n.module == "model.0" and n.kind == "operation"][:2] == ["AddmmBackward0"] * 2


def test_a_repetition_of_what_can_be_opened(lib: Any) -> None:
    y = lib.tensor([[1.0, 3.0]], requires_grad=True)
    for _ in range(20):
        y = lib.softmax(y, 1)
        y = y * 2
    graph = draw(y.sum(), level="primitives").graph
    assert [(g.kind, g.count) for g in graph.groups] == [("repeat", 20), ("definition", 1)]
    assert graph.groups[1].parent == graph.groups[0].id
    reached = {e.target for e in graph.edges}
    assert all(n.id in reached for n in graph.functions)
    assert [e.skipped for e in graph.edges if graph.node(e.target).kind == "leaf"] == [19]


def test_a_fold_within_a_fold(lib: Any) -> None:
    y = lib.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(10):
        for _ in range(5):
            y = y.sin()
        y = y.exp()
    counts = [(g.count, g.parent) for g in draw(y.sum()).graph.groups]
    assert counts == [(10, None), (5, "r0")]


def test_small_graphs_and_others_are_not_folded(lib: Any) -> None:
    y = lib.tensor([1.0], requires_grad=True)
    for _ in range(5):
        y = y * 1.0
    assert draw(y.sum()).graph.groups == ()
    assert len(draw(y.sum(), fold=True).graph.groups) == 1
    z = lib.tensor([0.5], requires_grad=True)
    for i in range(60):
        z = getattr(z, ("sin", "cos", "exp", "neg", "abs")[i * i % 7 % 5])() * (1 if i % 3 else z)
    assert all(g.count >= 3 for g in draw(z).graph.groups)


def test_numbers_are_read_for_what_is_shown_only(lib: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tinygrad_loss.graph import arrays, flow, reader

    y = lib.tensor([1.0], requires_grad=True)
    for _ in range(3000):
        y = y * 1.0
    calls = []

    def counted(tensor: Any) -> Values:
        calls.append(tensor)
        return arrays.values_of(tensor)

    for module in (flow, reader):
        monkeypatch.setattr(module, "values_of", counted)
    draw(y.sum())
    assert 5 < len(calls) < 60


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_directions_and_themes(direction: str, theme: str) -> None:
    picture = draw(cross_entropy(), direction=direction, theme=theme, level="primitives")
    assert f"rankdir={direction}" in picture.source
    assert THEMES[theme].paper in picture.source
    svg = ET.fromstring(picture._repr_mimebundle_()["image/svg+xml"].encode())
    assert "LogSoftmaxBackward0" in {text.text for text in svg.iter(f"{SVG}text")}


def brightness(colour: str) -> float:
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_colours_can_be_told_apart_and_text_can_be_read(name: str) -> None:
    theme = THEMES[name]
    for ink, papers in {
        theme.ink: (theme.paper, theme.operation_fill, theme.backward_fill, theme.leaf_fill, theme.group_fill),
        theme.grey: (theme.paper, theme.operation_fill, theme.backward_fill, theme.leaf_fill, theme.group_fill),
        theme.gradient: (theme.paper, theme.operation_fill, theme.leaf_fill, theme.gradient_fill),
        theme.loss_ink: (theme.loss_fill,),
        theme.alarm_ink: (theme.alarm_fill,),
    }.items():
        assert all(contrast(ink, paper) >= 4.5 for paper in papers), (ink, papers)
    assert contrast(theme.strong, theme.weak) > 2
    assert contrast(theme.weak, theme.paper) > 2
    assert mixed(theme.weak, theme.strong, 1) == theme.strong


@pytest.mark.torch
@pytest.mark.parametrize("options", [{}, {"level": "primitives"}, {"level": "modules"}, {"level": "modules", "depth": 1}, {"fold": True}], ids=str)
def test_both_libraries_give_the_same_picture(options: dict[str, Any]) -> None:
    def picture(lib: Any) -> Picture:
        lib.manual_seed(0)
        model = lib.nn.Sequential(*[p for _ in range(4) for p in (lib.nn.Linear(3, 3), lib.nn.Tanh())], lib.nn.Linear(3, 2))
        loss = lib.nn.functional.cross_entropy(model(lib.ones(4, 3)), lib.tensor([0, 1, 1, 0]))
        return draw(loss, params=model, **options)

    ours, theirs = (picture(importlib.import_module(name)) for name in ("tinygrad_loss", "torch"))
    facts = [
        ([(n.id, n.kind, n.type, n.words, n.name, n.module, n.group, n.shape, n.dtype) for n in graph.nodes],
         [(e.id, e.source, e.target, e.input, e.output, e.skipped) for e in graph.edges],
         [(g.id, g.kind, g.type, g.words, g.name, g.parent, g.count) for g in graph.groups], graph.notes)
        for graph in (ours.graph, theirs.graph)
    ]  # fmt: skip
    assert facts[0] == facts[1]
    for mine, other in zip(ours.graph.edges, theirs.graph.edges, strict=True):
        np.testing.assert_allclose(mine.gradient.array, other.gradient.array, rtol=1e-4, atol=1e-7)
    for mine, other in zip(ours.graph.nodes, theirs.graph.nodes, strict=True):
        np.testing.assert_allclose(mine.value.array, other.value.array, rtol=1e-4, atol=1e-6)


def test_larger_gradients_have_wider_arrows() -> None:
    x = torch.tensor([1.0], requires_grad=True)
    loss = ((x * 1e-1) * 1e-2).sum()
    widths = [float(width) for width in re.findall(r'n\d -> n\d \[.*penwidth=([\d.]+)', Picture(draw(loss).graph, Style(strength=True, inside=True)).source)]
    assert len(widths) == 4
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 5.0
    assert "loss per unit" in draw(loss).source
    assert "loss per unit" not in draw(loss, values=False).source


def test_what_is_wrong_with_a_gradient_shows_in_shape_and_words() -> None:
    source = Picture(marked()).source
    for shape, words in (("diamond", "contains nan"), ("normalnormal", "contains inf"), ("onormal", "all zero"), ("tee", "no gradient")):
        assert f"arrowhead={shape}" in source
        assert words in source
    assert "style=dotted" in source


def test_every_gradient_is_drawn_where_a_node_has_several_results() -> None:
    x = torch.ones(4, requires_grad=True)
    first, second = torch.split(x.exp().sin().cos(), 2)
    loss = (first.exp().sin() * 3).sum().log()
    assert second.shape == (2,)
    picture = draw(loss)
    split = next(n for n in picture.graph.nodes if n.type.startswith("Split"))
    (edge,) = (e for e in picture.graph.edges if e.target == split.id)
    assert picture.style.inside
    assert f"{edge.id} [label" in picture.source


def test_values_that_are_not_finite_are_marked() -> None:
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    picture = draw((x.log() * 2).sum())
    assert "2 float32, contains inf" in picture.source
    assert "MulBackward0  multiply  2 float32, contains inf" in str(picture)


def test_names_of_modules_are_text_and_no_more() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2))
    hostile = "</title><script>alert(1)</script>" + "x" * 100
    loss = model(torch.ones(1, 2)).sum()
    for depth in (None, 0):
        picture = draw(loss, level="modules", params={hostile: model}, depth=depth)
        root = ET.fromstring(picture._repr_mimebundle_()["image/svg+xml"].encode())
        assert not list(root.iter(f"{SVG}script"))
        assert any("<script>" in (text.text or "") for text in root.iter(f"{SVG}text"))
        assert "<script>" not in picture._bytes(".mmd").decode()


def changed_in_place(lib: Any, x: Any) -> Any:
    y = x * 2
    y.mul_(3)
    return y.sum()


ODD = {
    "empty": lambda lib, x: (lib.ones(0, 3, requires_grad=True) * 2).sum(),
    "two dtypes": lambda lib, x: (x.double() ** 2).sum(),
    "not a scalar": lambda lib, x: x * 2,
    "a part without a graph": lambda lib, x: (x * 2).detach().sum() + x.sum(),
    "one leaf many times": lambda lib, x: sum((x for _ in range(5)), x).sum(),
    "an unused result": lambda lib, x: lib.split(x, 1)[0].sum(),
    "changed in place": changed_in_place,
    "integers": lambda lib, x: (x * lib.tensor([1, 2])).sum(),
}
OPTIONS: list[dict[str, Any]] = [{}, {"level": "primitives"}, {"level": "modules"}, {"level": "modules", "depth": 0}, {"fold": True},
                                 {"values": False}]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ODD)
def test_odd_graphs_are_drawn(lib: Any, name: str, options: dict[str, Any]) -> None:
    picture = draw(ODD[name](lib, lib.ones(2, 2, requires_grad=True)), **options)
    assert picture.source.startswith("digraph")
    assert str(picture).startswith("loss")
    assert str(Picture(from_json(to_json(picture.graph)))) == str(picture)


@pytest.mark.torch
@pytest.mark.parametrize(("dtype", "device"), [("bfloat16", "cpu"), ("complex64", "cpu"), ("float32", "meta")])
def test_tensors_that_only_pytorch_has(torch: Any, dtype: str, device: str) -> None:
    x = torch.ones(2, 3, dtype=getattr(torch, dtype), device=device, requires_grad=True)
    y = (x * x.conj()).real if dtype == "complex64" else x * 2
    picture = draw(y.sum())
    assert dtype in str(picture)
    assert picture.source.startswith("digraph")


def test_json_brings_a_picture_back() -> None:
    for make in PICTURES.values():
        graph = make()
        again = from_json(to_json(graph))
        assert Picture(again).source == Picture(graph).source
        assert str(Picture(again)) == str(Picture(graph))


def test_mermaid_escapes_names() -> None:
    text = Picture(grouped())._bytes(".mmd").decode()
    assert "<script>" not in text
    assert "script" in text
    assert '"loss"' not in text
    assert all(line.count('"') in (0, 2) for line in text.splitlines())


def test_a_picture_beside_another(lib: Any) -> None:
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    loss = (x * x).sum()
    first = draw(loss)
    both = draw(loss, beside=first)
    assert both.graph.reference == first.graph.library
    assert "gradient 2, equal" in str(both)
    assert both.source != first.source


@pytest.mark.torch
def test_drawing_does_not_import_pytorch() -> None:
    import subprocess

    code = "import sys, tinygrad_loss._picture; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_fresh_notebook_shows_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    nbclient = pytest.importorskip("nbclient", reason="needs the extra [test]: nbclient and ipykernel")
    pytest.importorskip("ipykernel", reason="needs the extra [test]: nbclient and ipykernel")
    import nbformat

    code = (
        "import tinygrad_loss as torch\n"
        "prediction = torch.tensor([[.4499, .8788, .5056]], requires_grad=True)\n"
        "loss = torch.nn.CrossEntropyLoss()(prediction, torch.tensor([0]))\n"
        "torch.draw(loss)"
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    data = book.cells[0].outputs[0].data
    assert "NllLossBackward0" in data["image/svg+xml"]
    assert "prediction  AccumulateGrad" in data["text/plain"]
