"""Timing side by side: the libraries take turns, so that a machine whose speed drifts is the same for all; medians count.

A turn is a few steps in a row, as in training: after a single step of another library the processor's caches hold nothing of one's own,
and it is they that would be timed.
"""

from __future__ import annotations

import time
from statistics import median

from .workloads import Step

WARM_UP = 3
TURN = 0.005  # seconds


def interleaved(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """The median time in seconds of each step, run in turns.

    >>> sorted(interleaved({"a": lambda: None, "b": lambda: sum(range(100))}, 3))
    ['a', 'b']
    """
    counts = {}
    for name, step in steps.items():
        times = [timed(step, 1) for _ in range(WARM_UP)]
        counts[name] = max(1, round(TURN / max(min(times), 1e-7)))
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(timed(step, counts[name]))
    return {name: median(times) for name, times in found.items()}


def timed(step: Step, count: int) -> float:
    """The seconds that a step takes when it is run ``count`` times in a row."""
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count
