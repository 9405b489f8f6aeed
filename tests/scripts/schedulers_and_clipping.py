"""Learning rates that change, gradients that are clipped, groups of parameters, one optimizer after another."""
import math

import torch
import torch.nn as nn
from torch.optim import lr_scheduler


def net():
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))


torch.manual_seed(2)
x = torch.randn(64, 4)
y = (x ** 2).sum(dim=1, keepdim=True).sqrt()


def fit(name, make, schedule=None, steps=12, clip=None):
    model = net()
    optimizer = make(model.parameters())
    scheduler = schedule(optimizer) if schedule else None
    rates = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), clip) if clip else 0.0
        optimizer.step()
        if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
            scheduler.step(loss)
        elif scheduler:
            scheduler.step()
        rates.append(optimizer.param_groups[0]['lr'])
    print(f"{name:>12} loss {loss.item():.5f} norm {float(norm):.4f} lr {[round(r, 6) for r in rates[::3]]}")
    return model


def sgd(p):
    return torch.optim.SGD(p, lr=0.05)


fit("sgd", sgd)
fit("momentum", lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True))
fit("adam", lambda p: torch.optim.Adam(p, lr=0.02))
fit("adamw", lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.1))
fit("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9))
fit("adagrad", lambda p: torch.optim.Adagrad(p, lr=0.1))
fit("adadelta", lambda p: torch.optim.Adadelta(p, lr=1.0))
fit("clip", sgd, clip=0.5)
fit("step", sgd, lambda o: lr_scheduler.StepLR(o, step_size=5, gamma=0.1))
fit("multistep", sgd, lambda o: lr_scheduler.MultiStepLR(o, milestones=[3, 8], gamma=0.5))
fit("exponential", sgd, lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9))
fit("cosine", sgd, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=12))
fit("warm-up", sgd, lambda o: lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=4))
fit("lambda", sgd, lambda o: lr_scheduler.LambdaLR(o, lr_lambda=lambda e: 0.95 ** e))
fit("one cycle", sgd, lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=12))
fit("plateau", sgd, lambda o: lr_scheduler.ReduceLROnPlateau(o, 'min', factor=0.5, patience=0, threshold=0.3))

model = net()
optimizer = torch.optim.SGD([
    {'params': model[0].parameters()},
    {'params': model[2].parameters(), 'lr': 1e-3},
], lr=1e-2, momentum=0.9)
print(optimizer)
(model(x) - y).abs().mean().backward()
total = math.sqrt(sum(p.grad.norm(2).item() ** 2 for p in model.parameters()))
print(f"{total:.4f}", nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0))
nn.utils.clip_grad_value_(model.parameters(), clip_value=0.05)
print(model[2].bias.grad, model[0].weight.grad.abs().max())

model = net()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for i in range(3):
    print("lbfgs", i, optimizer.step(closure).item())
