"""``torch.backends.cudnn``: switches without effect."""

from __future__ import annotations

deterministic = False
benchmark = False
enabled = True
allow_tf32 = True


def is_available() -> bool:
    """False: tensors live on the CPU."""
    return False


def version() -> None:
    """None: there is no cuDNN."""
