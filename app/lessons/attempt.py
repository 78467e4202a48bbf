"""An attempt: one person's sealed prediction in a lesson, the runs that were launched with it, and their answers."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: How sure a person is of a prediction.
Sure = Literal["guess", "fairly", "certain"]

#: What a person answers: an option's id, names of runs in order, an iteration, a text, `{"value", "range"}`, or the
#: points of sketches by run.
Value = Any


class Progress(enum.StrEnum):
    """How far a person has come in a lesson."""

    NONE = "none"
    PREDICTED = "predicted"
    SEEN = "seen"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered to a question.

    Attributes:
        right: whether the answer was right, judged by the person's own runs; None: it has no right answer, or it could
            not be checked.
        came: what really came out of these runs, in the form of a value; None: there is none.
        at: Unix seconds.
    """

    value: Value
    right: bool | None = None
    came: Value = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person's sealed prediction in one lesson. Only `answers` changes later.

    Attributes:
        person: an id; None: whoever uses a lab without a class.
        lesson: its slug.
        sealed_at: in Unix seconds.
        full: whether its runs are those of full size.
        dataset: the data set that the runs use: the lesson's own, or its stand-in.
        prediction: question → value.
        runs: name → id of the run; it may be deleted.
        answers: question → answer.
    """

    id: str
    person: str | None
    lesson: str
    sealed_at: float
    sure: Sure
    full: bool
    dataset: str
    prediction: Mapping[str, Value]
    runs: Mapping[str, str]
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def is_same_as(self, prediction: Mapping[str, Value], sure: Sure, *, full: bool, dataset: str) -> bool:
        """Whether a request repeats this attempt: the same prediction, and nothing answered since."""
        same = (self.prediction, self.sure, self.full, self.dataset) == (prediction, sure, full, dataset)
        return same and not self.answers
