"""Learning rates that change from epoch to epoch: call ``scheduler.step()`` after the epoch's last ``optimizer.step()``."""

from typing import TYPE_CHECKING

from ..._missing import missing_names
from ._base import LRScheduler, _LRScheduler
from ._factors import ConstantLR, ExponentialLR, LambdaLR, LinearLR, MultiplicativeLR, MultiStepLR, PolynomialLR, StepLR
from ._plateau import ReduceLROnPlateau
from ._together import ChainedScheduler, SequentialLR
from ._waves import CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "_LRScheduler",
]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
