"""Studies, their trials and their results."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from app.answers.errors import Why
from app.answers.runs import Owner
from app.answers.shape import Number, answer


@answer
class TrialCounts(TypedDict):
    """`total`: how many trials there will be; an upper bound while the study may still draw a configuration twice.
    `done`: ended, also failed ones. `training`: in the queue or with a worker. `waiting`: the rest. `remembered`: of
    those that are done, how many were known already."""

    total: int
    done: int
    training: int
    waiting: int
    failed: int
    remembered: int


@answer
class RungAnswer(TypedDict):
    """Where a study by successive halving is, from 1."""

    now: int
    of: int


@answer
class BestAnswer(TypedDict):
    """The best configuration so far, by the validation examples."""

    configuration: int
    mean: Number
    values: dict[str, Any]


@answer
class ListedStudy(TypedDict):
    """A study. Of two objects of one study, the one with the higher `revision` is newer.

    Times are Unix seconds. `seconds`: of training so far. `expected_seconds`: of the clock, until it ends; null where
    it does not go on. `method` is its name, `fields` are those that it varies. `mine`: whether the asker may change
    it. `test`: "closed" until the end, "measuring", "measured" or "unavailable".
    """

    id: str
    revision: int
    number: int
    name: str
    status: str
    reason: str | None
    why: Why | None
    owner: Owner | None
    shared: bool
    mine: NotRequired[bool]
    created_at: Number
    finished_at: Number | None
    method: str
    metric: str
    fields: list[str]
    seeds: int
    folds: int | None
    configurations: int
    trials: TrialCounts
    rung: RungAnswer | None
    seconds: Number
    budget_seconds: Number | None
    expected_seconds: Number | None
    best: BestAnswer | None
    test: str


@answer
class StudyAnswer(ListedStudy):
    """A study with its file."""

    document: dict[str, Any]


@answer
class StudyList(TypedDict):
    """The newest first."""

    studies: list[ListedStudy]


@answer
class StudySummary(TypedDict):
    """What a study would be. `seconds`: of the clock, with all workers of this lab. `optuna`: whether Optuna is
    installed."""

    configurations: int
    trials: int
    seconds: Number
    document: dict[str, Any]
    optuna: bool


@answer
class TrialAnswer(TypedDict):
    """One training of a study. `rung` and `fold` from 1; `fold` is null where there are none. `status` is that of its
    training; of one that has not begun, "waiting", or "cancelled" if its study begins no more. `score`: its metric;
    null: not known, or it failed, as `reason` says."""

    number: int
    configuration: int
    rung: int
    seed: int
    fold: int | None
    iterations: int | None
    status: str
    score: Number | None
    remembered: bool
    iteration: int
    seconds: Number
    reason: str | None
    why: Why | None


@answer
class TrialList(TypedDict):
    """`total`: how many trials are known of the study."""

    trials: list[TrialAnswer]
    total: int


@answer
class PairAnswer(TypedDict):
    seed: int
    fold: int | None


@answer
class RungSize(TypedDict):
    """`configurations`: at most. `iterations`: null if they differ between configurations."""

    rung: int
    configurations: int
    iterations: int | None


@answer
class DifferenceAnswer(TypedDict):
    """A configuration minus the best one, over their common pairs, with a 95 % interval; null with one pair. `tied`:
    neither is shown to be better. `p`: the probability of a difference at least this large between two equal
    configurations. `p_holm`: the same, corrected by Holm's method because several configurations are compared with the
    best."""

    mean: Number
    low: Number | None
    high: Number | None
    pairs: int
    tied: bool
    p: Number | None
    p_holm: Number | None


@answer
class TestAnswer(TypedDict):
    """Accuracies on the test examples, by pairs; null: one could not be measured."""

    mean: Number | None
    spread: Number | None
    scores: list[Number | None]


@answer
class ConfigurationAnswer(TypedDict):
    """A row of the table. `scores`: in the order of the pairs; what failed has the worst. `spread`: the standard
    deviation between pairs. `low`, `high`: the 95 % interval of the mean."""

    number: int
    place: int | None
    values: dict[str, Any]
    rung: int
    iterations: int | None
    trials: int
    failed: int
    mean: Number | None
    spread: Number | None
    low: Number | None
    high: Number | None
    scores: list[Number | None]
    difference: DifferenceAnswer | None
    test: TestAnswer | None


@answer
class VerdictAnswer(TypedDict):
    """`kind`: "winner", "tie", "few" (pairs), "alone" or "none"."""

    kind: str
    best: int | None
    tied: list[int]
    pairs: int
    least_pairs: int


@answer
class LuckAnswer(TypedDict):
    """Where the best of `of` equally good configurations would lie by seeds alone. `spread`: the standard deviation
    that seeds alone cause; `middle`: the mean of all scores; `line`: the expected best mean."""

    of: int
    spread: Number
    middle: Number
    line: Number


@answer
class StudyResults(TypedDict):
    """The table, the best first, and what it is worth. See `engine/studies/verdict.py` and `luck.py`."""

    id: str
    revision: int
    metric: str
    higher_is_better: bool
    fields: list[str]
    pairs: list[PairAnswer]
    rungs: list[RungSize]
    configurations: list[ConfigurationAnswer]
    verdict: VerdictAnswer
    luck: LuckAnswer | None
    test: str
