"""``torch.backends.cuda``: switches without effect."""

from __future__ import annotations

from types import SimpleNamespace

matmul = SimpleNamespace(allow_tf32=False)


def is_built() -> bool:
    """False: tensors live on the CPU."""
    return False
