"""Lesson A: two pairs of losses that are one loss each.

    CrossEntropyLoss  = LogSoftmax, then NLLLoss     (one of C classes: C scores per row)
    BCEWithLogitsLoss = Sigmoid, then BCELoss        (yes or no: one score per row)

The model should give raw scores ("logits"); the losses on the left do the rest, and do it in a numerically safe way.
Run: python examples/cross_entropy_and_nll.py
"""

import tinygrad_loss as torch
from tinygrad_loss import nn

# Three rows, five classes. A row holds the scores of the classes; target says which class is right.
prediction = torch.tensor(
    [[0.4499, 0.8788, 0.5056, 0.1445, 0.0907],
     [0.4715, 0.6950, 0.8860, 0.1334, 0.2139],
     [0.1923, 0.5645, 0.9867, 0.4618, 0.1355]],
    requires_grad=True,
)  # fmt: skip
target = torch.tensor([0, 1, 4])
print("prediction:", prediction.size(), prediction.dtype)
print("target:    ", target.size(), target.dtype)

print("\n1. Cross-entropy, in two steps and in one")
in_two_steps = nn.NLLLoss()(nn.LogSoftmax(dim=-1)(prediction), target)
in_one_step = nn.CrossEntropyLoss()(prediction, target)
print("NLLLoss of LogSoftmax:", in_two_steps)
print("CrossEntropyLoss:     ", in_one_step)
# Both name NllLossBackward0: not only the numbers are equal, the recorded graphs are. CrossEntropyLoss *is* the two steps.

print("\nThe graph of each, from the loss back to the scores:")
for loss in (in_two_steps, in_one_step):
    node, names = loss.grad_fn, []
    while node is not None:
        names.append(node.name().removeprefix("torch::autograd::"))
        node = node.next_functions[0][0] if node.next_functions else None
    print("  " + " -> ".join(names))

print("\n2. The gradient: softmax minus one-hot, over the number of rows")
in_two_steps.backward()
after_one = prediction.grad.clone()
in_one_step.backward()  # adds to what is there: gradients accumulate until they are cleared
formula = (prediction.detach().softmax(dim=-1) - nn.functional.one_hot(target, 5)) / 3
print("after one backward:\n", after_one)
print("(softmax - onehot) / 3:\n", formula)
print("after two, divided by one:\n", prediction.grad / after_one)
print("equal to the formula:", torch.allclose(after_one, formula, atol=1e-7))
print("each row adds up to 0:", torch.allclose(after_one.sum(dim=1), torch.zeros(3), atol=1e-7))

print("\n3. Yes or no: binary cross-entropy, in two steps and in one")
logits = torch.tensor([[0.1320], [0.3074], [0.6341]], requires_grad=True)
answers = torch.tensor([0, 1, 0]).unsqueeze(1).float()  # the shape and dtype of the logits: BCE wants floats
print("BCELoss of Sigmoid:", nn.BCELoss()(nn.Sigmoid()(logits), answers))
print("BCEWithLogitsLoss: ", nn.BCEWithLogitsLoss()(logits, answers))
# Here the names differ: BCEWithLogitsLoss has a node of its own. Two steps are two roundings, and with a confident mistake the
# first of them is fatal: sigmoid(-200) is 0 in float32, so that its logarithm is lost (BCELoss stops it at -100).
sure = torch.tensor([-200.0])
print("a confident mistake, in two steps:", nn.BCELoss()(nn.Sigmoid()(sure), torch.ones(1)).item())
print("the same, in one:                 ", nn.BCEWithLogitsLoss()(sure, torch.ones(1)).item())
