"""The methods that change a tensor's own memory, or the shape it is seen in: their names end in an underscore."""

from __future__ import annotations

import numpy as np

from .ops import (
    arithmetic,
    blends,
    blocks,
    comparison,
    covariance,
    curves,
    diagonals,
    entropies,
    gammas,
    gathering,
    indexing,
    indexing_along,
    inplace,
    linear_sums,
    pairs,
    permuting,
    pointwise,
    powers,
    products,
    reducing_scatter,
    rounding,
    selection,
    shaping,
    sigmoids,
    trigonometry,
)
from .ops.inplace import in_place, in_place_scaled, in_place_shape, writing


class InPlaceMethods:
    """What a tensor can do to itself; a part of ``Tensor``."""

    __slots__ = ()

    __iadd__ = add_ = in_place_scaled(arithmetic.add, np.add)
    __isub__ = sub_ = subtract_ = in_place_scaled(arithmetic.sub, np.subtract)
    __imul__ = mul_ = multiply_ = in_place(arithmetic.mul, np.multiply)
    __itruediv__ = div_ = divide_ = true_divide_ = in_place(arithmetic.div, np.true_divide)
    __ifloordiv__ = floor_divide_ = in_place(rounding.floor_divide)
    __imod__ = remainder_ = in_place(rounding.remainder)
    __ipow__ = pow_ = in_place(powers.pow)
    __iand__ = bitwise_and_ = in_place(comparison.bitwise_and)
    __ior__ = bitwise_or_ = in_place(comparison.bitwise_or)
    __ixor__ = bitwise_xor_ = in_place(comparison.bitwise_xor)
    fmod_ = in_place(rounding.fmod)
    neg_ = negative_ = in_place(arithmetic.neg, np.negative)
    abs_ = absolute_ = in_place(pointwise.abs, np.absolute)
    sign_ = in_place(pointwise.sign)
    reciprocal_ = in_place(arithmetic.reciprocal)
    square_ = in_place(powers.square)
    addcmul_ = in_place(blends.addcmul)
    addcdiv_ = in_place(blends.addcdiv)
    lerp_ = in_place(blends.lerp)
    hypot_ = in_place(pairs.hypot)
    copysign_ = in_place(pairs.copysign)
    ldexp_ = in_place(pairs.ldexp)
    nextafter_ = in_place(pairs.nextafter)
    heaviside_ = in_place(pairs.heaviside)
    float_power_ = in_place(pairs.float_power)
    gcd_ = in_place(pairs.gcd)
    lcm_ = in_place(pairs.lcm)
    __ilshift__ = bitwise_left_shift_ = in_place(pairs.bitwise_left_shift)
    __irshift__ = bitwise_right_shift_ = in_place(pairs.bitwise_right_shift)
    renorm_ = in_place(covariance.renorm)
    addbmm_ = in_place(blocks.addbmm)
    scatter_reduce_ = in_place(reducing_scatter.scatter_reduce)
    index_reduce_ = in_place(reducing_scatter.index_reduce)
    put_ = writing(reducing_scatter.putting, "put_")
    exp_ = in_place(pointwise.exp)
    expm1_ = in_place(pointwise.expm1)
    log_ = in_place(pointwise.log)
    log1p_ = in_place(pointwise.log1p)
    log2_ = in_place(pointwise.log2)
    log10_ = in_place(pointwise.log10)
    sqrt_ = in_place(pointwise.sqrt, np.sqrt)
    rsqrt_ = in_place(pointwise.rsqrt)
    sin_ = in_place(trigonometry.sin)
    cos_ = in_place(trigonometry.cos)
    tan_ = in_place(trigonometry.tan)
    asin_ = arcsin_ = in_place(trigonometry.asin)
    acos_ = arccos_ = in_place(trigonometry.acos)
    atan_ = arctan_ = in_place(trigonometry.atan)
    atan2_ = arctan2_ = in_place(trigonometry.atan2)
    sinh_ = in_place(trigonometry.sinh)
    cosh_ = in_place(trigonometry.cosh)
    asinh_ = arcsinh_ = in_place(trigonometry.asinh)
    acosh_ = arccosh_ = in_place(trigonometry.acosh)
    atanh_ = arctanh_ = in_place(trigonometry.atanh)
    erf_ = in_place(gammas.erf)
    erfinv_ = in_place(gammas.erfinv)
    lgamma_ = in_place(gammas.lgamma)
    digamma_ = in_place(gammas.digamma)
    polygamma_ = in_place(gammas.polygamma_method, name="polygamma_")
    erfc_ = in_place(curves.erfc)
    sinc_ = in_place(curves.sinc)
    i0_ = in_place(curves.i0)
    logit_ = in_place(curves.logit)
    mvlgamma_ = in_place(curves.mvlgamma)
    deg2rad_ = in_place(curves.deg2rad)
    rad2deg_ = in_place(curves.rad2deg)
    sgn_ = in_place(curves.sgn)
    nan_to_num_ = in_place(curves.nan_to_num)
    conj_physical_ = in_place(curves.same, name="conj_physical_")
    exp2_ = in_place(pointwise.exp2)
    xlogy_ = in_place(entropies.xlogy)
    eq_ = in_place(comparison.eq)
    ne_ = not_equal_ = in_place(comparison.ne)
    lt_ = less_ = in_place(comparison.lt)
    le_ = less_equal_ = in_place(comparison.le)
    gt_ = greater_ = in_place(comparison.gt)
    ge_ = greater_equal_ = in_place(comparison.ge)
    logical_and_ = in_place(comparison.logical_and)
    logical_or_ = in_place(comparison.logical_or)
    logical_xor_ = in_place(comparison.logical_xor)
    bitwise_not_ = in_place(comparison.bitwise_not)
    cumprod_ = in_place(products.cumprod)
    addmv_ = in_place(linear_sums.addmv)
    addr_ = in_place(linear_sums.addr)
    tanh_ = in_place(sigmoids.tanh)
    sigmoid_ = in_place(sigmoids.sigmoid)
    relu_ = in_place(sigmoids.relu)
    floor_ = in_place(rounding.floor)
    ceil_ = in_place(rounding.ceil)
    round_ = in_place(rounding.round)
    trunc_ = fix_ = in_place(rounding.trunc)
    frac_ = in_place(rounding.frac)
    clamp_ = clip_ = in_place(selection.clamp)
    clamp_min_ = in_place(selection.clamp_min)
    clamp_max_ = in_place(selection.clamp_max)
    masked_fill_ = in_place(selection.masked_fill)
    tril_ = in_place(diagonals.tril)
    triu_ = in_place(diagonals.triu)
    addmm_ = in_place(linear_sums.addmm)
    baddbmm_ = in_place(linear_sums.baddbmm)
    cumsum_ = in_place(products.cumsum)
    logical_not_ = in_place(comparison.logical_not)
    zero_ = inplace.zero_
    fill_ = inplace.fill_
    fill_diagonal_ = inplace.fill_diagonal_
    copy_ = inplace.copy_
    resize_ = inplace.resize_
    resize_as_ = inplace.resize_as_
    apply_ = inplace.apply_
    map_ = inplace.map_
    set_ = inplace.set_
    scatter_ = writing(gathering.scattering, "scatter_")
    scatter_add_ = writing(gathering.scatter_adding, "scatter_add_")
    index_add_ = writing(indexing_along.index_adding, "index_add_")
    index_copy_ = writing(indexing_along.index_copying, "index_copy_")
    index_fill_ = writing(indexing_along.index_filling, "index_fill_")
    index_put_ = indexing.index_put_
    masked_scatter_ = writing(indexing_along.masked_scattering, "masked_scatter_")
    squeeze_ = in_place_shape(shaping.squeeze_in_place, "squeeze_")
    unsqueeze_ = in_place_shape(shaping.unsqueeze_in_place, "unsqueeze_")
    transpose_ = swapaxes_ = swapdims_ = in_place_shape(permuting.transpose_in_place, "transpose_")
    t_ = in_place_shape(permuting.t_in_place, "t_")
