"""Loading a finished run of 100,000 iterations and 40 columns: the time from the click to its whole curve on the screen
(the server's overview, two points for each pixel), and the time until every row is drawn and smoothed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.stream.stream_lab import StreamLab
from tests.support.chromium import open_chromium
from tests.support.lab_page import LabPage

ROWS, COLUMNS = 100_000, 40
ROUNDS = 7

#: Shows the run, and measures when the browser has painted the last iteration: first from the overview or from rows,
#: then from rows only.
SHOW = """async ([run, last]) => {
    const begun = performance.now();
    document.querySelector(`[data-run="${run}"] .swatch`).click();
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const reached = (counts) => (document.getElementById("chart-loss").data ?? [])
        .some((trace) => trace.meta.run === run && counts(trace.meta.series) && trace.x.at(-1) >= last);
    const times = [];
    for (const counts of [() => true, (series) => !series.includes("outline")]) {
        while (!reached(counts)) await frame();
        await frame();
        times.push(performance.now() - begun);
    }
    return times;
}"""


def measure() -> list[dict[str, Any]]:
    """Times in milliseconds. Each round opens a new page, which has nothing of the run yet."""
    times = []
    with tempfile.TemporaryDirectory() as folder, StreamLab(Path(folder), workers=1) as lab:
        run_id = lab.source(columns=COLUMNS, rows_per_second=10_000, rows=ROWS)
        lab.wait(run_id)
        for _ in range(9):  # newer runs, so that the page does not show the measured run at the start
            lab.wait(lab.source(columns=2, rows_per_second=1000, rows=50))
        lab.restart()  # so that the server has none of the rows in memory
        with open_chromium() as browser:
            for _ in range(ROUNDS):
                page = LabPage(browser.new_page(viewport={"width": 1280, "height": 800}), lab).page
                page.wait_for_timeout(500)
                times.append(page.evaluate(SHOW, [run_id, ROWS]))
                page.context.close()
    return [
        {
            "what": f"{ROWS:,} iterations × {COLUMNS} columns, click → {what}",
            "aim": aim,
            "median_ms": float(np.median(column)),
            "highest_ms": max(column),
        }
        for (what, aim), column in zip(
            (("whole curve", "≤ 300 ms"), ("every row", "")), zip(*times, strict=True), strict=True
        )
    ]
