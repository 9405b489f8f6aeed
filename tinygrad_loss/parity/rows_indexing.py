"""Rows: indexing with everything that can stand in brackets, gather and scatter and their like."""

from __future__ import annotations

from .row import Row, integers, mask, real
from .rows_shaping import X, fails, row

READS = (
    "x[1]", "x[-1]", "x[1, 2]", "x[:]", "x[...]", "x[()]", "x[1:3]", "x[-2:]", "x[0:4]", "x[:, 1]", "x[:, 0:5]", "x[:, 0:99]", "x[1:, ::2]",
    "x[3:1]", "x[-100:100]", "x[..., 0]", "x[0, ...]", "x[None]", "x[:, None]", "x[None, :, None]", "x[..., None]", "x[..., 0, None]",
    "x[[0, 2]]", "x[[0, 2], [1, 3]]", "x[:, [0, 1]]", "x[[[0, 1], [1, 2]]]", "x[(0, 1),]", "x[range(2)]", "x[[]]", "x[:, []]", "x[[-1]]",
    "x[torch.tensor([0, 2, 0])]", "x[torch.tensor([[0, 1], [2, 3]])]", "x[torch.tensor(1)]", "x[torch.tensor(1), torch.tensor(2)]",
    "x[torch.tensor(1), torch.tensor([2])]", "x[1:3, torch.tensor(1)]", "x[torch.tensor(1):3]", "x[torch.tensor([0, 1], dtype=torch.int32)]",
    "x[torch.tensor([[0], [2]]), torch.tensor([0, 1, 1])]", "x[1, [0, 1]]", "x[[0, 1], 1]", "x[[0, 1], 1:3]", "x[0:2, [0, 1]]",
    "x[[0, 1], None, [0, 1]]", "x[None, [0, 1]]", "x[:, None, [0, 1]]", "x[[1, 2], ..., [1, 2]]", "x[torch.tensor([0]), :, None]",
    "x[True]", "x[False]", "x[True, None]", "x[:, True]", "x[True, 1]", "x[True, [0, 1]]", "x[torch.tensor(True)]",
    "x[[True, False, True, False]]", "x[[[True, False, True, True]]]", "x[torch.tensor([True, False, True, True]), 1]",
    "x[:, torch.tensor([True, False, True, False, False])]", "x[[slice(0, 2), 1]]", "x[[None, 1]]", "x[2][1:]", "x[x.detach() > 0]",
    "x[x.detach() > 99]", "x[0][x[0].detach() > 0]", "x[None, x.detach() > 0]", "x[torch.zeros(4, 5, dtype=torch.bool)]",
)  # fmt: skip

WRITES = (
    "x[0] = 1", "x[0] = y[0]", "x[0, 0] = y[1, 1]", "x[:] = 2", "x[...] = y[0]", "x[0] = y[:1]", "x[1:3] = y[1:3]", "x[:, 1] = y[:, 0]",
    "x[None] = 3", "x[[0, 1]] = 5", "x[[0, 1]] = y[:2]", "x[[0, 0]] = y[0]", "x[:, [0, 1]] = y[:, :2]", "x[x.detach() > 0] = 0",
    "x[x.detach() > 0] = y.sum()", "x[0, [0, 1]] = 1", "x[0, [0, 1]] = y[0, :2]", "x[True] = 1", "x[0] += 1", "x[0] *= y[0]",
    "x[[0, 1]] += y[:2]", "x[::2] = y[:2]; x[1] = x[0]", "x[0] = y[0]; x[1:] = x[:-1].clone()", "x[..., -1] = torch.tensor(7)",
    "x[torch.tensor(0), torch.tensor(1)] = y[2, 2]", "x[x.detach() > 0] = torch.tensor(3.0, dtype=x.dtype)",
    "x[0] = torch.arange(5)", "x[0, 1:] = 1.5; x.mul_(2)", "x[False] = 1",
)  # fmt: skip


def writes(text: str) -> Row:
    """A row in which a copy of x is changed."""
    code = compile(text, text, "exec")

    def call(torch, x, y):  # type: ignore[no-untyped-def]
        scope = {"torch": torch, "x": x * 1, "y": y}
        exec(code, scope)
        return scope["x"]

    return Row(text, call, (X, real(4, 5)))


def write_fails(text: str, error: str) -> Row:
    """A row in which changing a copy of x must raise."""
    made = writes(text)
    return Row(f"{text}: {error[:24]}", made.call, made.inputs, error=error)


INDEX = "torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2]])"

ROWS = (
    *map(row, READS),
    *(row(text, real(3, 4, 2)) for text in ("x[0, :, [0, 1]]", "x[[0, 1], :, [0, 1]]", "x[:, [0, 1], [0, 1]]", "x[..., [0, 1], :]", "x[1, ..., 0]")),
    *(row(text, real(3, 4, 2), mask(3, 4)) for text in ("x[y]", "x[y, 0]", "x[y, 1:]", "x[y, None]", "x[y, [0]]", "x[None, y]")),
    row("x[[2, 0]]", integers(3)),
    row("x[0]", mask(3)),
    row("x[[0, 0]].sum()", real(2)),
    *map(writes, WRITES),
    *(
        row(text.replace("INDEX", INDEX))
        for text in (
            "x.gather(1, INDEX)", "x.gather(0, INDEX)", "x.gather(-1, INDEX)", "torch.gather(x, 1, torch.zeros(4, 0, dtype=torch.int64))",
            "x.scatter(1, INDEX, 2.5)", "x.scatter(0, INDEX, 2)", "x.take_along_dim(INDEX[:, :1].repeat(2, 1), 1)",
            "x.take_along_dim(torch.tensor([[0], [1], [4], [0]]), 1)", "x.take_along_dim(torch.tensor([0, 7]))",
            "x.take(torch.tensor([[0, -1], [3, 3]]))", "x.index_select(0, torch.tensor([2, 0, 2]))", "x.index_select(1, torch.tensor([1]))",
            "x.index_select(1, torch.tensor(1))", "torch.index_select(x, 0, torch.tensor([1, 3], dtype=torch.int32))",
            "x.index_fill(0, torch.tensor([0, 2]), 1.5)", "x.index_fill(1, torch.tensor([-1]), 1)",
            "x.sum().gather(0, torch.tensor(0))", "x.sum().index_select(0, torch.tensor([0]))",
        )
    ),
    *(
        row(text.replace("INDEX", INDEX), X, real(2, 4))
        for text in ("x.scatter(1, INDEX, y)", "x.scatter_add(1, INDEX, y)", "x.scatter_add(0, INDEX, y)")
    ),
    row(f"x.detach().scatter(1, {INDEX}, 2.0, reduce='multiply')"),
    row(f"x.detach().scatter(1, {INDEX}, y.detach(), reduce='add')", X, real(2, 4)),
    row("x.index_add(0, torch.tensor([0, 2, 2]), y, alpha=2)", X, real(3, 5)),
    row("x.index_add(1, torch.tensor([0, 2]), y)", X, real(4, 2)),
    row("x.index_copy(0, torch.tensor([3, 1]), y)", X, real(2, 5)),
    row("x.index_fill(0, torch.tensor([3, 1]), y)", X, real()),
    row("x.index_put((torch.tensor([0, 2]), torch.tensor([1, 1])), y)", X, real(2)),
    row("x.index_put((torch.tensor([0, 0]),), y, accumulate=True)", X, real(2, 5)),
    row("x.index_put([y > 0], z)", X, real(4, 5, grad=False), real()),
    row("x.masked_scatter(y, z)", X, mask(5), real(24)),
    row("x.masked_scatter(y, z)  # wide", X, mask(4, 5), real(5, 5)),
    fails("x[5]", "index 5 is out of bounds for dimension 0 with size 4"),
    fails("x[0, 0, 0]", "too many indices for tensor of dimension 2"),
    fails("x[0, 0][0]", "invalid index of a 0-dim tensor"),
    fails("x[::-1]", "step must be greater than zero"),
    fails("x[::0]", "slice step cannot be zero"),
    fails("x[1.0]", "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)"),
    fails("x['a']", "invalid data type 'str'"),
    fails("x[1:3.0]", "slice indices must be integers or None or have an __index__ method"),
    fails("x[[0, 9]]", "index 9 is out of bounds for dimension 0 with size 4"),
    fails("x[:, [5]]", "index 5 is out of bounds for dimension"),
    fails("x[torch.tensor([1.0])]", "tensors used as indices must be long, int, byte or bool tensors"),
    fails("x[torch.tensor([True])]", "The shape of the mask [1] at index 0 does not match the shape of the indexed tensor [4, 5] at index 0"),
    fails("x[[0, 1, 2], [0, 1]]", "shape mismatch: indexing tensors could not be broadcast together with shapes [3], [2]"),
    write_fails("x[5] = 1", "index 5 is out of bounds for dimension 0 with size 4"),
    write_fails("x[0] = 'a'", "can't assign a str to a torch."),
    write_fails("x[0] = [1, 2]", "can't assign a list to a torch."),
    write_fails("x[:2] = torch.zeros(3, 5)", "The expanded size of the tensor (2) must match the existing size (3)"),
    write_fails("x[[0, 1]] = y[:3]", "shape mismatch: value tensor of shape [3, 5] cannot be broadcast to indexing result of shape [2, 5]"),
    write_fails("x[[0, 1]] = torch.arange(5)", "Index put requires the source and destination dtypes match"),
    write_fails("y[0] = 1", "a view of a leaf Variable that requires grad is being used in an in-place operation"),
    write_fails("y[[0]] = 1", "a leaf Variable that requires grad is being used in an in-place operation"),
    fails("x.gather(1, torch.zeros(4, 2))", "Expected dtype int32/int64 for index"),
    fails("x.gather(1, torch.zeros(5, 2).long())", "to be no larger than self [4, 5] apart from dimension 1"),
    fails("x.gather(1, torch.zeros(4).long())", "Index tensor must have the same number of dimensions as input tensor"),
    fails("x.gather(1, torch.full((4, 1), 7))", "index 7 is out of bounds for dimension 1 with size 5"),
    fails("x.gather(2, torch.zeros(4, 1).long())", "Dimension out of range"),
    fails("x.scatter(1, torch.full((4, 1), 7), 1.0)", "index 7 is out of bounds for dimension 1 with size 5"),
    fails("x.scatter(1, torch.zeros(4, 1), 1.0)", "Expected dtype int32/int64 for index"),
    fails("x.scatter(1, torch.zeros(4, 2).long(), x[:, :1])", "to be no larger size than src [4, 1]"),
    fails("x.scatter(1, torch.zeros(4, 1).long(), torch.zeros(4, 1).half())", "Expected self.dtype to be equal to src.dtype"),
    fails("x.scatter(1, torch.zeros(4, 1).long(), 1, reduce='foo')", "reduce argument must be either add or multiply"),
    fails("x.index_select(0, torch.tensor([4]))", "index out of range in self"),
    fails("x.index_select(0, torch.tensor([[0]]))", "Index is supposed to be a vector"),
    fails("x.index_select(0, torch.tensor([0.0]))", "Expected dtype int32 or int64 for index"),
    fails("x.index_add(0, torch.tensor([0]), x[:1, :4])", "source tensor shape must match self tensor shape, excluding the specified dimension"),
    fails("x.index_add(0, torch.tensor([0, 1]), x[:1])", "Number of indices (2) should be equal to source.size(dim)"),
    fails("x.index_add(0, torch.tensor([9]), x[:1])", "index 9 is out of bounds for dimension 0 with size 4"),
    fails("x.index_copy(0, torch.tensor([9]), x[:1])", "index 9 is out of bounds for dimension 0 with size 4"),
    fails("x.take(torch.tensor([20]))", "out of range: tried to access index 20 on a tensor of 20 elements."),
    fails("x.take(torch.tensor([0.0]))", "Expected a long tensor for index, but got Float"),
    fails("x.take_along_dim(torch.tensor([[0.0]]), 1)", "dtype of indices should be Long but got Float"),
    fails("x.take_along_dim(torch.tensor([0]), 1)", "input and indices should have the same number of dimensions"),
    fails("x.masked_scatter(torch.ones(4, 5).bool(), x[0])", "Number of elements of source < number of ones in mask"),
    fails("x.index_put((torch.tensor([0]),), torch.tensor(1).half())", "Index put requires the source and destination dtypes match"),
)  # fmt: skip
