"""A class of students in one process: `python -m benchmarks.classroom.students JSON`. Prints what they have seen."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from typing import Any

import numpy as np
import uvloop

from benchmarks.classroom.session import Session, Stream

#: What a page asks for after joining, without scripts and styles.
PAGE = ("/", "/i18n/en.json", "/i18n/class.en.json", "/api/options", "/api/lessons?language=en", "/api/class")
#: How many runs of their own a student launches, and within how many seconds all students do.
OWN = 3
OWN_SECONDS = 10.0
#: A short run that no one else has: the seed is the student's.
SHORT = {
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [32]},
    "optimizer": {"name": "sgd"},
    "training": {"iterations": 1500, "batch_size": 64, "evaluate_every": 500},
}
#: Seconds for which all may wait for their first rows.
PATIENCE = 60.0


class Student:
    """One session.

    Attributes:
        first_rows: seconds from the click on the lesson until there were rows of one of its runs.
        lags: for each frame, the seconds from when the server got its newest row from the worker until it arrived here.
        seconds: by run, how long it has trained; own runs only.
        waiting: own runs that have not started.
    """

    def __init__(self, number: int, given: dict[str, Any]) -> None:
        self.number = number
        self._given = given
        self.session = Session(given["port"])
        self._stream: Stream | None = None
        self._clicked = 0.0
        self._lesson: set[str] = set()
        self._since: dict[str, float] = {}  # when each run was subscribed to
        self.first_rows: float | None = None
        self.lags: list[float] = []
        self.seconds: dict[str, float] = {}
        self.waiting: set[str] = set()
        self.own: set[str] = set()

    async def join(self) -> None:
        """Join within the given seconds, and launch the lesson at once."""
        await asyncio.sleep(random.random() * self._given["seconds"])
        ask = self.session.ask
        await ask("GET", "/join")
        joined = {"code": self._given["code"], "nickname": f"student {self.number}"}
        await ask("POST", "/api/class/join", joined)
        for path in PAGE:
            await ask("GET", path)
        self._stream = await self.session.stream(self._take)
        self._clicked = time.monotonic()
        answer = await ask("POST", f"/api/lessons/{self._given['lesson']}/runs")
        self._lesson = {run["id"] for run in answer["runs"]}
        self._subscribe(*self._lesson)

    async def launch_own(self) -> None:
        """Launch three runs, some seconds after each other."""
        assert self._stream is not None
        for place in range(OWN):
            await asyncio.sleep(random.random() * OWN_SECONDS / OWN)
            experiment = {
                **SHORT,
                "seed": self.number,
                "optimizer": {"name": "sgd", "learning_rate": 0.05 * (place + 1)},
            }
            run = (await self.session.ask("POST", "/api/runs", experiment))["id"]
            self.own.add(run)
            self.waiting.add(run)
            self._subscribe(run)

    def _subscribe(self, *runs: str) -> None:
        assert self._stream is not None
        self._since |= dict.fromkeys(runs, time.time())
        self._stream.send({"subscribe": dict.fromkeys(runs, 0)})

    def _take(self, is_binary: bool, message: bytes) -> None:
        now = time.time()
        if is_binary:
            self._take_rows(message, now)
        elif self.waiting and b'"runs"' in message[:20]:
            for run in json.loads(message)["runs"]:
                if run["status"] != "queued":
                    self.waiting.discard(run["id"])

    def _take_rows(self, message: bytes, now: float) -> None:
        length = int.from_bytes(message[:4], "little")
        header = json.loads(message[4 : 4 + length])
        run = header["run"]
        if run in self._lesson and self.first_rows is None:
            self.first_rows = time.monotonic() - self._clicked
        if header["stream"] != "train" or not header["rows"] or not header["times"] or header.get("overview"):
            return
        if header["times"][-1][1] > self._since[run]:  # not what was there before
            self.lags.append(now - header["times"][-1][1])
        if run in self.own:
            self.seconds[run] = header["times"][-1][2]
            self.waiting.discard(run)

    @property
    def lost(self) -> bool:
        """Whether the server has closed the stream."""
        return self._stream is not None and self._stream.closed

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self.session.close()


async def attend(given: dict[str, Any]) -> dict[str, Any]:
    """Let the class join and launch, and measure it."""
    students = [Student(number, given) for number in range(given["students"])]
    errors = await _all(student.join() for student in students)
    deadline = time.monotonic() + PATIENCE
    while any(student.first_rows is None for student in students) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    errors += await _all(student.launch_own() for student in students)
    begun = time.monotonic()
    deadline = begun + given["most"]
    # until one student has no own run left that waits
    while all(student.waiting for student in students) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    got = np.array([sum(student.seconds.values()) for student in students])
    errors += [f"student {student.number} lost the stream" for student in students if student.lost]
    for student in students:
        student.close()
    return {
        "students": given["students"],
        "errors": errors,
        "first_rows_s": _figures(
            [student.first_rows for student in students if student.first_rows is not None]
        ),
        "answers_s": _figures([seconds for student in students for _, seconds in student.session.took]),
        "slowest_answers": _slowest(students),
        "lag_s": _figures([lag for student in students for lag in student.lags]),
        "jain": float(got.sum() ** 2 / (len(got) * (got**2).sum())) if got.any() else 0.0,
        "trained_s": _figures(got.tolist()),
        "waited_s": time.monotonic() - begun,
        "own_begun": sum(len(student.own) - len(student.waiting) for student in students),
        "client_cpu_s": time.process_time(),
    }


async def _all(wishes: Any) -> list[str]:
    """Let all do something at once; returns what went wrong."""
    done = await asyncio.gather(*wishes, return_exceptions=True)
    return [repr(result) for result in done if isinstance(result, BaseException)]


def _figures(values: list[float]) -> dict[str, float]:
    if not values:
        return {"count": 0, "median": 0.0, "p99": 0.0, "highest": float("inf")}
    found = np.array(values)
    return {
        "count": len(values),
        "median": float(np.median(found)),
        "p99": float(np.quantile(found, 0.99)),
        "highest": float(found.max()),
    }


def _slowest(students: list[Student]) -> dict[str, float]:
    """By method and path, the 99th percentile of the seconds of the answers."""
    by_path: dict[str, list[float]] = {}
    for student in students:
        for path, seconds in student.session.took:
            by_path.setdefault(path, []).append(seconds)
    return {path: round(_figures(seconds)["p99"], 3) for path, seconds in by_path.items()}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(attend(json.loads(sys.argv[1])))))
