"""compare(): what is the same is called so, and every kind of difference that is put in is found."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_loss
from tinygrad_loss import compare
from tinygrad_loss._comparison import Comparison, alignment
from tinygrad_loss._comparison.alignment import align
from tinygrad_loss._comparison.findings import find
from tinygrad_loss._comparison.measures import TOLERANCES, Tolerance, ulps_between
from tinygrad_loss.cli import main
from tinygrad_loss.graph import Edge, Graph, Node, Values, read_graph
from tinygrad_loss.parity import table
from tinygrad_loss.parity.checks import as_list

X = np.array([[0.4499, 0.8788, 0.5056, 0.1445, 0.0907], [0.4715, 0.6950, 0.8860, 0.1334, 0.2139],
              [0.1923, 0.5645, 0.9867, 0.4618, 0.1355]], dtype=np.float32)
T = np.array([0, 1, 4])


@pytest.fixture(params=["tinygrad_loss", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request: pytest.FixtureRequest) -> Any:
    return importlib.import_module(request.param)


def leaf(torch: Any, values: Any = X) -> Any:
    return torch.from_numpy(np.array(values)).requires_grad_()


def cross_entropy(torch: Any, x: Any, t: Any) -> Any:
    return torch.nn.functional.cross_entropy(x, t)


def two_steps(torch: Any, x: Any, t: Any) -> Any:
    return torch.nn.functional.nll_loss(torch.log(torch.softmax(x, 1)), t)


def by_hand(torch: Any, x: Any, t: Any) -> Any:
    log_p = x - x.exp().sum(-1).log().unsqueeze(-1)
    return -log_p[torch.arange(3), t].mean()


def layers(torch: Any, x: Any, w: Any, b: Any, v: Any, c: Any, t: Any) -> Any:
    f = torch.nn.functional
    return f.cross_entropy(f.linear(torch.relu(f.linear(x, w, b)), v, c), t)


# Two graphs of one library ------------------------------------------------------------------------------------------------------

def test_a_graph_is_the_same_as_itself(lib: Any) -> None:
    x = leaf(lib)
    loss = cross_entropy(lib, x, lib.from_numpy(T))
    report = compare(loss, loss)
    assert report.same is True and report.same_numbers is True and report.differences == [] and report.parting is None
    assert "All numbers that are known in both are the same to the last bit." in str(report)
    assert x.grad is None
    loss.backward()  # the graph is not used up


def test_two_ways_to_write_one_loss(lib: Any) -> None:
    """The graphs differ, nodes are matched by their values, and the first place where the numbers part is found."""
    x, t = leaf(lib, X * 20), lib.from_numpy(T)
    unstable, stable = two_steps(lib, x, t), cross_entropy(lib, x, t)
    report = compare(unstable, stable)
    assert not report.same and report.same_numbers
    assert report.names == ("unstable", "stable")
    titles = [(p.ours and p.ours.type, p.theirs and p.theirs.type) for p in report.pairs]
    assert titles == [("NllLossBackward0",) * 2, ("LogBackward0", "LogSoftmaxBackward0"), ("SoftmaxBackward0", None), ("AccumulateGrad",) * 2]
    first = report.differences[0]
    assert (first.kind, first.what, first.ours, first.theirs) == ("node", "name", "LogBackward0", "LogSoftmaxBackward0")
    parting = report.parting
    assert parting is not None and parting.where == "value" and parting.pair.title == "LogBackward0"
    e = lib.log(lib.softmax(x, 1)).detach().numpy(), lib.log_softmax(x, 1).detach().numpy()
    ulps = ulps_between(*e)
    assert parting.gap.ulps == ulps.max() > 0
    assert parting.gap.place == np.unravel_index(ulps.argmax(), ulps.shape)
    assert parting.gap.count == (e[0] != e[1]).sum()


def test_where_the_numbers_part_by_a_hand_written_log_softmax(lib: Any) -> None:
    x, t = leaf(lib), lib.from_numpy(T)
    report = compare(by_hand(lib, x, t), cross_entropy(lib, x, t))
    paired = {p.ours.type: p.theirs.type for p in report.pairs if p.ours and p.theirs}
    assert paired["SubBackward0"] == "LogSoftmaxBackward0" and paired["AccumulateGrad"] == "AccumulateGrad"
    assert report.same_numbers


def test_the_result_is_compared_whatever_stands_for_its_node(lib: Any) -> None:
    x = leaf(lib)
    report = compare(-x.mean(), (-x).mean())
    assert not report.same and report.same_numbers
    assert not compare(-x.mean(), (-x).mean().reshape(1)).same_numbers


def test_numbers_that_are_not_the_same(lib: Any) -> None:
    x, t = leaf(lib), lib.from_numpy(T)
    report = compare(cross_entropy(lib, x, t), cross_entropy(lib, x * 1, lib.from_numpy(np.array([1, 1, 4]))))
    assert not report.same and not report.same_numbers
    assert "NOT the same" in str(report)


def test_nodes_are_matched_by_their_gradient_where_the_values_break_down(lib: Any) -> None:
    """log(softmax) of far logits is -inf: still the partner of log_softmax, since the same gradient comes to both."""
    x, t = leaf(lib, [[1200.0, 350.0, -725.0]]), lib.from_numpy(np.array([1]))
    report = compare(two_steps(lib, x, t), cross_entropy(lib, x, t))
    assert ("LogBackward0", "LogSoftmaxBackward0") in [(p.ours.type, p.theirs.type) for p in report.pairs if p.ours and p.theirs]
    assert report.parting is not None and report.parting.gap.ulps == np.inf
    assert "DIFFER: inf or nan" in str(report) and "e+308" not in str(report)


@pytest.mark.parametrize("exponent", [0, 5])
def test_overflow_is_a_difference(lib: Any, exponent: int) -> None:
    """exp without the maximum taken out: the same for small logits, inf and nan for large ones."""
    x, t = leaf(lib, X * 10**exponent), lib.from_numpy(T)
    report = compare(by_hand(lib, x, t), cross_entropy(lib, x, t))
    assert report.same_numbers is (exponent == 0)


# Differences put in -----------------------------------------------------------------------------------------------------------

def graph() -> Graph:
    w, b = leaf(tinygrad_loss, [[1.0, 2.0], [0.5, -1.0], [0.25, 3.0]]), leaf(tinygrad_loss, [0.5, 0.25])
    loss = cross_entropy(tinygrad_loss, tinygrad_loss.relu(tinygrad_loss.addmm(b, tinygrad_loss.ones(3, 3).double(), w)),
                         tinygrad_loss.tensor([0, 1, 1]))
    return read_graph(loss, params={"w": w, "b": b})


def other(values: Values | None, **changes: Any) -> Values:
    assert values is not None and values.array is not None
    array = values.array
    if "add" in changes:
        array = array + changes["add"]
    if "shape" in changes:
        array = array.reshape(changes["shape"])
    return Values.of(array, changes.get("dtype"))


def changed(g: Graph, id: str, change: Callable[[Node], Node]) -> Graph:
    return replace(g, nodes=tuple(change(node) if node.id == id else node for node in g.nodes))


CHANGES: list[tuple[str, Callable[[Graph], Graph], str, str]] = [
    ("node", lambda g: changed(g, "n3", lambda n: replace(n, type="EluBackward0")), "ReluBackward0", "name"),
    ("value", lambda g: changed(g, "n3", lambda n: replace(n, outputs=(other(n.value, add=1e-3),))), "ReluBackward0", "value"),
    ("value", lambda g: changed(g, "n6", lambda n: replace(n, outputs=(other(n.value, add=np.nan),))), "AccumulateGrad of w", "value"),
    ("gradient", lambda g: changed(g, "n4", lambda n: replace(n, gradients=(other(n.gradient, add=1e-5),))), "AddmmBackward0", "gradient"),
    ("gradient", lambda g: changed(g, "n5", lambda n: replace(n, gradients=())), "AccumulateGrad of b", "gradient"),
    ("shape", lambda g: changed(g, "n5", lambda n: replace(n, outputs=(other(n.value, shape=(1, 2)),))), "AccumulateGrad of b", "shape of the value"),
    ("dtype", lambda g: changed(g, "n2", lambda n: replace(n, outputs=(other(n.value, dtype="float32"),))), "LogSoftmaxBackward0",
     "dtype of the value"),
    ("edge", lambda g: replace(g, edges=tuple(replace(e, input=1) if e.target == "n6" else e for e in g.edges)), "AddmmBackward0", "edges"),
    ("edge", lambda g: replace(g, edges=tuple(replace(e, target="n5" if e.target == "n6" else "n6" if e.target == "n5" else e.target)
                                              for e in g.edges)), "AddmmBackward0", "edges"),
    ("node", lambda g: replace(g, nodes=g.nodes[:3] + g.nodes[4:], edges=tuple(
        replace(e, target="n4") if e.target == "n3" else e for e in g.edges if e.source != "n3")), "ReluBackward0", "node"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "node", "what"), CHANGES)
def test_a_difference_put_in_is_found(kind: str, change: Callable[[Graph], Graph], node: str, what: str) -> None:
    ours = graph()
    assert [n.type for n in ours.functions[:4]] == ["NllLossBackward0", "LogSoftmaxBackward0", "ReluBackward0", "AddmmBackward0"]
    theirs = change(ours)
    for a, b in ((ours, theirs), (theirs, ours)):
        report = Comparison(a, b, tuple(find(a, b, align(a, b), (), Tolerance(), ("a", "b"))), ("a", "b"))
        assert not report.same
        found = report.differences[0]
        assert (found.kind, found.what) == (kind, what)
        assert node in found.node or found.node == "EluBackward0"
        assert found.message in str(report) and str(found) == found.message
        assert report.picture.source.count("FIRST DIFFERENCE") == (1 if what == "node" else 2)


def test_the_first_difference_of_values_is_the_first_on_the_way_forward() -> None:
    ours = graph()
    theirs = ours
    for id in ("n1", "n3", "n6"):
        theirs = changed(theirs, id, lambda n: replace(n, outputs=(other(n.value, add=0.1),)))
    report = Comparison(ours, theirs, tuple(find(ours, theirs, align(ours, theirs), (), Tolerance(), ("a", "b"))), ("a", "b"))
    assert [d.node for d in report.differences] == ["AccumulateGrad of w", "ReluBackward0", "NllLossBackward0"]
    assert report.parting is not None and report.parting.pair.title == "AccumulateGrad of w"


def test_the_first_difference_of_values_lies_below_two_paths(lib: Any) -> None:
    def make(factor: float) -> Any:  # a walk from the result meets the sum last, though it is computed after what it adds
        hidden = lib.tensor([1.0, 2.0], requires_grad=True) * factor
        return hidden.exp().sum() + hidden.sin().sum(0, keepdim=True).sum()

    values = [d.node for d in compare(make(2.0), make(2.5)).differences if d.kind == "value"]
    assert values[0] == "MulBackward0" and values[-1] == "AddBackward0"
    gradients = [d.node for d in compare(make(2.0), make(2.5)).differences if d.kind == "gradient"]
    assert gradients[-2:] == ["MulBackward0", "AccumulateGrad"]


def test_tolerances() -> None:
    x, t = leaf(tinygrad_loss), tinygrad_loss.from_numpy(T)
    a, b = cross_entropy(tinygrad_loss, x, t), cross_entropy(tinygrad_loss, leaf(tinygrad_loss, X + np.float32(1e-6)), t)
    assert compare(a, b).same  # assert_close's tolerance for float32
    assert not compare(a, b, rtol=0, atol=0).same
    assert not compare(a, b, rtol=1e-9, atol=1e-9).same
    assert compare(a, cross_entropy(tinygrad_loss, leaf(tinygrad_loss, X + np.float32(1e-3)), t), rtol=0.1, atol=0.1).same


@pytest.mark.torch
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_tolerances_are_those_of_assert_close(torch: Any, dtype: str) -> None:
    rtol, atol = TOLERANCES[dtype]
    at = getattr(torch, dtype)
    one = torch.ones(1, dtype=torch.float64)
    for scale, fits in ((0.5, True), (2.0, False)):
        away = (one + scale * (rtol + atol)).to(at), one.to(at)
        gap = abs(float(away[0]) - 1)
        ours = gap <= atol + rtol
        try:
            torch.testing.assert_close(*away)
            theirs = True
        except AssertionError:
            theirs = False
        assert ours == theirs
        assert theirs == fits or gap == 0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_units_in_the_last_place(dtype: str) -> None:
    kind = np.dtype(dtype).type
    numbers = np.array([0.0, 1.0, -1.0, 1e-3, np.finfo(dtype).max / 2, -np.finfo(dtype).tiny, 3.5], dtype=dtype)
    up = numbers
    for steps in range(4):
        if steps:
            up = np.nextafter(up, kind(np.inf))
        assert (ulps_between(numbers, up) == steps).all()
        assert (ulps_between(up, numbers) == steps).all()
    assert ulps_between(np.array([0.0], dtype), np.array([-0.0], dtype)) == 0
    assert ulps_between(np.array([np.nan], dtype), np.array([np.nan], dtype)) == 0
    assert ulps_between(np.array([np.nan], dtype), np.array([1], dtype)) == np.inf
    assert ulps_between(np.array([np.inf], dtype), np.array([np.finfo(dtype).max], dtype)) == np.inf
    assert ulps_between(np.array([-1], dtype), np.array([1], dtype)) == 2 * ulps_between(np.array([0], dtype), np.array([1], dtype))


@pytest.mark.torch
def test_complex_numbers(torch: Any) -> None:
    def make(value: complex) -> Any:
        c = torch.tensor([1 + 2j, value], requires_grad=True)
        return (c * c).abs().sum()

    assert compare(make(1j), make(1j)).same
    report = compare(make(1j), make(1.5j))
    assert {"value", "gradient"} <= {d.kind for d in report.differences}


def test_tensors_that_are_too_large_to_be_kept_are_compared_by_a_summary() -> None:
    def make(factor: float) -> Any:
        return (tinygrad_loss.ones(1_100_000, requires_grad=True) * factor).exp().sum()

    assert compare(make(1.0), make(1.0)).same
    report = compare(make(1.0), make(1.5), rtol=1e-6, atol=1e-6)
    assert not report.same
    assert any(d.kind == "gradient" and "the smallest number of part 1 of 4090 is" in d.message for d in report.differences)
    assert "the smallest, the mean and the largest number of each part" in str(report)


def test_two_numbers_that_changed_places_in_a_large_tensor_are_found() -> None:
    def make(first: int, second: int) -> Any:
        numbers = np.arange(1_100_000, dtype=np.float32) % 97
        numbers[[first, second]] = 500.0, 600.0
        return tinygrad_loss.from_numpy(numbers).requires_grad_().square().sum()

    assert compare(make(5, 900_000), make(5, 900_000)).same
    assert not compare(make(5, 900_000), make(900_000, 5)).same


# Both libraries -----------------------------------------------------------------------------------------------------------------

PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "cross entropy": (cross_entropy, (X, T)),
    "two steps": (two_steps, (X, T)),
    "by hand": (by_hand, (X, T)),
    "float64": (cross_entropy, (X.astype(np.float64), T)),
    "layers": (layers, (tinygrad_loss.from_numpy(X), *(leaf(tinygrad_loss, np.random.default_rng(i).normal(size=s).astype(np.float32))
                                                       for i, s in enumerate([(4, 5), (4,), (5, 4), (5,)])), T)),
    "a number and a list": (lambda torch, xs, k: torch.stack(xs).mul(k).exp().sum(), ([X[0], X[1]], 3)),
    "a dict": (lambda torch, d: (d["a"] * d["b"]).sum(), ({"a": X, "b": X},)),
    "no scalar": (lambda torch, x: torch.softmax(x, 1), (X,)),
    "several results": (lambda torch, x: x.max(1).values.sum() + x.unbind()[1].sum(), (X,)),
    "a module made inside": (lambda torch, x: torch.nn.Linear(5, 2)(x).sum(), (X,)),
    "random numbers": (lambda torch, x: torch.nn.functional.dropout(x, 0.5).sum(), (X,)),
    "one leaf twice": (lambda torch, x: (x * x).sum(), (X,)),
    "nan": (lambda torch, x: torch.log(x - 0.5).sum(), (X,)),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_program_in_both_libraries(torch: Any, name: str) -> None:
    fn, inputs = PROGRAMS[name]
    report = compare(fn, *inputs)
    assert report.same, report
    assert report.names == ("tinygrad_loss", "PyTorch")
    assert (report.ours.library, report.theirs.library) == ("tinygrad_loss", "PyTorch")
    assert "DIFFER" not in str(report)


@pytest.mark.torch
@pytest.mark.parametrize("family", ["cross_entropy", "nll_loss", "bce", "mse", "softmax", "linear"])
def test_the_rows_of_the_parity_table(torch: Any, family: str) -> None:
    """Every option of the losses, run by compare() itself."""
    rows = [row for row in table.rows() if row.error is None and row.graph and row.name.startswith(family)]
    assert len(rows) >= 2
    for row in rows:
        inputs = [tinygrad_loss.from_numpy(np.array(a)).requires_grad_(one.grad) for one, a in zip(row.inputs, row.arrays("float64"))]

        def first(lib: Any, *tensors: Any, row: Any = row) -> Any:
            return next((out for out in as_list(row.call(lib, *tensors)) if out.grad_fn is not None), None)

        if first(tinygrad_loss, *inputs) is not None:
            report = compare(first, *inputs, rtol=1e-5, atol=1e-6)  # some rows compute in float32
            assert {d.kind for d in report.differences} <= {"value", "gradient"} if "half" in row.name else report.same, report


@pytest.mark.torch
def test_a_program_that_does_different_things(torch: Any) -> None:
    def fn(lib: Any, x: Any) -> Any:
        return (x.exp() if lib is tinygrad_loss else x.expm1()).sum()

    report = compare(fn, X)
    first = report.differences[0]
    assert (first.kind, first.ours, first.theirs) == ("node", "ExpBackward0", "Expm1Backward0")
    assert not report.same_numbers


@pytest.mark.torch
@pytest.mark.parametrize("from_torch", [False, True])
def test_inputs_of_either_library(torch: Any, from_torch: bool) -> None:
    """dtype and requires_grad are kept, and the input itself is not touched."""
    source = torch if from_torch else tinygrad_loss
    w = source.from_numpy(np.array([1.0, 2.0], dtype=np.float64)).requires_grad_()
    fixed = source.from_numpy(np.array([3.0, 4.0], dtype=np.float64))
    seen = []

    def fn(lib: Any, a: Any, b: Any) -> Any:
        seen.append((lib.__name__, a.requires_grad, b.requires_grad, str(a.dtype)))
        return (a * b).sum()

    report = compare(fn, w, fixed)
    assert report.same
    assert seen == [("tinygrad_loss", True, False, "torch.float64"), ("torch", True, False, "torch.float64")]
    assert [n.name for n in report.ours.nodes if n.kind == "leaf"] == ["a"]
    assert w.grad is None


@pytest.mark.torch
def test_one_tensor_of_each_library(torch: Any) -> None:
    ours = cross_entropy(tinygrad_loss, leaf(tinygrad_loss), tinygrad_loss.from_numpy(T))
    theirs = cross_entropy(torch, leaf(torch), torch.from_numpy(T))
    assert compare(ours, theirs).same
    assert compare(theirs, ours).names == ("PyTorch", "tinygrad_loss")
    assert not compare(ours, two_steps(torch, leaf(torch), torch.from_numpy(T))).same


@pytest.mark.torch
def test_unnamed_leaves_are_matched_by_position(torch: Any) -> None:
    def make(lib: Any) -> Any:
        return leaf(lib, [1.0, 2.0]) * leaf(lib, [3.0, 4.0]) + leaf(lib, [5.0, 6.0])

    report = compare(make(tinygrad_loss), make(torch))
    assert report.same
    assert [p.ours.name for p in report.pairs if p.ours and p.ours.kind == "leaf"] == ["", "", ""]


@pytest.mark.torch
def test_random_numbers_outside_go_on_as_before(torch: Any) -> None:
    for lib in (tinygrad_loss, torch):
        lib.manual_seed(3)
    compare(PROGRAMS["random numbers"][0], X)
    after = [lib.rand(2).numpy() for lib in (tinygrad_loss, torch)]
    for lib in (tinygrad_loss, torch):
        lib.manual_seed(3)
    np.testing.assert_array_equal(after, [lib.rand(2).numpy() for lib in (tinygrad_loss, torch)])


# Alignment ------------------------------------------------------------------------------------------------------------------------

def chain(*types: str) -> Graph:
    nodes = [Node("n0", "output", "", name="y"), *(Node(f"n{i}", "operation", t) for i, t in enumerate(types, 1))]
    return Graph(tuple(nodes), tuple(Edge(f"e{i}", f"n{i}", f"n{i + 1}") for i in range(len(types))))


@pytest.mark.parametrize(("ours", "theirs", "expected"), [
    ("abc", "abc", "aa bb cc"), ("abc", "ac", "aa b- cc"), ("ac", "abc", "aa -b cc"), ("abcd", "acbd", "aa b- cc -b dd"),
    ("a", "ab", "aa -b"), ("abab", "ab", "aa bb a- b-"), ("abx", "aby", "aa bb xy"),
])  # fmt: skip
def test_alignment(ours: str, theirs: str, expected: str) -> None:
    pairs = align(chain(*ours), chain(*theirs))
    assert [(x.type if x else "-") + (y.type if y else "-") for x, y in pairs] == expected.split()


def test_large_graphs_are_aligned_by_name() -> None:
    types = [f"{'abcdefg'[i * i % 7]}{i % 3}" for i in range(3000)]
    pairs = align(chain(*types), chain(*types[:1500], "x", *types[1502:]))
    assert sum(x is not None and y is not None for x, y in pairs) == 2998


@pytest.mark.parametrize("at_once", [1, 3, 400])
@given(st.text("abc", max_size=12), st.text("abcd", max_size=12))
def test_common_runs(at_once: int, one: str, other: str) -> None:
    with mock.patch.object(alignment, "AT_ONCE", at_once):
        runs = list(alignment._runs(one, other))
    end_one = end_other = 0
    for begin_one, begin_other, length in runs:
        assert length > 0 and begin_one >= end_one and begin_other >= end_other
        end_one, end_other = begin_one + length, begin_other + length
        assert one[begin_one:end_one] == other[begin_other:end_other]
    if at_once == 400:  # then nothing that the two have in common is missed
        longest = [0] * (len(other) + 1)
        for letter in one:
            row = [0]
            for j, also in enumerate(other):
                row.append(longest[j] + 1 if letter == also else max(longest[j + 1], row[j]))
            longest = row
        assert sum(length for _, _, length in runs) == longest[-1]


def test_every_node_stands_in_the_alignment_once() -> None:
    x, t = leaf(tinygrad_loss), tinygrad_loss.from_numpy(T)
    a, b = read_graph(by_hand(tinygrad_loss, x, t)), read_graph(cross_entropy(tinygrad_loss, x * 2 + x, t))
    pairs = align(a, b)
    assert [p.id for p, _ in pairs if p is not None] == [n.id for n in a.functions]
    assert sorted(q.id for _, q in pairs if q is not None) == sorted(n.id for n in b.functions)


# Pictures and files ---------------------------------------------------------------------------------------------------------------

def unlike() -> Comparison:
    x, t = leaf(tinygrad_loss), tinygrad_loss.from_numpy(T)
    return compare(two_steps(tinygrad_loss, x, t), cross_entropy(tinygrad_loss, x, t))


def test_the_picture_has_both_graphs_and_marks_the_first_difference() -> None:
    report = unlike()
    source = report.picture.source
    for name in ("LogBackward0", "SoftmaxBackward0", "LogSoftmaxBackward0", "FIRST DIFFERENCE", "in one graph only"):
        assert name in source
    assert source == unlike().picture.source
    tree = ET.fromstring(report.picture.svg.encode())
    ids = {element.get("id") for element in tree.iter()}
    assert {"a_n1", "b_n1", "a_n3"} <= ids and "b_n4" not in ids
    bundle = report._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"} and bundle["text/plain"] == str(report)
    assert report.picture._repr_mimebundle_() == bundle


def test_files(tmp_path: Any) -> None:
    report = unlike()
    assert report.save(tmp_path / "x.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert report.picture.save(tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert report.save(tmp_path / "x.dot").read_text(encoding="utf-8").startswith("digraph")
    assert report.save(tmp_path / "x.txt").read_text(encoding="utf-8") == f"{report}\n"
    listed = json.loads(report.save(tmp_path / "x.json").read_text(encoding="utf-8"))
    assert listed["same"] is False and listed["differences"][0]["what"] == "name"
    with pytest.raises(ValueError, match="choose one of"):
        report.save(tmp_path / "x.pdf")
    with pytest.raises(OSError, match="cannot write"):
        report.save(tmp_path / "nowhere" / "x.txt")


def test_a_large_comparison_is_drawn_around_the_first_difference(tmp_path: Path) -> None:
    def long(n: int) -> Any:
        x = leaf(tinygrad_loss)
        y = x
        for i in range(200):
            y = y.cos() if i == n else y.sin()
        return y.sum()

    report = compare(long(-1), long(100))
    assert "Shown are 60 of 202 nodes, around the first difference." in report.picture.source
    assert report.picture.source.count("FIRST DIFFERENCE") == 2
    assert "and 102 more nodes" in str(report)
    page = report.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Shown are 60 of 202 nodes, around the first difference." in page
    assert "before the part that is shown" in page
    assert 60 < len(set(re.findall(r'data-node="n\d+"', page))) < 80


def test_without_graphviz_the_dot_text_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinygrad_loss.graph.render.programs", lambda: [])
    report = unlike()
    with pytest.raises(RuntimeError, match=r"no Graphviz program was found.*graphviz-pure.*written as DOT text to .*both\.dot"):
        report.save(tmp_path / "both.svg")
    assert (tmp_path / "both.dot").read_text(encoding="utf-8") == report.picture.source
    assert [path.name for path in tmp_path.iterdir()] == ["both.dot"]


def test_hostile_names() -> None:
    a = leaf(tinygrad_loss)
    report = compare((a * 2).sum(), (a * 3).sum(), params={'</svg><script>alert("1")</script>\n\x1b[31m': a})
    assert "<script>" not in report.picture.source
    assert "\x1b" not in str(report)
    ET.fromstring(report.picture.svg.encode())


# Mistakes -------------------------------------------------------------------------------------------------------------------------

def loss() -> Any:
    return leaf(tinygrad_loss).exp().sum()


def freed() -> Any:
    one = loss()
    one.backward()
    return one


MISTAKES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: compare(3.0, loss()), TypeError, "first argument must be a tensor with a graph .*got float"),
    (lambda: compare(loss(), X), TypeError, "second argument must be a tensor.*got ndarray"),
    (lambda: compare(loss()), TypeError, "got one argument, a tensor"),
    (lambda: compare(loss(), loss(), 3), TypeError, "To run a function, give it first"),
    (lambda: compare(loss(), tinygrad_loss.tensor(1.0)), RuntimeError, "second tensor does not require grad"),
    (lambda: compare(leaf(tinygrad_loss), loss()), RuntimeError, "first tensor does not require grad|no graph"),
    (lambda: compare(loss(), freed()), RuntimeError, "already freed the graph of the second tensor"),
    (lambda: compare(loss(), loss(), rtol=1e-3), ValueError, "both rtol= and atol="),
    (lambda: compare(loss(), loss(), rtol=-1.0, atol=0.0), ValueError, "at least 0"),
    (lambda: compare(loss(), loss(), rtol="small", atol=0), ValueError, "numbers of at least 0, got 'small'"),
]


@pytest.mark.parametrize(("call", "error", "words"), MISTAKES)
def test_mistakes(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def only(library: str, error: Exception) -> Callable[..., Any]:
    def fn(torch: Any, x: Any) -> Any:
        if torch.__name__ == library or library == "both":
            raise error
        return x.sum()
    return fn


FAULTS: list[tuple[Callable[..., Any], type[Exception], str]] = [
    (only("torch", IndexError("no such class")), RuntimeError, "raised in PyTorch only: PyTorch: IndexError: no such class"),
    (only("tinygrad_loss", IndexError("no such class")), RuntimeError, "raised in tinygrad_loss only: tinygrad_loss: IndexError"),
    (only("both", ValueError("bad")), RuntimeError, "raised in both libraries: tinygrad_loss: ValueError: bad; PyTorch: ValueError: bad"),
    (lambda torch, x: 3, TypeError, "must return one tensor, but with tinygrad_loss it returned int"),
    (lambda torch, x: (x, x), TypeError, "returned tuple"),
    (lambda torch, x: tinygrad_loss.tensor([1.0], requires_grad=True).sum(), TypeError, "returned a tensor of tinygrad_loss when it was given PyTorch"),
    (lambda torch, x: x.detach().sum(), RuntimeError, "with tinygrad_loss the result of fn does not require grad"),
    (lambda: 3, RuntimeError, "raised in both libraries"),
]


@pytest.mark.torch
@pytest.mark.parametrize(("fn", "error", "words"), FAULTS)
def test_faults_of_the_function(torch: Any, fn: Callable[..., Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        compare(fn, X)


def test_without_pytorch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"compare\(fn, \.\.\.\).* needs PyTorch, .*tinygrad_loss\[torch\]"):
        compare(cross_entropy, X, T)
    assert compare(loss(), loss()).same  # two tensors need no PyTorch


# The page of the documentation -----------------------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[1] / "docs" / "compare.md"
CASES = re.findall(r"^```py\n(.*?)^```\n\n```text\n(.*?)^```\n", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def without_last_bits(text: str) -> list[str]:
    """A report without what depends on how a machine rounds: units in the last place, and the sentences about them."""
    lines = [line for line in text.splitlines() if not line.startswith(("Going", "All numbers", "-  -"))]
    return [" ".join(re.sub(r"equal|[\d.e+]+ ulp", "~", line).split()) for line in lines]


@pytest.mark.torch
def test_the_page_prints_what_it_says(torch: Any) -> None:
    names: dict[str, Any] = {}
    assert len(CASES) == 2
    for code, expected in CASES:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, PAGE.name, "exec"), names)
        assert without_last_bits(printed.getvalue()) == without_last_bits(expected)


# The command ---------------------------------------------------------------------------------------------------------------------

SCRIPT = """import tinygrad_loss as torch
x, t = torch.tensor([[1.0, 2.0]], requires_grad=True), torch.tensor([1])
loss = torch.nn.functional.cross_entropy(x, t)
other = torch.nn.functional.nll_loss(torch.log(torch.softmax(x, 1)), t)
plain = torch.tensor(1.0)
"""


def test_the_command(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(SCRIPT, encoding="utf-8")
    assert main(["compare", "a.py", "b.py"]) == 0
    assert capsys.readouterr().out.startswith("a.py:loss and b.py:loss: the same (3 of 3 nodes")
    assert main(["compare", "a.py", "a.py:other", "--out", "both.svg"]) == 1
    assert "LogBackward0" in capsys.readouterr().out
    assert (tmp_path / "both.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert main(["compare", "a.py", "b.py:plain"]) == 2
    assert "the second tensor does not require grad" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["compare", "a.py", "b.py", "--out", "x.pdf"])
