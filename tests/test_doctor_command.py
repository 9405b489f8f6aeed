"""The command `tinygrad-loss lint`: what it prints, its exit status, its silencing comments, scripts that fail."""

from __future__ import annotations

import json

import pytest

from tinygrad_loss.cli import main

HEAD = "import tinygrad_loss as torch\nimport tinygrad_loss.nn.functional as F\nx = torch.tensor([[1.0, 2.0], [0.5, 0.1]], requires_grad=True)\n"
WRONG = "loss = F.cross_entropy(\n    torch.softmax(x, 1), torch.tensor([0, 1]))"
SLUG = "softmax-before-cross-entropy"


@pytest.fixture
def run(tmp_path, capfd):
    """Runs the command on a script; gives its status, what it printed, and what went to stderr."""
    def run(body: str, *options: str, head: str = HEAD) -> tuple[int, str, str]:
        script = tmp_path / "script.py"
        script.write_text(head + body + "\n", encoding="utf-8")
        status = main(["lint", str(script), *options])
        return (status, *capfd.readouterr())
    return run


def test_a_finding_and_its_line(run):
    status, printed, _ = run(f"{WRONG}\nloss.backward()")
    assert status == 1
    assert f"{SLUG}  at LogSoftmaxBackward0 (n2)" in printed and "script.py:4" in printed and "1 backward pass" in printed


def test_a_right_script(run):
    status, printed, _ = run("F.cross_entropy(x, torch.tensor([0, 1])).backward()")
    assert status == 0 and "No findings." in printed


@pytest.mark.parametrize(("comment", "status"), [(f"  # lint: ignore[{SLUG}]", 0), (f"  # lint: ignore[all-ignored, {SLUG}]", 0),
                                                 ("  # lint: ignore[all-ignored]", 1)])
def test_a_comment_silences(run, comment, status):
    assert run(f"{WRONG}{comment}\nloss.backward()")[0] == status


@pytest.mark.parametrize(("options", "status"), [(("--ignore", SLUG), 0), (("--select", "all-ignored"), 0), (("--select", SLUG), 1)])
def test_rules_are_chosen(run, options, status):
    assert run(f"{WRONG}\nloss.backward()", *options)[0] == status


@pytest.mark.parametrize(("level", "status"), [("error", 0), ("warning", 0), ("advice", 1)])
def test_the_level_that_fails(run, level, status):
    assert run("F.cross_entropy(F.log_softmax(x, 1), torch.tensor([0, 1])).backward()", "--fail-on", level)[0] == status


def test_json_is_all_that_is_printed(run):
    _, printed, errors = run(f"print('own')\n{WRONG}\nloss.backward()", "--format", "json")
    assert json.loads(printed)[0]["rule"] == SLUG and "own" in errors


def test_github_and_sarif(run):
    _, printed, _ = run(f"{WRONG}\nloss.backward()", "--format", "github")
    assert printed.startswith("::error file=") and f",line=4,title={SLUG}::" in printed and printed.count("\n") == 1
    _, printed, _ = run(f"{WRONG}\nloss.backward()", "--format", "sarif")
    (result,) = json.loads(printed)["runs"][0]["results"]
    assert result["ruleId"] == SLUG and result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 4


def test_a_script_that_raises(run):
    status, printed, errors = run(f"{WRONG}\nF.cross_entropy(x, torch.tensor([1, 2]))")
    assert status == 1
    assert "Traceback" in errors and "IndexError" in errors and "_lint.py" not in errors
    assert SLUG in printed and "labels-start-at-one" in printed


def test_a_script_without_backward(run):
    status, printed, _ = run(WRONG)
    assert status == 1 and SLUG in printed and "0 backward passes" in printed


def test_a_script_that_exits(run):
    assert run("raise SystemExit(0)")[0] == 0
    assert run("raise SystemExit(3)")[0] == 1


def test_what_cannot_be_done(tmp_path, capsys):
    assert main(["lint", str(tmp_path / "none.py")]) == 2
    (tmp_path / "a.py").write_text("", encoding="utf-8")
    assert main(["lint", str(tmp_path / "a.py"), "--select", "nll-without"]) == 2
    assert "nearest are nll-without-log-softmax" in capsys.readouterr().err


@pytest.mark.torch
def test_a_script_on_pytorch(run, torch):
    head = HEAD.replace("tinygrad_loss as", "torch as").replace("tinygrad_loss.nn", "torch.nn")
    status, printed, _ = run(f"{WRONG}\nloss.backward()", "--torch", head=head)
    assert status == 1 and SLUG in printed and "script.py:4" in printed
