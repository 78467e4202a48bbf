"""python -m benchmarks.stream [NAME ...] [--json]: fanout, outrun, training, loggers, history, answers, classroom;
memory only if named."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from app import one_thread

one_thread()

from benchmarks.tables import print_table


def fanout(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.fanout import measure

    return measure(seconds)


def outrun(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.fanout import outrun

    return [outrun(seconds)]


def training(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.training import measure

    return measure()


def history(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.history import measure

    return measure()


def answers(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.answers import measure

    return measure(seconds)


def classroom(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.classroom import measure

    return measure()


def loggers(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.loggers import measure

    return measure()


def memory(seconds: float) -> list[dict[str, Any]]:
    from benchmarks.stream.fanout import memory

    return [memory()]


BENCHMARKS: dict[str, Callable[[float], list[dict[str, Any]]]] = {
    "fanout": fanout,
    "outrun": outrun,
    "training": training,
    "loggers": loggers,
    "history": history,
    "answers": answers,
    "classroom": classroom,
}
#: Some of the seconds go by before a measurement begins.
MIN_SECONDS = 4.0
#: Takes ten minutes, so it runs only when it is named.
LONG = {"memory": memory}


def main() -> None:
    known = BENCHMARKS | LONG
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stream", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--seconds", type=float, default=10.0, help=f"of each measurement, at least {MIN_SECONDS:.0f}"
    )
    arguments = parser.parse_args()
    if arguments.seconds < MIN_SECONDS:
        parser.error(f"--seconds must be at least {MIN_SECONDS:.0f}")
    for name in arguments.names:
        if name not in known:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(known)}")
    for name in arguments.names or BENCHMARKS:
        rows = known[name](arguments.seconds)
        if arguments.json:
            for row in rows:
                print(json.dumps({"benchmark": f"stream.{name}", **row}), flush=True)
        else:
            print_table(name, rows)


if __name__ == "__main__":
    main()
