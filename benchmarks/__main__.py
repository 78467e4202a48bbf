"""python -m benchmarks [NAME ...]: run the benchmarks, all or those named; `--json` prints one object per line."""

from __future__ import annotations

import argparse
import importlib
import json

from rich.console import Console
from rich.table import Table

#: name → module with `measure() -> list of rows {"what", "median", "p95", "aim", "unit"}`
BENCHMARKS = {"live": "benchmarks.live"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.names or BENCHMARKS:
        rows = importlib.import_module(BENCHMARKS[name]).measure()
        if arguments.json:
            for row in rows:
                print(json.dumps({"benchmark": name, **row}))
            continue
        table = Table("", "median", "p95", "aim", title=name, title_justify="left")
        for row in rows:
            unit = row["unit"]
            table.add_row(row["what"], f"{row['median']:.1f} {unit}", f"{row['p95']:.1f} {unit}", row["aim"])
        Console().print(table)


if __name__ == "__main__":
    main()
