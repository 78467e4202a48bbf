"""A class and its people."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from app.answers.shape import Number, answer


@answer
class Me(TypedDict):
    """The person who asks. `hand`: whether it is up. The teacher and the projector have no number."""

    id: str
    number: int | None
    nickname: str
    hand: bool


@answer
class ClassAnswer(TypedDict):
    """The class. `role` is null for a visitor, who gets only the first three keys, and `removed` if the teacher has
    removed them. `held`: students cannot launch now. `stepped`: how many iterations the teacher's last common step had;
    0: none since the lab started; null: all trains as usual. `shown`: what all screens show; null: each shows its own.
    `numbers_only`: the projector shows no nicknames. `cloud`: students see the curves of all.
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


@answer
class PhraseAnswer(TypedDict):
    """A recovery phrase. It is given once."""

    phrase: str


@answer
class SecretAnswer(TypedDict):
    """The secret after the # of a link. It is given once."""

    secret: str


@answer
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


@answer
class PeopleAnswer(TypedDict):
    people: list[PersonAnswer]
