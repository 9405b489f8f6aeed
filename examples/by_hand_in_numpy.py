"""Lesson C: binary cross-entropy by hand over NumPy numbers, float64, and two traps beside it.

    loss = - mean of  t log(p) + (1 - t) log(1 - p),     p = sigmoid(x) = 1 / (1 + exp(-x))

Run: python examples/by_hand_in_numpy.py
"""

import math

import numpy as np

import tinygrad_loss as torch
from tinygrad_loss import nn

x = np.array([-0.231, 1.423, 0.6642])
t = np.array([1.0, 1.0, 0.0])
input = torch.from_numpy(x)  # shares the array's memory and keeps its dtype
input.requires_grad = True  # may be set later, as an attribute
target = torch.from_numpy(t)
print("input: ", input)
print("target:", target)

print("\n1. Three ways to one number")
z = nn.Sigmoid()(input)
loss = nn.BCELoss()(z, target)
print("nn.BCELoss of nn.Sigmoid:", loss.item(), loss.dtype)

total = 0.0
for p, right in zip(z.detach().numpy(), t):  # detach: an array cannot carry a graph
    total -= right * math.log(p) + (1 - right) * math.log(1 - p)
print("by hand, math.log:       ", total / len(t))
print("nn.BCEWithLogitsLoss:    ", nn.BCEWithLogitsLoss()(input, target).item())

print("\n2. The gradient is (p - t) / N")
loss.backward()
print("input.grad: ", input.grad)
print("(p - t) / N:", (z.detach() - target) / len(t))

print("\n3. Trap: one column is one class")
column = torch.from_numpy(np.expand_dims(x, axis=1))
classes = torch.tensor([1, 1, 0])
print("input", column.size(), "target", classes)
# CrossEntropyLoss reads the columns as classes. There is one, class 0; a second one would need a second column.
try:
    nn.CrossEntropyLoss()(column, classes)
except IndexError as error:
    print("IndexError:", error)
# Worse, with only zeros as targets nothing is said: the softmax of one score is 1, whatever the score, and the loss always 0.
print("the loss when every target is class 0:", nn.CrossEntropyLoss()(column, torch.zeros(3, dtype=torch.long)).item())
# Way out 1: yes or no from one score is BCEWithLogitsLoss. Way out 2: give class 0 a score of its own, fixed at 0.
two_columns = torch.cat([torch.zeros_like(column), column], dim=1)
print("way out 1, BCEWithLogitsLoss:         ", nn.BCEWithLogitsLoss()(column, classes.unsqueeze(1).double()).item())
print("way out 2, CrossEntropyLoss of (0, x):", nn.CrossEntropyLoss()(two_columns, classes).item())

print("\n4. Random targets, to try things with")
torch.manual_seed(0)
print(torch.empty(3, dtype=torch.long).random_(5))  # from 0 to 4
