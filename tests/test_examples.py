"""The lessons in examples/: each runs by itself, prints the figures of its source, and prints them with PyTorch as well."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from figures import differences

import tinygrad_loss.datasets  # noqa: F401  (the lessons' data, whichever library runs them)
from tinygrad_loss._picture import draw

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
WRITTEN = {"draw_a_graph": ["graph-primitives.svg", "graph.svg"], "saturation_and_likelihood": ["cost.svg"]}

# For each lesson: the start of a printed line, and what follows it (with ... at its end: what it goes on with).
FIGURES: dict[str, list[tuple[str, str]]] = {
    "cross_entropy_and_nll": [
        ("prediction:", "torch.Size([3, 5]) torch.float32"),
        ("NLLLoss of LogSoftmax:", "tensor(1.6802, grad_fn=<NllLossBackward0>)"),
        ("CrossEntropyLoss:", "tensor(1.6802, grad_fn=<NllLossBackward0>)"),
        ("NllLossBackward0 ->", "LogSoftmaxBackward0 -> AccumulateGrad"),
        ("equal to the formula:", "True"),
        ("each row adds up to 0:", "True"),
        ("BCELoss of Sigmoid:", "tensor(0.7907, grad_fn=<BinaryCrossEntropyBackward0>)"),
        ("BCEWithLogitsLoss:", "tensor(0.7907, grad_fn=<BinaryCrossEntropyWithLogitsBackward0>)"),
        ("a confident mistake, in two steps:", "100.0"),
        ("the same, in one:", "200.0"),
    ],
    "from_formula_to_call": [
        ("tensor([[", " 0.3367,  0.1288,  0.2345],"),
        ("[", " 0.2303, -1.1229, -0.1863],"),
        ("[", " 2.2082, -0.6380,  0.4617],"),
        ("[", " 0.2674,  0.5349,  0.8094],"),
        ("[", " 1.1103, -1.6898, -0.9890]])"),
        ("target:", "tensor([0, 1, 2, 0, 2])"),
        ("by hand, log of softmax:", "tensor(1.7238)"),
        ("by hand, log-softmax:", "tensor(1.7238)"),
        ("nn.LogSoftmax, then nn.NLLLoss:", "tensor(1.7238)"),
        ("nn.CrossEntropyLoss:", "tensor(1.7238)"),
        ("F.log_softmax, then F.nll_loss:", "tensor(1.7238)"),
        ("F.cross_entropy:", "tensor(1.7238)"),
        ("F.nll_loss of log-softmax, twice:", "tensor(1.7238)"),
        ("F.cross_entropy of log-softmax:", "tensor(1.7238)"),
        ("log-softmax twice changes nothing:", "True"),
        ("by hand, log of softmax:", "tensor(nan)"),
        ("by hand, log-softmax:", "tensor(inf)"),
        ("F.cross_entropy:", "tensor(1.7238)"),
        ("torch.log(torch.softmax(x)):", "tensor([[-inf, 0., -inf]])"),
        ("F.log_softmax(x):", "tensor([[-200., 0., -200.]])"),
    ],
    "by_hand_in_numpy": [
        ("input:", "tensor([-0.2310,  1.4230,  0.6642], dtype=torch.float64, requires_grad=True)"),
        ("nn.BCELoss of nn.Sigmoid:", "0.7035 torch.float64"),
        ("by hand, math.log:", "0.7035"),
        ("nn.BCEWithLogitsLoss:", "0.7035"),
        ("input.grad:", "tensor([-0.1858, -0.0647, 0.2201], dtype=torch.float64)"),
        ("(p - t) / N:", "tensor([-0.1858, -0.0647, 0.2201], dtype=torch.float64)"),
        ("input", "torch.Size([3, 1]) target tensor([1, 1, 0])"),
        ("IndexError:", "Target 1 is out of bounds. ..."),
        ("the loss when every target is class 0:", "0.0"),
        ("way out 1, BCEWithLogitsLoss:", "0.7035"),
        ("way out 2, CrossEntropyLoss of (0, x):", "0.7035"),
        ("tensor([", "4, 4, 3])"),
    ],
    "saturation_and_likelihood": [
        ("epoch   0: cost", "0.334  a 0.82  w 0.60  b 0.90"),
        ("epoch 300: cost", "0.004  a 0.094 w -1.28  b -0.98"),
        ("epoch   0: cost", "0.482  a 0.982  w 2.00  b 2.00"),
        ("epoch 150: cost", "0.436  a 0.933  w 1.32  b 1.32"),
        ("cross-entropy, bad start", ""),
        ("epoch   0: cost", "4.018  a 0.982  w 2.00  b 2.00"),
        ("epoch 150: cost", "0.026  a 0.026  w -1.82 b -1.82"),
        ("squared error, good start, reaches a =", "0.13 in epoch 187, with w = -1.1 and b = -0.8"),
        ("squared error, bad start: the cost has fallen by", "10% in 150 epochs"),
        ("cross-entropy, bad start: the cost has fallen by", "99% in 150 epochs"),
        ("sigma'(z):", "tensor(0.0177)"),
        ("squared error, autograd:", "tensor(0.0173)"),
        ("(a - y) sigma'(z) x:", "tensor(0.0173)"),
        ("cross-entropy, autograd:", "tensor(0.9820)"),
        ("x (a - y):", "tensor(0.9820)"),
        ("softmax of (1.3, .2, -2.1):", "tensor([0.7319, 0.2436, 0.0244])"),
        ("cat:", "tensor(0.9416) tensor(0.9416)"),
        ("dog:", "tensor(1.7719) tensor(1.7719)"),
        ("bird:", "tensor(.8915) tensor(.8915)"),
        ("p:", "tensor([0.4000, 0.6000])"),
        ("bad model: q =", "tensor([0.8000, 0.2000]), likelihood 0.00512"),
        ("cross_entropy(log q, p):", "tensor(1.0549)"),
        ("good model: q =", "tensor([0.5000, 0.5000]), likelihood 0.03125"),
        ("cross_entropy(log q, p):", "tensor(0.6931)"),
        ("with the slip of 1/3 for 1/5:", "0.023"),
        ("best model, q = p:", "tensor(0.6730) entropy of p: tensor(0.6730)"),
        ("none, -w[y] log p[y], ignored rows 0:", "tensor([0.3121, 0.5365, 0.0000, 2.6816])"),
        ("mean:", "tensor(1.0086)"),
        ("sum / the weights that count:", "tensor(1.0086)"),
        ("CrossEntropyLoss:", "tensor(1.0086)"),
        ("with an extra dimension:", "tensor(1.0086)"),
        ("one-hot rows as class probabilities:", "tensor(0.9086)"),
        ("the same by class index:", "tensor(0.9086)"),
        ("IndexError:", "Target 3 is out of bounds. ..."),
    ],
    "reductions": [
        ("reduction='none':", "tensor([1.1104, 2.5718, 1.8125])"),
        ("its mean:", "tensor(1.8316)"),
        ("reduction='mean':", "tensor(1.8316)"),
        ("softmax, first row:", "tensor([.1532, .3294, .1372, .1752, .2049])"),
        ("minus log of the right class:", "tensor(1.1104)"),
        ("nll_loss of log_softmax, none:", "tensor([1.1104, 2.5718, 1.8125])"),
        ("BCELoss, none:", "tensor([.8098, 1.2238, 2.5693])"),
        ("-log(1 - sigmoid(x)):", "tensor([.8098, 1.2238, 2.5693])"),
        ("BCELoss, mean:", "tensor(1.5343)"),
        ("BCEWithLogitsLoss, none:", "tensor([.4572, 1.2750, .4430])"),
        ("mean:", "tensor(.7251)"),
        ("sum / number of rows:", "tensor(.7251)"),
        ("their sum / the targets' weights:", "tensor(1.6200)"),
        ("reduction='mean':", "tensor(1.6200)"),
    ],
    "train_softmax": [
        ("before: loss", "2.343; guessing costs ln 10 = 2.3026"),
        ("epoch 20: loss", "0.195"),
        ("held out:", "95.4% of 539 digits are read rightly"),
        ("one that is not: a", "5, taken for a 9"),
    ],
    "train_logistic": [
        ("guessing costs ln 2 =", "0.6931"),
        ("epoch 100: loss", "0.043"),
        ("held out:", "97.1% of 171 findings are right"),
    ],
    "draw_a_graph": [
        ("loss", "scalar float32"),
        ("NllLossBackward0", "negative log-likelihood scalar float32"),
        ("LogSoftmaxBackward0", "log-softmax 5\N{MULTIPLICATION SIGN}3 float32"),
        ("2.bias", "AccumulateGrad 3 float32 (no gradient yet)"),
        ("0.weight", "AccumulateGrad 4\N{MULTIPLICATION SIGN}2 float32 (no gradient yet)"),
    ],
}

_INDENT = " \u2502\u251c\u2514\u2500"  # blanks, and the branches of a text tree


def check(printed: str, name: str) -> None:
    """Find the lines in the order of the table, and compare each."""
    lines = iter(line.lstrip(_INDENT) for line in printed.splitlines())
    for start, expected in FIGURES[name]:
        line = next((line for line in lines if line.startswith(start)), None)
        assert line is not None, f"{name} prints no line (further) that starts with {start!r}:\n{printed}"
        rest = line.removeprefix(start)
        if expected.endswith(" ..."):  # our message says more than PyTorch's
            expected = expected.removesuffix(" ...")
            rest = rest.strip()[: len(expected)]
        assert not differences(rest, expected), line


def run_with(library: Any, script: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a lesson with `library` in the place of tinygrad_loss, and return what it prints."""
    importlib.import_module(library.__name__ + ".utils.data")
    for name in ("", ".nn", ".nn.functional", ".utils", ".utils.data"):
        monkeypatch.setitem(sys.modules, "tinygrad_loss" + name, sys.modules[library.__name__ + name])
    monkeypatch.setattr(sys, "argv", [script.name, str(folder)])
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(str(script), run_name="__main__")
    return printed.getvalue()


def test_every_lesson_is_in_the_table():
    assert [script.stem for script in EXAMPLES] == sorted(FIGURES)


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_lesson(script, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "MPLBACKEND": "Agg"}
    command = [sys.executable, "-W", "error", str(script), "out"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path, env=environment, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    check(done.stdout, script.stem)
    written = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file())
    assert written == [os.path.join("out", name) for name in WRITTEN.get(script.stem, [])]
    for name in written:
        ET.parse(tmp_path / name)


@pytest.mark.torch
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_lesson_with_pytorch(script, torch, tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "draw", draw, raising=False)  # it draws PyTorch's graphs too
    check(run_with(torch, script, tmp_path / "out", monkeypatch), script.stem)


def test_a_wrong_figure_is_seen():
    right = "\n".join(start + " " + rest for start, rest in FIGURES["reductions"])
    check(right, "reductions")
    for wrong in (right.replace("1.8125", "1.8127"), right.replace("tensor(.7251)", "tensor(.7254)"), right.rsplit("\n", 1)[0]):
        with pytest.raises(AssertionError):
            check(wrong, "reductions")
