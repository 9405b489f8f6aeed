"""This package in PyTorch's place: ``tinygrad-loss run``, ``import tinygrad_loss.as_torch``, and what a missing name says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from printed import HERE, THERE, run

import tinygrad_loss
from tinygrad_loss import _stand_in
from tinygrad_loss.cli import main

SAID = f"tinygrad_loss {tinygrad_loss.__version__} stands in for torch: `import torch` means this package.\n"


def ran(tmp_path: Path, source: str, *arguments: str, command: list[str] = HERE) -> tuple[str, str, int]:
    """Standard output, standard error without the line that says what stands in, and the status."""
    (tmp_path / "script.py").write_text(source, encoding="utf-8")
    done = run(command, "script.py", *arguments, cwd=tmp_path)
    if command is HERE:
        assert done.stderr.startswith(SAID)
        assert done.stderr.count("stands in") == 1
    return done.stdout, done.stderr.removeprefix(SAID), done.returncode


def test_the_script_finds_what_python_would_give_it(tmp_path):
    (tmp_path / "beside.py").write_text("import torch\nvalue = torch.ones(2)\n", encoding="utf-8")
    source = """
import sys, os, pickle
import beside
class Here: pass
print(sys.argv, os.path.realpath(sys.path[0]) == os.getcwd(), __name__, __file__, __doc__, __package__, __spec__)
print(pickle.loads(pickle.dumps(Here())).__class__ is Here, sys.modules["__main__"].Here is Here, beside.value)
print(globals()["__builtins__"] is __import__("builtins"), __annotations__)
x: int = 1
"""
    ours = ran(tmp_path, source, "--epochs", "3", "--help", "-x")
    assert ours[1:] == ("", 0)
    assert ours[0].splitlines()[0] == "['script.py', '--epochs', '3', '--help', '-x'] True __main__ script.py None None None"
    assert ours[0].splitlines()[1:] == ["True True tensor([1., 1.])", "True {}"]


IMPORTS = """
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.utils.data as data_utils
from torch import nn as same, optim, Tensor, autograd
from torch.autograd import Variable, Function
from torch.nn.modules.loss import CrossEntropyLoss
from torch.nn.parameter import Parameter
from torch.nn import init
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR
from torch.optim.optimizer import Optimizer
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torch.utils.data.dataset import random_split
from torch.utils.data.sampler import SubsetRandomSampler
from torch.cuda.amp import autocast
import torch.backends.cudnn as cudnn
import torch.cuda, torch.random, torch.version
assert nn is same is torch.nn and F is torch.nn.functional and torch.nn.CrossEntropyLoss is CrossEntropyLoss
assert isinstance(torch.ones(1), Tensor) and isinstance(nn.Linear(1, 1).bias, Parameter) and issubclass(SGD, Optimizer)
cudnn.benchmark = True
print(torch.backends.cudnn.benchmark, type(torch.ones(1)), type(nn.Linear(1, 1)), type(data_utils.DataLoader([1])), torch.Size)
print(torch.__version__.split(".")[0], torch.cuda.is_available(), type(torch.optim.SGD([torch.ones(1)])), torch.__name__)
"""


def test_imports(tmp_path):
    out, error, status = ran(tmp_path, IMPORTS)
    assert (error, status) == ("", 0)
    assert out.splitlines() == [
        "True <class 'torch.Tensor'> <class 'torch.nn.modules.linear.Linear'> "
        "<class 'torch.utils.data.dataloader.DataLoader'> <class 'torch.Size'>",
        "2 False <class 'torch.optim.sgd.SGD'> torch",
    ]


@pytest.mark.torch
def test_imports_in_pytorch(tmp_path):
    assert ran(tmp_path, IMPORTS, command=THERE)[::2] == ran(tmp_path, IMPORTS)[::2]


MISSING = {
    "torch.zeross(1)": "torch.zeross .* torch.zeros",
    "nn.Cov2d(1, 1, 1)": r"torch.nn.Cov2d .* torch.nn.\w+",
    "F.relu_6(x)": r"torch.nn.functional.relu_6 .* torch.nn.functional.relu\w*",
    "torch.optim.Adum": "torch.optim.Adum .* torch.optim.Adam",
    "x.summ()": "torch.Tensor.summ .* torch.Tensor.sum",
    "torch.Tensor.soum": r"torch.Tensor.soum .* torch.Tensor.s\w*um",
    "torch.cuda.is_availible()": "torch.cuda.is_availible .* torch.cuda.is_available",
    "nn.init.xavier_unifrm_(x)": "torch.nn.init.xavier_unifrm_ .* torch.nn.init.xavier_uniform_",
    "from torch.nn import Linea": "torch.nn.Linea .* torch.nn.Linear",
    "from torch import zeross": "torch.zeross .* torch.zeros",
    "import torch.distributed as dist": r"torch.distributed .* torch.\w+",
    "from torch.utils.tensorboard import SummaryWriter": "torch.utils.tensorboard .* torch.utils.data",
    "from torch.optim.swa_utilz import AveragedModel": r"torch.optim.swa_utilz .* torch.optim.\w+",
    "import torchvision.transforms as T": "torchvision.* made for PyTorch .* tinygrad_loss.datasets",
}


@pytest.mark.parametrize("statement", MISSING)
def test_something_missing_ends_in_one_line(statement, tmp_path, capsys, monkeypatch):
    source = f"import torch, torch.nn as nn, torch.nn.functional as F\nx = torch.ones(2)\ndef use():\n    {statement}\nuse()\n"
    (tmp_path / "script.py").write_text(source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("torch", "torchvision")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["run", "script.py"]) == 2
    error = capsys.readouterr().err.removeprefix(SAID)
    assert error.count("\n") == 1
    assert error.startswith("tinygrad-loss run: script.py, line 4: ")
    assert re.search(MISSING[statement], error), error
    assert not _stand_in.is_installed()
    assert tinygrad_loss.Tensor.__module__ == "tinygrad_loss._tensor"


def test_outside_run_it_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"torch.zeross is missing .* the nearest name is torch.zeros"):
        tinygrad_loss.zeross  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"torch.nn.functional.softmx .* has no attribute .* torch.nn.functional.softmax"):
        tinygrad_loss.nn.functional.softmx  # type: ignore[attr-defined]
    assert not hasattr(tinygrad_loss, "compile_")
    assert not hasattr(tinygrad_loss.nn, "__wrapped__")


def test_a_guarded_import_goes_on(tmp_path):
    source = """
try:
    from torch.utils.tensorboard import SummaryWriter
except ImportError:
    print("none")
try:
    import torchvision
except ModuleNotFoundError:
    print("none")
import torch
print(hasattr(torch, "vmapp"), getattr(torch.nn, "Transfrmer", None))
"""
    assert ran(tmp_path, source) == ("none\nnone\nFalse None\n", "", 0)


def test_errors_of_the_script_itself(tmp_path):
    source = "import torch\ndef f():\n    return torch.ones(2, 3) @ torch.ones(2)\ntry:\n    f()\nexcept RuntimeError:\n    1 / 0\n"
    _, error, status = ran(tmp_path, source)
    assert status == 1
    assert error.startswith('Traceback (most recent call last):\n  File "script.py", line 5, in <module>\n')
    assert "During handling of the above exception" in error
    assert error.endswith('  File "script.py", line 7, in <module>\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n') or (
        error.endswith("    1 / 0\nZeroDivisionError: division by zero\n")
    )
    assert "cli" not in error
    _, error, status = ran(tmp_path, "import torch.nn as nn\nclass Net(nn.Module): pass\nNet().fc1\n")
    assert (status, error.splitlines()[-1]) == (1, "AttributeError: 'Net' object has no attribute 'fc1'")
    _, error, status = ran(tmp_path, "x = (1\n")
    assert status == 1
    assert "SyntaxError" in error


@pytest.mark.parametrize(("source", "status", "error"), [
    ("import sys; print('a'); sys.exit(3)", 3, ""),
    ("raise SystemExit", 0, ""),
    ("import sys; sys.exit('sorry')", 1, "sorry\n"),
])  # fmt: skip
def test_the_script_s_own_exit(source, status, error, tmp_path):
    assert ran(tmp_path, source)[1:] == (error, status)


def test_a_script_that_is_not_there(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["run", "none.py"]) == 2
    assert capsys.readouterr().err == "tinygrad-loss run: none.py: No such file or directory\n"
    assert main(["run", "."]) == 2
    assert capsys.readouterr().err == "tinygrad-loss run: .: Is a directory\n"


NOTEBOOK = """
import sys, types
before = set(sys.modules)
import tinygrad_loss.as_torch
import torch
import torch.nn as nn
print(torch.ones(1), type(nn.ReLU()), torch.nn is nn, torch is sys.modules["torch"])
import tinygrad_loss
print(tinygrad_loss.nn is nn, tinygrad_loss.__version__ in torch.__version__)
tinygrad_loss.as_torch.undo()
print([name for name in sys.modules if name.split(".")[0] == "torch"], type(nn.ReLU()), torch.ones(1))
tinygrad_loss.as_torch.undo()
sys.path[:0] = ["elsewhere"]
import torch
print(torch.real)
sys.modules.pop("torch")
import tinygrad_loss.as_torch
import torch.optim
print(torch.optim.SGD)
"""


def test_as_torch_and_back(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "torch.py").write_text("real = True\n", encoding="utf-8")
    out, error, status = ran(tmp_path, NOTEBOOK, command=THERE)
    assert (error, status) == (SAID, 0)  # and once more, which `ran` took away
    assert out.splitlines() == [
        "tensor([1.]) <class 'torch.nn.modules.activation.ReLU'> True True",
        "True True",
        "[] <class 'tinygrad_loss.nn.modules.activation.ReLU'> tensor([1.])",
        "True",
        "<class 'torch.optim.sgd.SGD'>",
    ]


def test_pytorch_that_is_imported_already_is_left_alone(tmp_path):
    (tmp_path / "torch.py").write_text("real = True\n", encoding="utf-8")
    source = "import torch\ntry:\n    import tinygrad_loss.as_torch\nexcept ImportError as error:\n    print(error)\nprint(torch.real)\n"
    out, error, status = ran(tmp_path, source, command=THERE)
    assert (error, status) == ("", 0)
    assert out.startswith("tinygrad_loss cannot stand in for torch: PyTorch is imported already.")
    assert out.endswith("True\n")


def test_pictures_know_whose_tensor_it_is(tmp_path):
    source = "import torch, tinygrad_loss\nx = torch.ones(2, requires_grad=True)\nprint(tinygrad_loss.draw((x * x).sum()))\n"
    out, _, status = ran(tmp_path, source)
    assert status == 0
    assert "MulBackward0" in out
