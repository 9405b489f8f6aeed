"""Logistic regression on breast cancer data: one linear layer, one score per row, BCEWithLogitsLoss.

Run: python examples/train_logistic.py
"""

import math

import tinygrad_loss as torch
from tinygrad_loss import nn
from tinygrad_loss.datasets import column_scales, hold_out, load_breast_cancer

train_rows, test_rows = hold_out(load_breast_cancer(), fraction=0.3, seed=0)
# Each column's mean and spread, of the training rows alone: the others must stay unseen.
mean, std = map(torch.from_numpy, column_scales(train_rows.features))
inputs, test_inputs = ((torch.from_numpy(rows.features) - mean) / std for rows in (train_rows, test_rows))
# The loss wants targets of the shape and dtype of the scores: a column of 0. and 1.
targets, test_targets = (torch.from_numpy(rows.targets).unsqueeze(1).float() for rows in (train_rows, test_rows))

torch.manual_seed(0)
model = nn.Linear(30, 1)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

print(f"guessing costs ln 2 = {math.log(2):.4f}")
for epoch in range(101):
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    if epoch % 25 == 0:
        print(f"epoch {epoch:3}: loss {loss.item():.4f}")

with torch.no_grad():
    scores = model(test_inputs)
# A score above 0 is a probability above 1/2. (0.5 is the border for probabilities, not for scores.)
accuracy = ((scores > 0) == (test_targets > 0)).float().mean().item()
print(f"held out: {accuracy:.1%} of {len(test_targets)} findings are right")
# What the model learns from, a row: its probability minus its target. The surer and the more wrong, the larger.
surprise = (torch.sigmoid(scores) - test_targets).abs()
print(f"the most surprising row: loss {criterion(scores[surprise.argmax()], test_targets[surprise.argmax()]).item():.4f}")
