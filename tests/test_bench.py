"""The bench: libraries take turns, every row is printed with its unit and ratio, and the accuracy table keeps to its limit."""

from __future__ import annotations

import gc
import json
import sys
from typing import Any

import numpy as np
import pytest

import tinygrad_loss
from tinygrad_loss.bench import accuracy, chart, growth, peak, table, timing, workloads
from tinygrad_loss.cli import main
from tinygrad_loss.errors import MissingExtra


def test_the_libraries_take_turns(monkeypatch):
    monkeypatch.setattr(timing, "TURN", 0.0)
    order = []
    found = timing.interleaved({name: lambda name=name: order.append(name) for name in "ab"}, rounds=4)
    assert order == ["a"] * timing.WARM_UP + ["b"] * timing.WARM_UP + ["a", "b"] * 4
    assert set(found) == {"a", "b"} and all(0 < seconds < 1 for seconds in found.values())


def test_medians_count(monkeypatch):
    """Turns of two steps of 2 ms; one slow round changes nothing."""
    clock = [0.0]
    durations = iter([0.002] * 3 + [0.003] * 2 + [9.0] * 2 + [0.003] * 2)
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])

    def step():
        clock[0] += next(durations)

    assert timing.interleaved({"a": step}, rounds=3)["a"] == pytest.approx(0.003)


@pytest.mark.parametrize("work", workloads.SMALL, ids=lambda work: work.name)
def test_small_work(work):
    """It runs, and gives the same result each time but for what it has learned."""
    step = work.make(tinygrad_loss)
    first, second = (np.asarray(result.detach().numpy()) for result in (step(), step()))
    assert first.shape == second.shape and np.isfinite(first).all()
    if work.raw is not None:
        np.testing.assert_allclose(np.asarray(work.raw()()), work.make(tinygrad_loss)().detach().numpy(), rtol=0.9)


def test_the_chain_and_its_gradient_by_hand():
    np.testing.assert_allclose(workloads.chain(tinygrad_loss)().numpy(), workloads.chain_raw()(), rtol=2e-4)


@pytest.mark.parametrize("make", [workloads.cross_entropy, workloads.linear_cross_entropy], ids=lambda make: make.__name__)
def test_large_work_made_small(make):
    assert 0 < make(tinygrad_loss, rows=8, classes=10)().item() < 20


@pytest.mark.torch
@pytest.mark.parametrize("work", workloads.SMALL[1:3], ids=lambda work: work.name)
def test_small_work_is_the_same_in_pytorch(work, torch):
    torch.manual_seed(0)
    tinygrad_loss.manual_seed(0)
    ours, theirs = work.make(tinygrad_loss), work.make(torch)
    for _ in range(3):
        assert ours().item() == pytest.approx(theirs().item(), rel=1e-5)


RESULT = table.Result("work", "us", {"tinygrad_loss": 2.0, "torch": 5.0, "raw NumPy": 1.0}, ">= 2 x PyTorch")


def test_a_row():
    assert RESULT.ratio("torch") == 2.5 and RESULT.ratio("mygrad") is None
    cells = table.row_text(RESULT).split()
    assert cells == ["work", "2", "5", "1", "-", "-", "2.50", "us", ">=", "2", "x", "PyTorch"]
    assert len(table.header_text().split("unit")[0]) == len(table.row_text(RESULT).split("us ")[0]) - 2


def test_timed_restores_nothing_but_measures_all(monkeypatch):
    """Every library that is there gets a time; one that cannot do the work is left out."""
    monkeypatch.setattr(table, "installed", lambda name: name == "tinygrad_loss")
    work = workloads.Work("sum", lambda torch: torch.ones(3).sum, lambda: np.ones(3).sum, rounds=3, aim="none")
    result = table.timed(work)
    assert set(result.values) == {"tinygrad_loss", "raw NumPy"} and all(value > 0 for value in result.values.values())


def test_heading_names_versions_and_threads():
    text = "\n".join(table.heading(3))
    assert f"tinygrad_loss {tinygrad_loss.__version__}" in text and f"numpy {np.__version__}" in text
    assert "large ones on 3;" in text


def test_import_and_size():
    assert 1 < table.sizes().values["tinygrad_loss"] < 4
    assert -50 < table.import_times(1).values["tinygrad_loss"] < 5000


def test_growth(monkeypatch):
    monkeypatch.setattr(table, "installed", lambda name: name == "tinygrad_loss")
    monkeypatch.setattr(growth, "time_of_a_node", lambda chain, nodes, rounds: nodes * (2 if gc.isenabled() else 1))
    with_gc, without = table.growth(nodes=300)
    assert gc.isenabled() and with_gc.values == without.values == {"tinygrad_loss": 3.0, "raw NumPy": 3.0}
    assert without.name.endswith("without gc")


def test_the_chains_of_growth():
    for chain in (growth.chain_of(tinygrad_loss), growth.bare_tape()):
        assert growth.time_of_a_node(chain, 20, 3) > 0


@pytest.mark.skipif(not peak.resident(), reason="the peak is read from /proc, which is not here")
def test_peak(monkeypatch):
    def step(torch: Any) -> Any:
        return lambda: np.ones(4_000_000).sum()

    monkeypatch.setitem(peak.LARGE, "ones", step)
    assert 25e6 < peak.peak_of("tinygrad_loss", "ones", 1) < 60e6


def fake(results):
    return lambda **kwargs: iter(results)


def test_command_prints_the_table(monkeypatch, capsys):
    monkeypatch.setattr(table, "results", fake([RESULT]))
    assert main(["bench", "--small"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [*table.heading(None), table.header_text()] and lines[-1] == table.row_text(RESULT)


def test_command_prints_json(monkeypatch, capsys):
    monkeypatch.setattr(table, "results", fake([RESULT]))
    assert main(["bench", "--json", "--threads", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == [{"name": "work", "unit": "us", "values": RESULT.values, "aim": RESULT.aim}]
    assert found["machine"]["versions"]["numpy"] == np.__version__


def test_command_draws_a_chart(monkeypatch, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(table, "results", fake([RESULT, table.Result("lonely", "us", {"tinygrad_loss": 1.0}, "")]))
    assert main(["bench", "--chart", str(tmp_path / "times.svg")]) == 0
    first = (tmp_path / "times.svg").read_text()
    assert "work" in first and "torch" in first and "lonely" not in first and "2.5" in first
    chart.save_chart([RESULT], tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_text() == first


@pytest.mark.parametrize("arguments", [["--chart", "times.pdf"], ["--threads", "0"], ["--fast"]])
def test_bad_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as exit:
        main(["bench", *arguments])
    assert exit.value.code == 2 and len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("arguments", "words"), [
    (["--chart", "nowhere/x.svg"], "cannot write nowhere/x.svg: there is no folder nowhere"),
    (["--accuracy", "--chart", "x.svg"], "argument --chart: not allowed with argument --accuracy"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_said_before_the_work(arguments, words, monkeypatch, capsys):
    monkeypatch.setattr(table, "results", lambda **kwargs: pytest.fail("the work has begun"))
    try:
        status = main(["bench", *arguments])
    except SystemExit as end:
        status = end.code
    assert status == 2 and words in capsys.readouterr().err


@pytest.mark.parametrize("library", ["mpmath", "matplotlib"])
def test_a_missing_extra_is_named(library, monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr(table, "results", fake([RESULT]))
    accuracy.precise.cache_clear()
    try:
        arguments = ["--accuracy"] if library == "mpmath" else ["--chart", str(tmp_path / "x.svg")]
        assert main(["bench", *arguments]) == 2
        assert "pip install 'tinygrad_loss[bench]'" in capsys.readouterr().err
        with pytest.raises(MissingExtra):
            next(accuracy.accuracy(["tinygrad_loss"])) if library == "mpmath" else chart.save_chart([], "x.svg")
    finally:
        accuracy.precise.cache_clear()


@pytest.fixture(scope="module")
def rows():
    pytest.importorskip("mpmath")
    return {(row.name, row.dtype): row for row in accuracy.accuracy(["tinygrad_loss"], small=True)}


def test_accuracy_table(rows):
    """The small grid, through the public functions: at most 8 ulp, value and gradient, in both dtypes."""
    beyond = {
        key: (row.values, row.gradients)
        for key, row in rows.items()
        if not max(*row.values.values(), *row.gradients.values()) <= accuracy.LIMIT
    }
    assert not beyond
    wanted = {"cross_entropy", "nll_loss of log_softmax", "log_softmax", "softmax", "logsumexp", "sigmoid", "tanh", "kl_div"}
    assert wanted <= {name for name, _ in rows}
    assert len(rows) == 2 * (len(accuracy.OF_ROWS) + len(accuracy.OF_NUMBERS) + 4) + 1


def test_an_error_would_be_seen():
    """The measure itself: a loss that cancels is found out."""
    textbook = accuracy.OfRow(
        "textbook",
        lambda torch, x, y: torch.log(torch.softmax(x, 1).sum(1) - torch.softmax(x, 1)[:, 1] + 0.0),
        lambda e, t: [e.log_softmax()[t]],
        lambda e, t: [-g for g in e.slope(t)],
    )
    x = np.array([0.0, 20.0], np.float32)
    row = accuracy.of_row(textbook, np.float32, [(x, accuracy.ExactRow(x), [0])], ["tinygrad_loss"])
    assert row.values["tinygrad_loss"] > 1e3


def test_accuracy_rows_as_text(rows):
    header = accuracy.header_text(["tinygrad_loss", "torch"])
    row = accuracy.Errors("x", "float32", {"tinygrad_loss": 1.0, "torch": 2e7}, {"tinygrad_loss": 0.5, "torch": float("inf")})
    assert accuracy.row_text(row).split() == ["x", "float32", "1.00", "0.50", "2.0e+07", "inf"]
    assert len(accuracy.row_text(row)) == len(header)


@pytest.mark.torch
def test_pytorch_s_column(torch):
    loss = accuracy.OF_ROWS[0]
    x = np.array([33.0, 0.0, 1.0, -0.5], np.float32)
    row = accuracy.of_row(loss, np.float32, [(x, accuracy.ExactRow(x), [0])], ["tinygrad_loss", "torch"])
    assert row.values["torch"] > 1e6 and row.gradients["torch"] > 1e6
    assert row.values["tinygrad_loss"] < 8 and row.gradients["tinygrad_loss"] < 8
