"""What requires_grad, backward, grad_fn, no_grad and hooks do."""
import torch

x = torch.ones(2, 2, requires_grad=True)
print(x)
y = x + 2
print(y, y.grad_fn.name())
z = y * y * 3
out = z.mean()
print(z, out)
out.backward()
print(x.grad)
a = torch.arange(1., 5.).view(2, 2)
a = ((a * 3) / (a - 1.5))
print(a.requires_grad)
a.requires_grad_(True)
b = (a * a).sum()
print(b.requires_grad, b.grad_fn.name(), b.grad_fn.next_functions[0][0].name())
x = torch.tensor([1.0, -0.5, 2.0], requires_grad=True)
y = x * 2
while y.data.norm() < 100:
    y = y * 2
print(y)
y.backward(torch.tensor([0.1, 1.0, 0.0001], dtype=torch.float))
print(x.grad)
print(x.requires_grad, (x ** 2).requires_grad)
with torch.no_grad():
    print((x ** 2).requires_grad)
y = x.detach()
print(y.requires_grad, x.eq(y).all())

w = torch.tensor(2.0, requires_grad=True)
for i in range(3):
    (w * 3).backward()
    print(w.grad)
h = (w ** 2).exp()
h.retain_grad()
handle = w.register_hook(lambda g: g * 2)
(h * w).backward()
print(h.grad, w.grad)
handle.remove()
g1, = torch.autograd.grad(w ** 3, w, create_graph=True)
g2, = torch.autograd.grad(g1, w)
print(g1.item(), g2)
x = torch.randn(3, requires_grad=True) * 0 + torch.tensor([1., 2., 3.])
print(torch.autograd.functional.jacobian(lambda t: t ** 2, torch.tensor([1., 2., 3.])))
print(torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), torch.tensor([1., 2.])))
try:
    v = torch.ones(2, requires_grad=True)
    (v * 2).backward()
except RuntimeError as error:
    print(type(error).__name__)
try:
    s = (v * v).sum()
    s.backward()
    s.backward()
except RuntimeError as error:
    print(type(error).__name__)
try:
    torch.ones(1).sum().backward()
except RuntimeError as error:
    print(type(error).__name__)
try:
    v.numpy()
except RuntimeError as error:
    print(type(error).__name__)
try:
    v += 1
except RuntimeError as error:
    print(type(error).__name__)
with torch.set_grad_enabled(False):
    print((v * 2).requires_grad, torch.is_grad_enabled())


@torch.inference_mode()
def evaluate(t):
    return t * 2


print(evaluate(v), v.grad, v.grad_fn, v.is_leaf, (v * 1).is_leaf)
p = torch.nn.Parameter(torch.zeros(2))
print(p, p.grad, list(torch.nn.Linear(1, 1).parameters())[0].requires_grad)
frozen = torch.nn.Linear(2, 1)
for q in frozen.parameters():
    q.requires_grad = False
frozen.bias.requires_grad_()
frozen(torch.ones(1, 2)).sum().backward()
print(frozen.weight.grad, frozen.bias.grad)
