"""``torch.accelerator``: there is none; tensors live on the CPU."""

from __future__ import annotations


def is_available() -> bool:
    """False."""
    return False


def current_accelerator(check_available: bool = False) -> None:
    """None."""


def device_count() -> int:
    """0."""
    return 0
