"""A person: one of a class, or whoever opens a lab without one."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What a person may do; see `app.people.access`."""

    TEACHER = "teacher"
    STUDENT = "student"
    PROJECTOR = "projector"


@dataclass(slots=True)
class Person:
    """One person as the server knows them. Times are Unix seconds.

    Attributes:
        id: empty for whoever opens a lab without a class.
        number: of a student in the class, from 1; None: the teacher or the projector.
        nickname: empty when the class has ended.
        hand_at: since when the hand is up.
        removed: whether the teacher has removed them.
        seen_at: the last request or the last moment with an open page.
        away: whether no page of theirs has been open for a while; not stored.
        phrase: the hash of the recovery phrase.
    """

    id: str
    number: int | None
    nickname: str
    role: Role
    joined_at: float = 0.0
    seen_at: float = 0.0
    hand_at: float | None = None
    removed: bool = False
    away: bool = False
    phrase: str | None = None

    @property
    def owner(self) -> str | None:
        """Whose the runs are that this person launches."""
        return self.id or None

    @property
    def is_teacher(self) -> bool:
        return self.role is Role.TEACHER


#: Whoever opens a lab without a class, in which anyone may do everything.
ANYONE = Person(id="", number=None, nickname="", role=Role.TEACHER)
