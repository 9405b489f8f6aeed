"""Code from before PyTorch 0.4: Variable, FloatTensor, .data."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

torch.manual_seed(1)
tensor = torch.FloatTensor([[1, 2], [3, 4]])
variable = Variable(tensor, requires_grad=True)
print(tensor)
print(variable)
t_out = torch.mean(tensor * tensor)
v_out = torch.mean(variable * variable)
print(t_out)
print(v_out)
v_out.backward()
print(variable.grad)
print(variable.data)
print(variable.data.numpy())

x = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
y = x.pow(2) + 0.2 * torch.rand(x.size())
x, y = Variable(x), Variable(y)


class Net(torch.nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super(Net, self).__init__()
        self.hidden = torch.nn.Linear(n_feature, n_hidden)
        self.predict = torch.nn.Linear(n_hidden, n_output)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        x = self.predict(x)
        return x


net = Net(n_feature=1, n_hidden=10, n_output=1)
print(net)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
loss_func = torch.nn.MSELoss()
for t in range(50):
    prediction = net(x)
    loss = loss_func(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 10 == 0:
        print('Loss=%.4f' % loss.data.numpy(), loss.data)

labels = Variable(torch.LongTensor([1, 0, 3]))
scores = Variable(torch.Tensor([[0.5, 1, 2, 3], [1, 0, 0, 1], [2, 2, 1, 0]]))
criterion = nn.CrossEntropyLoss()
print(criterion(scores, labels))
_, predicted = torch.max(scores.data, 1)
print(predicted, (predicted == labels.data).sum())
print(torch.Tensor(3, 2).zero_(), torch.Tensor(2, 3).size(), torch.IntTensor([1, 2]), torch.ByteTensor([1, 0]))
print(torch.FloatTensor(2, 2).fill_(1.5), torch.DoubleTensor([0.1]), isinstance(x, torch.FloatTensor))
print(F.softmax(scores, dim=1), scores.type(), labels.data.type())
