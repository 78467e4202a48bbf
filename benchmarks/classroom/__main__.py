"""python -m benchmarks.classroom [--students 300] [--seconds 10] [--most 240] [--json]: a whole class, over loopback.

Every student joins with the code and launches the same lesson within some seconds, and then three short runs that no
one else has. Each has a session of their own: a cookie, a connection for requests, and a WebSocket. The files of the
page are not asked for: browsers have them before the lesson. All of it shares this machine with the server and its
workers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from app import one_thread

one_thread()

from rich.console import Console
from rich.table import Table

from benchmarks.stream.stream_lab import memory_mb
from tests.support.class_lab import ClassLab
from tests.support.folders import find_data_dir

LESSON = "2a-optimizers"
WORKERS = 2
#: A lab that has just started decodes its data sets.
SETTLING_SECONDS = 4.0


def measure(students: int, seconds: float, most: float) -> dict[str, Any]:
    """What the class has seen; `aims` says what it should have."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, _class(Path(folder)) as lab:
        time.sleep(SETTLING_SECONDS)
        highest = _Highest(lab.pid)
        command = [sys.executable, "-m", "benchmarks.classroom.students"]
        given = {"port": lab.port, "code": lab.code, "students": students, "lesson": LESSON}
        given |= {"seconds": seconds, "most": most}
        done = subprocess.run([*command, json.dumps(given)], stdout=subprocess.PIPE, check=True, text=True)
        found: dict[str, Any] = json.loads(done.stdout)
        found["server_mb"] = highest.stop()
        trainings = lab.teacher().http.get("/api/runs").json()["runs"]
    lesson = [run for run in trainings if run["lesson"] == LESSON]
    found["lesson_trainings"] = len({run["training"] for run in lesson})
    found["lesson_experiments"] = len({run["name"] for run in lesson})
    found["load_before"], found["load_after"] = load, os.getloadavg()[0]
    return found


def _class(folder: Path) -> ClassLab:
    environment = {"LOSSROOM_WORKERS": str(WORKERS)}
    return ClassLab(folder / "state", find_data_dir() or folder, environment=environment)


class _Highest:
    """The most memory that a process had, looked at some times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._highest = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.2):
            self._highest = max(self._highest, memory_mb(self._pid))

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._highest


def aims(found: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """What was asked for, the aim, what was found, and whether that is as it should be."""
    waited, last = found["first_rows_s"], found["first_rows_s"]["highest"]
    return [
        ("errors", "0", str(len(found["errors"])), not found["errors"]),
        (
            "students with rows of the lesson",
            str(found["students"]),
            str(waited["count"]),
            waited["count"] == found["students"],
        ),
        ("from the click to the first rows, the last student", "≤ 2 s", f"{last:.2f} s", last <= 2),
        (
            "trainings of the lesson",
            f"{found['lesson_experiments']}, one for each experiment",
            str(found["lesson_trainings"]),
            found["lesson_trainings"] == found["lesson_experiments"],
        ),
        *(
            (
                f"{what}, 99 of 100",
                f"≤ {most} ms",
                f"{1e3 * found[name]['p99']:.0f} ms",
                found[name]["p99"] <= most / 1e3,
            )
            for what, name, most in (("answers", "answers_s", 300), ("rows on the way", "lag_s", 250))
        ),
        (
            "Jain's index of trained seconds while all wait",
            "≥ 0.95",
            f"{found['jain']:.3f}",
            found["jain"] >= 0.95,
        ),
        ("memory of the server", "≤ 600 MB", f"{found['server_mb']:.0f} MB", found["server_mb"] <= 600),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classroom", description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="within which all join and launch the lesson"
    )
    parser.add_argument("--most", type=float, default=240.0, help="seconds that the own runs are watched")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    begun = time.monotonic()
    found = measure(arguments.students, arguments.seconds, arguments.most)
    found["took_s"] = time.monotonic() - begun
    rows = aims(found)
    if arguments.json:
        print(json.dumps({"benchmark": "classroom", **found}))
    else:
        table = Table("", "aim", "found", title=f"a class of {arguments.students}", title_justify="left")
        for what, aim, value, good in rows:
            table.add_row(what, aim, value if good else f"[red]{value}[/red]")
        Console().print(table)
        print(
            {name: value for name, value in found.items() if name != "errors"}, *found["errors"][:5], sep="\n"
        )
    return 0 if all(good for *_, good in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
