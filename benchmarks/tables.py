"""Tables of what benchmarks have measured: a column for each measurement, a line for each quantity."""

from __future__ import annotations

from typing import TypeAlias

from rich.console import Console
from rich.table import Table

#: A measurement: "what" was measured, its "aim" in words, and quantities whose names end with their units.
Measured: TypeAlias = dict[str, str | float]


def print_table(name: str, measured: list[Measured]) -> None:
    quantities = list(dict.fromkeys(quantity for one in measured for quantity in one if quantity != "what"))
    table = Table("", *(str(one["what"]) for one in measured), title=name, title_justify="left")
    for quantity in quantities:
        table.add_row(quantity, *(_cell(one.get(quantity, "")) for one in measured))
    Console().print(table)


def _cell(value: str | float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
