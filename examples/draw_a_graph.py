"""Draw the backward graph of cross-entropy: as PyTorch records it, and opened into exp, sum, log and gather.

Run: python examples/draw_a_graph.py [FOLDER]
Writes two SVG files into FOLDER (default: ./lesson-output).
"""

import sys
from pathlib import Path

import tinygrad_loss as torch
from tinygrad_loss import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))
inputs, target = torch.randn(5, 2), torch.tensor([0, 2, 1, 1, 0])
loss = nn.CrossEntropyLoss()(model(inputs), target)

# The nodes that PyTorch records, the gradient along every edge, the parameters by name. Nothing is changed by drawing.
picture = torch.draw(loss, params=model)
print(picture)

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "lesson-output")
folder.mkdir(parents=True, exist_ok=True)
picture.save(folder / "graph.svg")
# The same loss as a learner would write it: each node of the loss is opened into the primitives that define it.
torch.draw(loss, level="primitives", params=model).save(folder / "graph-primitives.svg")
print("\nLook at", folder / "graph.svg", "and", folder / "graph-primitives.svg")
