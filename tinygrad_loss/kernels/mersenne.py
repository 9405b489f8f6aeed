"""The Mersenne Twister with PyTorch's seeding, its two word sizes and its saved state.

PyTorch's CPU generator is MT19937, the generator of NumPy's legacy ``RandomState``: the same seed gives the same
32-bit words. NumPy draws the words, in C; this file keeps PyTorch's account of them, so that a state can be carried
from the one to the other, byte for byte.

M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
"""

from __future__ import annotations

import operator
import os
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_SEED = 67280421310721
"""The seed of a new ``torch.Generator()``."""

WORDS = 624
_BULK = 2048
_U64 = (1 << 64) - 1
_F24 = np.float32(2.0**-24)
_F53 = 2.0**-53

# The C struct behind torch.get_rng_state(); its one float32 slot is never used on the CPU.
_STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "words", "normal", "normal_is_valid"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", (WORDS,)), "<f8", "<i4"],
        "offsets": [0, 8, 12, 16, 24, 24 + 8 * WORDS + 8, 24 + 8 * WORDS + 24],
        "itemsize": 5056,
    }
)


class Mersenne:
    """A stream of 32-bit words, and of the uniforms in [0, 1) that are made of them.

    ``seed=None`` seeds from the operating system. Nothing is computed before the first use, so that a module may hold
    a stream at no cost. Safe to share among threads: every method takes the words it needs in one piece.

    >>> from tinygrad_loss.kernels.mersenne import Mersenne
    >>> Mersenne(0).words32(3)
    array([2357136044, 2546248239, 3071714933], dtype=uint32)
    """

    def __init__(self, seed: int | None = DEFAULT_SEED) -> None:
        self._lock = threading.RLock()
        self._seed = seed if seed is None else _checked_seed(seed)
        self._random: np.random.RandomState | None = None
        self._bits: np.random.MT19937
        self._next_normal: float | None = None
        self._untouched = True

    def manual_seed(self, seed: int) -> None:
        """Start again from ``seed``, an int in [-2**63, 2**64); a negative seed s stands for 2**64 + s.

        As in PyTorch only the low 32 bits choose the words; ``initial_seed`` gives all 64 back.
        RuntimeError for what is no int, ValueError outside the range.

        >>> m = Mersenne()
        >>> m.manual_seed(-1)
        >>> m.initial_seed() == 2**64 - 1
        True
        """
        value = _checked_seed(seed)
        with self._lock:
            self._start(value)

    def seed(self) -> int:
        """Start again from a seed that the operating system gives, and return it.

        >>> m = Mersenne()
        >>> m.seed() == m.initial_seed()
        True
        """
        value = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(value)
        return value

    def initial_seed(self) -> int:
        """The seed that the stream was last started from, in [0, 2**64).

        >>> Mersenne().initial_seed()
        67280421310721
        """
        with self._lock:
            self._engine()
            assert self._seed is not None
            return self._seed

    def get_state(self) -> NDArray[np.uint8]:
        """The whole state as 5056 bytes, those of ``torch.Generator.get_state()``.

        >>> m = Mersenne(3)
        >>> before = m.get_state()
        >>> first = m.words32(5)
        >>> m.set_state(before)
        >>> bool((m.words32(5) == first).all())
        True
        """
        with self._lock:
            legacy: Any = self._engine().get_state(legacy=True)
            position = int(legacy[2])
            record = np.zeros((), _STATE)
            record["seed"], record["seeded"], record["words"] = self._seed, 1, legacy[1]
            # PyTorch counts the words left; a fresh seed has left=1 and next=0, a used-up block left=1 and next=624.
            record["left"], record["next"] = WORDS + 1 - position, 0 if self._untouched else position
            if self._next_normal is not None:
                record["normal"], record["normal_is_valid"] = self._next_normal, 1
        return record.reshape(1).view(np.uint8)

    def set_state(self, state: NDArray[np.uint8]) -> None:
        """Continue from a state that ``get_state`` gave, here or in PyTorch.

        TypeError for anything but a uint8 array, RuntimeError for a wrong size or an invalid state.
        """
        if not isinstance(state, np.ndarray) or state.dtype != np.uint8:
            got = f"{state.dtype} array" if isinstance(state, np.ndarray) else type(state).__name__
            raise TypeError(f"set_state: RNG state must be a torch.ByteTensor (uint8), got {got}; pass what get_state() gave")
        if state.size != _STATE.itemsize:
            raise RuntimeError(
                f"set_state: Expected a CPUGeneratorImplState of size {_STATE.itemsize} "
                f"but found the input RNG state size to be {state.size}; pass what get_state() gave"
            )
        record = np.ascontiguousarray(state).reshape(-1).view(_STATE)[0]
        left, following = int(record["left"]), int(record["next"])
        if not (record["seeded"] and 0 < left <= WORDS and following <= WORDS):
            raise RuntimeError(
                f"set_state: Invalid mt19937 state (seeded={record['seeded']}, left={left}, next={following}); "
                "pass what get_state() gave"
            )
        with self._lock:
            self._start(int(record["seed"]))
            position = WORDS if left == 1 else following
            words: NDArray[np.uint32] = record["words"].astype(np.uint32)
            self._engine().set_state(("MT19937", words, position, 0, 0.0))
            self._untouched = left == 1 and following == 0
            self._next_normal = float(record["normal"]) if record["normal_is_valid"] else None

    def words32(self, count: int) -> NDArray[np.uint32]:
        """The next ``count`` words, uint32. The first output of MT19937 with seed 5489 is 3499211612.

        >>> int(Mersenne(5489).words32(1)[0])
        3499211612
        """
        with self._lock:
            random = self._engine()
            if count:
                self._untouched = False
            if count < _BULK:  # the quicker call for few words; both take one word for each number
                return self._bits.random_raw(count).astype(np.uint32)
            return random.randint(0, 1 << 32, count, np.uint32)

    def words64(self, count: int) -> NDArray[np.uint64]:
        """The next ``count`` 64-bit words, uint64: two 32-bit words each, the high half first.

        >>> m = Mersenne(0)
        >>> hex(m.words64(1)[0]), [hex(w) for w in Mersenne(0).words32(2)]
        ('0x8c7f0aac97c4aa2f', ['0x8c7f0aac', '0x97c4aa2f'])
        """
        halves = self.words32(2 * count)
        high = halves[0::2].astype(np.uint64)
        high <<= np.uint64(32)
        high |= halves[1::2]
        return high

    def uniforms32(self, count: int) -> NDArray[np.float32]:
        """``count`` uniforms in [0, 1), float32: the low 24 bits of one word each.

        >>> Mersenne(0).uniforms32(2)
        array([0.4962566, 0.7682218], dtype=float32)
        """
        words = self.words32(count)
        words &= np.uint32((1 << 24) - 1)
        uniforms = words.astype(np.float32)
        uniforms *= _F24
        return uniforms

    def uniforms64(self, count: int) -> NDArray[np.float64]:
        """``count`` uniforms in [0, 1), float64: the low 53 bits of one 64-bit word each.

        >>> Mersenne(0).uniforms64(1).round(6)
        array([0.970053])
        """
        words = self.words64(count)
        words &= np.uint64((1 << 53) - 1)
        uniforms = words.astype(np.float64)
        uniforms *= _F53
        return uniforms

    def __getstate__(self) -> NDArray[np.uint8]:
        return self.get_state()

    def __setstate__(self, state: NDArray[np.uint8]) -> None:
        Mersenne.__init__(self)
        self.set_state(state)

    def _engine(self) -> np.random.RandomState:
        if self._random is None:
            self._start(int.from_bytes(os.urandom(8), "little") if self._seed is None else self._seed)
            assert self._random is not None
        return self._random

    def _start(self, seed: int) -> None:
        if self._random is None:
            self._bits = np.random.MT19937(0)
            self._random = np.random.RandomState(self._bits)
        self._random.seed(seed & 0xFFFFFFFF)
        self._seed, self._next_normal, self._untouched = seed, None, True


def _checked_seed(seed: int) -> int:
    try:
        value = operator.index(seed)
    except TypeError:
        value = None
    if value is None or isinstance(seed, bool):
        raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__} ({seed!r}); pass an int")
    if not -(1 << 63) <= value <= _U64:
        raise ValueError(
            f"manual_seed: Overflow when unpacking long long: seed {value} is outside [-2**63, 2**64); pass a smaller one"
        )
    return value & _U64
