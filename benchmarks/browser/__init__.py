"""How smoothly the page runs, in a real Chromium. A script (`feed.js`) takes the place of the server's socket.

Twenty runs of 10,000 iterations stream into the two usual charts. The benchmark measures how long each animation frame
takes on the main thread, from its first callback until it is painted, and the longest task. Then the same page draws
the same curves with `Plotly.react` (all points) and with `Plotly.extendTraces`. Another page lists two hundred finished
runs and shows fifty of them in the charts. The first load is measured with a real server and an empty cache.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.figures import Figure, figure
from tests.support.chromium import open_chromium
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer, running_lab

HERE = Path(__file__).parent
RUNS, ITERATIONS, EVERY = 20, 10_000, 50
#: Every 33 ms each run gets 16 rows, as from the flushes of a worker.
ROWS, MILLISECONDS = 16, 33
PEER_UPDATES = 12
LOADS = 5


def measure() -> list[Figure]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as lab,
        open_chromium("--enable-precise-memory-info") as browser,
    ):
        return [*_first_load(browser, lab), *_live(browser, lab), *_finished(browser, lab)]


def open_lab(browser: Browser, lab: LabServer, plan: dict[str, Any] | None, shown: list[str]) -> Page:
    page = _tab(browser, plan, shown)
    _go(page, lab)
    return page


def _tab(browser: Browser, plan: dict[str, Any] | None, shown: list[str]) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    kept = {"shown": json.dumps(dict.fromkeys(shown, True)), "bench": json.dumps(plan)}
    page.add_init_script(
        f"for (const [k, v] of Object.entries({json.dumps(kept)})) localStorage.setItem(k, v);"
    )
    page.add_init_script(path=HERE / "feed.js")
    return page


def _go(page: Page, lab: LabServer) -> None:
    LabPage(page, lab).until("window.bench.ready && window.bench.drawn")


def _first_load(browser: Browser, lab: LabServer) -> list[Figure]:
    """Times until the page can be used (it has its form and is connected), and until its two charts have axes."""
    usable, drawn, work, sizes = [], [], [], []
    for _ in range(LOADS):
        page = _tab(browser, None, [])
        clock = page.context.new_cdp_session(page)
        clock.send("Performance.enable", {"timeDomain": "threadTicks"})
        _go(page, lab)
        usable.append(page.evaluate("window.bench.ready"))
        drawn.append(page.evaluate("window.bench.drawn"))
        work.append(1000 * processor_seconds(clock))
        sizes.append(
            page.evaluate(
                """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                   .filter(e => !e.name.includes("/vendor/plotly")).reduce((sum, e) => sum + e.transferSize, 0)"""
            )
        )
        page.context.close()
    return [
        figure("first load, cold cache, until it can be used (median)", np.median(usable), "ms", "≤ 1,500"),
        figure(
            "first load, cold cache, until its axes are drawn (median)", np.median(drawn), "ms", "≤ 1,500"
        ),
        figure("the main thread's processor time for that", np.median(work), "ms", ""),
        figure("first load without Plotly", np.median(sizes) / 1000, "kB", "≤ 200"),
    ]


def processor_seconds(session: CDPSession) -> float:
    """Processor time of the page's main thread, after `Performance.enable`."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def _heap(page: Page) -> float:
    """Megabytes of live objects."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
    session.detach()
    return used


def _live(browser: Browser, lab: LabServer) -> list[Figure]:
    plan = {
        "runs": RUNS,
        "iterations": ITERATIONS,
        "every": EVERY,
        "rows": ROWS,
        "milliseconds": MILLISECONDS,
    }
    page = open_lab(browser, lab, plan, [f"run{n}" for n in range(RUNS)])
    page.wait_for_timeout(1500)
    page.evaluate("window.bench.frames.length = 0; window.bench.longest = 0")
    page.evaluate("window.bench.play()")
    frames = np.array(page.evaluate("window.bench.frames"))
    longest = page.evaluate("window.bench.longest")
    drawn = page.evaluate("document.getElementById('chart-loss').data.map(t => t.x.at(-1))")
    assert len(drawn) == 2 * RUNS
    assert set(drawn) == {ITERATIONS}, drawn
    before = _heap(page)
    for _ in range(300):
        page.evaluate("new Promise(done => window.bench.realFrame(done))")
    after = _heap(page)
    median, p95 = np.percentile(frames, [50, 95])
    rows = [
        figure("update of both charts, main thread, median", median, "ms", "≤ 50"),
        figure("update of both charts, main thread, p95", p95, "ms", ""),
        figure("mean of all updates, whole drawings included", frames.mean(), "ms", ""),
        figure("updates a second", len(frames) / (ITERATIONS / ROWS * MILLISECONDS / 1000), "/s", ""),
        figure("longest task while live", longest, "ms", "≤ 200"),
        figure("heap at the end of the runs", before, "MB", ""),
        figure("heap 5 s later", after, "MB", "flat"),
    ]
    peers = (HERE / "peers.js").read_text("utf-8")
    for method in ("react", "extendTraces"):
        arguments = {
            "runs": RUNS,
            "iterations": ITERATIONS,
            "every": EVERY,
            "updates": PEER_UPDATES,
            "method": method,
        }
        times = np.array(page.evaluate(peers, arguments))
        rows.append(figure(f"Plotly.{method} with all points, mean", times.mean(), "ms", ""))
        rows.append(figure(f"Plotly.{method} ÷ ours, means", times.mean() / frames.mean(), "×", "≥ 3"))
    page.context.close()
    return rows


def _finished(browser: Browser, lab: LabServer) -> list[Figure]:
    plan = {"runs": 200, "iterations": ITERATIONS, "every": EVERY, "finished": True}
    page = open_lab(browser, lab, plan, [f"run{n}" for n in range(150, 200)])
    for _ in range(200):
        lengths = page.evaluate(
            """["loss", "accuracy"].map(name => (document.getElementById(`chart-${name}`).data ?? [])
               .filter(t => t.mode === "lines" && t.x.at(-1) === 10000).length)"""
        )
        if lengths == [50, 100]:  # the smoothed loss; accuracy on train and test
            break
        page.wait_for_timeout(50)
    assert lengths == [50, 100], lengths
    page.wait_for_timeout(1000)
    return [
        figure(
            "longest task, 200 runs listed, 50 overlaid", page.evaluate("window.bench.longest"), "ms", "≤ 200"
        )
    ]
