"""Lesson E: what reduction='none', 'mean' and 'sum' return, and how each row's loss comes about.

Run: python examples/reductions.py
"""

import tinygrad_loss as torch
import tinygrad_loss.nn.functional as F
from tinygrad_loss import nn

print("1. Cross-entropy, row by row")
inputs = torch.tensor(
    [[-0.6722, 0.0933, -0.7828, -0.5380, -0.3814],
     [-1.0644, -0.0649, 0.6899, -0.5077, -0.4502],
     [-1.7857, -0.0663, 0.4620, 0.8843, -0.4773]],
)  # fmt: skip
labels = torch.tensor([1, 0, 1])
each = nn.CrossEntropyLoss(reduction="none")(inputs, labels)
print("reduction='none':", each)
print("its mean:        ", each.mean())
print("reduction='mean':", nn.CrossEntropyLoss()(inputs, labels))  # the default

probabilities = F.softmax(inputs, 1)
print("softmax, first row:            ", probabilities[0])
print("minus log of the right class:  ", -torch.log(probabilities[0, 1]))  # labels[0] is 1: the first row's loss
print("nll_loss of log_softmax, none: ", F.nll_loss(F.log_softmax(inputs, 1), labels, reduction="none"))

print("\n2. Binary cross-entropy: with label 0 only log(1 - p) is left")
x = torch.tensor([0.2211, 0.8756, 2.4896])
zeros = torch.zeros(3)
print("BCELoss, none:         ", nn.BCELoss(reduction="none")(torch.sigmoid(x), zeros))
print("-log(1 - sigmoid(x)):  ", -torch.log(torch.ones_like(x) - torch.sigmoid(x)))
print("BCELoss, mean:         ", nn.BCELoss()(torch.sigmoid(x), zeros))

print("\n3. BCE with logits")
logits = torch.tensor([0.5454, 0.9473, -0.5845])
answers = torch.tensor([1.0, 0.0, 0.0])
print("BCEWithLogitsLoss, none:", nn.BCEWithLogitsLoss(reduction="none")(logits, answers))
print("mean:                   ", nn.BCEWithLogitsLoss()(logits, answers))
print("sum / number of rows:   ", nn.BCEWithLogitsLoss(reduction="sum")(logits, answers) / answers.shape[0])

print("\n4. What the choice does to the gradient, and to the learning rate")
for reduction in ("mean", "sum"):
    leaf = logits.clone().requires_grad_()
    nn.BCEWithLogitsLoss(reduction=reduction)(leaf, answers).backward()
    print(f"gradient with reduction={reduction!r}: ", leaf.grad)
# sum's is N times mean's: who changes from mean to sum divides the learning rate by N.

print("\n5. Where 'mean' is not the mean of 'none': class weights")
weight = torch.tensor([1.0, 3.0, 1.0, 1.0, 1.0])
weighted = F.cross_entropy(inputs, labels, weight=weight, reduction="none")
print("mean of the weighted rows:       ", weighted.mean())
print("their sum / the targets' weights:", weighted.sum() / weight[labels].sum())
print("reduction='mean':                ", F.cross_entropy(inputs, labels, weight=weight))
