"""Logistic regression: two clouds of points, BCELoss and BCEWithLogitsLoss."""
import torch
from torch import nn

torch.manual_seed(0)
n_samples = 100
x0 = torch.normal(2 * torch.ones(n_samples, 2), 1)
y0 = torch.zeros(n_samples)
x1 = torch.normal(-2 * torch.ones(n_samples, 2), 1)
y1 = torch.ones(n_samples)
x = torch.cat((x0, x1), 0).type(torch.FloatTensor)
y = torch.cat((y0, y1), 0).type(torch.FloatTensor)
print(x.shape, y.size(), x.dtype, x.type())


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.lr = nn.Linear(2, 1)
        self.sm = nn.Sigmoid()

    def forward(self, x):
        x = self.lr(x)
        x = self.sm(x)
        return x


model = LogisticRegression()
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
for epoch in range(60):
    out = model(x).squeeze()
    loss = criterion(out, y)
    print_loss = loss.data.item()
    mask = out.ge(0.5).float()
    correct = (mask == y).sum()
    acc = correct.item() / x.size(0)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 20 == 0:
        print('*' * 10)
        print('epoch {}'.format(epoch + 1))
        print('loss is {:.4f}'.format(print_loss))
        print('acc is {:.4f}'.format(acc))
w0, w1 = model.lr.weight[0]
print(float(w0.item()), w1.item(), model.lr.bias.data[0])

logits = nn.Linear(2, 1)
loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
optimizer = torch.optim.Adam(logits.parameters(), lr=0.05)
for epoch in range(30):
    optimizer.zero_grad()
    loss = loss_fn(logits(x), y.unsqueeze(1))
    loss.backward()
    optimizer.step()
print(loss)
print(f"{loss:.4f}", logits.weight, logits.bias.grad)
pred = (torch.sigmoid(logits(x)) > 0.5).float()
print("accuracy: {:.1f}%".format((pred.squeeze(1) == y).float().mean().item() * 100))
