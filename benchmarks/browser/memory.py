"""What the page holds while twenty runs go on for ten minutes: beyond their rows, no more at the end than before.

    python -m benchmarks memory

The feed is that of the other measurements, at 60 iterations a second for each run. At the second, the sixth and the
tenth minute all garbage is collected; what is left are the script's objects, the bytes of typed arrays, and the nodes
of the document. Rows need 4 bytes a value and 8 for the moment when they came, and up to twice that, since columns
double when they are full; a chart keeps the values that it smooths beside them.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from benchmarks.browser import EVERY, MILLISECONDS, RUNS, open_lab, row
from tests.support.chromium import open_chromium
from tests.support.lab_server import running_lab

MINUTES = (2, 6, 10)
ROWS = 2
#: five columns of four bytes, and when the row came
ROW_BYTES = 5 * 4 + 8
#: Plotly keeps an object for each point of a figure, and a curve is thinned only when it has many.
DRAWN = """[...document.querySelectorAll("#charts .plot")].flatMap(plot => plot.data ?? [])
    .reduce((sum, trace) => sum + trace.x.length, 0)"""


def measure() -> list[dict[str, Any]]:
    """Rows of the table: what, figure, unit, aim."""
    plan = {
        "runs": RUNS,
        "iterations": 1_000_000,
        "every": EVERY,
        "rows": ROWS,
        "milliseconds": MILLISECONDS,
    }
    taken = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as lab,
        open_chromium() as browser,
    ):
        page = open_lab(browser, lab, plan, [f"run{n}" for n in range(RUNS)])
        page.evaluate("void window.bench.play()")
        began = time.monotonic()
        for minute in MINUTES:
            page.wait_for_timeout(max(0, 1000 * (began + 60 * minute - time.monotonic())))
            taken.append(_held(page))
    rows = []
    for minute, held in zip(MINUTES, taken, strict=True):
        when = f"at minute {minute}"
        rows += [
            row(f"rows of {RUNS} live runs, {when}", held["rows"] / 1000, "thousand", ""),
            row(f"bytes that these need, {when}", held["rows"] * ROW_BYTES / 1e6, "MB", ""),
            row(f"typed arrays, {when}", held["arrays"] / 1e6, "MB", ""),
            row(f"script's objects, {when}", held["objects"] / 1e6, "MB", ""),
            row(f"points drawn, {when}", held["points"] / 1000, "thousand", ""),
            row(f"nodes, {when}", held["nodes"], "", ""),
        ]
    first, last = taken[0], taken[-1]
    grown = {name: last[name] - first[name] for name in first}
    rows += [
        row(
            "typed arrays' growth ÷ bytes of the new rows",
            grown["arrays"] / grown["rows"] / ROW_BYTES,
            "×",
            "≤ 3",
        ),
        row(
            "objects' growth ÷ new points drawn", grown["objects"] / max(1, grown["points"]), "bytes", "≤ 300"
        ),
        row("nodes' growth", grown["nodes"], "", "≤ 200"),
    ]
    return rows


def _held(page: Page) -> dict[str, float]:
    session = page.context.new_cdp_session(page)
    page.evaluate("window.bench.frames.length = 0")
    for _ in range(2):  # what finalizers let go of, the second collects
        session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")
    nodes = session.send("Memory.getDOMCounters")["nodes"]
    session.detach()
    fed = page.evaluate("window.bench.fed")
    return {
        "rows": float(fed * (1 + 1 / EVERY)),
        "arrays": float(heap["backingStorageSize"]),
        "objects": float(heap["usedSize"]),
        "points": float(page.evaluate(DRAWN)),
        "nodes": float(nodes),
    }
