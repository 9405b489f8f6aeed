"""``torch.backends.mps``: Apple's devices, of which there is none here."""

from __future__ import annotations


def is_available() -> bool:
    """False: tensors live on the CPU."""
    return False


def is_built() -> bool:
    """False."""
    return False
