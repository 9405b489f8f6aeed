"""Sums of products written as an equation: einsum, opened into permute, sum and bmm as PyTorch opens it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ._record import array_of
from .arithmetic import mul
from .diagonals import diagonal
from .linear import bmm
from .permuting import movedim, permute
from .reductions import sum
from .shaping import reshape, unsqueeze, view

if TYPE_CHECKING:
    from .._tensor import Tensor

DOTS = "..."


def einsum(*args: Any) -> Tensor:
    """The sum of products that an equation describes: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    A letter names a dimension; letters that the right side lacks are summed; ``...`` stands for all other dimensions, which are
    broadcast. Without a right side: the letters that occur once, in alphabetical order.

    >>> import tinygrad_loss as torch
    >>> torch.einsum("ij,ij->i", torch.ones(2, 3), torch.ones(2, 3))
    tensor([3., 3.])
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its subscripts list"
        )
    if not isinstance(args[0], str):
        args = _from_lists(args)
    equation = args[0]
    operands = list(args[1]) if len(args) == 2 and isinstance(args[1], (list, tuple)) else list(args[1:])
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [_labels(term, equation) for term in left.split(",")]
    if len(terms) != len(operands):
        word = (
            "more operands were provided than specified in"
            if len(operands) > len(terms)
            else "fewer operands were provided than specified in"
        )
        raise RuntimeError(f"einsum(): {word} the equation {equation!r}: {len(operands)} for {len(terms)} terms")
    dots = _dots(terms, operands)
    once = sorted({label for term in terms for label in term if label != DOTS})
    output = (
        _labels(right, equation)
        if arrow
        else [DOTS] * (dots > 0) + [n for n in once if [*"".join("".join(x) for x in terms)].count(n) == 1]
    )
    _check_output(output, once)
    order = [label for name in output for label in ([name] if name != DOTS else range(dots))]
    if DOTS not in output:
        order += list(range(dots))
    kept = len(order) - (0 if DOTS in output else dots)
    order += [label for label in once if label not in output]
    sizes: dict[Any, int] = {}
    aligned = []
    for number, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        aligned.append(_aligned(operand, term, number, order, dots, sizes))
    return _contracted(aligned, kept, len(order))  # type: ignore[no-any-return]


def _from_lists(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The other way of writing: tensors, each followed by a list of numbers for its dimensions."""
    names = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    spelled = ["".join(DOTS if one is ... else names[one] for one in numbers) for numbers in args[1::2]]
    if len(args) % 2 == 0:
        return (",".join(spelled), *args[::2])
    return (",".join(spelled) + "->" + "".join(DOTS if one is ... else names[one] for one in args[-1]), *args[:-1:2])


def _labels(term: str, equation: str) -> list[str]:
    labels, place = [], 0
    while place < len(term):
        if term.startswith(DOTS, place):
            if DOTS in labels:
                raise RuntimeError(
                    f"einsum(): found '.' in {equation!r} that is not part of the one ellipsis that a term may have"
                )
            labels.append(DOTS)
            place += 3
            continue
        if not (term[place].isascii() and term[place].isalpha()):
            where = equation.index(term[place])
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {where} in the equation string, subscripts must be in [a-zA-Z], but "
                "found "
                f"{term[place]!r}"
            )
        labels.append(term[place])
        place += 1
    return labels


def _dots(terms: list[list[str]], operands: list[Any]) -> int:
    """How many dimensions the ellipsis stands for, at most."""
    most = 0
    for number, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        ndim, named = array_of(operand, "einsum", "operands").ndim, len(term) - (DOTS in term)
        if ndim < named or (ndim > named and DOTS not in term):
            tail = " and no ellipsis was given" if DOTS not in term else " even with the ellipsis empty"
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) does not match the number of dimensions ({ndim}) "
                "for "
                f"operand {number}{tail}"
            )
        most = max(most, ndim - named)
    return most


def _check_output(output: list[str], known: list[str]) -> None:
    for label in output:
        if label != DOTS and label not in known:
            raise RuntimeError(f"einsum(): output subscript {label} does not appear in the equation for any input operand")
        if output.count(label) > 1:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")


def _aligned(operand: Any, term: list[str], number: int, order: list[Any], dots: int, sizes: dict[Any, int]) -> Any:
    """An operand with one dimension for each label of ``order``, in that order."""
    shape = array_of(operand, "einsum").shape
    seen: dict[Any, int] = {}
    place = 0
    for label in term:
        if label == DOTS:
            for _ in range(dots - (len(shape) - len(term) + 1)):
                operand = unsqueeze(operand, place)
            for one in range(dots):
                seen[one] = place
                place += 1
        elif label in seen:
            now = array_of(operand, "einsum").shape
            if now[place] != now[seen[label]]:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {number} but the sizes don't match, {now[place]} != "
                    f"{now[seen[label]]}"
                )
            operand = movedim(diagonal(operand, 0, seen[label], place), -1, seen[label])
        else:
            seen[label] = place
            place += 1
    for label in order:
        if label not in seen:
            operand = unsqueeze(operand, -1)
            seen[label] = place
            place += 1
    for label, dim in seen.items():
        length = array_of(operand, "einsum").shape[dim]
        if length != 1 and sizes.setdefault(label, length) != length:
            raise RuntimeError(
                f"einsum(): subscript {label} has size {length} for operand {number} which does not broadcast with previously "
                "seen "
                f"size {sizes[label]}"
            )
    return permute(operand, tuple(seen[label] for label in order))


def _contracted(operands: list[Any], kept: int, ndim: int) -> Any:
    """The product of aligned operands, summed over all but the first ``kept`` dimensions."""
    counts = [0] * ndim
    for one in operands:
        for dim, length in enumerate(array_of(one, "einsum").shape):
            counts[dim] += length != 1
    out = operands[0]
    if len(operands) == 1:
        return sum(out, tuple(range(kept, ndim))) if kept < ndim else out
    for following in operands[1:]:
        a, b = array_of(out, "einsum").shape, array_of(following, "einsum").shape
        both, lonely = [], ([], [])  # type: ignore[var-annotated]
        for dim in range(kept, ndim):
            if a[dim] != 1 and b[dim] != 1:
                counts[dim] -= 1
                if counts[dim] == 1:
                    both.append(dim)
                    counts[dim] = 0
            elif counts[dim] == 1 and max(a[dim], b[dim]) != 1:
                lonely[a[dim] == 1].append(dim)
                counts[dim] = 0
        out = sum(out, tuple(lonely[0]), True) if lonely[0] else out
        other = sum(following, tuple(lonely[1]), True) if lonely[1] else following
        out = _pair(out, other, both)
    return view(out, array_of(out, "einsum").shape[:kept]) if kept < ndim else out


def _pair(left: Any, right: Any, summed: list[int]) -> Any:
    """The product of two aligned operands, summed over some dimensions, which stay with length 1: one bmm."""
    if not summed:
        return mul(left, right)
    a, b = array_of(left, "einsum").shape, array_of(right, "einsum").shape
    others = [dim for dim in range(len(a)) if dim not in summed]
    batch = [dim for dim in others if a[dim] != 1 and b[dim] != 1]
    rows = [dim for dim in others if a[dim] != 1 and b[dim] == 1]
    columns = [dim for dim in others if a[dim] == 1]
    n, r, s, c = (math.prod(one[dim] for dim in dims) for one, dims in ((a, batch), (a, rows), (a, summed), (b, columns)))
    tall = reshape(permute(left, (*batch, *rows, *summed, *columns)), (n, r, s))
    wide = reshape(permute(right, (*batch, *summed, *columns, *rows)), (n, s, c))
    sizes = (*(a[dim] for dim in (*batch, *rows)), *(1 for _ in summed), *(b[dim] for dim in columns))
    order = [*batch, *rows, *summed, *columns]
    return permute(view(bmm(tall, wide), sizes), tuple(order.index(dim) for dim in range(len(order))))
