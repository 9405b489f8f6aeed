"""The page's making: the order of the pass, heat maps, forms, code, escaping, size. The page itself is tested in tests/test_browser.py."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import tinygrad_loss as torch
from tinygrad_loss import nn
from tinygrad_loss.graph.model import Values
from tinygrad_loss.graph.theme import Theme, mixed
from tinygrad_loss.page.cells import MOST_CELLS, heat_map
from tinygrad_loss.page.colours import marked_theme, palette, property_of
from tinygrad_loss.page.document import script_safe
from tinygrad_loss.page.forms import forms_of
from tinygrad_loss.page.source import source_of
from tinygrad_loss.page.steps import backward_steps


def cross_entropy():
    logits = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]], requires_grad=True)
    return logits, torch.nn.CrossEntropyLoss()(logits, torch.tensor([0, 2]))


class Parts(HTMLParser):
    """The elements of a page, and what stands in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] in ("script", "style"):
            (self.scripts if self.tags[-1][0] == "script" else self.styles).append(data)
            self.tags.append(("text", {}))


def page_of(picture, folder: Path):
    text = picture.save(folder / "page.html").read_text(encoding="utf-8")
    parts = Parts(text)
    return text, parts, json.loads(parts.scripts[0])


# The order of the pass


def diamond():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return (x.exp() * x.sin()).sum()


def deep():
    x = torch.tensor(1.0, requires_grad=True)
    for _ in range(30):
        x = x * 1.1 + x
    return x


@pytest.mark.parametrize("make", [diamond, deep, lambda: cross_entropy()[1]])
def test_every_node_runs_after_all_that_send_to_it(make):
    graph = torch.draw(make(), fold=False).graph
    steps = backward_steps(graph)
    assert sorted(step.node for step in steps) == sorted(node.id for node in graph.nodes)
    place = {step.node: i for i, step in enumerate(steps)}
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    assert sorted(id for step in steps for id in step.edges) == sorted(edge.id for edge in graph.edges)
    assert all(edge.source == step.node for step in steps for edge in graph.edges if edge.id in step.edges)


def test_a_step_is_told_in_a_sentence():
    logits, loss = cross_entropy()
    assert [step.text for step in backward_steps(torch.draw(loss, params={"logits": logits}).graph)] == [
        "The pass starts at loss with the gradient 1, sent to NllLossBackward0.",
        "NllLossBackward0 (negative log-likelihood) receives 1 and sends a gradient of shape 2×3 to LogSoftmaxBackward0.",  # noqa: RUF001
        "LogSoftmaxBackward0 (log-softmax) receives a gradient of shape 2×3 and sends a gradient of shape 2×3 to logits.",  # noqa: RUF001
        "logits has its gradient: a gradient of shape 2×3.",  # noqa: RUF001
    ]
    assert backward_steps(torch.draw(loss, values=False).graph)[1].text == (
        "NllLossBackward0 (negative log-likelihood) sends to LogSoftmaxBackward0.")


def test_a_gradient_that_is_not_a_number_is_told():
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    texts = [step.text for step in backward_steps(torch.draw((x.log() * 0).sum()).graph)]
    assert any("contains nan" in text for text in texts)


# Heat maps


@pytest.mark.parametrize(("array", "columns", "cells"), [
    (np.float32(2.5), 1, [2.5]),
    (np.array([1.0, -1.0]), 2, [1.0, -1.0]),
    (np.arange(6).reshape(2, 3), 3, [0, 1, 2, 3, 4, 5]),
    (np.arange(8.0).reshape(2, 2, 2), 2, [0, 1, 2, 3, 4, 5, 6, 7]),
    (np.array([True, False]), 2, [True, False]),
    (np.array([1 + 2j]), 1, ["(1+2j)"]),
    (np.array([np.nan, np.inf, -np.inf]), 3, ["nan", "inf", "-inf"]),
    (np.array([1 / 3]), 1, [0.333333]),
    (np.arange(40.0), 32, [float(i) for i in range(40)]),
])  # fmt: skip
def test_a_small_array_is_given_number_by_number(array, columns, cells):
    told = heat_map(Values.of(np.asarray(array)))
    assert (told["columns"], told["cells"], told["block"]) == (columns, cells, None)
    assert told["shape"] == list(np.shape(array))
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize("shape", [(1000, 1000), (5, 100_000), (100_000, 5), (90_000,), (64, 32, 7, 7), (3, 1, 70_000)])
@pytest.mark.parametrize("place", [0, -1, 31_415])
def test_of_a_large_array_no_spike_is_lost(shape, place):
    array = np.zeros(shape, np.float32)
    array.reshape(-1)[place] = -7.0
    told = heat_map(Values.of(array))
    assert len(told["cells"]) <= MOST_CELLS
    assert told["cells"].count(-7.0) == 1 and set(told["cells"]) == {0.0, -7.0}
    high, wide = told["block"]
    table = (1, shape[0]) if len(shape) == 1 else (array.size // shape[-1], shape[-1])
    at = place % array.size
    row, column = at // table[1] // high, at % table[1] // wide
    across = -(-table[1] // wide)
    assert told["cells"][row * across + column] == -7.0
    assert told["columns"] == (across if table[0] > 1 else math.isqrt(2 * across))  # a long vector is broken into rows


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_broken_number_shows_in_a_large_array(value):
    array = np.ones((500, 500))
    array[123, 456] = value
    assert heat_map(Values.of(array))["cells"].count(str(value)) == 1


def test_an_array_without_numbers_is_shape_and_summary():
    assert heat_map(Values((2, 3), "float32")) == {"shape": [2, 3], "dtype": "float32", "summary": None}
    assert heat_map(Values.of(np.zeros((0, 3)))) == {"shape": [0, 3], "dtype": "float64", "summary": None}
    huge = Values.of(np.arange(12.0), keep=5)
    assert heat_map(huge) == {"shape": [12], "dtype": "float64", "summary": [0.0, 5.5, 11.0]}


# Colours


def test_every_colour_of_a_drawing_is_a_property_of_the_page():
    rules = palette()
    for name in Theme.__dataclass_fields__:
        assert rules.count(f"--{name.replace('_', '-')}: #") == 3  # light, dark, print
        if name not in ("weak", "strong"):
            assert property_of(getattr(marked_theme(), name)) == f"var(--{name.replace('_', '-')})"
    theme = marked_theme()
    assert property_of(mixed(theme.weak, theme.strong, 1)) == "color-mix(in srgb, var(--strong) 100%, var(--weak))"
    assert property_of("transparent") == "transparent"


# Forms and code


@pytest.mark.parametrize(("count", "forms"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 6), (6, 8)])
def test_all_combinations_of_few_nodes_that_open(count, forms):
    x = torch.tensor([[0.5, -1.0]], requires_grad=True)
    loss = sum(((x * k).softmax(1)[0, 0] for k in range(count)), x.sum())
    opened = torch.draw(loss, level="primitives", fold=False).graph
    found = forms_of(opened)
    states = {tuple(group.id for group in form.groups) for form in found}
    assert len(found) == len(states) == forms
    assert found[0].groups == () and opened.groups in [form.groups for form in found]
    begin = [group.closed.id for group in opened.groups]
    assert {group.id for group in forms_of(opened, begin)[0].groups} == {group.id for group in opened.groups}


@pytest.mark.parametrize(("name", "file", "words"), [
    ("NllLossBackward0", "nn/functional/negative_log_likelihood.py", "def define"),
    ("LogSoftmaxBackward0", "ops/softmaxes.py", "def log_softmax_definition"),
    ("MulBackward0", "ops/arithmetic.py", "class MulBackward0(Binary)"),
    ("ExpBackward0", "ops/pointwise.py", "ExpBackward0 = elementwise("),
])  # fmt: skip
def test_the_code_of_a_node(name, file, words):
    source = source_of(name)
    assert source.file == file and words in source.code and source.rule
    lines = (Path(torch.__file__).parent / file).read_text(encoding="utf-8").splitlines()
    assert lines[source.line - 1].strip() == source.code.splitlines()[0].strip()


def test_a_stranger_has_no_code():
    class Mine(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = torch.tensor([1.0], requires_grad=True)
    assert source_of(type(Mine.apply(x).grad_fn).__name__) is None
    assert source_of("ConvolutionOverTheMoonBackward0") is None


# The document


def test_the_page_holds_the_facts(tmp_path):
    logits, loss = cross_entropy()
    text, _, facts = page_of(torch.draw(loss), tmp_path)
    (side,) = facts["sides"]
    assert [form["open"] for form in side["forms"]] == [[], ["n1"], ["n2"], ["n1", "n2"]]
    closed = side["forms"][0]
    node = closed["nodes"]["n2"]
    assert (node["type"], node["words"]) == ("LogSoftmaxBackward0", "log-softmax")
    assert node["forward"] and node["backward"]
    gradient = facts["tensors"][closed["nodes"]["n3"]["gradients"][0]]
    (expected,) = torch.autograd.grad(loss, logits)
    assert gradient["cells"] == pytest.approx(expected.numpy().reshape(-1), rel=1e-5)
    assert (gradient["shape"], gradient["columns"], gradient["dtype"]) == ([2, 3], 3, "float32")
    assert {entry["name"] for entry in closed["nodes"]["n1"]["saved"]} >= {"target", "reduction", "self"}
    assert "def define" in facts["sources"]["NllLossBackward0"]["code"]
    assert [step["node"] for step in closed["steps"]] == ["n0", "n1", "n2", "n3"]
    assert text.count("<template ") == 4 and "<h1>Backward graph of loss</h1>" in text


def test_each_part_of_the_drawing_knows_what_it_shows(tmp_path):
    _, loss = cross_entropy()
    text, _, facts = page_of(torch.draw(loss), tmp_path)
    stage = text[text.index('class="stage"'):text.index("</section>")]
    closed = facts["sides"][0]["forms"][0]
    assert set(re.findall(r'data-node="(\w+)"', stage)) == set(closed["nodes"])
    assert set(re.findall(r'data-edge="(\w+)"', stage)) == set(closed["edges"]) == set(re.findall(r'data-flow="(\w+)"', stage))
    assert 'aria-label="NllLossBackward0, negative log-likelihood, scalar float32, 0.6925"' in stage
    assert 'aria-label="gradient from loss to NllLossBackward0: 1"' in stage
    assert "#0101" not in text and "#02fe" not in text  # no mark of a colour is left
    assert " id=" not in stage  # several forms can be in the page


def test_nothing_comes_from_elsewhere(tmp_path):
    text, parts, _ = page_of(torch.draw(cross_entropy()[1]), tmp_path)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert not [tag for tag, attributes in parts.tags if {"src", "srcset", "action"} & attributes.keys()]
    links = [attributes["href"] for tag, attributes in parts.tags if "href" in attributes]
    assert links == ["data:,", "#panel"]
    policy = next(a["content"] for tag, a in parts.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    for kind, (content,) in (("style", parts.styles), ("script", parts.scripts[1:])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


HOSTILE = ["</script><script>hacked=1</script>", "<!--<script>", "\"><img src=x onerror=hacked=1>", "a&lt;b", "]]>", "\u2028\u202e",
           "{{facts}}", "\x00\ud800", "'; DROP TABLE", "x" * 500]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name, tmp_path):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    text, parts, facts = page_of(torch.draw((x * x).sum(), params={name: x}), tmp_path)
    tags = [tag for tag, _ in parts.tags if tag not in ("text",)]
    assert tags.count("script") == 2 and "img" not in tags
    assert facts["sides"][0]["forms"][0]["nodes"]["n3"]["name"][:4] in {name[:4], repr(name)[1:5]}
    text.encode()


def test_json_cannot_end_its_element():
    assert "<" not in script_safe({"a": "</script><!--<script>"})
    assert json.loads(script_safe({"a": "</script>\u2028"})) == {"a": "</script>\u2028"}


def test_the_page_stays_small_whatever_the_tensors(tmp_path):
    torch.manual_seed(0)
    x, w = torch.randn(800, 700, requires_grad=True), torch.randn(700, 300, requires_grad=True)
    text, _, facts = page_of(torch.draw(((x @ w).tanh() * 2).sum()), tmp_path)
    assert len(text) < 600_000
    assert max(len(tensor.get("cells", ())) for tensor in facts["tensors"]) <= MOST_CELLS


def test_a_large_graph_makes_a_page(tmp_path):
    model = nn.Sequential(*(nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(60)))
    text, _, facts = page_of(torch.draw(model(torch.ones(2, 4)).sum(), params=model, fold=False, limit=400), tmp_path)
    assert len(facts["sides"][0]["forms"][0]["nodes"]) > 200
    assert len(text) < 3_000_000


@pytest.mark.parametrize("options", [{"values": False}, {"level": "primitives"}, {"level": "modules"}, {"expand": "n2"},
                                     {"direction": "LR"}, {"theme": "dark"}])  # fmt: skip
def test_pages_of_every_kind_of_picture(options, tmp_path):
    _, loss = cross_entropy()
    _, parts, facts = page_of(torch.draw(loss, **options), tmp_path)
    forms = facts["sides"][0]["forms"]
    begin = {"primitives": ["n1", "n2"]}.get(options.get("level"), ["n2"] if "expand" in options else [])
    assert forms[0]["open"] == begin
    assert len(forms) == 4
    known = [edge["gradient"] is not None for edge in forms[0]["edges"].values()]
    assert not any(known) if "values" in options else all(known)
    (root,) = [attributes for tag, attributes in parts.tags if tag == "html"]
    assert root["data-theme"] == ("dark" if "theme" in options else "auto")


def test_a_page_of_a_freed_graph_says_so(tmp_path):
    _, loss = cross_entropy()
    loss.backward()
    _, _, facts = page_of(torch.draw(loss), tmp_path)
    assert any("already freed" in note for note in facts["sides"][0]["notes"])


def test_two_gradients_on_each_edge(tmp_path):
    _, loss = cross_entropy()
    picture = torch.draw(loss)
    _, _, facts = page_of(picture.beside(torch.draw(loss), "again"), tmp_path)
    (side,) = facts["sides"]
    assert side["reference"] == "again"
    assert {edge["verdict"] for edge in side["forms"][0]["edges"].values()} == {"equal"}


def test_a_failed_page_leaves_the_old_file(tmp_path, monkeypatch):
    picture = torch.draw(cross_entropy()[1])
    target = tmp_path / "page.html"
    target.write_text("old")
    monkeypatch.setattr("tinygrad_loss.graph.render.programs", lambda: [])
    with pytest.raises(RuntimeError, match="Graphviz"):
        picture.save(target)
    assert target.read_text() == "old"
    with pytest.raises(OSError, match="cannot write"):
        picture.save(tmp_path / "no" / "page.html")


def test_the_assets_are_small():
    folder = Path(torch.__file__).parent / "page"
    assets = [path for path in folder.iterdir() if path.suffix in (".js", ".css", ".html")]
    assert len(assets) >= 3
    assert sum(path.stat().st_size for path in assets) < 200_000


@pytest.mark.torch
def test_pytorch_s_own_graph(torch, tmp_path):
    import tinygrad_loss

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    loss = torch.nn.CrossEntropyLoss()(model(torch.ones(2, 3)), torch.tensor([0, 2]))
    _, _, facts = page_of(tinygrad_loss.draw(loss, params=model), tmp_path)
    (side,) = facts["sides"]
    assert side["library"] == "PyTorch"
    types = [node["type"] for node in side["forms"][0]["nodes"].values()]
    assert types.count("AddmmBackward0") == 2 and types.count("AccumulateGrad") == 4
    assert side["forms"][-1]["open"] == ["n1", "n2"]  # PyTorch's nodes open too
    assert "def define" in facts["sources"]["NllLossBackward0"]["code"]
