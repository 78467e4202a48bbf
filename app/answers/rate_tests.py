"""What the rate finder found."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import answer


@answer
class RateTestAnswer(TypedDict):
    """A short training whose learning rate grows: its rates, the losses of its batches, and their running mean, for
    each iteration with a finite loss. `iterations`: how many were planned. `best`: the index of the lowest mean after
    the first fifth of the test. `suggestion`: a good rate; null: the loss fell with none. `end`: `completed` at the
    highest rate, `risen` as the loss had grown, or `diverged`."""

    iterations: int
    rates: list[float]
    losses: list[float]
    smoothed: list[float]
    best: int | None
    suggestion: float | None
    end: str
