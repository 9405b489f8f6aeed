"""Record PyTorch's batches and orders for ``data_cases.py``. Run: python tests/recorded/record_data.py"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[1])]

from data_cases import LOADERS, ORDERS, seeded  # noqa: E402

if __name__ == "__main__":
    loaders = {name: seeded(torch, make) for name, make in LOADERS.items()}
    orders = {name: seeded(torch, make) for name, make in ORDERS.items()}
    path = Path(__file__).with_name("data.json")
    path.write_text(json.dumps({"torch": torch.__version__, "loaders": loaders, "orders": orders}) + "\n")
    print(f"{len(loaders)} loaders and {len(orders)} orders written to {path.name}")
