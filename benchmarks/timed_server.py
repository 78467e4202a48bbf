"""A lab whose workers note the time: `python -m benchmarks.timed_server`, settings from LOSSROOM_*."""

from __future__ import annotations

import sys


def main() -> int:
    from app.jobs.local import LocalExecutor
    from app.main import create_app
    from app.serve import serve
    from app.settings import Settings
    from benchmarks import timed_worker

    settings = Settings()
    return serve(settings, create_app(settings, executor=LocalExecutor(entry=timed_worker.main)))


if __name__ == "__main__":
    sys.exit(main())
