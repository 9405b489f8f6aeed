"""Plots: what they show is read back from the drawn lines, bars and texts."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

import tinygrad_loss as torch
from tinygrad_loss import nn
from tinygrad_loss.datasets import load_iris
from tinygrad_loss.errors import MissingExtra
from tinygrad_loss.training import train

figures = pytest.importorskip("matplotlib.figure", reason="matplotlib is not installed")
plots = torch.plots


@pytest.fixture
def ax():
    """Axes that pyplot does not know of, so that nothing is left behind."""
    return figures.Figure().subplots()


@pytest.fixture(scope="module")
def run():
    return train(load_iris(), epochs=3)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_curves_show_the_history(run, ax):
    assert plots.loss_curves(run, ax=ax) is ax
    guessing, train_line, held_out = ax.lines
    assert guessing.get_ydata()[0] == pytest.approx(math.log(3))
    assert train_line.get_xydata().tolist() == [[e.number, e.loss] for e in run.history]
    assert held_out.get_xydata().tolist() == [[e.number, e.held_out_loss] for e in run.history]
    assert (ax.get_xlabel(), ax.get_ylabel(), labels(ax)) == ("epoch", "loss (nats)", ["training rows", "held-out rows"])


def test_accuracy_is_in_percent(run, ax):
    assert plots.accuracy_curves(run, ax=ax) is ax
    train_line, held_out = ax.lines
    assert train_line.get_ydata() == pytest.approx([100 * e.accuracy for e in run.history])
    assert held_out.get_ydata() == pytest.approx([100 * e.held_out_accuracy for e in run.history])
    assert texts(ax) == [f"held out: {100 * run.accuracy:.1f} %"]


def leaf(values):
    return torch.tensor(values, requires_grad=True)


def test_gradient_flow_shows_mean_and_largest_and_says_what_has_no_bar(ax):
    tensors = {name: leaf([1.0, 1.0]) for name in ("good", "zero", "broken", "none")}
    for name, gradient in (("good", [-3.0, 1.0]), ("zero", [0.0, 0.0]), ("broken", [math.nan, 1.0])):
        tensors[name].grad = torch.tensor(gradient)
    assert plots.gradient_flow(tensors, ax=ax) is ax
    assert [(bar.get_y() + bar.get_height() / 2, bar.get_width()) for bar in ax.patches] == [(pytest.approx(0), 2.0)]
    assert [list(line.get_xdata()) for line in ax.lines] == [[3.0, 3.0]]
    assert texts(ax) == ["all zero", "contains nan or inf", "no gradient"]
    assert [text.xy[1] for text in ax.texts] == [1, 2, 3]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["good", "zero", "broken", "none"]
    assert ax.get_xscale() == "log" and ax.yaxis_inverted()


def test_confusion_refuses_a_class_that_the_scores_do_not_have():
    scores = np.eye(3)
    with pytest.raises(ValueError, match=r"target 3 is out of bounds: the scores have 3 columns"):
        plots.confusion_matrix(scores, [1, 2, 3])


@pytest.mark.parametrize("draw", [plots.loss_curves, plots.accuracy_curves])
def test_curves_are_of_a_run(draw):
    with pytest.raises(TypeError, match=rf"{draw.__name__}\(\): run must be a Run, .* got list"):
        draw([1.0, 0.5])


def test_gradient_flow_of_a_module(ax):
    model = nn.Linear(2, 1)
    model(torch.tensor([[3.0, -1.0]])).sum().backward()
    plots.gradient_flow(model, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [2.0, 1.0]  # (|3| + |-1|) / 2 of the weight, 1 of the bias
    with pytest.raises(RuntimeError, match="backward"):
        plots.gradient_flow(nn.Linear(2, 1))
    with pytest.raises(TypeError, match="module"):
        plots.gradient_flow([1, 2])


@pytest.mark.torch
def test_gradient_flow_of_pytorch_s_module(torch, ax):
    model = torch.nn.Linear(2, 1)
    model(torch.tensor([[3.0, -1.0]])).sum().backward()
    plots.gradient_flow(model, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [2.0, 1.0]


P = np.array([[0.95, 0.05], [0.85, 0.15], [0.35, 0.65], [0.45, 0.55]])
TRUE = np.array([0, 1, 1, 0])


@pytest.mark.parametrize(("p", "target"), [(P, TRUE), (P[:, 1], TRUE), (torch.tensor(P), torch.tensor(TRUE))])
def test_reliability_bars_are_accuracies(p, target, ax):
    plots.reliability_diagram(p, target, bins=4, ax=ax)
    half = len(ax.patches) // 2
    bars = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in ax.patches[:half]]
    # .65 and .55 lie between .5 and .75 (one of two is right), .95 and .85 above (one of two)
    assert bars == [(0.5, 0.25, 0.5), (0.75, 0.25, 0.5)]
    gaps = [bar.get_height() for bar in ax.patches[half:]]
    assert gaps == pytest.approx([0.6 - 0.5, 0.9 - 0.5])
    assert texts(ax) == ["2", "2"]
    assert ax.get_title(loc="left") == f"ECE {100 * (0.1 + 0.4) / 2:.1f} %"


def test_reliability_of_one_bin_and_of_certainty(ax):
    plots.reliability_diagram([[1.0, 0.0], [0.0, 1.0]], [0, 1], bins=5, ax=ax)
    assert [(bar.get_x(), bar.get_height()) for bar in ax.patches] == [(0.8, 1.0), (0.8, 0.0)]
    assert ax.get_title(loc="left") == "ECE 0.0 %"


@pytest.mark.parametrize(("p", "target", "options", "error", "words"), [
    ([[2.0, -1.0]], [0], {}, ValueError, "softmax"),
    ([[0.5, 0.4]], [0], {}, ValueError, "sum to 1"),
    ([[0.5, 0.5]], [0, 1], {}, ValueError, "do not fit"),
    ([[0.5, 0.5]], [2], {}, ValueError, "do not fit"),
    ([[0.5, 0.5]], [0.5], {}, ValueError, "class indices"),
    ([[0.5, 0.5]], [0], {"bins": 0}, ValueError, "at least 1"),
    ([["a", "b"]], [0], {}, TypeError, "numbers"),
    (np.zeros((0, 2)), [], {}, ValueError, "class indices"),
])  # fmt: skip
def test_reliability_refuses(p, target, options, error, words):
    with pytest.raises(error, match=words):
        plots.reliability_diagram(p, target, **options)


def test_confusion_counts(ax):
    scores = torch.tensor([[3.0, 0.0, 0.0], [0.0, 2.0, 1.0], [0.0, 0.0, 9.0], [0.0, 1.0, 0.0]])
    plots.confusion_matrix(scores, torch.tensor([0, 1, 1, 2]), names=["a", "b", "c"], ax=ax)
    assert texts(ax) == ["1", "0", "0", "0", "1", "1", "0", "1", "0"]
    assert ax.images[0].get_array().tolist() == [[1, 0, 0], [0, 0.5, 0.5], [0, 1, 0]]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["a", "b", "c"]
    assert ax.get_title(loc="left") == "50.0 % right"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("taken for", "true class")


@pytest.mark.parametrize(("predicted", "target", "names", "words"), [
    ([0, 1], [0], None, "do not fit"), ([0, 3], [0, 1], ["a", "b"], "2 names for at least 4"), ([-1], [0], None, "got -1"),
])  # fmt: skip
def test_confusion_refuses(predicted, target, names, words):
    with pytest.raises(ValueError, match=words):
        plots.confusion_matrix(predicted, target, names=names)


ROWS = np.array([[-1.0, 0.0], [1.0, 0.0], [-1.0, 2.0], [1.0, 2.0]])


def boundary_of(ax):
    (line,) = [c for c in ax.collections if hasattr(c, "levels")]
    return np.concatenate([path.vertices for path in line.get_paths()])


@pytest.mark.parametrize("model", [
    lambda x: x[:, 0],  # one logit
    lambda x: x[:, :1],
    lambda x: torch.stack([-x[:, 0], x[:, 0]], dim=1),  # a logit for each class
])  # fmt: skip
def test_the_boundary_lies_where_the_decision_turns(model, ax):
    plots.decision_boundary(model, ROWS, [0, 1, 0, 1], names=["left", "right"], steps=41, ax=ax)
    line = boundary_of(ax)
    assert np.abs(line[:, 0]).max() < 1e-6
    assert line[:, 1].min() < 0 and line[:, 1].max() > 2
    ground = ax.images[0].get_array()
    assert ground.shape == (41, 41, 3)
    left, right = ground[20, 0], ground[20, -1]
    assert left[2] > left[0] and right[0] > right[2]  # blue for the first class, orange for the second
    assert labels(ax) == ["left", "right"]
    points = [c.get_offsets().tolist() for c in ax.collections if not hasattr(c, "levels")]
    assert points == [[[-1, 0], [-1, 2]], [[1, 0], [1, 2]]]


def test_the_boundary_asks_in_eval_mode_and_records_nothing(ax):
    model = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 3))
    model[0].eval()
    seen = []
    model[1].register_forward_hook(lambda module, inputs, output: seen.append((module.training, output.requires_grad)))
    plots.decision_boundary(model, torch.tensor(ROWS), torch.tensor([0, 1, 2, 1]), steps=8, ax=ax)
    assert seen == [(False, False)]
    assert [module.training for module in model.modules()] == [True, False, True, True]


@pytest.mark.torch
def test_the_boundary_of_pytorch_s_module(torch, ax):
    model = torch.nn.Linear(2, 1, dtype=torch.float64)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 0.0]]))
        model.bias.fill_(-0.5)
    plots.decision_boundary(model, ROWS, [0, 1, 0, 1], steps=31, ax=ax)
    assert boundary_of(ax)[:, 0] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(("model", "features", "target", "words"), [
    (lambda x: x, np.zeros((3, 3)), [0, 1, 1], r"shape \(N, 2\)"),
    (lambda x: x, ROWS, [0], "N = 1 targets"),
    (lambda x: x.sum(), ROWS, [0, 1, 0, 1], "must return scores"),
])  # fmt: skip
def test_the_boundary_refuses(model, features, target, words):
    with pytest.raises(ValueError, match=words):
        plots.decision_boundary(model, features, target, steps=5)


def test_the_surface_has_the_loss_s_values_and_the_path(ax):
    path = [(2.0, -1.0), (1.0, 0.0), (0.25, 0.5)]
    asked = []

    def loss(w, b):
        asked.append((w, b))
        return torch.tensor(w * w + 3 * b)

    plots.loss_surface(loss, torch.tensor(path), x=(-1, 3), y=(-2, 2), steps=9, names=("u", "v"), ax=ax)
    assert len(asked) == 81 and asked[0] == (-1.0, -2.0) and asked[-1] == (3.0, 2.0)
    way, start, end = ax.lines
    assert way.get_xydata().tolist() == [list(p) for p in path]
    assert start.get_xydata().tolist() == [[2.0, -1.0]] and end.get_xydata().tolist() == [[0.25, 0.5]]
    levels = ax.collections[0].levels
    assert levels[0] == pytest.approx(-6) and levels[-1] == pytest.approx(15)  # the least and the largest loss on the grid
    assert (ax.get_xlabel(), ax.get_ylabel(), labels(ax)) == ("u", "v", ["the path", "start", "end"])


def test_the_surface_surrounds_the_path_and_stands_a_flat_or_infinite_loss(ax):
    plots.loss_surface(lambda w, b: 1.0 if w < 5 else math.inf, [(0.0, 0.0), (10.0, 1.0)], steps=5, ax=ax)
    assert ax.get_xlim() == pytest.approx((-3.5, 13.5))
    assert ax.get_ylim() == pytest.approx((-0.35, 1.35))
    with pytest.raises(ValueError, match=r"shape \(K, 2\)"):
        plots.loss_surface(lambda w, b: 0.0, [1.0, 2.0])


def test_the_story_of_saturation():
    """Figures of the slide deck: stuck for 150 epochs under the squared error, and not under cross-entropy."""
    columns = figures.Figure().subplots(1, 3)
    figure = plots.saturation_story(columns)
    assert figure.axes == list(columns)
    (good, bad), (good_ce, bad_ce) = ([line.get_ydata() for line in ax.lines] for ax in columns[:2])
    assert len(good) == len(bad) == 301
    assert good[0] == pytest.approx(0.82**2 / 2, abs=0.003)
    assert bad[150] > 0.9 * bad[0]  # hardly moves
    assert bad_ce[150] < 0.02 * bad_ce[0]  # learns at once
    assert good[-1] < 0.01 and good_ce[-1] < good_ce[0] / 10
    z = columns[2].lines[0].get_xdata()
    a = 1 / (1 + np.exp(-z))
    assert columns[2].lines[0].get_ydata() == pytest.approx(a * a * (1 - a))  # (a - y) sigma'(z) with y = 0
    assert columns[2].lines[1].get_ydata() == pytest.approx(a)
    with pytest.raises(ValueError, match="three axes"):
        plots.saturation_story(columns[:2])


def test_every_plot_makes_its_own_axes_and_names_the_extra(run, monkeypatch):
    from matplotlib import pyplot

    tensors = {"w": leaf([1.0])}
    tensors["w"].grad = torch.tensor([2.0])
    calls = {
        "loss_curves": (run,), "accuracy_curves": (run,), "gradient_flow": (tensors,), "reliability_diagram": (P, TRUE),
        "confusion_matrix": ([0, 1], [0, 0]), "decision_boundary": (lambda x: x, ROWS, [0, 1, 0, 1]),
        "loss_surface": (lambda w, b: w * b,), "saturation_story": (),
    }  # fmt: skip
    assert {*calls, "save_curves"} == set(plots.__all__)
    for name, arguments in calls.items():
        made = getattr(plots, name)(*arguments)
        figure = made if name == "saturation_story" else made.figure
        figure.canvas.draw()
        pyplot.close(figure)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name, arguments in calls.items():
        with pytest.raises(MissingExtra, match=r"tinygrad_loss\[plots\]"):
            getattr(plots, name)(*arguments)
