"""``tinygrad-loss run``: run a script that was written for PyTorch, with this package in PyTorch's place."""

from __future__ import annotations

import argparse
import builtins
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType

from .. import _stand_in
from .._missing import MissingModule, MissingName, is_missing
from .._tensor import Tensor
from ._draw import ScriptError

__all__ = ["as_main", "run_script"]


def run_script(arguments: argparse.Namespace) -> int:
    """Carry out the command: 0, or 1 after the traceback of an error of the script's own.

    Raises:
        ScriptError: the script is not there, or uses a name that is missing here.
        SystemExit: the script's own.
    """
    script: Path = arguments.script
    try:
        source = script.read_bytes()
    except OSError as error:
        raise ScriptError(f"{script}: {error.strerror}") from None
    try:
        installed_here = not _stand_in.is_installed()
        _stand_in.install()
    except ImportError as error:
        raise ScriptError(str(error)) from None
    try:
        with as_main(script, arguments.arguments) as main:
            exec(compile(source, str(script), "exec", dont_inherit=True), main.__dict__)
    except Exception as error:
        missing = _missing(error)
        own = _from(error.__traceback__, script)
        if missing:
            lines = [line for frame, line in traceback.walk_tb(own) if frame.f_code.co_filename == str(script)]
            raise ScriptError(f"{script}, line {lines[-1]}: {missing}") from None
        sys.stdout.flush()
        traceback.print_exception(type(error), error, own)
        return 1
    finally:
        if installed_here:
            _stand_in.undo()
    return 0


@contextmanager
def as_main(script: Path, arguments: list[str]) -> Iterator[ModuleType]:
    """A module ``__main__`` as ``python SCRIPT.py`` makes it, with ``sys.argv`` and ``sys.path`` to fit."""
    main = ModuleType("__main__")
    main.__file__ = str(script)
    main.__dict__["__builtins__"] = builtins
    saved = sys.argv, sys.path, sys.modules["__main__"]
    sys.argv = [str(script), *arguments]
    sys.path = [str(script.resolve().parent), *sys.path]
    sys.modules["__main__"] = main
    try:
        yield main
    finally:
        sys.argv, sys.path, sys.modules["__main__"] = saved


def _missing(error: Exception) -> str | None:
    """What of PyTorch's the script asked for in vain."""
    if isinstance(error, (MissingName, MissingModule)):
        return str(error)
    owner = getattr(error, "obj", None)
    if isinstance(error, AttributeError) and (type(owner) is Tensor or owner is Tensor):
        return is_missing(str(error.name), "torch.Tensor", dir(Tensor))
    return None


def _from(trace: TracebackType | None, script: Path) -> TracebackType | None:
    """The traceback from the script on, without the frames of this command."""
    while trace is not None and trace.tb_frame.f_code.co_filename != str(script):
        trace = trace.tb_next
    return trace
