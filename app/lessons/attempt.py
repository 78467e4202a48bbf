"""An attempt: one person's sealed prediction in a lesson, the runs that were launched with it, and their answers."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

#: How sure a person is of a prediction.
Sure = Literal["guess", "fairly", "certain"]
SURE: tuple[Sure, ...] = get_args(Sure)

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
        right: whether it was, by the person's own runs; None: it has no right answer, or it could not be checked.
        came: the result of these runs, as a value; None: there is none.
        at: Unix seconds.
    """

    value: Value
    right: bool | None = None
    came: Value = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """It never changes but for its answers.

    Attributes:
        person: an id; None: whoever uses a lab without a class.
        lesson: its slug.
        sealed_at: in Unix seconds.
        full: whether its runs are those of full size.
        dataset: which stood for the one of the lesson.
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

    def is_repeated(self, prediction: Mapping[str, Value], sure: Sure, *, full: bool) -> bool:
        """Whether this is what was sealed, and nothing was answered since: the same request came twice."""
        same = (self.prediction, self.sure, self.full) == (prediction, sure, full)
        return same and not self.answers
