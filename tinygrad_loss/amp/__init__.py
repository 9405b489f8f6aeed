"""``torch.amp``: mixed precision, as far as it goes on the CPU. Autocasting stays off; scaling gradients works."""

from typing import TYPE_CHECKING

from .._missing import missing_names
from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
