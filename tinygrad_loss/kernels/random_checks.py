"""What the random draws refuse, in PyTorch's words."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np

Kind = np.dtype[Any]

INT64 = np.iinfo(np.int64)

FLOATS = frozenset({"float64", "float32", "float16"})
SIGNED = FLOATS | {"int64", "int32", "int16", "int8", "uint8"}
"""Every dtype but bool and the wider unsigned integers, which PyTorch hardly supports."""

# The names by which PyTorch's messages call a type: its own, and C's.
_NAMES = {
    "float64": ("Double", "double"),
    "float32": ("Float", "float"),
    "float16": ("Half", "c10::Half"),
    "int64": ("Long", "long"),
    "int32": ("Int", "int"),
    "int16": ("Short", "short"),
    "int8": ("Char", "signed char"),
    "uint8": ("Byte", "unsigned char"),
    "bool": ("Bool", "bool"),
    "uint16": ("UInt16", "short unsigned int"),
    "uint32": ("UInt32", "unsigned int"),
    "uint64": ("UInt64", "long unsigned int"),
}


def names(kind: Kind) -> tuple[str, str]:
    """PyTorch's name of the type in messages, and C's.

    >>> names(np.dtype(np.uint8))
    ('Byte', 'unsigned char')
    """
    return _NAMES.get(kind.name, (str(kind), str(kind)))


def check_supported(function: str, kernel: str, kind: Kind, kinds: frozenset[str]) -> None:
    """NotImplementedError unless the dtype is among ``kinds``.

    >>> check_supported("normal_", "normal_kernel_cpu", np.dtype(int), FLOATS)
    Traceback (most recent call last):
    NotImplementedError: normal_: "normal_kernel_cpu" not implemented for 'Long'; use float64, float32 or float16
    """
    if kind.name not in kinds:
        use = "float64, float32 or float16" if kinds is FLOATS else "another dtype, such as int64"
        raise NotImplementedError(f"{function}: \"{kernel}\" not implemented for '{names(kind)[0]}'; use {use}")


def check_continuous(distribution: str, kind: Kind) -> None:
    """RuntimeError unless the dtype is a floating one."""
    if kind.name not in FLOATS:
        raise RuntimeError(
            f"{distribution} distribution is a continuous probability distribution. "
            f"dtype must be a floating point but you specified {names(kind)[0]}"
        )


def check_std(std: float) -> None:
    """RuntimeError if a standard deviation is negative."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}; pass its absolute value")


def to_int64(name: str, value: int) -> int:
    """The value as an int that 64 bits hold; ValueError for a larger one, TypeError for what is no int."""
    number = operator.index(value)
    if not INT64.min <= number <= INT64.max:
        raise ValueError(f"random_: Overflow when unpacking long long: {name}={number} is outside [-2**63, 2**63)")
    return number


def largest(kind: Kind) -> int:
    """The largest integer that ``random_()`` draws: the dtype's own, or 2**digits of a floating one.

    >>> largest(np.dtype(np.int8)), largest(np.dtype(np.float32)) == 2**24
    (127, True)
    """
    if kind.kind == "f":
        return 1 << (np.finfo(kind).nmant + 1)
    return 1 if kind.kind == "b" else int(np.iinfo(kind).max)


def float_range(kind: Kind, first: int, end: int, move_end: bool) -> tuple[int, int]:
    """[first, end) narrowed to bounds that the floating dtype holds, so that no draw rounds to a number outside.

    >>> float_range(np.dtype(np.float16), 0, 65504, True)
    (0, 65472)
    """
    digits = np.finfo(kind).nmant + 1

    def rounded(value: int) -> int | None:
        with np.errstate(over="ignore"):
            near = kind.type(value)
        return int(near) if np.isfinite(near) else None

    def gap(value: int) -> int:
        return 1 << (abs(value).bit_length() - digits)

    after = rounded(first + 1)
    if after is not None and after < first:
        first = after + gap(first + 1)
    before = rounded(end - 1)
    if move_end and before is not None and before >= end:
        end = before - gap(end - 1)
    if not first < end:
        raise RuntimeError(
            f"random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from={first} >= to={end}"
        )
    return first, end


def check_range(kind: Kind, first: int, last: int) -> None:
    """RuntimeError if the dtype does not hold both integers; a warning if it does not hold all between them.

    >>> check_range(np.dtype(np.uint8), 0, 299)
    Traceback (most recent call last):
    RuntimeError: random_: to - 1 is out of bounds for unsigned char: 299 is outside [0, 255]
    """
    low: float
    high: float
    if kind.kind == "f":
        high = float(np.finfo(kind).max)
        low = -high
    elif kind.kind == "b":
        low, high = 0, 1
    else:
        low, high = int(np.iinfo(kind).min), min(int(np.iinfo(kind).max), INT64.max)
    for name, value in (("from", first), ("to - 1", last)):
        if not low <= value <= high:
            raise RuntimeError(f"random_: {name} is out of bounds for {names(kind)[1]}: {value} is outside [{low:g}, {high:g}]")
    for name, value in (("from", first), ("to - 1", last)):
        if kind.kind == "f" and abs(value) > largest(kind):
            warnings.warn(
                f"{name} is out of bounds [-(2^{np.finfo(kind).nmant + 1}), 2^{np.finfo(kind).nmant + 1}]. Due to "
                f"precision limitations {names(kind)[1]} can support discrete uniform distribution only within this range.",
                UserWarning,
                stacklevel=3,
            )


def check_permutation(n: int, kind: Kind) -> None:
    """RuntimeError unless the dtype tells 0, ..., n - 1 apart."""
    if n < 0:
        raise RuntimeError(f"randperm: n must be non-negative. Trying to create tensor with negative dimension {n}: [{n}]")
    check_supported("randperm", "randperm", kind, SIGNED)
    if n <= largest(kind) + 1:
        return
    if kind.kind == "f":
        limit = "2049" if kind == np.float16 else f"2^{np.finfo(kind).nmant + 1}+1"
        raise RuntimeError(f"randperm: n cannot be greater than {limit} for {names(kind)[0]} type, got n={n}; use dtype int64")
    raise RuntimeError(f"randperm: value cannot be converted to type {kind}_t without overflow: n={n}; use dtype int64")
