"""Pictures in a real browser: chromium shows each whole, with its colours and not blank. Left out where there is no chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import tinygrad_loss as torch
from tinygrad_loss.graph.dot import GRADIENT, LOSS_FILL

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RED, BLUE = (tuple(bytes.fromhex(colour[1:])) for colour in (GRADIENT, LOSS_FILL))


def shoot(svg: Path, folder: Path) -> list[tuple[int, tuple[int, int, int]]]:
    """(how many pixels, colour) of what a window of the picture's own size shows."""
    image = pytest.importorskip("PIL.Image")
    box = re.search(r'viewBox="([^"]+)"', svg.read_text("utf-8"))[1].split()
    width, height = round(float(box[2])), round(float(box[3]))
    png = folder / "screen.png"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               f"--user-data-dir={folder / 'profile'}", f"--screenshot={png}",
               f"--window-size={2 * width},{2 * height}", svg.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert png.exists(), done.stderr
    picture = image.open(png).convert("RGB")
    return picture.getcolors(picture.width * picture.height)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH")
@pytest.mark.parametrize("level", ["pytorch", "primitives"])
def test_a_picture_in_chromium(level, tmp_path):
    logits = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]], requires_grad=True)
    loss = torch.nn.CrossEntropyLoss()(logits, torch.tensor([0, 2]))
    colours = shoot(torch.draw(loss, level=level).save(tmp_path / "graph.svg"), tmp_path)
    total = sum(count for count, _ in colours)
    paper = max(colours)
    assert paper[1] == (255, 255, 255)
    assert 0.05 < 1 - paper[0] / total < 0.9  # neither blank nor one blot
    drawn = [colour for count, colour in colours if count > total / 20000]
    for wanted in (RED, BLUE):
        assert any(max(abs(a - b) for a, b in zip(wanted, colour)) < 8 for colour in drawn), (wanted, sorted(colours)[-12:])
