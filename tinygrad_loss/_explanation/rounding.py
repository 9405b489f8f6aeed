"""Whether two arrays are equal but for rounding."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..graph.model import Values

#: How many units in the last place of the largest number a formula worked out in float64 may be away from a recorded gradient.
UNITS = 256
_EPS = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}


def close(worked_out: Values, recorded: Values, size: float = 0.0, dtypes: Iterable[str] = ()) -> bool | None:
    """Whether what a formula gives is the recorded gradient, to rounding, also of numbers of this `size` (if it is larger)
    and of these `dtypes`; nan and infinities must stand at the same places. None where the numbers are too many to be kept."""
    if worked_out.shape != recorded.shape:
        return False
    if worked_out.array is None or recorded.array is None:
        return None
    ours, theirs = worked_out.array.astype(np.float64), recorded.array.astype(np.float64)
    finite = np.isfinite(theirs)
    scale = max(size, float(np.abs(theirs[finite]).max(initial=0.0)), float(np.abs(ours[np.isfinite(ours)]).max(initial=0.0)))
    room = UNITS * max(_EPS.get(dtype, 2.0**-52) for dtype in (recorded.dtype, *dtypes)) * scale
    with np.errstate(all="ignore"):
        return bool(np.all((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)) | (finite & (np.abs(ours - theirs) <= room))))
