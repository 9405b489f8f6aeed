"""Constructors, conversions, types and the NumPy bridge: what they print and how they complain, held to PyTorch."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from basics_cases import ERRORS, VALUES, outcome
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import tinygrad_loss as ours
from tinygrad_loss._storage import array_on, element_strides, owner_of, storage_of, unwatched

RECORDED = json.loads((Path(__file__).parent / "recorded" / "basics.json").read_text())["cases"]
WORDS = dict(ERRORS)
FLOATS = ("float64", "float32", "float16")
DTYPES = (*FLOATS, "int64", "int32", "int16", "int8", "uint8", "bool")


@pytest.mark.parametrize("case", RECORDED)
def test_recorded(case: str) -> None:
    kind, text = outcome(ours, case)
    expected_kind, expected = RECORDED[case]
    assert kind == expected_kind, text
    if kind == "value":
        assert text.replace("tinygrad_loss.", "torch.") == expected
    else:
        assert expected in text


@pytest.mark.torch
@pytest.mark.parametrize("case", [*VALUES, *WORDS])
def test_records_are_what_pytorch_says(case: str, torch: Any) -> None:
    kind, text = outcome(torch, case)
    assert [kind, WORDS.get(case, text)] == RECORDED[case]
    assert WORDS.get(case, "") in text


def test_every_error_says_more_than_its_class() -> None:
    for case, _ in ERRORS:
        message = outcome(ours, case)[1]
        assert len(message) > 15, (case, message)


# Warnings


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ours.tensor(ours.ones(2)), "To copy construct from a tensor, it is recommended to use sourceTensor"),
        (lambda: ours.ones(2).new_tensor(ours.ones(2)), "rather than tensor.new_tensor"),
        (lambda: ours.tensor([np.ones(2), np.ones(2)]), "Creating a tensor from a list of numpy.ndarrays is extremely slow"),
        (lambda: float(ours.tensor(1.0, requires_grad=True)), "Converting a tensor with requires_grad=True to a scalar"),
        (lambda: ours.range(0, 2), "torch.range is deprecated"),
        (lambda: ours.set_default_tensor_type(ours.FloatTensor), "set_default_tensor_type() is deprecated"),
        (lambda: ours.from_numpy(np.broadcast_to(np.ones(1), 3)), "The given NumPy array is not writable"),
    ],
)
def test_warnings(make: Any, words: str) -> None:
    with pytest.warns(UserWarning) as caught:
        make()
    assert words in str(caught[0].message)
    assert caught[0].filename == __file__


def test_numpy_floating_warnings_stay_silent() -> None:
    code = "import tinygrad_loss as torch; print(torch.log(torch.tensor([0.0, -1.0])), torch.tensor([1e300]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("tensor([-inf, nan]) tensor([inf])\n", "")


# Memory that is shared


def test_from_numpy_and_numpy_share_memory() -> None:
    array = np.zeros(3)
    tensor = ours.from_numpy(array)
    array[0] = 5
    assert tensor.tolist() == [5.0, 0.0, 0.0]
    assert tensor.numpy() is array
    assert np.asarray(tensor) is array
    assert np.shares_memory(ours.as_tensor(array).numpy(), array)
    assert not np.shares_memory(ours.tensor(array).numpy(), array)
    assert not np.shares_memory(np.array(tensor), array)


def test_old_constructors_share_as_pytorch_does() -> None:
    x = ours.ones(2)
    assert ours.Tensor(x).data_ptr() == x.data_ptr()
    assert ours.FloatTensor(x).data_ptr() == x.data_ptr()
    array = np.ones(2, np.float32)
    assert not np.shares_memory(ours.FloatTensor(array).numpy(), array)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_survive_the_bridge(dtype: str) -> None:
    array = np.ones((2, 3), dtype)
    tensor = ours.from_numpy(array)
    assert tensor.dtype == getattr(ours, dtype)
    assert tensor.numpy().dtype == array.dtype
    assert ours.tensor(tensor.tolist(), dtype=tensor.dtype).tolist() == tensor.tolist()


@pytest.mark.torch
@settings(deadline=None, max_examples=200)
@given(
    values=st.recursive(
        st.one_of(st.booleans(), st.integers(-9, 9), st.floats(-9, 9, width=32)), lambda rows: st.lists(rows, max_size=3)
    )
)
def test_nested_lists_are_read_as_pytorch_reads_them(values: Any) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = (_made(module, values) for module in (ours, torch))
    assert mine == theirs


def _made(module: Any, values: Any) -> Any:
    try:
        tensor = module.tensor(values)
    except (TypeError, ValueError, RuntimeError):
        return "error"  # which one depends on what is found first
    return str(tensor.dtype), tuple(tensor.shape), tensor.tolist()


# .data


def test_changes_through_data_are_not_noticed() -> None:
    w = ours.ones(2, requires_grad=True)
    y = w.exp()
    z = w * w
    w.data.normal_()
    z.sum().backward()
    assert w.grad.tolist() == (2 * w.detach()).tolist()
    assert (w._version, y._version) == (0, 0)


def test_changes_through_detach_are_noticed() -> None:
    w = ours.ones(2, requires_grad=True)
    z = w * w
    w.detach().normal_()
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        z.sum().backward()


def test_data_takes_over_memory_shape_and_dtype() -> None:
    w, other = ours.ones(2, requires_grad=True), ours.zeros(3, dtype=ours.float64)
    (w * w).sum().backward()
    w.grad = None
    w.data = other
    other.normal_()
    assert w.tolist() == other.tolist()
    assert (w.dtype, w.shape, w.requires_grad, w.is_leaf, w._version) == (ours.float64, (3,), True, True, 0)
    (w * w).sum().backward()
    assert w.grad.shape == (3,)


def test_data_of_a_result_changes_it_and_not_its_history() -> None:
    w = ours.ones(2, requires_grad=True)
    y = w * 2
    y.data.uniform_(5, 6)
    assert y.min().item() >= 5
    assert y.grad_fn.name() == "MulBackward0"


# Copies


def test_deepcopy_takes_gradients_and_attributes_along() -> None:
    w = ours.ones(2, requires_grad=True)
    w.grad, w.note = ours.ones(2), [1]
    twin = copy.deepcopy(w)
    assert (twin.grad.tolist(), twin.note, twin.requires_grad) == ([1.0, 1.0], [1], True)
    assert twin.note is not w.note
    assert twin.data_ptr() != w.data_ptr()


def test_copy_shares() -> None:
    w = ours.ones(2, requires_grad=True)
    w.grad, w.note = ours.ones(2), [1]
    twin = copy.copy(w)
    assert twin is not w
    assert (twin.grad, twin.note is w.note, twin.data_ptr() == w.data_ptr()) == (None, True, True)


@pytest.mark.parametrize("carry", [copy.deepcopy, lambda obj: pickle.loads(pickle.dumps(obj))])
@pytest.mark.parametrize("order", ["C", "F"])
def test_shared_memory_stays_shared(carry: Any, order: Any) -> None:
    whole = np.array(np.arange(12.0).reshape(3, 4), order=order)
    tensors = [ours.from_numpy(view) for view in (whole, whole[1:], whole.T, whole[:, ::2])]
    first, *others = carry(tensors)
    for tensor, view in zip((first, *others), (whole, whole[1:], whole.T, whole[:, ::2]), strict=True):
        np.testing.assert_array_equal(tensor.numpy(), view)
    first.data.uniform_(7, 8)
    assert all(tensor.min().item() >= 7 for tensor in others)
    assert whole[0, 0] == 0


class Labelled(ours.Tensor):
    """A tensor of a class of one's own."""


def test_subclasses() -> None:
    x = Labelled([1, 2])
    assert repr(x) == "Labelled([1., 2.])"
    assert type(copy.deepcopy(x)) is Labelled
    assert type(pickle.loads(pickle.dumps(x))) is Labelled
    assert isinstance(x, ours.FloatTensor)


# Memory


@given(
    hnp.arrays(np.int64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)).flatmap(
        lambda array: st.tuples(st.just(array), st.permutations(range(array.ndim)), st.integers(0, 1), st.integers(1, 2))
    )
)
def test_storage_rebuilds_any_view(drawn: Any) -> None:
    array, axes, start, step = drawn
    view = array.transpose(axes)
    if view.ndim:
        view = view[start::step]
    view = unwatched(view)
    owner, offset, stride = storage_of(view)
    if view.size:
        assert owner_of(view) is owner_of(array)
    np.testing.assert_array_equal(array_on(owner.ravel(order="K"), offset, view.shape, stride), view)


def test_storage_of_memory_with_gaps_is_a_copy() -> None:
    gaps = np.frombuffer(bytearray(64), dtype=np.dtype({"names": ["a"], "formats": ["<f4"], "itemsize": 16}))["a"]
    owner, offset, stride = storage_of(gaps)
    assert (owner.shape, offset, stride) == ((4,), 0, (1,))


@pytest.mark.parametrize(
    ("offset", "size", "stride"), [(0, (7,), (1,)), (-1, (1,), (1,)), (5, (2,), (1,)), (0, (2, 2), (1,)), (0, (2,), (-1,))]
)
def test_no_view_leaves_its_memory(offset: int, size: Any, stride: Any) -> None:
    with pytest.raises(ValueError, match=r"no tensor has|there are 6"):
        array_on(np.arange(6), offset, size, stride)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 0), (0, 3), (1, 3), (3, 1), (2, 1, 4)])
def test_strides(shape: tuple[int, ...], torch: Any) -> None:
    assert element_strides(np.zeros(shape)) == torch.zeros(shape).stride()
    assert ours.zeros(shape).stride() == torch.zeros(shape).stride()


# Ranges, number for number


@pytest.mark.torch
@settings(deadline=None, max_examples=150)
@given(
    start=st.integers(-5000, 5000).map(lambda n: n / 1000),
    length=st.floats(0, 20),
    step=st.sampled_from([0.1, 0.25, 0.3, 0.01, 1.7]),
)
def test_arange_has_pytorchs_roundings(start: float, length: float, step: float) -> None:
    torch = pytest.importorskip("torch")
    for dtype in ("float32", "float64"):
        mine, theirs = (module.arange(start, start + length, step, dtype=getattr(module, dtype)) for module in (ours, torch))
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.torch
@settings(deadline=None, max_examples=150)
@given(
    start=st.floats(-5, 5),
    end=st.floats(-5, 5),
    steps=st.integers(0, 120),
    dtype=st.sampled_from(["float32", "float64", "int64", "int32", "uint8"]),
)
def test_linspace_has_pytorchs_roundings(start: float, end: float, steps: int, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    if dtype == "uint8":
        start, end = abs(start), abs(end)
    mine, theirs = (module.linspace(start, end, steps, dtype=getattr(module, dtype)) for module in (ours, torch))
    np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


# Settings


def test_default_dtype_rules_the_constructors() -> None:
    ours.set_default_dtype(ours.float64)
    try:
        for tensor in (
            ours.tensor(1.5),
            ours.zeros(1),
            ours.ones(1),
            ours.full((1,), 0.5),
            ours.arange(1.0),
            ours.eye(1),
            ours.rand(1),
        ):
            assert tensor.dtype == ours.float64
        assert ours.Tensor([1]).dtype == ours.float64
        assert repr(ours.tensor(1.5)) == "tensor(1.5000)"
    finally:
        ours.set_default_dtype(ours.float32)


def test_switches_are_kept() -> None:
    ours.use_deterministic_algorithms(True)
    assert ours.are_deterministic_algorithms_enabled()
    ours.use_deterministic_algorithms(False)
    ours.set_float32_matmul_precision("high")
    assert ours.get_float32_matmul_precision() == "high"
    ours.set_float32_matmul_precision("highest")
    with pytest.raises(RuntimeError, match="precision"):
        ours.set_float32_matmul_precision("low")


def test_out_must_fit() -> None:
    with pytest.raises(RuntimeError, match="out has shape"):
        ours.zeros(2, out=ours.ones(3))
    with pytest.raises(TypeError, match="'out' must be Tensor"):
        ours.zeros(2, out=[0, 0])


def test_asarray_about_copies() -> None:
    x = ours.ones(2)
    assert ours.asarray(x, copy=True).data_ptr() != x.data_ptr()
    assert ours.asarray(x, requires_grad=True).requires_grad
    with pytest.raises(ValueError, match="can't alias"):
        ours.asarray([1], copy=False)


def test_other_devices_say_why_not() -> None:
    with pytest.raises(TypeError, match=r"must be torch.device"):
        ours.zeros(2, device=1.5)
    with pytest.raises(RuntimeError, match="meta"):
        ours.set_default_device("meta")
    with ours.device("cpu") as device:
        assert str(device) == "cpu"
    for ask in (ours.cuda.set_device, ours.cuda.get_device_name, ours.cuda.synchronize, ours.cuda.get_device_properties):
        with pytest.raises(AssertionError, match="not compiled with CUDA"):
            ask(0)


def test_names_can_be_completed() -> None:
    x = ours.ones(1)
    x.mine = 1
    assert {"mine", "numpy", "backward", "shape"} <= set(dir(x))
    assert "_data" not in dir(x)


def test_importing_is_cheap(tmp_path: Path) -> None:
    def run(code: str) -> str:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout

    code = (
        "import time; a = time.process_time(); import numpy; b = time.process_time(); import tinygrad_loss; "
        "print((time.process_time() - b) / (b - a))"
    )
    assert min(float(run(code)) for _ in range(3)) < 1  # a third of what NumPy takes; the first run compiles
    heavy = "import sys, tinygrad_loss; print([n for n in ('torch', 'matplotlib', 'tqdm', 'zipfile') if n in sys.modules])"
    assert run(heavy) == "[]\n"


def test_no_warning_escapes_the_constructors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.tensor([[1.5, 2], [3, 4]])
        ours.arange(0, 1, 0.1)
        ours.linspace(0, 1, 7)
        ours.zeros(2, 3).to(ours.float64).numpy()
