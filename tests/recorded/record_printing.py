"""Records into printing.json what PyTorch prints for the cases of tests/test_printing.py.

With PyTorch installed, from the top folder: python -m tests.recorded.record_printing
"""

from __future__ import annotations

import json
import warnings

import torch

from tests.test_printing import CASES, RECORDED


def main() -> None:
    warnings.simplefilter("error")
    record = {
        "recorded with": f"torch {torch.__version__}",
        "size (3, 5)": repr(torch.Size((3, 5))),
        "finfo": {name: repr(torch.finfo(getattr(torch, name))) for name in ("float16", "float32", "float64")},
        "iinfo": {name: repr(torch.iinfo(getattr(torch, name))) for name in ("int8", "int16", "int32", "int64", "uint8")},
        "texts": {name: case.theirs(torch) for name, case in CASES.items()},
    }
    RECORDED.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
