"""Timing side by side: the libraries take turns, so that a machine whose speed drifts is the same for all; medians count."""

from __future__ import annotations

import time
from statistics import median

from .workloads import Step

WARM_UP = 3


def interleaved(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """The median time in seconds of each step, run in turns.

    >>> sorted(interleaved({"a": lambda: None, "b": lambda: sum(range(100))}, 3))
    ['a', 'b']
    """
    for step in steps.values():
        for _ in range(WARM_UP):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - start)
    return {name: median(found) for name, found in times.items()}
