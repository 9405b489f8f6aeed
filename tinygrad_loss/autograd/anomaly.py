"""Anomaly mode: say which operation of the forward pass made the first nan of the backward pass."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .node import Node


_PACKAGE = __name__.partition(".")[0] + "."


class _State:
    """Whether anomaly mode is on, and whether it looks for nan."""

    __slots__ = ("check_nan", "enabled")

    def __init__(self) -> None:
        self.enabled, self.check_nan = False, True


state = _State()


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return state.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for nan."""
    return state.check_nan


class set_detect_anomaly:
    """Turn anomaly mode on or off, at once; as a context manager it undoes itself.

    >>> import tinygrad_loss as torch
    >>> with torch.autograd.set_detect_anomaly(True):
    ...     torch.is_anomaly_enabled()
    True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = (state.enabled, state.check_nan)
        state.enabled, state.check_nan = bool(mode), check_nan

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state.enabled, state.check_nan = self._before


class detect_anomaly(set_detect_anomaly):
    """Within the block, remember where each operation was called, and stop a backward at the first nan.

    >>> import tinygrad_loss as torch, warnings
    >>> warnings.simplefilter("ignore")
    >>> with torch.autograd.detect_anomaly():
    ...     x = torch.tensor(0.0, requires_grad=True)
    ...     try:
    ...         (x.sqrt() * 0).backward()
    ...     except RuntimeError as error:
    ...         print(str(error).split(".")[0])
    Function 'SqrtBackward0' returned nan values in its 0th output
    """

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


def note(node: Node) -> None:
    """Remember where the operation of ``node`` was called: the stack down to the last line outside this package."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        frame = frame.f_back
    node.metadata["traceback_"] = traceback.format_stack(frame)


def check(node: Node, grads: Sequence[Any]) -> None:
    """RuntimeError if one of the gradients that ``node`` returned holds a nan."""
    if not state.check_nan:
        return
    for place, g in enumerate(grads):
        array = getattr(g, "_data", g)
        if array is not None and np.isnan(array).any():
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {place}th output.")


def warn(node: Node) -> None:
    """A warning that says where the operation was called whose backward has just failed."""
    lines = node.metadata.get("traceback_")
    if lines:
        text = f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(lines)}"
    else:
        text = (
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during forward pass "
            "for more information."
        )
    warnings.warn(text, stacklevel=2)
