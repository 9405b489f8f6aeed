"""How far to go along a direction: a step that satisfies the strong Wolfe conditions.

Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. (2006), algorithms 3.5 and 3.6
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .optimizer import Array

DECREASE, CURVATURE, TOLERANCE = 1e-4, 0.9, 1e-9


class Point(NamedTuple):
    """A place along the direction: how far, the loss there, the gradient, and its slope along the direction."""

    t: float
    loss: float
    g: Array
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], tuple[float, Array]], t: float, d: Array, start: tuple[float, Array, float], most: int
) -> tuple[float, Array, float, int]:
    """Loss, gradient and length of the step found, and how often the loss was computed (about ``most`` times at the most).

    ``evaluate(t)`` gives loss and gradient at t along ``d``; ``start`` is loss, gradient and slope at 0.
    """

    def at(t: float) -> Point:
        loss, g = evaluate(t)
        return Point(t, loss, g, float(g @ d))

    begin = previous = Point(0.0, *start)
    new, calls, steps, done = at(t), 1, 0, False
    while steps < most:
        if _too_high(new, begin) or (steps > 1 and new.loss >= previous.loss):
            bracket = [previous, new]
            break
        if _flat(new, begin):
            bracket, done = [new], True
            break
        if new.slope >= 0:
            bracket = [previous, new]
            break
        t = _cubic(previous, new, new.t + 0.01 * (new.t - previous.t), new.t * 10)
        previous, new = new, at(t)
        calls, steps = calls + 1, steps + 1
    else:
        bracket = [begin, new]
    low, high = _order(bracket)
    stalled = False
    largest = float(np.abs(d).max())
    while not done and steps < most:
        left, right = sorted(point.t for point in bracket)
        if (right - left) * largest < TOLERANCE:
            break
        t = _cubic(bracket[0], bracket[1], left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin  # too near to an end: the second time, move away from it
        if near and (stalled or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            near = False
        stalled = near
        new = at(t)
        calls, steps = calls + 1, steps + 1
        if _too_high(new, begin) or new.loss >= bracket[low].loss:
            bracket[high] = new
            low, high = _order(bracket)
            continue
        if _flat(new, begin):
            done = True
        elif new.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = new
    best = bracket[low]
    return best.loss, best.g, best.t, calls


def _too_high(new: Point, begin: Point) -> bool:
    return new.loss > begin.loss + DECREASE * new.t * begin.slope


def _flat(new: Point, begin: Point) -> bool:
    return abs(new.slope) <= -CURVATURE * begin.slope


def _order(bracket: list[Point]) -> tuple[int, int]:
    return (0, 1) if bracket[0].loss <= bracket[-1].loss else (1, 0)


def _cubic(a: Point, b: Point, low: float, high: float) -> float:
    """Where the cubic through two points with their slopes is lowest, between ``low`` and ``high``; their middle if nowhere."""
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if square < 0:
        return (low + high) / 2.0
    d2 = math.sqrt(square)
    if a.t > b.t:
        a, b = b, a
    place = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(place, low), high)
