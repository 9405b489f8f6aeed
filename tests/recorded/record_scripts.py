"""Record what PyTorch prints for the scripts in ``tests/scripts``. Run: python tests/recorded/record_scripts.py"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from printed import NAMES, THERE, output_of  # noqa: E402

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        outputs = {name: output_of(THERE, name, Path(folder)) for name in NAMES}
    path = Path(__file__).with_name("scripts.json")
    path.write_text(json.dumps({"torch": torch.__version__, "outputs": outputs}, indent=1) + "\n", encoding="utf-8")
    print(f"{len(outputs)} outputs written to {path.name}")
