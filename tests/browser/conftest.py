"""A real Chromium, and the lab's page in it as a student has it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.run_table import SHORT
from tests.lab_server import PATIENCE, LabServer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
#: No sandbox: it needs privileges that containers do not give. The rest keeps the browser from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The browser that `make test` has made sure of; None: Playwright's own."""
    found = os.environ.get("LOSSROOM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MAC if Path(MAC).exists() else None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


class LabPage:
    """The lab's page. Whatever it complains of in its console, or asks of another host, is kept."""

    def __init__(self, browser: Browser, lab: LabServer, **context: Any) -> None:
        self.lab = lab
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **context}
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(1000 * PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.open()

    def _heard(self, message: Any) -> None:
        # A refused request is the browser's own line about something that the page shows in its own way.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.lab.url, "data:", "blob:")):
            self.strangers.append(request.url)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.lab.url + path)
        self.until("document.documentElement.dataset.ready === 'true'")

    def until(self, expression: str, patience: float = PATIENCE) -> Any:
        """Wait until a JavaScript expression is true. (Playwright's own way needs unsafe-eval.)"""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if value := self.page.evaluate(expression):
                return value
            time.sleep(0.02)
        raise AssertionError(f"not true within {patience:.0f} s: {expression}")

    # -- what a student does -----------------------------------------------------------------------

    def fill(self, **fields: Any) -> None:
        """Type into fields by their names, `__` for a dot: `fill(training__iterations=2000)`."""
        for name, value in fields.items():
            self.page.fill(f'[name="{name.replace("__", ".")}"]', str(value))

    def choose(self, field: str, value: str) -> None:
        self.page.select_option(f'select[name="{field}"]', value)

    def press_launch(self) -> str:
        """Launch, and return the new run's id once it is in the list."""
        before = set(self.run_ids())
        self.page.click("#launch")
        return self.until(
            f"[...document.querySelectorAll('[data-run]')].map(e => e.dataset.run)"
            f".find(id => !{sorted(before)!r}.includes(id))"
        )

    def run_ids(self) -> list[str]:
        return self.page.evaluate("[...document.querySelectorAll('[data-run]')].map(e => e.dataset.run)")

    def status(self, run_id: str) -> str:
        return self.page.get_attribute(f'[data-run="{run_id}"]', "data-status")

    def wait_for(self, run_id: str, status: str) -> None:
        self.until(f"document.querySelector('[data-run=\"{run_id}\"]')?.dataset.status === '{status}'")

    # -- what a student sees -----------------------------------------------------------------------

    def trace(self, run_id: str, series: str, chart: str = "loss") -> np.ndarray:
        """The points (rows, 2) of a curve in a Plotly figure; no rows where it is not drawn."""
        points = self.page.evaluate(
            """([chart, run, series]) => {
                const traces = document.getElementById(`chart-${chart}`).data ?? [];
                const trace = traces.find(t => t.meta.run === run && t.meta.series === series);
                return trace ? [[...trace.x], [...trace.y].map(String)] : [[], []];
            }""",
            [chart, run_id, series],
        )
        return np.stack([np.float64(points[0]), np.float64(points[1])], axis=1)

    def wait_for_points(self, run_id: str, count: int, series: str = "loss", chart: str = "loss") -> None:
        self.until(
            f"(document.getElementById('chart-{chart}').data ?? []).some(t => t.meta.run === '{run_id}'"
            f" && t.meta.series === '{series}' && t.x.length >= {count})"
        )


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    """Opens pages of labs; at the end, none may have complained or asked anything of another host."""
    pages: list[LabPage] = []

    def open_page(lab: LabServer, **context: Any) -> LabPage:
        pages.append(LabPage(browser, lab, **context))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()
    assert [complaint for page in pages for complaint in page.complaints] == []
    assert [stranger for page in pages for stranger in page.strangers] == []


@pytest.fixture
def brief_page(open_page: Any, lab: LabServer) -> LabPage:
    """A page whose form would launch twenty iterations on the digits."""
    page: LabPage = open_page(lab)
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    return page


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[LabServer]:
    """A lab with six finished runs of two optimizers, three seeds each."""
    state = tmp_path_factory.mktemp("filled") / "state"
    state.mkdir()
    lab = LabServer(state, data_dir, LOSSROOM_WORKERS="2")
    lab.start()
    lab.ids = [
        lab.launch(
            **{
                **SHORT,
                "name": f"{name} {seed}",
                "seed": seed,
                "optimizer": {"name": name, "learning_rate": rate},
            }
        )["id"]
        for name, rate in (("sgd", 0.1), ("adam", 0.01))
        for seed in (1, 2, 3)
    ]
    for run_id in lab.ids:
        lab.wait_for(run_id, "completed")
    yield lab
    lab.stop()
