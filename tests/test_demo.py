"""The demo: what it prints is computed and true, its files are there, and a difference from PyTorch would be seen."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tinygrad_loss
from tinygrad_loss.cli import _demo, main
from tinygrad_loss.datasets import load, load_iris
from tinygrad_loss.errors import MissingExtra
from tinygrad_loss.graph import Edge, Graph, Node, Values, read_graph
from tinygrad_loss.parity.graph_comparison import compare_graphs
from tinygrad_loss.parity.seed_losses import SEED_LOSSES, load_recorded
from tinygrad_loss.plots import save_curves
from tinygrad_loss.training import MODELS, build_model, train

FILES = ["breast-cancer.pt", "digits.pt", "graph-primitives.svg", "graph.svg", "iris.pt", "loss.svg"]
ACCURACY = {"iris": 95, "digits": 94, "breast-cancer": 95}  # at least, in percent, on held-out rows
SAME = {"by hand": 9, "NLLLoss": 3, "CrossEntropyLoss": 3, "BCELoss": 3, "BCEWithLogitsLoss": 2, "all five graphs": 20}
RECORDER = Path(__file__).parent / "recorded" / "record_demo.py"


def run(folder: Path, capsys) -> str:
    status = main(["demo", "--out", str(folder)])
    captured = capsys.readouterr()
    assert (status, captured.err) == (0, "")
    return captured.out


def test_demo(tmp_path, capsys):
    start = time.perf_counter()
    printed = run(tmp_path / "out", capsys)
    assert time.perf_counter() - start < 30
    assert "\033" not in printed  # plain text when it is piped
    assert max(map(len, printed.splitlines())) <= 80 + len(str(tmp_path))

    values = re.findall(r"^ {5}\S.* +(\d\.\d{7}) +(\d\.\d{7})$", printed, re.M)
    assert [row[1] for row in values] == ["1.6802316"] * 3 + ["0.7907246"] * 2
    assert all(float(ours) == pytest.approx(float(theirs), abs=3e-7) for ours, theirs in values)

    same = {
        title.strip(): int(nodes)
        for title, nodes in re.findall(r"^   (\S.*) same: (\d+) of \2 nodes, \2 of \2 gradients$", printed, re.M)
    }
    assert {next(k for k in SAME if title.startswith(k)): nodes for title, nodes in same.items()} == SAME
    for name in ("NllLossBackward0", "LogSoftmaxBackward0", "AccumulateGrad"):
        assert re.search(rf"^   {name}.* {name}$", printed, re.M)

    learnt = {name: float(percent) for name, percent in re.findall(r"^   (\S+) .* (\d+\.\d) %$", printed, re.M)}
    assert learnt.keys() == ACCURACY.keys()
    assert all(learnt[name] >= ACCURACY[name] for name in ACCURACY)

    written = tmp_path / "out"
    assert sorted(file.name for file in written.iterdir()) == FILES
    assert all(name in printed for name in FILES)
    graph = (written / "graph.svg").read_text(encoding="utf-8")
    assert all(word in graph for word in ("NllLossBackward0", "LogSoftmaxBackward0", "logits", "PyTorch", "1.6802"))
    opened = (written / "graph-primitives.svg").read_text(encoding="utf-8")
    assert all(word in opened for word in ("ExpBackward0", "SumBackward1", "LogBackward0", "GatherBackward0", "1.6802"))
    for name, kind in (("iris", "softmax"), ("digits", "softmax"), ("breast-cancer", "logistic")):
        build_model(kind, load(name)).load_state_dict(tinygrad_loss.load(written / f"{name}.pt"))


def test_demo_twice_writes_the_same_bytes(tmp_path, capsys):
    for out in ("one", "two"):
        run(tmp_path / out, capsys)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_demo_without_the_extra_says_so_once_and_does_the_rest(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    printed = run(tmp_path / "out", capsys)
    assert printed.count("pip install 'tinygrad_loss[demo]'") == 1
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [name for name in FILES if name != "loss.svg"]
    assert "\n   loss.svg" not in printed


def test_demo_without_graphviz_writes_dot_and_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tinygrad_loss.graph.render.programs", list)
    printed = run(tmp_path / "out", capsys)
    written = [file.name for file in (tmp_path / "out").iterdir()]
    assert sorted(written) == [name.replace(".svg", ".dot") if "graph" in name else name for name in FILES]
    assert all(name in printed for name in written)
    assert printed.count("pip install graphviz-pure") == 1


def test_demo_would_show_a_difference(tmp_path, capsys, monkeypatch):
    """Against a recording in which one gradient is off by 1e-4 the verdict changes: the words are not hard-coded."""
    version, recorded = load_recorded()
    entry = recorded["cross_entropy"]
    nodes = list(entry.graph.nodes)
    (gradient,) = nodes[-1].gradients
    nodes[-1] = replace(nodes[-1], gradients=(Values.of(gradient.array + np.float32(1e-4)),))
    recorded["cross_entropy"] = replace(entry, graph=replace(entry.graph, nodes=tuple(nodes)))
    monkeypatch.setattr(_demo, "load_recorded", lambda: (version, recorded))
    printed = run(tmp_path / "out", capsys)
    assert re.search(r"CrossEntropyLoss +NOT the same: 3 of 3 nodes, 2 of 3 gradients", printed)
    assert "NOT the same: 20 of 20 nodes, 19 of 20 gradients" in printed


def test_importing_the_command_line_loads_no_optional_library():
    code = "import sys, tinygrad_loss.cli; print([name for name in ('torch', 'matplotlib', 'tqdm') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("form", SEED_LOSSES, ids=[form.key for form in SEED_LOSSES])
def test_seed_loss_is_pytorchs(form):
    """Value, graph and gradients against the recording."""
    _, loss = form.build(tinygrad_loss)
    recorded = load_recorded()[1][form.key]
    assert loss.item() == pytest.approx(recorded.value, rel=3e-7)
    comparison = compare_graphs(read_graph(loss, params={}), recorded.graph)
    assert comparison.same, str(comparison)


@pytest.mark.torch
@pytest.mark.parametrize("form", SEED_LOSSES, ids=[form.key for form in SEED_LOSSES])
def test_recording_is_what_pytorch_gives(torch, form):
    _, loss = form.build(torch)
    recorded = load_recorded()[1][form.key]
    assert loss.item() == pytest.approx(recorded.value, rel=1e-6)
    comparison = compare_graphs(read_graph(loss, params={}), recorded.graph)
    assert comparison.same, str(comparison)


@pytest.mark.torch
def test_recorder_covers_every_loss(torch):
    spec = importlib.util.spec_from_file_location("record_demo", RECORDER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert list(module.record()["losses"]) == list(load_recorded()[1]) == [form.key for form in SEED_LOSSES]


def graph(*names: str, gradient: object = 1.0, child: int = 1) -> Graph:
    """A small chain, n0 -> n1 -> ..., with the same gradient at every node."""
    nodes = tuple(Node(f"n{i}", "operation", name, gradients=(Values.of(np.asarray(gradient)),)) for i, name in enumerate(names))
    edges = tuple(Edge(f"e{i}", f"n{i}", f"n{i + child}") for i in range(len(names) - 1))
    return Graph(nodes, edges)


# two graphs, and the verdict
COMPARISONS = {
    "equal": (graph("A", "B"), graph("A", "B"), "same: 2 of 2 nodes, 2 of 2 gradients"),
    "within the tolerance": (graph("A"), graph("A", gradient=1 + 9e-7), "same: 1 of 1 nodes, 1 of 1 gradients"),
    "outside the tolerance": (graph("A"), graph("A", gradient=1 + 2e-6), "NOT the same: 1 of 1 nodes, 0 of 1 gradients"),
    "another name": (graph("A", "B"), graph("A", "C"), "NOT the same: 1 of 2 nodes, 2 of 2 gradients"),
    "another edge": (graph("A", "B"), graph("A", "B", child=0), "NOT the same: 1 of 2 nodes, 2 of 2 gradients"),
    "one node more": (graph("A"), graph("A", "B"), "NOT the same: 0 of 2 nodes, 1 of 2 gradients"),
    "one node less": (graph("A", "B"), graph("A"), "NOT the same: 0 of 2 nodes, 1 of 2 gradients"),
    "another shape": (graph("A"), graph("A", gradient=[1.0]), "NOT the same: 1 of 1 nodes, 0 of 1 gradients"),
    "nan on one side": (
        graph("A", gradient=[1.0, np.nan]),
        graph("A", gradient=[1.0, 1.0]),
        "NOT the same: 1 of 1 nodes, 0 of 1 gradients",
    ),
    "nan and infinity on both": (
        graph("A", gradient=[np.nan, np.inf]),
        graph("A", gradient=[np.nan, np.inf]),
        "same: 1 of 1 nodes, 1 of 1 gradients",
    ),
}


@pytest.mark.parametrize(("ours", "theirs", "verdict"), COMPARISONS.values(), ids=COMPARISONS)
def test_compare_graphs(ours, theirs, verdict):
    assert str(compare_graphs(ours, theirs)) == verdict


@pytest.mark.parametrize("kind", MODELS)
def test_training_is_repeatable_and_learns(kind):
    table = load("breast-cancer")
    seen = []
    first = train(table, kind, epochs=3, seed=5, on_epoch=seen.append)
    assert first.history == train(table, kind, epochs=3, seed=5).history == tuple(seen)
    assert first.history != train(table, kind, epochs=3, seed=6).history
    assert [epoch.number for epoch in seen] == [0, 1, 2, 3]
    assert seen[-1].loss < seen[0].loss / 2


def test_unknown_model():
    with pytest.raises(ValueError, match="kind must be one of softmax, logistic, mlp, not 'tree'"):
        build_model("tree", load_iris())


def test_curves_are_the_same_bytes_and_need_the_extra(tmp_path, monkeypatch):
    import matplotlib

    runs = [train(load_iris(), epochs=2)]
    save_curves(runs, tmp_path / "a.svg")
    matplotlib.rcParams["axes.facecolor"] = "red"  # a matplotlibrc of the reader's changes nothing
    save_curves(runs, tmp_path / "b.svg")
    matplotlib.rcdefaults()
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert all(word in text for word in ("<svg", "epoch", "loss (nats)", "held-out rows", "ln 3 = 1.10"))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"tinygrad_loss\[demo\]"):
        save_curves(runs, tmp_path / "c.svg")
    assert not (tmp_path / "c.svg").exists()
