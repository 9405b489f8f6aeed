"""``torch.backends``: switches of devices that are not there. They can be set and read, and change nothing."""

from typing import TYPE_CHECKING

from .._missing import missing_names
from . import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
