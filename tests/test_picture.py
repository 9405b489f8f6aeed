"""Pictures as people meet them: draw(), DOT, SVG, PNG, text, files, and a notebook."""

from __future__ import annotations

import errno
import importlib
import os
import stat
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_loss._picture import Picture, draw
from tinygrad_loss.graph import Edge, Graph, Group, Node, Values, render as rendering
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


PICTURES = {
    "cross_entropy": lambda: recorded("cross_entropy"),
    "bce_with_logits": lambda: recorded("bce_with_logits"),
    "by_hand": lambda: recorded("by_hand"),
    "beside": beside,
    "grouped": grouped,
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("ending", ["dot", "txt"])
def test_golden(name: str, ending: str, update_golden: bool) -> None:
    picture = Picture(PICTURES[name]())
    text = picture.source if ending == "dot" else str(picture) + "\n"
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
    [(".svg", b"<?xml"), (".png", b"\x89PNG\r\n"), (".dot", b"digraph"), (".txt", b"loss"), (".json", b"{"), (".SVG", b"<?xml")],
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
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.dot, \.txt, \.json"):
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
    for ending in ("svg", "png"):
        with pytest.raises(RuntimeError, match="pip install graphviz-pure"):
            picture.save(tmp_path / f"graph.{ending}")
    assert old.read_text() == "old"
    assert picture.save(tmp_path / "graph.dot").read_text().startswith("digraph")
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
    with pytest.raises(ValueError, match="unknown level 'torch'; choose one of 'pytorch', 'primitives'"):
        draw(loss, level="torch")
    with pytest.raises(ValueError, match="limit must be at least 1, got 0"):
        draw(loss, limit=0)


def test_a_large_graph_is_drawn_in_part_and_says_so(lib: Any) -> None:
    y = lib.tensor([1.0], requires_grad=True)
    for _ in range(1000):
        y = y * 1.0
    picture = draw(y.sum(), limit=20)
    assert len(picture.graph.functions) == 20
    assert "Shown are the 20 nodes nearest to the loss, of 1002" in str(picture)
    assert "Shown are the 20 nodes nearest" in picture.source


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
