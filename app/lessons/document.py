"""The front matter of a lesson's files, as models: they are its documentation, its checks and its JSON Schema.

`Settings` is what one of a lesson's files has, `Translation` what the files in other languages have, `Course` a file
that puts lessons into an order. What depends on several parts, such as the run that an expression names, is checked in
`app.lessons.checks`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

#: The longest file of a lesson, in bytes.
MAX_FILE_BYTES = 200_000

LANGUAGES = ("en", "ja")


def _as_expression(value: Any) -> Any:
    """`holds: true` and `value: 0.25` are written without quotation marks."""
    return str(value) if isinstance(value, bool | int | float) else value


Id = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40),
    Field(description="small letters, digits and _"),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
RunName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
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
#: The range of numbers in answers, and of how far one may be off: a difference must be finite too, for JSON.
Bound = Annotated[float, Field(ge=-1e12, le=1e12)]
Distance = Annotated[float, Field(ge=0, le=1e12)]
#: Sections of an experiment file; the engine checks them.
Changes = Annotated[
    dict[str, Any], Field(description="sections of an experiment: dataset, network, optimizer, training …")
]


class Model(BaseModel):
    """What is not known is refused, and numbers are not read as texts. All are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Option(Model):
    """One answer of a choice."""

    id: Id
    text: Text
    holds: Statement | None = Field(
        None,
        description="when this option is right: the first one that holds; the last option may leave it out",
    )


class _Asked(Model):
    id: Id
    ask: Text


class Choice(_Asked):
    """Choose one of several answers."""

    kind: Literal["choice"]
    options: list[Option] = Field(min_length=2, max_length=8)


class Rank(_Asked):
    """Bring runs into an order: the one with the highest value first."""

    kind: Literal["rank"]
    runs: list[RunName] = Field(min_length=2, max_length=10)
    by: Literal["train", "validation", "test", "gap", "loss", "iterations", "weights", "small", "lowest"] = (
        "test"
    )
    tie: Distance = Field(0, description="runs whose values differ by no more are in any order right")


class Number(_Asked):
    """Give a number; as a prediction with a range."""

    kind: Literal["number"]
    unit: Annotated[str, StringConstraints(max_length=20)] = ""
    low: Bound = Field(description="of what can be answered")
    high: Bound
    value: Figure
    within: Distance = Field(0, description="how far an answer may be off and still count as right")


class Sketch(_Asked):
    """Draw the curves that are expected."""

    kind: Literal["sketch"]
    chart: CardId
    runs: list[RunName] = Field(min_length=1, max_length=4)


class Click(_Asked):
    """Click on a chart: an iteration."""

    kind: Literal["click"]
    chart: CardId
    value: Figure = Field(description="the iteration that is right")
    within: Distance = Field(0, description="how many iterations an answer may be off")


class _Evidence(Model):
    """What is opened with the answer."""

    card: CardId | None = None
    run: RunName | None = None
    at: Figure | None = Field(None, description="the iteration")


class SeeChoice(Choice, _Evidence):
    """A choice about what is seen."""


class SeeNumber(Number, _Evidence):
    """A number that is read off."""


class SeeClick(Click, _Evidence):
    """A place in a chart."""


Prediction = Annotated[Choice | Rank | Number | Sketch, Field(discriminator="kind")]
Observation = Annotated[SeeChoice | SeeNumber | SeeClick, Field(discriminator="kind")]
#: Any question of a lesson.
Question = Choice | Rank | Number | Sketch | Click


class Try(Model):
    """Something to try now: one change, and what is to be reached."""

    id: Id
    text: Text
    run: RunName | None = Field(
        None, description="the run that is changed; without it the lesson's common part"
    )
    changes: Changes
    reach: Statement | None = Field(None, description="when it is reached; the new run is named by this id")


class Spread(Model):
    """A figure that is measured in the runs of each student, and shown to the class as one dot for each."""

    id: Id
    says: Text = Field(description="what it is: iteration at which ReLU takes off")
    unit: Annotated[str, StringConstraints(max_length=20)] = ""
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
    """A statement of the text."""

    id: Id
    says: Text
    holds: Statement
    on: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="the only data set on which it is stated"
    )


class Settings(Model):
    """Everything of a lesson but its text. One of its files has it."""

    section: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8)]
    title: ShortText
    question: Text = Field(description="the question of the lesson; it gives nothing away")
    minutes: int = Field(10, ge=1, le=180)
    data: Literal["any", "own"] = Field(
        "any", description="own: only on its own data set; any: also on the digits where that is missing"
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
    full: Changes | None = Field(None, description="changes for the full size, where the lesson is smaller")
    cards: list[CardId] = Field(default=[], max_length=8, description="charts and cards that it opens")
    locked: list[FieldPath] = Field(default=[], max_length=20, description="fields that stay as they are")
    hidden: list[FieldPath] = Field(default=[], max_length=20, description="fields that are not shown")
    predict: list[Prediction] = Field(min_length=1, max_length=5)
    see: Observation | None = None
    transfer: Transfer | None = None
    exit: Exit | None = None
    claims: list[Claim] = Field(default=[], max_length=40)
    compared: dict[ShortText, dict[ShortText, Figure]] = Field(
        default={}, max_length=20, description="a further table of docs/lessons.md: row → column → figure"
    )


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
