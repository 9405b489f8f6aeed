"""`tinygrad-loss view`: runs a script, writes the page, opens it where there is a display."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from tinygrad_loss.cli import _view, main
from tinygrad_loss.cli._view import has_display

SCRIPT = """
import tinygrad_loss as torch
w = torch.tensor([1.0, -2.0], requires_grad=True)
loss = torch.softmax(w * 3, 0)[0].log()
other = (w * w).sum()
"""


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """A folder with a script, and the addresses that were opened instead of a browser."""
    addresses: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr(_view, "has_display", lambda: has_display("linux"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    Path("script.py").write_text(SCRIPT)
    return addresses


def test_the_page_is_written_and_its_path_printed(opened, capsys):
    assert main(["view", "script.py"]) == 0
    assert capsys.readouterr().out == "Wrote the page of loss of script.py to script-loss.html.\n"
    text = Path("script-loss.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>") and "<h1>Backward graph of loss</h1>" in text
    assert text.count("<template") == 2  # the softmax can be opened
    assert opened == []  # no display


@pytest.mark.parametrize(("options", "words"), [
    (["--level", "primitives"], "opened into primitives"),
    (["--theme", "dark"], 'data-theme="dark"'),
    (["--no-values"], '"gradient":null'),
    (["--limit", "1"], "Shown are the 1 nodes nearest to the loss"),
])  # fmt: skip
def test_options_are_those_of_draw(opened, options, words):
    assert main(["view", "script.py", *options]) == 0
    assert words in Path("script-loss.html").read_text(encoding="utf-8")
    assert main(["view", "script.py"]) == 0
    plain = Path("script-loss.html").read_text(encoding="utf-8")
    if "--level" in options:
        plain = plain[:plain.index("<template")]  # only what is seen at first
    assert words not in plain


@pytest.mark.parametrize(("variables", "options", "opens"), [
    ({"DISPLAY": ":0"}, [], True),
    ({"WAYLAND_DISPLAY": "wayland-0"}, [], True),
    ({"DISPLAY": ":0"}, ["--no-open"], False),
    ({"DISPLAY": ""}, [], False),
])  # fmt: skip
def test_a_browser_opens_where_there_is_a_display(opened, monkeypatch, variables, options, opens):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["view", "script.py:other", "--out", "page.html", *options]) == 0
    assert opened == ([Path("page.html").absolute().as_uri()] if opens else [])
    assert "<h1>Backward graph of other</h1>" in Path("page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("platform", "shown"), [("win32", True), ("darwin", True), ("linux", False)])
def test_which_systems_have_a_display(opened, platform, shown):
    assert has_display(platform) is shown


@pytest.mark.parametrize(("arguments", "words"), [
    (["missing.py"], "there is no such script"),
    (["script.py:nothing"], "defines no variable 'nothing'; it has loss, other: say script.py:other"),
    (["script.py:w"], "cannot be drawn"),
    (["script.py", "--out", "no/such/folder/page.html"], "cannot write"),
    (["script.py", "--out", "page.svg"], "must end in .html"),
    ([], "SCRIPT.py"),
])  # fmt: skip
def test_a_mistake_is_one_line(opened, capsys, arguments, words):
    try:
        status = main(["view", *arguments])
    except SystemExit as end:
        status = end.code
    error = capsys.readouterr().err
    assert status == 2 and words in error and error.count("\n") == 1
    assert not list(Path().glob("*.html")) and opened == []


def test_the_program_itself(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "-m", "tinygrad_loss", "view", "script.py", "--no-open"], cwd=tmp_path, capture_output=True,
                          text=True, check=False, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])})
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "script-loss.html").stat().st_size > 10_000
