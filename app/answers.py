"""The shapes of the answers, as `/docs` shows them, as handlers return them and as events carry them.

What a handler answers is not changed by them: a key that is not named here is answered all the same (a test finds it),
and whole numbers stay whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from engine.summary import LayerSummary, Summary

Number = int | float
_answer = with_config(ConfigDict(extra="allow"))


@_answer
class ErrorDetail(TypedDict):
    code: str
    message: str
    field: str | None
    bounds: dict[str, Any] | None


@_answer
class ErrorAnswer(TypedDict):
    """What every refusal looks like. `bounds.why` is a reason's code and values where `code` does not say it all."""

    error: ErrorDetail


#: For the whole application: what a request that cannot be answered gets.
ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorAnswer, "description": "Something in the request is wrong; `field` names it."},
    "4XX": {"model": ErrorAnswer, "description": "The request is refused."},
    "5XX": {"model": ErrorAnswer, "description": "The lab cannot do it now."},
}


# -- runs ------------------------------------------------------------------------------------------


@_answer
class Why(TypedDict):
    """A reason as a code and the values in it; see `engine/reasons.py`."""

    code: str
    values: dict[str, Any]


@_answer
class Latest(TypedDict):
    """The newest value of each metric; null where it is not finite. Those of validation images where a run has some."""

    loss: NotRequired[Number | None]
    accuracy: NotRequired[Number | None]
    train_accuracy: NotRequired[Number | None]
    test_accuracy: NotRequired[Number | None]
    train_loss: NotRequired[Number | None]
    test_loss: NotRequired[Number | None]
    validation_accuracy: NotRequired[Number | None]
    validation_loss: NotRequired[Number | None]


@_answer
class Live(TypedDict):
    """What can be changed while it trains, as it was set last."""

    learning_rate: Number
    l1: Number
    l2: Number
    dropout: NotRequired[Number]


@_answer
class Annotation(TypedDict):
    """What happened after an iteration: `live`, a change by hand (name → [before, after]); or `dead`: in the next 50
    iterations at least, every gradient of a weight was exactly 0."""

    kind: str
    iteration: int
    changes: NotRequired[dict[str, list[Number | None]]]


@_answer
class Origin(TypedDict):
    """What a run was forked from: a run, with its number and name at that time, and how many iterations the two share.
    `seed` is that of the random numbers that follow; null: those that the other run would have drawn."""

    run: str
    number: int
    name: str
    iteration: int
    seed: int | None


@_answer
class Owner(TypedDict):
    """Who launched a run in a class. The teacher has no `number`. `nickname` is null for those who may not see it."""

    id: str
    number: int | None
    nickname: str | None


@_answer
class StretchAnswer(TypedDict):
    """What a fork trained before: the experiment until an iteration, and the seed of the random numbers that follow."""

    until: int
    config: dict[str, Any]
    seed: int | None


@_answer
class RunSummary(TypedDict):
    """The config in the few words that a list has room for."""

    dataset: str
    train_size: int | None
    validation_size: int | None
    test_size: int | None
    units: list[int]
    filters: list[int]
    activations: list[str]
    layers: list[str]
    initializer: str
    iterations_per_epoch: int
    batch_size: int
    optimizer: str
    learning_rate: Number
    l1: Number
    l2: Number
    seed: int


@_answer
class Wait(TypedDict):
    """How many trainings start before one that waits, and in how many seconds it starts about, from the speed that this
    machine was measured to have; rounded up, null where that is unknown."""

    ahead: int
    seconds: int | None


@_answer
class ListedRun(TypedDict):
    """A run. Of two objects of one run, the one with the higher `revision` is newer, in whatever order they came.

    Times are Unix seconds. `seconds` is how long the run has trained so far, without pauses and waiting, by a clock
    that cannot be set; null before it begins. `expected_seconds` is a rough estimate of the whole run on a free core;
    null of a run that had ended before the lab was started. `place` is that in the queue, published again when it
    changes; null where a run does not wait, or has just begun to. Runs with the same `training` have the same rows, as
    they were computed once; `shared_with` is the number of the others. Runs with the same `fingerprint` are of the same
    experiment, on the same data and kind of machine, with the same changes by hand; null: unknown. `color` is a
    place in the page's palette; it follows from
    the number unless a user has chosen another (`color_chosen`). Runs that were launched together share a `group_id`.
    `origin` is what it was forked from; null: it was launched. In a class, `owner` is who launched it, and `shared`
    whether the whole class sees it.
    """

    id: str
    revision: int
    number: int
    name: str
    status: str
    reason: str | None
    why: Why | None
    attempt: int
    color: int
    color_chosen: bool
    lesson: str | None
    group_id: str | None
    starred: bool
    archived: bool
    tags: list[str]
    notes: str
    annotations: list[Annotation]
    live: Live
    iteration: int
    iterations: int
    created_at: Number
    started_at: Number | None
    finished_at: Number | None
    seconds: Number | None
    expected_seconds: Number | None
    place: Wait | None
    latest: Latest
    summary: RunSummary
    training: str
    shared_with: int
    fingerprint: str | None
    origin: Origin | None
    owner: Owner | None
    shared: bool


@_answer
class RunAnswer(ListedRun):
    """A run with its experiment file. That of a fork is what follows its last fork; `stretches` come before, the first
    first."""

    config: dict[str, Any]
    stretches: list[StretchAnswer]


@_answer
class RunList(TypedDict):
    runs: list[ListedRun]


@_answer
class RunsAnswer(TypedDict):
    runs: list[RunAnswer]


@_answer
class MomentAnswer(TypedDict):
    """What it takes to train a run again up to an iteration. `from_iteration`: the nearest kept checkpoint at or before
    it, 0 without one. A replay that would take longer than `bound_seconds` is refused."""

    iteration: int
    from_iteration: int
    expected_seconds: Number
    bound_seconds: Number


@_answer
class Difference(TypedDict):
    """Where two runs differ first: the stream, and the iteration of the row."""

    stream: str
    iteration: int


@_answer
class ComparisonAnswer(TypedDict):
    """Two runs' rows, as far as both have them. `identical`: equal bit for bit. `rows` are those that were compared, by
    stream."""

    identical: bool
    rows: dict[str, int]
    difference: Difference | None


@_answer
class MetricsAnswer(TypedDict):
    """Rows of a stream, column by column; null where a value is not finite."""

    run: str
    stream: str
    first: int
    rows: int
    total: int
    columns: dict[str, list[Number | None]]


@_answer
class FieldsAnswer(TypedDict):
    """Run's id → dotted field → value."""

    fields: dict[str, dict[str, Any]]


# -- experiments and lessons -----------------------------------------------------------------------


@dataclass(frozen=True)
class SummaryAnswer(Summary):
    """What an experiment costs: of one image, but the memory of the whole run; and how long it takes."""

    iterations: int
    seconds: float


@dataclass(frozen=True)
class ForkAnswer(SummaryAnswer):
    """What a fork would be. `config` is the complete experiment from the fork on, with what was changed by hand before;
    `seconds` are those that are to be trained. `changes_nothing`: it would be the curve of its origin."""

    config: dict[str, Any]
    changes_nothing: bool


@_answer
class Figures(TypedDict):
    parameters: int
    multiply_adds: int
    memory_bytes: int
    iterations: int
    seconds: float


@_answer
class FirstExperiment(TypedDict):
    """The first of several: its layers, its complete config, and that flat."""

    layers: list[LayerSummary]
    config: dict[str, Any]
    fields: dict[str, Any]


@_answer
class SummariesAnswer(TypedDict):
    """`seconds` is from the first start to the last end."""

    experiments: list[Figures]
    seconds: Number
    first: FirstExperiment


@_answer
class LessonRun(TypedDict):
    """`seconds`: about how long it takes on a free core."""

    name: str
    seconds: Number
    config: NotRequired[dict[str, Any]]


@_answer
class LessonAnswer(TypedDict):
    """Texts are by language. `minutes`: about how long a class needs. `dataset` is what its runs train on here,
    `made_for` what they are made for. `course`: the title of the teacher's own course that has it. `progress` is the
    person's: `predicted`, `seen` or `done`; without it they have not begun."""

    slug: str
    section: str
    title: dict[str, str]
    question: dict[str, str]
    minutes: int
    dataset: str
    made_for: str
    runs: list[LessonRun]
    course: NotRequired[dict[str, str]]
    progress: NotRequired[str]
    experiment: NotRequired[dict[str, Any]]


@_answer
class LessonsAnswer(TypedDict):
    lessons: list[LessonAnswer]


@_answer
class PathPoint(TypedDict):
    """A network of a training in a landscape: its place in the plane, its distance from it, and its own loss, null
    where that is not finite."""

    iteration: int
    a: float
    b: float
    off: float
    loss: float | None


@_answer
class LandscapeAnswer(TypedDict):
    """The last line of a landscape. `losses` has a row for each value of `b`, null where a loss is not finite.
    `images`: on how many images of the `part` it was measured. `inside`: the share of the squared distances between the
    points of the paths that lies in the plane. `paths`: one for each run, in order."""

    a: list[float]
    b: list[float]
    losses: list[list[float | None]]
    images: int
    part: str
    directions: str
    inside: float
    paths: list[list[PathPoint]]


@_answer
class RateTestAnswer(TypedDict):
    """A short training whose learning rate grows: its rates, the losses of its batches, and their running mean, for
    each iteration with a finite loss. `iterations`: how many were planned. `best`: the place of the lowest mean.
    `suggestion`: a good rate; null: the loss fell with none. `end`: `completed` at the highest rate, `risen` as the
    loss had grown, or `diverged`."""

    iterations: int
    rates: list[float]
    losses: list[float]
    smoothed: list[float]
    best: int | None
    suggestion: float | None
    end: str


# -- the class -------------------------------------------------------------------------------------


@_answer
class Me(TypedDict):
    """The person who asks. `hand`: whether it is up. The teacher and the projector have no number."""

    id: str
    number: int | None
    nickname: str
    hand: bool


@_answer
class ViewedRun(TypedDict):
    """A run of a shared view."""

    id: str
    number: int


@_answer
class SharedView(TypedDict):
    """Runs that are shared together. `iteration`: the pinned moment of the first; null: there is none."""

    id: str
    runs: list[ViewedRun]
    iteration: int | None
    made_at: float


@_answer
class Sharer(TypedDict):
    """Who shares something, without a name. The teacher has no number."""

    id: str
    number: int | None


@_answer
class ViewsOfPerson(TypedDict):
    """What a person shares with the class, the oldest first."""

    person: Sharer
    views: list[SharedView]


@_answer
class ViewsAnswer(TypedDict):
    """What the people of the class share."""

    people: list[ViewsOfPerson]


@_answer
class ClassAnswer(TypedDict):
    """The class. `role` is null for a visitor, who gets no more than the first three keys. `held`: students cannot
    launch now. `stepped`: by how many iterations the teacher has moved all that trains last; null: it trains as
    usual. `shown`: what all screens show; null: each shows its own. `cloud`: students see the curves of all.
    `vote`: the question of a lesson that the class votes on, see `app/lessons/votes.py`; null: there was none.
    `people`: how many students have joined. `launched`: how many of them have launched a run. `code_made`: when the
    code was made, in Unix seconds, or the lab opened. `sees`: what the teacher sees of a student. The teacher and
    the projector get the `code`, and the `addresses` by which others open the lab, the best one first."""

    name: str
    ended: bool
    role: str | None
    me: NotRequired[Me]
    held: NotRequired[bool]
    stepped: NotRequired[int | None]
    shown: NotRequired[dict[str, Any] | None]
    numbers_only: NotRequired[bool]
    cloud: NotRequired[bool]
    vote: NotRequired[dict[str, Any] | None]
    people: NotRequired[int]
    launched: NotRequired[int]
    code_made: NotRequired[float]
    removed: NotRequired[bool]
    sees: NotRequired[list[str]]
    code: NotRequired[str]
    addresses: NotRequired[list[str]]


@_answer
class PhraseAnswer(TypedDict):
    """A recovery phrase. It is given once."""

    phrase: str


@_answer
class SecretAnswer(TypedDict):
    """What comes behind the # of a link. It is given once."""

    secret: str


@_answer
class PersonAnswer(TypedDict):
    """A student, as the teacher sees them. `hand_at`: since when their hand is up, in Unix seconds. `away`: no page of
    theirs has been open for a while."""

    id: str
    number: int | None
    nickname: str
    hand_at: Number | None
    removed: bool
    away: bool
    joined_at: Number


@_answer
class PeopleAnswer(TypedDict):
    people: list[PersonAnswer]


# -- data sets, health -----------------------------------------------------------------------------


@_answer
class Fetching(TypedDict):
    received: int
    total: int | None
    error: str | None
    why: Why | None


@_answer
class DatasetAnswer(TypedDict):
    name: str
    title: str
    shape: list[int]
    classes: int
    flippable: bool
    train_size: int
    test_size: int
    available: bool
    fetchable: bool
    download_bytes: int | None
    fetching: Fetching | None


@_answer
class DatasetsAnswer(TypedDict):
    datasets: list[DatasetAnswer]


@_answer
class ImagesAnswer(TypedDict):
    """`pixels`: bytes 0 to 255 in base64, image after image; or `points`. `labels` are places in `class_names`."""

    name: str
    part: str
    first: int
    total: int
    shape: list[int]
    class_names: list[str]
    labels: list[int]
    pixels: NotRequired[str]
    points: NotRequired[list[list[Number]]]


@_answer
class OptionsAnswer(TypedDict):
    """What the form is generated from; labels and help are in the page's catalogs."""

    version: int
    defaults: dict[str, Any]
    datasets: list[DatasetAnswer]
    dataset: list[dict[str, Any]]
    augment: list[dict[str, Any]]
    fold: list[dict[str, Any]]
    activations: list[str]
    layers: dict[str, list[dict[str, Any]]]
    presets: dict[str, list[dict[str, Any]]]
    fitting: dict[str, list[str]]
    initializers: dict[str, list[dict[str, Any]]]
    optimizers: dict[str, list[dict[str, Any]]]
    regularization: list[dict[str, Any]]
    training: list[dict[str, Any]]
    schedules: dict[str, list[dict[str, Any]]]
    early_stopping: list[dict[str, Any]]
    general: list[dict[str, Any]]
    limits: dict[str, int]


@_answer
class HealthAnswer(TypedDict):
    status: str
    ready: bool
    reason: str | None
    warnings: list[str]
    version: str
    server: str
    uptime_seconds: Number
    workers: int
    busy: int
    queued: int
    viewers: int


@_answer
class AliveAnswer(TypedDict):
    status: str
