"""Record what PyTorch's modules print, hold and compute, for ``module_cases.py``. Run: python tests/recorded/record_modules.py"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch

sys.path[:0] = [str(Path(__file__).parents[1])]

from module_cases import INITS, MODULES, outcome, seeded, train  # noqa: E402


def excerpt(array: Any) -> list[float]:
    """The first and the last few numbers."""
    flat = [float(number) for number in array.reshape(-1)]
    return flat if len(flat) <= 16 else flat[:8] + flat[-8:]


if __name__ == "__main__":
    modules = {}
    for name, case in MODULES.items():
        found = outcome(torch, case)
        found["state"] = {key: excerpt(array) for key, array in found["state"].items()}
        if "output" in found:
            found["output"] = excerpt(found["output"])
        modules[name] = found
    inits = {name: excerpt(seeded(torch, make).numpy()) for name, make in INITS.items()}
    runs = {name: train(torch, name) for name in ("SGD", "Adam")}
    path = Path(__file__).with_name("modules.json")
    path.write_text(json.dumps({"torch": torch.__version__, "modules": modules, "inits": inits, "runs": runs}) + "\n")
    print(f"{len(modules)} modules, {len(inits)} first weights and {len(runs)} runs written to {path.name}")
