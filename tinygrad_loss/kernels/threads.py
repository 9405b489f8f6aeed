"""A small pool of threads for large arrays.

NumPy lets go of the interpreter's lock inside its loops, so plain Python threads can share a large array's work.
The work is cut into chunks whose bounds depend on the array's shape alone, never on the number of threads, and
each chunk writes to its own part of the result: one thread or eight, the result is the same bit for bit.

The pool starts with the first piece of work that is large enough, and never where one thread is asked for or one
core is all there is. A forked child starts a pool of its own.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

# Waking a thread costs some 30 us, and a chunk is about as much work or more: below four chunks (2 MB) one thread is as fast.
FEWEST_CHUNKS = 4

# Bytes of one array in a chunk. It should stay in a core's second-level cache from the first ufunc call to the last,
# and yet be large: after every call a thread must wait for the interpreter's lock, which the other may hold. On two
# cores, 128 KB took 1.5 times as long as 1 MB. Less where there would be too few chunks to go round.
LEAST_BYTES = 1 << 19
MOST_BYTES = 1 << 20


class _State:
    """What the process has settled on so far."""

    wanted: int | None = None
    pool: _Pool | None = None
    fork_watched = False
    starting = threading.Lock()


def usable_cpus() -> int:
    """The number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def get_num_threads() -> int:
    """The number of threads that share large work: what was set, else OMP_NUM_THREADS, else the usable cores.

    (Products of matrices are the affair of NumPy's BLAS, which has a number of its own: OPENBLAS_NUM_THREADS.)

    >>> import tinygrad_loss as torch
    >>> torch.get_num_threads() >= 1
    True
    """
    if _State.wanted is None:
        # OMP_NUM_THREADS may be a list, one number for each level of nesting; the first counts.
        first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
        _State.wanted = int(first) if first.isdecimal() and int(first) > 0 else usable_cpus()
    return _State.wanted


def set_num_threads(count: int) -> None:
    """Set the number of threads that share large work; 1 keeps everything in the calling thread. Results do not depend on it.

    RuntimeError unless the number is an int of at least 1.

    >>> import tinygrad_loss as torch
    >>> before = torch.get_num_threads()
    >>> torch.set_num_threads(1)
    >>> torch.get_num_threads()
    1
    >>> torch.set_num_threads(before)
    """
    if isinstance(count, bool) or not isinstance(count, int):
        raise RuntimeError(f"set_num_threads expects an int, but got {type(count).__name__}")
    if count < 1:
        raise RuntimeError(f"set_num_threads expects a positive integer, but got {count}")
    _State.wanted = count


def chunk_elements(n_bytes: int, itemsize: int) -> int:
    """How many elements of an array of n_bytes to work on at a time."""
    return max(LEAST_BYTES, min(n_bytes // 8, MOST_BYTES)) // itemsize


def parallel_for(n_chunks: int, fn: Callable[[int], None]) -> None:
    """Call fn(0) ... fn(n_chunks - 1), each once, in any order and from any thread; return when all are done.

    fn must write to its own chunk only. The first exception that fn raises is raised here, and chunks that were
    not begun by then are left out.
    """
    helpers = min(get_num_threads(), n_chunks) - 1
    if helpers < 1 or n_chunks < FEWEST_CHUNKS:
        for i in range(n_chunks):
            fn(i)
        return
    job = _Job(n_chunks, fn)
    _running_pool().ask(job, helpers)
    job.work()
    job.wait()


class _Job:
    """Chunks of one piece of work, handed out one by one to whoever asks."""

    __slots__ = ("_all_done", "_error", "_fn", "_lock", "_n_chunks", "_next", "_unfinished")

    def __init__(self, n_chunks: int, fn: Callable[[int], None]) -> None:
        self._n_chunks = n_chunks
        self._fn = fn
        self._next = 0
        self._unfinished = n_chunks
        self._error: BaseException | None = None
        self._lock = threading.Lock()
        self._all_done = threading.Event()

    def work(self) -> None:
        while True:
            with self._lock:
                i = self._next
                if i == self._n_chunks:
                    return
                self._next += 1
            try:
                if self._error is None:
                    self._fn(i)
            except BaseException as error:  # raised again by wait(), in the thread that asked for the work
                self._error = self._error or error
            with self._lock:
                self._unfinished -= 1
                last = self._unfinished == 0
            if last:
                self._all_done.set()

    def wait(self) -> None:
        # Waits for chunks, not for threads: a helper that is busy elsewhere finds nothing left to do later on.
        self._all_done.wait()
        if self._error is not None:
            raise self._error


class _Pool:
    """Threads that wait for jobs. They are daemons: an exiting program need not wait for them."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def ask(self, job: _Job, helpers: int) -> None:
        while len(self._threads) < helpers:
            name = f"tinygrad_loss-{len(self._threads) + 1}"
            thread = threading.Thread(target=_serve, args=(self._jobs,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        for _ in range(helpers):
            self._jobs.put(job)


def _serve(jobs: queue.SimpleQueue[_Job]) -> None:
    while True:
        job = jobs.get()
        job.work()
        del job  # or its arrays would live until the next job


def _running_pool() -> _Pool:
    with _State.starting:
        if not _State.fork_watched and hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forget_pool)
            _State.fork_watched = True
        if _State.pool is None or _State.pool.pid != os.getpid():
            _State.pool = _Pool()
        return _State.pool


def _forget_pool() -> None:
    """In a forked child: the pool's threads stayed behind, and a lock may have been held by one of them."""
    _State.pool = None
    _State.starting = threading.Lock()
