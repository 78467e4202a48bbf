"""How live is live: from the click to the first drawn point, and from an iteration's end to its point in the page.

Server, worker and a real Chromium on one machine, one MNIST run at a time (the digits where MNIST is not there).
The page notes, in every animation frame, the last iteration that its figure holds; the worker notes when each
iteration ended; both read the same clock. Server and browser share the cores with the training, as on a
teacher's laptop; a student's own machine only has the page.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import timed_worker
from benchmarks.lab import with_workers
from tests.support.chromium import open_chromium
from tests.support.folders import find_data_dir
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer, running_lab
from tests.support.waiting import wait_until

RUNS = 8
ITERATIONS = 1500

#: Notes [Date.now(), last drawn iteration] at every frame in which that has changed.
WATCH = """(name) => {
    const notes = (window.notes = []);
    const look = () => {
        const traces = document.getElementById("chart-loss").data ?? [];
        const trace = traces.find((trace) => trace.name === name && trace.meta.series === "loss");
        const last = trace ? trace.x.at(-1) : 0;
        if (last !== (notes.at(-1)?.[1] ?? 0)) notes.push([Date.now(), last]);
        requestAnimationFrame(look);
    };
    window.clicked = 0;
    const click = () => (window.clicked = Date.now());
    document.getElementById("launch").addEventListener("click", click, { once: true, capture: true });
    requestAnimationFrame(look);
}"""


def measure() -> list[dict[str, Any]]:
    """Rows of the table: see the module."""
    firsts: list[float] = []
    delays: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(
            Path(folder), find_data_dir(), program=with_workers(timed_worker), LOSSROOM_BENCH_TIMES=folder
        ) as lab,
        open_chromium() as browser,
    ):
        _decode_data_sets(lab)
        page = LabPage(browser.new_page(viewport={"width": 1280, "height": 800}), lab)
        for number in range(RUNS + 1):
            first, delay = _one(page, Path(folder), f"run {number}")
            if number:  # the first one warms up
                firsts.append(first)
                delays += delay
    return [
        _row("click on Launch → first drawn point", firsts, "≤ 300 ms"),
        _row("iteration's end → its point in the page", delays, "p95 ≤ 100 ms"),
    ]


def _decode_data_sets(lab: LabServer) -> None:
    """Wait until the data sets are decoded, as they are once after a lab's first start: that is not measured."""
    for dataset in lab.http.get("/api/datasets").json()["datasets"]:
        if dataset["available"]:
            lab.http.get(f"/api/datasets/{dataset['name']}/images", timeout=60).raise_for_status()


def _row(what: str, values: list[float], aim: str) -> dict[str, Any]:
    median, p95 = np.percentile(values, [50, 95])
    return {
        "what": what,
        "median": float(median),
        "p95": float(p95),
        "unit": "ms",
        "aim": aim,
        "n": len(values),
    }


def _one(lab_page: LabPage, folder: Path, name: str) -> tuple[float, list[float]]:
    """Launch one run; milliseconds to its first drawn point, and of every iteration to its point."""
    page = lab_page.page
    page.evaluate("document.querySelector('details').open = true")
    page.fill('[name="training.iterations"]', str(ITERATIONS))
    page.fill('[name="name"]', name)
    page.wait_for_timeout(400)
    page.evaluate(WATCH, name)
    page.click("#launch")
    lab_page.until(f"window.notes.at(-1)?.[1] >= {ITERATIONS}")
    notes = np.array(page.evaluate("window.notes"), dtype=float)
    clicked = page.evaluate("window.clicked")
    path = folder / f"{name}.times"
    wait_until(path.exists, str(path))
    ended = np.fromfile(path, dtype=float) * 1000
    # the first note whose last iteration is not before this one
    drawn = notes[np.searchsorted(notes[:, 1], np.arange(1, ITERATIONS + 1)), 0]
    page.click("#show-none")
    return float(notes[0, 0] - clicked), (drawn - ended).tolist()
