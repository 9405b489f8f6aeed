"""Writes tinygrad_loss/parity/recorded_demo.json: what PyTorch gives for the losses and graphs that `tinygrad-loss demo` prints.

Run by hand: python tests/recorded/record_demo.py (needs PyTorch). Run it again after a change of the recorded form.
"""

import json
from pathlib import Path

import torch

from tinygrad_loss.graph import read_graph, to_json
from tinygrad_loss.parity.seed_losses import SEED_LOSSES

TARGET = Path(__file__).parents[2] / "tinygrad_loss" / "parity" / "recorded_demo.json"


def record() -> dict[str, object]:
    losses = {}
    for form in SEED_LOSSES:
        _, loss = form.build(torch)
        losses[form.key] = {"value": loss.item(), "graph": json.loads(to_json(read_graph(loss, params={})))}
    return {"pytorch": torch.__version__.partition("+")[0], "losses": losses}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(record(), separators=(",", ":")) + "\n", encoding="utf-8")
