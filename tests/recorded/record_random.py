"""Record PyTorch's numbers for the sequences of ``random_cases.py``. Run with PyTorch: python tests/recorded/record_random.py"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import torch

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from random_cases import CASES, draw_torch, excerpt, state_digest  # noqa: E402

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rows: dict[str, Any] = {}
    for name, (seed, draws) in CASES.items():
        generator = torch.Generator().manual_seed(seed)
        values = [excerpt(draw_torch(torch, generator, draw)) for draw in draws]
        rows[name] = {"values": values, "state": state_digest(generator.get_state().numpy())}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    path = Path(__file__).with_name("random.json")
    path.write_text(f'{{"torch": {json.dumps(torch.__version__)}, "cases": {{\n{lines}\n}}}}\n')
    print(f"{len(rows)} sequences written to {path.name}")
