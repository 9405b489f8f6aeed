"""Softmax regression, first from scratch and then in few lines."""
import numpy as np
import torch
from torch import nn

torch.manual_seed(3)
num_inputs, num_outputs, batch_size, lr = 6, 4, 20, 0.3
centers = torch.normal(0, 2, (num_outputs, num_inputs))
labels = torch.randint(num_outputs, (200,))
features = centers[labels] + torch.normal(0, 1.0, (200, num_inputs))


def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    np.random.seed(0)
    np.random.shuffle(indices)
    for i in range(0, len(indices), batch_size):
        j = torch.tensor(indices[i: min(i + batch_size, len(indices))])
        yield features[j], labels[j]


def softmax(X):
    X_exp = torch.exp(X - X.max(dim=1, keepdim=True).values)
    partition = X_exp.sum(1, keepdim=True)
    return X_exp / partition


def cross_entropy(y_hat, y):
    return -torch.log(y_hat[range(len(y_hat)), y])


def accuracy(y_hat, y):
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    cmp = y_hat.type(y.dtype) == y
    return float(cmp.type(y.dtype).sum())


def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


W = torch.normal(0, 0.01, size=(num_inputs, num_outputs), requires_grad=True)
b = torch.zeros(num_outputs, requires_grad=True)
print(W)
for epoch in range(3):
    total, right, n = 0.0, 0.0, 0
    for X, y in data_iter(batch_size, features, labels):
        y_hat = softmax(torch.matmul(X.reshape((-1, W.shape[0])), W) + b)
        l = cross_entropy(y_hat, y)
        l.sum().backward()
        sgd([W, b], lr, batch_size)
        total += l.sum().item()
        right += accuracy(y_hat, y)
        n += y.numel()
    print(f'epoch {epoch + 1}, loss {total / n:.4f}, train acc {right / n:.3f}')
print(b)


def init_weights(m):
    if type(m) == nn.Linear:
        nn.init.normal_(m.weight, std=0.01)
        nn.init.constant_(m.bias, 0)


net = nn.Sequential(nn.Flatten(), nn.Linear(num_inputs, 16), nn.ReLU(), nn.Linear(16, num_outputs))
net.apply(init_weights)
loss = nn.CrossEntropyLoss(reduction='none')
trainer = torch.optim.SGD(net.parameters(), lr=0.5)
for epoch in range(5):
    for X, y in data_iter(batch_size, features, labels):
        l = loss(net(X), y)
        trainer.zero_grad()
        l.mean().backward()
        trainer.step()
with torch.no_grad():
    print(f'loss {loss(net(features), labels).mean():.4f}, acc {accuracy(net(features), labels) / len(labels):.3f}')
print(net[1].weight.data[0], net.state_dict()['3.bias'])
lazy = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(2))
print(lazy(features[:2]).shape, lazy)
