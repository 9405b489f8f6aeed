"""A last layer with its cross-entropy as one module, and the options of its form in blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..._dtypes import dtype as DType, float16, float32, float64
from ..._tensor import Tensor
from .. import functional as F
from .linear import Linear
from .loss import _WeightedLoss


@dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How ``linear_cross_entropy`` goes through its logits in blocks of rows.

    ``batch_chunk_size`` is the number of rows in a block; or ``chunking_method`` finds it: "aspect_ratio" makes a block of logits
    (rows, C) about as large as the input (N, F), "aspect_ratio:k" k times smaller, "auto" takes 256 rows, by measurement on CPUs.
    If both are given and differ, that is a ValueError. ``allow_retain_graph`` keeps the gradients, which are worked out with the
    loss, for a second backward (RuntimeError without). ``acc_policy`` and ``acc_dtype`` choose in PyTorch how half-precision
    products are added up; here they are checked, and half precision is always worked out in single.

    >>> import tinygrad_loss as torch
    >>> torch.nn.LinearCrossEntropyOptions(batch_chunk_size=64, chunking_method=None).batch_chunk_size
    64
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: DType | None = None

    def __post_init__(self) -> None:
        if self.acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}: choose 'auto', 'accurate', 'balanced' or 'compact'")
        if self.chunking_method not in (None, "auto"):
            name, sep, factor = str(self.chunking_method).partition(":")
            if name != "aspect_ratio" or (sep and not (factor.isdigit() and int(factor) > 0)):
                raise ValueError(
                    f"invalid chunking_method: {self.chunking_method!r}: choose 'auto', 'aspect_ratio', 'aspect_ratio:2' or None"
                )
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype is not None and self.acc_dtype not in (float16, float32, float64):
            raise ValueError(
                f"acc_dtype must be one of {{None, torch.float16, torch.float32, torch.float64}}, got {self.acc_dtype!r}. Pass "
                "acc_dtype=None to let the op pick automatically."
            )

    def rows(self, num_batches: int, in_features: int, num_classes: int, dtype: DType) -> int | None:
        """The number of rows in a block; None: whatever is best."""
        if not dtype.is_floating_point:
            raise ValueError(
                f"acc_dtype must be one of {{None, torch.float16, torch.float32, torch.float64}}, got {dtype!r} from the input: input.float()"
            )
        if self.acc_dtype not in (None, dtype) and (dtype, self.acc_dtype) != (float16, float32):
            raise RuntimeError(
                "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but got "
                f"{self.acc_dtype} acc_dtype and {dtype} inputs."
            )
        given = self.batch_chunk_size if self.batch_chunk_size is None else min(self.batch_chunk_size, num_batches)
        if self.chunking_method is None:
            return max(1, num_batches if given is None else given)
        if self.chunking_method == "auto":
            return given
        target = -(-num_batches // max(1, -(-num_classes // in_features)))
        found = min((1 << (target - 1).bit_length()) // int(self.chunking_method.partition(":")[2] or 1), num_batches)
        if given not in (None, found):
            raise ValueError(
                f"batch_chunk_size (={given}) and chunking_method ('{self.chunking_method}') give different chunk sizes "
                f"({given} vs {found}); pass only one."
            )
        return max(1, found)


class LinearCrossEntropyLoss(_WeightedLoss):
    """A linear layer to classes and the cross-entropy of its logits, which are not all formed where they are large: see
    ``F.linear_cross_entropy``.

    ``linear.weight`` is (num_classes * d1 * ..., in_features) for ``out_features`` (d1, ...), the dimensions of a loss of K
    dimensions.

    >>> import tinygrad_loss as torch
    >>> criterion = torch.nn.LinearCrossEntropyLoss(4, 3)
    >>> criterion(torch.ones(2, 4), torch.tensor([0, 2])).shape
    torch.Size([])
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}: one for each class")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight, None, None, reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.linear = Linear(in_features, math.prod(out_features, start=num_classes), bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        classes, bias = (self.num_classes, *self.out_features), self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape((*classes, self.linear.in_features)),
            target,
            linear_bias=None if bias is None else bias.reshape(classes),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, out_features={self.out_features}, "
            f"bias={self.linear.bias is not None}, reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
