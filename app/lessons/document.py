"""The front matter of a lesson's files, as models: they are its documentation, its checks and its JSON Schema.

One of a lesson's files has `Settings`, its files in other languages have a `Translation`. A file with a `Course` puts
lessons into an order. What depends on several parts, such as the run that an expression names, is checked in
`app.lessons.checks`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

#: The longest file of a lesson, in bytes.
MAX_FILE_BYTES = 200_000

LANGUAGES = ("en", "ja")


def _as_expression(value: Any) -> Any:
    """An expression as a text: YAML reads `holds: true` as a truth value, and `value: 0.25` as a number."""
    return str(value) if isinstance(value, bool | int | float) else value


Id = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40),
    Field(description="small letters, digits and _"),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
RunName = ShortText
Unit = Annotated[str, StringConstraints(max_length=20)]
CardId = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(/[*a-z0-9_.-]+)?(:[A-Za-z0-9_=,./-]+)?$", max_length=80
    ),
    Field(description="a chart or a card as the page names it: accuracy, loss, view.gradients …"),
]
FieldPath = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60),
    Field(description="a field of the form: optimizer.name"),
]
Statement = Annotated[
    str,
    BeforeValidator(_as_expression, json_schema_input_type=str | bool),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description='an expression that is true or false: test("ReLU") > test("sigmoid") + 5'),
]
Figure = Annotated[
    str,
    BeforeValidator(_as_expression, json_schema_input_type=str | float),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description='an expression that is a number: test("ReLU")'),
]
#: `Bound`: a number that may be answered. `Distance`: how far off an answer may be. Both are limited so that a
#: difference is finite: JSON has no infinity.
Bound = Annotated[float, Field(ge=-1e12, le=1e12)]
Distance = Annotated[float, Field(ge=0, le=1e12)]
#: Sections of an experiment file; the engine checks them.
Changes = Annotated[
    dict[str, Any], Field(description="sections of an experiment: dataset, network, optimizer, training …")
]


class Model(BaseModel):
    """A part of a file. Unknown fields, numbers in place of texts, and numbers that are not finite are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Option(Model):
    """One answer of a choice."""

    id: Id
    text: Text
    holds: Statement | None = Field(
        None,
        description="when this option is right: the first one that holds; the last option may leave it out",
    )


class _QuestionFields(Model):
    """What all kinds of questions have."""

    id: Id
    ask: Text


class Choice(_QuestionFields):
    """Choose one of several answers."""

    kind: Literal["choice"]
    options: list[Option] = Field(min_length=2, max_length=8)


class Rank(_QuestionFields):
    """Put runs in order: the one with the highest value first."""

    kind: Literal["rank"]
    runs: list[RunName] = Field(min_length=2, max_length=10)
    by: Literal["train", "validation", "test", "gap", "loss", "iterations", "weights", "small", "lowest"] = (
        "test"
    )
    tie: Distance = Field(
        0, description="two runs whose values differ by at most this are right in either order"
    )


class Number(_QuestionFields):
    """Answer with a number; a prediction is a number with a range."""

    kind: Literal["number"]
    unit: Unit = ""
    low: Bound = Field(description="the lowest number that can be answered")
    high: Bound = Field(description="the highest number that can be answered")
    value: Figure = Field(description="the right number")
    within: Distance = Field(0, description="how far an answer may be off and still count as right")


class Sketch(_QuestionFields):
    """Draw the curves that are expected."""

    kind: Literal["sketch"]
    chart: CardId
    runs: list[RunName] = Field(min_length=1, max_length=4)


class Click(_QuestionFields):
    """Click on a chart; the answer is the iteration there."""

    kind: Literal["click"]
    chart: CardId
    value: Figure = Field(description="the iteration that is right")
    within: Distance = Field(0, description="how many iterations an answer may be off")


class _Evidence(Model):
    """What the page opens when the question has been answered: a card, a run, and a moment of it."""

    card: CardId | None = None
    run: RunName | None = None
    at: Figure | None = Field(None, description="the iteration of the moment that is shown")


class SeeChoice(Choice, _Evidence):
    """Choose one of several answers about what is seen."""


class SeeNumber(Number, _Evidence):
    """Answer with a number that is read off a chart or a card."""


class SeeClick(Click, _Evidence):
    """Click on a place in a chart."""


Prediction = Annotated[Choice | Rank | Number | Sketch, Field(discriminator="kind")]
Observation = Annotated[SeeChoice | SeeNumber | SeeClick, Field(discriminator="kind")]
#: Any question of a lesson.
Question = Choice | Rank | Number | Sketch | Click


class Try(Model):
    """Something to try: one change of a run, and what it is to reach."""

    id: Id
    text: Text
    run: RunName | None = Field(
        None, description="the run that is changed; if it is missing, the lesson's common part"
    )
    changes: Changes
    reach: Statement | None = Field(
        None, description="true when it is reached; the new run has this id as its name"
    )


class Spread(Model):
    """A figure that is measured in the runs of each student, and shown to the class as one dot for each."""

    id: Id
    says: Text = Field(description="what the figure is, such as: iteration at which ReLU takes off")
    unit: Unit = ""
    value: Figure


class Transfer(Model):
    """The step after the explanation."""

    question: Annotated[Choice | Number, Field(discriminator="kind")] | None = Field(
        None, description="one question over all runs"
    )
    spread: Spread | None = Field(None, description="the result of each student's runs, beside the question")
    try_: list[Try] = Field(default=[], alias="try", max_length=4)


class Exit(Model):
    """The last question, whose answer only the person and the teacher read."""

    id: Id
    ask: Text


class Claim(Model):
    """A statement of the lesson's text, which is checked with measured figures."""

    id: Id
    says: Text
    holds: Statement
    on: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="the only data set on which it is stated; if it is missing, all"
    )


class Settings(Model):
    """Everything of a lesson but its text."""

    section: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8)]
    title: ShortText
    question: Text = Field(description="the question of the lesson; it gives nothing away")
    minutes: int = Field(10, ge=1, le=180)
    data: Literal["any", "own"] = Field(
        "any",
        description="own: only on the lesson's data set; any: on the digits if the lab does not have that",
    )
    common: Changes
    runs: dict[RunName, Changes] = Field(default={}, max_length=40, description="name → what the run changes")
    also_measured: dict[RunName, Changes] = Field(
        default={}, max_length=40, description="further runs, which only `make lessons` trains"
    )
    seeds: int = Field(12, ge=1, le=1000, description="a claim must hold for seeds 0 to this number − 1")
    seed: Literal["given", "person"] = Field(
        "given", description="person: in a class, student 7 trains with seed 7"
    )
    full: Changes | None = Field(
        None, description="the changes for the full size; left out if the lesson has only one size"
    )
    cards: list[CardId] = Field(
        default=[], max_length=8, description="charts and cards that the lesson opens"
    )
    locked: list[FieldPath] = Field(
        default=[], max_length=20, description="fields of the form that cannot be changed"
    )
    hidden: list[FieldPath] = Field(
        default=[], max_length=20, description="fields of the form that are not shown"
    )
    predict: list[Prediction] = Field(min_length=1, max_length=5)
    see: Observation | None = None
    transfer: Transfer | None = None
    exit: Exit | None = None
    claims: list[Claim] = Field(default=[], max_length=40)
    compared: dict[ShortText, dict[ShortText, Figure]] = Field(
        default={}, max_length=20, description="a further table of docs/lessons.md: row → column → figure"
    )

    @property
    def transfer_question(self) -> Choice | Number | None:
        return None if self.transfer is None else self.transfer.question


class Translation(Model):
    """The texts of a lesson in another language."""

    title: ShortText
    question: Text
    texts: dict[Annotated[str, StringConstraints(max_length=81)], Text] = Field(
        default={},
        max_length=200,
        description="id → text: of questions, of options as question.option, of units as question.unit, of claims"
        " and of what to try",
    )


class CourseTitle(Model):
    """A title in each language."""

    en: ShortText
    ja: ShortText


class Course(Model):
    """Lessons in an order."""

    title: CourseTitle
    lessons: list[Slug] = Field(min_length=1, max_length=200)
