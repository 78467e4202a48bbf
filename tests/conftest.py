"""Fixtures of all tests: running labs, and the folder of the real data sets."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

_COVERAGE = None
if os.environ.get("COVERAGE"):
    from tests.line_coverage import LineCoverage

    _COVERAGE = LineCoverage(os.environ["COVERAGE"])  # before the modules that it measures are imported

from app import one_thread  # noqa: E402

# As in the lab: two threads that wait for each other on a busy machine take tens of times as long as one.
one_thread()
# Speed lives in benchmarks: on a busy machine any example may take longer than Hypothesis allows.
settings.register_profile("lab", deadline=None)
settings.load_profile("lab")

from tests.support.folders import find_data_dir  # noqa: E402
from tests.support.lab_server import LabServer, running_lab  # noqa: E402
from tests.support.ports import Ports  # noqa: E402


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real data sets where the machine has them, else an empty folder: the digits are always there."""
    return find_data_dir() or tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def ports() -> Ports:
    return Ports()


@pytest.fixture
def make_lab(tmp_path: Path, data_dir: Path, ports: Ports):
    """Starts labs for one test; they end with the test."""
    labs: list[LabServer] = []

    def make(**environment: str) -> LabServer:
        lab = LabServer(tmp_path / f"state{len(labs)}", data_dir, environment=environment)
        lab.state_dir.mkdir()
        labs.append(lab)
        lab.port = ports.take()
        lab.start()
        return lab

    yield make
    for lab in labs:
        lab.stop(signal.SIGKILL)
        ports.give_back(lab.port)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, data_dir: Path):
    """One lab for all tests of a module, which do not change each other's runs."""
    with running_lab(tmp_path_factory.mktemp("lab"), data_dir) as lab:
        yield lab


def pytest_configure(config: pytest.Config) -> None:
    if _COVERAGE is not None:
        config.pluginmanager.register(_COVERAGE)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Modules and tests stay until the end: the garbage collector would look through all of them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Integration and browser tests take turns, file by file: while the former wait, the latter use the processors.
    They are the longest, so they come first: no process has a long file left when the others are done."""
    turns: dict[Path, tuple[int, bool]] = {}
    so_far: Counter[str] = Counter()
    for path in dict.fromkeys(item.path for item in items):
        folder = path.parent.name
        is_long = folder in ("integration", "browser")
        turns[path] = (so_far[folder] if is_long else len(items), folder == "browser")
        so_far[folder] += 1
    items.sort(key=lambda item: turns[item.path])
    # of tests with the same name, processes that share the work would run only one
    repeated = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if repeated:
        raise pytest.UsageError(f"several tests are called {repeated}")
