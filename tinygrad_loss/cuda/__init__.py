"""``torch.cuda`` for a package that computes on the CPU: there is no such device, and what asks for one says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _dtypes
from .._device import check_device
from .._legacy import TensorType
from .._missing import missing_names
from . import amp as amp

FloatTensor = TensorType("cuda.FloatTensor", _dtypes.float32, is_cuda=True)
DoubleTensor = TensorType("cuda.DoubleTensor", _dtypes.float64, is_cuda=True)
HalfTensor = TensorType("cuda.HalfTensor", _dtypes.float16, is_cuda=True)
LongTensor = TensorType("cuda.LongTensor", _dtypes.int64, is_cuda=True)
IntTensor = TensorType("cuda.IntTensor", _dtypes.int32, is_cuda=True)
ByteTensor = TensorType("cuda.ByteTensor", _dtypes.uint8, is_cuda=True)
BoolTensor = TensorType("cuda.BoolTensor", _dtypes.bool_, is_cuda=True)


def is_available() -> bool:
    """False: tensors live on the CPU.

    >>> import tinygrad_loss as torch
    >>> "cuda" if torch.cuda.is_available() else "cpu"
    'cpu'
    """
    return False


def device_count() -> int:
    """0."""
    return 0


def is_initialized() -> bool:
    """False."""
    return False


def manual_seed(seed: int) -> None:
    """Nothing: there is no CUDA device whose random numbers could be seeded."""


def manual_seed_all(seed: int) -> None:
    """Nothing: there is no CUDA device whose random numbers could be seeded."""


def seed() -> None:
    """Nothing: there is no CUDA device whose random numbers could be seeded."""


seed_all = seed


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False."""
    return False


def empty_cache() -> None:
    """Nothing: there is no CUDA memory."""


def current_device() -> int:
    """AssertionError: there is none."""
    return _none("current_device")


def set_device(device: Any) -> None:
    """AssertionError: there is none."""
    _none("set_device")


def get_device_name(device: Any = None) -> str:
    """AssertionError: there is none."""
    return str(_none("get_device_name"))


def get_device_properties(device: Any = None) -> Any:
    """AssertionError: there is none."""
    return _none("get_device_properties")


def synchronize(device: Any = None) -> None:
    """AssertionError: there is nothing to wait for."""
    _none("synchronize")


def memory_allocated(device: Any = None) -> int:
    """0 bytes."""
    return 0


def max_memory_allocated(device: Any = None) -> int:
    """0 bytes."""
    return 0


def memory_reserved(device: Any = None) -> int:
    """0 bytes."""
    return 0


def reset_peak_memory_stats(device: Any = None) -> None:
    """Nothing: there is no CUDA memory."""


def _none(function: str) -> int:
    check_device("cuda", f"cuda.{function}")
    return -1

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
