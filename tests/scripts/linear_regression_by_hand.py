"""Linear regression with updates written by hand."""
import numpy as np
import torch

x_data = [1.0, 2.0, 3.0]
y_data = [2.0, 4.0, 6.0]
w = torch.tensor([1.0], requires_grad=True)


def forward(x):
    return x * w


def loss(y_pred, y_val):
    return (y_pred - y_val) ** 2


print("Prediction (before training)", 4, forward(4).item())
for epoch in range(10):
    for x_val, y_val in zip(x_data, y_data):
        y_pred = forward(x_val)
        l = loss(y_pred, y_val)
        l.backward()
        print("\tgrad: ", x_val, y_val, w.grad.item())
        w.data = w.data - 0.01 * w.grad.item()
        w.grad.data.zero_()
    print(f"Epoch: {epoch} | Loss: {l.item()}")
print("Prediction (after training)", 4, forward(4).item())

np.random.seed(0)
X = np.random.rand(50, 3).astype(np.float32)
true_w = np.array([[2.0], [-3.4], [1.5]], dtype=np.float32)
Y = X @ true_w + 4.2 + 0.01 * np.random.randn(50, 1).astype(np.float32)
X, Y = torch.from_numpy(X), torch.from_numpy(Y)
torch.manual_seed(1)
W = torch.randn(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for step in range(100):
    y = X.mm(W) + b
    l = (y - Y).pow(2).mean()
    l.backward()
    with torch.no_grad():
        W -= 0.1 * W.grad
        b -= 0.1 * b.grad
        W.grad.zero_()
        b.grad.zero_()
    if step % 25 == 0:
        print(step, l.item())
print(W, b)
print(W.detach().numpy().shape, W.t(), type(W.data), type(l.item()))

# the same with .data, as it used to be written
W.data.zero_()
b.data.fill_(0)
for step in range(20):
    l = torch.mean((torch.matmul(X, W) + b - Y) ** 2)
    l.backward()
    for p in (W, b):
        p.data.sub_(0.1 * p.grad.data)
        p.grad.data.zero_()
print(l.data, l.detach(), W.is_leaf, l.is_leaf)
