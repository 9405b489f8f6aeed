"""What is installed: a small wheel with all it needs, typed, and an import that brings nothing heavy with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "matplotlib", "tqdm", "hypothesis", "pytest", "scipy", "pandas", "IPython", "safetensors")


def run(*command: str, cwd: Path = ROOT, **variables: str) -> str:
    done = subprocess.run(command, cwd=cwd, env=os.environ | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that no old build folder gets into it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "tinygrad_loss", source / "tinygrad_loss", ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-c", f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})", cwd=source)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_is_small_and_whole(wheel):
    assert wheel.stat().st_size < 1_000_000
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tinygrad_loss"}  # no tests, no examples
    files = [file for file in (ROOT / "tinygrad_loss").rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert {file.relative_to(ROOT).as_posix() for file in files} == {name for name in names if ".dist-info/" not in name}
    assert {f"tinygrad_loss/{name}" for name in ("py.typed", "datasets/data/SOURCES.md", "parity/recorded_demo.json")} <= names
    assert any(name.endswith("/LICENSE") for name in names)


def test_the_wheel_works_where_it_is_unpacked(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    loss = "torch.nn.CrossEntropyLoss()(torch.zeros(1, 2), torch.tensor([1]))"
    code = f"import tinygrad_loss as torch; print(torch.__file__, {loss})"
    printed = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert printed.split(" ", 1) == [str(tmp_path / "tinygrad_loss" / "__init__.py"), "tensor(0.6931)\n"]
    version = run(sys.executable, "-m", "tinygrad_loss", "--version", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert version.startswith("tinygrad_loss ")


def test_the_import_is_light():
    code = "import sys, tinygrad_loss; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = run(sys.executable, "-c", code).split()
    assert "numpy" in loaded
    assert not set(HEAVY) & set(loaded)


def test_the_extras_are_those_that_the_readme_and_the_messages_name():
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {"demo", "test", "torch", "dev"} <= extras.keys()
    core = {requirement.split(">")[0] for requirement in project["dependencies"]}
    assert core == {"numpy", "graphviz", "graphviz-pure"}
    assert not any("torch" in requirement for requirement in [*extras["demo"], *extras["test"]])
