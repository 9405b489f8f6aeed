"""Whole programs say the same here as in PyTorch: recorded, and live where PyTorch is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import backward_cases
import derivative_cases
import function_cases
import history_cases
import hook_cases
import mode_cases
import pytest
from transcripts import transcript

import tinygrad_loss

CASES = {
    name: program
    for module in (backward_cases, hook_cases, mode_cases, history_cases, function_cases, derivative_cases)
    for name, program in module.CASES.items()
}
RECORDED = json.loads(Path(__file__).with_name("recorded").joinpath("autograd.json").read_text())["programs"]


@pytest.mark.parametrize("name", CASES)
def test_program_against_the_record(name: str) -> None:
    assert transcript(CASES[name], tinygrad_loss) == RECORDED[name]


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_program_against_torch(name: str, torch: Any) -> None:
    assert transcript(CASES[name], torch) == RECORDED[name]


def test_the_record_knows_the_words() -> None:
    assert CASES.keys() == RECORDED.keys()
    assert not [line for lines in RECORDED.values() for line in lines if "OTHER WORDS" in line]
