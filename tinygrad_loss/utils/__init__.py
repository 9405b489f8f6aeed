"""Tools around training: data sets and loaders."""

from typing import TYPE_CHECKING

from .._missing import missing_names
from . import data

__all__ = ["data"]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
