"""A figure that a benchmark has measured: a row of the table that `python -m benchmarks` prints."""

from __future__ import annotations

from typing import TypedDict


class Figure(TypedDict):
    """What was measured, how much of it and in which unit, and its aim, such as "≤ 300"; "" if it has none."""

    what: str
    figure: float
    unit: str
    aim: str


def figure(what: str, value: float, unit: str = "", aim: str = "") -> Figure:
    return {"what": what, "figure": float(value), "unit": unit, "aim": aim}


def without_mnist() -> Figure:
    """In place of the figures of a training for which MNIST is missing."""
    return figure("no MNIST on this machine", 0.0)
