"""Losses as functions and as modules, and an autograd.Function with its own backward."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input


class LegendrePolynomial3(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input ** 3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input ** 2 - 1)


class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.factor, None


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, reduction='mean'):
        super().__init__()
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, inputs, targets):
        ce = F.cross_entropy(inputs, targets, reduction='none')
        pt = torch.exp(-ce)
        loss = (1 - pt) ** self.gamma * ce
        return loss.mean() if self.reduction == 'mean' else loss.sum()


def dice_loss(pred, target, smooth=1.):
    pred, target = pred.contiguous().view(-1), target.contiguous().view(-1)
    intersection = (pred * target).sum()
    return 1 - (2. * intersection + smooth) / (pred.sum() + target.sum() + smooth)


def label_smoothing(logits, target, eps=0.1):
    logp = F.log_softmax(logits, dim=-1)
    nll = -logp.gather(dim=-1, index=target.unsqueeze(1)).squeeze(1)
    return ((1 - eps) * nll + eps * -logp.mean(dim=-1)).mean()


torch.manual_seed(0)
N, D_in, H, D_out = 16, 20, 10, 5
x = torch.randn(N, D_in)
y = torch.randn(N, D_out)
w1 = torch.randn(D_in, H, requires_grad=True)
w2 = torch.randn(H, D_out, requires_grad=True)
learning_rate = 1e-4
for t in range(51):
    relu = MyReLU.apply
    y_pred = relu(x.mm(w1)).mm(w2)
    loss = (y_pred - y).pow(2).sum()
    if t % 10 == 0:
        print(t, loss.item())
    loss.backward()
    with torch.no_grad():
        w1 -= learning_rate * w1.grad
        w2 -= learning_rate * w2.grad
        w1.grad.zero_()
        w2.grad.zero_()
print(y_pred.grad_fn, relu(x[:1, :3].requires_grad_()).grad_fn is not None)
a = torch.full((), 0.3, requires_grad=True)
p = LegendrePolynomial3.apply(a)
p.backward()
print(p, a.grad, Scale.apply(a, 3.0))
print(torch.autograd.gradcheck(LegendrePolynomial3.apply, (torch.randn(4, dtype=torch.double, requires_grad=True),)))

logits = torch.randn(6, 4, requires_grad=True)
target = torch.tensor([0, 3, 1, 1, 2, 0])
loss = FocalLoss()(logits, target)
loss.backward()
print(loss, logits.grad)
print("focal sum %.4f" % FocalLoss(gamma=0.5, reduction='sum')(logits, target).item())
print(label_smoothing(logits, target).item(), F.cross_entropy(logits, target, label_smoothing=0.1).item())
print(dice_loss(torch.sigmoid(logits), F.one_hot(target, num_classes=4).float()))
weighted = nn.CrossEntropyLoss(weight=torch.tensor([1., 2., 0.5, 1.]), ignore_index=2)
print(weighted(logits, target), nn.NLLLoss(reduction='none')(F.log_softmax(logits, 1), target))
print(nn.KLDivLoss(reduction='batchmean')(F.log_softmax(logits, 1), F.softmax(torch.zeros(6, 4), 1)))
print(nn.MSELoss()(logits, torch.zeros(6, 4)), nn.L1Loss()(logits, torch.zeros(6, 4)),
      nn.SmoothL1Loss()(logits, torch.zeros(6, 4)), F.margin_ranking_loss(logits[:, 0], logits[:, 1], torch.ones(6)))
