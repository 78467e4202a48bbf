"""Take the pictures of docs/images from a running lab: `make docs-images`.

Starts a lab of its own with an empty database, launches lessons and a few more runs, and photographs the page as a
teacher and a student see it. Uses MNIST where the machine has it, else the digits.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import FLAGS, LabPage, Tabs, find_chromium  # noqa: E402
from tests.lab_server import LabServer, find_data_dir  # noqa: E402

IMAGES = ROOT / "docs" / "images"

#: Beside lesson 2a's three, for a fuller picture.
MORE = {
    "RMSProp": {"name": "rmsprop", "learning_rate": 0.01},
    "AdaGrad": {"name": "adagrad", "learning_rate": 0.01},
}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        state.mkdir()
        lab = LabServer(state, find_data_dir() or Path(folder))
        lab.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                take(browser, lab)
        finally:
            lab.stop()


def take(browser, lab: LabServer) -> None:
    tabs = Tabs(browser)
    page = LabPage(tabs.borrow(color_scheme="light"), lab)
    save(page, "lab-empty")
    common = lab.http.get("/api/lessons/2a-optimizers").json()["runs"][0]["config"]
    for name, optimizer in MORE.items():
        run = lab.launch(**{**common, "name": name, "optimizer": optimizer})
        page.wait_for(run["id"], "completed")
    page.page.click('[data-lesson="2a-optimizers"]')
    page.until("document.querySelectorAll('[data-run]').length === 5")
    page.page.click("#show-all")
    adam = page.run_ids()[0]
    page.wait_for_points(adam, 400)
    box = page.page.locator("#chart-loss .nsewdrag").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.45)
    page.page.wait_for_timeout(300)
    save(page, "lab-light")
    page.wait_for(adam, "completed")

    japanese = LabPage(tabs.borrow(color_scheme="dark", locale="ja-JP"), lab)
    for run_id in page.run_ids():
        japanese.wait_for_points(run_id, 1000)
    save(japanese, "lab-dark-ja")
    japanese.fill(training__iterations=0, optimizer__learning_rate="NaN")
    japanese.page.click("#launch")
    japanese.until("document.querySelector('.field.wrong')")
    save(japanese, "wrong-value-ja")

    phone = LabPage(tabs.borrow(viewport={"width": 390, "height": 844}, color_scheme="light"), lab)
    for run_id in page.run_ids():
        phone.wait_for_points(run_id, 1000)
    save(phone, "phone")
    take_builder(browser, lab)


def take_builder(browser, lab: LabServer) -> None:
    """The network builder; beside it two learning rates, each from three seeds, as curves with bands."""
    page = LabPage(Tabs(browser).borrow(color_scheme="light"), lab)
    page.page.click("#show-none")
    before = len(page.run_ids())
    page.fill(optimizer__learning_rate="0.02, 0.2", training__iterations=600)
    page.choose("seeds", "3")
    page.page.click("#launch")
    page.until(f"document.querySelectorAll('[data-run]').length === {before + 6}")
    for run_id in page.run_ids()[:6]:
        page.wait_for(run_id, "completed")
        page.wait_for_points(run_id, 300)
    page.page.select_option("#band-spread", "std")
    page.choose("seeds", "1")
    page.fill(optimizer__learning_rate="0.1")
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    page.page.click("#edit-layers")
    page.choose("network.layers.add", "dropout")
    page.until("!document.querySelector('.field.wrong')")
    page.page.locator("#form").evaluate("form => { form.scrollTop = 0; }")
    save(page, "builder")


def save(page: LabPage, name: str) -> None:
    page.page.wait_for_timeout(300)
    path = IMAGES / f"{name}.png"
    page.page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
