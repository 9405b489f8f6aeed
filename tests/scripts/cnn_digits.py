"""A small convolutional network on the 8x8 digits."""
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
device = torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')
table = np.loadtxt(sys.argv[1], delimiter=',', skiprows=1)[:600]
X = torch.tensor(table[:, :64], dtype=torch.float32).reshape(-1, 1, 8, 8) / 16.0
y = torch.tensor(table[:, 64], dtype=torch.int64)


class ConvNet(nn.Module):
    def __init__(self, num_classes=10):
        super(ConvNet, self).__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(1, 8, kernel_size=3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc = nn.Linear(2 * 2 * 16, num_classes)

    def forward(self, x):
        out = self.layer1(x)
        out = F.max_pool2d(F.relu(self.conv2(out)), 2)
        out = out.reshape(out.size(0), -1)
        return self.fc(out)


model = ConvNet().to(device)
print(model)
for name, param in model.named_parameters():
    print(name, tuple(param.shape), param.requires_grad)
loader = DataLoader(TensorDataset(X[:500], y[:500]), batch_size=100, shuffle=True)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for epoch in range(2):
    for i, (images, labels) in enumerate(loader):
        images = images.to(device)
        labels = labels.to(device)
        outputs = model(images)
        loss = criterion(outputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print('Epoch [{}/{}], Step [{}/{}], Loss: {:.4f}'.format(epoch + 1, 2, i + 1, len(loader), loss.item()))
model.eval()
with torch.no_grad():
    outputs = model(X[500:].to(device))
    _, predicted = torch.max(outputs.data, 1)
    print('Test Accuracy: {} %'.format(100 * (predicted == y[500:]).sum().item() / 100))
    print(outputs[0])
print(model.layer1[1].running_mean, model.layer1[1].num_batches_tracked)
