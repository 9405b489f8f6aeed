"""Lesson D: why classifiers are trained with cross-entropy. A neuron that is stuck, the derivatives, the likelihood, the rules.

Run: python examples/saturation_and_likelihood.py [FOLDER]
With matplotlib installed, cost against epoch is drawn into FOLDER/cost.svg (default: ./lesson-output).
"""

import sys
from pathlib import Path

import tinygrad_loss as torch
import tinygrad_loss.nn.functional as F
from tinygrad_loss import nn

EPOCHS, RATE = 300, 0.15


def squared(a, y):
    """Half the squared error."""
    return (y - a).square().sum() / 2


def learn(cost, w, b):
    """One neuron, a = sigmoid(w x + b), shown x = 1 and wanted at y = 0. Returns (cost, a, w, b) for each epoch."""
    x, y = torch.tensor([1.0]), torch.tensor([0.0])
    w, b = torch.tensor([w], requires_grad=True), torch.tensor([b], requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=RATE)
    history = []
    for epoch in range(EPOCHS + 1):
        a = torch.sigmoid(w * x + b)
        loss = cost(a, y)
        history.append((loss.item(), a.item(), w.item(), b.item()))
        if epoch < EPOCHS:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return history


def show(title, history):
    """Print three moments of a run."""
    print(title)
    for epoch in (0, 150, 300):
        print("  epoch {:3}: cost {:.3f}  a {:.3f}  w {:.2f}  b {:.2f}".format(epoch, *history[epoch]))


print("1. One neuron, two costs, two starts")
runs = {
    "squared error, good start": learn(squared, 0.6, 0.9),
    "squared error, bad start": learn(squared, 2.0, 2.0),
    "cross-entropy, good start": learn(F.binary_cross_entropy, 0.6, 0.9),
    "cross-entropy, bad start": learn(F.binary_cross_entropy, 2.0, 2.0),
}
for title, history in runs.items():
    show(title, history)
epoch, (_, a, w, b) = next((e, row) for e, row in enumerate(runs["squared error, good start"]) if row[1] <= 0.13)
print(f"squared error, good start, reaches a = {a:.2f} in epoch {epoch}, with w = {w:.1f} and b = {b:.1f}")
for cost in ("squared error", "cross-entropy"):
    lost = 1 - runs[f"{cost}, bad start"][150][0] / runs[f"{cost}, bad start"][0][0]
    print(f"{cost}, bad start: the cost has fallen by {lost:.0%} in 150 epochs")

print("\n2. Why: the derivatives at the bad start")
# squared error:  C = (y - a)^2 / 2,  a = sigma(z),  z = w x + b
#                 dC/dw = (a - y) sigma'(z) x        sigma'(z) = a (1 - a): next to nothing where the neuron is saturated
# cross-entropy:  C = -(y log a + (1 - y) log(1 - a))
#                 dC/da = (a - y) / (a (1 - a)),  and times sigma'(z) x:  dC/dw = x (a - y)        sigma'(z) has cancelled
w, b = torch.tensor(2.0, requires_grad=True), torch.tensor(2.0)
x, y = torch.tensor(1.0), torch.tensor(0.0)
z = w * x + b
a = torch.sigmoid(z)
slope = torch.autograd.grad(a, z, retain_graph=True)[0]
(by_squared,) = torch.autograd.grad(squared(a, y), w, retain_graph=True)
(by_entropy,) = torch.autograd.grad(F.binary_cross_entropy(a, y), w)
print("sigma'(z):               ", slope)
print("squared error, autograd: ", by_squared)
print("(a - y) sigma'(z) x:     ", ((a - y) * slope * x).detach())
print("cross-entropy, autograd: ", by_entropy)
print("x (a - y):               ", (x * (a - y)).detach())

print("\n3. Softmax, and cross-entropy with one-hot labels: -sum of label * log(probability)")
print("softmax of (1.3, .2, -2.1):", torch.softmax(torch.tensor([1.3, 0.2, -2.1]), dim=0))
labels = {
    "cat": ([1.0, 0.0, 0.0], [0.39, 0.28, 0.33]),
    "dog": ([0.0, 1.0, 0.0], [0.50, 0.17, 0.33]),
    "bird": ([0.0, 0.0, 1.0], [0.25, 0.34, 0.41]),
}
for name, (one_hot, p) in labels.items():
    one_hot, p = torch.tensor(one_hot), torch.tensor(p)
    print(f"{name}: ", -(one_hot * p.log()).sum(), F.nll_loss(p.log(), one_hot.argmax()))

print("\n4. The likelihood: five balls are drawn, 2 red and 3 blue")
balls = torch.tensor([0, 0, 1, 1, 1])
p = torch.bincount(balls) / len(balls)
print("p:", p)
for name, q in (("bad model", torch.tensor([4 / 5, 1 / 5])), ("good model", torch.tensor([1 / 2, 1 / 2]))):
    likelihood = q[balls].prod()  # one factor for each ball: q_red^2 q_blue^3
    print(f"{name}: q = {q}, likelihood {likelihood.item():.5f}")
    print("  -log(likelihood) / N:         ", -likelihood.log() / len(balls))
    print("  -sum of p log q:              ", -(p * q.log()).sum())
    print("  cross_entropy(log q, p):      ", F.cross_entropy(q.log(), p))
    print("  nll_loss(log q, the balls):   ", F.nll_loss(q.log().expand(5, 2), balls))
# A slide deck that tells this story prints 0.023 for the bad model: it has (1/3)^3 where (1/5)^3 belongs.
print(f"with the slip of 1/3 for 1/5: {(4 / 5) ** 2 * (1 / 3) ** 3:.4f}")
# The best q is p itself. What cross-entropy then still costs is the entropy of p: its floor is not 0.
print("best model, q = p:", F.cross_entropy(p.log(), p), "entropy of p:", -(p * p.log()).sum())

print("\n5. The rules of NLLLoss and CrossEntropyLoss")
scores = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3], [2.0, -1.0, 0.5], [0.3, 0.3, 0.9]])
target = torch.tensor([0, 2, -100, 1])  # a class from 0 to C - 1, or ignore_index (-100), which need not be a class
weight = torch.tensor([1.0, 2.0, 0.5])
log_p = F.log_softmax(scores, dim=1)
each = nn.NLLLoss(weight=weight, reduction="none")(log_p, target)
counted = target != -100
print("none, -w[y] log p[y], ignored rows 0:", each)
print("sum:                                 ", nn.NLLLoss(weight=weight, reduction="sum")(log_p, target))
print("mean:                                ", nn.NLLLoss(weight=weight)(log_p, target))
print("sum / the weights that count:        ", each.sum() / weight[target[counted]].sum())
print("CrossEntropyLoss:                    ", nn.CrossEntropyLoss(weight=weight)(scores, target))
pixels = scores.reshape(2, 2, 3).permute(0, 2, 1)  # (N, C, d1): the classes are always dimension 1
print("with an extra dimension:             ", nn.CrossEntropyLoss(weight=weight)(pixels, target.reshape(2, 2)))
soft = F.one_hot(target[counted], 3).float()
print("one-hot rows as class probabilities: ", F.cross_entropy(scores[counted], soft))
print("the same by class index:             ", F.cross_entropy(scores[counted], target[counted]))
try:
    F.cross_entropy(scores, torch.tensor([0, 1, 2, 3]))
except IndexError as error:
    print("IndexError:", error)
# So: NLLLoss wants log-softmax as the last layer, and CrossEntropyLoss none; BCELoss wants a sigmoid, and BCEWithLogitsLoss none.
# The second of each pair is the better one. And print and keep the losses, as here: a curve tells a stuck neuron from a done one.

try:
    import matplotlib
except ImportError:
    print("\nmatplotlib is not installed: no picture (pip install matplotlib)")
else:
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "lesson-output")
    folder.mkdir(parents=True, exist_ok=True)
    figure, columns = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axes, start in zip(columns, ("good start", "bad start")):
        for cost, style in (("squared error", "-"), ("cross-entropy", "--")):
            axes.plot([row[0] for row in runs[f"{cost}, {start}"]], style, label=cost)
        w, b = runs[f"squared error, {start}"][0][2:]
        axes.set(title=f"{start}: w = {w:.1f}, b = {b:.1f}", xlabel="epoch", ylabel="cost", ylim=(0, None))
        axes.legend()
    figure.savefig(folder / "cost.svg")
    print("\nCost against epoch:", folder / "cost.svg")
