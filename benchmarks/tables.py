"""Tables of what benchmarks have measured."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table


def print_table(name: str, rows: list[dict[str, Any]]) -> None:
    """Print a table with a column for each measurement and a line for each quantity."""
    quantities = list(dict.fromkeys(quantity for row in rows for quantity in row if quantity != "what"))
    table = Table("", *(row["what"] for row in rows), title=name, title_justify="left")
    for quantity in quantities:
        table.add_row(quantity, *(_cell(row.get(quantity, "")) for row in rows))
    Console().print(table)


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
