"""Every row of the parity table agrees with the installed PyTorch: values, gradients, second gradients, graphs, errors."""

from __future__ import annotations

from typing import Any

import pytest

import tinygrad_loss
from tinygrad_loss.parity.checks import check
from tinygrad_loss.parity.row import Row
from tinygrad_loss.parity.table import rows

CASES = [pytest.param(row, kind, id=f"{row.name}-{kind}") for row in rows() for kind in row.kinds]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("row", "kind"), CASES)
def test_row(row: Row, kind: str, torch: Any) -> None:
    different = check(row, kind, tinygrad_loss, torch)
    assert not different, "\n".join(f"{mark}: {what}" for mark, what in different.items())


def test_names_are_different() -> None:
    names = [row.name for row in rows()]
    assert sorted(set(names)) == sorted(names)
