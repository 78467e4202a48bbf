"""python -m benchmarks.stream [NAME ...] [--json]: fanout, outrun, training, loggers, history, answers, classroom;
memory only if named."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from typing import Any

from app import one_thread

one_thread()

from benchmarks.tables import print_table

#: Benchmark → the module in this package with its function, which is imported only when it is measured.
BENCHMARKS = {
    "fanout": "fanout.measure",
    "outrun": "fanout.outrun",
    "training": "training.measure",
    "loggers": "loggers.measure",
    "history": "history.measure",
    "answers": "answers.measure",
    "classroom": "classroom.measure",
}
#: Those whose length `--seconds` sets.
TIMED = ("fanout", "outrun", "answers")
#: A measurement begins only after some seconds, so it needs at least this many.
MIN_SECONDS = 4.0
#: Takes ten minutes, so it runs only when it is named.
LONG = {"memory": "fanout.memory"}
KNOWN = BENCHMARKS | LONG


def measure(name: str, seconds: float) -> list[dict[str, Any]]:
    """The rows of a benchmark."""
    module, function = KNOWN[name].split(".")
    measured = getattr(import_module(f"benchmarks.stream.{module}"), function)
    rows: Any = measured(seconds) if name in TIMED else measured()
    return rows if isinstance(rows, list) else [rows]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stream", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(KNOWN))
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--seconds",
        type=float,
        default=10.0,
        help=f"how long {', '.join(TIMED[:-1])} and {TIMED[-1]} measure, at least {MIN_SECONDS:.0f}",
    )
    arguments = parser.parse_args()
    if arguments.seconds < MIN_SECONDS:
        parser.error(f"--seconds must be at least {MIN_SECONDS:.0f}")
    for name in arguments.names:
        if name not in KNOWN:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(KNOWN)}")
    for name in arguments.names or BENCHMARKS:
        rows = measure(name, arguments.seconds)
        if arguments.json:
            for row in rows:
                print(json.dumps({"benchmark": f"stream.{name}", **row}), flush=True)
        else:
            print_table(name, rows)


if __name__ == "__main__":
    main()
