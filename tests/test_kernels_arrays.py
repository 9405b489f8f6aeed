"""What holds for every kernel: any layout, any number of threads, inputs left as they are, memory used again."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from tinygrad_loss.kernels import (
    binary_cross_entropy as binary,
    buffers,
    cross_entropy,
    divergence,
    elementwise,
    reductions,
    rows,
    sigmoid,
    softmax,
    threads,
)

DTYPES = (np.float32, np.float64)


def of_rows(x, axis):
    """Everything that works along an axis, by name."""
    result, kept = softmax.log_softmax_and_rows(x, axis)
    p = softmax.softmax(x, axis)
    g = np.cos(3 * x)
    yield "softmax", p
    yield "softmax_vjp", softmax.softmax_vjp(g, p, axis)
    yield "log_softmax", softmax.log_softmax(x, axis)
    yield "log_softmax_and_rows", result
    yield "log_softmax_vjp", softmax.log_softmax_vjp(g, result, axis)
    yield "log_softmax_vjp, kept", softmax.log_softmax_vjp(g, result, axis, kept)
    yield "logsumexp", softmax.logsumexp(x, axis, keepdims=True)
    yield "total_along", reductions.total_along(x, axis, keepdims=True)
    yield "mean_along", reductions.mean_along(x, axis, keepdims=True)


def of_elements(x):
    """Everything that works element by element, by name."""
    g, y = np.cos(3 * x), np.where(np.sin(7 * x) > 0, 1, 0).astype(x.dtype)
    s, tail = sigmoid.sigmoid_and_tail(x)
    yield "sigmoid", s
    yield "sigmoid_vjp", sigmoid.sigmoid_vjp(g, tail)
    yield "tanh", sigmoid.tanh(x)
    yield "tanh_vjp", sigmoid.tanh_vjp(g, x)
    yield "logsigmoid", sigmoid.logsigmoid(x)
    yield "logsigmoid_vjp", sigmoid.logsigmoid_vjp(g, x, tail)
    yield "softplus", sigmoid.softplus(x)
    yield "softplus_vjp", sigmoid.softplus_vjp(g, x, 2.0, 3.0)
    yield "bce_with_logits", binary.bce_with_logits(x, y)
    yield "bce_with_logits_vjp", binary.bce_with_logits_vjp(g, x, y)
    yield "slope", binary.bce_with_logits_total_and_slope(x, y, np.abs(x))[1]
    yield "pos_weight", binary.bce_with_logits(x, y, np.abs(x), np.exp(y))
    yield "pos_weight_vjp", binary.bce_with_logits_vjp(g, x, y, np.abs(x), np.exp(y))
    yield "bce", binary.bce(s, y)
    yield "bce_vjp", binary.bce_vjp(g, s, y)
    yield "soft_margin", binary.soft_margin(x, 2 * y - 1)
    yield "soft_margin_vjp", binary.soft_margin_vjp(g, x, 2 * y - 1)
    yield "kl_div", divergence.kl_div(x, s)
    yield "kl_div_vjp", divergence.kl_div_vjp(g, x, s)


def layouts(x):
    """The same array with other memory layouts, none of them to be written to."""
    spread = np.zeros((*x.shape, 2), x.dtype)
    spread[..., 0] = x
    turned = np.array(x.T, order="C").T
    backwards = np.array(x[::-1])[::-1] if x.ndim else x
    for other in (x, spread[..., 0], turned, backwards):
        other.flags.writeable = False
        yield other


arrays = hnp.arrays(
    st.sampled_from([np.dtype(d) for d in DTYPES]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    elements=st.floats(-50, 50, width=16),
)


@settings(max_examples=60, deadline=None)
@given(arrays)
def test_any_shape_and_layout(x):
    before = x.tobytes()
    for axis in range(-x.ndim, x.ndim):
        wants = None
        for other in layouts(x):
            gots = dict(of_rows(other, axis)) if x.size else {"softmax": softmax.softmax(other, axis)}
            wants = wants or gots
            for name, got in gots.items():
                shape = list(x.shape)
                if name in ("logsumexp", "total_along", "mean_along"):
                    shape[axis] = 1
                assert got.dtype == x.dtype and list(got.shape) == shape, name
                tolerance = 1e-5 if x.dtype == np.float32 else 1e-13  # a sum's order follows the layout
                np.testing.assert_allclose(got, wants[name], rtol=tolerance, atol=tolerance, err_msg=name)
    wants = dict(of_elements(x))
    for other in layouts(x):
        for name, got in of_elements(other):
            assert isinstance(got, np.ndarray) and got.dtype == x.dtype and got.shape == x.shape, name
            np.testing.assert_array_equal(got, wants[name], err_msg=name)
    assert x.tobytes() == before


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_rows_are_independent_of_their_neighbours(axis):
    """A row gives the same bits by itself as among others, shifted or not."""
    x = np.random.default_rng(0).normal(0, 30, (5, 6, 7)).astype(np.float32)
    moved = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])
    whole = np.moveaxis(softmax.softmax(x, axis), axis, -1).reshape(moved.shape)
    for row, want in zip(moved, whole, strict=True):
        np.testing.assert_array_equal(softmax.softmax(row, 0), want)


@pytest.fixture
def thread_count():
    before = threads.get_num_threads()
    yield threads.set_num_threads
    threads.set_num_threads(before)


LARGE = {"last axis": ((600, 2500), 1), "first axis": ((2500, 600), 0), "middle axis": ((7, 300, 701), 1)}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", LARGE)
def test_same_bits_at_any_number_of_threads(case, dtype, thread_count):
    shape, axis = LARGE[case]
    x = np.random.default_rng(0).normal(0, 4, shape).astype(dtype)
    assert len(rows.cut(*rows.outer_c_inner(shape, axis), x.itemsize)) >= threads.FEWEST_CHUNKS
    target = np.random.default_rng(1).integers(0, shape[1], shape[0])

    def everything():
        yield from of_rows(x, axis)
        yield from of_elements(x)
        yield "total", reductions.total(x)
        yield "bce total", np.array(binary.bce_with_logits_total(x, x))
        if x.ndim == 2:
            loss, state = cross_entropy.forward(x, target)
            yield "loss", loss
            yield "log_probabilities", cross_entropy.log_probabilities(state)
            yield "cross_entropy.backward", cross_entropy.backward(state, loss, in_place=True)

    thread_count(1)
    wants = dict(everything())
    for count in (2, 3, 8):
        thread_count(count)
        for name, got in everything():
            np.testing.assert_array_equal(got, wants[name], err_msg=f"{name}, {count} threads")


def test_large_results_equal_small_ones(thread_count):
    """Row by row, and piece by piece, a large array gives what its parts give."""
    thread_count(2)
    x = np.random.default_rng(0).normal(0, 4, (600, 2500)).astype(np.float32)
    p = softmax.softmax(x, 1)
    target = np.arange(600)
    loss, state = cross_entropy.forward(x, target)
    gradient = cross_entropy.backward(state, np.ones((), np.float32))
    for i in (0, 1, 299, 599):
        np.testing.assert_array_equal(softmax.softmax(x[i], 0), p[i])
        few, one = cross_entropy.forward(x[i : i + 1], target[i : i + 1])
        np.testing.assert_array_equal(few, loss[i : i + 1])
        np.testing.assert_array_equal(cross_entropy.backward(one, np.ones((), np.float32)), gradient[i : i + 1])
    assert x.size > elementwise.SMALL
    for name, got in of_elements(x):
        np.testing.assert_allclose(got[7:9], dict(of_elements(x[7:9]))[name], rtol=1e-6, err_msg=name)


def test_cross_entropy_takes_any_layout():
    x = np.random.default_rng(0).normal(0, 40, (9, 6))
    target = np.arange(9) % 6
    want, state = cross_entropy.forward(x, target)
    slope = cross_entropy.backward(state, np.ones(()))
    for other in layouts(x):
        got, state = cross_entropy.forward(other, target.astype(np.uint8))
        np.testing.assert_array_equal(got, want)
        np.testing.assert_array_equal(cross_entropy.backward(state, np.ones(())), slope)
        np.testing.assert_allclose(cross_entropy.log_probabilities(state, other), softmax.log_softmax(x, 1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_cross_entropy_of_few_rows_equals_that_of_many(dtype):
    """A small batch near zero, where the target stands apart, against the same rows beside one that is far from zero."""
    x = np.random.default_rng(0).normal(0, 4, (40, 7)).astype(dtype)
    target = np.arange(40) % 7
    target[::4] = -100
    far = np.concatenate([x, np.full((1, 7), 50, dtype)]), np.append(target, 0)
    g = np.array(-0.5, dtype)
    results = []
    for logits, classes in ((x, target), far):
        loss, state = cross_entropy.forward(logits, classes)
        assert (state.log_p is None) == (logits is x)
        gradient = cross_entropy.backward(state, g)
        log_p = cross_entropy.log_probabilities(state), cross_entropy.log_probabilities(state, logits)
        results.append([a[:40] for a in (loss, gradient, *log_p)])
    for few, many in zip(*results, strict=True):
        np.testing.assert_allclose(few, many, rtol=16 * np.finfo(dtype).eps)
    assert not np.signbit(results[0][1][::4]).any()


@pytest.mark.parametrize("shape", [(0, 3), (0, 0), (2, 0)])
def test_cross_entropy_of_nothing(shape):
    x = np.zeros(shape, np.float32)
    loss, state = cross_entropy.forward(x, np.full(shape[0], -100))
    assert loss.shape == shape[:1] and not loss.any()
    assert cross_entropy.backward(state, np.ones(shape[0], np.float32)).shape == shape
    assert cross_entropy.log_probabilities(state).shape == shape


def test_threads_share_the_work_and_errors_come_back(thread_count):
    thread_count(3)
    meeting = threading.Barrier(3, timeout=30)
    seen = []

    def meet(i):
        if i < 3:
            meeting.wait()  # three threads must be here at once
        seen.append(i)

    threads.parallel_for(10, meet)
    assert sorted(seen) == list(range(10))

    def fail(i):
        if i == 4:
            raise KeyError(i)

    with pytest.raises(KeyError, match="4"):
        threads.parallel_for(10, fail)
    nested = []
    threads.parallel_for(6, lambda i: threads.parallel_for(6, nested.append))
    assert sorted(nested) == sorted(list(range(6)) * 6)


def test_one_thread_stays_in_the_caller(thread_count):
    thread_count(1)
    seen = set()
    threads.parallel_for(10, lambda i: seen.add(threading.get_ident()))
    assert seen == {threading.get_ident()}


@pytest.mark.parametrize("count, words", [(0, "positive integer"), (-2, "positive integer"), (2.5, "float"), (True, "bool")])
def test_set_num_threads_refuses(count, words):
    with pytest.raises(RuntimeError, match=words):
        threads.set_num_threads(count)


PROGRAM = """
import os, threading
import numpy as np
from tinygrad_loss.kernels import softmax, threads
assert threading.active_count() == 1, "importing starts no thread"
softmax.softmax(np.zeros((64, 10)), 1)
assert threading.active_count() == 1, "nor does small work"
x = np.zeros((4096, 1000))
softmax.softmax(x, 1)
started = threading.active_count()
if os.fork():
    assert os.wait()[1] == 0, "the child failed"
else:
    softmax.softmax(x, 1)
    os._exit(0 if threading.active_count() == started else 1)
print(started, threads.get_num_threads())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("setting, want", [("3", "3 3"), ("1", "1 1"), ("2,4", "2 2"), ("none", None)])
def test_a_new_process(setting, want):
    """OMP_NUM_THREADS is heeded, threads start late, and a forked child has threads of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": setting, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    cpus = threads.usable_cpus()
    assert done.stdout.strip() == (want or f"{cpus} {cpus}")
    assert not done.stderr


def test_freed_memory_is_used_again():
    buffers.release()
    first = buffers.empty((1000, 1000), np.dtype(np.float32))
    assert first.flags.c_contiguous and first.flags.writeable and first.dtype == np.float32
    address, view = first.ctypes.data, first[3:]
    del first
    assert buffers.kept_bytes() == 0, "a view still uses it"
    del view
    assert buffers.kept_bytes() == 4_000_000
    other = buffers.empty((900, 1000), np.dtype(np.float32))
    assert other.ctypes.data == address
    larger = buffers.empty((1200, 1000), np.dtype(np.float32))
    assert larger.ctypes.data != address
    del other, larger
    small = buffers.empty((10, 10), np.dtype(np.float32))
    assert small.base is None
    buffers.release()
    assert buffers.kept_bytes() == 0


def test_kept_memory_is_bounded():
    buffers.release()
    many = [buffers.empty((buffers.LARGEST_KEPT // 3,), np.dtype(np.uint8)) for _ in range(5)]
    del many
    assert buffers.LARGEST_KEPT // 2 < buffers.kept_bytes() <= buffers.LARGEST_KEPT
    buffers.release()


def test_peak_memory_of_cross_entropy():
    """Forward and backward take one more array of the logits' size, and a tenth to work in."""
    x = np.random.default_rng(0).normal(0, 3, (512, 16_000)).astype(np.float32)
    target = np.arange(512)
    buffers.release()
    gc.collect()
    tracemalloc.start()
    _, state = cross_entropy.forward(x, target)
    gradient = cross_entropy.backward(state, np.ones((), np.float32), in_place=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del state, gradient
    buffers.release()
    assert peak <= 1.1 * x.nbytes


@pytest.mark.parametrize("dtype", (np.float16, *DTYPES))
def test_kept_numbers_are_kept_to_the_bit(dtype):
    x = np.array([0.0, -0.0, 1.5, np.inf, -np.inf, np.nan, -np.nan, 1e-7, np.finfo(dtype).smallest_subnormal], dtype)
    both = np.stack([x, x])
    found = elementwise.kept(both, np.array([[True], [False]]) & np.ones(both.shape, bool))
    assert found[0].tobytes() == x.tobytes()
    assert found[1].tobytes() == np.zeros_like(x).tobytes()
