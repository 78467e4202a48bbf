"""A bound on the slow questions of one person that are answered at the same time, as one process answers all people.

A lab without a class cannot distinguish people, so it has no such bound. There is still one for the process that
answers: see `app.jobs.replayer`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import LabError
from engine.reasons import Reason, declare

#: Slow questions of one person that are answered at the same time. One page asks them one after the other.
MAX_TOGETHER = 8

declare({"too_many_questions": ("most",)})


class TooManyQuestions(LabError):
    status = 429
    code = "too_many_questions"


class Questions:
    """Counts the questions that are being answered, by person."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def answering(self, person_id: str) -> Iterator[None]:
        """Count a question of this person for as long as the `with` block runs; of an empty id none is counted.

        Raises:
            TooManyQuestions: too many of this person are being answered already.
        """
        if not person_id:
            yield
            return
        if self._open[person_id] >= MAX_TOGETHER:
            text = f"{MAX_TOGETHER} questions of yours are being answered already; ask again in a moment"
            raise TooManyQuestions(
                Reason("too_many_questions", text, most=MAX_TOGETHER), bounds={"maximum": MAX_TOGETHER}
            )
        self._open[person_id] += 1
        try:
            yield
        finally:
            self._open[person_id] -= 1
            if not self._open[person_id]:
                del self._open[person_id]
