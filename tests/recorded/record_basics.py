"""Records what PyTorch makes of the cases of basics_cases.py: run with PyTorch installed, from the folder tests/."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from basics_cases import ERRORS, VALUES, outcome  # noqa: E402

if __name__ == "__main__":
    found = {case: outcome(torch, case) for case in VALUES}
    found |= {case: [outcome(torch, case)[0], words] for case, words in ERRORS}
    wrong = [case for case in VALUES if found[case][0] != "value"] + [case for case, _ in ERRORS if found[case][0] == "value"]
    wrong += [case for case, words in ERRORS if words not in outcome(torch, case)[1]]
    assert not wrong, wrong
    lines = ",\n".join(f"{json.dumps(case)}: {json.dumps(what)}" for case, what in found.items())
    (HERE / "basics.json").write_text(f'{{"torch": {json.dumps(torch.__version__)}, "cases": {{\n{lines}\n}}}}\n')
