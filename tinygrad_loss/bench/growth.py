"""How the time for a node of a graph grows with the graph: a chain of a million nodes beside one of a hundred."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

Chain = Callable[[int], Any]
"""``chain(nodes)`` makes a chain of so many nodes, goes back through it and lets it go."""


def chain_of(torch: Any) -> Chain:
    """The chain in a library with PyTorch's names."""
    x = torch.ones(8, requires_grad=True)

    def run(nodes: int) -> None:
        y = x
        for _ in range(nodes):
            y = y * 1.0
        y.sum().backward()

    return run


class Entry:
    """An entry of the barest of tapes: one object of two slots, the least that a graph in Python can hold for a node."""

    __slots__ = ("before", "factor")

    def __init__(self, before: Entry | None, factor: np.float32) -> None:
        self.before, self.factor = before, factor


def bare_tape() -> Chain:
    """The same chain by hand: what grows here is Python's own share."""

    def run(nodes: int) -> None:
        y, last = np.ones(8, np.float32), None
        for _ in range(nodes):
            factor = np.float32(1.0)
            y = y * factor
            last = Entry(last, factor)
        g = np.ones(8, np.float32)
        while last is not None:
            g = g * last.factor
            last = last.before

    return run


def time_of_a_node(chain: Chain, nodes: int, rounds: int) -> float:
    """The median time for a node of a chain of so many."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        chain(nodes)
        found.append((time.perf_counter() - start) / nodes)
    return median(found)


def growth_of(chain: Chain, nodes: int, rounds: int = 3) -> float:
    """The time for a node of a chain of so many, beside that of a hundred just before and just after."""
    found = []
    for _ in range(rounds):
        before = time_of_a_node(chain, 100, 500)
        long = time_of_a_node(chain, nodes, 1)
        found.append(2 * long / (before + time_of_a_node(chain, 100, 500)))
    return median(found)


def growths(chains: dict[str, Chain], nodes: int, collect: bool) -> dict[str, float]:
    """The growth of each, with or without Python's collector of circular garbage, which goes through all that lives again and again
    while a graph grows (and finds nothing)."""
    before = gc.isenabled()
    (gc.enable if collect else gc.disable)()
    try:
        return {name: growth_of(chain, nodes) for name, chain in chains.items()}
    finally:
        (gc.enable if before else gc.disable)()
