"""The first notebook of every course: making tensors, printing them, shapes, indexing, NumPy and back."""
from __future__ import print_function

import numpy as np
import torch

print(torch.zeros(5, 3, dtype=torch.long), torch.ones(2, 3), torch.eye(2), torch.full((2, 2), 7))
x = torch.tensor([5.5, 3])
x = x.new_ones(5, 3, dtype=torch.double)
print(x)
torch.manual_seed(0)
x = torch.rand(2, 3)
print(x, x.size(), torch.randn(3), torch.randint(0, 10, (4,)), torch.randperm(5), torch.randn_like(x))
y = torch.rand(2, 3)
print(x + y, torch.add(x, y), y.add_(x), x * y, x / y, x @ y.T)
print(x[:, 1], x[0], x[0, 0].item(), x[-1, 1:], x[x > 0.5], x[[1, 0]], x[..., None].shape)
print(x.view(6), x.view(-1, 2), x.reshape(3, 2), x.t(), x.permute(1, 0).stride(), x.transpose(0, 1).is_contiguous())
print(torch.arange(10), torch.arange(0, 1, 0.25), torch.linspace(0, 1, 5), torch.logspace(0, 2, 3))
a = torch.ones(3)
b = a.numpy()
a.add_(1)
print(a, b, type(b), torch.from_numpy(np.arange(3.0)), torch.tensor(np.array([1, 2], dtype=np.int32)))
print(torch.tensor([[1, 2], [3, 4]]).sum(), torch.tensor([1., 2., 3.]).mean(), torch.tensor([True, False]), torch.tensor(3.14))
print(torch.tensor([1e-8, 1.0]), torch.tensor([1e8, 1.0]), torch.tensor([1.0, float('nan'), float('inf')]), torch.tensor([]))
print(torch.arange(2000), torch.zeros(40, 40), torch.tensor([0.1 + 0.2], dtype=torch.float64))
m = torch.arange(12.).reshape(3, 4)
print(m.sum(0), m.mean(dim=1, keepdim=True), m.max(), m.max(dim=1), m.min(0)[0], m.argmax(), m.argmax(1), m.std(), m.var(0))
print(torch.cat([m, m]).shape, torch.stack([m, m], dim=1).shape, torch.chunk(m, 2, dim=1), m.split(2)[1], m.unsqueeze(0).shape)
print(m.squeeze().shape, m.expand(2, 3, 4).shape, torch.cat((m, m), dim=1)[0], m.repeat(1, 2).shape, m.flatten()[:3])
print(m.pow(2)[1], m.sqrt()[0], m.exp()[0], torch.log(m + 1)[0], m.clamp(2, 5), torch.sigmoid(m)[0], torch.where(m > 5, m, -m))
print((m > 5).sum(), m.eq(m).all(), torch.equal(m, m), (m == 3).nonzero(), torch.unique(torch.tensor([3, 1, 3])), m.numel())
print(m.sort(descending=True)[0][0], m.topk(2)[1], m.cumsum(1)[0], torch.dot(m[0], m[1]), torch.mm(m, m.t()), m.norm(), m.dim())
print(m.int().dtype, m.long(), m.bool()[0], m.double().dtype, m.half().dtype, m.to(torch.int8)[0], m.type(torch.LongTensor)[0])
print(m.tolist(), m.device, m.requires_grad, m.ndim, m.shape[0], len(m), m.dtype, m.is_cuda, m.element_size())
print(torch.is_tensor(m), torch.numel(m), torch.get_default_dtype(), torch.float32, torch.Size([1, 2]), torch.device('cpu'))
z = torch.zeros(3, 4)
z[1] = 1
z[:, 2] = torch.tensor([7., 8., 9.])
z[0, 0] += 5
z.scatter_(1, torch.tensor([[0], [1], [3]]), -1.0)
print(z, z.gather(1, torch.tensor([[2], [2], [2]])), torch.masked_select(z, z > 6), z.index_select(0, torch.tensor([2, 0])))
torch.set_printoptions(precision=2, sci_mode=False)
print(torch.tensor([1.23456, 1000.5, 1e-5]), torch.rand(2, 2))
torch.set_printoptions(profile='default')
print(torch.einsum('ij,kj->ik', m, m), torch.tril(torch.ones(3, 3)), torch.outer(torch.arange(3), torch.arange(2)))
for row in m:
    print(row, end=' ')
print()
try:
    torch.ones(2, 3) + torch.ones(2, 4)
except RuntimeError as error:
    print(type(error).__name__)
print('{:.3f} {} {:>8.2e}'.format(m.mean(), m[0, 1], m[2, 3].item()), f'{m.sum():.1f}', '%d' % m[1, 1], float(m[2, 2]) + int(m[0, 3]))
