"""``torch.special``: special functions, most of them under a second name.

>>> import tinygrad_loss as torch
>>> torch.special.expit(torch.tensor(0.0))
tensor(0.5000)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._missing import missing_names
from .ops.curves import (
    entr,
    erfc,
    i0,
    i0e,
    i1,
    i1e,
    logit,
    mvlgamma as multigammaln,
    ndtr,
    sinc,
    xlog1py,
)
from .ops.entropies import xlogy
from .ops.gammas import digamma, erf, erfinv, lgamma as gammaln, polygamma
from .ops.pointwise import exp2, expm1, log1p
from .ops.rounding import round
from .ops.sigmoids import sigmoid as expit
from .ops.softmaxes import log_softmax, logsumexp, softmax

psi = digamma
__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]

if not TYPE_CHECKING:  # which would take every name for right
    __getattr__ = missing_names(__name__)
