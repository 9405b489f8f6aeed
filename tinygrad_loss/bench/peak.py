"""How much memory one large step takes at its peak, beyond its inputs. Run as a process of its own, since a peak is a process's:

``python -m tinygrad_loss.bench.peak tinygrad_loss cross_entropy`` prints the bytes.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from typing import Any

from . import workloads

PAGE = 4096
LARGE: dict[str, Any] = {"cross_entropy": workloads.cross_entropy, "linear_cross_entropy": workloads.linear_cross_entropy}


def resident() -> int:
    """The bytes of this process that are in memory now (Linux; 0 elsewhere)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as numbers:
            return int(numbers.read().split()[1]) * PAGE
    except OSError:
        return 0


def peak_of(library: str, work: str, threads: int) -> int:
    """The most bytes beyond the inputs that one run of the step held, looked at every millisecond."""
    torch = importlib.import_module(library)
    torch.set_num_threads(threads)
    step = LARGE[work](torch)
    before, highest, done = resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.001):
            highest = max(highest, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    step()
    done.set()
    watcher.join()
    return max(highest, resident()) - before


def measured(library: str, work: str, threads: int = 2) -> int | None:
    """``peak_of`` in a fresh process; None where it cannot be had."""
    command = [sys.executable, "-m", "tinygrad_loss.bench.peak", library, work, str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 and int(done.stdout) > 0 else None


if __name__ == "__main__":
    print(peak_of(sys.argv[1], sys.argv[2], int(sys.argv[3])))
