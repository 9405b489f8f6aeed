"""PyTorch's CPU random numbers: every draw takes the words that PyTorch takes and makes the same numbers of them.

Names, arguments and defaults are those of ``torch`` and ``torch.Tensor``. A trailing underscore fills the given array,
in the order of its memory, and returns it. This file has the class, and the draws of integers and choices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinygrad_loss.kernels.memory_order import Array, axes_by_stride, dense_like, fill, room
from tinygrad_loss.kernels.random_checks import (
    FLOATS,
    INT64,
    SIGNED,
    check_permutation,
    check_range,
    check_supported,
    float_range,
    largest,
    names,
    to_int64,
)
from tinygrad_loss.kernels.random_real import RealDraws, Shape

_LONG_PERMUTATION = (1 << 32) // 20


class Stream(RealDraws):
    """A random stream: a Mersenne Twister and the draws made of its words.

    >>> from tinygrad_loss.kernels.random_stream import Stream
    >>> stream = Stream(0)
    >>> stream.rand(3)
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
    >>> stream.randint(0, 10, 4)
    array([0, 3, 9, 7])
    """

    def randint(self, low: int, high: int, shape: Shape, dtype: DTypeLike = np.int64) -> Array:
        """Integers in [low, high), of any dtype that holds them: ``torch.randint``.

        >>> Stream(0).randint(0, 100, 5)
        array([44, 39, 33, 60, 63])
        """
        return self.random_(np.empty(shape, dtype), low, high)

    def random_(self, out: Array, low: int | None = None, high: int | None = None) -> Array:
        """Integers into ``out``: ``Tensor.random_``, where low alone means [low, the largest].

        Neither bound: [0, the largest] of an integer dtype, [0, 2**digits] of a floating one, where every integer has
        a float of its own. RuntimeError for an empty range and for bounds that the dtype does not hold.

        >>> Stream(0).random_(np.empty(3, np.uint8)), Stream(0).random_(np.empty(3, np.int8), -2, 3)
        (array([172,  47, 117], dtype=uint8), array([2, 2, 1], dtype=int8))
        """
        kind = out.dtype
        if low is None and high is None:
            check_supported("random_", "random_kernel_cpu", kind, SIGNED | {"bool"})
            span = 1 << 53 if kind == np.float64 else largest(kind)
            return fill(out, self._integers(room(out, "random_"), 0, span + 1, kind.name in ("int64", "float64")))
        first = to_int64("from", 0 if low is None else low)
        if high is None and first == INT64.min:
            if kind.name not in ("int64", "float64", "float32"):
                raise RuntimeError(f"random_: random_full_64_bits_range_kernel_cpu handles only int64, double, float, got {kind}")
            return fill(out, self.words64(room(out, "random_")).view(np.int64))
        end = largest(kind) + 1 if high is None else to_int64("to", high)
        if high is not None and not first < end:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={first} >= to={end}")
        if kind.kind == "f":
            first, end = float_range(kind, first, end, high is not None)
        check_range(kind, first, end - 1)
        return fill(out, self._integers(room(out, "random_"), first, end - first, end - first >= 1 << 28))

    def random_seed(self) -> int:
        """The seed that RandomSampler and DataLoader draw: ``torch.empty((), dtype=torch.int64).random_().item()``.

        >>> Stream(0).random_seed()
        900450186894289455
        """
        return int(self.words64(1)[0]) & INT64.max

    def bernoulli(self, p: Array) -> Array:
        """Ones with the probabilities ``p``, else zeros, in p's shape and dtype: ``torch.bernoulli``.

        >>> Stream(0).bernoulli(np.float32([0.2, 0.8, 1.0]))
        array([0., 1., 1.], dtype=float32)
        """
        return self.bernoulli_(np.empty(p.shape, p.dtype), p)

    def bernoulli_(self, out: Array, p: float | Array = 0.5) -> Array:
        """Ones with probability ``p``, else zeros, into ``out``: ``Tensor.bernoulli_``. RuntimeError if p is not in [0, 1].

        A number p, or a float64 array, is compared with uniforms of 53 bits, other arrays with uniforms of 24.

        >>> Stream(0).bernoulli_(np.empty(5, np.int64), 0.8)
        array([0, 1, 1, 0, 1])
        """
        if not isinstance(p, np.ndarray):
            if not 0 <= p <= 1:
                raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
            check_supported("bernoulli_", "bernoulli_scalar_cpu_", out.dtype, SIGNED | {"bool"})
            return fill(out, self.uniforms64(room(out, "bernoulli_")) < p)
        if not out.size:
            return out
        check_supported("bernoulli_", "bernoulli_tensor_cpu_self_", out.dtype, SIGNED | {"bool"})
        check_supported("bernoulli_", "bernoulli_tensor_cpu_p_", p.dtype, FLOATS)
        try:
            chances = np.broadcast_to(p, out.shape)
        except ValueError:
            raise RuntimeError(
                f"bernoulli_: The expanded size of the tensor {out.shape} must match the existing size {p.shape} of p"
            ) from None
        if not bool(((p >= 0) & (p <= 1)).all()):
            raise RuntimeError(
                "bernoulli_: Expected p_in >= 0 && p_in <= 1 to be true, but got false: "
                f"p goes from {p.min()} to {p.max()}; pass probabilities (of logits x: sigmoid(x))"
            )
        chances = chances.transpose(axes_by_stride(out)).reshape(-1)
        count = room(out, "bernoulli_")
        uniforms: Array = self.uniforms64(count) if p.dtype == np.float64 else self.uniforms32(count)
        return fill(out, uniforms < chances)

    def dropout_mask(self, x: Array, p: float = 0.5) -> Array:
        """What ``F.dropout`` multiplies x by in training: 0 with probability p, else 1 / (1 - p), like x in memory.

        Takes no words when p is 0 or 1. ValueError if p is not in [0, 1].

        >>> Stream(0).dropout_mask(np.ones(4, np.float32), 0.25)
        array([0.       , 1.3333334, 1.3333334, 0.       ], dtype=float32)
        """
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        mask = dense_like(x)
        if p in (0, 1):
            mask.fill(1 - p)
            return mask
        self.bernoulli_(mask, 1 - p)
        one = np.float64(1) if mask.dtype == np.float64 else np.float32(1)
        mask *= mask.dtype.type(one / one.dtype.type(1 - p))
        return mask

    def randperm(self, n: int, dtype: DTypeLike = np.int64) -> Array:
        """0, ..., n - 1 in random order: ``torch.randperm``, a shuffle by R. Fisher and F. Yates.

        RuntimeError if n < 0 or if the dtype does not tell n numbers apart.

        >>> Stream(0).randperm(6)
        array([2, 5, 3, 0, 1, 4])
        """
        kind = np.dtype(dtype)
        check_permutation(n, kind)
        if n >= _LONG_PERMUTATION:  # one word would favour some places
            return self._long_permutation(n, kind)
        order = np.arange(n)
        if n > 1:
            targets = self.words32(n - 1) % np.arange(n, 1, -1, dtype=np.uint32) + order[:-1]
            cells = order.data  # quicker than the array, one element at a time
            for here, there in enumerate(targets.tolist()):
                cells[here], cells[there] = cells[there], cells[here]
        return order.astype(kind, copy=False)

    def multinomial(self, probs: Array, count: int, replacement: bool = False) -> NDArray[np.int64]:
        """Indices drawn with chances in the ratio of ``probs``, (categories,) or (rows, categories): torch.multinomial.

        Without replacement, or for one draw, the indices are those of the largest p / q, where q are exponential
        waiting times; with replacement they are found in the running sums. RuntimeError for negative, infinite or
        all-zero weights and for more draws than categories. Where fewer weights are positive than are drawn, PyTorch's
        order among the zeros is left open; here the lower index comes first.

        >>> Stream(0).multinomial(np.float32([1, 0, 3]), 2), Stream(0).multinomial(np.float32([1, 0, 3]), 5, True)
        (array([2, 0]), array([2, 2, 2, 2, 2]))
        """
        if probs.ndim not in (1, 2):
            raise RuntimeError(f"multinomial: prob_dist must be 1 or 2 dim, got shape {probs.shape}")
        if probs.dtype.name not in FLOATS:
            raise RuntimeError(
                f"multinomial only supports floating-point dtypes for input, got: {names(probs.dtype)[0]}; pass float32"
            )
        categories = probs.shape[-1]
        if count <= 0:
            raise RuntimeError(f"multinomial: cannot sample n_sample <= 0 samples, got {count}")
        if not replacement and count > categories:
            raise RuntimeError(
                "multinomial: cannot sample n_sample > prob_dist.size(-1) samples without replacement, "
                f"got {count} > {categories}; pass replacement=True or draw fewer"
            )
        if categories > 1 << 24:
            raise RuntimeError(f"multinomial: number of categories cannot exceed 2^24, got {categories}")
        if not probs.size:
            return np.empty((*probs.shape[:-1], count), np.int64)
        if replacement and count > 1:
            return self._multinomial_from_sums(probs, count)
        if not bool(((probs >= 0) & (probs < np.inf)).all()):
            raise RuntimeError(
                "multinomial: probability tensor contains either `inf`, `nan` or element < 0; pass softmax(logits)"
            )
        if not bool(probs.any(axis=-1).all()):
            raise RuntimeError("multinomial: invalid multinomial distribution (sum of probabilities <= 0)")
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = probs / self.exponential_(dense_like(probs))
        if count == 1:
            best: NDArray[np.int64] = scores.argmax(axis=-1, keepdims=True)
            return best
        return np.argsort(-scores, axis=-1, kind="stable")[..., :count]

    def _multinomial_from_sums(self, probs: Array, count: int) -> NDArray[np.int64]:
        kind = np.float64 if probs.dtype == np.float64 else np.float32
        sums: Array = np.cumsum(np.atleast_2d(probs), axis=1, dtype=kind)
        for wrong, what in (
            (~(probs >= 0), "encountering probability entry < 0"),
            (np.isinf(probs), "encountering probability entry = infinity or NaN"),
            (~(sums[:, -1] > 0), "sum of probabilities <= 0"),
        ):
            if wrong.any():
                raise RuntimeError(f"multinomial: invalid multinomial distribution ({what}); pass softmax(logits)")
        sums /= sums[:, -1:].copy()
        sums[:, -1] = 1
        wide = sums.astype(np.float64)
        uniforms = self.uniforms64(len(sums) * count).reshape(len(sums), count)
        found = [row.searchsorted(draws) for row, draws in zip(wide, uniforms, strict=True)]
        return np.array(found, np.int64).reshape(*probs.shape[:-1], count)

    def _integers(self, count: int, first: int, span: int, wide: bool) -> NDArray[np.int64]:
        """``count`` integers in [first, first + span): the rest of a 32-bit or 64-bit word after division by span."""
        if wide:
            return (self.words64(count) % np.uint64(span)).view(np.int64) + np.int64(first)
        return (self.words32(count) % np.uint32(span)).astype(np.int64) + np.int64(first)

    def _long_permutation(self, n: int, kind: np.dtype[Any]) -> Array:
        order = np.empty(n, kind)
        cells = order.data
        for start in range(0, n, 1 << 16):
            places = range(start, min(start + (1 << 16), n))
            targets = self.words64(len(places)) % np.arange(start + 1, places.stop + 1, dtype=np.uint64)
            for here, there in zip(places, targets.tolist(), strict=True):
                cells[here] = cells[there]
                cells[there] = here
        return order
