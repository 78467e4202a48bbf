"""The results of a study as a table in the terminal, with its verdict in words."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table

from app.commands.terminal import console, visible
from engine.studies import Plan

#: At most this many configurations are shown, the best ones.
MAX_SHOWN = 30


def show(plan: Plan, results: dict[str, Any], *, budget_spent: bool, ended: int) -> None:
    """Print the table, and under it what it says.

    Args:
        ended: how many trials were trained.
    """
    config = plan.config
    rungs = config.rung_count > 1
    names = [path.rpartition(".")[2] for path in results["fields"]]
    table = Table(
        "place",
        *names,
        *(["rung"] if rungs else []),
        "trials",
        "validation" if config.higher_is_better else "validation loss",
        "± 95 %",
        "against the best",
    )
    for row in results["configurations"][:MAX_SHOWN]:
        table.add_row(
            "–" if row["place"] is None else str(row["place"]),
            *(visible(_value(row["values"][path])) for path in results["fields"]),
            *([str(row["rung"])] if rungs else []),
            str(row["trials"]) + (f" ({row['failed']} failed)" if row["failed"] else ""),
            "–" if row["mean"] is None else score(row["mean"], plan),
            "–" if row["low"] is None else score((row["high"] - row["low"]) / 2, plan),
            _against(row, plan, results["verdict"]),
        )
    out = console()
    out.print(table)
    more = len(results["configurations"]) - MAX_SHOWN
    if more > 0:
        out.print(f"and {more} more")
    if budget_spent:
        out.print(
            f"Its budget of {config.budget_seconds:g} s is spent: {ended} of {plan.total} trials were trained."
        )
    compared = results["configurations"][0]["rung"] if rungs and results["configurations"] else None
    out.print(_sentence(results["verdict"], compared), markup=False, highlight=False)
    luck = results["luck"]
    if luck is not None:
        line = score(luck["line"], plan)
        out.print(
            f"By seeds alone, the best of {luck['of']} equal ones would have {line}.",
            markup=False,
            highlight=False,
        )
    test = results["configurations"][0]["test"] if results["configurations"] else None
    if test is not None and test["mean"] is not None:
        spread = "" if test["spread"] is None else f" (spread {100 * test['spread']:.1f} %)"
        out.print(
            f"On the test examples the best has {100 * test['mean']:.1f} %{spread}.",
            markup=False,
            highlight=False,
        )


def _sentence(verdict: dict[str, Any], rung: int | None) -> str:
    """The verdict in words.

    Args:
        rung: the one whose configurations were compared; None for a study without rungs.
    """
    of_rung = "" if rung is None else f" of rung {rung}"
    match verdict["kind"]:
        case "winner":
            return f"The first one is better than each other one{of_rung}, by pairs of seeds and folds."
        case "tie":
            count = len(verdict["tied"])
            others = "another one" if count == 1 else f"{count} others"
            return f"A tie: the first one is not shown to be better than {others}{of_rung}."
        case "few":
            fewest, needed = verdict["pairs"], verdict["least_pairs"]
            return (
                f"No verdict: a comparison needs {needed} pairs,"
                f" and the one{of_rung} with the fewest has {fewest}."
            )
        case "alone":
            return f"There is nothing to compare the only one{of_rung} with."
    return "Nothing was measured."


def _against(row: dict[str, Any], plan: Plan, verdict: dict[str, Any]) -> str:
    difference = row["difference"]
    if row["number"] == verdict["best"]:
        return "best"
    if difference is None or difference["low"] is None:
        return "–"
    mean, margin = difference["mean"], (difference["high"] - difference["low"]) / 2
    shown = round(mean, 4)  # as `score` does
    sign = "+" if shown > 0 else "−" if shown < 0 else ""
    text = f"{sign}{score(abs(mean), plan)} ± {score(margin, plan)}"
    return f"{text}, tied" if difference["tied"] and verdict["kind"] != "few" else text


def score(value: float, plan: Plan) -> str:
    """A score as people read it."""
    return f"{100 * value:.2f} %" if plan.config.higher_is_better else f"{value:.4f}"


def _value(value: Any) -> str:
    """A value as people read it: a section by its name and its settings, such as "momentum, momentum 0.9"."""
    if isinstance(value, dict) and "name" in value:
        settings = [f"{name} {_value(setting)}" for name, setting in value.items() if name != "name"]
        return ", ".join([str(value["name"]), *settings])
    return value if isinstance(value, str) else json.dumps(value)
