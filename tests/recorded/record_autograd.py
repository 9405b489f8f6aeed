"""Record what PyTorch says in the programs of the modules imported here.

Run with PyTorch: python tests/recorded/record_autograd.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import backward_cases  # noqa: E402
import derivative_cases  # noqa: E402
import function_cases  # noqa: E402
import history_cases  # noqa: E402
import hook_cases  # noqa: E402
import mode_cases  # noqa: E402
from transcripts import transcript  # noqa: E402

if __name__ == "__main__":
    cases = {}
    for module in (backward_cases, hook_cases, mode_cases, history_cases, function_cases, derivative_cases):
        cases.update(module.CASES)
    rows = {name: transcript(program, torch) for name, program in cases.items()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    path = Path(__file__).with_name("autograd.json")
    path.write_text(f'{{"torch": {json.dumps(torch.__version__)}, "programs": {{\n{lines}\n}}}}\n')
    print(f"{len(rows)} programs written to {path.name}")
