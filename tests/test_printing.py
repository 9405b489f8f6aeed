"""Printed tensors are PyTorch's, character for character: by a table with recorded texts, and live on random tensors."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from numpy.typing import NDArray

from tinygrad_loss._printing import (
    finfo_repr,
    get_printoptions,
    iinfo_repr,
    set_printoptions,
    size_repr,
    tensor_format,
    tensor_repr,
)

RECORDED = Path(__file__).parent / "recorded" / "printing.json"
PARAMETER_PREFIX = "Parameter containing:\ntensor("


@dataclass(frozen=True)
class Case:
    """A tensor and how it is to be printed. `grad_fn` ends in "Backward", as the nodes of custom functions do."""

    array: NDArray[Any]
    options: dict[str, Any] = field(default_factory=dict)
    grad_fn: str | None = None
    requires_grad: bool = False
    parameter: bool = False
    default_dtype: str = "float32"

    def ours(self) -> str:
        with our_options(**self.options):
            return tensor_repr(
                self.array,
                grad_fn=self.grad_fn,
                requires_grad=self.requires_grad or self.parameter,
                default_dtype=self.default_dtype,
                prefix=PARAMETER_PREFIX if self.parameter else "tensor(",
            )

    def theirs(self, torch: Any) -> str:
        tensor = torch.from_numpy(self.array.copy())
        if self.requires_grad:
            tensor.requires_grad_()
        if self.parameter:
            tensor = torch.nn.Parameter(tensor)
        if self.grad_fn is not None:
            tensor = through_node(torch, tensor.requires_grad_(), self.grad_fn)
        before, dtype_before = torch._tensor_str.get_printoptions(), torch.get_default_dtype()
        try:
            torch.set_printoptions(profile="default")
            torch.set_printoptions(**self.options)
            torch.set_default_dtype(getattr(torch, self.default_dtype))
            return repr(tensor)
        finally:
            torch.set_printoptions(**before)
            torch.set_default_dtype(dtype_before)


def through_node(torch: Any, tensor: Any, name: str) -> Any:
    """The tensor's copy, made by a backward node of this name."""
    methods = {"forward": staticmethod(lambda ctx, x: x.clone()), "backward": staticmethod(lambda ctx, g: g)}
    function: Any = type(name.removesuffix("Backward"), (torch.autograd.Function,), methods)
    return function.apply(tensor)


@contextmanager
def our_options(**options: Any) -> Iterator[None]:
    before = get_printoptions()
    try:
        set_printoptions(profile="default")
        set_printoptions(**options)
        yield
    finally:
        set_printoptions(**before)


def f32(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


inf, nan = np.inf, np.nan
RAMP = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
WAVE = np.sin(np.arange(2400, dtype=np.float64)).astype(np.float32)

CASES: dict[str, Case] = {
    # one number
    "loss": Case(np.array(1.6802, dtype=np.float32), grad_fn="NllLossBackward"),
    "scalar int": Case(np.array(-7)),
    "scalar bool": Case(np.array(True)),
    "scalar whole": Case(np.array(3.0)),
    "scalar nan": Case(np.array(nan, dtype=np.float32)),
    "scalar above a threshold of 0": Case(np.array(2.5), {"threshold": 0}),
    "scalar without edges": Case(np.array(2.5), {"threshold": 0, "edgeitems": 0}),
    # dtypes
    "bool": Case(np.array([True, False])),
    "all true": Case(np.array([True, True])),
    "int64": Case(np.array([1, -20, 300])),
    "int64 ends": Case(np.array([2**63 - 1, -(2**63)])),
    "int32": Case(np.array([1, 2], dtype=np.int32)),
    "int16": Case(np.array([-1, 10], dtype=np.int16)),
    "int8": Case(np.array([-128, 127], dtype=np.int8)),
    "uint8": Case(np.array([0, 255], dtype=np.uint8)),
    "uint64": Case(np.array([1, 2**64 - 1], dtype=np.uint64)),
    "float16": Case(np.array([0.1, 65504, -1], dtype=np.float16)),
    "float64": Case(np.array([0.1, 2.0])),
    "float64 as default": Case(np.array([0.1, 2.0]), default_dtype="float64"),
    "float32 beside it": Case(f32(0.1, 2.0), default_dtype="float64"),
    # empty
    "empty": Case(f32()),
    "empty int": Case(np.zeros(0, dtype=np.int64)),
    "empty rows": Case(np.zeros((0, 3), dtype=np.float32)),
    "empty columns": Case(np.zeros((3, 0)), requires_grad=True),
    "empty without edges": Case(np.zeros((2, 0), dtype=np.bool_), {"edgeitems": 0}),
    # notation
    "whole": Case(f32(1, 2, 10)),
    "not whole": Case(f32(1, 2.5, 10)),
    "zeros": Case(f32(0, -0.0)),
    "negative zero in between": Case(f32(-0.0, 1.5, 0)),
    "ratio of 1000": Case(f32(1, 1000)),
    "ratio above 1000": Case(f32(1, 1001)),
    "ratio above 1000, not whole": Case(f32(0.9, 1000)),
    "1e8": Case(f32(1e8)),
    "above 1e8": Case(f32(100000008)),
    "1e-4 in float32": Case(f32(1e-4)),
    "1e-4 in float64": Case(np.array([1e-4])),
    "1e-4 in float16": Case(np.array([1e-4], dtype=np.float16)),
    "three-digit exponents": Case(np.array([1e300, -1e-300, 5e-324, 1.0])),
    "three-digit exponent nearest zero": Case(np.array([-5.0, 1e-200, 7.0])),
    "three-digit exponent nearest zero, negative": Case(np.array([-5.0, -1e-200, 7.0])),
    "rounds up to three digits": Case(np.array([9.99999e99, 1.0])),
    "smallest float32": Case(f32(1e-45, -1e-45)),
    "nan is wider than one": Case(f32(nan, 1)),
    "nan and inf": Case(f32(nan, inf, -inf, 0.5)),
    "nan and inf among whole ones": Case(f32(nan, inf, -inf, 100)),
    "nan and inf alone": Case(f32(nan, inf, -inf)),
    "nan and inf alone, sci": Case(f32(nan, inf, 0), {"sci_mode": True}),
    "nan and inf, sci": Case(f32(nan, inf, -inf, 0, 1e-9)),
    "sci forced": Case(f32(1, 2, -30), {"sci_mode": True}),
    "sci forbidden": Case(np.array([1e-9, 1e9, 1e300]), {"sci_mode": False}),
    "precision 0": Case(f32(0.5, 1.5, -2.5), {"precision": 0}),
    "precision 0, sci": Case(f32(1e-9, nan), {"precision": 0}),
    "precision 10": Case(f32(0.1, 0.2), {"precision": 10}),
    "negative that rounds to zero": Case(f32(-0.004, 0.5), {"precision": 2}),
    # layout
    "matrix": Case(np.array([[0.1, -0.2], [30.5, 4]], dtype=np.float32)),
    "three axes": Case(RAMP),
    "four axes": Case(RAMP.reshape(2, 1, 3, 4)),
    "transposed": Case(RAMP.transpose(2, 0, 1)),
    "reversed": Case(RAMP[::-1, :, ::-2]),
    "broadcast": Case(np.broadcast_to(f32(1.5, 2), (3, 2))),
    "long row": Case(WAVE[:40]),
    "long rows": Case(WAVE[:60].reshape(3, 20)),
    "narrow lines": Case(WAVE[:6].reshape(2, 3), {"linewidth": 3}),
    "line of 60.5": Case(WAVE[:40], {"linewidth": 60.5}),
    # summaries
    "1000 elements": Case(np.arange(1000)),
    "1001 elements": Case(np.arange(1001)),
    "summarised matrix": Case(WAVE.reshape(60, 40)),
    "summarised, wide numbers hidden": Case(np.where(np.arange(2000) == 1000, 10**12, 1)),
    "summarised, short last axis": Case(WAVE.reshape(400, 6)),
    "summarised, three axes": Case(WAVE.reshape(20, 6, 20)),
    "summarised, transposed": Case(WAVE.reshape(60, 40).T),
    "summarised, bool": Case(WAVE.reshape(60, 40) > 0),
    "no edges": Case(np.arange(12.0).reshape(4, 3), {"threshold": 3, "edgeitems": 0}),
    "no edges, one axis": Case(np.arange(12), {"threshold": 3, "edgeitems": 0}),
    "one item at each edge": Case(np.arange(27).reshape(3, 3, 3), {"threshold": 3, "edgeitems": 1}),
    "profile short": Case(WAVE, {"profile": "short"}),
    "profile full": Case(np.arange(1100), {"profile": "full"}),
    # what follows the numbers
    "leaf": Case(f32(1, 2), requires_grad=True),
    "node before leaf": Case(f32(1, 2), requires_grad=True, grad_fn="MulBackward"),
    "parameter": Case(RAMP[0], parameter=True),
    "parameter float64": Case(np.array([0.5]), parameter=True),
    "dtype and node": Case(np.array([0.5]), grad_fn="MulBackward"),
    "node that just fits": Case(f32(0.5), grad_fn="A" * 44 + "Backward"),
    "node one too long": Case(f32(0.5), grad_fn="A" * 45 + "Backward"),
    "node after a matrix": Case(WAVE[:18].reshape(2, 9), grad_fn="LogSoftmaxBackward"),
    "dtype fits, node does not": Case(WAVE[:14].astype(np.float64), grad_fn="LogSoftmaxBackward"),
    "neither fits": Case(WAVE[:16].astype(np.float64), {"linewidth": 30}, grad_fn="LogSoftmaxBackward"),
}  # fmt: skip


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch itself: pip install '.[torch]'")


@pytest.fixture(scope="module")
def recorded() -> dict[str, str]:
    texts: dict[str, str] = json.loads(RECORDED.read_text(encoding="utf-8"))["texts"]
    return texts


@pytest.mark.parametrize("name", CASES)
def test_text_is_the_recorded_one(name: str, recorded: dict[str, str]) -> None:
    assert CASES[name].ours() == recorded[name]


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_text_is_pytorchs(name: str, torch: Any) -> None:
    assert CASES[name].ours() == CASES[name].theirs(torch)


def element(dtype: np.dtype[Any]) -> st.SearchStrategy[Any]:
    if dtype.kind == "b":
        return st.booleans()
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return st.integers(int(info.min), int(info.max)) | st.integers(0, 100)
    width = dtype.itemsize * 8
    borders = [0.0, -0.0, nan, inf, -inf, 1e-4, 0.99e-4, 1.0, 0.99, 1000.0, 1001.0, 9999.5, 1e8, 1.1e8, 0.00005, 99.99995]
    return (
        st.floats(width=width)  # type: ignore[arg-type]
        | st.floats(-100, 100, width=width)  # type: ignore[arg-type]
        | st.integers(-2000, 2000).map(float)
        | st.sampled_from(borders)
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    dtype = np.dtype(draw(st.sampled_from(["float32", "float64", "float16", "int64", "int32", "uint8", "bool"])))
    shape = draw(st.lists(st.integers(0, 7), max_size=4).filter(lambda s: np.prod(s, dtype=int) <= 400))
    # A tensor of few different values is quick to draw and has as many layouts.
    values = draw(st.lists(element(dtype), min_size=1, max_size=12))
    with np.errstate(over="ignore"):
        array = np.resize(np.array(values).astype(dtype), shape)
    if draw(st.booleans()):
        array = array.transpose()[::2] if array.ndim else array
    options = {
        "precision": draw(st.sampled_from([4, 4, 0, 1, 2, 8])),
        "threshold": draw(st.sampled_from([1000, 0, 5, 30, inf])),
        "edgeitems": draw(st.sampled_from([3, 0, 1, 2])),
        "linewidth": draw(st.sampled_from([80, 1, 40, 79, 120])),
        "sci_mode": draw(st.sampled_from([None, None, True, False])),
    }
    differentiable = dtype.kind == "f"
    return Case(
        array,
        options,
        grad_fn=draw(st.none() | st.integers(1, 70).map(lambda n: "N" * n + "Backward")) if differentiable else None,
        requires_grad=draw(st.booleans()) if differentiable else False,
        default_dtype=draw(st.sampled_from(["float32", "float64"])),
    )


@pytest.mark.torch
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_any_text_is_pytorchs(torch: Any, case: Case) -> None:
    assert case.ours() == case.theirs(torch)


def test_summary_reads_only_what_it_shows() -> None:
    huge = np.broadcast_to(f32(1.5), (10**6, 10**6))  # 4 TB, were it real
    tracemalloc.start()
    text = tensor_repr(huge)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    row = "[1.5000, 1.5000, 1.5000,  ..., 1.5000, 1.5000, 1.5000]"
    assert text == "tensor([" + ",\n        ".join([row] * 3 + ["..."] + [row] * 3) + "])"
    assert peak < 200_000


@pytest.mark.parametrize(
    ("wrong", "error", "key_word"),
    [
        ({"precision": -1}, ValueError, "precision"),
        ({"precision": 2.0}, ValueError, "precision"),
        ({"precision": True}, ValueError, "precision"),
        ({"edgeitems": 1.5}, TypeError, "edgeitems"),
        ({"edgeitems": -1}, RuntimeError, "edgeitems"),
        ({"threshold": "5"}, TypeError, "threshold"),
        ({"linewidth": "80"}, TypeError, "linewidth"),
    ],
)
def test_wrong_option_changes_nothing(wrong: dict[str, Any], error: type[Exception], key_word: str) -> None:
    before = get_printoptions()
    with pytest.raises(error, match=f"set_printoptions: {key_word}"):
        set_printoptions(**{"precision": 7, **wrong})
    assert get_printoptions() == before


@pytest.mark.torch
@pytest.mark.parametrize(
    "calls",
    [
        [{}],
        [{"profile": "short"}],
        [{"profile": "full"}, {"precision": 7}],
        [{"profile": "full", "threshold": 5}, {"profile": "default"}],
        [{"sci_mode": True}, {"edgeitems": 2}],
        [{"precision": 9}, {"profile": "no such profile", "linewidth": 60}],
    ],
)
def test_options_end_as_in_pytorch(calls: list[dict[str, Any]], torch: Any) -> None:
    before = torch._tensor_str.get_printoptions()
    with our_options():
        try:
            for call in calls:
                set_printoptions(**call)
                torch.set_printoptions(**call)
            assert get_printoptions() == torch._tensor_str.get_printoptions()
        finally:
            torch.set_printoptions(**before)


class Named:
    """Stands for a tensor: something with a name and a text."""

    def __str__(self) -> str:
        return "tensor([1., 2.])"


@pytest.mark.parametrize(
    ("array", "spec", "as_number", "text"),
    [
        (np.array(1.68024, dtype=np.float32), ".2f", True, "1.68"),
        (np.array(0.1, dtype=np.float32), "", True, "0.10000000149011612"),
        (np.array(3), "5d", True, "    3"),
        (np.array(True), "", True, "True"),
        (np.array(3), "", False, "tensor([1., 2.])"),
        (f32(1, 2), "", True, "tensor([1., 2.])"),
    ],
)
def test_format(array: NDArray[Any], spec: str, as_number: bool, text: str) -> None:
    assert tensor_format(Named(), array, spec, as_number=as_number) == text


@pytest.mark.parametrize(
    ("array", "as_number", "way_out"), [(f32(1, 2), True, "tolist"), (f32(1), True, "item"), (np.array(1.5), False, "item")]
)
def test_format_that_does_not_fit(array: NDArray[Any], as_number: bool, way_out: str) -> None:
    with pytest.raises(TypeError, match=rf"unsupported format string passed to Named.__format__: '.2f'.*\.{way_out}\(\)"):
        tensor_format(Named(), array, ".2f", as_number=as_number)


@pytest.mark.torch
def test_other_reprs_are_pytorchs(torch: Any) -> None:
    for shape in [(), (3,), (3, 0, 5)]:
        assert size_repr(shape) == repr(torch.Size(shape))
    for dtype in ("float16", "float32", "float64"):
        assert finfo_repr(dtype) == repr(torch.finfo(getattr(torch, dtype)))
    for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        assert iinfo_repr(dtype) == repr(torch.iinfo(getattr(torch, dtype)))


def test_other_reprs_are_the_recorded_ones() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert {dtype: finfo_repr(dtype) for dtype in recorded["finfo"]} == recorded["finfo"]
    assert {dtype: iinfo_repr(dtype) for dtype in recorded["iinfo"]} == recorded["iinfo"]
    assert size_repr((3, 5)) == recorded["size (3, 5)"]
