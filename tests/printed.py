"""What a script prints, here and under PyTorch, and whether the two say the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import tinygrad_loss

PACKAGE = Path(tinygrad_loss.__file__).parent
SCRIPTS = Path(__file__).parent / "scripts"
DIGITS = str(next((PACKAGE / "datasets" / "data").glob("digits.csv*")))
ARGUMENTS = {"mlp_digits": ["--data", DIGITS, "--batch-size", "50"], "cnn_digits": [DIGITS]}
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.py"))
HERE = [sys.executable, "-m", "tinygrad_loss", "run"]
THERE = [sys.executable]
FLOAT = re.compile(r"[+-]?(?:\d+\.\d*(?:e[+-]?\d+)?|\d+e[+-]?\d+)")
ADDRESS = re.compile(r"0x[0-9a-f]+")


def run(command: list[str], script: Path | str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a script and wait for it; its standard output and error as text."""
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent), "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, str(script), *arguments], cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=600, check=False
    )


def output_of(command: list[str], name: str, cwd: Path) -> str:
    """What one of the scripts prints."""
    done = run(command, SCRIPTS / f"{name}.py", *ARGUMENTS.get(name, []), cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def difference(ours: str, theirs: str, tolerance: float = 1e-4) -> str:
    """The first line where two outputs differ by more than the last digits of floating-point numbers; "" if there is none."""
    mine, other = (ADDRESS.sub("0x", text).splitlines() for text in (ours, theirs))
    for number, (a, b) in enumerate(zip(mine, other, strict=False), 1):
        floats = zip(map(float, FLOAT.findall(a)), map(float, FLOAT.findall(b)), strict=False)
        near = all(abs(x - y) <= tolerance * max(1.0, abs(y)) for x, y in floats)
        if not near or FLOAT.sub("#", a) != FLOAT.sub("#", b):
            return f"line {number}: {a!r} here, {b!r} in PyTorch"
    return "" if len(mine) == len(other) else f"{len(mine)} lines here, {len(other)} in PyTorch"
