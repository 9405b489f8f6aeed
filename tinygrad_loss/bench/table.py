"""What ``tinygrad-loss bench`` prints: each piece of work, here and in the libraries that are installed, and the ratios."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .._version import __version__
from . import peak
from .growth import bare_tape, chain_of, growths
from .timing import interleaved
from .workloads import LARGE, LARGE_THREADS, SMALL, Work

HERE = "tinygrad_loss"


@dataclass(frozen=True)
class Result:
    """One row: the times (or sizes) by library, in ``unit``."""

    name: str
    unit: str
    values: dict[str, float]
    aim: str

    def ratio(self, other: str) -> float | None:
        """How many times as much the other takes as we do."""
        ours, theirs = self.values.get(HERE), self.values.get(other)
        return theirs / ours if ours and theirs else None


def installed(name: str) -> bool:
    """Whether a library can be imported."""
    return importlib.util.find_spec(name) is not None


def libraries() -> list[str]:
    """Those of PyTorch, MyGrad and autograd that are installed."""
    return [name for name in ("torch", "mygrad", "autograd") if installed(name)]


def timed(work: Work, threads: int | None = None) -> Result:
    """Time one piece of work in every library that can do it; ``threads`` takes the place of the number for large work."""
    scale = (1e6 if work.unit == "us" else 1e3) / work.per
    steps = {}
    threads = work.threads if threads is None or work.threads == 1 else threads
    for name in (HERE, "torch"):
        if installed(name):
            torch = importlib.import_module(name)
            torch.set_num_threads(threads)
            if not hasattr(torch.nn.functional, work.make.__name__) and work.make.__name__.startswith("linear_"):
                continue
            steps[name] = work.make(torch)
    if work.raw is not None:
        steps["raw NumPy"] = work.raw()
    for name, make in work.others:
        if installed(name):
            importlib.import_module("autograd.numpy" if name == "autograd" else name)
            steps[name] = make(importlib.import_module(name))
    found = interleaved(steps, work.rounds)
    return Result(work.name, work.unit, {name: value * scale for name, value in found.items()}, work.aim)


def import_times(rounds: int = 5) -> Result:
    """What an import takes over that of NumPy, each in a fresh process, from byte code as in an installed package."""
    names = ["numpy", HERE, *(["torch"] if installed("torch") else [])]
    times: dict[str, list[float]] = {name: [] for name in names}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", f"import {HERE}"], check=True, env=environment)
    for _ in range(rounds):
        for name in names:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {name}"], check=True, env=environment)
            times[name].append(time.perf_counter() - start)
    found = {name: median(values) * 1e3 for name, values in times.items()}
    return Result("import, over NumPy's", "ms", {name: found[name] - found["numpy"] for name in names[1:]}, "<= 60 ms")


def sizes() -> Result:
    """The bytes of the installed packages."""
    values = {}
    for name in (HERE, *libraries()):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            folder = Path(spec.submodule_search_locations[0])
            files = [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
            values[name] = sum(file.stat().st_size for file in files) / 1e6
    return Result("installed, without dependencies", "MB", values, "< 1 MB")


def growth(nodes: int = 1_000_000) -> Iterator[Result]:
    """The time for each node of a long chain, as a multiple of that in a chain of a hundred, also for a bare tape in plain Python."""
    chains = {name: chain_of(importlib.import_module(name)) for name in (HERE, "torch") if installed(name)}
    chains["raw NumPy"] = bare_tape()
    for collect in (True, False):
        ratios = growths(chains, nodes, collect)
        yield Result(f"a node of {nodes:,} / of 100" + ("" if collect else ", without gc"), "x", ratios, "<= 1.2 x")


def peaks(threads: int | None = None) -> Iterator[Result]:
    """The peak memory of the two large losses, in copies of the logits and in MB."""
    logits = 2048 * 32000 * 4
    for work, unit, size in (("cross_entropy", "copies of the logits", logits), ("linear_cross_entropy", "MB", 1e6)):
        values = {}
        for name in (HERE, *(["torch"] if installed("torch") else [])):
            found = peak.measured(name, work, threads or LARGE_THREADS)
            if found is not None:
                values[name] = found / size
        yield Result(f"{work}, peak memory", unit, values, "<= 1.1 copies" if size == logits else "<= .2 of PyTorch's")


def results(large: bool = True, threads: int | None = None) -> Iterator[Result]:
    """All rows, one after the other as they are measured."""
    for work in (*SMALL, *(LARGE if large else ())):
        yield timed(work, threads)
    if large:
        yield from peaks(threads)
        yield from growth()
    yield import_times()
    yield sizes()


def machine() -> dict[str, Any]:
    """The machine and the versions."""
    simd: Any = np.show_config(mode="dicts")
    found = simd.get("SIMD Extensions", {}).get("found", []) if isinstance(simd, dict) else []
    return {
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in ("numpy", *libraries())},
        "vector units": found,
    }


def heading(threads: int | None) -> list[str]:
    """The machine, the versions and the threads, as lines."""
    found = machine()
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return [
        f"tinygrad_loss {__version__}, {date.today()}: {found['machine']}, {found['processors']} processors",
        f"Python {found['python']}, {versions}",
        f"NumPy's vector units: {', '.join(found['vector units']) or 'its base line'}",
        f"medians of interleaved rounds; small rows on one thread, large ones on {threads or LARGE_THREADS}; "
        "a ratio over 1 says that we are faster or smaller",
    ]


COLUMNS = (HERE, "torch", "raw NumPy", "mygrad", "autograd")


def row_text(result: Result) -> str:
    """One row of the table."""
    cells = [f"{result.name:40s}"]
    for name in COLUMNS:
        value = result.values.get(name)
        cells.append(f"{'-' if value is None else f'{value:.4g}':>13s}")
    ratio = result.ratio("torch")
    cells.append(f"{'-' if ratio is None else f'{ratio:.2f}':>9s}")
    return " ".join(cells) + f"  {result.unit:>6s}  {result.aim}"


def header_text() -> str:
    """The columns' names."""
    return " ".join([f"{'work':40s}", *(f"{name:>13s}" for name in COLUMNS), f"{'torch/us':>9s}"]) + "    unit  aim"
