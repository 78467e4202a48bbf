"""`lossroom cluster worker` for one run at a time, which sends rows at a given rate instead of training:
`python -m benchmarks.cluster.source_worker ADDRESS`; see `benchmarks.stream.row_source`."""

from __future__ import annotations

import functools
import sys


def main() -> int:
    from app import one_thread

    one_thread()
    from app.cluster import attending
    from app.commands.cluster import run_worker
    from app.jobs.local import LocalExecutor
    from benchmarks.stream import row_source

    vars(attending)["LocalExecutor"] = functools.partial(LocalExecutor, entry=row_source.main)
    return run_worker(sys.argv[1], 1, None, None)


if __name__ == "__main__":
    sys.exit(main())
