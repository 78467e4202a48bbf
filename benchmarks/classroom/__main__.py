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
from tests.support.class_lab import running_class
from tests.support.folders import find_data_dir

LESSON = "2a-optimizers"
WORKERS = 2
#: A lab that has just started decodes its data sets.
SETTLING_SECONDS = 4.0


def measure(students: int, seconds: float, most: float) -> dict[str, Any]:
    """The figures of the class, as `students` prints them, with those of the server; `aims` says what they should
    be."""
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_class(Path(folder), find_data_dir(), LOSSROOM_WORKERS=str(WORKERS)) as lab,
    ):
        time.sleep(SETTLING_SECONDS)
        highest = _Highest(lab.pid)
        command = [sys.executable, "-m", "benchmarks.classroom.students"]
        settings = {"port": lab.port, "code": lab.code, "students": students, "lesson": LESSON}
        settings |= {"seconds": seconds, "most": most}
        ended = subprocess.run(
            [*command, json.dumps(settings)], stdout=subprocess.PIPE, check=True, text=True
        )
        figures: dict[str, Any] = json.loads(ended.stdout)
        figures["server_mb"] = highest.stop()
        trainings = lab.teacher().http.get("/api/runs").json()["runs"]
    lesson = [run for run in trainings if run["lesson"] == LESSON]
    figures["lesson_trainings"] = len({run["training"] for run in lesson})
    figures["lesson_experiments"] = len({run["name"] for run in lesson})
    figures["load_before"], figures["load_after"] = load, os.getloadavg()[0]
    return figures


class _Highest:
    """The most memory that a process had, in MB, measured five times a second."""

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


def aims(figures: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Rows of a table: what was measured, the aim, the figure, and whether it reaches the aim."""
    waited, last = figures["first_rows_s"], figures["first_rows_s"]["highest"]
    return [
        ("errors", "0", str(len(figures["errors"])), not figures["errors"]),
        (
            "students with rows of the lesson",
            str(figures["students"]),
            str(waited["count"]),
            waited["count"] == figures["students"],
        ),
        ("from the click to the first rows, the last student", "≤ 2 s", f"{last:.2f} s", last <= 2),
        (
            "trainings of the lesson",
            f"{figures['lesson_experiments']}, one for each experiment",
            str(figures["lesson_trainings"]),
            figures["lesson_trainings"] == figures["lesson_experiments"],
        ),
        *(
            (
                f"{what}, 99 of 100",
                f"≤ {most} ms",
                f"{1e3 * figures[name]['p99']:.0f} ms",
                figures[name]["p99"] <= most / 1e3,
            )
            for what, name, most in (("answers", "answers_s", 300), ("rows on the way", "lag_s", 250))
        ),
        (
            "Jain's index of trained seconds while all wait",
            "≥ 0.95",
            f"{figures['jain']:.3f}",
            figures["jain"] >= 0.95,
        ),
        ("memory of the server", "≤ 600 MB", f"{figures['server_mb']:.0f} MB", figures["server_mb"] <= 600),
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
    figures = measure(arguments.students, arguments.seconds, arguments.most)
    figures["took_s"] = time.monotonic() - begun
    rows = aims(figures)
    if arguments.json:
        print(json.dumps({"benchmark": "classroom", **figures}))
    else:
        table = Table("", "aim", "measured", title=f"a class of {arguments.students}", title_justify="left")
        for what, aim, value, good in rows:
            table.add_row(what, aim, value if good else f"[red]{value}[/red]")
        Console().print(table)
        print(
            {name: value for name, value in figures.items() if name != "errors"},
            *figures["errors"][:5],
            sep="\n",
        )
    return 0 if all(good for *_, good in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
