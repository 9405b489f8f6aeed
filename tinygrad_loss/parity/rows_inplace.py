"""Rows: changes in place, of tensors with a history, of views, of views made before; what may not be changed."""

from __future__ import annotations

from typing import Any

from .row import Row, real

PROGRAMS = (
    "x.add_(1)", "x.add_(y)", "x.add_(y, alpha=2)", "x.sub_(y)", "x.sub_(1, alpha=2)", "x.mul_(2)", "x.mul_(y)", "x.div_(y + 3)",
    "x.neg_()", "x.pow_(2)", "x.exp_()", "x.expm1_()", "x.abs_()", "x.sin_()", "x.cos_()", "x.tanh_()", "x.sigmoid_()",
    "x.relu_()", "x.square_()", "x.reciprocal_()", "x.abs_().sqrt_()", "x.abs_().log_()", "x.abs_().log1p_()", "x.abs_().rsqrt_()",
    "x.clamp_(-1, 1)", "x.clamp_(min=0)", "x.clamp_min_(0.5)", "x.clamp_max_(0.5)", "x.zero_()", "x.fill_(2)", "x.fill_(y.sum())",
    "x.copy_(y)", "x.copy_(y[0])", "x.copy_(x * 2)", "x.masked_fill_(x > 0, 1)", "x.masked_fill_(x > 0, y.sum())", "x.tril_()", "x.triu_(1)",
    "x += 1", "x += y", "x -= y", "x *= y", "x /= y + 3", "x **= 2", "x.t_()", "x.t_().mul_(2)", "x.unsqueeze_(0)", "x.unsqueeze_(0).squeeze_(0)",
    "x.unsqueeze_(1).squeeze_()", "x.transpose_(0, 1)", "x.t_(); x[0].mul_(y[:, 0])", "x.floor_()", "x.round_()", "x.addmm_(y, y.t() @ y)",
    "x.index_add_(0, torch.tensor([0, 2]), y[:2])", "x.index_copy_(0, torch.tensor([0, 2]), y[:2])", "x.index_fill_(0, torch.tensor([0]), 1)",
    "x.index_put_((torch.tensor([0, 2]),), y[:2])", "x.scatter_(0, torch.tensor([[0, 1, 2, 0], [1, 0, 0, 1], [2, 2, 1, 2]]), y)", "x.scatter_(0, torch.tensor([[0]]), 1.0)",
    "x.scatter_add_(1, torch.tensor([[0, 0], [1, 2]]), y[:2, :2])", "x.masked_scatter_(x > 0, y)", "x.fill_diagonal_(0)",
    "v = x[0]; v.mul_(2)", "v = x[0]; v.mul_(y[0]); x = x + v", "v = x[0]; x.mul_(y); x = v * 2", "v = x[0]; u = x[0:2]; v.mul_(y[0]); x = u * 1",
    "v = x[0][1:]; v.mul_(y[0, 1:])", "v = x.t(); v.mul_(2); x = x * v.t()", "v = x.view(-1); v.exp_()", "v = x.view(-1)[3:7]; v.sin_()",
    "v = x.diagonal(); v.fill_(0)", "v = x.diagonal(); v.copy_(y[0, :3])", "v = x.unsqueeze(0); v.mul_(y)", "v = x.permute(1, 0)[1]; v.zero_()",
    "v = x[::2, 1:3]; v.add_(y[:2, :2]); v.exp_()", "x[0].add_(1); x[1].mul_(y[1])", "x[0] = x[1]; x[1] = 0",
    "v = x.expand(2, 3, 4); x.mul_(2); x = v * 1", "v = x[0]; x.t_(); x.mul_(y.t()); x = v * 1", "z = torch.zeros(3, 4, dtype=x.dtype); z[0] = y[0]; x = z * x",
    "z = torch.zeros(3, 4, dtype=x.dtype); v = z[0]; v.add_(y[0]); x = z * x", "z = torch.zeros(3, 4, dtype=x.dtype); v = z[0]; z.add_(y); x = v * x",
    "z = torch.zeros(3, 4, dtype=x.dtype); z.add_(x).mul_(y); x = z", "z = x.clone(); z[1:] -= z[:-1].clone(); x = z",
    "v = x[0]\nwith torch.no_grad(): v.mul_(1)\nx = x + v.detach()", "x.detach_(); x = x * y", "v = x.narrow(1, 1, 2); v.sigmoid_()",
    "h = x * y; x.add_(1); x = x + h.detach()", "v = x.flatten(); v[2:5] = y[0, :3]",
    "x.squeeze_(0).mul_(2)", "x.data.mul_(2); x = x * y",
)  # fmt: skip

FAILURES = (
    ("y.add_(1)", "a leaf Variable that requires grad is being used in an in-place operation."),
    ("y += 1", "a leaf Variable that requires grad is being used in an in-place operation."),
    ("y.zero_()", "a leaf Variable that requires grad is being used in an in-place operation."),
    ("y.t_()", "a leaf Variable that requires grad is being used in an in-place operation."),
    ("y[0].add_(1)", "a view of a leaf Variable that requires grad is being used in an in-place operation."),
    ("x.exp_().exp_()", "has been modified by an inplace operation"),
    ("x.mul_(x)", "has been modified by an inplace operation"),
    ("x[0].mul_(x[1])", "has been modified by an inplace operation"),
    ("for i in range(3): x[i] = x[i] * y[i]", "has been modified by an inplace operation"),
    ("x[:, 1].copy_(y[:, 0] * x[:, 2])", "has been modified by an inplace operation"),
    ("v = x[1]; v.relu_(); v.add_(1); x = x * 2", "has been modified by an inplace operation"),
    ("u = x * x; x.add_(1); x = u", "has been modified by an inplace operation"),
    ("u = x.exp(); u.add_(1); x = u", "has been modified by an inplace operation"),
    ("x.exp_().add_(1)", "has been modified by an inplace operation"),
    ("u = x.sin(); x[0] = 1; x = u", "has been modified by an inplace operation"),
    ("u = x * x; x.detach().mul_(2); x = u", "has been modified by an inplace operation"),
    ("u = x[0].sin(); x[1].zero_(); x = u", "has been modified by an inplace operation"),
    ("x.unbind()[0].mul_(2)", "is a view and is being modified inplace. This view is the output of a function that returns multiple views."),
    ("x.split(1)[0].mul_(2)", "is a view and is being modified inplace. This view is the output of a function that returns multiple views."),
    ("v = x.unbind()[0]; x.mul_(2); x = v * 1", "is a view and its base or another view of its base has been modified inplace."),
    ("with torch.no_grad(): v = x[0]\nv.mul_(2)", "A view was created in no_grad mode and is being modified inplace with grad mode enabled."),
    ("with torch.no_grad(): v = x[0]\nx.mul_(2); x = v * 1", "A view was created in no_grad mode and its base or another view of its base has been"),
    ("x.expand(2, 3, 4).mul_(2)", "more than one element of the written-to tensor refers to a single memory location"),
    ("x.add_(torch.zeros(5))", "The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1"),
    ("x.add_(torch.zeros(2, 3, 4))", "output with shape [3, 4] doesn't match the broadcast shape [2, 3, 4]"),
    ("u = torch.zeros(3, dtype=torch.int64); u.add_(1.5)", "result type Float can't be cast to the desired output type Long"),
    ("u = torch.zeros(3, dtype=torch.int64); u /= 2", "result type Float can't be cast to the desired output type Long"),
    ("u = torch.zeros(3, dtype=torch.bool); u.add_(1)", "result type Long can't be cast to the desired output type Bool"),
    ("x.fill_(torch.ones(2))", "fill_ only supports 0-dimension value tensor but got tensor with 1 dimensions."),
    ("x.copy_([1])", "must be Tensor, not list"),
    ("x.zero_(1)", "zero_() takes"),
    ("x[0].detach_()", "Can't detach views in-place. Use detach() instead."),
    ("x.resize_(2, 2)", "cannot resize variables that require grad"),
)  # fmt: skip


def program(text: str, error: str | None = None) -> Row:
    """A row: a program that changes x, which has a history, with the help of the leaf y."""
    code = compile(text, text, "exec")

    def call(torch: Any, x: Any, y: Any) -> Any:
        scope = {"torch": torch, "x": x * 1, "y": y}
        exec(code, scope)
        return scope["x"]

    return Row(text if error is None else f"{text}: fails", call, (real(3, 4), real(3, 4)), error=error)


ROWS = (*(program(text) for text in PROGRAMS), *(program(text, error) for text, error in FAILURES))
