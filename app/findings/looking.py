"""Looking for findings: of a training at an iteration, from its stored rows and measurements."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.findings.identity import Offer, experiment_at, offer
from app.live.hub import Hub
from app.storage import measurement_store
from app.storage.database import Database
from app.storage.row_store import read_rows
from app.trainings import Status, Training
from app.work import in_thread
from engine.events import STREAMS
from engine.findings import Case, Finding, Measured, Rows, find

#: Of a longer stream, only this many of the first rows and of the newest ones are examined.
FIRST_ROWS = 100
NEWEST_ROWS = 20_000
#: While a training goes on, findings are looked for each time another hundredth of its planned iterations is done, but
#: in steps of at least and at most this many iterations. Between two steps all who ask get the same answer.
MIN_STEP, MAX_STEP = 10, 1000
#: The findings of this many moments are remembered.
REMEMBERED = 256

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its remedies as experiments."""

    finding: Finding
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is found at a moment, the most decisive first, and how many evaluations there are up to there."""

    found: Sequence[Found]
    evaluations: int


class Looking:
    """Findings of trainings at moments. Each is computed once, in a thread. Lives in the event loop."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._found: OrderedDict[Key, Judged] = OrderedDict()

    def newest(self, training: Training) -> int:
        """The newest iteration at which findings are looked for."""
        iteration = training.iteration
        if training.status.finished:
            return iteration
        step = min(max(MIN_STEP, training.iterations // 100), MAX_STEP)
        return iteration // step * step

    def totals(self, training: Training) -> dict[str, int]:
        """How many rows the streams of a training have."""
        return {stream: self._hub.recorded(training.id, stream) for stream in STREAMS}

    async def at(self, training: Training, iteration: int) -> Judged:
        """The findings after an iteration of a training."""
        totals = self.totals(training)
        # what can change the answer: a change by hand, the end of the training, a measurement that comes after its rows
        state = (len(training.annotations), training.status, min(training.measured, iteration))
        complete = (training.id, iteration, *state)
        # rows up to this iteration may still come: then the answer holds for the rows so far
        so_far = (*complete, *totals.values())
        key = complete if complete in self._found else so_far
        if key not in self._found:
            judged, has_all_rows = await in_thread(self._look, training, iteration, totals)
            key = complete if has_all_rows else so_far
            self._found[key] = judged
        self._found.move_to_end(key)
        judged = self._found[key]
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        return judged

    def _look(self, training: Training, iteration: int, totals: Mapping[str, int]) -> tuple[Judged, bool]:
        """The findings, and whether all rows up to the iteration were there."""
        rows = self._rows_until(training, iteration, totals)
        case = self._case(training, iteration, rows.up_to(iteration))
        findings = [
            Found(
                finding,
                tuple(offer(training, iteration, case.config, remedy) for remedy in finding.remedies),
            )
            for finding in find(case)
        ]
        # the rows of a stream come in order: one that follows shows that those before it are stored
        last_evaluation = max(rows.evaluation["iteration"][-1:], default=0)
        every = case.config.training.evaluate_every
        has_all_rows = (
            max(rows.train["iteration"][-1:], default=0) > iteration
            and last_evaluation >= iteration // every * every
        )
        return Judged(findings, len(case.rows.evaluation["iteration"])), has_all_rows

    def case(self, training: Training, iteration: int, totals: Mapping[str, int]) -> Case:
        """What the rules look at. It reads the store: call it in a thread."""
        return self._case(training, iteration, self._rows_until(training, iteration, totals).up_to(iteration))

    def _rows_until(self, training: Training, iteration: int, totals: Mapping[str, int]) -> Rows:
        """The rows up to an iteration, and one more of each stream if it is stored."""
        streams = {}
        for stream, total in totals.items():
            # one row at most for each iteration, and one more where the best weights were restored and evaluated again
            stored = self._rows(training, stream, min(total, iteration + 2))
            if stored is not None:
                streams[stream] = stored
        return Rows.of(streams)

    def _case(self, training: Training, iteration: int, rows: Rows) -> Case:
        read = partial(measurement_store.read, training_id=training.id, until=iteration)
        measured = [Measured(measured_at, facts) for measured_at, facts in self._database.read_now(read)]
        # only a training that has completed was evaluated on all training images at its end
        ended_at = training.iteration if training.status is Status.COMPLETED else None
        return Case(rows, experiment_at(training, iteration), measured, ended_at)

    def _rows(
        self, training: Training, stream: str, total: int
    ) -> tuple[tuple[str, ...], NDArray[Any]] | None:
        """The columns of a stream up to a row, without the middle of a long one."""
        head = min(total, FIRST_ROWS)
        tail = max(head, total - NEWEST_ROWS)
        head_and_tail = [
            self._database.read_now(
                partial(read_rows, training_id=training.id, stream=stream, after=first, limit=count)
            )
            for first, count in ((0, head), (tail, total - tail))
            if count
        ]
        parts = [rows for rows in head_and_tail if rows is not None]
        if not parts:
            return None
        return parts[0].columns, np.concatenate([rows.values for rows in parts], axis=1)
