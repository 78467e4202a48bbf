"""python -m benchmarks [NAME ...]: run the named benchmarks, or all; `--json` prints one object per line.

live     time from the click to the first point, and from an iteration to its point in the page (benchmarks/live.py)
browser  twenty live runs in two charts, compared with Plotly's functions; first load; fifty runs in one chart
memory   the memory of the page after ten minutes of twenty live runs (runs only if it is named)
stream   many viewers, backpressure, cost to training, other loggers, loading a finished run (benchmarks/stream)
replay   any moment of a run, and what the kept checkpoints cost (benchmarks/replay.py)
views    how long each view of a network takes, and what watching it costs the training (benchmarks/views.py)
watching what it costs when 1 and 300 pages watch a training, strokes to bars, findings (benchmarks/watching.py)
engine   training, compared with PyTorch, JAX and the formulas in plain NumPy (benchmarks/engine)
cluster  trainings on a cluster of this machine: first rows, rows, speed, many runs, a long queue (benchmarks/cluster)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure


def live(as_json: bool) -> None:
    from benchmarks.live import measure

    rows = measure()
    if as_json:
        for row in rows:
            print(json.dumps({"benchmark": "live", **row}))
        return
    table = Table("", "median", "p95", "aim", title="live", title_justify="left")
    for row in rows:
        unit = row["unit"]
        table.add_row(row["what"], f"{row['median']:.1f} {unit}", f"{row['p95']:.1f} {unit}", row["aim"])
    Console().print(table)


def _show(name: str, module: str, as_json: bool) -> None:
    """Print the figures of a module's `measure`, which is imported only now."""
    figures: list[Figure] = import_module(module).measure()
    if as_json:
        for figure in figures:
            print(json.dumps({"benchmark": name, **figure}))
        return
    table = Table("", "figure", "aim", title=name, title_justify="left")
    for figure in figures:
        table.add_row(figure["what"], f"{figure['figure']:.1f} {figure['unit']}", figure["aim"])
    Console().print(table)


def _run(module: str, as_json: bool) -> None:
    """Run a module in a process of its own: NumPy must be limited to one thread before it is imported."""
    subprocess.run([sys.executable, "-m", module, *(["--json"] if as_json else [])], check=True)


BENCHMARKS: dict[str, Callable[[bool], None]] = {
    "live": live,
    "browser": partial(_show, "browser", "benchmarks.browser"),
    "memory": partial(_show, "memory", "benchmarks.browser.memory"),
    "stream": partial(_run, "benchmarks.stream"),
    "engine": partial(_run, "benchmarks.engine"),
    "replay": partial(_show, "replay", "benchmarks.replay"),
    "views": partial(_show, "views", "benchmarks.views"),
    "watching": partial(_show, "watching", "benchmarks.watching"),
    "cluster": partial(_run, "benchmarks.cluster"),
}


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmarks that the arguments name; by default those of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(given)
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    for name in arguments.names or [name for name in BENCHMARKS if name != "memory"]:
        BENCHMARKS[name](arguments.json)


if __name__ == "__main__":
    main()
