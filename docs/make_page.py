"""Makes the screenshots of docs/page.md: python docs/make_page.py [FOLDER] (default: docs/images). Needs Playwright, Pillow and
chromium."""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import tinygrad_loss as torch
from tinygrad_loss import nn

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
folder.mkdir(parents=True, exist_ok=True)

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3))
loss = nn.CrossEntropyLoss()(model(torch.tensor([[1.0, 0.5, -1.0], [0.2, -0.4, 2.0]])), torch.tensor([0, 2]))


def shoot(page, name):
    """What the window shows, in few enough colours for a small file."""
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(160, dither=Image.Dither.NONE).save(path, optimize=True)


logits = torch.tensor([[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]], requires_grad=True)
target = torch.tensor([0, 2])
by_hand = nn.functional.nll_loss(torch.log(torch.softmax(logits, 1)), target)
fused = nn.functional.cross_entropy(logits, target)

with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
    one = torch.draw(loss, params=model).save(Path(scratch) / "one.html")
    two = torch.compare(by_hand, fused).save(Path(scratch) / "two.html")
    browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_page(viewport={"width": 1200, "height": 760}, reduced_motion="reduce")

    page.goto(one.as_uri())
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.click("[data-node=n3]")
    shoot(page, "page")

    page.goto(one.as_uri())
    page.emulate_media(color_scheme="dark")
    page.click("[data-node=n2]")
    page.keyboard.press("o")
    shoot(page, "page-opened")

    page.emulate_media(color_scheme="light")
    page.goto(two.as_uri())
    page.click(".stage[data-side='1'] [data-node=n2]")
    shoot(page, "page-comparison")
    browser.close()
