"""Makes the pictures of the documentation: python docs/make_pictures.py [FOLDER] (default: docs/images)."""

import sys
from pathlib import Path

import tinygrad_loss as torch
from tinygrad_loss.parity.seed_losses import load_recorded

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
folder.mkdir(parents=True, exist_ok=True)

# One loss: as PyTorch records it, with one node open, with all of them open, and beside PyTorch's gradients.
logits = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]], requires_grad=True)
loss = torch.nn.CrossEntropyLoss()(logits, torch.tensor([0, 2]))
torch.draw(loss).save(folder / "graph.svg")
torch.draw(loss, level="primitives").save(folder / "graph-primitives.svg")
torch.draw(loss, expand=["LogSoftmaxBackward0"], direction="RL").save(folder / "graph-expand.svg")
torch.draw(loss, theme="print", values=False, direction="RL").save(folder / "graph-print.svg")

prediction = torch.tensor([[.4499, .8788, .5056, .1445, .0907], [.4715, .6950, .8860, .1334, .2139],
                           [.1923, .5645, .9867, .4618, .1355]], requires_grad=True)  # fmt: skip
loss = torch.nn.CrossEntropyLoss()(prediction, torch.tensor([0, 1, 4]))
torch.draw(loss, beside=load_recorded()[1]["cross_entropy"].graph).save(folder / "graph-beside.svg")

# A small network, by its modules; in dark colours.
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
points = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.5, -1.0]])
loss = torch.nn.functional.cross_entropy(model(points), torch.tensor([0, 1, 1]))
torch.draw(loss, level="modules", params=model).save(folder / "graph-modules.svg")
torch.draw(loss, theme="dark", direction="RL", params=model).save(folder / "graph-dark.svg")
torch.draw(loss, level="modules", depth=1, direction="RL", params=model).save(folder / "graph-depth.svg")

# Twelve layers of sigmoids: the gradient vanishes.
torch.manual_seed(0)
layers = [part for _ in range(12) for part in (torch.nn.Linear(3, 3), torch.nn.Sigmoid())]
model = torch.nn.Sequential(torch.nn.Linear(2, 3), *layers, torch.nn.Linear(3, 2))
loss = torch.nn.functional.cross_entropy(model(points), torch.tensor([0, 1, 1]))
torch.draw(loss, params=model).save(folder / "graph-folded.svg")

# Gradients that are infinite, not a number, and zero.
x = torch.tensor([0.0, 1.0, 4.0], requires_grad=True)
dead = torch.tensor([-1.0, -2.0, -0.5], requires_grad=True)
loss = (x.sqrt() / x + torch.relu(dead)).sum()
torch.draw(loss).save(folder / "graph-marks.svg")

# The gradient of a gradient.
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.sigmoid(x).sum()
(slope,) = torch.autograd.grad(y, x, create_graph=True)
total = slope.sum()
torch.draw(total, values=True).save(folder / "graph-second.svg")

# Two ways to write one loss, side by side, where one breaks down.
x = torch.tensor([[1200.0, 350.0, -725.0]], requires_grad=True)
target = torch.tensor([1])
unstable = torch.nn.functional.nll_loss(torch.log(torch.softmax(x, dim=1)), target)
stable = torch.nn.functional.cross_entropy(x, target)
torch.compare(unstable, stable).save(folder / "compare.svg")
