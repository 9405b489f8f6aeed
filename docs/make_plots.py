"""Makes the plots of docs/plots.md: python docs/make_plots.py [FOLDER] (default: docs/images)."""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

import tinygrad_loss as torch
from tinygrad_loss import nn, plots
from tinygrad_loss.datasets import hold_out, load_iris
from tinygrad_loss.training import train

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
folder.mkdir(parents=True, exist_ok=True)


def save(figure, name):
    """Write one figure as PNG and close it."""
    figure.savefig(folder / f"{name}.png", dpi=90, metadata={"Software": None}, pil_kwargs={"optimize": True})
    pyplot.close(figure)


# Learning curves: the training loop of the package on iris.
iris = load_iris()
run = train(iris, epochs=30)
figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
plots.loss_curves(run, ax=left)
plots.accuracy_curves(run, ax=right)
save(figure, "plot-curves")

# The same model on the rows that it never saw: which classes it mixes up, and whether it is as sure as it is right.
_, held_out = hold_out(iris, 0.3, 0)
with torch.no_grad():
    logits = run.model(torch.from_numpy(held_out.features))
save(plots.confusion_matrix(logits, held_out.targets, names=iris.class_names).figure, "plot-confusion")

# Calibration needs more rows: noisy labels, learned by heart by a model that is then too sure.
torch.manual_seed(1)
rows = torch.randn(600, 20)
target = (rows[:, 0] + 0.8 * torch.randn(600) > 0).long()
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(60):
    optimizer.zero_grad()
    nn.CrossEntropyLoss()(model(rows[:300]), target[:300]).backward()
    optimizer.step()
p = torch.softmax(model(rows[300:]), dim=1)
save(plots.reliability_diagram(p, target[300:]).figure, "plot-reliability")

# Gradient flow: eight sigmoid layers, and the gradient that is left when it comes to the first.
torch.manual_seed(0)
layers = [module for _ in range(8) for module in (nn.Linear(16, 16), nn.Sigmoid())]
deep = nn.Sequential(*layers, nn.Linear(16, 3))
nn.CrossEntropyLoss()(deep(torch.randn(32, 16)), torch.randint(3, (32,))).backward()
save(plots.gradient_flow({n: t for n, t in deep.named_parameters() if n.endswith("weight")}).figure, "plot-gradient-flow")

# Decision boundary: a ring around a disc.
torch.manual_seed(0)
angle, radius = 2 * torch.pi * torch.rand(240), torch.cat([torch.rand(120).sqrt(), 1.5 + 0.6 * torch.rand(120)])
points = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
inside = torch.arange(240) >= 120
ring = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(ring.parameters(), lr=0.05)
for _ in range(150):
    optimizer.zero_grad()
    nn.CrossEntropyLoss()(ring(points), inside.long()).backward()
    optimizer.step()
save(plots.decision_boundary(ring, points, inside.long(), names=["disc", "ring"]).figure, "plot-boundary")

# Loss surface: one neuron, four rows whose classes cannot be told apart, and the way that gradient descent takes.
x, y = torch.tensor([-1.0, 0.5, 1.5, 3.0]), torch.tensor([1.0, 0.0, 1.0, 0.0])


def loss(w, b):
    """Cross-entropy of one neuron on the rows."""
    return nn.functional.binary_cross_entropy_with_logits(w * x + b, y)


w, b = torch.tensor(2.5, requires_grad=True), torch.tensor(-2.0, requires_grad=True)
path = []
for _ in range(60):
    path.append((w.item(), b.item()))
    for parameter, gradient in zip((w, b), torch.autograd.grad(loss(w, b), (w, b)), strict=True):
        parameter.data -= 1.2 * gradient
save(plots.loss_surface(loss, path).figure, "plot-surface")

save(plots.saturation_story(), "plot-saturation")
