"""Rows: other shapes and orders of dimensions, triangles, parts along a dimension, tensors joined and repeated."""

from __future__ import annotations

from typing import Any

from .row import Row, given, integers, real

X = real(4, 5)
CUBE = real(2, 3, 4)


def row(text: str, *inputs: Any, error: str | None = None, **options: Any) -> Row:
    """A row whose call is written as an expression in x, y, z and torch."""
    code = compile(text, text, "eval")

    def call(torch: Any, *tensors: Any) -> Any:
        return eval(code, {"torch": torch, **dict(zip("xyz", tensors, strict=False))})

    return Row(text if not error else f"{text}: {error[:24]}", call, inputs or (X,), error=error, **options)


def fails(text: str, error: str, *inputs: Any) -> Row:
    """A row whose call must raise."""
    return row(text, *inputs, error=error)


ROWS = (
    *map(
        row,
        (
            "x.view(5, 4)", "x.view(-1)", "x.view((2, -1))", "x.view(4, 5)", "x.view_as(torch.zeros(2, 10))", "x.reshape(2, 10)",
            "x.reshape([20])", "x.t().reshape(20)", "x.t().reshape(5, 4)", "x[:, :4].reshape(2, 2, 4)", "x[:, :4].reshape(16)",
            "torch.reshape(x, (2, -1))", "x.reshape_as(torch.zeros(20))", "x.flatten()", "x.t().flatten()",
            "x.unflatten(0, (2, -1))", "x.ravel()", "x.t().ravel()", "x.t().contiguous()", "x.transpose(0, 1)", "x.swapaxes(-1, 0)",
            "x.t()", "x.T", "x.mT", "x.permute(1, 0)", "torch.permute(x, (1, 0))", "x.unsqueeze(0)", "x.unsqueeze(-1)",
            "x.unsqueeze(1).squeeze()", "x.unsqueeze(1).squeeze(1)", "x.unsqueeze(1).squeeze(0)", "x.unsqueeze(1).squeeze((0, 1))",
            "x.expand(3, 4, 5)", "x.expand(2, -1, -1)", "x[:, :1].expand(4, 7)", "x.expand_as(torch.zeros(2, 4, 5))",
            "torch.broadcast_to(x, (2, 4, 5))", "x.flip(0)", "x.flip(0, 1)", "torch.flip(x, [1])", "x.fliplr()", "x.flipud()",
            "x.roll(1)", "x.roll(2, 0)", "x.roll((1, -1), (0, 1))", "torch.rot90(x)", "x.rot90(3, (1, 0))", "x.tril()", "x.triu(1)",
            "x.tril(-1)", "x.diagonal()", "x.diagonal(1)", "x.diagonal(-2)", "x.diag()", "x.diag(2)", "x[0].diag()", "x[0].diag(-1)",
            "torch.diag_embed(x)", "torch.diag_embed(x, 1, 0, 1)", "x.diagflat()", "x.trace()", "x.narrow(1, 1, 3)",
            "x.narrow(0, -2, 2)", "x.select(1, 2)", "x.select(0, -1)", "x.unbind()", "x.unbind(1)[2]", "x.split(2)", "x.split(3, 1)",
            "x.split([1, 4], dim=1)", "x.chunk(3)", "x.chunk(2, 1)[0]", "x.tensor_split(3, 1)", "x.tensor_split((1, 3), 1)",
            "list(x)", "x.repeat(2, 1)", "x.repeat(2, 1, 3)", "x.tile(2)", "x.tile(2, 1, 1)", "x.repeat_interleave(2)",
            "x.repeat_interleave(2, 1)", "x.repeat_interleave(torch.tensor([0, 2, 1, 1]), 0)", "torch.atleast_3d(x)",
            "x.sum().reshape(1)", "x.sum().view(1, 1)", "x.sum().unsqueeze(0)", "x.sum().squeeze()", "x.sum().expand(3)", "x.sum().T",
            "torch.cat([x])", "torch.cat([x, x], 1)", "torch.cat([x, x * 2], dim=-1)", "torch.cat([x, torch.zeros(0)])",
            "torch.cat([x, torch.ones(1, 5, dtype=torch.int64)])", "torch.stack([x, x])", "torch.stack((x, x), -1)",
            "torch.hstack([x, x])", "torch.hstack([x[0], x[1]])", "torch.vstack([x, x[0]])", "torch.dstack([x, x])",
            "torch.column_stack([x, x[:, 0]])", "torch.meshgrid(x[0], x[:, 0], indexing='ij')",
            "torch.meshgrid(x[0], x[:, 0], indexing='xy')", "torch.broadcast_tensors(x[:, :1], x[0])",
        ),
    ),
    *(
        row(text, CUBE)
        for text in (
            "torch.flatten(x, 1)", "x.movedim(0, 2)", "x.movedim((0, 1), (1, 2))", "x.permute(2, 0, 1)", "x.transpose(0, 2)", "x.transpose(-1, -2)", "x.mT  # cubes",
            "x.flatten(1)", "x.flatten(0, 1)", "x.diagonal(0, 1, 2)", "x.diagonal(1, 2, 0)", "x.tril()  # cubes", "x.transpose(0, 1).flatten()",
            "torch.squeeze(x[:1])", "x.transpose(0, 1).reshape(3, 8)", "x.split(1)", "torch.stack(x.unbind(2), 1)",
            "x.swapdims(0, 1)",
        )
    ),
    row("torch.cat([x, y])", real(2, 3), real(1, 3)),
    row("torch.stack([x, y], 1)", real(2, 3), real(2, 3)),
    row("torch.cat([x, y, x])", real(2, 3), given([[1, 2, 3]])),
    row("torch.cat([x, y], 1).sum(1)", real(2, 3), integers(2, 1)),
    row("torch.tril(x)", integers(3, 3)),
    row("x.roll(1, 0)", integers(4)),
    row("x.trace()  # integers", integers(3, 3)),
    row("torch.repeat_interleave(x)", given([1, 0, 2])),
    row("x.reshape(0, 3)", real(3, 0)),
    row("x.view(-1, 2)", real(0, 2)),
    row("torch.cat([x, x])", real(0, 2)),
    fails("x.view(3, 3)", "is invalid for input of size 20"),
    fails("x.t().view(20)", "view size is not compatible with input tensor's size and stride"),
    fails("x.view(-1, -1)", "only one dimension can be inferred"),
    fails("x.reshape(-2, 10)", "invalid shape dimension -2"),
    fails("x.reshape(-1, 3)", "is invalid for input of size 20"),
    fails("x.permute(0)", "number of dimensions in the tensor input does not match"),
    fails("x.permute(0, 0)", "duplicate dims are not allowed"),
    fails("x.permute(0, 2)", "Dimension out of range"),
    fails("x.transpose(0, 99)", "Dimension out of range"),
    fails("x.squeeze(3)", "Dimension out of range"),
    fails("x.unsqueeze(4)", "Dimension out of range"),
    fails("x[None].t()", "t() expects a tensor with <= 2 dimensions, but self is 3D"),
    fails("x.flatten(1, 0)", "start_dim cannot come after end_dim"),
    fails("x.unflatten(1, (2, 2))", "don't multiply up to the size of dim 1 (5) in the input tensor"),
    fails("x.flip(2)", "Dimension out of range"),
    fails("x.flip(0, 0)", "dim 0 appears multiple times in the list of dims"),
    fails("x.roll((1, 2), 0)", "shifts and dimensions must align"),
    fails("x.rot90(1, (0,))", "expected total rotation dims == 2"),
    fails("x.movedim(0, 5)", "Dimension out of range"),
    fails("x.expand(3, 5)", "The expanded size of the tensor (3) must match the existing size (4) at non-singleton dimension 0"),
    fails("x.expand(4)", "the number of sizes provided (1) must be greater or equal to the number of dimensions in the tensor (2)"),
    fails("x.expand(-1, 4, 5)", "isn't allowed in a leading, non-existing dimension 0"),
    fails("x.diagonal(0, 1, 1)", "diagonal dimensions cannot be identical"),
    fails("x[None].diag()", "Supports 1D or 2D tensors. Got 3D"),
    fails("x[0].tril()", "input tensor must have at least 2 dimensions"),
    fails("x[0].diagonal()", "Dimension out of range"),
    fails("x[0].trace()", "expected a matrix"),
    fails("x.size(2)", "Dimension out of range"),
    fails("x.narrow(0, 1, 5)", "start (1) + length (5) exceeds dimension size (4)."),
    fails("x.narrow(0, 1, -1)", "length must be non-negative"),
    fails("x.select(0, 4)", "index 4 out of range for tensor of size [4, 5] at dimension 0"),
    fails("x.unbind(2)", "Dimension out of range"),
    fails("x.split(0)", "split_size can only be 0 if dimension size is 0"),
    fails("x.split([1, 1])", "split_with_sizes expects split_sizes to sum exactly to 4"),
    fails("x.split(-1)", "split expects split_size be non-negative, but got split_size=-1"),
    fails("x.chunk(0)", "chunk expects `chunks` to be greater than 0, got: 0"),
    fails("torch.cat([])", "expected a non-empty list of Tensors"),
    fails("torch.cat([x, x], 2)", "Dimension out of range"),
    fails("torch.cat([x, torch.zeros(3, 3)])", "Sizes of tensors must match except in dimension 0. Expected size 5 but got size 3"),
    fails("torch.cat([x, torch.zeros(4)])", "Tensors must have same number of dimensions: got 2 and 1"),
    fails("torch.cat([x, torch.tensor(1.0)])", "zero-dimensional tensor (at position 1) cannot be concatenated"),
    fails("torch.cat(x)", "must be tuple of Tensors, not Tensor"),
    fails("torch.cat([x, 1])", "expected Tensor as element 1 in argument 0, but got int"),
    fails("torch.stack([])", "stack expects a non-empty TensorList"),
    fails("torch.stack([x, torch.zeros(3)])", "stack expects each tensor to be equal size, but got [4, 5] at entry 0 and [3] at entry 1"),
    fails("x.repeat(2)", "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"),
    fails("x.repeat(2, -1)", "Trying to create tensor with negative dimension"),
    fails("x.repeat_interleave(torch.tensor([1, 2, 3]), 0)", "repeats must have the same size as input along dim"),
)  # fmt: skip
