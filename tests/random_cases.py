"""Sequences of random draws, and the two ways to run one: here and in PyTorch.

A draw is (name, shape, dtype, layout, arguments). The layout says how the array that is filled lies in memory: "C" in
order, "T" transposed, "S" every second element of a larger one. Draws that make their array ignore what they do not need.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from tinygrad_loss.kernels.random_stream import Stream

Draw = tuple[str, tuple[int, ...], str, str, tuple[Any, ...]]


def d(name: str, shape: Any = (), dtype: str = "float32", *args: Any, layout: str = "C") -> Draw:
    return name, (shape,) if isinstance(shape, int) else tuple(shape), dtype, layout, args


def target(shape: tuple[int, ...], dtype: str, layout: str) -> np.ndarray[Any, Any]:
    if layout == "T":
        return np.zeros(shape[::-1], dtype).T
    if layout == "S":
        return np.zeros((*shape[:-1], 2 * shape[-1]), dtype)[..., ::2] if shape else np.zeros((), dtype)
    return np.zeros(shape, dtype)


def weights(shape: tuple[int, ...], dtype: str) -> np.ndarray[Any, Any]:
    """Probabilities that any machine makes alike: multiples of 1/64, among them 0 and 1."""
    count = int(np.prod(shape))
    return ((np.arange(count) * 37 % 65) / 64).reshape(shape).astype(dtype)


def draw_ours(stream: Stream, draw: Draw) -> np.ndarray[Any, Any]:
    name, shape, dtype, layout, args = draw
    if name.endswith("_"):
        out = target(shape, dtype, layout)
        if name == "bernoulli_" and args and isinstance(args[0], str):
            args = (weights(shape, args[0]),)
        assert getattr(stream, name)(out, *args) is out
        return out
    if name in ("rand", "randn"):
        return getattr(stream, name)(shape, dtype)
    if name == "randint":
        return stream.randint(*args, shape, dtype)
    if name == "randperm":
        return stream.randperm(*args, dtype)
    if name == "bernoulli":
        return stream.bernoulli(weights(shape, dtype))
    if name == "dropout":
        x = target(shape, dtype, layout)
        x[...] = 1
        return x * stream.dropout_mask(x, *args)
    if name == "multinomial":
        return stream.multinomial(weights(shape, dtype), *args)
    if name == "normal":  # args: a number or a dtype for the mean, and for the std
        return stream.normal(*(weights(shape, a) if isinstance(a, str) else a for a in args))
    if name == "random_seed":
        return np.array(stream.random_seed())
    raise AssertionError(name)


def draw_torch(torch: Any, generator: Any, draw: Draw) -> np.ndarray[Any, Any]:
    name, shape, dtype, layout, args = draw
    kind = getattr(torch, dtype)
    if name.endswith("_"):
        out = torch.from_numpy(target(shape, dtype, layout))
        if name == "bernoulli_" and args and isinstance(args[0], str):
            args = (torch.from_numpy(weights(shape, args[0])),)
        return getattr(out, name)(*args, generator=generator).numpy()
    if name in ("rand", "randn"):
        return getattr(torch, name)(shape, dtype=kind, generator=generator).numpy()
    if name == "randint":
        return torch.randint(*args, shape, dtype=kind, generator=generator).numpy()
    if name == "randperm":
        return torch.randperm(*args, dtype=kind, generator=generator).numpy()
    if name == "bernoulli":
        return torch.bernoulli(torch.from_numpy(weights(shape, dtype)), generator=generator).numpy()
    if name == "dropout":  # knows the default generator only
        x = torch.from_numpy(target(shape, dtype, layout))
        x.fill_(1)
        before = torch.get_rng_state()
        torch.set_rng_state(generator.get_state())
        dropped = torch.nn.functional.dropout(x, *args)
        generator.set_state(torch.get_rng_state())
        torch.set_rng_state(before)
        return dropped.numpy()
    if name == "multinomial":
        return torch.multinomial(torch.from_numpy(weights(shape, dtype)), *args, generator=generator).numpy()
    if name == "normal":
        given = (torch.from_numpy(weights(shape, a)) if isinstance(a, str) else a for a in args)
        return torch.normal(*given, generator=generator).numpy()
    if name == "random_seed":
        return torch.empty((), dtype=torch.int64).random_(generator=generator).numpy()
    raise AssertionError(name)


LOW, HIGH = -(2**63), 2**63 - 1
INTEGERS = ("int64", "int32", "int16", "int8", "uint8")
FLOATS = ("float64", "float32", "float16")

CASES: dict[str, tuple[int, list[Draw]]] = {
    "uniform": (0, [d("rand", 7), d("rand", (2, 3)), d("rand"), d("rand", 0), d("rand", 5, "float64"), d("rand", 40, "float16")]),
    "uniform range": (1, [d("uniform_", 40, k, *r) for k in FLOATS for r in ((-0.3, 0.3), (0.1, 0.7), (-1 / 3, 2), (3, 3))]),
    "uniform memory": (2, [d("uniform_", (3, 4), k, layout=o) for k in FLOATS for o in "CTS"]),
    "normal small": (3, [d("randn", n, k) for k in FLOATS for n in (1, 4, 0, 15, 3)]),
    "normal large": (4, [d("randn", n, k) for k in FLOATS for n in (16, 17, 31, 32, 40)]),
    "normal kept": (
        5,
        [d("randn", 3), d("randn", 20), d("rand", 2), d("randn", 2), d("log_normal_", 3), d("randn", 1, "float64")],
    ),
    "normal moments": (6, [d("normal_", n, k, *m) for k in FLOATS for n in (5, 40) for m in ((0.5, 2.3), (-3, 0.01), (1, 0))]),
    "normal memory": (7, [d("normal_", (5, 4), k, layout=o) for k in FLOATS for o in "CTS"]),
    "normal arrays": (
        8,
        [
            d("normal", n, "float32", *a)
            for n in (6, 24)
            for a in (("float32", "float32"), ("float32", 1.5), (0.7, "float64"), ("float32", "float64"), ("float64", "float32"))
        ],
    ),
    "randint": (9, [d("randint", (3, 4), k, *b) for k in (*INTEGERS, *FLOATS) for b in ((0, 10), (5, 6), (2, 127))]),
    "randint signed": (10, [d("randint", 9, k, -7, 100) for k in ("int64", "int32", "int16", "int8", "float32", "float64")]),
    "randint wide": (
        11,
        [d("randint", 5, "int64", *b) for b in ((0, 2**28 - 1), (0, 2**28), (-5, 2**28), (LOW, HIGH), (0, HIGH), (0, 2**40))]
        + [
            d("randint", 5, "int32", -(2**31), 2**31 - 1),
            d("randint", 5, "float64", 0, 2**53),
            d("randint", 5, "float32", 0, 2**24),
        ],
    ),
    "randint bool": (
        12,
        [d("randint", 9, "bool", 0, 2), d("randint", 9, "uint16", 0, 60000), d("randint", 9, "uint64", 3, 2**62)],
    ),
    "random": (13, [d("random_", 6, k) for k in (*INTEGERS, *FLOATS, "bool")]),
    "random from": (
        14,
        [d("random_", 6, k, 3, None) for k in (*INTEGERS, *FLOATS)]
        + [d("random_", 3, k, LOW, None) for k in ("int64", "float32", "float64")],
    ),
    "random memory": (15, [d("random_", (3, 4), "int64", 0, 100, layout=o) for o in "CTS"]),
    "permutation": (
        16,
        [d("randperm", (), "int64", n) for n in (0, 1, 2, 10, 40)]
        + [d("randperm", (), k, 30) for k in ("int32", "uint8", *FLOATS)]
        + [d("randperm", (), "int8", 128)],
    ),
    "bernoulli": (17, [d("bernoulli", (4, 5), k) for k in FLOATS]),
    "bernoulli number": (
        18,
        [d("bernoulli_", 20, k, p) for k in ("float32", "int64", "bool", "float64") for p in (0.3, 0.0, 1.0)],
    ),
    "bernoulli array": (
        19,
        [
            d("bernoulli_", (4, 5), k, q, layout=o)
            for k, q in (("float32", "float64"), ("int64", "float32"), ("bool", "float16"))
            for o in "CTS"
        ],
    ),
    "dropout": (
        20,
        [
            d("dropout", (4, 5), k, p, layout=o)
            for k in FLOATS
            for p, o in ((0.5, "C"), (0.2, "T"), (0.9, "S"), (0.0, "C"), (1.0, "C"), (0.3, "C"))
        ],
    ),
    "multinomial": (
        21,
        [d("multinomial", s, k, *a) for k in FLOATS for s in (8, (3, 8)) for a in ((1,), (5,), (5, True), (1, True), (20, True))],
    ),
    "exponential": (22, [d("exponential_", 20, k, *a) for k in FLOATS for a in ((), (2.5,))]),
    "log normal": (23, [d("log_normal_", n, k, *a) for k in FLOATS for n in (5, 20) for a in ((), (0.1, 0.4))]),
    "geometric": (24, [d("geometric_", 20, k, p) for k in ("float32", "int64", "int32", "float64") for p in (0.2, 0.9)]),
    "cauchy": (25, [d("cauchy_", 20, k, *a) for k in ("float32", "float64") for a in ((), (1.0, 2.5))]),
    "mixed": (
        -26,
        [
            d("random_seed"),
            d("randperm", (), "int64", 7),
            d("randn", 3),
            d("rand", 3),
            d("randn", 1),
            d("randint", 5, "int64", 0, 9),
            d("dropout", 9, "float32", 0.4),
            d("randn", 33),
            d("randn", 2, "float64"),
            d("multinomial", 6, "float32", 2),
            d("bernoulli", 6),
            d("random_seed"),
        ],
    ),
    "large": (
        2**64 - 27,
        [d("rand", 3000), d("randn", 5000), d("randint", 3000, "int64", 0, 1000), d("randn", 3001, "float64"), d("rand", 5)],
    ),
}


def excerpt(values: np.ndarray[Any, Any]) -> list[Any]:
    """The values as a list; about 40 of them if there are many."""
    flat = values.ravel()
    return [values.dtype.name, list(values.shape), flat[:: max(1, flat.size // 40)].tolist()]


KEPT = slice(5024, 5032)
"""Where a state has the second normal of a pair: the one number whose last digit hangs on the C library's sine."""


def state_digest(state: np.ndarray[Any, Any]) -> list[Any]:
    """A hash of the state but for the kept normal, and that."""
    rest = state.copy()
    rest[KEPT] = 0
    return [hashlib.sha256(rest.tobytes()).hexdigest(), float(state[KEPT].copy().view(np.float64)[0])]


def assert_same(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any], what: object) -> None:
    """Equal bit for bit; float64, where logarithms and sines enter, to 14 digits."""
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), what
    if ours.dtype == np.float64:
        np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-14, err_msg=str(what))
    else:
        np.testing.assert_array_equal(ours, theirs, err_msg=str(what))
