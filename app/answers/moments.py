"""Moments of a run that are computed again."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import Number, answer


@answer
class MomentAnswer(TypedDict):
    """What it takes to train a run again up to an iteration. `from_iteration`: the nearest kept checkpoint at or before
    it, 0 without one. A replay that would take longer than `bound_seconds` is refused."""

    iteration: int
    from_iteration: int
    expected_seconds: Number
    bound_seconds: Number
