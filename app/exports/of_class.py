"""A class as files: its report, with the best run of each student and the places of challenges, and a table with every
run.

Both hold nicknames, so they can only be made before the class ends.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from app.exports.fields import flatten
from app.exports.tables import BYTE_ORDER_MARK
from app.people.challenge import Outcome, Standing
from app.people.person import Person
from app.runs import Run
from app.texts import cell

#: The most points of a curve in the report, which may have hundreds of runs.
MAX_POINTS = 400
#: Runs of a student are compared by the first of these values that a run has.
RANKED_BY = ("validation_accuracy", "test_accuracy", "train_accuracy")
#: Columns of the table for a run itself; others are for its person, its newest figures and its experiment.
COLUMNS = ("run", "name", "lesson", "status", "iteration", "iterations", "seconds")
METRICS = ("validation_accuracy", "test_accuracy", "train_accuracy", "loss")

#: Columns that are filled in for a run that counts for its student in a challenge; of several challenges, the last.
CHALLENGE = ("challenge", "challenge_place", "challenge_accuracy", "challenge_test_place", "challenge_test")

#: A run and who launched it.
Owned = tuple[Person, Run]


class Ranked(NamedTuple):
    """A standing in a challenge, and the number and nickname of its student."""

    who: str
    standing: Standing


def best_of_each(owned: Iterable[Owned]) -> list[Owned]:
    """The best run of each person, in the order of their numbers."""
    best: dict[str, Owned] = {}
    for person, run in owned:
        best_so_far = best.get(person.id)
        if best_so_far is None or _accuracy(run) > _accuracy(best_so_far[1]):
            best[person.id] = person, run
    return sorted(best.values(), key=lambda pair: pair[0].number or 0)


def title_of(person: Person, run: Run) -> str:
    """The title of a run in the report: its student's number and nickname, and its name."""
    return f"{f'{person.number} {person.nickname}'.strip()}: {run.name}"


def ranked(
    outcomes: Sequence[Outcome], find: Callable[[str], Person | None]
) -> list[tuple[Outcome, list[Ranked]]]:
    """The challenges in which a student has a place, each with all its places, the best first.

    Args:
        find: gives the person with an id; None if there is no such person any more.
    """
    return [
        (
            outcome,
            [
                Ranked(_name_of(find(standing["person"]), standing), standing)
                for standing in outcome.standings
            ],
        )
        for outcome in outcomes
        if outcome.standings
    ]


def _name_of(person: Person | None, standing: Standing) -> str:
    return f"{standing['number']} {person.nickname if person else ''}".strip()


def table(owned: Sequence[Owned], outcomes: Sequence[Outcome] = ()) -> Iterator[str]:
    """The table as CSV, line by line: a header, then each run with its challenge and the fields of its experiment."""
    counted = {
        standing["run"]: (outcome.name, standing) for outcome in outcomes for standing in outcome.standings
    }
    fields = [flatten(run.training.config) for _, run in owned]
    names = list(dict.fromkeys(name for own in fields for name in own))
    yield BYTE_ORDER_MARK + _line(["number", "nickname", *COLUMNS, *METRICS, *CHALLENGE, *names])
    for (person, run), own in zip(owned, fields, strict=True):
        training = run.training
        values = [run.number, cell(run.name), run.lesson or "", training.status.value]
        values += [training.iteration, training.iterations, round(training.seconds, 3)]
        metrics = [training.latest.get(name, "") for name in METRICS]
        experiment = [_text(own.get(name)) for name in names]
        challenge = _challenge(*counted[run.id]) if run.id in counted else [""] * len(CHALLENGE)
        yield _line([person.number, cell(person.nickname), *values, *metrics, *challenge, *experiment])


def _challenge(name: str, standing: Standing) -> list[object]:
    """The values of the columns `CHALLENGE`."""
    values = (standing["place"], standing["accuracy"], standing["test_place"], standing["test"])
    return [cell(name), *("" if value is None else value for value in values)]


def _accuracy(run: Run) -> float:
    """The newest accuracy by which runs are compared; -1 if there is none."""
    latest = run.training.latest
    accuracy = next((latest[name] for name in RANKED_BY if name in latest), -1.0)
    return accuracy if math.isfinite(accuracy) else -1.0


def _text(value: object) -> object:
    return cell(value) if isinstance(value, str) else "" if value is None else value


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
