"""``tinygrad-loss view``: run a script, write the interactive page of one of its variables' backward graph, and open it."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from pathlib import Path

from ._draw import drawn, saved

__all__ = ["run_view"]


def run_view(arguments: argparse.Namespace) -> int:
    """Carry out the command; the arguments are those of the parser."""
    picture, script, name = drawn(
        arguments.script, level=arguments.level, theme=arguments.theme, values=not arguments.no_values, limit=arguments.limit
    )
    target: Path = arguments.out or Path(f"{script.stem}-{name}.html")
    saved(picture, target, script, name)
    print(f"Wrote the page of {name} of {script} to {target}.")
    if not arguments.no_open and has_display():
        sys.stdout.flush()
        webbrowser.open(target.absolute().as_uri())
    return 0


def has_display(platform: str = sys.platform) -> bool:
    """Whether a browser window can be shown: always on Windows and a Mac, elsewhere where a display is named."""
    return platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
