"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


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
