"""The shapes of what the lab says of lessons: their list (`app/routes/lesson_list.py`), with texts by language, and a
lesson that is played (`app/routes/lessons.py`), with texts in one language."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from app.answers.runs import RunAnswer
from app.answers.shape import Number, answer
from app.lessons.tally import AnswerTally, Bars, NumberTally, SketchTally


@answer
class LessonRun(TypedDict):
    """`seconds`: about how long it takes on a free core."""

    name: str
    seconds: Number
    config: NotRequired[dict[str, Any]]


@answer
class LessonAnswer(TypedDict):
    """A lesson in the list. Texts are by language. `minutes`: about how long a class needs. `dataset` is what its runs
    train on here, `made_for` what they are made for. `course`: the title of the course that has it, the teacher's own
    before those of the lab; `own_course`: it is the teacher's. `progress` is the person's: `predicted`, `seen` or
    `done`; without it they have not begun."""

    slug: str
    section: str
    title: dict[str, str]
    question: dict[str, str]
    minutes: int
    dataset: str
    made_for: str
    runs: list[LessonRun]
    course: NotRequired[dict[str, str]]
    own_course: NotRequired[bool]
    progress: NotRequired[str]
    experiment: NotRequired[dict[str, Any]]


@answer
class LessonsAnswer(TypedDict):
    lessons: list[LessonAnswer]


class OptionAnswer(TypedDict):
    id: str
    text: str


class QuestionAnswer(TypedDict):
    """A question with what its kind needs: `options` of a `choice`; `unit`, `low` and `high` of a `number`; `runs` of a
    `rank` or a `sketch`; `chart` and `iterations` of a `sketch` or a `click`. It does not say what is right."""

    id: str
    kind: str
    ask: str
    options: NotRequired[list[OptionAnswer]]
    unit: NotRequired[str]
    low: NotRequired[Number]
    high: NotRequired[Number]
    chart: NotRequired[str]
    runs: NotRequired[list[str]]
    iterations: NotRequired[int]


class Answered(TypedDict):
    """What was answered. `right`: null if that could not be checked. `came`: the result, in words; `html`: why.
    `card`, `run` (an id) and `at` (an iteration) are where it is seen."""

    value: Any
    right: bool | None
    came: str
    html: str
    card: NotRequired[str]
    run: NotRequired[str]
    at: NotRequired[int]


class RunOutcomeAnswer(TypedDict):
    """One run of a ranking (places) or of a sketch (last values, and the mean distance of both curves)."""

    name: str
    predicted: str
    came: str
    off: Number | None


class OutcomeAnswer(TypedDict):
    """A prediction beside the result, in words. `kind`: of its question. `right` is null if that cannot be said, such
    as of a sketch. `off`: by how much a number or all sketched curves were off."""

    id: str
    kind: str
    predicted: str
    came: str
    right: bool | None
    off: Number | None
    runs: list[RunOutcomeAnswer]


class MissingRun(TypedDict):
    """A run that gives no figures. `why`: `deleted`, `cancelled`, `failed`, `paused`, or `changed` by hand."""

    name: str
    run: str | None
    why: str


class SeeAnswer(TypedDict):
    html: str
    question: QuestionAnswer | None
    answer: Answered | None


class TextAnswer(TypedDict):
    html: str


class TryAnswer(TypedDict):
    """Something to try now. `run`: the name of the lesson's run that it changes. `reached`: whether a run of it, or of
    the same name since, has reached what is asked; null: none has ended, or nothing is asked."""

    id: str
    text: str
    run: str
    config: dict[str, Any]
    reached: bool | None


class TransferAnswer(TypedDict):
    """`voting`: the class votes on its question, so an answer is a vote, and is judged when the vote is closed."""

    html: str
    question: QuestionAnswer | None
    answer: Answered | None
    tries: list[TryAnswer]
    voting: bool


class ExitAnswer(TypedDict):
    """The private question; `text` is what was written so far."""

    id: str
    ask: str
    text: str


class AttemptAnswer(TypedDict):
    """A sealed prediction, its runs, and what was answered since.

    `step`: `run` until all runs have ended, `see` until its question is answered, then `explain`. While the class votes
    on a question of the prediction, which `voting` names, it stays `run`. What comes later is null: `outcome` and `see`
    come when all runs have ended; `explain`, `transfer` and `exit` when the question of `see` was answered. `missing`:
    runs that give no figures until they are resumed or launched again. `runs` are ids, in the lesson's order; some may
    be deleted. `sure`: how sure the person was, `guess`, `fairly` or `certain`. `full`: whether the runs have the full
    size. `prediction`: what was predicted, by the ids of the questions.
    """

    id: str
    sealed_at: Number
    sure: str
    prediction: dict[str, Any]
    runs: list[str]
    full: bool
    step: str
    voting: str | None
    missing: list[MissingRun]
    outcome: list[OutcomeAnswer] | None
    see: SeeAnswer | None
    explain: TextAnswer | None
    transfer: TransferAnswer | None
    exit: ExitAnswer | None


class SealedAnswer(TypedDict):
    attempt: AttemptAnswer
    runs: list[RunAnswer]


class PlayRun(TypedDict):
    """`seconds`: about how long it takes on a free core."""

    name: str
    seconds: Number


class PredictAnswer(TypedDict):
    html: str
    questions: list[QuestionAnswer]


class RoomCount(TypedDict):
    """How many students there are, and how many of them have predicted."""

    people: int
    predicted: int


class PlayAnswer(TypedDict):
    """A lesson to play; nothing in it gives an answer away. `dataset` is what its runs train on here, `made_for` what
    they are made for. `full`: whether there is a full size. `seed` is that of the person's own runs where each student
    has their own; null: all have the same. `cards`: charts and cards that it opens. `locked`: fields of the form that
    cannot be changed; `hidden`: fields that are not shown. `room` is null without a class."""

    slug: str
    section: str
    title: str
    question: str
    minutes: int
    language: str
    dataset: str
    made_for: str
    full: bool
    seed: int | None
    cards: list[str]
    locked: list[str]
    hidden: list[str]
    runs: list[PlayRun]
    predict: PredictAnswer
    run: TextAnswer
    attempt: AttemptAnswer | None
    room: RoomCount | None


class VoteTally(TypedDict):
    """The class votes on a question, or has. `asked`: the question, with its options. `phase`: `first` (the first
    round), `discuss`, `second` or `closed`. `mine`: what the person voted in the two rounds; null: nothing. `voted`:
    how many have, in each. The tallies of both rounds are null until it is closed."""

    question: str
    asked: QuestionAnswer
    phase: str
    mine: list[Any]
    voted: list[int]
    first: Bars | None
    second: Bars | None


class Seats(TypedDict):
    """The numbers of all students, of those who have predicted, and of those who are away; ascending."""

    numbers: list[int]
    predicted: list[int]
    away: list[int]


class RoomAnswer(RoomCount):
    """What a class predicted, without persons. The tallies are null until the person has sealed a prediction, and
    `see` and `transfer` until they have answered its question; the teacher sees them at any time, but never those of a
    vote that is not closed. The projector sees predictions when all students who are here have predicted, or when the
    teacher shows the lesson after the runs; and answers when all who are here have answered. `spread`: a figure of the
    runs of each student, with `transfer`, where the lesson has one. `mine`: the person's own prediction and answers by
    the ids of the questions, and the figure of their own runs by the id of `spread`; null: they have not predicted.
    `exits`: what was still unclear to students, for the teacher alone."""

    seats: Seats
    mine: dict[str, Any] | None
    bars: list[Bars] | None
    numbers: list[NumberTally] | None
    sketches: list[SketchTally] | None
    see: AnswerTally | None
    transfer: AnswerTally | None
    spread: NumberTally | None
    vote: VoteTally | None
    exits: list[str] | None


class VoteAnswer(TypedDict):
    """The newest vote of the class. `phase`: `first` (the first round), `discuss`, `second` or `closed`."""

    lesson: str
    question: str
    phase: str
