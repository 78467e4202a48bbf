"""A worker that notes which modules it had to load."""

from __future__ import annotations

import json
import sys
from multiprocessing import util
from multiprocessing.connection import Connection
from pathlib import Path

from app.jobs import worker
from app.jobs.messages import Job
from app.jobs.processes import Processes

#: The file in the folder of checkpoints with the names of these modules.
NOTED = "modules.json"


def main(connection: Connection, job: Job) -> None:
    before = set(sys.modules)
    worker.main(connection, job)
    (Path(job.checkpoint_place) / NOTED).write_text(json.dumps(sorted(set(sys.modules) - before)))


def send_loaded(connection: Connection, names: list[str]) -> None:
    """A worker that sends which of these modules it has loaded."""
    connection.send([name for name in names if name in sys.modules])


def start_first(folder: str, names: list[str]) -> None:
    """Start the first worker of a process that has opened no `Processes`, as a lab on a cluster does for its first
    replay. Print which of these modules it has loaded, and whether this process's sockets are in the folder."""
    processes = Processes(Path(folder))
    process, here = processes.start(send_loaded, names, "first")
    print(
        json.dumps({"loaded": here.recv(), "sockets here": Path(util.get_temp_dir()).parent == Path(folder)})
    )
    process.join()
    processes.close()


if __name__ == "__main__":
    start_first(sys.argv[1], sys.argv[2:])
