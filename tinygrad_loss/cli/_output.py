"""Writing all or nothing: files are made under a temporary name beside their place, and renamed when all of them are there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["OutputError", "staged_folder"]


class OutputError(ValueError):
    """The place to write to cannot be written."""


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; when the block ends without an error its files are moved into ``target``.

    ``target`` may exist: files of the same names are replaced, others are left alone. If the block raises, nothing is left
    behind.

    Raises:
        OutputError: ``target`` cannot be made or written to. Found out before the block runs, wherever that is possible.
    """
    base = next(folder for folder in (target, *target.absolute().parents) if folder.exists())
    if not base.is_dir():
        raise OutputError(f"cannot write to {target}: {base} is a file, not a folder")
    stage = base / f".{target.absolute().name}.{os.getpid()}.part"
    try:  # from before the folder is there: an interrupt may come as soon as it is
        try:
            stage.mkdir()
        except OSError as error:
            raise OutputError(f"cannot write to {target}: {error.strerror}") from None
        yield stage
        _move(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _move(stage: Path, target: Path) -> None:
    try:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            stage.rename(target)
            return
        in_the_way = [file.name for file in stage.iterdir() if (target / file.name).is_dir()]
        if in_the_way:
            raise OutputError(f"cannot write {target / in_the_way[0]}: a folder of that name is in the way")
        for file in stage.iterdir():
            file.replace(target / file.name)
    except OSError as error:
        raise OutputError(f"cannot write to {target}: {error.strerror}") from None
