"""explain(): every number that it prints is worked out again here, by NumPy alone, and every formula is held to the gradients."""

from __future__ import annotations

import importlib
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

import tinygrad_loss
from tinygrad_loss import explain
from tinygrad_loss._formulas import FORMULAS, to_latex
from tinygrad_loss.cli import main
from tinygrad_loss.parity import table
from tinygrad_loss.parity.checks import as_list, weights_for

X = np.array([[0.4499, 0.8788, 0.5056, 0.1445, 0.0907], [0.4715, 0.6950, 0.8860, 0.1334, 0.2139],
              [0.1923, 0.5645, 0.9867, 0.4618, 0.1355]])
T = np.array([0, 1, 4])
W = np.array([0.5, 1.0, 2.0, 1.5, 0.25])
B = np.array([0.132, -0.3074, 0.6341])
Y = np.array([0.0, 1.0, 0.0])


@pytest.fixture(params=["tinygrad_loss", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request: pytest.FixtureRequest) -> Any:
    return importlib.import_module(request.param)


# The printed text, read back -------------------------------------------------------------------------------------------------

NUMBER = r"-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf|nan)"


def printed(text: str) -> list[np.ndarray]:
    """The arrays that an explanation prints, in order: rows of numbers under a caption, or a number beside it."""
    arrays: list[list[list[float]]] = []
    open_block = False
    for line in text.splitlines():
        row = re.fullmatch(rf" {{7,}}({NUMBER}(?: +{NUMBER})*)", line)
        beside = re.fullmatch(rf"     \S(?:.*\S)?  ({NUMBER})", line)
        if row:
            numbers = [float(v) for v in row[1].split()]
            if open_block:
                arrays[-1].append(numbers)
            else:
                arrays.append([numbers])
            open_block = True
        else:
            open_block = False
            if beside:
                arrays.append([[float(beside[1])]])
    return [np.array(rows) for rows in arrays]


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def one_hot(t: np.ndarray, n: int) -> np.ndarray:
    return np.eye(n)[t]


def cross_entropy(torch: Any) -> tuple[Any, list[Any]]:
    x = torch.from_numpy(X.copy()).requires_grad_()
    p, hot = softmax(X), one_hot(T, 5)
    g, grad = -hot / 3, (p - hot) / 3
    loss = -np.log(p[range(3), T]).mean()
    return torch.nn.functional.cross_entropy(x, torch.from_numpy(T)), [
        loss, 1, hot, 3, g,  # the loss, what comes in, the terms, what goes out
        np.log(p), g, p, g.sum(1, keepdims=True), grad,
        p, hot, 3, grad,  # (softmax - onehot) / N
        grad]


def weighted(torch: Any) -> tuple[Any, list[Any]]:
    """With weights and an ignored target; the mean divides by the sum of the weights that count."""
    x = torch.from_numpy(X.copy()).requires_grad_()
    t = torch.from_numpy(np.array([0, -100, 4]))
    p, hot = softmax(X), one_hot(T, 5) * np.array([[1.0], [0], [1]])
    total = W[0] + W[4]
    rows = np.array([[W[0]], [0], [W[4]]]) / total
    loss = -(W[0] * np.log(p[0, 0]) + W[4] * np.log(p[2, 4])) / total
    g, grad = -rows * hot, rows * (p - hot)
    return torch.nn.functional.cross_entropy(x, t, torch.from_numpy(W), reduction="mean"), [
        loss, 1, hot, total, g, np.log(p), g, p, g.sum(1, keepdims=True), grad, p, hot, rows, grad, grad]


def binary(torch: Any) -> tuple[Any, list[Any]]:
    x = torch.from_numpy(B.copy()).requires_grad_()
    s = 1 / (1 + np.exp(-B))
    loss = -(Y * np.log(s) + (1 - Y) * np.log(1 - s)).mean()
    grad = (s - Y) / 3
    return torch.nn.functional.binary_cross_entropy_with_logits(x, torch.from_numpy(Y)), [
        loss, 1, 3, grad, grad, s, Y, 3, grad, grad]


def binary_of_sigmoid(torch: Any) -> tuple[Any, list[Any]]:
    x = torch.from_numpy(B.copy()).requires_grad_()
    s = 1 / (1 + np.exp(-B))
    loss = -(Y * np.log(s) + (1 - Y) * np.log(1 - s)).sum()
    g, grad = (s - Y) / (s * (1 - s)), s - Y
    return torch.nn.functional.binary_cross_entropy(torch.sigmoid(x), torch.from_numpy(Y), reduction="sum"), [
        loss, 1, 1, g, g, s, g, s * (1 - s), grad, s, Y, 1, grad, grad]


def by_hand(torch: Any) -> tuple[Any, list[Any]]:
    """A squared error in primitives, with a leaf that is reached twice."""
    x = torch.from_numpy(B.copy()).requires_grad_()
    loss = (x * x).mean()
    g = np.full(3, 1 / 3)
    return loss, [(B * B).mean(), 1, 3, g, B * B, g, B, B * g, B, B * g, B * g, B * g, 2 * B * g]


def layers(torch: Any) -> tuple[Any, list[Any]]:
    x, w, b = X[:, :2], X[:2, 2:4], np.array([0.25, -0.5])
    leaves = [torch.from_numpy(v.copy()).requires_grad_() for v in (w, b)]
    z = x @ w + b
    y = np.maximum(z, 0)
    g1 = np.ones((3, 2))
    g2 = g1 * (y > 0)
    result = torch.relu(torch.addmm(leaves[1], torch.from_numpy(x.copy()), leaves[0])).sum()
    return result, [y.sum(), 1, g1, y, g1, y > 0, g2, z, g2, g2.sum(0), x, x.T @ g2, g2.sum(0), x.T @ g2]


CASES = {case.__name__: case for case in (cross_entropy, weighted, binary, binary_of_sigmoid, by_hand, layers)}


@pytest.mark.parametrize("name", CASES)
def test_every_printed_number(lib: Any, name: str) -> None:
    loss, expected = CASES[name](lib)
    report = explain(loss)
    found = printed(str(report))
    told = [float(v) for v in re.findall(rf" = ({NUMBER}), computed", str(report))]
    np.testing.assert_allclose(told, np.atleast_1d(expected[0]), atol=5.1e-5)
    assert len(found) == len(expected), [array.tolist() for array in found]
    for place, (ours, theirs) in enumerate(zip(found, expected)):
        np.testing.assert_allclose(ours.reshape(-1), np.asarray(theirs, dtype=float).reshape(-1), atol=5.1e-5, err_msg=f"array {place}")
    assert all(sent.agrees for step in report.steps for sent in step.sends)
    assert all(one.agrees for one in report.together)


def test_a_wrong_number_is_seen() -> None:
    """The test above can fail: one printed digit changed, one array left out."""
    text = str(explain(cross_entropy(tinygrad_loss)[0]))
    expected = cross_entropy(tinygrad_loss)[1]
    assert "0.3054" in text
    wrong = printed(text.replace("0.3054", "0.3064"))
    assert not all(np.allclose(a.reshape(-1), np.reshape(b, -1), atol=5.1e-5) for a, b in zip(wrong, expected))
    assert len(printed(text.replace("N  3", "N is 3"))) != len(expected)


SHORT = {
    "cross_entropy": "(softmax(x) - onehot(t)) / N",
    "weighted": "c · (softmax(x) - onehot(t))",
    "binary": "(sigmoid(x) - t) / N",
    "binary_of_sigmoid": "(sigmoid(x) - t) / N",
}


@pytest.mark.parametrize("name", SHORT)
def test_short_forms(lib: Any, name: str) -> None:
    report = explain(CASES[name](lib)[0])
    (one,) = report.together
    assert one.text.startswith(SHORT[name])
    assert one.agrees


def test_other_cross_entropies_have_a_short_form(lib: Any) -> None:
    """Smoothing and soft targets: softmax minus another distribution."""
    x = lib.from_numpy(X.copy()).requires_grad_()
    smoothed = explain(lib.nn.functional.cross_entropy(x, lib.from_numpy(T), label_smoothing=0.1)).together[0]
    q = {term.name: term.values.array for term in smoothed.terms}["q"]
    np.testing.assert_allclose(q, one_hot(T, 5) * 0.9 + 0.1 / 5, atol=1e-12)
    unstable = explain(lib.nn.functional.nll_loss(lib.log(lib.softmax(x, 1)), lib.from_numpy(T))).together[0]
    assert unstable.steps == (1, 2, 3)
    np.testing.assert_allclose(unstable.gradient.array, (softmax(X) - one_hot(T, 5)) / 3, atol=1e-12)


# Every formula of the table against the gradients of both libraries ------------------------------------------------------------

ROWS = {row.name: row for row in table.rows() if row.error is None}
PROGRAMS = {"this formula stands for a program and is not worked out here", "the numbers are too many to be kept"}


def far(sent: Any) -> bool:
    """Whether a formula gives something else than the gradient: more than rounding, or a formula that cancels, explains."""
    ours, theirs = sent.worked_out.array, sent.gradient.array
    if ours.shape != theirs.shape:
        return True
    finite = np.isfinite(theirs) & np.isfinite(ours)
    scale = np.abs(theirs[finite]).max(initial=0.0)
    return bool((np.abs(ours - theirs)[finite] > 1e-3 * scale + 1e-9).any())


def told(row: Any, torch: Any) -> list[tuple[str, Any]]:
    """(node type, Sent) for each gradient that an explanation of the row's first result tells."""
    inputs = []
    for one, array in zip(row.inputs, row.arrays(row.kinds[0])):
        tensor = torch.from_numpy(np.array(array))
        inputs.append(tensor.requires_grad_() if one.grad else tensor)
    outs = [out for out in as_list(row.call(torch, *inputs)) if getattr(out, "grad_fn", None) is not None]
    if not outs:
        return []
    report = explain(outs[0], gradient=torch.from_numpy(weights_for(outs[0].detach().numpy(), 1)))
    assert str(report)
    return [(step.type, sent) for step in report.steps for sent in step.sends if sent.gradient is not None]


@pytest.mark.parametrize("part", range(4))
def test_formulas_give_the_gradients(lib: Any, part: int) -> None:
    wrong, seen = [], 0
    for name, row in list(ROWS.items())[part::4]:
        try:
            sent_by_type = told(row, lib)
        except TypeError:  # a row that is an error in both libraries
            continue
        for kind, sent in sent_by_type:
            seen += sent.agrees is True
            if sent.agrees is False and far(sent):
                wrong.append((name, kind, sent.input, sent.gradient.array, sent.worked_out and sent.worked_out.array))
    assert not wrong, wrong[:3]
    assert seen > 500


def test_formulas_are_worked_out_for_all_but_programs(lib: Any) -> None:
    """Most rules can be filled in; those that stand for a program are few, and known."""
    names = ("nll_loss", "cross_entropy", "bce", "mse", "huber", "softmax 1", "linear 2d", "prod", "std", "cumsum", "gather", "max dim")
    for row in [row for name, row in ROWS.items() if name.startswith(names) and all(a.size for a in row.arrays("float64"))]:
        assert all(sent.agrees for _, sent in told(row, lib) if sent.why not in PROGRAMS), row.name


def test_every_op_of_the_losses_has_a_formula() -> None:
    for name in ("NllLoss", "NllLoss2D", "LogSoftmax", "Softmax", "BinaryCrossEntropy", "BinaryCrossEntropyWithLogits", "MseLoss", "HuberLoss",
                 "SmoothL1Loss", "SoftMarginLoss", "MultiMarginLoss", "MultilabelMarginLoss", "CtcLoss", "Exp", "Log", "Logsumexp", "Sigmoid"):
        assert f"{name}Backward0" in FORMULAS
    for formula in FORMULAS.values():
        assert formula.forward.count("(") == formula.forward.count(")")
        for rule in formula.rules:
            assert rule.rule.count("(") == rule.rule.count(")")
            assert rule.rule_latex.count("{") == rule.rule_latex.count("}")


@pytest.mark.parametrize(("text", "latex"), [
    ("g / (2 · y)", r"g / (2 \cdot y)"), ("x^(p - 1)", "x^{p - 1}"), ("a <= b", r"a \le b"), ("A^T g", r"A^{\top} g"),
    ("sqrt(1 - x^2)", r"\sqrt{1 - x^2}"), ("g where x > 0, else 0", r"g \text{ where } x > 0, \text{ else } 0"),
])  # fmt: skip
def test_latex(text: str, latex: str) -> None:
    assert to_latex(text) == latex


# What the story says ----------------------------------------------------------------------------------------------------------

def test_the_order_is_that_of_the_backward_pass(lib: Any) -> None:
    x = lib.from_numpy(B.copy()).requires_grad_()
    a = x * 2
    b = a.exp()
    c = a.sin()
    seen: list[str] = []
    result = (b + c).sum()
    order = [step.type for step in explain(result).steps]
    stack, nodes = [result.grad_fn], []
    while stack:
        node = stack.pop()
        if node is not None and node not in nodes:
            nodes.append(node)
            stack += [child for child, _ in node.next_functions]
    for node in nodes:
        if type(node).__name__ != "AccumulateGrad":
            name = type(node).__name__
            node.register_hook(lambda *_, name=name: seen.append(name))
    result.backward()
    assert [name for name in order if name != "AccumulateGrad"] == seen


def test_gradients_that_meet_are_summed(lib: Any) -> None:
    x = lib.from_numpy(B.copy()).requires_grad_()
    text = str(explain((x.exp() + x.sin()).sum()))
    assert "2 gradients come here and are summed, from step 3 and step 4:" in text or "from step 4 and step 3" in text


def test_a_limit_says_what_is_left_out(lib: Any) -> None:
    x = lib.from_numpy(B.copy()).requires_grad_()
    y = x
    for _ in range(50):
        y = y.sin()
    report = explain(y.sum(), limit=5)
    assert len(report.steps) == 5
    assert report.left_out == {"SinBackward0": 46, "AccumulateGrad": 1}
    assert "Left out are 47 further nodes (46 SinBackward0, 1 AccumulateGrad); limit= tells more." in str(report)
    assert len(explain(y.sum(), limit=100).steps) == 52


def test_long_tensors_are_abbreviated(lib: Any) -> None:
    x = lib.from_numpy(np.linspace(-1, 1, 5000)).requires_grad_()
    text = str(explain(x.exp().sum()))
    assert len(text) < 1500
    assert "min " in text and "(5000)" in text


def test_nothing_is_changed(lib: Any) -> None:
    x = lib.from_numpy(B.copy()).requires_grad_()
    loss = x.exp().sum()
    explain(loss)
    assert x.grad is None
    loss.backward()
    np.testing.assert_allclose(x.grad.numpy(), np.exp(B))


def test_a_hook_that_changes_a_gradient_is_told(lib: Any) -> None:
    x = lib.from_numpy(B.copy()).requires_grad_()
    y = x * 3
    y.register_hook(lambda g: g * 10)
    report = explain(y.exp().sum())
    exp = next(step for step in report.steps if step.type == "ExpBackward0")
    mul = next(step for step in report.steps if step.type == "MulBackward0")
    assert exp.sends[0].agrees in (True, False)  # libraries differ in whether they show the hook's change here or at the next node
    assert {exp.sends[0].agrees, mul.gradients[0].array is not None}
    np.testing.assert_allclose(report.steps[-1].gradients[0].array, 30 * np.exp(3 * B))


def test_a_node_without_a_formula_says_so(lib: Any) -> None:
    class Twice(lib.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    x = lib.from_numpy(B.copy()).requires_grad_()
    report = explain(Twice.apply(x).sum())
    text = str(report)
    assert "The table of formulas has no entry for TwiceBackward: here are its numbers alone." in text
    assert text.endswith("1 of the 2 gradients that were sent are what the formulas give for these numbers; not worked out: 1.")
    np.testing.assert_array_equal(report.steps[1].sends[0].gradient.array, [2, 2, 2])


@pytest.mark.torch
def test_complex_numbers_are_not_worked_out(torch: Any) -> None:
    c = torch.tensor([1 + 2j], requires_grad=True)
    text = str(explain((c * c).abs().sum()))
    assert "(Not worked out: the formulas are those of real numbers.)" in text
    assert "different" not in text


@pytest.mark.torch
def test_a_network_of_pytorch(torch: Any) -> None:
    """A small network with cross-entropy, its parameters by name, down to the gradients that backward() gives."""
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    loss = torch.nn.CrossEntropyLoss()(model(torch.tensor([[1.0, 2.0], [-1.0, 0.5]])), torch.tensor([0, 1]))
    report = explain(loss, params=model)
    sent = [sent for step in report.steps for sent in step.sends]
    assert len(sent) == 10 and all(one.agrees for one in sent)
    loss.backward()
    got = {step.name: step.gradients[0].array for step in report.steps if step.kind == "leaf"}
    assert set(got) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    for name, parameter in model.named_parameters():
        np.testing.assert_array_equal(got[name], parameter.grad.numpy())


def test_results_that_are_no_scalars(lib: Any) -> None:
    x = lib.from_numpy(X.copy()).requires_grad_()
    report = explain(lib.softmax(x, 1), gradient=lib.from_numpy(X.copy()))
    p = softmax(X)
    np.testing.assert_allclose(report.steps[-1].gradients[0].array, p * (X - (X * p).sum(1, keepdims=True)), atol=1e-15)
    without = str(explain(lib.softmax(x, 1)))
    assert "not known" in without and "not a scalar" in without


# Markdown, HTML, files ----------------------------------------------------------------------------------------------------------

def test_markdown_and_html(lib: Any, tmp_path: Any) -> None:
    report = explain(cross_entropy(lib)[0])
    assert r"$$ \frac{\mathrm{softmax}(x) - \mathrm{onehot}(t)}{N} $$" in report.markdown
    assert report.markdown.count("```") % 2 == 0
    tree = ET.fromstring(f"<div>{report.html}</div>")
    rows = [row for pre in tree.iter("pre") for row in (pre.text or "").splitlines()]
    assert "-0.2670   0.1018   0.0701   0.0488   0.0463" in [row.strip() for row in rows]
    assert report._repr_html_() == report.html
    for ending, start in ((".md", "**loss"), (".txt", "loss = 1.6802"), (".html", "<!DOCTYPE html>")):
        assert report.save(tmp_path / f"x{ending}").read_text(encoding="utf-8").lstrip("*").startswith(start.lstrip("*"))
    with pytest.raises(ValueError, match=r"choose one of \.txt, \.md, \.html"):
        report.save(tmp_path / "x.pdf")


def test_markdown_and_text_hold_the_same_numbers(lib: Any) -> None:
    for case in CASES.values():
        report = explain(case(lib)[0])
        in_text = re.findall(rf"(?<![\w.]){NUMBER}(?![\w.])", re.sub(r"(?m)^ {3}\S.*$|^\d+\..*$", "", str(report)))
        for number in in_text:
            assert number in report.markdown and number in report.html


def test_hostile_names() -> None:
    x = tinygrad_loss.tensor([1.0], requires_grad=True)
    report = explain(x.exp().sum(), params={"<script>alert(1)</script>$x_1$\n`": x})
    assert "<script>" not in report.html
    assert "\n`" not in report.markdown.replace("\n```", "")
    assert not re.search(r"(?<!\\)<script", report.markdown)
    assert r"\$x\_1\$" in report.markdown
    ET.fromstring(f"<div>{report.html}</div>")


def freed() -> Any:
    x = tinygrad_loss.tensor([1.0], requires_grad=True)
    loss = x.exp().sum()
    loss.backward()
    return loss


MISTAKES: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (lambda: 3.0, {}, TypeError, "loss must be a tensor, got float"),
    (lambda: np.array(1.0), {}, TypeError, "must be a tensor, got ndarray"),
    (lambda: tinygrad_loss.tensor(1.0), {}, RuntimeError, "does not require grad"),
    (freed, {}, RuntimeError, "already freed this graph"),
    (lambda: cross_entropy(tinygrad_loss)[0], {"limit": 0}, ValueError, "at least 1, got 0"),
    (lambda: cross_entropy(tinygrad_loss)[0], {"limit": 2.5}, ValueError, "whole number"),
    (lambda: cross_entropy(tinygrad_loss)[0], {"params": 3}, TypeError, "params must be a module or a dict"),
]


@pytest.mark.parametrize(("make", "options", "error", "words"), MISTAKES)
def test_mistakes(make: Any, options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        explain(make(), **options)


# The command ---------------------------------------------------------------------------------------------------------------------

SCRIPT = "import tinygrad_loss as torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nloss = x.exp().sum()\nplain = 3\n"


def test_the_command(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fit.py").write_text(SCRIPT, encoding="utf-8")
    assert main(["explain", "fit.py"]) == 0
    assert "to x: g · y" in capsys.readouterr().out
    assert main(["explain", "fit.py", "--out", "loss.md"]) == 0
    assert capsys.readouterr().out == "Explained loss of fit.py in loss.md.\n"
    assert (tmp_path / "loss.md").read_text(encoding="utf-8").startswith("**loss = ")
    assert main(["explain", "fit.py:plain"]) == 2
    assert capsys.readouterr().err == ("tinygrad-loss explain: fit.py: plain cannot be explained: explain(): loss must be a tensor, got int; "
                                       "explain one tensor, such as the loss itself\n")
