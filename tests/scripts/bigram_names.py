"""A bigram model of names: counts, then one linear layer, then an embedding with a hidden layer; and samples from each."""
import torch
import torch.nn.functional as F

words = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "amelia", "harper", "evelyn", "noah", "liam", "mason", "jacob",
         "william", "ethan", "james", "alexander", "michael", "benjamin", "elijah"]
chars = sorted(list(set(''.join(words))))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi['.'] = 0
itos = {i: s for s, i in stoi.items()}
V = len(itos)
N = torch.zeros((V, V), dtype=torch.int32)
for w in words:
    chs = ['.'] + list(w) + ['.']
    for ch1, ch2 in zip(chs, chs[1:]):
        N[stoi[ch1], stoi[ch2]] += 1
print(N[0], N.sum(), N.dtype)
P = (N + 1).float()
P /= P.sum(1, keepdims=True)
g = torch.Generator().manual_seed(2147483647)
for i in range(5):
    out = []
    ix = 0
    while True:
        p = P[ix]
        ix = torch.multinomial(p, num_samples=1, replacement=True, generator=g).item()
        out.append(itos[ix])
        if ix == 0:
            break
    print(''.join(out))
log_likelihood = 0.0
n = 0
xs, ys = [], []
for w in words:
    chs = ['.'] + list(w) + ['.']
    for ch1, ch2 in zip(chs, chs[1:]):
        log_likelihood += torch.log(P[stoi[ch1], stoi[ch2]])
        n += 1
        xs.append(stoi[ch1])
        ys.append(stoi[ch2])
print(f'{log_likelihood=}')
print(f'nll {-log_likelihood / n}')

xs, ys = torch.tensor(xs), torch.tensor(ys)
num = xs.nelement()
W = torch.randn((V, V), generator=g, requires_grad=True)
for k in range(20):
    xenc = F.one_hot(xs, num_classes=V).float()
    logits = xenc @ W
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdims=True)
    loss = -probs[torch.arange(num), ys].log().mean() + 0.01 * (W ** 2).mean()
    W.grad = None
    loss.backward()
    W.data += -50 * W.grad
print(loss.item())

C = torch.randn((V, 2), generator=g)
W1 = torch.randn((2, 30), generator=g)
b1 = torch.randn(30, generator=g)
W2 = torch.randn((30, V), generator=g)
b2 = torch.randn(V, generator=g)
parameters = [C, W1, b1, W2, b2]
print(sum(p.nelement() for p in parameters))
for p in parameters:
    p.requires_grad = True
for i in range(60):
    ix = torch.randint(0, xs.shape[0], (32,), generator=g)
    emb = C[xs[ix]]
    h = torch.tanh(emb.view(-1, 2) @ W1 + b1)
    loss = F.cross_entropy(h @ W2 + b2, ys[ix])
    for p in parameters:
        p.grad = None
    loss.backward()
    lr = 0.1 if i < 40 else 0.01
    for p in parameters:
        p.data += -lr * p.grad
    if i % 20 == 0:
        print(f'{i:7d}/{60:7d}: {loss.item():.4f}')
with torch.no_grad():
    h = torch.tanh(C[xs] @ W1 + b1)
    print(F.cross_entropy(h @ W2 + b2, ys).item(), h.mean(), h.std(), (h.abs() > 0.97).float().mean())
