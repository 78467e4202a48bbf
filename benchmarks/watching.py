"""What it costs when pages watch views of a training: `python -m benchmarks watching`.

The lab trains W1 (784-40-20-10 on MNIST). Viewers are WebSockets that watch one view of it, and take what comes. The
training's speed is iterations in a second of its worker's processor time, as other programs change that little; with
and without viewers by turns. Findings are asked for as students' pages do, and their cost is processor time of the
server. Strokes are drawn in a browser while the training goes on.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from benchmarks.figures import Figure, figure, without_mnist
from benchmarks.replay import W1
from benchmarks.stream.stream_lab import cpu_seconds
from benchmarks.views import TRAININGS
from tests.support.chromium import open_chromium
from tests.support.folders import find_data_dir
from tests.support.lab_server import LabServer, running_lab
from tests.support.waiting import wait_until

VIEWS = ("units", "confusion")
VIEWERS = (1, 300)
#: Seconds with and without viewers, and how often they take turns.
SECONDS, TURNS = 6.0, 3
#: In this time each viewer must have got a view.
FIRST_VIEW_SECONDS = 60
REPLAYED = 20
ASKED = 600
RUNS = 100
STROKES = 20

#: Notes which digit the page asks about, and fires "bars" at the next frame after the networks' answer for it has come.
LISTEN = """(() => {
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
        constructor(...all) {
            super(...all);
            this.addEventListener("message", ({data}) => {
                if (typeof data === "string" || !window.digitAsked) return;
                const length = new DataView(data).getUint32(0, true);
                const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
                if (head.view === "digit" && head.options.includes(window.digitAsked))
                    requestAnimationFrame(() => window.dispatchEvent(new Event("bars")));
            });
        }
        send(text) {
            const asked = JSON.parse(text).watch?.find(({view}) => view === "digit");
            if (asked) window.digitAsked = asked.options.pixels;
            super.send(text);
        }
    };
})()"""
#: Milliseconds from a move of the pen until the bars for the new drawing are there.
STROKES_TAKE = """async (count) => {
    const pad = document.querySelector(".pad"), box = pad.getBoundingClientRect(), taken = [];
    let captured = null;  // a real pointer would be captured by the browser
    pad.setPointerCapture = (id) => { captured = id; };
    pad.hasPointerCapture = (id) => id === captured;
    const touch = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {bubbles: true, button: 0, pointerId: 1,
        clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
    const pause = () => new Promise((done) => setTimeout(done, 200));
    for (let i = 0; i < count; i++) {
        touch("pointerdown", 0.2 + 0.6 * i / count, 0.2);
        await pause();
        window.digitAsked = "";
        const begun = performance.now();
        const drawn = new Promise((done, fail) => {
            window.addEventListener("bars", () => done(performance.now() - begun), {once: true});
            setTimeout(() => fail(new Error("no bars came in 30 s")), 30_000);
        });
        touch("pointermove", 0.8 - 0.6 * i / count, 0.8);
        taken.push(await drawn);
        touch("pointerup", 0.8 - 0.6 * i / count, 0.8);
        captured = null;
        await pause();
    }
    return taken;
}"""


def measure() -> list[Figure]:
    data_dir = find_data_dir()
    if data_dir is None:
        return [without_mnist()]
    with tempfile.TemporaryDirectory() as folder, running_lab(Path(folder), data_dir) as lab:
        with _training(lab) as run_id:
            rows = [*_watched(lab, run_id), *_strokes(lab, run_id)]
        return [*rows, *_replays(lab), *_findings(lab)]


@contextmanager
def _training(lab: LabServer) -> Iterator[str]:
    run_id = lab.launch(**TRAININGS["W1"])["id"]
    wait_until(lambda: lab.run(run_id)["iteration"] > 500)
    yield run_id
    lab.post(f"/api/runs/{run_id}/cancel").raise_for_status()


def _watched(lab: LabServer, run_id: str) -> list[Figure]:
    rows = []
    for view in VIEWS:
        for viewers in VIEWERS:
            ratios, frames, cores = asyncio.run(_turns(lab, run_id, view, viewers))
            name = f"{view}, {viewers} viewer{'s' if viewers > 1 else ''}"
            rows += [
                figure(f"{name}: training's speed ÷ without", 100 * statistics.median(ratios), "%", "≥ 95"),
                figure(f"{name}: views that each gets", frames, "/s", "≤ 4"),
                figure(f"{name}: the server's processor time", 100 * cores, "%", ""),
            ]
    return rows


async def _turns(lab: LabServer, run_id: str, view: str, viewers: int) -> tuple[list[float], float, float]:
    """The training's speed with viewers ÷ without in each turn, views that each viewer got in a second, and the
    server's processor time in a second."""
    ratios, views, cores = [], 0, 0.0
    for _ in range(TURNS):
        alone = await asyncio.to_thread(_speed, lab, run_id)
        stop = asyncio.Event()
        counts = [0] * viewers
        tasks = [asyncio.create_task(_view(lab, run_id, view, counts, i, stop)) for i in range(viewers)]
        async with asyncio.timeout(FIRST_VIEW_SECONDS):
            while not all(counts):
                for task in tasks:
                    if task.done():
                        task.result()  # raises why it failed
                await asyncio.sleep(0.1)
        before, cpu = sum(counts), cpu_seconds(lab.pid)
        watched = await asyncio.to_thread(_speed, lab, run_id)
        views += sum(counts) - before
        cores += (cpu_seconds(lab.pid) - cpu) / SECONDS
        stop.set()
        await asyncio.gather(*tasks)
        ratios.append(watched / alone)
    return ratios, views / viewers / TURNS / SECONDS, cores / TURNS


async def _view(
    lab: LabServer, run_id: str, view: str, counts: list[int], place: int, stop: asyncio.Event
) -> None:
    """One page that watches a view, and takes what comes."""
    address = lab.url.replace("http", "ws") + "/ws"
    async with connect(address, compression=None, max_size=None) as socket:
        await socket.send(json.dumps({"watch": [{"run": run_id, "view": view, "options": {}}]}))
        while not stop.is_set():
            try:
                message = await asyncio.wait_for(socket.recv(), 0.5)
            except TimeoutError:
                continue
            counts[place] += isinstance(message, bytes) and b'"view"' in message[:400]


def _speed(lab: LabServer, run_id: str) -> float:
    """Iterations in a second of the worker's processor time."""
    pid = max(lab.worker_pids(), key=cpu_seconds)
    iteration, cpu = lab.run(run_id)["iteration"], cpu_seconds(pid)
    time.sleep(SECONDS)
    done: int = lab.run(run_id)["iteration"] - iteration
    return done / (cpu_seconds(pid) - cpu)


def _strokes(lab: LabServer, run_id: str) -> list[Figure]:
    number = lab.run(run_id)["number"]
    with open_chromium() as browser:
        page = browser.new_page()
        page.add_init_script(LISTEN)
        page.goto(f"{lab.url}/#runs={number}&charts=loss,view.digit")
        page.locator(".pad").scroll_into_view_if_needed()
        page.wait_for_timeout(2000)
        taken = page.evaluate(STROKES_TAKE, STROKES)
    return [
        figure("a stroke to bars, median", statistics.median(taken), "ms", "≤ 50"),
        figure("a stroke to bars, the longest", max(taken), "ms", ""),
    ]


def _replays(lab: LabServer) -> list[Figure]:
    """How long views of past moments take, each at a random moment of W1."""
    run = lab.wait_for(lab.launch(**W1)["id"], "completed")
    dice = random.Random(1)
    rows = []
    for view in VIEWS:
        taken = []
        for iteration in dice.sample(range(1, 2000), REPLAYED):
            begun = time.perf_counter()
            lab.http.get(f"/api/runs/{run['id']}/moments/{iteration}/views/{view}").raise_for_status()
            taken.append(1000 * (time.perf_counter() - begun))
        rows.append(figure(f"{view} of any moment, median", statistics.median(taken), "ms", "≤ 300"))
        rows.append(figure(f"{view} of any moment, the longest", max(taken), "ms", ""))
    return rows


def _findings(lab: LabServer) -> list[Figure]:
    """The server's processor time for a request of findings, of runs of a class that have been asked about before."""
    ids = []
    for seed in range(RUNS):
        training = {"iterations": 120, "batch_size": 20, "evaluate_every": 10}
        network = {"preset": "mlp", "activation": "sigmoid", "initializer": {"name": "normal", "std": 0.01}}
        document: dict[str, Any] = {
            "dataset": {"name": "digits"},
            "network": network,
            "training": training,
            "seed": seed,
        }
        ids.append(lab.launch(**document)["id"])
    for run_id in ids:
        lab.wait_for(run_id, "completed", timeout=300)
    took = []
    for _ in range(2):
        cpu = cpu_seconds(lab.pid)
        for place in range(ASKED):
            lab.http.get(f"/api/runs/{ids[place % RUNS]}/findings").raise_for_status()
        took.append(1000 * (cpu_seconds(lab.pid) - cpu) / ASKED)
    cpu = cpu_seconds(lab.pid)
    for place in range(ASKED):
        lab.http.get(f"/api/runs/{ids[place % RUNS]}").raise_for_status()
    plain = 1000 * (cpu_seconds(lab.pid) - cpu) / ASKED
    return [
        figure("findings of a run, processor time of a request", took[1], "ms", ""),
        figure("a run itself, processor time of a request", plain, "ms", ""),
        figure("300 pages that ask every 12 s, of one core", 100 * 300 / 12 * took[1] / 1000, "%", "≤ 10"),
    ]


if __name__ == "__main__":
    import sys

    from benchmarks.__main__ import main

    main(["watching", *sys.argv[1:]])
