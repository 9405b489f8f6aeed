"""What stands at the head of most scripts: seeds, devices, switches; and modules taken apart."""
import os
import random

import numpy as np
import torch
import torch.nn as nn


def seed_everything(seed=1234):
    random.seed(seed)
    os.environ['PYTHONHASHSEED'] = str(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


seed_everything()
device = 'cuda' if torch.cuda.is_available() else 'mps' if torch.backends.mps.is_available() else 'cpu'
print(f"Using {device} device", torch.cuda.device_count(), torch.cuda.is_available())
print(int(torch.__version__.split('.')[0]) >= 1)
if torch.cuda.is_available():
    torch.cuda.synchronize()
x = torch.randn(2, 3, device=device)
print(x, x.device, x.cpu().device, torch.device('cpu') == x.device, x.to(device).dtype, x.to('cpu', torch.float64).dtype)
try:
    x.cuda()
except (AssertionError, RuntimeError) as error:
    print("no cuda:", type(error).__name__)


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(12, 16),
            nn.ReLU(),
            nn.Dropout(p=0.5),
            nn.Linear(16, 4)
        )
        self.blocks = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.heads = nn.ModuleDict({'a': nn.Linear(4, 2), 'b': nn.Linear(4, 3, bias=False)})
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x, head='a'):
        x = self.linear_relu_stack(self.flatten(x))
        for block in self.blocks:
            x = x + torch.tanh(block(x))
        return self.heads[head](x) * self.scale


model = NeuralNetwork().to(device)
print(model)
for name, param in model.named_parameters():
    print(f"Layer: {name} | Size: {param.size()} | Values : {param.flatten()[:2]}")
print([name for name, _ in model.named_children()], len(list(model.modules())), model.training)
X = torch.rand(3, 3, 4, device=device)
model.train()
print(model(X))
model.eval()
logits = model(X)
pred_probab = nn.Softmax(dim=1)(logits)
print(f"Predicted class: {pred_probab.argmax(1)}", pred_probab)
print(model(X, head='b').shape, sum(p.numel() for p in model.parameters()))
shapes = []
hook = model.linear_relu_stack[0].register_forward_hook(lambda m, i, o: shapes.append((m.__class__.__name__, o.shape)))
model(X)
hook.remove()
print(shapes)
xor = nn.Sequential()
xor.add_module('hidden', nn.Linear(2, 4))
xor.add_module('act', nn.Tanh())
xor.add_module('out', nn.Linear(4, 1))
xor.add_module('prob', nn.Sigmoid())
inputs = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
targets = torch.tensor([[0.], [1.], [1.], [0.]])
optimizer = torch.optim.Adam(xor.parameters(), lr=0.1)
for epoch in range(150):
    loss = nn.BCELoss()(xor(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(xor)
print((xor(inputs) > 0.5).int().view(-1).tolist(), loss.item() < 0.2)
print(type(x), type(model.scale), type(x.shape), type(x.dtype), type(optimizer), type(nn.Linear(1, 1)), type(loss.item()))
