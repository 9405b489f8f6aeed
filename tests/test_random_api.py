"""The random functions and methods: PyTorch's numbers after the same seed, however the draws are asked for."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from basics_cases import RANDOM_VALUES, outcome
from hypothesis import given, settings, strategies as st

import tinygrad_loss as ours

DRAWS = {
    "rand": lambda t, n: t.rand(n),
    "randn": lambda t, n: t.randn(n),
    "randn float64": lambda t, n: t.randn(n, dtype=t.float64),
    "randint": lambda t, n: t.randint(0, 100, (n,)),
    "randint wide": lambda t, n: t.randint(0, 2**40, (n,)),
    "randperm": lambda t, n: t.randperm(n),
    "normal_": lambda t, n: t.empty(n).normal_(1, 2),
    "normal": lambda t, n: t.normal(t.arange(n).float(), 0.5),
    "uniform_": lambda t, n: t.empty(n).uniform_(-3, 5),
    "random_": lambda t, n: t.empty(n, dtype=t.int32).random_(),
    "bernoulli_": lambda t, n: t.empty(n).bernoulli_(0.3),
    "bernoulli": lambda t, n: t.bernoulli(t.full((n,), 0.4)),
    "exponential_": lambda t, n: t.empty(n).exponential_(0.7),
    "multinomial": lambda t, n: t.multinomial(t.ones(n + 1), n + 1) if n else t.empty(0),
    "rand_like": lambda t, n: t.rand_like(t.empty(n, 2)),
    "one left over": lambda t, n: t.randn(1),
}


@pytest.mark.torch
@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(-(2**40), 2**63 - 1),
    draws=st.lists(st.tuples(st.sampled_from(sorted(DRAWS)), st.integers(0, 40)), max_size=8),
)
def test_any_sequence_of_draws_is_pytorchs(seed: int, draws: list[tuple[str, int]]) -> None:
    torch = pytest.importorskip("torch")
    ours.manual_seed(seed)
    torch.manual_seed(seed)
    for name, size in draws:
        mine, theirs = (DRAWS[name](module, size).numpy() for module in (ours, torch))
        assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape), name
        np.testing.assert_allclose(mine, theirs, rtol=1e-6 if mine.dtype == np.float32 else 1e-14, err_msg=name)
    np.testing.assert_array_equal(ours.get_rng_state().numpy()[:5000], torch.get_rng_state().numpy()[:5000])


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(3, 4), (5, 8)])
def test_draws_follow_the_memory(shape: tuple[int, int], torch: Any) -> None:
    for fill in ("normal_", "uniform_", "exponential_"):
        found = []
        for module in (ours, torch):
            module.manual_seed(3)
            found.append(getattr(module.from_numpy(np.zeros(shape[::-1], np.float32).T), fill)().numpy())
        np.testing.assert_allclose(*found, rtol=1e-6)


@pytest.mark.torch
def test_a_state_goes_from_one_library_to_the_other(torch: Any) -> None:
    torch.manual_seed(9)
    torch.randn(3)
    ours.set_rng_state(ours.from_numpy(torch.get_rng_state().numpy()))
    assert ours.randn(4).tolist() == pytest.approx(torch.randn(4).tolist(), rel=1e-6)
    torch.set_rng_state(torch.from_numpy(ours.get_rng_state().numpy()))
    assert ours.rand(4).tolist() == torch.rand(4).tolist()


def test_a_seed_repeats() -> None:
    for case in RANDOM_VALUES:
        if "seed()" not in case:
            assert outcome(ours, case) == outcome(ours, case)


def test_fork_leaves_no_trace() -> None:
    ours.manual_seed(1)
    expected = ours.rand(4)[2:]
    ours.manual_seed(1)
    ours.rand(2)
    with ours.random.fork_rng():
        ours.randn(50)
    assert ours.rand(2).tolist() == expected.tolist()
    with ours.random.fork_rng(enabled=False):
        inside = ours.random.get_rng_state()
        ours.rand(1)
    assert ours.get_rng_state().tolist() != inside.tolist()


def test_generators_are_their_own() -> None:
    first, second = ours.Generator().manual_seed(5), ours.Generator().manual_seed(5)
    before = ours.get_rng_state().tolist()
    draws = [ours.rand(3, generator=g).tolist() for g in (first, second)]
    assert draws[0] == draws[1]
    assert ours.get_rng_state().tolist() == before
    twin, carried = first.clone_state(), pickle.loads(pickle.dumps(first))
    assert (
        ours.rand(2, generator=twin).tolist()
        == ours.rand(2, generator=carried).tolist()
        == ours.rand(2, generator=first).tolist()
    )
    assert copy.deepcopy(second).initial_seed() == 5


def test_seed_starts_anew() -> None:
    first, second = ours.seed(), ours.seed()
    assert first != second
    assert ours.initial_seed() == second


def test_filling_part_of_a_tensor() -> None:
    x = ours.zeros(4, 4)
    x[1:3].normal_()
    assert (x != 0).sum().item() == 8
    assert x._version == 1


def test_noise_cuts_the_gradient() -> None:
    x = ours.ones(4, requires_grad=True)
    y = x * 2
    y.normal_()
    (y.sum() + x.sum()).backward()
    assert x.grad.tolist() == [1.0] * 4
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        x.uniform_()
    with ours.no_grad():
        x.uniform_(2, 3)
    assert x.min().item() >= 2
    assert x.is_leaf


def test_read_only_memory_is_refused() -> None:
    with pytest.warns(UserWarning, match="not writable"):
        x = ours.from_numpy(np.broadcast_to(np.ones(1), 3))
    with pytest.raises(RuntimeError, match="read-only"):
        x.normal_()


def test_statistics_of_a_million() -> None:
    ours.manual_seed(0)
    assert abs(ours.randn(1_000_000).numpy().mean()) < 4e-3
    assert abs(ours.rand(1_000_000).numpy().mean() - 0.5) < 2e-3
