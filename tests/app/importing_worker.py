"""A worker that notes which modules it had to load."""

from __future__ import annotations

import json
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from app.jobs import worker
from app.jobs.messages import Job

#: The file in the folder of checkpoints with the names of these modules.
NOTED = "modules.json"


def main(connection: Connection, job: Job) -> None:
    before = set(sys.modules)
    worker.main(connection, job)
    (Path(job.checkpoint_place) / NOTED).write_text(json.dumps(sorted(set(sys.modules) - before)))
