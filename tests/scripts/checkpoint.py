"""Save and load: weights, a checkpoint with the optimizer, tensors; going on gives what not stopping would have given."""
import os
import tempfile

import torch
import torch.nn as nn


class TheModelClass(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 5)
        self.fc2 = nn.Linear(5, 2)
        self.register_buffer("seen", torch.zeros(1, dtype=torch.long))

    def forward(self, x):
        self.seen += len(x)
        return self.fc2(torch.relu(self.fc1(x)))


def steps(model, optimizer, n):
    for i in range(n):
        x = torch.linspace(-1, 1, 12).view(4, 3) * (i + 1)
        loss = nn.functional.cross_entropy(model(x), torch.tensor([0, 1, 1, 0]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


torch.manual_seed(9)
model = TheModelClass()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
print("Model's state_dict:")
for param_tensor in model.state_dict():
    print(param_tensor, "\t", model.state_dict()[param_tensor].size())
print("Optimizer's state_dict:")
for var_name in optimizer.state_dict():
    print(var_name, "\t", optimizer.state_dict()[var_name])

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.tar")
    loss = steps(model, optimizer, 5)
    torch.save({
        'epoch': 5,
        'model_state_dict': model.state_dict(),
        'optimizer_state_dict': optimizer.state_dict(),
        'loss': loss,
    }, path)
    print("straight on: %.4f" % steps(model, optimizer, 3))

    other = TheModelClass()
    optimizer = torch.optim.SGD(other.parameters(), lr=0.5, momentum=0.5)
    checkpoint = torch.load(path)
    print(other.load_state_dict(checkpoint['model_state_dict']))
    optimizer.load_state_dict(checkpoint['optimizer_state_dict'])
    print(checkpoint['epoch'], round(checkpoint['loss'], 4), other.seen, checkpoint.keys())
    print("after loading: %.4f" % steps(other, optimizer, 3))
    print(torch.equal(other.fc1.weight, model.fc1.weight), torch.allclose(other.fc2.bias, model.fc2.bias))

    torch.save(model.state_dict(), os.path.join(folder, "weights.pth"))
    third = TheModelClass()
    third.load_state_dict(torch.load(os.path.join(folder, "weights.pth"), map_location='cpu', weights_only=True))
    third.eval()
    print(third(torch.ones(1, 3)))
    x = torch.arange(6).reshape(2, 3)
    torch.save([x, x.t(), {"a": (1, 2.5, None, "text")}], os.path.join(folder, "x.pt"))
    print(torch.load(os.path.join(folder, "x.pt")))
    partial = TheModelClass()
    print(partial.load_state_dict({"fc1.weight": torch.zeros(5, 3), "gone": torch.ones(1)}, strict=False))
    try:
        partial.load_state_dict({"fc1.weight": torch.zeros(5, 4)}, strict=False)
    except RuntimeError as e:
        print(type(e).__name__, 'size mismatch for fc1.weight' in str(e))
