"""Softmax regression on handwritten digits: one linear layer, ten scores per image, CrossEntropyLoss.

Run: python examples/train_softmax.py
"""

import math

import tinygrad_loss as torch
from tinygrad_loss import nn
from tinygrad_loss.datasets import hold_out, load_digits
from tinygrad_loss.utils.data import DataLoader, TensorDataset

train_rows, test_rows = hold_out(load_digits(), fraction=0.3, seed=0)
inputs, targets = torch.from_numpy(train_rows.features) / 16, torch.from_numpy(train_rows.targets)  # pixels go from 0 to 16
test_inputs, test_targets = torch.from_numpy(test_rows.features) / 16, torch.from_numpy(test_rows.targets)

torch.manual_seed(0)
model = nn.Linear(64, 10)  # logits come out: no softmax in the model, CrossEntropyLoss brings its own
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
batches = DataLoader(TensorDataset(inputs, targets), batch_size=64, shuffle=True)

with torch.no_grad():
    print(f"before: loss {criterion(model(inputs), targets).item():.4f}; guessing costs ln 10 = {math.log(10):.4f}")
for epoch in range(1, 21):
    total = 0.0
    for batch, classes in batches:
        optimizer.zero_grad()  # gradients add up until they are cleared
        loss = criterion(model(batch), classes)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(classes)  # item: a plain number, so that no graph is kept; len: the last batch is smaller
    if epoch % 5 == 0:
        print(f"epoch {epoch:2}: loss {total / len(targets):.4f}")

with torch.no_grad():
    scores = model(test_inputs)
accuracy = (scores.argmax(dim=1) == test_targets).float().mean().item()
print(f"held out: {accuracy:.1%} of {len(test_targets)} digits are read rightly")
wrong = (scores.argmax(dim=1) != test_targets).nonzero()[0, 0]
print(f"one that is not: a {test_targets[wrong].item()}, taken for a {scores[wrong].argmax().item()}")
print("its probabilities:", scores[wrong].softmax(dim=0))
