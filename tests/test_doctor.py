"""The doctor: its corpus of wrong and right programs, the rules' own examples, their pages, and what lint leaves untouched."""

from __future__ import annotations

import gc
import inspect
import json
import runpy
import textwrap
import warnings
import weakref
from pathlib import Path
from typing import Any

import pytest
from lint_right_programs import RIGHT
from lint_wrong_programs import WRONG, Setting

import tinygrad_loss
from tinygrad_loss import lint
from tinygrad_loss.doctor import RULES, Finding, Findings

ROOT = Path(__file__).parents[1]
ASKED = [
    "softmax-before-cross-entropy", "log-softmax-before-cross-entropy", "nll-without-log-softmax", "log-of-softmax",
    "unstable-logsumexp", "sigmoid-before-bce-with-logits", "bce-without-sigmoid", "sigmoid-then-bce",
    "mse-on-probabilities", "broadcast-target", "single-class", "softmax-wrong-dim", "all-ignored", "non-finite",
    "saturated", "activation-before-loss", "detached", "dead-relu", "unused-parameter", "vanishing-gradient",
    "exploding-gradient", "graph-grows", "stale-gradient", "optimizer-misses-parameter", "class-imbalance-weight",
    "labels-start-at-one", "one-hot-as-indices", "class-dim-last", "sum-reduction-learning-rate", "unequal-batch-mean",
]


def look(result: Any) -> Findings:
    if isinstance(result, Findings):
        return result
    return lint(result[0], **result[1]) if isinstance(result, tuple) else lint(result)


def examined(library: Any, program: Any) -> Findings:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, of shapes that differ
        warnings.filterwarnings("error", "lint")
        return look(program(Setting(library)))


@pytest.mark.parametrize("name", WRONG)
def test_wrong_programs_are_found(name):
    slug, program = WRONG[name]
    assert examined(tinygrad_loss, program).rules == [slug]


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_are_silent(name):
    advice, program = RIGHT[name]
    findings = examined(tinygrad_loss, program)
    assert set(findings.rules) == advice, findings
    assert not findings.at_least("warning")


@pytest.mark.torch
@pytest.mark.parametrize("name", WRONG)
def test_wrong_programs_of_pytorch_are_found(name, torch):
    slug, program = WRONG[name]
    assert examined(torch, program).rules == [slug]


@pytest.mark.torch
@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_of_pytorch_are_silent(name, torch):
    advice, program = RIGHT[name]
    assert set(examined(torch, program).rules) == advice


def test_every_rule_has_a_wrong_program():
    assert {slug for slug, _ in WRONG.values()} == set(RULES)
    assert set(ASKED) <= set(RULES)
    assert len(WRONG) >= 60 and len(RIGHT) >= 45


def example(slug: str, kind: str) -> str:
    text = inspect.cleandoc(RULES[slug].text)
    after = text.partition(f"{kind}::")[2]
    return textwrap.dedent(after.partition("Good::")[0].strip("\n"))


def run_example(library: Any, slug: str, kind: str) -> Findings:
    torch = library
    torch.manual_seed(0)
    nn = torch.nn
    names = {"torch": torch, "F": nn.functional, "nn": nn, "lint": lint, "x": torch.randn(8, 4), "y": torch.arange(8) % 3,
             "t": (torch.arange(8) % 2).float(), "model": nn.Linear(4, 3), "score": nn.Linear(4, 1)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(example(slug, kind).replace("watch()", "watch(show=False)"), names)
    return names["findings"] if "findings" in names else lint(names["loss"], **names.get("use", {}))


@pytest.mark.parametrize("slug", RULES)
def test_examples_of_the_rules(slug):
    assert run_example(tinygrad_loss, slug, "Bad").rules == [slug]
    assert run_example(tinygrad_loss, slug, "Good").rules == []


@pytest.mark.torch
@pytest.mark.parametrize("slug", RULES)
def test_examples_of_the_rules_on_pytorch(slug, torch):
    assert run_example(torch, slug, "Bad").rules == [slug]
    assert run_example(torch, slug, "Good").rules == []


def test_the_pages_are_up_to_date():
    pages = runpy.run_path(str(ROOT / "docs" / "make_rules.py"))["pages"]()
    written = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == {Path(path): text for path, text in pages.items()}, "python docs/make_rules.py writes them anew"


def wrong_loss() -> tuple[Any, Any]:
    torch = tinygrad_loss
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]], requires_grad=True)
    return torch.nn.functional.cross_entropy(torch.softmax(logits, 1), torch.tensor([0, 1])), logits


def test_a_finding_says_all():
    loss, _ = wrong_loss()
    (finding,) = lint(loss)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.severity, finding.node) == ("softmax-before-cross-entropy", "error", "LogSoftmaxBackward0")
    assert "0.0420 and 0.844" in finding.message.replace("0.042 ", "0.0420 ") and "F.cross_entropy(logits" in finding.fix
    assert (ROOT / finding.url).exists()
    assert tinygrad_loss.draw(loss).graph.node(finding.id).type == finding.node


def test_findings_print_as_a_table_html_and_json():
    loss, _ = wrong_loss()
    findings = lint(loss)
    assert str(findings).splitlines()[0] == "error    softmax-before-cross-entropy  at LogSoftmaxBackward0 (n2)"
    assert str(findings).endswith("1 error.")
    assert findings._repr_html_().count("<tr>") == 2
    assert json.loads(findings.to_json())[0]["rule"] == "softmax-before-cross-entropy"
    assert str(Findings()) == "No findings."
    unsafe = Findings([Finding("r", "error", "<b>", "<script>", "<i>", "u")])
    assert "<script>" not in unsafe._repr_html_() and "<b>" not in unsafe._repr_html_()


def test_the_loss_is_left_as_it_was():
    loss, logits = wrong_loss()
    hidden = logits * 2
    hidden.retain_grad()
    other = tinygrad_loss.nn.functional.cross_entropy(hidden, tinygrad_loss.tensor([0, 1]))
    lint(other)
    assert logits.grad is None and hidden.grad is None
    loss.backward()
    assert logits.grad is not None
    before = logits.grad.clone()
    other.backward()
    assert not tinygrad_loss.equal(before, logits.grad)


def examined_node() -> Any:
    loss, _ = wrong_loss()
    assert lint(loss)
    return weakref.ref(loss.grad_fn)


def test_lint_keeps_no_graph_alive():
    gc.disable()
    try:
        assert examined_node()() is None
    finally:
        gc.enable()


def test_bad_input_is_refused():
    torch = tinygrad_loss
    with pytest.raises(TypeError, match="must be a tensor, got float"):
        lint(1.0)
    with pytest.raises(RuntimeError, match="does not have a grad_fn"):
        lint(torch.ones(()))
    loss, _ = wrong_loss()
    loss.backward()
    with pytest.raises(RuntimeError, match="already freed this graph"):
        lint(loss)
    with pytest.raises(ValueError, match="no rule 'softmax-before-crossentropy'; the nearest are softmax-before-cross-entropy"):
        lint(wrong_loss()[0], select=["softmax-before-crossentropy"])


def test_select_and_ignore():
    loss, _ = wrong_loss()
    assert lint(loss, ignore=["softmax-before-cross-entropy"]) == []
    assert lint(loss, select=["all-ignored"]) == []


def test_watch_counts_and_puts_backward_back(capsys):
    torch = tinygrad_loss
    before = torch.autograd.backward, torch.Tensor.backward
    with lint.watch() as findings:
        for _ in range(3):
            wrong_loss()[0].backward()
    assert (torch.autograd.backward, torch.Tensor.backward) == before
    assert [finding.count for finding in findings] == [3]
    assert findings[0].file == __file__ and findings[0].line > 0
    assert "(3 times)" in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError), lint.watch():
        raise ZeroDivisionError
    assert (torch.autograd.backward, torch.Tensor.backward) == before


def test_watch_leaves_the_gradients_alone():
    loss, logits = wrong_loss()
    loss.backward()
    expected = logits.grad
    loss, logits = wrong_loss()
    with lint.watch(show=False):
        loss.backward()
    assert tinygrad_loss.allclose(logits.grad, expected)


def test_draw_flags_the_nodes():
    loss, _ = wrong_loss()
    picture = tinygrad_loss.draw(loss, lint=True)
    flagged = [node.type for node in picture.graph.nodes if "[error: softmax-before-cross-entropy]" in node.words]
    assert flagged == ["LogSoftmaxBackward0"]
    assert "softmax is taken twice" in str(picture) and 'penwidth=4' in picture.source
    assert "[error" not in str(tinygrad_loss.draw(loss))
    assert "lint: no findings." in str(tinygrad_loss.draw(tinygrad_loss.ones(2, requires_grad=True).sum(), lint=True))
