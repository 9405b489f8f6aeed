"""Tools for parameters and their gradients."""

from typing import TYPE_CHECKING

from ..._missing import missing_names
from . import rnn
from .clip_grad import clip_grad_norm, clip_grad_norm_, clip_grad_value_
from .convert_parameters import parameters_to_vector, vector_to_parameters

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "rnn", "vector_to_parameters"]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
