"""The methods beside the everyday ones: a tensor has them too."""

from __future__ import annotations

from . import _draws
from .ops import (
    blends,
    blocks,
    covariance,
    curves,
    entropies,
    gammas,
    indexing_along,
    linear,
    order_statistics,
    pairs,
    part_writes,
    reducing_scatter,
    rounding,
    running,
    searching,
    solving,
    trigonometry,
)
from .ops.comparison import operator_of


class MoreMethods:
    """What a tensor can be asked now and then; a part of ``Tensor``."""

    __slots__ = ()

    addcmul = blends.addcmul
    addcdiv = blends.addcdiv
    lerp = blends.lerp
    hypot = pairs.hypot
    logaddexp = pairs.logaddexp
    logaddexp2 = pairs.logaddexp2
    fmax = pairs.fmax
    fmin = pairs.fmin
    copysign = pairs.copysign
    ldexp = pairs.ldexp
    nextafter = pairs.nextafter
    heaviside = pairs.heaviside
    float_power = pairs.float_power
    gcd = pairs.gcd
    lcm = pairs.lcm
    bitwise_left_shift = pairs.bitwise_left_shift
    bitwise_right_shift = pairs.bitwise_right_shift
    __lshift__ = operator_of(pairs.bitwise_left_shift)
    __rlshift__ = operator_of(pairs.bitwise_left_shift, swapped=True)
    __rshift__ = operator_of(pairs.bitwise_right_shift)
    __rrshift__ = operator_of(pairs.bitwise_right_shift, swapped=True)
    polygamma = gammas.polygamma_method
    erfc = curves.erfc
    sinc = curves.sinc
    i0 = curves.i0
    logit = curves.logit
    mvlgamma = curves.mvlgamma
    deg2rad = curves.deg2rad
    rad2deg = curves.rad2deg
    sgn = curves.sgn
    angle = curves.angle
    positive = __pos__ = curves.positive
    conj = conj_physical = resolve_conj = resolve_neg = curves.same
    nan_to_num = curves.nan_to_num
    signbit = curves.signbit
    isposinf = curves.isposinf
    isneginf = curves.isneginf
    isreal = curves.isreal
    kthvalue = order_statistics.kthvalue
    mode = order_statistics.mode
    msort = order_statistics.msort
    quantile = order_statistics.quantile
    nanquantile = order_statistics.nanquantile
    nanmedian = order_statistics.nanmedian
    nansum = order_statistics.nansum
    nanmean = order_statistics.nanmean
    cummax = running.cummax
    cummin = running.cummin
    logcumsumexp = running.logcumsumexp
    diff = running.diff
    cov = covariance.cov
    corrcoef = covariance.corrcoef
    dist = covariance.dist
    renorm = covariance.renorm
    unique_consecutive = searching.unique_consecutive
    histc = searching.histc
    argwhere = searching.argwhere
    hsplit = blocks.hsplit
    vsplit = blocks.vsplit
    dsplit = blocks.dsplit
    unfold = part_writes.unfold
    as_strided = part_writes.as_strided
    as_strided_scatter = part_writes.as_strided_scatter
    narrow_copy = part_writes.narrow_copy
    slice_scatter = part_writes.slice_scatter
    select_scatter = part_writes.select_scatter
    diagonal_scatter = part_writes.diagonal_scatter
    scatter_reduce = reducing_scatter.scatter_reduce
    index_reduce = reducing_scatter.index_reduce
    put = reducing_scatter.put
    addbmm = blocks.addbmm
    cross = blocks.cross
    kron = blocks.kron
    matrix_power = blocks.matrix_power
    __rmatmul__ = linear.rmatmul
    inverse = solving.inverse
    det = solving.det
    logdet = solving.logdet
    slogdet = solving.slogdet
    sin = trigonometry.sin
    cos = trigonometry.cos
    tan = trigonometry.tan
    asin = arcsin = trigonometry.asin
    acos = arccos = trigonometry.acos
    atan = arctan = trigonometry.atan
    atan2 = arctan2 = trigonometry.atan2
    sinh = trigonometry.sinh
    cosh = trigonometry.cosh
    asinh = arcsinh = trigonometry.asinh
    acosh = arccosh = trigonometry.acosh
    atanh = arctanh = trigonometry.atanh
    erf = gammas.erf
    erfinv = gammas.erfinv
    lgamma = gammas.lgamma
    digamma = gammas.digamma
    xlogy = entropies.xlogy
    index_select = indexing_along.index_select
    index_add = indexing_along.index_add
    index_copy = indexing_along.index_copy
    index_fill = indexing_along.index_fill
    take = indexing_along.take
    masked_scatter = indexing_along.masked_scatter
    floor = rounding.floor
    ceil = rounding.ceil
    round = rounding.round
    trunc = fix = rounding.trunc
    frac = rounding.frac
    remainder = rounding.remainder
    fmod = rounding.fmod
    floor_divide = rounding.floor_divide
    __mod__ = operator_of(rounding.remainder)
    __rmod__ = operator_of(rounding.remainder, swapped=True)
    __floordiv__ = operator_of(rounding.floor_divide)
    __rfloordiv__ = operator_of(rounding.floor_divide, swapped=True)
    normal_ = _draws.normal_
    uniform_ = _draws.uniform_
    random_ = _draws.random_
    bernoulli_ = _draws.bernoulli_
    exponential_ = _draws.exponential_
    log_normal_ = _draws.log_normal_
    geometric_ = _draws.geometric_
    cauchy_ = _draws.cauchy_
    bernoulli = _draws.bernoulli
    multinomial = _draws.multinomial
