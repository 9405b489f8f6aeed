"""What each command writes and prints, and that every mistake gives one line, status 2, and nothing half written."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import tinygrad_loss as torch
from tinygrad_loss.cli import main
from tinygrad_loss.cli._output import OutputError, staged_folder
from tinygrad_loss.datasets import load
from tinygrad_loss.training import build_model

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(torch.__file__).parents[1])}  # a script in another folder finds the package
FLOWERS = "width,length,species\n" + "".join(f"{i % 7 + 10 * (i % 2)},{i % 5},{'ab'[i % 2]}\n" for i in range(40))
SCRIPT = """
import tinygrad_loss as torch
w = torch.tensor([1.0, 2.0], requires_grad=True)
loss = (w * w).sum()
other = w.exp().sum()
"""
FILES = {
    "flowers.csv": FLOWERS,
    "wide.csv": "a,b,class\n1,2,x\n1,wide,y\n",
    "one.csv": "a,class\n1,x\n2,x\n",
    "empty.csv": "",
    "fit.py": SCRIPT,
    "named.py": SCRIPT.replace("loss =", "total ="),
    "plain.py": "x = 1\n",
    "number.py": "loss = 3.5\n",
    "constant.py": "import tinygrad_loss as torch\nloss = torch.ones(3)\n",
    "freed.py": SCRIPT.replace("(w * w)", "torch.log_softmax(w, 0)") + "loss.backward()\n",
    "fails.py": "import math\n\nloss = math.log(0)\n",
    "no_torch.py": "import torch._no_such_module\n",
    "syntax.py": "loss = (1\n",
    "ends.py": "import sys\nsys.exit(3)\n",
    "file": "not a folder\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with the files above in it."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*") if "__pycache__" not in str(path)
    }


# arguments, and what the one line says
MISTAKES = [
    ("", "COMMAND"),
    ("fly", "invalid choice: 'fly'"),
    ("--wrong", "COMMAND"),
    ("demo --wrong", "unrecognized arguments: --wrong"),
    ("demo --out file", "cannot write to file: file is a file, not a folder"),
    ("demo --out file/deep/er", "cannot write to file/deep/er: "),
    ("train", "DATASET-or-CSV"),
    ("train iris --model tree", "invalid choice: 'tree'"),
    ("train iris --epochs 0", "'0' is not a whole number of at least 1"),
    ("train iris --epochs many", "'many' is not a whole number of at least 1"),
    ("train iris --batch-size -3", "'-3' is not a whole number of at least 1"),
    ("train iris --hidden 2.5", "'2.5' is not a whole number of at least 1"),
    ("train iris --lr 0", "'0' is not a number above 0"),
    ("train iris --lr nan", "'nan' is not a number above 0"),
    ("train iris --lr fast", "'fast' is not a number above 0"),
    ("train iris --seed -1", "'-1' is not a whole number from 0"),
    ("train iris --seed 99999999999", "'99999999999' is not a whole number from 0"),
    ("train iris --model logistic --out new", "two classes apart, but there are 3; use softmax"),
    ("train iris --target species", "no class column 'species'"),
    ("train iris --lr 1e38 --out new", "try a smaller learning rate than 1e+38"),
    ("train iris --out file", "cannot write to file: file is a file, not a folder"),
    ("train tulips", "'tulips' is neither a shipped data set (iris, digits, breast-cancer) nor a file"),
    ("train .", "cannot be read"),
    ("train empty.csv --out new", "empty.csv: is empty"),
    ("train wide.csv --out new", "wide.csv: row 3, column 'b': 'wide' is not a number"),
    ("train one.csv --out new", "holds only one class"),
    ("train flowers.csv --target colour", "no class column 'colour'; its columns are width, length, species"),
    ("draw", "SCRIPT.py"),
    ("draw missing.py", "missing.py: there is no such script"),
    ("draw plain.py", "defines no variable 'loss'; and no other tensor with a graph"),
    ("draw named.py", "defines no variable 'loss'; it has total, other: say named.py:other"),
    ("draw fit.py:cost", "defines no variable 'cost'; it has loss, other"),
    ("draw number.py", "number.py: loss cannot be drawn"),
    ("draw constant.py", "constant.py: loss cannot be drawn"),
    ("draw freed.py --level primitives", "say backward(retain_graph=True) in the script"),
    ("draw fails.py", "fails.py, line 3: ValueError: "),
    ("draw no_torch.py", "install PyTorch, or write import tinygrad_loss as torch"),
    ("draw syntax.py", "syntax.py, line 1: SyntaxError: "),
    ("draw ends.py", "ended itself (exit status 3)"),
    ("draw fit.py --level deep", "invalid choice: 'deep'"),
    ("draw fit.py --out fit.jpg", "'fit.jpg' must end in one of .svg, .png, .dot"),
    ("draw fit.py --depth 1", "needs level='modules'"),
    ("draw fit.py --level modules --depth -1", "'-1'"),
    ("draw fit.py --direction up", "invalid choice: 'up'"),
    ("draw fit.py --expand n9", "names no node that can be opened"),
    ("draw fit.py --out missing/fit.svg", "cannot write 'missing/fit.svg'"),
]


@pytest.mark.parametrize(("line", "message"), MISTAKES, ids=[line or "nothing" for line, _ in MISTAKES])
def test_a_mistake_gives_one_line_and_status_2(folder, capfd, line, message):
    before = contents(folder)
    try:
        status = main(line.split())
    except SystemExit as end:
        status = end.code
    error = capfd.readouterr().err
    assert status == 2
    assert error.startswith("tinygrad-loss") and error.count("\n") == 1 and error.endswith("\n")
    assert message in error
    assert contents(folder) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(folder, capfd):
    locked = folder / "locked"
    locked.mkdir(mode=0o500)
    assert main(["train", "iris", "--epochs", "1", "--out", "locked/new"]) == 2
    assert "cannot write to locked/new: Permission denied" in capfd.readouterr().err


# arguments, model, rows held out
TRAINING = [
    ("flowers.csv", "logistic", 12),
    ("flowers.csv --model softmax --target species", "softmax", 12),
    ("flowers.csv --model mlp --hidden 4", "mlp", 12),
    ("iris --batch-size 10 --lr 0.05 --seed 3", "softmax", 45),
]


@pytest.mark.parametrize(("line", "kind", "held_out"), TRAINING, ids=[row[0] for row in TRAINING])
def test_train(folder, capsys, line, kind, held_out):
    assert main(["train", *line.split(), "--epochs", "3", "--out", "new/folder"]) == 0
    printed = capsys.readouterr().out
    assert f"of {held_out} held-out rows right" in printed
    assert [row.split()[0] for row in printed.splitlines() if row[:5].strip().isdigit()] == ["0", "1", "2", "3"]
    written = folder / "new" / "folder"
    assert sorted(file.name for file in written.iterdir()) == ["loss.svg", "weights.pt"]
    assert all(file.name in printed for file in written.iterdir())
    model = build_model(kind, load(line.split()[0]), hidden=4)
    model.load_state_dict(torch.load(written / "weights.pt"))


def test_train_learns_what_is_there_to_learn(folder, capsys):
    assert main(["train", "flowers.csv"]) == 0
    assert "12 of 12 held-out rows right: 100.0 %" in capsys.readouterr().out
    assert set(contents(folder)) == {str(folder / name) for name in FILES}  # without --out nothing is written


def test_train_twice_gives_the_same_files(folder, capsys):
    for out in ("one", "two"):
        assert main(["train", "iris", "--epochs", "2", "--out", out]) == 0
    first, second = (contents(folder / out) for out in ("one", "two"))
    assert list(first.values()) == list(second.values())


def test_train_without_the_extra_says_so_and_keeps_the_weights(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert main(["train", "iris", "--epochs", "1", "--out", "new"]) == 0
    assert [file.name for file in (folder / "new").iterdir()] == ["weights.pt"]
    assert capsys.readouterr().out.count("pip install 'tinygrad_loss[demo]'") == 1


DRAWING = [
    ("fit.py", "fit-loss.svg", "MulBackward0"),
    ("fit.py:other", "fit-other.svg", "ExpBackward0"),
    ("fit.py --level primitives --out a.dot", "a.dot", "MulBackward0"),
    ("named.py:total --out b.svg", "b.svg", "total"),
    ("fit.py --level modules --direction LR --theme dark --limit 5 --no-fold --no-values --out c.dot", "c.dot", "rankdir=LR"),
    ("fit.py --out d.mmd", "d.mmd", "flowchart TB"),
    ("fit.py --out e.html", "e.html", "MulBackward0"),
]


@pytest.mark.parametrize(("line", "file", "text"), DRAWING, ids=[row[0] for row in DRAWING])
def test_draw(folder, capsys, line, file, text):
    before, path = contents(folder), sys.path[:]
    assert main(["draw", *line.split()]) == 0
    assert file in capsys.readouterr().out
    assert set(contents(folder)) - set(before) == {str(folder / file)}
    assert text in (folder / file).read_text(encoding="utf-8")
    assert sys.path == path


def test_a_script_finds_its_neighbours_and_no_arguments(folder, capsys):
    (folder / "part").mkdir()
    (folder / "part" / "data_of_script.py").write_text("import sys\nassert len(sys.argv) == 1\n")
    (folder / "part" / "whole.py").write_text("import data_of_script\n" + SCRIPT)
    assert main(["draw", "part/whole.py", "--out", "whole.dot"]) == 0


def test_a_program_is_interrupted_in_one_line_and_leaves_nothing(folder):
    before = contents(folder)
    command = [sys.executable, "-m", "tinygrad_loss", "train", "iris", "--epochs", "1000000", "--out", "new"]
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a program in the background ignores it
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, env=ENVIRONMENT, preexec_fn=heed) as process:
        try:
            while not list(folder.glob(".new.*.part")) and process.poll() is None:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, error) == (130, "tinygrad-loss train: interrupted\n")
    assert contents(folder) == before


def test_version():
    done = subprocess.run([sys.executable, "-m", "tinygrad_loss", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"tinygrad_loss {torch.__version__}\n"


@pytest.mark.parametrize("line", ["--help", "demo --help", "train --help", "draw --help"])
def test_help(capsys, line):
    with pytest.raises(SystemExit) as end:
        main(line.split())
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("usage: tinygrad-loss")


def test_a_reader_that_has_gone_is_no_error():
    command = [sys.executable, "-u", "-m", "tinygrad_loss", "train", "iris", "--epochs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_staged_folder_replaces_its_own_files_and_leaves_others(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("old")
    (out / "mine.txt").write_text("mine")
    with staged_folder(out) as stage:
        (stage / "a.txt").write_text("new")
        assert (out / "a.txt").read_text() == "old"
    assert {file.name: file.read_text() for file in out.iterdir()} == {"a.txt": "new", "mine.txt": "mine"}


@pytest.mark.parametrize("exists", [True, False])
def test_staged_folder_leaves_nothing_after_an_error(tmp_path, exists):
    out = tmp_path / "out"
    if exists:
        out.mkdir()
    before = contents(tmp_path)
    with pytest.raises(ZeroDivisionError), staged_folder(out) as stage:
        (stage / "a.txt").write_text("new")
        raise ZeroDivisionError
    assert contents(tmp_path) == before


def test_staged_folder_with_a_folder_in_the_way_replaces_nothing(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_text("old")
    with pytest.raises(OutputError, match="a folder of that name is in the way"), staged_folder(tmp_path) as stage:
        (stage / "a").write_text("new")
        (stage / "b").write_text("new")
    assert (tmp_path / "a").read_text() == "old" and [p.name for p in sorted(tmp_path.iterdir())] == ["a", "b"]


def test_weights_predict_from_raw_features(folder, capsys):
    """The saved weights hold the scales too, so that raw features go in."""
    assert main(["train", "iris", "--out", "new"]) == 0
    table = load("iris")
    model = build_model("softmax", table)
    model.load_state_dict(torch.load("new/weights.pt"))
    predicted = model(torch.from_numpy(table.features)).argmax(dim=1).numpy()
    assert np.mean(predicted == table.targets) > 0.95
