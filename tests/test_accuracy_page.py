"""docs/accuracy.md: what it says that PyTorch prints is what PyTorch prints. (What we print is tested with the other pages.)"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
CASES = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```\n\n```text\n(.*?)^```\n", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_every_trick_has_an_example_beside_pytorch():
    assert len(CASES) == PAGE.read_text(encoding="utf-8").count("```python") >= 6
    assert all(ours != theirs for _, ours, theirs in CASES)


@pytest.mark.torch
@pytest.mark.parametrize("case", range(len(CASES)))
def test_what_pytorch_prints(case, torch):
    code, _, expected = CASES[case]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code.replace("import tinygrad_loss as torch\n", ""), {"torch": torch})
    assert printed.getvalue() == expected
