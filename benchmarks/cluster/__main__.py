"""python -m benchmarks.cluster [NAME ...] [--json]: first, rows, speed, batch, study, queued."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from app import one_thread

one_thread()

from benchmarks.tables import Measured, print_table


def first() -> list[Measured]:
    from benchmarks.cluster.latency import first_row

    return first_row()


def rows() -> list[Measured]:
    from benchmarks.cluster.latency import row_to_viewer

    return row_to_viewer()


def speed() -> list[Measured]:
    from benchmarks.cluster.cluster_lab import cluster_lab
    from benchmarks.stream.training import compared, skipped
    from tests.support.folders import find_data_dir

    what, aim = "W1 on a worker of a cluster ÷ the engine alone", "≥ 0.95"
    data_dir = find_data_dir()
    if data_dir is None:
        return [skipped(what, aim)]
    with tempfile.TemporaryDirectory() as folder, cluster_lab(Path(folder), data_dir, workers=1) as lab:
        return [compared(what, aim, lab, data_dir)]


def batch() -> list[Measured]:
    from benchmarks.cluster.batch import measure

    return measure()


def study() -> list[Measured]:
    from benchmarks.cluster.study import measure

    return measure()


def queued() -> list[Measured]:
    from benchmarks.cluster.queued import measure

    return measure()


BENCHMARKS: dict[str, Callable[[], list[Measured]]] = {
    "first": first,
    "rows": rows,
    "speed": speed,
    "batch": batch,
    "study": study,
    "queued": queued,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    for name in arguments.names or BENCHMARKS:
        measured = BENCHMARKS[name]()
        if arguments.json:
            for row in measured:
                print(json.dumps({"benchmark": f"cluster.{name}", **row}), flush=True)
        else:
            print_table(name, measured)


if __name__ == "__main__":
    main()
