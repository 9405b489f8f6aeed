"""Small programs that are run with this package and with PyTorch and must say the same.

A program is a function of a ``Run``: ``run.torch`` is one of the two libraries, ``run.show`` notes values, ``run.refuses`` notes
the class of an error and whether its message has the words given.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

Program = Callable[["Run"], None]


class Run:
    """One run of a program."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.lines: list[str] = []

    def show(self, *values: Any) -> None:
        """Note values as they print, without addresses."""
        self.lines.append(", ".join(text(value) for value in values))

    def refuses(self, function: Callable[[], Any], words: str) -> None:
        """Note the error that a call raises."""
        try:
            value = function()
        except Exception as error:
            name = next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
            self.lines.append(f"{name}: {words if words in str(error) else 'OTHER WORDS: ' + str(error)}")
        else:
            self.lines.append(f"no error: {text(value)}")

    def vector(self, *values: float, grad: bool = True, dtype: str = "float32") -> Any:
        """A tensor, by default a leaf that requires a gradient."""
        return self.torch.tensor(values, dtype=getattr(self.torch, dtype), requires_grad=grad)


def text(value: Any) -> str:
    """How a value prints, without addresses and module names."""
    return re.sub(r"<(?:[\w.]+\.)?(\w+) object at 0x[0-9a-f]+>", r"<\1>", repr(value))


def transcript(program: Program, torch: Any) -> list[str]:
    """What a program notes."""
    run = Run(torch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program(run)
    torch.set_grad_enabled(True)
    return run.lines


def programs(module: dict[str, Any]) -> dict[str, Program]:
    """The functions of a module that do not begin with an underscore and take a run."""
    return {
        name: value
        for name, value in module.items()
        if callable(value) and not name.startswith("_") and getattr(value, "__annotations__", {}).get("run") == "Run"
    }
