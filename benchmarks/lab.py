"""A lab with other workers than usual: `python -m benchmarks.lab MODULE`, then the arguments of `lossroom serve`.

The module's `main` is what a worker process runs, as `app.jobs.worker.main`.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from types import ModuleType


def main() -> int:
    from app.commands.serve import serve
    from app.jobs.local import LocalExecutor
    from app.main import create_app
    from app.settings import read_settings

    parser = argparse.ArgumentParser(prog="python -m benchmarks.lab", description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--port", type=int)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--state-dir", type=Path)
    given = vars(parser.parse_args())
    entry = importlib.import_module(given.pop("module")).main
    settings = read_settings(**given)
    return serve(settings, create_app(settings, executor=LocalExecutor(entry=entry)))


def with_workers(module: ModuleType) -> tuple[str, ...]:
    """The command of a lab with these workers, a `program` of `LabServer`."""
    return (sys.executable, "-m", "benchmarks.lab", module.__name__)


if __name__ == "__main__":
    sys.exit(main())
