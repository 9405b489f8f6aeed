"""Calls whose outcome must be PyTorch's: what they print, or the class of their error and its key words.

A case is Python text, evaluated once with this package as `torch` and once with PyTorch; `outcome` says what it may name.
"""

from __future__ import annotations

import copy
import math
import pickle
import re
import warnings
from typing import Any

import numpy as np

TENSOR = """
torch.tensor(3)
torch.tensor(True)
torch.tensor(2.5)
torch.tensor([])
torch.tensor(())
torch.tensor([[], []])
torch.tensor([[]], dtype=torch.int64)
torch.tensor([[[]], [[1]]])
torch.tensor([True, 1])
torch.tensor([True, 1.5])
torch.tensor([2**63, 1.5])
torch.tensor([[1, 2.5], [True, 4]])
torch.tensor([[[1]], [[2]]])
torch.tensor((1, 2))
torch.tensor(range(3))
torch.tensor([range(2), range(2)])
torch.tensor(torch.Size([1, 2]))
torch.tensor(bytearray(b"ab"))
torch.tensor(np.float64(1))
torch.tensor(np.float32(1))
torch.tensor(np.int32(1))
torch.tensor(np.bool_(1))
torch.tensor([np.float64(1)])
torch.tensor([np.float16(1)])
torch.tensor([np.int32(1), 1])
torch.tensor([np.float32(1), 1.0])
torch.tensor([np.float32(1), np.float64(1)])
torch.tensor([1, np.array(2.5)])
torch.tensor([np.arange(2.0), np.arange(2)])
torch.tensor((np.arange(2), [1, 2]))
torch.tensor([torch.tensor(1.0), torch.tensor(2)])
torch.tensor([torch.tensor(1.0, dtype=torch.float64), 2])
torch.tensor([torch.tensor([1])])
torch.tensor(torch.tensor([1.0, 2]), dtype=torch.int64)
torch.tensor([1.7, -1.7], dtype=torch.int64)
torch.tensor([-1], dtype=torch.uint8)
torch.tensor([1.5, 2], dtype=torch.uint8)
torch.tensor([1.5, 0], dtype=torch.bool)
torch.tensor([float("nan")], dtype=torch.bool)
torch.tensor([1e300])
torch.tensor([2**53 + 1, 1.5], dtype=torch.int64)
torch.tensor([1], dtype=float)
torch.tensor([1], dtype=int)
torch.tensor([1], dtype=bool)
torch.tensor(data=[1])
torch.tensor([1.0], requires_grad=True)
torch.tensor([1], device="cpu:0").device
torch.as_tensor([1, 2])
torch.as_tensor(x) is x
torch.as_tensor(x, dtype=torch.float64)
torch.as_tensor(np.float32(3))
torch.as_tensor(3, dtype=torch.float)
torch.asarray(x) is x
torch.asarray([1, 2])
torch.from_numpy(np.array(1.0))
torch.frombuffer(bytearray(b"abcd"), dtype=torch.uint8)
torch.scalar_tensor(3)
x.new_tensor([1, 2])
torch.arange(2).new_tensor([1.5, 2])
"""

FILLED = """
torch.zeros(2, 3)
torch.zeros([2, 3])
torch.zeros((2, 3), dtype=torch.int64)
torch.zeros(torch.Size([2]))
torch.zeros(())
torch.zeros([])
torch.zeros(torch.tensor(3), 2)
torch.zeros(np.int64(2))
torch.zeros(size=(2,))
torch.zeros(2, dtype=float)
torch.zeros(2, requires_grad=True)
torch.zeros(2, layout=torch.strided)
torch.zeros(2, out=torch.ones(2))
torch.ones(2, 3)
torch.full((2,), 3)
torch.full((2,), 3.0)
torch.full((2,), True)
torch.full((2,), 3, dtype=torch.float32)
torch.full((2,), torch.tensor(3.0))
torch.full(size=(1,), fill_value=2)
torch.full((), 5)
torch.empty(2, 0)
torch.eye(3)
torch.eye(2, 3)
torch.eye(n=2, m=1, dtype=torch.int64)
torch.eye(0)
torch.zeros_like(x)
torch.zeros_like(x, dtype=torch.int64)
torch.zeros_like(x, memory_format=torch.preserve_format)
torch.ones_like(input=x, requires_grad=True)
torch.full_like(x, 2)
torch.full_like(torch.arange(2), 2.5)
torch.empty_like(x).shape
x.new_zeros(2, 3)
x.new_zeros((2, 3), dtype=torch.int64)
x.new_ones([2])
x.new_full((2,), 3)
torch.arange(2).new_full((2,), 3.5)
x.new_empty(2).shape
"""

RANGES = """
torch.arange(5)
torch.arange(5.0)
torch.arange(1, 5)
torch.arange(1, 5, 2)
torch.arange(5, 1, -2)
torch.arange(5, 5)
torch.arange(1, 2.5, 0.5)
torch.arange(0, 1, 0.1)
torch.arange(end=3)
torch.arange(start=1, end=3)
torch.arange(0, 3, step=2)
torch.arange(3, dtype=torch.float32)
torch.arange(2.5, dtype=torch.int64)
torch.arange(0.5, 5, 1.5, dtype=torch.int64)
torch.arange(0.5, 5, 1.5, dtype=torch.int32)
torch.arange(torch.tensor(3.0))
torch.arange(np.int32(3))
torch.arange(True)
torch.arange(5, dtype=torch.float16)
torch.arange(0, 10.0, 3, requires_grad=True)
torch.range(0, 3)
torch.range(0, 3, 2)
torch.linspace(0, 1, 5)
torch.linspace(0, 1, steps=3, dtype=torch.float64)
torch.linspace(0, 10, steps=4, dtype=torch.int64)
torch.linspace(0, 1, 0)
torch.linspace(3, 1, 1)
torch.linspace(3, 1, 2)
torch.linspace(-0.3, 0.7, 11)
torch.linspace(torch.tensor(0.0), torch.tensor(1.0), 3)
torch.linspace(start=-5, end=5, steps=3)
torch.logspace(0, 2, 3)
torch.logspace(0, 2, 3, base=2)
torch.logspace(0, 2, 3, dtype=torch.int64)
"""

LEGACY = """
torch.Tensor()
torch.Tensor(2, 3).shape
torch.Tensor(5).shape
torch.Tensor([1, 2])
torch.Tensor([1, 2], device="cpu")
torch.Tensor([True])
torch.Tensor(np.array([1, 2]))
torch.Tensor(torch.tensor([1, 2]))
torch.FloatTensor([[1, 2], [3, 4]])
torch.FloatTensor(2, 3).shape
torch.FloatTensor((2, 3))
torch.FloatTensor(torch.Size([2])).shape
torch.FloatTensor(np.array([1.0, 2.0]))
torch.FloatTensor(data=[1])
torch.LongTensor([1.5])
torch.LongTensor(np.array([1], dtype=np.int32))
torch.ByteTensor([1, 0])
torch.BoolTensor([1, 0])
torch.IntTensor([1])
torch.ShortTensor([1])
torch.CharTensor([1])
torch.HalfTensor([1])
torch.DoubleTensor([1])
torch.FloatTensor
torch.FloatTensor.dtype
isinstance(x, torch.FloatTensor)
isinstance(x, torch.LongTensor)
x.new(2).shape
x.new([1, 2])
x.new()
x.type()
torch.arange(2).type()
x.type(torch.float64)
x.type("torch.DoubleTensor")
x.type(torch.DoubleTensor)
x.type(torch.FloatTensor) is x
x.type(torch.Tensor)
x.type(dtype=torch.int64)
torch.typename(x)
"""

CONVERSIONS = """
s.item()
torch.tensor([[3]]).item()
int(torch.tensor(-2.7))
float(torch.tensor([1.0]))
complex(s)
bool(torch.tensor([0.0]))
[1, 2, 3, 4][i]
[1, 2, 3, 4][torch.tensor([1])]
range(i)
hex(i)
len(x)
1 in torch.tensor([1, 2])
3 in torch.tensor([1, 2])
torch.tensor(1) in x
{x: 1}[x]
x in [x]
x.tolist(), s.tolist(), torch.tensor([True]).tolist(), r.tolist()
x.numpy()
r.numpy(force=True)
r.detach().numpy()
np.asarray(x)
np.array(x, dtype=np.float64)
np.array([s, s])
np.array([x, x])
np.exp(x)
np.add(x, 1)
np.isnan(x)
np.maximum(x, 2)
np.concatenate([x, x])
np.add(x, 1, out=np.zeros((2, 3)))
np.linalg.norm(x)
x.__array_wrap__(np.ones(2))
np.float64(2) * torch.ones(3)
np.float32(2) * torch.tensor(3.0)
np.float64(2) - torch.ones(3, requires_grad=True)
torch.ones(3) * np.float64(2)
torch.ones(3) + np.arange(3.0)
np.arange(3.0) == torch.arange(3.0)
np.arange(3.0)[torch.tensor([0, 1])]
np.arange(3.0)[torch.tensor([True, False, True])]
"%.2f" % torch.tensor([1.5])
"%d %.1f" % (i, s)
f"{s:.2f} {s} {x}"
x.data
r.data
r.data.requires_grad
copy.copy(r)
copy.copy(r * 1)
copy.deepcopy(r)
pickle.loads(pickle.dumps(r))
pickle.loads(pickle.dumps(r * 1))
pickle.loads(pickle.dumps(torch.device("cuda:1")))
pickle.loads(pickle.dumps(torch.Size([2, 3])))
pickle.loads(pickle.dumps(torch.float16))
math.floor(s)
"""

TYPES = """
x.to("cpu") is x
x.to(torch.device("cpu")) is x
x.to(torch.float64)
x.to(torch.int64)
x.to("cpu", torch.float64)
x.to(device="cpu", dtype=torch.float64)
x.to(dtype=torch.float64)
x.to(torch.ones(1, dtype=torch.int32))
x.to("cpu", copy=True) is x
x.to(torch.float32, True) is x
x.to(torch.float32, False, True) is x
x.to() is x
x.to(float)
x.to(int)
x.to(None)
x.to("cpu", non_blocking=True) is x
x.to(memory_format=torch.preserve_format) is x
x.to(None, torch.float64)
r.to(torch.float64)
x.cpu() is x
x.type_as(torch.arange(2))
x.device
torch.device("cuda:1")
torch.device("cuda", 1), str(torch.device("cuda:1"))
torch.device("cuda:0") == torch.device("cuda")
torch.device("cpu:0") == torch.device("cpu")
torch.device("cpu") == "cpu"
torch.device(type="cuda", index=1), torch.device(torch.device("cpu"))
x.dim(), x.ndimension(), x.ndim
x.numel(), x.nelement(), torch.numel(x)
x.element_size(), x.nbytes, x.itemsize
x.is_cuda, x.is_cpu, x.layout, x.is_sparse, x.is_quantized, x.is_meta
x.stride(), x.stride(0)
torch.zeros(2, 0).stride()
x.storage_offset(), x.is_contiguous()
x.is_floating_point(), x.is_complex(), x.is_signed()
x.get_device(), x.is_inference(), x.is_shared(), x.is_pinned()
x.is_same_size(x), x.is_set_to(x), x.is_set_to(x.clone())
x.real is x
torch.is_tensor(x), torch.is_tensor(1)
torch.is_floating_point(x), torch.is_complex(x), torch.is_nonzero(s)
torch.Size([1, 2]) + (3,), (3,) + torch.Size([1]), torch.Size([1]) * 2, torch.Size([2, 3]).numel()
torch.Size([1, 2])[0:1], torch.Size([1, 2])[0], torch.Size()
x.shape == (2, 3), x.shape == [2, 3]
torch.float, torch.double, torch.long, torch.int, torch.half, torch.bool, torch.short
torch.float32.is_floating_point, torch.float32.itemsize, torch.float32.is_signed
isinstance(torch.float32, torch.dtype)
torch.strided, torch.preserve_format, torch.contiguous_format, torch.channels_last
torch.finfo(torch.float32)
torch.finfo(torch.float16).eps
torch.iinfo(torch.int8)
torch.promote_types(torch.int64, torch.float16)
torch.result_type(torch.ones(2), 1.0)
torch.result_type(torch.arange(2), torch.tensor(1.0, dtype=torch.float64))
torch.result_type(1, 1.5)
torch.can_cast(torch.float32, torch.int64), torch.can_cast(torch.int64, torch.int8), torch.can_cast(torch.int64, torch.bool)
torch.pi, torch.inf, torch.nan, torch.e, torch.newaxis
torch.get_default_dtype(), torch.get_default_device()
torch.cuda.is_available(), torch.cuda.device_count(), torch.cuda.manual_seed_all(0), torch.cuda.manual_seed(0)
torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark, torch.backends.mps.is_available()
torch.accelerator.is_available(), torch.accelerator.current_accelerator()
"""

RANDOM = """
torch.rand(3), torch.rand(2, 2), torch.rand((2,)), torch.rand(())
torch.rand(2, dtype=torch.float64)
torch.rand(size=(2,), requires_grad=True)
torch.rand(2, out=torch.empty(2))
torch.rand(2, generator=g)
torch.randn(3), torch.randn(2, 2), torch.randn(17), torch.randn([2])
torch.randn(2, dtype=torch.float64)
torch.rand_like(x), torch.rand_like(x, dtype=torch.float64)
torch.randn_like(x), torch.randn_like(x, requires_grad=True)
torch.randint(10, (5,)), torch.randint(3, 10, (5,)), torch.randint(0, 10, [2, 2])
torch.randint(low=0, high=10, size=(4,)), torch.randint(high=10, size=(4,)), torch.randint(1, high=10, size=(4,))
torch.randint(0, 10, ()), torch.randint(0, 10, (4,), dtype=torch.float32), torch.randint(0, 2, (4,), dtype=torch.bool)
torch.randint_like(x, 10), torch.randint_like(x, 3, 10), torch.randint_like(x, low=3, high=10)
torch.randperm(5), torch.randperm(n=3), torch.randperm(0), torch.randperm(5, dtype=torch.float32)
torch.randperm(5, generator=g)
torch.normal(0, 1, (3,)), torch.normal(mean=1.0, std=2.0, size=(2, 3)), torch.normal(2, 3, size=(1, 4), dtype=torch.float64)
torch.normal(x), torch.normal(x, 1), torch.normal(x, x), torch.normal(0.0, x)
torch.normal(r, 1.0), torch.normal(0.0, r), torch.normal(r, r)
torch.bernoulli(x / 5), torch.bernoulli(x, 0.3), x.bernoulli(0.5), x.bernoulli(p=0.5)
torch.bernoulli(r / 2)
torch.multinomial(x + 1, 2), torch.multinomial(x, 4, True), torch.multinomial(x, 4, replacement=True), x.multinomial(1)
torch.empty(3).normal_(), torch.empty(3).normal_(1, 2), torch.empty(3).normal_(mean=0, std=1)
torch.empty(3).uniform_(), torch.empty(3).uniform_(-1, 1), torch.empty(3).uniform_(to=2)
torch.empty(3).random_(), torch.empty(3).random_(10), torch.empty(3).random_(3, 10), torch.empty(3).random_(to=7)
torch.empty(3, dtype=torch.int64).random_(), torch.empty(3, dtype=torch.uint8).random_(2)
torch.empty(3).bernoulli_(), torch.empty(3).bernoulli_(0.3), torch.empty(3).bernoulli_(torch.ones(3) / 2)
torch.empty(3).exponential_(), torch.empty(3).exponential_(lambd=2.0)
torch.empty(3).geometric_(0.5), torch.empty(3).cauchy_(), torch.empty(3).log_normal_()
torch.empty(3).normal_(generator=g)
r.data.normal_(), r
(r * 1).normal_().grad_fn.name(), (r * 1).uniform_().grad_fn.name(), (r * 1).exponential_().grad_fn.name()
(r * 1).random_().grad_fn.name(), (r * 1).random_(3).grad_fn.name(), (r * 1).random_(1, 3).grad_fn.name()
(r * 1).bernoulli_().grad_fn.name(), (r * 1).bernoulli_(r / 2).grad_fn.name(), (r * 1).log_normal_().grad_fn.name()
(r * 1).cauchy_().grad_fn.name(), (r * 1).geometric_(0.5).grad_fn.name()
torch.autograd.grad((r * 1).normal_().sum(), r), torch.autograd.grad(torch.normal(r, r).sum(), r)
torch.autograd.grad(torch.bernoulli(r / 2).sum(), r)
torch.empty(2).normal_()._version
torch.manual_seed(5).initial_seed(), torch.initial_seed(), torch.random.initial_seed()
torch.manual_seed(-1).initial_seed()
torch.manual_seed(1.5).initial_seed(), torch.manual_seed("1").initial_seed()
torch.manual_seed(np.int64(3)).initial_seed(), torch.manual_seed(torch.tensor(3)).initial_seed()
torch.manual_seed(0) is torch.default_generator
torch.get_rng_state().shape, torch.get_rng_state().dtype, torch.get_rng_state().sum()
torch.set_rng_state(torch.get_rng_state())
torch.Generator().initial_seed(), torch.Generator("cpu").device, torch.Generator(device="cpu").get_state().sum()
torch.Generator().manual_seed(3).initial_seed()
g.set_state(g.get_state()) is g
torch.rand(2, generator=torch.Generator().manual_seed(3).clone_state())
torch.seed() == torch.initial_seed()
"""

# The call, and words that stand in both messages. "" where PyTorch's message is its list of signatures, or is not its own.
ERRORS = [
    ('torch.tensor("a")', "invalid data type 'str'"),
    ('torch.tensor(["a"])', "too many dimensions 'str'"),
    ('torch.tensor([1, "a"])', "invalid data type 'str'"),
    ('torch.tensor([b"ab"])', "invalid data type 'bytes'"),
    ("torch.tensor([None])", "Could not infer dtype of NoneType"),
    ("torch.tensor({1, 2})", "Could not infer dtype of set"),
    ("torch.tensor(x for x in [1])", "Could not infer dtype of generator"),
    ("torch.tensor([object()])", "Could not infer dtype of object"),
    ("torch.tensor([[1, 2], [3]])", "expected sequence of length 2 at dim 1 (got 1)"),
    ("torch.tensor([np.arange(2), np.arange(3)])", "expected sequence of length 2 at dim 1 (got 3)"),
    ("torch.tensor([[1, 2], 3])", "not a sequence"),
    ("torch.tensor([1, [2]])", "'list' object cannot be interpreted as an integer"),
    ("torch.tensor([1, 2.5, [2]])", "must be real number, not list"),
    ("torch.tensor(2**63)", "Overflow when unpacking long"),
    ("torch.tensor([300], dtype=torch.uint8)", "value cannot be converted to type uint8 without overflow"),
    ("torch.tensor(-1.5, dtype=torch.uint8)", "value cannot be converted to type uint8 without overflow"),
    ("torch.tensor([2**40], dtype=torch.int32)", "value cannot be converted to type int32 without overflow"),
    ('torch.tensor([float("nan")], dtype=torch.int64)', "value cannot be converted to type int64 without overflow"),
    ("torch.tensor([torch.tensor([1, 2])])", "only integer tensors of a single element can be converted to an index"),
    ("torch.tensor([torch.ones(2)])", "only one element tensors can be converted to Python scalars"),
    ("torch.tensor(np.arange(3)[::-1])", "At least one stride in the given numpy array is negative"),
    ('torch.tensor(np.array(["a"]))', "can't convert np.ndarray of type"),
    ("torch.tensor(np.array([None]))", "can't convert np.ndarray of type"),
    ('torch.tensor(np.array([1], dtype=">i4"))', "byte order different from the native byte order"),
    ('torch.tensor([1], dtype="float32")', "argument 'dtype' must be torch.dtype, not str"),
    ("torch.tensor([1], dtype=np.float32)", "argument 'dtype' must be torch.dtype, not type"),
    ("torch.tensor([1], requires_grad=True)", "Only Tensors of floating point and complex dtype can require gradients"),
    ("torch.tensor([1.0], requires_grad=1)", "argument 'requires_grad' must be bool, not int"),
    ("torch.tensor([1.0], pin_memory=True)", "pin_memory=True requires a CUDA or other accelerator backend"),
    ('torch.tensor([1], device="cuda")', "Torch not compiled with CUDA enabled"),
    ('torch.tensor([1], device="foo")', "device type at start of device string: foo"),
    ("torch.tensor([1], device=0)", "Cannot access accelerator device when none is available."),
    ("torch.tensor()", ""),
    ("torch.tensor([1], float)", "takes 1 positional argument but 2 were given"),
    ("torch.tensor([1], foo=1)", "got an unexpected keyword argument 'foo'"),
    ("torch.as_tensor([1], requires_grad=True)", "got an unexpected keyword argument 'requires_grad'"),
    ("torch.from_numpy([1])", "expected np.ndarray (got list)"),
    ("torch.from_numpy(np.float32(1))", "expected np.ndarray (got numpy.float32)"),
    ("torch.from_numpy(np.arange(3)[::-1])", "At least one stride in the given numpy array is negative"),
    ("torch.zeros()", 'missing 1 required positional arguments: "size"'),
    ("torch.zeros(2, [3])", ""),
    ("torch.zeros(-1)", "Dimension size must be non-negative."),
    ("torch.empty(-1)", "Trying to create tensor with negative dimension -1: [-1]"),
    ("torch.zeros(2.0)", "argument 'size' (position 1) must be tuple of ints, not float"),
    ("torch.zeros(True)", "argument 'size' (position 1) must be tuple of ints, not bool"),
    ("torch.zeros(None)", "argument 'size' (position 1) must be tuple of ints, not NoneType"),
    ("torch.zeros(np.array([2, 3]))", "argument 'size' (position 1) must be tuple of ints, not"),
    ("torch.zeros(torch.tensor([3, 2]))", "argument 'size' (position 1) must be tuple of ints, not Tensor"),
    ("torch.zeros(2, dtype=torch.int64, requires_grad=True)", "Only Tensors of floating point and complex dtype"),
    ("torch.zeros(10**15)", "can't allocate memory"),
    ("torch.ones(2**62, 4)", "Storage size calculation overflowed"),
    ("torch.full(2, 3)", "argument 'size' (position 1) must be tuple of ints, not int"),
    ('torch.full((2,), "a")', "argument 'fill_value' (position 2) must be Number, not str"),
    ("torch.full((2,), 300, dtype=torch.uint8)", "value cannot be converted to type uint8_t without overflow"),
    ("torch.full_like(torch.arange(2, dtype=torch.uint8), 300)", "value cannot be converted to type uint8_t without overflow"),
    ("torch.zeros_like([1])", "argument 'input' (position 1) must be Tensor, not list"),
    ('torch.ones_like(x, device="cuda")', "Torch not compiled with CUDA enabled"),
    ("x.new_zeros()", 'missing 1 required positional arguments: "size"'),
    ("x.new_full(2, 3)", "argument 'size' (position 1) must be tuple of ints, not int"),
    ("torch.eye(-1)", "n must be greater or equal to 0, got -1"),
    ("torch.eye(2, -1)", "m must be greater or equal to 0, got -1"),
    ("torch.eye(2.5)", ""),
    ("torch.arange(1, 2, 0)", "step must be nonzero"),
    ("torch.arange(5, 1)", "upper bound and lower bound inconsistent with step sign"),
    ('torch.arange(float("inf"))', "unsupported range: 0 -> inf"),
    ("torch.arange(0, 1e30)", "invalid size, possible overflow?"),
    ('torch.arange("a")', "must be Number, not str"),
    ("torch.arange()", "received an invalid combination of arguments"),
    ("torch.arange(0, 10, 3, requires_grad=True)", "Only Tensors of floating point and complex dtype can require gradients"),
    ("torch.arange(5, dtype=torch.bool)", "\"arange_cpu\" not implemented for 'Bool'"),
    ("torch.linspace(0, 1)", ""),
    ("torch.linspace(0, 1, -1)", "number of steps must be non-negative"),
    ("torch.linspace(0, 1, 2.5)", "received an invalid combination of arguments"),
    (
        "torch.linspace(torch.tensor([0.0]), 1, 3)",
        "only supports 0-dimensional start and end tensors, but got start with 1 dimension(s).",
    ),
    ("torch.FloatTensor(torch.tensor([1]))", "expected"),
    ("torch.FloatTensor(3.0)", "data must be a sequence (got float)"),
    ('torch.FloatTensor("a")', "invalid data type 'str'"),
    ("torch.FloatTensor(None)", "data must be a sequence (got NoneType)"),
    ("torch.FloatTensor(-1)", "Trying to create tensor with negative dimension -1: [-1]"),
    ("torch.FloatTensor([[1], [1, 2]])", "expected sequence of length 1 at dim 1 (got 2)"),
    ("torch.Tensor(True)", "data must be a sequence (got bool)"),
    ("torch.cuda.FloatTensor(2)", "Torch not compiled with CUDA enabled"),
    ('x.type("torch.FooTensor")', "invalid type: 'torch.FooTensor'"),
    ("x.type(float)", ""),
    ("x.item()", "a Tensor with 6 elements cannot be converted to Scalar"),
    ("torch.tensor([]).item()", "a Tensor with 0 elements cannot be converted to Scalar"),
    ("float(x)", "only one element tensors can be converted to Python scalars"),
    ("int(x)", "only one element tensors can be converted to Python scalars"),
    ('int(torch.tensor(float("nan")))', "cannot convert float NaN to integer"),
    ("bool(x)", "Boolean value of Tensor with more than one value is ambiguous"),
    ("bool(torch.tensor([]))", "Boolean value of Tensor with no values is ambiguous"),
    ("[1, 2][s]", "only integer tensors of a single element can be converted to an index"),
    ("[1, 2][torch.tensor([1, 2])]", "only integer tensors of a single element can be converted to an index"),
    ("len(s)", "len() of a 0-d tensor"),
    ("iter(s)", "iteration over a 0-d tensor"),
    ('"a" in x', "Tensor.__contains__ only supports Tensor or scalar, but you passed in a <class 'str'>."),
    ("r.numpy()", "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."),
    ("np.asarray(r)", "Can't call numpy() on Tensor that requires grad."),
    ("np.exp(r)", "Can't call numpy() on Tensor that requires grad."),
    ('f"{x:.2f}"', "unsupported format string passed to Tensor.__format__"),
    ('"%.2f" % x', "only one element tensors can be converted to Python scalars"),
    (
        "copy.deepcopy(r * 1)",
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.",
    ),
    ("x.foo", "'Tensor' object has no attribute 'foo'"),
    ("round(s)", "type Tensor doesn't define __round__ method"),
    ('setattr(x, "data", [1])', "Variable data has to be a tensor, but got list"),
    (
        'setattr(r, "data", torch.arange(2))',
        "data set to a tensor that requires gradients must be floating point or complex dtype",
    ),
    ('delattr(x, "data")', "Deleting tensor data is not allowed. Delete tensor instead!"),
    ('setattr(x, "device", "cpu")', ""),
    ('setattr(x, "shape", (3, 2))', ""),
    ("x.imag", "imag is not implemented for tensors with non-complex dtypes."),
    ('x.to("cuda")', "Torch not compiled with CUDA enabled"),
    ("x.to(0)", "Cannot access accelerator device when none is available."),
    ('x.to("mps")', "PyTorch is not linked with support for mps devices"),
    ('x.to("float32")', "Invalid device string: 'float32'"),
    ("x.to(np.float32)", ""),
    ("x.to(torch.float64, torch.float32)", "received an invalid combination of arguments"),
    ("x.to(other=x)", "received an invalid combination of arguments"),
    ("x.cuda()", "Torch not compiled with CUDA enabled"),
    ("x.cuda(0)", "Cannot access accelerator device when none is available."),
    ("x.stride(5)", "Dimension out of range (expected to be in range of [-2, 1], but got 5)"),
    ('torch.device("foo")', "device type at start of device string: foo"),
    ('torch.device("cuda:a")', "Invalid device string: 'cuda:a'"),
    ('torch.device("")', "Device string must not be empty"),
    ('torch.device("cuda:0", 1)', "type (string) must not include an index because index was passed explicitly: cuda:0"),
    ("torch.device()", ""),
    ("torch.device(None)", "received an invalid combination of arguments"),
    ("torch.Size([1.5])", "torch.Size() takes an iterable of 'int' (item 0 is 'float')"),
    ("torch.Size([1, 2]) + [1]", "can only concatenate tuple (not list) to torch.Size"),
    ("torch.is_floating_point(1)", "argument 'input'"),
    ("torch.is_nonzero(x)", "Boolean value of Tensor with more than one value is ambiguous"),
    ("torch.cuda.current_device()", "Torch not compiled with CUDA enabled"),
    ("torch.set_default_dtype(torch.int64)", "only floating-point types are supported as the default type"),
    ("torch.finfo(torch.int64)", "torch.finfo() requires a floating point input type."),
    ("torch.iinfo(torch.float32)", "torch.iinfo() requires an integer input type."),
    ("torch.set_num_threads(0)", "set_num_threads expects a positive integer"),
    ("torch.manual_seed(2**64)", "Overflow when unpacking long"),
    ('torch.rand(2, generator="a")', "received an invalid combination of arguments"),
    ("torch.rand()", ""),
    ("torch.rand(2.5)", "argument 'size' (position 1) must be tuple of ints, not float"),
    ("torch.rand(-1)", "Trying to create tensor with negative dimension -1: [-1]"),
    ("torch.rand(2, dtype=torch.int64)", "\"check_uniform_bounds\" not implemented for 'Long'"),
    ("torch.randn_like(torch.arange(2))", "\"normal_kernel_cpu\" not implemented for 'Long'"),
    ('torch.rand(2, device="cuda")', "Torch not compiled with CUDA enabled"),
    ("torch.randn_like([1])", "argument 'input' (position 1) must be Tensor, not list"),
    ("torch.randint(10)", "received an invalid combination of arguments"),
    ("torch.randint(5, 5, (2,))", "expects 'from' to be less than 'to', but got from=5 >= to=5"),
    ("torch.randint(0, 5.5, (2,))", "received an invalid combination of arguments"),
    ("torch.randint(0, 10, 2)", "received an invalid combination of arguments"),
    ("torch.randint(0, 300, (2,), dtype=torch.uint8)", "to - 1 is out of bounds for unsigned char"),
    ("torch.randint(10, (2,), requires_grad=True)", "Only Tensors of floating point and complex dtype can require gradients"),
    ("torch.randperm(-1)", "Trying to create tensor with negative dimension -1: [-1]"),
    ("torch.randperm(2.5)", "argument 'n' (position 1) must be int, not float"),
    ("torch.randperm(300, dtype=torch.uint8)", "value cannot be converted to type uint8_t without overflow"),
    ("torch.normal(0.0, 1.0)", "received an invalid combination of arguments"),
    ("torch.normal(x, -1)", "normal expects std >= 0.0, but found std -1"),
    ("torch.normal(x, -x)", "normal expects all elements of std >= 0.0"),
    ("torch.normal(torch.arange(3), 1.0)", "\"normal_kernel_cpu\" not implemented for 'Long'"),
    ("torch.bernoulli(x)", "Expected p_in >= 0 && p_in <= 1 to be true, but got false"),
    ("torch.bernoulli(0.5)", "must be Tensor, not float"),
    ("torch.multinomial(x, 4)", "cannot sample n_sample > prob_dist.size(-1) samples without replacement"),
    ("torch.multinomial(-x, 1)", "probability tensor contains either `inf`, `nan` or element < 0"),
    ("torch.multinomial(torch.arange(3), 1)", "multinomial only supports floating-point dtypes for input, got: Long"),
    ("torch.multinomial(x, 0)", "cannot sample n_sample <= 0 samples"),
    ("torch.multinomial(x, 1.5)", "argument 'num_samples' (position 2) must be int, not float"),
    ("r.normal_()", "a leaf Variable that requires grad is being used in an in-place operation."),
    ("x.normal_(0, -1)", "normal expects std >= 0.0, but found std -1"),
    ("x.uniform_(a=-1, b=1)", "got an unexpected keyword argument 'a'"),
    ("x.uniform_(1, -1)", "uniform_ expects to return a [from, to) range, but found from=1 > to=-1"),
    ("x.random_(0)", "expects 'from' to be less than 'to', but got from=0 >= to=0"),
    ("x.random_(from_=1)", "received an invalid combination of arguments"),
    ("x.bernoulli_(p=2)", "bernoulli_ expects p to be in [0, 1], but got p=2"),
    ("x.exponential_(-1.0)", "exponential_ expects lambda > 0.0, but found lambda=-1"),
    ("torch.set_rng_state([1])", "expected a torch.ByteTensor, but got list"),
    ("torch.set_rng_state(torch.zeros(5056))", "RNG state must be a torch.ByteTensor"),
    ("torch.set_rng_state(torch.zeros(3, dtype=torch.uint8))", "found the input RNG state size to be 3"),
    ("torch.autograd.Variable([1])", "Variable data has to be a tensor, but got list"),
]

GROUPS = {
    "tensor": TENSOR,
    "filled": FILLED,
    "ranges": RANGES,
    "legacy": LEGACY,
    "conversions": CONVERSIONS,
    "types": TYPES,
    "random": RANDOM,
}
VALUES = [case for text in GROUPS.values() for case in text.strip().splitlines()]
RANDOM_VALUES = RANDOM.strip().splitlines()


def outcome(torch: Any, case: str) -> list[str]:
    """What a case prints, or the class of its error and the message."""
    x, s, i = torch.arange(6.0).reshape(2, 3), torch.tensor(2.5), torch.tensor(3)
    r, g = torch.tensor([1.0, 2.0], requires_grad=True), torch.Generator()
    torch.manual_seed(0)
    names = {"torch": torch, "np": np, "copy": copy, "math": math, "pickle": pickle, "x": x, "s": s, "i": i, "r": r, "g": g}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ["value", re.sub(r"(0x)[0-9a-f]+", r"\1", repr(eval(case, names)))]
        except Exception as error:
            known = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
            return [known, str(error)]
