"""Lesson B: from the textbook's formula to the library's call, in eight steps that give one number.

    loss = - mean over the rows of  log softmax(x)[target],     softmax(x)_i = exp(x_i) / sum_j exp(x_j)

The first form is the nearest to the formula and the worst to compute. Why, is shown at the end.
Run: python examples/from_formula_to_call.py
"""

import tinygrad_loss as torch
import tinygrad_loss.nn.functional as F
from tinygrad_loss import nn

torch.manual_seed(42)
scores = torch.randn(5, 3)  # five rows, three classes
torch.manual_seed(46)
target = torch.randint(3, size=(5,), dtype=torch.long)  # the right class of each row
print("scores:\n", scores)
print("target:", target)


def softmax(x):
    """Probabilities: positive, and each row adds up to 1. unsqueeze keeps the sums as a column, so that they divide the rows."""
    return x.exp() / x.exp().sum(-1).unsqueeze(-1)


def log_softmax(x):
    """The logarithm of the above, with the division turned into a subtraction."""
    return x - x.exp().sum(-1).log().unsqueeze(-1)


def mean_negative(log_probabilities):
    """Take each row's value at its target, average, change the sign: the negative log-likelihood."""
    return -log_probabilities[range(len(target)), target].mean()


print("\nOne loss, eight ways")
output = softmax(scores)
print("by hand, log of softmax:          ", -output[range(len(target)), target].log().mean())
print("by hand, log-softmax:             ", mean_negative(log_softmax(scores)))
print("nn.LogSoftmax, then nn.NLLLoss:   ", nn.NLLLoss()(nn.LogSoftmax(dim=-1)(scores), target))
print("nn.CrossEntropyLoss:              ", nn.CrossEntropyLoss()(scores, target))
print("F.log_softmax, then F.nll_loss:   ", F.nll_loss(F.log_softmax(scores, dim=-1), target.view(-1)))
print("F.cross_entropy:                  ", F.cross_entropy(scores, target))

# The logarithms of a softmax already are what log-softmax makes: exp of them adds up to 1, whose log is 0.
once = F.log_softmax(scores, dim=-1)
twice = F.log_softmax(once, dim=-1)
print("F.nll_loss of log-softmax, twice: ", F.nll_loss(twice, target))
print("F.cross_entropy of log-softmax:   ", F.cross_entropy(once, target))
print("log-softmax twice changes nothing:", torch.allclose(once, twice))

print("\nWhy not by hand: add 1000 to all scores, which changes no probability")
large = scores + 1000
print("by hand, log of softmax:          ", -softmax(large)[range(len(target)), target].log().mean())  # inf / inf
print("by hand, log-softmax:             ", mean_negative(log_softmax(large)))  # 1000 - inf
print("F.cross_entropy:                  ", F.cross_entropy(large, target))  # subtracts each row's largest score first

print("\nWhy not log(softmax): a class far behind has probability 0 in float32, and log 0 is -inf")
behind = torch.tensor([[0.0, 200.0, 0.0]])
print("torch.log(torch.softmax(x)):      ", torch.log(torch.softmax(behind, dim=-1)))
print("F.log_softmax(x):                 ", F.log_softmax(behind, dim=-1))
# So: give F.cross_entropy (or nn.CrossEntropyLoss) the raw scores.
