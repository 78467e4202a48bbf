"""What people share with the class as one thing: a comparison or a moment."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import answer


@answer
class ViewedRun(TypedDict):
    """A run of a shared view."""

    id: str
    number: int


@answer
class SharedView(TypedDict):
    """Runs that are shared together. `iteration`: the pinned moment of the first; null: there is none."""

    id: str
    runs: list[ViewedRun]
    iteration: int | None
    made_at: float


@answer
class Sharer(TypedDict):
    """Who shares something, without a name. The teacher has no number."""

    id: str
    number: int | None


@answer
class ViewsOfPerson(TypedDict):
    """What a person shares with the class, the oldest first."""

    person: Sharer
    views: list[SharedView]


@answer
class ViewsAnswer(TypedDict):
    """What the people of the class share."""

    people: list[ViewsOfPerson]
