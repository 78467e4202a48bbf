"""How soon the page shows a run: from the click to the first point, and from the end of an iteration to its point.

Server, worker and a real Chromium run on one machine, with one MNIST run at a time (the digits if the machine has no
MNIST). In every animation frame the page records the last iteration in its figure. The worker records when each
iteration ended, by the same clock. Server, browser and training share the processor, as on a teacher's laptop. In a
classroom, students' machines run only the page.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TypedDict

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

#: Records [Date.now(), last drawn iteration] in every frame in which the last iteration has changed.
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


class Timing(TypedDict):
    """The times of `n` events in milliseconds, and their aim in words."""

    what: str
    median: float
    p95: float
    unit: str
    aim: str
    n: int


def measure() -> list[Timing]:
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
            first, delay = _measure_run(page, Path(folder), number)
            if number:  # the first one warms up
                firsts.append(first)
                delays += delay
    return [
        _timing("click on Launch → first drawn point", firsts, "≤ 300 ms"),
        _timing("iteration's end → its point in the page", delays, "p95 ≤ 100 ms"),
    ]


def _decode_data_sets(lab: LabServer) -> None:
    """Wait until the lab has decoded its data sets. It does this once, after its first start, and it is not
    measured."""
    for dataset in lab.http.get("/api/datasets").json()["datasets"]:
        if dataset["available"]:
            lab.http.get(f"/api/datasets/{dataset['name']}/images", timeout=60).raise_for_status()


def _timing(what: str, values: list[float], aim: str) -> Timing:
    median, p95 = np.percentile(values, [50, 95])
    return {
        "what": what,
        "median": float(median),
        "p95": float(p95),
        "unit": "ms",
        "aim": aim,
        "n": len(values),
    }


def _measure_run(lab_page: LabPage, folder: Path, seed: int) -> tuple[float, list[float]]:
    """Launch one run with this seed. Returns the milliseconds to its first drawn point, and of each iteration to its
    point."""
    page, name = lab_page.page, f"run {seed}"
    page.evaluate("document.querySelector('#form details.further').open = true")
    page.fill('[name="training.iterations"]', str(ITERATIONS))
    page.fill('[name="seed"]', str(seed))  # what has been trained already is not trained again
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
    # for each iteration: the first note with this iteration or a later one
    drawn = notes[np.searchsorted(notes[:, 1], np.arange(1, ITERATIONS + 1)), 0]
    page.click("#show-none")
    return float(notes[0, 0] - clicked), (drawn - ended).tolist()
