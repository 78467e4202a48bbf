"""The memory of the page while twenty runs train for ten minutes: apart from the rows, it must not grow.

    python -m benchmarks memory

The rows come from `feed.js`, 60 iterations a second for each run. After two, six and ten minutes the garbage is
collected, and then the script's objects, the bytes of typed arrays and the nodes of the document are measured. A row
needs 4 bytes for each value and 8 for its time, and up to twice as much, because full columns double. A chart also
keeps smoothed values.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import EVERY, MILLISECONDS, RUNS, open_lab
from benchmarks.figures import Figure, figure
from tests.support.chromium import open_chromium
from tests.support.lab_server import running_lab

MINUTES = (2, 6, 10)
#: Each run gets this many rows in every message of the feed.
ROWS = 2
#: Five columns of four bytes, and the time of the row.
ROW_BYTES = 5 * 4 + 8
#: The number of drawn points. Plotly keeps an object for each of them, and the page thins a curve only if it has many.
DRAWN = """[...document.querySelectorAll("#charts .plot")].flatMap(plot => plot.data ?? [])
    .reduce((sum, trace) => sum + trace.x.length, 0)"""


def measure() -> list[Figure]:
    """Rows of the table: what, figure, unit, aim."""
    plan = {  # see `feed.js`
        "runs": RUNS,
        "iterations": 1_000_000,
        "every": EVERY,
        "rows": ROWS,
        "milliseconds": MILLISECONDS,
    }
    measured = []
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
            measured.append(_memory(page))
    rows = []
    for minute, memory in zip(MINUTES, measured, strict=True):
        when = f"at minute {minute}"
        rows += [
            figure(f"rows of {RUNS} live runs, {when}", memory["rows"] / 1000, "thousand", ""),
            figure(f"bytes that these need, {when}", memory["rows"] * ROW_BYTES / 1e6, "MB", ""),
            figure(f"typed arrays, {when}", memory["arrays"] / 1e6, "MB", ""),
            figure(f"script's objects, {when}", memory["objects"] / 1e6, "MB", ""),
            figure(f"points drawn, {when}", memory["points"] / 1000, "thousand", ""),
            figure(f"nodes, {when}", memory["nodes"], "", ""),
        ]
    first, last = measured[0], measured[-1]
    growth = {name: last[name] - first[name] for name in first}
    rows += [
        figure(
            "typed arrays' growth ÷ bytes of the new rows",
            growth["arrays"] / growth["rows"] / ROW_BYTES,
            "×",
            "≤ 3",
        ),
        figure(
            "objects' growth ÷ new points drawn",
            growth["objects"] / max(1, growth["points"]),
            "bytes",
            "≤ 300",
        ),
        figure("nodes' growth", growth["nodes"], "", "≤ 200"),
    ]
    return rows


def _memory(page: Page) -> dict[str, float]:
    """The rows that the page got, and the bytes and nodes that it holds now."""
    session = page.context.new_cdp_session(page)
    page.evaluate("window.bench.frames.length = 0")
    for _ in range(2):  # the second collects what the finalizers of the first have released
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
