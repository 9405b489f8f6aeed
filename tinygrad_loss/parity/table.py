"""All rows of the parity table, family by family."""

from __future__ import annotations

from . import (
    rows_combined,
    rows_comparison,
    rows_creation,
    rows_indexing,
    rows_inplace,
    rows_layers,
    rows_layers_activations,
    rows_layers_attention,
    rows_layers_modules,
    rows_layers_windows,
    rows_linear,
    rows_linear_cross_entropy,
    rows_loss_variants,
    rows_losses,
    rows_losses_more,
    rows_places,
    rows_pointwise,
    rows_reductions,
    rows_selection,
    rows_shaping,
)
from .row import Row

FAMILIES = (
    rows_creation,
    rows_pointwise,
    rows_combined,
    rows_reductions,
    rows_selection,
    rows_places,
    rows_comparison,
    rows_layers,
    rows_layers_windows,
    rows_layers_modules,
    rows_layers_activations,
    rows_layers_attention,
    rows_linear_cross_entropy,
    rows_shaping,
    rows_indexing,
    rows_linear,
    rows_inplace,
    rows_losses,
    rows_losses_more,
    rows_loss_variants,
)


def rows() -> list[Row]:
    """Every row, in the order in which the table prints them."""
    return [row for family in FAMILIES for row in family.ROWS]
