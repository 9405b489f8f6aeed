"""Pictures and pages in a real browser, headless chromium: clicked, typed at, read back. Left out where there is none.

The pages also need Playwright (``pip install playwright``; it drives the chromium on PATH and downloads nothing). Screenshots are
kept in the folder that TINYGRAD_LOSS_SCREENSHOTS names, or among pytest's temporary files.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import tinygrad_loss as torch
from tinygrad_loss import nn
from tinygrad_loss.graph.dot import GRADIENT, LOSS_FILL

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RED, BLUE = (tuple(bytes.fromhex(colour[1:])) for colour in (GRADIENT, LOSS_FILL))
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH")


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


# Pages


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory):
    folder = os.environ.get("TINYGRAD_LOSS_SCREENSHOTS")
    path = Path(folder) if folder else tmp_path_factory.mktemp("screenshots")
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def show(chromium, tmp_path):
    """Opens the page of a picture. In the end: nothing was written to the console, and nothing was asked of any network."""
    complaints: list[str] = []
    contexts = []

    def opened(picture, width=1280, height=800, **options):
        path = picture.save(tmp_path / "page.html")
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if request.url == path.as_uri() else complaints.append(request.url[:200]))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


LOGITS = [[1.3, 0.2, -2.1], [0.1, 0.4, 0.3]]


def cross_entropy(**options):
    logits = torch.tensor(LOGITS, requires_grad=True)
    return torch.draw(nn.CrossEntropyLoss()(logits, torch.tensor([0, 2])), params={"logits": logits}, **options)


def node(page, id, side=0):
    return page.locator(f".stage[data-side='{side}'] [data-node='{id}']")


def edge(page, id):
    return page.locator(f"[data-edge='{id}']")


def told(page):
    return page.inner_text("#told")


def panel(page):
    return re.sub(r"\n+", "\n", page.inner_text("#panel"))


def numbers_under(page, title):
    """The numbers of the table that stands below a heading of the panel."""
    table = page.locator(f"#panel h3:has-text('{title}') + .heat table").first
    return [float(text) for text in table.locator("td").all_inner_texts()]


def shown_gradients(page):
    """The edges whose gradient can be read."""
    return [part.get_attribute("data-edge") for part in page.locator(".stage [data-edge]").all() if part.locator("text").first.is_visible()]


def stop_time(page):
    """From here on the page's clock goes only when the test says so."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(days=1))


def test_the_page_opens_with_the_whole_pass(show, screenshots):
    page = show(cross_entropy())
    assert page.title() == "Backward graph of loss"
    assert page.inner_text("h1") == "Backward graph of loss"
    assert panel(page).startswith("How to read this")
    assert shown_gradients(page) == ["e0", "e1", "e2"]
    assert told(page).startswith("Step 4 of 4. logits has its gradient")
    page.screenshot(path=screenshots / "page.png")


def test_keys_step_through_the_pass(show):
    page = show(cross_entropy())
    page.keyboard.press("Home")
    assert shown_gradients(page) == []
    assert told(page).startswith("Before the backward pass")
    seen = []
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        seen.append((shown_gradients(page), page.locator(".current").get_attribute("data-node")))
    assert seen == [(["e0"], "n0"), (["e0", "e1"], "n1"), (["e0", "e1", "e2"], "n2"), (["e0", "e1", "e2"], "n3")]
    page.keyboard.press("ArrowRight")  # there is nothing after the end
    assert page.inner_text("#count") == "4 / 4"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert shown_gradients(page) == ["e0", "e1"]
    assert told(page) == ("Step 2 of 4. NllLossBackward0 (negative log-likelihood) receives 1 and sends a gradient of shape 2×3 "  # noqa: RUF001
                          "to LogSoftmaxBackward0.")
    assert page.locator("[aria-current=step]").get_attribute("data-node") == "n1"
    assert edge(page, "e2").get_attribute("aria-label") == "a gradient that flows in step 3"  # it gives nothing away
    page.keyboard.press("End")
    assert "not sent" not in edge(page, "e2").get_attribute("aria-label")


def test_buttons_and_slider_step_too(show):
    page = show(cross_entropy())
    page.click("#first")
    assert page.is_disabled("#back") and page.is_disabled("#first") and not page.is_disabled("#forward")
    page.click("#forward")
    page.click("#forward")
    assert page.input_value("#step") == "2"
    page.click("#back")
    assert shown_gradients(page) == ["e0"]
    page.focus("#step")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#count") == "3 / 4"
    assert page.get_attribute("#step", "aria-valuetext") == "step 3 of 4"
    page.locator("#step").fill("1")
    assert shown_gradients(page) == ["e0"]
    page.click("#last")
    assert page.is_disabled("#forward") and page.inner_text("#count") == "4 / 4"


def test_play_walks_and_pauses(show):
    page = show(cross_entropy())
    stop_time(page)
    page.click("#play")  # from the end it begins anew
    assert page.inner_text("#count") == "0 / 4" and page.get_attribute("#play", "aria-label") == "Pause"
    page.clock.run_for(1600)
    page.clock.run_for(1600)
    assert page.inner_text("#count") == "2 / 4"
    page.keyboard.press("Escape")
    page.click("#play")
    page.clock.run_for(10_000)
    assert page.inner_text("#count") == "2 / 4" and page.get_attribute("#play", "aria-label") == "Play"
    page.click("#play")
    page.clock.run_for(10_000)
    assert page.inner_text("#count") == "4 / 4" and page.get_attribute("#play", "aria-label") == "Play"


def test_a_dot_travels_along_the_arrow(show):
    page = show(cross_entropy(), reduced_motion="no-preference")
    page.keyboard.press("Home")
    stop_time(page)
    page.keyboard.press("ArrowRight")
    page.clock.run_for(50)
    dot = page.locator(".traveller")
    first = dot.bounding_box()
    page.clock.run_for(200)
    assert dot.bounding_box()["y"] > first["y"] + 2
    page.clock.run_for(3000)
    assert dot.count() == 0


def test_nothing_moves_for_who_asked_for_calm(show):
    page = show(cross_entropy(), reduced_motion="reduce")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.locator(".traveller").count() == 0 and shown_gradients(page) == ["e0"]


def test_a_click_shows_a_node(show):
    page = show(cross_entropy())
    node(page, "n2").click()
    text = panel(page)
    assert text.startswith("log-softmax\nLogSoftmaxBackward0")
    assert all(word in text for word in ("2×3", "float32", "forward", "y = ", "Kept for the backward pass", "ops/softmaxes.py, line",  # noqa: RUF001
                                         "def define"))
    logits = torch.tensor(LOGITS, requires_grad=True)
    log_p = torch.log_softmax(logits, 1)
    loss = torch.nn.functional.nll_loss(log_p, torch.tensor([0, 2]))
    arriving, sent = torch.autograd.grad(loss, (log_p, logits))
    for title, tensor in (("Result", log_p), ("Gradient that arrives", arriving)):
        assert numbers_under(page, title) == pytest.approx(tensor.detach().numpy().reshape(-1), abs=6e-5)
    table = page.locator("#panel .neighbours .heat table").first
    assert [float(t) for t in table.locator("td").all_inner_texts()] == pytest.approx(sent.numpy().reshape(-1), abs=6e-5)
    assert "selected" in node(page, "n2").get_attribute("class")
    page.keyboard.press("Escape")
    assert panel(page).startswith("How to read this") and page.locator(".selected").count() == 0


def test_colours_of_a_heat_map_tell_the_sign(show):
    page = show(cross_entropy())
    node(page, "n3").click()
    cells = page.locator("#panel h3:has-text('Gradient') + .heat td")
    grounds = cells.evaluate_all("cells => cells.map(c => getComputedStyle(c).backgroundColor.match(/\\d+/g).map(Number))")
    numbers = numbers_under(page, "Gradient")
    assert len(numbers) == 6 and min(numbers) < 0 < max(numbers)
    for number, (red, _, blue) in zip(numbers, grounds):
        assert (blue > red) == (number < 0)


def test_what_has_not_come_yet_is_not_told(show):
    page = show(cross_entropy())
    page.keyboard.press("Home")
    node(page, "n2").click()
    assert "It has not come here yet: that is step 3." in panel(page)
    assert page.locator("#panel h3:has-text('Gradient') + .heat").count() == 0
    page.click("#panel .not-yet button >> nth=0")
    assert page.inner_text("#count") == "3 / 4"
    assert len(numbers_under(page, "Gradient that arrives")) == 6


def test_a_gradient_can_be_chosen_and_followed(show):
    page = show(cross_entropy())
    edge(page, "e1").click()
    assert panel(page).startswith("Gradient\nFrom NllLossBackward0 to LogSoftmaxBackward0")
    assert numbers_under(page, "What flows") == [-0.5, 0, 0, 0, 0, -0.5]
    page.click("#panel button:has-text('LogSoftmaxBackward0')")
    assert panel(page).startswith("log-softmax")
    assert page.inner_text("#shown") == "The details are of LogSoftmaxBackward0, log-softmax, 2×3 float32."  # noqa: RUF001
    assert page.evaluate("document.activeElement.id") == "panel"  # the link that had the focus is gone


def test_two_gradients_stand_beside_each_other(show):
    page = show(cross_entropy().beside(cross_entropy(), "again"))
    assert "stands beside that of again" in panel(page)
    edge(page, "e1").click()
    assert numbers_under(page, "tinygrad_loss") == numbers_under(page, "again") == [-0.5, 0, 0, 0, 0, -0.5]
    assert "again equal" in panel(page)


def test_nodes_open_and_close(show, screenshots):
    page = show(cross_entropy())
    node(page, "n2").click()
    page.click("#open")
    inner = page.locator(".stage [data-node^='n2_']")
    count = inner.count()
    assert count > 2 and node(page, "n2").count() == 0
    assert told(page) == f"Opened into {count} primitives."
    assert panel(page).startswith("subtract")
    assert shown_gradients(page) == [part.get_attribute("data-edge") for part in page.locator(".stage [data-edge]").all()]
    page.screenshot(path=screenshots / "page-opened.png")
    page.keyboard.press("o")
    assert inner.count() == 0 and node(page, "n2").is_visible()
    assert told(page) == "Closed LogSoftmaxBackward0."
    node(page, "n1").dblclick()
    assert page.locator(".stage [data-node^='n1_']").count() > 1 and node(page, "n2").is_visible()


def test_opening_keeps_the_place_in_the_pass(show):
    page = show(cross_entropy())
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    node(page, "n2").click()
    page.keyboard.press("o")
    assert page.locator(".current").get_attribute("data-node") == "n1"
    assert shown_gradients(page) == ["e0", "e1"]


def test_search_finds_names_operations_and_shapes(show):
    page = show(cross_entropy())
    page.keyboard.press("/")
    page.keyboard.type("softmax")
    assert page.inner_text("#found") == "1 found"
    assert page.locator(".match").get_attribute("data-node") == "n2"
    page.keyboard.press("Enter")
    assert page.inner_text("#found") == "1 of 1" and panel(page).startswith("log-softmax")
    for words, found in (("2x3", ["n2", "n3"]), ("2x", ["n2", "n3"]), ("(2, 3)", ["n2", "n3"]), ("LOGITS", ["n3"]), ("negative", ["n1"]), ("zebra", [])):
        page.fill("#query", words)
        assert [part.get_attribute("data-node") for part in page.locator(".match").all()] == found, words
        assert page.inner_text("#found") == (f"{len(found)} found" if found else "none")
    page.fill("#query", "2x3")
    page.focus("#query")
    for place in ("1 of 2", "2 of 2", "1 of 2"):
        page.keyboard.press("Enter")
        assert page.inner_text("#found") == place
    page.keyboard.press("Shift+Enter")
    assert panel(page).startswith("logits")
    page.keyboard.press("Escape")
    assert page.locator(".match").count() == 0 and page.inner_text("#found") == ""


def test_keys_alone_reach_everything(show):
    page = show(cross_entropy())
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.node") is not None:
            break
    assert page.evaluate("document.activeElement.dataset.node") == "n0"
    for wanted in ("e0", "n1", "e1", "n2"):
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.node ?? document.activeElement.dataset.edge") == wanted
    page.keyboard.press("Enter")
    assert panel(page).startswith("log-softmax")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert panel(page).startswith("Gradient\nFrom NllLossBackward0")
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    assert not page.is_visible("#help") and panel(page).startswith("Gradient")


UNNAMED = """() => [...document.querySelectorAll('button, input, [role=button], section, table, canvas, [role=group]')]
    .filter(e => !(e.getAttribute('aria-label') || e.labels?.length || e.textContent.trim())).map(e => e.outerHTML.slice(0, 80))"""


def test_everything_has_a_name_for_a_screen_reader(show):
    page = show(cross_entropy())
    node(page, "n1").click()
    assert page.evaluate(UNNAMED) == []
    assert page.get_attribute("html", "lang") == "en"
    assert page.get_attribute("#told", "aria-live") == "polite"
    assert page.locator(".stage svg [tabindex='0']").count() == 1
    assert page.locator(".stage svg [role=button]").count() == 7  # four nodes, three gradients
    assert node(page, "n2").get_attribute("aria-expanded") == "false"
    assert node(page, "n1").get_attribute("aria-label") == "NllLossBackward0, negative log-likelihood, scalar float32, 0.6925"


CONTRAST = """() => {
    const light = c => { const [r, g, b] = c.match(/\\d+/g).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                         return .2126 * r + .7152 * g + .0722 * b; };
    const ground = light(getComputedStyle(document.querySelector('#panel')).backgroundColor);
    return [...document.querySelectorAll('#panel h2, #panel p, #panel .link, #panel li, #panel code')].map(e => {
        const ink = light(getComputedStyle(e).color); return (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05); }); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(show, screenshots, scheme):
    page = show(cross_entropy(), color_scheme=scheme)
    assert page.get_attribute("html", "data-shade") == scheme
    paper = page.evaluate("getComputedStyle(document.querySelector('#panel')).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(16, 22, 29)")
    loss = page.evaluate("getComputedStyle(document.querySelector('[data-node=n0] polygon')).fill")
    assert loss == ("rgb(36, 59, 90)" if scheme == "light" else "rgb(213, 230, 247)")
    node(page, "n1").click()
    assert min(page.evaluate(CONTRAST)) > 4.5
    page.screenshot(path=screenshots / f"page-{scheme}.png")
    page.click("#theme")
    assert page.get_attribute("html", "data-shade") != scheme


def test_a_dark_picture_is_a_dark_page(show):
    page = show(cross_entropy(theme="dark"), color_scheme="light")
    assert page.get_attribute("html", "data-shade") == "dark"


def test_a_narrow_window(show, screenshots):
    page = show(cross_entropy(), width=400, height=760, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    node(page, "n1").tap()
    assert "negative log-likelihood" in panel(page)
    assert page.locator("footer").bounding_box()["y"] + page.locator("footer").bounding_box()["height"] <= 761
    page.screenshot(path=screenshots / "page-narrow.png")


def test_print(show):
    page = show(cross_entropy(), color_scheme="dark")
    node(page, "n2").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.get_attribute("html", "data-shade") == "light"
    assert not page.is_visible("footer") and not page.is_visible("#search") and not page.is_visible("#theme")
    assert page.is_visible(".stage svg") and "log-softmax" in panel(page)
    assert page.pdf()[:5] == b"%PDF-"


def test_zoom(show):
    page = show(cross_entropy())
    width = page.locator(".stage svg").bounding_box()["width"]
    page.click("[data-zoom=in]")
    assert page.locator(".stage svg").bounding_box()["width"] == pytest.approx(width * 1.25, rel=0.01)
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert page.locator(".stage svg").bounding_box()["width"] < width * 0.85
    page.click("[data-zoom=fit]")
    assert page.locator(".stage svg").bounding_box()["width"] == pytest.approx(width, rel=0.01)


def test_hostile_names_do_nothing(show):
    name = "</script><script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    page = show(torch.draw((x * x).sum(), params={name: x}))
    node(page, "n3").click()
    assert panel(page).startswith("</script><script>document")
    page.fill("#query", "<script>")
    assert page.inner_text("#found") == "1 found"
    assert page.title() == "Backward graph of loss" and page.locator("img").count() == 0


def test_very_large_tensors(show, screenshots):
    torch.manual_seed(0)
    x, w = torch.randn(500, 800, requires_grad=True), torch.randn(800, 200, requires_grad=True)
    page = show(torch.draw(((x @ w).tanh()).sum(), params={"x": x, "w": w}))
    node(page, "n3").click()
    canvas = page.locator("#panel canvas").first
    assert canvas.get_attribute("aria-label").startswith("Result, heat map of 500×200: min ")  # noqa: RUF001
    assert "Each cell stands for a block of" in panel(page)
    canvas.hover(position={"x": 30, "y": 30})
    assert re.fullmatch(r"around \[\d+, \d+\]: -?\d.*", page.inner_text("#panel .readout >> nth=0"))
    page.screenshot(path=screenshots / "page-large.png")


@pytest.mark.parametrize(("shape", "index"), [((3, 5, 4, 6), (2, 3, 1, 4)), ((40, 5), (37, 2)), ((200,), (141,)), ((9, 12), (4, 7))])
def test_the_pointer_reads_one_number_of_a_heat_map(show, shape, index):
    values = torch.zeros(shape)
    values[index] = 2.5
    values.requires_grad_()
    page = show(torch.draw((values * 2).sum(), params={"values": values}))
    page.locator(".stage [data-kind=leaf]").click()
    canvas = page.locator("#panel canvas").first
    spot = canvas.evaluate("""canvas => {
        const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const coloured = [...Array(data.length / 4).keys()].filter(i => data[4 * i + 3] && data[4 * i] > 200 && data[4 * i + 2] < 100);
        const frame = canvas.getBoundingClientRect();
        return coloured.map(i => ({x: (i % width + .5) / width * frame.width, y: (Math.floor(i / width) + .5) / canvas.height * frame.height}));
    }""")
    assert len(spot) == 1  # the one number that is not zero
    canvas.hover(position=spot[0])
    assert page.inner_text("#panel .readout >> nth=0") == f"[{', '.join(map(str, index))}]: 2.5000"


def test_numbers_that_are_none_and_numbers_that_are_far_apart(show):
    x = torch.tensor([0.0, 1e-9, 3.0], requires_grad=True)
    page = show(torch.draw(x.log().sum(), params={"x": x}))
    node(page, "n3").click()
    values, gradients = page.locator("#panel .heat").all()[:2]
    assert values.locator("td").all_inner_texts() == ["0", "1.000e-09", "3.000e+00"]
    assert gradients.locator("td").all_inner_texts() == ["inf", "1.000e+09", "3.333e-01"]
    assert "contains inf" in panel(page)


def test_a_page_without_numbers(show):
    page = show(cross_entropy(values=False))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert told(page) == "Step 1 of 4. The pass starts at loss with its gradient, sent to NllLossBackward0."
    node(page, "n2").click()
    assert "The numbers are not known." in panel(page)


def test_without_javascript_it_is_a_still_picture(show):
    page = show(cross_entropy(), java_script_enabled=False)
    assert "Without JavaScript" in page.inner_text("noscript")
    assert page.locator(".stage svg text", has_text="log-softmax").is_visible()


def test_a_model_of_modules_and_repeats(show):
    model = nn.Sequential(*(nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(12)))
    page = show(torch.draw(model(torch.ones(2, 4)).sum(), params=model, level="modules", fold=False, limit=200))
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator(".current").count() == 1
    page.fill("#query", "tanh")
    assert page.inner_text("#found") == "12 found"


@pytest.mark.torch
def test_pytorch_s_own_graph_in_the_browser(torch, show, screenshots):
    import tinygrad_loss

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    loss = torch.nn.CrossEntropyLoss()(model(torch.ones(2, 3)), torch.tensor([0, 2]))
    page = show(tinygrad_loss.draw(loss, params=model))
    assert "recorded by PyTorch" in page.inner_text("header")
    page.fill("#query", "AddmmBackward0")
    page.focus("#query")
    page.keyboard.press("Enter")
    assert panel(page).startswith("linear: x @ W + b")
    assert page.inner_text("#found") == "1 of 2"
    (weight,) = torch.autograd.grad(loss, [model[2].weight])
    page.locator(".stage [data-node]", has_text="2.weight").click()
    assert numbers_under(page, "Gradient") == pytest.approx(weight.numpy().reshape(-1), abs=6e-5)
    page.screenshot(path=screenshots / "page-pytorch.png")


# Comparisons: two graphs side by side


def test_a_comparison_side_by_side(show, screenshots):
    x = torch.tensor(LOGITS, requires_grad=True)
    target = torch.tensor([0, 2])
    by_hand = nn.functional.nll_loss(torch.log(torch.softmax(x, 1)), target)
    fused = nn.functional.cross_entropy(x, target)
    page = show(torch.compare(by_hand, fused), width=1400)
    assert page.locator(".stage").count() == 2
    assert page.locator(".stage h2").all_inner_texts() == ["by_hand", "fused"]
    assert "LogBackward0: a node of another name" in panel(page)
    apart = [[part.get_attribute("data-node") for part in page.locator(f".stage[data-side='{side}'] .apart").all()] for side in (0, 1)]
    assert apart == [["n2", "n3"], ["n2"]]
    node(page, "n2", side=1).click()
    assert panel(page).startswith("log-softmax") and "How it differs" in panel(page)
    assert "partner" in node(page, "n2", side=0).get_attribute("class")
    assert numbers_under(page, "Gradient that arrives") == numbers_under(page, "Gradient in by_hand") == [-0.5, 0, 0, 0, 0, -0.5]
    page.click("#panel button:has-text('Its match in by_hand')")
    assert panel(page).startswith("log\nLogBackward0")
    assert "partner" in node(page, "n2", side=1).get_attribute("class")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert [part.get_attribute("data-node") for part in page.locator(".current").all()] == ["n2", "n2"]
    assert told(page).startswith("Step 3 of 5. by_hand: LogBackward0") and "fused: LogSoftmaxBackward0" in told(page)
    heights = [box.bounding_box()["height"] for box in page.locator("[data-node=n0]").all()]
    assert heights[0] == pytest.approx(heights[1], rel=0.15)  # one scale
    page.screenshot(path=screenshots / "page-comparison.png")


@pytest.mark.torch
def test_both_libraries_side_by_side(torch, show):
    import tinygrad_loss

    def loss(library, x, target):
        return library.nn.functional.cross_entropy(x, target)

    x = tinygrad_loss.tensor(LOGITS, requires_grad=True)
    page = show(tinygrad_loss.compare(loss, x, tinygrad_loss.tensor([0, 2])))
    assert page.locator(".stage h2").all_inner_texts() == ["tinygrad_loss", "PyTorch"]
    assert "Nowhere: names, edges, shapes, values and gradients are the same." in panel(page)
    node(page, "n2", side=1).click()
    assert "partner" in node(page, "n2", side=0).get_attribute("class")
