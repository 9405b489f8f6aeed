"""Whether operations are recorded: no_grad, enable_grad, set_grad_enabled and inference_mode, for each thread by itself."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class _Modes(threading.local):
    grad = True
    inference = False


modes = _Modes()


class _Pause:
    """The threads in which nothing is recorded at present. While there are none, an operation need not look at its own thread's
    ``modes``, which takes longer."""

    __slots__ = ("threads",)

    def __init__(self) -> None:
        self.threads: set[int] = set()  # which adds and discards in one step: no lock is needed


paused = _Pause()


def set_grad(record: bool) -> None:
    """Record in this thread, or not."""
    if record is not modes.grad:
        change = paused.threads.discard if record else paused.threads.add
        change(threading.get_ident())
        modes.grad = record


def is_grad_enabled() -> bool:
    """Whether operations on tensors that require a gradient are recorded in this thread.

    >>> import tinygrad_loss as torch
    >>> torch.is_grad_enabled()
    True
    """
    return modes.grad


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside ``inference_mode``."""
    return modes.inference


class _GradMode:
    """A context manager that is a decorator too; each entry remembers the mode that it found."""

    _grad: bool
    _inference: bool | None = None
    _found: list[tuple[bool, bool]]

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        self = object.__new__(cls)
        self._found = []
        return self if orig_func is None else self(orig_func)

    def __enter__(self) -> None:
        grad, inference = modes.grad, modes.inference
        self._found.append((grad, inference))
        if self._inference is not None:
            inference = modes.inference = self._inference
        record = self._grad and not inference
        if record is not grad:
            set_grad(record)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        grad, inference = self._found.pop()
        if self._inference is not None:
            modes.inference = inference
        set_grad(grad)

    def clone(self) -> _GradMode:
        """A context manager of the same kind that has not been entered."""
        other: _GradMode = _GradMode()
        other._grad, other._inference = self._grad, self._inference
        return other

    def __call__(self, function: F) -> F:
        if inspect.isgeneratorfunction(function):
            return self._around_generator(function)  # type: ignore[return-value]

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return function(*args, **kwargs)

        return inside  # type: ignore[return-value]

    def _around_generator(self, function: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            with self.clone():
                steps = function(*args, **kwargs)
            resume: Callable[[], Any] = functools.partial(next, steps)
            while True:
                try:
                    with self.clone():
                        value = resume()
                except StopIteration as end:
                    return end.value
                try:
                    resume = functools.partial(steps.send, (yield value))
                except GeneratorExit:
                    with self.clone():
                        steps.close()
                    raise
                except BaseException as error:
                    resume = functools.partial(steps.throw, error)

        return inside


class no_grad(_GradMode):
    """Do not record: results do not require a gradient. A context manager and a decorator (with or without parentheses).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0], requires_grad=True)
    >>> with torch.no_grad():
    ...     print((x * 2).requires_grad)
    False
    """

    _grad = False


class enable_grad(_GradMode):
    """Record again inside a ``no_grad`` block. A context manager and a decorator (with or without parentheses).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([1.0], requires_grad=True)
    >>> with torch.no_grad(), torch.enable_grad():
    ...     print((x * 2).requires_grad)
    True
    """

    _grad = True


class set_grad_enabled(_GradMode):
    """Record or not, by a condition. Takes effect when called; as a context manager it undoes itself.

    >>> import tinygrad_loss as torch
    >>> with torch.set_grad_enabled(False):
    ...     torch.is_grad_enabled()
    False
    >>> torch.is_grad_enabled()
    True
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return super().__new__(cls)

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}")
        self._grad = mode
        self._before = (modes.grad, modes.inference)
        set_grad(self._grad and not modes.inference)

    def __enter__(self) -> None:
        self._found.append(self._before)
        set_grad(self._grad and not modes.inference)

    def __call__(self, function: F) -> F:
        set_grad(self._before[0])
        return super().__call__(function)


class inference_mode(_GradMode):
    """As ``no_grad``, and a promise that the results never meet a gradient. ``mode=False`` does nothing.

    >>> import tinygrad_loss as torch
    >>> with torch.inference_mode():
    ...     torch.is_inference_mode_enabled(), torch.is_grad_enabled()
    (True, False)
    """

    def __new__(cls, mode: Any = True) -> Any:
        self = super().__new__(cls)
        if not callable(mode):
            self._grad, self._inference = not mode, bool(mode)
            return self
        self._grad, self._inference = False, True
        return self(mode)
