"""A wrong rule is caught: the gradient of every node of the package is made wrong in turn, and the checks must say so."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_loss
import tinygrad_loss.nn
from tinygrad_loss.autograd.node import AccumulateGrad, Node
from tinygrad_loss.parity.checks import as_list, check, weights_for
from tinygrad_loss.parity.row import Row
from tinygrad_loss.parity.table import rows

MOST = 4  # rows tried for each node


def subclasses(kind: type[Node]) -> Iterator[type[Node]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def has_rule(kind: type[Node]) -> bool:
    return bool(kind.vjps) or "vjp" in vars(kind)


KINDS = {
    f"{kind.__module__.removeprefix('tinygrad_loss.')}.{kind.__name__}": kind
    for kind in subclasses(Node)
    if has_rule(kind) and kind is not AccumulateGrad and kind.__module__.startswith(("tinygrad_loss.ops", "tinygrad_loss.nn"))
}


def leaves_of(row: Row) -> tuple[list[Any], list[Any]]:
    tensors = [tinygrad_loss.from_numpy(np.array(array)) for array in row.arrays("float64")]
    return tensors, [tensor.requires_grad_() for one, tensor in zip(row.inputs, tensors, strict=True) if one.grad]


def kinds(roots: list[Any]) -> set[type[Node]]:
    seen, pending = set(), [root.grad_fn for root in roots if root.grad_fn is not None]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(following for following, _ in node.next_functions if following is not None)
    return {type(node) for node in seen}


@functools.cache
def rows_by_node(through_weights: bool) -> dict[type[Node], list[Row]]:
    """For each node the rows in whose graph it stands, or in that of their gradient (with respect to the inputs, or to the weights of
    the outputs as well); those with the smallest graphs first."""
    found: dict[type[Node], list[tuple[int, int, Row]]] = {}
    for row in rows():
        if row.error is not None or "float64" not in row.kinds:
            continue
        tensors, leaves = leaves_of(row)
        outputs = [out for out in as_list(row.call(tinygrad_loss, *tensors)) if out.requires_grad]
        size = sum(leaf.numel() for leaf in leaves) * sum(out.numel() for out in outputs)
        if not size:
            continue
        here = kinds(outputs)
        if row.second:
            weights = [
                tinygrad_loss.from_numpy(weights_for(out.detach().numpy(), 1)).requires_grad_(through_weights) for out in outputs
            ]
            here |= kinds(
                [
                    g
                    for g in tinygrad_loss.autograd.grad(outputs, leaves, weights, create_graph=True, allow_unused=True)
                    if g is not None
                ]
            )
        for kind in here:
            found.setdefault(kind, []).append((len(here), size, row))
    return {kind: [row for *_, row in sorted(sized, key=lambda one: one[:2])] for kind, sized in found.items()}


def spoilt(part: Any) -> Any:
    if part is None:
        return None
    return part * 1.01 + 0.01 if isinstance(part, tinygrad_loss.Tensor) else np.asarray(part) * 1.01 + 0.01


@contextlib.contextmanager
def wrong(kind: type[Node]) -> Iterator[None]:
    """Within it the node's rules are wrong by 1 %, and by 0.01."""
    with pytest.MonkeyPatch.context() as patch:
        spoil(kind, patch)
        yield


def spoil(kind: type[Node], patch: pytest.MonkeyPatch) -> None:
    if kind.vjps:
        wrong = tuple(functools.partial(lambda rule, *args: spoilt(rule(*args)), rule) for rule in kind.vjps)
        # The copies that the class and those below it have made of their rules come back afterwards; until then, new ones.
        for one in (kind, *subclasses(kind)):
            for name in ("back", "in_turn"):
                patch.setattr(one, name, vars(Node)[name])
        patch.setattr(kind, "vjps", wrong)
    for name in ("vjp", "vjp_last", "vjp_recorded"):
        if name in vars(kind):
            rule = vars(kind)[name]
            patch.setattr(
                kind, name, functools.partialmethod(lambda self, rule, *args: [spoilt(part) for part in rule(self, *args)], rule)
            )


def accepted(row: Row) -> bool:
    """Whether finite differences agree with a row's first and second derivatives."""
    tensors, _ = leaves_of(row)

    def outputs(*given: Any) -> tuple[Any, ...]:
        return tuple(out for out in as_list(row.call(tinygrad_loss, *given)) if out.requires_grad)

    try:
        tinygrad_loss.autograd.gradcheck(outputs, tensors)
        return not row.second or tinygrad_loss.autograd.gradgradcheck(outputs, tensors, atol=1e-4)
    except RuntimeError:  # GradcheckError, or a step that led out of where the function is defined
        return False


rightly_accepted = functools.cache(accepted)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(KINDS))
def test_gradcheck_catches_it(name: str) -> None:
    judged = 0
    for row in rows_by_node(True).get(KINDS[name], [])[: 3 * MOST]:
        if judged < MOST and rightly_accepted(row):
            judged += 1
            with wrong(KINDS[name]):
                if not accepted(row):
                    return
    if not judged:
        pytest.skip("no row of this node that finite differences can judge")
    pytest.fail(f"{judged} rows were accepted with a wrong rule")


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_comparison_with_torch_catches_it(name: str, torch: Any) -> None:
    here = rows_by_node(False).get(KINDS[name], [])[:MOST]
    if not here:
        pytest.skip("no row of this node")
    for row in here:
        assert not check(row, "float64", tinygrad_loss, torch)
        with wrong(KINDS[name]):
            if {"gradient", "second"} & check(row, "float64", tinygrad_loss, torch).keys():
                return
    pytest.fail(f"{len(here)} rows were accepted with a wrong rule")
