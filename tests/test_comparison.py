"""What a comparison of tensors means to Python: None and strings, hashing, operators from the right; and names of the pairs."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import tinygrad_loss
from tinygrad_loss import from_numpy

X = np.array([[1.0, 3.0], [2.0, 0.0]])


@pytest.mark.parametrize("other", [None, "a", [1.0], (1.0, 2.0), object()])
def test_equality_with_what_is_no_tensor(other: Any) -> None:
    x = from_numpy(X)
    assert (x == other) is False
    assert (x != other) is True


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_order_with_what_is_no_tensor(compare: Any) -> None:
    with pytest.raises(TypeError, match="not supported between instances of 'Tensor' and 'NoneType'"):
        compare(from_numpy(X), None)


def test_tensors_are_hashed_by_identity() -> None:
    x, y = from_numpy(X), from_numpy(X)
    assert hash(x) == hash(x)
    assert {x: 1, y: 2}[y] == 2
    assert len({x, y, x}) == 2


def test_numbers_and_arrays_on_the_left() -> None:
    x = from_numpy(X)
    assert (2.0 >= x).numpy().tolist() == [[True, False], [True, True]]  # noqa: SIM300
    assert (1 | from_numpy(np.array([2, 3]))).numpy().tolist() == [3, 3]
    assert (7 % from_numpy(np.array([2, 4]))).numpy().tolist() == [1, 3]
    assert (7 // from_numpy(np.array([2, 4]))).numpy().tolist() == [3, 1]
    assert (np.array([1.0, 3.0]) == x).numpy().tolist() == [[True, True], [False, False]]


def test_pairs_have_names_and_are_tuples() -> None:
    pair = from_numpy(X).max(dim=1)
    values, indices = pair
    assert pair.values is values and pair[1] is indices
    assert isinstance(pair, tinygrad_loss.return_types.max)
    assert repr(pair).startswith("torch.return_types.max(\nvalues=tensor([3., 2.]")


def test_gradient_of_ties() -> None:
    """Shared by max() and amax, given to the first by max(dim)."""
    for call, expected in (
        (lambda x: x.max(), [0.5, 0.5, 0.0]),
        (lambda x: x.amax(0), [0.5, 0.5, 0.0]),
        (lambda x: x.max(0).values, [1.0, 0.0, 0.0]),
    ):
        x = from_numpy(np.array([2.0, 2.0, 1.0])).requires_grad_()
        call(x).backward()
        assert x.grad.numpy().tolist() == expected


def test_zeros_in_products_to_the_third_derivative() -> None:
    x = from_numpy(np.array([0.0, 0.0, 3.0])).requires_grad_()
    (first,) = tinygrad_loss.autograd.grad(x.prod(), [x], create_graph=True)
    (second,) = tinygrad_loss.autograd.grad(first.sum(), [x], create_graph=True)
    (third,) = tinygrad_loss.autograd.grad(second.sum(), [x])
    # y = a b c: the sum of second derivatives with respect to a is b + c for each of the pairs it is in.
    assert first.detach().numpy().tolist() == [0.0, 0.0, 0.0]
    assert second.detach().numpy().tolist() == [3.0, 3.0, 0.0]
    assert third.numpy().tolist() == [2.0, 2.0, 2.0]
