"""Scripts as people write them for PyTorch, unchanged: what they print here is what PyTorch prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from printed import HERE, NAMES, THERE, difference, output_of

RECORDED = json.loads((Path(__file__).parent / "recorded" / "scripts.json").read_text(encoding="utf-8"))["outputs"]


def test_every_script_is_recorded():
    assert sorted(RECORDED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_script_prints_what_was_recorded(name, tmp_path):
    assert difference(output_of(HERE, name, tmp_path), RECORDED[name]) == ""


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_output_is_pytorchs(name, tmp_path):
    assert difference(output_of(THERE, name, tmp_path), RECORDED[name]) == ""


@pytest.mark.parametrize(("ours", "theirs", "same"), [
    ("loss 1.0001", "loss 1.0000", True),
    ("loss 1.001", "loss 1.000", False),
    ("loss 1e-05 at <A object at 0x1>", "loss 0e-05 at <A object at 0xff>", True),
    ("loss 20000.5", "loss 20001.5", True),
    ("tensor([1.])", "tensor([1])", False),
    ("acc 95", "acc 96", False),
    ("a\nb", "a", False),
    ("loss  1.0", "loss 1.0", False),
])  # fmt: skip
def test_what_counts_as_the_same(ours, theirs, same):
    assert (difference(ours, theirs) == "") is same
