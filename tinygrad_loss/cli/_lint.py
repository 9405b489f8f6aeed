"""``tinygrad-loss lint``: run a script and look at every backward pass that it makes."""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from .. import _stand_in
from .._version import __version__
from ..autograd.anomaly import set_detect_anomaly
from ..doctor import RULES, Finding, Findings, lint
from ..doctor.findings import merged
from ..doctor.rule import chosen
from ..doctor.trace import Trace
from ..doctor.watching import Watch
from ..graph.names import variables
from ._draw import ScriptError
from ._run import as_main

__all__ = ["run_lint"]

_LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
_GITHUB = {"error": "error", "warning": "warning", "advice": "notice"}


def run_lint(arguments: argparse.Namespace) -> int:
    """Carry out the command: 1 where there are findings at or over the level, or the script has failed; 0 otherwise.

    Raises:
        ScriptError: the script is not there, PyTorch is wanted and missing, or a rule has no such name.
    """
    script: Path = arguments.script
    try:
        source = script.read_text(encoding="utf-8")
        rules = chosen(_names(arguments.select), _names(arguments.ignore))
    except OSError as error:
        raise ScriptError(f"{script}: {error.strerror}") from None
    except ValueError as error:
        raise ScriptError(str(error).removeprefix("lint(): ")) from None
    place = _Place(script, source)
    watch = Watch(rules, None, None, show=False, where=place.of)
    failed = _run(arguments, source, watch, place)
    findings = Findings(found for found in watch.findings if not place.is_silenced(found))
    print(_printed(findings, arguments.format, watch.passes, script))
    return int(failed or bool(findings.at_least(arguments.fail_on)))


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _run(arguments: argparse.Namespace, source: str, watch: Watch, place: _Place) -> bool:
    """Run the script under the watch; whether it failed. Its own output goes to stderr where the findings are data."""
    script: Path = arguments.script
    main: dict[str, Any] = {}
    status: Any = None
    with ExitStack() as stack:
        _prepare(arguments.torch, stack)
        if arguments.format != "text":
            stdout, sys.stdout = sys.stdout, sys.stderr
            stack.callback(setattr, sys, "stdout", stdout)
        main = stack.enter_context(as_main(script, arguments.arguments)).__dict__
        try:
            with watch:
                exec(compile(source, str(script), "exec", dont_inherit=True), main)
        except SystemExit as error:
            status = error.code
        except Exception as error:
            own = error.__traceback__
            while own is not None and own.tb_frame.f_code.co_filename != str(script):
                own = own.tb_next
            sys.stdout.flush()
            traceback.print_exception(type(error), error, own)
            watch.findings[:] = [place.moved(found, error) for found in watch.findings]
            for frame, _ in traceback.walk_tb(own):
                _look_at_the_rest(frame.f_locals, watch, place)
            return True
        if not watch.passes:
            _look_at_the_rest(main, watch, place)
    return status not in (None, 0)


def _prepare(torch: bool, stack: ExitStack) -> None:
    """Put the library in place, and let every node remember where it was made."""
    if torch:
        try:
            library = importlib.import_module("torch")
        except ImportError:
            raise ScriptError("--torch needs PyTorch: pip install 'tinygrad_loss[torch]'") from None
        stack.enter_context(library.autograd.set_detect_anomaly(True, check_nan=False))
        return
    if not _stand_in.is_installed() and "torch" not in sys.modules:
        _stand_in.install()
        stack.callback(_stand_in.undo)
    stack.enter_context(set_detect_anomaly(True, check_nan=False))


def _look_at_the_rest(scope: dict[str, Any], watch: Watch, place: _Place) -> None:
    """Lint the scalars with a graph that never went backward."""
    for name, tensor in list(variables((scope,))):
        if getattr(tensor, "grad_fn", None) is None or tensor.numel() != 1 or not name.isidentifier():
            continue
        try:
            found = lint(tensor, select=[rule.slug for rule in watch.rules])
        except RuntimeError:  # freed: it has been looked at
            continue
        line = place.made(tensor.grad_fn)
        watch.add(Finding(**{**one.__dict__, "file": str(place.script), "line": line}) for one in found)


class _Place:
    """Where in the script a loss was made, and what its comments silence."""

    def __init__(self, script: Path, source: str) -> None:
        self.script = script
        self._lines = source.splitlines()
        try:
            tree: ast.AST = ast.parse(source)
        except SyntaxError:
            tree = ast.Module([], [])
        self._statements = [(node.lineno, node.end_lineno or node.lineno) for node in ast.walk(tree)
                            if isinstance(node, ast.stmt) and not hasattr(node, "body")]

    def of(self, frame: FrameType | None, trace: Trace, found: Finding) -> tuple[str, int]:
        """The file and the line for a finding: where the loss was made, else where backward was called."""
        line = self.made(trace.root.node)
        while not line and frame is not None:
            if frame.f_code.co_filename == str(self.script):
                line = frame.f_lineno
            frame = frame.f_back
        return str(self.script), line

    def made(self, node: Any) -> int:
        """The line of the script in which a node was recorded; 0 where that is not known."""
        lines = 0
        for entry in node.metadata.get("traceback_", []):
            for text in str(entry).splitlines():
                _, found, rest = text.partition(f'File "{self.script}", line ')
                if found:
                    lines = int(rest.split(",")[0])
        return lines

    def moved(self, found: Finding, error: BaseException) -> Finding:
        """A finding about the exception, at the line that raised."""
        if found.file:
            return found
        lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(self.script)]
        return Finding(**{**found.__dict__, "file": str(self.script), "line": lines[-1] if lines else 0})

    def is_silenced(self, found: Finding) -> bool:
        """Whether the statement in which the loss was made has a comment ``# lint: ignore[rule]``."""
        first, last = min(((a, b) for a, b in self._statements if a <= found.line <= b), key=lambda ends: ends[1] - ends[0],
                          default=(found.line, found.line))
        return any(name in (found.rule, "") for line in self._lines[max(first - 1, 0):last] for name in _silenced(line))


def _silenced(line: str) -> Iterator[str]:
    _, comment, rest = line.partition("# lint: ignore[")
    if comment:
        yield from (name.strip() for name in rest.partition("]")[0].split(","))


def _printed(findings: Findings, form: str, passes: int, script: Path) -> str:
    if form == "json":
        return findings.to_json()
    if form == "sarif":
        return json.dumps(_sarif(findings), indent=2)
    if form == "github":
        return "\n".join(f"::{_GITHUB[f.severity]} file={_escaped(f.file)},line={f.line},title={f.rule}::{_escaped(f'{f.message} Fix: {f.fix}')}"
                         for f in findings)
    return f"{script}: {passes} backward pass{'es' * (passes != 1)} looked at.\n{merged(findings)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _sarif(findings: Findings) -> dict[str, Any]:
    rules = [{"id": rule.slug, "helpUri": rule.url, "shortDescription": {"text": rule.text.partition("\n")[0]},
              "defaultConfiguration": {"level": _LEVELS[rule.severity]}} for rule in RULES.values()]
    results = [{"ruleId": f.rule, "level": _LEVELS[f.severity], "message": {"text": f"{f.message} Fix: {f.fix}"},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": Path(f.file).as_posix()},
                                                    "region": {"startLine": max(f.line, 1)}}}]} for f in findings]
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": [{"tool": {"driver": {"name": "tinygrad-loss lint", "version": __version__, "rules": rules}}, "results": results}]}
