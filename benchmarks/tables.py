"""Tables of what benchmarks have measured: a column for each measurement, a line for each quantity."""

from __future__ import annotations

from typing import TypeAlias

from rich.console import Console
from rich.table import Table

#: A measurement: "what" was measured, its "aim" in words, and quantities whose names end with their units.
Measured: TypeAlias = dict[str, str | float]


def print_table(name: str, measured: list[Measured]) -> None:
    """Print the table with this title to the terminal."""
    quantities = list(dict.fromkeys(quantity for row in measured for quantity in row if quantity != "what"))
    table = Table("", *(str(row["what"]) for row in measured), title=name, title_justify="left")
    for quantity in quantities:
        table.add_row(quantity, *(_cell(row.get(quantity, "")) for row in measured))
    Console().print(table)


def _cell(value: str | float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
