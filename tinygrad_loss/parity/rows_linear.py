"""Rows: products of matrices and vectors in all their dimensions, einsum."""

from __future__ import annotations

from .row import Row, integers, real
from .rows_shaping import fails, row

SHAPES = [(3,), (3, 3), (2, 3), (3, 2), (2, 2, 3), (2, 3, 2), (1, 2, 3), (2, 1, 2, 3), (1, 2, 3, 2), (2, 2, 2, 3), (2, 2, 3, 2)]


def fitting(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether ``a @ b`` is allowed."""
    if a[-1] != (b[-2] if len(b) > 1 else b[0]):
        return False
    return all(n == m or 1 in (n, m) for n, m in zip(a[-3::-1], b[-3::-1], strict=False))


EQUATIONS = (
    ("ij,jk->ik", (2, 3), (3, 2)), ("ij->ji", (2, 3)), ("ij->i", (2, 3)), ("ij->", (2, 3)), ("ij", (2, 3)), ("ba", (2, 3)), ("ii->i", (3, 3)),
    ("ii", (3, 3)), ("ijj->i", (2, 3, 3)), ("i,j->ij", (2,), (3,)), ("i,i->", (2,), (2,)), ("i,i->i", (2,), (2,)), ("ij,j->i", (2, 3), (3,)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("...ij,...jk->...ik", (2, 2, 3), (2, 3, 2)), ("...i,...i->...", (2, 3), (2, 3)),
    ("...ij,jk", (2, 2, 3), (3, 2)), ("ij,kj->ik", (2, 3), (4, 3)), ("nc,nc->n", (2, 3), (2, 3)), ("ij,ij->", (2, 3), (2, 3)),
    ("bhid,bhjd->bhij", (2, 2, 3, 4), (2, 2, 5, 4)), ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)), ("i,ij,j->", (2,), (2, 3), (3,)),
    ("ij,jk", (2, 3), (3, 2)), ("bn,anm,bm->ba", (2, 3), (5, 3, 4), (2, 4)), ("ij,j->j", (2, 3), (3,)), ("a b , b -> a", (2, 3), (3,)),
    ("i...->...", (2, 3)), ("ij,ik->ijk", (2, 3), (2, 4)), ("i,->i", (2,), ()),
)  # fmt: skip

ROWS = (
    *(Row(f"{a} @ {b}", lambda torch, x, y: x @ y, (real(*a), real(*b))) for a in SHAPES for b in SHAPES if fitting(a, b)),
    *(Row(f"{a} @ constant {b}", lambda torch, x, y: x @ y, (real(*a), real(*b, grad=False))) for a in SHAPES for b in SHAPES if fitting(a, b)),
    *(Row(f"constant {a} @ {b}", lambda torch, x, y: x @ y, (real(*a, grad=False), real(*b))) for a in SHAPES for b in SHAPES if fitting(a, b)),
    *(
        Row(f"einsum {equation!r}", lambda torch, *tensors, equation=equation: torch.einsum(equation, *tensors), tuple(real(*shape) for shape in shapes))
        for equation, *shapes in EQUATIONS
    ),
    row("torch.einsum(x, [0, 1], y, [1, 2], [0, 2])", real(2, 3), real(3, 2)),
    row("torch.mm(x, y)", real(2, 3), real(3, 2)),
    row("x.t().mm(x)", real(2, 3)),
    row("x @ x.t()", real(2, 3)),
    row("torch.bmm(x, y)", real(2, 2, 3), real(2, 3, 2)),
    row("torch.mv(x, y)", real(2, 3), real(3)),
    row("torch.dot(x, y)", real(3), real(3)),
    row("x.dot(x)", real(3)),
    row("torch.vdot(x, y)", real(3), real(3)),
    row("torch.outer(x, y)", real(3), real(2)),
    row("torch.inner(x, y)", real(3), real(3), graph=False, note="the views around the product differ"),
    row("torch.inner(x, y)  # matrices", real(2, 3), real(4, 3), graph=False, note="the views around the product differ"),
    row("torch.tensordot(x, y, 1)", real(2, 3), real(3, 2)),
    row("torch.tensordot(x, y, dims=([0], [1]))", real(2, 3), real(3, 2), graph=False, note="the views around the product differ"),
    row("torch.addmm(x, y, z)", real(2, 2), real(2, 3), real(3, 2)),
    row("torch.addmm(x, y, z, beta=2, alpha=3)", real(2), real(2, 3), real(3, 2)),
    row("torch.addmm(x, y, z, beta=0)", real(2), real(2, 3), real(3, 2)),
    row("torch.addmv(x, y, z, alpha=2)", real(2), real(2, 3), real(3)),
    row("torch.addr(x, y, z, beta=2)", real(3, 2), real(3), real(2)),
    row("torch.baddbmm(x, y, z, beta=2, alpha=3)", real(2, 2, 2), real(2, 2, 3), real(2, 3, 2)),
    row("torch.matmul(x, y)", real(0, 3), real(3, 2)),
    row("x @ y", real(2, 0), real(0, 3)),
    row("x @ y  # empty batch", real(0, 2, 3), real(3, 2)),
    row("x.transpose(0, 1) @ y", real(2, 3, 4), real(4, 5)),
    row("x.transpose(0, 1) @ y  # constant", real(2, 3, 4), real(4, 5, grad=False)),
    row("x @ y.mT", real(2, 3, 4), real(2, 5, 4)),
    row("x @ y  # of integers", integers(2, 3), integers(3, 2)),
    row("x.mv(y)  # of integers", integers(2, 3), integers(3)),
    fails("x @ y", "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", real(2, 3), real(2, 3)),
    fails("x @ y", "Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [2, 2].", real(2, 2, 3), real(2, 2, 3)),
    fails("x @ y", "size mismatch, got input (2), mat (2x3), vec (2)", real(2, 3), real(2)),
    fails("x @ y", "inconsistent tensor size, expected tensor [3] and src [2]", real(3), real(2)),
    fails("x @ y", "both arguments to matmul need to be at least 1D, but they are 2D and 0D", real(2, 3), real()),
    fails("x @ 1", "unsupported operand type(s) for @: 'Tensor' and 'int'", real(2, 3)),
    fails("x @ y.half()", "expected m1 and m2 to have the same dtype", real(2, 3), real(3, 2)),
    fails("x.bool() @ x.bool()", "not implemented for 'Bool'", real(2, 2)),
    fails("x.mm(y)", "mat2 must be a matrix", real(2, 3), real(3)),
    fails("x[0].mm(x)", "self must be a matrix", real(2, 3)),
    fails("x.bmm(x)", "batch1 must be a 3D tensor", real(2, 3)),
    fails("x.mv(x)", "vector + matrix @ vector expected, got 1, 2, 2", real(2, 3)),
    fails("x.dot(x)", "1D tensors expected, but got 2D and 2D tensors", real(2, 3)),
    fails("x.dot(x.half())", "expected both vectors to have same dtype", real(3)),
    fails("x.outer(x)", "outer: Expected 1-D argument self, but got 2-D", real(2, 3)),
    fails("x.addmm(x, x)", "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", real(2, 3)),
    fails("torch.einsum('ij,jk', x, x)", "einsum(): subscript j has size 2 for operand 1 which does not broadcast with previously seen size 3", real(2, 3)),
    fails("torch.einsum('ij', x, x)", "more operands were provided than specified in the equation", real(2, 3)),
    fails("torch.einsum('ij,jk', x)", "fewer operands were provided than specified in the equation", real(2, 3)),
    fails("torch.einsum('ijk->i', x)", "the number of subscripts in the equation (3) does not match the number of dimensions (2) for operand 0", real(2, 3)),
    fails("torch.einsum('ij->k', x)", "output subscript k does not appear in the equation for any input operand", real(2, 3)),
    fails("torch.einsum('ij->ii', x)", "output subscript i appears more than once in the output", real(2, 3)),
    fails("torch.einsum('i1->i', x)", "subscripts must be in [a-zA-Z]", real(2, 3)),
    fails("torch.einsum('ii', x)", "subscript i is repeated for operand 0 but the sizes don't match", real(2, 3)),
    fails("torch.einsum(x)", "must specify the equation string and at least one operand", real(2, 3)),
)  # fmt: skip
