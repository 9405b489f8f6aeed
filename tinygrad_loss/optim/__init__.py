"""Optimizers: how parameters move along their gradients; and learning-rate schedules."""

from typing import TYPE_CHECKING

from .._missing import missing_names
from . import lr_scheduler
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .lbfgs import LBFGS
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["LBFGS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
