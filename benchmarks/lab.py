"""A lab with replaced workers: `python -m benchmarks.lab MODULE`, then arguments of `lossroom serve`.

Worker processes run the module's `main` instead of `app.jobs.worker.main`.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from types import ModuleType


def main() -> int:
    """Serve the lab until it is ended; returns its exit status."""
    from app.commands.serve import serve
    from app.jobs.local import LocalExecutor
    from app.main import create_app
    from app.settings import read_settings

    parser = argparse.ArgumentParser(prog="python -m benchmarks.lab", description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--port", type=int)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--state-dir", type=Path)
    arguments = vars(parser.parse_args())
    entry = importlib.import_module(arguments.pop("module")).main
    settings = read_settings(**arguments)
    return serve(settings, create_app(settings, executor=LocalExecutor(entry=entry)))


def with_workers(module: ModuleType) -> tuple[str, ...]:
    """The command that starts a lab with these workers, for the parameter `program` of `LabServer`."""
    return (sys.executable, "-m", "benchmarks.lab", module.__name__)


if __name__ == "__main__":
    sys.exit(main())
