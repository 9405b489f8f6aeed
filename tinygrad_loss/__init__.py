"""Reverse-mode autodiff on NumPy for classification losses and the gradients that flow back through them; PyTorch's names."""

import importlib as _importlib
import warnings as _warnings
from math import e as e, inf as inf, nan as nan, pi as pi
from typing import TYPE_CHECKING as _TYPE_CHECKING, Any as _Any

from . import (
    accelerator as accelerator,
    amp as amp,
    autograd as autograd,
    backends as backends,
    cuda as cuda,
    random as random,
    return_types as return_types,
    version as version,
)
from ._creation import (
    as_tensor as as_tensor,
    asarray as asarray,
    empty as empty,
    empty_like as empty_like,
    from_dlpack as from_dlpack,
    from_numpy as from_numpy,
    frombuffer as frombuffer,
    full as full,
    full_like as full_like,
    ones as ones,
    ones_like as ones_like,
    scalar_tensor as scalar_tensor,
    tensor as tensor,
    zeros as zeros,
    zeros_like as zeros_like,
)
from ._device import (
    channels_last as channels_last,
    contiguous_format as contiguous_format,
    device as device,
    get_default_device as get_default_device,
    layout as layout,
    memory_format as memory_format,
    preserve_format as preserve_format,
    set_default_device as set_default_device,
    strided as strided,
)
from ._draws import (
    bernoulli as bernoulli,
    multinomial as multinomial,
    normal as normal,
    poisson as poisson,
    rand as rand,
    rand_like as rand_like,
    randint as randint,
    randint_like as randint_like,
    randn as randn,
    randn_like as randn_like,
    randperm as randperm,
)
from ._dtypes import (
    bool_ as _bool,
    double as double,
    dtype as dtype,
    finfo as finfo,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    get_default_dtype as get_default_dtype,
    half as half,
    iinfo as iinfo,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    long as long,
    promote_types as promote_types,
    set_default_dtype as set_default_dtype,
    short as short,
    uint8 as uint8,
)
from ._generator import (
    Generator as Generator,
    default_generator as default_generator,
    get_rng_state as get_rng_state,
    initial_seed as initial_seed,
    manual_seed as manual_seed,
    seed as seed,
    set_rng_state as set_rng_state,
)
from ._legacy import (
    BoolTensor as BoolTensor,
    ByteTensor as ByteTensor,
    CharTensor as CharTensor,
    DoubleTensor as DoubleTensor,
    FloatTensor as FloatTensor,
    HalfTensor as HalfTensor,
    IntTensor as IntTensor,
    LongTensor as LongTensor,
    ShortTensor as ShortTensor,
    set_default_tensor_type as set_default_tensor_type,
)
from ._missing import missing_names as _missing_names
from ._names import FUNCTIONAL as _FUNCTIONAL, IN_PLACE as _IN_PLACE
from ._printing import set_printoptions as set_printoptions
from ._properties import (
    can_cast as can_cast,
    get_device as get_device,
    imag as imag,
    is_complex as is_complex,
    is_floating_point as is_floating_point,
    is_nonzero as is_nonzero,
    is_same_size as is_same_size,
    is_signed as is_signed,
    is_tensor as is_tensor,
    numel as numel,
    real as real,
    result_type as result_type,
    typename as typename,
)
from ._ranges import (
    arange as arange,
    eye as eye,
    linspace as linspace,
    logspace as logspace,
    range as range,
    tril_indices as tril_indices,
    triu_indices as triu_indices,
)
from ._settings import (
    are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled,
    get_float32_matmul_precision as get_float32_matmul_precision,
    set_float32_matmul_precision as set_float32_matmul_precision,
    use_deterministic_algorithms as use_deterministic_algorithms,
)
from ._shapes import Size as Size
from ._tensor import Tensor as Tensor
from ._version import __version__ as __version__
from .amp.autocast_mode import autocast as autocast, is_autocast_enabled as is_autocast_enabled
from .autograd import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled,
    is_anomaly_enabled as is_anomaly_enabled,
    is_grad_enabled as is_grad_enabled,
    is_inference_mode_enabled as is_inference_mode_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from .kernels.threads import get_num_threads as get_num_threads, set_num_threads as set_num_threads
from .ops import (
    blends as _blends,
    blocks as _blocks,
    covariance as _covariance,
    curves as _curves,
    order_statistics as _order_statistics,
    pairs as _pairs,
    part_writes as _part_writes,
    reducing_scatter as _reducing_scatter,
    running as _running,
    searching as _searching,
    solving as _solving,
)
from .ops._casts import clone as clone
from .ops.arithmetic import (
    add as add,
    div as div,
    mul as mul,
    neg as neg,
    reciprocal as reciprocal,
    rsub as rsub,
    sub as sub,
)
from .ops.comparison import (
    all as all,
    allclose as allclose,
    any as any,
    bitwise_and as bitwise_and,
    bitwise_not as bitwise_not,
    bitwise_or as bitwise_or,
    bitwise_xor as bitwise_xor,
    count_nonzero as count_nonzero,
    eq as eq,
    equal as equal,
    ge as ge,
    gt as gt,
    isclose as isclose,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    le as le,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    lt as lt,
    ne as ne,
)
from .ops.diagonals import (
    diag as diag,
    diag_embed as diag_embed,
    diagflat as diagflat,
    diagonal as diagonal,
    trace as trace,
    tril as tril,
    triu as triu,
)
from .ops.einsum import einsum as einsum
from .ops.entropies import xlogy as xlogy
from .ops.extremes import (
    amax as amax,
    amin as amin,
    aminmax as aminmax,
    argmax as argmax,
    argmin as argmin,
    max as max,
    maximum as maximum,
    min as min,
    minimum as minimum,
)
from .ops.gammas import digamma as digamma, erf as erf, erfinv as erfinv, lgamma as lgamma, polygamma as polygamma
from .ops.gathering import gather as gather, scatter as scatter, scatter_add as scatter_add, take_along_dim as take_along_dim
from .ops.indexing import index_put as index_put
from .ops.indexing_along import (
    index_add as index_add,
    index_copy as index_copy,
    index_fill as index_fill,
    index_select as index_select,
    masked_scatter as masked_scatter,
    take as take,
)
from .ops.inplace import fill as fill
from .ops.joining import (
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    broadcast_shapes as broadcast_shapes,
    broadcast_tensors as broadcast_tensors,
    cat as cat,
    column_stack as column_stack,
    dstack as dstack,
    hstack as hstack,
    meshgrid as meshgrid,
    repeat_interleave as repeat_interleave,
    stack as stack,
    tile as tile,
    vstack as vstack,
)
from .ops.linear import (
    bmm as bmm,
    chain_matmul as chain_matmul,
    dot as dot,
    inner as inner,
    matmul as matmul,
    mm as mm,
    mv as mv,
    outer as outer,
    tensordot as tensordot,
    vdot as vdot,
)
from .ops.linear_sums import addmm as addmm, addmv as addmv, addr as addr, baddbmm as baddbmm
from .ops.norms import norm as norm
from .ops.permuting import (
    flip as flip,
    fliplr as fliplr,
    flipud as flipud,
    movedim as movedim,
    permute as permute,
    roll as roll,
    rot90 as rot90,
    t as t,
    transpose as transpose,
)
from .ops.pointwise import (
    abs as abs,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    rsqrt as rsqrt,
    sign as sign,
    sqrt as sqrt,
)
from .ops.powers import pow as pow, square as square
from .ops.products import cumprod as cumprod, cumsum as cumsum, prod as prod
from .ops.reductions import mean as mean, sum as sum
from .ops.rounding import (
    ceil as ceil,
    floor as floor,
    floor_divide as floor_divide,
    fmod as fmod,
    frac as frac,
    remainder as remainder,
    round as round,
    trunc as trunc,
)
from .ops.selection import (
    clamp as clamp,
    clamp_max as clamp_max,
    clamp_min as clamp_min,
    masked_fill as masked_fill,
    masked_select as masked_select,
    nonzero as nonzero,
    where as where,
)
from .ops.shaping import (
    broadcast_to as broadcast_to,
    flatten as flatten,
    ravel as ravel,
    reshape as reshape,
    squeeze as squeeze,
    unflatten as unflatten,
    unsqueeze as unsqueeze,
)
from .ops.sigmoids import relu as relu, sigmoid as sigmoid, tanh as tanh
from .ops.slicing import (
    chunk as chunk,
    narrow as narrow,
    select as select,
    split as split,
    tensor_split as tensor_split,
    unbind as unbind,
)
from .ops.softmaxes import log_softmax as log_softmax, logsumexp as logsumexp, softmax as softmax
from .ops.sorting import argsort as argsort, bincount as bincount, sort as sort, topk as topk, unique as unique
from .ops.statistics import median as median, std as std, std_mean as std_mean, var as var, var_mean as var_mean
from .ops.trigonometry import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    sin as sin,
    sinh as sinh,
    tan as tan,
)

addcdiv, addcmul, lerp = _blends.addcdiv, _blends.addcmul, _blends.lerp
addbmm, block_diag, cartesian_prod = _blocks.addbmm, _blocks.block_diag, _blocks.cartesian_prod
combinations, cross, dsplit, hsplit, kron = _blocks.combinations, _blocks.cross, _blocks.dsplit, _blocks.hsplit, _blocks.kron
matrix_power, vsplit = _blocks.matrix_power, _blocks.vsplit
cdist, corrcoef, cov, dist = _covariance.cdist, _covariance.corrcoef, _covariance.cov, _covariance.dist
renorm = _covariance.renorm
angle, deg2rad, erfc, i0, isneginf = _curves.angle, _curves.deg2rad, _curves.erfc, _curves.i0, _curves.isneginf
isposinf, isreal, logit, mvlgamma = _curves.isposinf, _curves.isreal, _curves.logit, _curves.mvlgamma
nan_to_num, positive, rad2deg, sgn = _curves.nan_to_num, _curves.positive, _curves.rad2deg, _curves.sgn
signbit, sinc = _curves.signbit, _curves.sinc
kthvalue, mode, msort = _order_statistics.kthvalue, _order_statistics.mode, _order_statistics.msort
nanmean, nanmedian, nanquantile = _order_statistics.nanmean, _order_statistics.nanmedian, _order_statistics.nanquantile
nansum, quantile = _order_statistics.nansum, _order_statistics.quantile
bitwise_left_shift, bitwise_right_shift, copysign = _pairs.bitwise_left_shift, _pairs.bitwise_right_shift, _pairs.copysign
float_power, fmax, fmin, gcd, heaviside = _pairs.float_power, _pairs.fmax, _pairs.fmin, _pairs.gcd, _pairs.heaviside
hypot, lcm, ldexp, logaddexp, logaddexp2 = _pairs.hypot, _pairs.lcm, _pairs.ldexp, _pairs.logaddexp, _pairs.logaddexp2
nextafter = _pairs.nextafter
as_strided, as_strided_scatter = _part_writes.as_strided, _part_writes.as_strided_scatter
diagonal_scatter, narrow_copy = _part_writes.diagonal_scatter, _part_writes.narrow_copy
select_scatter, slice_scatter = _part_writes.select_scatter, _part_writes.slice_scatter
index_reduce, put, scatter_reduce = _reducing_scatter.index_reduce, _reducing_scatter.put, _reducing_scatter.scatter_reduce
cummax, cummin, cumulative_trapezoid, diff = _running.cummax, _running.cummin, _running.cumulative_trapezoid, _running.diff
logcumsumexp, trapezoid, trapz = _running.logcumsumexp, _running.trapezoid, _running.trapz
argwhere, bucketize, histc, isin = _searching.argwhere, _searching.bucketize, _searching.histc, _searching.isin
searchsorted, unique_consecutive = _searching.searchsorted, _searching.unique_consecutive
unravel_index = _searching.unravel_index
det, inverse, logdet, slogdet = _solving.det, _solving.inverse, _solving.logdet, _solving.slogdet

bool, float, int = _bool, float32, int32
absolute, negative, fix, clip = abs, neg, trunc, clamp
subtract, multiply, divide, true_divide = sub, mul, div, div
arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh = asin, acos, atan, atan2, asinh, acosh, atanh
concat = concatenate = cat
row_stack = vstack
ger, split_with_sizes = outer, split
adjoint, detach = Tensor.adjoint, Tensor.detach
is_conj = is_neg = Tensor.is_conj
conj = conj_physical = resolve_conj = resolve_neg = Tensor.conj
less, less_equal, greater, greater_equal, not_equal = lt, le, gt, ge, ne
moveaxis, swapaxes, swapdims = movedim, Tensor.swapaxes, transpose
newaxis = None

# As in PyTorch, log(0) is -inf without a word.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tinygrad_loss(\.|$)")

if _TYPE_CHECKING:
    from . import (
        datasets as datasets,
        linalg as linalg,
        nn as nn,
        optim as optim,
        plots as plots,
        special as special,
        utils as utils,
    )
    from ._comparison import Comparison as Comparison, compare as compare
    from ._explanation import Explanation as Explanation, explain as explain
    from ._picture import Picture as Picture, draw as draw
    from .doctor import lint as lint
    from .serialization import load as load, save as save

# Imported when first asked for, so that ``import tinygrad_loss`` itself stays quick.
_LATER = {
    **dict.fromkeys(("datasets", "linalg", "nn", "optim", "plots", "special", "utils")),
    "Comparison": "_comparison",
    "Explanation": "_explanation",
    "Picture": "_picture",
    "compare": "_comparison",
    "draw": "_picture",
    "lint": "doctor",
    "explain": "_explanation",
    "load": "serialization",
    "save": "serialization",
    **dict.fromkeys(_FUNCTIONAL, "nn.functional"),
}


def __getattr__(name: str) -> _Any:
    if name in _IN_PLACE:
        return getattr(Tensor, name)
    if name not in _LATER:
        return _missing_names(__name__)(name)
    module = _LATER[name]
    if module is None:
        return _importlib.import_module(f".{name}", __name__)
    found = getattr(_importlib.import_module(f".{module}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER, *_IN_PLACE})
