"""Record PyTorch's trajectories and rates for the rows of ``optim_cases.py``. Run: python tests/recorded/record_optim.py"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[1])]

from optim_cases import SCHEDULES, TRAJECTORIES, rates, trajectory  # noqa: E402

if __name__ == "__main__":
    ends: dict[str, dict[str, list[list[float]]]] = {}
    for name in TRAJECTORIES:
        ends[name] = {}
        for kind in ("float64", "float32"):
            ends[name][kind] = [[float(x) for x in p.reshape(-1)[:12]] for p in trajectory(torch, name, kind)[0]]
    found = {name: rates(torch, name) for name in SCHEDULES}
    path = Path(__file__).with_name("optim.json")
    path.write_text(json.dumps({"torch": torch.__version__, "trajectories": ends, "rates": found}) + "\n")
    print(f"{len(ends)} trajectories and {len(found)} schedules written to {path.name}")
