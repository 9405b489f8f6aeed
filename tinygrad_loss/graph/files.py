"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from .render import NoProgram


def write_drawn(path: Path, content: Callable[[], bytes], source: Callable[[], str]) -> None:
    """Write what `content` gives. Where there is no Graphviz program for it, `source`, the DOT text, is written instead, to the same
    name with .dot at its end, unless there is such a file already; NoProgram says so."""
    try:
        data = content()
    except NoProgram as error:
        spare = path.with_suffix(".dot")
        if spare.exists():
            raise
        write_whole(spare, source().encode())
        raise NoProgram(f"{error} The picture was written as DOT text to {str(spare)!r}.") from None
    write_whole(path, data)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`: into a new file beside it, which then takes its place, so that a failure leaves an old file as it
    was.

    OSError (of the class that fits: FileNotFoundError, PermissionError, ...) names the path.
    """
    target = Path(os.path.realpath(path))
    scratch = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        try:
            scratch.write_bytes(data)
            os.replace(scratch, target)
        finally:
            with contextlib.suppress(OSError):
                scratch.unlink()
    except OSError as error:
        raise OSError(error.errno, f"cannot write {str(path)!r}: {error.strerror}") from error
