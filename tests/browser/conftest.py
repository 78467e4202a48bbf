"""A real Chromium, and the lab's page in it as a student has it."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as PlaywrightError

from tests.support.chromium import open_chromium
from tests.support.class_lab import ClassLab, PersonClient
from tests.support.class_page import ClassPage
from tests.support.experiments import SHORT
from tests.support.folders import find_data_dir
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer, running_lab
from tests.support.tabs import Tabs
from tests.support.waiting import TIMEOUT
from tests.support.wall_page import cookies_of

# Playwright's own five seconds are too few on a busy machine.
expect.set_options(timeout=1000 * TIMEOUT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def open_page(tabs: Tabs, shared_lab: LabServer) -> Iterator[Any]:
    """Opens pages of labs; at the end, no page may have logged an error or sent a request to another host.

    What the test has launched in the shared lab is deleted at the end: the pages of later tests would draw it too.

    A test that changes its tab for good, such as its clock, opens one with `reused=False`; `opened=False` if it opens
    its address itself.
    """
    pages: list[tuple[LabPage, bool, dict[str, Any]]] = []
    before = ids_in(shared_lab)

    def open_page(lab: LabServer, *, reused: bool = True, opened: bool = True, **options: Any) -> LabPage:
        page = LabPage(tabs.borrow(reused=reused, **options), lab, opened=opened)
        pages.append((page, reused, options))
        return page

    yield open_page
    for page, reused, options in pages:
        page.stop_listening()
        if reused:
            tabs.give_back(page.page, page.lab.url, **options)
        else:
            with contextlib.suppress(PlaywrightError):  # the test may have closed the tab
                page.page.unroute_all(behavior="ignoreErrors")  # a route may wait for something
            page.page.context.close()
    delete_runs(shared_lab, ids_in(shared_lab) - before)
    assert [error for page, *_ in pages for error in page.errors] == []
    assert [url for page, *_ in pages for url in page.foreign_requests] == []


@pytest.fixture
def sit(tabs: Tabs, lab: ClassLab) -> Iterator[Any]:
    """Opens pages of a class as its clients, each in a browser of its own.

    None may log an error or send a request to another host.
    """
    seats: list[tuple[LabPage, dict[str, Any]]] = []

    def sit(client: PersonClient, path: str, kind: type[LabPage] = ClassPage, **options: Any) -> LabPage:
        tab = tabs.borrow(**options)
        tab.context.add_cookies(cookies_of(client))
        seat = kind(tab, lab, opened=False)
        seats.append((seat, options))
        seat.open(path)
        return seat

    yield sit
    for seat, options in seats:
        seat.stop_listening()
        tabs.give_back(seat.page, lab.url, **options)
    assert [error for seat, _ in seats for error in seat.errors] == []
    assert [url for seat, _ in seats for url in seat.foreign_requests] == []


@pytest.fixture
def brief_page(open_page: Any, lab: LabServer) -> LabPage:
    """A page whose form launches twenty iterations on the digits."""
    page: LabPage = open_page(lab)
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    return page


@pytest.fixture(scope="session")
def shared_lab(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[LabServer]:
    with running_lab(tmp_path_factory.mktemp("shared"), data_dir) as lab:
        yield lab


@pytest.fixture(scope="module")
def lab(shared_lab: LabServer) -> LabServer:
    """The shared lab, without the runs of other modules. Its origin stays the same, so scripts are compiled once."""
    delete_runs(shared_lab, ids_in(shared_lab))
    return shared_lab


def ids_in(lab: LabServer) -> set[str]:
    """The ids of a lab's runs."""
    return {run["id"] for run in lab.http.get("/api/runs").raise_for_status().json()["runs"]}


def delete_runs(lab: LabServer, ids: set[str]) -> None:
    for run_id in ids:
        answer = lab.http.delete(f"/api/runs/{run_id}")
        if answer.status_code != 404:  # a page that was left may just have deleted it
            answer.raise_for_status()


class LabWithRuns(LabServer):
    """A lab, and the ids of the runs in it."""

    ids: list[str]


@pytest.fixture(scope="session")
def lab_with_runs(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[LabWithRuns]:
    """A lab with six finished runs, of two optimizers with three seeds each, for tests that do not change them."""
    folder = tmp_path_factory.mktemp("lab_with_runs") / "state"
    with LabWithRuns(folder, data_dir, environment={"LOSSROOM_WORKERS": "2"}) as lab:
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
