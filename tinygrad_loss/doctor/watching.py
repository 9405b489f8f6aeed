"""`lint.watch()`: looks at every backward pass of a block, in this package and in PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType, TracebackType
from typing import Any

from .. import autograd
from ..autograd.variable import Variable
from ..graph.arrays import library_of
from .failures import explain_failure
from .findings import Finding, Findings, merged
from .gradients import Listener
from .history import History, Past
from .losses import Losses
from .rule import Case, Rule
from .running import AFTER_BACKWARD, findings_of
from .trace import Trace
from .weighing import means_of, rows_summed

Where = Callable[[FrameType | None, Trace, Finding], tuple[str, int]]


class Watch:
    """A block whose backward passes are linted; `findings` is filled as they come, each finding once, with its count.

    While the block runs, `backward` of both libraries is replaced by one that looks first. When it ends, the old ones are put back
    and the table is printed, if there is something in it.
    """

    def __init__(self, rules: Iterable[Rule], model: Any, optimizer: Any, show: bool, where: Where | None = None) -> None:
        self.findings = Findings()
        self.passes = 0
        self.rules = list(rules)
        self._model, self._optimizer = model, optimizer
        self._show = show
        self._where = where
        self._history = History()
        self._replaced: list[tuple[Any, str, Any]] = []
        self._busy = False

    def __enter__(self) -> Findings:
        self._replace(Variable, "backward")
        self._replace(autograd, "backward")
        torch = sys.modules.get("torch")
        if torch is not None and getattr(torch, "autograd", autograd) is not autograd:
            self._replace(torch.autograd, "backward")  # which a tensor's own backward calls
        return self.findings

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        while self._replaced:
            setattr(*self._replaced.pop())
        if error is not None:
            chosen = {rule.slug for rule in self.rules}
            self.add(found for found in explain_failure(error) if found.rule in chosen)
        if self._show and self.findings:
            print(self.findings)

    def add(self, findings: Iterable[Finding]) -> None:
        """Put findings to those that are there; the same ones are counted."""
        self.findings[:] = merged([*self.findings, *findings])

    def _replace(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def backward(tensors: Any, *arguments: Any, **options: Any) -> Any:
            if self._busy:
                return original(tensors, *arguments, **options)
            self._busy = True
            frame = _caller(sys._getframe(1))
            looks = []
            try:
                roots = [tensors] if library_of(tensors) is not None else tensors if isinstance(tensors, list | tuple) else []
                looks = [look for root in roots if (look := self._before(root, frame)) is not None]
                return original(tensors, *arguments, **options)
            finally:
                self._busy = False
                for trace, case, listener, past in looks:
                    self._after(trace, case, listener, past, frame)

        self._replaced.append((owner, name, vars(owner)[name]))
        setattr(owner, name, backward)

    def _before(self, root: Any, frame: FrameType) -> tuple[Trace, Case, Listener, Past] | None:
        if library_of(root) is None or root.grad_fn is None:
            return None
        trace = Trace(root)
        if trace.freed:  # backward will say so itself
            return None
        self.passes += 1
        self._history.before(trace)
        losses = Losses(trace)
        case = Case(trace, losses, self._model, self._optimizer, history=self._history)
        self._say(trace, findings_of(case, [rule for rule in self.rules if rule.slug not in AFTER_BACKWARD]), frame)
        means = means_of(losses)
        value = trace.value(trace.root)
        number = float(value.reshape(-1)[0]) if value is not None and value.size == 1 else float("nan")
        one = means[0] if len(means) == 1 else None
        past = Past(self._history.interval, number, one.rows if one else 0, one.factor if one else 0.0, rows_summed(losses))
        self._say(trace, findings_of(case, [rule for rule in self.rules if rule.slug == "non-finite"]), frame)
        return trace, case, Listener(trace, everywhere=True), past

    def _after(self, trace: Trace, case: Case, listener: Listener, past: Past, frame: FrameType) -> None:
        listener.stop()
        case.gradients = listener.heard()
        finite = past.loss - past.loss == 0
        trace.known.clear()  # backward may have written over what was saved
        for step in trace.steps:
            step.saved.clear()
        late = [rule for rule in self.rules if rule.slug in AFTER_BACKWARD and (finite or rule.slug != "non-finite")]
        self._say(trace, findings_of(case, late), frame)
        self._history.after(trace, past)
        trace.release()

    def _say(self, trace: Trace, findings: Findings, frame: FrameType) -> None:
        for found in findings:
            file, line = self._where(frame, trace, found) if self._where else (frame.f_code.co_filename, frame.f_lineno)
            if line >= 0:
                values = {**found.__dict__, "file": file, "line": line}
                self.add([Finding(**values)])


def _caller(frame: FrameType) -> FrameType:
    """The frame that asked for the backward pass, beyond the libraries' own."""
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in ("torch", "tinygrad_loss"):
        frame = frame.f_back
    return frame
