"""Autocasting: accepted where PyTorch without a CUDA device has it off, an error where PyTorch would compute in half precision."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from .._dtypes import dtype as _dtype
from ..errors import type_name

Function = Callable[..., Any]


class autocast:
    """A context, or a decorator, in which PyTorch computes chosen operations in half precision.

    Here it is off. For "cuda" a warning says so, as PyTorch's without a CUDA device does. For "cpu" PyTorch would compute in
    bfloat16, which is missing here: RuntimeError, unless ``enabled=False``.

    >>> import tinygrad_loss as torch
    >>> with torch.autocast("cpu", enabled=False):
    ...     print(torch.ones(2) @ torch.ones(2))
    tensor(2.)
    """

    def __init__(
        self, device_type: str, dtype: _dtype | None = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if not is_autocast_available(device_type):
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        if enabled and device_type == "cuda":
            warnings.warn(
                "CUDA is not available or torch_xla is imported. Disabling autocast.",
                stacklevel=2 if type(self) is autocast else 3,
            )
        elif enabled:
            raise RuntimeError(
                "autocast('cpu'): PyTorch would compute in bfloat16 or float16 here, which tinygrad_loss does not. Pass "
                "enabled=False to compute in the tensors' own type"
            )
        self.device = device_type
        self.fast_dtype = dtype

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __call__(self, func: Function) -> Function:
        if not callable(func):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type_name(func)}. Did you mean to use autocast as a context "
                "manager? with torch.autocast(device_type=...):"
            )

        @functools.wraps(func)
        def inside(*args: Any, **kwargs: Any) -> Any:
            return func(*args, **kwargs)

        return inside


def is_autocast_available(device_type: str) -> bool:
    """Whether ``autocast`` knows the device: "cuda" and "cpu"."""
    return device_type in ("cuda", "cpu")


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """False: ``autocast`` stays off."""
    return False


def custom_fwd(fwd: Function | None = None, *, device_type: str, cast_inputs: _dtype | None = None) -> Any:
    """A decorator for ``forward`` of an ``autograd.Function``. Outside ``autocast``, and so here, it changes nothing."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    return fwd


def custom_bwd(bwd: Function | None = None, *, device_type: str) -> Any:
    """A decorator for ``backward`` of an ``autograd.Function``. Outside ``autocast``, and so here, it changes nothing."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    return functools.partial(custom_bwd, device_type=device_type) if bwd is None else bwd
