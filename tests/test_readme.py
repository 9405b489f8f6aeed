"""The README is true: its code prints what stands below it, its first lines work in a notebook, its links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import runpy
import sys
import xml.etree.ElementTree as ET
from operator import attrgetter
from pathlib import Path

import pytest

import tinygrad_loss
from tinygrad_loss.cli import _parser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```\n", re.M | re.S)
SET_UP = ['pip install ".[demo]" && tinygrad-loss demo', 'pip install -e ".[test]" && pytest']


def blocks(page: Path) -> list[tuple[str, str]]:
    return FENCE.findall(page.read_text(encoding="utf-8"))


def cells(page: Path) -> list[tuple[str, str]]:
    """Each block of Python with the block of text that follows it, "" where none does."""
    found = blocks(page)
    return [(code, found[i + 1][1] if found[i + 1 : i + 2] and found[i + 1][0] == "text" else "")
            for i, (kind, code) in enumerate(found) if kind == "python"]


@pytest.mark.parametrize("page", [page for page in PAGES if cells(page)], ids=lambda page: page.name)
def test_code_prints_what_is_said(page):
    names: dict[str, object] = {"__name__": "__main__"}
    for code, expected in cells(page):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, page.name, "exec"), names)
        assert printed.getvalue() == expected, code


def test_the_set_up_lines():
    assert [code.strip() for kind, code in blocks(ROOT / "README.md") if kind == "bash"] == SET_UP


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing
    files = [name for name in re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|json|md|toml))`", text) if "<" not in name]
    assert not [name for name in files if not any((folder / name).exists() for folder in (ROOT, ROOT / "tinygrad_loss"))]


def test_the_first_lines_in_a_fresh_notebook(tmp_path, monkeypatch):
    """Five lines in a new kernel: the value is printed, and the picture shows itself as SVG with a text twin."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    kernel = tmp_path / "kernels" / "fresh"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "fresh", "language": "python"}))
    code, printed = cells(ROOT / "README.md")[0]
    assert len(code.splitlines()) == 5
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, kernel_name="fresh", timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    stream, shown = notebook.cells[0].outputs
    assert stream.text == printed
    assert shown.output_type == "execute_result"
    assert set(shown.data) == {"image/svg+xml", "text/plain"}
    words = "".join(ET.fromstring(shown.data["image/svg+xml"].encode()).itertext())
    for page in (words, shown.data["text/plain"]):
        assert all(word in page for word in ("loss", "NllLossBackward0", "LogSoftmaxBackward0", "logits", "0.6925", "-0.1340"))


def words(path: Path) -> list[str]:
    """All the text of an SVG: what it says, without where it stands, which differs between Graphviz's versions."""
    return ["".join(text.itertext()) for text in ET.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]


def test_the_pictures_are_those_that_the_script_makes(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make_pictures.py", str(tmp_path)])
    runpy.run_path(str(ROOT / "docs" / "make_pictures.py"), run_name="__main__")
    made, kept = ({file.name: words(file) for file in folder.glob("*.svg")} for folder in (tmp_path, ROOT / "docs" / "images"))
    assert len(made) >= 2
    assert made == kept
    assert all(made.values())


@pytest.mark.torch
def test_what_is_said_of_pytorch(torch):
    assert torch.nn.functional.cross_entropy(torch.tensor([[20.0, 0.0]]), torch.tensor([0])).item() == 0
    first, *_, training, _ = cells(ROOT / "README.md")
    for code, printed in (("\n".join(first[0].splitlines()[:4]), first[1]), training):
        with contextlib.redirect_stdout(io.StringIO()) as theirs:
            exec(code.replace("import tinygrad_loss as torch", "import torch"), {})
        assert theirs.getvalue() == printed


def test_the_table_of_commands():
    part = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1].split("\n\n")[1]
    rows = re.findall(r"^\| `([a-z]+)(?: [^`]*)?` \|", part, re.M)
    (commands,) = (action.choices for action in _parser()._actions if isinstance(action.choices, dict))
    assert sorted(rows) == sorted(commands)


def test_all_lessons_are_named():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in (ROOT / "examples").glob("*.py") if f"(examples/{path.name})" not in text]


def test_the_number_of_comparisons():
    """README says "more than"; the last line of the table that the parity command wrote has the numbers."""
    said = re.search(r"more than ([\d,]+) comparisons", (ROOT / "README.md").read_text(encoding="utf-8"))
    last = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").splitlines()[-1]
    assert said
    assert sum(map(int, re.findall(r" (\d+) of \d+", last))) > int(said[1].replace(",", ""))


def test_the_table_of_floors():
    part = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Where things are")[1].split("\n\n")[2]
    folders = {path.parent.name for path in (ROOT / "tinygrad_loss").glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)/`", part)) == folders


def test_the_reading_list():
    """CONTRIBUTING tells a table of files to read, and how many lines they have together."""
    part = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## To read in an evening")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w/.]+)` \| (`.*`) \|", part, re.M)
    files = [ROOT / "tinygrad_loss" / folder.removeprefix(".") / name for folder, names in rows for name in re.findall(r"`(\w+\.py)`", names)]
    assert len(files) > 10
    said = re.search(r"([\d,]+) lines", part)
    assert said
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) < int(said[1].replace(",", "")) * 1.05


def test_what_works_is_there():
    for name in ("nn.functional.cross_entropy", "nn.functional.nll_loss", "nn.functional.binary_cross_entropy", "nn.functional.mse_loss",
                 "nn.functional.binary_cross_entropy_with_logits", "nn.CrossEntropyLoss", "nn.NLLLoss", "nn.BCELoss",
                 "nn.BCEWithLogitsLoss", "nn.MSELoss", "nn.L1Loss", "nn.KLDivLoss", "nn.PoissonNLLLoss", "nn.GaussianNLLLoss", "nn.CTCLoss",
                 "nn.HingeEmbeddingLoss", "nn.MultiMarginLoss", "nn.TripletMarginLoss", "nn.CosineEmbeddingLoss",
                 "autograd.grad", "autograd.Function", "autograd.detect_anomaly", "autograd.gradcheck", "no_grad",
                 "nn.Linear", "nn.Conv2d", "nn.MaxPool2d", "nn.BatchNorm1d", "nn.LayerNorm", "nn.Dropout", "nn.Embedding", "nn.RNN",
                 "nn.LSTM", "nn.GRU", "nn.MultiheadAttention", "nn.Transformer",
                 "optim.SGD", "optim.Adam", "optim.AdamW", "optim.RMSprop", "optim.Adagrad", "optim.Adadelta", "optim.LBFGS",
                 "utils.data.DataLoader", "save", "load", "draw", "explain", "compare", "lint.watch", "manual_seed"):  # fmt: skip
        attrgetter(name)(tinygrad_loss)


def test_what_is_missing_is_not_there():
    for name in ("bfloat16", "complex64", "Tensor.to_sparse", "quantize_per_tensor", "compile", "jit", "func", "vmap", "distributed", "fft",
                 "linalg.svd", "linalg.eigh", "linalg.qr", "linalg.cholesky", "autograd.forward_ad", "optim.NAdam", "optim.RAdam",
                 "optim.Adamax", "optim.ASGD", "optim.Rprop", "nn.AdaptiveLogSoftmaxWithLoss", "nn.utils.weight_norm",
                 "nn.utils.spectral_norm", "nn.functional.grid_sample", "utils.checkpoint"):  # fmt: skip
        with pytest.raises(AttributeError):
            attrgetter(name)(tinygrad_loss)
    with pytest.raises(AssertionError, match="CUDA"):
        tinygrad_loss.zeros(1, device="cuda")
