"""The random stream gives PyTorch's numbers, states and errors."""

from __future__ import annotations

import json
import pickle
import threading
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from random_cases import CASES, FLOATS, INTEGERS, KEPT, Draw, assert_same, d, draw_ours, draw_torch, excerpt, state_digest

from tinygrad_loss.kernels import random_stream
from tinygrad_loss.kernels.box_muller import affine32, affine64
from tinygrad_loss.kernels.memory_order import dense_like
from tinygrad_loss.kernels.random_stream import Stream

RECORDED = json.loads((Path(__file__).parent / "recorded" / "random.json").read_text())["cases"]

pytestmark = pytest.mark.filterwarnings("ignore:.*is out of bounds:UserWarning")


def seeded(seed: int) -> Stream:
    stream = Stream()
    stream.manual_seed(seed)
    return stream


def state_of(generator: Any) -> np.ndarray[Any, Any]:
    return np.array(generator.get_state().numpy())


def assert_same_state(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> None:
    first, second = state_digest(ours), state_digest(theirs)
    assert first[0] == second[0]
    assert first[1] == pytest.approx(second[1], rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_recorded(name: str) -> None:
    seed, draws = CASES[name]
    stream = seeded(seed)
    for draw, (dtype, shape, values) in zip(draws, RECORDED[name]["values"], strict=True):
        ours = draw_ours(stream, draw)
        assert excerpt(ours)[:2] == [dtype, shape], draw
        assert_same(np.array(excerpt(ours)[2], dtype), np.array(values, dtype), draw)
    assert state_digest(stream.get_state())[0] == RECORDED[name]["state"][0]
    assert state_digest(stream.get_state())[1] == pytest.approx(RECORDED[name]["state"][1], rel=1e-14)


def test_every_recorded_sequence_is_in_the_table() -> None:
    assert set(RECORDED) == set(CASES)


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_as_torch(torch: Any, name: str) -> None:
    seed, draws = CASES[name]
    stream, generator = seeded(seed), torch.Generator().manual_seed(seed)
    for draw in draws:
        assert_same(draw_ours(stream, draw), draw_torch(torch, generator, draw), draw)
        assert_same_state(stream.get_state(), state_of(generator))


SIZES = st.one_of(st.integers(0, 40), st.integers(600, 700), st.integers(2000, 2100))
MATRIX = st.tuples(st.integers(0, 6), st.integers(1, 7))
LAYOUTS = st.sampled_from("CTS")
SPREAD = st.floats(0.01, 50)


def draws() -> st.SearchStrategy[Draw]:
    floating = st.sampled_from(FLOATS)
    bound = st.integers(-128, 0)
    return st.one_of(
        st.builds(lambda n, k: d("rand", n, k), SIZES, floating),
        st.builds(lambda n, k: d("randn", n, k), SIZES, floating),
        st.builds(
            lambda s, k, a, b, o: d("uniform_", s, k, a, a + b, layout=o), MATRIX, floating, st.floats(-9, 9), SPREAD, LAYOUTS
        ),
        st.builds(lambda s, k, a, b, o: d("normal_", s, k, a, b, layout=o), MATRIX, floating, st.floats(-9, 9), SPREAD, LAYOUTS),
        st.builds(lambda n, k, b: d("randint", n, k, 0, b), SIZES, st.sampled_from(INTEGERS), st.integers(1, 127)),
        st.builds(
            lambda s, k, a, o: d("random_", s, k, a, None, layout=o),
            MATRIX,
            st.sampled_from(("int64", "int8", "float32")),
            bound,
            LAYOUTS,
        ),
        st.builds(lambda n, a, b: d("randint", n, "int64", a, a + b), SIZES, st.integers(-(2**62), 2**61), st.integers(1, 2**62)),
        st.builds(lambda n, k: d("random_", n, k), SIZES, st.sampled_from((*INTEGERS, *FLOATS, "bool"))),
        st.builds(lambda n, k: d("randperm", (), k, n), st.integers(0, 120), st.sampled_from(("int64", "uint8", "float32"))),
        st.builds(lambda s, k: d("bernoulli", s, k), MATRIX, floating),
        st.builds(
            lambda s, k, p, o: d("bernoulli_", s, k, p, layout=o),
            MATRIX,
            st.sampled_from(("float32", "bool", "int64")),
            st.floats(0, 1),
            LAYOUTS,
        ),
        st.builds(lambda s, k, p, o: d("dropout", s, k, p, layout=o), MATRIX, floating, st.floats(0, 0.99), LAYOUTS),
        st.builds(
            lambda n, k, r: d("multinomial", (3, 9), k, n, r), st.integers(1, 6), st.sampled_from(FLOATS[:2]), st.booleans()
        ),
        st.builds(lambda n, k, r: d("exponential_", n, k, r), SIZES, floating, st.floats(0.1, 9)),
        st.builds(lambda n: d("log_normal_", n, "float32", 0.5, 0.5), SIZES),
        st.builds(lambda n, p: d("geometric_", n, "int64", p), SIZES, st.floats(0.05, 0.95)),
        st.just(d("random_seed")),
    )


@pytest.mark.torch
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(-(2**63), 2**64 - 1), sequence=st.lists(draws(), min_size=1, max_size=8))
def test_mixed_sequences_as_torch(torch: Any, seed: int, sequence: list[Draw]) -> None:
    stream, generator = seeded(seed), torch.Generator().manual_seed(seed)
    for draw in sequence:
        assert_same(draw_ours(stream, draw), draw_torch(torch, generator, draw), draw)
    assert_same_state(stream.get_state(), state_of(generator))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), first=st.lists(draws(), max_size=4), then=st.lists(draws(), min_size=1, max_size=4))
def test_a_state_brings_the_same_numbers_again(seed: int, first: list[Draw], then: list[Draw]) -> None:
    stream = seeded(seed)
    for draw in first:
        draw_ours(stream, draw)
    state, copy = stream.get_state(), pickle.loads(pickle.dumps(stream))
    numbers = [draw_ours(stream, draw) for draw in then]
    stream.set_state(state)
    for other in (stream, copy):
        for draw, expected in zip(then, numbers, strict=True):
            np.testing.assert_array_equal(draw_ours(other, draw), expected)


@pytest.mark.torch
@pytest.mark.parametrize("used", [0, 1, 623, 624, 625, 1248])
@pytest.mark.parametrize("normals", [0, 1, 2])
def test_states_go_both_ways(torch: Any, used: int, normals: int) -> None:
    stream, generator = seeded(5), torch.Generator().manual_seed(5)
    stream.words32(used)
    torch.rand(used, generator=generator)
    stream.randn(normals)
    torch.randn(normals, generator=generator)
    np.testing.assert_array_equal(stream.get_state(), state_of(generator))
    fresh, theirs = Stream(), torch.Generator()
    fresh.set_state(state_of(generator))
    theirs.set_state(torch.from_numpy(stream.get_state()))
    assert fresh.initial_seed() == theirs.initial_seed() == 5
    for size in (3, 700, 3):
        expected = torch.randn(size, generator=generator).numpy()
        np.testing.assert_array_equal(fresh.randn(size), expected)
        np.testing.assert_array_equal(torch.randn(size, generator=theirs).numpy(), expected)


@pytest.mark.torch
@pytest.mark.parametrize("seed", [0, 1, -1, 2**32, 2**32 + 7, 2**63, 2**64 - 1, -(2**63)])
def test_seeds_as_torch(torch: Any, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    assert seeded(seed).initial_seed() == generator.initial_seed()
    np.testing.assert_array_equal(seeded(seed).rand(5), torch.rand(5, generator=generator).numpy())


def test_seeds() -> None:
    assert Stream().initial_seed() == 67280421310721
    assert Stream(-1).initial_seed() == 2**64 - 1
    assert Stream(None).initial_seed() != Stream(None).initial_seed()
    stream = Stream(3)
    assert stream.seed() == stream.initial_seed() != 3
    np.testing.assert_array_equal(Stream(2**32 + 7).rand(3), Stream(7).rand(3))
    assert seeded(np.int64(4)).initial_seed() == 4


def f(shape: Any = 3, dtype: str = "float32") -> np.ndarray[Any, Any]:
    return np.zeros(shape, dtype)


INF, NAN = float("inf"), float("nan")

# name, arguments (an array is the target, or the weights), error class, PyTorch's key words
ERRORS: list[tuple[str, tuple[Any, ...], type[Exception], str]] = [
    ("manual_seed", (2**64,), ValueError, "Overflow when unpacking long long"),
    ("manual_seed", (-(2**63) - 1,), ValueError, "Overflow when unpacking long long"),
    ("manual_seed", (3.7,), RuntimeError, "manual_seed expected a long, but got float"),
    ("manual_seed", (True,), RuntimeError, "manual_seed expected a long, but got bool"),
    ("set_state", (f(5056),), TypeError, "RNG state must be a torch.ByteTensor"),
    ("set_state", (f(3, "uint8"),), RuntimeError, "Expected a CPUGeneratorImplState of size 5056"),
    ("set_state", (f(5056, "uint8"),), RuntimeError, "Invalid mt19937 state"),
    ("uniform_", (f(3, "int64"),), NotImplementedError, "\"check_uniform_bounds\" not implemented for 'Long'"),
    ("uniform_", (f(), 2, 1), RuntimeError, "uniform_ expects to return a [from, to) range, but found from=2 > to=1"),
    ("uniform_", (f(0), 2, 1), RuntimeError, "uniform_ expects to return a [from, to) range"),
    ("uniform_", (f(), 0, 1e39), RuntimeError, "to is out of bounds for float"),
    ("uniform_", (f(), NAN, 1), RuntimeError, "from is out of bounds for float"),
    ("uniform_", (f(), -3e38, 3e38), RuntimeError, "uniform_ expects to-from <= std::numeric_limits<Float>::max()"),
    ("uniform_", (np.broadcast_to(f(1), 3),), RuntimeError, "more than one element of the written-to tensor refers to"),
    ("normal_", (np.broadcast_to(f(1), 30),), RuntimeError, "more than one element of the written-to tensor refers to"),
    ("normal_", (f(3, "int64"),), NotImplementedError, "\"normal_kernel_cpu\" not implemented for 'Long'"),
    ("normal_", (f(), 0, -1), RuntimeError, "normal expects std >= 0.0, but found std -1"),
    ("normal_", (f(0), 0, -1), RuntimeError, "normal expects std >= 0.0, but found std -1"),
    ("random_", (f(), 5, 3), RuntimeError, "random_ expects 'from' to be less than 'to', but got from=5 >= to=3"),
    ("random_", (f(0), 5, 5), RuntimeError, "random_ expects 'from' to be less than 'to', but got from=5 >= to=5"),
    ("random_", (f(3, "uint8"), 0, 300), RuntimeError, "to - 1 is out of bounds for unsigned char"),
    ("random_", (f(3, "uint8"), -1, 3), RuntimeError, "from is out of bounds for unsigned char"),
    ("random_", (f(3, "bool"), 0, 3), RuntimeError, "to - 1 is out of bounds for bool"),
    ("random_", (f(3, "float16"), 0, 70000), RuntimeError, "to - 1 is out of bounds for c10::Half"),
    ("random_", (f(3, "float32"), 2**25 + 1, 2**25 + 2), RuntimeError, "casted to dtype"),
    ("random_", (f(3, "float32"), 2**25, None), RuntimeError, "casted to dtype"),
    ("random_", (f(3, "int8"), 200, None), RuntimeError, "from is out of bounds for signed char"),
    ("random_", (f(3, "uint64"), 0, None), RuntimeError, "to - 1 is out of bounds for long unsigned int"),
    ("random_", (f(3, "int32"), -(2**63), None), RuntimeError, "random_full_64_bits_range_kernel_cpu handles only int64"),
    ("random_", (f(3, "int64"), 0, 2**63), ValueError, "Overflow when unpacking long long"),
    ("random_", (f(3, "uint16"),), NotImplementedError, "\"random_kernel_cpu\" not implemented for 'UInt16'"),
    ("bernoulli_", (f(), 1.5), RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=1.5"),
    ("bernoulli_", (f(0), NAN), RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=nan"),
    ("bernoulli_", (f(2), np.float32([0.5, 1.2])), RuntimeError, "Expected p_in >= 0 && p_in <= 1 to be true, but got false"),
    ("bernoulli_", (f(2), np.float32([0.5, NAN])), RuntimeError, "Expected p_in >= 0 && p_in <= 1 to be true, but got false"),
    ("bernoulli_", (f(2), np.array([1, 0])), NotImplementedError, "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'"),
    ("bernoulli_", (f(3), f(4)), RuntimeError, "must match the existing size"),
    ("bernoulli_", (f(3, "uint16"), 0.5), NotImplementedError, "\"bernoulli_scalar_cpu_\" not implemented for 'UInt16'"),
    ("exponential_", (f(), 0), RuntimeError, "exponential_ expects lambda > 0.0, but found lambda=0"),
    ("exponential_", (f(3, "int64"),), RuntimeError, "Exponential distribution is a continuous probability distribution."),
    ("geometric_", (f(), 0), RuntimeError, "geometric_ expects p to be in (0, 1), but got p=0"),
    ("geometric_", (f(), 1), RuntimeError, "geometric_ expects p to be in (0, 1), but got p=1"),
    ("geometric_", (f(3, "bool"), 0.5), NotImplementedError, "\"geometric_cpu\" not implemented for 'Bool'"),
    ("log_normal_", (f(), 0, 0), RuntimeError, "log_normal_ expects std > 0.0, but found std=0"),
    ("log_normal_", (f(3, "int64"),), NotImplementedError, "\"log_normal_cpu\" not implemented for 'Long'"),
    ("cauchy_", (f(), 0, 0), RuntimeError, "cauchy_ expects sigma > 0.0, but found sigma=0"),
    ("cauchy_", (f(3, "int64"),), RuntimeError, "Cauchy distribution is a continuous probability distribution."),
    ("randperm", (-1,), RuntimeError, "Trying to create tensor with negative dimension -1: [-1]"),
    ("randperm", (3, "bool"), NotImplementedError, "\"randperm\" not implemented for 'Bool'"),
    ("randperm", (3000, "float16"), RuntimeError, "n cannot be greater than 2049 for Half type"),
    ("randperm", (2**24 + 2, "float32"), RuntimeError, "n cannot be greater than 2^24+1 for Float type"),
    ("randperm", (300, "uint8"), RuntimeError, "value cannot be converted to type uint8_t without overflow"),
    ("randperm", (129, "int8"), RuntimeError, "value cannot be converted to type int8_t without overflow"),
    ("multinomial", (f(3) + 1, 4), RuntimeError, "cannot sample n_sample > prob_dist.size(-1) samples without replacement"),
    ("multinomial", (f(3) + 1, 0), RuntimeError, "cannot sample n_sample <= 0 samples"),
    ("multinomial", (f((3, 3, 3)) + 1, 1), RuntimeError, "prob_dist must be 1 or 2 dim"),
    ("multinomial", (np.array([1, 2]), 1), RuntimeError, "multinomial only supports floating-point dtypes for input, got: Long"),
    ("multinomial", (np.float32([-1, 2]), 1), RuntimeError, "probability tensor contains either `inf`, `nan` or element < 0"),
    ("multinomial", (np.float32([NAN, 2]), 1, True), RuntimeError, "probability tensor contains either `inf`, `nan` or"),
    ("multinomial", (np.float32([INF, 2]), 2), RuntimeError, "probability tensor contains either `inf`, `nan` or element < 0"),
    ("multinomial", (np.float32([-1, 2]), 2, True), RuntimeError, "encountering probability entry < 0"),
    ("multinomial", (np.float32([NAN, 2]), 2, True), RuntimeError, "encountering probability entry < 0"),
    ("multinomial", (np.float32([INF, 2]), 2, True), RuntimeError, "encountering probability entry = infinity or NaN"),
    ("multinomial", (np.float32([0, 0]), 2), RuntimeError, "invalid multinomial distribution (sum of probabilities <= 0)"),
    ("multinomial", (np.float32([[1, 0], [0, 0]]), 2, True), RuntimeError, "(sum of probabilities <= 0)"),
    ("multinomial", (np.broadcast_to(f(1), (2**24 + 1,)), 2), RuntimeError, "number of categories cannot exceed 2^24"),
    ("normal", (f(), -1.0), RuntimeError, "normal expects std >= 0.0, but found std -1"),
    ("normal", (f(), f() - 1), RuntimeError, "normal expects all elements of std >= 0.0"),
    ("normal", (f(3), f(4)), RuntimeError, "must match the size of"),
    ("normal", (f(3, "int64"), 1.0), NotImplementedError, "\"normal_kernel_cpu\" not implemented for 'Long'"),
    ("normal", (0.0, 1.0), TypeError, "normal"),
    ("dropout", (f(), 1.5), ValueError, "dropout probability has to be between 0 and 1, but got 1.5"),
]


@pytest.mark.parametrize(("name", "args", "error", "words"), ERRORS, ids=lambda v: v if isinstance(v, str) else "")
def test_errors(name: str, args: tuple[Any, ...], error: type[Exception], words: str) -> None:
    stream = Stream()
    before = stream.get_state()
    with pytest.raises(error) as caught:
        getattr(stream, "dropout_mask" if name == "dropout" else name)(*args)
    assert type(caught.value) is error and words in str(caught.value)
    np.testing.assert_array_equal(stream.get_state(), before)


@pytest.mark.torch
@pytest.mark.parametrize(("name", "args", "error", "words"), ERRORS, ids=lambda v: v if isinstance(v, str) else "")
def test_errors_as_torch(torch: Any, name: str, args: tuple[Any, ...], error: type[Exception], words: str) -> None:
    given = [torch.from_numpy(a.copy() if all(a.strides) else a[:1].copy()) if isinstance(a, np.ndarray) else a for a in args]
    for place, a in enumerate(args):
        if isinstance(a, np.ndarray) and not all(a.strides):
            given[place] = given[place].expand(a.shape)
        if isinstance(a, str):
            given[place] = getattr(torch, a)
    with pytest.raises(error) as caught:
        if name in ("manual_seed", "set_state"):
            getattr(torch.Generator(), name)(*given)
        elif name == "randperm":
            torch.randperm(given[0], dtype=[*given, torch.int64][1])
        elif name == "dropout":
            torch.nn.functional.dropout(*given)
        else:
            getattr(given[0] if name.endswith("_") else torch, name)(*(given[1:] if name.endswith("_") else given))
    assert type(caught.value) is error and words in str(caught.value)


def test_bounds_that_a_float_does_not_hold_are_warned_of() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        values = Stream(0).randint(0, 65504, 1000, np.float16)
    assert [str(w.message)[:40] for w in caught] == ["to - 1 is out of bounds [-(2^11), 2^11]. "[:40]]
    assert values.max() < 65504


def test_a_rounded_uniform_never_reaches_the_upper_bound() -> None:
    values = Stream(0).rand(20000, np.float16)
    assert values.max() < 1 and Stream(0).rand(20000).max() > 0.9999


def test_a_normal_needs_no_moments_of_arrays() -> None:
    np.testing.assert_array_equal(Stream(1).normal(0.5, 2.0, (2, 3)), Stream(1).normal_(f((2, 3)), 0.5, 2.0))
    assert Stream(1).normal(0.0, 1.0, 3, np.float64).dtype == np.float64


def test_a_number_as_mean_is_taken_in_the_dtype_of_the_array() -> None:
    ours = Stream(2).normal(np.float32([0, 0]), np.array(0.1))
    np.testing.assert_array_equal(ours, Stream(2).randn(2) * np.float32(0.1))


def test_no_probabilities_give_no_indices() -> None:
    assert Stream().multinomial(f((0, 3)), 2).shape == (0, 2)


def test_long_permutation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way for 214748364 numbers and more, tried on fewer: insert each number at a random earlier place."""
    monkeypatch.setattr(random_stream, "_LONG_PERMUTATION", 70000)
    ours = Stream(6).randperm(70001, np.int32)
    words = Stream(6).words64(70001)
    expected: list[int] = []
    for number, word in enumerate(words.tolist()):
        place = word % (number + 1)
        expected.append(number)
        expected[number], expected[place] = expected[place], number
    assert ours.tolist() == expected
    assert sorted(expected) == list(range(70001))


# scale, shift; a tiny shift decides which way half a unit in the last place is rounded
AFFINE = [(0.7, -0.35), (1.5, 1e-30), (1.5, -1e-30), (1e-3, 5.0), (1.0, 0.1), (0.3, 0.0)]


@pytest.mark.parametrize(("scale", "shift"), AFFINE)
def test_multiplying_and_adding_rounds_once(scale: float, shift: float) -> None:
    wide = Stream(0).rand(9000, np.float64)
    exact = [float(Fraction(x) * Fraction(scale) + Fraction(shift)) for x in wide.tolist()]
    np.testing.assert_array_equal(affine64(wide, scale, shift), exact)
    narrow, scale32, shift32 = Stream(0).rand(9000), np.float32(scale), np.float32(shift)
    ours = affine32(narrow, scale32, shift32)
    for x, y in zip(narrow[:300], ours[:300], strict=True):
        value = Fraction(float(x)) * Fraction(float(scale32)) + Fraction(float(shift32))
        around = [np.nextafter(y, np.float32(side)) for side in (-9, 9)]
        assert all(abs(Fraction(float(y)) - value) <= abs(Fraction(float(z)) - value) for z in around)


def test_rounding_once_differs_from_rounding_twice() -> None:
    numbers = Stream(0).rand(9000, np.float64)
    assert (numbers * 0.7 - 0.35 != affine64(numbers, 0.7, -0.35)).any()
    assert affine64(np.array([1e308]), 10.0, 1.0)[0] == INF


def test_threads_share_a_stream() -> None:
    """Every number is drawn once, whoever draws it, and the normals' pairs stay whole."""
    stream, parts = Stream(9), [[] for _ in range(4)]  # type: ignore[var-annotated]

    def work(mine: list[float]) -> None:
        for _ in range(300):
            mine.extend(stream.randn(3, np.float64).tolist())

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Stream(9)
    assert sorted(x for part in parts for x in part) == sorted(
        x for _ in range(1200) for x in alone.randn(3, np.float64).tolist()
    )
    np.testing.assert_array_equal(stream.get_state(), alone.get_state())


def test_a_stream_costs_nothing_before_its_first_number() -> None:
    stream = Stream(None)
    assert stream._random is None
    stream.rand(1)
    assert stream._random is not None


def test_the_kept_normal_is_in_the_state() -> None:
    stream = Stream(0)
    stream.randn(1)
    kept = stream.get_state()[KEPT].copy().view(np.float64)[0]
    assert stream.randn(1, np.float64)[0] == kept
    stream.randn(1)
    stream.manual_seed(0)
    assert stream.get_state()[KEPT].sum() == 0


# base shape, axes, broadcast shape, PyTorch's strides (in elements) of torch.empty_like
DENSE = [
    ((2, 3), (1, 0), (3, 2), (1, 3)),
    ((2, 3, 4), (1, 2, 0), (3, 4, 2), (4, 1, 12)),
    ((1, 4), (0, 1), (3, 4), (4, 1)),
    ((3, 1), (0, 1), (3, 4), (4, 1)),
    ((4, 1, 2), (1, 2, 0), (5, 2, 4), (8, 1, 2)),
]


@pytest.mark.parametrize(("shape", "axes", "wide", "strides"), DENSE)
def test_an_array_like_another_lies_in_memory_as_it_does(shape: Any, axes: Any, wide: Any, strides: Any) -> None:
    array = np.broadcast_to(np.zeros(shape, np.float32).transpose(axes), wide)
    assert tuple(step // 4 for step in dense_like(array).strides) == strides
    assert dense_like(array, np.int8).dtype == np.int8


@pytest.mark.torch
@pytest.mark.parametrize(("shape", "axes", "wide", "strides"), DENSE)
def test_dropout_of_a_broadcast_array_as_torch(torch: Any, shape: Any, axes: Any, wide: Any, strides: Any) -> None:
    x = torch.ones(shape).permute(axes).expand(wide)
    torch.manual_seed(3)
    theirs = torch.nn.functional.dropout(x, 0.4)
    assert torch.empty_like(x).stride() == strides
    np.testing.assert_array_equal(Stream(3).dropout_mask(x.numpy(), 0.4), theirs.numpy())


def test_no_elements_take_no_words() -> None:
    stream = Stream(4)
    before = stream.get_state()
    for name, *args in (
        ("uniform_",),
        ("normal_",),
        ("random_", 0, 5),
        ("bernoulli_", np.float32(2.0)[None]),
        ("geometric_", 0.5),
    ):
        getattr(stream, name)(f(0), *args)
    np.testing.assert_array_equal(stream.get_state(), before)
