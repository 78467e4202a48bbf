"""A real lab in another process, as a user starts it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

import httpx
import numpy as np
from websockets.sync.client import connect

from tests.support.decoded import lend_decoded
from tests.support.experiments import QUICK
from tests.support.lab_starter import IS_POSSIBLE, StartedLab, lab_starter
from tests.support.lab_starter_process import end_with_parent
from tests.support.waiting import TIMEOUT, wait_until

#: `lossroom serve`, as it is installed beside the interpreter.
SERVE = (str(Path(sys.executable).with_name("lossroom")), "serve")


def new_client(url: str) -> httpx.Client:
    """A client of a lab, which speaks plain HTTP."""
    return httpx.Client(
        base_url=url,
        timeout=TIMEOUT,
        # Idle connections are let go before the server closes them, which it does after 5 s: a request that meets
        # that moment is reset.
        limits=httpx.Limits(keepalive_expiry=2),
        # Else each client would read all certificates that the machine trusts, which takes as long as ten requests.
        verify=False,
    )


class LabServer:
    """`lossroom serve` as a user starts it. `restart()` keeps its folders and its port."""

    def __init__(
        self,
        state_dir: Path,
        data_dir: Path,
        *,
        program: Sequence[str] = SERVE,
        directory: Path | None = None,
        limits: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            program: the command, which takes the arguments of `lossroom serve`.
            directory: where it is started; None: where this process was.
            limits: a command of the shell before it, such as "ulimit -n 256".
            environment: variables in addition to those of this process.
        """
        self.program = program
        self.limits = limits
        self.state_dir = state_dir
        self.directory = directory
        self.data_dir = data_dir
        self.environment = dict(environment or {})
        self.prefix: list[str] = []  # a command that runs the server, such as a sandbox
        self.port = 0
        self.url = ""
        self.said: list[str] = []  # what it printed when it was open
        self.process: subprocess.Popen[str] | StartedLab | None = None
        self.http: httpx.Client
        self._sockets = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        command = [*self.prefix, *self.program, "--port", str(self.port)]
        command += ["--data-dir", str(self.data_dir), "--state-dir", str(self.state_dir)]
        self.log = (self.state_dir.parent / f"{self.state_dir.name}.log").open("a")
        self.process = self._started(command)
        line = self._output.readline()
        assert "is open at" in line, f"the server said {line!r}; its log: {self.read_log()}"
        self.said = [line]
        while "in " + str(self.state_dir.absolute()) not in self.said[-1]:
            self.said.append(self._output.readline())
            assert self.said[-1], f"the server ended; its log: {self.read_log()}"
        self.url = line.split("is open at ")[1].split()[0]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.http = new_client(self.url)

    def _started(self, command: list[str]) -> subprocess.Popen[str] | StartedLab:
        environment = {**os.environ, **self.environment}
        as_installed = self.program == SERVE and not (self.prefix or self.limits)
        if IS_POSSIBLE and as_installed and all(name.startswith("LOSSROOM_") for name in self.environment):
            lend_decoded(self.data_dir, self.state_dir)
            return lab_starter().start(
                command, log=self.log, directory=self.directory, environment=environment
            )
        if self.limits:
            command = ["sh", "-c", f'{self.limits} && exec "$@"', "sh", *command]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            cwd=self.directory,
            env=environment,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )

    @property
    def _output(self) -> IO[str]:
        """What the server prints."""
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server does not run"
        return self.process.pid

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End the server by this signal, and wait until it has ended."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(timeout=TIMEOUT)
            self._output.close()
            self.process = None
            self.log.close()
            self.http.close()

    def restart(self, number: int = signal.SIGTERM) -> None:
        """Stop the server by this signal, and start it again."""
        self.stop(number)
        self.start()

    def read_log(self) -> str:
        return Path(self.log.name).read_text()

    # -- as a client -------------------------------------------------------------------------------

    def launch(self, *, fresh: bool = True, **experiment: Any) -> dict[str, Any]:
        """Launch an experiment, and train it again if it has been trained."""
        answer = self.http.post("/api/runs", json={**QUICK, **experiment, "fresh": fresh})
        assert answer.status_code == 201, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def run(self, run_id: str) -> dict[str, Any]:
        run: dict[str, Any] = self.http.get(f"/api/runs/{run_id}").raise_for_status().json()
        return run

    def wait_for(self, run_id: str, *statuses: str, timeout: float = TIMEOUT) -> dict[str, Any]:
        """Wait until a run has one of the statuses; another final one is an error."""

        def reached() -> dict[str, Any] | None:
            run = self.run(run_id)
            assert run["status"] in (*statuses, "queued", "running", "paused"), run
            return run if run["status"] in statuses else None

        return wait_until(reached, f"status {' or '.join(statuses)} of run {run_id}", timeout)

    def train_on(self, run_id: str, *, attempt: int = 1, rows: int = 300) -> dict[str, Any]:
        """Wait until a run has trained `rows` further in this attempt, cancel it, and return it. The rows of an attempt
        before, which may still be on their way, do not count."""
        now = wait_until(
            lambda: (run := self.run(run_id))["attempt"] == attempt and run,
            f"attempt {attempt} of run {run_id}",
        )
        further = now["iteration"] + rows
        wait_until(lambda: self.run(run_id)["iteration"] >= further, f"{further} iterations of run {run_id}")
        self.post(f"/api/runs/{run_id}/cancel").raise_for_status()
        return self.wait_for(run_id, "cancelled")

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.http.post(path, json=body)

    def socket(self, **options: Any) -> Any:
        """A connection to the stream, which is open until the lab is closed. It sends no pings of its own: their thread
        would draw from Python's random numbers at any time, also while Hypothesis makes examples and forbids it."""
        address = self.url.replace("http", "ws") + "/ws"
        options = {"compression": None, "max_size": None, "ping_interval": None, **options}
        return self._sockets.enter_context(connect(address, **options))

    # -- inside the lab ----------------------------------------------------------------------------

    def stored_rows(self, run_id: str, stream: str = "train") -> tuple[list[str], np.ndarray]:
        """The rows in the SQLite file, read without the server: columns, and values (rows, columns)."""
        with self._database() as db:
            (training_id,) = db.execute("SELECT training_id FROM runs WHERE id = ?", (run_id,)).fetchone()
            (columns,) = db.execute(
                "SELECT columns FROM streams WHERE training_id = ? AND stream = ?", (training_id, stream)
            ).fetchone()
            names = json.loads(columns)
            next_row = 0
            parts = [np.empty((0, len(names)), np.float32)]
            for first, rows, data in db.execute(
                "SELECT first, rows, data FROM chunks WHERE training_id = ? AND stream = ? ORDER BY first",
                (training_id, stream),
            ):
                assert first == next_row, (
                    f"a hole or an overlap at row {next_row}: the next chunk begins at {first}"
                )
                next_row += rows
                parts.append(np.frombuffer(data, "<f4").reshape(len(names), rows).T)
        return names, np.concatenate(parts)

    def stored_measurements(self, run_id: str) -> dict[int, dict[str, Any]]:
        """What the SQLite file has of the measurements of a run: iteration → facts, earliest first."""
        with self._database() as db:
            found = db.execute(
                "SELECT iteration, facts FROM measurements JOIN runs USING (training_id) WHERE runs.id = ?"
                " ORDER BY iteration",
                (run_id,),
            )
            return {iteration: json.loads(facts) for iteration, facts in found}

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        path = f"file:{self.state_dir}/lossroom.sqlite3?mode=ro"
        with contextlib.closing(sqlite3.connect(path, uri=True)) as db, db:
            yield db

    def worker_pids(self) -> list[int]:
        """Processes that train: children of the forkserver."""
        return [pid for child in self.helper_pids() for pid in _children(child)]

    def helper_pids(self) -> list[int]:
        """The forkserver, and the other processes of multiprocessing."""
        return _children(self.pid)


@contextlib.contextmanager
def running_lab(
    folder: Path, data_dir: Path | None = None, *, program: Sequence[str] = SERVE, **environment: str
) -> Iterator[LabServer]:
    """A lab with two workers and an empty database in `folder`; without `data_dir` it has only the built-in data
    sets."""
    variables = {"LOSSROOM_WORKERS": "2", **environment}
    with LabServer(folder / "state", data_dir or folder, program=program, environment=variables) as lab:
        yield lab


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []
