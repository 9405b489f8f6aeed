"""Switches that scripts set: kept and given back, but without effect, for results here are always the same and always exact."""

from __future__ import annotations


class _Switches:
    deterministic = False
    precision = "highest"


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted: every operation here is deterministic anyway."""
    _Switches.deterministic = bool(mode)


def are_deterministic_algorithms_enabled() -> bool:
    """What ``use_deterministic_algorithms`` was last told."""
    return _Switches.deterministic


def set_float32_matmul_precision(precision: str) -> None:
    """Accepted ("highest", "high", "medium"): float32 products are made in float32 anyway."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"set_float32_matmul_precision: {precision!r} is none of 'highest', 'high', 'medium'")
    _Switches.precision = precision


def get_float32_matmul_precision() -> str:
    """What ``set_float32_matmul_precision`` was last told."""
    return _Switches.precision
