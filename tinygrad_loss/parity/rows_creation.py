"""Rows: constructors, conversions, random draws (after the same seed)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .row import Row, given, integers, positive, real


def _drawn(draw: Callable[..., Any]) -> Callable[..., Any]:
    """The draw after a seed, so that both libraries draw the same."""

    def seeded(torch: Any, *tensors: Any) -> Any:
        torch.manual_seed(11)
        return draw(torch, *tensors)

    return seeded


def _plain(name: str, call: Callable[..., Any], *inputs: Any, note: str = "") -> Row:
    """A row whose result has no gradient; its dtype does not hang on the row's."""
    return Row(name, call, inputs, second=False, kinds=("float32",), note=note)


def _wrong(name: str, call: Callable[..., Any], words: str, *inputs: Any) -> Row:
    return Row(name, call, inputs, error=words, kinds=("float32",))


_DRAWN = "the same numbers after the same seed; float64 ones to the last digit or two"

ROWS = (
    _plain("tensor", lambda torch: torch.tensor([[1.0, 2.0], [3.0, 4.5]])),
    _plain("tensor of ints and bools", lambda torch: (torch.tensor([1, True]), torch.tensor([True]), torch.tensor(3))),
    _plain("tensor of mixed numbers", lambda torch: torch.tensor([1, 2.5, True])),
    _plain("tensor of NumPy numbers", lambda torch: torch.tensor([np.float64(1.5), 2])),
    _plain("tensor of an array", lambda torch: torch.tensor(np.arange(3, dtype=np.int16))),
    _plain("tensor of tensors", lambda torch: torch.tensor([torch.tensor(1.5), torch.tensor(2)])),
    _plain("tensor dtype", lambda torch: torch.tensor([1.7, -2.2], dtype=torch.int32)),
    _plain("tensor, empty", lambda torch: (torch.tensor([]), torch.tensor([[], []]))),
    _plain("as_tensor", lambda torch: torch.as_tensor(np.arange(3.0), dtype=torch.float32)),
    _plain("from_numpy", lambda torch: torch.from_numpy(np.arange(6).reshape(2, 3).T)),
    _plain("zeros", lambda torch: (torch.zeros(2, 3), torch.zeros((2,), dtype=torch.int64))),
    _plain("ones", lambda torch: (torch.ones([2, 3]), torch.ones((), dtype=torch.bool))),
    _plain("full", lambda torch: (torch.full((2,), 1.5), torch.full((2,), 3), torch.full((2,), True))),
    _plain("zeros_like, ones_like, full_like", lambda torch, x: (torch.zeros_like(x), torch.ones_like(x, dtype=torch.int64), torch.full_like(x, 2.5)), real(2, 3, grad=False)),
    _plain("new_zeros and its like", lambda torch, n: (n.new_zeros(2), n.new_ones(2, 2), n.new_full((2,), 3.7), n.new_tensor([1.5])), integers(2)),
    _plain("eye", lambda torch: (torch.eye(3), torch.eye(2, 3, dtype=torch.int64))),
    _plain("arange", lambda torch: (torch.arange(5), torch.arange(1, 2.5, 0.5), torch.arange(5, 1, -2), torch.arange(-1, 1, 0.1))),
    _plain("linspace", lambda torch: (torch.linspace(-0.3, 0.7, 11), torch.linspace(0, 10, 4, dtype=torch.int64))),
    _plain("logspace", lambda torch: torch.logspace(0, 2, 3)),
    _plain("FloatTensor and its like", lambda torch: (torch.FloatTensor([1, 2]), torch.LongTensor([1.5]), torch.Tensor([[1], [2]]))),
    Row("to another dtype", lambda torch, x: (x.to(torch.float64), x.double(), x.to(torch.zeros(1, dtype=torch.float64))), (real(2, 3),), kinds=("float32",)),
    Row("to another dtype and back", lambda torch, x: (x * 2).to(torch.float32).to(torch.float64), (real(2, 3),)),
    Row("type", lambda torch, x: (x.type(torch.float64), x.type("torch.DoubleTensor"), x.type(torch.DoubleTensor)), (real(2, 3),), kinds=("float32",)),
    Row("to a device", lambda torch, x: x.to("cpu", torch.float64, copy=True), (real(2, 3),)),
    _plain("rand", _drawn(lambda torch: (torch.rand(3), torch.rand(2, 2, dtype=torch.float64))), note=_DRAWN),
    _plain("randn", _drawn(lambda torch: (torch.randn(3), torch.randn(20), torch.randn(2, dtype=torch.float64))), note=_DRAWN),
    _plain("rand_like, randn_like", _drawn(lambda torch, x: (torch.rand_like(x), torch.randn_like(x))), real(2, 3, grad=False), note=_DRAWN),
    _plain("randint", _drawn(lambda torch: (torch.randint(10, (5,)), torch.randint(-3, 2**40, (3,)))), note=_DRAWN),
    _plain("randperm", _drawn(lambda torch: torch.randperm(10)), note=_DRAWN),
    _plain("normal", _drawn(lambda torch: torch.normal(1.0, 2.0, (20,))), note=_DRAWN),
    Row("normal of tensors", _drawn(lambda torch, m, s: (torch.normal(m, s), torch.normal(m, 2.0), torch.normal(0.5, s))), (real(3), positive(3)), second=False, note=_DRAWN),
    Row("bernoulli", _drawn(lambda torch, p: torch.bernoulli(p)), (real(4, low=0.1, high=0.9),), second=False, note=_DRAWN),
    Row("multinomial", _drawn(lambda torch, p: (torch.multinomial(p, 2), torch.multinomial(p, 9, True))), (positive(2, 5, grad=False),), note=_DRAWN),
    Row("normal_ in place", _drawn(lambda torch, x: (x * 2).normal_()), (real(3),), second=False, note=_DRAWN),
    Row("uniform_ in place", _drawn(lambda torch, x: (x * 2).uniform_(-1, 1)), (real(3),), second=False, note=_DRAWN),
    Row("bernoulli_ in place", _drawn(lambda torch, x, p: (x * 2).bernoulli_(p)), (real(3), real(3, low=0.1, high=0.9)), second=False, note=_DRAWN),
    _plain("random_, exponential_, geometric_", _drawn(lambda torch: (torch.empty(3).random_(10), torch.empty(3).exponential_(), torch.empty(3).geometric_(0.3))), note=_DRAWN),
    _wrong("tensor of rows of different lengths", lambda torch: torch.tensor([[1, 2], [3]]), "expected sequence of length 2 at dim 1 (got 1)"),
    _wrong("tensor of text", lambda torch: torch.tensor("seven"), "invalid data type 'str'"),
    _wrong("tensor of None", lambda torch: torch.tensor([None]), "Could not infer dtype of NoneType"),
    _wrong("tensor of too large a number", lambda torch: torch.tensor([300], dtype=torch.uint8), "value cannot be converted to type uint8 without overflow"),
    _wrong("gradient of ints", lambda torch: torch.tensor([1], requires_grad=True), "Only Tensors of floating point and complex dtype can require gradients"),
    _wrong("negative size", lambda torch: torch.ones(-1), "negative"),
    _wrong("size that is no int", lambda torch: torch.zeros(2.5), "argument 'size' (position 1) must be tuple of ints, not float"),
    _wrong("arange by 0", lambda torch: torch.arange(1, 2, 0), "step must be nonzero"),
    _wrong("another device", lambda torch: torch.zeros(2, device="cuda"), "Torch not compiled with CUDA enabled"),
    _wrong("item of several", lambda torch, x: x.item(), "cannot be converted to Scalar", real(2)),
    _wrong("truth of several", lambda torch, x: bool(x), "Boolean value of Tensor with more than one value is ambiguous", real(2)),
    _wrong("numpy of a gradient's tensor", lambda torch, x: x.numpy(), "Can't call numpy() on Tensor that requires grad.", real(2)),
    _wrong("filling a leaf", lambda torch, x: x.normal_(), "a leaf Variable that requires grad is being used in an in-place operation.", real(2)),
    _wrong("empty range of randint", lambda torch: torch.randint(5, 5, (2,)), "expects 'from' to be less than 'to'"),
    _wrong("probabilities that are none", lambda torch, x: torch.bernoulli(x + 5), "Expected p_in >= 0 && p_in <= 1 to be true", real(2)),
    _wrong("negative weights", lambda torch, x: torch.multinomial(-x, 1), "probability tensor contains either `inf`, `nan` or element < 0", positive(2)),
    Row("frombuffer", lambda torch: torch.frombuffer(bytearray(b"abc"), dtype=torch.uint8), kinds=("float32",), second=False),
    Row("scalar_tensor", lambda torch: torch.scalar_tensor(3), kinds=("float32",), second=False),
    Row("data", lambda torch, x: x.data * 2, (given([1.0, 2.0]),)),
)
