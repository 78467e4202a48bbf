"""A real Chromium, and the lab's page in it as a student has it."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.run_table import SHORT
from tests.lab_server import PATIENCE, LabServer, find_data_dir, standing

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
    # Whoever drives a browser wants a stack with each error, also with one that Plotly's script raises and catches
    # while it begins; to find its lines V8 would parse the 4.6 MB anew, in as much time as the script takes without.
    "--js-flags=--no-enable-lazy-source-positions",
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


#: Gives a test one of the page's own modules by its name under static/js; the page has them by their version's address.
MODULE = (
    "window.pageModule = (name) => import(new URL(name, document.querySelector('script[type=module]').src))"
)


#: The browser's own lines: a refused request, which the page shows in its own way, and Plotly's script on a machine so
#: busy that it waits for the first paint for seconds.
BROWSERS_OWN = ("Failed to load resource", "was preloaded using link preload but not used")

USUAL: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}


class Tabs:
    """Tabs that tests borrow and give back, each in a context of its own.

    A new context is a new process, which compiles Plotly's 4.6 MB anew: five times the work of opening the page in
    a tab that has had it before. So tabs are kept, by the options of their context, and what a page leaves behind is
    cleared away between two tests.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def borrow(self, *, kept: bool = True, **options: Any) -> Page:
        """A tab with these options of its context; one that is not `kept` has had no page before."""
        options = {**USUAL, **options}
        if kept and (free := self._free.get(repr(options))):
            return free.pop()
        context = self._browser.new_context(**options)
        context.set_default_timeout(1000 * PATIENCE)
        context.add_init_script(MODULE)
        return context.new_page()

    def give_back(self, tab: Page, origin: str, **options: Any) -> None:
        options = {**USUAL, **options}
        if tab.evaluate("location.origin") != origin:
            tab.context.close()  # what the page has stored cannot be reached from where the tab is now
            return
        # A tab that leaves by itself keeps its process, and its origin: what is stored in parting is cleared too.
        tab.evaluate("location.href = 'about:blank'")
        tab.wait_for_url("about:blank")
        tab.evaluate("localStorage.clear(); sessionStorage.clear()")
        tab.context.clear_cookies()
        tab.set_viewport_size(options["viewport"])
        tab.mouse.move(0, 0)
        self._free.setdefault(repr(options), []).append(tab)


class LabPage:
    """The lab's page in a tab. Whatever it complains of in its console, or asks of another host, is kept."""

    def __init__(self, tab: Page, lab: LabServer) -> None:
        self.page = tab
        self.lab = lab
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self._listeners = {"pageerror": self._failed, "console": self._heard, "request": self._asked}
        for event, listener in self._listeners.items():
            tab.on(event, listener)
        self.open()

    def stop_listening(self) -> None:
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def _failed(self, error: Any) -> None:
        self.complaints.append(str(error))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(own in message.text for own in BROWSERS_OWN):
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.lab.url, "data:", "blob:")):
            self.strangers.append(request.url)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.lab.url + path)
        self.until_ready()

    def until_ready(self) -> None:
        """Wait until the page can be used, and its first chart is drawn."""
        self.until(
            "document.documentElement.dataset.ready === 'true' && !!document.querySelector('#charts .main-svg')"
        )

    def until(self, expression: str, patience: float = PATIENCE) -> Any:
        """Wait until a JavaScript expression is true. (Playwright's own way needs unsafe-eval.)

        One that fails, as of what is not drawn yet, is not true yet.
        """
        deadline = time.monotonic() + patience
        failure = None
        while time.monotonic() < deadline:
            try:
                if value := self.page.evaluate(expression):
                    return value
                failure = None
            except PlaywrightError as error:
                failure = error
            time.sleep(0.02)
        raise AssertionError(f"not true within {patience:.0f} s: {expression}") from failure

    # -- what a student does -----------------------------------------------------------------------

    def address(self) -> str:
        """The page's own address, with the last change in it: it is written at the latest when the page is left."""
        self.page.evaluate("dispatchEvent(new Event('pagehide'))")
        return str(self.page.evaluate("location.pathname + location.hash"))

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


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def open_page(tabs: Tabs) -> Iterator[Any]:
    """Opens pages of labs; at the end, none may have complained or asked anything of another host.

    A test that does to its tab what cannot be taken back, as to its clock, opens one that is not `kept`.
    """
    pages: list[tuple[LabPage, bool, dict[str, Any]]] = []

    def open_page(lab: LabServer, *, kept: bool = True, **options: Any) -> LabPage:
        page = LabPage(tabs.borrow(kept=kept, **options), lab)
        pages.append((page, kept, options))
        return page

    yield open_page
    for page, kept, options in pages:
        page.stop_listening()
        if kept:
            tabs.give_back(page.page, page.lab.url, **options)
        else:
            page.page.context.close()
    assert [complaint for page, *_ in pages for complaint in page.complaints] == []
    assert [stranger for page, *_ in pages for stranger in page.strangers] == []


@pytest.fixture
def brief_page(open_page: Any, lab: LabServer) -> LabPage:
    """A page whose form would launch twenty iterations on the digits."""
    page: LabPage = open_page(lab)
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    return page


@pytest.fixture(scope="session")
def standing_lab(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[LabServer]:
    with standing(tmp_path_factory.mktemp("standing"), data_dir) as lab:
        yield lab


@pytest.fixture(scope="module")
def lab(standing_lab: LabServer) -> LabServer:
    """One lab for a module's tests, without the runs of another's: scripts of one origin are compiled once."""
    for run in standing_lab.http.get("/api/runs").json()["runs"]:
        standing_lab.http.delete(f"/api/runs/{run['id']}").raise_for_status()
    return standing_lab


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[LabServer]:
    """A lab with six finished runs of two optimizers, three seeds each, for all tests that leave them so."""
    with standing(tmp_path_factory.mktemp("filled"), data_dir) as lab:
        lab.ids = launch_six(lab)
        yield lab


@pytest.fixture
def unfetched_lab(make_lab: Any, tmp_path: Path) -> Iterator[LabServer]:
    """A lab without MNIST, and a mirror on this machine that has it."""
    real = find_data_dir()
    if real is None:
        pytest.skip("no MNIST files on this machine to serve as a mirror (LOSSROOM_DATA_DIR)")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(real))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as mirror:
        threading.Thread(target=mirror.serve_forever, daemon=True).start()
        lab = make_lab(LOSSROOM_MIRRORS=f"http://127.0.0.1:{mirror.server_port}")
        lab.data_dir = tmp_path / "empty"
        lab.restart()
        yield lab
        mirror.shutdown()


def launch_six(lab: LabServer) -> list[str]:
    ids = [
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
    for run_id in ids:
        lab.wait_for(run_id, "completed")
    return ids
