"""Chaos: whatever is killed, whenever, every run ends with the curve of a run that nothing disturbed.

    python -m tests.chaos --kills 200 --seed 7 --browser

Each trial launches a run, lets a viewer watch it through a TCP proxy, and kills a victim at a moment. Then the run
must complete by itself; its stored rows must be, each once and bit for bit, those that the engine computes in one
go; and so must the rows that the viewer has put together over all its connections.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import one_thread

one_thread()  # as the workers: another number of threads rounds otherwise

import numpy as np
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from app.live import frames
from tests.support import reference
from tests.support.chromium import open_chromium
from tests.support.folders import find_data_dir
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer
from tests.support.proxy import Proxy
from tests.support.waiting import TIMEOUT, wait_until

VICTIMS = ("worker", "server", "both", "tab", "socket")
MOMENTS = ("start", "middle", "evaluating", "checkpoint", "end")


def _experiment(hidden: list[int], iterations: int, evaluate_every: int) -> dict[str, Any]:
    return {
        "dataset": {"name": "digits"},
        "network": {"preset": "mlp", "hidden": hidden, "batch_norm": True, "dropout": 0.2},
        "optimizer": {"name": "adam", "learning_rate": 0.001},
        "training": {
            "iterations": iterations,
            "batch_size": 64,
            "evaluate_every": evaluate_every,
            "sampling": "epochs",
        },
    }


USUAL = _experiment([128, 64], 600, 50)
EXPERIMENTS = {
    "start": USUAL,
    "middle": USUAL,
    "evaluating": _experiment([256, 256], 75, 1),  # evaluates nine tenths of its time
    "checkpoint": _experiment([512, 512], 150, 50),  # a checkpoint of 8 MB, twenty times a second
    "end": USUAL,
}


class Viewer:
    """Follows one run from its current row on, over as many connections as it takes."""

    def __init__(self, port: int, run_id: str) -> None:
        self._address = f"ws://127.0.0.1:{port}/ws"
        self._run_id = run_id
        self._parts: dict[str, list[np.ndarray]] = {"train": [], "evaluation": []}
        self._socket: Any = None
        self._ended = False
        self.problem: str | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def rows(self, stream: str) -> np.ndarray:
        """(rows, columns) so far."""
        parts = self._parts[stream]
        return np.concatenate(parts, axis=1).T if parts else np.empty((0, 0), np.float32)

    def wait_for_rows(self, stream: str, count: int) -> None:
        """Wait until it has this many rows, or a problem."""
        wait_until(
            lambda: self.problem or len(self.rows(stream)) >= count,
            f"the viewer's {stream} rows",
        )

    def kill(self) -> None:
        """As a tab that crashes: gone in the middle of whatever was on its way."""
        self._ended = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive(), "a viewer that was killed goes on"

    def _count(self, stream: str) -> int:
        return sum(part.shape[1] for part in self._parts[stream])

    def _follow(self) -> None:
        while not self._ended and self.problem is None:
            with (
                contextlib.suppress(OSError, WebSocketException, EOFError),
                connect(self._address, compression=None, max_size=None, open_timeout=5) as self._socket,
            ):
                if self._ended:  # while it was being connected, so there was no socket to shut down
                    return
                have = {stream: self._count(stream) for stream in self._parts}
                self._socket.send(json.dumps({"subscribe": {self._run_id: have}}))
                for message in self._socket:
                    if isinstance(message, bytes):
                        self._take(message)
            time.sleep(0.02)

    def _take(self, message: bytes) -> None:
        header, values = frames.decode(message)
        stream = header["stream"]
        if header["first"] != self._count(stream):
            self.problem = f"{stream}: row {header['first']} after row {self._count(stream)}"
        self._parts[stream].append(values)


class Tab:
    """The lab's page in a real Chromium, behind the proxy."""

    def __init__(self, browser: Browser, proxy: Proxy) -> None:
        self._browser = browser
        self._proxy = proxy
        self._page = self._open()

    def _open(self) -> LabPage:
        return LabPage(self._browser.new_page(), self._proxy)

    def crash(self) -> None:
        """End the page's process without a word, and open another one."""
        with contextlib.suppress(PlaywrightError):
            self._page.page.goto("chrome://crash")
        self.close()
        self._page = self._open()

    def close(self) -> None:
        self._page.page.context.close()

    def curve(self, run_id: str, count: int) -> np.ndarray:
        """(rows, 2): iteration and loss as they are drawn, once there are `count` points."""
        self._page.wait_for_points(run_id, count)
        return self._page.trace(run_id, "loss").astype(np.float32)


class Chaos:
    """One lab with a proxy before it, and the curves that its runs must have.

    With a browser, a real page watches every run too, and is what crashes as the tab.
    """

    def __init__(self, state_dir: Path, seed: int, browser: Browser | None = None) -> None:
        self._random = random.Random(seed)
        data_dir = find_data_dir() or state_dir
        environment = {"LOSSROOM_WORKERS": "1", "LOSSROOM_CHECKPOINT_SECONDS": "0.05"}
        self.lab = LabServer(state_dir, data_dir, environment=environment)
        self.lab.start()
        self._proxy = Proxy(self.lab.port)
        self._expected: dict[str, dict[str, np.ndarray]] = {}
        self._tab = Tab(browser, self._proxy) if browser else None

    def close(self) -> None:
        if self._tab is not None:
            self._tab.close()
        self._proxy.close()
        self.lab.stop(signal.SIGKILL)

    def trial(self, victim: str, moment: str) -> dict[str, Any]:
        """One kill. Returns the run; raises `AssertionError` where anything was lost, doubled or changed."""
        run = self.lab.launch(**EXPERIMENTS[moment], name=f"{victim} {moment}", seed=3)
        viewer = Viewer(self._proxy.port, run["id"])
        try:
            self._await(moment, run)
            if victim == "tab":
                if self._tab is not None:
                    self._tab.crash()
                viewer.kill()
                viewer = Viewer(self._proxy.port, run["id"])
            else:
                self._kill(victim)
            finished = self.lab.wait_for(run["id"], "completed")
            expected = self._expect(moment, finished)
            reference.assert_uninterrupted(self.lab, finished, expected)
            for stream, rows in expected.items():
                viewer.wait_for_rows(stream, len(rows))
                assert viewer.problem is None, viewer.problem
                assert viewer.rows(stream).tobytes() == rows.tobytes(), f"the viewer's {stream} rows differ"
            if self._tab is not None:
                train = expected["train"]
                drawn = self._tab.curve(run["id"], len(train))
                assert drawn.tobytes() == train[:, :2].tobytes(), "the page's curve differs"
        finally:
            viewer.kill()
        self.lab.http.delete(f"/api/runs/{run['id']}")
        return finished

    def _expect(self, moment: str, run: dict[str, Any]) -> dict[str, np.ndarray]:
        experiment = json.dumps(EXPERIMENTS[moment])  # several moments have the same
        if experiment not in self._expected:
            self._expected[experiment] = reference.curves(run["config"], self.lab.data_dir)
        return self._expected[experiment]

    def _await(self, moment: str, run: dict[str, Any]) -> None:
        """Until the moment has come, and a random bit longer."""
        planned = run["iterations"]
        match moment:
            case "start":
                time.sleep(self._random.uniform(0, 0.1))
            case "end":
                self._reach(run, 0.95 * planned)
            case "checkpoint":
                self._reach(run, self._random.uniform(0.1, 0.5) * planned)
                folder = self.lab.state_dir / "checkpoints"
                deadline = time.monotonic() + 1
                while not list(folder.glob("*.part")) and time.monotonic() < deadline:
                    pass
            case _:
                self._reach(run, self._random.uniform(0.1, 0.6) * planned)
                time.sleep(self._random.uniform(0, 0.05))

    def _reach(self, run: dict[str, Any], iteration: float) -> None:
        wait_until(lambda: self.lab.run(run["id"])["iteration"] >= iteration, f"iteration {iteration:.0f}")

    def _kill(self, victim: str) -> None:
        server = self.lab.process.pid
        match victim:
            case "socket":
                self._proxy.cut()
            case "worker":
                for pid in self.lab.worker_pids():
                    _kill(pid)
            case "server":
                self.lab.restart(signal.SIGKILL)
            case "both":
                pids = [*self.lab.worker_pids(), *self.lab.helper_pids()]
                os.kill(server, signal.SIGSTOP)  # the stopped server cannot see the others die
                for pid in pids:
                    _kill(pid)
                self.lab.restart(signal.SIGKILL)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def cells(random_: random.Random) -> Iterator[tuple[str, str]]:
    """Every victim at every moment, again and again, each time in another order."""
    matrix = [(victim, moment) for victim in VICTIMS for moment in MOMENTS]
    while True:
        random_.shuffle(matrix)
        yield from matrix


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="default: a random one")
    parser.add_argument("--browser", action="store_true", help="let a real page watch, and crash, too")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    attempts = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        state_dir = Path(folder) / "state"
        state_dir.mkdir()
        browser = stack.enter_context(open_chromium()) if arguments.browser else None
        chaos = Chaos(state_dir, arguments.seed, browser)
        try:
            order = cells(random.Random(arguments.seed))
            for kill, (victim, moment) in zip(range(1, arguments.kills + 1), order, strict=False):
                run = chaos.trial(victim, moment)
                attempts.append(run["attempt"])
                print(
                    f"{kill:4}/{arguments.kills}  {victim:6} {moment:10} attempt {run['attempt']}", flush=True
                )
        finally:
            chaos.close()
    resumed = sum(attempt > 1 for attempt in attempts)
    print(
        f"{len(attempts)} kills, {resumed} runs were taken up again; every curve is bit for bit the undisturbed one"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
