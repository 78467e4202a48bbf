"""A class as files: its report, with the best run of each student, and a table with every run.

They hold nicknames, and are made before the class ends.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence

from app.exports.fields import flatten
from app.exports.tables import MARK
from app.people.person import Person
from app.runs import Run
from app.texts import cell

#: Points of one curve in the report: hundreds of runs are in it.
POINTS = 400
#: By the first of these that it has, a run is the best of its student's.
BY = ("validation_accuracy", "test_accuracy", "train_accuracy")
#: Values of a run besides those of its person and its experiment.
COLUMNS = ("run", "name", "lesson", "status", "iteration", "iterations", "seconds")
METRICS = ("validation_accuracy", "test_accuracy", "train_accuracy", "loss")

#: A run and who launched it.
Owned = tuple[Person, Run]


def best_of_each(owned: Iterable[Owned]) -> list[Owned]:
    """The best run of each person, in the order of their numbers."""
    best: dict[str, Owned] = {}
    for person, run in owned:
        known = best.get(person.id)
        if known is None or _accuracy(run) > _accuracy(known[1]):
            best[person.id] = person, run
    return sorted(best.values(), key=lambda pair: pair[0].number or 0)


def title_of(person: Person, run: Run) -> str:
    """What a run is called in the report."""
    return f"{f'{person.number} {person.nickname}'.strip()}: {run.name}"


def table(owned: Sequence[Owned]) -> Iterator[str]:
    """One line for each run, in pieces of text, with the fields of its experiment."""
    fields = [flatten(run.training.config) for _, run in owned]
    names = list(dict.fromkeys(name for own in fields for name in own))
    yield MARK + _line(["number", "nickname", *COLUMNS, *METRICS, *names])
    for (person, run), own in zip(owned, fields, strict=True):
        training = run.training
        values = [run.number, cell(run.name), run.lesson or "", training.status.value]
        values += [training.iteration, training.iterations, round(training.seconds, 3)]
        metrics = [training.latest.get(name, "") for name in METRICS]
        experiment = [_text(own.get(name)) for name in names]
        yield _line([person.number, cell(person.nickname), *values, *metrics, *experiment])


def _accuracy(run: Run) -> float:
    latest = run.training.latest
    found = next((latest[name] for name in BY if name in latest), -1.0)
    return found if math.isfinite(found) else -1.0


def _text(value: object) -> object:
    return cell(value) if isinstance(value, str) else "" if value is None else value


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
