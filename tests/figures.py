"""Comparing what is printed with what is expected: numbers to one unit of the last digit that was expected, words exactly."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])|(?<!\w)-?(?:nan|inf)(?!\w)")


def differences(printed: str, expected: str) -> list[str]:
    """What differs between two lines: the words must be equal, and each number within one unit of its last expected digit.

    >>> differences("tensor(1.7720)", "tensor(1.7719)")
    []
    >>> differences("tensor(1.7721)", "tensor(1.7719)")
    ['1.7721 is not 1.7719']
    >>> differences("tensor(1.772)", "torch(1.772, 1)")
    ["'tensor(#)' is not 'torch(#, #)'"]
    """
    words = [" ".join(_NUMBER.sub("#", text).split()).replace("( ", "(").replace("[ ", "[") for text in (printed, expected)]
    if words[0] != words[1]:
        return [f"{words[0]!r} is not {words[1]!r}"]
    pairs = zip(_NUMBER.findall(printed), _NUMBER.findall(expected), strict=True)
    return [f"{ours} is not {theirs}" for ours, theirs in pairs if not _near(ours, theirs)]


def _near(ours: str, theirs: str) -> bool:
    if not math.isfinite(float(theirs)) or not math.isfinite(float(ours)):
        return ours == theirs
    exponent = Decimal(theirs).as_tuple().exponent
    assert isinstance(exponent, int)
    unit = Decimal(10) ** exponent if "." in theirs else Decimal(0)  # an expected number without a fraction is exact
    return abs(Decimal(ours) - Decimal(theirs)) <= unit
