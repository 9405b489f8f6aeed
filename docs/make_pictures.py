"""Makes the pictures of the documentation: python docs/make_pictures.py [FOLDER] (default: docs/images)."""

import sys
from pathlib import Path

import tinygrad_loss as torch

logits = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]], requires_grad=True)
loss = torch.nn.CrossEntropyLoss()(logits, torch.tensor([0, 2]))

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
folder.mkdir(parents=True, exist_ok=True)
torch.draw(loss).save(folder / "graph.svg")
torch.draw(loss, level="primitives").save(folder / "graph-primitives.svg")
