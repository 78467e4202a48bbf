"""A challenge as it is stored, and what students and teachers may see of it."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict

from app.people.judging import Terms, places

#: The whole class sees this many first places, and at most this many people on them, as several may share a place.
TOP_PLACES, MAX_TOP = 3, 6


class Phase(enum.StrEnum):
    """Where a challenge is. `OPENING`: nothing counts any more, and the lab measures the test images."""

    OPEN = "open"
    OPENING = "opening"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Entry:
    """What counts of one student: the best run.

    Attributes:
        person: an id.
        number: the student's number in the class.
        run, run_number: its id and number.
        accuracy: on the validation images, at `iteration`.
        test: the accuracy on the test images at the same iteration; None: not measured, or it cannot be.
        is_measured: whether the lab has tried to measure it.
    """

    person: str
    number: int
    run: str
    run_number: int
    iteration: int
    accuracy: float
    test: float | None = None
    is_measured: bool = False


@dataclass(slots=True)
class Challenge:
    """One challenge of a class. `entries` are stored when the test set is opened, or when it ends before.
    `started_at` is in Unix seconds."""

    id: str
    name: str
    terms: Terms
    started_at: float
    phase: Phase = Phase.OPEN
    entries: tuple[Entry, ...] = ()


class Standing(TypedDict):
    """One entry with its places. `test` and `test_place` are null until the test set is opened for all at once."""

    person: str
    number: int
    run: str
    run_number: int
    iteration: int
    accuracy: float
    place: int
    test: float | None
    test_place: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A challenge with all its places, for the class's report; those of one that goes on are of this moment."""

    name: str
    terms: Terms
    phase: Phase
    standings: Sequence[Standing]


class TopEntry(TypedDict):
    """One of the first places as the whole class sees it. `nickname` is null where numbers are shown."""

    number: int
    nickname: str | None
    accuracy: float
    place: int
    test: float | None
    test_place: int | None


class ChallengeView(TypedDict):
    """A challenge as the whole class sees it. `of`: how many take part. `measured`: how many entries the lab has
    measured on the test images."""

    id: str
    name: str
    dataset: str
    validation_size: int
    max_parameters: int | None
    max_seconds: float | None
    max_iterations: int | None
    phase: str
    of: int
    measured: int
    top: list[TopEntry]


class Uncounted(TypedDict):
    """A run that does not count, and why: a code, with a value and a bound where there are some."""

    run_number: int
    why: str
    value: int | None
    most: int | None


class OwnStanding(TypedDict):
    """What a student sees about themselves, and the teacher about each student; `entry` is null as long as no run of
    theirs counts."""

    person: str
    entry: Standing | None
    uncounted: list[Uncounted]


def standings(entries: Iterable[Entry], *, opened: bool) -> list[Standing]:
    """All entries with their places, the best first: by test accuracy if the test set is open, else by validation
    accuracy. Those with equal figures share a place."""
    entries = list(entries)
    by_validation = places((entry.person, entry.accuracy) for entry in entries)
    by_test = places((entry.person, entry.test if opened else None) for entry in entries)
    unsorted: list[Standing] = []
    for entry in entries:
        unsorted.append(
            {
                "person": entry.person,
                "number": entry.number,
                "run": entry.run,
                "run_number": entry.run_number,
                "iteration": entry.iteration,
                "accuracy": entry.accuracy,
                "place": by_validation[entry.person] or 0,
                "test": entry.test if opened else None,
                "test_place": by_test[entry.person],
            }
        )
    return sorted(
        unsorted, key=lambda standing: (_place(standing, opened), standing["place"], standing["number"])
    )


def _place(standing: Standing, opened: bool) -> float:
    """The place that counts. Who could not be measured on the test images comes last."""
    place = standing["test_place"] if opened else standing["place"]
    return math.inf if place is None else place


def top(
    sorted_standings: Sequence[Standing], nicknames: Mapping[str, str], *, opened: bool
) -> list[TopEntry]:
    """The first places; `nicknames` by person, where names are shown."""
    return [
        {
            "number": standing["number"],
            "nickname": nicknames.get(standing["person"]) or None,
            "accuracy": standing["accuracy"],
            "place": standing["place"],
            "test": standing["test"],
            "test_place": standing["test_place"],
        }
        for standing in sorted_standings[:MAX_TOP]
        if _place(standing, opened) <= TOP_PLACES
    ]
