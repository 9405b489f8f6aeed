"""A Dataset of one's own, random_split, DataLoader, a training and a validation loop."""
import torch
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, random_split

torch.manual_seed(42)


class SpiralDataset(Dataset):
    """Three arms of a spiral."""

    def __init__(self, points=50, classes=3, transform=None):
        self.transform = transform
        r = torch.linspace(0.05, 1, points)
        xs, ys = [], []
        for c in range(classes):
            t = torch.linspace(c * 4, (c + 1) * 4, points) + torch.randn(points) * 0.1
            xs.append(torch.stack((r * torch.sin(t), r * torch.cos(t)), dim=1))
            ys.append(torch.full((points,), c, dtype=torch.long))
        self.x = torch.cat(xs)
        self.y = torch.cat(ys)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        sample = self.x[idx]
        if self.transform:
            sample = self.transform(sample)
        return sample, self.y[idx]


dataset = SpiralDataset(transform=lambda v: v * 2)
print(len(dataset), dataset[0], dataset[-1][1])
train_size = int(0.8 * len(dataset))
train_set, val_set = random_split(dataset, [train_size, len(dataset) - train_size],
                                  generator=torch.Generator().manual_seed(3))
print(len(train_set), len(val_set), train_set.indices[:5], type(val_set))
thirds = random_split(range(10), [0.5, 0.3, 0.2])
print([list(part) for part in thirds])
train_loader = DataLoader(train_set, batch_size=16, shuffle=True, drop_last=True, num_workers=0)
val_loader = DataLoader(val_set, batch_size=16)
print(len(train_loader), len(val_loader))

model = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-4)
best = float("inf")
for epoch in range(6):
    model.train()
    running = 0.0
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        running += loss.item() * inputs.size(0)
    model.eval()
    val_loss, correct = 0.0, 0
    with torch.no_grad():
        for inputs, targets in val_loader:
            out = model(inputs)
            val_loss += criterion(out, targets).item() * len(targets)
            _, predicted = torch.max(out, 1)
            correct += (predicted == targets).sum().item()
    val_loss /= len(val_set)
    marker = " *" if val_loss < best else ""
    best = min(best, val_loss)
    print(f"epoch {epoch + 1:02d} train {running / len(train_loader.dataset):.4f} val {val_loss:.4f} "
          f"acc {correct / len(val_set):.2%}{marker}")

both = ConcatDataset([Subset(dataset, [0, 60]), Subset(dataset, [149])])
for batch in DataLoader(both, batch_size=2):
    print(batch)


def pad(batch):
    longest = max(len(s) for s in batch)
    return torch.tensor([s + [0] * (longest - len(s)) for s in batch]), [len(s) for s in batch]


print(list(DataLoader([[1, 2, 3], [4], [5, 6]], batch_size=2, collate_fn=pad)))
features, label = next(iter(DataLoader(dataset, batch_size=4, shuffle=True)))
print(f"Feature batch shape: {features.size()}", f"Labels batch shape: {label.size()}", label)
print(next(iter(DataLoader([{"x": 1, "y": 0.5, "name": "a"}, {"x": 2, "y": 1.5, "name": "b"}], batch_size=2))))
