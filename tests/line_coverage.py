"""Which lines of `engine` and `app` the tests run in their own processes: not what only the process of a lab runs.

`COVERAGE=rooms` prints a table of the rooms after the tests, `COVERAGE=lines` also one of the files with the lines that
did not run. SlipCover changes the code of modules when they are imported, so that each line notes that it has run.
Measured on tests of engine and app: 19 % more of the processor's time, 3 % of all of CI; Python's tracing takes 63 %.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path, PurePath
from typing import Any

import pytest
from slipcover import FileMatcher, ImportManager, Slipcover, merge_coverage, print_coverage

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("engine", "app")
#: After this many passes through lines that have run already, code would be changed back.
_NEVER = 2**31 - 1


class LineCoverage:
    """A plugin of pytest; make it before the modules that it measures are imported.

    Args:
        form: what to print, "rooms" or "lines".
    """

    def __init__(self, form: str) -> None:
        if form not in ("rooms", "lines"):
            raise pytest.UsageError(f"COVERAGE must be rooms or lines, not {form!r}")
        self._form = form
        # to change code back takes memory, and tests measure how much a training takes
        self._counter = Slipcover(d_miss_threshold=_NEVER)
        ImportManager(self._counter, FileMatcher(sources=[ROOT / source for source in SOURCES])).__enter__()
        #: what each process of pytest-xdist has run
        self._of_workers: list[dict[str, Any]] = []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output["coverage"] = json.dumps(self._counter.get_coverage())

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if coverage := getattr(node, "workeroutput", {}).get("coverage"):
            self._of_workers.append(json.loads(coverage))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        # with the files of which nothing was imported
        self._counter.source = [str(ROOT / source) for source in SOURCES]
        coverage = self._counter.get_coverage()
        for other in self._of_workers:
            merge_coverage(coverage, other)
        terminalreporter.section("lines that the tests run in their own processes")
        if self._form == "lines":
            text = io.StringIO()
            print_coverage(coverage, outfile=text, skip_covered=True)
            terminalreporter.write_line(text.getvalue())
        for line in table_of_rooms(coverage["files"]):
            terminalreporter.write_line(line)


def table_of_rooms(files: dict[str, Any]) -> list[str]:
    """A line of text for each room, and one for all.

    Args:
        files: path from the root → {"executed_lines", "missing_lines"}, lists of line numbers.
    """
    run: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for path, found in files.items():
        for room in ("/".join(PurePath(path).parent.parts[:2]), "total"):
            run[room] += len(found["executed_lines"])
            lines[room] += len(found["executed_lines"]) + len(found["missing_lines"])
    rooms = [*sorted(room for room in lines if room != "total"), "total"]
    rows = (f"{room:<20}{lines[room]:>8,}{run[room] / lines[room]:>8.0%}" for room in rooms if lines[room])
    return [f"{'room':<20}{'lines':>8}{'run':>8}", *rows]
