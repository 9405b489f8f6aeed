"""Rows: sums, extremes, statistics, products, norms, and order."""

from __future__ import annotations

from .row import Row, distinct, given, integers, mask, positive, real

nan, inf = float("nan"), float("inf")

SUMS = (
    Row("sum", lambda torch, x: (x.sum(), torch.sum(x)), (real(2, 3),)),
    Row("sum dim", lambda torch, x: (x.sum(0), x.sum(-1, True), torch.sum(x, dim=(0, 2))), (real(2, 3, 4),)),
    Row("sum axis keepdims", lambda torch, x: torch.sum(x, axis=1, keepdims=True), (real(2, 3),)),
    Row("sum over no dims", lambda torch, x: x.sum(()), (real(2, 3),)),
    Row("sum of bools and integers", lambda torch, b, i: (b.sum(), i.sum(0), i.sum(1)), (mask(4), integers(2, 3, dtype="int32"))),
    Row("sum dtype", lambda torch, x, i: (x.sum(dtype=torch.float64), i.sum(dtype=torch.float32)), (real(3), integers(3))),
    Row("sum of nothing", lambda torch, x: (x.sum(), x.sum(0), x.sum(1)), (real(0, 3),)),
    Row("sum 0-dim", lambda torch, x: (x.sum(), x.sum(0)), (real(),)),
    Row("sum dim out of range", lambda torch, x: x.sum(2), (real(2, 3),), error="Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
    Row("sum dim twice", lambda torch, x: x.sum((0, 0)), (real(2, 3),), error="dim 0 appears multiple times in the list of dims"),
    Row("mean", lambda torch, x: (x.mean(), torch.mean(x)), (real(2, 3),)),
    Row("mean dim", lambda torch, x: (x.mean(0), x.mean(-1, True), torch.mean(x, dim=(0, 2))), (real(2, 3, 4),)),
    Row("mean of integers", lambda torch, x: x.mean(), (integers(3),), error="mean(): could not infer output dtype"),
    Row("mean of integers dtype", lambda torch, x: x.mean(dtype=torch.float32), (integers(3),)),
    Row("mean of nothing", lambda torch, x: (x.mean(), x.mean(1)), (real(0, 3),)),
)

EXTREMES = (
    *(
        row
        for name in ("max", "min")
        for row in (
            Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (distinct(2, 3),)),
            Row(f"{name} ties", lambda torch, x, name=name: getattr(x, name)(), (given([2.0, -1.0, 2.0, -1.0, 0.5]),)),
            Row(f"{name} nan", lambda torch, x, name=name: getattr(x, name)(), (given([2.0, nan, 3.0, nan]),)),
            Row(f"{name} dim", lambda torch, x, name=name: getattr(torch, name)(x, 1), (distinct(2, 3, 2),)),
            Row(f"{name} dim keepdim", lambda torch, x, name=name: getattr(x, name)(dim=-1, keepdim=True), (distinct(2, 3),)),
            Row(f"{name} axis", lambda torch, x, name=name: getattr(x, name)(axis=0), (distinct(2, 3),)),
            Row(f"{name} dim ties", lambda torch, x, name=name: getattr(x, name)(1), (given([[2.0, 2.0, 1.0], [1.0, 1.0, 2.0]]),)),
            Row(f"{name} dim nan", lambda torch, x, name=name: getattr(x, name)(0), (given([1.0, nan, 5.0, nan]),)),
            Row(f"{name} of two", lambda torch, x, y, name=name: getattr(torch, name)(x, y), (real(2, 3), real(3))),
            Row(f"{name} 0-dim", lambda torch, x, name=name: (getattr(x, name)(), *getattr(x, name)(0)), (real(),)),
            Row(f"{name} of integers", lambda torch, x, name=name: (getattr(x, name)(), *getattr(x, name)(1)), (integers(2, 5, high=9),)),
            Row(f"{name} of bools", lambda torch, x, name=name: (getattr(x, name)(), *getattr(x, name)(0)), (mask(4),)),
            Row(f"{name} of nothing", lambda torch, x, name=name: getattr(x, name)(), (real(0),), error="Expected reduction dim to be specified for input.numel() == 0"),
            Row(f"{name} over nothing", lambda torch, x, name=name: getattr(x, name)(0), (real(0, 3),), error="Expected reduction dim 0 to have non-zero size"),
            Row(f"{name} along nothing", lambda torch, x, name=name: getattr(x, name)(0), (real(3, 0),)),
            Row(f"{name} dim out of range", lambda torch, x, name=name: getattr(x, name)(2), (real(2, 3),), error="Dimension out of range"),
            Row(f"{name} of several dims", lambda torch, x, name=name: getattr(x, name)((0, 1)), (real(2, 3),), error=f"{name}() received an invalid combination of arguments"),
            Row(f"{name} and a number", lambda torch, x, name=name: getattr(torch, name)(x, 2.0), (real(2, 3),), error=f"{name}() received an invalid combination of arguments"),
            Row(f"a{name}", lambda torch, x, name=name: getattr(torch, "a" + name)(x), (distinct(2, 3),)),
            Row(f"a{name} dim", lambda torch, x, name=name: (getattr(x, "a" + name)(1), getattr(x, "a" + name)((0, -1), True)), (distinct(2, 3, 2),)),
            Row(f"a{name} ties", lambda torch, x, name=name: getattr(x, "a" + name)(1), (given([[2.0, 2.0, 1.0], [1.0, 1.0, 2.0]]),)),
            Row(f"a{name} nan", lambda torch, x, name=name: getattr(x, "a" + name)(), (given([2.0, nan, 3.0, nan]),)),
            Row(f"a{name} of nothing", lambda torch, x, name=name: getattr(x, "a" + name)(0), (real(0, 3),), error="Expected reduction dim 0 to have non-zero size"),
            Row(f"a{name} 0-dim and bool", lambda torch, x, b, name=name: (getattr(x, "a" + name)(), getattr(x, "a" + name)(0), getattr(b, "a" + name)(0)), (real(), mask(3))),
            Row(f"arg{name}", lambda torch, x, name=name: (getattr(torch, "arg" + name)(x), getattr(x, "arg" + name)(1), getattr(x, "arg" + name)(0, True), getattr(x, "arg" + name)(keepdim=True)), (distinct(3, 4),)),
            Row(f"arg{name} ties and nan", lambda torch, x, y, name=name: (getattr(x, "arg" + name)(), getattr(y, "arg" + name)()), (given([1.0, 2.0, 2.0, 1.0]), given([1.0, nan, nan]))),
            Row(f"arg{name} 0-dim", lambda torch, x, name=name: (getattr(x, "arg" + name)(), getattr(x, "arg" + name)(0)), (real(),)),
            Row(f"arg{name} of bools", lambda torch, x, name=name: getattr(x, "arg" + name)(), (mask(3),), error="does not support bool input"),
            Row(f"arg{name} of nothing", lambda torch, x, name=name: getattr(x, "arg" + name)(), (real(0),), error="Expected reduction dim to be specified for input.numel() == 0"),
            Row(f"arg{name} over nothing", lambda torch, x, name=name: getattr(x, "arg" + name)(0), (real(0, 3),), error="Expected reduction dim 0 to have non-zero size"),
            Row(f"{name}imum", lambda torch, x, y, name=name: getattr(torch, name + "imum")(x, y), (real(2, 3), real(2, 1))),
            Row(f"{name}imum ties and nan", lambda torch, x, y, name=name: getattr(torch, name + "imum")(x, y), (given([1.0, 2.0, nan, 3.0]), given([1.0, 3.0, 1.0, nan]))),
            Row(f"{name}imum of integers", lambda torch, x, y, b, name=name: (getattr(torch, name + "imum")(x, y), getattr(torch, name + "imum")(x, x), getattr(torch, name + "imum")(b, b)), (integers(4), real(4), mask(3))),
            Row(f"{name}imum with itself", lambda torch, x, name=name: getattr(torch, name + "imum")(x, x), (real(3),)),
            Row(f"{name}imum and a number", lambda torch, x, name=name: getattr(torch, name + "imum")(x, 2.0), (real(3),), error="argument 'other'"),
            Row(f"{name}imum shapes", lambda torch, x, y, name=name: getattr(torch, name + "imum")(x, y), (real(3), real(2)), error="must match the size of tensor"),
        )
    ),
    Row("aminmax", lambda torch, x: torch.aminmax(x), (distinct(2, 3),)),
    Row("aminmax dim", lambda torch, x: x.aminmax(dim=1, keepdim=True), (distinct(2, 3),)),
    Row("aminmax of nothing", lambda torch, x: torch.aminmax(x), (real(0),), error="cannot compute aminmax over an empty dimension"),
    Row("aminmax over nothing", lambda torch, x: x.aminmax(dim=1), (real(5, 0),), error="Expected reduction dim 1 to have non-zero size"),
    Row("aminmax 0-dim", lambda torch, x: x.aminmax(dim=0), (real(),)),
    Row("one of a pair used", lambda torch, x: torch.aminmax(x).max, (distinct(2, 3),)),
    Row("names of the pair", lambda torch, x: (x.max(1).values, x.max(1).indices, x.max(1)[0]), (distinct(2, 3),)),
)

STATISTICS = (
    *(
        row
        for name in ("var", "std", "var_mean", "std_mean")
        for row in (
            Row(name, lambda torch, x, name=name: getattr(torch, name)(x), (real(2, 3),)),
            Row(f"{name} dim", lambda torch, x, name=name: getattr(torch, name)(x, 1), (real(2, 3),)),
            Row(f"{name} dims keepdim", lambda torch, x, name=name: getattr(torch, name)(x, dim=(0, 2), keepdim=True), (real(2, 3, 4),)),
            Row(f"{name} correction", lambda torch, x, name=name: getattr(torch, name)(x, dim=1, correction=0), (real(2, 3),)),
            Row(f"{name} unbiased", lambda torch, x, name=name: getattr(torch, name)(x, unbiased=False), (real(2, 3),)),
            Row(f"{name} positions", lambda torch, x, name=name: getattr(torch, name)(x, 1, False, True), (real(2, 3),)),
            Row(f"{name} False", lambda torch, x, name=name: getattr(torch, name)(x, False), (real(2, 3),)),
            Row(f"{name} of one", lambda torch, x, name=name: getattr(torch, name)(x), (real(1),), second=False),
            Row(f"{name} of equal numbers", lambda torch, x, name=name: getattr(torch, name)(x), (given([2.0, 2.0, 2.0]),), second="std" not in name),
            Row(f"{name} 0-dim", lambda torch, x, name=name: getattr(torch, name)(x), (real(),), second=False),
            Row(f"{name} of integers", lambda torch, x, name=name: getattr(torch, name)(x), (integers(3),), error="only support floating point"),
            Row(f"{name} dim out of range", lambda torch, x, name=name: getattr(torch, name)(x, 2), (real(2, 3),), error="Dimension out of range"),
        )
    ),
    Row("var correction too large", lambda torch, x: (x.var(1, correction=3), x.var(1, correction=5)), (real(2, 3),), second=False),
    Row("var both ways", lambda torch, x: x.var(unbiased=True, correction=1), (real(3),), error="var() received an invalid combination of arguments"),
    Row("mean of a pair used", lambda torch, x: torch.std_mean(x, 1)[1], (real(2, 3),)),
    Row("std of a pair used", lambda torch, x: torch.std_mean(x, 1)[0], (real(2, 3),)),
    Row("median", lambda torch, x, y: (x.median(), torch.median(y)), (distinct(5), distinct(2, 3))),
    Row("median ties", lambda torch, x: x.median(), (given([2.0, 1.0, 2.0, 3.0]),)),
    Row("median nan", lambda torch, x: (x.median(), *x.median(0)), (given([2.0, nan, 2.0, nan]),)),
    Row("median dim", lambda torch, x: (*x.median(1), *x.median(0, True)), (distinct(3, 4),)),
    Row("median of integers", lambda torch, x: (x.median(), *x.median(0)), (given([[4, 1], [2, 7], [3, 3]]),)),
    Row("median 0-dim", lambda torch, x: (x.median(), *x.median(0)), (real(),)),
    Row("median of nothing", lambda torch, x: x.median(), (real(0),), second=False),
    Row("median over nothing", lambda torch, x: x.median(0), (real(0, 3),), error="Expected reduction dim 0 to have non-zero size"),
)

PRODUCTS = (
    Row("prod", lambda torch, x: x.prod(), (real(2, 3),)),
    Row("prod with a zero", lambda torch, x: x.prod(), (given([2.0, 0.0, 3.0]),)),
    Row("prod with zeros", lambda torch, x: x.prod(), (given([2.0, 0.0, 3.0, 0.0]),)),
    Row("prod dim", lambda torch, x: (x.prod(1), torch.prod(x, -1, True)), (real(2, 3),)),
    Row("prod dim with zeros", lambda torch, x: (x.prod(1), x.prod(0)), (given([[2.0, 0.0, 3.0], [0.0, 5.0, 0.0]]),)),
    Row("prod of integers", lambda torch, x, b: (x.prod(), x.prod(0), b.prod()), (integers(2, 3, low=1, high=5, dtype="int32"), mask(3))),
    Row("prod dtype", lambda torch, x: x.prod(dtype=torch.float64), (real(3),)),
    Row("prod 0-dim", lambda torch, x: (x.prod(), x.prod(0)), (real(),)),
    Row("prod of nothing", lambda torch, x: (x.prod(), x.prod(0), x.prod(1)), (real(0, 2),)),
    Row("prod dim out of range", lambda torch, x: x.prod(2), (real(2, 3),), error="Dimension out of range"),
    Row("cumsum", lambda torch, x: (x.cumsum(0), torch.cumsum(x, -1)), (real(2, 3),)),
    Row("cumsum of integers", lambda torch, x, b: (x.cumsum(0), b.cumsum(0)), (integers(4, dtype="int32"), mask(3))),
    Row("cumsum dtype", lambda torch, x: torch.cumsum(x, dim=0, dtype=torch.float64), (real(3),)),
    Row("cumsum 0-dim", lambda torch, x: x.cumsum(0), (real(),)),
    Row("cumsum dim out of range", lambda torch, x: x.cumsum(2), (real(2, 3),), error="Dimension out of range"),
    Row("cumsum without dim", lambda torch, x: torch.cumsum(x), (real(2, 3),), error="missing 1 required positional argument"),
    Row("cumprod", lambda torch, x: (x.cumprod(0), torch.cumprod(x, -1)), (real(3, 3),)),
    Row("cumprod with zeros", lambda torch, x: (x.cumprod(0), x.cumprod(1)), (given([[2.0, 0.0, 3.0], [0.0, 5.0, 0.0]]),)),
    Row("cumprod of integers", lambda torch, x: x.cumprod(0), (integers(4, low=1),)),
    Row("cumprod 0-dim", lambda torch, x: x.cumprod(0), (real(),)),
)

NORMS = (
    *(Row(f"norm {p}", lambda torch, x, p=p: (x.norm(p), torch.norm(x, p, 1)), (real(2, 3),)) for p in (1, 2, 3, 1.5, 0.5, -1, 2.0, inf, -inf, "fro", None)),
    Row("norm 0", lambda torch, x: torch.norm(x, 0), (given([0.0, 2.0, -1.0]),)),
    *(Row(f"norm {p} at 0", lambda torch, x, p=p: torch.norm(x, p), (given([0.0, 0.0]),), second=False) for p in (1, 2, 3, 1.5, 0.5, inf)),
    *(Row(f"norm {p} with a zero", lambda torch, x, p=p: torch.norm(x, p), (given([0.0, 2.0, -2.0]),), second=False) for p in (1, 2, 3, 1.5, 0.5, inf)),
    Row("norm keepdim", lambda torch, x: torch.norm(x, dim=(0, 1), keepdim=True), (real(2, 3),)),
    Row("norm axis", lambda torch, x: torch.norm(x, dim=-1, keepdim=True, dtype=torch.float64), (real(2, 3),)),
    Row("norm 0-dim", lambda torch, x: x.norm(), (real(),)),
    Row("norm of nothing", lambda torch, x: x.norm(), (real(0),)),
    Row("norm of integers", lambda torch, x: x.norm(), (integers(3),), error="linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long"),
    Row("norm of another order", lambda torch, x: x.norm("max"), (real(2, 2),), error="linalg.matrix_norm: Order max not supported"),
)

ORDER = (
    Row("sort", lambda torch, x: torch.sort(x), (distinct(3, 4),)),
    Row("sort dim descending", lambda torch, x: (*x.sort(0, True), *x.sort(dim=0, descending=True, stable=True)), (distinct(3, 4),)),
    Row("sort ties and nan", lambda torch, x: (*x.sort(), *x.sort(descending=True)), (given([2.0, nan, 1.0, 2.0, nan, 1.0]),)),
    Row("sort of integers", lambda torch, x, b: (*x.sort(), *b.sort()), (integers(6), mask(4))),
    Row("sort 0-dim", lambda torch, x: x.sort(), (real(),)),
    Row("sort dim out of range", lambda torch, x: x.sort(2), (real(2, 3),), error="Dimension out of range"),
    Row("argsort", lambda torch, x: (x.argsort(), torch.argsort(x, 0, True), torch.argsort(x, dim=1, descending=True, stable=True)), (distinct(3, 4),)),
    Row("topk", lambda torch, x: (*x.topk(2), *torch.topk(x, 1, dim=0, largest=False)), (distinct(3, 4),)),
    Row("topk of none and all", lambda torch, x: (*x.topk(0), *x.topk(4)), (distinct(3, 4),)),
    Row("topk nan", lambda torch, x: (*x.topk(2), *x.topk(2, largest=False)), (given([3.0, nan, 1.0]),)),
    Row("topk 0-dim", lambda torch, x: x.topk(1), (real(),)),
    Row("topk too many", lambda torch, x: x.topk(5), (real(3, 4),), error="selected index k out of range"),
    Row("topk of bools", lambda torch, x: x.topk(1), (mask(3),), error="topk does not support bool dtypes on CPU"),
    Row("unique", lambda torch, x: (x.unique(), *torch.unique(x, return_inverse=True, return_counts=True)), (integers(3, 4),)),
    Row("unique counts", lambda torch, x: torch.unique(x, return_counts=True), (integers(8),)),
    Row("unique dim", lambda torch, x: (torch.unique(x, dim=0), *torch.unique(x, dim=1, return_inverse=True, return_counts=True)), (integers(6, 2, high=2),)),
    Row("unique nan", lambda torch, x: torch.unique(x), (given([nan, 1.0, nan, 1.0], grad=False),)),
    Row("unique backward", lambda torch, x: torch.unique(x), (real(3),), error="the derivative for '_unique2' is not implemented"),
    Row("bincount", lambda torch, x: (torch.bincount(x), x.bincount(minlength=7)), (integers(9, high=5),)),
    Row("bincount weights", lambda torch, x, w, i: (torch.bincount(x, w), torch.bincount(x, weights=i)), (integers(9, high=5), real(9, grad=False), integers(9))),
    Row("bincount of nothing", lambda torch, x: torch.bincount(x), (integers(0),)),
    Row("bincount of negative numbers", lambda torch, x: torch.bincount(x), (given([1, -1]),), error="bincount only supports 1-d non-negative integral inputs"),
    Row("bincount of floats", lambda torch, x: torch.bincount(x), (positive(3, grad=False),), error="\"bincount_cpu\" not implemented"),
    Row("bincount minlength", lambda torch, x: torch.bincount(x, minlength=-1), (integers(3),), error="minlength should be >= 0"),
    Row("bincount other weights", lambda torch, x, w: torch.bincount(x, w), (integers(3), integers(2)), error="weights should be 1-d and have the same length as input"),
)

CHAINS = (
    Row(
        "elementwise right after several results",
        lambda torch, x: (x.max(1)[0].exp(), x.sort(0)[0].exp(), x.topk(2)[0].neg(), x.unbind()[1].sin(), x.split(1)[0].exp(), x.median(1)[0].sigmoid()),
        (distinct(3, 4),),
    ),
    Row(
        "elementwise right after several 0-dim results",
        lambda torch, x: (x.max(0)[0].neg(), x.sort()[0][1].exp(), x.unbind()[1].exp(), torch.std_mean(x)[1].exp()),
        (distinct(4),),
    ),
    Row("trace after neg", lambda torch, x: -x.trace(), (real(3, 3),)),
)

ROWS = (*SUMS, *EXTREMES, *STATISTICS, *PRODUCTS, *NORMS, *ORDER, *CHAINS)
