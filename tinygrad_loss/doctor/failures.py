"""Losses that raise before there is a graph: what the arguments of the failed call say about the mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from ..graph.arrays import library_of, to_array
from .findings import Finding
from .rule import RULES

_CALLS = ("cross_entropy", "nll_loss")


def explain_failure(error: BaseException) -> list[Finding]:
    """Findings about an exception that came from a loss: labels that start at one, one-hot targets, classes along the last
    dimension. [] for any other exception. Only the arguments in the exception's own frames are looked at."""
    frames = list(_frames(error.__traceback__))
    for frame in frames:
        if frame.f_code.co_name in _CALLS:
            logits, target = frame.f_locals.get("input"), frame.f_locals.get("target")
            if library_of(logits) is not None and library_of(target) is not None:
                return list(_about_a_call(logits, target))
    bounds = re.search(r"index (-?\d+) is out of bounds for dimension \d+ with size (\d+)", str(error))
    if isinstance(error, IndexError) and bounds and bounds[1] == bounds[2] and frames:
        return list(_about_an_index(frames, int(bounds[2])))
    return []


def _frames(trace: TracebackType | None) -> Iterator[FrameType]:
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _about_a_call(logits: Any, target: Any) -> Iterator[Finding]:
    shape, values = tuple(logits.shape), to_array(target)
    if values is None or not shape or not values.size or values.dtype.kind not in "iub":
        return
    classes = shape[1] if len(shape) > 1 else shape[0]
    if values.shape == shape and np.isin(values, (0, 1)).all() and (values.sum(axis=min(1, len(shape) - 1)) == 1).all():
        yield _finding("one-hot-as-indices", f"the target of shape {values.shape} and dtype {target.dtype} is one-hot: whole numbers are read "
                       f"as class indices, of which one per row, shape {shape[:1] + shape[2:]}, is wanted.",
                       "F.cross_entropy(logits, one_hot.argmax(1))\n# or, as probabilities: F.cross_entropy(logits, one_hot.float())")
    elif len(shape) >= 3 and values.shape == shape[:-1]:
        yield _finding("class-dim-last", f"logits of shape {shape} with targets of shape {values.shape}: the classes are expected along "
                       f"dimension 1, and stand along the last ({shape[2]} of them).", "F.cross_entropy(logits.movedim(-1, 1), target)")
    elif values.min() >= 1 and values.max() == classes:
        yield _labels(int(values.min()), classes)


def _about_an_index(frames: list[FrameType], size: int) -> Iterator[Finding]:
    for value in frames[-1].f_locals.values():
        array = to_array(value) if library_of(value) is not None else None
        if array is not None and array.size and array.dtype.kind in "iu" and array.min() >= 1 and array.max() == size:
            yield _labels(int(array.min()), size)
            return


def _labels(low: int, classes: int) -> Finding:
    return _finding("labels-start-at-one", f"the labels go from {low} to {classes}, and there are {classes} classes, which count from 0 to "
                    f"{classes - 1}: the labels start at 1.", "F.cross_entropy(logits, target - 1)")


def _finding(slug: str, message: str, fix: str) -> Finding:
    return Finding(slug, "error", "", message, fix, RULES[slug].url)
