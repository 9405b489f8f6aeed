"""Devices, layouts and memory formats: the words in which PyTorch's calls ask for them. Here all numbers live on the CPU."""

from __future__ import annotations

import re
from typing import Any

from .errors import type_name

_TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan",
    "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip


class device:
    """Where a tensor's numbers live: ``device("cpu")``. Others can be named and compared, but hold no tensor here.

    >>> import tinygrad_loss as torch
    >>> torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        elif isinstance(type, int) and not isinstance(type, bool):
            raise RuntimeError(f"device({type}): Cannot access accelerator device when none is available. Use device('cpu')")
        elif not isinstance(type, str):
            raise TypeError(
                f"device() received an invalid combination of arguments: 'type' must be a str or a device, not {type_name(type)}"
            )
        else:
            type, index = _parsed(type, index)
        self.type: str
        self.index: int | None
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "index", index)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"attribute '{name}' of 'torch.device' objects is not writable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'{'' if self.index is None else f', index={self.index}'})"

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)

    def __enter__(self) -> device:
        check_device(self, "device")
        return self

    def __exit__(self, *error: Any) -> None:
        pass


def _parsed(text: str, index: int | None) -> tuple[str, int | None]:
    if not text:
        raise RuntimeError("device(''): Device string must not be empty. Use 'cpu'")
    kind, colon, place = text.partition(":")
    if re.fullmatch("[a-z_]+", kind) is None or (colon and re.fullmatch("0|[1-9][0-9]*", place) is None):
        raise RuntimeError(f"Invalid device string: '{text}'. Write 'cpu'")
    if kind not in _TYPES:
        raise RuntimeError(f"Expected one of {', '.join(_TYPES)} device type at start of device string: {text}. Write 'cpu'")
    if colon and index is not None:
        raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {text}")
    return kind, int(place) if colon else index


CPU = device("cpu")


def check_device(where: Any, function: str) -> None:
    """Raise unless ``where`` (a device, its name, a number, or None) is the CPU.

    >>> check_device("mps", "zeros")
    Traceback (most recent call last):
    RuntimeError: zeros(): PyTorch is not linked with support for mps devices: tinygrad_loss computes on the CPU. Use device="cpu"
    """
    if where is None:
        return
    if not isinstance(where, (device, str, int)):
        raise TypeError(f"{function}(): argument 'device' must be torch.device, not {type_name(where)}. Use device='cpu'")
    kind = device(where).type
    if kind == "cuda":
        raise AssertionError(
            f"{function}(): Torch not compiled with CUDA enabled: tinygrad_loss computes on the CPU. "
            'Use device="cpu", or choose by torch.cuda.is_available(), which is False here'
        )
    if kind != "cpu":
        raise RuntimeError(
            f"{function}(): PyTorch is not linked with support for {kind} devices: tinygrad_loss computes on the CPU. "
            'Use device="cpu"'
        )


class layout:
    """How a tensor lies in memory; ``torch.strided`` is the only way here."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


class memory_format(layout):
    """The order of a tensor's dimensions in memory: accepted where PyTorch takes one, and without effect."""

    __slots__ = ()


strided = layout("strided")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")


def get_default_device() -> device:
    """The device on which new tensors are made: the CPU.

    >>> get_default_device()
    device(type='cpu')
    """
    return CPU


def set_default_device(device: Any) -> None:
    """Accepts the CPU, and says of any other device that there is none."""
    check_device(device, "set_default_device")
