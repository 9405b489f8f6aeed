"""The table that ``tinygrad-loss parity`` prints: what agrees is counted, what differs is said, and a row that breaks breaks no table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import tinygrad_loss
from tinygrad_loss.cli import main
from tinygrad_loss.parity import report
from tinygrad_loss.parity.row import Row, real
from tinygrad_loss.parity.table import FAMILIES

ROOT = Path(tinygrad_loss.__file__).parents[1]


def broken(torch, x):
    raise KeyError("nothing here")


def off(torch, x):  # another value on the second run
    off.runs += 1
    return x.exp() * (1 if off.runs % 2 else 2)


off.runs = 0
ROWS = [
    Row("exp", lambda torch, x: x.exp(), (real(2, 3),)),
    Row("exp of a number", lambda torch, x: x.exp(), (real(),), second=False),
    Row("exp off", off, (real(2),), note="on purpose"),
    Row("exp wrong", lambda torch, x: x.exp(3, 4, 5), (real(2),), error="argument"),
    Row("torch.zeros(2)", lambda torch: torch.zeros(2)),
    Row("x[0] |= broken", broken, (real(2),)),
]
FAMILY = SimpleNamespace(__name__="tinygrad_loss.parity.rows_made_up", ROWS=ROWS)


@pytest.fixture
def table():
    off.runs = 0
    return report.lines(FAMILY, tinygrad_loss)


def test_cells(table):
    assert [line.cells() for line in table] == [
        ["exp", "4 of 6", "4 of 6", "2 of 4", "6", "2"],
        ["zeros", "2", "", "", "", ""],
        ["(made_up)", "0 of 2", "", "", "", ""],
    ]
    assert table[0].differences[0].startswith("exp off, float64, value: array 0:")
    assert table[0].differences[0].endswith("[on purpose]")
    assert table[2].differences[0] == "x[0] |= broken, float64, value: KeyError: 'nothing here'"
    assert report.summary(table) == (
        "3 lines: value 6 of 10, gradient 4 of 6, second 2 of 4, graph 6 of 6, error 2 of 2 agree. 8 differ.")  # fmt: skip


def test_each_row(table):
    assert [line.name for line in report.lines(FAMILY, tinygrad_loss, each_row=True)] == [row.name for row in ROWS]


def test_text_and_markdown(table):
    lines = list(report.text(table))
    assert lines[0].split() == list(report.HEADING)
    assert {len(line) for line in lines} == {100}
    assert list(report.markdown("made up", table))[1:6] == [
        "## made up", "", "| op | value | gradient | second | graph | error |", "| --- | --- | --- | --- | --- | --- |",
        "| `exp` | **4 of 6** | **4 of 6** | **2 of 4** | 6 | 2 |"]  # fmt: skip


def test_every_family_has_a_name():
    names = [report.family_name(family) for family in FAMILIES]
    assert len(set(names)) == len(names)
    assert report.families("losses") == [family for family in FAMILIES if family.__name__.endswith("rows_losses")]


def test_no_such_family(capsys):
    assert main(["parity", "--family", "none"]) == 2
    assert "there is no family 'none'; there are creation, " in capsys.readouterr().err


def test_without_pytorch(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["parity"]) == 2
    assert capsys.readouterr().err == (
        "tinygrad-loss parity: the comparison needs PyTorch, which is not installed. Run: pip install 'tinygrad_loss[torch]'\n")  # fmt: skip


@pytest.mark.torch
def test_the_command(tmp_path, torch):
    command = [sys.executable, "-m", "tinygrad_loss", "parity", "--family", "losses"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert torch.__version__ in done.stdout.splitlines()[0]
    assert done.stdout.endswith("agree. None differs.\n")
    path = tmp_path / "parity.md"
    done = subprocess.run([*command, "--out", str(path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "| `cross_entropy` |" in path.read_text(encoding="utf-8")
    done = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
