"""This package in PyTorch's place: ``import torch`` and all below it find the modules of the same names here.

A script that was written for PyTorch then runs unchanged. Nothing that is imported already is touched, and ``undo`` takes it all
back.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from ._missing import MissingModule, is_missing, names_of
from ._version import __version__

PACKAGE = __name__.partition(".")[0]
TWIN_OF = "2.13.0"
"""The PyTorch whose twin this package is."""
_NEED_PYTORCH = ("torchvision", "torchaudio", "torchtext", "torchmetrics", "torchinfo", "torchsummary", "pytorch_lightning", "functorch")
_CLASSES_OF = {"losses_more": "loss"}  # files that have another name in PyTorch


class _Finder(MetaPathFinder):
    """Finds ``torch`` and what is below it in this package; a name that is not there is an error that says what is."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        top, _, rest = fullname.partition(".")
        if top in _NEED_PYTORCH:
            raise MissingModule(
                f"{fullname} is missing: it is made for PyTorch itself, and tinygrad_loss stands in its place. Small data sets "
                "are in tinygrad_loss.datasets",
                name=fullname,
            )
        if fullname == "torch":
            return ModuleSpec(fullname, _Loader(), is_package=True)
        here = f"{PACKAGE}.{rest}"
        if top not in ("torch", PACKAGE) or (top == PACKAGE and not rest):
            return None
        parent = importlib.import_module(here.rpartition(".")[0])
        if PathFinder.find_spec(here, getattr(parent, "__path__", [])) is None:
            # Another name than was asked for: then Python's `from torch.nn import Name` passes the message on.
            place, _, name = f"torch.{rest}".rpartition(".")
            raise MissingModule(is_missing(name, place, names_of(parent)), name=here if top == "torch" else f"torch.{rest}")
        return ModuleSpec(fullname, _Loader()) if top == "torch" else None


class _Loader(Loader):
    """Puts this package's module in the place of the one that was asked for."""

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        if name == "torch":
            _dress(module)
        else:
            sys.modules[name] = importlib.import_module(PACKAGE + name.removeprefix("torch"))


def _dress(torch: ModuleType) -> None:
    """The package under PyTorch's name. Scripts ask for the version; it names both."""
    package = importlib.import_module(PACKAGE)
    torch.__dict__.update({name: value for name, value in vars(package).items() if not name.startswith("__")})
    torch.__path__ = list(package.__path__)
    torch.__file__ = package.__file__
    torch.__dict__["__getattr__"] = package.__getattr__
    torch.__dict__["__version__"] = f"{TWIN_OF}+{PACKAGE}.{__version__}"


class _Placed:
    """What was put into place, to be taken back."""

    finder: _Finder | None = None
    classes: list[tuple[type, str]] = []


def install() -> None:
    """Let ``import torch`` find this package from now on. Once is enough.

    ImportError when PyTorch is imported already: its tensors and these do not mix.
    """
    if _Placed.finder is not None:
        return
    if "torch" in sys.modules:
        raise ImportError(
            "tinygrad_loss cannot stand in for torch: PyTorch is imported already. Import tinygrad_loss.as_torch before anything "
            "that imports torch, or in a new process"
        )
    for name in ("nn", "optim", "utils"):
        importlib.import_module(f"{PACKAGE}.{name}")
    _Placed.finder = _Finder()
    sys.meta_path.insert(0, _Placed.finder)
    _name_classes()
    print(f"tinygrad_loss {__version__} stands in for torch: `import torch` means this package.", file=sys.stderr)


def _name_classes() -> None:
    """Classes print as PyTorch's do: ``<class 'torch.nn.modules.linear.Linear'>``."""
    for name, module in list(sys.modules.items()):
        parts = name.split(".")
        if parts[0] != PACKAGE:
            continue
        there = ["torch", *(_CLASSES_OF.get(part, part) for part in parts[1:] if not part.startswith("_"))]
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name:
                _Placed.classes.append((value, name))
                value.__module__ = ".".join(there)


def undo() -> None:
    """Let ``import torch`` find PyTorch again, or nothing. Modules that were imported stay as they are where they are in use."""
    if _Placed.finder is None:
        return
    sys.meta_path.remove(_Placed.finder)
    _Placed.finder = None
    for name in [name for name in sys.modules if name == "torch" or name.startswith("torch.")]:
        del sys.modules[name]
    for cls, name in _Placed.classes:
        cls.__module__ = name
    _Placed.classes.clear()
    sys.modules.pop(f"{PACKAGE}.as_torch", None)  # so that importing it means something again


def is_installed() -> bool:
    """Whether ``import torch`` finds this package."""
    return _Placed.finder is not None
