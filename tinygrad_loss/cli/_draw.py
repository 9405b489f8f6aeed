"""``tinygrad-loss draw``: run a script, then draw the backward graph of one of its variables."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._picture import Picture, draw
from ..graph.names import variables
from ._output import OutputError

__all__ = ["ScriptError", "complaints", "drawn", "loaded", "run_draw", "saved"]


class ScriptError(ValueError):
    """The script cannot be run, or has no such variable."""


def run_draw(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    picture, script, name = drawn(
        arguments.script, level=arguments.level, expand=arguments.expand, direction=arguments.direction, theme=arguments.theme,
        values=not arguments.no_values, fold=False if arguments.no_fold else None, limit=arguments.limit,
        depth=arguments.depth,
    )  # fmt: skip
    target = arguments.out or Path(f"{script.stem}-{name}.svg")
    saved(picture, target, script, name)
    print(f"Drew {name} of {script} to {target}.")
    return 0


def drawn(text: str, **options: Any) -> tuple[Picture, Path, str]:
    """Run the script of ``SCRIPT.py[:name]`` and draw that variable, with the options of `draw`: the picture, the script and the
    name. ScriptError when that cannot be done."""
    loss, script, name, tensors = loaded(text)
    with complaints(script, name):
        return draw(loss, params=tensors, **options).named(name), script, name


def loaded(text: str) -> tuple[Any, Path, str, dict[str, Any]]:
    """Run the script of ``SCRIPT.py[:name]``: that variable, the script, the name, and all its tensors by name."""
    script, name = _split(text)
    scope = _run(script)
    return _find(scope, name, script), script, name, dict(variables((scope,)))


def saved(picture: Picture, target: Path, script: Path, name: str) -> None:
    """Save a script's picture; OutputError when the file cannot be written, ScriptError when it cannot be drawn."""
    with complaints(script, name):
        picture.save(target)


@contextmanager
def complaints(script: Path, name: str, verb: str = "drawn") -> Iterator[None]:
    """Errors on the way, in one line each: "cannot be drawn", and why."""
    try:
        yield
    except OSError as error:
        raise OutputError(error.strerror) from None
    except (TypeError, ValueError, RuntimeError) as error:
        freed = "second time" in str(error)
        why = "backward() has freed its graph; say backward(retain_graph=True) in the script" if freed else _first_line(error)
        raise ScriptError(f"{script}: {name} cannot be {verb}: {why}") from None


def _split(text: str) -> tuple[Path, str]:
    path, colon, name = text.rpartition(":")
    if colon and name.isidentifier():
        return Path(path), name
    return Path(text), "loss"


def _run(script: Path) -> dict[str, Any]:
    """The variables of the script after it has run, as ``python SCRIPT.py`` would run it."""
    if not script.is_file():
        raise ScriptError(f"{script}: there is no such script")
    saved_argv, saved_path = sys.argv, sys.path
    sys.argv = [str(script)]
    sys.path = [str(script.absolute().parent), *sys.path]
    try:
        return runpy.run_path(str(script), run_name="__main__")
    except SystemExit as error:
        raise ScriptError(f"{script}: the script ended itself (exit status {error.code}) before it could be drawn") from None
    except Exception as error:
        missing = isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == "torch"
        hint = "; install PyTorch, or write import tinygrad_loss as torch" if missing else ""
        raise ScriptError(f"{script}{_line(error, script)}: {type(error).__name__}: {_first_line(error)}{hint}") from None
    finally:
        sys.argv, sys.path = saved_argv, saved_path


def _line(error: Exception, script: Path) -> str:
    """Where in the script the error arose, as ", line 7"."""
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    own = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.realpath(frame.filename) == os.path.realpath(script)
    ]
    return f", line {own[-1]}" if own else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]


def _find(scope: dict[str, Any], name: str, script: Path) -> Any:
    if name in scope:
        return scope[name]
    found = [other for other, tensor in variables((scope,)) if tensor.grad_fn is not None and other.isidentifier()]
    hint = f"it has {', '.join(found)}: say {script}:{found[-1]}" if found else "and no other tensor with a graph"
    raise ScriptError(f"{script}: defines no variable {name!r}; {hint}")
