"""Names of PyTorch's that are not here: the error says which of those that are is nearest."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any


class MissingName(AttributeError):
    """A name that PyTorch may have and this package has not."""


class MissingModule(ModuleNotFoundError):
    """A module that PyTorch may have and this package has not."""


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of ``names`` that is most like ``name``.

    >>> nearest("zeross", ["ones", "zeros", "zeros_like"])
    'zeros'
    """
    lower = {known.lower(): known for known in names}
    found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.0)
    return lower[found[0]] if found else "none"


def is_missing(name: str, place: str, names: Iterable[str]) -> str:
    """The message for a name of PyTorch's that is not here.

    >>> is_missing("ReLu", "torch.nn", ["ReLU", "Tanh"])
    "torch.nn.ReLu is missing in tinygrad_loss (module 'torch.nn' has no attribute 'ReLu'); the nearest name is torch.nn.ReLU"
    """
    kind = "module" if place.rpartition(".")[2].islower() else "class"
    near = nearest(name, [known for known in names if not known.startswith("_")])
    return (
        f"{place}.{name} is missing in tinygrad_loss ({kind} '{place}' has no attribute '{name}'); "
        f"the nearest name is {place}.{near}"
    )


def names_of(module: ModuleType) -> list[str]:
    """The names of PyTorch's that a module has, without what it needs itself."""
    own = [name for name in dir(module) if name not in ("TYPE_CHECKING", "Any", "missing_names")]
    return list(getattr(module, "__all__", own))


def missing_names(module: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module that bears PyTorch's names: AttributeError with the nearest name that there is."""
    place = "torch" + module.removeprefix("tinygrad_loss")

    def missing(name: str) -> Any:
        if name.startswith("_"):  # asked by tools, which go on without it
            raise AttributeError(f"module '{place}' has no attribute '{name}'")
        # obj=None: Python would add a suggestion of its own.
        raise MissingName(is_missing(name, place, names_of(sys.modules[module])), name=name, obj=None)

    return missing
